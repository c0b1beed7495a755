"""Sums with exact coefficients as one line of text, and as LaTeX."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction


def text(terms: Mapping[str, Fraction]) -> str:
    """``3 n^-1 - 1/2 n^-2`` from ``{"n^-1": 3, "n^-2": -1/2}``; a constant has no name.

    >>> text({"": Fraction(3), "n^-1": Fraction(-1, 2)})
    '3 - 1/2 n^-1'
    """
    return _joined(f"{c} {name}".strip() for name, c in terms.items())


def latex(polynomial: Mapping[int, Fraction]) -> str:
    """Powers of n to coefficients, the highest first.

    >>> print(latex({0: Fraction(3), -1: Fraction(-1, 2)}))
    3 - \\tfrac{1}{2} n^{-1}
    """
    ordered = sorted(polynomial.items(), reverse=True)
    return _joined(f"{_fraction(c)} n^{{{p}}}" if p else _fraction(c) for p, c in ordered)


#: powers of symbols, as they stand in a monomial
Powers = tuple[tuple[str, int], ...]


def monomials(terms: Mapping[Powers, Fraction]) -> dict[str, Fraction]:
    """Coefficients by the names of their monomials, ``n1^-1 g[0,1]^2``: the highest powers of all widths first."""
    return {_name(key): c for key, c in sorted(terms.items(), key=_total_degree)}


def _total_degree(term: tuple[Powers, Fraction]) -> tuple[int, list[tuple[str, int]]]:
    """Leading terms first: by the power of all widths together."""
    monomial, _ = term
    return -sum(power for symbol, power in monomial if symbol.startswith("n")), sorted(monomial)


def _name(monomial: Powers) -> str:
    ordered = sorted(monomial, key=_widths_first)
    return " ".join(symbol if power == 1 else f"{symbol}^{power}" for symbol, power in ordered) or "1"


def _widths_first(factor: tuple[str, int]) -> tuple[bool, str]:
    return factor[0].startswith("g"), factor[0]


def _joined(terms: Iterable[str]) -> str:
    return " + ".join(terms).replace("+ -", "- ") or "0"


def _fraction(value: Fraction) -> str:
    sign = "-" if value < 0 else ""
    top, below = abs(value.numerator), value.denominator
    return f"{sign}{top}" if below == 1 else rf"{sign}\tfrac{{{top}}}{{{below}}}"
