"""Few seeds: 3 to 127 samples a width, a scatter that all widths share, and a verdict of less weight.

With so few samples the scatter of each width is hardly known; that of all widths together is.  The residuals of log|X|
(or of X, where a mean is claimed) around the mean of their width are pooled, as they are or, where they fall with the
width as those of averages do, times n^1/2 or n; and once more in two halves, small widths and large ones.  The wider of
the two t intervals is taken, at a half of the level or a quarter.  That stands on residuals that look normal, so it is
refused where they do not: where the correlation of their normal-score plot is below its 10 % point, where the two
halves have variances that differ at 10 %, where a scatter that falls is too large for an average's, where a sample is
zero, and where all samples of a width are equal.  From 32 samples a width the average needs no normal scatter.

Where widths have no such scatter in common each width's own is taken, with a t interval of as few degrees of freedom
as the smallest width has alone; residuals divided by the scatter of their width must look normal then.

What is refused here may still have an order that :mod:`verifier.inference.few_orders` decides.

This is a weaker guarantee than that of 128 samples a width and carries the mark "few seeds": its error rates are those
counted in docs/calibration.md on laws that are normal, heavy and skewed, not a theorem about all laws.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from verifier.inference.samples import Moments, Pooled

Array = npt.NDArray[np.float64]

MARK = "few seeds"
#: What a verdict with the mark assumes besides.
ASSUMPTION = "a scatter that is normal, as far as it shows: values too rare to be among so few are not seen"
#: Fewest samples a width from which a scatter is taken, and from which its shape matters less.
FEWEST, AVERAGING = 3, 32
#: The deepest level at which the error rates were counted.
LOWEST_LEVEL = 1e-3
#: How the scatter may fall with the width, as n^-power, and the largest scatter of log|X| that may.
FALLING = (0.0, 0.5, 1.0)
LARGEST_FALLING = 0.35
#: Residuals that differ by less are those of equal values.
EQUAL = 1e-12
#: The largest skewness of residuals that averages over 32 or more samples make harmless.
SKEWNESS = 3.0


@dataclass(frozen=True)
class Scatter:
    """Pooled moments of each width; ``refusal`` says why no interval should be believed, if so."""

    moments: tuple[Moments, ...]
    refusal: str | None


def scatter(widths: Sequence[int], values: Sequence[Array], *, logarithms: bool = True) -> Scatter:
    """Means by width with a common scatter, from arrays of log|X|, or of X (any sizes from 1)."""
    counts = [int(v.size) for v in values]
    means = [math.fsum(v.tolist()) / v.size for v in values]
    if min(counts) < FEWEST:
        where = widths[counts.index(min(counts))]
        plural = "s" if min(counts) > 1 else ""
        reason = f"{min(counts)} sample{plural} at width {where}: below {FEWEST} the scatter is not known"
        return Scatter(tuple(Moments(m, math.nan, c) for m, c in zip(means, counts, strict=True)), reason)
    residuals = [v - m for v, m in zip(values, means, strict=True)]
    found = [_pooled(widths, residuals, power) for power in FALLING]
    chosen = min(found, key=lambda f: abs(math.log(max(f.ratio, 1e-300))))
    moments = tuple(
        Moments(m, chosen.variance * factor, c, Pooled(chosen.degrees, chosen.halves, half, factor, chosen.share))
        for m, c, factor, half in zip(means, counts, chosen.factors, chosen.half, strict=True)
    )
    refusal = _refusal(widths, chosen, logarithms)
    own = None if refusal is None else _own(counts, means, residuals)
    return own or Scatter(moments, refusal)


def _own(counts: Sequence[int], means: Sequence[float], residuals: Sequence[Array]) -> Scatter | None:
    """Each width's own scatter, where they have none in common; None where even that does not look normal.

    The t interval has the degrees of the smallest width alone, which is short of no interval of unequal variances.
    """
    fewest = min(counts)
    if fewest >= AVERAGING or min(float(np.ptp(r)) for r in residuals) <= EQUAL:
        return None
    variances = [float(np.var(r, ddof=1)) for r in residuals]
    standard = np.sort(np.concatenate([r / math.sqrt(v) for r, v in zip(residuals, variances, strict=True)]))
    correlation, bound = normal_scores(standard)
    if correlation < bound:
        return None
    pool = Pooled(float(fewest - 1), (), 0)
    moments = tuple(Moments(m, v, c, pool) for m, v, c in zip(means, variances, counts, strict=True))
    return Scatter(moments, None)


@dataclass(frozen=True)
class _Pooled:
    """Residuals in units of n^-power, and their variances."""

    power: float
    residuals: tuple[Array, ...]
    factors: tuple[float, ...]
    half: tuple[int, ...]
    halves: tuple[tuple[float, float], ...]
    variance: float
    degrees: float
    ratio: float

    @property
    def share(self) -> float:
        """The part of an error rate that an interval may use: less where a falling scatter was chosen for it."""
        return 0.5 if self.power == 0 else 0.25


def _pooled(widths: Sequence[int], residuals: Sequence[Array], power: float) -> _Pooled:
    factors = tuple((widths[0] / n) ** (2 * power) for n in widths)
    scaled = tuple(r / math.sqrt(f) for r, f in zip(residuals, factors, strict=True))
    squares = [math.fsum(np.square(r).tolist()) for r in scaled]
    degrees = [r.size - 1 for r in scaled]
    half = [0] * (len(widths) // 2) + [1] * (len(widths) - len(widths) // 2)
    middle = len(widths) // 2
    if len(widths) % 2:  # the middle width belongs to neither half, and counts with the one of the larger variance
        half[middle] = -1
    low, high = _variance(squares, degrees, half, 0), _variance(squares, degrees, half, 1)
    if len(widths) % 2:
        half[middle] = 0 if low > high else 1
    halves = tuple(
        (_variance(squares, degrees, half, k), float(sum(d for d, h in zip(degrees, half, strict=True) if h == k)))
        for k in (0, 1)
    )
    variance = sum(squares) / sum(degrees)
    return _Pooled(
        power, scaled, factors, tuple(half), halves, variance, float(sum(degrees)), low / high if high else math.inf
    )


def _variance(squares: Sequence[float], degrees: Sequence[int], half: Sequence[int], which: int) -> float:
    total = sum(d for d, h in zip(degrees, half, strict=True) if h == which)
    return sum(s for s, h in zip(squares, half, strict=True) if h == which) / total if total else 0.0


def _refusal(widths: Sequence[int], found: _Pooled, logarithms: bool) -> str | None:
    for n, r in zip(widths, found.residuals, strict=True):
        if float(np.ptp(r)) <= EQUAL * max(1.0, float(np.max(np.abs(r), initial=0.0))):
            return f"all {r.size} samples at width {n} are equal: that is no scatter to judge by"
    if found.power and logarithms and found.variance > LARGEST_FALLING**2:
        return (
            f"the scatter falls with the width, from a standard deviation of {math.sqrt(found.variance):.2g}: too much "
            f"for an average of many terms"
        )
    residuals = found.residuals
    every = np.sort(np.concatenate(list(residuals)))
    if min(r.size for r in residuals) >= AVERAGING:
        skewness = float(np.mean(every**3) / np.mean(every**2) ** 1.5)
        if abs(skewness) > SKEWNESS:
            return f"the scatter has skewness {skewness:.3g}: an average of so few samples is not to be trusted"
        return None
    correlation, bound = normal_scores(every)
    if correlation < bound:
        return (
            f"the scatter does not look normal (normal-score correlation {correlation:.3f}, below {bound:.3f}), and "
            f"{min(r.size for r in residuals)} samples a width do not average it out"
        )
    (low, low_degrees), (high, high_degrees) = found.halves
    ratio = low / high if high else math.inf
    tail = min(special.fdtr(low_degrees, high_degrees, ratio), special.fdtrc(low_degrees, high_degrees, ratio))
    if tail < 0.05:
        return (
            f"the scatter is neither the same at small and large widths nor falls as an average's does (variances in a "
            f"ratio of {ratio:.3g})"
        )
    return None


def normal_scores(ordered: Array) -> tuple[float, float]:
    """The correlation of sorted residuals with normal scores, and its 10 % point (Ryan and Joiner, 1976)."""
    n = ordered.size
    scores = special.ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    size = float(ordered @ ordered)
    correlation = float(ordered @ scores) / math.sqrt(size * float(scores @ scores)) if size else 0.0
    return correlation, 1.0071 - 0.1371 / math.sqrt(n) - 0.3682 / n + 0.7780 / n**2
