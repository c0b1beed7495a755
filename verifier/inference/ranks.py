"""The exponent from ranks: an interval for the slope of log|X| in log n that needs no law, only the same one.

Where log|X_n| = a + p log n + log(1 + x_n) + noise with noise of one law at all widths, all orders of the residuals at
the true p and x are equally probable.  So the statistic of Wilcoxon scores (Adichie, 1967; Sen, 1968),

    T(p) = Σ (log n_j - log n_i) sign(p_ij - p),    p_ij the slopes between samples of two widths n_i < n_j,

is symmetric around 0 with variance N (N + 1) Σ (log n - mean)² / 3 and tails below the normal ones, whatever the law.
It falls in p, so that the p that it does not reject are an interval between two weighted quantiles of the slopes.

Corrections x_n = s (C/n)^q, |s| <= 1, move T in one direction in s: the interval from s = -1 to s = 1 covers them all.

Of normal noise the interval is as short as a t interval but for 2 %, of log|G| shorter by a fifth, and it is one of
heavy and skewed noise.  What is assumed, one law, is tested: the sizes of the residuals must not differ by width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import special

from verifier.inference.corrections import LARGEST, Fit, Profile, relative
from verifier.inference.dependence import centred_ranks
from verifier.inference.diagnostics import Diagnostic
from verifier.inference.exponents import Estimate, columns, t_quantile

Array = npt.NDArray[np.float64]

#: Fewest samples a width whose sizes can be compared between widths.
FEWEST = 5
#: The level below which residuals are not taken to be of one law.
ONE_LAW = 0.1
#: The part of an error rate that the interval may use, as one that is tried after others.
SHARE = 0.25


def slope_interval(widths: Sequence[int], logs: Sequence[Array], tail: float) -> tuple[float, float, float]:
    """(low, middle, high) of the slope of ``logs`` in log n; each end is passed with probability at most ``tail``.

    ``logs`` holds an array for each width.  Infinite ends where the samples are too few for the level.
    """
    x = np.log(np.asarray(widths, dtype=np.float64))
    slopes, weights = [], []
    for j in range(1, len(logs)):
        for i in range(j):
            rise = np.subtract.outer(logs[j], logs[i]).ravel()
            slopes.append(rise / (x[j] - x[i]))
            weights.append(np.full(rise.size, x[j] - x[i]))
    slope = np.concatenate(slopes)
    order = np.argsort(slope)
    slope, below = slope[order], np.cumsum(np.concatenate(weights)[order])
    total = float(below[-1])
    every = np.repeat(x, [y.size for y in logs])
    count = every.size
    deviation = math.sqrt(count * (count + 1) * float(np.square(every - every.mean()).sum()) / 3)
    least = -float(special.ndtri(tail)) * deviation  # |T| from here on is rejected
    middle = float(slope[np.searchsorted(below, total / 2)])
    if least >= total:
        return -math.inf, middle, math.inf
    # T(p) = total - 2 (weight of slopes below p).
    low, high = (float(slope[np.searchsorted(below, (total + sign * least) / 2)]) for sign in (-1, 1))
    return low, middle, high


def of_one_law(logs: Sequence[Array]) -> bool:
    """Whether the sizes of residuals around the median of their width are alike at all widths, as far as it shows.

    Kruskal and Wallis's test of the sizes, and Spearman's of a trend in them, each at a half of :data:`ONE_LAW`.
    """
    sizes = [np.abs(y - np.median(y)) for y in logs]
    ranks = centred_ranks(np.concatenate(sizes))
    place = centred_ranks(np.repeat(np.arange(float(len(sizes))), [s.size for s in sizes]))
    spread = math.sqrt(float(ranks @ ranks) * float(place @ place))
    if not spread:
        return False
    trend = abs(float(ranks @ place)) / spread * math.sqrt(ranks.size - 1)
    return trend <= t_quantile(ONE_LAW / 4, math.inf) and kruskal(sizes) <= special.chdtri(len(sizes) - 1, ONE_LAW / 2)


def kruskal(groups: Sequence[Array]) -> float:
    """Kruskal and Wallis's statistic, with ties; about chi-squared of one degree less than there are groups."""
    ranks = centred_ranks(np.concatenate(groups))
    spread = float(ranks @ ranks)
    ends = np.cumsum([g.size for g in groups])
    between = math.fsum(float(part.sum()) ** 2 / part.size for part in np.split(ranks, ends[:-1]))
    return (ranks.size - 1) * between / spread if spread else 0.0


def rank_profile(
    widths: Sequence[int],
    logs: Sequence[Array],
    level: float,
    powers: Sequence[float],
    allowance: float,
    *,
    tested: bool = True,
) -> Profile | None:
    """The models ``powers`` of corrections, each with its interval from ranks; None where that is no finite one.

    An estimate's standard error is the one that its interval would have if it were normal.  With ``tested`` each model
    is held against the data at a third of ``level``.
    """
    fits = []
    tail = SHARE * level / 2
    z = t_quantile(tail, math.inf)
    plain = slope_interval(widths, logs, tail)
    for q in dict.fromkeys(powers):
        x = relative(widths, q, allowance)
        if float(x.max()) >= LARGEST:
            return None  # below a crossover width nothing is known, not even of one sign
        low, _, _ = slope_interval(widths, _less(logs, np.log1p(-x)), tail)
        _, _, high = slope_interval(widths, _less(logs, np.log1p(x)), tail)
        if not math.isfinite(high - low):
            return None
        error = (plain[2] - plain[0]) / 2 / z
        estimate = Estimate((low + high) / 2, error, math.inf, (high - low) / 2 - z * error, SHARE)
        fits.append(Fit(q, 0.0, estimate, (_lack_of_fit(widths, logs, x, level / 3),) if tested else ()))
    return Profile(tuple(fits), level, (0.0,))


def _lack_of_fit(widths: Sequence[int], logs: Sequence[Array], x: Array, level: float) -> Diagnostic:
    """Kruskal and Wallis's statistic of the residuals, with the correction that fits the medians best."""
    moved = _less(logs, np.log1p(_closest(widths, logs, x) * x))
    _, slope, _ = slope_interval(widths, moved, 0.25)
    residuals = [y - slope * math.log(n) for n, y in zip(widths, moved, strict=True)]
    return Diagnostic("lack of fit (ranks)", kruskal(residuals), float(special.chdtri(len(widths) - 2, level)))


def _closest(widths: Sequence[int], logs: Sequence[Array], x: Array) -> float:
    """s in [-1, 1] for which the medians of ``logs`` less log(1 + s x) are closest to a line, to five digits."""
    medians = np.array([np.median(y) for y in logs])
    basis = np.linalg.qr(columns(widths, None))[0]
    low, high = -1.0, 1.0
    for _ in range(5):
        tried = np.linspace(low, high, 21)
        left = medians - np.log1p(tried[:, None] * x)
        left = left - left.mean(axis=1, keepdims=True)
        left = left - (left @ basis) @ basis.T
        best = float(tried[np.argmin(np.square(left).sum(axis=1))])
        step = (high - low) / 20
        low, high = max(-1.0, best - step), min(1.0, best + step)
    return best


def _less(logs: Sequence[Array], shift: Array) -> list[Array]:
    return [y - d for y, d in zip(logs, shift.tolist(), strict=True)]
