"""The exponent of X_n ~ n^p as a fixed linear contrast of per-width means of log|X|.

    p̂ = Σ_k w_k mean(log|X_{n_k}|),     w = the log n row of pinv([1, log n (, 1/n)])

The weights depend on the widths alone, so p̂ is exactly linear in the data: unbiased whenever
log a_n = a + p log n (+ c/n), at any sample size and for any law with a finite log moment. Its variance is
Σ w_k² s_k²/N_k with Welch-Satterthwaite degrees of freedom. What the fit leaves out is allowed for, not
ignored: the *honest* interval is the t interval widened by

    B = C |Σ w_k/n_k|                 (no 1/n column: log a_n = a + p log n + c/n, |c| ≤ C),
    B = C²/2 |Σ w_k/n_k²|             (1/n column: the next term of log(1 + c/n), |c| ≤ C).

A second functional, log L_{1/2} = 2 log E|X|^(1/2), is fitted in the same way. The two break on opposite
sides: log-means on near-zeros, L_{1/2} on rare huge values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import special

from verifier.inference.controls import MEAN_LOG_NORMAL, log_normal_moment
from verifier.inference.samples import LogSample, Moments

__all__ = [
    "DEFAULT_ALLOWANCE",
    "DEFAULT_WIDTHS",
    "MEAN_LOG_NORMAL",
    "Estimate",
    "bias_allowance",
    "columns",
    "contrast",
    "correction_coefficient",
    "log_half_exponent",
    "log_mean_exponent",
    "log_normal_moment",
    "presence_exponent",
    "slope_weights",
]

Array = npt.NDArray[np.float64]

#: C: the largest |c| in log a_n = a + p log n + c/n that an interval allows for.
DEFAULT_ALLOWANCE = 10.0
#: Six widths with jittered ratios and mixed parity: a grid of equal ratios is blind to log-periodic factors.
DEFAULT_WIDTHS = (128, 413, 1150, 4690, 20011, 131071)


@dataclass(frozen=True)
class Estimate:
    """A linear contrast: value, standard error, Welch-Satterthwaite degrees of freedom, bias allowance."""

    value: float
    standard_error: float
    degrees: float
    allowance: float

    def interval(self, alpha: float) -> tuple[float, float]:
        """The honest two-sided interval: level 1 - alpha whenever the bias is within the allowance."""
        half = t_quantile(alpha / 2, self.degrees) * self.standard_error + self.allowance
        return self.value - half, self.value + half


def t_quantile(tail: float, degrees: float) -> float:
    """The t quantile with upper tail probability ``tail`` (normal for infinite degrees)."""
    if not 0 < tail < 0.5:
        raise ValueError(f"a tail probability must lie in (0, 1/2), not {tail}")
    if math.isinf(degrees) or degrees > 1e9:
        return float(-special.ndtri(tail))
    return float(-special.stdtrit(degrees, tail))


def columns(widths: Sequence[int], correction: bool) -> Array:
    """The design [1, log n (, 1/n)], columns scaled to order one; shape (widths, 2 or 3)."""
    n = np.asarray(widths, dtype=np.float64)
    log_n = np.log(n)
    design = [np.ones_like(n), log_n - log_n.mean()]
    if correction:
        design.append(n.min() / n)
    return np.stack(design, axis=1)


def slope_weights(widths: Sequence[int], correction: bool = False) -> Array:
    """The weights w of the exponent: Σw = 0, Σ w log n = 1 and, with ``correction``, Σ w/n = 0.

    Raises ValueError when there are fewer distinct widths than columns.
    """
    needed = 3 if correction else 2
    if len(set(widths)) != len(widths):
        raise ValueError(f"widths {list(widths)} repeat; they must be distinct")
    if len(widths) < needed:
        raise ValueError(f"{len(widths)} widths cannot fix the exponent; at least {needed} are needed")
    return _fit(tuple(widths), correction)[1]


@lru_cache(maxsize=256)
def _fit(widths: tuple[int, ...], correction: bool) -> Array:
    """The weights of all coefficients of the fit; shape (2 or 3, widths). Shared, so it cannot be written to."""
    weights = np.asarray(np.linalg.pinv(columns(widths, correction)), dtype=np.float64)
    weights.setflags(write=False)
    return weights


def bias_allowance(
    widths: Sequence[int], weights: Array, allowance: float = DEFAULT_ALLOWANCE, correction: bool = False
) -> float:
    """The worst bias of Σ w log a_n under log a_n = a + p log n + log(1 + c/n), |c| ≤ ``allowance``."""
    n = np.asarray(widths, dtype=np.float64)
    if correction:
        return float(allowance**2 / 2 * abs(weights @ n**-2.0))
    return float(allowance * abs(weights @ (1 / n)))


def contrast(weights: Array, moments: Sequence[Moments], allowance: float = 0.0) -> Estimate:
    """Σ w_k value_k with variance Σ w_k² v_k/N_k and Welch-Satterthwaite degrees of freedom."""
    w = np.asarray(weights, dtype=np.float64)
    counts = np.array([m.count for m in moments], dtype=np.float64)
    values = np.array([m.value for m in moments])
    # Centring first keeps the digits when log|X| is large and the widths' values are close.
    shift = float(values.mean())
    value = float(w @ (values - shift)) + shift * float(w.sum() if abs(w.sum()) > 1e-9 else 0.0)
    parts = w**2 * np.array([m.variance for m in moments]) / counts
    total = float(parts.sum())
    spread = float((parts**2 / (counts - 1)).sum()) if np.all(counts > 1) else math.nan
    degrees = total**2 / spread if spread > 0 else math.inf
    return Estimate(value, math.sqrt(total), degrees, allowance)


def log_mean_exponent(
    widths: Sequence[int],
    samples: Sequence[LogSample],
    *,
    correction: bool = False,
    allowance: float = DEFAULT_ALLOWANCE,
) -> Estimate:
    """The exponent of exp E[log|X| | X ≠ 0]: the primary estimate."""
    return _exponent(widths, [s.log_mean() for s in samples], correction, allowance)


def log_half_exponent(
    widths: Sequence[int],
    samples: Sequence[LogSample],
    *,
    correction: bool = False,
    allowance: float = DEFAULT_ALLOWANCE,
) -> Estimate:
    """The exponent of L_{1/2} = E[|X|^(1/2) | X ≠ 0]²: the second functional."""
    return _exponent(widths, [s.log_half() for s in samples], correction, allowance)


def presence_exponent(
    widths: Sequence[int],
    samples: Sequence[LogSample],
    *,
    correction: bool = False,
    allowance: float = DEFAULT_ALLOWANCE,
) -> Estimate:
    """The exponent of P(X ≠ 0): zero if the law does not run off into an atom at zero."""
    return _exponent(widths, [_presence(s) for s in samples], correction, allowance)


def correction_coefficient(widths: Sequence[int], moments: Sequence[Moments]) -> float:
    """ĉ of log a_n = a + p log n + c/n (needs three widths)."""
    values = np.array([m.value for m in moments])
    return float(_fit(tuple(widths), True)[2] @ (values - values.mean())) * min(widths)


def _exponent(widths: Sequence[int], moments: Sequence[Moments], correction: bool, allowance: float) -> Estimate:
    weights = slope_weights(widths, correction)
    return contrast(weights, moments, bias_allowance(widths, weights, allowance, correction))


def _presence(sample: LogSample) -> Moments:
    q = sample.nonzeros / sample.count
    return Moments(math.log(q), (1 - q) / q, sample.count)
