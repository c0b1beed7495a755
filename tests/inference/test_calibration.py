"""The calibration table in short form, with its own error rate, and a broken gate that it must expose."""

import pytest
from scipy import stats

from verifier.inference.calibration import Rate, calibrate, run_gate
from verifier.inference.families import families
from verifier.inference.schedule import Schedule
from verifier.verdict import NumericStatus

SEED = 20_247
RATE = 1e-9
KNOWN = {f.name: f for f in families()}
CHEAP = ("G", "G1 G2 G3 G4", "t(1.5)", "constant", "G, 1 + 5/n", "G1 G2, 1 + 10/n")


def _bounds(rows, alpha):
    """False passes and fails within alpha, coverage above 1 - alpha: each binomial bound at rate 1e-9."""
    trials = sum(r.repetitions for r in rows)
    most = stats.binom.isf(RATE, trials, alpha)
    return (
        sum(r.false_pass.count for r in rows) <= most,
        sum(r.false_fail.count for r in rows) <= most,
        trials - sum(r.coverage.count for r in rows) <= most,
    )


@pytest.mark.parametrize("alpha", [0.05, 1e-3])
def test_error_rates_are_within_alpha(alpha):
    rows = calibrate([KNOWN[n] for n in CHEAP], alpha, repetitions=25, seed=SEED)
    assert _bounds(rows, alpha) == (True, True, True)
    assert all(r.consistent.count + r.contradicted.count + r.inconclusive.count == 25 for r in rows)
    assert all(256 <= r.mean_samples <= r.most_samples <= 32_768 for r in rows)


def test_a_gate_without_allowance_on_small_widths_is_exposed():
    """Twin: with C = 0 and widths 32 … 4096 the true claim n^-1 (1 + 10/n) is contradicted far more than alpha."""
    schedule = Schedule(start=2048, looks=1)
    widths = (32, 75, 161, 340, 700, 1501, 4096)
    family = [KNOWN["G1 G2, 1 + 10/n"]]
    broken = calibrate(family, 0.05, repetitions=30, seed=SEED, widths=widths, allowance=0.0, schedule=schedule)
    honest = calibrate(family, 0.05, repetitions=30, seed=SEED, widths=widths, schedule=schedule)
    assert not _bounds(broken, 0.05)[2]
    assert _bounds(honest, 0.05)[2]


@pytest.mark.slow
@pytest.mark.parametrize("alpha", [0.05, 1e-3])
def test_full_table(alpha):
    rows = calibrate(alpha=alpha, repetitions=100, seed=SEED, schedule=Schedule(cap=8192))
    assert _bounds([r for r in rows if r.holds and r.assumption], alpha) == (True, True, True)
    detectable = [r for r in rows if not r.holds and r.assumption]
    assert len(detectable) >= 5
    assert all(r.false_pass.count <= stats.binom.isf(RATE, 100, alpha) for r in detectable)


def test_rows_depend_on_seed_and_name_only():
    pair = [KNOWN["G"], KNOWN["t(1.5)"]]
    forward = calibrate(pair, repetitions=3, seed=5)
    backward = calibrate(pair[::-1], repetitions=3, seed=5)
    assert forward == backward[::-1]
    assert calibrate(pair[:1], repetitions=5, seed=6)[0].mean_samples > 0
    one, two = (run_gate(KNOWN["G"], -1.0, 0.05, seed=s) for s in (5, 6))
    assert one.estimate != two.estimate
    assert one == run_gate(KNOWN["G"], -1.0, 0.05, seed=5)


def test_quick_caps_the_work():
    (row,) = calibrate([KNOWN["random exponent n^(-2U)"]], quick=True, repetitions=2)
    assert row.most_samples == 4096
    assert row.inconclusive.count == 2
    assert row.false_fail is None
    assert row.as_dict()["family"] == "random exponent n^(-2U)"


def test_rate_interval():
    rate = Rate.of([True] * 3 + [False] * 7)
    assert rate.value == 0.3
    expected = stats.binomtest(3, 10).proportion_ci(0.95, "exact")
    assert (rate.low, rate.high) == pytest.approx((expected.low, expected.high), rel=1e-9)


def test_bad_input():
    with pytest.raises(ValueError, match="repetitions is 0"):
        calibrate([KNOWN["G"]], repetitions=0)


def test_a_sequential_run_ends_in_a_verdict():
    d = run_gate(KNOWN["G"], -1.25, 1e-8, SEED)
    assert d.verdict is NumericStatus.CONTRADICTED
    assert d.samples in Schedule().sizes
