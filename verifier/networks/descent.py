"""Gradient descent on the squared loss at one hidden layer, step by step, with all the kinks of relu.

    f(x) = sum_a v_a sqrt(2) relu(y_a) / sqrt(n),   y_a = w_a.x / sqrt(n_0),   |x|^2 = n_0,

trained at the one input x with label t on (f - t)^2 / 2.  The weights enter through y and v alone, and a step of
size mu is

    y_a <- y_a - mu (f - t) sqrt(2/n) v_a 1{y_a > 0},   v_a <- v_a - mu (f - t) sqrt(2/n) relu(y_a).

The tangent kernel at x tends to 2, so that f - t shrinks by 1 - 2 mu a step in the limit: mu must be below 1.  With
mu = sqrt(n), which is o(n), f grows to the order sqrt(n) in one step, all units close in the next few, and f = 0.
"""

from __future__ import annotations

from math import isfinite, sqrt

import numpy as np

from verifier.networks.draws import Draw, batch_size, collect
from verifier.networks.request import MAX_WIDTH, whole
from verifier.networks.spaces import Array


def sample_descent(
    width: int, *, step: float, steps: int, label: float = 1.0, samples: int, rng: np.random.Generator
) -> Draw:
    """f at the training input before training and after each of ``steps`` steps of size ``step``.

    width: n >= 1, one hidden layer; step: the learning rate mu > 0; label: t.  Time and memory a sample are of the
    order of n.  Returns a Draw with values (samples, steps + 1).  Raises ValueError outside these ranges.
    """
    width, steps, samples = whole("width", width, 1, MAX_WIDTH), whole("steps", steps, 0), whole("samples", samples, 1)
    if not isfinite(step) or step <= 0.0:
        raise ValueError(f"step is {step!r}: it must be a finite number above 0")
    if not isfinite(label):
        raise ValueError(f"label is {label!r}: it must be a finite number")
    gain = sqrt(2.0 / width)

    def draw(batch: int, stream: np.random.Generator) -> Array:
        y, v = stream.standard_normal((2, batch, width))
        outputs = []
        for _ in range(steps + 1):
            active = np.maximum(y, 0.0)
            outputs.append(gain * np.einsum("bn,bn->b", v, active))
            move = step * gain * (outputs[-1] - label)[:, None]
            y, v = y - move * v * (y > 0.0), v - move * active
        return np.stack(outputs, axis=1)

    values = collect(samples, batch_size(width), rng, draw)
    return Draw(values, None, {"quantities": ("f",) * (steps + 1), "widths": (width,), "step": step, "label": label})
