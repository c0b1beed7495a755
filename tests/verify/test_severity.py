"""How wrong a printed claim is: the rule on made-up pairs, each with a twin on the other side, and on the paper."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sympy
from sympy import And, Eq, Function, Integer, Min, Rational, sqrt, symbols

from verifier.claims.severity import severity_of
from verifier.claims.statement import Claim, Form, Hypothesis, Kind, Source, Statement, Witness
from verifier.projects.project import default_project
from verifier.sampling.plan import RunOptions
from verifier.verdict import NumericStatus, ProofStatus, Severity
from verifier.verify.coverage import Coverage, Reach
from verifier.verify.join import statement_report
from verifier.verify.proof import ProofResult, Proofs

H, L, r = symbols("H L r", integer=True)
K, S, F = Function("K"), Function("S"), Function("F")
PRINTED = Claim("s.printed", Kind.ORDER, K(r), "", exponent=Min(0, H - r), where=And(H >= 1, r >= 0), form=Form.PRINTED,
                instead=("s.true",))  # fmt: skip
VALUE = Claim("s.printed", Kind.VALUE, F(L), "", value=S(L + 1), where=L >= 1, form=Form.PRINTED, instead=("s.true",))


def judged(printed: Claim, amended: Claim, stated: bool = False, **more: Any) -> tuple[str, str]:
    names = amended.hypotheses
    hypotheses = tuple(Hypothesis(name, name, Witness(""), stated=stated) for name in names)
    found = severity_of(printed, Statement("s", "S", Source(""), "", (printed, amended), hypotheses, **more))
    return str(found.severity), found.reason


def true(claim: Claim, **changes: Any) -> Claim:
    return replace(claim, id="s.true", form=Form.AMENDED, instead=(), **changes)


@pytest.mark.parametrize(
    ("printed", "change", "severity"),
    [
        # an index, a factor, a constant that is added
        (VALUE, {"value": S(L)}, "misprint"),
        (replace(VALUE, value=sqrt(2) * S(L)), {"value": 2 * S(L)}, "misprint"),
        (replace(VALUE, value=sqrt(2) / 2), {"value": Integer(1)}, "misprint"),
        # another function, another argument, a power, a number that depends on L
        (VALUE, {"value": Function("R")(L)}, "false"),
        (VALUE, {"value": S(L) * L}, "false"),
        (VALUE, {"value": S(L) ** 2}, "false"),
        (replace(VALUE, value=Integer(0)), {"value": 1 - Rational(1, 2) ** L}, "false"),
        # an exponent has no slips
        (PRINTED, {"exponent": Min(0, H - r - 1)}, "false"),
        (PRINTED, {"exponent": Integer(0)}, "false"),
        # the same, under a hypothesis or on a smaller range
        (PRINTED, {"hypotheses": ("ntk",)}, "incomplete"),
        (PRINTED, {"where": And(H >= 1, r >= 0, r <= H)}, "incomplete"),
        (PRINTED, {"where": And(H >= 1, r >= 0, r <= H * L)}, "incomplete"),
        # a slip, and something missing besides
        (VALUE, {"value": S(L), "hypotheses": ("ntk",)}, "incomplete"),
        (VALUE, {"value": S(L), "where": L >= 3}, "incomplete"),
        # another formula that agrees on the smaller range
        (PRINTED, {"exponent": Integer(0), "where": And(H >= 1, r >= 0, r <= H)}, "incomplete"),
        # another quantity, another kind
        (PRINTED, {"quantity": Function("J")(r)}, "false"),
        (PRINTED, {"kind": Kind.UPPER}, "false"),
        (replace(PRINTED, kind=Kind.UPPER), {"kind": Kind.ORDER, "where": And(H >= 2, r >= 0)}, "incomplete"),
        (replace(PRINTED, kind=Kind.VANISHES), {"kind": Kind.ORDER}, "false"),
        (replace(PRINTED, kind=Kind.VANISHES), {"kind": Kind.ORDER, "exponent": Min(0, H - r) - 1, "where": r > H + 1},
         "incomplete"),
    ],
)  # fmt: skip
def test_the_rule(printed: Claim, change: dict[str, Any], severity: str) -> None:
    found, reason = judged(printed, true(printed, **change))
    assert found == severity, reason
    assert reason


def test_what_the_printed_statement_grants_is_not_missing() -> None:
    amended = true(VALUE, value=S(L), hypotheses=("relu",))
    assert judged(VALUE, amended, stated=True)[0] == "misprint"
    assert judged(VALUE, amended) == ("incomplete", "but for numbers in its formula it holds under relu: s.true")


def test_the_quantity_s_arguments_are_matched() -> None:
    """R(1) against R(l) for 0 <= l <= H - 1; and against R(l) for l >= 2, which says nothing of it."""
    l = symbols("l", integer=True)
    printed = replace(VALUE, quantity=F(1), value=sqrt(2) / 2, where=H >= 2)
    amended = true(printed, quantity=F(l), value=Integer(1), where=And(l >= 0, l <= H - 1))
    assert judged(printed, amended)[0] == "misprint"
    assert judged(printed, replace(amended, where=And(l >= 2, l <= H - 1)))[0] == "incomplete"


def test_without_a_claim_in_its_place_it_is_false() -> None:
    lone = replace(PRINTED, instead=())
    assert judged(lone, true(PRINTED)) == ("false", "no amended claim takes its place")


def test_a_word_by_hand_only_where_nothing_can_be_computed() -> None:
    law = replace(VALUE, kind=Kind.IDENTITY, value=None, severity=Severity.MISPRINT)
    assert judged(law, true(law, severity=None)) == ("misprint", "s.true cannot be compared with it; said by hand")
    with pytest.raises(ValueError, match=r"computed from s\.true, not said by hand"):
        judged(replace(VALUE, severity=Severity.MISPRINT), true(VALUE, value=S(L)))
    with pytest.raises(ValueError, match="amended"):
        severity_of(true(VALUE), Statement("s", "S", Source(""), "", (true(VALUE),)))


def test_sides_of_an_identity_are_the_same_or_not_compared() -> None:
    said = replace(VALUE, kind=Kind.IDENTITY)
    assert judged(said, true(said))[0] == "misprint"
    unlike = replace(said, severity=Severity.MISPRINT)
    reason = "s.true cannot be compared with it; said by hand"
    assert judged(unlike, true(said, value=said.value + 1)) == ("misprint", reason)


def test_only_a_claim_that_fails_has_a_severity() -> None:
    amended = true(PRINTED, hypotheses=("ntk",))
    statement = Statement("s", "S", Source(""), "", (PRINTED, amended), (Hypothesis("ntk", "", Witness("")),))
    for status, severity in ((ProofStatus.REFUTED, Severity.INCOMPLETE), (ProofStatus.PROVED, None)):
        proofs = Proofs((ProofResult("s.printed", Form.PRINTED, status),))
        report = statement_report(statement, (), proofs, Coverage((Reach(), Reach())), options=RunOptions(), seed=0)
        assert report.severity() is severity
        assert [claim.severity for claim in report.claims] == [severity, None]
        assert report.claims[0].numeric is NumericStatus.UNTESTED


#: What the paper's printed claims are, that proofs refute or samples contradict.
PAPER = {
    "corollary1.printed": "false", "lemma1.printed": "incomplete", "lemma1.printed-6": "incomplete",
    "lemma2.printed-covariance": "misprint", "lemma3.printed-order": "incomplete", "lemma3.printed-delta": "incomplete",
    "lemma3.printed-case": "misprint", "lemma6.printed-jacobians": "incomplete", "lemma6.printed-root": "incomplete",
    "section3.printed": "incomplete", "section3.printed-conjecture": "false", "section3.printed-stronger": "incomplete",
    "theorem1.printed": "incomplete", "theorem1.printed-atom": "false", "theorem1.printed-layers": "misprint",
    "theorem2.printed": "misprint", "theorem2.printed-weights": "misprint", "theorem2.printed-root": "misprint",
    "theorem3.printed-figure": "false", "theorem3.printed-taylor": "false",
}  # fmt: skip


def test_the_printed_claims_of_the_paper() -> None:
    project = default_project()
    found = {}
    for name in project.names:
        statement = project.statement(name).statement
        found |= {c.id: str(severity_of(c, statement).severity) for c in statement.of_form(Form.PRINTED)}
    assert {name: found[name] for name in PAPER} == PAPER


def test_a_formula_is_compared_wherever_both_ranges_hold() -> None:
    """Twins that agree at all points but one are not the same."""
    but_one = sympy.Piecewise((Integer(7), Eq(r, 2)), (Min(0, H - r), True))
    assert judged(PRINTED, true(PRINTED, exponent=but_one, hypotheses=("ntk",)))[0] == "false"


def test_an_exponent_that_differs_only_far_away_is_another_exponent() -> None:
    """n^{-r} and n^{-min(r, 4)} agree in the small box."""
    r = sympy.Symbol("r", integer=True)
    quantity = Function("K")(r)
    printed = Claim("s.p", Kind.ORDER, quantity, exponent=-r, where=r >= 0, form=Form.PRINTED, instead=("s.a",))
    for amended, word in (
        (Claim("s.a", Kind.ORDER, quantity, exponent=-Min(r, 4), where=r >= 0), Severity.FALSE),
        (Claim("s.a", Kind.ORDER, quantity, exponent=-r, where=And(r >= 0, r <= 4)), Severity.INCOMPLETE),
    ):
        assert severity_of(printed, Statement("s", "S", Source(""), "", (printed, amended))).severity is word
