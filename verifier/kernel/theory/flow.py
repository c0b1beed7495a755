"""Training at its first moment: the change of the hyperkernel under gradient flow, and of f by one step.

Rows about training have no full proof: each is sketched beside it and measured in its test.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial

from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import Term, Var, app, eq, forall, imp, le, num
from verifier.kernel.theory import gram  # noqa: F401  (its symbols stand in the rows)
from verifier.kernel.theory.writing import law, many, minus, negation, predicate, times

PAGE = "flow"


def row(name: str, vs: Sequence[Term], *parts: Term, why: str, mark: str = "argued", source: str = "") -> None:
    """A row of this page; argued, unless it says otherwise."""
    law(name, vs, *parts, mark=mark, why=why, source=source, page=PAGE)


phi, omega = Var("phi", "act"), Var("omega", "mode")
L, H = many("L H", "int")
x, y, z, w, xs, zs = many("x y z w xs zs", "input")
a, b, p = many("a b p", "const")
P = Var("P", "prop")

# -- the hyperkernel under gradient flow -------------------------------------------------------------------------------

symbol(
    "powers", ("mode", "int", "int", "const", "const"), "prop",
    "n_l/n^a for l < L, and m_l/n^b for hidden layers l < H of g, stay between two positive numbers; a, b >= 0",
)  # fmt: skip
_SEXTUPLE = ("act", "int", "int", *["input"] * 6)
symbol(
    "flow_first", _SEXTUPLE, "rand",
    "Eq. (80), the terms of ∂_t K^h(u, u') at t = 0 by the changes of ∂h/∂V at u = (x, z) and at u' = (x', z'), under "
    "gradient flow on one input (x_s, z_s) with ∂ℓ/∂h = 1: (phi, L, H, x, x', z, z', x_s, z_s)",
)  # fmt: skip
symbol(
    "flow_second", _SEXTUPLE, "rand",
    "Eq. (82), its term by the change of K^f, in the same setting: (phi, L, H, x, x', z, z', x_s, z_s)",
)  # fmt: skip
_points = (x, y, z, w, xs, zs)
_inputs = [app("nonzero_input", q) for q in _points]
_setting = [app("relu", phi), le(1, L), le(1, H), app("powers", omega, L, H, a, b), *_inputs]
_vs = [phi, omega, L, H, a, b, p, *_points]
_first, _second = (app(head, phi, L, H, *_points) for head in ("flow_first", "flow_second"))
row(
    "flow_first.upper", _vs, *_setting, le(times(-1, a), p), le(times(-1, b), p), app("upper", omega, _first, p),
    why="K^f = Θ^f I + O(n_l^{-1/2}) on the outputs that are looked at. With Θ^f for K^f, (81): a second derivative "
    "of g "
    "between two gradients, which is O_p(1/m) like T^2 of a network (Lemma 3, E22). What K^f - Θ^f I adds is a sum of "
    "centred terms, O_p(1/n) (E32); so O_p(1/m + 1/n).",
    source="the supplement, Eqs. (80)-(82), amended",
)  # fmt: skip
row(
    "flow_second.upper", _vs, *_setting, le(times(-1, a), p), app("upper", omega, _second, p),
    why="(83)-(88): contractions of ∂²f/∂w² between two gradients of f with sums over outputs of g's gradients; each "
    "is "
    "T^2 of f, O_p(1/n) by Lemma 3, and |∂h/∂V| is O_p(1).",
    source="the supplement, Eqs. (83)-(88)",
)  # fmt: skip

row(
    "flow_first.lower", [phi, omega, a, b, p, x, z, P], app("relu", phi), app("powers", omega, 2, 2, a, b),
    app("pos", a), app("pos", minus(b, a)), app("nonzero_input", x), app("nonzero_input", z),
    app("upper", omega, app("flow_first", phi, 2, 2, x, x, z, z, x, z), p), app("pos", minus(times(-1, a), p)), P,
    why="With v = ∂h/∂V, q = q^1 and B = (2/n) Z: Z q = q and v·V = 2h (Euler), so that K^f v, beside a multiple of v "
    "and "
    "what is centred given V, has the part (2 |x|²/n_0)(2h/n) V; and ∂²h/∂V² times V is v. So the first term has a "
    "part "
    "h |v|²/n times a number that is not 0, whatever m is. Where m is much larger than n, what else is as large is "
    "centred given V and cannot cancel it (E32): n^a times the term does not tend to 0.",
    source="measured: E32",
)  # fmt: skip
row(
    "mode.powers", [a, b, P], le(0, a), le(0, b),
    forall([omega], imp(forall([L, H], imp(le(1, L), le(1, H), app("powers", omega, L, H, a, b))), P)), P,
    mark="theorem", why="All n_l the integers next to n^a, and all m_l those next to n^b, for n = 1, 2, 3, …",
)  # fmt: skip

# -- one step of f -----------------------------------------------------------------------------------------------------

symbol("collinear", ("input", "input"), "prop", "one of two inputs is a multiple of the other")
_dot = partial(app, "dot")
predicate("collinear", [x, y], eq(times(_dot(x, y), _dot(x, y)), times(_dot(x, x), _dot(y, y))), page=PAGE)
symbol(
    "kink", ("act", "input", "input"), "rand",
    "f(y) at depth 2 after one step of gradient descent of size 1 at the input x with ∂ℓ/∂f = 1, minus its Taylor "
    "polynomial in the weights at the start: (phi, x, y)",
)  # fmt: skip
_step = [app("relu", phi), app("scaled", omega, 2), app("nonzero_input", x), app("nonzero_input", y)]
_flips = (
    "A unit's pre-activation at x moves by O(n^{-1/2}), so that about √n units change their mask there, each of weight "
    "O(n^{-1/2}) by an overshoot of O(n^{-1/2})"
)
row(
    "kink.collinear", [phi, omega, x, y], *_step, app("collinear", x, y),
    app("order", omega, app("kink", phi, x, y), num(Fraction(-1, 2))),
    why=f"{_flips}. At y = c x masks coincide or complement each other: all units that change were moved towards the "
    f"kink "
    "by the same residual, every summand has one sign, and √n times the sum tends to a number that is not 0 (E16, "
    "E30).",
)  # fmt: skip
row(
    "kink.other", [phi, omega, x, y], *_step, negation(app("collinear", x, y)),
    app("upper", omega, app("kink", phi, x, y), num(Fraction(-3, 4))),
    why=f"{_flips}. At y that is no multiple of x the mask at x is independent of the side from which a unit comes to "
    f"its "
    "kink at y, the summands are centred, and √n of them add up to O(n^{1/4}·n^{-1}) (E16, E30).",
)  # fmt: skip
