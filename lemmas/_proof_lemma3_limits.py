"""Lemma 3's limits proved: T^{l,d} is a product of members of one joint limit, Eq. (16); so its order is found.

The shallow part rests on sums over iid neurons, the deep one on a cited joint limit.
"""

from __future__ import annotations

from fractions import Fraction

from lemmas._limits import Family, Tuple, equal, equals, never0, not_zero, number, order, outputs, product
from lemmas._proof_lemma3 import transfer
from verifier.kernel.core.terms import Term, Var, app, eq, forall, fun, imp, le, num
from verifier.kernel.theory.hyper import L, d, es, i, ls, phi, x, y
from verifier.kernel.theory.joint import APART, INPUTS, JOINT, RELU
from verifier.kernel.theory.limits import omega
from verifier.kernel.theory.writing import minus, plus, times
from verifier.proving.binders import at, cases, lemma
from verifier.proving.tactics import Fact, Prover

K = app("len", ls)
FIRST, LAST, TOP = app("first", ls), app("last", ls), app("last", es)
T = app("T", phi, L, d, ls, es, x, y)
SCALED, PROPORTIONAL = app("scaled", omega, L), app("proportional", omega, L)
#: l_1 < … < l_k, as many outputs
TUPLES = (
    app("increasing", ls, 1, L), le(1, K), eq(K, app("len", es)), app("outputs", es),
)  # fmt: skip
#: x·y ≠ 0 where l_1 = 1 (E31)
NOT_ORTHOGONAL = imp(eq(FIRST, 1), app("nonzero", app("dot", x, y)))
SHALLOW, DEEP = (le(1, L), le(L, 2), SCALED), (le(3, L), PROPORTIONAL)


@lemma
def shallow_joint(p: Prover) -> Fact:
    """⋀ω φ L x y. relu ⟹ 1 ≤ L ⟹ L ≤ 2 ⟹ scaled ⟹ joint."""
    premises = (RELU, *SHALLOW)
    with p.given(*premises), p.using(p.by("scaled.proportional", omega=omega, L=L)):
        fact = cases(
            p, L, 1, JOINT, lambda: p.by("joint.one", equal(p, L, 1), goal=JOINT),
            lambda: p.by("joint.two", equal(p, L, 2), goal=JOINT),
        )  # fmt: skip
    return p.close([omega, phi, L, x, y], premises, fact)


@lemma
def deep_joint(p: Prover) -> Fact:
    """The same for L ≥ 3, cited."""
    premises = (RELU, *INPUTS, *DEEP)
    with p.given(*premises):
        fact = p.by("joint.deep", goal=JOINT)
    return p.close([omega, phi, L, x, y], premises, fact)


class Limits:
    """Facts on one joint limit, inside a scope that has RELU, ``INPUTS``, ``APART``, widths and 1 ≤ L."""

    def __init__(self, p: Prover, joint: Fact, identity: Fact, deep: bool) -> None:
        self.p, self.deep, self.identity = p, deep, identity
        self.family = Family(p, joint)
        self.mode = p.by("coupled.mode", omega=omega, phi=phi, L=L, x=x, y=y)

    def gamma_never0(self, above: Term, below: Term, output: Term) -> Fact:
        """Gam(l', l, e) is never 0, for 1 ≤ l < l' ≤ L in scope."""
        p = self.p
        where = {"omega": omega, "phi": phi, "L": L, "x": x, "y": y, "l2": above, "l1": below, "e": output}
        if self.deep:
            return p.by("Gam.never0.deep", **where)
        with p.using(equal(p, L, 2)):
            return p.by("Gam.never0", **where)

    def sigma_nonzero(self, level: Term) -> Fact:
        """Σ^{level-1}(x, y) ≠ 0, for level ≥ 1 in scope and x·y ≠ 0 where it is 1."""
        p = self.p
        goal = app("nonzero", app("Sig", phi, minus(level, 1), x, y))

        def first() -> Fact:
            one = equal(p, level, 1)
            hole = Var("t~level", "int")
            dot = p.by(p.assume(NOT_ORTHOGONAL), one)
            said = p.rewrite(dot, p.flip(sigma_0(p)))
            context = fun([hole], app("nonzero", app("Sig", phi, minus(hole, 1), x, y)))
            return p.subst(p.flip(one), context, p.restate(app("nonzero", app("Sig", phi, minus(1, 1), x, y)), said))

        def later() -> Fact:
            return not_zero(p, p.by("Sig.pos", phi=phi, l=minus(level, 1), x=x, y=y))

        return cases(p, level, 1, goal, first, later)

    def term(self, off: bool, alive: bool = True) -> tuple[Fact, Fact | None]:
        """n^{k-1} T → δ Dot Π Gam Σ, or n^{k-1/2} T → Psi Π Gam Σ with d_k ≠ d; and, where asked, it is never 0.

        In scope: ``TUPLES``, 1 ≤ d, and δ(d, d_k) = 1 if it is never 0, or δ(d, d_k) = 0 and l_k < L if ``off``.
        """
        p, family = self.p, self.family
        chain = Tuple(p, p.assume(TUPLES[0]))
        first, last, top = (p.by(name, s=s) for name, s in (("first", ls), ("last", ls), ("last", es)))
        lengths = p.assume(TUPLES[2])
        ends = [*chain.inside(1), *chain.inside(K), outputs(p, p.assume(TUPLES[3]), app("len", es))]
        with p.using(*ends, first, last, top, lengths):
            ranges = [p.arith(q) for q in (le(1, FIRST), le(FIRST, L), le(1, LAST), le(LAST, L), le(1, TOP))]
            with p.using(*ranges):
                bottom = family.Q(FIRST)
                upper = family.off(LAST, d, TOP) if off else family.C(LAST, d, TOP)
                middle, middle0 = self._middle(chain, alive)
                whole = product(p, "tends.mul", upper, middle, bottom)
                found = None
                if alive:
                    bottom0 = never0(p, self.sigma_nonzero(FIRST))
                    assert middle0 is not None
                    found = product(p, "never0.mul", self._upper_never0(off), middle0, bottom0)
        exponent = minus(num(Fraction(1, 2)), K) if off else minus(1, K)
        b, X, _, Y = whole.prop.fields[1]
        whole = p.restate(app("tends", b, X, exponent, Y), whole)
        return equals(p, p.restate(eq(T, X), self._identity()), whole), found

    def _upper_never0(self, off: bool) -> Fact:
        p = self.p
        if not off:
            dot = p.by("Dot.pos", phi=phi, L=L, l=LAST, x=x, y=y)
            one = p.assume(eq(app("delta", d, TOP), 1))
            return p.by("never0.mul", p.rewrite(p.by("never0.const", number(p, 1)), p.flip(one)), never0(p, dot))
        where = {"omega": omega, "phi": phi, "L": L, "x": x, "y": y, "l": LAST, "d": d, "e": TOP}
        if self.deep:
            return p.by("Psi.never0.deep", **where)
        with p.using(equal(p, L, 2)):
            return p.by("Psi.never0", **where)

    def _identity(self) -> Fact:
        p = self.p
        return p.by(self.identity, goal=eq(T, self.right()))

    def right(self) -> Term:
        """Eq. (16)'s right side."""
        links = fun([i], self.link(i))
        return times(
            app("C", phi, L, LAST, d, TOP, x, y), app("prod", 1, minus(K, 1), links), app("Q", phi, FIRST, x, y)
        )

    @staticmethod
    def link(at: Term) -> Term:
        """A(l_{i+1}, l_i, e_i)"""
        return app("A", phi, L, app("entry", ls, plus(at, 1)), app("entry", ls, at), app("entry", es, at), x, y)

    def _middle(self, chain: Tuple, alive: bool) -> tuple[Fact, Fact | None]:
        p, family = self.p, self.family
        bound = (le(1, i), le(i, minus(K, 1)))
        F = fun([i], self.link(i))
        gam = app("Gam", family.base, app("entry", ls, plus(i, 1)), app("entry", ls, i), app("entry", es, i))
        G = fun([i], gam)
        with p.given(*bound):
            near = [*chain.inside(i), *chain.inside(plus(i, 1)), chain.step(i), outputs(p, p.assume(TUPLES[3]), i)]
            with p.using(*near):
                tends = family.A(*gam.fields[1][1:])
                never = self.gamma_never0(*gam.fields[1][1:]) if alive else None
        each = p.close([i], bound, tends)
        limit = p.by("tends.prod", each, b=family.base, lo=1, hi=minus(K, 1), p=-1, F=F, G=G)
        if never is None:
            return limit, None
        return limit, p.by("never0.prod", p.close([i], bound, never), lo=1, hi=minus(K, 1), G=G)


def sigma_0(p: Prover) -> Fact:
    """Σ^0(x, y) = x·y/n_0."""
    fact = p.by("Sig", phi=phi, l=0, x=x, y=y)
    at = fact.prop.fields[1][1].fields[1]
    names = ("phi", "c11", "c12", "c22", "l", "s11", "s12", "s22")
    values = dict(zip(names, at, strict=True))
    del values["l"]
    return p.chain(fact, p.by("layer.0", **values))


def _premises(deep: bool, off: bool) -> tuple[Term, ...]:
    delta = app("delta", d, TOP)
    apart = (eq(delta, 0), le(plus(LAST, 1), L)) if off else (eq(delta, 1),)
    return (RELU, *INPUTS, APART, *(DEEP if deep else SHALLOW), NOT_ORTHOGONAL, *TUPLES, le(1, d), *apart)


def term_order(p: Prover, joint: Fact, identity: Fact, deep: bool, off: bool = False) -> Fact:
    """T^{l,d} ~ n^{-(k-1)} for d_k = d; with ``off`` T^{l,d} ~ n^{-(k-1)-1/2} for d_k ≠ d, l_k < L."""
    premises = _premises(deep, off)
    with p.given(*premises):
        here = p.by(joint, goal=JOINT)
        with p.using(here, *([] if deep else [p.by("scaled.proportional", omega=omega, L=L)]), p.arith(le(1, L))):
            limits = Limits(p, here, identity, deep)
            tends, alive = limits.term(off)
            assert alive is not None
            fact = order(p, limits.mode, tends, p.by("never0.alive", alive))
    return p.close([omega, phi, L, d, ls, es, x, y], premises, fact)


#: Lemma 3's identity as it is used here
IDENTITY = forall(
    [phi, L, d, ls, es, x, y], imp(RELU, le(1, L), le(1, d), *TUPLES, eq(T, Limits.right(Limits.__new__(Limits)))),
)  # fmt: skip


@lemma
def identity(p: Prover) -> Fact:
    """Eq. (16) for the ReLU: ``IDENTITY``."""
    whole = transfer(p)
    premises = (RELU, le(1, L), le(1, d), *TUPLES)
    with p.alone(), p.given(*premises), p.using(p.by("homogeneous.piecewise", p.by("relu.homogeneous", phi=phi))):
        found = at(p, whole, phi, L, d, ls, es, x, y)
        right = Limits.right(Limits.__new__(Limits))
        fact = p.restate(eq(T, right), found)
    return p.close([phi, L, d, ls, es, x, y], premises, fact)


@lemma
def order_shallow(p: Prover) -> Fact:
    """T^{l,d} ~ n^{-(k-1)} for d_k = d, L ≤ 2."""
    return term_order(p, shallow_joint(p), identity(p), deep=False)
