"""The exact simplex method against SciPy: it finds a solution where there is one, and nowhere else."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import linprog

from verifier.proving.simplex import combination


def _some(rnd: random.Random) -> tuple[list[list[Fraction]], list[bool]]:
    """Few equations in few unknowns, many of them degenerate: small numbers, zeros, repeated rows."""
    count, height = rnd.randint(1, 7), rnd.randint(1, 5)
    entries = [Fraction(k, d) for k in (-2, -1, 0, 0, 0, 1, 2) for d in (1, 1, 3)]
    table = [[rnd.choice(entries) for _ in range(count + 1)] for _ in range(height)]
    if rnd.random() < 0.5:  # one that has a solution
        x = [Fraction(rnd.randint(0, 2)) for _ in range(count)]
        table = [[*row[:-1], sum((a * b for a, b in zip(row, x, strict=False)), Fraction(0))] for row in table]
    if rnd.random() < 0.3:
        table.append(table[0])
    return table, [rnd.random() < 0.3 for _ in range(count)]


def test_what_linear_programs_find_is_found_exactly() -> None:
    rnd = random.Random(13)
    found = 0
    for _ in range(400):
        table, free = _some(rnd)
        solved = combination(table, free)
        matrix = np.array([[float(x) for x in row] for row in table])
        bounds = [(None, None) if f else (0, None) for f in free]
        reference = linprog(np.zeros(len(free)), A_eq=matrix[:, :-1], b_eq=matrix[:, -1], bounds=bounds)
        assert (solved is None) == (reference.status == 2), (table, free)
        if solved is not None:
            found += 1
            assert all(x >= 0 or f for x, f in zip(solved, free, strict=True)), (table, free)
            assert all(sum(a * x for a, x in zip(row, solved, strict=False)) == row[-1] for row in table), (table, free)
    assert 100 < found < 350


@pytest.mark.parametrize("scale", [Fraction(1), Fraction(10**30), Fraction(1, 10**30)])
def test_a_program_on_which_the_simplex_method_can_turn_in_circles_ends(scale: Fraction) -> None:
    rows = [["1/4", "-60", "-1/25", "9", "1", "0", "0"], ["1/2", "-90", "-1/50", "3", "0", "1", "0"],
            ["0", "0", "1", "0", "0", "0", "1"]]  # Beale 1955, as equations  # fmt: skip
    table = [[scale * Fraction(x) for x in row] for row in rows]
    solved = combination(table, [False] * 6)
    assert solved is not None
    assert all(sum(a * x for a, x in zip(row, solved, strict=False)) == row[-1] for row in table)


_LEAVING = (
    ("0 0 8 1 2 -3 -8 0", "1 0 9/2 0 2 4 -5 0", "0 1 2 0 4 -8 5 0", "0 0 -9 0 9 -7 8 1"),
    ("1 -3 -7/2 2 -9 0 0 -6 0", "0 2 -7 0 -8 1 0 1/2 0", "0 3 3/2 -3 2 0 1 -1 0", "0 -6 -7 1 -5 0 0 -2 1"),
)
_ENTERING = (
    ("1 -3 -8 0 5 0 5/2 -1 0", "0 4 -6 0 -3 1 2 7 0", "0 -7 0 1 -7 0 4 -5/2 0", "0 7 -7 0 -7 0 -5 7 1"),
    ("8 2 -8 2 8 0 1 0 0", "-3 1 -4 2 9 1 0 0 0", "1/2 2 0 -2 -8 0 0 1 0", "0 5 -8 1 -1 0 0 0 1"),
)


@pytest.mark.parametrize("rows", [*_LEAVING, *_ENTERING])
def test_the_first_unknown_enters_and_leaves_or_it_turns_in_circles(rows: tuple[str, ...]) -> None:
    """Degenerate programs that never end if the last unknown that may is the one to leave, or the one to enter."""
    table = [[Fraction(x) for x in row.split()] for row in rows]
    solved = combination(table, [False] * (len(table[0]) - 1))
    assert solved is not None
    assert min(solved) >= 0
    assert all(sum(a * x for a, x in zip(row, solved, strict=False)) == row[-1] for row in table)


def test_what_has_no_solution_has_a_certificate_of_it() -> None:
    """By Farkas: y with y·A_k ≤ 0 (0 where x_k is free) and y·b = 1, which the same method finds, exactly."""
    rnd = random.Random(14)
    none = 0
    for _ in range(300):
        table, free = _some(rnd)
        if combination(table, free) is not None:
            continue
        none += 1
        slack = [k for k, f in enumerate(free) if not f]
        dual = [[row[k] for row in table] + [Fraction(k == j) for j in slack] + [Fraction(0)] for k in range(len(free))]
        dual.append([row[-1] for row in table] + [Fraction(0)] * len(slack) + [Fraction(1)])
        found = combination(dual, [True] * len(table) + [False] * len(slack))
        assert found is not None, (table, free)
        y = found[: len(table)]
        sums = [sum((a * row[k] for a, row in zip(y, table, strict=True)), Fraction(0)) for k in range(len(free))]
        assert all(s == 0 if f else s <= 0 for s, f in zip(sums, free, strict=True)), (table, free)
        assert sum(a * row[-1] for a, row in zip(y, table, strict=True)) == 1
    assert none > 50
