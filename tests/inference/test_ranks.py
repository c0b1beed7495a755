"""The interval from ranks: against all permutations, against ranks themselves, and counted over laws.

Error rate: each law is drawn 2000 times, seed 20207, at 2.5e-4 (a quarter of 1e-3); more than 9 misses of 2000 at that
rate have probability below 1e-6 (binomial).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from verifier.inference import ranks
from verifier.inference.corrections import relative

SEED = 20_207
WIDTHS = (128, 413, 1150, 4690, 20_011, 131_071)
FIVE = (128, 256, 512, 1024, 2048)
LEVEL, RUNS, MOST = 1e-3, 2000, 9
Law = Callable[[np.random.Generator, int], np.ndarray]
LAWS: dict[str, Law] = {
    "normal": lambda g, k: 0.3 * g.standard_normal(k),
    "log|G|": lambda g, k: np.log(np.abs(g.standard_normal(k))),
    "exponential": lambda g, k: g.exponential(1, k),
    "Cauchy": lambda g, k: 0.1 * g.standard_cauchy(k),
    "two values": lambda g, k: np.where(g.random(k) < 0.3, 1.0, 0.0) + 1e-3 * g.standard_normal(k),
}


def statistic(widths: tuple[int, ...], logs: list[np.ndarray], slope: float) -> float:
    """T of the slope, from ranks of residuals: Σ log n (2 R - N - 1)."""
    x = np.repeat(np.log(widths), [y.size for y in logs])
    residuals = np.concatenate(logs) - slope * x
    return float(x @ (2 * stats.rankdata(residuals) - x.size - 1))


def limit(widths: tuple[int, ...], size: int, tail: float) -> float:
    x = np.repeat(np.log(widths), size)
    variance = x.size * (x.size + 1) * np.square(x - x.mean()).sum() / 3
    return float(stats.norm.isf(tail) * math.sqrt(variance))


@pytest.mark.parametrize("law", LAWS)
def test_the_interval_holds_the_slopes_that_ranks_do_not_reject(law: str) -> None:
    g = np.random.default_rng([SEED, 1])
    logs = [LAWS[law](g, 6) + 0.5 * math.log(n) for n in FIVE]
    low, middle, high = ranks.slope_interval(FIVE, logs, 1e-2)
    bound = limit(FIVE, 6, 1e-2)
    assert low < middle < high
    step = 1e-9
    assert abs(statistic(FIVE, logs, low + step)) < bound <= statistic(FIVE, logs, low - step)
    assert abs(statistic(FIVE, logs, high - step)) < bound <= -statistic(FIVE, logs, high + step)
    assert statistic(FIVE, logs, middle - step) >= 0 >= statistic(FIVE, logs, middle + step)


@pytest.mark.parametrize(("groups", "size"), [(3, 3), (4, 2)])
def test_no_level_is_exceeded_among_all_permutations(groups: int, size: int) -> None:
    """All orders of the residuals, each as likely as any other: exact, at the tails that are used and well above."""
    x = np.repeat(np.log(FIVE[:groups]), size)
    scores = 2 * np.arange(1, x.size + 1) - x.size - 1
    distinct = set(itertools.permutations(np.repeat(np.arange(groups), size).tolist()))
    found = np.array([np.log(FIVE[:groups])[list(order)] @ scores for order in distinct])
    for tail in (0.02, 0.01, 1e-3, 1e-4):
        assert np.mean(found >= limit(FIVE[:groups], size, tail)) <= tail
    assert found.max() < limit(FIVE[:groups], size, 1e-5)  # so few samples never reach so deep


def test_samples_too_few_for_the_level_bound_nothing() -> None:
    g = np.random.default_rng([SEED, 2])
    low, middle, high = ranks.slope_interval(FIVE[:3], [g.standard_normal(3) for _ in range(3)], 1e-5)
    assert (low, high) == (-math.inf, math.inf)
    assert math.isfinite(middle)


def test_the_number_of_misses_is_what_is_said() -> None:
    assert stats.binom.sf(MOST, RUNS, ranks.SHARE * LEVEL) < 1e-6


@pytest.mark.parametrize("law", LAWS)
def test_the_interval_covers_the_slope_of_any_law(law: str) -> None:
    g = np.random.default_rng([SEED, 3])
    missed = 0
    for _ in range(RUNS):
        low, _, high = ranks.slope_interval(FIVE, [LAWS[law](g, 5) for _ in FIVE], ranks.SHARE * LEVEL / 2)
        missed += not low <= 0 <= high
    assert missed <= MOST


@pytest.mark.parametrize("power", [1.0, 2 / 3, 0.5])
def test_both_ends_of_a_correction_hold_all_between_them(power: float) -> None:
    """Twin: without the allowance the largest correction is not covered."""
    g = np.random.default_rng([SEED, 4])
    x = relative(WIDTHS, power, 10.0)
    noise = [1e-4 * g.standard_normal(20) for _ in WIDTHS]
    for size in (-1.0, -0.6, 0.3, 1.0):
        logs = [y + d for y, d in zip(noise, np.log1p(size * x), strict=True)]
        found = ranks.rank_profile(WIDTHS, logs, LEVEL, [power], 10.0)
        bare = ranks.rank_profile(WIDTHS, logs, LEVEL, [power], 0.0)
        assert found is not None
        assert bare is not None
        low, high = found.interval()
        assert low <= 0 <= high
        assert not bare.interval()[0] <= 0 <= bare.interval()[1]
        assert not found.fits[0].excluded
        assert bare.fits[0].excluded  # a bend that no power law has


def test_an_estimate_is_the_interval_again() -> None:
    g = np.random.default_rng([SEED, 5])
    logs = [LAWS["log|G|"](g, 20) for _ in WIDTHS]
    found = ranks.rank_profile(WIDTHS, logs, LEVEL, [0.5], 10.0)
    assert found is not None
    shift = np.log1p(relative(WIDTHS, 0.5, 10.0))
    lower = np.log1p(-relative(WIDTHS, 0.5, 10.0))
    tail = ranks.SHARE * LEVEL / 2
    low = ranks.slope_interval(WIDTHS, [y - d for y, d in zip(logs, lower, strict=True)], tail)[0]
    high = ranks.slope_interval(WIDTHS, [y - d for y, d in zip(logs, shift, strict=True)], tail)[2]
    assert found.interval() == pytest.approx((low, high), abs=1e-12)


def test_widths_below_a_crossover_are_left_to_other_intervals() -> None:
    g = np.random.default_rng([SEED, 6])
    logs = [g.standard_normal(9) for _ in FIVE]
    assert ranks.rank_profile((8, 16, 32, 64, 128), logs, LEVEL, [1.0], 10.0) is None
    assert ranks.rank_profile((16, 32, 64, 128, 256), logs, LEVEL, [1.0], 10.0) is not None


def test_laws_whose_size_changes_are_told_from_one_law() -> None:
    """About a tenth of the sets of one law are refused (at most 75 of 400, probability of more below 1e-6)."""
    g = np.random.default_rng([SEED, 7])
    refused = sum(not ranks.of_one_law([LAWS["log|G|"](g, 10) for _ in FIVE]) for _ in range(400))
    assert stats.binom.sf(75, 400, ranks.ONE_LAW) < 1e-6
    assert refused <= 75
    falling = [(128 / n) ** 0.5 * LAWS["log|G|"](g, 20) for n in FIVE]
    one_odd = [(4.0 if n == 512 else 1.0) * LAWS["exponential"](g, 20) for n in FIVE]
    assert not ranks.of_one_law(falling)
    assert not ranks.of_one_law(one_odd)
    assert not ranks.of_one_law([np.ones(5) for _ in FIVE])


def test_the_statistic_of_groups_is_that_of_kruskal_and_wallis() -> None:
    g = np.random.default_rng([SEED, 8])
    groups = [np.round(g.standard_normal(k), 1) for k in (5, 9, 12)]
    assert ranks.kruskal(groups) == pytest.approx(stats.kruskal(*groups).statistic)
    assert ranks.kruskal([np.ones(3), np.ones(4)]) == 0
