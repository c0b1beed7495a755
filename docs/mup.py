"""A coordinate check with exponents: how much do the coordinates of a ReLU network move in one step of SGD?

Two hidden layers of width n, one input, one step on the squared loss (f - 1)^2 / 2, in two parametrisations:

    standard   entries of variance 1/fan-in, one learning rate for all layers
    mup        output weights of variance 1/n^2; learning rates n, 1, 1/n for input, hidden and output weights

A coordinate check asks that the coordinates move by an amount that does not depend on n: order n^0. One sample
is the mean |change| over the coordinates of a layer of one network.

    python docs/mup.py            the table of docs/mup.md
    python docs/mup.py -o DIR     and the samples as CSV files, for verifier fit
"""

from __future__ import annotations

import argparse
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from verifier.datafiles import Samples
from verifier.fits.fitting import fit

Array = npt.NDArray[np.float64]

WIDTHS = (61, 115, 204, 390, 512, 768)
SAMPLES = 1500
BATCH = 10
SEED = 20_201
INPUTS = 8
COORDINATES = ("hidden 1", "hidden 2", "output")
PARAMETRISATIONS = ("standard", "mup")


def moves(parametrisation: str, n: int, samples: int, rng: np.random.Generator) -> Array:
    """Mean |change| over h^1, over h^2, and |change| of f in one step, in ``samples`` networks; shape (samples, 3)."""
    x = np.ones(INPUTS)
    w1 = rng.standard_normal((samples, n, INPUTS)) / np.sqrt(INPUTS)
    w2 = rng.standard_normal((samples, n, n)) / np.sqrt(n)
    w3 = rng.standard_normal((samples, n)) / (n if parametrisation == "mup" else np.sqrt(n))
    rate1, rate2, rate3 = (n, 1.0, 1 / n) if parametrisation == "mup" else (1.0, 1.0, 1.0)

    y1 = w1 @ x
    h1 = np.maximum(y1, 0)
    y2 = np.einsum("sij,sj->si", w2, h1)
    h2 = np.maximum(y2, 0)
    f = np.einsum("si,si->s", w3, h2)

    error = (f - 1)[:, None]
    d2 = w3 * (y2 > 0)
    d1 = np.einsum("sij,si->sj", w2, d2) * (y1 > 0)
    # The updated weights, applied: W2 - rate error d2 h1^T is never written down.
    new_h1 = np.maximum(y1 - rate1 * error * d1 * (x @ x), 0)
    shift = rate2 * error[:, 0] * np.einsum("si,si->s", h1, new_h1)
    new_h2 = np.maximum(np.einsum("sij,sj->si", w2, new_h1) - shift[:, None] * d2, 0)
    new_f = np.einsum("si,si->s", w3 - rate3 * error * h2, new_h2)
    hidden = [np.mean(np.abs(new - old), axis=1) for new, old in ((new_h1, h1), (new_h2, h2))]
    return np.stack([*hidden, np.abs(new_f - f)], axis=1)


def measure(parametrisation: str) -> dict[str, Samples]:
    """Samples of each layer's move, by width."""
    found: dict[str, dict[tuple[int, ...], Array]] = {name: {} for name in COORDINATES}
    for n in WIDTHS:
        key = (zlib.crc32(parametrisation.encode()), n)
        rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(SEED, spawn_key=key)))
        values = np.concatenate([moves(parametrisation, n, BATCH, rng) for _ in range(SAMPLES // BATCH)])
        for k, name in enumerate(COORDINATES):
            found[name][n,] = values[:, k]
    return {name: Samples(("width",), cells) for name, cells in found.items()}


def table(measured: dict[str, dict[str, Samples]]) -> str:
    """Markdown: the exponent of each move, and the verdict on order n^0."""
    lines = ["| layer | " + " | ".join(f"{name} | order n^0?" for name in measured) + " |"]
    lines.append("|---" * (1 + 2 * len(measured)) + "|")
    for name in COORDINATES:
        row = [name]
        for samples in measured.values():
            decision = fit(samples[name], "order", "0").decisions[0]
            row += [f"{decision.estimate:+.3f} [{decision.low:+.3f}, {decision.high:+.3f}]", str(decision.verdict)]
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="A coordinate check with exponents.")
    parser.add_argument("-o", type=Path, metavar="DIR", help="write the samples there, as CSV")
    folder: Path | None = parser.parse_args().o
    measured = {name: measure(name) for name in PARAMETRISATIONS}
    print(table(measured))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for parametrisation, samples in measured.items():
            for name, found in samples.items():
                rows = [f"{cell[0]},{value!r}" for cell, values in found.cells.items() for value in values.tolist()]
                path = folder / f"{parametrisation}-{name.replace(' ', '-')}.csv"
                path.write_text("width,value\n" + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
