"""All samplers have one law: two-sample tests against drawn matrices, and twins that must be told apart.

Every test is a set of Kolmogorov-Smirnov tests with total false-alarm rate ALPHA by Bonferroni (atoms
and dependence between columns only make it smaller).  Seeds are fixed and named in the tests.
"""

from __future__ import annotations

import networks_reference as reference
import numpy as np
import pytest
from scipy import stats

from verifier.networks import correlations, mlp
from verifier.networks.correlations import sample_K, sample_layer_T, sample_T
from verifier.networks.gaussian import DenseGaussian

ALPHA = 1e-9
SAMPLES = 6000


def generators(seed):
    return [np.random.default_rng([seed, k]) for k in range(2)]


@pytest.mark.parametrize("n", [1, 2, 8, 24])
@pytest.mark.parametrize(
    ("sampler", "angle", "activation"),
    [("lazy", 0, "relu"), ("gram", 0, "relu"), ("gram", 60, "linear"), ("lazy", 60, "relu"), ("stream", 60, "relu"),
     ("stream", 100, "relu"), ("stream", 5, "relu"), ("stream", 180, "relu")],
)  # fmt: skip
def test_T(sampler, angle, activation, n):
    a, b = generators(31)
    request = {"angle": angle, "samples": SAMPLES, "activation": activation}
    one = sample_T(3, [n, n + 1], range(4), rng=a, sampler=sampler, **request)
    two = sample_T(3, [n, n + 1], range(4), rng=b, sampler="dense", **request)
    ok, p = reference.samples_agree(one.values, two.values, ALPHA)
    assert ok, p


@pytest.mark.parametrize(
    ("sampler", "angle", "g_depth", "m", "n"),
    [("lazy", 0, 2, 1, 8), ("gram", 0, 2, 1, 8), ("gram", 0, 2, 3, 8), ("gram", 0, 3, 1, 3), ("lazy", 60, 2, 2, 8),
     ("stream", 60, 2, 1, 8), ("stream", 60, 2, 2, 16), ("stream", 120, 1, 1, 4), ("stream", 60, 3, 1, 1)],
)  # fmt: skip
def test_K(sampler, angle, g_depth, m, n):
    a, b = generators(32)
    request = {"m": m, "angle": angle, "z": (1.0, 0.6), "samples": SAMPLES}
    one = sample_K(g_depth, 3, n, range(6), rng=a, sampler=sampler, **request)
    two = sample_K(g_depth, 3, n, range(6), rng=b, sampler="dense", **request)
    ok, p = reference.samples_agree(one.values, two.values, ALPHA)
    assert ok, p


@pytest.mark.parametrize(("sampler", "angle"), [("gram", 0), ("lazy", 60), ("stream", 60)])
def test_layer_resolved(sampler, angle):
    a, b = generators(33)
    terms, ds = [(), (1, 2), (1, 3), (2, 3), (1, 2, 3)], [(), (1, 0), (0, 0), (1, 0), (1, 2, 0)]
    one = sample_layer_T(3, 6, terms, 0, ds, angle=angle, samples=SAMPLES, rng=a, sampler=sampler)
    two = sample_layer_T(3, 6, terms, 0, ds, angle=angle, samples=SAMPLES, rng=b, sampler="dense")
    ok, p = reference.samples_agree(one.values, two.values, ALPHA)
    assert ok, p


def joint(values):
    """Bounded functions of pairs of quantities: they see dependence that the marginals do not."""
    bounded = np.tanh(values / (1e-300 + np.median(np.abs(values), axis=0)))
    count = bounded.shape[1]
    return np.stack([bounded[:, i] * bounded[:, j] for i in range(count) for j in range(i)], axis=1)


@pytest.mark.parametrize(("sampler", "angle"), [("gram", 0), ("lazy", 0), ("lazy", 60), ("stream", 60)])
def test_joint_law(sampler, angle):
    """Products of quantities from the same networks.  Seed 34."""
    a, b = generators(34)
    one = sample_T(4, 6, range(5), angle=angle, samples=SAMPLES, rng=a, sampler=sampler).values
    two = sample_T(4, 6, range(5), angle=angle, samples=SAMPLES, rng=b, sampler="dense").values
    stacked = joint(np.vstack([one, two]))
    ok, p = reference.samples_agree(stacked[:SAMPLES], stacked[SAMPLES:], ALPHA)
    assert ok, p
    # The twin: the same marginals without their dependence.
    shuffled = np.stack([np.roll(column, 7 * k) for k, column in enumerate(one.T)], axis=1)
    stacked = joint(np.vstack([shuffled, two]))
    assert not reference.samples_agree(stacked[:SAMPLES], stacked[SAMPLES:], ALPHA)[0]


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_a_dropped_root_two_is_rejected(layer):
    """The twin: sqrt(2) missing in one layer (halving the variance of that layer's matrix).  Seed 35."""
    a, b = generators(35)
    right = sample_T(3, 24, [1, 2], samples=SAMPLES, rng=a, sampler="gram").values
    sizes = [1, 24, 24, 1]
    matrices = [DenseGaussian.draw(SAMPLES, sizes[l + 1], sizes[l], b) for l in range(3)]
    matrices[layer] = DenseGaussian(matrices[layer].entries / np.sqrt(2.0))
    network = mlp.Network((1, 24, 24), matrices, SAMPLES)
    wrong, _ = correlations.star(network, np.array([[1.0]]), [0, 0, 0], [1, 2])
    assert not reference.samples_agree(right, wrong, ALPHA)[0]


def test_a_wrong_angle_is_rejected():
    """The twin of the two-input tests: 60 against 75 degrees.  Seed 36."""
    a, b = generators(36)
    one = sample_T(3, 24, [1, 2], angle=75, samples=SAMPLES, rng=a, sampler="stream").values
    two = sample_T(3, 24, [1, 2], angle=60, samples=SAMPLES, rng=b, sampler="dense").values
    assert not reference.samples_agree(one, two, ALPHA)[0]


@pytest.mark.parametrize(
    ("kind", "n"), [("gram", 400), ("lazy", 400), *((kind, n) for kind in ("dense", "gram", "lazy") for n in (1, 5))]
)
def test_normals_are_standard_and_independent(kind, n):
    """Z_d iid N(0, 1), also in networks that are dead.  Seed 37, rate 1e-9."""
    draw = sample_K(2, 3, n, [0], m=2, samples=SAMPLES, rng=np.random.default_rng(37), sampler=kind)
    z = draw.normals
    assert z.shape == (SAMPLES, 4)
    p_values = [stats.kstest(column, "norm").pvalue for column in z.T]
    p_values += [2 * stats.norm.sf(abs((z[:, i] * z[:, j]).mean()) * SAMPLES**0.5) for i in range(4) for j in range(i)]
    assert min(p_values) > ALPHA / len(p_values)


def test_normals_are_independent_of_the_layers_below():
    """K^(0)^2 = |q|^4 Z_1^2 Z_2^2 / n^2 at H = 2, Z_1 > 0: divided by Z it is independent of it.

    Seed 42, rate 1e-9.
    """
    draw = sample_K(2, 3, 6, [0], samples=20_000, rng=np.random.default_rng(42), sampler="gram")
    h, z = draw.values[:, 0], draw.normals
    alive = h != 0.0
    size = h[alive] / (z[alive, 0] * z[alive, 1])
    assert np.all(size > 0.0)
    for d in (0, 1):
        assert stats.spearmanr(size, np.abs(z[alive, d])).pvalue > ALPHA / 2
    assert stats.spearmanr(size, np.abs(h[alive])).pvalue < ALPHA  # the twin: h itself does depend on it


def test_f_has_the_sign_of_its_normal():
    draw = sample_T(3, 50, [0, 1, 2, 3], samples=200, rng=np.random.default_rng(38))
    assert np.all(np.sign(draw.values[:, 0]) == np.sign(draw.normals[:, 0]))


@pytest.mark.parametrize("sampler", ["dense", "lazy", "gram", "stream"])
def test_results_depend_on_the_generator_alone(sampler):
    request = {"angle": 60 if sampler == "stream" else 0, "samples": 2100, "sampler": sampler}
    one = sample_T(3, 20, [1, 2], rng=np.random.default_rng(39), **request).values
    two = sample_T(3, 20, [1, 2], rng=np.random.default_rng(39), **request).values
    other = sample_T(3, 20, [1, 2], rng=np.random.default_rng(40), **request).values
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
    assert len(np.unique(one[:, 1])) > 2000  # no batch repeats another


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sampler", "angle"), [("gram", 0), ("lazy", 0), ("lazy", 60), ("stream", 60), ("stream", 100)]
)
@pytest.mark.parametrize("n", [4, 16])
def test_high_power(sampler, angle, n):
    """200 times the samples.  Seed 41."""
    a, b = generators(41)
    one = sample_T(4, n, range(5), angle=angle, samples=300_000, rng=a, sampler=sampler).values
    two = sample_T(4, n, range(5), angle=angle, samples=300_000, rng=b, sampler="dense").values
    ok, p = reference.samples_agree(one, two, ALPHA)
    assert ok, p
