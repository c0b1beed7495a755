"""The hyperkernel sampler: pathwise against drawn matrices, in law, and at the reference values.

Statistical tests compare a mean with a known value within Z standard errors: false-alarm rate 1e-9 each
(normal approximation; samples are large and moments finite).  Seeds are the literals below.
"""

from __future__ import annotations

import resource
from math import sqrt

import numpy as np
import pytest
from plain import plain
from scipy import stats
from supplement_reference import dense_h

from verifier.networks import hyperkernel as hk
from verifier.networks import kernels
from verifier.networks.correlations import sample_K
from verifier.networks.request import input_pair

Z = 6.2  # two-sided 1e-9 is 6.11


def error(values):
    return values.std(ddof=1) / sqrt(len(values))


@pytest.mark.parametrize("kind", ["dense", "lazy"])
@pytest.mark.parametrize(
    ("H", "L", "n", "m", "x_angle", "m_0"),
    [(1, 2, 5, 1, 60, 3), (2, 2, 6, 3, 60, 2), (3, 3, 5, 20, 100, 2), (3, 2, 4, 2, 0, 1), (2, 1, 1, 4, 60, 2),
     (4, 2, 1, 2, 30, 2), (2, 4, 7, 3, 170, 1)],
)  # fmt: skip
def test_pathwise(kind, H, L, n, m, x_angle, m_0):
    """Complete every matrix after the fact, and differentiate the drawn network: the same K^h to rounding."""
    batch, rng = 6, np.random.default_rng(300)
    x = input_pair(x_angle)
    z = rng.standard_normal((2, m_0))
    network = plain(kind, (x.shape[1], *[n] * (L - 1)), 2, batch, rng)
    found = hk.hyperkernel(network, H, m, x, z, rng)
    lower = [matrix.complete() for matrix in network.matrices[:-1]]
    parts = [[part.complete() for part in layer] for layer in found.implicit.parts]
    columns = [np.concatenate([layer[k].reshape(batch, -1) for layer in parts], axis=1) for k in range(len(parts[0]))]
    for b in range(batch):
        # W^L along e_1 and e_2, and the least matrix that gives (W^L)^T c and (W^L)^T c'.
        basis = [e[b] for e in found.basis]
        top = sum((np.outer(g[b], e) for g, e in zip(columns, basis, strict=True)), np.zeros(()))
        if found.back:
            weights = [w[b] for w in lower]
            c = np.array([dense_h([*weights, top], x[-j], z[j], m, H)[1] for j in range(2)])
            top = top + np.linalg.pinv(c, rcond=1e-6) @ (np.array([v[b] for v in found.back]) - c @ top)
        weights = [*(w[b] for w in lower), top]
        (h, c, gradient), (h_2, c_2, gradient_2) = (dense_h(weights, x[-j], z[j], m, H) for j in range(2))
        expected = np.array([gradient @ gradient_2, c @ c_2, h, h_2])
        assert np.allclose(found.values[b], expected, rtol=1e-10, atol=1e-10 * np.abs(expected).max())


@pytest.mark.parametrize("sampler", ["dense", "lazy", "stream"])
def test_law_against_the_sampler_that_forms_all_outputs(sampler):
    """Kolmogorov-Smirnov of K^h, H = 3, L = 3, n = 6, m = 20, against K^(1); rate 1e-9, seed 301.

    The twin, at another angle, is told apart by the same number of samples.
    """
    rng, pair = np.random.default_rng(301), ([1.0, 0.5], [0.2, 1.0])
    options = {"m": 20, "z": pair, "samples": 4000, "rng": rng}
    found = hk.sample_hyperkernel(3, 3, 6, x_angle=60, sampler=sampler, **options).values[:, 0]
    other = sample_K(3, 3, 6, [1], angle=60, **options).values[:, 0]
    twin = sample_K(3, 3, 6, [1], angle=100, **options).values[:, 0]
    assert stats.ks_2samp(found, other).pvalue > 1e-9
    assert stats.ks_2samp(found, twin).pvalue < 1e-9


@pytest.mark.parametrize(("n", "m"), [(4, 2), (16, 1), (64, 20)])
def test_O23_mean_on_the_diagonal(n, m):
    """E K^h(u, u) = 4 + 16/n at L = H = 2, for every m; 4 is ruled out where 16/n is large."""
    values = hk.sample_hyperkernel(2, 2, n, m=m, samples=60000, rng=np.random.default_rng(310 + n)).values[:, 0]
    # The mean of heavy-tailed values in blocks: the largest sample is a small part of the sum.
    assert values.max() < 0.02 * values.sum()
    assert abs(values.mean() - (4 + 16 / n)) < Z * error(values)
    assert n > 4 or abs(values.mean() - 4) > Z * error(values)


O24 = [(2, 0.0152, 0.0009), (10, 0.2097, 0.0007), (50, 0.2537, 0.0006)]  # m, mean, its standard error


@pytest.mark.parametrize(("m", "value", "uncertainty"), O24)
def test_O24_three_layers_deviate_at_finite_m(m, value, uncertainty):
    """E K^g_m at H = 3, S = 1, z at 2.5 radians: not the limit, .26233.  Rate 1e-9 (errors added), seed 320 + m."""
    samples = {2: 400000, 10: 200000, 50: 30000}[m]
    values = hk.sample_implicit_kernel(
        3, m=m, covariance=np.ones((2, 2)), z_angle=np.degrees(2.5), samples=samples, rng=np.random.default_rng(320 + m)
    ).values[:, 0]
    assert abs(values.mean() - value) < Z * sqrt(error(values) ** 2 + uncertainty**2)
    assert abs(values.mean() - 0.26233) > Z * error(values)


def test_O24_two_layers_do_not():
    """H = 2, m = 2, S = 1: the mean is the limit -.13673.  And H = 3 on the diagonal: 3.  Rate 2e-9, seed 321."""
    rng, ones = np.random.default_rng(321), np.ones((2, 2))
    limit = kernels.ntk_h(2, 1, ones, kernels.pair_gram(np.degrees(2.5)))[0, 1]
    assert abs(limit + 0.13673) < 1e-5
    two = hk.sample_implicit_kernel(2, m=2, covariance=ones, z_angle=np.degrees(2.5), samples=200000, rng=rng).values
    assert abs(two[:, 0].mean() - limit) < Z * error(two[:, 0])
    diagonal = hk.sample_implicit_kernel(3, m=20, covariance=ones, samples=30000, rng=rng).values
    assert abs(diagonal[:, 0].mean() - 3.0) < Z * error(diagonal[:, 0])


@pytest.mark.parametrize(("H", "L", "x", "z"), [(2, 2, 90, 90), (3, 2, 60, 60), (2, 3, 60, 60), (3, 3, 60, 120)])
def test_O22_limits(H, L, x, z):
    """K^h and h h' at n = m = 512 within Z errors and 5 % for terms of order 1/n and 1/m; rate 2e-9, seed 330."""
    values = hk.sample_hyperkernel(
        H, L, 512, m=512, x_angle=x, z_angle=z, samples=600, rng=np.random.default_rng(330)
    ).values
    limits = kernels.limits_at(H, L, x, z)
    product = values[:, 2] * values[:, 3]
    for found, name in ((values[:, 0], "ntk_h"), (product, "nngp_h")):
        assert abs(found.mean() - float(limits[name])) < Z * error(found) + 0.05 * abs(float(limits[name]))
    # The twin, Theta^f + Theta^g instead of the product, is out of reach.
    f = float(limits["ntk_f"])
    assert abs(values[:, 0].mean() - (f + float(limits["ntk_h"]) / f)) > Z * error(values[:, 0]) + 0.05


def test_process_weights_are_the_limit_of_wide_f():
    """Law of K^h / Theta^f at n = 10^12 (one input) is that of K^g at n = infinity; rate 1e-9, seed 340."""
    rng, ones = np.random.default_rng(340), np.ones((2, 2))
    finite = hk.sample_hyperkernel(3, 3, 10**12, m=5, z_angle=70, samples=5000, rng=rng).values
    limit = hk.sample_implicit_kernel(3, m=5, covariance=ones, z_angle=70, samples=5000, rng=rng).values
    assert stats.ks_2samp(finite[:, 0] / 3.0, limit[:, 0]).pvalue > 1e-9
    assert stats.ks_2samp(finite[:, 2], limit[:, 1]).pvalue > 1e-9
    assert np.allclose(finite[:, 0], 3.0 * finite[:, 1], rtol=1e-3, atol=1e-3)


def test_O20_tangent_kernel_is_a_multiple_of_the_identity():
    """K^f at 60 degrees, L = 3, n = 1024: Theta^f on the diagonal, 0 off it; rate 4e-9, seed 350."""
    values = hk.sample_tangent_kernel(3, 1024, x_angle=60, samples=1000, rng=np.random.default_rng(350)).values
    limit = kernels.ntk(3, kernels.pair_gram(60))[0, 1]
    for column, expected in enumerate((limit, limit, 0.0, 0.0)):
        # E K^f has no term in 1/n at one input; at two it does.
        assert abs(values[:, column].mean() - expected) < Z * error(values[:, column]) + 2.0 / 1024
    assert values[:, 2:].std() > 0.001  # at finite n the outputs do interact


def test_mixing():
    covariance = np.array([[1.0, 0.7, 0.5], [0.7, 1.0, 0.6], [0.5, 0.6, 1.0]])
    mixing = hk.process_mixing(covariance)
    assert np.allclose(mixing.T @ mixing, covariance, atol=1e-14)
    assert hk.process_mixing(np.ones((3, 3))).shape == (1, 3)
    assert np.array_equal(hk.process_mixing(np.zeros((2, 2))), np.zeros((1, 2)))


def test_a_million_outputs():
    """m = 1000, H = 3: more than 10^6 outputs of f.  K^h, twice, in little memory (a W^L would take 8 GB)."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    values = hk.sample_hyperkernel(
        3, 2, 1000, m=1000, x_angle=60, z_angle=60, samples=2, rng=np.random.default_rng(360)
    ).values
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB
    limit = float(kernels.limits_at(3, 2, 60, 60)["ntk_h"])
    assert np.all(np.abs(values[:, 0] - limit) < 1.5)  # sd .1 here; rate below 1e-9


@pytest.mark.parametrize(
    ("change", "message"),
    [({"m": 0}, "m is 0"), ({"g_depth": 0}, "g_depth is 0"), ({"depth": 0}, "depth is 0"),
     ({"widths": 0}, "width is 0"), ({"samples": 0}, "samples is 0"), ({"z": ([1.0],)}, "1 entries"),
     ({"z": ([1.0], [1.0, 2.0])}, "one length"),
     ({"x_angle": float("nan")}, "angle is nan"), ({"x_angle": 60, "sampler": "gram"}, "gram")],
)  # fmt: skip
def test_bad_requests(change, message):
    request = {"g_depth": 2, "depth": 2, "widths": 8, "m": 2, "samples": 2, "rng": np.random.default_rng(0)} | change
    with pytest.raises(ValueError, match=message):
        hk.sample_hyperkernel(**request)


def test_bad_covariance():
    for covariance in ([[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.0], [0.5, 1.0]], [1.0], [[np.inf, 0], [0, 1.0]]):
        with pytest.raises(ValueError, match="covariance is"):
            hk.sample_implicit_kernel(2, m=2, covariance=covariance, samples=1, rng=np.random.default_rng(0))
