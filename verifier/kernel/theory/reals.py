"""Real numbers and functions: π, square root, cosine and sine, arc cosine, exponential.

``const`` are the reals.  Angles are in radians.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import App, Term, app, eq, le, num
from verifier.kernel.theory import logic  # noqa: F401  (its symbols stand in the rows)
from verifier.kernel.theory.writing import law, many, minus, plus, times

PAGE = "reals"
row = partial(law, page=PAGE, mark="theorem")

c, t, x, y = many("c t x y", "const")

symbol("pi", (), "const", "the area of the unit disc")
PI: Term = App("pi", ())
row("pi.above", [], le(3, PI), why="The perimeter of a hexagon in the unit circle is 6.")
row("pi.below", [], le(PI, num(Fraction(22, 7))), why="Archimedes: the polygon of 96 sides around the circle.")

symbol("sqrt", ("const",), "const", "the square root of a number that is not negative")
row("sqrt.square", [x], le(0, x), eq(times(app("sqrt", x), app("sqrt", x)), x), why="What a square root is.")
row("sqrt.nonneg", [x], le(0, x), le(0, app("sqrt", x)), why="Of the two roots the one that is not negative.")

symbol("cos", ("const",), "const", "the cosine of an angle in radians")
symbol("sin", ("const",), "const", "the sine of an angle in radians")
row(
    "cos.circle", [t], eq(plus(times(app("cos", t), app("cos", t)), times(app("sin", t), app("sin", t))), 1),
    why="(cos t, sin t) is a point of the unit circle.",
)  # fmt: skip
row("sin.nonneg", [t], le(0, t), le(t, PI), le(0, app("sin", t)), why="The upper half of the circle.")
for _name, _part, _cos, _sin in (("zero", 0, 1, 0), ("quarter", Fraction(1, 2), 0, 1), ("half", 1, -1, 0)):
    row(f"cos.{_name}", [], eq(app("cos", times(num(_part), PI)), _cos), why="The circle meets the axes.")
    row(f"sin.{_name}", [], eq(app("sin", times(num(_part), PI)), _sin), why="The circle meets the axes.")
_half = num(Fraction(1, 2))
row("cos.third", [], eq(app("cos", times(num(Fraction(1, 3)), PI)), _half), why="A triangle of equal sides.")
row("cos.opposite", [t], eq(app("cos", minus(PI, t)), times(-1, app("cos", t))), why="The circle is symmetric.")

symbol("acos", ("const",), "const", "the angle between 0 and π that has a given cosine")
row("acos.nonneg", [c], le(-1, c), le(c, 1), le(0, app("acos", c)), why="The cosine maps [0, π] onto [-1, 1].")
row("acos.most", [c], le(-1, c), le(c, 1), le(app("acos", c), PI), why="The cosine maps [0, π] onto [-1, 1].")
row("cos.acos", [c], le(-1, c), le(c, 1), eq(app("cos", app("acos", c)), c), why="What an arc cosine is.")
row("acos.cos", [t], le(0, t), le(t, PI), eq(app("acos", app("cos", t)), t), why="The cosine is injective on [0, π].")

symbol("exp", ("const",), "const", "the exponential function")
row("exp.zero", [], eq(app("exp", 0), 1), why="What the exponential function is.")
row("exp.add", [x, y], eq(app("exp", plus(x, y)), times(app("exp", x), app("exp", y))), why="Its functional equation.")
row("exp.pos", [x], app("pos", app("exp", x)), why="exp(x) = exp(x/2)² is not 0, as exp(x) exp(-x) = 1.")
