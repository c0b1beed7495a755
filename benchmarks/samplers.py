"""Time and memory a sample of the network samplers, side by side: `python -m benchmarks.samplers [--quick]`.

T^3 at L = 4 and K^(3) at H = 2, L = 3, with drawn matrices (dense), with products only (lazy), with
revealed bases (gram), at one input; and with streamed activation patterns at two inputs.  Every row
runs in a process of its own, one thread, so that its peak memory is its own; the time is processor time,
the least of several repeats, and includes drawing everything that is random.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
QUANTITIES = {"T": "T^3, L = 4", "K": "K^(3), H = 2, L = 3"}


@dataclass(frozen=True)
class Row:
    """One measurement: what, by which sampler, at which width and angle, how many samples a repeat."""

    quantity: str
    sampler: str
    n: int
    angle: int
    samples: int
    repeats: int = 5


@dataclass(frozen=True)
class Measured:
    """Seconds a sample, and peak memory in MB above that of the imported program."""

    seconds: float
    megabytes: float


def peak_kilobytes() -> int:
    """The largest resident size of this process so far."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except OSError:
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return used // 1024 if sys.platform == "darwin" else used


def measure(row: Row) -> Measured:
    """Run one row in this process."""
    import numpy as np

    from verifier.networks.correlations import sample_K, sample_T

    def run(samples: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        if row.quantity == "T":
            sample_T(4, row.n, [3], angle=row.angle, samples=samples, rng=rng, sampler=row.sampler)
        else:
            sample_K(2, 3, row.n, [3], angle=row.angle, samples=samples, rng=rng, sampler=row.sampler)

    before = peak_kilobytes()
    seconds = []
    for repeat in range(row.repeats):
        start = time.process_time()
        run(row.samples, repeat)
        seconds.append((time.process_time() - start) / row.samples)
    return Measured(min(seconds), (peak_kilobytes() - before) / 1024)


def plan(quick: bool) -> list[Row]:
    """The rows of the table."""
    rows = []
    dense = [64, 256, 1024] if quick else [64, 256, 1024, 4096]
    wide = [16384] if quick else [16384, 100_000, 1_000_000]
    for quantity in QUANTITIES:
        for n in dense:
            rows.append(Row(quantity, "dense", n, 0, max(1, min(2000, (1 << 24) // n**2)), 2 if n > 1024 else 5))
        for n in dense + wide:
            rows.append(Row(quantity, "lazy", n, 0, max(2, min(2000, (1 << 19) // n)), 2 if n > 10**5 else 5))
        for n in [*dense, *wide, 10**9, 10**12]:
            rows.append(Row(quantity, "gram", n, 0, 2000))
        for n in [*dense, 20011]:
            for sampler in ("lazy", "stream"):
                rows.append(Row(quantity, sampler, n, 60, max(4, min(2000, (1 << 19) // n))))
    return rows


def table(results: dict[Row, Measured], quantity: str, angle: int) -> list[str]:
    """A Markdown table of one quantity at one angle: a line a width."""
    chosen = {(row.sampler, row.n): m for row, m in results.items() if (row.quantity, row.angle) == (quantity, angle)}
    columns = [s for s in ("dense", "lazy", "stream", "gram") if any(sampler == s for sampler, _ in chosen)]
    first, second = columns[0], columns[1]
    lines = [
        f"## {QUANTITIES[quantity]}, {'one input' if angle == 0 else f'two inputs at {angle} degrees'}",
        "",
        "| n | " + " | ".join(f"{s} µs" for s in columns) + f" | {first}/{second} | "
        + " | ".join(f"{s} MB" for s in columns) + " |",
        "|" + "---:|" * (2 + 2 * len(columns)),
    ]  # fmt: skip
    for n in sorted({n for _, n in chosen}):
        found = [chosen.get((s, n)) for s in columns]
        times = [
            "" if m is None else f"{1e6 * m.seconds:.3g}" if m.seconds < 1e-3 else f"{1e6 * m.seconds:.0f}"
            for m in found
        ]
        memory = ["" if m is None else f"{m.megabytes:.0f}" for m in found]
        ratio = "" if found[0] is None or found[1] is None else f"{found[0].seconds / found[1].seconds:.3g}"
        lines.append("| " + " | ".join([f"{n:,}", *times, ratio, *memory]) + " |")
    return lines


def main(arguments: list[str] | None = None) -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks.samplers", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smaller widths only, under a minute")
    parser.add_argument("--note", default="", help="a remark for the heading, such as the kind of machine")
    options = parser.parse_args(arguments)
    for name in ONE_THREAD:
        os.environ[name] = "1"
    rows = plan(options.quick)
    results: dict[Row, Measured] = {}
    context = get_context("spawn")
    for count, row in enumerate(rows, start=1):
        if sys.stderr.isatty():
            print(f"\r{count}/{len(rows)} {row.quantity} {row.sampler} n = {row.n:<17,}", end="", file=sys.stderr)
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            results[row] = pool.submit(measure, row).result()
    note = f", {options.note}" if options.note else ""
    print(f"# Samplers: time and peak memory a sample\n\n{date.today().isoformat()}, one thread{note}.")
    print("Microseconds of processor time a sample, drawing included; MB above the program itself.")
    for quantity in QUANTITIES:
        for angle in (0, 60):
            print("\n" + "\n".join(table(results, quantity, angle)))


if __name__ == "__main__":
    main()
