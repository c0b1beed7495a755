"""The gate on data: time to decide a claim, and what the control variate gains: `python -m benchmarks.gate [--write]`.

A claim of 6 widths with 10^4 samples each, as `verifier fit` decides it, from CSV and from NPZ: processor time
after import, the least of several repeats.  And T^r at L = 3, one input: the variance of log|T^r| and the width of
the exponent's interval with and without the noise of the output taken out, on the same samples.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from verifier.datafiles import read_samples
from verifier.fits.fitting import fit
from verifier.inference import LogSample, decide_order
from verifier.networks.correlations import sample_T
from verifier.quantities.check import MODERATE
from verifier.sampling.draw import fit_coefficients

RESULTS = Path(__file__).with_name("results.md")
HEADING = "# The gate"
WIDTHS = (128, 413, 1150, 4690, 20_011, 131_071)
SEED = 20_201


def least(action: Callable[[], object], repeats: int) -> float:
    """The least processor time of ``action``, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def data_table(repeats: int) -> list[str]:
    """Reading and deciding, CSV beside NPZ, at 10^3 to 10^5 samples a width."""
    rng = np.random.default_rng(SEED)
    lines = ["| samples a width | CSV read ms | NPZ read ms | CSV/NPZ | decide ms | CSV in all ms |", "|---:" * 6 + "|"]
    with tempfile.TemporaryDirectory() as folder:
        for count in (1_000, 10_000, 100_000):
            width = np.repeat(WIDTHS, count)
            value = rng.standard_normal(width.size) / width
            text, binary = Path(folder, "x.csv"), Path(folder, "x.npz")
            rows = (f"{n},{x!r}" for n, x in zip(width.tolist(), value.tolist(), strict=True))
            text.write_text("\n".join(["width,value", *rows, ""]))
            np.savez(binary, width=width, value=value)
            samples = read_samples(binary)
            assert str(fit(samples, "order", "-1").verdict) == "consistent"
            actions = (partial(read_samples, text), partial(read_samples, binary), partial(fit, samples, "order", "-1"))
            csv, npz, decide = (1000 * least(action, repeats) for action in actions)
            lines.append(f"| {count:,} | {csv:.1f} | {npz:.1f} | {csv / npz:.3g} | {decide:.1f} | {csv + decide:.0f} |")
    return lines


def control_table(count: int) -> list[str]:
    """T^1 .. T^3 at L = 3: variance of log|T^r| at the middle width, and the interval's half-width without its bias."""
    orders = [1, 2, 3]
    rng = np.random.default_rng(SEED)
    drawn = {n: sample_T(3, n, orders, samples=count, rng=rng) for n in MODERATE}
    pilot = sample_T(3, MODERATE[len(MODERATE) // 2], orders, samples=1024, rng=rng)
    chosen = fit_coefficients(pilot.values, pilot.normals)
    head = "| T^r | Var log, plain | with control | ratio | interval, plain | with control | fewer samples |"
    lines = [head, "|---:" * 7 + "|"]
    for column, order in enumerate(orders):
        plain = {n: LogSample.from_values(d.values[:, column]) for n, d in drawn.items()}
        assert chosen[column] is not None
        controlled = {
            n: LogSample.from_values(d.values[:, column], normals=d.normals, coefficients=chosen[column])
            for n, d in drawn.items()
        }
        middle = MODERATE[len(MODERATE) // 2]
        before, after = (s[middle].log_mean().variance for s in (plain, controlled))
        decisions = [decide_order(s, 1 - order, looks=1) for s in (plain, controlled)]
        wide, narrow = ((d.high - d.low) / 2 - d.bias for d in decisions)
        lines.append(
            f"| T^{order} | {before:.3g} | {after:.3g} | {before / after:.3g} | ±{wide:.4f} | ±{narrow:.4f} "
            f"| {(wide / narrow) ** 2:.3g} times |"
        )
    return lines


def command_seconds(*words: str) -> float:
    """The least wall time of a command, of five."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "verifier.cli", *words], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return min(times)


def section(quick: bool, note: str) -> str:
    """The whole section as Markdown."""
    count = 1 << (10 if quick else 13)
    lines = [
        HEADING, "", f"{date.today().isoformat()}, one thread{note}: `python -m benchmarks.gate --write`.",
        f"`verifier --help` takes {command_seconds('--help'):.2f} s.", "",
        "## One claim about data, 6 widths", "", *data_table(2 if quick else 5), "",
        f"## The control variate: T^r, L = 3, one input, {count} samples a width", "",
        "Half-widths of the intervals at alpha 10⁻³, on the same samples, without the allowance for corrections.",
        f"Widths {', '.join(str(n) for n in MODERATE)}; the variance is that at {MODERATE[len(MODERATE) // 2]}.",
        "", *control_table(count),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def replaced(text: str, new: str) -> str:
    """``text`` with the section of this benchmark replaced, or added at the end."""
    parts = text.split(f"\n{HEADING}\n")
    if len(parts) == 1:
        return text.rstrip("\n") + "\n\n" + new
    after = parts[1].split("\n# ", 1)
    return parts[0] + "\n" + new + (f"\n# {after[1]}" if len(after) > 1 else "")


def main(arguments: list[str] | None = None) -> None:
    """Measure and print the section; with --write put it into results.md."""
    parser = argparse.ArgumentParser(prog="benchmarks.gate", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer samples, some seconds")
    parser.add_argument("--write", action="store_true", help="replace the section in results.md")
    parser.add_argument("--note", default="", help="a remark for the heading, such as the kind of machine")
    options = parser.parse_args(arguments)
    new = section(options.quick, f", {options.note}" if options.note else "")
    if options.write:
        RESULTS.write_text(replaced(RESULTS.read_text(encoding="utf-8"), new), encoding="utf-8")
    print(new, end="")


if __name__ == "__main__":
    main()
