"""Expectations of functions of functions of up to three Gaussian variables, enclosed by a sum over boxes.

The variables are X = L Z with Z standard normal, L lower triangular, known in balls.  Space is cut into boxes, finer
where there is more mass; on each the function lies in an interval, and the mass of a box is known.  Intervals are of
doubles, widened after each operation by far more than a double is rounded; beyond :data:`FAR` the Cauchy-Schwarz
inequality bounds what is left out.  Only what is bounded by 1 times a polynomial is integrated.

>>> from fractions import Fraction
>>> from verifier.programs.derive.numbers import ONE, Number, precision
>>> tanh = Apply("tanh", Sum(((arb(1), ((Form(0, arb(1)), 1),)),)))
>>> with precision():
...     found = mean(Sum(((arb(1), ((tanh, 2),)),)), [[ONE]], arb(1))  # E tanh(Z)²
>>> bool(found.overlaps(arb(0.394294))), float(found.rad()) < 0.01
(True, True)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray
from scipy import special

from verifier.programs.derive.expansion import Underived
from verifier.programs.derive.numbers import Number

Array = NDArray[Any]
Interval = tuple[Array, Array]
#: cells of each axis, by the number of variables
CELLS = {1: 20_000, 2: 1_200, 3: 120}
#: where space is cut off, in standard deviations
FAR = 7.0
#: how an interval is widened after an operation: a double is rounded by 2^-53, its functions by few units more
RELATIVE, ABSOLUTE = 2.0**-46, 2.0**-900


@dataclass(frozen=True)
class ScaledVariable:
    """The k-th variable times a number."""

    k: int
    c: arb


@dataclass(frozen=True)
class Apply:
    """A function of :data:`INTERVALS` of a sum."""

    name: str
    inner: Sum


@dataclass(frozen=True)
class Sum:
    """Σ c Π factor^e over (c, ((factor, e), …))."""

    terms: tuple[tuple[arb, tuple[tuple[ScaledVariable | Apply, int], ...]], ...]


def mean(function: Sum, covariance: Sequence[Sequence[Number]], square: arb) -> arb:
    """E of it under centred Gaussians; ``square`` bounds E of the square of what bounds it.

    Underived where a variable is not known to vary given those before it, or for more than three.
    """
    size = len(covariance)
    if size not in CELLS:
        raise Underived(f"an expectation over {size} variables")
    L = _triangle([[c.ball for c in row] for row in covariance])
    edges, masses = _axis(CELLS[size])
    z = [_shaped((edges[:-1], edges[1:]), j, size) for j in range(size)]
    x = [_summed([_times(_constant(L[i][j]), z[j]) for j in range(i + 1)]) for i in range(size)]
    low, high = _value(function, x)
    mass: Array = np.ones(())
    for j in range(size):
        mass = mass * _shaped((masses, masses), j, size)[0]
    rounding = 1e-9 * float(np.sum(mass * np.maximum(np.abs(low), np.abs(high))))
    least, most = float(np.sum(mass * low)) - rounding, float(np.sum(mass * high)) + rounding
    beyond = arb(2 * size) * (arb(FAR) / arb(2).sqrt()).erfc() / 2
    tail = float((square.sqrt() * beyond.sqrt()).upper())
    if not np.isfinite([least, most, tail]).all():
        raise Underived("an expectation over boxes that is not bounded")
    return arb((least + most) / 2, (most - least) / 2 + tail + 1e-12 * abs(most))


@cache
def _axis(cells: int) -> tuple[Array, Array]:
    """Where the cells end, and their masses, each right to 1e-12 of itself."""
    share = special.ndtr(FAR / np.sqrt(3))
    half = np.sqrt(3) * special.ndtri(np.linspace(0.5, share, cells // 2 + 1))
    edges = np.concatenate([-half[:0:-1], half])
    edges[0], edges[-1] = -FAR, FAR
    root = arb(2).sqrt()
    tails = [(arb(t) / root).erfc() / 2 for t in np.abs(edges).tolist()]
    masses = [abs(float((a - b).mid())) if s * t >= 0 else np.nan
              for a, b, s, t in zip(tails[:-1], tails[1:], edges[:-1], edges[1:], strict=True)]  # fmt: skip
    return edges, np.array(masses)


def _triangle(C: Sequence[Sequence[arb]]) -> list[list[arb]]:
    """L with L Lᵀ = C; a variance that may be 0 in its ball is at least 0."""
    L: list[list[arb]] = []
    for i, row in enumerate(C):
        L.append([])
        for j in range(i):
            rest = row[j] - sum((L[i][k] * L[j][k] for k in range(j)), arb(0))
            if not bool(L[j][j] > 0):
                raise Underived("Gaussians that are not known to be linearly independent")
            L[i].append(rest / L[j][j])
        left = row[i] - sum((v * v for v in L[i]), arb(0))
        least, most = float(left.lower()), float(left.upper())
        if not np.isfinite([least, most]).all() or most < 0:
            raise Underived("a variance is not known")
        least, most = max(0.0, least) ** 0.5 * (1 - 1e-12), most**0.5 * (1 + 1e-12)
        L[i].append(arb((least + most) / 2, (most - least) / 2 + 1e-300))
    return L


# -- intervals ---------------------------------------------------------------------------------------------------------


def _value(node: Sum, x: Sequence[Interval]) -> Interval:
    found = []
    for c, factors in node.terms:
        term = _constant(c)
        for factor, e in factors:
            term = _times(term, _power(_factor(factor, x), e))
        found.append(term)
    return _summed(found)


def _factor(node: ScaledVariable | Apply, x: Sequence[Interval]) -> Interval:
    if isinstance(node, ScaledVariable):
        return _times(_constant(node.c), x[node.k])
    if node.name not in INTERVALS:
        raise Underived(f"no interval of {node.name}")
    return _wider(*INTERVALS[node.name](*_value(node.inner, x)))


def _constant(c: arb) -> Interval:
    if not bool(c.is_finite()):
        raise Underived("a coefficient is not known")
    return _wider(np.array(float(c.lower())), np.array(float(c.upper())))


def _shaped(interval: Interval, j: int, size: int) -> Interval:
    shape = [-1 if k == j else 1 for k in range(size)]
    return interval[0].reshape(shape), interval[1].reshape(shape)


def _wider(low: Array, high: Array) -> Interval:
    return low - (np.abs(low) * RELATIVE + ABSOLUTE), high + (np.abs(high) * RELATIVE + ABSOLUTE)


def _summed(parts: Sequence[Interval]) -> Interval:
    low, high = np.zeros(()), np.zeros(())
    for a, b in parts:
        low, high = _wider(low + a, high + b)
    return low, high


def _times(a: Interval, b: Interval) -> Interval:
    products = [x * y for x in a for y in b]
    low, high = np.minimum(products[0], products[1]), np.maximum(products[0], products[1])
    for p in products[2:]:
        low, high = np.minimum(low, p), np.maximum(high, p)
    return _wider(low, high)


def _power(a: Interval, e: int) -> Interval:
    if e == 1:
        return a
    low, high = a[0] ** e, a[1] ** e
    if e % 2 == 0:
        inside = (a[0] < 0) & (a[1] > 0)
        low, high = np.where(inside, 0.0, np.minimum(low, high)), np.maximum(low, high)
    return _wider(low, high)


def _monotone(f: Callable[[Array], Array]) -> Callable[[Array, Array], Interval]:
    return lambda low, high: (f(low), f(high))


def _bell(low: Array, high: Array) -> Interval:
    near = np.where((low < 0) & (high > 0), 0.0, np.minimum(np.abs(low), np.abs(high)))
    far = np.maximum(np.abs(low), np.abs(high))
    return np.exp(-far * far) * (1 - 1e-9), np.exp(-near * near) * (1 + 1e-9)


#: what a function makes of an interval; all are bounded by 1
INTERVALS: dict[str, Callable[[Array, Array], Interval]] = {
    "tanh": _monotone(np.tanh), "erf": _monotone(special.erf), "logistic": _monotone(special.expit), "bell": _bell,
    "step": lambda low, high: ((low > 0).astype(float), (high >= 0).astype(float)),
}  # fmt: skip
