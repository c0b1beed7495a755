"""One hidden layer, measured: the orders of f and of T in n, from networks drawn here with NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verifier.check import Check, Measure, Parameters, Quantity, cells

WIDTHS = (128, 413, 1150, 4690, 20_011)


@dataclass(frozen=True)
class Draw:
    """Samples of shape (samples, cells); known standard normals could help here, but are not needed."""

    values: npt.NDArray[np.float64]
    normals: None = None


def _hidden(angle: float, width: int, rng: np.random.Generator) -> tuple[npt.NDArray[np.float64], ...]:
    """Preactivations at x and x' (|x|² = n_0, ``angle`` degrees apart) and output weights, a neuron each."""
    y, independent, v = rng.standard_normal((3, width))
    radians = np.deg2rad(angle)
    return y, np.cos(radians) * y + np.sin(radians) * independent, v


def _output(
    shared: Parameters, chosen: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
) -> Draw:
    values = np.empty((samples, len(chosen)))
    for k in range(samples):
        y, _, v = _hidden(shared["angle"], width, rng)
        values[k] = np.sqrt(2 / width) * np.sum(v * np.maximum(y, 0))
    return Draw(values)


def _second(
    shared: Parameters, chosen: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
) -> Draw:
    """T = (x·x'/n_0) (2/n)^{3/2} Σ_a 1[y_a > 0] relu(y'_a) v_a, both derivatives written out."""
    values = np.empty((samples, len(chosen)))
    for k in range(samples):
        y, y_other, v = _hidden(shared["angle"], width, rng)
        overlap = np.sum(v * np.maximum(y_other, 0) * (y > 0))
        values[k] = np.cos(np.deg2rad(shared["angle"])) * (2 / width) ** 1.5 * overlap
    return Draw(values)


check = Check(
    "one_hidden_layer",
    Measure(Quantity("f", "f", ("angle",), _output), cells(angle=0), widths=WIDTHS, block=256, samples=1 << 13),
    Measure(Quantity("T", "T", ("angle",), _second), cells(angle=60), widths=WIDTHS, block=256, samples=1 << 13),
)
