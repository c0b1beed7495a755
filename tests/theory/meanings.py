"""The symbols of the page of logic, as numbers."""

from __future__ import annotations

from fractions import Fraction
from math import factorial
from typing import Any

from tests.theory.model import World, means


@means("min")
def _min(world: World, a: int, b: int) -> int:
    return min(a, b)


@means("max")
def _max(world: World, a: int, b: int) -> int:
    return max(a, b)


@means("delta")
def _delta(world: World, a: int, b: int) -> int:
    return int(a == b)


@means("pos")
def _pos(world: World, x: Any) -> bool:
    return bool(x > 0)


@means("nonzero")
def _nonzero(world: World, x: Any) -> bool:
    return bool(x != 0)


@means("inv")
def _inv(world: World, x: Any) -> Any:
    if x == 0:
        return world.junk("inv", shared=True)
    return Fraction(1, x) if isinstance(x, int | Fraction) else 1 / x


@means("fact")
def _fact(world: World, k: int) -> int:
    return factorial(k) if k >= 0 else world.junk_int("fact", k)


@means("invfact")
def _invfact(world: World, k: int) -> Any:
    return Fraction(1, factorial(k)) if k >= 0 else world.junk("invfact", k, shared=True)
