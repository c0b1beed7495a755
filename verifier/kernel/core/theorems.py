"""Theorems: hypotheses ⊢ proposition, and the inferences that make them.

Free variables are universal in all of a theorem.  In Python objects can be forged: the checker makes each one anew.
"""

from collections.abc import Iterable
from dataclasses import InitVar, dataclass
from fractions import Fraction

from verifier.kernel.core.normal import ONE, key, normal
from verifier.kernel.core.sorts import label, need, spend
from verifier.kernel.core.table import TABLE, Rest, digest
from verifier.kernel.core.terms import App, Term, app, as_term, beta, eq, fun, imp

_MAKER = object()


@dataclass(frozen=True)
class Theorem:
    """``hyps`` ⊢ ``prop``, with the rows and computations it ``rests`` on."""

    hyps: tuple[Term, ...]
    prop: Term
    rests: frozenset[Rest]
    maker: InitVar[object] = None

    def __post_init__(self, maker: object) -> None:
        need(maker is _MAKER, "theorems come from inferences")
        need(all(p.sort == "prop" and not p.loose for p in (self.prop, *self.hyps)), "only propositions are proved")
        spend(1 + len(self.hyps) + len(self.rests))


def _infer(prop: Term, *premises: Theorem, hyps: Iterable[Term] | None = None, more: Iterable[Rest] = ()) -> Theorem:
    """``prop`` from ``premises``, under their hypotheses unless others are given, resting on ``more`` besides."""
    need(all(type(t) is Theorem for t in premises), "an inference takes theorems")
    spend(sum(len(t.hyps) + len(t.rests) for t in premises))
    given = [h for t in premises for h in t.hyps] if hyps is None else hyps
    rests = frozenset().union(*[t.rests for t in premises], more)
    return Theorem(tuple({key(p): p for p in given}.values()), prop, rests, _MAKER)


def _parts(p: Term, *heads: str) -> tuple[Term, ...]:
    """The arguments of ``p``, whose head is one of ``heads``."""
    need(isinstance(p, App) and p.fields[0] in heads, lambda: f"needed {' or '.join(heads)}, given {p!r}")
    return tuple(p.fields[1])


def _same(needed: Term, given: Term) -> None:
    """That the two are one term up to algebra."""
    need(key(needed) == key(given), lambda: f"needed {needed!r}, given {given!r}")


def row(name: str) -> Theorem:
    """A row of the theory."""
    need(name in TABLE, f"there is no row {name!a}")
    found = TABLE[name]
    return _infer(found.prop, more=[Rest(found.mark, name, found.digest)])


def computed(engine: str, prop: Term) -> Theorem:
    """A closed proposition that an engine, named with its version, has computed; whoever relies on it runs it again."""
    need(not prop.free, "a computed fact is closed")
    return _infer(prop, more=[Rest("computed", label(engine), digest(prop))])


def assume(p: Term) -> Theorem:
    """p ⊢ p"""
    return _infer(p, hyps=[p])


def imp_intro(p: Term, t: Theorem) -> Theorem:
    """From Γ ⊢ q to Γ - {p} ⊢ p ⟹ q."""
    return _infer(imp(p, t.prop), t, hyps=[h for h in t.hyps if key(h) != key(p)])


def imp_elim(t: Theorem, u: Theorem) -> Theorem:
    """From Γ ⊢ p ⟹ q and Δ ⊢ p to Γ, Δ ⊢ q."""
    p, q = _parts(t.prop, "imp")
    _same(p, u.prop)
    return _infer(q, t, u)


def all_intro(vs: Iterable[Term], t: Theorem) -> Theorem:
    """From Γ ⊢ p to Γ ⊢ ⋀ vs. p, where no v is free in Γ."""
    vs, free = tuple(vs), [h.free for h in t.hyps]
    spend(sum(map(len, free)))
    need(frozenset().union(*free).isdisjoint(vs), lambda: f"a variable of ⋀ is free in one of {t.hyps}")
    return _infer(app("all", fun(vs, t.prop)), t)


def all_elim(t: Theorem, *terms: Term | int | Fraction) -> Theorem:
    """From Γ ⊢ ⋀ vs. p to Γ ⊢ p at ``terms``."""
    return _infer(beta(_parts(t.prop, "all")[0], [as_term(x) for x in terms]), t)


def ring(a: Term, b: Term) -> Theorem:
    """a = b, if they are one polynomial whatever their atoms are (and the same term, where they are no numbers)."""
    _same(a, b)
    return _infer(eq(a, b))


def subst(equation: Theorem, context: Term, t: Theorem) -> Theorem:
    """From a = b and P(a) to P(b); ``context`` is the function P of one argument."""
    a, b = _parts(equation.prop, "eq")
    _same(beta(context, [a]), t.prop)
    return _infer(beta(context, [b]), equation, t)


def linear(facts: Iterable[Theorem], goal: Term, multipliers: Iterable[Fraction | int]) -> Theorem:
    """a ≤ b by b - a = Σ m (b_i - a_i) + c, m ≥ 0 unless a fact is a_i = b_i, c ≥ 0; or a = b by a_i = b_i, c = 0."""
    (a, b), facts = _parts(goal, "le", "eq"), tuple(facts)
    parts = [b, app("*", -1, a)]
    for fact, m in zip(facts, multipliers, strict=True):
        a, b = _parts(fact.prop, "le", "eq")
        parts += [app("*", -m, b), app("*", m, a)]
        bound = fact.prop.fields[0] == goal.fields[0] == "le" and m >= 0
        need(bound or fact.prop.fields[0] == "eq", f"multiplier {m}: only an equation allows it")
    left = normal(app("+", *parts))
    rest = left.pop(ONE, Fraction(0))
    need(not left and (rest == 0 or (rest > 0 and goal.fields[0] == "le")), lambda: f"{goal!r} does not follow so")
    return _infer(goal, *facts)
