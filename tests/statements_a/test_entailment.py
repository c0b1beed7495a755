"""A claim says no more than its goals prove: every shipped one, and twins that do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import pytest
import sympy
from sympy import And, Function, Integer, Le, Min, symbols

from verifier.kernel.terms import constant
from verifier.project import default_project
from verifier.statement import Claim, Form, Kind, Source, Statement
from verifier.verdict import ProofStatus
from verifier.verify import entailment
from verifier.verify.entailment import disagreement, number, quotations
from verifier.verify.recheck import GoalReport, recheck

H, L, r = symbols("H L r", integer=True)
K = Function("K")(r)
PROVED = (ProofStatus.PROVED, ProofStatus.CITED)


@cache
def shipped() -> tuple[tuple[Claim, tuple[GoalReport, ...]], ...]:
    """Every shipped claim with its goals."""
    project = default_project()
    found: list[tuple[Claim, tuple[GoalReport, ...]]] = []
    for name in project.names:
        statement = project.statement(name).statement
        goals = recheck(name, project.bundle(name)).goals
        found += [(c, tuple(g for g in goals if g.claim == c.id)) for c in statement.claims]
    return tuple(found)


def whole() -> list[tuple[Claim, tuple[GoalReport, ...]]]:
    """Claims that are proved or cited for their whole range."""
    return [(c, goals) for c, goals in shipped() if goals and all(g.status in PROVED for g in goals)]


def named(claim: str) -> tuple[Claim, tuple[GoalReport, ...]]:
    return next((c, goals) for c, goals in shipped() if c.id == claim)


def compared(claim: Claim, goals: Sequence[GoalReport]) -> tuple[GoalReport, ...]:
    """As the shipped statement has it; a claim made up here quotes its goals, so that only numbers are compared."""
    name = claim.id.partition(".")[0]
    if name in default_project().names:
        return entailment.compared(default_project().statement(name).statement, claim, goals)
    quoted = {claim.id: quotations(g.judgment for g in goals if g.status is not ProofStatus.REFUTED)}
    return entailment.compared(Statement(name, "", Source(""), "", (claim,), readings=quoted), claim, goals)


def test_shipped_claims_say_what_is_proved() -> None:
    assert len(whole()) > 60
    for claim, goals in shipped():
        assert compared(claim, goals) == goals, claim.id


def test_what_is_proved_must_be_quoted_where_it_cannot_be_compared() -> None:
    """Twins: without the quotation, with another one, and with a judgment that is not the one quoted."""
    quoted = 0
    for claim, goals in whole():
        statement = default_project().statement(claim.id.partition(".")[0]).statement
        sentences = statement.readings.get(claim.id)
        if sentences is None:
            continue
        quoted += 1
        for readings in ({}, {claim.id: (*sentences, "1 = 1")}, {claim.id: ("1 = 1",)}):
            errors = {g.error for g in entailment.compared(replace(statement, readings=readings), claim, goals)}
            assert len(errors) == 1, claim.id
            assert "what is proved" in str(errors), claim.id
        other = [replace(g, judgment={**g.judgment, "where": [["<=", 99, "L"]]}) for g in goals]
        assert all(g.status is ProofStatus.GAP for g in entailment.compared(statement, claim, other)), claim.id
    assert quoted > 60


#: Claims whose exponents or probabilities are compared; the others' speak of lists of layers, or of graphs.
NUMBERS = (
    "section3.order.shallow", "section3.order.deep", "theorem1.order.shallow", "theorem1.order.deep",
    "theorem1.output.shallow", "theorem1.output.deep", "lemma3.order.shallow", "lemma3.smaller.shallow",
    "theorem3.second.n", "theorem3.kink.trained", "theorem3.kink.other",
)  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS)
def test_another_exponent_is_found(name: str) -> None:
    claim, goals = named(name)
    assert claim.exponent is not None
    reason = disagreement(replace(claim, exponent=claim.exponent - 1), goals)
    assert reason is not None
    assert "the claim says" in reason
    looser = disagreement(replace(claim, exponent=claim.exponent + 1), goals)
    assert (looser is None) == (claim.kind is Kind.UPPER), "a weaker bound follows, another order does not"


@pytest.mark.parametrize("name", ["theorem1.atom.shallow", "theorem1.atom.deep"])
def test_another_probability_is_found(name: str) -> None:
    claim, goals = named(name)
    reason = disagreement(replace(claim, value=1 - sympy.Rational(1, 2) ** H), goals)
    assert reason is not None
    assert reason.startswith("at H = 1")


def widened(claim: Claim) -> list[Claim]:
    """The claim with each bound of its range one step wider."""
    parts = claim.where.args if isinstance(claim.where, And) else (claim.where,)
    found = []
    for part in parts:
        if isinstance(part, sympy.Ge | sympy.Le):
            step = -1 if isinstance(part, sympy.Ge) else 1
            others = [other for other in parts if other is not part]
            wider = replace(claim, where=And(*others, type(part)(part.lhs, part.rhs + step)))
            names = [symbol.name for symbol in wider.where.free_symbols]
            points = [dict(zip(names, p, strict=True)) for p in product(range(-1, 6), repeat=len(names))]
            if any(wider.covers(point) and not claim.covers(point) for point in points):  # else the others imply it
                found.append(wider)
    return found


@pytest.mark.parametrize(
    "name",
    ["theorem1.zero", "theorem1.order.shallow", "section3.zero", "section3.order.shallow", "theorem1.exclusive",
     "lemma2.gram", "lemma6.gradient", "theorem3.opposite", "theorem2.activations"],
)  # fmt: skip
def test_a_wider_range_is_found(name: str) -> None:
    claim, goals = named(name)
    reasons = [disagreement(wider, goals) for wider in widened(claim)]
    assert reasons
    assert all(reason is not None and "the claim speaks of" in reason for reason in reasons), (claim.where, reasons)


def test_the_wider_zero_of_theorem_1_names_its_first_point() -> None:
    claim, goals = named("theorem1.zero")
    wrong = replace(claim, where=And(H >= 1, L >= 1, r >= H * L))
    (goal,) = compared(wrong, goals)
    assert goal.status is ProofStatus.GAP
    assert goal.error == "the claim speaks of H = 1, L = 1, r = 1, the proof does not"


def test_a_hypothesis_that_is_not_granted_is_found() -> None:
    """Of every amended claim, those certified at listed sizes too."""
    seen = set()
    for claim, goals in shipped():
        if claim.form is Form.AMENDED:
            seen |= {g.status for g in goals}
            needed = {m.removeprefix("hypothesis ") for g in goals for m in g.rests_on if m.startswith("hypothesis ")}
            for name in needed:
                less = replace(claim, hypotheses=tuple(h for h in claim.hypotheses if h != name))
                errors = {g.error for g in compared(less, goals)}
                assert errors == {f"the proof needs {name}, which the claim does not grant"}, claim.id
    assert seen == {*PROVED, ProofStatus.CERTIFIED}


def test_a_bound_passed_off_as_an_order_is_found() -> None:
    claim, goals = named("theorem3.kink.trained")
    reason = disagreement(replace(claim, kind=Kind.ORDER), goals)
    assert reason == "what is proved is of kind 'bounded', the claim is of kind 'order'"
    zero, proof = named("theorem1.zero")
    assert disagreement(replace(zero, kind=Kind.ORDER, exponent=Integer(0)), proof) is not None


def test_a_mean_that_is_not_zero_and_a_variance_without_a_rule_are_found() -> None:
    claim, goals = named("section3.mean")
    assert disagreement(claim, goals) is None
    other = [replace(g, judgment={**g.judgment, "value": 2}) for g in goals]
    assert "the claim says 0, the proof 2" in str(disagreement(claim, other))
    assert "the claim is of kind 'variance'" in str(disagreement(replace(claim, kind=Kind.VARIANCE), goals))


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("theorem1.printed", {"exponent": Min(0, H - r - 1)},
         "at H = 1, L = 1, r = 2 the claim says -2, what is refuted -1"),
        ("theorem1.printed", {"where": And(H >= 1, L >= 1, r <= H * L)},
         "the counterexample H = 1, L = 1, r = 2 lies outside the claim"),
        # What is 0 has no order, but it is bounded.
        ("theorem1.printed", {"kind": Kind.UPPER}, "what is refuted is of kind 'order', the claim is of kind 'upper'"),
        ("theorem1.printed", {"kind": Kind.ZERO}, "what is refuted is of kind 'order', the claim is of kind 'zero'"),
        ("theorem1.printed", {"where": sympy.true}, None),
        ("theorem1.printed-limit", {"exponent": H - r - 1},
         "at H = 2, L = 2, r = 4 the claim says -3, what is refuted -2"),
        ("theorem1.printed-atom", {"value": Integer(1)}, "at H = 2, L = 2, r = 1 the claim says 1, what is refuted 0"),
        ("section3.printed", {"where": And(L >= 2, r >= 0)},
         "the counterexample H = 1, L = 1, r = 2 lies outside the claim"),
    ],
)  # fmt: skip
def test_a_counterexample_to_something_else_is_found(name: str, change: dict[str, Any], reason: str | None) -> None:
    claim, goals = named(name)
    assert {g.status for g in goals} == {ProofStatus.REFUTED}
    first = compared(replace(claim, **change), goals)[0]
    assert first.error == reason
    assert first.status is (ProofStatus.REFUTED if reason is None else ProofStatus.GAP)


#: Claims of a mean at every width whose proof gives a polynomial in 1/n, here up to one power of n.
MEANS = (
    "lemma3.mixed", "lemma3.skipped", "lemma3.mixed-star", "lemma3.joint-mean", "lemma3.joint-square",
    "lemma3.other-output", "lemma3.other-output-first", "lemma3.smaller", "theorem3.mean",
)  # fmt: skip


@pytest.mark.parametrize("name", MEANS)
def test_another_mean_is_found(name: str) -> None:
    claim, goals = named(name)
    value = sympy.sympify(claim.value)
    n = next((symbol for symbol in value.free_symbols if symbol.name == "n"), sympy.Symbol("n"))
    assert disagreement(claim, goals) is None
    assert disagreement(replace(claim, value=value * n), goals) is None, "the same of a quantity n times as large"
    for wrong in (value + 1 / n**2, 2 * value, value * sympy.sqrt(n), -value):
        assert "not one power of n apart" in str(disagreement(replace(claim, value=wrong), goals)), wrong


def test_a_mean_stated_for_more_is_found() -> None:
    claim, goals = named("theorem3.mean")
    wider = replace(claim, where=And(H >= 2, sympy.Eq(L, 2), sympy.Symbol("n") >= 1))
    (found,) = {g.error for g in compared(wider, goals)}
    assert found is not None
    assert found.startswith("the claim speaks of H = 3, L = 2")


def test_an_exponent_without_a_value_somewhere_is_still_compared() -> None:
    claim = Claim("s.x", Kind.ORDER, K, "", exponent=1 / (r - 1), where=r >= 3)
    assert disagreement(claim, [goal(**{"is": "order", "power": 0})]) == "at r = 3 the claim says 0.5, the proof 0"


def goal(**judgment: Any) -> GoalReport:
    return GoalReport("s.x", "amended", ProofStatus.PROVED, (), "", judgment={"of": ["K", "r"], **judgment})


def test_ranges_of_several_goals_are_joined() -> None:
    claim = Claim("s.x", Kind.ORDER, K, "", exponent=Min(0, H - r), where=And(H >= 1, r >= 1, Le(r, 2 * H)))
    low = goal(**{"is": "order", "power": 0, "where": [["<=", 1, "r"], ["<=", "r", "H"]]})
    high = goal(**{"is": "order", "power": ["-", "H", "r"], "where": [["<=", "H", "r"]]})
    assert compared(claim, [low, high]) == (low, high)
    assert disagreement(claim, [low]) == "the claim speaks of H = 1, r = 2, the proof does not"
    swapped = goal(**{"is": "order", "power": ["-", "r", "H"], "where": [["<=", "H", "r"]]})
    assert disagreement(claim, [low, swapped]) == "at H = 1, r = 2 the claim says -1, the proof 1"


def test_goals_that_are_no_proof_of_the_whole_are_left_alone() -> None:
    claim = Claim("s.x", Kind.ORDER, K, "", exponent=Integer(5), where=And(H >= 1, r >= 1))
    proved = goal(**{"is": "order", "power": 0, "where": []})
    for status in (ProofStatus.CERTIFIED, ProofStatus.REFUTED, ProofStatus.GAP):
        other = replace(proved, status=status, error="as it was")
        assert compared(claim, [proved, other]) == (proved, other)
    assert compared(claim, ()) == ()
    assert compared(claim, [proved])[0].status is ProofStatus.GAP
    assert compared(claim, [proved])[0].error == "at H = 1, r = 1 the claim says 5, the proof 0"
    assert disagreement(replace(claim, where=sympy.true), [proved]) == "the claim says 5, the proof 0"


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (3, 3), ("H", 2), (["+", 1, "H", ["*", -1, "r"]], -2), (["-", "H", "r", 1], -4), (["-", "H"], -2),
        (["min", 0, ["-", "H", "r"]], -3), (["max", "H", "r"], 5), (["/", "H", "r"], Fraction(2, 5)),
        (["halves", ["-", "r", "H"]], Fraction(1, 8)), (["/", 1, ["-", "H", 2]], None), ("d", None),
        (["len", ["list", 1, 2]], 2), (["last", ["list", 1, "r"]], 5), (["first", ["list", "d", 2]], None),
        (["increasing", ["list", 1, 3]], 1), (["increasing", ["list", 1, "r"]], None), (["len", ["list"]], None),
        (["^", "r", 2], 25), (["+", 1, ["len", "l"]], None), (True, None), (None, None), (["+"], None),
    ],
)  # fmt: skip
def test_terms_are_evaluated_or_left(term: Any, value: Any) -> None:
    assert number(term, {"H": 2, "r": 5}) == value


def test_terms_without_parameters_are_what_the_kernel_makes_of_them() -> None:
    powers = [g.judgment["power"] for _, goals in whole() for g in goals if "power" in g.judgment]
    plain = [(number(power, {}), constant(power)) for power in powers if constant(power) is not None]
    assert len(plain) > 10
    assert all(ours == theirs for ours, theirs in plain)


def test_a_range_that_no_point_tried_lies_in_is_not_compared() -> None:
    """r = 37 is none of the points; r >= 37 has some, and there the exponent is found to be another."""
    claim, goals = named("theorem1.zero")
    only = replace(claim, where=And(H >= 1, L >= 1, sympy.Eq(r, 37), r >= H * L + 1))
    assert {g.error for g in compared(only, goals)} == {
        f"no instance of the claim's range, {only.where}, was found at which to compare it with what is proved"
    }
    order, proof = named("theorem1.order.shallow")
    far = replace(order, where=And(order.where, r >= 37), exponent=Integer(5))
    assert all("no instance" in str(g.error) or "the claim says 5" in str(g.error) for g in compared(far, proof))
