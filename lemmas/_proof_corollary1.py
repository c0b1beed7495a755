"""The proof of Corollary 1: Λ is a function of the Gram matrices of x and of z, and of nothing less."""

from __future__ import annotations

from lemmas._reals import RELU, L, l, phi, w, x, y, z
from lemmas._values import Values
from verifier.kernel.core.terms import Term, Var, app, eq, forall, imp, le, num
from verifier.kernel.theory.writing import many, minus
from verifier.proving.tactics import Fact, Prover

xp, yp, zp, wp = many("xp yp zp wp", "input")
FIRST, SECOND = (x, y, z, w), (xp, yp, zp, wp)
ONE, TWO = num(1), num(2)


def lam(points: tuple[Var, ...], depth: Term | int = L, layer: Term | int = l) -> Term:
    """Λ^l at u = (x, z), u' = (x', z')."""
    return app("Lam", phi, depth, layer, *points)


def pairs(q: Term, r: Term) -> list[tuple[Term, Term]]:
    """(q, q), (q, r), (r, r)"""
    return [(q, q), (q, r), (r, r)]


def same_gram(first: tuple[Term, Term], second: tuple[Term, Term]) -> list[Term]:
    """The Gram matrices of two pairs of inputs are equal."""
    return [eq(app("dot", *a), app("dot", *b)) for a, b in zip(pairs(*first), pairs(*second), strict=True)]


def unfolded(known: Values, points: tuple[Var, ...], depth: Term | int = L, layer: Term | int = l) -> Fact:
    """Λ^l in terms of the recursion and of inner products."""
    p, (q, r, s, t) = known.p, points
    start = p.by("Lam", phi=phi, L=depth, l=layer, x=q, y=r, z=s, w=t)
    gsig = p.by("GSig", phi=phi, L=depth, l=minus(layer, 1), x=q, y=r, z=s, w=t)
    sig = [p.by("Sig", phi=phi, l=minus(depth, 1), x=a, y=b) for a, b in pairs(q, r)]
    return known.right(start, gsig, *sig)


def function(known: Values) -> Fact:
    """Equal Gram matrices of x and of z: equal Λ."""
    p = known.p
    premises = [le(1, L), le(1, l), *same_gram(FIRST[:2], SECOND[:2]), *same_gram(FIRST[2:], SECOND[2:])]
    with p.given(*premises) as (_, _, *same):
        fact = p.chain(known.right(unfolded(known, FIRST), *same), p.flip(unfolded(known, SECOND)))
    return p.close([phi, L, l, *FIRST, *SECOND], premises, fact)


def printed(known: Values, longer_x: bool) -> Fact:
    """E13, only z·z' and x·x' equal: at L = 1, l = 2, z ⟂ z', x·x' = n_0, Λ^2 = |x| |z| |x'| |z'|/π sees norms."""
    p = known.p
    norms = [app("nonzero_input", q) for q in (*FIRST, *SECOND)]
    equal = [eq(app("dot", z, w), app("dot", zp, wp)), eq(app("dot", x, y), app("dot", xp, yp))]
    claim = forall(
        [phi, L, l, *FIRST, *SECOND], imp(RELU, le(1, L), le(1, l), *norms, *equal, eq(lam(FIRST), lam(SECOND)))
    )
    xs = ((1, 1, 1), (4, 1, 1)) if longer_x else ((1, 1, 1), (1, 1, 1))
    zs = ((1, 0, 1), (1, 0, 1)) if longer_x else ((1, 0, 1), (4, 0, 1))

    def value(points: tuple[Var, ...], x_: tuple[int, int, int], z_: tuple[int, int, int]) -> Fact:
        found = known.right(unfolded(known, points, ONE, TWO), *known.all_dots())
        for entries in ((x_[0],) * 3, x_, (x_[2],) * 3):
            found = known.right(found, known.layer_value((1, 1, 1), 0, entries))
        return known.right(found, known.layer_value(x_, 1, z_))

    def at(assumed: Fact) -> Fact:
        with p.using(*known.nonzero_inputs(*FIRST, *SECOND)):
            same = known.at(assumed, phi, ONE, TWO, *FIRST, *SECOND)
        same = p.rewrite(same, value(FIRST, xs[0], zs[0]), value(SECOND, xs[1], zs[1]))
        return known.unequal(known.inverse_positive(), same)

    def inputs(assumed: Fact) -> Fact:
        return known.inputs(
            xs[0],
            lambda: known.inputs(
                zs[0],
                lambda: known.inputs(xs[1], lambda: known.inputs(zs[1], lambda: at(assumed), (zp, wp)), (xp, yp)),
                (z, w),
            ),
        )

    return known.refuted(claim, inputs)


def prove_corollary1(p: Prover) -> dict[str, list[Fact]]:
    """Facts for the claims of Corollary 1, by their ids."""
    known = Values(p)
    return {
        "corollary1.function": [function(known)],
        "corollary1.printed": [printed(known, longer_x=False), printed(known, longer_x=True)],
    }
