"""Outputs of hypernetworks, and Fourier features: in law, moments, joint normality, reference values.

Statistical tests are at rate 1e-9 each (normal approximation, or Kolmogorov-Smirnov); seeds are literals.
"""

from __future__ import annotations

from math import exp, sqrt

import numpy as np
import pytest
from scipy import stats

from verifier.networks import kernels
from verifier.networks.correlations import sample_K
from verifier.networks.fourier import sample_fourier
from verifier.networks.hyperkernel import sample_hyperkernel
from verifier.networks.process import sample_outputs

Z = 6.2


def within(values, expected, slack=0.0):
    return abs(values.mean() - expected) < Z * values.std(ddof=1) / sqrt(len(values)) + slack


SMALL = [(3, 3, 4, 3, 60, 100), (2, 2, 3, 2, 0, 60), (3, 1, 1, 2, 90, 0)]


@pytest.mark.parametrize(("H", "L", "n", "m", "x", "z"), SMALL)
def test_law_against_the_weights(H, L, n, m, x, z):
    """KS of h(u), h(u'), their product and sum, with networks whose weights are met; 4e-9 a case, seed 800."""
    rng = np.random.default_rng(800)
    widths = [n] * (L - 1)
    found = sample_outputs(H, L, widths, m=m, x_angle=x, z_angle=z, samples=20000, rng=rng).values
    other = sample_hyperkernel(H, L, widths, m=m, x_angle=x, z_angle=z, samples=20000, rng=rng).values[:, 2:]
    for combine in (lambda h: h[:, 0], lambda h: h[:, 1], lambda h: h[:, 0] * h[:, 1], lambda h: h[:, 0] + h[:, 1]):
        assert stats.ks_2samp(combine(found), combine(other), method="asymp").pvalue > 1e-9
    # The twin: outputs that are independent of each other.
    if abs(np.corrcoef(found[:, 0], found[:, 1])[0, 1]) > 0.2:
        shuffled = found[:, 0] * rng.permutation(found[:, 1])
        assert stats.ks_2samp(shuffled, other[:, 0] * other[:, 1], method="asymp").pvalue < 1e-9


def test_law_against_the_terms_of_order_zero():
    """h = K^(0) of the sampler of hypernetwork terms, H = 2, L = 3, n = 3, m = 4; KS, seed 801."""
    rng = np.random.default_rng(801)
    found = sample_outputs(2, 3, 3, m=4, z=(1.0, 1.0), samples=20000, rng=rng).values[:, 0]
    other = sample_K(2, 3, 3, [0], m=4, samples=20000, rng=rng).values[:, 0]
    assert stats.ks_2samp(found, other, method="asymp").pvalue > 1e-9


@pytest.mark.parametrize(("depth", "n", "value"), [(2, 8, 4.875), (3, 8, 7.921875), (4, 8, 12.873046875)])
def test_O5_fourth_moment_of_f(depth, n, value):
    """E f^4 = 3 (1 + 5/n)^{L-1}, by 3 E Lambda^2; seed 810.  One layer more or less is ruled out."""
    values = sample_outputs(1, depth, n, m=1, z=(1.0, 1.0), samples=400000, rng=np.random.default_rng(810)).values
    assert 3 * (1 + 5 / n) ** (depth - 1) == value
    fourth = 3 * values[:, 2] ** 2
    assert within(fourth, value)
    assert not within(fourth, value * (1 + 5 / n))
    assert within(values[:, 0] ** 2, 1.0)


@pytest.mark.parametrize(("H", "L", "x", "z"), [(2, 2, 90, 90), (3, 2, 60, 60), (2, 3, 60, 60), (3, 3, 60, 120)])
def test_O22_covariance(H, L, x, z):
    """E Lambda^H at n = m = 2048 within Z errors and 1 % for terms of order 1/n, 1/m; seed 820."""
    rng = np.random.default_rng(820)
    values = sample_outputs(H, L, 2048, m=2048, x_angle=x, z_angle=z, samples=1500, rng=rng).values
    limit = float(kernels.limits_at(H, L, x, z)["nngp_h"])
    assert within(values[:, 3], limit, 0.01 * limit)
    assert within(values[:, 2], 1.0, 0.01)
    wrong = float(kernels.limits_at(H, L + 1, x, z)["nngp_h"])  # S^L for S^{L-1}: E6
    assert not within(values[:, 3], wrong, 0.01 * wrong)


def test_joint_normality_in_any_order_of_limits():
    """KS of whitened outputs with the normal law, along three directions, at wide n and m; 12e-9 in all, seed 830.

    Twin: n = m = 2 is told apart from normal.
    """
    rng = np.random.default_rng(830)

    def p_values(n, m, samples):
        values = sample_outputs(3, 2, n, m=m, x_angle=60, z_angle=60, samples=samples, rng=rng).values
        limit = float(kernels.limits_at(3, 2, 60, 60)["nngp_h"])
        white = values[:, :2] @ np.linalg.inv(np.linalg.cholesky([[1.0, limit], [limit, 1.0]])).T
        directions = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [0.8, -0.6]])
        return [stats.kstest(white @ d, "norm").pvalue for d in directions]

    for n, m in ((3000, 3000), (300, 8000), (8000, 300)):
        assert min(p_values(n, m, 1000)) > 1e-9
    assert min(p_values(2, 2, 20000)) < 1e-9


def test_O29_fourier_features():
    """|z - z'| = 1: .3032653 at every k; and the LLN: sd falls as k^{-1/2}.  Seed 840."""
    rng = np.random.default_rng(840)
    few = sample_fourier(1, distance=1.0, samples=100000, rng=rng).values[:, 0]
    many = sample_fourier(10**4, distance=1.0, samples=500, rng=rng).values[:, 0]
    for values in (few, many):
        assert within(values, 0.5 * exp(-0.5))
    assert not within(many, exp(-0.5))
    assert not within(many, 0.5 * exp(-1.0))
    assert 85 < few.std() / many.std() < 117  # 100 within 5 sd of an estimate from 500
    assert within(sample_fourier(3, distance=0.0, samples=50000, rng=rng).values[:, 0], 0.5)


def test_fourier_features_against_drawn_features():
    """KS with features of drawn W, b at two vectors z, z', k = 2; seed 841."""
    rng, samples = np.random.default_rng(841), 20000
    z, other = np.array([0.3, -1.0, 0.4]), np.array([0.9, -0.2, 0.4])
    w, b = rng.standard_normal((samples, 2, 3)), rng.uniform(0, 2 * np.pi, (samples, 2))
    drawn = (np.cos(w @ z + b) * np.cos(w @ other + b)).mean(axis=1)
    found = sample_fourier(2, distance=1.0, samples=samples, rng=rng).values[:, 0]
    assert stats.ks_2samp(drawn, found, method="asymp").pvalue > 1e-9
    twin = sample_fourier(2, distance=1.5, samples=samples, rng=rng).values[:, 0]
    assert stats.ks_2samp(drawn, twin, method="asymp").pvalue < 1e-9


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: sample_outputs(0, 2, 4, m=1, samples=1, rng=rng), "g_depth is 0"),
        (lambda rng: sample_outputs(2, 2, 4, m=0, samples=1, rng=rng), "m is 0"),
        (lambda rng: sample_outputs(2, 2, 4, m=1, x_angle=float("nan"), samples=1, rng=rng), "angle is nan"),
        (lambda rng: sample_fourier(0, distance=1.0, samples=1, rng=rng), "features is 0"),
        (lambda rng: sample_fourier(4, distance=-1.0, samples=1, rng=rng), "distance is -1.0"),
    ],
)
def test_bad_requests(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.random.default_rng(0))
