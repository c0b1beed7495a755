"""Real constants of a derivation: a rational number, a closed form, or a ball that contains it; or only a sign.

A constant is *separated from zero* if its ball shows it, and if what it is a sum of does not cancel to less than
:data:`CANCELS` of its parts: a leading constant that is so small shows at widths only that nobody has.

>>> two = Number.of(2)
>>> str(two.root() * two.root()), (two - two).zero, str(two.root())
('2', True, 'sqrt(2)')
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

#: bits of a ball
PRECISION = 128
#: what is left of a sum, relative to its parts, that still counts as separated from zero
CANCELS = 1e-4
#: the radius of a ball whose midpoint is shown as the number, relative to it
CLOSE = 1e-3
#: symbols of a closed form that is kept
LONGEST = 60

Tree = Any  # an integer, "p/q", or [head, *trees], as the engine of balls reads it


@contextmanager
def precision(bits: int = PRECISION) -> Iterator[None]:
    """Balls with so many bits inside the block."""
    before, ctx.prec = ctx.prec, bits
    try:
        yield
    finally:
        ctx.prec = before


def _rational(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def _size(tree: Tree) -> int:
    return 1 + sum(_size(t) for t in tree[1:]) if isinstance(tree, list) else 1


def _plain(value: Fraction) -> Tree:
    return value.numerator if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


@dataclass(frozen=True, eq=False)
class Number:
    """``exact``: a rational; ``tree``: a closed form; ``ball``: contains it, NaN where nothing is known.

    ``positive``: it is known to be greater than 0, whatever the ball says.  ``scale``: the size of what was added up.
    """

    ball: arb
    exact: Fraction | None = None
    tree: Tree = None
    positive: bool = False
    scale: float = 0.0

    @classmethod
    def of(cls, value: int | Fraction) -> Number:
        """A rational number."""
        value = Fraction(value)
        return cls(_rational(value), value, _plain(value), value > 0, abs(float(value)))

    @classmethod
    def made(cls, ball: arb, tree: Tree = None, positive: bool = False, scale: float | None = None) -> Number:
        """A number by its ball, with the closed form where that is short; a multiple of one root is simplified."""
        known = bool(ball.is_finite())
        size = float(abs(ball).upper()) if known and scale is None else scale or 0.0
        surd = None if tree is None else _surd(tree)
        if surd is not None:
            root = _exact_root(abs(surd))
            if root is not None:
                value = root if surd > 0 else -root
                return cls(_rational(value), value, _plain(value), value > 0, size)
            tree = ["sqrt", _plain(surd)] if surd > 0 else ["*", -1, ["sqrt", _plain(-surd)]]
        if tree is not None and _size(tree) > LONGEST:
            tree = None
        return cls(ball, None, tree, positive or (known and bool(ball > 0)), size)

    @classmethod
    def unknown(cls, positive: bool = False) -> Number:
        """A number of which nothing is known but, perhaps, that it is positive."""
        return cls(arb("nan"), None, None, positive, math.inf)

    @property
    def known(self) -> bool:
        """Whether there is a ball."""
        return bool(self.ball.is_finite())

    @property
    def zero(self) -> bool:
        """Whether it is 0, exactly."""
        return self.exact == 0

    @property
    def nonzero(self) -> bool:
        """Whether it is separated from zero."""
        if self.exact is not None:
            return self.exact != 0
        if not self.known:
            return self.positive
        low = float(abs(self.ball).lower())
        return (self.positive or bool(self.ball != 0)) and low > CANCELS * self.scale

    @property
    def sign(self) -> int:
        """1 or -1 where it is separated from zero, else 0."""
        if not self.nonzero:
            return 0
        return 1 if self.positive or (self.known and bool(self.ball > 0)) else -1

    def __add__(self, other: Number) -> Number:
        if self.exact is not None and other.exact is not None:
            total = Number.of(self.exact + other.exact)
            return Number(total.ball, total.exact, total.tree, total.positive, self.scale + other.scale)
        if self.zero or other.zero:
            return other if self.zero else self
        tree = None if self.tree is None or other.tree is None else ["+", *_parts("+", self.tree, other.tree)]
        both = self.positive and other.positive
        return Number.made(self.ball + other.ball, tree, both, self.scale + other.scale)

    def __mul__(self, other: Number) -> Number:
        if self.zero or other.zero:
            return ZERO
        if self.exact is not None and other.exact is not None:
            return Number.of(self.exact * other.exact)
        if self.exact == 1 or other.exact == 1:
            return other if self.exact == 1 else self
        if self.tree is not None and self.tree == other.tree and self.tree[0] == "sqrt":
            return _folded(self.tree[1], self.ball * other.ball)
        tree = None if self.tree is None or other.tree is None else ["*", *_parts("*", self.tree, other.tree)]
        both = (self.positive and other.positive) or (self.sign < 0 and other.sign < 0 and self.known and other.known)
        return Number.made(self.ball * other.ball, tree, both, self.scale * other.scale)

    def __neg__(self) -> Number:
        return self * Number.of(-1)

    def __sub__(self, other: Number) -> Number:
        return self + -other

    def power(self, n: int) -> Number:
        """An integer power."""
        out, base = ONE, self if n >= 0 else self.inverse()
        for _ in range(abs(n)):
            out = out * base
        return out

    def inverse(self) -> Number:
        """1/x, unknown where x may be 0."""
        if self.exact is not None and self.exact:
            return Number.of(1 / self.exact)
        if not self.nonzero or not self.known:
            return Number.unknown(self.positive)
        tree = None if self.tree is None else ["inv", self.tree]
        return Number.made(1 / self.ball, tree, self.positive)

    def root(self) -> Number:
        """√x, unknown where x may be negative."""
        if self.exact is not None and self.exact >= 0:
            root = _exact_root(self.exact)
            if root is not None:
                return Number.of(root)
        if not self.known or not bool(self.ball >= 0):
            return Number.unknown(self.positive)
        tree = None if self.tree is None else ["sqrt", self.tree]
        return Number.made(self.ball.sqrt(), tree, self.positive)

    def applied(self, head: str) -> Number:
        """``exp``, ``sin``, ``cos`` or ``acos`` of it."""
        if self.exact == 0 and head in ("exp", "sin", "cos"):
            return ZERO if head == "sin" else ONE
        if not self.known:
            return Number.unknown(head == "exp")
        tree = None if self.tree is None else [head, self.tree]
        return Number.made(getattr(self.ball, head)(), tree, head == "exp")

    def __str__(self) -> str:
        if self.exact is not None:
            return str(self.exact)
        if self.tree is not None and _size(self.tree) <= 20:
            return written(self.tree)
        if self.known and self.approximate is None:
            return f"{float(self.ball.mid()):.2g} ± {float(self.ball.rad()):.1g}"
        if self.known:
            return f"{float(self.ball.mid()):.6g}"
        return "positive" if self.positive else "not known"

    @property
    def approximate(self) -> float | None:
        """Its midpoint, or None where it is not known to :data:`CLOSE`."""
        close = self.known and bool(self.ball.rad() <= CLOSE * abs(self.ball.mid()))
        return float(self.ball.mid()) if close else None


def _exact_root(value: Fraction) -> Fraction | None:
    """√value where that is rational."""
    top, bottom = math.isqrt(value.numerator), math.isqrt(value.denominator)
    return Fraction(top, bottom) if top * top == value.numerator and bottom * bottom == value.denominator else None


def _surd(tree: Tree) -> Fraction | None:
    """s where the closed form is √s, or -√|s| of a negative one; None where it is no multiple of one root."""
    if not isinstance(tree, list):
        return Fraction(tree) * abs(Fraction(tree))
    head, inner = tree[0], tree[1:]
    if head == "sqrt":
        return None if isinstance(inner[0], list) else Fraction(inner[0])
    if head not in ("*", "+", "inv"):
        return None
    parts = [_surd(t) for t in inner]
    found = [p for p in parts if p is not None]
    if len(found) < len(parts):
        return None
    if head == "inv":
        return 1 / found[0] if found[0] else None
    if head == "*":
        return math.prod(found, start=Fraction(1))
    shares = [_exact_root(abs(p / found[0])) if found[0] else None for p in found]
    if any(share is None for share in shares):
        return None
    total = sum(
        (share if p * found[0] >= 0 else -share for p, share in zip(found, shares, strict=True) if share), Fraction(0)
    )
    return total * abs(total) * found[0]


def _parts(head: str, a: Tree, b: Tree) -> list[Tree]:
    found = []
    for tree in (a, b):
        found += tree[1:] if isinstance(tree, list) and tree[0] == head else [tree]
    return found


def _folded(tree: Tree, ball: arb) -> Number:
    return Number.made(ball, tree) if isinstance(tree, list) else Number.of(Fraction(tree))


def enclosed(middle: float, radius: float) -> Number:
    """A number that is only known to lie within ``radius`` of ``middle``."""
    return Number.made(arb(middle, radius))


def pi() -> Number:
    """π."""
    return Number.made(arb.pi(), ["pi"], True)


def written(tree: Tree) -> str:
    """A closed form for reading."""
    if not isinstance(tree, list):
        return str(tree)
    head, args = tree[0], [written(t) for t in tree[1:]]
    if head == "+":
        return "(" + " + ".join(args) + ")"
    if head == "*":
        return "*".join(args)
    if head == "inv":
        return f"1/{args[0]}" if "*" not in args[0] else f"1/({args[0]})"
    return head if head == "pi" else f"{head}({args[0]})"


ZERO, ONE = Number.of(0), Number.of(1)
