"""What a claim expects, as it is written: numbers, expressions in n, a term with its remainder."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from typing import Any

from verifier.inputs.numbers import LONGEST, fraction, shortened


def remainder(text: str) -> tuple[float, Fraction, Fraction]:
    """``3/n + O(n^-2)`` as (3, 1, 2): the coefficient, the term's order, the remainder's.  Raises ValueError."""
    complaint = (
        f"{shortened(text)!r} is not a term with its remainder; write c/n^s + O(n^-t) with t > s, as in 3/n + O(n^-2)"
    )
    match = (
        None
        if len(text) > LONGEST
        else re.fullmatch(
            r"\s*(?P<c>[-+]?[\d./]+?)\s*(?:/\s*n(?:\s*\^\s*(?P<s>[\d./]+))?)?\s*\+\s*O\(\s*"
            r"(?:n\^\(?-(?P<t>[\d./]+)\)?|1/n(?:\^(?P<u>[\d./]+))?)\s*\)\s*",
            text,
        )
    )
    if match is None:
        raise ValueError(complaint)
    head = text[: text.index("O(")]
    try:
        c = number(match["c"])
        s = fraction(match["s"] or "1") if "n" in head else Fraction(0)
        t = fraction(match["t"] or match["u"] or "1")
    except (ValueError, ZeroDivisionError):
        raise ValueError(complaint) from None
    if t <= s:
        raise ValueError(complaint)
    return c, s, t


def number(text: str) -> float:
    """A finite number: ``-1``, ``0.25``, ``-1/2``.  Raises ValueError naming the text."""
    try:
        return float(fraction(text))
    except OverflowError:
        raise ValueError(f"{shortened(text)!r} is beyond floating point") from None


#: Bits of a power: numbers of a thousand digits are no quantities.
_MOST_BITS = 1 << 14

_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}


def expression(text: str) -> Callable[[int], float]:
    """A rational function of n, such as ``3 + 2/n - 4/n^2``, evaluated exactly.  Raises ValueError if it is not."""
    complaint = (
        f"{shortened(text)!r} is not an expression in n; write sums, products, quotients and powers, as in 3 + 2/n^2"
    )
    if len(text) > LONGEST:
        raise ValueError(f"an expression of {len(text)} characters; at most {LONGEST} are read")
    try:
        tree = ast.parse(text.replace("^", "**").strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(complaint) from None

    def value(node: ast.expr, n: int) -> Fraction:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return fraction(str(node.value))
        if isinstance(node, ast.Name) and node.id == "n":
            return Fraction(n)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            inner = value(node.operand, n)
            return -inner if isinstance(node.op, ast.USub) else inner
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            result: Fraction = _OPERATORS[type(node.op)](value(node.left, n), value(node.right, n))
            return result
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            negative = isinstance(node.right, ast.UnaryOp) and isinstance(node.right.op, ast.USub)
            power = node.right.operand if isinstance(node.right, ast.UnaryOp) else node.right
            if isinstance(power, ast.Constant) and isinstance(power.value, int) and power.value <= 100:
                base = value(node.left, n)
                if max(base.numerator.bit_length(), base.denominator.bit_length()) * power.value > _MOST_BITS:
                    raise ValueError(f"{shortened(text)!r} has numbers that are too large")
                return base ** (-power.value if negative else power.value)
        raise ValueError(complaint)

    with suppress(ZeroDivisionError):
        value(tree, 7)  # complain now, not at the first width

    def at(n: int) -> float:
        try:
            return float(value(tree, n))
        except ZeroDivisionError:
            raise ValueError(f"{text!r} divides by zero at n = {n}") from None
        except OverflowError:
            raise ValueError(f"{text!r} is beyond floating point at n = {n}") from None

    return at
