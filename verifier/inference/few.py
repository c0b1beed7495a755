"""Few seeds: 3 to 127 samples a width, a scatter that all widths share, and a verdict of less weight.

With so few samples the scatter of each width is hardly known; that of all widths together is.  The residuals of log|X|
(or of X, where a mean is claimed) around the mean of their width are pooled, and once more in two halves, small widths
and large ones, and the wider of the two t intervals is taken at half of the level: a scatter that falls with the width
is what quantities that concentrate have.  That stands on residuals that look normal, so it is refused where they do
not: where the correlation of their normal-score plot is below its 10 % point, where the two halves have variances
that differ at 10 %, where a sample is zero, and where all samples of a width are equal.  From 32 samples a width the
average needs no normal scatter.

Where widths have no scatter in common, as when it falls from the first to the last by a factor of five, each width's
own is taken, with a t interval of as few degrees of freedom as the smallest width has alone; residuals divided by the
scatter of their width must look normal then.

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

from verifier.inference.samples import Moments, Pool

Array = npt.NDArray[np.float64]

MARK = "few seeds"
#: Fewest samples a width from which a scatter is taken, and from which its shape matters less.
FEWEST, AVERAGING = 3, 32
#: The deepest level at which the error rates were counted.
LOWEST_LEVEL = 1e-3
#: The largest skewness of residuals that averages over 32 or more samples make harmless.
SKEWNESS = 3.0


@dataclass(frozen=True)
class Scatter:
    """Pooled moments of each width; ``refusal`` says why no interval should be believed, if so."""

    moments: tuple[Moments, ...]
    refusal: str | None


def scatter(widths: Sequence[int], values: Sequence[Array]) -> Scatter:
    """Means by width with a common scatter, from arrays of log|X| or of X (any sizes from 1)."""
    counts = [int(v.size) for v in values]
    means = [math.fsum(v.tolist()) / v.size for v in values]
    if min(counts) < FEWEST:
        where = widths[counts.index(min(counts))]
        plural = "s" if min(counts) > 1 else ""
        reason = f"{min(counts)} sample{plural} at width {where}: below {FEWEST} the scatter is not known"
        return Scatter(tuple(Moments(m, math.nan, c) for m, c in zip(means, counts, strict=True)), reason)
    residuals = [v - m for v, m in zip(values, means, strict=True)]
    squares = [math.fsum(np.square(r).tolist()) for r in residuals]
    degrees = [c - 1 for c in counts]
    half = [0] * (len(widths) // 2) + [1] * (len(widths) - len(widths) // 2)
    if len(widths) % 2:  # the middle width belongs to neither half, and counts with the one of the larger variance
        low, high = _variance(squares, degrees, half, 0), _variance(squares, degrees, half, 1)
        half[len(widths) // 2] = 0 if low > high else 1
    variance = sum(squares) / sum(degrees)
    halves = tuple(
        (_variance(squares, degrees, half, k), float(sum(d for d, h in zip(degrees, half, strict=True) if h == k)))
        for k in (0, 1)
    )
    moments = tuple(
        Moments(m, variance, c, Pool(float(sum(degrees)), halves, h))
        for m, c, h in zip(means, counts, half, strict=True)
    )
    refusal = _refusal(widths, residuals, squares, halves)
    own = None if refusal is None else _own(counts, means, residuals, squares)
    return own or Scatter(moments, refusal)


def _own(
    counts: Sequence[int], means: Sequence[float], residuals: Sequence[Array], squares: Sequence[float]
) -> Scatter | None:
    """Each width's own scatter, where they have none in common; None where even that does not look normal.

    The t interval has the degrees of the smallest width alone, which is short of no interval of unequal variances.
    """
    fewest = min(counts)
    if fewest >= AVERAGING or min(squares) <= 0:
        return None
    variances = [s / (c - 1) for s, c in zip(squares, counts, strict=True)]
    standard = np.sort(np.concatenate([r / math.sqrt(v) for r, v in zip(residuals, variances, strict=True)]))
    correlation, bound = normal_scores(standard)
    if correlation < bound:
        return None
    pool = Pool(float(fewest - 1), (), 0)
    moments = tuple(Moments(m, v, c, pool) for m, v, c in zip(means, variances, counts, strict=True))
    return Scatter(moments, None)


def _variance(squares: Sequence[float], degrees: Sequence[int], half: Sequence[int], which: int) -> float:
    total = sum(d for d, h in zip(degrees, half, strict=True) if h == which)
    return sum(s for s, h in zip(squares, half, strict=True) if h == which) / total if total else 0.0


def _refusal(
    widths: Sequence[int], residuals: Sequence[Array], squares: Sequence[float], halves: Sequence[tuple[float, float]]
) -> str | None:
    for n, r, s in zip(widths, residuals, squares, strict=True):
        if s <= 1e-24 * r.size * max(1.0, float(np.max(np.abs(r), initial=0.0))):
            return f"all {r.size} samples at width {n} are equal: that is no scatter to judge by"
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
    (low, low_degrees), (high, high_degrees) = halves
    ratio = low / high if high else math.inf
    tail = min(special.fdtr(low_degrees, high_degrees, ratio), special.fdtrc(low_degrees, high_degrees, ratio))
    if tail < 0.05:
        return (
            f"the scatter is not the same at small and large widths (standard deviations {math.sqrt(low):.3g} and "
            f"{math.sqrt(high):.3g})"
        )
    return None


def normal_scores(ordered: Array) -> tuple[float, float]:
    """The correlation of sorted residuals with normal scores, and its 10 % point (Ryan and Joiner, 1976)."""
    n = ordered.size
    scores = special.ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    size = float(ordered @ ordered)
    correlation = float(ordered @ scores) / math.sqrt(size * float(scores @ scores)) if size else 0.0
    return correlation, 1.0071 - 0.1371 / math.sqrt(n) - 0.3682 / n + 0.7780 / n**2
