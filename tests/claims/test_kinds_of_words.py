"""What a quantity may say for a claim of each kind; what its words leave out of the claim is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sympy

import verifier.claims.symbols
import verifier.kernel.theory  # noqa: F401
from verifier.claims.compile import compiled
from verifier.claims.expressions import CannotCompile, MeasuredOnly
from verifier.claims.notation import text
from verifier.claims.vocabulary import Env, Quantity, variable
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import SIGNATURE, Term, Var, app, eq, imp, le
from verifier.statement import Claim, Form, Kind

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


def test_angles_leave_the_range_of_amended_claims_alone() -> None:
    """Without its angles a claim says more, so proving that is proving it; refuting it would be refuting too much."""
    where = sympy.And(r >= 1, angle > 0)
    claim = claim_that_says(lambda env, e, v: eq(env["r"], 0), kind=Kind.ZERO, where=where)
    assert compiled(claim, {}).ranges == (le(1, Var("r", "int")),)
    with pytest.raises(CannotCompile, match="angle"):
        compiled(replace(claim, form=Form.PRINTED), {})


def test_a_range_of_an_angle_and_a_size_together_is_kept() -> None:
    claim = claim_that_says(lambda env, e, v: eq(env["r"], 0), kind=Kind.ZERO, where=angle > r)
    with pytest.raises(CannotCompile, match="angle"):
        compiled(claim, {})
