"""A program without its matrices formed against the same program in dense JAX: `python -m benchmarks.programs`.

examples/programs/training.py: three hidden layers, four inputs, five steps of gradient descent, and the change of the
tangent kernel; float64, one thread.  Every row runs in a process of its own, so that its peak memory is its own; the
time is processor time, the least of several samples.  Drawing the weights is included on both sides, tracing and
compiling are not: they have a column.  `--write` replaces programs_results.md.
"""

from __future__ import annotations

import argparse
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from benchmarks.samplers import ONE_THREAD, peak_kilobytes

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent / "examples" / "programs" / "training.py"
DENSE = (64, 128, 256, 512, 1024, 2048, 4096)
LAZY = (*DENSE, 10_000, 100_000, 1_000_000)


@dataclass(frozen=True)
class Measured:
    """Seconds a sample, seconds to trace or compile, peak MB above the imported program."""

    seconds: float
    before: float
    megabytes: float


def measure(sampler: str, n: int) -> Measured:
    """One row, in this process."""
    import jax
    import numpy as np

    from verifier.projects.loading import load_file

    program = load_file(EXAMPLE).trained
    jax.config.update("jax_enable_x64", True)
    base = peak_kilobytes()
    start = time.process_time()
    if sampler == "lazy":
        program.graph(n)

        def run(seed: int) -> None:
            program.sample(n, 1, seed)

    else:
        shapes = program.shapes(n)
        compiled = jax.jit(program.function).lower({k: jax.ShapeDtypeStruct(s, "float64") for k, s in shapes.items()})
        function = compiled.compile()

        def run(seed: int) -> None:
            rng = np.random.default_rng(seed)
            jax.block_until_ready(function({k: rng.standard_normal(s) for k, s in shapes.items()}))

    before = time.process_time() - start
    repeats = max(1, min(20, 20_000 // n if sampler == "lazy" else 2048 // n))
    seconds = []
    for seed in range(repeats):
        start = time.process_time()
        run(seed)
        seconds.append(time.process_time() - start)
    return Measured(min(seconds), before, (peak_kilobytes() - base) / 1024)


def table(found: dict[tuple[str, int], Measured]) -> list[str]:
    """A Markdown table, a line a width."""
    lines = [
        "| n | dense s | lazy s | dense/lazy | dense MB | lazy MB | compile s | trace s |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for n in sorted({n for _, n in found}):
        dense, lazy = found.get(("dense", n)), found[("lazy", n)]
        cells = [
            f"{n:,}", "" if dense is None else f"{dense.seconds:.3g}", f"{lazy.seconds:.3g}",
            "" if dense is None else f"{dense.seconds / lazy.seconds:.3g}",
            "" if dense is None else f"{dense.megabytes:.0f}", f"{lazy.megabytes:.0f}",
            "" if dense is None else f"{dense.before:.2g}", f"{lazy.before:.2g}",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table, and write it where asked."""
    parser = argparse.ArgumentParser(prog="benchmarks.programs", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="widths to 1024 only")
    parser.add_argument("--write", action="store_true", help="replace programs_results.md")
    parser.add_argument("--note", default="", help="a remark for the heading, such as the kind of machine")
    options = parser.parse_args(arguments)
    for name in ONE_THREAD:
        os.environ[name] = "1"
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    rows = [("dense", n) for n in DENSE] + [("lazy", n) for n in LAZY]
    rows = [row for row in rows if row[1] <= 1024 or not options.quick]
    found = {}
    for row in rows:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            found[row] = pool.submit(measure, *row).result()
    note = f", {options.note}" if options.note else ""
    text = "\n".join(
        [
            "# Programs: without forming matrices, and dense",
            "",
            f"{date.today().isoformat()}, one thread, float64{note}: `python -m benchmarks.programs`. Five",
            "steps of gradient descent of a network with three hidden layers and the change of its tangent kernel",
            "(`examples/programs/training.py`). Processor seconds a sample, drawing included; MB above the program.",
            "",
            *table(found),
        ]
    )
    print(text)
    if options.write:
        (HERE / "programs_results.md").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
