"""Instances of a proof, such as counterexamples: their data in formulas, for pages and for the terminal.

The kernel writes fractions as [1, 2], matrices as lists of rows, and polynomials as lists of coefficients; a text
``name = value, name = value`` holds them.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Style:
    """How a formula is written."""

    fraction: str
    rows: tuple[str, str, str, str]  # before a matrix, between its entries, between its rows, after it
    names: bool  # whether indices and primes are marked up


LATEX = Style(r"\tfrac{%s}{%s}", (r"\begin{pmatrix}", " & ", r" \\ ", r"\end{pmatrix}"), True)
PLAIN = Style("%s/%s", ("((", ", ", "), (", "))"), False)


def latex(text: str) -> list[str] | None:
    """The conditions of an instance in LaTeX, one by one; None where ``text`` holds no data of lists."""
    return _written(text, LATEX)


def plain(text: str) -> str:
    """The same for a terminal; ``text`` itself where it holds no data of lists."""
    found = _written(text, PLAIN)
    return text.removeprefix("counterexample ") if found is None else ", ".join(found)


def split(text: str, at: str = ",") -> list[str]:
    """A list of conditions, split at its outer commas."""
    found, depth = [""], 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == at and not depth:
            found.append("")
        else:
            found[-1] += letter
    return [part.strip() for part in found if part.strip()]


def _written(text: str, style: Style) -> list[str] | None:
    if "[" not in text and "{" not in text:
        return None
    entries: dict[str, Any] = {}
    for part in split(text.removeprefix("counterexample ")):
        name, equals, value = part.partition(" = ")
        try:
            entries[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            return None
        if not equals:
            return None
    if set(entries) == {"numerator", "denominator"}:
        ratio = _ratio(entries["numerator"], entries["denominator"], style)
        return [f"{'X_{n}' if style.names else 'X_n'} = {ratio}"]
    together = list(entries.values())
    if len(together) == 2 and all(isinstance(v, dict) for v in together) and set(together[0]) == set(together[1]):
        return _pair(together[0], together[1], style)
    return [_equation(name, value, style) for name, value in entries.items()]


def _pair(first: dict[str, Any], second: dict[str, Any], style: Style) -> list[str]:
    """Two instances: what they share, and then what sets them apart, side by side."""
    shared = [_equation(name, value, style) for name, value in first.items() if second[name] == value]
    word = r"\ \text{and}\ " if style.names else " and "
    apart = [
        f"{_equation(name, value, style)}{word}{_value(second[name], style)}"
        for name, value in first.items() if second[name] != value
    ]  # fmt: skip
    return [*shared, *apart]


def _equation(name: str, value: Any, style: Style) -> str:
    if isinstance(value, dict):
        return "; ".join(_equation(key, entry, style) for key, entry in value.items())
    return f"{_name(name, style)} = {_value(value, style)}"


def _name(name: str, style: Style) -> str:
    """Gx is G_x, zp is z′, l1 is l_1; a word is a word."""
    found = re.fullmatch(r"([A-Z])([a-z])|([a-z])(\d+)", name)
    if found:
        letter, index = found.group(1) or found.group(3), found.group(2) or found.group(4)
        return f"{letter}_{{{index}}}" if style.names else f"{letter}_{index}"
    if re.fullmatch(r"[a-z]p", name):
        return name[0] + ("'" if style.names else "′")
    return rf"\text{{{name}}}" if style.names and len(name) > 1 else name


def _value(value: Any, style: Style) -> str:
    if not isinstance(value, list | tuple):
        return str(value)
    if _is_fraction(value):
        top, bottom = value
        return ("-" if top < 0 else "") + style.fraction % (abs(top), bottom)
    rows = [entry for entry in value if isinstance(entry, list | tuple) and not _is_fraction(entry)]
    if len(value) > 1 and len(rows) == len(value) and all(len(row) == len(value) for row in rows):
        before, between, line, after = style.rows
        return before + line.join(between.join(_value(entry, style) for entry in row) for row in rows) + after
    if len(value) == 1:
        return _value(value[0], style)
    return f"({', '.join(_value(entry, style) for entry in value)})"


def _is_fraction(value: Sequence[Any]) -> bool:
    whole = len(value) == 2 and all(isinstance(entry, int) for entry in value)
    return whole and value[1] > 1 and math.gcd(*value) == 1


def _ratio(top: Sequence[Any], bottom: Sequence[Any], style: Style) -> str:
    """The ratio of two polynomials in n, given by their coefficients from the constant one up."""
    above, below = _polynomial(top, style), _polynomial(bottom, style)
    if below == "1":
        return above
    if not style.names:
        return f"{above}/{below}" if re.fullmatch(r"\w+", below) else f"({above})/({below})"
    sign = "-" if above.startswith("-") and "+" not in above[1:] and "-" not in above[1:] else ""
    return rf"{sign}\tfrac{{{above.removeprefix(sign)}}}{{{below}}}"


def _polynomial(coefficients: Sequence[Any], style: Style) -> str:
    found = ""
    for power, c in reversed(list(enumerate(coefficients))):
        if c == 0:
            continue
        size = _value([abs(c[0]), c[1]] if isinstance(c, list | tuple) else abs(c), style)
        negative = (c[0] if isinstance(c, list | tuple) else c) < 0
        symbol = "" if not power else "n" if power == 1 else f"n^{{{power}}}" if style.names else f"n^{power}"
        term = symbol if size == "1" and symbol else size + symbol
        found += ("-" if negative else "+" if found else "") + term
    return found or "0"
