"""The hypernetwork h, whose weights are outputs of f: its derivatives at every width of f.

g has hidden layers of width m; what is said here is for m = 1, where g^d = f^d a^{d-1}, a^0 = z, a^d = φ(g^d) and
h = g^H, without the √2 of Eq. (66).  All is at two points (x, z) and (y, w); derivatives are taken at (x, z) along
∇h(y, w), with respect to all weights of f, and are those of the activation cell.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import Term, app, eq, fun, le
from verifier.kernel.theory import sums  # noqa: F401 (its symbols come first)
from verifier.kernel.theory.layers import F, L, d, e, es, l, ls, phi, x, y
from verifier.kernel.theory.seqs import NIL, length
from verifier.kernel.theory.writing import definition, law, many, minus, plus, times

PAGE = "hyper"
row = partial(law, page=PAGE, mark="theorem")

m, H, i, j, k, r, t = many("m H i j k r t", "int")
z, w = many("z w", "const")
_one = (eq(m, 1), le(1, H), le(1, L))

# -- h and its derivative in an output of f ----

_AT = ("act", "int", "int", "int", "input", "const")
symbol("D", _AT, "rand", "φ'(g^1)·…·φ'(g^{H-1}) at (x, z), for m = 1, H ≥ 1: D(φ, m, H, L, x, z)")
symbol("h", _AT, "rand", "the hypernetwork's output at (x, z), H ≥ 1: h(φ, m, H, L, x, z)")
symbol("hj", (*_AT, "int"), "rand", "∂h/∂f^e at (y, w), 1 ≤ e ≤ H, Eq. (33): hj(φ, m, H, L, y, w, e)")


def mask(x: Term, z: Term) -> Term:
    """D at (x, z)"""
    return app("D", phi, m, H, L, x, z)


def slope(e: Term) -> Term:
    """∂h/∂f^e at (y, w)"""
    return app("hj", phi, m, H, L, y, w, e)


_f: Callable[[Term], Term] = lambda x: fun([t], F(t, x))  # noqa: E731
row(
    "h.product", [phi, m, H, L, x, z], app("homogeneous", phi), *_one,
    eq(app("h", phi, m, H, L, x, z), times(z, mask(x, z), app("prod", 1, H, _f(x)))),
    why="φ(g) = φ'(g) g, layer by layer.",
)  # fmt: skip
row(
    "hj.product", [phi, m, H, L, y, w, e], app("homogeneous", phi), *_one, le(1, e), le(e, H),
    eq(
        slope(e),
        times(w, mask(y, w), app("prod", 1, minus(e, 1), _f(y)), app("prod", plus(e, 1), H, _f(y))),
    ), why="On the cell h is w D f^1·…·f^H, with D fixed.",
)  # fmt: skip
row(
    "D.none", [phi, m, L, x, z], eq(m, 1), le(1, L), eq(app("D", phi, m, 1, L, x, z), 1),
    why="At H = 1 g has no hidden layer.",
)  # fmt: skip
row(
    "D.square", [phi, m, H, L, x, z], app("relu", phi), *_one, eq(times(mask(x, z), mask(x, z)), mask(x, z)),
    why="It is 0 or 1.",
)  # fmt: skip
row(
    "D.exclusive", [phi, m, H, L, x, z, w], app("relu", phi), *_one, le(2, H), le(times(z, w), 0),
    eq(times(mask(x, z), mask(x, w)), 0),
    why="g^1 is f^1(x) z and f^1(x) w; both are greater than 0 only if z w > 0.",
)  # fmt: skip

# -- derivatives along the gradient of h ----

symbol(
    "a", ("act", "int", "int", "int", "int", "int", "input", "input", "const"), "rand",
    "⟨∇^k f^d(x), (∇h(y, w))^{⊗k}⟩, k ≥ 0, d ≥ 1: a(φ, m, H, L, d, k, x, y, w)",
)  # fmt: skip
symbol(
    "K", ("act", "int", "int", "int", "int", "input", "input", "const", "const"), "rand",
    "⟨∇^r h(x, z), (∇h(y, w))^{⊗r}⟩, r ≥ 0: K(φ, m, H, L, r, x, y, z, w)",
)  # fmt: skip
symbol(
    "prefix", ("act", "int", "int", "int", "int", "int", "input", "input", "const"), "rand",
    "⟨∇^r (f^1·…·f^j)(x), (∇h(y, w))^{⊗r}⟩, r, j ≥ 0: prefix(φ, m, H, L, j, r, x, y, w)",
)  # fmt: skip
symbol(
    "mixed", ("act", "int", "int", "int", "int", "int", "seq", "seq", "input", "input", "const"), "rand",
    "the derivative of f^d(x) k times along ∇h(y, w) and once along each ∂f^{e_t}(y)/∂W^{l_t}: "
    "mixed(φ, m, H, L, d, k, ls, es, x, y, w)",
)  # fmt: skip


def A_of(d: Term, k: Term | int) -> Term:
    """⟨∇^k f^d(x), (∇h(y, w))^{⊗k}⟩"""
    return app("a", phi, m, H, L, d, k, x, y, w)


def K_of(r: Term | int) -> Term:
    """K^(r)"""
    return app("K", phi, m, H, L, r, x, y, z, w)


_prefix: Callable[[Term | int, Term], Term] = lambda j, r: app("prefix", phi, m, H, L, j, r, x, y, w)  # noqa: E731
_mixed: Callable[[Term | int, Term, Term], Term] = lambda k, ls, es: app("mixed", phi, m, H, L, d, k, ls, es, x, y, w)  # noqa: E731
row(
    "K.cell", [phi, m, H, L, r, x, y, z, w], app("homogeneous", phi), *_one, le(0, r),
    eq(K_of(r), times(z, mask(x, z), _prefix(H, r))), why="On the cell h is z D f^1·…·f^H, with D fixed.",
)  # fmt: skip
row(
    "K.none", [phi, m, H, L, x, y, z, w], *_one, eq(K_of(0), app("h", phi, m, H, L, x, z)), why="No derivative.",
)  # fmt: skip
row(
    "prefix.none", [phi, m, H, L, r, x, y, w], *_one, le(0, r), eq(_prefix(0, r), app("delta", r, 0)),
    why="An empty product is 1, whose derivatives are 0.",
)  # fmt: skip
_share = times(app("fact", r), app("invfact", k), app("invfact", minus(r, k)))
row(
    "prefix.more", [phi, m, H, L, j, r, x, y, w], *_one, le(0, j), le(0, r),
    eq(
        _prefix(plus(j, 1), r),
        app("sum", 0, r, fun([k], times(_share, _prefix(j, minus(r, k)), A_of(plus(j, 1), k)))),
    ), why="Leibniz: the derivatives of a product of two functions.",
)  # fmt: skip
row(
    "mixed.a", [phi, m, H, L, d, k, x, y, w], *_one, le(1, d), le(0, k), eq(_mixed(k, NIL, NIL), A_of(d, k)),
    why="All k derivatives along ∇h(y, w).",
)  # fmt: skip
_tuples = (app("within", ls, 1, L), eq(length(ls), length(es)), app("outputs", es))
row(
    "mixed.T", [phi, m, H, L, d, ls, es, x, y, w], *_one, le(1, d), *_tuples,
    eq(_mixed(0, ls, es), app("T", phi, L, d, ls, es, x, y)), why="No derivative along ∇h(y, w).",
)  # fmt: skip
_spread = times(slope(e), _mixed(k, app("snoc", ls, l), app("snoc", es, e)))
row(
    "mixed.step", [phi, m, H, L, d, k, ls, es, x, y, w], *_one, le(1, d), le(0, k), *_tuples,
    eq(_mixed(plus(k, 1), ls, es), app("sum", 1, L, fun([l], app("sum", 1, H, fun([e], _spread))))),
    why="∇h = Σ_l Σ_e (∂h/∂f^e) ∂f^e/∂W^l by the chain rule, and a derivative is linear in each direction.",
)  # fmt: skip

# -- one network ----

symbol("S", ("act", "int", "int", "input", "input"), "rand", "Eq. (5): T^r(x; y, …, y), of output 1: S(φ, L, r, x, y)")
definition("S", [phi, L, r, x, y], app("K", phi, 1, 1, L, r, x, y, 1, 1), why="h = f^1 at H = 1, z = 1.", page=PAGE)

# -- the sums as (45) and (48) have them ----

symbol(
    "a_same", ("act", "int", "int", "int", "int", "int", "input", "input", "const"), "rand",
    "Eq. (34) with d_1 = … = d_k = d alone: a_same(φ, m, H, L, d, k, x, y, w)",
)  # fmt: skip
definition(
    "a_same", [phi, m, H, L, d, k, x, y, w],
    app(
        "tuples", k, L,
        fun(
            [ls],
            times(
                app("prod", 1, k, fun([i], slope(d))), app("T", phi, L, d, ls, app("repeated", k, d), x, y),
            ),
        ),
    ), page=PAGE,
)  # fmt: skip
symbol(
    "K_same", ("act", "int", "int", "int", "int", "input", "input", "const", "const"), "rand",
    "Eq. (29) with a_same in the place of a: K_same(φ, m, H, L, r, x, y, z, w)",
)  # fmt: skip
_part = times(app("a_same", phi, m, H, L, d, k, x, y, w), app("invfact", k))
definition(
    "K_same", [phi, m, H, L, r, x, y, z, w],
    times(app("fact", r), z, mask(x, z), app("comps", H, r, r, fun([d, k], _part))), page=PAGE,
)  # fmt: skip
