"""The dominant terms of K^(r), their masks 1, are not almost surely 0: by the signs of x·y and of Θ."""

from __future__ import annotations

from collections.abc import Callable

from lemmas._limits import equal, number, positive
from lemmas._proof_compositions import WEIGHT, value
from lemmas._proof_hyper_limits import NUMBERS, ONE, F, dominant, part_function
from lemmas._proof_hyper_signs import Signs
from lemmas._proof_hyper_steps import ALL, DOT, THETA, chain_function, scaled_part
from lemmas._proof_lemma3_limits import DEEP, SHALLOW
from verifier.kernel.core.terms import FALSE, Term, app, eq, fun, imp, le, num
from verifier.kernel.theory.hyper import H, L, d, k, phi, r, w, x, y, z
from verifier.kernel.theory.joint import APART, INPUTS
from verifier.kernel.theory.limits import omega
from verifier.kernel.theory.writing import minus, plus, times
from verifier.proving.binders import absurd, apply, cases
from verifier.proving.matching import fresh
from verifier.proving.tactics import Fact, Prover

RANGE = (le(1, r), le(r, times(H, L)))
#: x·y ≠ 0 if r > H(L-1), and Θ ≠ 0 if 1 ≤ r < 2H
NOT_ORTHOGONAL = imp(le(plus(times(H, minus(L, 1)), 1), r), app("nonzero", DOT))
NTK = imp(le(1, r), le(plus(r, 1), times(2, H)), app("nonzero", THETA))
V = value(H, r)
ALIVE = app("alive", dominant(False))


def classical(p: Prover, prop: Term, goal: Term, yes: Callable[[], Fact], no: Callable[[Fact], Fact]) -> Fact:
    """``goal`` where ``prop`` holds and where it does not (``no`` gets prop ⟹ falsity)."""
    with p.given(prop):
        first = p.imp_intro(prop, p.restate(goal, yes()))
    denied = imp(prop, FALSE)
    with p.given(denied) as (fact,):
        second = p.imp_intro(denied, p.restate(goal, no(fact)))
    return p.by("classical", first, second, P=prop, Q=goal)


def contradiction(p: Prover, goal: Term, nonzero: Fact, zero: Fact) -> Fact:
    """``goal`` from c ≠ 0 and c = 0."""
    (c,) = nonzero.prop.fields[1]
    false = p.imp_elim(p.all_elim(p.row("nonzero.elim"), c), nonzero, zero)
    return p.by("false", false, P=goal)


def by_sign(p: Prover, nonzero: Fact, goal: Term, above: Callable[[Fact], Fact], below: Callable[[Fact], Fact]) -> Fact:
    """``goal`` from c > 0 and from -c > 0, where c ≠ 0."""
    (c,) = nonzero.prop.fields[1]

    def strict(other: Term) -> Fact:
        with p.given(le(other, 0)):
            zero = p.by("le.antisymmetric", x=c, y=0)
            false = p.imp_elim(p.all_elim(p.row("nonzero.elim"), c), nonzero, zero)
        return p.by("pos.intro", p.imp_intro(le(other, 0), false), x=other)

    found = []
    for premise, how, sign in ((le(0, c), above, c), (le(c, 0), below, times(-1, c))):
        with p.given(premise):
            found.append(p.imp_intro(premise, p.restate(goal, how(strict(sign)))))
    return p.by("le.total", *found, x=0, y=c, P=goal)


class Alive:
    """The dominant terms without masks are not almost surely 0."""

    def __init__(self, p: Prover, attained: Fact, deep: bool) -> None:
        self.p, self.attained, self.deep = p, attained, deep

    def prove(self) -> Fact:
        """⋀ … ⟹ alive, for 1 ≤ r ≤ HL; without ``NTK`` for L ≥ 3, where Θ > 0."""
        p = self.p
        premises = (*ONE[:1], *ONE[2:], *INPUTS, APART, *NUMBERS, *(DEEP if self.deep else SHALLOW), *RANGE,
                    NOT_ORTHOGONAL, *(() if self.deep else (NTK,)))  # fmt: skip
        with p.alone(), p.given(*premises):
            widths = [] if self.deep else [p.by("scaled.proportional", omega=omega, L=L)]
            with p.using(*widths):
                fact = classical(p, eq(DOT, 0), ALIVE, self._orthogonal, self._oblique)
        return p.close([omega, phi, H, L, r, x, y, z, w], premises, fact)

    def _theta(self, goal: Term, how: Callable[[int, Fact], Fact], nonzero: Callable[[], Fact]) -> Fact:
        if self.deep:
            return how(1, apply(self.p, "Theta.deep", phi=phi, L=L, x=x, y=y))
        return by_sign(self.p, nonzero(), goal, lambda pos: how(1, pos), lambda pos: how(-1, pos))

    def _ntk(self) -> Fact:
        return self.p.by(self.p.assume(NTK))

    def _orthogonal(self) -> Fact:
        p = self.p
        most = times(H, minus(L, 1))
        small = le(r, most)

        def inside() -> Fact:
            given = p.assume(small)

            def one() -> Fact:
                return absurd(p, ALIVE, p.rewrite(given, equal(p, L, 1)))

            def several() -> Fact:
                def nonzero() -> Fact:
                    with p.using(p.rewrite(given, equal(p, L, 2))):
                        return self._ntk()

                return self._theta(ALIVE, lambda sigma, theta: self.signed(sigma, theta, orthogonal=True), nonzero)

            return cases(p, L, 1, ALIVE, one, several)

        def outside() -> Fact:
            return contradiction(p, ALIVE, p.by(p.assume(NOT_ORTHOGONAL)), p.assume(eq(DOT, 0)))

        return cases(p, r, most, ALIVE, inside, outside)

    def _oblique(self, not_0: Fact) -> Fact:
        p = self.p
        nonzero = p.by("nonzero.intro", not_0, x=DOT)
        with p.using(nonzero):
            if self.deep:
                return self._theta(ALIVE, self.signed, self._ntk)
            return classical(
                p, eq(THETA, 0), ALIVE, self._top,
                lambda no: self._theta(ALIVE, self.signed, lambda: p.by("nonzero.intro", no, x=THETA)),
            )  # fmt: skip

    def _orthant(self, signs: Signs) -> Fact:
        p = self.p
        s = p.assume(NUMBERS[1])
        if signs.sigma < 0:
            s = p.by("nonzero.mul", number(p, -1), s)
        if signs.orthogonal:
            some = p.by("or.left", positive(p, 1), P=app("pos", 1), Q=app("pos", times(1, DOT)))
        else:
            some = p.by("or.right", self._square(), P=app("pos", DOT), Q=app("pos", times(DOT, DOT)))
        return apply(
            p,
            "orthant.alive.deep" if self.deep else "orthant.alive",
            some,
            s,
            omega=omega,
            phi=phi,
            L=L,
            x=x,
            y=y,
            H=H,
            s=signs.s,
            g=signs.g,
        )

    def _square(self) -> Fact:
        p = self.p
        nonzero = p.by("nonzero.mul", *[p.prove(app("nonzero", DOT))] * 2)
        with p.given(le(times(DOT, DOT), 0)):
            zero = p.by("le.antisymmetric", p.assume(le(times(DOT, DOT), 0)), apply(p, "square.nonneg", x=DOT))
            false = p.imp_elim(p.all_elim(p.row("nonzero.elim"), times(DOT, DOT)), nonzero, zero)
        return p.by("pos.intro", p.imp_intro(le(times(DOT, DOT), 0), false), x=times(DOT, DOT))

    def signed(self, sigma: int, theta: Fact, orthogonal: bool = False) -> Fact:
        """alive, from σΘ > 0: all terms are positive on an orthant."""
        p = self.p
        signs = Signs(p, sigma, orthogonal)
        most = minus(L, 1) if orthogonal else L
        scaled = fun([d, k], scaled_part(d, k))

        def each(d: Term, k: Term) -> Fact:
            goal = lambda k: signs.on(scaled_part(d, k))  # noqa: E731

            def at(number_: int, found: Fact) -> Fact:
                same, hole = equal(p, k, number_), fresh("int")
                return p.subst(p.flip(same), fun([hole], goal(hole)), p.restate(goal(num(number_)), found))

            def not_empty() -> Fact:
                return cases(
                    p, k, 1, goal(k), lambda: at(1, signs.single_part(d, theta)), lambda: signs.larger_part(d, k)
                )

            return cases(p, k, 0, goal(k), lambda: at(0, signs.empty_part(d)), not_empty)

        best = p.by(p.all_elim(self.attained, H, r, most))
        sign = apply(p, "positive.dominant", best, each, E=signs.O, H=H, r=r, m=most, W=WEIGHT, v=V, C=scaled)
        if orthogonal:
            cut = self._cut(signs, scaled)
            hole = fresh("lim")
            sign = p.subst(p.flip(cut), fun([hole], signs.on(hole)), sign)
        return self._unscaled(signs, p.by("positive.alive", self._orthant(signs), sign), scaled)

    def _cut(self, signs: Signs, scaled: Term) -> Fact:
        p = self.p

        def zero(d: Term, k: Term) -> Fact:
            with p.using(p.arith(le(1, k))):
                value_ = p.chain(signs.bracket(d, k), signs.raised(k))
                none = apply(p, "lchains.empty", k=k, lo=2, hi=L, F=chain_function(k))
            return p.chain(value_, none)

        return apply(p, "dominant.cut", zero, H=H, r=r, m=minus(L, 1), hi=L, W=WEIGHT, v=V, C=scaled)

    def _unscaled(self, signs: Signs, alive: Fact, scaled: Term) -> Fact:
        p = self.p
        g = fun([d], F(y, d))
        scale = apply(p, "dominant.scale", H=H, r=r, m=L, W=WEIGHT, v=V, g=g, C=part_function(False))
        hole = fresh("lim")
        alive = p.restate(app("alive", scale.prop.fields[1][0]), alive)
        both = p.subst(scale, fun([hole], app("alive", hole)), alive)
        return p.by("alive.factor", p.restate(app("alive", times(dominant(False), ALL)), both))

    def _top(self) -> Fact:
        """Θ = 0: then r = 2H and L = 2, and every part is 2."""
        p = self.p

        def small() -> Fact:
            return contradiction(p, ALIVE, self._ntk(), p.assume(eq(THETA, 0)))

        def large() -> Fact:
            bound = p.assume(RANGE[1])

            def one() -> Fact:
                return absurd(p, ALIVE, p.rewrite(bound, equal(p, L, 1)))

            def two() -> Fact:
                depth = equal(p, L, 2)
                return self._all_2(depth, self._full(bound, depth))

            return cases(p, L, 1, ALIVE, one, two)

        return cases(p, plus(r, 1), times(2, H), ALIVE, small, large)

    def _full(self, bound: Fact, depth: Fact) -> Fact:
        """r = H L"""
        p = self.p
        with p.using(p.rewrite(bound, depth)):
            same = equal(p, r, times(2, H))
        hole = fresh("int")
        return p.subst(p.flip(depth), fun([hole], eq(r, times(hole, H))), p.restate(eq(r, times(2, H)), same))

    def _all_2(self, depth: Fact, full: Fact) -> Fact:
        p = self.p
        signs = Signs(p, 1, False)
        scaled = fun([d, k], scaled_part(d, k))
        top = fun([d], scaled_part(d, L))
        with p.using(depth):
            sign = apply(p, "positive.prod", lambda d: signs.larger_part(d, L), E=signs.O, lo=1, hi=H, G=top)
        weights = fun([d], app(WEIGHT, d, L))
        constant = apply(p, "csum.constant", lo=1, hi=H, c=app(WEIGHT, 1, L))
        low = apply(p, "min.right", a=0, b=minus(1, L))
        with p.using(full, p.assume(RANGE[1]), depth):
            best = apply(p, "min.right", a=0, b=minus(H, r))
        total = p.restate(eq(app("csum", 1, H, weights), times(H, app(WEIGHT, 1, L))), constant)
        total = p.chain(total, p.evaluate(times(H, app(WEIGHT, 1, L)), low))
        goal = eq(app("csum", 1, H, weights), V)
        hole = fresh("int")
        turned = p.subst(p.flip(full), fun([hole], eq(app("csum", 1, H, weights), minus(H, hole))),
                         p.restate(eq(app("csum", 1, H, weights), minus(H, times(L, H))), total))  # fmt: skip
        total = p.restate(goal, p.chain(turned, p.flip(best)))
        only = apply(p, "dominant.full", total, H=H, m=L, W=WEIGHT, v=V, C=scaled)
        only = p.restate(eq(app("dominant", H, times(L, H), L, WEIGHT, V, scaled), app("lprod", 1, H, top)), only)
        alive = p.by("positive.alive", self._orthant(signs), sign)
        hole = fresh("lim")
        alive = p.subst(p.flip(only), fun([hole], app("alive", hole)), alive)
        hole = fresh("int")
        alive = p.subst(p.flip(full), fun([hole], app("alive", app("dominant", H, hole, L, WEIGHT, V, scaled))), alive)
        return self._unscaled(signs, alive, scaled)
