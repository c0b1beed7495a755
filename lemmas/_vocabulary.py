"""The words of the supplement: its quantities and its hypotheses, each with its counterpart in the kernel.

Two inputs u = (x, z) and u' = (y, w); f is a network of depth L at x or y, h the hypernetwork with H outputs of f as
weights and hidden layers of g of width m.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import cos, radians
from typing import Any

from sympy import And, Basic, Symbol
from sympy.logic.boolalg import Boolean

from verifier import Claim, Kind, amended
from verifier.claims.expressions import CannotCompile
from verifier.claims.vocabulary import Condition, Env, Quantity, Says, Value, variable
from verifier.kernel.core.terms import FALSE, Term, Var, app, eq, fun, imp, le

_PAIR = "x y z w"
_L = Symbol("L", integer=True)

# -- quantities --------------------------------------------------------------------------------------------------------

K = Quantity("K", f"phi m H L r {_PAIR}", "r")
T_star = Quantity("T", "phi L r x y", "r", symbol="S")
a = Quantity("a", "phi m H L d k x y w", "d k")


def _seq(head: str, name: str) -> Any:
    return lambda env: app(head, env[name])


#: T^{l,d}: a cell's parameters k, l_1, l_k and whether d_k = d are functions of the sequences l and e
T = Quantity(
    "T", "phi L d ls es x y", "d ls es",
    derived={"k": _seq("len", "ls"), "l_1": _seq("first", "ls"), "l_k": _seq("last", "ls")},
)  # fmt: skip

D = Quantity("D", "phi m H L x z", "")
#: ∂h/∂f^e at (y, w)
slope = Quantity("hj", "phi m H L y w e", "e")
entry = Value("entry", term=lambda env, s, i: app("entry", s, i))

# -- hypotheses --------------------------------------------------------------------------------------------------------


def at(env: Env, *names: str) -> list[Term]:
    """The variables of these names, where a claim does not give them."""
    return [env.get(name, variable(name)) for name in names]


def all_nonzero(env: Env, *names: str) -> list[Term]:
    """Those of the inputs that a claim speaks of are not 0."""
    return [app("nonzero_input", env.get(name, variable(name))) for name in names if name in env or name == names[0]]


def angle_of(cell: Mapping[str, Any]) -> float:
    """The angle between x and y in degrees, without its sign."""
    return abs(float(cell.get("angle", 0)))


def equal_inputs(cell: Mapping[str, Any]) -> bool:
    """x_j = x_i, of the usual norm."""
    return angle_of(cell) <= 1e-9 and bool(cell.get("norm", 1) == 1)


def directions(cell: Mapping[str, Any]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """z and w of a cell, as tuples."""
    z, w = cell.get("z", (1, 1))
    return tuple(z) if isinstance(z, tuple | list) else (z,), tuple(w) if isinstance(w, tuple | list) else (w,)


def _scalar(cell: Mapping[str, Any]) -> float:
    z, w = directions(cell)
    return float(sum(p * q for p, q in zip(z, w, strict=True)))


def _z_nonzero(cell: Mapping[str, Any]) -> bool:
    z, w = directions(cell)
    if not any(z) or not any(w):
        return False
    return _scalar(cell) != 0 or int(cell.get("r", 0)) < int(cell.get("H", 1))


def _ntk(cell: Mapping[str, Any]) -> bool:
    from verifier.networks.kernels import ntk

    c = cos(radians(angle_of(cell)))
    return abs(float(ntk(int(cell["L"]), [[1.0, c], [c, 1.0]])[0, 1])) >= 1e-4


def _one_input(env: Env) -> list[Term]:
    (x,) = at(env, "x")
    found = [eq(env["y"], x)] if "y" in env else []
    return [*found, eq(app("dot", x, x), 1), *[eq(env[name], 1) for name in ("z", "w") if name in env]]


def _exclusive(env: Env) -> list[Term]:
    x, z, w = at(env, "x", "z", "w")
    return [*([eq(env["y"], x)] if "y" in env else []), eq(z, 1), eq(w, -1)]


relu = Condition(
    "relu", "σ is the ReLU; derivatives are those of the activation cell",
    proposition=lambda env: app("relu", *at(env, "phi")),
    holds=lambda cell: cell.get("activation", "relu") == "relu",
)  # fmt: skip
m_is_1 = Condition(
    "m_is_1", "every hidden layer of g has width 1", proposition=lambda env: [eq(env["m"], 1)] if "m" in env else [],
    holds=lambda cell: int(cell.get("m", 1)) == 1,
)  # fmt: skip
inputs_nonzero = Condition(
    "inputs_nonzero", "x_i ≠ 0 and x_j ≠ 0", r"x_i\ne0,\ x_j\ne0",
    proposition=lambda env: all_nonzero(env, "x", "y", "xp", "yp"), holds=lambda cell: cell.get("norm", 1) != 0,
)  # fmt: skip
z_nonzero = Condition(
    "z_nonzero", "z_i ≠ 0 and z_j ≠ 0 (for vectors also z_i·z_j ≠ 0 when r >= H)",
    proposition=lambda env: [app("nonzero", v) for v in at(env, "z", "w")], holds=_z_nonzero,
)  # fmt: skip
not_antiparallel = Condition(
    "not_antiparallel", "x_j is not a negative multiple of x_i",
    proposition=lambda env: imp(app("antiparallel", *at(env, "x", "y")), FALSE),
    holds=lambda cell: abs(angle_of(cell) - 180) >= 1e-6,
)  # fmt: skip
not_orthogonal = Condition(
    "not_orthogonal", "x_i·x_j ≠ 0", r"x_i^\top x_j\ne0",
    proposition=lambda env: app("nonzero", app("dot", *at(env, "x", "y"))),
    holds=lambda cell: abs(angle_of(cell) - 90) >= 1e-6,
)  # fmt: skip
ntk = Condition(
    "ntk", "the limit kernel Θ^f(x_i, x_j) ≠ 0", r"\Theta^f(x_i,x_j)\ne0",
    proposition=lambda env: app("nonzero", app("Theta", *at(env, "phi", "L", "x", "y"))), holds=_ntk,
)  # fmt: skip
masks_overlap = Condition(
    "masks_overlap", "P[D_i D_j = 1] > 0",
    proposition=lambda env: app("overlap", *at(env, "phi", "m", "H", "L", "x", "y", "z", "w")),
    holds=lambda cell: not (int(cell["H"]) >= 2 and angle_of(cell) == 0 and _scalar(cell) < 0),
)  # fmt: skip
proportional_widths = Condition(
    "proportional_widths", "n_l/n → γ_l in (0, ∞)", r"n_l/n\to\gamma_l\in(0,\infty)",
    proposition=lambda env: app("proportional", variable("omega"), *at(env, "L")),
    holds=lambda cell: cell.get("mode", "together") == "together",
)  # fmt: skip
one_input = Condition(
    "one_input", "x_i = x_j with |x|² = n_0, z_i = z_j = 1", proposition=_one_input,
    holds=lambda cell: equal_inputs(cell) and directions(cell) == ((1,), (1,)),
)  # fmt: skip
exclusive_masks = Condition(
    "exclusive_masks", "x_i = x_j, z_i = 1, z_j = -1", proposition=_exclusive,
    holds=lambda cell: equal_inputs(cell) and directions(cell) == ((1,), (-1,)),
)  # fmt: skip


def reading(identifier: str, text: str, holds: Callable[[Mapping[str, Any]], bool] | None = None) -> Condition:
    """A condition that is a reading of what is measured, and adds nothing to what is proved."""
    return Condition(identifier, text, holds=holds)


equal_widths = reading("equal_widths", "n_1 = … = n_{L-1} = n")


def by_depth(
    identifier: str, kind: Kind, of: Basic, text: str, *, where: Boolean, given: Sequence[str], errata: str = "",
    deeper: str = "", **more: Any,
) -> tuple[Claim, Claim]:  # fmt: skip
    """A claim for L <= 2, ``.shallow``, where a limit is proved, and for L >= 3, ``.deep``, where one is cited that
    needs widths in proportion; ``deeper``: the errata of that one besides."""
    both = " ".join(sorted(f"{errata} {deeper}".split(), key=lambda name: int(name[1:])))
    return (
        amended(f"{identifier}.shallow", kind, of, f"{text}; L <= 2", where=And(where, _L >= 1, _L <= 2), given=given,
                errata=errata, **more),
        amended(f"{identifier}.deep", kind, of, f"{text}; L >= 3", where=And(where, _L >= 3),
                given=(*given, "proportional_widths"), errata=both, **more),
    )  # fmt: skip


# -- layers of f and of g at growing width -----------------------------------------------------------------------------

UNITS = lambda env: [le(1, env[name]) for name in ("i", "j")]  # noqa: E731
GROW, BOTH_GROW = (("grows", "L"),), (("grows", "L"), ("grows_g", "H"))


def mode(env: Env) -> Term:
    """The mode of a limit."""
    return env.get("omega", variable("omega"))


def needs(value: Term | None) -> Term:
    """A value that a claim must have."""
    if value is None:
        raise CannotCompile("the claim has a value")
    return value


def entry_of(head: str, *names: str) -> Says:
    """Entry (i, j) of a product tends to δ(i, j) times the value."""

    def says(env: Env, _: Term | None, value: Term | None) -> Term:
        limit = app("*", app("delta", env["i"], env["j"]), needs(value))
        return app("plim", mode(env), app(head, *at(env, *names)), limit)

    return says


def process_of(head: str, *names: str, inputs: int) -> Says:
    """Units converge to independent Gaussian processes; the value is their covariance at x, zi and y, wi."""
    point, other = (variable("x"), variable("zi")), (variable("y"), variable("wi"))
    unit = Var("unit", "int")

    def says(env: Env, _: Term | None, value: Term | None) -> Term:
        where = [*at(env, *names), point[0], *([point[1]] if inputs == 2 else []), unit]
        family = fun([unit, *point], app(head, *where))
        return app("gauss", mode(env), family, fun([*point, *other], needs(value)))

    return says


gram = Quantity("Q", "phi layer x y", "v", derived={"layer": lambda env: app("+", env["v"], 1)}, widths=GROW)
jacobian = Quantity("PP", "phi v u i j x y L", "u v", says=entry_of("C", "phi", "v", "u", "i", "j", "x", "y"),
                    widths=GROW, ranges=UNITS)  # fmt: skip
gradient = Quantity("CC", "phi L u i j x y", "u", says=entry_of("C", "phi", "L", "u", "i", "j", "x", "y"), widths=GROW,
                    ranges=UNITS)  # fmt: skip
tangent = Quantity("NTK", "phi L i j x y", "L", says=entry_of("Ntk", "phi", "L", "i", "j", "x", "y"), widths=GROW,
                   ranges=UNITS)  # fmt: skip
outputs = Quantity("ff", "phi L", "L", says=process_of("f", "phi", "L", inputs=1), widths=GROW)
_DUAL = "phi s t theta"


def _dual(head: str) -> Says:
    def says(env: Env, _: Term | None, value: Term | None) -> Term:
        s, t, theta = env["s"], env["t"], env["theta"]
        entries = (app("*", s, s), app("*", s, t, app("cos", theta)), app("*", t, t))
        return eq(app(head, *at(env, "phi"), *entries), needs(value))

    return says


expected_relu = Quantity("E_relu", _DUAL, "s t theta", says=_dual("dual"))
expected_step = Quantity("E_step", _DUAL, "s t theta", says=_dual("dual_slope"))


#: entries are looked at one by one: the units i, j of a product are ``int``, which no width is
rows_fixed = reading(
    "rows_fixed", "finitely many entries of P Pᵀ are looked at, one by one", lambda cell: not cell.get("square")
)

# -- what Theorem 1 says of K besides its order ------------------------------------------------------------------------

K_same = Quantity("Ks", f"phi m H L r {_PAIR}", "r", symbol="K_same")
#: √E (K^(r))² is of exact order n^p where all hidden widths are n
K_square = Quantity("K", "phi H L r x", "r", says=lambda env, p, _: app("exact_rms", app(
    "K", env["phi"], 1, *at(env, "H", "L", "r", "x", "x"), 1, 1), needs(p)))  # fmt: skip
K_atom = Quantity("K", f"phi m H L r {_PAIR}", "r", says=lambda env, _, value: app(
    "atom", mode(env), app("K", *at(env, *["phi", "m", "H", "L", "r"], *_PAIR.split())),
    app("min", 0, app("+", env["H"], app("*", -1, env["r"]))), needs(value)))  # fmt: skip
#: measured only: K at inner width m
K_m = Quantity("K_m", "", "r", symbol="")


def _top(env: Env, _: Term | None, value: Term | None) -> Term:
    """K^(r) is the value times K_same^(r)."""
    sizes = at(env, "phi", "m", "H", "L", "r")
    whole, same = (app(head, *sizes, *at(env, *_PAIR.split())) for head in ("K", "K_same"))
    return eq(whole, app("*", needs(value), same))


K_top = Quantity("K", f"phi m H L {_PAIR}", "r", says=_top)
#: H^{H(L-1)}, a product of powers that the kernel writes as one of H(L - 1) factors
top_power = Value(
    "top_power", lambda H, L: float(H) ** (float(H) * (float(L) - 1)),
    lambda env, H, L: app("cprod", 1, H, fun([Var("d", "int")], app(
        "cprod", 1, app("+", L, -1), fun([Var("l", "int")], H)))),
)  # fmt: skip

# -- sequences that converge in law ------------------------------------------------------------------------------------


def _converges(env: Env) -> list[Term]:
    return [app("law", mode(env), *at(env, "X", "Y"))]


def _sign(env: Env, _: Term | None, __: Term | None) -> Term:
    X, Y, s = at(env, "X", "Y", "s")
    return app("law", mode(env), app("pieces", -1, s, 1, X), app("lpieces", -1, s, 1, Y))


def _positive(env: Env, _: Term | None, __: Term | None) -> Term:
    X, Y = at(env, "X", "Y")
    return app("plim", mode(env), app("chance", X), app("lchance", Y))


def _both_positive(env: Env, _: Term | None, value: Term | None) -> Term:
    signs = [app("pieces", 0, 0, 1, app("f", *at(env, "phi", "L", v, "d"))) for v in ("x", "y")]
    return app("plim", mode(env), app("chance", app("*", *signs)), needs(value))


sgn = Quantity("sgn", "X Y s", "X", says=_sign, widths=(), ranges=_converges)
chance = Quantity("P_positive", "X Y", "X", says=_positive, apart="the limit of each sampled sequence is its own",
                  widths=(), ranges=_converges)  # fmt: skip
both_positive = Quantity("P_both", "phi L d x y", "L", says=_both_positive, widths=GROW,
                         ranges=lambda env: [le(1, env["d"])])  # fmt: skip
no_mass_at_zero = Condition(
    "no_mass_at_zero", "P[X = 0] = 0", "P[X=0]=0", proposition=lambda env: app("never0", *at(env, "Y")),
    holds=lambda cell: cell.get("sequence") != "reciprocal",
)  # fmt: skip
