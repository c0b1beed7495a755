"""What terms of finite size mean: an evaluator of the kernel's terms on small random networks.

A :class:`World` is one network at one draw of its weights, with junk (random numbers, other in every world) for what
symbols are outside their range.  A proposition is evaluated on several worlds of the same widths at once, since an
equation says something at every weight.  Symbols get their meaning by :func:`means`; what has none is
:class:`Undecidable`, never true.

>>> worlds = draw(7)
>>> holds(le(1, 2), {}, worlds)
True
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count, product
from typing import Any

import numpy as np

from tests.theory.activations import ACTIVATIONS, Activation
from verifier.kernel.core.sorts import NUMBERS, Sort
from verifier.kernel.core.table import TABLE
from verifier.kernel.core.terms import FALSE, App, Bound, Fun, Num, Term, Var, le
from verifier.kernel.theory.writing import NAMES

__all__ = [
    "ACTIVATIONS", "Activation", "Case", "Undecidable", "World", "draw", "evaluate", "holds", "le", "means", "tried",
]  # fmt: skip

#: relative to the largest number met on the way
TOLERANCE = 1e-9
#: integers that ⋀ runs through; premises bound what matters
WINDOW = range(-2, 8)

Env = Mapping[Any, Any]
MEANINGS: dict[str, Callable[..., Any]] = {}


class Undecidable(Exception):
    """A term or proposition that has no value on networks of finite size, or is not to be decided there."""


def means(symbol: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register what a symbol means: a function of a world and its arguments (functions among them as callables).

    A symbol into ``prop`` returns a truth value and gets the first of the worlds.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        assert symbol not in MEANINGS, symbol
        MEANINGS[symbol] = function
        return function

    return register


class World:
    """Widths, weights and junk, all drawn from a seed when they are first asked for.

    Hidden layers are shared by networks of all depths; each depth has an output layer of its own, with as many rows as
    are asked for.  ``widths`` maps layers to widths; the others are 1 to 3 (inputs: 2 or 3).
    """

    def __init__(self, seed: int, index: int = 0, widths: Mapping[int, int] | None = None) -> None:
        self.seed, self.index = seed, index
        self.given = dict(widths or {})
        self.peak = 1.0
        self.steps: int | None = None  # how much work may still be done; without bound unless set
        self._kept: dict[Any, Any] = {}

    def spend(self, steps: int) -> None:
        """Count work; Undecidable where more is asked for than is allowed."""
        if self.steps is not None:
            self.steps -= steps
            if self.steps < 0:
                raise Undecidable("too much work")

    def rng(self, *what: Any, shared: bool = False) -> np.random.Generator:
        """A generator for ``what``; ``shared`` by all worlds of a draw."""
        text = repr((self.seed, None if shared else self.index, *map(_mark, what)))
        return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))

    def kept(self, what: Any, make: Callable[[], Any]) -> Any:
        """``make()``, once for each ``what``."""
        if what not in self._kept:
            self._kept[what] = make()
        return self._kept[what]

    def junk(self, *what: Any, shared: bool = False) -> float:
        """What a symbol is where nothing is said of it."""
        return float(self.rng("junk", *what, shared=shared).standard_normal())

    def junk_int(self, *what: Any) -> int:
        """The same for integers, and the same in all worlds."""
        return int(self.rng("junk", *what, shared=True).integers(-5, 6))

    def width(self, layer: int) -> int:
        """n_l, for l ≥ 0."""
        if layer in self.given:
            return self.given[layer]
        drawn = self.rng("width", layer, shared=True).integers(1, 4)
        return int(max(drawn, 2)) if layer == 0 else int(drawn)

    def weight(self, layer: int) -> Any:
        """W^l of a hidden layer."""
        shape = (self.width(layer), self.width(layer - 1))
        return self.kept(("weight", layer), lambda: self.rng("weight", layer).standard_normal(shape))

    def row(self, depth: int, d: int) -> Any:
        """Row d of the output layer of the network of this depth, d ≥ 1."""
        n = self.width(depth - 1)
        return self.kept(("row", depth, d), lambda: self.rng("row", depth, d).standard_normal(n))


def draw(seed: int, worlds: int = 2, widths: Mapping[int, int] | None = None) -> list[World]:
    """Worlds of the same widths with independent weights and junk."""
    return [World(seed, index, widths) for index in range(worlds)]


class Random:
    """A random number, or a random function: another value in every world."""

    _numbers = count()

    def __init__(self, at: Callable[[World], Any]) -> None:
        self._at = at
        self._number = next(self._numbers)

    def at(self, world: World) -> Any:
        """Its value, or the function that it is, in one world."""
        return world.kept(("random", self._number), lambda: self._at(world))


# -- evaluation ----


def evaluate(t: Term, env: Env, world: World, stack: tuple[Any, ...] = ()) -> Any:
    """The value of a term that is no proposition: a number, a tuple, an input, an activation or a function."""
    if isinstance(t, Var):
        if t not in env:
            raise Undecidable(f"{t!r} has no value")
        found = env[t]
        return found.at(world) if isinstance(found, Random) else found
    if isinstance(t, Bound):
        found = stack[-1 - t.fields[0]]
        return found.at(world) if isinstance(found, Random) else found
    if isinstance(t, Num):
        value = t.fields[0]
        return int(value) if value.denominator == 1 else value
    if isinstance(t, Fun):
        body = t.fields[1]
        if body.sort == "prop":
            return lambda *args: _holds(body, env, [world], (*stack, *args), True)
        return lambda *args: evaluate(body, env, world, (*stack, *args))
    head, parts = t.fields
    if t.sort == "prop":
        raise Undecidable("a proposition has no value")
    world.spend(1)
    args = [evaluate(a, env, world, stack) for a in parts]
    if head == "+":
        value = sum(args)
    elif head == "*":
        value = 1
        for a in args:
            value = value * a
    elif isinstance(head, str):
        if head not in MEANINGS:
            raise Undecidable(f"{head} has no meaning at finite size")
        value = MEANINGS[head](world, *args)
    else:
        value = evaluate(head, env, world, stack)(*args)
    if t.sort in NUMBERS:
        world.peak = max(world.peak, abs(float(value)))
    return value


def holds(p: Term, env: Env, worlds: Sequence[World]) -> bool:
    """Whether a proposition is true, equations in all ``worlds``.

    ⋀ over integers runs through :data:`WINDOW`, over tuples and activations through some; over anything else it is
    undecidable.
    """
    return _holds(p, env, worlds, (), True)


def _holds(p: Term, env: Env, worlds: Sequence[World], stack: tuple[Any, ...], positive: bool) -> bool:
    first = worlds[0]
    if isinstance(p, Var):
        return bool(env[p])
    if isinstance(p, Bound):
        return bool(stack[-1 - p.fields[0]])
    assert isinstance(p, App)
    head, parts = p.fields
    if head == "false":
        return False
    if head == "imp":
        return not _holds(parts[0], env, worlds, stack, not positive) or _holds(parts[1], env, worlds, stack, positive)
    if head == "and":
        return all(_holds(q, env, worlds, stack, positive) for q in parts)
    if head == "or":
        return any(_holds(q, env, worlds, stack, positive) for q in parts)
    if head == "all":
        sorts, body = parts[0].fields
        choices = [list(_choices(s, first)) for s in sorts]
        return all(_holds(body, env, worlds, (*stack, *vs), positive) for vs in product(*choices))
    if head in ("eq", "le"):
        return all(_compared(head, parts, env, world, stack) for world in worlds)
    if isinstance(head, str):
        if head not in MEANINGS:
            raise Undecidable(f"{head} has no meaning at finite size")
        return bool(MEANINGS[head](first, *(evaluate(a, env, first, stack) for a in parts)))
    function = evaluate(head, env, first, stack)
    return bool(function(*(evaluate(a, env, first, stack) for a in parts)))


def _compared(head: str, parts: Sequence[Term], env: Env, world: World, stack: tuple[Any, ...]) -> bool:
    world.peak = 1.0
    a, b = (evaluate(part, env, world, stack) for part in parts)
    if parts[0].sort not in (*NUMBERS, "width"):
        return bool(a == b)
    if all(isinstance(v, int | Fraction) for v in (a, b)):
        return bool(a == b if head == "eq" else a <= b)
    gap, slack = float(a) - float(b), TOLERANCE * world.peak
    return abs(gap) <= slack if head == "eq" else gap <= slack


def _choices(sort: Sort, world: World) -> Iterator[Any]:
    if sort == "int":
        yield from WINDOW
    elif sort == "seq":
        for length in range(4):
            yield from product(range(4), repeat=length)
    elif sort == "act":
        yield from ACTIVATIONS
    elif sort == "prop":
        yield from (False, True)
    else:
        raise Undecidable(f"⋀ over {sort}")


# -- drawing values for the variables of a row ----


def value(sort: Sort, rng: np.random.Generator, worlds: Sequence[World]) -> Any:
    """A random value of a sort; small, and often one of the special ones."""
    if sort == "int":
        return int(rng.integers(-2, 6))
    if sort == "const":
        return Fraction(int(rng.integers(-4, 5)), int(rng.integers(1, 4)))
    if sort in ("rand", "lim"):
        mark = int(rng.integers(1 << 62))
        zero = rng.random() < 0.2
        return Random(lambda world: 0 if zero else float(world.rng("value", mark).standard_normal()))
    if sort == "fin":
        return float(rng.standard_normal())
    if sort == "width":
        return int(rng.integers(1, 6))
    if sort == "prop":
        return bool(rng.random() < 0.5)
    if sort == "seq":
        return tuple(int(i) for i in rng.integers(-1, 5, size=rng.integers(0, 4)))
    if sort == "act":
        return ACTIVATIONS[rng.integers(len(ACTIVATIONS))]
    if sort == "input":
        return vector(rng.standard_normal(worlds[0].width(0)) * (rng.random() > 0.1))
    if isinstance(sort, tuple):
        return _function(sort, rng)
    raise Undecidable(f"no value of sort {sort} is drawn")


def vector(entries: Any) -> tuple[float, ...]:
    """A point of the input space."""
    return tuple(float(x) for x in entries)


def _function(sort: Sort, rng: np.random.Generator) -> Any:
    _, result = sort
    mark, density = int(rng.integers(1 << 62)), rng.choice([0.3, 0.9, 1.0])
    if result == "prop":
        return lambda *args: World(mark).rng("prop", *args).random() < density
    if result in ("int", "const"):

        def number(*args: Any) -> Any:
            r = World(mark).rng("const", *args)
            return int(r.integers(-3, 4)) if result == "int" else Fraction(int(r.integers(-4, 5)), 2)

        return number
    if result in ("rand", "lim", "fin"):

        def at(world: World) -> Callable[..., float]:
            def f(*args: Any) -> float:
                r = world.rng("function", mark, *args, shared=result == "fin")
                return float(r.standard_normal()) if r.random() < density else 0.0

            return f

        return Random(at)
    raise Undecidable(f"no function of sort {sort} is drawn")


def _mark(x: Any) -> Any:
    if callable(x) and not isinstance(x, Activation):  # a function: by its values at a few places
        for n in (1, 2):
            for place in ((1, 2, 3)[:n], ((1,), (1, 2))[:n]):
                try:
                    return ("function", _mark(x(*place)))
                except (TypeError, IndexError, ValueError):
                    continue
        return "function"
    if isinstance(x, Activation):
        return x.name
    if isinstance(x, tuple):
        return tuple(map(_mark, x))
    if isinstance(x, float | np.floating):
        return float(f"{float(x):.9g}")
    return x


# -- rows ----


@dataclass(frozen=True)
class Case:
    """How a row is tried: ``values`` draws those variables that a plain draw would seldom get into the range.

    ``values`` maps names to functions of (generator, worlds, values so far).  The row must hold ``times`` times, and
    its premises at least ``least`` times.
    """

    values: Mapping[str, Callable[[np.random.Generator, Sequence[World], Mapping[str, Any]], Any]] | None = None
    times: int = 60
    least: int = 5
    worlds: int = 2
    widths: Mapping[int, int] | None = None


def tried(name: str, case: Case, seed: int = 20260101) -> int:
    """Try a row ``case.times`` times; how often its premises held.

    Raises AssertionError with the values at which it is false, or where its premises held too seldom.
    """
    return tried_proposition(name, TABLE[name].prop, NAMES[name], case, seed)


def tried_proposition(name: str, prop: Term, names: Sequence[str], case: Case, seed: int = 20260101) -> int:
    """The same for any ⋀ ``names``. premises ⟹ conclusion."""
    met = 0
    for attempt in range(case.times):
        worlds = draw(seed + attempt, case.worlds, case.widths)
        rng = np.random.default_rng([seed, attempt])
        env, shown, body = _opened(name, prop, names, case, rng, worlds)
        premises, conclusion = _parts(body)
        stack = tuple(env.values())
        if all(_holds(p, {}, worlds, stack, False) for p in premises):
            met += 1
            assert _holds(conclusion, {}, worlds, stack, True), f"{name} is false at {shown}, seed {seed + attempt}"
    assert met >= case.least, f"{name}: its premises held {met} times of {case.times}"
    return met


def _opened(
    name: str, prop: Term, names: Sequence[str], case: Case, rng: np.random.Generator, worlds: Sequence[World]
) -> tuple[dict[str, Any], dict[str, Any], Term]:
    if not (isinstance(prop, App) and prop.fields[0] == "all"):
        return {}, {}, prop
    sorts, body = prop.fields[1][0].fields
    values: dict[str, Any] = {}
    for variable, sort in zip(names, sorts, strict=True):
        given = (case.values or {}).get(variable)
        values[variable] = given(rng, worlds, values) if given else value(sort, rng, worlds)
    unknown = set(case.values or {}) - set(values)
    assert not unknown, f"{name} has no variable {unknown}"
    return values, dict(values), body


def _parts(p: Term) -> tuple[list[Term], Term]:
    """Premises and conclusion; that something is not so is a conclusion."""
    premises = []
    while isinstance(p, App) and p.fields[0] == "imp" and (p.fields[1][1] != FALSE or p.fields[1][0] == FALSE):
        premises.append(p.fields[1][0])
        p = p.fields[1][1]
    return premises, p
