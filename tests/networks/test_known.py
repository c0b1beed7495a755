"""Normals at two inputs: standard, and independent of what decides that a sample is not 0.

Kolmogorov-Smirnov and correlation tests with total false-alarm rate ALPHA a test by Bonferroni; seeds are in the tests.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from verifier.inference.samples import LogSample
from verifier.networks import known
from verifier.networks.build import build
from verifier.networks.correlations import sample_K, sample_T
from verifier.networks.mlp import Network, Pass
from verifier.networks.request import input_pair
from verifier.sampling.draw import fit_coefficients

ALPHA = 1e-9
SAMPLES = 20_000


@pytest.mark.parametrize(
    ("sampler", "n", "angle", "seed"),
    [("stream", 24, 60, 1), ("stream", 24, 170, 2), ("lazy", 6, 90, 3), ("dense", 5, 10, 4), ("dense", 1, 60, 5)],
)
def test_they_are_standard_and_independent_whatever_the_masks(sampler, n, angle, seed):
    draw = sample_K(2, 2, n, [1, 2], angle=angle, samples=SAMPLES, rng=np.random.default_rng(seed), sampler=sampler)
    z = np.abs(draw.normals)
    assert z.shape == (SAMPLES, 4)
    p_values = []
    for rows in (z, z[draw.values[:, 1] != 0.0]):  # all, and those that are alive
        p_values += [stats.kstest(column, "halfnorm").pvalue for column in rows.T]
        p_values += [stats.spearmanr(rows[:, i], rows[:, j]).pvalue for i in range(4) for j in range(i)]
    assert min(p_values) > ALPHA / len(p_values), p_values


def test_the_normal_of_f_itself_is_not_free_of_the_masks():
    """The twin: f^1(x_j) / |q_j| of those that are alive, positive at both inputs."""
    rng = np.random.default_rng(6)
    z = rng.standard_normal((SAMPLES, 2)) @ np.linalg.cholesky([[1.0, 0.7], [0.7, 1.0]]).T
    alive = (z > 0).all(axis=1)
    assert stats.kstest(np.abs(z[:, 1]), "halfnorm").pvalue > ALPHA
    assert stats.kstest(z[alive, 1], "halfnorm").pvalue < ALPHA


def test_they_do_not_depend_on_the_layers_below():
    """Beside |q_i|, |q_j| and q_i.q_j; |f(x_i)|, the twin, is not free of |q_i|.  Seed 7."""
    rng = np.random.default_rng(7)
    network = build("stream", (2, 6, 6), 1, SAMPLES, rng)
    at_i, at_j = network.forward(input_pair(60))
    below = [(a.q[-1] * b.q[-1]).sum(axis=1) for a, b in ((at_i, at_i), (at_j, at_j), (at_i, at_j))]
    for z in known.at_two(network, at_i, at_j, rng).T:
        assert min(stats.spearmanr(np.abs(z), size).pvalue for size in below) > ALPHA / 6
    assert stats.spearmanr(np.abs(at_i.f[:, 0]), below[0]).pvalue < ALPHA


@pytest.mark.parametrize("order", [0, 2, 3, 4])
def test_a_mean_stays_and_its_noise_goes(order):
    """The mean of log|K^(r)| and that of its root, with the controls and without.  Seed 8, 6 standard errors."""
    rng = np.random.default_rng([8, order])
    pilot, draw = (sample_K(2, 2, 64, [order], angle=60, samples=k, rng=rng) for k in (1024, SAMPLES))
    coefficients = fit_coefficients(pilot.values, pilot.normals)[0]
    plain = LogSample.from_values(draw.values[:, 0])
    controlled = LogSample.from_values(draw.values[:, 0], normals=draw.normals, coefficients=coefficients)
    for functional in (LogSample.log_mean, LogSample.log_half):
        before, after = functional(plain), functional(controlled)
        assert abs(before.value - after.value) < 6 * (before.variance / before.count) ** 0.5, (before, after)
        assert after.variance < 0.7 * before.variance, (before, after)


@pytest.mark.parametrize(
    "request_",
    [{"m": 2, "angle": 60}, {"z": ([1.0, 0.0], [0.0, 1.0]), "angle": 60}],
)
def test_there_are_none_where_masks_depend_on_sums(request_):
    assert sample_K(2, 2, 24, [1], samples=5, rng=np.random.default_rng(9), **request_).normals is None
    three = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    assert sample_T(2, 24, [2], inputs=three, samples=5, rng=np.random.default_rng(9)).normals is None


def test_what_tells_nothing_of_the_last_layer_is_drawn():
    """A dead input, and two inputs that are one up to rounding.  Seed 10."""
    rows = np.array([[1.0, 0.0], [0.0, 0.0]])
    network = Network([2], [], SAMPLES, "linear")
    rng = np.random.default_rng(10)
    weights = rng.standard_normal((SAMPLES, 1, 2))
    for other in (rows[1], rows[0] * (1 + 1e-15), np.array([1.0, 1e-9])):
        at = [Pass((np.tile(x, (SAMPLES, 1)),), (), (weights @ x) / 2**0.5) for x in (rows[0], other)]
        z = known.at_two(network, *at, rng)
        assert min(stats.kstest(np.abs(column), "halfnorm").pvalue for column in z.T) > ALPHA
        assert abs(stats.spearmanr(np.abs(z[:, 0]), np.abs(weights[:, 0, 0])).statistic) < 6 / SAMPLES**0.5


def test_far_and_near_lengths_keep_their_digits():
    """-log P(|Z| > z) = R^2/2 far out, and P(|Z| < z) = R^2/2 near 0."""
    squares = np.array([1e-300, 1e-20, 1e-3, 1.0, 1.5, 60.0, 1000.0])
    z = known.half_normal(squares)
    assert np.all(np.diff(z) > 0)
    np.testing.assert_allclose(np.log(2) + stats.norm.logsf(z[2:]), -squares[2:] / 2, rtol=1e-9)
    np.testing.assert_allclose(z[:2] * np.sqrt(2 / np.pi), squares[:2] / 2, rtol=1e-9)
