"""Numbers as they are written: bounded before any arithmetic is done with them.

``1e999999999`` is ten characters, and as an exact fraction a number of a gigabyte; a power or an integer of thousands
of digits is no better.  What is longer, or has a larger exponent, than any quantity here is refused by its text alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise

#: Characters of a number, and the largest exponent of ten: beyond it there is no floating-point number.
LONGEST, LARGEST_EXPONENT = 400, 400
#: The least difference of two logarithms.
_APART = 1e-8
_DECIMAL = re.compile(r"[-+]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE]([-+]?\d+))?")
_RATIO = re.compile(r"[-+]?\d+\s*/\s*\d+")


def fraction(text: str) -> Fraction:
    """``-1``, ``0.25``, ``1e-8`` or ``-1/2``, exactly.

    Raises ValueError for anything else, and for a number of more than 400 characters or with an exponent beyond 400.

    >>> fraction("-1/2"), fraction("0.25")
    (Fraction(-1, 2), Fraction(1, 4))
    """
    word = text.strip()
    if len(word) > LONGEST:
        raise ValueError(f"a number of {len(word)} characters; at most {LONGEST} are read")
    decimal = _DECIMAL.fullmatch(word)
    if decimal is None and not _RATIO.fullmatch(word):
        raise ValueError(f"{shortened(word)!r} is not a number; write -1, 0.25 or -1/2")
    if decimal is not None and decimal[1] and abs(int(decimal[1])) > LARGEST_EXPONENT:
        raise ValueError(f"{shortened(word)!r}: an exponent of ten lies from -{LARGEST_EXPONENT} to {LARGEST_EXPONENT}")
    try:
        return Fraction(word.replace(" ", ""))
    except ZeroDivisionError:
        raise ValueError(f"{shortened(word)!r} divides by zero") from None


def integer(text: str) -> int:
    """A whole number such as ``-12``.  ValueError for anything else and for more than 400 characters."""
    word = text.strip()
    if len(word) > LONGEST:
        raise ValueError(f"a number of {len(word)} characters; at most {LONGEST} are read")
    if not re.fullmatch(r"[-+]?[0-9]+", word):
        raise ValueError(f"{shortened(word)!r} is not an integer")
    return int(word)


def too_near(widths: Iterable[int]) -> tuple[int, int] | None:
    """Two widths whose logarithms floating point cannot tell apart well enough to divide by their difference.

    A logarithm near 36 has an error of 4e-15, so that one of 1e-8 is a difference to six digits; None where all are
    farther apart.

    >>> too_near([10**15, 10**15 + 1]), too_near([128, 413])
    ((1000000000000000, 1000000000000001), None)
    """
    ordered = sorted(set(widths))
    return next(((a, b) for a, b in pairwise(ordered) if math.log1p((b - a) / a) < _APART), None)


def shortened(text: str, longest: int = 60) -> str:
    """``text``, cut where a message would be longer than anyone reads."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
