"""Random Fourier features in front of g: their Gram entries, and the layers of g over them (Remark 1).

p(z) = (cos(W_1·z + b_1), …, cos(W_k·z + b_k)), W_i standard Gaussian vectors, b_i uniform on [0, 2π], all independent.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import Term, Var, app, eq, forall, fun, le, num
from verifier.kernel.theory import (
    gram,  # noqa: F401  (its symbols stand in the rows)
    limits,  # noqa: F401  (its symbols stand in the rows)
)
from verifier.kernel.theory.kernels import L, l, phi, rows, w, x, y, z
from verifier.kernel.theory.writing import definition, law, many, minus, negation, plus, times

PAGE = "features"
row = partial(law, page=PAGE, mark="theorem")

omega, c = Var("omega", "mode"), Var("c", "fin")
HALF = num(Fraction(1, 2))

symbol("distance2", ("input", "input"), "const", "|z - z'|², not divided by the dimension")
row("distance2.same", [z], eq(app("distance2", z, z), 0), why="z - z = 0.")
row("distance2.nonneg", [z, w], le(0, app("distance2", z, w)), why="A square.")
row("distance2.symmetric", [z, w], eq(app("distance2", z, w), app("distance2", w, z)), why="(-v)·(-v) = v·v.")

symbol("many_features", ("mode",), "prop", "the number k of Fourier features tends to infinity")
symbol("feature_gram", ("input", "input"), "rand", "p(z)·p(z')/k, Eq. (64)")
symbol("feature_mean", ("input", "input"), "const", "E cos(W·z + b) cos(W·z' + b), the mean of one feature's product")
row(
    "feature_gram.limit", [omega, z, w], app("many_features", omega),
    app("plim", omega, app("feature_gram", z, w), app("feature_mean", z, w)),
    why="A mean of k iid terms between -1 and 1: Chebyshev.",
)  # fmt: skip


def gaussian(p: Term, q: Term) -> Term:
    """exp(-|p - q|²/2)/2"""
    return times(HALF, app("exp", times(-1, HALF, app("distance2", p, q))))


row(
    "feature_mean", [z, w], eq(app("feature_mean", z, w), gaussian(z, w)),
    why="2 cos A cos B = cos(A - B) + cos(A + B). A + B has the phase 2b, uniform on the circle, and the mean 0; A - "
    "B is "
    "W·(z - z'), and E cos(W·v) = exp(-|v|²/2).", source="Rahimi and Recht, Random features for kernel machines, 2007",
)  # fmt: skip
row(
    "feature_gram.random", [z, w, c], negation(eq(app("feature_gram", z, w), c)),
    why="At W = 0 and phases 0 it is 1, at W = 0 and phases π/2 it is 0, at every k: it is no function of the widths.",
)  # fmt: skip

symbol("Lam_features", ("act", "int", "int", "input", "input", "input", "input"), "const",
       "Λ^l(u, u') of g over infinitely many Fourier features of z: (phi, L, l, x, x', z, z')")  # fmt: skip
definition(
    "Lam_features", [phi, L, l, x, y, z, w],
    times(app("Sig", phi, minus(L, 1), x, y),
          app("layer", phi, *rows(L, x, y), minus(l, 1), *[gaussian(p, q) for p, q in ((z, z), (z, w), (w, w))])),
    le(1, L), le(1, l), page=PAGE,
)  # fmt: skip

# -- g over features: the rows of the page of gram, with p(z) for z ----------------------------------------------------

H, unit = many("H unit", "int")
c11, c12, c22, s11, s12, s22 = many("c11 c12 c22 s11 s12 s22", "const")
_POINTS = ("input", "input", "input", "input")
symbol("FG", ("act", "int", "int", "input", "input", "int"), "rand",
       "unit a of layer l of g at p(z), with weights from f of depth L at x: (phi, L, l, x, z, a)")  # fmt: skip
symbol("FQ", ("act", "int", "int", *_POINTS), "rand",
       "a^{l-1}·a'^{l-1} over the width, of g at p(z), p(z'): (phi, L, l, x, x', z, z')")  # fmt: skip
row(
    "features.first", [phi, L, x, y, z, w], le(1, L),
    eq(app("FQ", phi, L, 1, x, y, z, w), app("feature_gram", z, w)), why="a^0 = p(z).",
)  # fmt: skip
_copies, _before, _pairs = (c11, c12, c22), (s11, s12, s22), (((x, x), (z, z)), ((x, y), (z, w)), ((y, y), (w, w)))
row(
    "features.step", [phi, omega, L, H, l, x, y, z, w, *_copies, *_before],
    app("relu", phi), le(1, L), app("grows", omega, L), app("grows_g", omega, H), le(1, l), le(plus(l, 1), H),
    *[app("plim", omega, app("Q", phi, L, *p), to) for (p, _), to in zip(_pairs, _copies, strict=True)],
    *[app("plim", omega, app("FQ", phi, L, l, *p, *q), to) for (p, q), to in zip(_pairs, _before, strict=True)],
    app("plim", omega, app("FQ", phi, L, plus(l, 1), x, y, z, w),
        app("dual", phi, *(times(a, b) for a, b in zip(_copies, _before, strict=True)))),
    why="As gram_g.step, given the features too: they are independent of the weights of f.",
)  # fmt: skip
A, B = Var("A", (("input", "input"), "const")), Var("B", (_POINTS, "const"))
row(
    "features.gauss", [phi, omega, L, l, A, B], le(1, L), le(1, l),
    forall([x, y], app("plim", omega, app("Q", phi, L, x, y), app(A, x, y))),
    forall([x, z, y, w], app("plim", omega, app("FQ", phi, L, l, x, y, z, w), app(B, x, z, y, w))),
    app("gauss", omega, fun([unit, x, z], app("FG", phi, L, l, x, z, unit)),
        fun([x, z, y, w], times(app(A, x, y), app(B, x, z, y, w)))),
    why="As gauss.g, given the features too.",
)  # fmt: skip
