"""What may be said of zeros, equal samples, dependence and few seeds; each test is named by what would be false.

Seeds are fixed (SEED); a law that is true is contradicted with rate below alpha = 1e-3 where data are drawn, so that
the whole module's false-alarm rate at fresh seeds is below 0.05, and at these seeds nothing changes.
"""

from __future__ import annotations

import numpy as np
import pytest

from verifier.fits.fitting import FitSettings, Mean, assess
from verifier.fits.targets import remainder
from verifier.inference import decide_order, decide_zero
from verifier.inference.dependence import dependence
from verifier.inference.exponents import DEFAULT_WIDTHS
from verifier.inference.presence import RARE, zero_bound
from verifier.verdict import NumericStatus

SEED = 20_302
FIVE = (128, 256, 512, 1024, 2048)
SMALL = (64, 128, 256, 512, 1024)
CONSISTENT, CONTRADICTED = NumericStatus.CONSISTENT, NumericStatus.CONTRADICTED
INCONCLUSIVE = NumericStatus.INCONCLUSIVE


def rng(key: int = 0) -> np.random.Generator:
    return np.random.default_rng([SEED, key])


def drawn(law, widths=SMALL, key=0):
    g = rng(key)
    return {n: np.asarray(law(g, n), dtype=float) for n in widths}


def few(spread, exponent=0.0, seeds=5, widths=FIVE, key=0):
    return drawn(lambda g, n: float(n) ** exponent * np.exp(spread * g.standard_normal(seeds)), widths, key)


# Zeros and rare values --------------------------------------------------------------------------------------


def test_four_zeros_prove_no_bound() -> None:
    found = assess({n: [0.0] for n in (64, 128, 256, 512)}, "upper", -9)
    assert found.status is INCONCLUSIVE
    assert "bounds P(X ≠ 0) by 0.999" in found.reasons[0]
    assert assess({n: [0.0] for n in (64, 128, 256, 512)}, "zero").status is INCONCLUSIVE


@pytest.mark.parametrize("size", [20, 200, 1400])
@pytest.mark.parametrize("kind", ["upper", "to-zero", "constant"])
def test_a_rare_huge_value_is_not_bounded_by_samples_without_one(kind: str, size: int) -> None:
    """X = n with probability 0.002, else 0: X = O(n^-9), X → 0 and X → constant are false; none passes in 25 sets."""
    for key in range(25):
        data = drawn(lambda g, n: n * (g.random(size) < 0.002), key=key)
        assert assess(data, kind, -9 if kind == "upper" else None).status is not CONSISTENT


def test_zeros_enough_to_bound_a_rare_event_do_satisfy_a_bound() -> None:
    """The twin: 1379 zeros a width at 1e-3 bound P(X ≠ 0) by the 0.005 that is named."""
    assert zero_bound(1379, 1e-3) <= RARE < zero_bound(1378, 1e-3)
    found = assess({n: np.zeros(1379) for n in SMALL}, "upper", -9)
    assert found.status is CONSISTENT
    assert "0.005" in found.reasons[0]


def test_a_law_that_vanishes_into_its_atom_tends_to_zero_whatever_its_size() -> None:
    """X = n with probability n^-1/2: O(n^-1) and X → 0 hold, since P(X ≠ 0) → 0; a fixed atom is the twin."""
    data = drawn(lambda g, n: n * (g.random(6000) < n**-0.5))
    assert assess(data, "upper", -1).status is CONSISTENT
    assert assess(data, "to-zero").status is CONSISTENT
    assert "P(X ≠ 0) has exponent" in assess(data, "to-zero").reasons[0]
    fixed = drawn(lambda g, n: n * (g.random(6000) < 0.2))
    assert assess(fixed, "upper", -1).status is CONTRADICTED
    assert assess(fixed, "to-zero").status is CONTRADICTED


@pytest.mark.parametrize("kind", ["limit", "polynomial"])
def test_samples_that_are_all_equal_deny_no_mean(kind: str) -> None:
    """E X = 0.002 is true of X = 1 with probability 0.002, of which 200 samples mostly show zeros."""
    for key in range(25):
        data = drawn(lambda g, n: 1.0 * (g.random(200) < 0.002), key=key)
        assert assess(data, kind, "0.002").status is not CONTRADICTED
    zeros = {n: np.zeros(200) for n in SMALL}
    assert "are equal" in assess(zeros, kind, "0.002").reasons[0]


def test_known_bounds_say_how_far_an_unseen_value_moves_a_mean() -> None:
    zeros = {n: np.zeros(4000) for n in DEFAULT_WIDTHS}
    within = FitSettings(bounds=(0.0, 1.0), margin=0.05)
    assert assess(zeros, "limit", "0", within).status is CONSISTENT
    assert assess(zeros, "limit", "0.5", within).status is CONTRADICTED
    assert assess(zeros, "limit", "0.5", FitSettings(margin=0.05)).status is INCONCLUSIVE  # nothing is known of X
    outside = assess({n: np.full(4000, 2.0) for n in DEFAULT_WIDTHS}, "limit", "2", within)
    assert outside.status is NumericStatus.INVALID
    assert "is not between 0 and 1" in outside.reasons[0]


@pytest.mark.parametrize("kind", ["limit", "polynomial"])
def test_a_mean_carried_by_rare_values_within_known_bounds_is_not_contradicted(kind: str) -> None:
    """1 with probability 0.001, else up to 1e-4: true means, of which 256 samples a width mostly show no 1.

    Without what was not seen in the interval a third of them were contradicted at alpha 0.05.  False alarms below 1e-6:
    what was not seen may have a probability of 0.02 here, and a width that shows a 1 is too skewed to contradict.
    """
    mean = 0.001 + 0.999 * 5e-5
    within = FitSettings(bounds=(0.0, 1.0), margin=0.05, alpha=0.05)
    for key in range(40):
        data = drawn(lambda g, n: np.where(g.random(256) < 0.001, 1.0, 1e-4 * g.random(256)), key=key)
        assert assess(data, kind, repr(mean), within).status is not CONTRADICTED
    # The twins: a mean that nothing unseen can make, and samples enough for one that is true.
    assert assess(data, kind, "0.3", within).status is CONTRADICTED
    many = drawn(lambda g, n: 0.4 + 0.2 * g.random(20_000))
    assert assess(many, kind, "0.5", within).status is CONSISTENT


@pytest.mark.parametrize("kind", ["limit", "polynomial", "mean-zero"])
def test_a_mean_without_bounds_says_that_rare_values_are_assumed_to_carry_none_of_it(kind: str) -> None:
    expect = "0" if kind == "mean-zero" else "1"
    data = drawn(lambda g, n: float(expect) + g.uniform(-1.0, 1.0, 4000))
    found = assess(data, kind, expect, FitSettings(margin=0.2))
    assert found.status is CONSISTENT
    assert "of which such samples may show none, carry no part of E X" in found.assumption
    if kind != "mean-zero":
        bounded = assess(data, kind, expect, FitSettings(margin=0.2, bounds=(0.0, 2.0)))
        assert bounded.status is CONSISTENT
        assert "carry no part" not in bounded.assumption


def test_a_width_whose_samples_are_all_equal_is_not_known_exactly() -> None:
    """A two-point law of which one width shows one point only: its variance is taken from the others."""
    data = drawn(lambda g, n: np.where(g.random(200) < 0.03, 100.0, 1.0))
    data[1024] = np.ones(200)
    found = decide_order(data, 0.0, looks=1)
    assert found.standard_error > 0.01
    assert found.verdict is not CONTRADICTED


def test_roundoff_is_zero_where_the_scale_of_the_data_is_known() -> None:
    noise = {n: 1e-16 * rng(n).standard_normal(400) for n in SMALL}
    assert decide_zero(noise).verdict is CONTRADICTED
    found = decide_zero(noise, scale=1.0)
    assert found.verdict is CONSISTENT
    assert "zero to ±1.78e-15" in found.reason
    assert decide_zero(noise, atol=1e-18).verdict is CONTRADICTED
    assert decide_zero({n: x + 1e-9 for n, x in noise.items()}, scale=1.0).verdict is CONTRADICTED
    with pytest.raises(ValueError, match="atol is -1"):
        decide_zero(noise, atol=-1.0)


# Rows that are not independent ------------------------------------------------------------------------------


def _steps(g, size):
    x = g.standard_normal(size)
    for k in range(1, size):
        x[k] = 0.9 * x[k - 1] + np.sqrt(1 - 0.81) * x[k]
    return np.exp(x)


DEPENDENT = {
    "copies of twenty runs": lambda g, n: np.resize(np.exp(0.8 * g.standard_normal(20)), 400),
    "draws from twenty runs": lambda g, n: g.choice(np.exp(0.8 * g.standard_normal(20)), 400),
    "copies that are off by a rounding": lambda g, n: g.permutation(
        np.repeat(np.exp(0.8 * g.standard_normal(20)), 20) * (1 + 1e-7 * g.standard_normal(400))
    ),
    "steps of one run": lambda g, n: _steps(g, 400),
    "signs in turn": lambda g, n: np.tile([1, -1], 200) * np.repeat(np.abs(g.standard_normal(200)), 2),
}
INDEPENDENT = {
    "normal": lambda g, n: g.standard_normal(400),
    "one in two is zero": lambda g, n: g.standard_normal(400) * (g.random(400) < 0.5),
    "counts": lambda g, n: g.binomial(1000, 0.1, 400) / 1000,
    "counts of n": lambda g, n: g.binomial(n, 0.5, 400) / n,
    "three digits": lambda g, n: np.round(1 + 0.1 * g.standard_normal(400), 3),
    "sorted": lambda g, n: np.sort(g.standard_normal(400)),
    "clipped": lambda g, n: np.minimum(g.standard_exponential(400), 1),
    "a coin": lambda g, n: 1.0 * (g.random(400) < 0.5),
    "heavy": lambda g, n: g.standard_cauchy(400),
}


@pytest.mark.parametrize("name", DEPENDENT)
def test_dependent_rows_are_not_that_many_samples(name: str) -> None:
    for key in range(5):
        data = drawn(DEPENDENT[name], key=key)
        found = assess(data, "order", 0)
        assert found.status is INCONCLUSIVE
        assert found.reasons[0].startswith("rows look dependent")
        assert "average them first" in found.advice


@pytest.mark.parametrize("name", INDEPENDENT)
def test_independent_rows_are_left_alone(name: str) -> None:
    """25 sets at level 1e-6: a false alarm has rate below 1e-4."""
    for key in range(25):
        assert dependence(drawn(INDEPENDENT[name], key=key), 1e-6) is None


def test_rows_of_one_label_are_not_that_many_samples() -> None:
    """Forty coordinates of each of ten networks; the twin has labels without a meaning."""
    order = {n: rng(n).permutation(400) for n in SMALL}
    labels = {"seed": {n: list(np.repeat(np.arange(10), 40)[order[n]]) for n in SMALL}}
    grouped = drawn(lambda g, n: np.exp(np.repeat(0.5 * g.standard_normal(10), 40) + 0.5 * g.standard_normal(400)))
    alike = {n: x[order[n]] for n, x in grouped.items()}
    shuffled = {n: rng(n).permutation(x) for n, x in alike.items()}
    found = assess(alike, "order", 0, labels=labels, ordered=False)
    assert found.status is INCONCLUSIVE
    assert "those of one seed are alike" in found.reasons[0]
    assert dependence(shuffled, 1e-6, labels) is None


def test_one_network_a_width_is_no_power_law() -> None:
    """Coordinates of one network share an error that no check within a width can see: it shows between the widths."""
    contradicted = 0
    for key in range(20):
        data = drawn(lambda g, n: np.exp(0.3 * g.standard_normal() + 0.5 * g.standard_normal(500)), key=key)
        contradicted += assess(data, "order", 0).status is CONTRADICTED
    assert contradicted == 0


# Few seeds --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", range(5))
def test_five_seeds_decide_one_order_against_another(key: int) -> None:
    """5 seeds at 5 widths, sd(log) 0.03: n^1 against n^0, with the mark and the assumption named."""
    grows, stays = few(0.03, 1.0, key=key), few(0.03, key=key)
    for data, true, false in ((grows, 1, 0), (stays, 0, 1)):
        right, wrong = assess(data, "order", true), assess(data, "order", false)
        assert (right.verdict, wrong.verdict) == ("consistent (few seeds)", "contradicted (few seeds)")
        assert "values too rare to be among so few are not seen" in right.assumption
    assert assess(grows, "order", 1, FitSettings(few=False)).status is INCONCLUSIVE


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (few(0.03, seeds=2), "2 samples at width 128: below 3 the scatter is not known"),
        (few(0.03, seeds=1), "1 sample at width 128"),
        ({n: [1.0, 1.0, 1.0] for n in FIVE}, "are equal"),
        ({**few(0.03), 512: [1.0, 0.0, 1.1]}, "a sample is zero"),
        (drawn(lambda g, n: np.exp(np.where(g.random(20) < 40 / n, 3, 0) + 0.05 * g.standard_normal(20)), FIVE),
         "scatter"),
    ],
)  # fmt: skip
def test_what_few_seeds_cannot_show_is_a_plain_estimate(data, words: str) -> None:
    found = assess(data, "order", 0)
    assert found.status is INCONCLUSIVE
    assert found.mark == ""
    assert words in found.reasons[0]
    assert np.isfinite(found.estimate)


def test_few_seeds_do_not_reach_deeper_than_they_were_counted() -> None:
    found = assess(few(0.03), "order", 0, FitSettings(alpha=1e-6))
    assert found.status is INCONCLUSIVE
    assert "needs 128 samples a width" in found.reasons[0]


def test_a_mean_of_few_seeds_carries_the_mark() -> None:
    data = drawn(lambda g, n: 2 + 1 / np.sqrt(n) + 0.01 * g.standard_normal(5), FIVE)
    assert assess(data, "limit", 2).verdict == "consistent (few seeds)"
    assert assess(data, "limit", 2.5).verdict == "contradicted (few seeds)"
    skewed = drawn(lambda g, n: g.standard_exponential(5) - 1, FIVE)
    assert assess(skewed, "mean-zero").status is INCONCLUSIVE


# Means with standard errors, moments, remainders, logarithms -------------------------------------------------


def test_means_with_standard_errors() -> None:
    table = {n: Mean(3.1 / np.sqrt(n) * (1 + 0.003 * (-1) ** k), 0.02 / np.sqrt(n)) for k, n in enumerate(SMALL)}
    assert assess(table, "order", "-1/2").status is CONSISTENT
    assert assess(table, "order", "0").status is CONTRADICTED
    assert assess(table, "polynomial", "3/n").status is CONTRADICTED
    with pytest.raises(ValueError, match="the standard error at width 64 is -1"):
        assess({**table, 64: Mean(1.0, -1.0)}, "order", 0)
    with pytest.raises(ValueError, match="--kind variance needs samples"):
        assess(table, "variance", 0)
    with pytest.raises(ValueError, match="some have samples"):
        assess({**table, 64: [1.0, 2.0]}, "order", 0)
    exact = assess({n: Mean(m.value, 0.0) for n, m in table.items()}, "order", "-1/2")
    assert exact.status is INCONCLUSIVE
    assert "standard error at width 64 is 0" in exact.reasons[0]


def test_orders_of_moments_are_not_orders_of_the_law() -> None:
    """A square root of n with probability 1/n moves the variance, and not the law."""

    def spiked(g, n):
        x = g.standard_normal(60_000)
        return np.where(g.random(60_000) < 1 / n, np.sqrt(n) * np.sign(x), x / np.sqrt(n))

    data = drawn(spiked, (32, 64, 128, 256))
    assert assess(data, "variance-order", 0).status is not CONTRADICTED
    assert assess(data, "variance", -1).status is not CONTRADICTED
    normal = drawn(lambda g, n: g.standard_normal(20_000) / np.sqrt(n), DEFAULT_WIDTHS)
    assert assess(normal, "variance-order", -1).status is CONSISTENT
    assert assess(normal, "variance-order", -0.5).status is CONTRADICTED
    assert assess(normal, "mean-order", -1).status is INCONCLUSIVE  # the mean is zero
    shifted = drawn(lambda g, n: 2 / n + g.standard_normal(20_000) / n, DEFAULT_WIDTHS)
    assert assess(shifted, "mean-order", -1).status is CONSISTENT
    assert assess(shifted, "mean-order", -0.5).status is CONTRADICTED


def test_the_order_of_a_fourth_cumulant() -> None:
    """A sum of n signs over sqrt n has κ₄ = -2/n."""
    data = drawn(lambda g, n: (2 * g.binomial(n, 0.5, 1 << 18) - n) / np.sqrt(n), (2, 4, 8, 16))
    settings = FitSettings(allowance=0.0, margin=0.3)
    assert assess(data, "kappa4-order", -1, settings, ordered=False).status is CONSISTENT
    assert assess(data, "kappa4-order", 0, settings, ordered=False).status is CONTRADICTED
    symmetric = drawn(lambda g, n: g.standard_normal(4000), DEFAULT_WIDTHS)
    assert assess(symmetric, "kappa4-order", 0).status is INCONCLUSIVE  # it is zero: no exponent


def test_a_term_and_its_remainder() -> None:
    data = drawn(lambda g, n: 3 / n + 5 / n**2 + g.standard_normal(4000) / n / 4, DEFAULT_WIDTHS)
    assert assess(data, "remainder", "3/n + O(n^-2)").status is CONSISTENT
    assert assess(data, "remainder", "4/n + O(n^-2)").status is CONTRADICTED
    slow = drawn(lambda g, n: 3 / n + 5 * n**-1.5 + g.standard_normal(40_000) / n / 40, DEFAULT_WIDTHS)
    assert assess(slow, "remainder", "3/n + O(n^-2)").status is not CONSISTENT
    assert assess(slow, "remainder", "3/n + O(n^-3/2)").status is CONSISTENT
    assert remainder("2 + O(1/n)") == (2.0, 0, 1)
    for bad in ("3/n", "3/n + O(n)", "3/n + O(n^-1)", "n + O(n^-2)", "3/n + o(n^-2)"):
        with pytest.raises(ValueError, match="a term with its remainder"):
            remainder(bad)


def test_a_logarithm_is_decided_only_where_the_widths_tell_it_from_none() -> None:
    wide = tuple(2**k for k in range(7, 40, 4))
    data = drawn(lambda g, n: np.log(n) * np.exp(0.1 * g.standard_normal(4000)) / n, wide)
    with_log, without = FitSettings(log_power=1.0), FitSettings()
    assert assess(data, "order", -1, with_log).status is CONSISTENT
    assert "without the logarithm it would be" in assess(data, "order", -1, with_log).reasons[0]
    plain = drawn(lambda g, n: np.exp(0.1 * g.standard_normal(4000)) / n, wide)
    assert assess(plain, "order", -1, with_log).status is not CONSISTENT
    assert assess(plain, "order", -1, without).status is CONSISTENT
    narrow = drawn(lambda g, n: np.log(n) * np.exp(0.5 * g.standard_normal(400)) / n, FIVE)
    assert assess(narrow, "order", -1, with_log).status is INCONCLUSIVE


# Advice -----------------------------------------------------------------------------------------------------


def test_the_number_of_samples_that_is_named_decides() -> None:
    def law(size, key=0):
        return drawn(lambda g, n: np.prod(g.standard_normal((3, size)), axis=0) / n, DEFAULT_WIDTHS, key)

    open_ = assess(law(150), "order", -1)
    assert open_.status is INCONCLUSIVE
    assert open_.samples_needed
    assert f"about {open_.samples_needed} samples a width" in open_.advice
    assert sum(assess(law(open_.samples_needed, key), "order", -1).status is CONSISTENT for key in range(10)) >= 9


def test_where_bias_is_in_the_way_no_number_is_named_but_wider_widths() -> None:
    data = drawn(lambda g, n: np.exp(0.5 * g.standard_normal(4000)), (16, 24, 32, 48))
    found = assess(data, "order", 0)
    assert found.status is INCONCLUSIVE
    if found.samples_needed is None:
        assert found.advice.startswith("use wider widths: ")
    narrow = assess(data, "order", 0, FitSettings(correction=False))
    assert narrow.samples_needed is None
    low, high = (int(word) for word in narrow.advice.split() if word.isdigit())
    wider = drawn(lambda g, n: np.exp(0.5 * g.standard_normal(4000)), (low, low * 3 // 2, 2 * low, high))
    assert assess(wider, "order", 0, FitSettings(correction=False)).status is CONSISTENT
