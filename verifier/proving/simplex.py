"""Numbers that solve linear equations and are not negative, exactly: the simplex method on integers.

>>> third = Fraction(1, 3)
>>> combination([[Fraction(3), Fraction(-1), Fraction(1)], [Fraction(0), Fraction(1), Fraction(0)]], [False, False])
[Fraction(1, 3), Fraction(0, 1)]
>>> combination([[Fraction(1), Fraction(-1)]], [False]) is None
True
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm


def combination(table: Sequence[Sequence[Fraction]], free: Sequence[bool]) -> list[Fraction] | None:
    """x with Σ_k row[k] x_k = the last entry of the row, for all rows, and x_k >= 0 unless ``free``; None if there is
    none.  At most as many x_k as rows are not 0.

    What is free is eliminated; the rest is the first phase of the simplex method by Bland's rule, which ends.  All of
    the table is kept in whole numbers over one denominator (Edmonds 1967), each a determinant of the equations.
    """
    count = len(free)
    rows = [_whole(row) for row in table]
    basis = [count] * len(rows)  # which x_k a row says; ``count``: none yet, its last entry is what is missing
    scale = 1

    def enter(at: int, column: int) -> None:
        nonlocal scale
        chosen, pivot = rows[at], rows[at][column]
        for r, row in enumerate(rows):
            if r != at:
                factor = row[column]
                rows[r] = [(pivot * a - factor * b) // scale for a, b in zip(row, chosen, strict=True)]
        scale, basis[at] = pivot, column

    for column in range(count):
        at = (
            next((r for r, row in enumerate(rows) if basis[r] == count and row[column]), None) if free[column] else None
        )
        if at is not None:
            if rows[at][column] < 0:
                rows[at] = [-a for a in rows[at]]
            enter(at, column)
    said = [r for r, column in enumerate(basis) if column < count]
    for r, row in enumerate(rows):
        if r not in said and row[-1] < 0:
            rows[r] = [-a for a in row]
    bounded = [r for r in range(len(rows)) if r not in said]
    while True:
        missing = [rows[r] for r in bounded if basis[r] == count]
        if not any(row[-1] for row in missing):
            break
        others = [k for k in range(count) if not free[k] and k not in basis]
        entering = next((k for k in others if sum(row[k] for row in missing) > 0), None)
        if entering is None:
            return None
        rated = [(Fraction(rows[r][-1], rows[r][entering]), basis[r], r) for r in bounded if rows[r][entering] > 0]
        enter(min(rated)[2], entering)
    solved = dict(zip(basis, (Fraction(row[-1], scale) for row in rows), strict=True))
    return [solved.get(k, Fraction(0)) for k in range(count)]


def _whole(row: Sequence[Fraction]) -> list[int]:
    """The row times the least number that makes it whole."""
    factor = lcm(*(x.denominator for x in row))
    return [int(x * factor) for x in row]
