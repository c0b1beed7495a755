"""Numbers as a reader expects them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def measured(answer: Mapping[str, Any]) -> str:
    """An estimate with half the width of its interval in the last two digits, as in −1.003(12)."""
    estimate, low, high = answer["estimate"], answer["low"], answer["high"]
    if estimate is None or low is None or high is None:
        return ""
    half = (high - low) / 2
    if answer.get("kind") == "integer" and not half:  # counted, not sampled
        return minus(f"{estimate:g}")
    if half >= 1:
        return minus(f"{estimate:.1f}({half:.1f})")
    digits = min(6, max(1, 1 - math.floor(math.log10(half)))) if half > 0 else 6
    last = round(half * 10**digits)
    if last >= 100:  # .0995 is .100 to two digits
        digits, last = digits - 1, round(half * 10 ** (digits - 1))
    return minus(f"{estimate:.{digits}f}({max(last, 1)})")


def claimed(answer: Mapping[str, Any]) -> str:
    """What is claimed of a cell: an exponent, with a sign of order where it is a bound, or a word."""
    value = answer["claimed"]
    if not isinstance(value, int | float):
        return str(value)
    sign = {"upper": "≤ ", "vanishes": "< "}.get(answer["kind"], "")
    return minus(f"{sign}{value:g}")


def minus(text: str) -> str:
    """A true minus for each hyphen."""
    return text.replace("-", "\u2212")


def short(value: float) -> str:
    """A number for an axis: three digits, or four where it begins with 1."""
    text = f"{value:.4g}" if f"{abs(value):e}"[0] == "1" else f"{value:.3g}"
    return minus(text.replace("e+0", "e").replace("e-0", "e-").replace("e+", "e"))


def count(value: int) -> str:
    """12 345 with narrow spaces."""
    return f"{value:,}".replace(",", "\u202f") if value >= 10_000 else str(value)


def duration(seconds: float | None) -> str:
    """A time in the unit that suits it."""
    if seconds is None:
        return "unknown"
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def width(n: int) -> str:
    """A network's width, short enough for an axis."""
    return str(n) if n < 10**5 else f"{n:.1e}".replace("e+0", "e").replace("e+", "e")


def severities(counted: Mapping[str, int], printed: int) -> str:
    """How many printed forms are wrong, and how: "2 misprints, 3 incomplete, 5 false of 12 printed forms"."""
    words = [f"{n} {'misprints' if word == 'misprint' and n != 1 else word}" for word, n in counted.items() if n]
    forms = "1 printed form" if printed == 1 else f"{printed} printed forms"
    return f"{', '.join(words) or 'none wrong'} of {forms}"
