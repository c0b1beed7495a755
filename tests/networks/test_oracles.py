"""Exact finite-width values: pathwise identities to 1e-10 relative, moments with a stated error rate.

Sampled means must lie within Z standard errors of the exact value: a false-alarm rate of 1e-11 each
for normal means, taken as 1e-9 for the skewed ones here.  Seeds are fixed.
"""

from __future__ import annotations

from math import factorial, prod, sqrt

import networks_reference as reference
import numpy as np
import pytest
from scipy import stats

from verifier.networks import correlations, mlp
from verifier.networks.build import build
from verifier.networks.correlations import sample_K, sample_layer_T, sample_T
from verifier.networks.gaussian import DenseGaussian
from verifier.networks.hypernetwork import ImplicitNetwork

Z = 6.8
KINDS_ONE = ["dense", "lazy", "gram"]


def rng(seed):
    return np.random.default_rng(seed)


def near(x, expected):
    return reference.mean_z(x, expected) < Z


@pytest.mark.parametrize("kind", KINDS_ONE)
@pytest.mark.parametrize("widths", [(7,), (5, 9), (4, 3, 8), (6, 2, 5, 3)])
def test_O1_highest_order(kind, widths):
    depth = len(widths) + 1
    draw = sample_T(depth, widths, [0, depth], samples=300, rng=rng(1), sampler=kind)
    f, top = draw.values.T
    expected = factorial(depth) * (2 * f) ** (depth - 1) / prod(widths)
    assert np.all(np.abs(top - expected) <= 1e-10 * np.abs(expected) + 1e-300)
    assert not np.allclose(top, expected / 2)


@pytest.mark.parametrize("n", [10**6, 10**12, 2**53 - 1])
def test_O1_at_any_width(n):
    f, top = sample_T(3, n, [0, 3], samples=500, rng=rng(1), sampler="gram").values.T
    assert np.all(np.abs(top - 24 * f**2 / float(n) ** 2) <= 1e-10 * np.abs(top))


@pytest.mark.parametrize("kind", KINDS_ONE)
def test_O2_all_layers(kind):
    terms = [(), (1, 2, 3), (1, 2, 3), (1, 2, 3), (3, 1, 2), (2, 2, 3)]
    ds = [(), (1, 2, 0), (0, 0, 0), (0, 1, 2), (0, 1, 2), (0, 0, 0)]
    draw = sample_layer_T(3, [6, 9], terms, 0, ds, samples=200, rng=rng(2), sampler=kind)
    f = draw.normals * (draw.values[:, 0] / draw.normals[:, 0])[:, None]  # f^d = |q| Z_d / sqrt(n)
    v = draw.values
    scale = 4.0 / (6 * 9)
    assert np.allclose(v[:, 1], scale * f[:, 1] * f[:, 2], rtol=1e-10, atol=1e-13)
    assert np.allclose(v[:, 2], scale * f[:, 0] ** 2, rtol=1e-10, atol=1e-13)
    assert np.all(v[:, 3] == 0.0)
    assert np.array_equal(v[:, 4], v[:, 1])  # Eq. (8): permuted along with their outputs
    assert np.all(v[:, 5] == 0.0)  # Eq. (9)


@pytest.mark.parametrize(("kind", "angle"), [("dense", 0), ("lazy", 60), ("gram", 0), ("stream", 60)])
def test_O3_zero_by_degree(kind, angle):
    t = sample_T(2, 20, [2, 3, 4, 9], angle=angle, samples=200, rng=rng(3), sampler=kind).values
    assert np.all(t[:, 1:] == 0.0)
    assert np.any(t[:, 0] != 0.0)
    k = sample_K(2, 2, 20, [4, 5, 11], angle=angle, samples=200, rng=rng(3), sampler=kind).values
    assert np.all(k[:, 1:] == 0.0)
    assert np.any(k[:, 0] != 0.0)


def test_O4_parity_in_the_last_layer():
    generator = rng(4)
    sizes = [2, 6, 5, 7, 1]
    matrices = [DenseGaussian.draw(50, sizes[l + 1], sizes[l], generator) for l in range(4)]
    flipped = [*matrices[:3], DenseGaussian(-matrices[3].entries)]
    inputs, orders = np.array([[1.0, 1.0], [1.3, -0.5]]), [0, 1, 2, 3, 4]
    a, b = (
        correlations.star(mlp.Network(sizes[:4], chosen, 50), inputs, [0, 1, 1, 1, 1], orders)[0]
        for chosen in (matrices, flipped)
    )
    signs = np.array([(-1.0) ** (r + 1) for r in orders])
    assert np.allclose(b, signs * a, rtol=1e-10, atol=1e-14)
    assert not np.allclose(b, a)


@pytest.mark.parametrize("depth", [2, 3, 4])
@pytest.mark.parametrize("kind", ["gram", "lazy"])
def test_O5_fourth_moment(depth, kind):
    n, samples = 8, 200_000 if kind == "gram" else 50_000
    f = sample_T(depth, n, [0], samples=samples, rng=rng(5), sampler=kind).values[:, 0]
    assert near(f**4, 3 * (1 + 5 / n) ** (depth - 1))
    assert not near(f**4, 3.0)  # the limit's value


@pytest.mark.parametrize("angle", [0, 30, 60, 120, 150])
def test_O6_second_order_at_an_angle(angle):
    theta = np.pi * angle / 180
    c = np.cos(theta)
    expected = 32 * c**2 * (np.pi - theta + np.sin(theta) * c) / (2 * np.pi)
    t = sample_T(2, 64, [2], angle=angle, samples=30_000, rng=rng(6)).values[:, 0]
    assert near((64 * t) ** 2, expected)
    assert not near((64 * t) ** 2, 1.3 * expected)


def test_O7_to_O9_covariances_with_f():
    n = 64
    terms = [(), (1, 2), (2, 3), (1, 3)]
    v = sample_layer_T(3, n, terms, 0, [(0,) * len(t) for t in terms], samples=100_000, rng=rng(7)).values
    f = v[:, 0]
    assert near(n * f * v[:, 1], 2 * (1 + 5 / n))
    assert near(n * f * v[:, 2], 2 * (1 + 5 / n))
    assert near(n * f * v[:, 3], 4 * (1 + 2 / n))
    assert not near(n * f * v[:, 3], 2.0)  # the sequential limit
    f, t = sample_T(3, n, [0, 2], samples=100_000, rng=rng(8)).values.T
    assert near(n * f * t, 16 + 56 / n)
    assert not near(n * f * t, 12.0)


@pytest.mark.parametrize(("rho", "slope", "variance"), [(0.25, 2.5, 1.0), (1, 4.0, 4.0), (4, 10.0, 16.0)])
def test_O10_O11_skipped_layer(rho, slope, variance):
    """n_2 T^{(1,3)} = 2 (1 + rho) f + a Gaussian of variance 4 rho, at widths where 1/n is far below the error."""
    n_1 = 2**40
    n_2 = int(rho * n_1)
    v = sample_layer_T(3, [n_1, n_2], [(), (1, 3)], 0, [(), (0, 0)], samples=50_000, rng=rng(9)).values
    f, t = v[:, 0], n_2 * v[:, 1]
    assert near(f * t, slope)
    assert near((t - slope * f) ** 2, variance)
    assert not near((t - slope * f) ** 2, 1.2 * variance)


def test_O12_all_layers_moments():
    n = 128
    t = n**2 * sample_layer_T(3, n, (1, 2, 3), 0, (0, 0, 0), samples=200_000, rng=rng(12)).values[:, 0]
    assert near(t, 4.0)
    assert near(t**2, 48 * (1 + 5 / n) ** 2)
    # Independent Gaussian factors would give 0 and 16.
    assert not near(t, 0.0)
    assert not near(t**2, 16.0)


@pytest.mark.parametrize("n", [32, 256])
def test_O13_to_O15_other_outputs(n):
    terms = [(2, 3), (1, 2), (1, 2), (1, 2), (2, 3)]
    ds = [(1, 0), (1, 0), (0, 1), (1, 1), (0, 1)]
    v = (n * sample_layer_T(3, n, terms, 0, ds, samples=100_000, rng=rng(13)).values) ** 2
    assert near(v[:, 0], 4 * (1 + 15 / n + 44 / n**2))
    assert near(v[:, 1], 4 + 28 / n + 16 / n**2)
    assert near(v[:, 2], 8 / n + 40 / n**2)
    assert near(v[:, 3], 8 / n + 40 / n**2)
    assert np.all(v[:, 4] == 0.0)
    # The printed delta, d_1 = d_2 = d, would make the first two vanish.
    assert not near(v[:, 0], 0.0)
    assert not near(v[:, 1], 0.0)


@pytest.mark.parametrize(("g_depth", "depth"), [(2, 2), (2, 3), (3, 2), (1, 3)])
@pytest.mark.parametrize("kind", KINDS_ONE)
def test_O16_O17_highest_hypernetwork_term(g_depth, depth, kind):
    """K^(HL) exactly, and its ratio H^{r-H} to the paper's limit, which lacks the sum over outputs."""
    n, top = 40, g_depth * depth
    draw = sample_K(g_depth, depth, n, [0, 1, top], samples=400, rng=rng(16), sampler=kind)
    h, first, value = draw.values.T
    network_norm = draw.normals  # f^d = s Z_d with one s for all d, found from h = c prod f^d
    alive = h != 0.0
    gain = sqrt(2.0) ** (g_depth - 1)
    s = (h[alive] / (gain * network_norm[alive].prod(axis=1))) ** (1 / g_depth)
    f = s[:, None] * network_norm[alive]
    factor = (2.0**depth / 2.0 / n ** (depth - 1)) ** g_depth
    common = factorial(top) * factor * h[alive] ** (g_depth * (depth - 1) + g_depth + 1) / f.prod(axis=1) ** 2
    ratio = value[alive] / common
    assert alive.sum() > 20
    assert np.allclose(ratio, float(g_depth) ** (g_depth * (depth - 1)), rtol=1e-9)
    assert np.all(value[~alive] == 0.0)
    assert np.any(first[alive] != 0.0)


@pytest.mark.parametrize(
    ("g_depth", "angle", "kind"),
    [(2, 0, "gram"), (3, 0, "gram"), (3, 0, "lazy"), (2, 80, "stream"), (3, 80, "stream"), (2, 80, "lazy")],
)
def test_O18_fraction_of_zeros(g_depth, angle, kind):
    """Binomial tests at 1e-9; at two inputs with the correlation of f at L = 1, where it is exact."""
    depth, samples = (2 if angle == 0 else 1), 20_000
    n = 24
    draw = sample_K(g_depth, depth, n, [1], angle=angle, samples=samples, rng=rng(18), sampler=kind)
    overlap = 0.5 if angle == 0 else (180 - angle) / 360
    zeros = int((draw.values == 0.0).sum())
    expected = 1 - overlap ** (g_depth - 1)
    assert stats.binomtest(zeros, samples, expected).pvalue > 1e-9
    assert stats.binomtest(zeros, samples, 1 - overlap**g_depth).pvalue < 1e-9


def test_O18_at_two_inputs_at_depth_two():
    """At n -> infinity the correlation of f is kappa_1(cos theta); here n = 4096, samples 3000, rate 1e-9."""
    theta = 113 * np.pi / 180
    c = (np.sin(theta) + (np.pi - theta) * np.cos(theta)) / np.pi
    overlap = (np.pi - np.arccos(c)) / (2 * np.pi)
    values = sample_K(2, 2, 4096, [1], angle=113, samples=3000, rng=rng(19)).values
    assert stats.binomtest(int((values == 0.0).sum()), 3000, 1 - overlap).pvalue > 1e-9


def test_O19_zero_preactivations():
    implicit = ImplicitNetwork(3, 1, 1)
    network = build("gram", (1, 50), implicit.outputs, 20_000, rng(20))
    (at,) = network.forward(np.array([[1.0]]))
    g = implicit.forward(np.array([1.0]), at.f)
    zeros = [int((y == 0.0).sum()) for y in g.preactivations]
    assert zeros[0] == 0
    assert stats.binomtest(zeros[1], 20_000, 1 / 2).pvalue > 1e-9
    assert stats.binomtest(zeros[2], 20_000, 3 / 4).pvalue > 1e-9


@pytest.mark.parametrize("kind", ["dense", "lazy", "stream"])
def test_O25_antiparallel_inputs(kind):
    for depth in (2, 3):
        t = sample_T(depth, 20, [1, 2, 3], angle=180, samples=100, rng=rng(25), sampler=kind).values
        assert np.abs(t[:, 1:]).max() < 1e-15
        assert (np.abs(t[:, 0]).max() > 0.1) == (depth == 3)  # the kernel itself vanishes at L = 2
    t = sample_T(4, 20, [2, 3, 4], angle=180, samples=100, rng=rng(25), sampler=kind).values
    assert np.abs(t[:, 1:]).max() < 1e-15
    assert np.abs(t[:, 0]).max() > 0.01


@pytest.mark.parametrize("kind", ["dense", "lazy"])
def test_O26_orthogonal_and_planar_inputs(kind):
    orthogonal = np.array([[1.0, 0, 0], [0, 1.0, 0.2], [0, -0.3, 1.0], [0, 0.8, 0.8]])
    t = sample_T(3, 12, [1, 2, 3], inputs=orthogonal, samples=100, rng=rng(26), sampler=kind).values
    assert np.abs(t[:, 2]).max() < 1e-15
    assert np.abs(t[:, 1]).max() > 1e-3
    angles = np.array([0.0, 2 * np.pi / 3, -2 * np.pi / 3])
    planar = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    t = sample_T(2, 30, [2], inputs=planar, samples=100, rng=rng(26), sampler=kind).values
    assert np.abs(t).max() < 1e-15
    pair = sample_T(2, 30, [2], inputs=planar[[0, 1, 1]], samples=100, rng=rng(26), sampler=kind).values
    assert np.abs(pair).max() > 1e-3


@pytest.mark.parametrize("kind", ["dense", "lazy", "stream"])
@pytest.mark.parametrize(("g_depth", "depth"), [(2, 2), (2, 3), (1, 3)])
def test_O26_hypernetwork_at_orthogonal_inputs(g_depth, depth, kind):
    last = g_depth * (depth - 1)
    orders = [last, *range(last + 1, g_depth * depth + 1)]
    k = sample_K(g_depth, depth, 20, orders, angle=90, samples=200, rng=rng(27), sampler=kind).values
    assert np.all(k[:, 1:] == 0.0)
    assert np.any(k[:, 0] != 0.0)


def test_mean_ntk_is_exact_at_every_width():
    """E NTK(x, x) = L |x|^2 / n_0: seed 28."""
    for n in (4, 100, 10**12):
        t = sample_T(4, n, [1], samples=30_000, rng=rng(28)).values[:, 0]
        assert near(t, 4.0)
    assert not near(sample_T(4, 8, [1], samples=30_000, rng=rng(28)).values[:, 0], 4.4)
