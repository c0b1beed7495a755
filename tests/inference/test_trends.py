"""Signs of differences of means, means above a value, and variances as sums of terms in two widths.

Fixed seeds, so that nothing is random here; the false-alarm rates that are asserted are of the decisions themselves.
"""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Symbol

from verifier.claims.kinds import terms_of
from verifier.inference.surfaces import _least, decide_surface
from verifier.inference.trends import decide_above, decide_trend
from verifier.verdict import NumericStatus

CONSISTENT, CONTRADICTED, OPEN = NumericStatus.CONSISTENT, NumericStatus.CONTRADICTED, NumericStatus.INCONCLUSIVE
SETTINGS = {"margin": 0.02, "alpha": 1e-3}


def runs(means: dict[int, float], spread: float, count: int, seed: int = 0) -> dict[int, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {n: mean + spread * rng.standard_normal(count) for n, mean in means.items()}


@pytest.mark.parametrize(
    ("means", "direction", "expected"),
    [
        ({5: 0.6, 10: 0.7, 20: 0.8}, 1, CONSISTENT),
        ({5: 0.6, 10: 0.7, 20: 0.8}, -1, CONTRADICTED),
        ({5: 0.8, 10: 0.7, 20: 0.6}, 1, CONTRADICTED),
        ({5: 0.8, 10: 0.7, 20: 0.6}, -1, CONSISTENT),
        ({5: 0.7, 10: 0.7, 20: 0.7}, 1, OPEN),
        ({5: 0.6, 20: 0.8}, 1, CONSISTENT),
        # The ends agree, and a step goes the other way by more than the margin.
        ({5: 0.6, 10: 0.9, 20: 0.8}, 1, CONTRADICTED),
        # By less than the margin, yet surely: neither.
        ({5: 0.6, 10: 0.8, 20: 0.787}, 1, OPEN),
    ],
)
def test_trends(means: dict[int, float], direction: int, expected: NumericStatus) -> None:
    found = decide_trend(runs(means, 0.01, 40), direction, **SETTINGS)
    assert found.verdict is expected, found.reason


def test_a_trend_without_a_difference_is_rarely_decided() -> None:
    """At level 1/20: of 400 experiments without a trend, those that are decided stay below the level's share.

    A wrong level of 1/10 would be told with probability above 0.999; a right one fails with probability below 1e-9.
    """
    rng = np.random.default_rng(1)
    decided = 0
    for _ in range(400):
        samples = {n: np.clip(0.7 + 0.1 * rng.standard_normal(12), 0, 1) for n in (5, 10, 20)}
        decided += decide_trend(samples, 1, margin=1e-9, alpha=0.05).verdict is not OPEN
    assert decided <= 45


def test_where_nothing_is_learned_no_trend_is_asked() -> None:
    chance = runs({5: 0.25, 10: 0.26, 20: 0.27}, 0.02, 24)
    assert decide_trend(chance, 1, floor=0.35, **SETTINGS).unasked
    learned = runs({5: 0.25, 10: 0.4, 20: 0.6}, 0.02, 24)
    assert decide_trend(learned, 1, floor=0.35, **SETTINGS).verdict is CONSISTENT


def test_above() -> None:
    samples = runs({100: 0.6, 1000: 0.9}, 0.05, 24)
    assert decide_above(samples, 0.5, **SETTINGS).verdict is CONSISTENT
    assert decide_above(samples, 0.7, **SETTINGS).verdict is CONTRADICTED
    assert decide_above(samples, 0.6, **SETTINGS).verdict is OPEN


def test_samples_that_are_all_equal_show_what_they_leave_open() -> None:
    zero = {100: np.zeros(40), 1000: np.zeros(40)}
    assert decide_above(zero, 0.5, **SETTINGS).verdict is OPEN  # without bounds nothing is known of what was not seen
    assert decide_above(zero, 0.5, bounds=(0.0, 1.0), **SETTINGS).verdict is CONTRADICTED
    assert decide_above(zero, 0.1, bounds=(0.0, 1.0), **SETTINGS).verdict is OPEN
    assert decide_trend(zero, 1, **SETTINGS).verdict is OPEN


def test_networks_that_fail_unseen_are_not_passed_over_in_silence() -> None:
    """E X falls, as one network in seven fails at the larger width; ten that all trained say that it grows.

    The verdict cannot know better, and says how large a share it has not seen.  The twin has one that failed.
    """
    rng = np.random.default_rng(3)
    small, large = 0.95 + 0.002 * rng.standard_normal(10), 0.96 + 0.002 * rng.standard_normal(10)
    found = decide_trend({50: small, 200: large}, +1, margin=0.01, bounds=(0.0, 1.0))
    assert found.verdict is NumericStatus.CONSISTENT
    share = round(100 * (1 - found.alpha ** (1 / 10)))
    assert f"values that 10 samples may have missed, up to {share} %, left out" in found.reason
    assert found.assumption in found.reason
    above = decide_above({50: small}, 0.5, margin=0.1)
    assert above.assumption in above.reason
    large[0] = 0.0
    seen = decide_trend({50: small, 200: large}, +1, margin=0.01, bounds=(0.0, 1.0))
    assert seen.verdict is NumericStatus.INCONCLUSIVE


def test_what_cannot_be_decided_is_told() -> None:
    assert decide_trend(runs({5: 0.6, 10: 0.8}, 0.1, 3), 1, **SETTINGS).verdict is OPEN
    assert decide_trend({5: [], 10: []}, 1, **SETTINGS).verdict is NumericStatus.UNTESTED
    assert decide_trend({5: [1, 2, 3, np.nan], 10: [1, 2, 3, 4]}, 1, **SETTINGS).verdict is NumericStatus.INVALID
    with pytest.raises(ValueError, match="direction is 0"):
        decide_trend(runs({5: 0.6, 10: 0.8}, 0.1, 8), 0, **SETTINGS)
    with pytest.raises(ValueError, match="two widths"):
        decide_trend(runs({5: 0.6}, 0.1, 8), 1, **SETTINGS)


def test_samples_outside_of_the_bounds_that_are_claimed_decide_nothing() -> None:
    """Of X said to lie in [0, 1] and always 5, a mean above 1/2 was "consistent"."""
    five = {10: np.full(40, 5.0), 20: np.full(40, 5.0) + 1e-3}
    for found in (decide_above(five, 0.5, bounds=(0.0, 1.0), **SETTINGS),
                  decide_trend(five, 1, bounds=(0.0, 1.0), **SETTINGS)):  # fmt: skip
        assert found.verdict is NumericStatus.INVALID
        assert "said to lie between 0 and 1" in found.reason
    assert decide_above({10: np.full(40, 1.0)}, 0.5, bounds=(0.0, 1.0), **SETTINGS).verdict is CONSISTENT


def test_samples_that_differ_by_rounding_alone_show_no_variance() -> None:
    """One that is the next number above the others made the mean certain, without any bounds."""
    near = np.full(40, 0.9)
    near[0] = np.nextafter(0.9, 1)
    assert decide_above({10: near}, 0.5, **SETTINGS).verdict is OPEN
    assert decide_trend({10: near, 20: near + 0.1}, 1, **SETTINGS).verdict is OPEN
    assert decide_trend({10: near, 20: near + 0.1}, 1, bounds=(0.0, 1.0), **SETTINGS).verdict is OPEN


def test_numbers_whose_squares_overflow_are_no_crash() -> None:
    huge = {n: 1e300 * x for n, x in runs({5: 0.6, 10: 0.8}, 0.1, 8).items()}
    assert decide_trend(huge, 1, **SETTINGS).verdict is NumericStatus.INVALID
    assert decide_above(huge, 0.5, **SETTINGS).verdict is NumericStatus.INVALID


# -- variances ---------------------------------------------------------------------------------------------------------

WIDTHS = (64, 256, 1024)
TERMS = {"sum": ((-1.0, 0.0), (0.0, -1.0)), "product": ((-1.0, -1.0),), "m": ((0.0, -1.0),), "n": ((-1.0, 0.0),)}


def pairs(variance, count: int = 8000, law=None) -> dict[tuple[int, int], np.ndarray]:
    rng = np.random.default_rng(2)
    draw = law or (lambda size: rng.standard_normal(size))
    return {(n, m): variance(n, m) ** 0.5 * draw(count) for n in WIDTHS for m in WIDTHS}


@pytest.mark.parametrize("true", TERMS)
@pytest.mark.parametrize("claimed", TERMS)
def test_a_law_of_two_widths_is_told_from_the_others(true: str, claimed: str) -> None:
    factors = {"sum": (200.0, 50.0), "product": (50.0,), "m": (50.0,), "n": (200.0,)}[true]
    samples = pairs(lambda n, m: sum(a * n**p * m**q for a, (p, q) in zip(factors, TERMS[true], strict=True)))
    found = decide_surface(samples, TERMS[claimed], margin=0.3, alpha=1e-3)
    expected = CONSISTENT if true == claimed else CONTRADICTED
    if claimed == "sum" and true in ("m", "n"):
        expected = OPEN  # the other term may be 0: not seen to be needed
        assert "may be 0" in found.reason
    assert found.verdict is expected, found.reason


def test_terms_of_higher_order_are_granted_within_the_margin() -> None:
    samples = pairs(lambda n, m: 50 / m + 200 / n + 2000 / (n * m))
    assert decide_surface(samples, TERMS["sum"], margin=0.3, alpha=1e-3).verdict is CONSISTENT
    assert decide_surface(samples, TERMS["sum"], margin=0.05, alpha=1e-3).verdict is not CONSISTENT


def test_a_variance_that_few_samples_carry_decides_nothing() -> None:
    rng = np.random.default_rng(3)
    heavy = pairs(lambda n, m: 1 / n + 1 / m, 400, lambda size: np.exp(3 * rng.standard_normal(size)))
    found = decide_surface(heavy, TERMS["sum"], margin=0.3, alpha=1e-3)
    assert found.verdict is OPEN
    assert "few samples" in found.reason


def test_a_law_that_is_wrong_where_few_samples_are_is_not_held_by_an_interval_that_reaches_0() -> None:
    """At one pair the interval of the variance reaches below 0: it lies within no factor of any law."""
    design = np.array([[1 / n, 1 / m] for n in WIDTHS for m in WIDTHS])
    true = design @ [50.0, 200.0]
    lows, highs = 0.95 * true, 1.05 * true
    assert _least(design, lows, highs)[0] < 0.06  # held whole
    lows[0], highs[0] = -1.0, 1e6
    assert _least(design, lows, highs)[0] == 1.0  # it was 0.05: the pair did not count
    # And it is met from above alone: the other pairs still contradict.
    other = 50.0 / np.array([n * m for n in WIDTHS for m in WIDTHS])
    lows, highs = 0.95 * other, 1.05 * other
    assert _least(design, highs, lows)[0] > 0.5
    lows[0] = -1.0
    assert _least(design, highs, lows)[0] > 0.5  # it was 1e-297: no law was wrong any more


@pytest.mark.parametrize("size", [1e-160, 1e150])
def test_a_surface_does_not_depend_on_the_unit_of_x(size: float) -> None:
    """Squares overflowed, which ended the run, or vanished, and all samples were said to be equal."""
    samples = pairs(lambda n, m: 50 / m + 200 / n)
    scaled = {place: size * x for place, x in samples.items()}
    plain = decide_surface(samples, TERMS["sum"], margin=0.4, alpha=1e-3)
    found = decide_surface(scaled, TERMS["sum"], margin=0.4, alpha=1e-3)
    assert found.verdict is plain.verdict is CONSISTENT
    assert found.high == pytest.approx(plain.high, rel=1e-3)
    wide = {place: np.array([-1.7e308, 1.7e308] * 8) for place in samples}
    assert decide_surface(wide, TERMS["sum"], margin=0.4, alpha=1e-3).verdict is NumericStatus.INVALID


def test_a_margin_with_which_no_law_is_wrong_is_refused() -> None:
    samples = pairs(lambda n, m: 50 / m + 200 / n, 64)
    for margin in (1.0, 1.5):
        with pytest.raises(ValueError, match="no law is wrong"):
            decide_surface(samples, TERMS["sum"], margin=margin, alpha=1e-3)


def test_the_terms_of_a_surface_are_powers_of_n_and_m() -> None:
    n, m, k = (Symbol(name, integer=True) for name in "nmk")
    assert terms_of(1 / m + 1 / n) == TERMS["sum"]
    assert terms_of(1 / (m * n)) == TERMS["product"]
    for wrong in (2 / n, 1 / k, 1 + 1 / n**m):
        with pytest.raises(ValueError, match="sum of such"):
            terms_of(wrong)
