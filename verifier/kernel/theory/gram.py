"""Networks layer by layer at growing width: Gram matrices, masks, Jacobians, outputs, gradients, the hyperkernel.

Given all earlier layers, the rows of a layer's weights are independent over rows, with iid pairs of entries (the two
copies at x and x') of covariance C: C = 1 for f, and C = q^{L-1}·q'^{L-1}/n_{L-1} for g, whose weights are outputs of
f, linear in W^L.  So the pre-activations of a layer are, given the past, exactly iid Gaussian vectors of covariance
C R, R the Gram of the layer before. Every row below follows from that, one layer at a time, for widths that grow in
any manner; depths are fixed, and so are the indices a, b of units, being ``int``: as matrices of growing size
products of Jacobians do not converge (E7). With the ReLU all moments of Gram entries, chains and outputs are bounded,
uniformly in the widths at given depths, so that limits in probability are limits of means as well.
"""

from __future__ import annotations

from functools import partial

from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import Term, Var, app, eq, forall, fun, imp, le
from verifier.kernel.theory import kernels, limits  # noqa: F401  (symbols)
from verifier.kernel.theory.writing import law, many, plus, times

PAGE = "gram"
row = partial(law, page=PAGE, mark="theorem")

phi, omega = Var("phi", "act"), Var("omega", "mode")
L, H, l, u, v, i, j, k, d, e = many("L H l u v i j k d e", "int")
x, y, z, w = many("x y z w", "input")
D, S, c11, c12, c22, s11, s12, s22, t1, t2, t = many("D S c11 c12 c22 s11 s12 s22 t1 t2 t", "const")
P = Var("P", "prop")
relu, grows, grows_g = app("relu", phi), app("grows", omega, L), app("grows_g", omega, H)


def plim(of: Term, to: Term | int) -> Term:
    """``of`` → ``to`` in probability along omega."""
    return app("plim", omega, of, to)


def entries(of: str, *indices: Term, to: tuple[Term, Term, Term], g: bool = False) -> list[Term]:
    """The limits of a Gram quantity at (x, x), (x, y), (y, y)."""
    pairs = (((x, x), (z, z)), ((x, y), (z, w)), ((y, y), (w, w)))
    return [plim(app(of, phi, *indices, *p, *(q if g else ())), c) for (p, q), c in zip(pairs, to, strict=True)]


def units(head: str, *indices: Term, points: tuple[Term, ...], to: Term) -> Term:
    """Entry (i, j) of a product of Jacobians → ``to`` on the diagonal and 0 beside it, for all units."""
    body = plim(app(head, phi, *indices, i, j, *points), times(app("delta", i, j), to))
    return forall([i, j], imp(le(1, i), le(1, j), body))


# -- modes -------------------------------------------------------------------------------------------------------------

for _grows, _whose in (("grows", "n_1, …, n_{l-1}"), ("grows_g", "m_1, …, m_{l-1}")):
    row(
        f"{_grows}.less", [omega, L, l], le(1, l), le(l, L), app(_grows, omega, L), app(_grows, omega, l),
        why=f"The widths {_whose} are among those that grow.",
    )  # fmt: skip
row(
    "mode.grows", [P],
    forall([omega], imp(*[forall([L], imp(le(1, L), app(g, omega, L))) for g in ("grows", "grows_g")], P)), P,
    why="All widths of f and of g equal to n = 1, 2, 3, …",
)  # fmt: skip

# -- f -----------------------------------------------------------------------------------------------------------------

symbol(
    "Mask",
    ("act", "int", "input", "input"),
    "rand",
    "(2/n_l) Σ_a φ'(y^l_a(x)) φ'(y^l_a(x')), for a hidden layer l >= 1 of f",
)
symbol(
    "Ntk",
    ("act", "int", "int", "int", "input", "input"),
    "rand",
    "∂f^d(x)/∂w · ∂f^e(x')/∂w at depth L: (phi, L, d, e, x, x')",
)
row(
    "gram.step", [phi, omega, L, l, x, y, s11, s12, s22], relu, grows, le(1, l), le(plus(l, 1), L),
    *entries("Q", l, to=(s11, s12, s22)), plim(app("Q", phi, plus(l, 1), x, y), app("dual", phi, s11, s12, s22)),
    why="q^l·q'^l/n_l is a mean of n_l terms 2 φ(y) φ(y') that are iid given q^{l-1}, with (y, y') Gaussian of "
    "covariance "
    "Q^l; their mean is a continuous function of Q^l and their variance at most 12 Q^l(x, x) Q^l(x', x'): Chebyshev.",
)  # fmt: skip
row(
    "mask.step", [phi, omega, L, l, x, y, s11, s12, s22], relu, grows, le(1, l), le(plus(l, 1), L),
    *entries("Q", l, to=(s11, s12, s22)), app("pos", s11), app("pos", s22),
    plim(app("Mask", phi, l, x, y), app("dual_slope", phi, s11, s12, s22)),
    why="As gram.step: bounded terms; P[y > 0, y' > 0] is continuous in the covariance where both variances are "
    "positive.",
)  # fmt: skip
row(
    "chain.step", [phi, omega, L, u, d, e, x, y, D, S], relu, app("grows", omega, plus(L, 1)), le(1, u), le(u, L),
    le(1, d), le(1, e), units("C", L, u, points=(x, y), to=D), plim(app("Mask", phi, L, x, y), S),
    plim(app("C", phi, plus(L, 1), u, d, e, x, y), times(app("delta", d, e), D, S)),
    why="With M = (entries (i, j) at layer L, which have the law of those of a network of depth L), B = (2/n_L) Z M "
    "Z' and "
    "rows w_d, w_e independent of B, the entry is w_d·B w_e: of conditional mean δ tr B and variance at most 2|B|². "
    "Units are exchangeable and M has bounded fourth moments, so E|B|² <= 4 (E M_11²/n_L + E M_12²) → 0 and "
    "tr B - D·Mask = (2/n_L) Σ Z Z' (M_aa - D) → 0 in mean.",
)  # fmt: skip
row(
    "ntk.layers", [phi, L, d, e, x, y], relu, le(1, L), le(1, d), le(1, e),
    eq(
        app("Ntk", phi, L, d, e, x, y),
        app("sum", 1, L, fun([l], times(app("Q", phi, l, x, y), app("C", phi, L, l, d, e, x, y)))),
    ),
    why="∂f^d/∂W^l = (∂f^d/∂y^l) ⊗ q^{l-1}/√n_{l-1}; the inner product of two such is Q C.",
)  # fmt: skip

# -- laws --------------------------------------------------------------------------------------------------------------

_FAMILY = (("int", "input", "input"), "rand")
_COVARIANCE = (("input", "input", "input", "input"), "const")
symbol(
    "gauss", ("mode", _FAMILY, _COVARIANCE), "prop",
    "the finite-dimensional laws of the variables X(a, x, z), units a >= 1 and inputs x, z, converge along the mode to "
    "those of centred Gaussian processes, independent over a, each of covariance κ(x, z, x', z')",
)  # fmt: skip
X = Var("X", _FAMILY)
kappa, other = Var("kappa", _COVARIANCE), Var("other", _COVARIANCE)
row(
    "gauss.unique", [omega, X, kappa, other, x, z, y, w], app("gauss", omega, X, kappa), app("gauss", omega, X, other),
    eq(app(kappa, x, z, y, w), app(other, x, z, y, w)),
    why="A law has one limit, and a Gaussian law one covariance.",
)  # fmt: skip
row(
    "gauss.congruent", [omega, X, kappa, other], app("gauss", omega, X, kappa),
    forall([x, z, y, w], eq(app(kappa, x, z, y, w), app(other, x, z, y, w))), app("gauss", omega, X, other),
    why="It is about the values of the covariance.",
)  # fmt: skip
A, B = Var("A", (("input", "input"), "const")), Var("B", _COVARIANCE)
unit = Var("unit", "int")
row(
    "gauss.f", [phi, omega, L, A], le(1, L), forall([x, y], plim(app("Q", phi, L, x, y), app(A, x, y))),
    app("gauss", omega, fun([unit, x, z], app("f", phi, L, x, unit)), fun([x, z, y, w], app(A, x, y))),
    why="Given q^{L-1}, outputs are exactly iid over units, Gaussian over inputs with covariance Q^L; it converges in "
    "probability, and characteristic functions E exp(-t·Q^L t/2) do by bounded convergence (Lévy).",
)  # fmt: skip

# -- g -----------------------------------------------------------------------------------------------------------------

_POINTS = ("input", "input", "input", "input")
symbol("G", ("act", "int", "int", "input", "input", "int"), "rand",
       "g^l_a(x, z): unit a of layer l (at l = H an output) of g, whose weights V are outputs of f, of depth L: "
       "(phi, L, l, x, z, a)")  # fmt: skip
symbol("GQ", ("act", "int", "int", *_POINTS), "rand", "a^{l-1}·a'^{l-1}/m_{l-1} of g: (phi, L, l, x, x', z, z')")
symbol(
    "GMask", ("act", "int", "int", *_POINTS), "rand", "(2/m_l) Σ_a φ'(g^l_a) φ'(g'^l_a) of g: (phi, L, l, x, x', z, z')"
)
symbol("GC", ("act", "int", "int", "int", "int", "int", *_POINTS), "rand",
       "entry (a, b) of P^{u→v} P'^{u→v}ᵀ of g, for units of layer v: (phi, L, v, u, a, b, x, x', z, z')")  # fmt: skip
symbol("GNtk", ("act", "int", "int", "int", "int", *_POINTS), "rand",
       "∂h^a/∂V · ∂h'^b/∂V at depth H of g: (phi, L, H, a, b, x, x', z, z')")  # fmt: skip
given = [relu, le(1, L), grows, grows_g, le(1, l), le(plus(l, 1), H)]
copies, before = (c11, c12, c22), (s11, s12, s22)
covariance = [times(c, s) for c, s in zip(copies, before, strict=True)]
here = (phi, omega, L, H, l, x, y, z, w, *copies, *before)
row(
    "gram_g.first", [phi, L, x, y, z, w], le(1, L), eq(app("GQ", phi, L, 1, x, y, z, w), app("dot", z, w)),
    why="a^0 = z.",
)  # fmt: skip
row(
    "gram_g.step", here, *given, *entries("Q", L, to=copies), *entries("GQ", L, l, to=before, g=True),
    plim(app("GQ", phi, L, plus(l, 1), x, y, z, w), app("dual", phi, *covariance)),
    why="As gram.step, given q^{L-1} and the layers of g before: the rows of V^l are iid pairs of covariance Q^L.",
)  # fmt: skip
row(
    "mask_g.step", here, *given, *entries("Q", L, to=copies), *entries("GQ", L, l, to=before, g=True),
    app("pos", covariance[0]), app("pos", covariance[2]),
    plim(app("GMask", phi, L, l, x, y, z, w), app("dual_slope", phi, *covariance)), why="As mask.step.",
)  # fmt: skip
row(
    "chain_g.top", [phi, L, u, d, e, x, y, z, w], le(1, L), le(1, u), le(1, d), le(1, e),
    eq(app("GC", phi, L, u, u, d, e, x, y, z, w), app("delta", d, e)), why="An empty product.",
)  # fmt: skip
row(
    "chain_g.step", [phi, omega, L, v, u, d, e, x, y, z, w, D, S, c12], relu, le(1, L), grows,
    app("grows_g", omega, plus(v, 1)), le(1, u), le(u, v), le(1, d), le(1, e),
    units("GC", L, v, u, points=(x, y, z, w), to=D), plim(app("GMask", phi, L, v, x, y, z, w), S),
    plim(app("Q", phi, L, x, y), c12),
    plim(app("GC", phi, L, plus(v, 1), u, d, e, x, y, z, w), times(app("delta", d, e), D, c12, S)),
    why="As chain.step: the two copies of a row have entries of covariance Q^L, so the conditional mean is δ Q^L(x, "
    "x') tr B.",
)  # fmt: skip
row(
    "ntk_g.layers", [phi, L, H, d, e, x, y, z, w], relu, le(1, L), le(1, H), le(1, d), le(1, e),
    eq(app("GNtk", phi, L, H, d, e, x, y, z, w),
       app("sum", 1, H, fun([l], times(app("GQ", phi, L, l, x, y, z, w), app("GC", phi, L, H, l, d, e, x, y, z, w))))),
    why="∂h^a/∂V^l = (row a of P^{l→H}) ⊗ a^{l-1}/√m_{l-1}.",
)  # fmt: skip
row(
    "gauss.g", [phi, omega, L, l, A, B], le(1, L), le(1, l),
    forall([x, y], plim(app("Q", phi, L, x, y), app(A, x, y))),
    forall([x, z, y, w], plim(app("GQ", phi, L, l, x, y, z, w), app(B, x, z, y, w))),
    app("gauss", omega, fun([unit, x, z], app("G", phi, L, l, x, z, unit)),
        fun([x, z, y, w], times(app(A, x, y), app(B, x, z, y, w)))),
    why="As gauss.f: given q^{L-1} and the layers of g before, units of layer l are exactly iid Gaussian of "
    "covariance Q^L GQ^l.",
)  # fmt: skip

# -- the hyperkernel ---------------------------------------------------------------------------------------------------

symbol(
    "Kh",
    ("act", "int", "int", *_POINTS),
    "rand",
    "K^h(u, u') = ∂h/∂w · ∂h'/∂w, over the weights w of f, h = g^H_1: (phi, L, H, x, x', z, z')",
)
symbol(
    "Khl",
    ("act", "int", "int", "int", *_POINTS),
    "rand",
    "the part of K^h of the weights W^l: (phi, L, H, l, x, x', z, z')",
)
row(
    "hyper.layers", [phi, L, H, x, y, z, w], relu, le(1, L), le(1, H),
    eq(app("Kh", phi, L, H, x, y, z, w), app("sum", 1, L, fun([l], app("Khl", phi, L, H, l, x, y, z, w)))),
    why="The weights of f are those of its layers.",
)  # fmt: skip
row(
    "hyper.step", [phi, omega, L, H, l, x, y, z, w, S, D, t1, t, t2], relu, le(1, L), le(1, H), grows, grows_g,
    app("nonzero_input", x), app("nonzero_input", y), le(1, l), le(l, L),
    plim(app("Q", phi, l, x, y), S), units("C", L, l, points=(x, y), to=D),
    *[plim(app("GNtk", phi, L, H, 1, 1, *points), to)
      for points, to in (((x, x, z, z), t1), ((x, y, z, w), t), ((y, y, w, w), t2))],
    plim(app("Khl", phi, L, H, l, x, y, z, w), times(S, D, t)),
    why="K^h_l = Q^l Σ_{e,e'} v_e v'_e' C(L, l, e, e'), v = ∂h/∂V, |v|² = GNtk. For l = L: C = δ. Else C = w_e·B w_e' "
    "with rows "
    "w_e of W^L and B of the layers below; |B| → 0, as w_1·B w_2 → 0, and tr B → D. Given the layers below and all of "
    "V, "
    "(V(x), V(x')) = (w·q, w·q')/√n, the parts of the w_e orthogonal to q, q' are still iid Gaussian, so that their "
    "part of "
    "vᵀ W B Wᵀ v' has mean v·v' (tr B + O(|B|)) and variance O(|v|²|v'|²|B|²). Along q, q' the vector Wᵀv has bounded "
    "components: v·V(x) √n/|q| = H h √n/|q| by Euler (h has degree H in V), and across q a Gaussian of variance |v|², "
    "since v "
    "is a function of V(x) alone; Q^L(x, x) → |x|²/n_0 > 0. So what they add is O_p(|B|).",
)  # fmt: skip
