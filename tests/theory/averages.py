"""Terms with means and with functions of the widths: evaluated over several worlds at once, and at other widths.

An expectation is taken over a finite set of worlds that has the symmetry that rows speak of: with every world there is
the one whose output layer at depth L has the opposite signs.  Linearity, symmetry and what is true at every width hold
exactly for such averages; what is Gaussian is tested by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

import tests.theory.networks  # noqa: F401
from tests.theory import model
from tests.theory.model import Random, Undecidable, World
from verifier.kernel.core.table import TABLE
from verifier.kernel.core.terms import App, Bound, Fun, Num, Term
from verifier.kernel.theory.writing import NAMES


class Signed(World):
    """A world whose output layer at one depth has the opposite signs, and its weights ``factor`` times as large."""

    def __init__(self, of: World, depth: int = 0, factor: float = 1.0) -> None:
        super().__init__(of.seed, of.index, of.given)
        self.depth, self.factor = depth, factor

    def row(self, depth: int, d: int) -> Any:
        return super().row(depth, d) * self.factor * (-1 if depth == self.depth else 1)

    def weight(self, layer: int) -> Any:
        return super().weight(layer) * self.factor


class Averages:
    """Worlds of one shape, in pairs of opposite signs at ``depth``."""

    def __init__(self, seed: int, widths: Mapping[int, int], depth: int, count: int = 4) -> None:
        self.seed, self.widths, self.depth, self.count = seed, dict(widths), depth, count
        base = [World(seed, k, widths) for k in range(count)]
        self.pairs = [(w, Signed(w, depth)) for w in base]
        self.worlds = [w for pair in self.pairs for w in pair]

    def at(self, widths: Callable[[int], int]) -> Averages:
        """The same at other widths."""
        return Averages(self.seed, {0: 2, **{l: widths(l) for l in range(1, 9)}}, self.depth, self.count)

    def value(self, t: Term, stack: tuple[Any, ...], world: World | None = None) -> Any:
        """The value of a term in a world; without one, of what does not depend on weights."""
        world = world or self.worlds[0]
        if isinstance(t, Bound):
            found = stack[-1 - t.fields[0]]
            return found.at(world) if isinstance(found, Random) else found
        if isinstance(t, Num):
            return int(t.fields[0]) if t.fields[0].denominator == 1 else t.fields[0]
        if isinstance(t, Fun):
            body = t.fields[1]
            how = self.holds if body.sort == "prop" else (lambda q, s: self.value(q, s, world))
            return lambda *args: how(body, (*stack, *args))
        assert isinstance(t, App)
        head, parts = t.fields
        if head == "mean":
            return float(np.mean([self.value(parts[0], stack, w) for w in self.worlds]))
        if head in ("at", "flat"):
            size = self.value(parts[1], stack, world)
            widths = size if head == "at" else (lambda l: size)
            if not all(widths(l) >= 1 for l in range(1, 9)):
                return world.junk(head, size if head == "flat" else None)
            return self.at(widths).value(parts[0], stack)
        args = [self.value(a, stack, world) for a in parts]
        if head == "+":
            return sum(args)
        if head == "*":
            out: Any = 1
            for a in args:
                out = out * a
            return out
        if not isinstance(head, str):
            return self.value(head, stack, world)(*args)
        if head not in model.MEANINGS:
            raise Undecidable(f"{head} has no meaning here")
        return model.MEANINGS[head](world, *args)

    def holds(self, p: Term, stack: tuple[Any, ...]) -> bool:
        """Whether a proposition holds: equations in every world."""
        if isinstance(p, Bound):
            return bool(stack[-1 - p.fields[0]])
        assert isinstance(p, App)
        head, parts = p.fields
        if head == "false":
            return False
        if head == "imp":
            return not self.holds(parts[0], stack) or self.holds(parts[1], stack)
        if head == "and":
            return all(self.holds(q, stack) for q in parts)
        if head == "all":
            sorts, body = parts[0].fields
            choices = [list(model._choices(s, self.worlds[0])) for s in sorts]
            return all(self.holds(body, (*stack, *vs)) for vs in product(*choices))
        if head in ("eq", "le"):
            return all(self._compared(head, parts, stack, w) for w in self.worlds)
        if head == "has_moments":
            return True
        if head in ("odd", "even"):
            if self.value(parts[0], stack) != self.depth:
                raise Undecidable("another depth than that of the signs")
            sign = -1 if head == "odd" else 1
            pairs = [tuple(self.value(parts[1], stack, w) for w in pair) for pair in self.pairs]
            return all(abs(b - sign * a) <= 1e-9 * (1 + abs(a)) for a, b in pairs)
        args = [self.value(a, stack) for a in parts]
        if isinstance(head, str):
            if head not in model.MEANINGS:
                raise Undecidable(f"{head} has no meaning here")
            return bool(model.MEANINGS[head](self.worlds[0], *args))
        return bool(self.value(head, stack)(*args))

    def _compared(self, head: str, parts: Sequence[Term], stack: tuple[Any, ...], world: World) -> bool:
        a, b = (self.value(part, stack, world) for part in parts)
        if all(isinstance(v, int | Fraction) for v in (a, b)):
            return bool(a == b if head == "eq" else a <= b)
        if not all(isinstance(v, int | Fraction | float | np.floating) for v in (a, b)):
            return bool(a == b)
        slack = 1e-8 * (1 + abs(float(a)) + abs(float(b)))
        return abs(float(a) - float(b)) <= slack if head == "eq" else float(a) <= float(b) + slack


def fin(rng: np.random.Generator, *_: Any) -> Any:
    """A function of the widths."""
    mark = int(rng.integers(1 << 62))
    return Random(
        lambda world: float(world.rng("fin", mark, *(world.width(l) for l in range(1, 5)), shared=True).normal())
    )


def signed(kind: str) -> Callable[..., Any]:
    """A random quantity that changes its sign with the output layer at depth L, or does not, or neither."""

    def make(rng: np.random.Generator, draws: Averages, values: Mapping[str, Any]) -> Any:
        mark, sort = int(rng.integers(1 << 62)), kind if rng.random() < 0.8 else "neither"

        def at(world: World) -> float:
            value = float(world.rng("signed", mark).standard_normal())
            flipped = isinstance(world, Signed)
            if sort == "neither":
                return value + flipped
            return -value if flipped and sort == "odd" else value

        return Random(at)

    return make


class Tried:
    """A case: how the variables of a row are drawn, and how often its premises must hold at least."""

    def __init__(self, times: int = 12, least: int = 4, **values: Callable[..., Any]) -> None:
        self.values, self.times, self.least = values, times, least

    def __call__(self, name: str, seed: int = 20260105) -> int:
        """Try the row; AssertionError with the values at which it is false."""
        prop, names, met = TABLE[name].prop, NAMES[name], 0
        sorts: tuple[Any, ...] = ()
        if isinstance(prop, App) and prop.fields[0] == "all":
            sorts, prop = prop.fields[1][0].fields
        assert not set(self.values) - set(names), name
        for attempt in range(self.times):
            rng = np.random.default_rng([seed, attempt])
            depth = int(rng.integers(1, 4))
            widths = {0: 2, **{l: int(rng.integers(1, 4)) for l in range(1, 9)}}
            draws = Averages(seed + attempt, widths, depth)
            env: dict[str, Any] = {}
            for variable, sort in zip(names, sorts, strict=True):
                if variable in self.values:
                    env[variable] = self.values[variable](rng, draws, env)
                elif sort == "fin":
                    env[variable] = fin(rng)
                else:
                    env[variable] = model.value(sort, rng, draws.worlds)
            stack = tuple(env.values())
            premises, conclusion = model._parts(prop)
            if all(draws.holds(q, stack) for q in premises):
                met += 1
                assert draws.holds(conclusion, stack), f"{name} is false at {env}, seed {seed}, attempt {attempt}"
        assert met >= self.least, f"{name}: its premises held {met} times of {self.times}"
        return met


def depth_of(rng: np.random.Generator, draws: Averages, values: Mapping[str, Any]) -> int:
    """L, the depth whose signs change."""
    return draws.depth
