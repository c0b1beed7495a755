"""A coordinate check of a small network, written as mup's ``get_coord_data`` writes it: one row a module and step.

A tanh network with two hidden layers of width n is trained by SGD on one batch of 64 examples; before each of three
steps the mean |coordinate| of what every layer returns is recorded (``l1``), for eight seeds and five widths:

    mup.csv   output weights of variance 1/n^2; learning rates n, 1, 1/n for the three layers
    sp.csv    entries of variance 1/fan-in; one learning rate, 0.3

    python docs/fit/coordinates.py DIR
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

WIDTHS = (128, 256, 512, 1024, 2048)
SEEDS, STEPS, BATCH, INPUTS = 8, 3, 64, 128
HEADER = ",width,module,t,l1,optimizer,lr"


def rows(mup: bool, seeds: int = SEEDS) -> list[str]:
    """The lines of the table, seed by seed."""
    batch = np.random.default_rng(20_201)
    x = batch.standard_normal((INPUTS, BATCH))
    y = batch.choice([-1.0, 1.0], BATCH)
    rate = 1.0 if mup else 0.3
    found = []
    for seed in range(seeds):
        for n in WIDTHS:
            rng = np.random.default_rng((seed, n))
            w1 = rng.standard_normal((n, INPUTS)) / np.sqrt(INPUTS)
            w2 = rng.standard_normal((n, n)) / np.sqrt(n)
            w3 = rng.standard_normal(n) / (n if mup else np.sqrt(n))
            rates = (rate * n, rate, rate / n) if mup else (rate, rate, rate)
            for t in range(1, STEPS + 1):
                y1 = w1 @ x
                h1 = np.tanh(y1)
                y2 = w2 @ h1
                h2 = np.tanh(y2)
                f = w3 @ h2
                for module, out in (("hidden1", y1), ("hidden2", y2), ("readout", f)):
                    found.append(f"{len(found)},{n},{module},{t},{np.abs(out).mean():.9g},sgd,{rate}")
                error = (f - y) / BATCH
                d2 = np.outer(w3, error) * (1 - h2**2)
                d1 = (w2.T @ d2) * (1 - h1**2)
                w3 = w3 - rates[2] * (h2 @ error)
                w2 = w2 - rates[1] * (d2 @ h1.T)
                w1 = w1 - rates[0] * (d1 @ x.T)
    return found


def main() -> None:
    folder = Path(sys.argv[1])
    for name, mup in (("mup", True), ("sp", False)):
        (folder / f"{name}.csv").write_text("\n".join([HEADER, *rows(mup), ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
