"""The limits of rules that calibration sets, each from both sides, on numbers without chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special

from verifier.inference.few import scatter
from verifier.inference.moment_orders import Mean, decide_means
from verifier.verdict import NumericStatus

#: five normal scores, with variance 1
SCORES = special.ndtri((np.arange(1, 6) - 0.375) / 5.25)
SCORES = SCORES / np.std(SCORES, ddof=1)
WIDTHS = (64, 128, 256, 512)


def values(*deviations: float) -> list[np.ndarray]:
    return [2.0 + s * SCORES for s in deviations]


@pytest.mark.parametrize(("ratio", "common"), [(3.2, True), (3.7, False)])
def test_halves_share_a_scatter_where_their_variances_differ_less_than_by_chance(ratio: float, common: bool) -> None:
    """F(8, 8) is above 3.44 in 5 % of cases; where it is, each width has its own scatter."""
    assert 3.2 < special.fdtri(8, 8, 0.95) < 3.7
    s = 0.3 * math.sqrt(ratio)
    found = scatter(WIDTHS, values(0.3, 0.3, s, s))
    assert found.refusal is None
    pools = [m.pool for m in found.moments]
    assert all((pool is not None and bool(pool.halves)) is common for pool in pools)
    assert all(pool.degrees == (16 if common else 4) for pool in pools if pool is not None)


def test_a_scatter_chosen_because_it_falls_has_a_quarter_of_the_level() -> None:
    same = scatter(WIDTHS, values(0.1, 0.1, 0.1, 0.1))
    falls = scatter(WIDTHS, values(*(0.1 * math.sqrt(64 / n) for n in WIDTHS)))
    assert {m.pool.share for m in same.moments if m.pool} == {0.5}
    assert {m.pool.share for m in falls.moments if m.pool} == {0.25}
    assert [m.variance for m in falls.moments] == pytest.approx([0.01 * 64 / n for n in WIDTHS])


@pytest.mark.parametrize(("deviation", "believed"), [(0.34, True), (0.36, False)])
def test_what_falls_like_an_average_is_as_small_as_one(deviation: float, believed: bool) -> None:
    """Where it is not, the common scatter is not believed, and each width has its own."""
    found = scatter(WIDTHS, values(*(deviation * math.sqrt(64 / n) for n in WIDTHS)))
    assert [bool(m.pool and m.pool.halves) for m in found.moments] == [believed] * 4


def test_equal_samples_are_no_scatter() -> None:
    found = scatter(WIDTHS, values(0.1, 0.0, 0.1, 0.1))
    assert found.refusal == "all 5 samples at width 128 are equal: that is no scatter to judge by"


@pytest.mark.parametrize(("errors", "told"), [(7.9, True), (8.1, False)])
def test_a_mean_has_a_logarithm_from_eight_standard_errors(errors: float, told: bool) -> None:
    means = {n: Mean(1 / n, 1e-6 / n) for n in WIDTHS[:3]} | {512: Mean(1 / 512, 1 / 512 / errors)}
    found = decide_means(means, -1.0)
    assert ("less than 8 of its standard errors" in found.reason) is told
    assert not told or found.verdict is NumericStatus.INCONCLUSIVE
