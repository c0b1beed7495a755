"""The words of the hypernetwork at growing widths of f and of g, of its kernels and of their change under training."""

from __future__ import annotations

from fractions import Fraction
from math import exp
from typing import Any

from lemmas._kernels import ImplicitTangentKernel, TangentKernel
from lemmas._vocabulary import (
    BOTH_GROW,
    GROW,
    UNITS,
    all_nonzero,
    at,
    directions,
    entry_of,
    mode,
    needs,
    process_of,
    reading,
)
from verifier.claims.vocabulary import Condition, Env, Quantity, Says, Value
from verifier.kernel.core.terms import FALSE, Term, Var, app, eq, forall, imp, le

_PAIR = "x y z w"

# -- the hypernetwork at growing widths of f and of g, and its exact moments -------------------------------------------

_QUAD = ("x", "y", "zi", "wi")
z_inputs_nonzero = Condition(
    "z_nonzero", "z ≠ 0 and z' ≠ 0", r"z\ne0,\ z'\ne0",
    proposition=lambda env: all_nonzero(env, "zi", "wi", "zp", "wp"),
    holds=lambda cell: all(any(v) for v in directions(cell)),
)  # fmt: skip
#: the mode of a limit is in the limit itself: n and m tend to infinity, and depths are ``int``, which no width is
widths_grow = Condition(
    "widths_grow", "n → ∞ and m → ∞ at fixed depths L and H",
    proposition=lambda env: [app(head, mode(env), env[of]) for head, of in BOTH_GROW if of in env],
    holds=lambda cell: cell.get("n") is None or int(cell["L"]) <= int(cell["n"]),  # a depth is small beside a width
)  # fmt: skip


def _unit_norms(env: Env) -> list[Term]:
    return [le(1, env["L"]), *[eq(app("dot", v, v), 1) for v in at(env, "x", "zi")]]


def _activity(env: Env, _: Term | None, value: Term | None) -> Term:
    phi, L, x, z = at(env, "phi", "L", "x", "zi")
    return app("plim", mode(env), app("GQ", phi, L, app("+", env["l"], 1), x, x, z, z), needs(value))


def _fourth(env: Env, _: Term | None, value: Term | None) -> Term:
    f = app("f", *at(env, "phi", "L", "x", "d"))
    return eq(app("flat", app("mean", app("*", f, f, f, f)), env["n"]), needs(value))


def _function(head: str, *same: str) -> Says:
    """The covariance is the same at any two pairs of inputs with equal arguments (which are ranges)."""

    def says(env: Env, _: Term | None, __: Term | None) -> Term:
        phi, L, H = at(env, "phi", "L", "H")
        one, two = at(env, *_QUAD), at(env, "xp", "yp", "zp", "wp")
        return eq(app(head, phi, L, H, *one), app(head, phi, L, H, *two))

    return says


def _equal(of: Any) -> Any:
    """Premises that ``of`` is the same at the first and at the second pair of inputs."""

    def ranges(env: Env) -> list[Term]:
        one, two = at(env, *_QUAD), at(env, "xp", "yp", "zp", "wp")
        return [le(1, at(env, "L")[0]), *[eq(a, b) for a, b in zip(of(env, *one), of(env, *two), strict=True)]]

    return ranges


def _dots(*pairs: tuple[int, int]) -> Any:
    return lambda env, *points: [app("dot", points[i], points[j]) for i, j in pairs]


_EVERY = ((0, 0), (0, 1), (1, 1), (2, 2), (2, 3), (3, 3))
_FUNCTION = "samples are compared with the value at L = 1; proved is that it is a function"
_SIX = "phi L H x y zi wi xp yp zp wp"
unit = Quantity("hh", "phi L H", "H L", says=process_of("G", "phi", "L", "H", inputs=2), widths=BOTH_GROW)
weight = Quantity("V", "phi L", "L", says=process_of("f", "phi", "L", inputs=1), widths=GROW)
activity = Quantity("R", "phi L H l x zi", "l", says=_activity, widths=BOTH_GROW, ranges=_unit_norms)
fourth = Quantity("f4", "phi L d n x", "L", says=_fourth,
                  ranges=lambda env: [le(1, env["d"]), eq(app("dot", *at(env, "x", "x")), 1)])  # fmt: skip
covariance = Quantity("hh", _SIX, "H s a c b", apart=_FUNCTION, says=_function("Lam"), ranges=_equal(_dots(*_EVERY)))
covariance_printed = Quantity(
    "hh", _SIX, "H s a c b", apart=_FUNCTION, says=_function("Lam"), ranges=_equal(_dots((0, 1), (2, 3)))
)
implicit_jacobian = Quantity(
    "PPg", "phi L H v u i j x y zi wi", "u v",
    says=entry_of("GC", "phi", "L", "v", "u", "i", "j", *_QUAD), widths=BOTH_GROW, ranges=UNITS,
)  # fmt: skip
#: the same where x' = x and z' = z
implicit_jacobian_same = Quantity(
    "PPg", "phi L H v u i j x zi", "u v",
    says=entry_of("GC", "phi", "L", "v", "u", "i", "j", "x", "x", "zi", "zi"), widths=BOTH_GROW, ranges=UNITS,
)  # fmt: skip
implicit_gradient = Quantity("Kg", "phi L H i j x y zi wi", "H",
                             says=entry_of("GNtk", "phi", "L", "H", "i", "j", *_QUAD),
                             widths=BOTH_GROW, ranges=UNITS)  # fmt: skip

#: k random Fourier features of z: Σ^0(p(z), p(z')) is ``feature_gram``
features = Quantity("pp", "zi wi", "k", symbol="feature_gram", widths=(("many_features", ""),))
feature_norm = Quantity(
    "p2", "zi", "k", symbol="feature_gram", widths=(("many_features", ""),),
    says=lambda env, _, value: app("plim", mode(env), app("feature_gram", *at(env, "zi", "zi")), needs(value)),
)  # fmt: skip


def _exponential(env: Env, *points: Term) -> list[Term]:
    half = app("*", Fraction(-1, 2), app("distance2", points[2], points[3]))
    return [app("exp", half), *[app("dot", points[i], points[j]) for i, j in ((0, 0), (0, 1), (1, 1))]]


def _output(env: Env, *points: Term) -> list[Term]:
    half = app("*", Fraction(-1, 2), app("distance2", points[2], points[3]))
    return [app("exp", half), app("Sig", *at(env, "phi", "L"), points[0], points[1])]


def _fixed(env: Env, _: Term | None, __: Term | None) -> Term:
    """Σ^0 is one number for each pair (z, z'): there is a function G of them."""
    P, G = Var("P", "prop"), Var("G", (("input", "input"), "const"))
    z, w = at(env, "zi", "wi")
    one = forall([z, w], eq(app("feature_gram", z, w), app(G, z, w)))
    return forall([P], imp(forall([G], imp(one, P)), P))


limit_of_features = Value(
    "limit_of_features", lambda distance: exp(-float(distance) ** 2 / 2) / 2,
    lambda env, _: app("*", Fraction(1, 2), _exponential(env, *at(env, *_QUAD))[0]),
)  # fmt: skip
features_fixed = Quantity("pp", "zi wi", "k", apart=_FUNCTION, says=_fixed)
fourier = Quantity(
    "hp", _SIX, "H s distance", apart=_FUNCTION, says=_function("Lam_features"), ranges=_equal(_exponential)
)
fourier_printed = Quantity(
    "hp", _SIX, "H s distance", apart=_FUNCTION, says=_function("Lam_features"), ranges=_equal(_output)
)
many_features = Condition(
    "many_features", "k → ∞", r"k\to\infty", proposition=lambda env: app("many_features", mode(env)),
    holds=lambda cell: not cell.get("fixed_k"),
)  # fmt: skip


# -- the hyperkernel and its change ------------------------------------------------------------------------------------

_FLOW = "phi L H x y zi wi xp zp"
hyper = Quantity("Kh", "phi L H x y zi wi", "H L", widths=BOTH_GROW)
hyper_limit = Value(
    "hyper_limit",
    lambda H, L, angle, z_angle: float(TangentKernel(L, angle) * ImplicitTangentKernel(H, L, angle, z_angle)),
    lambda env, H, L, _, __: app("ThetaH", *at(env, "phi"), L, H, *at(env, *_QUAD)),
)  # fmt: skip


def _flow(head: str, rate: str) -> Says:
    """An order in n, with n_l ~ n^a and m_l ~ n^b; in the variable that the claim is about the exponent is its own."""

    def says(env: Env, exponent: Term | None, _: Term | None) -> Term:
        of = app(head, *at(env, *_FLOW.split()))
        if rate != "both":
            return app("upper", mode(env), of, app("*", needs(exponent), env[rate]))
        powers = [app("*", needs(exponent), env[name]) for name in ("a", "b")]  # p is the larger of the two, or more
        return imp(*[le(power, env["p"]) for power in powers], app("upper", mode(env), of, env["p"]))

    return says


def _flow_ranges(env: Env) -> list[Term]:
    a, b = env["a"], env["b"]
    L, H = at(env, "L", "H")
    return [le(1, L), le(1, H), le(0, a), le(0, b), app("powers", mode(env), L, H, a, b)]


def _flows(name: str, head: str, arguments: str, rate: str) -> Quantity:
    return Quantity(name, f"{_FLOW} a b p", arguments, says=_flow(head, rate), widths=(), ranges=_flow_ranges)


first = _flows("dK_first", "flow_first", "n m", "both")
first_m, first_n = _flows("dK_first", "flow_first", "m", "b"), _flows("dK_first", "flow_first", "n", "a")
second_n, second_m = _flows("dK_second", "flow_second", "n", "a"), _flows("dK_second", "flow_second", "m", "b")
kink = {
    "trained": Quantity("kink_trained", "phi x L", "L", widths=(),
                        says=lambda env, p, _: _kink(env, "upper", p, "x"), ranges=lambda env: _two_layers(env)),
    "other": Quantity("kink_other", "phi x y L", "L", widths=(),
                      says=lambda env, p, _: _kink(env, "upper", p, "y"), ranges=lambda env: _two_layers(env)),
    "collinear": Quantity("kink_collinear", "phi x y L", "L", widths=(),
                          says=lambda env, p, _: _kink(env, "order", p, "y"),
                          ranges=lambda env: [*_two_layers(env), app("collinear", *at(env, "x", "y"))]),
}  # fmt: skip


def _kink(env: Env, kind: str, p: Term | None, where: str) -> Term:
    return app(kind, mode(env), app("kink", *at(env, "phi", "x", where)), needs(p))


def _two_layers(env: Env) -> list[Term]:
    return [app("scaled", mode(env), 2)]


def _across(env: Env, _: Term | None, __: Term | None) -> Term:
    """K^h is a power of 2 times K^(1)."""
    return eq(app("K", *at(env, "phi", "m", "H", "L"), 1, *at(env, *_PAIR.split())), 0)


def _opposite_limit(env: Env, _: Term | None, value: Term | None) -> Term:
    phi, L, H, x, z, w = at(env, "phi", "L", "H", "x", "z", "w")
    S = app("Sig", phi, app("+", L, -1), x, x)
    products = [app("*", z, z), app("*", z, w), app("*", w, w)]
    return eq(app("*", app("Theta", phi, L, x, x), app("tangent", phi, S, S, S, H, *products)), needs(value))


def _mean_hyper(env: Env, _: Term | None, value: Term | None) -> Term:
    """E K^h(u, u) = 2^{H-1} E K^(1) where all hidden widths are n."""
    phi, H, L, x, n = at(env, "phi", "H", "L", "x", "n")
    mean = app("flat", app("mean", app("K", phi, 1, H, L, 1, x, x, 1, 1)), n)
    return eq(app("*", app("power", 2, app("+", H, -1)), mean), needs(value))


across = Quantity("Kh_opposite", "phi m H L x y z w", "H L", symbol="K", says=_across)
opposite_limit = Quantity("E_Kg", "phi L x z w", "H L", says=_opposite_limit,
                          ranges=lambda env: [eq(app("dot", *at(env, "x", "x")), 1)])  # fmt: skip
mean_hyper = Quantity("E_Kh", "phi H L x n", "H L n m", says=_mean_hyper,
                      ranges=lambda env: [eq(app("dot", *at(env, "x", "x")), 1)])  # fmt: skip

not_collinear = Condition(
    "not_collinear", "x' is not collinear with the training input",
    proposition=lambda env: imp(app("collinear", *at(env, "x", "y")), FALSE),
    holds=lambda cell: "step" not in cell or float(cell["angle"]) % 180 != 0,
)  # fmt: skip
m_below_n = Condition(
    "m_below_n", "m = O(n)", proposition=lambda env: le(env["b"], env["a"]),
    holds=lambda cell: cell.get("n") is None or "m" in cell,
)  # fmt: skip

initialisation = reading(
    "initialisation", "t = 0, derivatives of the activation cell", lambda cell: float(cell.get("time", 0)) <= 0
)
bounded_residuals = reading("bounded_residuals", "the derivatives of the loss at the training inputs are bounded")
unit_step = reading("unit_step", "one step of size 1 at one training input with residual 1")
