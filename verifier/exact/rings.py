"""Coefficient rings for the transfer matrix.

A ring says what closing a cycle of a node layer costs.  For a linear network a cycle of a layer of
width n is a free index: it contributes n.  For a ReLU network at one input k cycles contribute
2^{N/2} E B^k with B ~ Binomial(n, 1/2), so that the number of cycles has to be known when the layer
is complete: values are polynomials in a loop variable b until then.  Every value is an
integer polynomial; the normalisation prod_l n_l^{-N/2} is applied at the very end.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flint import fmpz, fmpz_mpoly, fmpz_mpoly_ctx, fmpz_poly


@lru_cache(maxsize=4096)
def mask_moment(cycles: int, pairs: int) -> fmpz_poly:
    """Return 2^pairs E[B^cycles], B ~ Binomial(n, 1/2), as a polynomial in n (cycles <= pairs).

    E B^k = sum_j S(k, j) (n)_j 2^{-j}, with the Stirling numbers of the second kind and falling
    factorials; the power of two makes it integral.
    """
    # Row k of the Stirling numbers, by S(k, j) = j S(k-1, j) + S(k-1, j-1).
    stirling = [1] + [0] * cycles
    for _ in range(cycles):
        stirling = [j * stirling[j] + (stirling[j - 1] if j else 0) for j in range(cycles + 1)]
    n = fmpz_poly([0, 1])
    falling, total = fmpz_poly([1]), fmpz_poly([0])
    for j in range(cycles + 1):
        total += falling * (stirling[j] << (pairs - j))
        falling = falling * (n - j)
    return total


class Counting:
    """The first layer: there is no earlier matching, hence no cycles."""

    def loop(self, value: Any) -> Any:
        return value

    def close(self, value: Any) -> Any:
        return value


class LinearPolynomial:
    """One symbolic width n, linear network; values are polynomials in n."""

    def loop(self, value: Any) -> Any:
        return value.left_shift(1)

    def close(self, value: Any) -> Any:
        return value


class MaskedPolynomial:
    """One symbolic width n, ReLU at one input.

    The loop variable is packed as n^stride, stride exceeding every degree in n that occurs.
    """

    def __init__(self, pairs: int, stride: int) -> None:
        self.pairs, self.stride = pairs, stride

    def loop(self, value: Any) -> Any:
        return value.left_shift(self.stride)

    def close(self, value: Any) -> Any:
        coefficients = value.coeffs()
        total = fmpz_poly([0])
        for k in range(0, len(coefficients), self.stride):
            block = fmpz_poly(coefficients[k : k + self.stride])
            total += block * mask_moment(k // self.stride, self.pairs)
        return total


class LinearNumber:
    """A given width, linear network; values are integers (or polynomials in other symbols)."""

    def __init__(self, width: int) -> None:
        self.width = width

    def loop(self, value: Any) -> Any:
        return value * self.width

    def close(self, value: Any) -> Any:
        return value


class MaskedNumber:
    """A given width, ReLU at one input; values are integers between layers."""

    def __init__(self, width: int, pairs: int) -> None:
        self.width, self.pairs = width, pairs

    def loop(self, value: Any) -> Any:
        return fmpz_poly([value]).left_shift(1) if isinstance(value, fmpz) else value.left_shift(1)

    def close(self, value: Any) -> Any:
        coefficients = [value] if isinstance(value, fmpz) else value.coeffs()
        return sum((c * mask_moment(k, self.pairs)(self.width) for k, c in enumerate(coefficients)), fmpz(0))


class LinearSymbol:
    """A width that is a generator of a polynomial ring (several widths, Gram entries)."""

    def __init__(self, generator: fmpz_mpoly) -> None:
        self.generator = generator

    def loop(self, value: Any) -> Any:
        return value * self.generator

    def close(self, value: Any) -> Any:
        return value


class MaskedSymbol:
    """As ``LinearSymbol`` for ReLU; the context's last generator serves as the loop variable."""

    def __init__(self, context: fmpz_mpoly_ctx, index: int, pairs: int) -> None:
        self.context, self.index, self.pairs = context, index, pairs
        self.variable = context.gens()[-1]

    def loop(self, value: Any) -> Any:
        return value * self.variable

    def close(self, value: Any) -> Any:
        blocks: dict[int, dict[tuple[int, ...], fmpz]] = {}
        for powers, coefficient in value.to_dict().items():
            blocks.setdefault(powers[-1], {})[(*powers[:-1], 0)] = coefficient
        width = self.context.gens()[self.index]
        total = self.context.constant(0)
        for k, block in blocks.items():
            factor = self.context.constant(0)
            for degree, c in enumerate(mask_moment(k, self.pairs).coeffs()):
                factor += width**degree * c
            total += self.context.from_dict(block) * factor
        return total


def product(first: Mapping[int, Fraction], second: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """The product of two polynomials {power: coefficient}."""
    found: dict[int, Fraction] = {}
    for p, a in first.items():
        for q, b in second.items():
            found[p + q] = found.get(p + q, Fraction(0)) + a * b
    return found


def laurent(polynomial: fmpz_poly, shift: int, scale: Fraction | int = 1) -> dict[int, Fraction]:
    """Return {power of n: coefficient} of ``scale * polynomial(n) / n^shift``, without zeros."""
    return {k - shift: Fraction(int(c)) * scale for k, c in enumerate(polynomial.coeffs()) if c != 0}
