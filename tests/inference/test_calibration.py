"""The calibration table in short form, with its own error rate, and a broken gate that it must expose.

Every bound on a count is binomial at rate 1e-9 and the seed is fixed; the fast tests make about 40 of them.
"""

from dataclasses import replace

import pytest
from gate_runs import calibrate, run_gate
from scipy import stats

from verifier.inference.calibration import GateSettings, count_errors, extended, summarise, wrong_claims
from verifier.inference.families import families
from verifier.inference.rates import Rate, Tally, planned_repetitions
from verifier.inference.schedule import Schedule
from verifier.verdict import NumericStatus

SEED = 20_247
RATE = 1e-9
KNOWN = {f.name: f for f in families()}
CHEAP = ("G", "G1 G2 G3 G4", "t(1.5)", "constant", "G1 G2 n^-60", "G, 1 + 5/n", "G1 G2, 1 + 10/n", "G1 G2, 1 - 10/n")


def _within(rows, alpha):
    """Whether each kind of error, counted over all rows, is within alpha: binomial bounds at rate 1e-9."""
    counts, trials = {}, {}
    for row in rows:
        for name, rate in row.errors:
            counts[name] = counts.get(name, 0) + rate.count
            trials[name] = trials.get(name, 0) + rate.trials
    return {name: counts[name] <= stats.binom.isf(RATE, trials[name], alpha) for name in counts}


@pytest.mark.parametrize("alpha", [0.05, 1e-3])
def test_error_rates_are_within_alpha(alpha):
    rows = calibrate([KNOWN[n] for n in CHEAP], alpha, repetitions=25, seed=SEED)
    found = _within(rows, alpha)
    assert set(found) == {"false passes above", "false passes below", "false fails", "intervals without the truth"}
    assert all(found.values())
    assert all(r.consistent.count + r.contradicted.count + r.inconclusive.count == 25 for r in rows)
    assert all(256 <= r.mean_samples <= r.most_samples <= 32_768 for r in rows)


def test_exponents_that_are_far_off_are_contradicted():
    """Off by 1/4 and 1/2 to both sides, and of the other sign: at 1e-3 a Gaussian misses none of 125."""
    (row,) = calibrate([KNOWN["G"]], 1e-3, repetitions=25, seed=SEED)
    assert tuple(p.claimed for p in row.power) == wrong_claims(KNOWN["G"]) == (-0.75, -1.25, -0.5, -1.5, 1.0)
    assert all(p.contradicted.count == 25 for p in row.power)
    assert max(p.mean_samples for p in row.power) <= 512


def test_a_gate_without_allowance_on_small_widths_is_exposed():
    """Twin: with C = 0 and widths 32 … 4096 the true claim n^-1 (1 + 10/n) is contradicted far more than alpha."""
    schedule = Schedule(start=2048, looks=1)
    widths = (32, 75, 161, 340, 700, 1501, 4096)
    family = [KNOWN["G1 G2, 1 + 10/n"]]
    broken = calibrate(family, 0.05, repetitions=30, seed=SEED, widths=widths, allowance=0.0, schedule=schedule)
    honest = calibrate(family, 0.05, repetitions=30, seed=SEED, widths=widths, schedule=schedule)
    assert not _within(broken, 0.05)["intervals without the truth"]
    assert not broken[0].within
    assert _within(honest, 0.05)["intervals without the truth"]


@pytest.mark.slow
@pytest.mark.parametrize("alpha", [0.05, 1e-3])
def test_full_table(alpha):
    rows = calibrate(alpha=alpha, repetitions=100, seed=SEED, schedule=Schedule(cap=8192))
    for row in rows:
        if row.assumption:
            assert all(_within([row], alpha).values()), row.family
    assert sum(r.holds and r.assumption for r in rows) >= 15
    assert sum(not r.holds and r.assumption for r in rows) >= 8


@pytest.mark.parametrize("name", KNOWN)
def test_shared_estimates_give_the_verdicts_of_the_gate_itself(name):
    """Claims that are counted together, and the gate run on each alone, come to the same verdict at the same look."""
    family, schedule = KNOWN[name], Schedule(cap=1024)
    for repetition in (0, 1):
        tally = count_errors(family, GateSettings(alpha=0.05, schedule=schedule), [repetition], SEED)

        def alone(claimed, repetition=repetition):
            return run_gate(family, claimed, 0.05, SEED, repetition=repetition, schedule=schedule)

        own = alone(family.claimed)
        seen = Tally.of(own)
        assert (tally.consistent, tally.contradicted, tally.invalid) == (
            seen.consistent, seen.contradicted, seen.invalid,
        )  # fmt: skip
        assert (tally.samples, tally.most) == (own.samples, own.samples)
        if not family.holds:
            continue
        above, below = (alone(family.claimed + off).verdict for off in (0.125, -0.125))
        assert (tally.pass_above, tally.pass_below) == tuple(int(v is NumericStatus.CONSISTENT) for v in (above, below))
        wrong = [alone(claimed) for claimed in wrong_claims(family)]
        assert tally.wrong == tuple(int(d.verdict is NumericStatus.CONTRADICTED) for d in wrong)
        assert tally.wrong_samples == tuple(d.samples for d in wrong)
        assert tally.covered == int(not (own.low > family.claimed or own.high < family.claimed))


def test_counts_do_not_depend_on_how_repetitions_are_cut():
    family, settings = KNOWN["G^4"], GateSettings(alpha=1e-3)
    whole = count_errors(family, settings, range(6), SEED)
    assert count_errors(family, settings, range(2), SEED) + count_errors(family, settings, range(2, 6), SEED) == whole
    assert whole.repetitions == 6
    assert whole.samples == sum(count_errors(family, settings, [k], SEED).samples for k in range(6))
    assert count_errors(family, settings, range(6), SEED + 1) != whole
    with pytest.raises(ValueError, match="no repetitions"):
        count_errors(family, settings, [])


def test_rows_depend_on_seed_and_name_only():
    pair = [KNOWN["G"], KNOWN["t(1.5)"]]
    forward = calibrate(pair, repetitions=3, seed=5)
    backward = calibrate(pair[::-1], repetitions=3, seed=5)
    assert forward == backward[::-1]
    assert calibrate(pair[:1], repetitions=5, seed=6)[0].mean_samples > 0
    one, two = (run_gate(KNOWN["G"], -1.0, 0.05, seed=s) for s in (5, 6))
    assert one.estimate != two.estimate
    assert one == run_gate(KNOWN["G"], -1.0, 0.05, seed=5)


def test_repetitions_follow_from_alpha():
    """A row of planned length shows alpha with no error; extended, with three errors and not with four."""
    for alpha in (1e-3, 1e-4):
        planned = planned_repetitions(alpha)
        assert planned == round(5 / alpha)
        assert Rate.counted(0, planned).high < alpha < Rate.counted(1, planned).high
        assert Rate.counted(3, 2 * planned).high < alpha < Rate.counted(4, 2 * planned).high
    assert planned_repetitions(0.05) == planned_repetitions(1e-3, promised=False) == 1000
    assert planned_repetitions(1e-8) == 100_000


def test_only_promised_rows_that_show_nothing_are_extended():
    none = Tally(5000, 5000, 0, 0, 5000 * 256, 256, covered=5000, wrong=(5000,) * 5, wrong_samples=(1,) * 5)
    settings = GateSettings(alpha=1e-3)
    assert not extended(summarise(KNOWN["G"], settings, none))
    one = replace(none, pass_below=1)
    assert extended(summarise(KNOWN["G"], settings, one))
    missed = replace(none, covered=4999)
    assert extended(summarise(KNOWN["G"], settings, missed))
    assert not extended(summarise(KNOWN["exp(Cauchy)"], settings, missed))
    assert not extended(summarise(KNOWN["log n"], settings, Tally(1000, 1, 999, 0, 256_000, 256)))


def test_quick_caps_the_work():
    (row,) = calibrate([KNOWN["random exponent n^(-2U)"]], quick=True, repetitions=2)
    assert row.most_samples == 4096
    assert row.inconclusive.count == 2
    assert row.false_fail is None
    assert row.as_dict()["family"] == "random exponent n^(-2U)"


def test_rate_interval():
    rate = Rate.of([True] * 3 + [False] * 7)
    assert rate.value == 0.3
    expected = stats.binomtest(3, 10).proportion_ci(0.975, "exact")
    assert (rate.low, rate.high) == pytest.approx((expected.low, expected.high), rel=1e-9)
    other = Rate.counted(7, 10)
    assert (rate.complement.count, rate.complement.trials) == (7, 10)
    assert (rate.complement.low, rate.complement.high) == pytest.approx((other.low, other.high), rel=1e-9)


def test_bad_input():
    with pytest.raises(ValueError, match="repetitions is 0"):
        calibrate([KNOWN["G"]], repetitions=0)


def test_a_sequential_run_ends_in_a_verdict():
    d = run_gate(KNOWN["G"], -1.25, 1e-8, SEED)
    assert d.verdict is NumericStatus.CONTRADICTED
    assert d.samples in Schedule().sizes
