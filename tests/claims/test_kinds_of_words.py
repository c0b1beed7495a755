"""What a quantity may say for a claim of each kind; what its words leave out of the claim is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sympy

import verifier.kernel.theory  # noqa: F401
from verifier.claims.compile import compiled
from verifier.claims.expressions import CannotCompile, MeasuredOnly
from verifier.claims.goals import CheckedGoal, CheckedGoals, claims_of
from verifier.claims.notation import text
from verifier.claims.statement import Claim, Form, Hypothesis, Kind, Source, Statement, Witness
from verifier.claims.vocabulary import Condition, Env, Quantity, variable
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.table import digest
from verifier.kernel.core.terms import SIGNATURE, Term, Var, app, eq, imp, le
from verifier.verdict import ProofStatus

#: the same table as in verifier/claims/compile.py, written by hand a second time
SPEAKS = {
    "order": "order", "upper": "upper rms exact_rms tight", "vanishes": "vanishes", "zero": "eq", "identity": "eq",
    "mean-zero": "eq", "integer": "eq le and", "constant": "plim", "atom": "atom eq", "value": "plim gauss eq and all",
    "law": "law gauss joint binomial_widths and",
}  # fmt: skip
HEADS = {head for heads in SPEAKS.values() for head in heads.split()} | {"tends", "scaled", "relu", "or"}
r, angle = sympy.symbols("r angle", integer=True)


def any_of(head: str, exponent: Term | None, value: Term | None) -> Term:
    """A proposition with this head, made of variables, in which exponent and value occur where they can."""
    if head in ("and", "or"):
        return app(head, any_of("eq", exponent, value), any_of("eq", value, exponent))
    if head == "all":
        from verifier.kernel.core.terms import forall

        v = Var("v", "int")
        return forall([v], app("and", any_of("eq", exponent, value), le(v, v)))
    sorts, _ = SIGNATURE.get(head, ((("const"), ("const")), "prop"))
    given = [one for one in (exponent, value) if one is not None]
    args: list[Term] = []
    for place, sort in enumerate(sorts):
        fits = [g for g in given if isinstance(sort, str) and sort in ("const", "rand", "lim") and g not in args]
        args.append(fits[0] if fits else Var(f"v{place}", sort))
    return app(head, *args)


def claim_that_says(says: Callable[[Env, Term | None, Term | None], Term], **more: object) -> Claim:
    quantity = Quantity("W", "r", "r", says=says, widths=())
    return replace(Claim("s.c", Kind.ORDER, quantity(r), ""), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_kind_is_said_by_its_own_words_alone(kind: Kind) -> None:
    allowed = set(SPEAKS.get(str(kind), "").split())
    refused = set()
    for head in HEADS:
        try:
            one = any_of(head, None, None) if head != "eq" else eq(Var("v", "rand"), 0)
            compiled(claim_that_says(lambda env, e, v, one=one: one, kind=kind), {})  # type: ignore[misc]
        except (CannotCompile, MeasuredOnly) as error:
            assert "which is no claim of kind" in str(error) or "measured" in str(error)  # noqa: PT017
            refused.add(head)
        except Refused:
            raise AssertionError(head) from None
    assert HEADS - refused == allowed


def test_words_of_another_kind_are_seen_behind_their_premises() -> None:
    """p ≤ q ⟹ the order is p: no claim that something is 0, and no bound."""
    order = app("order", variable("omega"), Var("X", "rand"), 1)
    behind = claim_that_says(lambda env, e, v: imp(le(1, env["r"]), order), kind=Kind.ZERO)
    with pytest.raises(CannotCompile, match="says 'order', which is no claim of kind 'zero'"):
        compiled(behind, {})


def test_zero_is_not_another_number() -> None:
    """r = 5 is an equation, and no claim that something is zero; nor has a claim of zeros another value."""
    with pytest.raises(CannotCompile, match="says 'eq', which is no claim of kind 'zero'"):
        compiled(claim_that_says(lambda env, e, v: eq(env["r"], 5), kind=Kind.ZERO), {})
    plain = Quantity("delta", "r r", "r")
    with pytest.raises(CannotCompile, match="has the value 0, not 5"):
        compiled(Claim("s.c", Kind.ZERO, plain(r), "", value=sympy.Integer(5)), {})


def test_samples_are_not_compared_with_an_exponent_that_the_words_leave_out() -> None:
    """Words that say order n^1 whatever the claim: samples would be held against n^-7, and readers shown n^1."""
    fixed = claim_that_says(lambda env, e, v: app("order", variable("omega"), Var("X", "rand"), 1),
                            exponent=sympy.Integer(-7))  # fmt: skip
    with pytest.raises(CannotCompile, match="the exponent -7 of the claim is no part of what W says"):
        compiled(fixed, {})
    used = claim_that_says(lambda env, e, v: app("order", variable("omega"), Var("X", "rand"), e),
                           exponent=sympy.Integer(-7))  # fmt: skip
    assert "n^{-7}" in text(compiled(used, {}).conclusion)


def test_samples_are_not_compared_with_a_value_that_the_words_leave_out() -> None:
    one = claim_that_says(lambda env, e, v: eq(env["r"], 1), kind=Kind.VALUE, value=sympy.Integer(7))
    with pytest.raises(CannotCompile, match="the value 7 of the claim is no part of what W says"):
        compiled(one, {})


def test_why_samples_are_apart_is_said() -> None:
    words = Quantity("W", "r", "r", says=lambda env, e, v: eq(env["r"], 1), widths=(), apart="of one network only")
    found = compiled(Claim("s.c", Kind.VALUE, words(r), "", value=sympy.Integer(7)), {})
    assert found.conclusion == eq(Var("r", "int"), 1)


@pytest.mark.parametrize("form", list(Form))
def test_a_claim_at_one_angle_is_not_refuted_because_it_fails_at_others(form: Form) -> None:
    """x·x' = 0 at 90 degrees: without its angle it says more, so that proving this is proving it, and no more."""
    where = sympy.And(r >= 1, sympy.Eq(angle, 90))
    claim = claim_that_says(lambda env, e, v: eq(env["r"], 0), kind=Kind.ZERO, where=where, form=form)
    found = compiled(claim, {})
    assert found.ranges == (le(1, Var("r", "int")),)
    assert found.dropped == ("Eq(angle, 90)",)
    statement = Statement("s", "S", Source(""), "", (claim,))
    for prop, status in ((found.prop, ProofStatus.PROVED), (found.refuted, ProofStatus.GAP)):
        goals = CheckedGoals((CheckedGoal("s", "s.c", digest(prop), ""),))
        assert claims_of(statement, goals)["s.c"].status is status


def test_a_claim_under_a_reading_is_not_refuted_without_it() -> None:
    read = Hypothesis("read", "as the text means it", Witness(""), condition=Condition("read", "as the text means it"))
    claim = claim_that_says(lambda env, e, v: eq(env["r"], 0), kind=Kind.ZERO, hypotheses=("read",))
    assert compiled(claim, {"read": read}).dropped == ("read",)


def test_a_range_of_an_angle_and_a_size_together_is_kept() -> None:
    claim = claim_that_says(lambda env, e, v: eq(env["r"], 0), kind=Kind.ZERO, where=angle > r)
    with pytest.raises(CannotCompile, match="angle"):
        compiled(claim, {})
