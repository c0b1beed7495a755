"""Zeros of a leading coefficient along a real parameter, from samples with common random numbers.

Let X_s(t) be sample s at the parameter t, drawn from the same random numbers for every t.  Where the law of X is
c(t) (Y + o(1)) with a coefficient c that changes sign at t*, almost all samples change sign there together, whether Y
is a constant or random; elsewhere few do.  So a bracket is two neighbours of a grid between which nearly all samples
change sign; the zero is that of Σ_s X_s(t) sign X_s(a), by root finding, and its error that of the samples' own zeros
about it.  A coefficient that touches 0 without a change of sign is a dip of the median |X|; the smallest is found by a
bounded search.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize

Values = npt.NDArray[np.float64]
#: Samples at a value of the parameter: (samples, cells), or (samples,) of one.
Curve = Callable[[float], Values]

#: The share of samples that change sign together at a zero.
TOGETHER = 0.85
#: Widths of the brackets that are tried, in steps of the grid.
STEPS = (1, 2, 4)
#: On the grid a dip is a median this much smaller than at both ends of its bracket, or the lowest of its neighbours;
#: at its bottom the median is this much smaller.
DIP, BOTTOM = 0.15, 0.5
#: Fewest samples other than 0.
FEWEST = 16


@dataclass(frozen=True)
class Crossing:
    """A zero of the leading coefficient between ``low`` and ``high``, about ``at`` with standard error ``error``.

    ``flips``: all samples change sign there; else the coefficient dips, to ``depth`` times what it is at the ends.
    ``width``: where the samples were drawn that ``error`` is of; the zero of the limit lies elsewhere, by an order of
    the reciprocal width.
    """

    low: float
    high: float
    at: float
    flips: bool
    error: float = math.nan
    width: Any = None
    depth: float = math.nan


def crossings(curve: Curve, grid: Sequence[float]) -> list[list[Crossing]]:
    """The brackets of each cell on the grid, coarse: ``at`` is the middle."""
    values = np.stack([np.atleast_2d(curve(t)) for t in grid])  # (grid, samples, cells)
    return [_brackets(values[:, :, cell], grid) for cell in range(values.shape[2])]


def _brackets(values: Values, grid: Sequence[float]) -> list[Crossing]:
    found: list[Crossing] = []
    last = len(grid) - 1
    # The samples' own zeros lie about the law's, so that a bracket may have to be wider than a step of the grid.
    for wide in STEPS:
        for k in range(last + 1 - wide):
            low, high = grid[k], grid[k + wide]
            known = any(c.low < high and low < c.high for c in found)
            if not known and _flip(values[k], values[k + wide]):
                found.append(Crossing(low, high, (low + high) / 2, True))
    medians = [_median(row) for row in values]
    for k in range(1, last):
        low, high = grid[k - 1], grid[k + 1]
        deep = medians[k] < DIP * min(medians[k - 1], medians[k + 1])
        lowest = medians[k] < min(medians[k - 1], medians[k + 1]) and medians[k] < 0.5 * max(medians)
        if (deep or lowest) and not any(c.low < high and low < c.high for c in found):
            found.append(Crossing(low, high, grid[k], False))
    return found


def _flip(first: Values, other: Values) -> bool:
    live = (first != 0) & (other != 0)
    count = int(np.count_nonzero(live))
    if count < FEWEST:
        return False
    return bool(np.count_nonzero(np.sign(first[live]) != np.sign(other[live])) >= TOGETHER * count)


def _median(values: Values) -> float:
    live = np.abs(values[values != 0])
    return float(np.median(live)) if live.size >= FEWEST else math.inf


def refine(curve: Curve, bracket: Crossing) -> Crossing | None:
    """The zero in a bracket from the samples that ``curve`` gives; None where it is not there.

    A dip is one if its median falls below :data:`BOTTOM` of that at the ends; whether it is a zero, the widths tell.
    """
    return _root(curve, bracket) if bracket.flips else _dip(curve, bracket)


def _root(curve: Curve, bracket: Crossing) -> Crossing | None:
    cached = _remember(curve)
    start = np.sign(cached(bracket.low))

    def aligned(t: float) -> float:
        return float(np.mean(_cut(cached(t)) * start))

    if not aligned(bracket.low) > 0 > aligned(bracket.high):
        return None
    wide = bracket.high - bracket.low
    at = float(optimize.brentq(aligned, bracket.low, bracket.high, xtol=1e-3 * wide))
    return _secant(cached, start, replace(bracket, at=at, error=1e-2 * wide))


def polish(curve: Curve, found: Crossing, coarse: Crossing) -> Crossing | None:
    """A zero that is known well enough for a straight line, from the samples that ``curve`` gives: three evaluations.

    Signs are compared with those at the end of the ``coarse`` bracket, where all samples have that of the law.
    """
    return _secant(curve, np.sign(curve(coarse.low)), found)


def _secant(curve: Curve, start: Values, found: Crossing) -> Crossing | None:
    step = max(10 * found.error, 1e-9)
    left, right = (_cut(curve(t)) * start for t in (found.at - step, found.at + step))
    slope = (right - left) / (2 * step)
    live = slope != 0
    if np.count_nonzero(live) < FEWEST:
        return None
    steep, middle = float(np.mean(slope[live])), ((left + right) / 2)[live]
    at = found.at - float(np.mean(middle)) / steep
    # The zero of a mean: the standard error of the mean over the mean slope.
    error = float(np.std(middle - slope[live] * (found.at - at)) / math.sqrt(middle.size) / abs(steep))
    return Crossing(found.low, found.high, at, True, error) if abs(at - found.at) < 2 * step else None


def _cut(values: Values) -> Values:
    """Rare huge samples are cut: they would carry the mean."""
    top = 20 * float(np.median(np.abs(values)))
    return np.clip(values, -top, top) if top else values


def _dip(curve: Curve, bracket: Crossing) -> Crossing | None:
    cached = _remember(curve)

    def depth(t: float) -> float:
        return math.log(max(_median(cached(t)), 1e-300))

    wide = bracket.high - bracket.low
    found = optimize.minimize_scalar(
        depth, bounds=(bracket.low, bracket.high), method="bounded", options={"xatol": 1e-3 * wide}
    )
    ends = min(depth(bracket.low), depth(bracket.high))
    if not found.fun < ends + math.log(BOTTOM):
        return None
    depth_ = math.exp(found.fun - ends)
    return Crossing(bracket.low, bracket.high, float(found.x), False, 2e-2 * wide, depth=depth_)


def _remember(curve: Curve) -> Curve:
    known: dict[float, Any] = {}

    def at(t: float) -> Values:
        if t not in known:
            known[t] = curve(t)
        return np.asarray(known[t])

    return at
