"""Theorems: hypotheses ⊢ proposition, and the inferences that make them.

Free variables of a theorem are universal over the whole of it.  The class is a convenience for those who search for
proofs in this process (Python lets anybody forge an object); what counts is that :mod:`verifier.kernel.core.check`
makes every theorem of a document anew, in a process that has loaded nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from verifier.kernel.core.normal import ONE, add, key, normal
from verifier.kernel.core.sorts import need
from verifier.kernel.core.table import TABLE, Rest, digest
from verifier.kernel.core.terms import App, Fun, Term, Var, app, as_term, beta, eq, fun, imp, variables

_MAKER = object()


class Theorem:
    """``hyps`` ⊢ ``prop``, with the rows and computations it ``rests`` on."""

    __slots__ = ("hyps", "prop", "rests")
    hyps: tuple[Term, ...]
    prop: Term
    rests: frozenset[Rest]

    def __init__(self, maker: object, hyps: Iterable[Term], prop: Term, rests: Iterable[Rest]) -> None:
        need(maker is _MAKER, "theorems come from inferences")
        kept = {key(p): p for p in hyps}
        for p in (prop, *kept.values()):
            need(p.sort == "prop" and not p.loose, f"{p!r} is no proposition")
        for name, value in (("hyps", tuple(kept.values())), ("prop", prop), ("rests", frozenset(rests))):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a theorem does not change")

    def __repr__(self) -> str:
        return f"{', '.join(map(repr, self.hyps))} ⊢ {self.prop!r}"


def _theorems(ts: Iterable[Theorem]) -> tuple[Theorem, ...]:
    ts = tuple(ts)
    need(all(type(t) is Theorem for t in ts), "an inference takes theorems")
    return ts


def _together(ts: tuple[Theorem, ...]) -> tuple[list[Term], set[Rest]]:
    return [h for t in ts for h in t.hyps], {r for t in ts for r in t.rests}


def row(name: str) -> Theorem:
    """A row of the theory."""
    need(name in TABLE, f"there is no row {name!r}")
    found = TABLE[name]
    return Theorem(_MAKER, (), found.prop, [Rest(found.mark, name, found.digest)])


def computed(engine: str, prop: Term) -> Theorem:
    """A closed proposition that an engine, named with its version, has computed; whoever relies on it runs it again."""
    need(type(engine) is str and 0 < len(engine) <= 60, f"{engine!r} names no engine")
    need(not variables(prop), "a computed fact is closed")
    return Theorem(_MAKER, (), prop, [Rest("computed", engine, digest(prop))])


def assume(p: Term) -> Theorem:
    """p ⊢ p"""
    return Theorem(_MAKER, (p,), p, ())


def imp_intro(p: Term, t: Theorem) -> Theorem:
    """From Γ ⊢ q to Γ - {p} ⊢ p ⟹ q."""
    _theorems([t])
    return Theorem(_MAKER, [h for h in t.hyps if key(h) != key(p)], imp(p, t.prop), t.rests)


def imp_elim(t: Theorem, u: Theorem) -> Theorem:
    """From Γ ⊢ p ⟹ q and Δ ⊢ p to Γ, Δ ⊢ q."""
    hyps, rests = _together(_theorems([t, u]))
    need(isinstance(t.prop, App) and t.prop.fields[0] == "imp", f"{t.prop!r} is no implication")
    p, q = t.prop.fields[1]
    need(key(p) == key(u.prop), f"needed {p!r}, given {u.prop!r}")
    return Theorem(_MAKER, hyps, q, rests)


def all_intro(vs: Iterable[Term], t: Theorem) -> Theorem:
    """From Γ ⊢ p to Γ ⊢ ⋀ vs. p, where no v is free in Γ."""
    _theorems([t])
    vs = tuple(vs)
    bound = fun(vs, t.prop)
    for h in t.hyps:
        need(not variables(h) & set(vs), f"a variable of ⋀ is free in the hypothesis {h!r}")
    return Theorem(_MAKER, t.hyps, App("all", (bound,)), t.rests)


def all_elim(t: Theorem, *terms: Term | int | Fraction) -> Theorem:
    """From Γ ⊢ ⋀ vs. p to Γ ⊢ p at ``terms``."""
    _theorems([t])
    need(isinstance(t.prop, App) and t.prop.fields[0] == "all", f"{t.prop!r} has nothing to instantiate")
    return Theorem(_MAKER, t.hyps, beta(t.prop.fields[1][0], tuple(map(as_term, terms))), t.rests)


def instantiate(values: Iterable[tuple[Term, Term]], t: Theorem) -> Theorem:
    """Γ ⊢ p with terms for free variables, in Γ as well as in p."""
    _theorems([t])
    pairs = tuple(values)
    vs, terms = tuple(v for v, _ in pairs), tuple(x for _, x in pairs)
    at = lambda p: beta(fun(vs, p), terms)  # noqa: E731
    return Theorem(_MAKER, map(at, t.hyps), at(t.prop), t.rests)


def ring(a: Term, b: Term) -> Theorem:
    """a = b, if they are one polynomial whatever their atoms are (and the same term, where they are no numbers)."""
    need(key(a) == key(b), f"{a!r} is not {b!r} by algebra")
    return Theorem(_MAKER, (), eq(a, b), ())


def subst(equation: Theorem, context: Term, t: Theorem) -> Theorem:
    """From a = b and P(a) to P(b); ``context`` is the function P of one argument."""
    hyps, rests = _together(_theorems([equation, t]))
    need(isinstance(equation.prop, App) and equation.prop.fields[0] == "eq", f"{equation.prop!r} is no equation")
    a, b = equation.prop.fields[1]
    need(type(context) is Fun and context.sort[1] == "prop", "a context is a proposition with a hole")
    before = beta(context, (a,))
    need(key(before) == key(t.prop), f"{t.prop!r} is not {before!r}")
    return Theorem(_MAKER, hyps, beta(context, (b,)), rests)


def linear(facts: Iterable[Theorem], goal: Term, multipliers: Iterable[Fraction | int]) -> Theorem:
    """a ≤ b as a combination of facts a_i ≤ b_i (multipliers ≥ 0) and a_i = b_i (any), and a number ≥ 0 left over."""
    facts, by = _theorems(facts), [Fraction(m) for m in multipliers]
    hyps, rests = _together(facts)
    need(len(facts) == len(by), f"{len(facts)} facts and {len(by)} multipliers")
    need(isinstance(goal, App) and goal.fields[0] in ("le", "eq"), f"{goal!r} is no inequality")
    left = _gap(goal)
    for fact, m in zip(facts, by, strict=True):
        need(isinstance(fact.prop, App) and fact.prop.fields[0] in ("le", "eq"), f"{fact.prop!r} is no inequality")
        need(m >= 0 or fact.prop.fields[0] == "eq", f"{fact.prop!r} with a negative multiplier")
        need(goal.fields[0] == "le" or fact.prop.fields[0] == "eq", "an equation follows from equations")
        add(left, _gap(fact.prop), -m)
    rest = left.get(ONE, Fraction(0))
    need(set(left) <= {ONE} and (rest == 0 or (rest > 0 and goal.fields[0] == "le")), f"{goal!r} does not follow so")
    return Theorem(_MAKER, hyps, goal, rests)


def _gap(p: Term) -> dict[frozenset[tuple[object, int]], Fraction]:
    a, b = p.fields[1]
    return normal(app("+", b, app("*", -1, a)))


__all__ = [
    "Theorem", "Var", "all_elim", "all_intro", "assume", "computed", "imp_elim", "imp_intro", "instantiate", "linear",
    "ring", "row", "subst",
]  # fmt: skip
