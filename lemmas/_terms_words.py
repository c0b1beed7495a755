"""The words of Lemma 3: T^{l,d} and its factors, exact means at one input, and when its hypotheses hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lemmas import _vocabulary as words
from lemmas._vocabulary import angle_of, at, equal_inputs, mode, needs
from verifier.claims.expressions import conjunction
from verifier.claims.vocabulary import Env, Quantity, Value
from verifier.engines.requests import sequence
from verifier.kernel.core.terms import Term, Var, app, eq, forall, fun, imp, le, num

_POINT = "phi L d ls es x y"
_i, _N = Var("i", "int"), Var("N", (("int",), "int"))


def _all_equal(env: Env) -> Term:
    """d_1 = … = d_k = d"""
    inside = (le(1, _i), le(_i, app("len", env["es"])))
    return forall([_i], imp(*inside, eq(app("entry", env["es"], _i), env["d"])))


#: what a cell says of the layers l and outputs e; flags (0 or 1) are propositions
_CELL = {
    **words.T.derived,
    "distinct": lambda env: app("increasing", env["ls"], 1, env["L"]),
    "last_equal": lambda env: eq(app("last", env["es"]), env["d"]),
    "all_equal": _all_equal,
}  # fmt: skip


def _outputs(env: Env) -> list[Term]:
    """As many outputs as layers; they are counted from 1."""
    ls, es = env["ls"], env["es"]
    return [le(1, env["d"]), eq(app("len", ls), app("len", es)), app("outputs", es)]


T = Quantity("T", _POINT, "d l e", derived=_CELL, ranges=_outputs)

# -- Eq. (16) ----------------------------------------------------------------------------------------------------------


def _link(head: str, env: Env, above: Term, below: Term, output: Term) -> Term:
    phi, L, ls, es, x, y = at(env, "phi", "L", "ls", "es", "x", "y")
    entries = app("entry", ls, above), app("entry", ls, below), app("entry", es, output)
    return app(head, phi, L, *entries, x, y)


def _last_row(env: Env) -> Term:
    phi, L, d, ls, es, x, y = at(env, *_POINT.split())
    return app("C", phi, L, app("last", ls), d, app("last", es), x, y)


def _first_gram(env: Env) -> Term:
    phi, ls, x, y = at(env, "phi", "ls", "x", "y")
    return app("Q", phi, app("first", ls), x, y)


#: ⟨C_d, C_{d_k}⟩ from layer l_k on, and q·q/n below l_1
last_row = Value("last_row", term=_last_row)
first_gram = Value("first_gram", term=_first_gram)
#: A(l_{i+1}, l_i, d_i), and what stands for it where (12) is taken as printed
link = Value("link", term=lambda env, i: _link("A", env, app("+", i, 1), i, i))
link_printed = Value("link_printed", term=lambda env, i: _link("A_printed", env, app("+", i, 1), i, i))


def _joint(env: Env, _: Term | None, __: Term | None) -> Term:
    point = at(env, "phi", "L", "x", "y")
    return app("joint", app("coupled", mode(env), *point), *point)


#: what T^{l,d} is made of converges jointly
T_joint = Quantity("T", "phi L x y", "d l e", says=_joint)

# -- at one input ------------------------------------------------------------------------------------------------------


def _flow(phi: Term, L: Term, x: Term, output: Any) -> Term:
    """Π_{l<L} 2 f^{d_l}/n_l"""
    body = app("*", 2, app("f", phi, L, x, output(_i)), app("inv_width", _i))
    return app("prod", 1, app("+", L, -1), fun([_i], body))


def _full(env: Env, _: Term | None, value: Term | None) -> Term:
    phi, L, d, ls, es, x, y = at(env, *_POINT.split())
    flow = _flow(phi, L, x, lambda i: app("entry", es, i))
    ratio = [one for one in [needs(value)] if one != num(1)]
    right = app("*", *ratio, app("delta", d, app("last", es)), flow)
    return eq(app("T", phi, L, d, ls, es, x, y), right)


def _full_layers(env: Env) -> list[Term]:
    L, ls = env["L"], env["ls"]
    return [*_outputs(env), eq(app("len", ls), L), app("increasing", ls, 1, L)]


def _star(env: Env, _: Term | None, value: Term | None) -> Term:
    phi, L, x, y = at(env, "phi", "L", "x", "y")
    return eq(app("S", phi, L, L, x, y), app("*", needs(value), _flow(phi, L, x, lambda i: 1)))


#: T^{(1,…,L)} and T^L at one input, over the products of 2f/n_l that they are multiples of
T_full = Quantity("T_full", _POINT, "L", says=_full, ranges=_full_layers)
T_star = Quantity("T_star", "phi L x y", "L", says=_star)

Factor = tuple[Sequence[int], Sequence[int]] | int | str


def _factor(env: Env, of: Factor) -> Term:
    """``"f"``: f^1(x); 2: T^2; layers and outputs: T^{l,1}_e, all at x alone."""
    phi, L, x = at(env, "phi", "L", "x")
    if of == "f":
        return app("f", phi, L, x, 1)
    if isinstance(of, int):
        return app("S", phi, L, of, x, x)
    assert not isinstance(of, str)
    return app("T", phi, L, 1, *map(sequence, of), x, x)


def _mean(env: Env, of: Sequence[Factor]) -> Term:
    return app("mean", app("*", *[_factor(env, one) for one in of]))


def mean(name: str, power: int, *products: Sequence[Factor]) -> Quantity:
    """n^power E of each of the products, where all hidden widths are n; outputs are counted from 1, and d = 1."""

    def says(env: Env, _: Term | None, value: Term | None) -> Term:
        n = env["n"]
        flat = [app("flat", _mean(env, of), n) for of in products]
        return conjunction([eq(app("*", *[n] * power, one), needs(value)) for one in flat])

    return Quantity(name, "phi L n x", "L n", says=says)


def mean_in_proportion(name: str, power: int, of: Sequence[Factor]) -> Quantity:
    """n_2^power E of the product at hidden widths n_1, n_2 = ρ n_1, …"""

    def says(env: Env, _: Term | None, value: Term | None) -> Term:
        return eq(app("*", *[app(_N, 2)] * power, app("at", _mean(env, of), _N)), needs(value))

    def ranges(env: Env) -> list[Term]:
        return [app("sizes", _N), eq(app(_N, 2), app("*", env["rho"], app(_N, 1)))]

    return Quantity(name, "phi L rho x", "L rho n", says=says, ranges=ranges, derived={"n": lambda env: app(_N, 2)})


# -- hypotheses --------------------------------------------------------------------------------------------------------

inputs_nonzero = replace(words.inputs_nonzero, holds=lambda cell: 0 not in (cell.get("x_j", 1), cell.get("norm", 1)))
#: only T^{l,d} with l_1 = 1 knows the angle's cosine itself
not_orthogonal = replace(
    words.not_orthogonal,
    holds=lambda cell: cell.get("l_1", 1) != 1 or abs(angle_of(cell) - 90) >= 1e-6,
)  # fmt: skip
not_antiparallel = replace(
    words.not_antiparallel, holds=lambda cell: cell.get("k", 2) < 1 or abs(angle_of(cell) - 180) >= 1e-6,
)  # fmt: skip
one_input = replace(words.one_input, text="x_i = x_j with |x|² = n_0", holds=equal_inputs)
