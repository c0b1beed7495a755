"""Limits of finite sums and products: over a range, over tuples, and over compositions, where the largest terms decide.

How many summands there are does not depend on the widths: the bounds are of sort ``int``.  So limits in probability on
one coupling are taken term by term.
"""

from __future__ import annotations

from functools import partial

from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import Term, Var, app, eq, forall, fun, imp, le
from verifier.kernel.theory.limits import E, T, b, p
from verifier.kernel.theory.seqs import length
from verifier.kernel.theory.sums import W, v
from verifier.kernel.theory.writing import law, many, plus, times

PAGE = "limit_sums"
row = partial(law, page=PAGE, mark="theorem")

H, d, hi, i, k, lo, m, r = many("H d hi i k lo m r", "int")
s = Var("s", "seq")
F, G = Var("F", (("int",), "rand")), Var("G", (("int",), "lim"))
FS, GS = Var("F", (("seq",), "rand")), Var("G", (("seq",), "lim"))
B, C = Var("B", (("int", "int"), "rand")), Var("C", (("int", "int"), "lim"))
C2 = Var("C2", (("int", "int"), "lim"))
g = Var("g", (("int",), "lim"))

_each = forall([i], imp(le(lo, i), le(i, hi), T(b, app(F, i), p, app(G, i))))
_TERMWISE = "Term by term; their number does not depend on the widths."
row(
    "tends.sum", [b, lo, hi, p, F, G], _each, T(b, app("sum", lo, hi, F), p, app("lsum", lo, hi, G)), why=_TERMWISE,
)  # fmt: skip
row(
    "tends.prod", [b, lo, hi, p, F, G], le(lo, plus(hi, 1)), _each,
    T(b, app("prod", lo, hi, F), times(p, plus(hi, 1, times(-1, lo))), app("lprod", lo, hi, G)),
    why="Factor by factor, hi - lo + 1 of them.",
)  # fmt: skip


def _over(name: str, bounds: list[Var], *inside: Term) -> None:
    row(
        f"tends.{name}", [b, k, *bounds, p, FS, GS], le(0, k),
        forall([s], imp(eq(length(s), k), *inside, T(b, app(FS, s), p, app(GS, s)))),
        T(b, app(name, k, *bounds, FS), p, app(f"l{name}", k, *bounds, GS)), why=_TERMWISE,
    )  # fmt: skip


_over("tuples", [hi], app("within", s, 1, hi))
_over("chains", [lo, hi], app("increasing", s, lo, hi))

# -- compositions ------------------------------------------------------------------------------------------------------

_WEIGHTS = (("int", "int"), "const")
symbol(
    "dominant", ("int", "int", "int", _WEIGHTS, "const", (("int", "int"), "lim")), "lim",
    "for H ≥ 0 the sum over (α_1, …, α_H), 0 ≤ α_d ≤ m, α_1 + … + α_H = r, with W(1, α_1) + … + W(H, α_H) = v, of the "
    "products of C(d, α_d)",
)  # fmt: skip


def dominant(of: Term, most: Term = m) -> Term:
    """The terms of greatest order."""
    return app("dominant", H, r, most, W, v, of)


_inside = (le(1, d), le(d, H), le(0, k), le(k, m))
row(
    "tends.comps", [b, H, r, m, W, v, B, C], le(0, H),
    forall([d, k], imp(*_inside, T(b, app(B, d, k), app(W, d, k), app(C, d, k)))), app("bounded", H, r, m, W, v),
    T(b, app("comps", H, r, m, B), v, dominant(C)),
    why="The product of the B(d, α_d) is of order n^{Σ W(d, α_d)}. Where that is n^v it keeps its limit; where it is "
    "less, n^{-v} times it tends to 0; more than v it is never. There are finitely many compositions.",
)  # fmt: skip
row(
    "dominant.congruent", [H, r, m, W, v, C, C2], le(0, H),
    forall([d, k], imp(*_inside, le(k, r), eq(app(C, d, k), app(C2, d, k)))), eq(dominant(C), dominant(C2)),
    why="No part of a composition of r exceeds r; factor by factor.",
)  # fmt: skip
row(
    "dominant.scale", [H, r, m, W, v, g, C], le(0, H),
    eq(dominant(fun([d, k], times(app(g, d), app(C, d, k)))), times(app("lprod", 1, H, g), dominant(C))),
    why="Every product has one factor for each d.",
)  # fmt: skip
row(
    "dominant.cut", [H, r, m, hi, W, v, C], le(0, H), le(0, m), le(m, hi),
    forall([d, k], imp(le(1, d), le(d, H), le(plus(m, 1), k), le(k, hi), eq(app(C, d, k), 0))),
    eq(dominant(C, hi), dominant(C)), why="A composition with a part above m has a factor 0.",
)  # fmt: skip
row(
    "dominant.masked", [E, H, r, m, W, v, C, C2], le(0, H), eq(times(E, E), E),
    forall([d, k], imp(*_inside, eq(times(E, app(C, d, k)), times(E, app(C2, d, k))))),
    eq(times(E, dominant(C)), times(E, dominant(C2))), why="E is 0 or 1, and C and C2 agree where it is 1.",
)  # fmt: skip
row(
    "dominant.full", [H, m, W, v, C], le(0, H), le(0, m), eq(app("csum", 1, H, fun([d], app(W, d, m))), v),
    eq(
        app("dominant", H, times(H, m), m, W, v, C), app("lprod", 1, H, fun([d], app(C, d, m))),
    ), why="H parts of at most m add up to H m only if all are m.",
)  # fmt: skip
row(
    "lchains.raise", [k, lo, hi, GS], le(1, k),
    forall([s], imp(
        eq(length(s), k), app("increasing", s, lo, hi), eq(app("entry", s, 1), lo), eq(app(GS, s), 0),
    )),
    eq(app("lchains", k, lo, hi, GS), app("lchains", k, plus(lo, 1), hi, GS)),
    why="The tuples that start at lo add nothing; the others start later.",
)  # fmt: skip
row(
    "lsum.pick", [lo, hi, d, G], le(lo, d), le(d, hi),
    eq(app("lsum", lo, hi, fun([i], times(app("delta", d, i), app(G, i)))), app(G, d)), why="The others are 0.",
)  # fmt: skip
row(
    "lprod.masked", [E, lo, hi, G, g], eq(times(E, E), E),
    forall([i], imp(le(lo, i), le(i, hi), eq(times(E, app(G, i)), times(E, app(g, i))))),
    eq(times(E, app("lprod", lo, hi, G)), times(E, app("lprod", lo, hi, g))),
    why="E is 0 or 1, and the factors agree where it is 1.",
)  # fmt: skip
row(
    "lprod.idempotent", [lo, hi, G],
    forall([i], imp(le(lo, i), le(i, hi), eq(times(app(G, i), app(G, i)), app(G, i)))),
    eq(times(app("lprod", lo, hi, G), app("lprod", lo, hi, G)), app("lprod", lo, hi, G)),
    why="A product of zeros and ones is 0 or 1.",
)  # fmt: skip
row(
    "never0.prod", [lo, hi, G], forall([i], imp(le(lo, i), le(i, hi), app("never0", app(G, i)))),
    app("never0", app("lprod", lo, hi, G)), why="Finitely many null sets.",
)  # fmt: skip
