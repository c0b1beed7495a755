"""Infinite-width limits, to all the digits of the reference values."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from verifier.networks import kernels
from verifier.networks.correlations import sample_K, sample_T

O20_O21 = [
    (2, 60, "0.6089977810", "0.9423311144"), (3, 60, "0.6839056509", "1.3514795611"),
    (2, 90, "0.3183098862", "0.3183098862"), (3, 90, "0.4937310902", "0.6857086363"),
]  # fmt: skip
O22 = [
    (2, 2, 90, 90, "0.1013211836", "0.1013211836"), (3, 2, 60, 60, "0.2924025983", "0.6806326310"),
    (2, 3, 60, 60, "0.3474819448", "0.9690757118"), (3, 3, 60, 120, "0.2579527286", "0.5261722622"),
]  # fmt: skip


@pytest.mark.parametrize(("depth", "angle", "nngp", "ntk"), O20_O21)
def test_O20_O21(depth, angle, nngp, ntk):
    gram = kernels.pair_gram(angle)
    assert f"{kernels.nngp(depth, gram)[0, 1]:.10f}" == nngp
    assert f"{kernels.ntk(depth, gram)[0, 1]:.10f}" == ntk
    assert f"{kernels.nngp(depth + 1, gram)[0, 1]:.10f}" != nngp  # the off-by-one in the layer index


@pytest.mark.parametrize(("g_depth", "depth", "x", "z", "nngp", "ntk"), O22)
def test_O22(g_depth, depth, x, z, nngp, ntk):
    found = kernels.limits_at(g_depth, depth, x, z)
    assert mpmath.nstr(found["nngp_h"], 10, strip_zeros=False) == nngp
    assert mpmath.nstr(found["ntk_h"], 10, strip_zeros=False) == ntk
    gram_x, gram_z = kernels.pair_gram(x), kernels.pair_gram(z)
    assert f"{kernels.nngp_h(g_depth, depth, gram_x, gram_z)[0, 1]:.10f}" == nngp
    assert f"{kernels.ntk_h(g_depth, depth, gram_x, gram_z)[0, 1]:.10f}" == ntk


def test_digits_are_good():
    """20 digits do not change when 40 are asked for."""
    for x, z in ((60, 60), (0.001, 179.999), (113.218, 10)):
        low, high = (kernels.limits_at(3, 4, x, z, digits=d) for d in (15, 40))
        for name in low:
            assert abs(low[name] - high[name]) < mpmath.mpf(10) ** -20 * (1 + abs(high[name]))


def test_closed_forms():
    assert np.allclose(kernels.nngp(5, [[2.0, 0.0], [0.0, 3.0]]).diagonal(), [2.0, 3.0])
    assert np.allclose(kernels.ntk(5, [[2.0]]), 10.0)
    assert np.array_equal(kernels.nngp(3, [[1.0, 0.0], [0.0, 0.0]]), [[1.0, 0.0], [0.0, 0.0]])
    angle = 113.218 * np.pi / 180
    expected = (np.sin(angle) + 2 * (np.pi - angle) * np.cos(angle)) / np.pi
    assert abs(kernels.ntk(2, kernels.pair_gram(113.218))[0, 1] - expected) < 1e-14
    assert np.allclose(kernels.ntk_h(1, 3, [[1.0]], [[0.5]]), 3 * 0.5)


def test_the_hyperkernel_is_the_limit_of_samples():
    """H = L = 2, m = 64, n = 512: within 6.8 standard errors, and 2 % for the terms in 1/n and 1/m.

    Rate 1e-9, seed 50.  The twin drops the factor S in the covariance of g.
    """
    z = np.ones(2)
    k = sample_K(2, 2, 512, [1], m=64, angle=60, z=(z, z), samples=2000, rng=np.random.default_rng(50)).values[:, 0]
    limit = kernels.ntk_h(2, 2, kernels.pair_gram(60), np.ones((2, 2)))[0, 1]
    wrong = kernels.ntk(2, kernels.pair_gram(60))[0, 1] * 2
    error = 6.8 * k.std() / 2000**0.5 + 0.02 * limit
    assert abs(k.mean() - limit) < error < abs(k.mean() - wrong)


def test_the_correction_to_the_order_of_the_tangent_kernel():
    """L = 2, 110 degrees, n = 4096: log|T^1| is lower than its limit's logarithm by c/n.

    12000 networks; six standard errors and a quarter of c/n, in which TANGENT_NOISE may vary with the angle and the
    next term lies (rate 1e-8, seed 51).  The twins: no correction, and four times as much.
    """
    depth, angle, n = 2, 110.0, 4096
    t = sample_T(depth, n, [1], angle=angle, samples=12_000, rng=np.random.default_rng(51)).values[:, 0]
    limit = abs(float(kernels.ntk(depth, kernels.pair_gram(angle))[0, 1]))
    found = np.log(np.abs(t / limit))
    error, c = 6 * found.std() / t.size**0.5, kernels.tangent_correction(depth, angle)
    assert abs(found.mean() + c / n) < error + c / 4 / n
    assert min(abs(found.mean()), abs(found.mean() + 4 * c / n)) > error + c / 4 / n


def test_the_correction_is_large_near_the_zero_of_the_tangent_kernel_alone():
    assert kernels.tangent_correction(2, 113.218) == 0  # another order
    assert kernels.tangent_correction(2, 113) > 1e4
    assert max(kernels.tangent_correction(L, a) for L in (2, 3, 4) for a in (0, 30, 60)) < 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kernels.nngp(0, [[1.0]]), "depth is 0: it must be an integer >= 1"),
        (lambda: kernels.ntk(2, [[1.0, 2.0], [2.0, 1.0]]), "not a Gram matrix"),
        (lambda: kernels.ntk(2, [[1.0, 0.2], [0.3, 1.0]]), "symmetric"),
        (lambda: kernels.ntk(2, [[1.0, 0.2]]), "square"),
        (lambda: kernels.ntk_h(0, 2, [[1.0]], [[1.0]]), "g_depth is 0"),
        (lambda: kernels.nngp_h(2, 2, [[1.0]], np.eye(2)), "gram_z has 2 rows"),
        (lambda: kernels.nngp(2, [[float("nan")]]), "finite"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
