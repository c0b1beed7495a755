"""Time and memory a sample of the hyperkernel of a wide g: `python -m benchmarks.hyperkernel [--quick]`.

K^h(u, u') at H = 3, L = 2, both angles 60 degrees, with the last layer of f met through products only, beside
the sampler of the hypernetwork terms, which forms every output of f: m^2 + 3 m of them.  Every row runs in a
process of its own, one thread; processor time, the least of several repeats, drawing included.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context

from benchmarks.samplers import ONE_THREAD, Measured, peak_kilobytes


@dataclass(frozen=True)
class Row:
    """One measurement: widths of f and g, whether all outputs of f are formed, how many samples a repeat."""

    n: int
    m: int
    forms_outputs: bool
    samples: int
    repeats: int = 3


def measure(row: Row) -> Measured:
    """Run one row in this process."""
    import numpy as np

    from verifier.networks.correlations import sample_K
    from verifier.networks.hyperkernel import sample_hyperkernel

    def run(seed: int) -> None:
        rng = np.random.default_rng(seed)
        if row.forms_outputs:
            z = ([2**0.5, 0.0], [0.5**0.5, 1.5**0.5])
            sample_K(3, 2, row.n, [1], m=row.m, angle=60, z=z, samples=row.samples, rng=rng, sampler="stream")
        else:
            sample_hyperkernel(3, 2, row.n, m=row.m, x_angle=60, z_angle=60, samples=row.samples, rng=rng)

    before = peak_kilobytes()
    seconds = []
    for repeat in range(row.repeats):
        start = time.process_time()
        run(repeat)
        seconds.append((time.process_time() - start) / row.samples)
    return Measured(min(seconds), (peak_kilobytes() - before) / 1024)


def plan(quick: bool) -> list[Row]:
    """The rows of the table."""
    cells = [(1000, m) for m in (32, 100, 320, 1000)]
    cells += [(10**5, 1000)] if quick else [(10**5, 1000), (10**6, 1000), (1000, 10**4), (1000, 10**5)]
    rows = []
    for n, m in cells:
        rows.append(Row(n, m, False, max(2, min(500, 10**6 // (n + m)))))
        if n == 1000 and m <= (320 if quick else 1000):
            rows.append(Row(n, m, True, max(2, min(200, 10**6 // m**2))))
    return rows


def table(results: dict[Row, Measured]) -> list[str]:
    """A Markdown table, a line for each (n, m)."""
    lines = [
        "| n | m | outputs of f | products µs | MB | all outputs µs | MB |",
        "|" + "---:|" * 7,
    ]
    for n, m in dict.fromkeys((row.n, row.m) for row in results):
        fields = [f"{n:,}", f"{m:,}", f"{m * m + 3 * m:,}"]
        for forms_outputs in (False, True):
            found = [v for row, v in results.items() if (row.n, row.m, row.forms_outputs) == (n, m, forms_outputs)]
            fields += [f"{1e6 * found[0].seconds:,.0f}", f"{found[0].megabytes:.0f}"] if found else ["", ""]
        lines.append("| " + " | ".join(fields) + " |")
    return lines


def main(arguments: list[str] | None = None) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.hyperkernel", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smaller widths only, some seconds")
    parser.add_argument("--note", default="", help="a remark for the heading, such as the kind of machine")
    options = parser.parse_args(arguments)
    for name in ONE_THREAD:
        os.environ[name] = "1"
    results: dict[Row, Measured] = {}
    context = get_context("spawn")
    for row in plan(options.quick):
        if sys.stderr.isatty():
            print(f"\rn = {row.n:,}, m = {row.m:<12,}", end="", file=sys.stderr)
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            results[row] = pool.submit(measure, row).result()
    note = f", {options.note}" if options.note else ""
    print(f"# The hyperkernel of a wide g: time and peak memory a sample\n\n{date.today().isoformat()}", end="")
    print(f", one thread{note}.")
    print("Microseconds of processor time a sample, drawing included; MB above the program itself.\n")
    print("\n".join(table(results)))


if __name__ == "__main__":
    main()
