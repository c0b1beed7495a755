"""The layers of f: what its derivatives are made of, at every width.

q^0 = x, y^l = W^l q^{l-1}/√n_{l-1}, q^l = c φ(y^l) with c = √2 for the ReLU and c = 1 for the identity, f = y^L.
Networks of all depths share their hidden layers; the output layer is that of a depth, and has a row for every d ≥ 1.
Inputs are points of R^{n_0}, n_0 ≥ 2.  Derivatives are those of the formulas of the activation cell: φ' at a kink is
the slope on its left, so 0 for the ReLU at 0.  δ^{l,d}(x) = ∂f^d(x)/∂y^l, and W^l is moved along ∂f^e(y)/∂W^l =
δ^{l,e}(y) q^{l-1}(y)ᵀ/√n_{l-1}.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import Term, app, eq, forall, imp, le
from verifier.kernel.theory import reals  # noqa: F401  (its symbols stand in the rows)
from verifier.kernel.theory.seqs import NIL, length
from verifier.kernel.theory.writing import law, many, minus, negation, plus, predicate, times

PAGE = "layers"
row = partial(law, page=PAGE, mark="theorem")

phi = many("phi", "act")[0]
L, d, e, i, l, l1, l2 = many("L d e i l l1 l2", "int")
x, y = many("x y", "input")
ls, es = many("ls es", "seq")
c = many("c", "const")[0]
P = many("P", "prop")[0]
X = many("X", "rand")[0]

# -- activations and inputs ----

symbol("relu", ("act",), "prop", "the activation is the ReLU, φ(t) = max(t, 0)")
symbol("linear", ("act",), "prop", "the activation is the identity")
symbol("homogeneous", ("act",), "prop", "φ(t) = a t for t > 0 and φ(t) = b t for t ≤ 0, for two numbers a, b")
symbol("piecewise", ("act",), "prop", "the activation is continuous and has finitely many linear pieces")
row("relu.homogeneous", [phi], app("relu", phi), app("homogeneous", phi), why="a = 1, b = 0.")
row("linear.homogeneous", [phi], app("linear", phi), app("homogeneous", phi), why="a = b = 1.")
row("homogeneous.piecewise", [phi], app("homogeneous", phi), app("piecewise", phi), why="Two pieces that meet at 0.")
row("relu.exists", [P], forall([phi], imp(app("relu", phi), P)), P, why="There is a ReLU.")
row("linear.exists", [P], forall([phi], imp(app("linear", phi), P)), P, why="There is an identity.")

symbol("dot", ("input", "input"), "const", "x·y/n_0")
symbol("nonzero_input", ("input",), "prop", "x ≠ 0")
symbol("antiparallel", ("input", "input"), "prop", "y = -c x for a number c > 0")
_dot = partial(app, "dot")
row("dot.symmetric", [x, y], eq(_dot(x, y), _dot(y, x)), why="Scalar products are symmetric.")
row("nonzero_input.pos", [x], app("nonzero_input", x), app("pos", _dot(x, x)), why="|x|² > 0.")
row("nonzero_input.intro", [x], app("pos", _dot(x, x)), app("nonzero_input", x), why="|0|² = 0.")
row(
    "antiparallel.intro", [x, y], eq(times(_dot(x, y), _dot(x, y)), times(_dot(x, x), _dot(y, y))),
    app("pos", times(-1, _dot(x, y))), app("antiparallel", x, y),
    why="Equality in the Cauchy-Schwarz inequality, and a negative product: y is a negative multiple of x ≠ 0.",
)  # fmt: skip
row(
    "antiparallel.equal", [x, y], app("antiparallel", x, y),
    eq(times(_dot(x, y), _dot(x, y)), times(_dot(x, x), _dot(y, y))), why="Both are c² (|x|²/n_0)².",
)  # fmt: skip
row("antiparallel.negative", [x, y], app("antiparallel", x, y), le(_dot(x, y), 0), why="It is -c |x|²/n_0.")
row(
    "angle.exists", [c, P], le(-1, c), le(c, 1),
    forall([x, y], imp(eq(_dot(x, x), 1), eq(_dot(y, y), 1), eq(_dot(x, y), c), P)), P,
    why="n_0 ≥ 2: two inputs of length √n_0 at the angle arccos c.",
)  # fmt: skip

# -- symbols ----

symbol("inv_width", ("int",), "fin", "1/n_l, n_l the width of layer l ≥ 1")
_depth = (le(1, L),)
symbol("f", ("act", "int", "input", "int"), "rand", "f^d(x), output d ≥ 1 of the network of depth L ≥ 1: f(φ, L, x, d)")
symbol("Q", ("act", "int", "input", "input"), "rand", "q^{l-1}(x)·q^{l-1}(y)/n_{l-1}, for l ≥ 1: Q(φ, l, x, y)")
symbol(
    "C", ("act", "int", "int", "int", "int", "input", "input"), "rand",
    "δ^{l,d}(x)·δ^{l,e}(y), for 1 ≤ l ≤ L: C(φ, L, l, d, e, x, y)",
)  # fmt: skip
symbol(
    "A", ("act", "int", "int", "int", "int", "input", "input"), "rand",
    "q^{l'-1}(y)·(∂q^{l'-1}(x)/∂y^l) δ^{l,e}(y)/n_{l'-1}, 1 ≤ l < l' ≤ L, Eq. (16): A(φ, L, l', l, e, x, y)",
)  # fmt: skip
symbol(
    "T", ("act", "int", "int", "seq", "seq", "input", "input"), "rand",
    "Eq. (7): the derivative of f^d(x) along the fixed ∂f^{e_t}(y)/∂W^{l_t}, t = 1, …, k: T(φ, L, d, ls, es, x, y)",
)  # fmt: skip
symbol(
    "carried", ("act", "int", "int", "seq", "seq", "input", "input"), "rand",
    "q^{l-1}(y)·X/n_{l-1}, X the derivative of q^{l-1}(x) along ∂f^{e_t}(y)/∂W^{l_t}, t = 1, …, k: "
    "carried(φ, L, l, ls, es, x, y)",
)  # fmt: skip
symbol("outputs", ("seq",), "prop", "every entry of the tuple is at least 1")
predicate("outputs", [es], forall([i], imp(le(1, i), le(i, length(es)), le(1, app("entry", es, i)))), page=PAGE)


def F(d: Term | int, x: Term = x) -> Term:
    """f^d(x)"""
    return app("f", phi, L, x, d)


def T(ls: Term, es: Term) -> Term:
    """T^{l,d}_e(x, y)"""
    return app("T", phi, L, d, ls, es, x, y)


_carried: Callable[[Term | int, Term, Term], Term] = lambda l, ls, es: app("carried", phi, L, l, ls, es, x, y)  # noqa: E731
_C: Callable[[Term | int, Term | int, Term | int], Term] = lambda l, d, e: app("C", phi, L, l, d, e, x, y)  # noqa: E731
_Q = partial(app, "Q", phi)
_snoc = partial(app, "snoc")

# -- Eq. (16), one factor a time ----

row("Q.first", [phi, x, y], eq(_Q(1, x, y), _dot(x, y)), why="q^0 = x.")
row("Q.symmetric", [phi, l, x, y], le(1, l), eq(_Q(l, x, y), _Q(l, y, x)), why="Scalar products are symmetric.")
row(
    "C.symmetric", [phi, L, l, d, e, x, y], *_depth, le(1, l), le(l, L), le(1, d), le(1, e),
    eq(_C(l, d, e), app("C", phi, L, l, e, d, y, x)), why="Scalar products are symmetric.",
)  # fmt: skip
row(
    "C.output", [phi, L, d, e, x, y], *_depth, le(1, d), le(1, e), eq(_C(L, d, e), app("delta", d, e)),
    why="f^d is entry d of y^L.",
)  # fmt: skip
_pairs = (eq(length(ls), length(es)), app("outputs", es))
_where = (*_depth, le(1, d), app("within", ls, 1, L), *_pairs)
row("T.none", [phi, L, d, x, y], *_depth, le(1, d), eq(T(NIL, NIL), F(d)), why="No derivative.")
row(
    "T.last", [phi, L, d, e, l, ls, es, x, y], app("piecewise", phi), *_depth, le(1, d), le(1, e), le(1, l), le(l, L),
    app("increasing", ls, 1, minus(l, 1)), *_pairs,
    eq(T(_snoc(ls, l), _snoc(es, e)), times(_C(l, d, e), _carried(l, ls, es))),
    why="On the cell f^d is affine in y^l, with the slope δ^{l,d}(x), which the layers below do not move. Moving W^l "
    "gives δ^{l,d}(x)·δ^{l,e}(y) times q^{l-1}(y)·q^{l-1}(x)/n_{l-1}; the moves below differentiate q^{l-1}(x).",
)  # fmt: skip
row(
    "carried.none", [phi, L, l, x, y], *_depth, le(1, l), le(l, L), eq(_carried(l, NIL, NIL), _Q(l, x, y)),
    why="No derivative.",
)  # fmt: skip
row(
    "carried.last", [phi, L, e, l2, l1, ls, es, x, y], app("piecewise", phi), *_depth, le(1, e), le(1, l1),
    le(plus(l1, 1), l2), le(l2, L), app("increasing", ls, 1, minus(l1, 1)), *_pairs,
    eq(
        _carried(l2, _snoc(ls, l1), _snoc(es, e)),
        times(app("A", phi, L, l2, l1, e, x, y), _carried(l1, ls, es)),
    ),
    why="On the cell q^{l2-1}(x) is affine in y^{l1}, with the slope ∂q^{l2-1}/∂y^{l1}, which the layers below do not "
    "move; moving W^{l1} gives that slope at δ^{l1,e}(y), times q^{l1-1}(y)·q^{l1-1}(x)/n_{l1-1}.",
)  # fmt: skip
row(
    "T.symmetric", [phi, L, d, ls, es, i, x, y], *_where, le(1, i), le(plus(i, 1), length(ls)),
    eq(T(app("swap", ls, i), app("swap", es, i)), T(ls, es)),
    why="Derivatives along fixed directions commute, Eq. (8).",
)  # fmt: skip
row(
    "T.twice", [phi, L, d, ls, es, i, x, y], app("piecewise", phi), *_where, le(1, i), le(plus(i, 1), length(ls)),
    eq(app("entry", ls, i), app("entry", ls, plus(i, 1))), eq(T(ls, es), 0),
    why="On the cell f is affine in each W^l, Eq. (9).",
)  # fmt: skip

# -- special inputs ----

_next = (le(1, l), le(plus(l, 1), L), le(1, e))
_step = app("A", phi, L, plus(l, 1), l, e, x, x)
_flow = times(F(e), app("inv_width", l))
row(
    "A.one_input", [phi, L, l, e, x], app("relu", phi), *_next, eq(_step, times(2, _flow)),
    why="q^l = √2 Z y^l, ∂q^l/∂y^l = √2 Z, Z² = Z and δ^l = Z δ^l; f is homogeneous of degree 1 in y^l, so that "
    "y^l·δ^{l,e} = f^e.",
)  # fmt: skip
row(
    "A.one_input_linear", [phi, L, l, e, x], app("linear", phi), *_next, eq(_step, _flow),
    why="q^l = y^l, and f is linear in y^l, so y^l·δ^{l,e} = f^e.",
)  # fmt: skip
symbol(
    "A_printed", ("act", "int", "int", "int", "int", "input", "input"), "rand",
    "q^{l'-1}(y)·(∂y^{l'-1}(x)/∂y^l) δ^{l,e}(y)/n_{l'-1}, 1 ≤ l < l' ≤ L, Eq. (12) as printed for l' = L, with P for "
    "√2 Z P: A_printed(φ, L, l', l, e, x, y)",
)  # fmt: skip
row(
    "A_printed.one_input", [phi, L, l, e, x], app("relu", phi), *_next,
    eq(app("A_printed", phi, L, plus(l, 1), l, e, x, x), times(app("sqrt", 2), _flow)),
    why="∂y^l/∂y^l is the identity, and q^l·δ^{l,e} = √2 y^l·δ^{l,e} = √2 f^e.",
)  # fmt: skip
row(
    "A.antiparallel", [phi, L, l, e, x, y], app("relu", phi), app("antiparallel", x, y), le(2, l), le(l, L), le(1, e),
    eq(app("A", phi, L, l, 1, e, x, y), 0),
    why="y^1(y) = -c y^1(x): no unit of the first layer is open at both inputs; ∂q/∂y^1 at x ends with the mask of x, "
    "and δ^{1,e}(y) begins with that of y.",
)  # fmt: skip
row(
    "C.antiparallel", [phi, L, d, e, x, y], app("relu", phi), app("antiparallel", x, y), le(2, L), le(1, d), le(1, e),
    eq(_C(1, d, e), 0), why="No unit of the first layer is open at both inputs.",
)  # fmt: skip
row(
    "f.nonzero", [phi, L, x, d], app("relu", phi), *_depth, le(1, d), app("nonzero_input", x), negation(eq(F(d), 0)),
    why="There are weights at which f^d(x) is not 0: first rows along x and positive ones after that.",
)  # fmt: skip
row(
    "inv_width.cancel", [l, X], le(1, l), eq(times(app("inv_width", l), X), 0), eq(X, 0),
    why="1/n_l is a number that is not 0, at every width.",
)  # fmt: skip
row("square.zero", [X], eq(times(X, X), 0), eq(X, 0), why="Where a square is 0 the number is.")
