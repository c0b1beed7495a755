"""Rotation prediction, trained: the accuracy of a hypernetwork against its learning rate, width and depth.

f reads an image and gives the weights of g, which reads the image turned by a multiple of 360°/turns and says which.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from verifier.networks.training import Examples, Hyper, Trained, train
from verifier.quantities.check import Parameters, Quantity

from ._training import KNOWN, guessing, rotated, test_images


@dataclass(frozen=True)
class Sizes:
    """What a run is trained on and for how long: images (0: all of them), turns of each, epochs, examples a step."""

    training: int
    test: int
    turns: int
    epochs: int
    batch: int


SIZES = {"small": Sizes(128, 64, 4, 16, 32), "paper": Sizes(0, 0, 12, 40, 32), "tiny": Sizes(24, 16, 4, 2, 16)}
#: Which width of a check is that of g, and which its depth.
AXES = {"m": "m", "H": "H"}


def learned(cell: Parameters) -> float:
    """The accuracy beyond which something is learned, set before any is measured: what guessing hardly ever reaches."""
    sizes = SIZES[cell["sizes"]]
    return guessing(sizes.turns * test_images(cell["data"], sizes.test), sizes.turns)


def runs(shared: Parameters, rates: Sequence[float], samples: int, rng: np.random.Generator) -> Trained:
    """Hypernetworks of depths L and H and widths n and m, trained at each of the rates."""
    sizes = SIZES[shared["sizes"]]
    training, test = rotated(shared["data"], sizes.training, sizes.test, sizes.turns)
    pixels = training.x.shape[1]
    model = Hyper(shared["L"], shared["n"], shared["H"], shared["m"], pixels, pixels, sizes.turns)
    return train(
        model, training, test, rates=rates, runs=samples, epochs=sizes.epochs, batch=sizes.batch, rng=rng,
    )  # fmt: skip


def _draw(shared: Parameters, listed: Sequence[Parameters], width: Any, samples: int, rng: np.random.Generator) -> Any:
    """A column a cell, of its rate: the accuracy ("final"), its mean over the epochs ("mean"), or 1 if diverged."""
    axis = AXES["m" if "m" not in shared else "H"]
    rates = list(dict.fromkeys(float(cell["rate"]) for cell in listed))
    found = runs({**shared, axis: width}, rates, samples, rng)
    columns = []
    for cell in listed:
        at = rates.index(float(cell["rate"]))
        accuracy = found.accuracy[:, at]
        what = {"final": accuracy[:, -1], "mean": accuracy[:, 1:].mean(axis=1), "diverged": found.diverged[:, at]}
        columns.append(np.asarray(what[cell["of"]], dtype=np.float64))
    return np.stack(columns, axis=1)


#: Accuracies lie between 0 and 1; the width is that of g, or its depth where a cell fixes m.
accuracy = Quantity(
    "accuracy", "test accuracy", ("sizes", "data", "L", "n", "H", "m"), _draw, bounds=(0.0, 1.0), version="1"
)


def work(shared: Parameters, width: Any) -> float:
    """Weights of f times the examples that they meet."""
    sizes, (_, images) = SIZES[shared["sizes"]], KNOWN[shared["data"]]
    return _weights(shared, width) * sizes.epochs * sizes.turns * (sizes.training or images)


def trial(shared: Parameters, width: Any, part: int = 16) -> tuple[float, float]:
    """One epoch of one network on one of ``part`` images, and as much of the tests: seconds, and its :func:`work`."""
    sizes = SIZES[shared["sizes"]]
    training, test = (
        Examples(e.x[: len(e.x) // part], e.y[: len(e.y) // part], None if e.z is None else e.z[: len(e.z) // part])
        for e in rotated(shared["data"], sizes.training, sizes.test, sizes.turns)
    )
    model, batch = _model(shared, width), min(sizes.batch, len(training.x))
    took = []
    for _ in range(2):  # the first time it is compiled
        begun = time.perf_counter()
        rng = np.random.default_rng(0)
        train(model, training, test, rates=[float(shared["rate"])], runs=1, epochs=1, batch=batch, rng=rng)
        took.append(time.perf_counter() - begun)
    return took[-1], _weights(shared, width) * len(training.x)


def _weights(shared: Parameters, width: Any) -> float:
    return float(sum(rows * columns for rows, columns in _model(shared, width).shapes))


def _model(shared: Parameters, width: Any) -> Hyper:
    """The hypernetwork of a cell at this width of g, or at this depth where the cell fixes the width."""
    whole = {**shared, AXES["m" if "m" not in shared else "H"]: width}
    pixels, _ = KNOWN[whole["data"]]
    return Hyper(whole["L"], whole["n"], whole["H"], whole["m"], pixels, pixels, SIZES[whole["sizes"]].turns)


#: The same where a rate is trained alone, for networks so large that a batch of few is a piece of work.
at_one_rate = replace(accuracy, shared=(*accuracy.shared, "rate"), work=work, trial=trial)
