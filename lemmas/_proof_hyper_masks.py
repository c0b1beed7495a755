"""The dominant terms of K^(r) where the masks of g are 1: without masks, and a polynomial in Gaussian variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lemmas._limits import Tuple, product
from lemmas._proof_compositions import WEIGHT, value
from lemmas._proof_hyper_limits import (
    MY,
    B,
    F,
    bracket_limit,
    inner_limit,
    part_function,
    part_limit,
    slope_limit,
    tensor_limit,
)
from verifier.kernel.core.terms import Term, app, eq, fun
from verifier.kernel.theory.hyper import H, L, i, phi, r, w, x, y
from verifier.kernel.theory.limits import omega
from verifier.kernel.theory.seqs import s
from verifier.kernel.theory.writing import minus, plus, times
from verifier.proving.binders import apply
from verifier.proving.matching import fresh
from verifier.proving.tactics import Fact, Prover

AT = {"omega": omega, "phi": phi, "L": L, "x": x, "y": y}


def links_of(ls: Term, s: Term) -> Term:
    at = lambda i: app("entry", ls, i)  # noqa: E731
    return fun([i], app("Gam", B, at(plus(i, 1)), at(i), app("entry", s, i)))


# -- without masks -----------------------------------------------------------------------------------------------------


class Unmasked:
    """E·X = E·X° for the limits X with the mask of (y, w) and X° without, where E·E = E and E·M_y = E."""

    def __init__(self, p: Prover, E: Term, idempotent: Fact, absorbs: Fact) -> None:
        self.p, self.E, self.idempotent, self.absorbs = p, E, idempotent, absorbs

    def slope(self, e: Term) -> Fact:
        """E·h^e = E·(h^e without its mask)"""
        p, E = self.p, self.E
        rest = slope_limit(e, False)
        hole = fresh("lim")
        start = p.ring(times(E, slope_limit(e, True)), times(times(E, MY), rest))
        return p.subst(self.absorbs, fun([hole], eq(times(E, slope_limit(e, True)), times(hole, rest))), start)

    def times(self, same: Fact, rest: Term) -> Fact:
        """E·(a·rest) = E·(b·rest) from E·a = E·b."""
        p = self.p
        (_, a), (_, b) = (side.fields[1] for side in same.prop.fields[1])
        left, hole = times(self.E, times(a, rest)), fresh("lim")
        start = p.ring(left, times(times(self.E, a), rest))
        found = p.subst(same, fun([hole], eq(left, times(hole, rest))), start)
        return p.restate(eq(left, times(self.E, times(b, rest))), found)

    def over(self, head: str, at: Mapping[str, Any], F: Term, G: Term, each: Callable[[Term], Fact]) -> Fact:
        """E·Σ F = E·Σ G for ltuples or lchains, from E·F(s) = E·G(s)."""
        p, E = self.p, self.E
        times_ = lambda f: fun([s], times(E, app(f, s)))  # noqa: E731
        one = p.flip(apply(p, f"{head}.scale", **at, c=E, F=F))
        two = apply(p, f"{head}.congruent", each, **at, F=times_(F), G=times_(G))
        return p.chain(one, two, apply(p, f"{head}.scale", **at, c=E, F=G))

    def bracket(self, d: Term, k: Term) -> Fact:
        """The same for the limit of a bracket; 0 ≤ k in scope."""
        p = self.p

        def layers(ls: Term) -> Fact:
            def outputs(es: Term) -> Fact:
                slopes = [fun([i], slope_limit(app("entry", es, i), masked)) for masked in (True, False)]
                same = apply(
                    p,
                    "lprod.masked",
                    self.idempotent,
                    lambda i: self.slope(app("entry", es, i)),
                    E=self.E,
                    lo=1,
                    hi=k,
                    G=slopes[0],
                    g=slopes[1],
                )
                return self.times(same, tensor_limit(d, ls, es, k))

            F, G = (inner_limit(d, k, ls, masked).fields[1][2] for masked in (True, False))
            return self.over("ltuples", {"k": k, "hi": H}, F, G, outputs)

        F, G = (bracket_limit(d, k, masked).fields[1][3] for masked in (True, False))
        return self.over("lchains", {"k": k, "lo": 1, "hi": L}, F, G, layers)

    def dominant(self) -> Fact:
        """The same for all terms of greatest order."""
        p, E = self.p, self.E

        def each(d: Term, k: Term) -> Fact:
            left, right = (times(E, part_limit(d, k, masked)) for masked in (True, False))
            empty = app("delta", k, 0)
            same = self.bracket(d, k)
            a = same.prop.fields[1][0]
            hole = fresh("lim")
            split = lambda t: plus(times(E, empty, F(x, d)), times(minus(1, empty), t))  # noqa: E731
            found = p.subst(same, fun([hole], eq(left, split(hole))), p.ring(left, split(a)))
            return p.restate(eq(left, right), found)

        return apply(
            p,
            "dominant.masked",
            self.idempotent,
            each,
            E=E,
            H=H,
            r=r,
            m=L,
            W=WEIGHT,
            v=value(H, r),
            C=part_function(True),
            C2=part_function(False),
        )


def idempotent_mask(p: Prover, mask: Term) -> Fact:
    """M·M = M of a product of steps."""
    G = mask.fields[1][2]

    def each(t: Term) -> Fact:
        of = app(G, t).fields[1][3]
        return apply(p, "lpieces.mul", c=0, c2=0, u=1, s=0, t=0, v=1, Y=of)

    return apply(p, "lprod.idempotent", each, lo=1, hi=minus(H, 1), G=G)


# -- polynomials -------------------------------------------------------------------------------------------------------


class Polynomial:
    """The dominant terms without masks are a polynomial in Gaussian variables; 1 ≤ H and 1 ≤ L in scope."""

    def __init__(self, p: Prover) -> None:
        self.p = p

    def number(self, c: Term) -> Fact:
        """A number."""
        return self.p.by("poly.const", b=B, c=c)

    def outputs(self, lo: Term | int, hi: Term) -> Fact:
        """F(y, lo)·…·F(y, hi), 1 ≤ lo in scope."""
        p = self.p
        G = fun([i], F(y, i))
        return apply(p, "poly.prod", lambda i: p.by("poly.F.y", **AT, d=i), b=B, lo=lo, hi=hi, G=G)

    def slope(self, e: Term) -> Fact:
        """h^e, 1 ≤ e in scope."""
        return product(self.p, "poly.mul", self.number(w), self.outputs(1, minus(e, 1)), self.outputs(plus(e, 1), H))

    def tensor(self, d: Term, chain: Tuple, es: Term, k: Term, output: Callable[[Term], Fact]) -> Fact:
        """The limit of T, for layers with their ranges."""
        p, ls = self.p, chain.s

        def link(i: Term) -> Fact:
            with p.using(*chain.inside(i), *chain.inside(plus(i, 1)), chain.step(i), output(i)):
                at = lambda i: app("entry", ls, i)  # noqa: E731
                return p.by("poly.Gam", **AT, l2=at(plus(i, 1)), l1=at(i), e=app("entry", es, i))

        links = apply(p, "poly.prod", link, b=B, lo=1, hi=minus(k, 1), G=links_of(ls, es))
        parts = [app("delta", d, app("last", es)), app("Dot", phi, L, app("last", ls), x, y),
                 app("Sig", phi, minus(app("first", ls), 1), x, y)]  # fmt: skip
        top, dot, sig = map(self.number, parts)
        return product(p, "poly.mul", top, dot, links, sig)

    def bracket(self, d: Term, k: Term) -> Fact:
        """The limit of a bracket; 0 ≤ k in scope."""
        p = self.p

        def layers(ls: Term) -> Fact:
            chain = Tuple(p, p.assume(app("increasing", ls, 1, L)))

            def outputs(es: Term) -> Fact:
                inside = p.by("within.elim", s=es, lo=1, hi=H)
                output = lambda i: p.by("and.left", p.by(p.all_elim(inside, i)))  # noqa: E731

                def slope(i: Term) -> Fact:
                    with p.using(output(i)):
                        return self.slope(app("entry", es, i))

                G = fun([i], slope_limit(app("entry", es, i), False))
                slopes = apply(p, "poly.prod", slope, b=B, lo=1, hi=k, G=G)
                found = p.by("poly.mul", slopes, self.tensor(d, chain, es, k, output))
                body = times(app("lprod", 1, k, G), tensor_limit(d, ls, es, k))
                return p.restate(app("poly", B, body), found)

            G = inner_limit(d, k, ls, False).fields[1][2]
            return apply(p, "poly.tuples", outputs, b=B, k=k, hi=H, G=G)

        G = bracket_limit(d, k, False).fields[1][3]
        return apply(p, "poly.chains", layers, b=B, k=k, lo=1, hi=L, G=G)

    def dominant(self) -> Fact:
        """All terms of greatest order."""
        p = self.p

        def each(d: Term, k: Term) -> Fact:
            empty = app("delta", k, 0)
            none = product(p, "poly.mul", self.number(empty), p.by("poly.F.x", **AT, d=d))
            some = product(p, "poly.mul", self.number(minus(1, empty)), self.bracket(d, k))
            return p.restate(app("poly", B, part_limit(d, k, False)), p.by("poly.add", none, some))

        return apply(p, "poly.dominant", each, b=B, H=H, r=r, m=L, W=WEIGHT, v=value(H, r), C=part_function(False))
