"""Forward closure over the theory itself: what is derived at random from its rows is tried on small random networks.

Only rows that say something at finite size take part.  A derived theorem counts as false only where that is certain:
each of its premises is decided, and a ⋀ among the premises that holds where it was tried decides nothing.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from typing import Any

import numpy as np
import pytest

import tests.theory.meanings
import tests.theory.networks  # noqa: F401
import verifier.kernel.theory  # noqa: F401
from tests.kernel_core.closure import Closure, Found
from tests.theory.model import MEANINGS, Undecidable, World, _compared, draw, evaluate, value
from verifier.kernel.core.sorts import Sort
from verifier.kernel.core.table import TABLE, heads
from verifier.kernel.core.terms import RESERVED, SIGNATURE, App, Bound, Term, app, num
from verifier.kernel.theory.writing import PAGES

SEED = 20261127
SUBJECTS = ("logic", "seqs", "sums", "layers", "hyper")
#: what has a meaning at finite size, by an exact rule
KNOWN = {name for name in SIGNATURE if name in MEANINGS} | {*RESERVED, "and", "or"}
MAYBE = "maybe"
#: integers above are not tried: sums over compositions and tuples grow too fast
LARGEST = 3


def _small(x: Any) -> None:
    if isinstance(x, int) and abs(x) > LARGEST:
        raise Undecidable("too large to be tried")
    if isinstance(x, tuple) and (len(x) > 4 or any(isinstance(e, int) and abs(e) > LARGEST for e in x)):
        raise Undecidable("too long to be tried")


def chosen() -> list[str]:
    """The rows of these subjects all of whose symbols have a meaning on networks."""
    return [n for n, r in TABLE.items() if PAGES.get(n, "").split(".")[-1] in SUBJECTS and heads(r.prop) <= KNOWN]


@contextmanager
def small() -> Iterator[None]:
    """Symbols refuse, inside, arguments that are too large to be tried in time."""
    before = dict(MEANINGS)

    def careful(function: Any) -> Any:
        def applied(world: World, *args: Any) -> Any:
            for x in args:
                _small(x)
            _left[0] -= 1
            if _left[0] < 0:
                raise Undecidable("too long to be tried")
            return function(world, *args)

        return applied

    MEANINGS.update({name: careful(function) for name, function in before.items()})
    try:
        yield
    finally:
        MEANINGS.update(before)


#: how many symbols may still be evaluated for one proposition
_left = [0]


def tried(p: Term, seed: int = SEED, times: int = 2) -> bool | None:
    """Whether ``p`` holds on ``times`` pairs of networks; None where that cannot be said."""
    _left[0] = 3000
    if p.size > 120:
        return None
    try:
        answers = []
        for attempt in range(times):
            worlds, rng = draw(seed + attempt), np.random.default_rng([seed, attempt])
            answers.append(_truth(p, worlds, rng, ()))
        return all(a is not False for a in answers)
    except (Undecidable, OverflowError, ZeroDivisionError, RecursionError):
        return None


def _truth(p: Term, worlds: Sequence[World], rng: np.random.Generator, stack: tuple[Any, ...]) -> Any:
    if isinstance(p, Bound):
        return bool(stack[-1 - p.fields[0]])
    assert isinstance(p, App)
    head, parts = p.fields
    if head == "false":
        return False
    if head in ("imp", "and", "or"):
        first = _truth(parts[0], worlds, rng, stack)
        if head == "imp":
            if first is False:
                return True
            second = _truth(parts[1], worlds, rng, stack)
            if second is False and first == MAYBE:
                raise Undecidable("a premise that may be false")
            return True if second is True else MAYBE if MAYBE in (first, second) else second
        both = (first, _truth(parts[1], worlds, rng, stack))
        end = head == "or"
        return end if end in both else MAYBE if MAYBE in both else not end
    if head == "all":
        sorts, body = parts[0].fields
        exact = all(s == "prop" for s in sorts)
        points = list(product((False, True), repeat=len(sorts))) if exact else [
            tuple(value(s, rng, worlds) for s in sorts) for _ in range(1 if not stack else 3)
        ]  # fmt: skip
        found = [_truth(body, worlds, rng, (*stack, *point)) for point in points]
        return False if False in found else MAYBE
    if head in ("eq", "le"):
        return all(_compared(head, parts, {}, world, stack) for world in worlds)
    if isinstance(head, str):
        if head not in MEANINGS:
            raise Undecidable(head)
        return bool(MEANINGS[head](worlds[0], *(evaluate(a, {}, worlds[0], stack) for a in parts)))
    function = evaluate(head, {}, worlds[0], stack)
    return bool(function(*(evaluate(a, {}, worlds[0], stack) for a in parts)))


def leaf(rnd: random.Random, s: Sort) -> Term | None:
    """Small integers and short tuples, which the ranges of most rows are about."""
    if s == "int":
        return num(rnd.randint(0, 3)) if rnd.random() < 0.7 else None
    if s == "seq":
        t: Term = app("nil")
        for _ in range(rnd.randint(0, 2)):
            t = app("snoc", t, rnd.randint(1, 3))
        return t
    return None


def derive(count: int, seed: int) -> Found:
    with small():
        return Closure(chosen(), tried, seed=seed, leaf=leaf).run(count)


def _shown(found: Found) -> list[str]:
    return [f"{t.prop} from {t.hyps} by {sorted(r.name for r in t.rests)}" for t in found.wrong[:3]]


def test_nothing_false_follows_from_the_theory() -> None:
    rows = chosen()
    assert len(rows) > 100
    found = derive(1000, seed=SEED)
    assert not found.wrong, _shown(found)
    assert sum(found.made.values()) == 1000
    assert found.tried > 300, found.tried
    used: Counter[str] = found.rows
    assert len(used) > len(rows) / 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_nothing_false_follows_from_the_theory_in_many_steps(seed: int) -> None:
    found = derive(10_000, seed=SEED + 1 + seed)
    assert not found.wrong, _shown(found)
    assert found.tried > 3000, found.tried
