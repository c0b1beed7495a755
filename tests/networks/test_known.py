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
    near = (rows[0] * (1 + 1e-15), np.array([1.0, 1e-9]))
    for other in (rows[1], *near, *(-x for x in near)):
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


@pytest.mark.parametrize("angle", [0.0005, 0.001, 0.01])
def test_what_single_precision_takes_for_one_input_is_no_second_normal(angle):
    """Of two inputs that near, f at the second is drawn as a multiple of f at the first.  Seed 11."""
    draw = sample_K(
        2, 2, 4, [1], angle=angle, samples=SAMPLES, rng=np.random.default_rng(11), sampler="lazy", precision="single"
    )
    z = np.abs(draw.normals)
    p_values = [stats.kstest(column, "halfnorm").pvalue for column in z.T]
    p_values += [stats.spearmanr(z[:, 0], z[:, k]).pvalue for k in (1, 2, 3)]
    assert min(p_values) > ALPHA / len(p_values), p_values


@pytest.mark.parametrize("angle", [20, 90, 160])
def test_they_are_standard_whatever_the_signs_of_f(angle):
    """In each of the four sectors, as where z_i and z_j are negative; and |q_i| is not |q_j|.  Seed 12."""
    rng = np.random.default_rng([12, angle])
    network = build("stream", (2, 6, 6), 1, 2 * SAMPLES, rng)
    at = network.forward(input_pair(angle) * np.array([[1.0], [0.3]]))
    z = np.abs(known.at_two(network, *at, rng))
    sector = 2 * (at[0].f[:, 0] > 0) + (at[1].f[:, 0] > 0)
    p_values = [stats.kstest(z[sector == k, c], "halfnorm").pvalue for k in range(4) for c in range(2)]
    assert min(p_values) > ALPHA / 8, p_values


def test_they_are_the_length_and_the_angle_of_the_row_in_the_plane():
    """One layer: |W_d|^2, and the share of its sector between the line f(x_j) = 0 and the row, as angles.  Seed 13."""
    rng = np.random.default_rng(13)
    network = Network([2], [], 500, "linear")
    for degrees, ratio in ((1e-3, 1.0), (40, 0.2), (90, 5.0), (150, 1.0), (179.99, 1.0)):
        x = input_pair(degrees) @ np.array([[0.6, 0.8], [-0.8, 0.6]]) * np.array([[1.3], [ratio]])
        weights = rng.standard_normal((500, 3, 2))
        at = [Pass((np.tile(row, (500, 1)),), (), (weights @ row) / 2**0.5) for row in x]
        z = known.at_two(network, *at, rng)
        np.testing.assert_allclose(z[:, :3], known.half_normal((weights**2).sum(axis=2)), rtol=1e-9)
        # Points of the complex plane, turned so that x_i is 1 and x_j is above the real line.
        row, to = weights @ np.array([1, 1j]) / complex(*x[0]), complex(*x[1]) / complex(*x[0])
        turned = np.angle(row * np.sign(row.real)) * np.sign(to.imag)
        from_line, theta = turned - (abs(np.angle(to)) - np.pi / 2), abs(np.angle(to))
        share = np.abs(from_line) / np.where(from_line > 0, np.pi - theta, theta)
        np.testing.assert_allclose(stats.halfnorm.cdf(z[:, 3:]), share, atol=1e-6)


def test_a_dead_input_has_a_normal_too_and_others_have_that_of_their_row():
    """At one input: W_d . q / |q| where q is not 0.  Seed 14."""
    rng = np.random.default_rng(14)
    network = Network([2], [], SAMPLES, "linear")
    weights = rng.standard_normal((SAMPLES, 3, 2))
    q = np.where(np.arange(SAMPLES)[:, None] % 2, np.array([3.0, 4.0]), 0.0)
    z = known.at_one(network, Pass((q,), (), np.einsum("bdk,bk->bd", weights, q) / 2**0.5), rng)
    np.testing.assert_allclose(z[1::2], (weights @ np.array([0.6, 0.8]))[1::2], atol=1e-12)
    assert min(stats.kstest(column, "norm").pvalue for column in z[::2].T) > ALPHA / 3


def test_no_normal_is_zero_or_infinite():
    """Lengths and shares at the ends of what there is; and sizes whose squares overflow.  Seed 15."""
    assert known.half_normal(np.array([0.0]))[0] > 0
    ends = known._quantile(np.array([0.0, 1.0]))
    assert np.all(np.isfinite(ends))
    assert ends[0] > 0
    rng = np.random.default_rng(15)
    rows = np.array([[1e155, 0.0], [0.0, 1e155]])
    at = [Pass((np.tile(x, (9, 1)),), (), np.full((9, 1), 1e155)) for x in rows]
    far = [Pass((np.tile(x, (9, 1)),), (), np.full((9, 1), 1e3)) for x in np.eye(2)]
    network = Network([2], [], 9, "linear")
    with np.errstate(all="ignore"):
        for passes in (at, far):
            assert np.all(np.isfinite(known.at_two(network, *passes, rng)))
