"""Widths: functions of the widths, and their values where the widths are given numbers.

n_l is the width of layer l, l ≥ 1, of every network of the theory (of f; of g where it has no width of its own).  A
term of sort ``fin`` is a function of all of them.
"""

from __future__ import annotations

from functools import partial

import verifier.kernel.theory.layers  # noqa: F401  the symbol inv_width
from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import Var, app, eq, forall, fun, imp, le, num
from verifier.kernel.theory.writing import definition, law, many, plus, predicate, recursion, times

PAGE = "widths"
row = partial(law, page=PAGE, mark="theorem")

X, Y = many("X Y", "fin")
c = Var("c", "const")
k, l, n = many("k l n", "int")
F = Var("F", (("int",), "fin"))
N = Var("N", (("int",), "int"))

# -- given widths --------------------------------------------------------------------------------------------------

symbol("sizes", ((("int",), "int"),), "prop", "N(1), N(2), … can be widths: each is at least 1")
predicate("sizes", [N], forall([l], imp(le(1, l), le(1, app(N, l)))), page=PAGE)
symbol("at", ("fin", (("int",), "int")), "const", "the value of X where n_l = N(l) for every l ≥ 1")

row("at.const", [c, N], app("sizes", N), eq(app("at", c, N), c), why="A constant does not depend on the widths.")
row(
    "at.add", [X, Y, N], app("sizes", N), eq(app("at", plus(X, Y), N), plus(app("at", X, N), app("at", Y, N))),
    why="A sum of functions is taken point by point.",
)  # fmt: skip
row(
    "at.mul", [X, Y, N], app("sizes", N), eq(app("at", times(X, Y), N), times(app("at", X, N), app("at", Y, N))),
    why="A product of functions is taken point by point.",
)  # fmt: skip
row(
    "at.inv_width", [l, N], app("sizes", N), le(1, l), eq(app("at", app("inv_width", l), N), app("inv", app(N, l))),
    why="n_l = N(l) ≥ 1.",
)  # fmt: skip

symbol("fprod", ("int", (("int",), "fin")), "fin", "F(1)·…·F(k), k ≥ 0")
v = Var("v", "fin")
recursion("fprod", [k, F], k, 0, num(1), fun([v], times(v, app(F, plus(k, 1)))), page=PAGE)

symbol("power", ("const", "int"), "const", "c·…·c, k factors, k ≥ 0")
u = Var("u", "const")
recursion("power", [c, k], k, 0, num(1), fun([u], times(u, c)), page=PAGE)

symbol("halves", ("int",), "fin", "2^{-n_l}, n_l the width of layer l ≥ 1")
row(
    "at.halves", [l, N], app("sizes", N), le(1, l),
    eq(app("at", app("halves", l), N), app("power", app("inv", 2), app(N, l))), why="n_l = N(l) ≥ 1.",
)  # fmt: skip

# -- equal widths --------------------------------------------------------------------------------------------------

symbol("flat", ("fin", "int"), "const", "the value of a function of the widths where every width is n ≥ 1")
definition("flat", [X, n], app("at", X, fun([l], n)), page=PAGE)
