"""Theorem 1's orders and atoms, from the limit of K^(r) and the signs of its terms."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from lemmas._limits import equal, equals, never0, not_zero, number, order, positive, product
from lemmas._proof_compositions import prove_compositions
from lemmas._proof_hyper_alive import NOT_ORTHOGONAL, NTK, RANGE, Alive, V
from lemmas._proof_hyper_limits import MX, MY, NUMBERS, ONE, B, F, HyperLimits, K, dominant
from lemmas._proof_hyper_masks import Polynomial, Unmasked, idempotent_mask
from lemmas._proof_hyper_parts import expanded, gathered
from lemmas._proof_hyper_steps import DOT, THETA
from lemmas._proof_lemma3_limits import DEEP, SHALLOW, deep_joint, identity, shallow_joint
from verifier.kernel.core.terms import Term, app, eq, fun, imp, le, num
from verifier.kernel.theory.hyper import H, L, i, m, phi, r, w, x, y, z
from verifier.kernel.theory.joint import APART, INPUTS, JOINT
from verifier.kernel.theory.joint import product as range_product
from verifier.kernel.theory.limits import omega
from verifier.kernel.theory.writing import minus, plus, times
from verifier.proving.binders import apply, at, lemma
from verifier.proving.matching import fresh, substitute
from verifier.proving.tactics import Fact, Prover

POINT = [omega, phi, m, H, L, r, x, y, z, w]
OVERLAP = app("overlap", phi, m, H, L, x, y, z, w)
LIMIT = times(app("fact", r), z, MX, dominant(True))


class Theorem1:
    """Theorem 1 at L ≤ 2, proved, or at L ≥ 3, cited; facts of other lemmas are given."""

    def __init__(self, p: Prover, identity: Fact, expanded: Fact, gathered: Fact, deep: bool) -> None:
        self.p, self.deep = p, deep
        self.identity, self.expanded, self.gathered = identity, expanded, gathered
        compositions = prove_compositions(p)
        self.bounded, self.attained = compositions["bounded"][0], compositions["attained"][0]
        self.joint = (deep_joint if deep else shallow_joint)(p)
        self.widths = DEEP if deep else SHALLOW
        self.limit = self._limit()
        self.unmasked = self._unmasked()
        self.polynomial = self._polynomial()
        self.alive = Alive(p, self.attained, deep).prove()

    def _family(self) -> list[Fact]:
        p = self.p
        return [p.by(self.joint, goal=JOINT), p.arith(le(1, L))]

    def _limit(self) -> Fact:
        """⋀ … 0 ≤ r ⟹ n^{-v} K^(r) → LIMIT."""
        p = self.p
        premises = (*ONE[:3], *INPUTS, *NUMBERS, *self.widths, le(0, r))
        with p.alone(), p.given(*premises), p.using(*self._family()):
            hyper = HyperLimits(p, p.by(self.joint, goal=JOINT), self.identity, self.gathered, self.deep)
            fact = hyper.whole(self.expanded, self.bounded)
        return p.close(POINT, premises, fact)

    def _unmasked(self) -> Fact:
        """⋀ … M_y·(dominant terms) = M_y·(dominant terms without masks)"""
        p = self.p
        premises = (le(1, H),)
        with p.alone(), p.given(*premises):
            same = idempotent_mask(p, MY)
            fact = Unmasked(p, MY, same, same).dominant()
        return p.close([omega, phi, H, L, r, x, y, w], premises, fact)

    def _polynomial(self) -> Fact:
        p = self.p
        premises = (le(1, H), le(1, L))
        with p.alone(), p.given(*premises):
            fact = Polynomial(p).dominant()
        return p.close([omega, phi, H, L, r, x, y, w], premises, fact)

    def never0(self) -> Fact:
        """The dominant terms without masks are almost surely not 0, in scope of what ``Alive`` needs."""
        p = self.p
        alive = at(p, self.alive, omega, phi, H, L, r, x, y, z, w)
        poly = at(p, self.polynomial, omega, phi, H, L, r, x, y, w)
        return p.by("poly.never0", poly, alive)

    def same(self) -> Fact:
        """M_y·D = M_y·D°"""
        return at(self.p, self.unmasked, omega, phi, H, L, r, x, y, w)

    def tends(self) -> Fact:
        """The limit of K^(r)."""
        return at(self.p, self.limit, *POINT)

    def order(self) -> Fact:
        """K^(r) ~ n^{min(0, H-r)} for 1 ≤ r ≤ HL."""
        p = self.p
        premises = (*ONE[:3], *self.widths, *RANGE, *INPUTS, *NUMBERS, APART, OVERLAP, NOT_ORTHOGONAL,
                    *(() if self.deep else (NTK,)))  # fmt: skip
        with p.alone(), p.given(*premises), p.using(p.arith(le(1, L)), p.arith(le(0, r))):
            never = self.never0()
            open_ = p.by("overlap.alive", omega=omega, phi=phi, m=m, H=H, L=L, x=x, y=y, z=z, w=w)
            both = p.by("alive.mul", open_, never)
            hole = fresh("lim")
            around = fun([hole], app("alive", times(MX, hole)))
            both = p.subst(p.flip(self.same()), around, p.restate(app(around, times(MY, dominant(False))), both))
            found = p.by("alive.factor", p.restate(app("alive", times(times(MX, dominant(True)), MY)), both))
            constants = p.by("never0.mul", self._factorial(), never0(p, p.assume(NUMBERS[0])))
            whole = p.restate(app("alive", LIMIT), p.by("alive.mul", found, constants))
            mode = p.by("coupled.mode", omega=omega, phi=phi, L=L, x=x, y=y)
            fact = order(p, mode, self.tends(), whole)
        return p.close(POINT, premises, fact)

    def _factorial(self) -> Fact:
        p = self.p
        return never0(p, positive(p, app("fact", r), apply(p, "fact.pos", k=r)))

    def atom(self) -> Fact:
        """At one input the limit is 0 with probability 1 - 2^{-(H-1)}: ⋀ω φ m H L r x z. … ⟹ atom."""
        p = self.p
        mass = minus(1, app("power", num(Fraction(1, 2)), minus(H, 1)))
        one = lambda q: _at(q, {y: x, w: z})  # noqa: E731
        premises = tuple(dict.fromkeys(
            one(q) for q in (*ONE[:3], *self.widths, *RANGE, INPUTS[0], NUMBERS[0], *(() if self.deep else (NTK,)))
        ))  # fmt: skip
        with p.alone(), p.given(*premises), p.using(p.arith(le(1, L)), p.arith(le(0, r))):
            own = not_zero(p, p.by("nonzero_input.pos", x=x))
            with p.given(app("antiparallel", x, x)):
                low = p.by("antiparallel.negative", x=x, y=x)
                false = p.imp_elim(p.all_elim(p.row("pos.elim"), app("dot", x, x)), p.by("nonzero_input.pos", x=x), low)
            apart = p.imp_intro(app("antiparallel", x, x), false)
            oblique = p.imp_intro(one(NOT_ORTHOGONAL).fields[1][0], own)
            with p.using(apart, oblique):
                alive = at(p, self.alive, omega, phi, H, L, r, x, x, z, z)
            poly = at(p, self.polynomial, omega, phi, H, L, r, x, x, z)
            never = p.by("poly.never0", poly, alive)
            same = at(p, self.unmasked, omega, phi, H, L, r, x, x, z)
            tends = at(p, self.limit, *(one(v) for v in POINT))
            constants = times(app("fact", r), z)
            hole = fresh("lim")
            around = fun([hole], app("tends", one(B), one(K), V, times(constants, hole)))
            tends = p.restate(app(around, one(times(MY, dominant(True)))), tends)
            tends = p.subst(same, around, tends)
            zero = p.by("mask.mass", omega=omega, phi=phi, H=H, L=L, x=x, y=x, z=z)
            numbers = p.by("never0.mul", self._factorial(), never0(p, p.assume(NUMBERS[0])))
            zero = p.by("zeromass.mul", zero, p.by("never0.mul", numbers, never))
            limit = tends.prop.fields[1][3]
            zero = p.restate(app("zeromass", limit, mass), zero)
            found = p.by("atom.intro", tends, zero)
            fact = p.rewrite(found, p.by("coupled.mode", omega=omega, phi=phi, L=L, x=x, y=x))
        return p.close([omega, phi, m, H, L, r, x, z], premises, fact)

    def atom_at_one(self, whole: Fact) -> Fact:
        """The same in other words: y = x, |x|² = n_0, z = w = 1."""
        p = self.p
        same, unit, z_1, w_1 = eq(y, x), eq(app("dot", x, x), 1), eq(z, 1), eq(w, 1)
        premises = (*ONE[:3], *self.widths, *RANGE, same, unit, z_1, w_1, *(() if self.deep else (NTK,)))
        with p.alone(), p.given(*premises):
            own = p.by("nonzero_input.intro", positive(p, app("dot", x, x)), x=x)
            kernel = [] if self.deep else [p.rewrite(p.assume(NTK), p.assume(same))]
            with p.using(own, number(p, 1), *kernel):
                fact = at(p, whole, omega, phi, m, H, L, r, x, 1)
            order_, mass = fact.prop.fields[1][2:]
            values: dict[Term, Term] = {y: x, z: num(1), w: num(1)}
            for equation in (same, z_1, w_1):  # one of them after the other is a variable again
                v = equation.fields[1][0]
                hole = fresh(v.sort)
                context = fun([hole], app("atom", omega, _at(K, values | {v: hole}), order_, mass))
                fact = p.subst(p.flip(p.assume(equation)), context, fact)
                del values[v]
        return p.close(POINT, premises, fact)

    def output(self) -> Fact:
        """K^(0) = h ~ 1"""
        p = self.p
        at_0 = _at(K, {r: num(0)})
        premises = (*ONE[:3], *self.widths, *INPUTS, *NUMBERS)
        with p.alone(), p.given(*premises), p.using(p.arith(le(1, L))):
            joint = p.by(self.joint, goal=JOINT)
            hyper = HyperLimits(p, joint, self.identity, self.gathered, self.deep)
            with p.using(p.arith(le(1, plus(H, 1)))):
                outputs = hyper.product(x, 1, H)
            tends = product(p, "tends.mul", p.by("tends.const", b=B, c=z), hyper.mask(x, z), outputs)
            with p.using(p.by("relu.homogeneous", phi=phi)):
                h = apply(p, "h.product", phi=phi, m=m, H=H, L=L, x=x, z=z)
            none = p.by("K.none", phi=phi, m=m, H=H, L=L, x=x, y=y, z=z, w=w)
            X = tends.prop.fields[1][1]
            limit = times(z, MX, range_product("F", (B, x), 1, H, limit=True))
            tends = p.restate(app("tends", B, X, 0, limit), tends)
            identity = p.restate(eq(at_0, X), p.chain(none, h))
            tends = equals(p, identity, tends)
            open_ = p.by("mask.alive", omega=omega, phi=phi, H=H, L=L, x=x, y=y, z=z)
            at = {"omega": omega, "phi": phi, "L": L, "x": x, "y": y}
            G = fun([i], F(x, i))
            all_ = apply(p, "never0.prod", lambda i: p.by("F.never0.x", **at, d=i), lo=1, hi=H, G=G)
            rest = p.by("never0.mul", never0(p, p.assume(NUMBERS[0])), all_)
            alive = p.restate(app("alive", limit), p.by("alive.mul", open_, rest))
            fact = order(p, p.by("coupled.mode", omega=omega, phi=phi, L=L, x=x, y=y), tends, alive)
        return p.close([omega, phi, m, H, L, x, y, z, w], premises, fact)


def _at(t: Term, values: Mapping[Any, Term]) -> Term:
    return substitute(t, dict(values))


def theorem1(p: Prover, deep: bool) -> Theorem1:
    """Theorem 1's limits at L ≤ 2 or at L ≥ 3, made once in a proof."""
    known: dict[bool, Theorem1] = p.__dict__.setdefault("theorem1_limits", {})
    if deep not in known:
        parts = gathered(p)
        known[deep] = Theorem1(p, identity(p), expanded(p, parts), parts, deep)
    return known[deep]


@lemma
def order_shallow(p: Prover) -> Fact:
    """K^(r) ~ n^{min(0, H-r)}, L ≤ 2."""
    return theorem1(p, deep=False).order()


@lemma
def order_deep(p: Prover) -> Fact:
    """K^(r) ~ n^{min(0, H-r)}, L ≥ 3."""
    return theorem1(p, deep=True).order()


@lemma
def atom_shallow(p: Prover) -> Fact:
    """The atom at one input, L ≤ 2."""
    return theorem1(p, deep=False).atom()


def prove_theorem1_limits(p: Prover) -> dict[str, list[Fact]]:
    """Facts by claim; what is printed is refuted in :mod:`lemmas._proof_limits_printed`."""
    small, large = order_shallow(p), order_deep(p)
    deep = theorem1(p, deep=True).atom()
    return {
        "theorem1.order.shallow": [small],
        "theorem1.order.deep": [large],
        "theorem1.output.shallow": [theorem1(p, deep=False).output()],
        "theorem1.output.deep": [theorem1(p, deep=True).output()],
        "theorem1.atom.shallow": [theorem1(p, deep=False).atom_at_one(atom_shallow(p)), atom_shallow(p)],
        "theorem1.atom.deep": [theorem1(p, deep=True).atom_at_one(deep), deep],
    }


def prove_section3_limits(p: Prover) -> dict[str, list[Fact]]:
    """``section3.order.shallow`` and ``.deep``: T^r is K^(r) at H = 1, z = w = 1."""
    return {
        "section3.order.shallow": [_star(p, order_shallow(p), deep=False)],
        "section3.order.deep": [_star(p, order_deep(p), deep=True)],
    }


def _star(p: Prover, whole: Fact, deep: bool) -> Fact:
    """T^r ~ n^{-(r-1)} for 1 ≤ r ≤ L; x·y ≠ 0 if r = L, and Θ ≠ 0 if r = 1."""
    ranges = (le(1, r), le(r, L))
    orthogonal, kernel = imp(eq(r, L), app("nonzero", DOT)), imp(eq(r, 1), app("nonzero", THETA))
    premises = (ONE[0], *(DEEP if deep else SHALLOW), *ranges, *INPUTS, APART, orthogonal, *(() if deep else (kernel,)))
    one = {H: num(1), m: num(1), z: num(1), w: num(1)}
    with p.alone(), p.given(*premises):
        none = apply(p, "overlap.none", phi=phi, m=1, L=L, x=x, y=y, z=1, w=1)
        facts = [none, number(p, 1), p.arith(le(r, times(1, L))), p.ring(1, 1)]
        with p.given(_at(NOT_ORTHOGONAL.fields[1][0], one)) as (high,):
            facts.append(p.imp_intro(high.prop, p.by(p.assume(orthogonal), equal(p, r, L))))
        if not deep:
            low, high_ = (_at(NTK, one).fields[1][0], _at(NTK, one).fields[1][1].fields[1][0])
            with p.given(low, high_):
                found = p.by(p.assume(kernel), equal(p, r, 1))
            facts.append(p.imp_intro(low, p.imp_intro(high_, found)))
        with p.using(*facts):
            found = at(p, whole, omega, phi, 1, 1, L, r, x, y, 1, 1)
        star = apply(p, "S", phi=phi, L=L, r=r, x=x, y=y)
        fact = equals(p, star, found)
    return p.close([omega, phi, L, r, x, y], premises, fact)
