"""What an instance is made of: one axis a parameter, each with its corners, its generic values and its simple ones.

A *corner* is a value at which things degenerate: equal, opposite, orthogonal or zero inputs, a sign, an end of a range.
A *generic* value is a random one that is none of them.  *Simple* values, the simplest first, are what an instance is
shrunk to.  Axes know nothing of any claim.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Corner:
    """A special value, what it is in words, and the sentence that excludes it (``x_j ≠ 0``)."""

    value: Any
    said: str
    unless: str = ""


@dataclass(frozen=True)
class Axis:
    """One parameter of an instance.

    ``structural`` axes (integers, lists) are enumerated and make a *frame*; the others are generic or at a corner.
    """

    structural = False

    def corners(self) -> tuple[Corner, ...]:
        """The special values."""
        return ()

    def generic(self, rng: np.random.Generator) -> Any:
        """A value that is not special."""
        raise NotImplementedError

    def values(self, given: Given) -> tuple[Any, ...]:
        """All values of a structural axis, given the axes before it, the simplest first."""
        raise NotImplementedError

    def beyond(self, given: Given) -> tuple[Any, ...]:
        """Values just beyond the ends of a structural axis."""
        return ()

    def simple(self) -> tuple[Any, ...]:
        """Simple values, the simplest first."""
        return ()

    def span(self) -> tuple[float, float] | None:
        """The range of a real parameter, to look for zeros in; None where it is none."""
        return None

    def refuses(self, value: Any, given: Given) -> str:
        """What is allowed, where ``value`` is not; else nothing."""
        return ""

    def cost(self, value: Any) -> float:
        """How far from simple a value is."""
        return float(self.simple().index(value)) if value in self.simple() else 100.0

    def excluded(self, value: Any) -> str:
        """The sentence that excludes a value, where it is a corner that has one."""
        return next((c.unless for c in self.corners() if c.value == value), "")


@dataclass(frozen=True)
class Integers(Axis):
    """Integers from ``low`` to ``high``; an end may be a function of earlier axes."""

    low: int | Callable[..., int]
    high: int | Callable[..., int]
    structural = True

    def ends(self, given: Given) -> tuple[int, int]:
        """Both ends."""
        return _at(self.low, given), _at(self.high, given)

    def values(self, given: Given) -> tuple[Any, ...]:
        low, high = self.ends(given)
        return tuple(range(low, high + 1))

    def beyond(self, given: Given) -> tuple[Any, ...]:
        low, high = self.ends(given)
        return (high + 1, low - 1)

    def refuses(self, value: Any, given: Given) -> str:
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            return "an integer"
        low, high = self.ends(given)
        return "" if low - 1 <= value <= high + 1 else f"an integer from {low} to {high}, or one beyond"

    def cost(self, value: Any) -> float:
        return float(abs(value))


@dataclass(frozen=True)
class Listed(Axis):
    """Values of a list, or of a function of earlier axes that returns one; the simplest first."""

    what: Sequence[Any] | Callable[..., Sequence[Any]]
    structural = True

    def values(self, given: Given) -> tuple[Any, ...]:
        return tuple(_at(self.what, given) if callable(self.what) else self.what)

    def refuses(self, value: Any, given: Given) -> str:
        known = self.values(given)
        return "" if value in known else f"one of {', '.join(map(str, known))}"

    def cost(self, value: Any) -> float:
        return float(len(value)) + 0.1 * sum(map(float, value)) if isinstance(value, tuple) else float(value != 0)


@dataclass(frozen=True)
class Angles(Axis):
    """The angle between two inputs in degrees; over the whole circle for a third input in their plane."""

    first: str = "x_i"
    second: str = "x_j"
    whole: bool = False

    def corners(self) -> tuple[Corner, ...]:
        a, b = self.first, self.second
        found = [
            Corner(0, "of one direction", f"{b} is not a positive multiple of {a}"),
            Corner(180, "opposite", f"{b} is not a negative multiple of {a}"),
            Corner(90, "orthogonal", f"{a}·{b} ≠ 0"),
            Corner(60, "at 60°", f"the angle of {a} and {b} is not 60°"),
            Corner(120, "at 120°", f"the angle of {a} and {b} is not 120°"),
        ]
        if self.whole:
            found += [Corner(t, f"at {t}°", f"the angle from {a} to {b} is not {t}°") for t in (240, 270, 300)]
        return tuple(found)

    def generic(self, rng: np.random.Generator) -> float:
        low, high = self.span()
        special = [float(c.value) for c in self.corners()]
        while True:
            found = round(float(rng.uniform(low + 8, high - 8)), 2)
            if all(abs(found - value) > 5 for value in special):
                return found

    def simple(self) -> tuple[Any, ...]:
        return (0, 60, 90, 120, 180, 30, 45, 135, 150, *((240, 270, 300, 210, 225, 315, 330) if self.whole else ()))

    def span(self) -> tuple[float, float]:
        return (0.0, 360.0 if self.whole else 180.0)

    def refuses(self, value: Any, given: Given) -> str:
        low, high = self.span()
        return "" if _real(value) and low <= value <= high else f"degrees from {low:g} to {high:g}"


@dataclass(frozen=True)
class Numbers(Axis):
    """A real number between ``low`` and ``high``, with the values that are ``special``."""

    low: float
    high: float
    special: tuple[Corner, ...] = ()

    def corners(self) -> tuple[Corner, ...]:
        return self.special

    def generic(self, rng: np.random.Generator) -> float:
        wide = self.high - self.low
        return float(f"{rng.uniform(self.low + 0.07 * wide, self.high - 0.07 * wide):.3g}")

    def simple(self) -> tuple[Any, ...]:
        return tuple(v for v in (0, 1, -1, 2, 0.5, -2, -0.5, 4, 3, 0.25) if self.low <= v <= self.high)

    def span(self) -> tuple[float, float]:
        return (self.low, self.high)

    def refuses(self, value: Any, given: Given) -> str:
        return "" if _real(value) and self.low <= value <= self.high else f"a number from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Choices(Axis):
    """One of several: the usual one, which counts as generic, and others, which are special."""

    usual: Any
    others: tuple[Corner, ...]

    def corners(self) -> tuple[Corner, ...]:
        return self.others

    def generic(self, rng: np.random.Generator) -> Any:
        return self.usual

    def simple(self) -> tuple[Any, ...]:
        return (self.usual, *(c.value for c in self.others))

    def refuses(self, value: Any, given: Given) -> str:
        return "" if value in self.simple() else f"one of {', '.join(map(str, self.simple()))}"


@dataclass(frozen=True)
class Pairs(Axis):
    """Two numbers, or two vectors in the plane: the inputs z_i and z_j of an implicit network."""

    first: str = "z_i"
    second: str = "z_j"
    plane: bool = True

    def corners(self) -> tuple[Corner, ...]:
        a, b = self.first, self.second
        found = [
            Corner((1, 1), "both 1", f"({a}, {b}) is not (1, 1)"),
            Corner((1, -1), "of opposite signs", f"{a} {b} > 0"),
            Corner((1, 0), "the second is 0", f"{b} ≠ 0"),
            Corner((0, 1), "the first is 0", f"{a} ≠ 0"),
        ]
        if self.plane:
            found += [
                Corner(((1, 0), (1, 0)), "equal vectors", f"{a} and {b} differ"),
                Corner(((1, 0), (0, 1)), "orthogonal vectors", f"{a}·{b} ≠ 0"),
                Corner(((1, 0), (-1, 0)), "opposite vectors", f"{b} is not a negative multiple of {a}"),
            ]
        return tuple(found)

    def generic(self, rng: np.random.Generator) -> tuple[float, float]:
        a, b = np.round(rng.uniform(0.5, 1.5, size=2), 2)
        return float(a), float(b)

    def simple(self) -> tuple[Any, ...]:
        return tuple(c.value for c in self.corners())

    def refuses(self, value: Any, given: Given) -> str:
        good = isinstance(value, tuple | list) and len(value) == 2
        good = good and all(_real(v) or (isinstance(v, tuple | list) and all(map(_real, v))) for v in value)
        return "" if good else "a pair of numbers, or of vectors"


def integers(low: int | Callable[..., int], high: int | Callable[..., int]) -> Integers:
    """Integers from ``low`` to ``high``, both included; ends may be functions of earlier axes.

    >>> integers(0, lambda H, L: H * L).values({"H": 1, "L": 2})
    (0, 1, 2)
    """
    return Integers(low, high)


def listed(values: Sequence[Any] | Callable[..., Sequence[Any]]) -> Listed:
    """The values of a list, or those that a function of earlier axes returns."""
    return Listed(values if callable(values) else tuple(values))


def angles(first: str = "x_i", second: str = "x_j", whole: bool = False) -> Angles:
    """Degrees between two inputs, called ``first`` and ``second``; ``whole``: from 0 to 360."""
    return Angles(first, second, whole)


def numbers(low: float, high: float, *special: Corner | float) -> Numbers:
    """A real number between ``low`` and ``high``; ``special`` values are tried first, besides the ends."""
    ends = [value for value in (low, high) if value not in [_value(c) for c in special]]
    return Numbers(float(low), float(high), tuple(map(_corner, [*special, *ends])))


def choices(usual: Any, *others: Any) -> Choices:
    """One of several values, ``usual`` the one that a statement is read with; others may be corners with words."""
    return Choices(usual, tuple(map(_corner, others)))


def norms(name: str = "x_j") -> Choices:
    """The length of an input in the units of its usual one: 1, 0, 2 or 1/2."""
    collinear = f"{name} has the usual norm"
    return Choices(1, (Corner(0, f"{name} is 0", f"{name} ≠ 0"), Corner(2, f"{name} is doubled", collinear),
                       Corner(0.5, f"{name} is halved", collinear)))  # fmt: skip


def pairs(first: str = "z_i", second: str = "z_j", plane: bool = True) -> Pairs:
    """Two numbers or, with ``plane``, two vectors of the plane."""
    return Pairs(first, second, plane)


def _corner(value: Any) -> Corner:
    return value if isinstance(value, Corner) else Corner(value, str(value))


def _value(corner: Corner | float) -> Any:
    return corner.value if isinstance(corner, Corner) else corner


def _real(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool) and math.isfinite(value)


def _at(what: Any, given: Given) -> Any:
    """A number, or what a function of earlier axes makes of them."""
    if not callable(what):
        return what
    return what(**{name: given[name] for name in inspect.signature(what).parameters})
