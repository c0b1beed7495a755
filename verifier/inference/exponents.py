"""The exponent of X_n ~ n^p as a fixed linear contrast of per-width means of log|X|.

    p̂ = Σ_k w_k mean(log|X_{n_k}|),     w = the log n row of pinv([1, log n (, n^-q)])

The weights depend on the widths alone, so p̂ is exactly linear in the data: unbiased whenever
log a_n = a + p log n (+ c n^-q), at any sample size and for any law with a finite log moment. Its variance is
Σ w_k² s_k²/N_k with Welch-Satterthwaite degrees of freedom. What the fit leaves out is allowed for, not
ignored: the *honest* interval is the t interval widened by the largest bias that the corrections of
:mod:`verifier.inference.corrections` can make.

A second functional, log L_{1/2} = 2 log E|X|^(1/2), is fitted in the same way. The two break on opposite
sides: log-means on near-zeros, L_{1/2} on rare huge values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from scipy import special

from verifier.inference.samples import Moments, Pooled

Array = npt.NDArray[np.float64]

#: C: the largest |c| of the corrections 1 + (c/n)^q that an interval allows for.
DEFAULT_ALLOWANCE = 10.0
#: Six widths with jittered ratios and mixed parity: a grid of equal ratios is blind to log-periodic factors.
DEFAULT_WIDTHS = (128, 413, 1150, 4690, 20011, 131071)


@dataclass(frozen=True)
class Estimate:
    """A linear contrast: value, standard error, Welch-Satterthwaite degrees of freedom, bias allowance.

    ``share`` of the level is used for the interval.
    """

    value: float
    standard_error: float
    degrees: float
    allowance: float
    share: float = 1.0

    def interval(self, alpha: float) -> tuple[float, float]:
        """The honest two-sided interval: level 1 - alpha whenever the bias is within the allowance."""
        half = self.half(alpha)
        return self.value - half, self.value + half

    def half(self, alpha: float) -> float:
        """Half the length of that interval."""
        return t_quantile(self.share * alpha / 2, self.degrees) * self.standard_error + self.allowance


def t_quantile(tail: float, degrees: float) -> float:
    """The t quantile with upper tail probability ``tail`` (normal for infinite degrees)."""
    if not 0 < tail < 0.5:
        raise ValueError(f"a tail probability must lie in (0, 1/2), not {tail}")
    if math.isinf(degrees) or degrees > 1e9:
        return float(-special.ndtri(tail))
    return float(-special.stdtrit(degrees, tail))


def columns(widths: Sequence[int], power: float | None) -> Array:
    """The design [1, log n (, n^-power)], columns scaled to order one; shape (widths, 2 or 3)."""
    n = np.asarray(widths, dtype=np.float64)
    log_n = np.log(n)
    design = [np.ones_like(n), log_n - log_n.mean()]
    if power is not None:
        design.append((n.min() / n) ** power)
    return np.stack(design, axis=1)


def slope_weights(widths: Sequence[int], power: float | None = None) -> Array:
    """The weights w of the exponent: Σw = 0, Σ w log n = 1 and, with a ``power``, Σ w n^-power = 0.

    Raises ValueError when there are fewer distinct widths than columns.
    """
    needed = 2 if power is None else 3
    if len(set(widths)) != len(widths):
        raise ValueError(f"widths {list(widths)} repeat; they must be distinct")
    if len(widths) < needed:
        raise ValueError(f"{len(widths)} widths cannot fix the exponent; at least {needed} are needed")
    return _fit(tuple(widths), power)[1]


@lru_cache(maxsize=256)
def _fit(widths: tuple[int, ...], power: float | None) -> Array:
    """The weights of all coefficients of the fit; shape (2 or 3, widths). Shared, so it cannot be written to."""
    weights = np.asarray(np.linalg.pinv(columns(widths, power)), dtype=np.float64)
    weights.setflags(write=False)
    return weights


def contrast(weights: Array, moments: Sequence[Moments], allowance: float = 0.0) -> Estimate:
    """Σ w_k value_k with variance Σ w_k² v_k/N_k and Welch-Satterthwaite degrees of freedom.

    With a pooled scatter its degrees are those of the pool; where the scatter of two halves, each with its own, gives
    the longer interval, that is taken, and in either case a part of the error rate is used up.
    """
    return contrast_of(weights, MomentColumns.of(moments), allowance)


@dataclass(frozen=True)
class MomentColumns:
    """Moments as columns, for many contrasts of the same ones."""

    values: Array
    variances: Array
    counts: Array
    pools: tuple[Pooled, ...]

    @cached_property
    def centre(self) -> float:
        """The mean of the values."""
        return float(self.values.mean())

    @classmethod
    def of(cls, moments: Sequence[Moments]) -> MomentColumns:
        return cls(
            np.array([m.value for m in moments]),
            np.array([m.variance for m in moments]),
            np.array([m.count for m in moments], dtype=np.float64),
            tuple(m.pool for m in moments if m.pool is not None),
        )


def contrast_of(weights: Array, moments: MomentColumns, allowance: float = 0.0) -> Estimate:
    """:func:`contrast` of moments in columns."""
    w, counts, values = weights, moments.counts, moments.values
    # Centring first keeps the digits when log|X| is large and the widths' values are close.
    shift, sum_of_weights = moments.centre, float(w.sum())
    value = float(w @ (values - shift)) + (shift * sum_of_weights if abs(sum_of_weights) > 1e-9 else 0.0)
    parts = w * w * moments.variances / counts
    total = float(parts.sum())
    if len(moments.pools) == len(values):
        return _pooled(value, total, w**2 / counts, moments.pools, allowance)
    spread = float((parts * parts / (counts - 1)).sum()) if counts.min() > 1 else math.nan
    degrees = total**2 / spread if spread > 0 else math.inf
    return Estimate(value, math.sqrt(total), degrees, allowance)


def _pooled(value: float, total: float, squares: Array, pools: Sequence[Pooled], allowance: float) -> Estimate:
    """The wider of the intervals of a common scatter and of one for each half, at half of the level."""
    if not pools[0].halves:  # each width has its own
        return Estimate(value, math.sqrt(total), pools[0].degrees, allowance, pools[0].share)
    shares = [sum(x * p.factor for x, p in zip(squares.tolist(), pools, strict=True) if p.half == k) for k in (0, 1)]
    parts = [share * variance for share, (variance, _) in zip(shares, pools[0].halves, strict=True)]
    spread = sum(part**2 / d for part, (_, d) in zip(parts, pools[0].halves, strict=True) if d > 0)
    apart = sum(parts)
    choices = [(total, pools[0].degrees), (apart, apart**2 / spread if spread > 0 else math.inf)]
    # At the level that few seeds are used at.
    variance, degrees = max(choices, key=lambda c: t_quantile(2.5e-4, c[1]) * math.sqrt(c[0]))
    return Estimate(value, math.sqrt(variance), degrees, allowance, pools[0].share)


def correction_coefficient(widths: Sequence[int], moments: Sequence[Moments]) -> float:
    """ĉ of log a_n = a + p log n + c/n (needs three widths)."""
    values = np.array([m.value for m in moments])
    return float(_fit(tuple(widths), 1.0)[2] @ (values - values.mean())) * min(widths)
