"""Orders of moments: E X ~ n^p, Var X ~ n^p, κ₄(X) ~ n^p, and means that come with standard errors.

The order of a moment is another claim than that of X: rare huge values may carry the one and not show in the other.
Each moment is estimated at each width, and the exponent is read off its logarithm, whose variance is that of the
estimator's influence function.  A moment that is not told from zero has no logarithm, and one of a law too skewed for
its samples no interval; either is inconclusive, with the width that is to blame.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Unpack

import numpy as np
import numpy.typing as npt

from verifier.inference.decisions import (
    MIN_NONZERO,
    MIN_WIDTHS,
    Decision,
    replace_verdict,
)
from verifier.inference.evidence import BothFunctionals, describe_profiles, profiles
from verifier.inference.exponents import t_quantile
from verifier.inference.gates import settle
from verifier.inference.means import Average, average
from verifier.inference.presence import Presence
from verifier.inference.samples import Moments, check_width
from verifier.inference.settings import Keywords, Settings
from verifier.verdict import NumericStatus

Array = npt.NDArray[np.float64]

#: A moment must be this many standard errors away from zero before its logarithm is taken.
CLEAR = 8.0


@dataclass(frozen=True)
class Mean:
    """A mean and its standard error, of whatever it is a mean of."""

    value: float
    error: float


@dataclass(frozen=True)
class _Estimate:
    """A moment with the influence of each sample on it."""

    value: float
    influence: Array


def _mean(x: Array) -> _Estimate:
    mean = float(x.mean())
    return _Estimate(mean, x - mean)


def _variance(x: Array) -> _Estimate:
    y = x - x.mean()
    second = float(np.mean(y**2)) * x.size / (x.size - 1)
    return _Estimate(second, y**2 - second)


def _fourth(x: Array) -> _Estimate:
    y = x - x.mean()
    m2, m3, m4 = (float(np.mean(y**k)) for k in (2, 3, 4))
    return _Estimate(m4 - 3 * m2**2, y**4 - m4 - 6 * m2 * (y**2 - m2) - 4 * m3 * y)


#: name -> (what is estimated, how)
MOMENTS: dict[str, tuple[str, Callable[[Array], _Estimate]]] = {
    "mean": ("E X", _mean),
    "variance": ("Var X", _variance),
    "kappa4": ("the fourth cumulant of X", _fourth),
}

#: How a moment scales with X.
DEGREES = {"mean": 1, "variance": 2, "kappa4": 4}


def decide_moment_order(
    samples: Mapping[int, npt.ArrayLike],
    moment: str,
    claimed: float,
    **options: Unpack[Keywords],
) -> Decision:
    """Decide that a moment (a key of :data:`MOMENTS`) is of the exact order n^claimed, from samples by width.

    Needs four widths and 128 samples at each. Raises ValueError for bad widths or settings.
    """
    settings = Settings(**options)
    name, estimate = MOMENTS[moment]
    arrays = sorted((check_width(n), np.asarray(x, dtype=np.float64)) for n, x in samples.items())
    base = settings.blank(f"exponent of {name}", claimed, [n for n, _ in arrays], [int(x.size) for _, x in arrays])
    stopped = _unusable(base, arrays)
    if stopped is not None:
        return stopped
    level = settings.level
    found, signs = [], set()
    for n, x in arrays:
        # Divided by a power of two, so that the powers of values of any size exist.
        power = math.frexp(float(np.abs(x).max()))[1]
        theta = estimate(np.ldexp(x, -power))
        spread = average(theta.influence)
        stopped = _refused(base, n, theta.value, spread, level, name)
        if stopped is not None:
            return stopped
        size = math.log(abs(theta.value)) + DEGREES[moment] * power * math.log(2.0)
        found.append(Moments(size, spread.variance / theta.value**2, x.size))
        signs.add(math.copysign(1.0, theta.value))
    if len(signs) > 1:
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, f"{name} changes its sign between these widths")
    return decide_log_means(base, found, settings)


def decide_means(
    means: Mapping[int, Mean],
    claimed: float,
    **options: Unpack[Keywords],
) -> Decision:
    """Decide that means, given with standard errors, are of the exact order n^claimed; normal intervals, one look.

    Raises ValueError for bad widths or settings, a standard error that is negative, and one that is not finite.
    """
    settings = replace(Settings(**options), looks=1)
    base, ordered = begin_means(means, "exponent of the mean", claimed, settings)
    if base.verdict is not NumericStatus.INVALID or base.reason:
        return base
    for n, m in ordered:
        if not abs(m.value) >= CLEAR * m.error:
            reason = f"the mean at width {n}, {m.value:.4g}, is less than {CLEAR:g} of its standard errors from zero"
            return replace_verdict(base, NumericStatus.INCONCLUSIVE, f"{reason}: it has no exponent")
        if m.error == 0:
            reason = f"the standard error at width {n} is 0, which does not say how far the mean is known"
            return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason)
        if m.value == 0:
            return replace_verdict(base, NumericStatus.INVALID, f"the mean at width {n} is zero: it has no exponent")
    if len({float(np.sign(m.value)) for _, m in ordered}) > 1:
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, "the mean changes its sign between these widths")
    return decide_log_means(
        base, [Moments(math.log(abs(m.value)), (m.error / m.value) ** 2, 1) for _, m in ordered], settings
    )


def begin_means(
    means: Mapping[int, Mean], quantity: str, claimed: float, settings: Settings
) -> tuple[Decision, list[tuple[int, Mean]]]:
    """A blank decision about given means, in order of their widths; with a reason where they cannot be used."""
    ordered = sorted((check_width(n), m) for n, m in means.items())
    for n, m in ordered:
        if not (m.error >= 0 and math.isfinite(m.error)):
            raise ValueError(f"the standard error at width {n} is {m.error}; it is at least 0 and finite")
    base = settings.blank(quantity, claimed, [n for n, _ in ordered], [1] * len(ordered))
    bad = [n for n, m in ordered if not math.isfinite(m.value)]
    if bad:
        return replace_verdict(base, NumericStatus.INVALID, f"the mean at width {bad[0]} is not finite"), ordered
    if len(ordered) < MIN_WIDTHS:
        reason = f"{len(ordered)} widths; at least {MIN_WIDTHS} are needed"
        return replace_verdict(base, NumericStatus.INVALID, reason), ordered
    return base, ordered


def decide_mean_values(
    means: Mapping[int, Mean], expected: Callable[[int], float], quantity: str, *, alpha: float, margin: float
) -> Decision:
    """Decide that given means are ``expected(n)`` at each width: normal intervals, Bonferroni over the widths.

    ``margin`` is relative to what is expected, or to the largest |mean| where that is 0.
    """
    base, ordered = begin_means(means, quantity, 1.0, Settings(alpha, margin, allowance=0.0, looks=1))
    if base.reason and "widths" not in base.reason:
        return base
    z = t_quantile(alpha / 2 / len(ordered), math.inf)
    rows = []
    largest = max(abs(m.value) for _, m in ordered) or 1.0
    for n, m in ordered:
        value = expected(n)
        scale = abs(value) or largest
        rows.append((1 + (m.value - value) / scale, z * m.error / scale + 1e-12, n))
    centre, half, n = max(rows, key=lambda row: abs(row[0] - 1) / row[1])
    base = replace(base, estimate=centre, low=centre - half, high=centre + half, reason="")
    if abs(centre - 1) > half:
        reason = f"at width {n} {quantity} lies in [{centre - half:.5f}, {centre + half:.5f}], without 1"
        return replace_verdict(base, NumericStatus.CONTRADICTED, reason)
    widest = max(abs(c - 1) + h for c, h, _ in rows)
    reason = f"{quantity} lies in 1 ± {widest:.5f} at every width"
    if widest < margin:
        return replace_verdict(base, NumericStatus.CONSISTENT, reason)
    return replace_verdict(base, NumericStatus.INCONCLUSIVE, f"{reason}, not within the margin {margin:g}")


def decide_log_means(base: Decision, moments: Sequence[Moments], settings: Settings) -> Decision:
    """The three-way rule for the exponent of one functional, its logarithms given by width."""
    full, reduced = profiles(base.widths, [moments], settings)
    evidence = BothFunctionals(full, reduced, Presence(0.0, 0.0), settings.level)
    return settle(describe_profiles(base, evidence), evidence)


def _unusable(base: Decision, arrays: Sequence[tuple[int, Array]]) -> Decision | None:
    if not any(x.size for _, x in arrays):
        return replace_verdict(base, NumericStatus.UNTESTED, "nothing was sampled")
    for n, x in arrays:
        broken = int(np.count_nonzero(~np.isfinite(x)))
        if broken:
            reason = f"{broken} of {x.size} samples at width {n} are NaN or infinite"
            return replace_verdict(base, NumericStatus.INVALID, reason)
    if len(arrays) < MIN_WIDTHS:
        reason = f"{len(arrays)} widths; at least {MIN_WIDTHS} are needed"
        return replace_verdict(base, NumericStatus.INVALID, reason)
    if base.samples < MIN_NONZERO:
        reason = f"a width has only {base.samples} samples; {MIN_NONZERO} are needed for a moment"
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, MIN_NONZERO)
    return None


def _refused(base: Decision, n: int, value: float, spread: Average, level: float, name: str) -> Decision | None:
    """Inconclusive where a moment has no logarithm or no interval."""
    if spread.variance == 0:
        reason = f"all samples at width {n} are equal, which does not show how far {name} is known"
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason)
    # The influence has mean zero: the share of its largest values says nothing, its skewness does.
    refusal = replace(spread, largest_share=0.0).refusal(level)
    if refusal is not None:
        why, needed = refusal
        reason = f"refused: of {name} at width {n} the samples' influence has {why}"
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed)
    error = math.sqrt(spread.variance / spread.count)
    if abs(value) < CLEAR * error:
        ratio = max(abs(value) / error, 0.5)
        needed = math.ceil(spread.count * (1.5 * CLEAR / ratio) ** 2)
        reason = f"{name} at width {n}, {value:.4g} ± {error:.2g}, is not told from zero: it has no exponent yet"
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed)
    return None
