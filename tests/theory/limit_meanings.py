"""Symbols of the pages of limits that have a value in one world: sums of dominant terms, steps, signs."""

from __future__ import annotations

from math import prod
from typing import Any

from tests.theory.asymptotic import PREDICATES, limit
from tests.theory.meanings import _compositions
from tests.theory.model import World, means


@means("dominant")
def _dominant(world: World, parts: int, total: int, most: int, weight: Any, v: Any, f: Any) -> Any:
    if parts < 0:
        return world.junk("dominant", parts, total, most)
    chosen = (ks for ks in _compositions(parts, total, most) if sum(weight(d, k) for d, k in enumerate(ks, 1)) == v)
    return sum(prod(f(d, k) for d, k in enumerate(ks, 1)) for ks in chosen)


@means("positive")
def _positive(world: World, e: Any, y: Any) -> bool:
    return bool(e == 0 or y > 0)


def _pieces(world: World, below: Any, at_0: Any, above: Any, x: Any) -> Any:
    return below if x < 0 else above if x > 0 else at_0


means("pieces")(_pieces)
means("lpieces")(_pieces)


def _positive_on_samples(e: Any, y: Any) -> bool:
    return bool(((limit(e) == 0) | (limit(y) > 0)).all())


PREDICATES["positive"] = _positive_on_samples
