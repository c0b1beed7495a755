"""How large a term is as a polynomial in the elements of a network: what random evaluation has to know of it.

Two different polynomials of degree D agree at one point in p/D modulo a prime p, and wherever p divides all
coefficients of their difference.  The extent bounds both: the degree plus the bits of the coefficients.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verifier.kernel.fields import Network, evaluate
from verifier.kernel.terms import Term


class Size:
    """The extent of a polynomial: a bound on its degree plus the bits of its coefficients."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __add__(self, other: Any) -> Size:
        return Size(max(self.value, _size(other)) + 1)

    def __mul__(self, other: Any) -> Size:
        return Size(self.value + _size(other))

    def __pow__(self, exponent: int, modulus: Any = None) -> Size:
        return Size(self.value * abs(exponent))

    def __neg__(self) -> Size:
        return self

    def __mod__(self, modulus: Any) -> Size:
        return self

    __radd__ = __sub__ = __rsub__ = __add__
    __rmul__ = __mul__


def _size(value: Any) -> int:
    return value.value if isinstance(value, Size) else int(value).bit_length()


class _NoModulus:
    def __rmod__(self, value: int) -> Size:
        return Size(value.bit_length())


class _Extents(Network):
    """In the place of a network: every quantity by its extent alone."""

    p: Any

    def __init__(self, depth: int, outputs: int) -> None:
        self.p, self.L, self.H = _NoModulus(), depth, outputs

    def quantity(self, name: str, indices: list[Any]) -> Any:
        # One output of f has degree 4L + 1 in weights, masks, √2, 1/√n and x; h is a product of H of them, and
        # each derivative along v = ∇h puts h, a δ and a q in the place of a weight.
        steps = 1 + sum(len(v) if isinstance(v, tuple) else abs(v) for v in indices if isinstance(v, int | tuple))
        return Size(steps * 8 * self.H * (4 * self.L + 6))


def extent(term: Term, env: Mapping[str, Any]) -> int:
    """A bound on the degree of a term in the elements of a network, plus the bits of its coefficients."""
    return _size(evaluate(term, env, _Extents(env["L"], env["H"])))
