"""Gradient descent at one hidden layer: step by step against networks of two inputs' dimension, and its instability.

Seeds are the literals below; statistical tests are at rate 1e-9 each.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import stats

from lemmas._kernels import TangentKernel
from lemmas.section3 import SEQUENTIAL
from verifier.networks.correlations import sample_T
from verifier.networks.descent import sample_descent

Z = 6.2


def direct(n, step, steps, label, samples, rng):
    """f at x after each step of gradient descent on (f - label)²/2 over all weights, in dimension 2."""
    x = np.array([1.0, 1.0])
    w, v = rng.standard_normal((samples, n, 2)), rng.standard_normal((samples, n))
    outputs = []
    for _ in range(steps + 1):
        y = np.einsum("bni,i->bn", w, x) / sqrt(2)
        active = np.maximum(y, 0)
        f = sqrt(2 / n) * (v * active).sum(axis=1)
        outputs.append(f)
        slope = (f - label)[:, None] * sqrt(2 / n)
        w, v = w - step * (slope * v * (y > 0))[:, :, None] * x / sqrt(2), v - step * slope * active
    return np.stack(outputs, axis=1)


@pytest.mark.parametrize(("n", "step", "label"), [(1, 0.3, 1.0), (6, 0.7, -2.0), (40, 1.5, 1.0)])
def test_law(n, step, label):
    """KS of f before training and after one and three steps; rate 1e-9 each, seed 800.  Twin: half the step."""
    rng = np.random.default_rng(800)
    found = sample_descent(n, step=step, steps=3, label=label, samples=30_000, rng=rng).values
    expected = direct(n, step, 3, label, 30_000, rng)
    for column in (0, 1, 3):
        assert stats.ks_2samp(found[:, column], expected[:, column], method="asymp").pvalue > 1e-9
    twin = direct(n, step / 2, 3, label, 30_000, rng)
    assert stats.ks_2samp(found[:, 1], twin[:, 1], method="asymp").pvalue < 1e-9


def test_E24_steps_below_the_bound_converge_and_larger_ones_do_not():
    """λ_max(Θ) = 2 at one input, so that 2/λ_max = 1: .9 converges, √n does not.  Seed 810."""
    assert float(TangentKernel(2, 0)) == pytest.approx(2)
    rng = np.random.default_rng(810)
    below = sample_descent(4096, step=0.9, steps=60, samples=50, rng=rng).values
    assert np.all(np.abs(below[:, -1] - 1) < 1e-3)
    above = sample_descent(4096, step=64.0, steps=60, samples=50, rng=rng).values
    assert np.median(np.abs(above[:, 1])) > 20
    assert (above[:, -1] == 0).mean() > 0.9


def sequential(angle):
    (symbol,) = SEQUENTIAL.free_symbols
    return float(SEQUENTIAL.subs({symbol: angle}))


def test_the_sequential_limit_of_section_3():
    """E (n_2 T²)² at 60° and n_1 = 128 n_2: the formula to 6.2 standard errors and 5/n_2.  Seed 820."""
    rng, n = np.random.default_rng(820), 64
    square = (n * sample_T(3, [128 * n, n], [2], angle=60, samples=3000, rng=rng).values[:, 0]) ** 2
    expected = sequential(60)
    error = square.std() / sqrt(len(square))
    assert abs(square.mean() - expected) < Z * error + 5 / n * expected
    assert abs(square.mean() - sequential(90)) > Z * error + 5 / n * expected
    assert sequential(113.218) < 1e-9
    # One input: 16 Θ² with Θ = 2 in depth 2.
    assert sequential(0) == pytest.approx(16 * 4)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"width": 0}, "width is 0"), ({"step": 0.0}, "step is 0.0"), ({"step": float("nan")}, "step is nan"),
     ({"steps": -1}, "steps is -1"), ({"label": float("inf")}, "label is inf"), ({"samples": 0}, "samples is 0")],
)  # fmt: skip
def test_bad_requests(change, message):
    request = {"width": 8, "step": 0.5, "steps": 2, "samples": 2, "rng": np.random.default_rng(0)} | change
    with pytest.raises(ValueError, match=message):
        sample_descent(**request)
