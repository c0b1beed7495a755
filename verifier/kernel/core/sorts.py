"""Sorts: what a term may stand for, and which sorts can be read as which; refusals, names, and the bound on work.

``int`` a fixed integer · ``const`` a real number without widths · ``fin`` a function of the widths · ``rand`` a random
quantity at given widths · ``lim`` a random variable of the limit's probability space · ``width`` the width of a layer ·
``seq`` a finite tuple of integers · ``input`` a point in the input space · ``act`` an activation function · ``mode`` a
way for widths to grow · ``base`` a coupling of all widths of a mode and its limit · ``prop`` a proposition · (argument
sorts, result sort) functions.  Every sort has something in it.  No ``int`` is made of a ``width``: ranges do not grow.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias, cast

Sort: TypeAlias = "str | tuple[tuple[Sort, ...], Sort]"
#: each sort with those it can be read as
READ_AS: dict[str, tuple[str, ...]] = {
    "int": ("int", "const", "fin", "rand", "lim"), "const": ("const", "fin", "rand", "lim"),
    "fin": ("fin", "rand"), "width": ("width", "fin", "rand"),
    **{s: (s,) for s in ("rand", "lim", "seq", "input", "act", "mode", "base", "prop")},
}  # fmt: skip
#: the sorts in which one adds and multiplies, the smallest first; ``width`` is added as ``fin``
NUMBERS = ("int", "const", "fin", "lim", "rand")
_left = math.inf
#: kind and fields → the term that was made of them, so that equal terms are mostly one; a budget begins with none
MADE: list[dict[Any, Any]] = [{}]


class Refused(ValueError):
    """What is written is no term, no proposition or no inference; the message says why."""


def need(condition: object, why: str | Callable[[], str]) -> None:
    """Raise :class:`Refused` unless ``condition`` holds; ``why`` is a function where its text is long to make."""
    if not condition:
        raise Refused(why if isinstance(why, str) else why())


@contextmanager
def budget(units: float) -> Iterator[None]:
    """Refuse, inside, what takes more than ``units`` of work: about one for each part of each node that is built."""
    global _left
    before, _left = _left, units
    MADE.append({})
    try:
        yield
    finally:
        _left = before
        MADE.pop()


def spend(units: int) -> None:
    """Take ``units`` from the budget, if there is one."""
    global _left
    _left -= units
    if _left < 0:
        raise Refused("too large when multiplied out: more work than a document of this length may ask for")


def label(x: Any) -> str:
    """``x``, if it can be a name: 1 to 80 characters of printable ASCII."""
    need(type(x) is str and x.isascii() and x.isprintable() and 0 < len(x) <= 80, lambda: f"{str(x)[:40]!a} is no name")
    return cast("str", x)


def is_sort(s: object) -> bool:
    """Whether ``s`` is a sort: one of the names above, or a function sort of at most 50 arguments."""
    spend(1)
    if type(s) is tuple and len(s) == 2 and type(s[0]) is tuple and 0 < len(s[0]) <= 50:
        return all(map(is_sort, (*s[0], s[1])))
    return type(s) is str and s in READ_AS


def included(s: Sort, t: Sort) -> bool:
    """Whether what is of sort ``s`` can stand where ``t`` is asked; functions by their results."""
    if isinstance(s, str) or isinstance(t, str):
        return isinstance(s, str) and t in READ_AS[s]
    return s[0] == t[0] and included(s[1], t[1])


def joined(sorts: Sequence[Sort]) -> str:
    """The smallest sort of numbers in which all ``sorts`` can be read."""
    for s in NUMBERS:
        if not [x for x in sorts if x != s and not included(x, s)]:
            return s
    raise Refused(f"what is of sort {' and '.join(sorted(set(map(str, sorts))))} is not added, multiplied or compared")
