"""Signs: limits that do not cancel.

``positive(E, Y)``: Y > 0 wherever E is not 0; with E not 0 with positive probability, Y is alive.  A polynomial in
jointly Gaussian variables that is alive is almost surely not 0: so it is enough to find an event, of positive
probability, on which all summands have one sign, and that event has nothing to do with those on which masks are open.
"""

from __future__ import annotations

from functools import partial

from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import Var, app, eq, forall, imp, le
from verifier.kernel.theory.limit_sums import GS, C, G, H, d, dominant, hi, i, k, lo, m, r, s
from verifier.kernel.theory.limits import ALIVE, NEVER, Y2, E, Y, b, c
from verifier.kernel.theory.seqs import length
from verifier.kernel.theory.sums import W, v
from verifier.kernel.theory.writing import law, plus, times

PAGE = "signs"
row = partial(law, page=PAGE, mark="theorem")
Z = Var("Z", "lim")

# -- positive on an event ----------------------------------------------------------------------------------------------

ON = partial(app, "positive")
symbol("positive", ("lim", "lim"), "prop", "Y > 0 wherever E is not 0")
row("positive.alive", [E, Y], ALIVE(E), ON(E, Y), ALIVE(Y), why="E is not 0 with positive probability.")
row("positive.const", [E, c], app("pos", c), ON(E, c), why="Everywhere.")
row("positive.add", [E, Y, Y2], ON(E, Y), ON(E, Y2), ON(E, plus(Y, Y2)), why="The order of the reals.")
row("positive.mul", [E, Y, Y2], ON(E, Y), ON(E, Y2), ON(E, times(Y, Y2)), why="The order of the reals.")
row(
    "positive.cancel", [E, Y, Y2, Z], ON(E, times(Y, Z)), ON(E, times(Y2, Z)), ON(E, times(Y, Y2)),
    why="Y Z · Y2 Z > 0, and Z² > 0.",
)  # fmt: skip
row(
    "positive.sum", [E, lo, hi, G], le(lo, hi), forall([i], imp(le(lo, i), le(i, hi), ON(E, app(G, i)))),
    ON(E, app("lsum", lo, hi, G)), why="There is a summand, and all are positive.",
)  # fmt: skip
row(
    "positive.prod", [E, lo, hi, G], forall([i], imp(le(lo, i), le(i, hi), ON(E, app(G, i)))),
    ON(E, app("lprod", lo, hi, G)), why="All factors are positive; without a factor it is 1.",
)  # fmt: skip
row(
    "positive.tuples", [E, k, hi, GS], le(0, k), le(1, hi),
    forall([s], imp(eq(length(s), k), app("within", s, 1, hi), ON(E, app(GS, s)))),
    ON(E, app("ltuples", k, hi, GS)), why="There is a tuple, and all summands are positive.",
)  # fmt: skip
row(
    "positive.chains", [E, k, lo, hi, GS], le(0, k), le(plus(lo, k), plus(hi, 1)),
    forall([s], imp(eq(length(s), k), app("increasing", s, lo, hi), ON(E, app(GS, s)))),
    ON(E, app("lchains", k, lo, hi, GS)), why="There are k integers from lo to hi, and all summands are positive.",
)  # fmt: skip
row(
    "positive.dominant", [E, H, r, m, W, v, C], le(0, H),
    forall([d, k], imp(le(1, d), le(d, H), le(0, k), le(k, m), ON(E, app(C, d, k)))),
    app("attained", H, r, m, W, v), ON(E, dominant(C)),
    why="There is a composition of that weight, and all products are positive.",
)  # fmt: skip

# -- polynomials in Gaussian variables ---------------------------------------------------------------------------------

POLY = partial(app, "poly", b)
symbol(
    "poly", ("base", "lim"), "prop",
    "Y is a polynomial in finitely many of the jointly Gaussian variables (F and Gam) of a base, its coefficients "
    "numbers",
)  # fmt: skip
row(
    "poly.never0", [b, Y], POLY(Y), ALIVE(Y), NEVER(Y),
    why="A polynomial in a Gaussian vector is a polynomial in independent standard ones; it is 0 with probability 0 or "
    "1, as its zeros are a null set unless all its coefficients are 0 (induction on the number of variables).",
)  # fmt: skip
row("poly.const", [b, c], POLY(c), why="A polynomial of degree 0.")
row("poly.add", [b, Y, Y2], POLY(Y), POLY(Y2), POLY(plus(Y, Y2)), why="A sum of polynomials.")
row("poly.mul", [b, Y, Y2], POLY(Y), POLY(Y2), POLY(times(Y, Y2)), why="A product of polynomials.")

_FINITE = "Finitely many sums and products of polynomials."
_each = forall([i], imp(le(lo, i), le(i, hi), POLY(app(G, i))))
row("poly.sum", [b, lo, hi, G], _each, POLY(app("lsum", lo, hi, G)), why=_FINITE)
row("poly.prod", [b, lo, hi, G], _each, POLY(app("lprod", lo, hi, G)), why=_FINITE)
row(
    "poly.tuples", [b, k, hi, GS], le(0, k),
    forall([s], imp(eq(length(s), k), app("within", s, 1, hi), POLY(app(GS, s)))), POLY(app("ltuples", k, hi, GS)),
    why=_FINITE,
)  # fmt: skip
row(
    "poly.chains", [b, k, lo, hi, GS], le(0, k),
    forall([s], imp(eq(length(s), k), app("increasing", s, lo, hi), POLY(app(GS, s)))),
    POLY(app("lchains", k, lo, hi, GS)), why=_FINITE,
)  # fmt: skip
row(
    "poly.dominant", [b, H, r, m, W, v, C], le(0, H),
    forall([d, k], imp(le(1, d), le(d, H), le(0, k), le(k, m), POLY(app(C, d, k)))), POLY(dominant(C)), why=_FINITE,
)  # fmt: skip
