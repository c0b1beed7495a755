"""Kernel terms as LaTeX, for readers; the kernel itself never sees this."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verifier.report.notation import GREEK, NOTATION, norm, random_features


def term(value: Any) -> str:
    """A term in LaTeX."""
    if isinstance(value, str):
        return symbol(value)
    if not isinstance(value, list | tuple) or not value:
        return str(value)
    head, *rest = value
    build = _HEADS.get(head)
    if build is not None:
        return build(rest)
    if head in NOTATION:
        arguments = [term(a) for a in rest]
        try:
            return NOTATION[head].format(*arguments)
        except IndexError:
            pass
    return rf"\operatorname{{{head}}}({', '.join(term(a) for a in rest)})"


def symbol(name: str) -> str:
    """A variable; ``lp`` is read l', longer names and digits at their end as subscripts."""
    if name.endswith("p") and len(name) == 2:
        return f"{name[0]}'"
    stem = name.rstrip("0123456789")
    shown = rf"\{stem}" if stem in GREEK else stem if len(stem) == 1 else rf"\mathrm{{{stem}}}".replace("_", r"\_")
    return f"{shown}_{{{name[len(stem) :]}}}" if stem != name and stem else shown


def _sum(rest: Sequence[Any]) -> str:
    parts: list[str] = []
    constant = 0
    for part in rest:
        if isinstance(part, int):
            constant += part
            continue
        negative = isinstance(part, list) and part[0] == "*" and len(part) > 1 and part[1] == -1
        shown = _product(part[2:]) if negative else term(part)
        parts.append(f"-{shown}" if negative else f"+{shown}")
    if constant or not parts:
        parts.append(f"{constant:+d}")
    parts.sort(key=lambda part: part.startswith("-"))  # K - K' rather than -K' + K
    return "".join(parts).removeprefix("+")


def _difference(rest: Sequence[Any]) -> str:
    if len(rest) == 1:
        return f"-{in_parentheses(rest[0])}"
    if all(isinstance(part, int) for part in rest):
        return str(rest[0] - sum(rest[1:]))
    first, *others = rest
    # (L + 1) - 1 is L
    if isinstance(first, list) and first[0] == "+" and all(isinstance(o, int) for o in others):
        return _sum([*first[1:], -sum(others)])
    return term(first) + "".join(f"-{in_parentheses(part)}" for part in others)


def in_parentheses(part: Any) -> str:
    sums = isinstance(part, list) and part and part[0] in ("+", "-")
    shown = term(part)
    return rf"\left({shown}\right)" if sums and len(shown) > 1 and any(c in shown for c in "+-") else shown


def _product(rest: Sequence[Any]) -> str:
    factors = [part for part in rest if part != 1]
    factors.sort(key=lambda part: not isinstance(part, int))
    if not factors:
        return "1"
    if factors[0] == -1:
        return f"-{_product(factors[1:])}"
    return r"\,".join(in_parentheses(part) for part in factors)


def _quotient(rest: Sequence[Any]) -> str:
    top, bottom = rest
    if isinstance(top, int) and isinstance(bottom, int) and bottom and not top % bottom:
        return str(top // bottom)
    if bottom in (1, ["fact", 0], ["fact", 1]):
        return term(top)
    return rf"\frac{{{term(top)}}}{{{term(bottom)}}}"


def _power(base: Any, exponent: Any) -> str:
    if isinstance(base, list) and base and base[0] == "inv" and isinstance(exponent, int):
        return _power(base[1], -exponent)
    if exponent == 1:
        return term(base)
    shown = in_parentheses(base)
    shown = rf"\left({shown}\right)" if "^" in shown and not shown.startswith(r"\left(") else shown
    return f"{shown}^{{{term(exponent)}}}"


def _over(sign: str, rest: Sequence[Any]) -> str:
    name, low, high, body = rest
    return rf"{sign}_{{{symbol(name)}={term(low)}}}^{{{term(high)}}}{in_parentheses(body)}"


def _except(rest: Sequence[Any]) -> str:
    name, _, _, skip, body = rest
    return rf"\prod_{{{symbol(name)}\ne {term(skip)}}}{in_parentheses(body)}"


def _compositions(rest: Sequence[Any]) -> str:
    d, k, count, total, high, body = rest
    k, d = symbol(k), symbol(d)
    under = rf"{k}_1+\dots+{k}_{{{term(count)}}}={term(total)},\ {k}_{d}\le {term(high)}"
    return rf"\sum_{{{under}}}\prod_{{{d}=1}}^{{{term(count)}}}{in_parentheses(body)}"


def _dominant(rest: Sequence[Any]) -> str:
    d, k, count, total, high, weight, _, body = rest
    k, d = symbol(k), symbol(d)
    parts = rf"{k}_1+\dots+{k}_{{{term(count)}}}={term(total)},\ {k}_{d}\le {term(high)}"
    under = rf"{parts},\ \sum {term(weight)}\ \text{{greatest}}"
    return rf"\sum_{{{under}}}\prod_{{{d}}}{in_parentheses(body)}"


def _chain(rest: Sequence[Any]) -> str:
    k, depth, (_, last), (_, _, step), (_, first) = rest
    under = rf"1\le l_1<\dots<l_{{{term(k)}}}\le {term(depth)}"
    return rf"\sum_{{{under}}}{in_parentheses(last)}\Big(\prod {term(step)}\Big){in_parentheses(first)}"


_HEADS: dict[str, Any] = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "/": _quotient,
    "^": lambda rest: _power(rest[0], rest[1]),
    "power": lambda rest: _power(rest[0], rest[1]),
    "inv": lambda rest: _power(rest[0], -1),
    "halves": lambda rest: f"2^{{{_difference(rest)}}}",
    "min": lambda rest: rf"\min({', '.join(term(a) for a in rest)})",
    "max": lambda rest: rf"\max({', '.join(term(a) for a in rest)})",
    "list": lambda rest: rf"({', '.join(term(a) for a in rest)})",
    "sum": lambda rest: _over(r"\sum", rest),
    "prod": lambda rest: _over(r"\prod", rest),
    "prodexcept": _except,
    "comps": _compositions,
    "dominant": _dominant,
    "chain": _chain,
    "tuples": lambda rest: rf"\sum_{{{symbol(rest[0])}\in[{term(rest[1])}]^{{{term(rest[2])}}}}}{term(rest[3])}",
    "over": lambda rest: rf"\prod_{{{symbol(rest[1])}\in {term(rest[0])}}}{in_parentheses(rest[2])}",
    "norm2": lambda rest: norm(*rest),
    "coscos": lambda rest: rf"\mathbb E\,{random_features('', *rest)}",
    "features": lambda rest: rf"\frac{{1}}{{k}}\sum_i{random_features('_i', *rest)}",
    "consecutive": lambda rest: rf"\prod_{{m<k}}{term(rest[3])}",
}
