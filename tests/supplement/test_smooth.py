"""Smooth activations: the series against contour integrals, T^r against explicit formulas, the exponents.

Statistical tests are at rate 1e-9 each (normal approximation); seeds are the literals below.
"""

from __future__ import annotations

from itertools import pairwise
from math import factorial, log, pi, sqrt

import mpmath
import numpy as np
import pytest
from scipy import special

from verifier.networks import smooth
from verifier.networks.gaussian import DenseGaussian, LazyGaussian

Z = 6.2
PLAIN = {
    "tanh": np.tanh,
    "erf": special.erf,
    "softplus": lambda y: np.log(1 + np.exp(y)),
    "gelu": lambda y: y * (1 + special.erf(y / sqrt(2))) / 2,
}
PRECISE = {
    "tanh": mpmath.tanh,
    "erf": mpmath.erf,
    "softplus": lambda y: mpmath.log(1 + mpmath.exp(y)),
    "gelu": lambda y: y * mpmath.ncdf(y),
}


def contour(function, order, radius=0.3, points=64):
    """Taylor coefficients at 0 of an analytic function, by Cauchy's integral."""
    t = radius * np.exp(2j * pi * np.arange(points) / points)
    coefficients = np.fft.fft(np.array([function(s) for s in t])) / points
    return coefficients.real[: order + 1] / radius ** np.arange(order + 1)


@pytest.mark.parametrize("name", smooth.ACTIVATIONS)
@pytest.mark.parametrize("point", [-6.0, -1.3, 0.0, 0.4, 5.0])
def test_derivatives_of_the_activations(name, point):
    """phi(y + t): the coefficients are phi^(k)(y)/k!, and the second series those of phi'; relative 1e-11."""
    with mpmath.workdps(60):
        expected = [float(c) for c in mpmath.taylor(PRECISE[name], mpmath.mpf(point), 9)]
    s, p = smooth.compose(name, [np.array([point]), np.array([1.0])], 8)
    scale = max(abs(c) for c in expected[1:])
    assert np.allclose(np.ravel(s), expected[:-1], rtol=1e-11, atol=1e-13 * scale)
    assert np.allclose(np.ravel(p), [k * c for k, c in enumerate(expected)][1:], rtol=1e-11, atol=1e-12 * scale)


@pytest.mark.parametrize("name", smooth.ACTIVATIONS)
@pytest.mark.parametrize("length", [1, 2, 4, 8])
def test_composition_with_a_series(name, length):
    y = np.random.default_rng(500).standard_normal(length) / (1 + np.arange(length))
    expected = contour(lambda t: PLAIN[name](np.polyval(y[::-1], t)), 7)
    s, _ = smooth.compose(name, [np.array([c]) for c in y], 7)
    assert np.allclose(np.ravel(s), expected, rtol=1e-8, atol=1e-9)


def reference(weights, inputs, phi, order):
    """r! times the Taylor coefficients of f(w + t grad f(x_1)) at x_0: complex steps, then a contour integral."""

    def f(at, x):
        q = x
        for w in at[:-1]:
            q = phi(w @ q / sqrt(w.shape[1]))
        return (at[-1] @ q / sqrt(at[-1].shape[1]))[0]

    gradient = []
    for l, w in enumerate(weights):
        g = np.zeros_like(w)
        for i, j in np.ndindex(*w.shape):
            shifted = [v.astype(complex) for v in weights]
            shifted[l][i, j] += 1e-30j
            g[i, j] = f(shifted, inputs[-1]).imag / 1e-30
        gradient.append(g)
    found = contour(lambda t: f([w + t * g for w, g in zip(weights, gradient, strict=True)], inputs[0]), order, 0.2)
    return found * [factorial(r) for r in range(order + 1)]


@pytest.mark.parametrize("name", ["tanh", "softplus", "erf", "gelu"])
@pytest.mark.parametrize("lazy", [True, False])
@pytest.mark.parametrize(("depth", "n", "angle"), [(1, 0, 60), (2, 4, 0), (2, 3, 100), (3, 3, 60), (4, 2, 0)])
def test_pathwise(name, lazy, depth, n, angle):
    """T^0..T^5 on completed matrices: relative error 1e-6 of the largest (the contour's own)."""
    rng, batch = np.random.default_rng(510), 3
    inputs = smooth.input_pair(angle)
    sizes = [inputs.shape[1], *[n] * (depth - 1), 1]
    make = LazyGaussian if lazy else DenseGaussian.draw
    matrices = [make(batch, b, a, rng) for a, b in pairwise(sizes)]
    found = smooth.smooth_star(smooth.SmoothNetwork(sizes[:-1], matrices, batch, name), inputs, range(6))
    weights = [matrix.complete() for matrix in matrices]
    for b in range(batch):
        expected = reference([w[b] for w in weights], inputs, PLAIN[name], 5)
        assert np.allclose(found[b], expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())
    if depth == 1:
        assert not found[:, 2:].any()


def derivatives(name, y, order):
    s, _ = smooth.compose(name, [y, np.ones_like(y)], order)
    return [factorial(k) * c for k, c in enumerate(s)]


def expected_psi(name, r):
    """E psi_r at one input, r odd: E v^(r+1) E[phi^(r) phi'^r] + r E v^(r-1) E[phi phi^(r-1) phi'^(r-1)]."""
    y, w = np.polynomial.hermite_e.hermegauss(120)
    d = derivatives(name, y, r)
    even = [1.0, 0.0, 1.0, 0.0, 3.0, 0.0, 15.0]
    value = even[r + 1] * d[r] * d[1] ** r + r * even[r - 1] * d[0] * d[r - 1] * d[1] ** (r - 1)
    return float(value @ w / sqrt(2 * pi))


@pytest.mark.parametrize("name", smooth.ACTIVATIONS)
def test_neuron_terms_have_the_explicit_mean(name):
    """E psi_r for r = 1, 3, 5 by quadrature, and 0 for r = 2, 4; seed 520."""
    rng = np.random.default_rng(520)
    values = smooth.sample_smooth_T(2, 1, range(6), activation=name, samples=200000, rng=rng).values
    for r in range(6):
        expected = expected_psi(name, r) if r % 2 else 0.0
        assert abs(values[:, r].mean() - expected) < Z * values[:, r].std() / sqrt(len(values))
    # n^(-1) is attained: the mean of psi_3 is not 0, so E T^3 n is not, at any n.
    assert abs(expected_psi(name, 3)) > 0.05


def test_two_layers_are_sums_of_neuron_terms():
    """n^(r+1) E (T^r)^2 = n Var psi + n^2 (E psi)^2 at n = 7 and 60 degrees, tanh; seed 521."""
    rng, n = np.random.default_rng(521), 7
    psi = smooth.sample_smooth_T(2, 1, [2, 3], activation="tanh", angle=60, samples=200000, rng=rng).values
    found = smooth.sample_smooth_T(2, n, [2, 3], activation="tanh", angle=60, samples=100000, rng=rng).values
    for column, r in enumerate((2, 3)):
        scaled = (n ** ((r + 1) / 2) * found[:, column]) ** 2 / n
        expected = psi[:, column].var() + n * psi[:, column].mean() ** 2
        square, mean = psi[:, column] ** 2, psi[:, column].mean()
        noise = (square.var() + (2 * n * mean) ** 2 * psi[:, column].var()) / len(psi)
        assert abs(scaled.mean() - expected) < Z * sqrt(scaled.var() / len(scaled) + noise)
        assert scaled.std() / sqrt(len(scaled)) < 0.1 * expected


E10 = [(name, 2, 3, -1.0) for name in smooth.ACTIVATIONS] + [("softplus", 2, 5, -2.0)]


@pytest.mark.parametrize(("name", "depth", "r", "exponent"), E10)
def test_E10_mean_exponents(name, depth, r, exponent):
    """log of E T^r between n = 16 and 256: -1 for r = 3, -2 for r = 5, where ReLU has -2 and 0 = T^5; seed 530."""
    rng = np.random.default_rng(530)
    found = []
    for n, samples in ((16, 60000), (256, 8000)):
        values = smooth.sample_smooth_T(depth, n, [r], activation=name, samples=samples, rng=rng).values[:, 0]
        found.append((values.mean(), values.std() / sqrt(samples)))
    (low, low_error), (high, high_error) = found
    slope = log(high / low) / log(16)
    error = sqrt((low_error / low) ** 2 + (high_error / high) ** 2) / log(16)
    assert abs(slope - exponent) < Z * error
    assert Z * error < 0.5


@pytest.mark.parametrize("name", ["tanh", "softplus"])
def test_three_layers(name):
    """L = 3, r = 3, lazily: the mean falls as 1/n between n = 64 and 1024, within errors and .1; seed 540."""
    rng = np.random.default_rng(540)
    found = []
    for n, samples in ((64, 6000), (1024, 700)):
        values = smooth.sample_smooth_T(3, n, [3], activation=name, samples=samples, rng=rng).values[:, 0]
        found.append((values.mean(), values.std() / sqrt(samples)))
    (low, low_error), (high, high_error) = found
    error = sqrt((low_error / low) ** 2 + (high_error / high) ** 2) / log(16)
    assert abs(log(high / low) / log(16) + 1.0) < Z * error + 0.1
    assert Z * error < 0.6


@pytest.mark.parametrize(
    ("change", "message"),
    [({"activation": "relu"}, "activation is 'relu'"), ({"sampler": "gram"}, "sampler is 'gram'"),
     ({"orders": []}, "orders is empty"), ({"widths": 0}, "width is 0"), ({"samples": 0}, "samples is 0")],
)  # fmt: skip
def test_bad_requests(change, message):
    request = {"depth": 2, "widths": 4, "orders": [2], "activation": "tanh", "samples": 1} | change
    with pytest.raises(ValueError, match=message):
        smooth.sample_smooth_T(**request, rng=np.random.default_rng(0))


def test_bad_series():
    with pytest.raises(ValueError, match="activation is 'sine'"):
        smooth.compose("sine", [np.zeros(1)], 2)
    with pytest.raises(ValueError, match="empty series"):
        smooth.compose("tanh", [], 2)
