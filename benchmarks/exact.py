"""Time and memory of the exact moments: ``python -m benchmarks.exact [--long] [--markdown]``.

``--table NAME`` prints a table of exact values instead (:mod:`benchmarks.exact_tables`).

Every row runs in a process of its own, one thread: processor time from after the imports, peak memory
of the whole process.  ``--long`` adds the sixteen strands of (T^3)^4 and the certified study.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context

from benchmarks.exact_tables import TABLES

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Row:
    """One measurement: what was computed, how large it was, seconds, megabytes, and what was aimed at."""

    task: str
    size: str
    seconds: float
    megabytes: float
    aim: str


def stars() -> str:
    """All of T^r, r = 0..6, L = 1..7, both activations, first and second moments."""
    from verifier.exact.correlation import star
    from verifier.exact.moments import polynomials_by_depth, strands_of
    from verifier.exact.transfer import TransferMatrix

    matrix = TransferMatrix()
    for r in range(7):
        for activation in ("linear", "relu"):
            for moment in (1, 2):
                polynomials_by_depth(strands_of(star(r), moment), 7, activation, matrix)
    return f"{len(matrix):,} partial states"


def sixteen_strands() -> str:
    """E[(T^3)^4], L = 1..7."""
    from verifier.exact.correlation import star
    from verifier.exact.moments import leading, polynomials_by_depth, strands_of
    from verifier.exact.transfer import TransferMatrix

    matrix = TransferMatrix()
    found = polynomials_by_depth(strands_of(star(3), 4), 7, "linear", matrix)
    lead = leading(found[3])
    assert lead is not None
    return f"{len(matrix):,} partial states; L = 4: {lead[1]} n^{lead[0]}"


def sixteen_alike() -> str:
    """E[(T^3)^4], L = 1..7, strands alike before and after their contractions."""
    from verifier.exact import alike
    from verifier.exact.correlation import star
    from verifier.exact.moments import leading, strands_of

    lead = leading(alike.polynomials_by_depth(strands_of(star(3), 4), 7)[3])
    assert lead is not None
    return f"L = 4: {lead[1]} n^{lead[0]}"


def hypernetworks() -> str:
    """E[K^2], independent trunks, H <= 4, r <= 5, L <= 6, both activations (288 cases)."""
    from verifier.exact.hypernetwork import HypernetworkMoments
    from verifier.exact.transfer import TransferMatrix

    matrix, nonzero = TransferMatrix(), 0
    for activation in ("linear", "relu"):
        engine = HypernetworkMoments(6, activation, matrix)
        for H in range(1, 5):
            for r in range(6):
                nonzero += sum(bool(p) for p in engine.independent(H, r, 2))
    return f"{nonzero} of 288 non-zero"


def shared_trunk() -> str:
    """E[K^2], shared trunk, H = 2, r <= 4, L = 1, 2 and r <= 3, L = 3."""
    from verifier.exact.hypernetwork import HypernetworkMoments

    largest = 0
    for depth, most in ((2, 4), (3, 3)):
        for r in range(most + 1):
            engine = HypernetworkMoments(depth)
            engine.shared(2, r, 2)
            largest = max(largest, len(engine.matrix))
    return f"largest: {largest:,} partial states"


def separate_widths() -> str:
    """E[(T^5)^2], L = 6, separate symbolic widths."""
    from verifier.exact.correlation import star
    from verifier.exact.moments import strands_of, symbolic

    return f"{len(symbolic(strands_of(star(5), 2), 6, separate=True)):,} terms"


def gram() -> str:
    """E[(T^3)^2], L = 3, four inputs with a symbolic Gram matrix."""
    from verifier.exact.correlation import star
    from verifier.exact.moments import strands_of, symbolic

    return f"{len(symbolic(strands_of(star(3), 2), 3, gram=True)):,} terms"


def study(method: str) -> str:
    from verifier.exact.enumeration import conjecture_rows

    rows = list(conjecture_rows(method=method))  # type: ignore[arg-type]
    return f"{len(rows)} graphs, {sum(row.violates for row in rows)} violations"


def study_first() -> str:
    """The study of the conjecture by first moments (conjectural shortcut)."""
    return study("first")


def study_second() -> str:
    """The study of the conjecture, certified by second moments."""
    return study("second")


SHORT: dict[Callable[[], str], str] = {
    stars: "20 s, 500 MB",
    sixteen_alike: "10 min, 4 GB",
    hypernetworks: "15 s",
    shared_trunk: "",
    separate_widths: "",
    gram: "",
    study_first: "10 min",
}
LONG: dict[Callable[[], str], str] = {sixteen_strands: "10 min, 4 GB", study_second: "1 h"}


def measure(task: Callable[[], str], aim: str) -> Row:
    """Run one task in this process."""
    # Imports are not what is measured.
    import verifier.exact.api  # noqa: F401

    begin = time.process_time()
    size = task()
    seconds = time.process_time() - begin
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = used / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return Row((task.__doc__ or "").strip().rstrip("."), size, seconds, megabytes, aim)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="add the rows that take minutes")
    parser.add_argument("--markdown", action="store_true", help="print a table for exact_results.md")
    parser.add_argument("--table", choices=sorted(TABLES), help="print exact values, and measure nothing")
    options = parser.parse_args()
    for variable in ONE_THREAD:
        os.environ[variable] = "1"
    if options.table:
        print("\n\n".join(TABLES[options.table]()))
        return
    rows = []
    for task, aim in {**SHORT, **(LONG if options.long else {})}.items():
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            row = pool.submit(measure, task, aim).result()
        rows.append(row)
        if not options.markdown:
            print(f"{row.task}: {row.size}; {row.seconds:.1f} s, {row.megabytes:.0f} MB (aim {row.aim or '-'})")
    if options.markdown:
        print(f"# Exact moments: time and memory\n\n{date.today()}, one thread, `python -m benchmarks.exact --long`.")
        print("Seconds of processor time after the imports; peak memory of the whole process.\n")
        print("| what | size | s | MB | aim |\n|---|---|---:|---:|---|")
        for row in rows:
            print(f"| {row.task} | {row.size} | {row.seconds:.1f} | {row.megabytes:.0f} | {row.aim} |")


if __name__ == "__main__":
    main()
