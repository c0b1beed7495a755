"""Correlation functions at one input as cluster graphs, and what walks of matchings say of their size.

``corr(phi, L, m, es, x)`` is a product of m copies of one output at x, with derivatives contracted in pairs over all
weights: es lists the ends u_1, v_1, u_2, v_2, … of the contractions, copies counted from 0.  As a multigraph it has a
vertex for each copy and an edge for each contraction; a connected component is a *cluster*.  Dyer and Gur-Ari (2019)
conjecture E C = O(n^{s_C}), s_C = n_e + (n_o - m)/2 with n_e clusters of even and n_o of odd size.

By Wick's theorem E C is a sum over *walks*: one perfect matching of the copies for each weight layer, every contraction
in the matching of the layer that it is realised in.  A walk of D swaps contributes a positive multiple of
n^{-D} (1 + O(1/n)): two consecutive matchings of 2k points with s swaps between them have k - s cycles in common, each
a factor n_l against n_l^{-k}; for ReLU n_l^j turns into 2^k E B_l^j, of the same degree.  Nothing cancels.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import Term, Var, app, eq, forall, fun, imp, le, num
from verifier.kernel.theory.moments import HAS, LEADING, MEAN, power_of
from verifier.kernel.theory.writing import definition, law, many, minus, plus, predicate, recursion, times

PAGE = "graphs"
row = partial(law, page=PAGE, mark="theorem")

phi, psi = many("phi psi", "act")
omega = Var("omega", "mode")
L, D, N, k, m, r, s, u, v, end = many("L D N k m r s u v end", "int")
es = Var("es", "seq")
x = Var("x", "input")
p, c, e = many("p c e", "const")
X = Var("X", "rand")
P = Var("P", "prop")


def _add(edges: Term, a: Term | int, b: Term | int) -> Term:
    """One more contraction."""
    return app("snoc", app("snoc", edges, a), b)


# -- graphs ------------------------------------------------------------------------------------------------------------

symbol("corr", ("act", "int", "int", "seq", "input"), "rand", "m copies of output 1 at x with the contractions es")
symbol("multigraph", ("int", "seq"), "prop", "es lists pairs 0 ≤ u < v < m, m ≥ 1")
GRAPH = app("multigraph", m, es)
C = app("corr", phi, L, m, es, x)
row("multigraph.nil", [m], le(1, m), app("multigraph", m, app("nil")), why="No contraction.")
row(
    "multigraph.add", [m, es, u, v], GRAPH, le(0, u), le(plus(u, 1), v), le(plus(v, 1), m),
    app("multigraph", m, _add(es, u, v)), why="One contraction more.",
)  # fmt: skip
row(
    "has_moments.corr", [phi, L, m, es, x], app("homogeneous", phi), le(1, L), GRAPH, HAS(C),
    why="On each of finitely many cells it is a polynomial in Gaussian weights.",
)  # fmt: skip

symbol("star", ("int",), "seq", "0, 1, 0, 2, …, 0, r: the contractions of T^r")
t = Var("t", "seq")
recursion("star", [r], r, 0, app("nil"), fun([t], _add(t, 0, plus(r, 1))), page=PAGE)
STAR = app("star", r)
row(
    "star.corr", [phi, L, r, x], app("homogeneous", phi), le(1, L), le(0, r),
    eq(app("S", phi, L, r, x, x), app("corr", phi, L, plus(r, 1), STAR, x)),
    why="∇^r f contracted with r gradients ∇f.",
)  # fmt: skip
row("star.multigraph", [r], le(0, r), app("multigraph", plus(r, 1), STAR), why="r pairs 0 < j ≤ r.")

symbol("connected", ("int", "seq"), "prop", "the graph is connected")
row("star.connected", [r], le(0, r), app("connected", plus(r, 1), STAR), why="Every vertex is joined to 0.")
symbol("even_clusters", ("int", "seq"), "int", "n_e, the number of clusters of even size")
symbol("odd_clusters", ("int", "seq"), "int", "n_o, the number of clusters of odd size")
for _parity, _size, _counts in (("even", times(2, s), (1, 0)), ("odd", plus(times(2, s), 1), (0, 1))):
    for _kind, _count in zip(("even", "odd"), _counts, strict=True):
        _graph = (_size, es)
        row(
            f"connected.{_parity}.{_kind}", [s, es], app("multigraph", *_graph), app("connected", *_graph),
            eq(app(f"{_kind}_clusters", *_graph), _count), why="One cluster, of all vertices.",
        )  # fmt: skip

symbol("cluster_exponent", ("int", "seq"), "const", "s_C = n_e + (n_o - m)/2")
definition(
    "cluster_exponent", [m, es],
    plus(app("even_clusters", m, es), times(num(Fraction(1, 2)), minus(app("odd_clusters", m, es), m))), page=PAGE,
)  # fmt: skip
symbol("sC", ("int",), "const", "s_C of the star T^r")
definition("sC", [r], app("cluster_exponent", plus(r, 1), STAR), page=PAGE)

symbol("half", ("int",), "int", "⌊k/2⌋")
row("half.even", [s], eq(app("half", times(2, s)), s), why="2s/2 = s.")
row("half.odd", [s], eq(app("half", plus(times(2, s), 1)), s), why="(2s + 1)/2 = s + 1/2.")
_by_parity = [forall([s], imp(eq(k, value), P)) for value in (times(2, s), plus(times(2, s), 1))]
row("int.parity", [k, P], *_by_parity, P, why="Every integer is even or odd.")

# -- sizes where all widths are n --------------------------------------------------------------------------------------

symbol("rms", ("rand", "const"), "prop", "√E X² = O(n^p) where all widths are n → ∞")
symbol("low_rms", ("rand", "const"), "prop", "√E X² ≥ c n^p for some c > 0 where all widths are n, n large")
symbol("exact_rms", ("rand", "const"), "prop", "√E X² is of exact order n^p where all widths are n → ∞")
predicate("exact_rms", [X, p], app("and", app("rms", X, p), app("low_rms", X, p)), page=PAGE)
_leading = LEADING(MEAN(power_of(X, 2)), times(2, p), c)
row("rms.leading", [X, p, c], HAS(X), _leading, app("rms", X, p), why="n^{-2p} E X² converges.")
row("low_rms.leading", [X, p, c], HAS(X), _leading, app("pos", c), app("low_rms", X, p), why="To a number above 0.")
row(
    "rms.upper", [omega, X, p], app("level", omega), HAS(X), app("rms", X, p), app("upper", omega, X, p),
    why="Markov's inequality.",
)  # fmt: skip
row("low_rms.most", [X, p, c], HAS(X), app("low_rms", X, p), app("rms", X, c), le(p, c), why="n^p = O(n^c).")

# -- walks -------------------------------------------------------------------------------------------------------------

_one_input = (app("binomial_widths", phi, L, x), le(1, L), GRAPH)
_numbers = [
    eq(s, m), le(s, plus(end, D)),
    le(end, plus(times(2, app("even_clusters", m, es)), app("odd_clusters", m, es))), le(times(-1, D), times(2, p)),
]  # fmt: skip
row(
    "walks.bound", [phi, L, m, es, x, p], *_one_input, forall([s, end, D], imp(*_numbers)), app("rms", C, p),
    why="E C² is that of two copies of the graph, a sum over walks. The union of the first matchings of a walk has s "
    "= m components at the start, a swap merges at most two, and each of those at the end is a union of clusters of "
    "an even number of vertices: an odd cluster is never alone, so that 2·end ≤ 2·2n_e + 2n_o. If every number D of "
    "swaps that is possible so has -D ≤ 2p, then E C² = O(n^{2p}).",
)  # fmt: skip
symbol(
    "covers", ("int", "seq", "int", "int"), "prop",
    "some walk of N perfect matchings of the vertices of the graph (m, es), with one more if m is odd, realises every "
    "contraction once and has D swaps",
)  # fmt: skip
row(
    "walks.covers", [phi, L, m, es, x, D, N], *_one_input, app("nonzero_input", x), app("covers", m, es, D, N),
    le(N, L),
    app("low_rms", C, times(-1, D)),
    why="With f^q, q = 0 or 1, for the vertex that is one more: E C f^q is at least the walk's own contribution, a "
    "multiple of n^{-D}; layers beyond N repeat its last matching at no cost. And |E C f^q| ≤ √E C² √E f^{2q}.",
)  # fmt: skip
symbol(
    "fewest", ("int", "seq", "int", "int"), "prop",
    "for two copies of the graph (m, es), every walk that realises all contractions has at least D swaps, and one of "
    "at most N matchings has D",
)  # fmt: skip
row(
    "walks.fewest", [phi, L, m, es, x, D, N], *_one_input, app("nonzero_input", x), app("fewest", m, es, D, N),
    le(N, L),
    app("exact_rms", C, times(num(Fraction(-1, 2)), D)),
    why="E C² is the sum of the contributions of all walks of L matchings, all positive; the largest are of order "
    "n^{-D}.",
)  # fmt: skip

# -- from second moments to tightness on both sides --------------------------------------------------------------------

_linear = app("corr", psi, L, m, es, x)
row(
    "tight.moments", [phi, L, m, es, x, omega, p, c, e], *_one_input, app("level", omega),
    LEADING(MEAN(power_of(C, 2)), times(2, p), c),
    forall([psi], imp(app("linear", psi), LEADING(MEAN(power_of(_linear, 2)), times(2, p), e))), app("pos", e),
    app("tight", omega, C, p),
    why="Above, Markov's inequality. Below, condition on the numbers B_l of open units: given them C is a polynomial "
    "of bounded degree in Gaussians with second moment Π (2B_l/n_l)^m times that of the linear network of widths B_l, "
    "a sum of positive multiples of Π B_l^{-a}, a ≥ 0, which is at least its value at n, n^{2p}(e + o(1)). Where all "
    "B_l ≥ n/4, with probability 1 - o(1), it is at least 2^{-m(L-1)} n^{2p}(e + o(1)), and P[|C| ≤ ε √E C² | B] ≤ c "
    "ε^{1/k} for a polynomial of degree k.",
    source="A. Carbery and J. Wright, Distributional and L^q norm inequalities for polynomials over convex bodies, "
    "2001",
)  # fmt: skip
