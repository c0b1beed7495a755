"""One hidden layer, measured: the orders of f and of T in n, from networks drawn here with NumPy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

import verifier as v

#: The instances that the second claim speaks of, for its cells and for `verifier hunt one_hidden_layer`.
INSTANCES = v.Space(angle=v.angles("x", "x'"))
WIDTHS = (128, 413, 1150, 4690, 20_011)


def _hidden(angle: float, n: int, rng: np.random.Generator) -> tuple[npt.NDArray[np.float64], ...]:
    """Preactivations at x and x' (|x|² = n_0, ``angle`` degrees apart) and output weights, a neuron each."""
    y, independent, weights = rng.standard_normal((3, n))
    radians = np.deg2rad(angle)
    return y, np.cos(radians) * y + np.sin(radians) * independent, weights


@v.quantity("f")
def output(n: int, rng: np.random.Generator, *, angle: float) -> float:
    y, _, weights = _hidden(angle, n, rng)
    return np.sqrt(2 / n) * np.sum(weights * np.maximum(y, 0))


@v.quantity("T")
def second(n: int, rng: np.random.Generator, *, angle: float) -> float:
    """T = (x·x'/n_0) (2/n)^{3/2} Σ_a 1[y_a > 0] relu(y'_a) v_a, both derivatives written out."""
    y, y_other, weights = _hidden(angle, n, rng)
    overlap = np.sum(weights * np.maximum(y_other, 0) * (y > 0))
    return np.cos(np.deg2rad(angle)) * (2 / n) ** 1.5 * overlap


check = v.Check(
    "one_hidden_layer",
    v.Measure(output, v.cells(angle=0), widths=WIDTHS, block=256, samples=1 << 13),
    v.Measure(second, INSTANCES.cells(angle=60), widths=WIDTHS, block=256, samples=1 << 13, space=INSTANCES),
)
