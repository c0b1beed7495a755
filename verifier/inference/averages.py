"""Claims about E X itself: a limit value, or agreement with an exact finite-width moment.

Averages of products of Gaussians are far from normal at any affordable sample size, and a normal interval for
them errs on the low side. So each of these claims is *refused* (inconclusive, with the reason) unless the
samples can carry it: S ≥ k(level) skew², and the ten largest samples carry at most 5 % of Σ|X|. Trimming or a
median of means would not help: both are biased on skewed laws. The exact symbolic route is always better.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from verifier.inference.exponents import DEFAULT_ALLOWANCE, contrast, t_quantile
from verifier.inference.gates import (
    DEFAULT_ALPHA,
    LOOKS,
    MIN_WIDTHS,
    Decision,
    check_settings,
    replace_verdict,
)
from verifier.inference.samples import Moments, check_width
from verifier.verdict import NumericStatus

Array = npt.NDArray[np.float64]
Values = Mapping[int, npt.ArrayLike] | Iterable[tuple[int, npt.ArrayLike]]

#: Largest part of Σ|X| that the ten largest samples may carry.
LARGEST_SHARE = 0.05
#: S ≥ k skew² keeps the error of a normal interval near its level: (level, k), simulated down to 1e-3.
CLT_RULE = ((0.05, 30.0), (1e-3, 250.0), (1e-8, 2e4))


@dataclass(frozen=True)
class Average:
    """A sample mean with what decides whether a normal interval for it can be believed."""

    mean: float
    variance: float
    skewness: float
    largest_share: float
    count: int

    def refusal(self, level: float) -> tuple[str, int | None] | None:
        """Why a mean at this level is not supported, and how many samples would do; None if it is."""
        needed = math.ceil(clt_factor(level) * self.skewness**2)
        if self.largest_share > LARGEST_SHARE:
            share = f"the ten largest samples carry {self.largest_share:.1%} of the sum (at most 5% is trusted)"
            # The share falls about like 1/S for light tails; heavier tails need more than this.
            return share, max(needed, math.ceil(self.count * self.largest_share / LARGEST_SHARE))
        if self.count < needed:
            return f"skewness {self.skewness:.3g} needs {needed} samples at level {level:.1g}", needed
        return None


def clt_factor(level: float) -> float:
    """k in S ≥ k skew², log-linear between the levels of :data:`CLT_RULE` (below 1e-3: theory)."""
    x = [-math.log10(a) for a, _ in CLT_RULE]
    y = [math.log10(k) for _, k in CLT_RULE]
    at = -math.log10(level)
    if at <= x[0]:
        return CLT_RULE[0][1]
    j = 0 if at < x[1] else 1
    slope = (y[j + 1] - y[j]) / (x[j + 1] - x[j])
    return 10 ** (y[j] + slope * (at - x[j]))


def average(values: Array) -> Average:
    """The mean of ``values`` and its support; order-independent."""
    size = np.sort(np.abs(values))
    total = math.fsum(size.tolist())
    count = values.size
    mean = math.fsum(values.tolist()) / count
    centred = values - mean
    # Differences at the level of rounding are those of a constant.
    scale = float(np.max(np.abs(centred), initial=0.0))
    if scale <= 1e-14 * abs(mean):
        return Average(mean, 0.0, 0.0, 0.0, count)
    unit = np.sort(centred / scale)
    second = math.fsum(np.square(unit).tolist()) / count
    third = math.fsum((unit**3).tolist()) / count
    variance = second * scale**2 * count / (count - 1) if count > 1 else math.nan
    share = math.fsum(size[-10:].tolist()) / total if total else 0.0
    return Average(mean, variance, third / second**1.5, share, count)


def decide_limit(
    samples: Values,
    claimed: float,
    *,
    margin: float,
    alpha: float = DEFAULT_ALPHA,
    allowance: float = DEFAULT_ALLOWANCE,
    looks: int = LOOKS,
    look: int = 1,
) -> Decision:
    """Decide lim E X_n = claimed, from the intercept of E X_n = mu + c/n by weighted least squares.

    ``margin`` is absolute, in the units of X. What the fit leaves out is allowed for: d/n² with
    |d| ≤ C²/2 · max|E X_n|. (The exponent of X - mu would miss errors of a fifth of mu; this does not.)
    Needs four widths. Raises ValueError for bad widths or settings.
    """
    check_settings(alpha, margin, looks, look, allowance)
    base, averages = _begin(samples, "lim E X", claimed, margin, alpha, looks, look, MIN_WIDTHS, allowance)
    if averages is None:
        return base
    level = alpha / looks
    stopped = _refused(base, averages, level)
    if stopped is not None:
        return stopped
    n = np.array(base.widths, dtype=np.float64)
    variance = np.array([a.variance / a.count for a in averages])
    top = float(variance.max())
    # A floor keeps a width that shows no variance from taking all the weight.
    root = 1 / np.sqrt(np.maximum(variance, 1e-6 * top)) if top > 0 else np.ones_like(n)
    design = np.stack([np.ones_like(n), n.min() / n], axis=1)
    weights = np.linalg.pinv(root[:, None] * design)[0] * root
    moments = [Moments(a.mean, a.variance, a.count) for a in averages]
    slack = allowance**2 / 2 * max(abs(a.mean) for a in averages) * abs(float(weights @ n**-2))
    estimate = replace(contrast(weights, moments, slack), value=float(weights @ [a.mean for a in averages]))
    low, high = estimate.interval(level)
    base = replace(
        base, estimate=estimate.value, low=low, high=high, standard_error=estimate.standard_error, bias=slack
    )
    return _judge(base, low, high, claimed, margin)


def decide_polynomial(
    samples: Values,
    expected: Mapping[int, float] | Callable[[int], float],
    *,
    alpha: float = DEFAULT_ALPHA,
    margin: float = 0.05,
    looks: int = LOOKS,
    look: int = 1,
) -> Decision:
    """Decide E X_n = expected(n) at every sampled width, ``expected`` exact (a polynomial in 1/n, say).

    A t interval at each width, Bonferroni over the widths: one that excludes its value contradicts; all
    inside expected · (1 ± margin) is consistent (where the expected value is 0, ± margin · E|X|). The
    decision's numbers are ratios to the expected value at the width that is furthest off, or differences in
    units of E|X| there. One width suffices. Raises ValueError if an expected value is missing or not finite.
    """
    check_settings(alpha, margin, looks, look, 0.0)
    base, averages = _begin(samples, "E X / expected", 1.0, margin, alpha, looks, look, 1, 0.0)
    if averages is None:
        return base
    level = alpha / looks / len(averages)
    stopped = _refused(base, averages, level)
    if stopped is not None:
        return stopped
    rows = []
    arrays = dict(_pairs(samples))
    for n, a in zip(base.widths, averages, strict=True):
        value = _expected(expected, n)
        scale = abs(value) if value else float(np.mean(np.abs(np.asarray(arrays[n], dtype=np.float64))))
        scale = scale or 1.0
        error = math.sqrt(a.variance / a.count) if a.count > 1 else math.inf
        half = t_quantile(level / 2, max(a.count - 1, 1)) * error / scale
        # A variance of zero still leaves the rounding of the samples themselves.
        half += 1e-12
        centre = 1.0 + (a.mean - value) / scale
        rows.append((abs(centre - 1.0) / half, n, centre, half, error / scale))
    _, n, centre, half, error = max(rows)
    base = replace(base, estimate=centre, low=centre - half, high=centre + half, standard_error=error)
    if abs(centre - 1.0) > half:
        reason = f"at width {n} E X / expected lies in [{centre - half:.5f}, {centre + half:.5f}], without 1"
        return replace_verdict(base, NumericStatus.CONTRADICTED, reason)
    widest = max(abs(c - 1.0) + h for _, _, c, h, _ in rows)
    if widest < margin:
        reason = f"E X / expected lies in 1 ± {widest:.5f} at every width"
        return replace_verdict(base, NumericStatus.CONSISTENT, reason)
    needed = math.ceil(base.samples * max(2.0, 1.5 * (max(r[3] for r in rows) / margin) ** 2))
    reason = f"E X / expected lies in 1 ± {widest:.5f}, not within the margin {margin:g}"
    return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed)


def _judge(base: Decision, low: float, high: float, claimed: float, margin: float) -> Decision:
    interval = f"[{low:.6g}, {high:.6g}]"
    if not low <= claimed <= high:
        reason = f"the {base.quantity} lies in {interval}, without {claimed:g}"
        return replace_verdict(base, NumericStatus.CONTRADICTED, reason)
    if claimed - margin < low and high < claimed + margin:
        reason = f"the {base.quantity} lies in {interval}, inside {claimed:g} ± {margin:g}"
        return replace_verdict(base, NumericStatus.CONSISTENT, reason)
    reason = f"the {base.quantity} lies in {interval}, not inside {claimed:g} ± {margin:g}"
    half = (high - low) / 2 - base.bias
    room = margin - 2 * base.bias
    if room <= 0:
        more = f"{reason}; the bias allowance {base.bias:.3g} leaves no room: use larger widths"
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, more)
    needed = math.ceil(base.samples * max(2.0, 1.5 * (half / room) ** 2))
    return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed)


def _refused(base: Decision, averages: list[Average], level: float) -> Decision | None:
    for n, a in zip(base.widths, averages, strict=True):
        refusal = a.refusal(level)
        if refusal is not None:
            why, needed = refusal
            reason = f"refused: at width {n} {why}"
            return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed)
    return None


def _begin(
    samples: Values,
    quantity: str,
    claimed: float,
    margin: float,
    alpha: float,
    looks: int,
    look: int,
    min_widths: int,
    allowance: float,
) -> tuple[Decision, list[Average] | None]:
    if not math.isfinite(claimed):
        raise ValueError(f"the claimed value is {claimed}; it must be finite")
    arrays = _pairs(samples)
    widths = tuple(n for n, _ in arrays)
    counts = tuple(int(x.size) for _, x in arrays)
    total = sum(counts)
    zeros = sum(int(np.count_nonzero(x == 0)) for _, x in arrays) / total if total else math.nan
    base = Decision(
        NumericStatus.INVALID, "", quantity, claimed, alpha, margin, widths, counts, zeros,
        allowance=allowance, look=look, looks=looks,
    )  # fmt: skip
    if not total:
        return replace_verdict(base, NumericStatus.UNTESTED, "nothing was sampled"), None
    problem: str | None = None
    for n, x in arrays:
        broken = int(np.count_nonzero(~np.isfinite(x)))
        if broken:
            problem = problem or f"{broken} of {x.size} samples at width {n} are NaN or infinite"
        elif x.size < 2:
            problem = problem or f"{x.size} samples at width {n}; at least 2 are needed"
    if problem is None and len(widths) < min_widths:
        problem = f"{len(widths)} widths; at least {min_widths} are needed"
    if problem is not None:
        return replace_verdict(base, NumericStatus.INVALID, problem), None
    return base, [average(x) for _, x in arrays]


def _pairs(samples: Values) -> list[tuple[int, Array]]:
    pairs = list(samples.items() if isinstance(samples, Mapping) else samples)
    found: dict[int, Array] = {}
    for width, values in pairs:
        n = check_width(width)
        if n in found:
            raise ValueError(f"width {n} occurs twice: merge its samples first")
        x = np.asarray(values, dtype=np.float64)
        if x.ndim != 1:
            raise ValueError(f"samples must be a one-dimensional array, not one of shape {x.shape}")
        found[n] = x
    return sorted(found.items())


def _expected(expected: Mapping[int, float] | Callable[[int], float], width: int) -> float:
    if isinstance(expected, Mapping):
        if width not in expected:
            raise ValueError(f"no expected value for width {width}; there is one for {sorted(expected)}")
        value = float(expected[width])
    else:
        value = float(expected(width))
    if not math.isfinite(value):
        raise ValueError(f"the expected value at width {width} is {value}; it must be finite")
    return value
