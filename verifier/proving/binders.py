"""Tactics for sums and other binders: rows with ⋀-premises, equal summands, contradictions, cases.

They are functions of a :class:`~verifier.proving.tactics.Prover`, and like it they only call primitives.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import need
from verifier.kernel.core.terms import App, Term, app, as_term, eq, le
from verifier.kernel.theory.writing import NAMES
from verifier.proving.recorder import Number
from verifier.proving.tactics import Fact, Prover

Found = Callable[[], Fact]


def lemma(function: Callable[[Prover], Fact]) -> Callable[[Prover], Fact]:
    """A closed fact that is proved once in a proof, or taken from an earlier statement where it is a goal."""
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def found(p: Prover) -> Fact:
        known: dict[str, Fact] = p.__dict__.setdefault("lemmas", {})
        if name not in known:
            earlier = (r.__dict__.get("lemmas", {}).get(name) for r in p.before)
            usable = next((f for f in earlier if f is not None and p.knows(f)), None)
            if usable is not None:
                known[name] = p.use(usable)
            else:
                with p.alone():
                    known[name] = function(p)
        return known[name]

    return found


def apply(p: Prover, rule: str, /, *given: Fact | Callable[..., Fact], **values: Term | Number) -> Fact:
    """A row at ``values`` for all its variables, by name.

    A premise that is one of ``given`` is taken from there; a ⋀-premise is proved by the first function among ``given``
    that is left, which gets the opened variables; the others come from the scope and from arithmetic.
    """
    names = NAMES[rule]
    need(set(names) == set(values), f"{rule} has the variables {', '.join(names)}, not {', '.join(values)}")
    fact = p.row(rule)
    if names:
        fact = p.all_elim(fact, *(values[n] for n in names))
    facts = [g for g in given if isinstance(g, Fact)]
    hows = [g for g in given if not isinstance(g, Fact)]
    while _is(fact.prop, "imp"):
        premise = fact.prop.fields[1][0]
        known = next((f for f in facts if key(f.prop) == key(premise)), None)
        if known is not None:
            use = known
        elif _is(premise, "all") and hows:
            use = p.prove(premise, hows.pop(0))
        else:
            use = p.prove(premise)
        fact = p.imp_elim(fact, use)
    need(not hows, f"{rule} has fewer ⋀-premises than functions were given")
    return fact


def _is(t: Term, head: str) -> bool:
    return isinstance(t, App) and t.fields[0] == head


def at(p: Prover, fact: Fact, *terms: Term | Number) -> Fact:
    """⋀… premises ⟹ q at ``terms``, its premises from the scope."""
    found = p.all_elim(fact, *terms)
    while _is(found.prop, "imp"):
        found = p.imp_elim(found, p.prove(found.prop.fields[1][0]))
    return found


def by_definition(p: Prover, row: str, how: Callable[..., Fact], *terms: Term | Number) -> Fact:
    """A predicate at ``terms`` from its definition, the row ``row``, whose body is a ⋀ that ``how`` proves."""
    start = p.all_elim(p.row(row), *terms)
    return p.imp_elim(start, p.prove(start.prop.fields[1][0], how))


def falsity(p: Prover, *facts: Fact) -> Fact:
    """Falsity, from equations and inequalities, these and those in scope, that contradict each other."""
    return p.imp_elim(p.row("one.positive"), p.arith(le(1, 0), *facts))


def absurd(p: Prover, goal: Term, *facts: Fact) -> Fact:
    """``goal``, where these and the inequalities in scope contradict each other."""
    return p.by("false", falsity(p, *facts), P=goal)


def cases(p: Prover, low: Term | int, high: Term | int, goal: Term, below: Found, above: Found) -> Fact:
    """``goal`` from low ≤ high and from high + 1 ≤ low, each by a function; low and high are integers."""
    found = []
    for premise, how in ((le(low, high), below), (le(app("+", high, 1), low), above)):
        with p.given(premise):
            found.append(p.imp_intro(premise, p.restate(goal, how())))
    return p.by("int.cases", *found, a=low, b=high, P=goal)


def trichotomy(p: Prover, a: Term | int, b: Term | int, goal: Term, less: Found, same: Any, more: Found) -> Fact:
    """``goal`` from a + 1 ≤ b, from a = b (``same`` gets the equation) and from b + 1 ≤ a."""

    def not_more() -> Fact:
        return cases(p, b, a, goal, lambda: same(p.by("le.antisymmetric", x=a, y=b)), less)

    return cases(p, a, b, goal, not_more, more)


def result(p: Prover, fact: Fact, right: Term | int) -> Fact:
    """left = right, from left = what is right by algebra."""
    return p.restate(eq(fact.prop.fields[1][0], right), fact)


def equal(p: Prover, left: Term | int, right: Term | int, *equations: Fact) -> Fact:
    """left = right: both sides, rewritten by ``equations`` in turn, are the same by algebra."""
    a, b = p.evaluate(as_term(left), *equations), p.evaluate(as_term(right), *equations)
    back = p.flip(b)
    return result(p, p.chain(a, p.restate(eq(a.prop.fields[1][1], back.prop.fields[1][1]), back)), right)


def closed(p: Prover, vs: Any, premises: list[Term], how: Found) -> Fact:
    """⋀ vs. premises ⟹ what ``how`` proves with the premises in scope, and nothing else."""
    with p.alone(), p.given(*premises):
        found = how()
    return p.close(list(vs), premises, found)
