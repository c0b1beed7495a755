"""Small tactics for proofs about limits: the members of a joint limit, orders from limits, numbers that are not 0."""

from __future__ import annotations

from verifier.kernel.core.terms import FALSE, App, Term, app, eq, fun, imp, le
from verifier.kernel.theory.writing import plus
from verifier.proving.binders import at, falsity
from verifier.proving.matching import fresh
from verifier.proving.tactics import Fact, Prover, replaced


def equal(p: Prover, a: Term | int, b: Term | int) -> Fact:
    """a = b of integers, where arithmetic says a ≤ b and b ≤ a."""
    return p.by("le.antisymmetric", x=a, y=b)


def number(p: Prover, value: int) -> Fact:
    """A number written out is not 0."""
    with p.given(eq(value, 0)) as (zero,):
        nothing = falsity(p, zero)
    return p.by("nonzero.intro", p.imp_intro(zero.prop, nothing), x=value)


def positive(p: Prover, x: Term | int, *facts: Fact) -> Fact:
    """x > 0, where arithmetic says x ≥ 1."""
    with p.given(le(x, 0)) as (no,):
        nothing = falsity(p, no, *facts)
    return p.by("pos.intro", p.imp_intro(no.prop, nothing), x=x)


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

    def f(self, u: Term, d: Term | int) -> Fact:
        """f^d(u) → F(u, d)"""
        return at(self.p, self._parts[0 if u == self.x else 1], d)

    def Q(self, l: Term | int) -> Fact:
        """Q(l) → Σ^{l-1}"""
        return at(self.p, self._parts[2], l)

    def C(self, l: Term, d: Term, e: Term) -> Fact:
        """C(l, d, e) → δ(d, e) Dot(l)"""
        return at(self.p, self._parts[3], l, d, e)

    def A(self, l2: Term, l1: Term, e: Term) -> Fact:
        """n A(l2, l1, e) → Gam(l2, l1, e)"""
        return at(self.p, self._parts[4], l2, l1, e)

    def off(self, l: Term, d: Term, e: Term) -> Fact:
        """√n C(l, d, e) → Psi(l, d, e) for d ≠ e, l < L"""
        return at(self.p, self._parts[5], l, d, e)


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
        both = at(self.p, self._within, i)
        return self.p.by("and.left", both), self.p.by("and.right", both)

    def step(self, i: Term | int) -> Fact:
        """s_i + 1 ≤ s_{i+1}"""
        return at(self.p, self._steps, i)


def outputs(p: Prover, fact: Fact, i: Term | int) -> Fact:
    """1 ≤ e_i from outputs(es)."""
    return at(p, p.by("outputs.elim", fact), i)
