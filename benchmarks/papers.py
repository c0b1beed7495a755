"""Claims of other papers, derived and measured, each beside a wrong variant: the table of docs/papers.md.

    python -m benchmarks.papers                 # a line for each claim and each wrong variant
    python -m benchmarks.papers --markdown      # the table
    python -m benchmarks.papers adam spectral   # of some files of examples/papers

A file of examples/papers declares CLAIM, SOURCE and WRONG in words, and two programs: ``right``, which has to be
consistent with what it expects, and ``wrong``, which has to be contradicted.  It may say SAMPLES a width and a MARGIN.
Exits with 1 if one of them is otherwise, or if what is derived and what is measured disagree.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from verifier.fits.fitting import FitSettings
from verifier.fits.groups import fit_groups
from verifier.programs import Derived, Measured, derive, measure
from verifier.projects.loading import load_file
from verifier.sampling.workers import limit_threads

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "papers"
#: Multiples of 64 whose ratios are not equal.
WIDTHS = (256, 1088, 4032, 16448, 100032)
SAMPLES = 128
#: Seconds that a derivation may take.
SECONDS = 20.0
#: Kinds of claims of which something is derived: exponents, and limits.
DERIVED = ("order", "upper", "limit")
#: What has to come out of each of the two programs.
DUE = {"right": "consistent", "wrong": "contradicted"}


@dataclass(frozen=True)
class Row:
    """A program of a file: what is said of it, and what was derived and measured of each number that it returns.

    ``disagreements``: the numbers of which what was measured contradicts what was derived.
    """

    file: str
    name: str
    said: str
    source: str
    derived: str
    measured: str
    verdict: str
    disagreements: tuple[str, ...]

    @property
    def due(self) -> bool:
        """Whether it came out as it has to."""
        return self.verdict == DUE[self.name] and not self.disagreements


def names() -> list[str]:
    """The files, by name."""
    return sorted(path.stem for path in FOLDER.glob("*.py"))


def row(file: str, name: str, widths: Sequence[int] = WIDTHS, samples: int | None = None) -> Row:
    """One program, derived and measured; ``samples`` instead of those that the file asks for."""
    words = vars(load_file(FOLDER / f"{file}.py"))
    program = words[name]
    theory = derive(program, seconds=SECONDS) if program.kind in DERIVED else None
    settings = FitSettings(margin=words.get("MARGIN"))
    found = measure(
        program, widths=widths, samples=samples or words.get("SAMPLES", SAMPLES), seed=20_201, settings=settings
    )
    derived, against = limits(theory, found, settings)
    return Row(
        file, name, words["CLAIM" if name == "right" else "WRONG"], words["SOURCE"], told(found, derived),
        told(found, {fit.group.label: f"{fit.estimate:+.3f}" for fit in found.fits}), str(found.verdict), against,
    )  # fmt: skip


def limits(theory: Derived | None, found: Measured, settings: FitSettings) -> tuple[dict[str, str], tuple[str, ...]]:
    """What is derived of each number in the unit of its claim, and the numbers whose samples contradict that.

    Exponents of orders, limits of limits; nothing is derived of a variance.
    """
    derived, against = {}, []
    for group in found.data.groups:
        known = None if theory is None else {row.name: row for row in theory.returned}.get(group.label)
        if known is None or not known.decided:
            continue
        if found.kind == "limit" and (known.exponent != 0 or known.value is None):
            continue
        kind = "limit" if found.kind == "limit" else "order"
        target = repr(known.value) if kind == "limit" else str(known.exponent)
        one = type(found.data)((group,), found.data.plan, found.data.variable, found.data.rows, found.data.notes)
        (fit,) = fit_groups(one, kind, (target,), settings)
        derived[group.label] = f"{known.value:.5g}" if kind == "limit" else target
        if fit.word.startswith("contradicted"):
            against.append(group.label)
    return derived, tuple(against)


def told(found: Measured, values: dict[str, str]) -> str:
    """``dh1 0, dh2 -1/2, df ?``; a number alone where there is one only."""
    if not values:
        return ""
    labels = [fit.group.label for fit in found.fits]
    if len(labels) == 1:
        return values[labels[0]]
    return ", ".join(f"{label} {values.get(label, '?')}" for label in labels)


def markdown(rows: Sequence[Row]) -> str:
    """Two lines for each file: its claim, and its wrong variant."""
    lines = ["| claim | source | derived | measured | verdict |", "|---|---|---|---|---|"]
    for r in rows:
        first = f"[{r.said}](../examples/papers/{r.file}.py)" if r.name == "right" else f"*wrong:* {r.said}"
        source = r.source if r.name == "right" else ""
        verdict = r.verdict if not r.disagreements else f"{r.verdict}; **SAMPLES CONTRADICT WHAT IS DERIVED**"
        cells = (first, source, r.derived or "–", r.measured, verdict)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Claims of other papers, derived and measured.")
    parser.add_argument("files", nargs="*", metavar="NAME", help="files of examples/papers, without .py; all of them")
    parser.add_argument("--markdown", action="store_true", help="print the table of docs/papers.md")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    if unknown := set(given.files) - set(names()):
        parser.error(f"no file {', '.join(sorted(unknown))}; there are {', '.join(names())}")
    chosen = given.files or names()
    tasks = [(file, name) for file in chosen for name in DUE]
    limit_threads()  # of the processes below, which import NumPy anew
    rows = []
    with ProcessPoolExecutor(given.jobs, get_context("spawn")) as pool:
        for future in [pool.submit(row, *task) for task in tasks]:
            rows.append(r := future.result())
            if not given.markdown:
                print(f"{r.file} {r.name}: derived {r.derived or '-'}; measured {r.measured}; {r.verdict}"
                      + "".join(f"; SAMPLES CONTRADICT {name}" for name in r.disagreements), flush=True)  # fmt: skip
    if given.markdown:
        print(markdown(rows))
    return 0 if all(r.due for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
