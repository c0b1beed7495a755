"""The dominant terms of K^(r) do not cancel.

Where the masks are 1 the limit is a polynomial in Gaussian variables.  It is alive, since on an event of positive
probability all its terms have one sign once they are multiplied by F(y, 1)·…·F(y, H): then a part k ≥ 1 becomes h times
a sum over increasing layers of products of steps Σ_e h^e Gam(l', l, e), with h = w F(y, 1)·…·F(y, H), and h h^e F(y, e)
= h² > 0 tells the sign of every step.  Hence it is almost surely not 0, and so the limit is not 0 where masks are 1.
"""

from __future__ import annotations

from collections.abc import Callable

from lemmas._limits import Tuple, equal, product
from lemmas._proof_hyper_limits import (
    B,
    F,
    slope_limit,
)
from lemmas._proof_hyper_masks import links_of
from lemmas._proof_hyper_steps import (
    DOT,
    OUT,
    THETA,
    H,
    L,
    chain_function,
    core_body,
    i,
    omega,
    own_output,
    phi,
    s,
    scaled_bracket,
    scaled_part,
    single,
    w,
    x,
    y,
)
from lemmas._proof_lemma3_limits import sigma_0
from verifier.kernel.core.terms import Term, app, eq, fun, le
from verifier.kernel.theory.writing import minus, plus, times
from verifier.proving.binders import absurd, apply, at, cases
from verifier.proving.matching import fresh
from verifier.proving.tactics import Fact, Prover


class Signs:
    """Signs on one orthant(…, σ w, g); in scope: what the joint limit needs, 1 ≤ r, and σ h Θ's sign.

    ``sigma``: 1 where Θ > 0, -1 where Θ < 0 (then L ≤ 2).  ``g``: x·y where that is not 0, and 1 where it is.
    """

    def __init__(self, p: Prover, sigma: int, orthogonal: bool) -> None:
        self.p, self.sigma, self.orthogonal = p, sigma, orthogonal
        self.s = w if sigma > 0 else times(-1, w)
        self.g: Term | int = 1 if orthogonal else DOT
        self.where: dict[str, Term | int] = {"b": B, "L": L, "x": x, "y": y, "H": H, "s": self.s, "g": self.g}
        self.O = app("orthant", *self.where.values())
        self._bracket = scaled_bracket(p)
        out = apply(p, "orthant.output", **self.where)
        self.out = p.restate(self.on(times(sigma, OUT)), out)
        self.square = p.restate(self.on(times(OUT, OUT)), p.by("positive.mul", self.out, self.out))

    def bracket(self, d: Term, k: Term | int) -> Fact:
        """F(y, d)·part(d, k) as a sum over increasing layers; 1 ≤ d ≤ H and 1 ≤ k in scope."""
        return at(self.p, self._bracket, omega, phi, H, L, x, y, w, d, k)

    def on(self, Y: Term) -> Term:
        """Y > 0 on the orthant."""
        return app("positive", self.O, Y)

    def number(self, pos: Fact) -> Fact:
        """A positive number."""
        return self.p.by("positive.const", pos, E=self.O)

    def step(self, above: Term, below: Term, e: Term, first: bool) -> Fact:
        """h·h^e·γ Gam(l', l, e) > 0, γ = g at l = 1 and 1 elsewhere; ranges in scope."""
        p = self.p
        gam = app("Gam", B, above, 1 if first else below, e)
        if first:
            sign = apply(p, "orthant.first", **self.where, l2=above, d=e)
            gam = times(self.g, gam)
        else:
            sign = apply(p, "orthant.later", **self.where, l2=above, l1=below, d=e)
        own = p.flip(own_output(p, e))
        hole = fresh("lim")
        left = times(OUT, slope_limit(e, False))
        square = p.subst(own, fun([hole], self.on(times(OUT, hole))), self.square)
        one = p.restate(self.on(times(left, F(y, e))), square)
        two = p.restate(self.on(times(gam, F(y, e))), sign)
        return apply(p, "positive.cancel", one, two, E=self.O, Y=left, Y2=gam, Z=F(y, e))

    def core(self, k: Term, chain: Tuple, least: int) -> Fact:
        """h·core(l, k) > 0 for 2 ≤ k ≤ L, least ≤ l_1 in scope."""
        p, ls = self.p, chain.s
        first, last = apply(p, "first", s=ls), apply(p, "last", s=ls)
        size = p.assume(eq(app("len", ls), k))
        last = p.rewrite(last, size)
        at = lambda i: app("entry", ls, i)  # noqa: E731

        def each(s: Term) -> Fact:
            inside = p.by("within.elim", s=s, lo=1, hi=H)

            def output(i: Term | int) -> list[Fact]:
                both = p.by(p.all_elim(inside, i))
                return [p.by("and.left", both), p.by("and.right", both)]

            slopes = fun([i], slope_limit(app("entry", s, i), False))
            links = links_of(ls, s)
            steps = fun([i], times(app(slopes, i), app(links, i)))

            def later(i: Term) -> Fact:
                goal = self.on(app(steps, i))
                if self.sigma < 0:
                    return absurd(p, goal)
                ranges = [*chain.inside(i), *chain.inside(plus(i, 1)), chain.step(i), *output(i)]
                with p.using(*ranges, *self._above_1(chain, i)):
                    sign = self.step(at(plus(i, 1)), at(i), app("entry", s, i), first=False)
                one = p.restate(self.on(times(app(steps, i), OUT)), sign)
                two = p.restate(self.on(times(1, OUT)), self.out)
                return p.restate(goal, apply(p, "positive.cancel", one, two, E=self.O, Y=app(steps, i), Y2=1, Z=OUT))

            rest = apply(p, "positive.prod", later, E=self.O, lo=2, hi=minus(k, 1), G=steps)
            start = self._first(chain, s, output, least)
            with p.using(*chain.inside(k)):
                dot = self.number(apply(p, "Dot.pos", phi=phi, L=L, l=at(k), x=x, y=y))
            whole = product(p, "positive.mul", start, rest, dot)
            split = apply(p, "lprod.first", lo=1, hi=minus(k, 1), F=steps)
            both = apply(p, "lprod.both", lo=1, hi=minus(k, 1), F=slopes, G=links)
            both = p.chain(p.flip(both), split)
            goal = times(OUT, core_body(ls, k, s))
            found = p.evaluate(goal, first, last)
            a, b = both.prop.fields[1]
            sig = app("Sig", phi, minus(at(1), 1), x, y)
            around = lambda t: times(OUT, t, app("Dot", phi, L, at(k), x, y), sig)  # noqa: E731
            hole = fresh("lim")
            found = p.subst(both, fun([hole], eq(goal, around(hole))), p.restate(eq(goal, around(a)), found))
            hole = fresh("lim")
            return p.subst(p.flip(found), fun([hole], self.on(hole)), p.restate(self.on(around(b)), whole))

        body = fun([s], core_body(ls, k, s))
        outside = fun([s], times(OUT, core_body(ls, k, s)))
        sign = apply(p, "positive.tuples", each, E=self.O, k=minus(k, 1), hi=H, G=outside)
        scale = apply(p, "ltuples.scale", k=minus(k, 1), hi=H, c=OUT, F=body)
        hole = fresh("lim")
        return p.subst(scale, fun([hole], self.on(hole)), sign)

    def _above_1(self, chain: Tuple, i: Term) -> list[Fact]:
        """2 ≤ l_i for 2 ≤ i."""
        p = self.p
        below = minus(i, 1)
        with p.using(p.arith(le(1, below))):
            facts = [*chain.inside(below), chain.step(below)]
        with p.using(*facts):
            up = p.arith(le(plus(app("entry", chain.s, below), 1), app("entry", chain.s, i)))
            return [p.arith(le(2, app("entry", chain.s, i)), up)]

    def _first(self, chain: Tuple, s: Term, output: Callable[[Term | int], list[Fact]], least: int) -> Fact:
        """h·h^{s_1} Gam(l_2, l_1, s_1)·Σ^{l_1-1} > 0"""
        p, ls = self.p, chain.s
        at = lambda i: app("entry", ls, i)  # noqa: E731
        e = app("entry", s, 1)
        ranges = [*chain.inside(1), *chain.inside(2), chain.step(1), *output(1)]
        before = times(OUT, slope_limit(e, False))

        def goal(l: Term) -> Term:
            return self.on(times(before, app("Gam", B, at(2), l, e), app("Sig", phi, minus(l, 1), x, y)))

        def from_layer_1() -> Fact:
            one = equal(p, at(1), 1)
            sign = self.step(at(2), at(1), e, first=True)
            hole = fresh("const")
            gam = app("Gam", B, at(2), 1, e)
            body = lambda c: self.on(times(OUT, slope_limit(e, False), gam, c))  # noqa: E731
            sign = p.subst(p.flip(sigma_0(p)), fun([hole], body(hole)), p.restate(body(DOT), sign))
            hole = fresh("int")
            return p.subst(p.flip(one), fun([hole], goal(hole)), p.restate(goal(app("+", 1)), sign))

        def from_above() -> Fact:
            sign = self.step(at(2), at(1), e, first=False)
            sig = self.number(apply(p, "Sig.pos", phi=phi, l=minus(at(1), 1), x=x, y=y))
            return p.restate(goal(at(1)), p.by("positive.mul", sign, sig))

        with p.using(*ranges, p.arith(le(2, at(2)), *ranges)):
            if least > 1:
                return from_above()
            return cases(p, at(1), 1, goal(at(1)), from_layer_1, from_above)

    def empty_part(self, d: Term) -> Fact:
        """F(y, d)·F(x, d) > 0, a part of size 0."""
        p = self.p
        both = apply(p, "orthant.both", **self.where, d=d)
        same = apply(p, "delta.same", a=0)
        value_ = p.restate(eq(scaled_part(d, 0), times(F(x, d), F(y, d))), p.evaluate(scaled_part(d, 0), same))
        hole = fresh("lim")
        return p.subst(p.flip(value_), fun([hole], self.on(hole)), both)

    def single_part(self, d: Term, theta: Fact) -> Fact:
        """h Θ > 0, a part of size 1; ``theta``: σ Θ > 0."""
        p = self.p
        found = p.restate(self.on(times(OUT, THETA)), p.by("positive.mul", self.out, self.number(theta)))
        hole = fresh("lim")
        one = self.bracket(d, 1)
        whole = p.chain(one, at(p, single(p), omega, phi, H, L, x, y, w))
        return p.subst(p.flip(whole), fun([hole], self.on(hole)), found)

    def larger_part(self, d: Term, k: Term) -> Fact:
        """A part of size 2 ≤ k is positive, k ≤ L (k + 1 ≤ L for orthogonal inputs)."""
        p = self.p
        value_ = self.bracket(d, k)
        least = 1
        if self.orthogonal:
            value_, least = p.chain(value_, self.raised(k)), 2

        def each(ls: Term) -> Fact:
            chain = Tuple(p, p.assume(app("increasing", ls, least, L)))
            return self.core(k, chain, least)

        sign = apply(p, "positive.chains", each, E=self.O, k=k, lo=least, hi=L, G=chain_function(k))
        hole = fresh("lim")
        return p.subst(p.flip(value_), fun([hole], self.on(hole)), sign)

    def raised(self, k: Term) -> Fact:
        """Orthogonal inputs: tuples that start at layer 1 add nothing; 1 ≤ k and x·y = 0 in scope."""
        p = self.p

        def each(ls: Term) -> Fact:
            first = p.chain(apply(p, "first", s=ls), p.assume(eq(app("entry", ls, 1), 1)))
            sig = p.chain(sigma_0(p), p.assume(eq(DOT, 0)))

            def zero(s: Term) -> Fact:
                body = core_body(ls, k, s)
                at_1 = p.evaluate(body, first)
                at_1 = p.restate(eq(body, times(app("Sig", phi, 0, x, y), *body.fields[1][:-1])), at_1)
                return p.restate(eq(body, 0), p.rewrite(at_1, sig))

            none = apply(p, "ltuples.zero", zero, k=minus(k, 1), hi=H, F=fun([s], core_body(ls, k, s)))
            return p.restate(eq(app(chain_function(k), ls), 0), p.evaluate(app(chain_function(k), ls), none))

        raised = apply(p, "lchains.raise", each, k=k, lo=1, hi=L, G=chain_function(k))
        both = (app("lchains", k, lo, L, chain_function(k)) for lo in (1, 2))
        return p.restate(eq(*both), raised)
