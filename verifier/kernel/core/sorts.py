"""Sorts: what a term may stand for, and which sorts can be read as which.

``int`` a fixed integer · ``const`` a real number without widths · ``fin`` a function of the widths · ``rand`` a random
quantity at given widths · ``lim`` a random variable of the limit's probability space · ``width`` the width of a layer ·
``seq`` a finite tuple of integers · ``input`` a point in the input space · ``act`` an activation function · ``mode`` a
way for widths to grow · ``base`` a coupling of all widths of a mode and its limit · ``prop`` a proposition.

An ``int`` is never made from a ``width``: so ranges, factorials and bounds of sums do not grow.  A function sort is a
pair (argument sorts, result sort).
"""

from __future__ import annotations

from typing import TypeAlias

Sort: TypeAlias = "str | tuple[tuple[Sort, ...], Sort]"


class Refused(ValueError):
    """What is written is no term, no proposition or no inference; the message says why."""


def need(condition: bool, why: str) -> None:
    """Raise :class:`Refused` unless ``condition`` holds."""
    if not condition:
        raise Refused(why)


#: each sort with those it can be read as
READ_AS: dict[str, tuple[str, ...]] = {
    "int": ("int", "const", "fin", "rand", "lim"),
    "const": ("const", "fin", "rand", "lim"),
    "fin": ("fin", "rand"),
    "rand": ("rand",),
    "lim": ("lim",),
    "width": ("width", "fin", "rand"),
    **{name: (name,) for name in ("seq", "input", "act", "mode", "base", "prop")},
}
#: the sorts in which one adds and multiplies, the smallest first; ``width`` is added as ``fin``
NUMBERS = ("int", "const", "fin", "lim", "rand")
_DEEPEST = 6


def is_sort(s: object, depth: int = 0) -> bool:
    """Whether ``s`` is a sort; nested function sorts are bounded."""
    if type(s) is str:
        return s in READ_AS
    if type(s) is not tuple or len(s) != 2 or type(s[0]) is not tuple or not s[0] or depth > _DEEPEST:
        return False
    return all(is_sort(part, depth + 1) for part in (*s[0], s[1]))


def included(s: Sort, t: Sort) -> bool:
    """Whether what is of sort ``s`` can stand where ``t`` is asked; functions by their results."""
    if isinstance(s, str) and isinstance(t, str):
        return t in READ_AS[s]
    return isinstance(s, tuple) and isinstance(t, tuple) and s[0] == t[0] and included(s[1], t[1])


def joined(sorts: tuple[Sort, ...]) -> str:
    """The smallest sort of numbers in which all ``sorts`` can be read."""
    for s in NUMBERS:
        if all(included(x, s) for x in sorts):
            return s
    raise Refused(f"{' and '.join(sorted(set(map(named, sorts))))} are not added, multiplied or compared")


def named(s: Sort) -> str:
    """A sort as it is printed."""
    return s if isinstance(s, str) else f"({', '.join(map(named, s[0]))}) → {named(s[1])}"
