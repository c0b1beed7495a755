"""Moments at finite widths: means, what vanishes by symmetry, ReLU networks at one input, and orders from moments.

``mean(X)`` is the expectation over the weights, a function of the widths.  A row on means asks for ``has_moments``:
without it an expectation need not exist, and ``mean`` is then a number that nothing is known of.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import verifier.kernel.theory.hyper
import verifier.kernel.theory.limits
import verifier.kernel.theory.widths  # noqa: F401  the symbols of these pages
from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import FALSE, Term, Var, app, eq, forall, fun, imp, le
from verifier.kernel.theory.writing import law, many, plus, times

PAGE = "moments"
row = partial(law, page=PAGE, mark="theorem")

phi, psi = many("phi psi", "act")
omega = Var("omega", "mode")
L, H, d, k, l, m, n, r, s = many("L H d k l m n r s", "int")
ls, es = many("ls es", "seq")
x, y = many("x y", "input")
z, w, p, c, e = many("z w p c e", "const")
A = Var("A", "fin")
X, Y = many("X Y", "rand")
P = Var("P", "prop")

MEAN, HAS = partial(app, "mean"), partial(app, "has_moments")
F = app("f", phi, L, x, d)
STAR = app("S", phi, L, r, x, y)
HYPER = app("K", phi, 1, H, L, r, x, y, z, w)
_outputs = (le(1, L), le(1, d))


def power_of(t: Term, k: int) -> Term:
    """t·…·t, k factors."""
    return times(*[t] * k)


# -- expectations ------------------------------------------------------------------------------------------------------

symbol("mean", ("rand",), "fin", "the expectation of a random quantity, at every width")
symbol("has_moments", ("rand",), "prop", "E |X|^k is finite at every width, for every k")
_piecewise = app("piecewise", phi)
_BOUND = "On each of finitely many cells it is a polynomial in Gaussian weights."
row("has_moments.fin", [A], HAS(A), why="It is no random quantity.")
row("has_moments.add", [X, Y], HAS(X), HAS(Y), HAS(plus(X, Y)), why="Minkowski's inequality.")
row("has_moments.mul", [X, Y], HAS(X), HAS(Y), HAS(times(X, Y)), why="Cauchy and Schwarz.")
row("has_moments.f", [phi, L, x, d], _piecewise, *_outputs, HAS(F), why=_BOUND)
row("has_moments.S", [phi, L, r, x, y], _piecewise, le(1, L), le(0, r), HAS(STAR), why=_BOUND)
row("has_moments.K", [phi, H, L, r, x, y, z, w], _piecewise, le(1, H), le(1, L), le(0, r), HAS(HYPER), why=_BOUND)
row(
    "has_moments.T", [phi, L, d, ls, es, x, y], _piecewise, *_outputs, app("increasing", ls, 1, L),
    eq(app("len", ls), app("len", es)), app("outputs", es), HAS(app("T", phi, L, d, ls, es, x, y)), why=_BOUND,
)  # fmt: skip

row("mean.fin", [A], eq(MEAN(A), A), why="A constant is its own expectation.")
row("mean.add", [X, Y], HAS(X), HAS(Y), eq(MEAN(plus(X, Y)), plus(MEAN(X), MEAN(Y))), why="Linearity.")
row("mean.scale", [A, X], HAS(X), eq(MEAN(times(A, X)), times(A, MEAN(X))), why="Linearity, at given widths.")

# -- the sign of the last layer ----------------------------------------------------------------------------------------

symbol("odd", ("int", "rand"), "prop", "X changes its sign with the weights of the output layer at depth L")
symbol("even", ("int", "rand"), "prop", "X stays as it is where the weights of that layer change their signs")
ODD, EVEN = partial(app, "odd", L), partial(app, "even", L)
row("even.fin", [L, A], EVEN(A), why="It does not depend on weights.")
row("odd.f", [phi, L, x, d], *_outputs, ODD(F), why="f^d is linear in its output layer.")
for _parity, _order in (("odd", times(2, s)), ("even", plus(times(2, s), 1))):
    row(
        f"{_parity}.S", [phi, L, s, x, y], app("piecewise", phi), le(1, L), le(0, s),
        app(_parity, L, app("S", phi, L, _order, x, y)),
        why="A product of r + 1 outputs; a contraction in the output layer takes its weights out of two of them, and "
        "masks do not look at it.",
    )  # fmt: skip
for _a, _b, _of in (("odd", "odd", "even"), ("odd", "even", "odd"), ("even", "even", "even")):
    row(f"{_a}.{_b}", [L, X, Y], app(_a, L, X), app(_b, L, Y), app(_of, L, times(X, Y)), why="Signs multiply.")
row("odd.add", [L, X, Y], ODD(X), ODD(Y), ODD(plus(X, Y)), why="Both change their signs.")
row("even.add", [L, X, Y], EVEN(X), EVEN(Y), EVEN(plus(X, Y)), why="Neither changes.")
row("mean.odd", [L, X], le(1, L), ODD(X), HAS(X), eq(MEAN(X), 0), why="The weights of a layer have a symmetric law.")

# -- one output of a ReLU network, layer by layer ----------------------------------------------------------------------

_gram: Callable[[Term], Term] = lambda l: app("Q", phi, l, x, x)  # noqa: E731
row(
    "fourth.output", [phi, L, x, d], app("piecewise", phi), *_outputs,
    eq(MEAN(power_of(F, 4)), times(3, MEAN(power_of(_gram(L), 2)))),
    why="Given q = q^{L-1}(x), f^d(x) is Gaussian of variance |q|²/n_{L-1} = Q(L); E N⁴ = 3 for a standard Gaussian.",
)  # fmt: skip
row(
    "second.output", [phi, L, x, d], app("piecewise", phi), *_outputs, eq(MEAN(power_of(F, 2)), MEAN(_gram(L))),
    why="Given q = q^{L-1}(x), f^d(x) is Gaussian of variance |q|²/n_{L-1} = Q(L).",
)  # fmt: skip
row(
    "second.gram", [phi, l, x], app("relu", phi), le(1, l), eq(MEAN(_gram(plus(l, 1))), MEAN(_gram(l))),
    why="Given Q(l), Q(l + 1) is the mean over n_l units of 2 relu(y)², y Gaussian of variance Q(l); E 2 relu(y)² = "
    "Q(l).",
)  # fmt: skip
row(
    "fourth.gram", [phi, l, x], app("relu", phi), le(1, l),
    eq(
        MEAN(power_of(_gram(plus(l, 1)), 2)),
        times(plus(1, times(5, app("inv_width", l))), MEAN(power_of(_gram(l), 2))),
    ),
    why="Given Q(l), Q(l + 1) is the mean of n_l independent variables 2 relu(y)², y Gaussian of variance Q(l), of "
    "mean Q(l) and second moment 4·3 Q(l)²/2 = 6 Q(l)²: its second moment is Q(l)² (1 + (6 - 1)/n_l).",
)  # fmt: skip

# -- one input ---------------------------------------------------------------------------------------------------------

symbol(
    "binomial_widths", ("act", "int", "input"), "prop",
    "for depth L, at every width and jointly over all products X of m outputs and their derivatives at the input x "
    "with all derivatives contracted in pairs: X at widths n_1, …, n_{L-1} has the law of Π_l (2B_l/n_l)^{m/2} times "
    "the same X of the linear network of widths B_1, …, B_{L-1}, B_l independent Binomial(n_l, 1/2), and of 0 where "
    "some B_l = 0",
)  # fmt: skip
row(
    "gauge", [phi, L, x], app("relu", phi), le(1, L), app("binomial_widths", phi, L, x),
    why="Write W^l = diag(η^l) W'^l for l < L, η iid fair signs independent of all else, and V^1 = W'^1, V^{l+1} = "
    "W'^{l+1} diag(η^l). Along a path i_0, …, i_L the sign of unit i_l enters Π W^l once, with the row of W^l, and Π "
    "V^l once, with the column of V^{l+1}: the two products are equal, whatever masks stand on the path; a derivative "
    "in a weight changes by a sign that belongs to the weight, and each is contracted with another in the same "
    "weight. The mask of unit a of layer l is 1[η_a (W' q)_a > 0]: given W' and the earlier signs a fair coin, where "
    "some unit of the layer before is open. So all X are jointly those of a linear network with Gaussian weights V "
    "and iid fair masks independent of V, times Π_l 2^{m/2}; where a layer is dead every path product is 0, whatever "
    "later masks are. A linear network with B_l open units in layer l is one of widths B_l, normalised by n_l.",
)  # fmt: skip
symbol("null", ("rand",), "fin", "P[X = 0], at every width")
_alive = fun([l], plus(1, times(-1, app("halves", l))))
row(
    "dead", [phi, L, x, d], app("binomial_widths", phi, L, x), *_outputs, app("nonzero_input", x),
    eq(app("null", F), plus(1, times(-1, app("fprod", plus(L, -1), _alive)))),
    why="f = 0 where some layer has no open unit, with probability 1 - Π (1 - 2^{-n_l}). Else it has the law of a "
    "multiple, which is not 0, of the output of a linear network at x ≠ 0: a polynomial in Gaussians that is not "
    "identically 0, and so almost surely not 0.",
)  # fmt: skip

symbol(
    "sign_law", ("seq",), "prop",
    "for a network of one output and widths n_0, …, n_{L-1}, its weights of certain fixed magnitudes with independent "
    "fair signs: (f, T^1, T^2) of the ReLU network has the law of the same of the linear network with fair coins for "
    "masks, times powers of √2",
)  # fmt: skip
symbol(
    "equal_at", ("seq", "rand", "rand"), "prop",
    "X = Y at all weights and inputs where f has the widths n_0, …, n_{L-1}",
)  # fmt: skip
row("equal_at.same", [ls, X], app("equal_at", ls, X, X), why="They are the same.")

# -- orders from moments -----------------------------------------------------------------------------------------------

symbol("level", ("mode",), "prop", "all widths are equal to the scale n of the mode, which tends to infinity")
row("level.scaled", [omega, L], app("level", omega), le(1, L), app("scaled", omega, L), why="The smallest width is n.")
row("level.proportional", [omega, L], app("level", omega), le(1, L), app("proportional", omega, L), why="n_l/n = 1.")
row("level.exists", [P], forall([omega], imp(app("level", omega), P)), P, why="All widths n, and n = 1, 2, 3, …")

symbol("leading", ("fin", "const", "const"), "prop", "n^{-p} X → c where all widths are n, as n → ∞")
LEADING = partial(app, "leading")
row("leading.unique", [A, p, c, e], LEADING(A, p, c), LEADING(A, p, e), eq(c, e), why="Limits are unique.")
symbol("tight", ("mode", "rand", "const"), "prop", "n^{-p} X and n^p/X are both tight")
row("tight.upper", [omega, X, p], app("tight", omega, X, p), app("upper", omega, X, p), why="Half of what it says.")
_second = (app("level", omega), HAS(X), LEADING(MEAN(power_of(X, 2)), times(2, p), c))
row(
    "upper.second_moment", [omega, X, p, c], *_second, app("upper", omega, X, p),
    why="E (n^{-p} X)² is bounded along the mode; Markov's inequality.",
)  # fmt: skip
row(
    "vanishes.moments", [omega, X, p, c, e], *_second, app("pos", c),
    LEADING(MEAN(power_of(X, 4)), times(4, p), e), app("vanishes", omega, X, p), FALSE,
    why="Bounded fourth moments of n^{-p} X make its squares uniformly integrable: with n^{-p} X → 0 in probability "
    "their expectations would tend to 0, and they tend to c > 0.",
)  # fmt: skip
