"""The kernels of infinitely wide networks: dual activations, their recursion over layers, tangent kernels.

Everything here is a number: a function of Gram entries and depths.  One recursion serves f and g.  A layer's rows of
weights are independent, and the two copies of a row (at the two inputs) have covariance c11, c12, c22; the first layer
sees the Gram entries s11, s12, s22.  For f the copies are one and the same, c = 1; for g they are outputs of f, with
the covariance S = Σ^{L-1} that f has in the limit.  Index convention: Σ^0 is the Gram of the inputs, Σ^l that of
q^l = √2 φ(y^l), so that the covariance of y^l is Σ^{l-1}.
"""

from __future__ import annotations

from functools import partial

from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import Term, Var, app, eq, forall, fun, imp, le, num
from verifier.kernel.theory import layers, sums  # noqa: F401  (their symbols stand in the rows)
from verifier.kernel.theory.reals import PI
from verifier.kernel.theory.writing import definition, law, many, minus, plus, recursion, times

PAGE = "kernels"
row = partial(law, page=PAGE, mark="theorem")
define = partial(definition, page=PAGE)

phi = Var("phi", "act")
L, l, u, v, k = many("L l u v k", "int")
x, y, z, w = many("x y z w", "input")
a, b, c, s, t, theta, last = many("a b c s t theta last", "const")
copies = many("c11 c12 c22", "const")
start = many("s11 s12 s22", "const")
c11, c12, c22 = copies
s11, s12, s22 = start
P = Var("P", "prop")

# -- inputs ------------------------------------------------------------------------------------------------------------

row("dot.nonneg", [x], le(0, app("dot", x, x)), why="An inner product.")
row(
    "dot.cauchy", [x, y], le(times(app("dot", x, y), app("dot", x, y)), times(app("dot", x, x), app("dot", y, y))),
    why="The inequality of Cauchy and Schwarz.",
)  # fmt: skip
row(
    "inputs.exist", [a, b, c, P], le(0, a), le(0, c), le(times(b, b), times(a, c)),
    forall([x, y], imp(eq(app("dot", x, x), a), eq(app("dot", x, y), b), eq(app("dot", y, y), c), P)), P,
    why="A symmetric 2×2 matrix without negative eigenvalues is the Gram matrix of two vectors (of dimension two).",
)  # fmt: skip

# -- dual activations --------------------------------------------------------------------------------------------------

_GRAM = ("act", "const", "const", "const")
symbol("dual", _GRAM, "const", "2 E[φ(a) φ(b)] for centred Gaussian a, b of variances s11, s22 and covariance s12")
symbol(
    "dual_slope", _GRAM, "const", "2 E[φ'(a) φ'(b)] for centred Gaussian a, b of variances s11, s22 and covariance s12"
)

_at = (times(s, s), times(s, t, app("cos", theta)), times(t, t))
_angle = (le(0, theta), le(theta, PI))
row(
    "dual.relu", [phi, s, t, theta], app("relu", phi), le(0, s), le(0, t), *_angle,
    eq(
        app("dual", phi, *_at),
        times(s, t, plus(app("sin", theta), times(minus(PI, theta), app("cos", theta))), app("inv", PI)),
    ),
    why="By homogeneity s = t = 1. Price: ∂/∂ρ 2E[relu(a) relu(b)] = 2P[a > 0, b > 0] = (π - θ)/π with ρ = cos θ, and "
    "at "
    "ρ = -1, where b = -a, it is 0. The right side has the derivative -((π - θ) sin θ)/π in θ and is 0 at θ = π.",
    source="Cho and Saul, Kernel methods for deep learning, 2009",
)  # fmt: skip
row(
    "dual_slope.relu", [phi, s, t, theta], app("relu", phi), app("pos", s), app("pos", t), *_angle,
    eq(app("dual_slope", phi, *_at), times(minus(PI, theta), app("inv", PI))),
    why="2P[a > 0, b > 0]: two half planes whose normals enclose θ meet in a sector of angle π - θ.",
    source="Cho and Saul, Kernel methods for deep learning, 2009",
)  # fmt: skip
for _name, _what in (("dual", "2 E[relu(a) relu(b)]"), ("dual_slope", "2 P[a > 0, b > 0]")):
    row(
        f"{_name}.pos", [phi, a, b, c], app("relu", phi), app("pos", a), app("pos", c),
        app("pos", minus(times(a, c), times(b, b))), app("pos", app(_name, phi, a, b, c)),
        why=f"{_what}: the Gaussian has a positive density on the quadrant a > 0, b > 0.",
    )  # fmt: skip
    row(
        f"{_name}.acute", [phi, a, b, c], app("relu", phi), app("pos", b), le(times(b, b), times(a, c)), le(0, a),
        app("pos", app(_name, phi, a, b, c)),
        why=f"{_what}: with a positive covariance both variances are positive, and a > 0, b > 0 together has a "
        f"positive "
        "probability, on a line as well as in the plane.",
    )  # fmt: skip

# -- the recursion over layers -----------------------------------------------------------------------------------------

_LAYER = ("act", "const", "const", "const", "int", "const", "const", "const")
symbol("layer_own", ("act", "const", "int", "const"), "const", "the diagonal of ``layer``, for one input: Σ^l(u, u)")
recursion(
    "layer_own", [phi, c, l, s], l, 0, s, fun([last], app("dual", phi, *[times(c, last)] * 3)), page=PAGE,
)  # fmt: skip
symbol(
    "layer", _LAYER, "const",
    "Σ^l(u, u') of layers with rows of covariance c11, c12, c22 over inputs of Gram entries s11, s12, s22",
)  # fmt: skip


def _own(index: Term) -> tuple[Term, Term]:
    return times(c11, app("layer_own", phi, c11, index, s11)), times(c22, app("layer_own", phi, c22, index, s22))


recursion(
    "layer", [phi, *copies, l, *start], l, 0, s12,
    fun([last], app("dual", phi, _own(l)[0], times(c12, last), _own(l)[1])), page=PAGE,
)  # fmt: skip
symbol(
    "layer_slope", _LAYER, "const", "Σ̇^l(u, u') = 2 E[φ' φ'] at the pre-activations of layer l >= 1, as in ``layer``"
)
define(
    "layer_slope", [phi, *copies, l, *start],
    app("dual_slope", phi, _own(minus(l, 1))[0], times(c12, app("layer", phi, *copies, minus(l, 1), *start)),
        _own(minus(l, 1))[1]),
    le(1, l),
)  # fmt: skip
symbol("passed", ("act", "const", "const", "const", "int", "int", "const", "const", "const"), "const",
       "Π_{t=u}^{v-1} c12 Σ̇^t(u, u'): what is left of a gradient from layer v at layer u")  # fmt: skip
define(
    "passed", [phi, *copies, v, u, *start],
    app("cprod", u, minus(v, 1), fun([k], times(c12, app("layer_slope", phi, *copies, k, *start)))), le(1, u), le(u, v),
)  # fmt: skip
symbol(
    "tangent",
    _LAYER,
    "const",
    "Σ_{k=1}^{l} Σ^{k-1} Π_{t=k}^{l-1} c12 Σ̇^t: the tangent kernel of depth l, as in ``layer``",
)
define(
    "tangent", [phi, *copies, l, *start],
    app("csum", 1, l, fun([k], times(app("layer", phi, *copies, minus(k, 1), *start),
                                     app("passed", phi, *copies, l, k, *start)))),
    le(1, l),
)  # fmt: skip

# -- f and g -----------------------------------------------------------------------------------------------------------

ONE = [num(1)] * 3


def gram(p: Term, q: Term) -> list[Term]:
    """The Gram entries of two inputs."""
    return [app("dot", p, p), app("dot", p, q), app("dot", q, q)]


_PAIR: tuple[str, ...] = ("act", "int", "input", "input")
symbol(
    "Sig", _PAIR, "const", "Σ^l(x, x') of f: the limit of q^l·q'^l/n_l, and the covariance of outputs at depth l + 1"
)
define("Sig", [phi, l, x, y], app("layer", phi, *ONE, l, *gram(x, y)), le(0, l))
symbol("Sigdot", _PAIR, "const", "Σ̇^l(x, x') = 2 E[φ'(y^l) φ'(y'^l)] of f, for l >= 1")
define("Sigdot", [phi, l, x, y], app("layer_slope", phi, *ONE, l, *gram(x, y)), le(1, l))
symbol("Dot", ("act", "int", "int", "input", "input"), "const", "Π_{t=l}^{L-1} Σ̇^t(x, x') of f")
define(
    "Dot", [phi, L, l, x, y], app("cprod", l, minus(L, 1), fun([k], app("Sigdot", phi, k, x, y))), le(1, l), le(l, L)
)
symbol("Theta", _PAIR, "const", "Θ^f(x, x') = Σ_{l=1}^{L} Σ^{l-1} Π_{t=l}^{L-1} Σ̇^t, the limit of f's tangent kernel")
define(
    "Theta", [phi, L, x, y],
    app("csum", 1, L, fun([l], times(app("Sig", phi, minus(l, 1), x, y), app("Dot", phi, L, l, x, y)))), le(1, L),
)  # fmt: skip


def rows(depth: Term | int, p: Term, q: Term) -> list[Term]:
    """S = Σ^{L-1} at p and q: the covariance of the outputs of f, which are the weights of g."""
    return [app("Sig", phi, minus(depth, 1), *pair) for pair in ((p, p), (p, q), (q, q))]


_QUAD: tuple[str, ...] = ("act", "int", "int", "input", "input", "input", "input")
symbol(
    "GSig",
    _QUAD,
    "const",
    "Σ^l(u, u') of g, u = (x, z), u' = (x', z'), weights from f of depth L: (phi, L, l, x, x', z, z')",
)
define("GSig", [phi, L, l, x, y, z, w], app("layer", phi, *rows(L, x, y), l, *gram(z, w)), le(1, L), le(0, l))
symbol("Lam", _QUAD, "const", "Λ^l(u, u') = S(x, x') Σ^{l-1}(u, u'), the covariance of g's layer l >= 1")
define(
    "Lam", [phi, L, l, x, y, z, w],
    times(app("Sig", phi, minus(L, 1), x, y), app("GSig", phi, L, minus(l, 1), x, y, z, w)), le(1, L), le(1, l),
)  # fmt: skip
symbol("GSigdot", _QUAD, "const", "Σ̇^l(u, u') = 2 E[φ'(g^l) φ'(g'^l)] of g, for l >= 1")
define("GSigdot", [phi, L, l, x, y, z, w], app("layer_slope", phi, *rows(L, x, y), l, *gram(z, w)), le(1, L), le(1, l))
symbol("GDot", ("act", "int", "int", "int", "input", "input", "input", "input"), "const",
       "Π_{t=u}^{v-1} S(x, x') Σ̇^t(u, u') of g: (phi, L, v, u, x, x', z, z')")  # fmt: skip
define(
    "GDot",
    [phi, L, v, u, x, y, z, w],
    app("passed", phi, *rows(L, x, y), v, u, *gram(z, w)),
    le(1, L),
    le(1, u),
    le(u, v),
)
symbol(
    "GTheta",
    _QUAD,
    "const",
    "Θ^g(u, u') = Σ_{l=1}^{H} Σ^{l-1} Π_{t=l}^{H-1} S Σ̇^t of g at depth H: (phi, L, H, x, x', z, z')",
)
define("GTheta", [phi, L, l, x, y, z, w], app("tangent", phi, *rows(L, x, y), l, *gram(z, w)), le(1, L), le(1, l))
symbol(
    "ThetaH",
    _QUAD,
    "const",
    "Θ^h(u, u') = Θ^f(x, x') Θ^g(u, u'), the limit of the hyperkernel: (phi, L, H, x, x', z, z')",
)
define(
    "ThetaH", [phi, L, l, x, y, z, w], times(app("Theta", phi, L, x, y), app("GTheta", phi, L, l, x, y, z, w)),
    le(1, L), le(1, l),
)  # fmt: skip
