"""Small tactics for proofs about limits: the members of a joint limit, orders from limits, numbers that are not 0."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import need
from verifier.kernel.core.terms import FALSE, App, Term, Var, app, eq, fun, imp, le
from verifier.kernel.theory.writing import NAMES, minus, plus, times
from verifier.proving.matching import fresh
from verifier.proving.tactics import Fact, Prover, replaced


def absurd(p: Prover, *facts: Fact) -> Fact:
    """Falsity from equations and inequalities between numbers that contradict each other."""
    return p.imp_elim(p.row("one.positive"), p.arith(le(1, 0), *facts))


def anything(p: Prover, goal: Term, *facts: Fact) -> Fact:
    """``goal``, where ``facts`` and the scope contradict each other."""
    return p.by("false", absurd(p, *facts), P=goal)


Found = Callable[[], Fact]


def cases(p: Prover, a: Term | int, b: Term | int, goal: Term, below: Found, above: Found) -> Fact:
    """``goal`` where a ≤ b, by ``below``, and where a ≥ b + 1, by ``above``."""
    found = []
    for premise, how in ((le(a, b), below), (le(plus(b, 1), a), above)):
        with p.given(premise):
            found.append(p.imp_intro(premise, p.restate(goal, how())))
    return p.by("int.cases", *found, a=a, b=b, P=goal)


def equal(p: Prover, a: Term | int, b: Term | int) -> Fact:
    """a = b of integers, where arithmetic says a ≤ b and b ≤ a."""
    return p.by("le.antisymmetric", x=a, y=b)


def number(p: Prover, value: int) -> Fact:
    """A number written out is not 0."""
    with p.given(eq(value, 0)) as (zero,):
        false = absurd(p, zero)
    return p.by("nonzero.intro", p.imp_intro(zero.prop, false), x=value)


def positive(p: Prover, x: Term | int, *facts: Fact) -> Fact:
    """x > 0, where arithmetic says x ≥ 1."""
    with p.given(le(x, 0)) as (no,):
        false = absurd(p, no, *facts)
    return p.by("pos.intro", p.imp_intro(no.prop, false), x=x)


def not_zero(p: Prover, pos: Fact) -> Fact:
    """x ≠ 0 from x > 0."""
    (x,) = pos.prop.fields[1]
    with p.given(eq(x, 0)) as (zero,):
        false = p.imp_elim(p.all_elim(p.row("pos.elim"), x), pos, p.arith(le(x, 0), zero))
    return p.by("nonzero.intro", p.imp_intro(zero.prop, false), x=x)


def pos_add(p: Prover, first: Fact, second: Fact) -> Fact:
    """x + y > 0 from x > 0 and y > 0."""
    (a,), (b,) = first.prop.fields[1], second.prop.fields[1]
    with p.given(le(plus(a, b), 0)) as (no,):
        low = p.arith(le(a, 0), no, p.by("pos.le", second))
        false = p.imp_elim(p.all_elim(p.row("pos.elim"), a), first, low)
    return p.by("pos.intro", p.imp_intro(no.prop, false), x=plus(a, b))


def never0(p: Prover, pos_or_nonzero: Fact) -> Fact:
    """A number that is not 0, as a limit."""
    head = pos_or_nonzero.prop.fields[0]
    return p.by("never0.const", pos_or_nonzero if head == "nonzero" else not_zero(p, pos_or_nonzero))


def product(p: Prover, rule: str, *facts: Fact, **values: Term) -> Fact:
    """``rule`` (never0.mul, positive.mul, poly.mul, tends.mul) over several factors, from the left."""
    out = facts[0]
    for fact in facts[1:]:
        out = p.by(rule, out, fact, **values)
    return out


def order(p: Prover, mode: Fact, tends: Fact, alive: Fact) -> Fact:
    """order(ω, X, p) from modeof(b) = ω, n^{-p} X → Y on b, and Y not almost surely 0."""
    b, X, exponent, Y = tends.prop.fields[1]
    omega = mode.prop.fields[1][1]
    P, base, limit = fresh("prop", "P"), fresh("base", "b"), fresh("lim", "Y")
    some = p.assume(
        App("all", (fun([base, limit], imp(
            eq(app("modeof", base), omega), app("tends", base, X, exponent, limit), app("alive", limit), P,
        )),))
    )  # fmt: skip
    inside = p.imp_elim(p.all_elim(some, b, Y), mode, tends, alive)
    whole = p.all_intro([P], p.imp_intro(some.prop, inside))
    return p.by("order.intro", whole, omega=omega, X=X, p=exponent)


def no_order_of_zero(p: Prover, found: Fact) -> Fact:
    """Falsity from order(ω, 0, p)."""
    omega, X, exponent = found.prop.fields[1]
    unfolded = p.all_elim(p.by("order.elim", found), FALSE)
    base, limit = fresh("base", "b"), fresh("lim", "Y")
    premises = (eq(app("modeof", base), omega), app("tends", base, X, exponent, limit), app("alive", limit))
    with p.given(*premises) as (_, tends, alive):
        zero = p.restate(app("tends", base, X, exponent, 0), p.by("tends.zero", b=base, p=exponent))
        same = p.by("tends.unique", tends, zero)
        false = p.by("alive.zero", p.by("alive.almost", same, alive), P=FALSE)
    return p.imp_elim(unfolded, p.close([base, limit], premises, false))


def equals(p: Prover, equation: Fact, fact: Fact) -> Fact:
    """``fact`` about the right side of an equation, said of its left side."""
    a, b = equation.prop.fields[1]
    hole = fresh(a.sort)
    return p.subst(p.flip(equation), fun([hole], replaced(fact.prop, b, hole)), fact)


def use(p: Prover, rule: str, values: Mapping[str, Any], *given: Fact | Callable[..., Fact]) -> Fact:
    """A row at ``values`` for all its variables: ⋀-premises by the functions given, the others by facts or scope."""
    names = NAMES[rule]
    need(set(names) == set(values), f"{rule} has the variables {', '.join(names)}, not {', '.join(values)}")
    fact = p.all_elim(p.row(rule), *(values[n] for n in names)) if names else p.row(rule)
    facts = [g for g in given if isinstance(g, Fact)]
    hows = [g for g in given if not isinstance(g, Fact)]
    while isinstance(fact.prop, App) and fact.prop.fields[0] == "imp":
        premise = fact.prop.fields[1][0]
        known = next((f for f in facts if key(f.prop) == key(premise)), None)
        if known is None and isinstance(premise, App) and premise.fields[0] == "all" and hows:
            known = p.prove(premise, hows.pop(0))
        fact = p.imp_elim(fact, known if known is not None else p.prove(premise))
    need(not hows, f"{rule} has fewer ⋀-premises than functions were given")
    return fact


def at(p: Prover, fact: Fact, *terms: Term | int) -> Fact:
    """⋀… premises ⟹ q at ``terms``, its premises from the scope."""
    found = p.all_elim(fact, *terms)
    while isinstance(found.prop, App) and found.prop.fields[0] == "imp":
        found = p.imp_elim(found, p.prove(found.prop.fields[1][0]))
    return found


class Family:
    """The members of joint(b, φ, L, x, y), in scope, each at indices whose ranges are in scope."""

    def __init__(self, p: Prover, joint: Fact) -> None:
        self.p = p
        self.base, self.phi, self.L, self.x, self.y = joint.prop.fields[1]
        rest = p.by("joint.elim", joint)
        self._parts = []
        for _ in range(5):
            self._parts.append(p.by("and.left", rest))
            rest = p.by("and.right", rest)
        self._parts.append(rest)

    def _member(self, number: int, *indices: Term | int) -> Fact:
        p = self.p
        found = p.all_elim(self._parts[number], *indices)
        while found.prop.fields[0] == "imp":
            found = p.imp_elim(found, p.prove(found.prop.fields[1][0]))
        return found

    def f(self, u: Term, d: Term | int) -> Fact:
        """f^d(u) → F(u, d)"""
        return self._member(0 if u == self.x else 1, d)

    def Q(self, l: Term | int) -> Fact:
        """Q(l) → Σ^{l-1}"""
        return self._member(2, l)

    def C(self, l: Term, d: Term, e: Term) -> Fact:
        """C(l, d, e) → δ(d, e) Dot(l)"""
        return self._member(3, l, d, e)

    def A(self, l2: Term, l1: Term, e: Term) -> Fact:
        """n A(l2, l1, e) → Gam(l2, l1, e)"""
        return self._member(4, l2, l1, e)

    def off(self, l: Term, d: Term, e: Term) -> Fact:
        """√n C(l, d, e) → Psi(l, d, e) for d ≠ e, l < L"""
        return self._member(5, l, d, e)


class Tuple:
    """A tuple that increases in lo … hi: its entries' ranges, from a fact increasing(s, lo, hi)."""

    def __init__(self, p: Prover, increasing: Fact) -> None:
        self.p = p
        self.s, self.lo, self.hi = increasing.prop.fields[1]
        both = p.by("increasing.elim", increasing)
        self._within = p.by("within.elim", p.by("and.left", both))
        self._steps = p.by("and.right", both)

    def at(self, i: Term | int) -> Term:
        """s_i"""
        return app("entry", self.s, i)

    def inside(self, i: Term | int) -> tuple[Fact, Fact]:
        """lo ≤ s_i and s_i ≤ hi."""
        both = self._use(self._within, i)
        return self.p.by("and.left", both), self.p.by("and.right", both)

    def step(self, i: Term | int) -> Fact:
        """s_i + 1 ≤ s_{i+1}"""
        return self._use(self._steps, i)

    def _use(self, fact: Fact, i: Term | int) -> Fact:
        found = self.p.all_elim(fact, i)
        while found.prop.fields[0] == "imp":
            found = self.p.imp_elim(found, self.p.prove(found.prop.fields[1][0]))
        return found


def outputs(p: Prover, fact: Fact, i: Term | int) -> Fact:
    """1 ≤ e_i from outputs(es)."""
    found = p.all_elim(p.by("outputs.elim", fact), i)
    return p.imp_elim(found, *(p.prove(q) for q in _premises(found.prop)))


def _premises(prop: Term) -> list[Term]:
    found = []
    while isinstance(prop, App) and prop.fields[0] == "imp":
        found.append(prop.fields[1][0])
        prop = prop.fields[1][1]
    return found


__all__ = [
    "Family",
    "Tuple",
    "Var",
    "absurd",
    "anything",
    "at",
    "cases",
    "equal",
    "equals",
    "minus",
    "never0",
    "no_order_of_zero",
    "not_zero",
    "number",
    "order",
    "outputs",
    "positive",
    "product",
    "times",
    "use",
]  # fmt: skip
