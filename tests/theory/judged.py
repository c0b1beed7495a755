"""Whether a closed proposition is false, for theorems that are derived at random.

``judged`` tries values for ⋀ and answers False only where that is certain: what holds at the values tried may not hold
at all, and an implication from it to something false is not false for certain.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np

import tests.theory.meanings
import tests.theory.meanings_reals
import tests.theory.networks  # noqa: F401
from tests.theory.model import MEANINGS, NUMBERS, TOLERANCE, Undecidable, World, draw, evaluate, value
from verifier.kernel.core.sorts import Sort
from verifier.kernel.core.terms import App, Bound, Term, Var, app

#: true at the values tried
MAYBE = "maybe"
#: values tried for the outermost ⋀ and for those inside; symbols evaluated in one proposition
OUTER, INNER, STEPS = 6, 4, 3_000


def judged(prop: Term, seed: int = 0) -> bool | None:
    """False where ``prop`` is false, True where it held at all values tried, None where that cannot be told."""
    worlds = draw(seed, 2)
    for world in worlds:
        world.steps = STEPS
    try:
        return bool(_judged(prop, worlds, (), np.random.default_rng(seed), OUTER))
    except (Undecidable, OverflowError, RecursionError):
        return None


def _judged(p: Term, worlds: Sequence[World], stack: tuple[Any, ...], rng: Any, tries: int) -> Any:
    if isinstance(p, Bound):
        return stack[-1 - p.fields[0]]
    if not isinstance(p, App):
        raise Undecidable(f"{p!r} is free")
    head, parts = p.fields
    if head == "false":
        return False
    if head == "imp":
        return _implied(p, worlds, stack, rng, tries)
    if head in ("and", "or"):
        found = [_judged(q, worlds, stack, rng, INNER) for q in parts]
        if head == "and":
            return False if False in found else MAYBE if MAYBE in found else True
        return True if True in found else MAYBE if MAYBE in found else False
    if head == "all":
        return _every(parts[0], worlds, stack, rng, tries)
    if head in ("eq", "le"):
        return _compared(head, parts, worlds, stack)
    args = [evaluate(a, {}, worlds[0], stack) for a in parts]
    if isinstance(head, str):
        if head not in MEANINGS:
            raise Undecidable(head)
        return bool(MEANINGS[head](worlds[0], *args))
    return evaluate(head, {}, worlds[0], stack)(*args)


def _implied(p: Term, worlds: Sequence[World], stack: tuple[Any, ...], rng: Any, tries: int) -> Any:
    premise, conclusion = p.fields[1]
    try:
        before = _judged(premise, worlds, stack, rng, INNER)
    except Undecidable:
        before = None
    if before is False:
        return True
    after = _judged(conclusion, worlds, stack, rng, tries)
    if after is True or before is True:
        return after
    if after is False or before is None:
        raise Undecidable("the premise may not hold")
    return MAYBE


def _every(f: Term, worlds: Sequence[World], stack: tuple[Any, ...], rng: Any, tries: int) -> Any:
    sorts, body = f.fields
    unknown: Undecidable | None = None
    for _ in range(tries):
        try:
            if _judged(body, worlds, (*stack, *(value(s, rng, worlds) for s in sorts)), rng, INNER) is False:
                return False
        except Undecidable as error:
            unknown = error
    if unknown is not None:
        raise unknown
    return MAYBE


def _compared(head: str, parts: Sequence[Term], worlds: Sequence[World], stack: tuple[Any, ...]) -> Any:
    for world in worlds:
        world.peak = 1.0
        a, b = (evaluate(part, {}, world, stack) for part in parts)
        if parts[0].sort not in (*NUMBERS, "width"):
            if a != b:
                return False
            continue
        gap, peak = a - b, world.peak
        if peak > 1e12:
            raise Undecidable("numbers too large to compare")
        off = abs(float(gap)) if head == "eq" else float(gap)
        if off > 1000 * TOLERANCE * peak:
            return False
        if off > 1e-3 * TOLERANCE * peak:
            raise Undecidable("too close to tell")
    return True if all(part.sort in ("int", "const", "seq") for part in parts) else MAYBE


def leaf(rnd: random.Random, sort: Sort) -> Term | None:
    """Terms that rows speak of: small tuples, sizes within their ranges, one activation, two inputs."""
    if sort == "seq":
        found = app("nil")
        for _ in range(rnd.randint(0, 2)):
            found = app("snoc", found, rnd.randint(1, 3))
        return rnd.choice([found, Var("s", "seq"), app("run", 1, rnd.randint(0, 2))])
    if sort == "int":
        return rnd.choice([app("+", rnd.randint(0, 3)), Var(rnd.choice("uvw"), "int"), Var("m", "int")])
    if sort in ("act", "input"):
        return Var(rnd.choice(["p", "q"]), sort)
    return None
