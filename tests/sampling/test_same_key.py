"""A sampler is called twice with the same key and must return the same numbers; allowances follow a limit formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sympy import Function, Integer

from verifier.claims.statement import Claim, Kind, Source, Statement
from verifier.networks.draws import Draw
from verifier.projects.project import default_project
from verifier.quantities.check import Check, Measure, Quantity, cells
from verifier.quantities.terms import hypernetwork_term, star_term
from verifier.sampling.plan import RunOptions, plan
from verifier.sampling.run import run
from verifier.verdict import NumericStatus

X = Function("X")
WIDTHS = (128, 413, 1150, 4690)
OWN = np.random.default_rng(5)


def _outcome(draw: Any) -> Any:
    claim = Claim("s.order", Kind.ORDER, X(1), "X ~ n^-1", exponent=Integer(-1))
    statement = Statement("s", "s", Source("doc"), "s", (claim,))
    check = Check("s", Measure(Quantity("X", "X", (), draw), cells(k=[1]), widths=WIDTHS, block=256, samples=1024))
    return run(plan(check, statement, RunOptions()), seed=1).answers[0]


def test_a_sampler_that_draws_from_a_generator_of_its_own_is_an_error() -> None:
    def own(shared: Any, found: Any, width: int, samples: int, rng: np.random.Generator) -> Draw:
        return Draw(OWN.standard_normal((samples, len(found))) / width)

    answers = _outcome(own)
    assert answers.error is not None
    assert "two calls of the sampler with the same key returned different numbers" in answers.error
    assert not answers.decisions


def test_its_twin_that_draws_from_the_one_it_is_given_is_decided() -> None:
    def given(shared: Any, found: Any, width: int, samples: int, rng: np.random.Generator) -> Draw:
        return Draw(rng.standard_normal((samples, len(found))) / width)

    answers = _outcome(given)
    assert answers.error is None
    assert {d.verdict for d in answers.decisions.values()} == {NumericStatus.CONSISTENT}


@pytest.mark.parametrize("angle", [113, 116])
@pytest.mark.parametrize("name", ["section3", "theorem1"])
def test_every_check_of_a_quantity_grants_what_its_limit_formula_asks_for(name: str, angle: int) -> None:
    """T^1 tends to Θ(113°) = -.002 and Θ(116°) = -.04 at L = 2: corrections are as large at widths of 10^4 and 80."""

    entry = default_project().entry(name)
    check, statement = entry.check, entry.statement
    assert check is not None
    found = plan(check, statement, RunOptions(angle=angle))
    granted = {
        question.allowance
        for group in found
        for cell in group.cells
        for question in cell.questions
        if cell.parameters.get("angle") == angle and cell.parameters.get("r") == 1 and cell.parameters.get("L") == 2
        and question.kind is Kind.ORDER
    }  # fmt: skip
    assert granted
    assert min(granted) > (1e4 if angle == 113 else 80)


def test_where_the_limit_is_far_from_zero_the_usual_allowance_is_enough() -> None:
    assert star_term.allowance is not None
    assert hypernetwork_term.allowance is not None
    assert star_term.allowance({"L": 2, "r": 1, "angle": 60}) < 10
    assert star_term.allowance({"L": 2, "r": 2, "angle": 113}) == 0
    assert hypernetwork_term.allowance({"H": 2, "L": 2, "r": 4, "angle": 113}) == 0


@pytest.mark.slow
@pytest.mark.parametrize("angle", [113, 116])
def test_section3_near_the_angle_where_its_coefficient_vanishes_is_not_contradicted(angle: int) -> None:
    """Twin: with the usual allowance the proved claim T^1 ~ 1 is contradicted there."""
    check = default_project().entry("section3").check
    assert check is not None
    from lemmas.section3 import statement

    found = run(plan(check, statement, RunOptions(angle=angle, quick=True), select=lambda p: p.get("L") == 2), seed=1)
    verdicts = [d.verdict for answers in found.answers for (_, q), d in answers.decisions.items()
                if q.kind is Kind.ORDER and answers.group.shared.get("angle") == angle]  # fmt: skip
    assert verdicts
    assert NumericStatus.CONTRADICTED not in verdicts
