"""Joint limits of f and of what its derivatives are made of, and what is known of their law.

One base, ``coupled``, for each way for widths to grow, depth and pair of inputs; its whole family stands in one
definition, ``joint``.  At depths 1 and 2 it is a theorem on sums over iid neurons; at depth 3 and more it is cited.
Given the layers below the last, row d of W^L is a fresh Gaussian vector: so limits are jointly Gaussian, and iid over
outputs.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import Term, Var, app, eq, forall, fun, le, num
from verifier.kernel.core.terms import imp as implies
from verifier.kernel.theory import hyper, kernels, widths  # noqa: F401  (their symbols stand in the rows)
from verifier.kernel.theory.limits import ALIVE, NEVER, T, b, omega
from verifier.kernel.theory.signs import ON
from verifier.kernel.theory.writing import law, many, minus, negation, plus, predicate, times

PAGE = "joint"
row = partial(law, page=PAGE, mark="theorem")

phi = Var("phi", "act")
x, y = many("x y", "input")
z, w, g, s = many("z w g s", "const")
L, H, m, d, e, l, l1, l2, t, i = many("L H m d e l l1 l2 t i", "int")
HALF = num(Fraction(1, 2))
RELU, PROPORTIONAL = app("relu", phi), app("proportional", omega, L)
INPUTS = (app("nonzero_input", x), app("nonzero_input", y))
APART = negation(app("antiparallel", x, y))


def product(of: str, at: tuple[Term, ...], lo: Term | int, hi: Term | int, limit: bool = False) -> Term:
    """f^lo(x)·…·f^hi(x), or its limit."""
    return app("lprod" if limit else "prod", lo, hi, fun([i], app(of, *at, i)))


# -- the family --------------------------------------------------------------------------------------------------------

symbol(
    "coupled", ("mode", "act", "int", "input", "input"), "base",
    "a coupling on which what ``joint`` lists converges, wherever there is one: coupled(ω, φ, L, x, y)",
)  # fmt: skip
symbol(
    "F", ("base", "input", "int"), "lim",
    "at coupled(ω, φ, L, x, y), for d ≥ 1: F(x, d), F(y, d) are centred Gaussian of covariance Σ^{L-1}, iid over d, "
    "and jointly Gaussian with Gam and Psi",
)  # fmt: skip
symbol(
    "Gam", ("base", "int", "int", "int"), "lim", "the limit of n A(l', l, e), jointly Gaussian with F: Gam(b, l', l, e)"
)
symbol("Psi", ("base", "int", "int", "int"), "lim", "the limit of √n C(l, d, e), d ≠ e, l < L: Psi(b, l, d, e)")
row(
    "coupled.mode", [omega, phi, L, x, y], eq(app("modeof", app("coupled", omega, phi, L, x, y)), omega),
    why="It couples along ω.",
)  # fmt: skip
_C = app("C", phi, L, l, d, e, x, y)
_l, _d, _e = (le(1, l), le(l, L)), le(1, d), le(1, e)
_FAMILY = (
    forall([d], implies(_d, T(b, app("f", phi, L, x, d), 0, app("F", b, x, d)))),
    forall([d], implies(_d, T(b, app("f", phi, L, y, d), 0, app("F", b, y, d)))),
    forall([l], implies(*_l, T(b, app("Q", phi, l, x, y), 0, app("Sig", phi, minus(l, 1), x, y)))),
    forall([l, d, e], implies(*_l, _d, _e, T(b, _C, 0, times(app("delta", d, e), app("Dot", phi, L, l, x, y))))),
    forall([l2, l1, e], implies(
        le(1, l1), le(plus(l1, 1), l2), le(l2, L), _e,
        T(b, app("A", phi, L, l2, l1, e, x, y), -1, app("Gam", b, l2, l1, e)),
    )),
    forall([l, d, e], implies(
        le(1, l), le(plus(l, 1), L), _d, _e, eq(app("delta", d, e), 0),
        T(b, _C, num(Fraction(-1, 2)), app("Psi", b, l, d, e)),
    )),
)  # fmt: skip
symbol(
    "joint", ("base", "act", "int", "input", "input"), "prop", "f, Q, C, n A and, for d ≠ e, √n C converge on the base"
)
_all = _FAMILY[-1]
for _part in reversed(_FAMILY[:-1]):
    _all = app("and", _part, _all)
predicate("joint", [b, phi, L, x, y], _all, page=PAGE)
BASE = app("coupled", omega, phi, L, x, y)
JOINT = app("joint", BASE, phi, L, x, y)
row(
    "joint.one", [omega, phi, L, x, y], RELU, eq(L, 1), JOINT,
    why="Nothing depends on the widths: f^d(x) = W_d·x/√n_0 is Gaussian of covariance x·y/n_0 = Σ^0, Q(1) = x·y/n_0, "
    "and C(1, d, e) = δ(d, e).",
)  # fmt: skip
row(
    "joint.two", [omega, phi, L, x, y], RELU, PROPORTIONAL, eq(L, 2), JOINT,
    why="With u, v the pre-activations of a neuron at x and y, and W_d its weight in f^d: f^d(x) = n_1^{-1/2} Σ W_d √2 "
    "relu(u), n_1 A(2, 1, e) = n_1^{-1/2} Σ W_e 2√2 1[u > 0] relu(v), √n_1 C(1, d, e) = n_1^{-1/2} Σ W_d W_e 2·1[u > "
    "0, v > 0], Q(2) = n_1^{-1} Σ 2 relu(u) relu(v) and C(1, d, d) = n_1^{-1} Σ 2 W_d² 1[u > 0, v > 0]: sums over "
    "neurons that are iid, the first three centred. The multivariate central limit theorem, the law of large numbers, "
    "n_1/n → γ, and a coupling (Skorokhod).",
)  # fmt: skip
row(
    "joint.deep", [omega, phi, L, x, y], RELU, PROPORTIONAL, le(3, L), *INPUTS, JOINT, mark="cited",
    why="gram-lln: f, n A and √n C are bilinear in rows of W^L, with vectors and matrices of a program of matrix "
    "products, their transposes and coordinatewise functions; for such programs averages over coordinates converge to "
    "constants, so that the Gram matrix of q(x), q(y) and of the vectors in n A does. Given the layers below the rest "
    "is Gaussian.", source="G. Yang, Tensor Programs III: Neural Matrix Laws, 2020",
)  # fmt: skip

# -- the limits --------------------------------------------------------------------------------------------------------

for _name, _u in (("x", x), ("y", y)):
    row(
        f"F.never0.{_name}", [omega, phi, L, x, y, d], RELU, le(1, L), _d, app("nonzero_input", _u),
        NEVER(app("F", BASE, _u, d)), why="Gaussian of variance Σ^{L-1}(u, u) = |u|²/n_0 > 0.",
    )  # fmt: skip
    row(
        f"poly.F.{_name}", [omega, phi, L, x, y, d], le(1, L), _d, app("poly", BASE, app("F", BASE, _u, d)),
        why="One of the Gaussian variables.",
    )  # fmt: skip
_pair = (le(1, l1), le(plus(l1, 1), l2), le(l2, L), _e)
_GAM = app("Gam", BASE, l2, l1, e)
row(
    "poly.Gam", [omega, phi, L, x, y, l2, l1, e], *_pair, app("poly", BASE, _GAM), why="One of the Gaussian variables.",
)  # fmt: skip
row(
    "Gam.never0", [omega, phi, L, x, y, l2, l1, e], RELU, PROPORTIONAL, eq(L, 2), *INPUTS, APART, *_pair, NEVER(_GAM),
    why="Gaussian of variance γ^{-2} E (2√2 1[u > 0] relu(v))², u, v Gaussian of covariance Σ^0, not 0 and not "
    "opposite: both are positive with positive probability.",
)  # fmt: skip
row(
    "Gam.never0.deep", [omega, phi, L, x, y, l2, l1, e], RELU, PROPORTIONAL, le(3, L), *INPUTS, APART, *_pair,
    NEVER(_GAM), mark="argued",
    why="Its covariance with F(y, e) is positive: see ``orthant.alive.deep``.",
)  # fmt: skip
_PSI = app("Psi", BASE, l, d, e)
_apart = (le(1, l), le(plus(l, 1), L), _d, _e, eq(app("delta", d, e), 0))
row(
    "Psi.never0", [omega, phi, L, x, y, l, d, e], RELU, PROPORTIONAL, eq(L, 2), *INPUTS, APART, *_apart, NEVER(_PSI),
    why="Gaussian of variance γ^{-1} E (W_d W_e 2·1[u > 0, v > 0])² > 0, as for Gam.never0.",
)  # fmt: skip
row(
    "Psi.never0.deep", [omega, phi, L, x, y, l, d, e], RELU, PROPORTIONAL, le(3, L), *INPUTS, APART, *_apart,
    NEVER(_PSI), mark="argued",
    why="√n C(l, d, e) = W_d·B W_e/√n, B of the layers below: Gaussian in the limit, of variance lim |B|²/n ≥ lim (tr "
    "B/n)² = Σ̇-products squared, which are positive.",
)  # fmt: skip
_levels = (RELU, *INPUTS, APART)
row(
    "Sig.pos", [phi, l, x, y], *_levels, le(1, l), app("pos", app("Sig", phi, l, x, y)),
    why="2E[relu(u) relu(v)], u, v Gaussian of variances |x|²/n_0, |y|²/n_0 > 0 and not opposite; then Σ^1 > 0, and "
    "with a positive covariance u, v > 0 with positive probability again.",
)  # fmt: skip
row(
    "Dot.pos", [phi, L, l, x, y], *_levels, le(1, l), le(l, L), app("pos", app("Dot", phi, L, l, x, y)),
    why="A product of numbers 2P[u > 0, v > 0], positive as in ``Sig.pos``.",
)  # fmt: skip
row(
    "Theta.deep", [phi, L, x, y], *_levels, le(3, L), app("pos", app("Theta", phi, L, x, y)),
    why="Let |x|² = |y|² = n_0 (Θ is homogeneous), θ their angle, φ = π - θ > 0. Θ^2 = (sin φ - 2φ cos φ)/π for the "
    "two-layer kernel, and 2φ cos φ - sin φ ≤ φ cos φ < 0.57 where cos φ > 0, so Θ^2 > -0.57/π. Θ^3 = Σ^2 + Σ̇^2 Θ^2 "
    "with Σ^2 ≥ 1/π, as Σ^1 ≥ 0, and 0 ≤ Σ̇^2 ≤ 1: Θ^3 > 0. Further, Θ^{L+1} = Σ^L + Σ̇^L Θ^L with Σ^L, Σ̇^L > 0.",
)  # fmt: skip

# -- masks of g --------------------------------------------------------------------------------------------------------


def step(of: Term, limit: bool = False) -> Term:
    """1 where a number is greater than 0, and 0 elsewhere: the ReLU's slope."""
    return app("lpieces" if limit else "pieces", 0, 0, 1, of)


def masks(base: Term, u: Term, c: Term) -> Term:
    """The limit of D(u, c): g^t is in the limit c F(u, 1)·…·F(u, t) as long as all earlier ones are positive."""
    through = times(c, product("F", (base, u), 1, t, limit=True))
    return app("lprod", 1, minus(H, 1), fun([t], step(through, limit=True)))


_ONE = (eq(m, 1), le(1, H), le(1, L))
row(
    "D.steps", [phi, m, H, L, x, z], RELU, *_ONE,
    eq(
        app("D", phi, m, H, L, x, z),
        app("prod", 1, minus(H, 1), fun([t], step(times(z, product("f", (phi, L, x), 1, t))))),
    ),
    why="As long as g^1, …, g^{t-1} > 0, g^t is z f^1·…·f^t. At the first t where g^t ≤ 0 both products have a factor "
    "0.",
)  # fmt: skip
symbol(
    "overlap", ("act", "int", "int", "int", "input", "input", "const", "const"), "prop",
    "D(x, z) and D(y, w) are both 1 at some weights of some widths: overlap(φ, m, H, L, x, y, z, w)",
)  # fmt: skip
row(
    "overlap.none", [phi, m, L, x, y, z, w], eq(m, 1), le(1, L), app("overlap", phi, m, 1, L, x, y, z, w),
    why="At H = 1 g has no hidden layer, and an empty product is 1.",
)  # fmt: skip
row(
    "overlap.same", [phi, m, H, L, x, z], RELU, *_ONE, app("nonzero_input", x), app("nonzero", z),
    app("overlap", phi, m, H, L, x, x, z, z), why="It is one mask, and at some weights it is 1.",
)  # fmt: skip
_Z = (app("nonzero", z), app("nonzero", w))
row(
    "mask.alive", [omega, phi, H, L, x, y, z], RELU, le(1, H), le(1, L), app("nonzero_input", x), app("nonzero", z),
    ALIVE(masks(BASE, x, z)), why="The F(x, d) are iid and symmetric: it is 1 with probability 2^{-(H-1)}.",
)  # fmt: skip
row(
    "mask.mass", [omega, phi, H, L, x, y, z], RELU, le(1, H), le(1, L), app("nonzero_input", x), app("nonzero", z),
    app("zeromass", masks(BASE, x, z), minus(1, app("power", HALF, minus(H, 1)))),
    why="The F(x, d) are iid and symmetric: it is 1 with probability 2^{-(H-1)}.",
)  # fmt: skip
row(
    "overlap.alive", [omega, phi, m, H, L, x, y, z, w], RELU, *_ONE, *INPUTS, APART, *_Z,
    app("overlap", phi, m, H, L, x, y, z, w), ALIVE(times(masks(BASE, x, z), masks(BASE, y, w))),
    why="(F(x, d), F(y, d)) are iid over d, Gaussian of positive variances and correlation ρ > -1, and ρ < 1 unless x "
    "and y are of one direction. So F(x, d), F(y, d) > 0 with positive probability, and F(x, 1) > 0 > F(y, 1) too "
    "unless they are of one direction. If z w > 0, or H = 1, the first suffices. If z w < 0 and H ≥ 2 one direction is "
    "excluded: there g^1 would have opposite signs at both, always.",
)  # fmt: skip

# -- signs that the support allows -------------------------------------------------------------------------------------

symbol(
    "orthant", ("base", "int", "input", "input", "int", "const", "const"), "lim",
    "orthant(b, L, x, y, H, s, g): 1 where s F(y, 1)·…·F(y, H) > 0 and, for d = 1, …, H, F(x, d) F(y, d) > 0, g "
    "Gam(l', 1, d) F(y, d) > 0 for 1 < l' ≤ L and Gam(l', l, d) F(y, d) > 0 for 2 ≤ l < l' ≤ L; 0 elsewhere",
)  # fmt: skip
_WHERE = [b, L, x, y, H, s, g]
_O = app("orthant", *_WHERE)
_Fy = app("F", b, y, d)
_d_H = (_d, le(d, H))
_why = "One of the conditions."
row("orthant.output", _WHERE, le(1, H), ON(_O, times(s, product("F", (b, y), 1, H, limit=True))), why=_why)
row("orthant.both", [*_WHERE, d], *_d_H, ON(_O, times(app("F", b, x, d), _Fy)), why=_why)
row(
    "orthant.first", [*_WHERE, l2, d], *_d_H, le(2, l2), le(l2, L),
    ON(_O, times(g, app("Gam", b, l2, 1, d), _Fy)), why=_why,
)  # fmt: skip
row(
    "orthant.later", [*_WHERE, l2, l1, d], *_d_H, le(2, l1), le(plus(l1, 1), l2), le(l2, L),
    ON(_O, times(app("Gam", b, l2, l1, d), _Fy)), why=_why,
)  # fmt: skip
_LIKELY = ALIVE(app("orthant", BASE, L, x, y, H, s, g))
_some = (RELU, PROPORTIONAL, *INPUTS, APART, le(1, H), app("nonzero", s))
_full = app("pos", times(g, app("dot", x, y)))
row(
    "orthant.alive", [omega, phi, L, x, y, H, s, g], *_some, le(1, L), le(L, 2), app("or", app("pos", g), _full),
    _LIKELY,
    why="Outputs are independent, and turning the signs of all variables of output 1 keeps the law and turns the sign "
    "of the product: so signs of one output are enough, F(x), F(y) > 0 and g Gam > 0. If g > 0: the covariances with "
    "F(y) are a point of the support; they are 2E relu(u) relu(v) (x·y/n_0 > 0 at L = 1), E relu(v)² and a multiple of "
    "E 1[u > 0] relu(v)², positive as in ``Gam.never0``. At L = 1 with x·y ≤ 0, or if g < 0, whence x·y < 0, the "
    "inputs are linearly independent, and so are u, v or relu(u), relu(v), 1[u > 0] relu(v) (u < 0 < v, v < 0 < u, 0 < "
    "u, v): the support is everything.",
)  # fmt: skip
row(
    "orthant.alive.deep", [omega, phi, L, x, y, H, s, g], *_some, le(3, L), app("or", app("pos", g), _full), _LIKELY,
    mark="argued",
    why="As for ``orthant.alive``. If g > 0, it is enough that the covariances with F(y) are positive: lim ⟨a, q(y)⟩/n "
    "where a starts as 2·1[u > 0] relu(v) at layer l'-1, is carried down to layer l by masks and transposes, and up to "
    "layer L-1 by masks and matrices. Conditioning on what W has been multiplied with, Wᵀa/√n = g' + α q(y) + β q(x), "
    "g' independent, α, β ≥ 0 by induction over layers, and α > 0; masks are not negative, and up again W q(y)/√n = v. "
    "If g < 0, x·y < 0: the inputs are linearly independent, and so are the limits of q(x), q(y) and of the vectors in "
    "n A(l', l), as each has a part of its own: that of the masks at layer l'-1, or the noise g' of a skipped layer. "
    "Measured in the tests, at depths 3 and 4.",
)  # fmt: skip

# -- outputs alone -----------------------------------------------------------------------------------------------------

symbol(
    "paired", ("mode", "act", "int", "input", "input"), "base",
    "a coupling of outputs alone, f^d(x) and f^d(y) with F(paired(ω, φ, L, x, y), ·, d), of the law that F has at "
    "coupled",
)  # fmt: skip
PAIRED = app("paired", omega, phi, L, x, y)
row("paired.mode", [omega, phi, L, x, y], eq(app("modeof", PAIRED), omega), why="It couples along ω.")
for _name, _u in (("x", x), ("y", y)):
    row(
        f"paired.tends.{_name}", [omega, phi, L, x, y, d], RELU, le(1, L), app("grows", omega, L), _d,
        T(PAIRED, app("f", phi, L, _u, d), 0, app("F", PAIRED, _u, d)),
        why="Given q^{L-1} the outputs are exactly Gaussian, iid over d, of covariance Q(L), which tends to Σ^{L-1} in "
        "probability, layer by layer (law of large numbers), whatever the ratios of widths.",
        source="Matthews et al., Gaussian process behaviour in wide deep neural networks, 2018",
    )  # fmt: skip
    row(
        f"paired.never0.{_name}", [omega, phi, L, x, y, d], RELU, le(1, L), _d, app("nonzero_input", _u),
        NEVER(app("F", PAIRED, _u, d)), why="Gaussian of variance Σ^{L-1}(u, u) = |u|²/n_0 > 0.",
    )  # fmt: skip
row(
    "paired.chance", [omega, phi, L, x, y, d], RELU, le(1, L), _d, *INPUTS,
    eq(
        app("lchance", times(step(app("F", PAIRED, x, d), True), step(app("F", PAIRED, y, d), True))),
        times(HALF, app("Sigdot", phi, L, x, y)),
    ), why="Both are positive: E[σ' σ'] under the covariance Σ^{L-1}, which is half of Σ̇^L.",
)  # fmt: skip
