"""Exact moments of finite networks at one input, for every width: by Wick's theorem, with :mod:`verifier.exact`.

A request:

>>> request = {"of": [["f", 1], ["f", 1]], "depth": 2, "activation": "relu", "say": "separate"}

asks for the mean of a product of ``factors`` (:mod:`verifier.engines.strands`) of a network of ``depth`` layers.
``say`` is

``separate``  E X = (|x|²/n_0)^k Σ c Π n_l^{-a_l}, at all widths
``equal``     the same where every width is n, for n >= 1
``leading``   E X = c (|x|²/n_0)^k n^p (1 + O(1/n)), its leading term where every width is n

In the place of ``of`` a request may have ``combination``, a list of [coefficient, products]: Σ c Π_j E[product_j], all
of one degree in x.  So E f⁴ - 3 (E f²)² is

>>> f = ["f", 1]
>>> cumulant = [["1", [[f, f, f, f]]], ["-3", [[f, f], [f, f]]]]

For ReLU the masks at one input are fair coins, independent of each other and of the weights up to signs that cancel
(row ``gauge``).  K^(r) has masks of g besides: the H - 1 signs of f^1, …, f^{H-1}, fair coins given all that is even
in every row of the last layer; what is not even in every row is refused there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from verifier.engines.requests import chosen, fields_of, items, polynomial, whole
from verifier.engines.strands import MOST_DEPTH, MOST_STRANDS, Sum, expanded, term_of
from verifier.exact import moments as exact
from verifier.exact.transfer import StateLimitError, TransferMatrix
from verifier.kernel.core.sorts import Refused, need
from verifier.kernel.core.terms import Term, Var, app, eq, forall, imp, le, num

NAME, VERSION = "moments", "1"

Monomials = dict[tuple[int, ...], Fraction]  # powers of 1/n_1, …, 1/n_{L-1}, or of 1/n

PHI, X, N = Var("phi", "act"), Var("x", "input"), Var("n", "int")


def compute(request: Mapping[str, Any]) -> Term:
    """The mean of a product, as a closed proposition; Refused where it is not known, or 0 and has no leading term."""
    name = "combination" if isinstance(request, Mapping) and "combination" in request else "of"
    of, depth, activation, say = fields_of(request, name, "depth", "activation", "say")
    depth = whole(depth, "depth", 1, MOST_DEPTH)
    activation = chosen(activation, "activation", ("relu", "linear"))
    say = chosen(say, "say", ("separate", "equal", "leading"))
    parts = [(Fraction(1), [items(of, "factors", MOST_STRANDS)])] if name == "of" else _combination(of)
    found, size = combined(parts, depth, activation, say == "separate")
    terms = [app("*", num(c), *(_mean_of(factors, depth) for factors in products)) for c, products in parts]
    quantity = _mean_of(parts[0][1][0], depth) if name == "of" else app("+", *terms)
    scale = [app("dot", X, X)] * (size // 2)
    granted = [app(activation, PHI)]
    if say == "separate":
        value = polynomial(found, [app("inv_width", l) for l in range(1, depth)])
        return forall([PHI, X], imp(*granted, eq(quantity, app("*", *scale, value))))
    if say == "equal":
        value = app("*", *scale, polynomial(found, [app("inv", N)]))
        return forall([PHI, X, N], imp(*granted, le(1, N), eq(app("flat", quantity, N), value)))
    need(bool(found), "the mean is 0 at every width and has no leading term")
    power, coefficient = min(found.items())
    leading = app("leading", quantity, -power[0], app("*", *scale, num(coefficient)))
    return forall([PHI, X], imp(*granted, leading))


Parts = list[tuple[Fraction, list[list[Any]]]]


def _combination(data: Any) -> Parts:
    found = []
    for entry in items(data, "combination", 8):
        need(
            type(entry) is list and len(entry) == 2 and type(entry[0]) is str,
            "a combination of [coefficient, products]",
        )
        need(re.fullmatch(r"-?[0-9]{1,9}(/[1-9][0-9]{0,8})?", entry[0]) is not None, f"{entry[0][:40]} is no fraction")
        products = [items(product, "factors", MOST_STRANDS) for product in items(entry[1], "products", 8)]
        need(bool(products), "a part of a combination has products")
        found.append((Fraction(entry[0]), products))
    need(bool(found), "a combination has parts")
    return found


def _mean_of(factors: list[Any], depth: int) -> Term:
    return app("mean", app("*", *(term_of(factor, depth, PHI, X) for factor in factors)))


def combined(parts: Parts, depth: int, activation: Any, separate: bool) -> tuple[Monomials, int]:
    """Σ c Π_j E[product_j] as :func:`mean` gives one, and its degree in x."""
    total, degrees = Monomials(), set()
    for coefficient, products in parts:
        value: Monomials = {(0,) * (depth - 1 if separate else 1): coefficient}
        degree = 0
        for factors in products:
            need(bool(factors), "a product has factors")
            found, size = mean(factors, depth, activation, separate)
            degree += size
            value = _times(value, found)
        degrees.add(degree)
        for powers, c in value.items():
            total[powers] = total.get(powers, Fraction(0)) + c
    need(len(degrees) == 1, "parts of a combination are of one degree in x")
    return {powers: c for powers, c in total.items() if c}, degrees.pop()


def _times(a: Monomials, b: Monomials) -> Monomials:
    out: Monomials = {}
    for p, c in a.items():
        for q, e in b.items():
            key = tuple(i + j for i, j in zip(p, q, strict=True))
            out[key] = out.get(key, Fraction(0)) + c * e
    return out


def mean(factors: list[Any], depth: int, activation: Any, separate: bool) -> tuple[Monomials, int]:
    """E of a product at |x|² = n_0 by powers of the reciprocal widths (or of 1/n), and its number of strands."""
    total, depth_of_g = expanded(factors, depth)
    sizes = {s.size for s in total}
    need(len(sizes) == 1, "products of different numbers of strands")
    (size,) = sizes
    kept: Sum = {}
    for strands, coefficient in total.items():
        outputs = [d for _, d in strands.labels]
        odd = any(outputs.count(d) % 2 for d in set(outputs))
        # Given the trunk, the sign of f^d is a fair coin, independent of what is even in row d of the last layer.
        need(not (depth_of_g > 1 and odd), "a product with masks of g is even in every row of the last layer")
        if not odd:
            kept[strands] = coefficient
    how = _separate if separate else _equal
    found = _bounded(lambda matrix: how(kept, depth, activation, matrix))
    share = Fraction(1, 2 ** (depth_of_g - 1)) if depth_of_g and activation == "relu" else Fraction(1)
    return {powers: c * share for powers, c in found.items() if c}, size


def _separate(total: Sum, depth: int, activation: Any, matrix: TransferMatrix) -> Monomials:
    found = Monomials()
    for strands, coefficient in total.items():
        for monomial, c in exact.symbolic(strands, depth, activation, separate=True, matrix=matrix).items():
            powers = [0] * (depth - 1)
            for name, power in monomial:
                powers[int(name[1:]) - 1] = -power
            key = tuple(powers)
            found[key] = found.get(key, Fraction(0)) + coefficient * c
    return _decreasing(found)


def _equal(total: Sum, depth: int, activation: Any, matrix: TransferMatrix) -> Monomials:
    found = Monomials()
    plain = {s: c for s, c in total.items() if not any(l for _, _, l, _ in s.edges)}
    parts = [(exact.polynomial(s, depth, activation, matrix=matrix), c) for s, c in total.items() if s not in plain]
    if plain:
        several = len({d for s in plain for _, d in s.labels}) > 1
        sweep = exact.polynomials_by_depth(list(plain.items()), depth, activation, matrix, by_output=several)
        parts.append((sweep[-1], 1))
    for values, coefficient in parts:
        for power, c in values.items():
            found[-power,] = found.get((-power,), Fraction(0)) + coefficient * c
    return _decreasing(found)


#: partial states that one request may need, and as many are remembered from the ones before: rows of the transfer
#: matrix do not depend on depth or activation
MOST_STATES = 30_000


def _bounded(values: Callable[[TransferMatrix], Monomials]) -> Monomials:
    """``values`` by a matrix with what is remembered, and by an empty one where that is too full."""
    try:
        return values(_remembered())
    except StateLimitError:
        _remembered.cache_clear()
    try:
        return values(_remembered())
    except StateLimitError:
        _remembered.cache_clear()
        raise Refused(f"more than {MOST_STATES} partial states would be needed") from None


@lru_cache(maxsize=1)
def _remembered() -> TransferMatrix:
    return TransferMatrix(limit=MOST_STATES)


def _decreasing(found: Monomials) -> Monomials:
    need(all(a >= 0 for powers in found for a in powers), "a positive power of a width in a moment")
    return {powers: c for powers, c in found.items() if c}
