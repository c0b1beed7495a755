"""Logic and arithmetic: what follows without knowing of networks.

Propositions are classical.  ``int`` are the integers, ``const`` the reals.
"""

from __future__ import annotations

from functools import partial

from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import FALSE, Var, app, eq, forall, fun, imp, le, num
from verifier.kernel.theory.writing import definition, law, many, negation, plus, predicate, recursion, times

PAGE = "logic"
row = partial(law, page=PAGE, mark="theorem")

P, Q = many("P Q", "prop")
a, b, k, m = many("a b k m", "int")
x, y = many("x y", "const")
V = Var("V", (("int",), "prop"))

# -- propositions ------------------------------------------------------------------------------------------------------

symbol("and", ("prop", "prop"), "prop", "both hold")
symbol("or", ("prop", "prop"), "prop", "one of the two holds, or both")

row("false", [P], FALSE, P, why="From what is false everything follows.")
row("classical", [P, Q], imp(P, Q), imp(negation(P), Q), Q, why="P holds or it does not.")
row("and.intro", [P, Q], P, Q, app("and", P, Q), why="What ``and`` means.")
row("and.left", [P, Q], app("and", P, Q), P, why="What ``and`` means.")
row("and.right", [P, Q], app("and", P, Q), Q, why="What ``and`` means.")
row("or.left", [P, Q], P, app("or", P, Q), why="What ``or`` means.")
row("or.right", [P, Q], Q, app("or", P, Q), why="What ``or`` means.")
R = Var("R", "prop")
row("or.elim", [P, Q, R], app("or", P, Q), imp(P, R), imp(Q, R), R, why="What ``or`` means.")

# -- integers ----------------------------------------------------------------------------------------------------------

row("int.cases", [a, b, P], imp(le(a, b), P), imp(le(plus(b, 1), a), P), P, why="For integers a ≤ b or a ≥ b + 1.")
row(
    "int.induction", [V, m], app(V, m), forall([k], imp(le(m, k), app(V, k), app(V, plus(k, 1)))),
    forall([k], imp(le(m, k), app(V, k))), why="Induction upwards from m.",
)  # fmt: skip
row("le.antisymmetric", [x, y], le(x, y), le(y, x), eq(x, y), why="Two numbers neither of which is larger are equal.")
row("le.total", [x, y, P], imp(le(x, y), P), imp(le(y, x), P), P, why="Of two numbers one is at most the other.")

symbol("min", ("int", "int"), "int", "the smaller of two integers")
symbol("max", ("int", "int"), "int", "the larger of two integers")
row("min.left", [a, b], le(a, b), eq(app("min", a, b), a), why="What ``min`` means.")
row("min.right", [a, b], le(b, a), eq(app("min", a, b), b), why="What ``min`` means.")
row("max.left", [a, b], le(b, a), eq(app("max", a, b), a), why="What ``max`` means.")
row("max.right", [a, b], le(a, b), eq(app("max", a, b), b), why="What ``max`` means.")

symbol("delta", ("int", "int"), "int", "1 where two integers are equal, and 0 elsewhere")
row("delta.same", [a], eq(app("delta", a, a), 1), why="What ``delta`` means.")
row("delta.less", [a, b], le(plus(a, 1), b), eq(app("delta", a, b), 0), why="What ``delta`` means.")
row("delta.more", [a, b], le(plus(b, 1), a), eq(app("delta", a, b), 0), why="What ``delta`` means.")

# -- real numbers ------------------------------------------------------------------------------------------------------

symbol("pos", ("const",), "prop", "a number is greater than 0")
predicate("pos", [x], negation(le(x, 0)), page=PAGE)
symbol("nonzero", ("const",), "prop", "a number is not 0")
predicate("nonzero", [x], negation(eq(x, 0)), page=PAGE)
row("one.positive", [], le(1, 0), FALSE, why="0 < 1: a false inequality between numbers is falsity.")
row("pos.le", [x], app("pos", x), le(0, x), why="What is greater than 0 is at least 0.")
row("pos.mul", [x, y], app("pos", x), app("pos", y), app("pos", times(x, y)), why="The order of the reals.")
row("nonneg.mul", [x, y], le(0, x), le(0, y), le(0, times(x, y)), why="The order of the reals.")
row("nonzero.mul", [x, y], app("nonzero", x), app("nonzero", y), app("nonzero", times(x, y)), why="A field.")
row("square.nonneg", [x], le(0, times(x, x)), why="Squares of real numbers.")

symbol("inv", ("const",), "const", "1/x of a number x that is not 0")
row("inv", [x], app("nonzero", x), eq(times(x, app("inv", x)), 1), why="A field.")
row("inv.pos", [x], app("pos", x), app("pos", app("inv", x)), why="x·(1/x) = 1 is greater than 0.")

symbol("fact", ("int",), "int", "k!, for k ≥ 0")
v = Var("v", "int")
recursion("fact", [k], k, 0, num(1), fun([v], times(plus(k, 1), v)), page=PAGE)
row("fact.pos", [k], le(0, k), le(1, app("fact", k)), why="A product of positive integers.")
symbol("invfact", ("int",), "const", "1/k!, for k ≥ 0")
definition("invfact", [k], app("inv", app("fact", k)), le(0, k), page=PAGE)

# -- functions ---------------------------------------------------------------------------------------------------------

#: functions that take equal values are equal; by sorts of the function, named as here
EXTENSIONALITY = {
    "int.rand": (("int",), "rand"),
    "int2.rand": (("int", "int"), "rand"),
    "seq.rand": (("seq",), "rand"),
    "seq2.rand": (("seq", "seq"), "rand"),
    "int.lim": (("int",), "lim"),
    "int2.lim": (("int", "int"), "lim"),
    "seq.lim": (("seq",), "lim"),
    "int.const": (("int",), "const"),
    "int2.const": (("int", "int"), "const"),
}
for _name, _sort in EXTENSIONALITY.items():
    _f, _g = many("f g", _sort)
    _vs = [Var(f"i{n}", s) for n, s in enumerate(_sort[0])]
    _R = Var("R", ((_sort,), "prop"))
    row(
        f"ext.{_name}", [_R, _f, _g], forall(_vs, eq(app(_f, *_vs), app(_g, *_vs))), app(_R, _f), app(_R, _g),
        why="Functions that take equal values everywhere are equal.",
    )  # fmt: skip
