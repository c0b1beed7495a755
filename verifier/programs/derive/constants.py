"""Constants of a program as c n^p, read at several widths.

The program is traced at widths that are sixth powers, so that n^p is rational for p in sixths, and at one of which no
root is whole, so that a root that is rounded is told from one that is not.  A float stands for the
simplest rational that is rounded to it where that is short (0.3, 1/3), for the root of one where that is (√2), else for
a number in the interval of its rounding.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from verifier.programs.derive.expansion import Underived
from verifier.programs.derive.numbers import ZERO, Number, enclosed

#: all are multiples of 64, for heads
WIDTHS = (64, 6**6, 64 * 1021, 8**6)
#: the product of numerator and denominator of what counts as meant, by double and single precision
SHORT = {8: 10**10, 4: 2000}
DIGITS = {8: 12, 4: 6}


def read(values: Sequence[float], single: bool = False) -> tuple[Fraction, Number]:
    """(p, c) with values c n^p at :data:`WIDTHS`.  Underived where they are no power of the width."""
    size = 4 if single else 8
    if all(v == 0 for v in values):
        return Fraction(0), ZERO
    if not all(math.isfinite(v) for v in values) or len({math.copysign(1, v) for v in values}) > 1 or 0 in values:
        raise Underived(f"a constant that is {values[0]:.6g} at n = {WIDTHS[0]} and {values[-1]:.6g} at {WIDTHS[-1]}")
    rounding = 2.0 ** (-23 if single else -50)
    slope = math.log(abs(values[-1] / values[0])) / math.log(WIDTHS[-1] / WIDTHS[0])
    p = Fraction(slope).limit_denominator(12)
    fronts = [v / n ** float(p) for v, n in zip(values, WIDTHS, strict=True)]
    if max(abs(f / fronts[0] - 1) for f in fronts) > 64 * rounding:
        raise Underived(f"a constant that is no power of the width: {', '.join(f'{v:.6g}' for v in values)}")
    return p, meant(fronts[0], size)


def meant(value: float, size: int = 8) -> Number:
    """The number that a float of so many bytes stands for."""
    rounding = 2.0 ** (-24 if size == 4 else -51)
    found = _simple(value, size, rounding)
    if found is not None:
        return Number.of(found)
    square = _simple(value * value, size, 3 * rounding)
    if square is not None:
        root = Number.of(square).root()
        return root if value > 0 else -root
    return enclosed(value, abs(value) * rounding)


def _simple(value: float, size: int, rounding: float) -> Fraction | None:
    near = Fraction(value).limit_denominator(100_000)
    if abs(float(near) - value) <= abs(value) * rounding and abs(near.numerator * near.denominator) <= SHORT[size]:
        return near
    short = str(np.float32(value)) if size == 4 else repr(float(value))
    decimal = Fraction(short)
    digits = len(short.lower().split("e")[0].replace("-", "").replace(".", "").strip("0"))
    return decimal if digits <= DIGITS[size] else None


def single_precision(array: np.ndarray) -> bool:
    """Whether all entries are numbers of single precision, as constants made outside a trace are."""
    if array.dtype == np.float32:
        return True
    if array.dtype.kind != "f":
        return False
    with np.errstate(all="ignore"):
        rounded = array.astype(np.float32).astype(np.float64)
    return bool(np.all(rounded == array)) and not bool(np.all(array == np.round(array * 1024) / 1024))
