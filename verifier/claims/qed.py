"""From theorems to the claim: ``qed`` asks the kernel for the claim's own proposition.

A theorem may be more general than its claim, bind its variables in another order or need fewer premises; several may
cover the claim by cases.  All of it is done by the primitives, and the goal is the proposition that the claim compiles
to, or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verifier.claims.compile import proposition, refuted
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import Term, app, fun, le
from verifier.proving.matching import fresh
from verifier.proving.tactics import Fact, Prover, replaced
from verifier.statement import Claim, Hypothesis


def qed(p: Prover, claim: Claim, hypotheses: Mapping[str, Hypothesis], *facts: Fact) -> Fact:
    """The goal ``claim``, from the first of ``facts`` that reaches its conclusion.

    Raises Refused with what is open.
    """
    target = proposition(claim, hypotheses)
    return p.goal(claim.id, p.restate(target, p.prove(target, lambda *vs: _reach(p, p.wanted, facts))))


def refute(p: Prover, claim: Claim, hypotheses: Mapping[str, Hypothesis], fact: Fact) -> Fact:
    """The goal that ``claim`` is false: ``fact`` is its proposition ⟹ falsity."""
    return p.goal(claim.id, p.restate(refuted(proposition(claim, hypotheses)), fact))


def _reach(p: Prover, target: Term, facts: Sequence[Fact]) -> Fact:
    reasons = []
    for fact in facts:
        try:
            return p.by(fact, goal=target)
        except Refused as error:
            reasons.append(str(error)[:400])
    raise Refused(f"no theorem reaches {target!r}: " + "; ".join(reasons))


def by_cases(p: Prover, name: Term, low: int, high: int, target: Term, facts: Sequence[Fact]) -> Fact:
    """``target`` from facts about name = low, …, high, where low ≤ name ≤ high is in scope."""
    if low == high:
        same = p.by("le.antisymmetric", x=low, y=name)
        hole = fresh("int")
        context = fun([hole], replaced(target, name, hole))
        return p.subst(same, context, _reach(p, app(context, low), facts))
    below, above = le(name, low), le(low + 1, name)
    with p.given(below):
        first = by_cases(p, name, low, low, target, facts)
    with p.given(above):
        rest = by_cases(p, name, low + 1, high, target, facts)
    return p.by("int.cases", p.imp_intro(below, first), p.imp_intro(above, rest), a=name, b=low, P=target)

