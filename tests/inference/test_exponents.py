"""The contrast: exact weights, agreement with regression, honest coverage, control variates."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from verifier.inference.controls import MEAN_LOG_NORMAL, log_normal_moment
from verifier.inference.corrections import estimate, weighted
from verifier.inference.diagnostics import _bend
from verifier.inference.exponents import (
    DEFAULT_WIDTHS,
    columns,
    correction_coefficient,
    slope_weights,
    t_quantile,
)
from verifier.inference.presence import presence
from verifier.inference.samples import LogSample, Moments

SEED = 20_241
RATE = 1e-9  # false-alarm rate of each statistical test below
DENSE = (32, 64, 128, 256, 512, 1024)
OCTAVES = tuple(2**k for k in range(5, 13))


def rng(key: int = 0) -> np.random.Generator:
    return np.random.default_rng([SEED, key])


@pytest.mark.parametrize("power", [None, 1.0, 0.5])
@pytest.mark.parametrize("widths", [DEFAULT_WIDTHS, DENSE, (2**11, 2**20 + 1, 2**33 + 5, 2**41)])
def test_weights_reproduce_a_power_law_and_ignore_what_is_fitted(widths, power):
    w = slope_weights(widths, power)
    n = np.array(widths, dtype=float)
    assert w.sum() == pytest.approx(0, abs=1e-10)
    assert w @ np.log(n) == pytest.approx(1, abs=1e-10)
    if power:
        assert w @ (n.min() / n) ** power == pytest.approx(0, abs=1e-10)
    else:
        assert abs(w @ (n.min() / n)) > 1e-3


def test_published_figures_of_the_grids():
    w = slope_weights(DEFAULT_WIDTHS)
    assert w @ w == pytest.approx(0.0304, abs=5e-5)
    assert weighted(DEFAULT_WIDTHS, 1.0, 0.0, 10)[1] == pytest.approx(0.0095, abs=5e-5)  # 0.0092 to first order
    dense = slope_weights(DENSE, 1.0)
    assert dense @ dense == pytest.approx(0.66, abs=5e-3)
    assert weighted(DENSE, 1.0, 0.0, 10)[1] == pytest.approx(0.0955, abs=5e-4)  # 0.081 to first order


def test_next_order_allowance_covers_the_law_it_is_named_after():
    """log(1 + 10/n) on the dense grid leaves a bias of 0.0058 behind the 1/n column; 10 |Σw/n²| = 0.0015 does not
    cover it, C²/2 |Σw/n²| does."""
    w = slope_weights(DENSE, 1.0)
    n = np.array(DENSE, dtype=float)
    bias = abs(float(w @ np.log1p(10 / n)))
    assert bias == pytest.approx(0.0058, abs=1e-4)
    assert 10 * abs(float(w @ n**-2)) < bias < weighted(DENSE, 1.0, 1.0, 10)[1]


def test_agrees_with_regression_on_width_dummies_and_hc2():
    """The estimate and its standard error against ordinary least squares in plain matrices."""
    sizes = dict(zip(DEFAULT_WIDTHS, (40, 55, 30, 80, 41, 64), strict=True))
    y = {n: np.log(np.abs(rng(n).standard_normal(s))) - np.log(n) for n, s in sizes.items()}
    stacked = np.concatenate(list(y.values()))
    dummies = np.concatenate([np.full(len(v), k) for k, v in enumerate(y.values())])
    x = np.eye(len(y))[dummies]
    bread = np.linalg.inv(x.T @ x)
    beta = bread @ x.T @ stacked
    residual = stacked - x @ beta
    leverage = np.einsum("ij,jk,ik->i", x, bread, x)
    meat = x.T @ (x * (residual**2 / (1 - leverage))[:, None])
    covariance = bread @ meat @ bread
    w = slope_weights(DEFAULT_WIDTHS)
    ours = estimate(DEFAULT_WIDTHS, [LogSample.from_logs(v).log_mean() for v in y.values()], 1.0, 0.0, 10.0)
    assert ours.value == pytest.approx(float(w @ beta), rel=1e-12)
    assert ours.standard_error == pytest.approx(math.sqrt(w @ covariance @ w), rel=1e-12)
    parts = [wk**2 * v.var(ddof=1) / v.size for wk, v in zip(w, y.values(), strict=True)]
    welch = sum(parts) ** 2 / sum(p**2 / (v.size - 1) for p, v in zip(parts, y.values(), strict=True))
    assert ours.degrees == pytest.approx(welch, rel=1e-12)
    low, high = ours.interval(0.01)
    half = stats.t.isf(0.005, welch) * ours.standard_error + ours.allowance
    assert (low, high) == pytest.approx((ours.value - half, ours.value + half), rel=1e-12)


def test_deep_quantiles():
    for tail in (1e-3, 1e-6, 6.25e-10):
        assert t_quantile(tail, 300.0) == pytest.approx(stats.t.isf(tail, 300), rel=1e-9)
        assert t_quantile(tail, math.inf) == pytest.approx(stats.norm.isf(tail), rel=1e-9)


def _coverage(log_factor, allowance, correction=False, widths=OCTAVES, reps=120, size=256):
    """How often the nominal 95 % interval of each functional covers the exponent -1 of n^-1 exp(log_factor) G."""
    hits = [0, 0]
    for rep in range(reps):
        generator = rng(1000 + rep)
        samples = [LogSample.from_logs(np.log(np.abs(generator.standard_normal(size))) - np.log(n) + log_factor(n))
                   for n in widths]  # fmt: skip
        for k, moments in enumerate(([s.log_mean() for s in samples], [s.log_half() for s in samples])):
            low, high = estimate(widths, moments, 1.0, float(correction), allowance).interval(0.05)
            hits[k] += low <= -1.0 <= high
    return hits


def test_honest_interval_covers_and_the_naive_one_does_not():
    """False-alarm rate 1e-9 each: the honest interval's coverage is at least 0.95 for every |c| ≤ 10."""
    worst = lambda n: 10 / n  # noqa: E731
    least = stats.binom.ppf(RATE, 120, 0.95)
    assert min(_coverage(worst, allowance=10.0)) >= least
    assert max(_coverage(worst, allowance=0.0)) < least  # the twin: no allowance
    assert min(_coverage(worst, allowance=0.0, correction=True)) >= least


@pytest.mark.slow
def test_coverage_without_corrections_is_nominal_not_more():
    """Plain power law, no allowance: coverage 0.95 within binomial error (rate 1e-9), so not conservative."""
    for hits in _coverage(lambda n: 0.0, allowance=0.0, reps=4000):
        assert stats.binom.ppf(RATE, 4000, 0.94) <= hits <= stats.binom.isf(RATE, 4000, 0.96)


def test_gaussian_log_moments_by_quadrature():
    density = lambda x: math.sqrt(2 / math.pi) * math.exp(-x * x / 2)  # noqa: E731
    mean = integrate.quad(lambda x: math.log(x) * density(x), 0, 12, limit=400)[0]
    assert pytest.approx(mean, abs=1e-8) == MEAN_LOG_NORMAL
    for q in (0.25, 0.5, 1.0, 1.5, 3.0):
        value = integrate.quad(lambda x, q=q: x**q * density(x), 0, 14, limit=400)[0]
        assert math.exp(log_normal_moment(q)) == pytest.approx(value, rel=1e-8)
    with pytest.raises(ValueError, match="exceed -1"):
        log_normal_moment(-1.0)


def _network_like(n, size, generator, coefficients, atom):
    """X = n^-1 Y Π|Z_d|^c_d with Y = 1 + O(n^-1/2), killed unless Z_1 > 0 when ``atom``."""
    z = generator.standard_normal((size, len(coefficients)))
    y = 1 + generator.standard_normal(size) / np.sqrt(n)
    x = y * np.prod(np.abs(z) ** coefficients, axis=1) / n
    return (np.where(z[:, 0] > 0, x, 0.0) if atom else x), z


@pytest.mark.parametrize("atom", [False, True])
@pytest.mark.parametrize("coefficients", [(3.0,), (2.0, 1.0), (1.5, 0.5, 1.0)])
def test_control_variate_moves_nothing_and_removes_most_noise(coefficients, atom):
    """The controlled estimate stays within 6.1 standard errors (rate 1e-9 each) of the truth, at a tenth of the noise.

    With ``atom`` X is alive on the event Z_1 > 0: conditioning on signs leaves |Z_d| half-normal.
    """
    plain, controlled = [], []
    for n in DEFAULT_WIDTHS:
        x, z = _network_like(n, 3000, rng(n + 7), np.array(coefficients), atom)
        plain.append(LogSample.from_values(x))
        controlled.append(LogSample.from_values(x, normals=z, coefficients=coefficients))
    for functional in (LogSample.log_mean, LogSample.log_half):
        before, after = (
            estimate(DEFAULT_WIDTHS, [functional(s) for s in found], 1.0, 0.0, 10.0) for found in (plain, controlled)
        )
        assert after.standard_error < before.standard_error / 5
        # E log|Y| = -1/(2n) + … is part of the allowed correction.
        assert abs(after.value + 1.0) < 6.1 * after.standard_error + after.allowance


def test_a_wrong_control_is_seen():
    """Twin: a control that is not a standard normal shifts the mean, here by its own exponent."""
    samples = []
    for n in DEFAULT_WIDTHS:
        x, z = _network_like(n, 3000, rng(n + 8), np.array([3.0]), False)
        samples.append(LogSample.from_values(x, normals=z * n**0.25, coefficients=[3.0]))
    found = estimate(DEFAULT_WIDTHS, [s.log_mean() for s in samples], 1.0, 0.0, 10.0)
    assert abs(found.value + 1.0) > 0.5


def test_presence_is_the_exponent_of_the_alive_probability():
    samples = []
    for n in (100, 200, 400, 800):
        x = np.zeros(3200)
        x[: 3200 * 100 // n] = 1.0
        samples.append(LogSample.from_values(x))
    found = presence((100, 200, 400, 800), samples, 1e-3)
    assert (found.low + found.high) / 2 == pytest.approx(-1.0, abs=0.05)
    assert found.vanishes
    assert not found.within(0.125)


def test_correction_coefficient_is_recovered_exactly():
    moments = [Moments(3.0 - 2 * math.log(n) + 7 / n, 1.0, 10) for n in DENSE]
    assert correction_coefficient(DENSE, moments) == pytest.approx(7.0, rel=1e-9)


def test_too_few_or_repeated_widths():
    with pytest.raises(ValueError, match="at least 3"):
        slope_weights((4, 8), 1.0)
    with pytest.raises(ValueError, match="distinct"):
        slope_weights((4, 4, 8))


def test_what_is_kept_of_a_grid_is_that_of_its_widths_alone():
    """The contrast that sees curvature: blind to the design, of length 1, another on other widths and designs."""
    found = {}
    for _ in range(2):
        for widths, power in ((DENSE, None), (DENSE, 1.0), (OCTAVES, None)):
            design = columns(widths, power)
            unit = _bend(design.tobytes(), design.shape)
            assert unit @ unit == pytest.approx(1)
            assert np.abs(unit @ design).max() < 1e-12
            assert abs(unit @ design[:, 1] ** 2) > 1e-3
            assert found.setdefault((widths, power), unit) is unit
            with pytest.raises(ValueError, match="read-only"):
                unit[0] = 1.0
    assert len({tuple(unit) for unit in found.values()}) == 3
