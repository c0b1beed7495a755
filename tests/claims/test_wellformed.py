"""Conditions that never hold: by the places where comparisons change, against SymPy's sets."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import Any

import pytest
import sympy
from sympy import And, Eq, Ge, Gt, Le, Lt, Ne, Not, Or, Piecewise, Rational, S, Symbol, floor, oo, pi

from verifier.claims.wellformed import _empty, _never, _places

R = Symbol("r", integer=True, positive=True)
X = Symbol("x", real=True)
SEED = 11


def _comparison(rng: random.Random, symbol: Any) -> Any:
    side = rng.choice([1, 2, -3, Rational(1, 2)]) * symbol + rng.randint(-2, 2)
    return rng.choice([Lt, Le, Gt, Ge, Eq, Ne])(side, rng.randint(-2, 2))


def _condition(rng: random.Random, depth: int) -> Any:
    if not depth:
        return _comparison(rng, X)
    join = rng.choice([And, Or, Not])
    return join(*(_condition(rng, depth - 1) for _ in range(1 if join is Not else rng.randint(2, 3))))


def test_a_condition_that_never_holds_is_told_as_sympy_tells_it() -> None:
    rng = random.Random(SEED)
    empty = 0
    for _ in range(120):
        condition = _condition(rng, rng.randint(1, 2))
        if condition in (sympy.true, sympy.false):
            continue
        assert _places(condition, X) is not None, condition
        expected = condition.as_set() is S.EmptySet
        assert _empty(condition) is expected, (SEED, condition)
        empty += expected
    assert empty > 5


@pytest.mark.parametrize(
    "condition",
    [
        floor(X) + X > 1,
        (Piecewise((X + 1, X > 0), (X + 2, True)) > 1) & (X < 0),
        sympy.Contains(X, sympy.FiniteSet(Rational(1, 3))) & (X > 0),
        X**2 < 2,
        pi * X > 1,
        oo > X,
    ],
    ids=str,
)
def test_what_is_not_a_comparison_of_lines_is_not_told_by_its_places(condition: Any) -> None:
    """All of these hold somewhere, and at places between their ends some do not."""
    assert _places(condition, X) is None
    assert not _empty(condition)


MATRIX = sympy.MatrixSymbol("M", 2, 2)


@pytest.mark.parametrize(
    "condition",
    [
        And(Eq(X > 0, True), X < 1),
        Eq(X > 0, X < 1, evaluate=False),
        Or(Ne(X > 0, X < 1, evaluate=False), X > 3),
        And(Eq(sympy.Tuple(X, 1), sympy.Tuple(1, 1)), X > 0),
        Eq(sympy.Tuple(X, 1), sympy.Tuple(1, 1)),
        And(Eq(sympy.FiniteSet(X), sympy.FiniteSet(1)), X > 0),
        And(Eq(MATRIX, sympy.ZeroMatrix(2, 2)), Ne(MATRIX, sympy.Identity(2))),
        Eq(sympy.ImmutableMatrix([X, 1]), sympy.ImmutableMatrix([1, 1])),
    ],
    ids=str,
)
def test_what_compares_no_numbers_counts_as_holding_somewhere(condition: Any) -> None:
    """Each was an error, alone or beside another, and the statement could not be loaded."""
    assert not _never(condition)


@pytest.mark.parametrize("condition", [X**101 + X > 7, R**50 + R > 100, sympy.sqrt(R) + R > 7], ids=str)
def test_a_place_is_not_looked_for_where_the_sides_part_for_ever(
    condition: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SymPy takes minutes for the first two."""
    monkeypatch.setattr(type(condition), "as_set", lambda *_: pytest.fail("it was looked for"))
    assert not _never(condition)


def test_a_condition_on_a_whole_number_may_hold_between_whole_numbers() -> None:
    assert not _never((R > 1) & (R < 2))  # at 3/2: of real numbers is asked
    assert _never((R > 2) & (R < 2))
    assert _never(And(R > 3, R <= 1))


def test_no_physics_is_imported_for_the_conditions_of_statements() -> None:
    """A quarter of a second, for units."""
    code = (
        "import sys; from verifier.projects.project import Project; from verifier.projects.root import SHIPPED\n"
        "project = Project((SHIPPED,)); [project.statement(name) for name in project.names]\n"
        "assert 'sympy.physics.units' not in sys.modules"
    )
    subprocess.run([sys.executable, "-P", "-c", code], check=True)
