"""The experiments of sections 1.1, 2.1 and 2.2: what is measured, and twins of it that must be contradicted.

The samples of one run decide a claim and its twin alike.  At the fixed seed nothing is random; for a fresh one the
false-alarm rate is at most 1e-3 a claim.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import pytest
from sympy import Expr, Float, Integer, symbols

from verifier.claims.statement import Form, Statement
from verifier.quantities.check import Check, Measure
from verifier.sampling.plan import RunOptions
from verifier.verdict import Summary
from verifier.verify.coverage import coverage, left_out

from .runs import project, report, statuses

pytest.importorskip("sklearn")  # the bundled digits
n, m = symbols("n m", integer=True)
MINE = ("kernel_convergence", "large_learning_rate", "sensitivity")


def with_twins(name: str, claims: Mapping[str, Mapping[str, Expr]], select: Callable[[Any], bool] = lambda p: True,
               quick: bool = True) -> dict[str, str]:  # fmt: skip
    """The numeric status of these claims and of their twins, ``claim`` and ``claim~twin``: a twin has another value."""
    entry = project().entry(name)
    assert entry.check is not None
    kept, twins = [], dict[str, list[str]]()
    for claim in entry.statement.claims:
        own = claims.get(claim.id.partition(".")[2])
        if own is not None:
            others = [replace(claim, id=f"{claim.id}~{word}", value=value, instead=()) for word, value in own.items()]
            kept += [replace(claim, instead=()), *others]
            twins[claim.id] = [claim.id, *(other.id for other in others)]
    parts = [
        replace(part, claims=tuple(one for c in part.claims if c in twins for one in twins[c]))
        for part in entry.check.parts if part.claims is not None and set(part.claims) & set(twins)
    ]  # fmt: skip
    statement = replace(entry.statement, claims=tuple(kept))
    made = replace(entry, statement=statement, check=Check(name, *parts))
    return statuses(report(made, select, RunOptions(quick=quick)))


def test_they_are_listed_as_experiments_of_which_no_proof_is_offered() -> None:
    for name in MINE:
        statement: Statement = project().statement(name).statement
        assert (statement.group, statement.empirical, statement.proof) == ("experiments", True, None)
        assert all(word in (Summary.MEASURED, Summary.CONTRADICTED) for word in statement.expected.values())
        if Form.AMENDED in statement.expected:
            assert statement.expected[Form.AMENDED] is Summary.MEASURED


def test_what_is_scaled_down_is_said_and_the_sizes_of_the_text_are_there() -> None:
    for name in ("large_learning_rate", "sensitivity"):
        check = project().entry(name).check
        assert check is not None
        assert "the text" in check.scaled
        assert {part.effort for part in check.parts} == {"default", "paper"}  # type: ignore[union-attr]
    widths = {part.widths for part in check.parts if part.effort == "paper"}  # type: ignore[union-attr]
    assert widths == {(50, 100, 200), (3, 6, 8)}


def test_cells_of_another_effort_are_not_told_as_left_out_by_quick() -> None:
    entry = project().entry("sensitivity")
    paper, quick = (coverage(entry.statement, entry.check, options).reaches[0]
                    for options in (RunOptions(paper=True), RunOptions(quick=True)))  # fmt: skip
    assert (paper.quick, paper.planned) == (0, 24)
    assert quick.quick > 0
    assert left_out(paper, 0, None) == f"of {24 + paper.effort} cells, {paper.effort} measured at another effort"
    assert paper.effort == 12


def test_a_trial_is_a_small_part_of_the_training_that_it_foresees() -> None:
    """Its work is that of the examples it met, by the same count: a 40th of the epochs, a 16th of the images."""
    pytest.importorskip("sklearn")
    pytest.importorskip("jax")
    check = project().entry("sensitivity").check
    assert check is not None
    (part,) = (one for one in check.parts if isinstance(one, Measure) and one.effort == "paper" and one.width == "m")
    cell = part.cells[0]
    assert part.quantity.trial is not None
    assert part.quantity.work is not None
    seconds, work = part.quantity.trial(cell, 50)
    assert seconds > 0
    images = 1437 * 12
    assert work == pytest.approx(part.quantity.work(cell, 50) / 40 * (images // 16) / images)


def test_what_is_learned_is_more_than_guessing_and_known_before_any_training() -> None:
    """The threshold of a trend: the least number of right answers that guessing exceeds with probability 1e-3 or less.

    The tail is summed exactly, from the sizes of the cell alone; one right answer fewer is exceeded more often.
    """
    check = project().entry("sensitivity").check
    assert check is not None
    (part, *_) = check.parts
    assert isinstance(part, Measure)
    floor = part.floor
    assert callable(floor)
    at = floor(part.cells[0]) * 256
    assert at == 86

    def beyond(k: int) -> Fraction:
        return sum((comb(256, j) * Fraction(3 ** (256 - j), 4**256) for j in range(k + 1, 257)), Fraction(0))

    assert beyond(86) <= Fraction(1, 1000) < beyond(85)
    others = [(one.floor, cell) for one in check.parts if isinstance(one, Measure) for cell in one.cells]
    found = {(cell["sizes"], f(cell)) for f, cell in others if callable(f)}
    assert found == {("small", 86 / 256), ("paper", 417 / 4320)}  # of 12 turns of 360 images
    assert len(others) == len([f for f, _ in others if f is not None])


def test_accuracies_are_not_measured_on_tests_of_one_class() -> None:
    """A network that names one class whatever it sees was right .9 of the time, and so "trained"."""
    check = project().entry("large_learning_rate").check
    assert check is not None
    helper = sys.modules[f"{check.parts[0].quantity.draw.__module__.rpartition('.')[0]}._training"]  # type: ignore[attr-defined]
    labels = np.tile(np.arange(10, dtype=np.int32), 10)
    helper.require_several(labels, "digits")
    with pytest.raises(ValueError, match="91% of the 100 tests of mnist are of class 3"):
        helper.require_several(np.where(np.arange(100) < 90, 3, labels), "mnist")
    for name in ("small", "tiny"):
        shallow = sys.modules[check.parts[0].quantity.draw.__module__]
        helper.classified("digits", *shallow.SIZES[name][:2])  # those that are used are of all classes


@pytest.mark.slow
def test_the_variance_is_a_sum_and_no_product_and_no_term_alone() -> None:
    wrong = {"product": 1 / (m * n), "m": Integer(1) / m, "n": Integer(1) / n}
    found = with_twins("kernel_convergence", {"variance": wrong})
    assert found == {"variance": "consistent"} | {f"variance~{word}": "contradicted" for word in wrong}


@pytest.mark.slow
def test_means_of_the_kernel() -> None:
    """E12: unbiased at n = ∞ for H = 2 and on the diagonal; .210, and not .262, for H = 3 off it."""
    found = with_twins(
        "kernel_convergence", {"unbiased": {}, "biased": {"limit": Float("0.2623")}}, lambda cell: cell["L"] == 1
    )
    assert found == {"unbiased": "consistent", "biased": "consistent", "biased~limit": "contradicted"}


@pytest.mark.slow
def test_accuracy_grows_with_the_width_of_g_and_falls_with_its_depth() -> None:
    opposite = {"printed-width": {"falls": Integer(-1)}, "printed-slower": {"grows": Integer(1)},
                "printed-lower": {"grows": Integer(1)}}  # fmt: skip
    found = with_twins("sensitivity", opposite)
    for claim, twins in opposite.items():
        assert found[claim] == "consistent"
        assert found[f"{claim}~{next(iter(twins))}"] == "contradicted"


@pytest.mark.slow
def test_the_rate_sqrt_n_trains_with_the_cross_entropy_and_kills_with_the_squared_error() -> None:
    opposite = {"trains": {"never": Float("0.95")}, "wider": {"worse": Integer(-1)}, "loss": {"worse": Integer(1)},
                "dies": {}, "printed-trains": {}, "stable": {"grows": Integer(2)},
                "unstable": {"calm": Integer(5)}}  # fmt: skip
    found = with_twins("large_learning_rate", opposite)
    consistent = {"trains", "wider", "loss", "dies", "stable", "unstable"}
    assert {claim for claim, word in found.items() if word == "consistent"} == consistent
    assert {claim for claim, word in found.items() if word == "contradicted"} == {
        "trains~never", "wider~worse", "loss~worse", "printed-trains", "stable~grows", "unstable~calm",
    }  # fmt: skip
