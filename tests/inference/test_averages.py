"""Claims about E X: decided where a normal interval can be believed, refused where it cannot."""

import numpy as np
import pytest

from verifier.inference.averages import decide_limit, decide_polynomial
from verifier.inference.means import average, clt_factor
from verifier.verdict import NumericStatus

SEED = 20_245
WIDTHS = (16, 32, 64, 128, 256, 512)
CONSISTENT, CONTRADICTED = NumericStatus.CONSISTENT, NumericStatus.CONTRADICTED
INCONCLUSIVE, INVALID, UNTESTED = NumericStatus.INCONCLUSIVE, NumericStatus.INVALID, NumericStatus.UNTESTED


def rng(n):
    return np.random.default_rng([SEED, n])


def chi(size=40_000, factors=1, mean=lambda n: 1 + 2 / n):
    return {n: np.prod(rng(n).standard_normal((factors, size)), axis=0) ** 2 * mean(n) for n in WIDTHS}


def near(mu, size=4000, c=3.0):
    return {n: mu + c / n + rng(n).standard_normal(size) * n**-0.5 for n in WIDTHS}


def test_limit_value_with_a_correction():
    assert decide_limit(near(1.0), 1.0, margin=0.02, allowance=3.0).verdict is CONSISTENT
    # Wrong by 0.02, which the exponent of X - mu would not notice.
    assert decide_limit(near(1.02), 1.0, margin=0.02, allowance=3.0).verdict is CONTRADICTED
    assert decide_limit(near(1.0, size=400), 1.0, margin=0.008, allowance=3.0).verdict is INCONCLUSIVE
    assert "leaves no room" in decide_limit(near(1.0), 1.0, margin=1e-4, allowance=3.0).reason


def test_limit_of_constants_is_exact():
    exact = {n: np.full(600, 2.0 + 1 / n) for n in WIDTHS}
    d = decide_limit(exact, 2.0, margin=0.5, allowance=3.0)
    assert d.verdict is CONSISTENT
    assert d.estimate == pytest.approx(2.0, abs=1e-12)


def test_polynomial_agreement():
    assert decide_polynomial(chi(), lambda n: 1 + 2 / n, looks=1).verdict is CONSISTENT
    wrong = decide_polynomial(chi(), {n: 1.1 + 2 / n for n in WIDTHS}, looks=1)
    assert wrong.verdict is CONTRADICTED
    assert wrong.high < 1.0
    assert decide_polynomial({64: chi()[64]}, lambda n: 1 + 2 / n, looks=1).verdict is CONSISTENT
    tight = decide_polynomial(chi(), lambda n: 1 + 2 / n, looks=1, margin=0.01)
    assert tight.verdict is INCONCLUSIVE
    assert tight.samples_needed > 40_000


def test_polynomial_that_is_zero():
    data = {n: rng(n).standard_normal(20_000) for n in WIDTHS}
    assert decide_polynomial(data, lambda n: 0.0, looks=1, margin=0.1).verdict is CONSISTENT
    shifted = {n: x + 0.2 for n, x in data.items()}
    assert decide_polynomial(shifted, lambda n: 0.0, looks=1, margin=0.1).verdict is CONTRADICTED


def test_heavy_tails_are_refused_right_or_wrong():
    for expected in (lambda n: 1 + 2 / n, lambda n: 9.0):
        d = decide_polynomial(chi(factors=4), expected, looks=1)
        assert d.verdict is INCONCLUSIVE
        assert d.reason.startswith("refused")
        assert d.samples_needed > 40_000


def test_ten_largest_samples():
    values = np.ones(10_000)
    values[:10] = 100.0
    a = average(values)
    assert a.largest_share == pytest.approx(1000 / 10_990)
    assert "ten largest" in a.refusal(0.05)[0]
    assert average(np.full(100, 0.1)).refusal(1e-8) is None


def test_clt_rule_interpolates_the_simulated_points():
    assert clt_factor(0.3) == 30
    assert clt_factor(0.05) == pytest.approx(30)
    assert clt_factor(1e-3) == pytest.approx(250)
    assert clt_factor(1e-8) == pytest.approx(2e4)
    assert 30 < clt_factor(0.01) < 250 < clt_factor(1e-5) < 2e4


def test_average_does_not_depend_on_order_and_matches_numpy():
    x = rng(1).standard_exponential(999)
    a, b = average(x), average(x[::-1])
    assert a == b
    assert (a.mean, a.variance) == pytest.approx((x.mean(), x.var(ddof=1)), rel=1e-12)


def test_bad_samples():
    data = near(1.0)
    data[64][3] = np.nan
    assert decide_limit(data, 1.0, margin=0.1).verdict is INVALID
    assert decide_polynomial(data, lambda n: 1.0).verdict is INVALID
    assert decide_limit({n: x for n, x in near(1.0).items() if n > 64}, 1.0, margin=0.1).verdict is INVALID
    assert decide_limit({}, 1.0, margin=0.1).verdict is UNTESTED
    with pytest.raises(ValueError, match="no expected value for width 16"):
        decide_polynomial(chi(), {32: 1.0})
    with pytest.raises(ValueError, match="expected value at width 16 is inf"):
        decide_polynomial(chi(), lambda n: np.inf)
    with pytest.raises(ValueError, match="claimed value is nan"):
        decide_limit(near(1.0), np.nan, margin=0.1)
    with pytest.raises(ValueError, match="occurs twice"):
        decide_limit([(4, np.ones(3)), (4, np.ones(3))], 1.0, margin=0.1)
