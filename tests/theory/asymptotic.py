"""What limits and orders mean, on samples at three scales that are far apart.

A random quantity is an array (scales, samples), a variable of the limit's space an array (samples,): the same columns,
so that a coupling is there.  The scales are so large (10^6, 10^12, 10^24) that what tends to 0 like a power of n is 0
for every purpose, and the laws of 20,000 samples are known to .05 but for one case in 10^10 (Dvoretzky, Kiefer and
Wolfowitz: 4 exp(-2·20000·.025²) = 6e-11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from tests.theory import model
from tests.theory.model import Undecidable, World
from verifier.kernel.core.sorts import NUMBERS
from verifier.kernel.core.table import TABLE
from verifier.kernel.core.terms import App, Bound, Fun, Num, Term, Var
from verifier.kernel.theory.writing import NAMES

SAMPLES = 20_000
SCALES = np.array([1e6, 1e12, 1e24])[:, None]
#: shares of samples that do not count; exponents differ by ¼ at least, and n^{-1/4} = 10^{-6} at the last scale
FEW, SMALL, LARGE, LAW = 2e-3, 1e-4, 1e5, 0.05

PREDICATES: dict[str, Callable[..., bool]] = {}
FUNCTIONS: dict[str, Callable[..., Any]] = {}
_WORLD = World(20260102)


def says(symbol: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a predicate or a function on samples."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        from verifier.kernel.core.terms import SIGNATURE

        (PREDICATES if SIGNATURE[symbol][1] == "prop" else FUNCTIONS)[symbol] = function
        return function

    return register


def scaled(x: Any, p: Any) -> Any:
    """n^{-p} X at all scales."""
    return np.broadcast_to(np.asarray(x, dtype=float), (len(SCALES), SAMPLES)) * SCALES ** (-float(p))


def last(x: Any) -> Any:
    """The samples at the last scale."""
    return np.broadcast_to(np.asarray(x, dtype=float), (len(SCALES), SAMPLES))[-1]


def limit(y: Any) -> Any:
    """The samples of a limit."""
    return np.broadcast_to(np.asarray(y, dtype=float), (SAMPLES,))


def one_law(a: Any, b: Any) -> bool:
    """Whether two samples can be of one law, numbers within a rounding error being one."""
    levels = np.linspace(0.005, 0.995, 67)
    a, b = np.sort(a), np.sort(b)
    for x, y in ((a, b), (b, a)):
        at = np.quantile(x, levels, method="inverted_cdf")
        slack = 1e-3 * (1 + np.abs(at))
        below, above = np.searchsorted(y, at + slack, "right"), np.searchsorted(y, at - slack, "left")
        if np.any(below / SAMPLES < levels - LAW) or np.any(above / SAMPLES > levels + LAW):
            return False
    return True


@says("tends")
def _tends(b: Any, x: Any, p: Any, y: Any) -> bool:
    gap = np.abs(last(scaled(x, p)) - limit(y)) / (1 + np.abs(limit(y)))
    return bool(np.mean(~(gap < SMALL)) < FEW)


@says("alive")
def _alive(y: Any) -> bool:
    return bool(np.mean(limit(y) != 0) > 0.05)


@says("never0")
def _never0(y: Any) -> bool:
    return bool(np.mean(limit(y) == 0) < FEW)


@says("almost")
def _almost(y: Any, z: Any) -> bool:
    return bool(np.mean(np.abs(limit(y) - limit(z)) > SMALL) < FEW)


@says("zeromass")
def _zeromass(y: Any, c: Any) -> bool:
    return abs(float(np.mean(limit(y) == 0)) - float(c)) < FEW


@says("order")
def _order(omega: Any, x: Any, p: Any) -> bool:
    at = scaled(x, p)
    return bool(np.mean(np.abs(at[-1]) > SMALL) > 0.05) and one_law(at[-1], at[-2])


@says("upper")
def _upper(omega: Any, x: Any, p: Any) -> bool:
    return bool(np.mean(~(np.abs(last(scaled(x, p))) < LARGE)) < FEW)


@says("vanishes")
def _vanishes(omega: Any, x: Any, p: Any) -> bool:
    return bool(np.mean(~(np.abs(last(scaled(x, p))) < SMALL)) < FEW)


@says("plim")
def _plim(omega: Any, x: Any, c: Any) -> bool:
    return bool(np.mean(~(np.abs(last(x) - float(c)) < SMALL)) < FEW)


@says("atom")
def _atom(omega: Any, x: Any, p: Any, c: Any) -> bool:
    return abs(float(np.mean(np.abs(last(scaled(x, p))) <= 1e-9)) - float(c)) < FEW


@says("law")
def _law(omega: Any, x: Any, y: Any) -> bool:
    return one_law(last(x), limit(y))


@says("samelaw")
def _samelaw(y: Any, z: Any) -> bool:
    return one_law(limit(y), limit(z))


@says("pieces")
@says("lpieces")
def _pieces(c: Any, c2: Any, u: Any, x: Any) -> Any:
    x = np.asarray(x, dtype=float)
    return np.where(x < 0, float(c), np.where(x > 0, float(u), float(c2)))


@says("chance")
def _chance(x: Any) -> Any:
    at = np.broadcast_to(np.asarray(x, dtype=float), (len(SCALES), SAMPLES))
    return np.repeat(np.mean(at > 0, axis=1)[:, None], SAMPLES, axis=1)


@says("lchance")
def _lchance(y: Any) -> Any:
    return float(np.mean(limit(y) > 0))


# -- values ------------------------------------------------------------------------------------------------------------


def some_limit(rng: np.random.Generator, kind: str = "") -> Any:
    """A limit: without mass at 0, with some, a number, or 0."""
    kind = kind or str(rng.choice(["free", "free", "atom", "number", "zero", "positive"]))
    free = rng.standard_normal(SAMPLES)
    if kind == "atom":
        return np.where(rng.random(SAMPLES) < rng.choice([0.3, 0.6]), 0.0, free)
    if kind == "number":
        return np.full(SAMPLES, float(rng.choice([-2.0, 0.5, 1.0])))
    return np.zeros(SAMPLES) if kind == "zero" else np.abs(free) if kind == "positive" else free


def converging(rng: np.random.Generator, y: Any, p: Any) -> Any:
    """A quantity with n^{-p} X → y, not quite y at any n."""
    noise = rng.standard_normal((len(SCALES), SAMPLES)) if rng.random() < 0.8 else 0.0
    return SCALES ** float(p) * (np.asarray(y) + SCALES**-0.5 * noise)


def restless(rng: np.random.Generator) -> Any:
    """Tight, and without a limit: another law at every second scale."""
    return np.array([0.5, 1.0, 1.5])[:, None] * np.clip(rng.standard_normal((len(SCALES), SAMPLES)), -1, 1)


def exponent(rng: np.random.Generator) -> Fraction:
    """An exponent of n."""
    return Fraction(int(rng.integers(-4, 5)), 4)


def value(sort: Any, rng: np.random.Generator) -> Any:
    """A value of a sort."""
    if sort in ("mode", "base"):
        return sort
    if sort == "lim":
        return some_limit(rng)
    if sort == "rand":
        return converging(rng, some_limit(rng), exponent(rng)) if rng.random() < 0.8 else restless(rng)
    if isinstance(sort, tuple):
        mark = int(rng.integers(1 << 62))
        result = sort[1]

        def function(*args: Any) -> Any:
            return value(result, _WORLD.rng("f", mark, *args))

        return function
    return model.value(sort, rng, [_WORLD])


# -- evaluation --------------------------------------------------------------------------------------------------------


def evaluate(t: Term, stack: tuple[Any, ...]) -> Any:
    """The value of a term without free variables, at bound ones."""
    if isinstance(t, Bound):
        return stack[-1 - t.fields[0]]
    if isinstance(t, Num):
        return int(t.fields[0]) if t.fields[0].denominator == 1 else t.fields[0]
    if isinstance(t, Fun):
        body = t.fields[1]
        how = holds if body.sort == "prop" else evaluate
        return lambda *args: how(body, (*stack, *args))
    if isinstance(t, Var):
        raise Undecidable(f"{t!r} has no value")
    head, parts = t.fields
    args = [evaluate(a, stack) for a in parts]
    if head in ("+", "*") and any(isinstance(a, np.ndarray) for a in args):
        args = [float(a) if isinstance(a, Fraction) else a for a in args]
    if head == "+":
        return sum(args[1:], args[0]) if args else 0
    if head == "*":
        out: Any = 1
        for a in args:
            out = out * a
        return out
    if not isinstance(head, str):
        return evaluate(head, stack)(*args)
    if head == "modeof":
        return "mode"
    if head in FUNCTIONS:
        return FUNCTIONS[head](*args)
    if head in model.MEANINGS:
        return model.MEANINGS[head](_WORLD, *args)
    raise Undecidable(f"{head} has no meaning here")


def holds(p: Term, stack: tuple[Any, ...]) -> bool:
    """Whether a proposition holds; ⋀ runs through integers, tuples and truth values alone."""
    if isinstance(p, Bound):
        return bool(stack[-1 - p.fields[0]])
    assert isinstance(p, App)
    head, parts = p.fields
    if head == "false":
        return False
    if head == "imp":
        return not holds(parts[0], stack) or holds(parts[1], stack)
    if head == "and":
        return all(holds(q, stack) for q in parts)
    if head == "or":
        return any(holds(q, stack) for q in parts)
    if head == "all":
        sorts, body = parts[0].fields
        return all(holds(body, (*stack, *vs)) for vs in product(*(model._choices(s, _WORLD) for s in sorts)))
    args = [evaluate(a, stack) for a in parts]
    if head in ("eq", "le"):
        if parts[0].sort not in NUMBERS:
            return bool(args[0] == args[1])
        gap = np.asarray(args[0], dtype=float) - np.asarray(args[1], dtype=float)
        slack = 1e-9 * (1 + np.abs(np.asarray(args[0], dtype=float)))
        return bool(np.all((np.abs(gap) if head == "eq" else gap) <= slack))
    if isinstance(head, str):
        if head in PREDICATES:
            return PREDICATES[head](*args)
        if head in model.MEANINGS:
            return bool(model.MEANINGS[head](_WORLD, *args))
        raise Undecidable(f"{head} has no meaning here")
    return bool(evaluate(head, stack)(*args))


Draw = Callable[[np.random.Generator, Mapping[str, Any]], Any]


class Sampled:
    """A case: how the variables of a row are drawn, and how often its premises must hold at least."""

    def __init__(self, least: int = 4, times: int = 16, **values: Draw) -> None:
        self.values, self.times, self.least = values, times, least

    def __call__(self, name: str) -> int:
        """Try the row."""
        return tried(name, self)


def tried(name: str, case: Sampled, seed: int = 20260102) -> int:
    """Try a row; AssertionError with the seed where its premises hold and its conclusion does not."""
    prop = TABLE[name].prop
    names: tuple[str, ...] = ()
    met = 0
    if isinstance(prop, App) and prop.fields[0] == "all":
        (sorts, prop), names = prop.fields[1][0].fields, NAMES[name]
    else:
        sorts = ()
    assert not set(case.values) - set(names), (name, set(case.values) - set(names))
    for attempt in range(case.times):
        rng = np.random.default_rng([seed, attempt])
        env: dict[str, Any] = {}
        for variable, sort in zip(names, sorts, strict=True):
            env[variable] = case.values[variable](rng, env) if variable in case.values else value(sort, rng)
        stack = tuple(env.values())
        premises, conclusion = model._parts(prop)
        if all(holds(q, stack) for q in premises):
            met += 1
            assert holds(conclusion, stack), f"{name} is false, seed {seed}, attempt {attempt}"
    assert met >= case.least, f"{name}: its premises held {met} times of {case.times}"
    return met
