"""The second calibration table in short form: error rates of the other kinds of claims.

Every bound on a count is binomial at rate 1e-9, at most two a case; the seed is fixed.
"""

from dataclasses import replace

import pytest
from scipy import stats

from verifier.inference.kind_cases import cases, count_kind_errors, summarise_kind
from verifier.inference.schedule import Schedule

SEED = 20_251
RATE = 1e-9
ALPHA = 0.05
RUNS = 10
KNOWN = {case.name: case for case in cases()}


def row_of(case, cap=2048):
    return summarise_kind(case, ALPHA, count_kind_errors(case, ALPHA, Schedule(cap=cap), range(RUNS), SEED))


def exposed(row):
    return any(rate.count > stats.binom.isf(RATE, rate.trials, row.alpha) for _, rate in row.errors)


@pytest.mark.parametrize("name", KNOWN)
def test_error_rates_are_within_alpha(name):
    case = KNOWN[name]
    row = row_of(case)
    assert row.errors
    assert row.consistent.count + row.contradicted.count + row.inconclusive.count == RUNS
    assert case.promised != exposed(row)


@pytest.mark.parametrize("name", [name for name, case in KNOWN.items() if case.holds is False and case.promised])
def test_a_false_claim_that_is_called_true_is_exposed(name):
    """Twin: the same runs of the same gate, with the truth of the case turned around, are errors."""
    assert exposed(row_of(replace(KNOWN[name], holds=True), cap=8192))


@pytest.mark.parametrize("law", ["n^-1 G", "n^-3/2 G"])
def test_a_true_claim_that_is_called_false_is_exposed(law):
    assert exposed(row_of(replace(KNOWN[f"X = O(n^-1): {law}"], holds=False)))


def test_every_kind_has_true_and_false_claims():
    truths = {}
    for case in KNOWN.values():
        truths.setdefault(case.kind, set()).add(case.holds)
    assert len(truths) == 12
    assert all({True, False} <= found for found in truths.values())


def test_counts_do_not_depend_on_how_repetitions_are_cut():
    case, schedule = KNOWN["Var X ~ n^-1: 3 + n^-3/8 G, off by the margin"], Schedule(cap=1024)
    whole = count_kind_errors(case, 1e-3, schedule, range(5), SEED)
    first, second = (count_kind_errors(case, 1e-3, schedule, chunk, SEED) for chunk in (range(2), range(2, 5)))
    assert first + second == whole
    with pytest.raises(ValueError, match="no repetitions"):
        count_kind_errors(case, 1e-3, schedule, [], SEED)
