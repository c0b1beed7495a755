"""A range that separates the frames at which a claim fails from those at which it stands: r <= H·L."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement
from typing import Any

Frame = Mapping[str, Any]


def separating(fails: Sequence[Frame], stands: Sequence[Frame], names: Sequence[str]) -> str:
    """The simplest inequality that holds at all of ``stands`` and at none of ``fails``; empty where there is none.

    One integer is compared with a number, with another integer, or with a product of two, give or take one.

    >>> frames = [{"L": L, "r": r} for L in (1, 2, 3) for r in range(5)]
    >>> separating([f for f in frames if f["r"] > f["L"]], [f for f in frames if f["r"] <= f["L"]], ("L", "r"))
    'r <= L'
    """
    whole = [n for n in names if all(isinstance(f.get(n), int) for f in (*fails, *stands))]
    if not fails or not stands:
        return ""
    for name in whole:
        for text, bound in _bounds([n for n in whole if n != name]):
            for sign, relation in ((1, "<="), (-1, ">=")):

                def holds(f: Frame, name: str = name, bound: Any = bound, sign: int = sign) -> bool:
                    return bool(sign * f[name] <= sign * bound(f))

                if all(map(holds, stands)) and not any(map(holds, fails)):
                    return f"{name} {relation} {text}"
    return ""


def _bounds(others: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for number in range(5):
        yield str(number), lambda f, number=number: number
    products = [(n,) for n in others] + list(combinations_with_replacement(others, 2))
    for shift in (0, -1, 1):
        for names in products:
            text = "·".join(names) + (f" {'+' if shift > 0 else '-'} 1" if shift else "")

            def bound(f: Frame, names: tuple[str, ...] = names, shift: int = shift) -> int:
                found = 1
                for name in names:
                    found *= int(f[name])
                return found + shift

            yield text, bound
