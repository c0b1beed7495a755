"""The symbols of the pages of logic, tuples and sums, as numbers; outside their ranges they are junk."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, pairwise, product
from math import factorial, prod
from typing import Any

from tests.theory.model import Undecidable, World, means

Seq = tuple[int, ...]


def bounded_by(count: float, most: float) -> None:
    """Refuse what would take too long, such as the factorial of a factorial."""
    if count > most:
        raise Undecidable(f"{count} is more than {most}")


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
    bounded_by(k, 40)
    return factorial(k) if k >= 0 else world.junk_int("fact", k)


@means("invfact")
def _invfact(world: World, k: int) -> Any:
    bounded_by(k, 40)
    return Fraction(1, factorial(k)) if k >= 0 else world.junk("invfact", k, shared=True)


# -- tuples ----


@means("nil")
def _nil(world: World) -> Seq:
    return ()


@means("snoc")
def _snoc(world: World, s: Seq, k: int) -> Seq:
    return (*s, k)


@means("len")
def _len(world: World, s: Seq) -> int:
    return len(s)


@means("entry")
def _entry(world: World, s: Seq, i: int) -> int:
    return s[i - 1] if 1 <= i <= len(s) else world.junk_int("entry", s, i)


@means("first")
def _first(world: World, s: Seq) -> int:
    return _entry(world, s, 1)


@means("last")
def _last(world: World, s: Seq) -> int:
    return _entry(world, s, len(s))


@means("within")
def _within(world: World, s: Seq, lo: int, hi: int) -> bool:
    return all(lo <= i <= hi for i in s)


@means("increasing")
def _increasing(world: World, s: Seq, lo: int, hi: int) -> bool:
    return _within(world, s, lo, hi) and all(i < j for i, j in pairwise(s))


def _any_tuple(world: World, *what: Any) -> Seq:
    rng = world.rng("tuple", *what, shared=True)
    return tuple(int(i) for i in rng.integers(-1, 4, size=rng.integers(0, 4)))


@means("run")
def _run(world: World, lo: int, k: int) -> Seq:
    bounded_by(k, 30)
    return tuple(range(lo, lo + k)) if k >= 0 else _any_tuple(world, "run", lo, k)


@means("repeated")
def _repeated(world: World, k: int, j: int) -> Seq:
    bounded_by(k, 30)
    return (j,) * k if k >= 0 else _any_tuple(world, "repeated", k, j)


@means("swap")
def _swap(world: World, s: Seq, i: int) -> Seq:
    if not 1 <= i < len(s):
        return _any_tuple(world, "swap", s, i)
    return (*s[: i - 1], s[i], s[i - 1], *s[i + 1 :])


# -- sums ----


def _compositions(parts: int, total: int, most: int) -> Iterator[Seq]:
    if parts == 0:
        if total == 0:
            yield ()
        return
    for first in range(most + 1):
        for rest in _compositions(parts - 1, total - first, most) if first <= total else ():
            yield (first, *rest)


def _sum(world: World, lo: int, hi: int, f: Any) -> Any:
    bounded_by(hi - lo, 200)
    return sum(f(i) for i in range(lo, hi + 1))


def _prod(world: World, lo: int, hi: int, f: Any) -> Any:
    bounded_by(hi - lo, 200)
    return prod(f(i) for i in range(lo, hi + 1))


def _comps(world: World, parts: int, total: int, most: int, f: Any) -> Any:
    if parts < 0:
        return world.junk("comps", parts, total, most)
    bounded_by(parts, 6)
    bounded_by(max(min(most, total) + 1, 1) ** parts, 20_000)
    return sum(prod(f(d, k) for d, k in enumerate(ks, start=1)) for ks in _compositions(parts, total, most))


def _tuples(world: World, k: int, hi: int, f: Any) -> Any:
    if k < 0:
        return world.junk("tuples", k, hi)
    bounded_by(k, 12)
    bounded_by(max(hi, 1) ** k, 20_000)
    return sum(f(s) for s in product(range(1, hi + 1), repeat=k))


def _chains(world: World, k: int, lo: int, hi: int, f: Any) -> Any:
    if k < 0:
        return world.junk("chains", k, lo, hi)
    bounded_by(hi - lo, 14)
    if k > max(hi - lo + 1, 0):  # none; combinations would make room for k of them
        return 0
    return sum(f(s) for s in combinations(range(lo, hi + 1), k))


for _prefix in ("", "l"):
    for _name, _function in {"comps": _comps, "tuples": _tuples, "chains": _chains}.items():
        means(f"{_prefix}{_name}")(_function)
for _prefix in ("", "l", "c"):
    means(f"{_prefix}sum")(_sum)
    means(f"{_prefix}prod")(_prod)


def _weights(parts: int, total: int, most: int, f: Any) -> list[Any]:
    return [sum(f(d, k) for d, k in enumerate(ks, start=1)) for ks in _compositions(parts, total, most)]


@means("bounded")
def _bounded(world: World, parts: int, total: int, most: int, f: Any, v: Any) -> bool:
    if parts < 0:
        return world.junk("bounded", parts, total, most) > 0
    bounded_by(parts, 6)
    bounded_by(max(min(most, total) + 1, 1) ** parts, 20_000)
    return all(w <= v for w in _weights(parts, total, most, f))


@means("attained")
def _attained(world: World, parts: int, total: int, most: int, f: Any, v: Any) -> bool:
    if parts < 0:
        return world.junk("attained", parts, total, most) > 0
    bounded_by(parts, 6)
    bounded_by(max(min(most, total) + 1, 1) ** parts, 20_000)
    return v in _weights(parts, total, most, f)
