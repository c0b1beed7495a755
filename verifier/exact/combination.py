"""Differences of exact means: polynomials in 1/n, added, subtracted and multiplied, and the order of the result.

    E[f(0)^4] - 3 E[f(0)^2]^2

is the fourth cumulant of f.  Its two terms have limits that cancel, so that no single moment shows its order; the
difference of the polynomials does, exactly, at every width.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from verifier.exact.api import exact_moment
from verifier.exact.correlation import CorrelationError
from verifier.exact.moments import evaluate, leading
from verifier.exact.rings import product
from verifier.inputs.numbers import shortened

Polynomial = Mapping[int, Fraction]

_MEAN = re.compile(r"E\[([^\[\]]*)\]")
#: Characters of a combination.
LONGEST_TEXT = 4_000
#: Bits of a coefficient of a power, and terms times the power.
MOST_BITS, MOST_TERMS = 1 << 20, 1 << 12
#: The largest power of a mean.
MOST_POWER = 20


@dataclass(frozen=True)
class Combination:
    """A combination of exact means: ``polynomial`` maps powers of the common width n to coefficients."""

    text: str
    depth: int
    polynomial: Polynomial

    @property
    def leading(self) -> tuple[int, Fraction] | None:
        """(power of n, coefficient): what the combination is of the order of; None if it vanishes at every width."""
        return leading(self.polynomial) if self.polynomial else None

    def at(self, width: int) -> Fraction:
        """The value with all hidden widths equal to ``width``."""
        return evaluate(self.polynomial, width) if self.polynomial else Fraction(0)


def combination(text: str, depth: int, **settings: Any) -> Combination:
    """Evaluate ``text``, a polynomial in means E[C^p] with rational coefficients, at this depth.

    C is a correlation function as :func:`verifier.exact.api.exact_moment` reads it, and ``settings`` are those of that
    function. Raises CorrelationError for a text that is no such polynomial, and as that function does.

    >>> combination("E[f(0)^4] - 3 E[f(0)^2]^2", 2, activation="relu").leading
    (-1, Fraction(15, 1))
    """
    if len(text) > LONGEST_TEXT:
        raise CorrelationError(f"a combination of {len(text)} characters; at most {LONGEST_TEXT} are read")
    means: list[Polynomial] = []

    def named(match: re.Match[str]) -> str:
        inner, moment = match[1].strip(), 1
        power = re.fullmatch(r"(.*)\^\s*(\d{1,3})", inner, re.DOTALL)
        if power is not None:
            inner, moment = power[1].strip(), int(power[2])
            inner = inner[1:-1] if inner.startswith("(") and inner.endswith(")") else inner
        found = exact_moment(inner, depth, moment=moment, **settings)
        if found.polynomial is None:
            raise CorrelationError(f"E[{match[1]}] is not a polynomial in one width here")
        means.append(found.polynomial)
        return f" m{len(means) - 1} "

    plain = _MEAN.sub(named, text)
    # A number before a mean, or two means in a row, are multiplied.
    joined = re.sub(r"(?<=[\d)])\s+(?=m\d)", "*", plain.replace("^", "**"))
    complaint = f"{shortened(text)!r} is not a combination of means; write E[f(0)^4] - 3 E[f(0)^2]^2, for instance"
    try:
        tree = ast.parse(joined.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise CorrelationError(complaint) from None

    def value(node: ast.expr) -> Polynomial:
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
            return {0: Fraction(node.value)}
        if isinstance(node, ast.Name) and re.fullmatch(r"m\d+", node.id) and int(node.id[1:]) < len(means):
            return means[int(node.id[1:])]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return _scaled(value(node.operand), Fraction(-1))
        if isinstance(node, ast.BinOp):
            if isinstance(node.op, ast.Pow):
                return _power(value(node.left), node.right, complaint)
            first, second = value(node.left), value(node.right)
            if isinstance(node.op, ast.Add):
                return _sum(first, second)
            if isinstance(node.op, ast.Sub):
                return _sum(first, _scaled(second, Fraction(-1)))
            if isinstance(node.op, ast.Mult):
                return _cleared(product(first, second))
            if isinstance(node.op, ast.Div) and set(second) == {0} and second[0]:
                return _scaled(first, 1 / second[0])
        raise CorrelationError(complaint)

    try:
        return Combination(text, depth, _cleared(value(tree)))
    except RecursionError:
        raise CorrelationError(complaint) from None


def _cleared(polynomial: Polynomial) -> Polynomial:
    return {power: c for power, c in sorted(polynomial.items(), reverse=True) if c}


def _sum(first: Polynomial, second: Polynomial) -> Polynomial:
    powers = {*first, *second}
    return _cleared({p: first.get(p, Fraction(0)) + second.get(p, Fraction(0)) for p in powers})


def _scaled(polynomial: Polynomial, factor: Fraction) -> Polynomial:
    return {power: factor * c for power, c in polynomial.items()}


def _power(base: Polynomial, exponent: ast.expr, complaint: str) -> Polynomial:
    times = exponent.value if isinstance(exponent, ast.Constant) else None
    if not (isinstance(times, int) and 0 <= times <= MOST_POWER):
        raise CorrelationError(complaint)
    bits = max((max(c.numerator.bit_length(), c.denominator.bit_length()) for c in base.values()), default=0)
    if bits * times > MOST_BITS or len(base) * times > MOST_TERMS:
        raise CorrelationError(f"{complaint}; its powers of powers are too large")
    found: Polynomial = {0: Fraction(1)}
    for _ in range(times):
        found = _cleared(product(found, base))
    return found
