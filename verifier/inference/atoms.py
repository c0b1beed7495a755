"""Claims decided by counting: X is identically zero; its signs are fair; its atom at zero has a given size.

All are exact at any sample size: no limit theorem stands behind them.  A probability that is claimed of the limit
alone needs the allowance for corrections that exponents need, as P(X_n = 0) may differ from it by O(1/n).
"""

from __future__ import annotations

import math
from dataclasses import replace

from scipy import special

from verifier.inference.decisions import (
    DEFAULT_ALPHA,
    LOOKS,
    Decision,
    broken,
    replace_verdict,
    zero_fraction,
)
from verifier.inference.gates import zeros_only
from verifier.inference.presence import binomial_interval, zero_bound, zeros_for
from verifier.inference.samples import LogSample, Samples, by_width
from verifier.inference.settings import Settings
from verifier.verdict import NumericStatus

#: The largest P(X ≠ 0) that a claim of X = 0 may leave open: about 128 zeros at 1e-3.
UNSEEN = 0.055
#: A default tolerance is this many units in the last place of the data's scale.
ULPS = 8


def decide_zero(
    samples: Samples, *, alpha: float = DEFAULT_ALPHA, atol: float | None = None, scale: float | None = None
) -> Decision:
    """Decide X_n = 0 for every n: consistent only when every sample is zero, to the tolerance.

    The decision bounds P(X ≠ 0): N zeros and nothing else exclude, at level alpha, every probability above
    1 - alpha^(1/N), and where that is above :data:`UNSEEN` it is inconclusive. ``high`` is the bound at the width with
    the fewest samples. One non-zero sample contradicts, so no allowance for looks is needed in that direction. |X| <=
    ``atol`` counts as zero; by default :data:`ULPS` units in the last place of ``scale``, the size of the numbers that
    X was computed from, or nothing where that is not known. Any number of widths will do. Raises ValueError for
    repeated or non-integer widths and a negative tolerance.
    """
    settings = Settings(alpha, allowance=0.0, looks=1)
    tolerance = atol if atol is not None else ULPS * math.ulp(scale) if scale else 0.0
    if not (tolerance >= 0 and math.isfinite(tolerance)):
        raise ValueError(f"atol is {tolerance}; a tolerance is at least 0 and finite")
    base, stopped, logs = _counting(samples, "P(X ≠ 0)", 0.0, settings)
    if stopped is not None:
        return stopped
    count, nonzeros = sum(s.count for s in logs), sum(s.beyond(tolerance) for s in logs)
    what = f"zero to ±{tolerance:.3g}" if tolerance else "exactly zero"
    base = replace(base, estimate=nonzeros / count, assumption=f"|X| <= {tolerance:.3g} counts as zero")
    if nonzeros:
        where = next(n for n, s in zip(base.widths, logs, strict=True) if s.beyond(tolerance))
        low, high = binomial_interval(nonzeros, count, alpha)
        reason = f"{nonzeros} of {count} samples are not {what.removeprefix('exactly ')}, the first at width {where}"
        return replace_verdict(replace(base, low=low, high=high), NumericStatus.CONTRADICTED, reason)
    bound = zero_bound(min(s.count for s in logs), alpha)
    reason = f"all {count} samples are {what}; P(X ≠ 0) <= {bound:.3g} at each width, at level {alpha:g}"
    base = replace(base, low=0.0, high=bound)
    if bound > UNSEEN:
        needed = zeros_for(UNSEEN, alpha)
        few = replace_verdict(base, NumericStatus.INCONCLUSIVE, f"{reason}: too few to bound a rare event", needed)
        return replace(few, advice=f"{needed} zeros a width bound it by {UNSEEN:g}")
    return replace_verdict(base, NumericStatus.CONSISTENT, reason)


def decide_symmetric(
    samples: Samples,
    *,
    alpha: float = DEFAULT_ALPHA,
    margin: float = 0.125,
    looks: int = LOOKS,
    look: int = 1,
) -> Decision:
    """Decide that X has fair signs: an exact test of P(X > 0 | X ≠ 0) = 1/2.

    This says nothing of the mean: a law with fair signs may have any mean, and one of mean zero unfair signs (see
    :func:`verifier.inference.averages.decide_mean_zero`).  Clopper-Pearson intervals, Bonferroni over the widths: one
    that excludes 1/2 contradicts; all inside 1/2 ± margin is consistent. ``estimate``, ``low``, ``high`` pool the
    widths.
    """
    settings = Settings(alpha, margin, allowance=0.0, looks=looks, look=look)
    base, stopped, logs = _counting(samples, "P(X > 0 | X ≠ 0)", 0.5, settings)
    if stopped is not None:
        return stopped
    nonzeros, positive = sum(s.nonzeros for s in logs), sum(s.positive for s in logs)
    if not nonzeros:
        return zeros_only(base, min(s.count for s in logs))
    level = settings.level
    low, high = binomial_interval(positive, nonzeros, level)
    base = replace(base, estimate=positive / nonzeros, low=low, high=high)
    each = {
        n: binomial_interval(s.positive, s.nonzeros, level / len(logs))
        for n, s in zip(base.widths, logs, strict=True)
        if s.nonzeros
    }
    return _by_intervals(base, each, min(s.nonzeros for s in logs), min(s.nonzeros / s.count for s in logs))


def decide_atom(
    samples: Samples,
    claimed: float,
    *,
    alpha: float = DEFAULT_ALPHA,
    margin: float = 0.05,
    allowance: float = 0.0,
    looks: int = LOOKS,
    look: int = 1,
) -> Decision:
    """Decide P(X_n = 0) = ``claimed`` at every width, by exact binomial intervals, Bonferroni over widths.

    One interval that excludes the claim contradicts; all inside claimed ± margin is consistent.  With an
    ``allowance`` C > 0 the claim is about the limit: |P(X_n = 0) - claimed| <= C/n is granted, each interval is
    widened by that much, and it is the one at the largest width that has to lie inside claimed ± margin.  Raises
    ValueError unless 0 <= claimed <= 1.
    """
    settings = Settings(alpha, margin, allowance=allowance, looks=looks, look=look)
    if not 0 <= claimed <= 1:
        raise ValueError(f"the claimed P(X = 0) is {claimed}; a probability lies in [0, 1]")
    base, stopped, logs = _counting(samples, "P(X = 0)", claimed, settings)
    if stopped is not None:
        return stopped
    level = settings.level
    zeros, count = sum(s.zeros for s in logs), sum(s.count for s in logs)
    low, high = binomial_interval(zeros, count, level)
    base = replace(base, estimate=zeros / count, low=low, high=high)
    each = {n: binomial_interval(s.zeros, s.count, level / len(logs)) for n, s in zip(base.widths, logs, strict=True)}
    return _by_intervals(base, each, min(s.count for s in logs), 1.0)


def _counting(
    samples: Samples, quantity: str, claimed: float, settings: Settings
) -> tuple[Decision, Decision | None, tuple[LogSample, ...]]:
    """A blank decision about ``quantity`` and, if the samples are unusable, the decision that says so."""
    widths, logs = by_width(samples)
    base = settings.blank(quantity, claimed, widths, [s.count for s in logs], zero_fraction(logs))
    if not any(s.count for s in logs):
        return base, replace_verdict(base, NumericStatus.UNTESTED, "nothing was sampled"), logs
    # Underflow to a subnormal number is harmless here: it is still not zero, and keeps its sign.
    problem = broken(widths, logs, 1, underflow=False)
    stopped = None if problem is None else replace_verdict(base, NumericStatus.INVALID, problem)
    return base, stopped, logs


def _by_intervals(base: Decision, each: dict[int, tuple[float, float]], fewest: int, usable: float) -> Decision:
    """The verdict on a probability from its intervals by width; ``usable``: the rarest counted part.

    Without an allowance it is claimed at every width.  With one it is claimed of the limit: C/n is granted to each
    width, and the largest width alone can show agreement.
    """
    for n, (lo, hi) in each.items():
        room = base.allowance / n
        if not lo - room <= base.claimed <= hi + room:
            reason = f"{base.quantity} lies in [{lo:.4f}, {hi:.4f}] at width {n}, without {base.claimed:g}"
            reason += f" ± {room:.2g}, the allowance for corrections" if room else ""
            return replace_verdict(base, NumericStatus.CONTRADICTED, reason)
    shown, where = each, "at every width"
    if base.allowance and each:
        largest = max(each)
        shown, where = {largest: each[largest]}, f"at width {largest}, the allowance for corrections included"
        base = replace(base, bias=base.allowance / largest)
        if base.bias >= base.margin:
            reason = f"the allowance for corrections is {base.bias:.2g} at width {largest}, not below {base.margin:g}"
            return replace_verdict(base, NumericStatus.INCONCLUSIVE, f"{reason}: use larger widths")
    widest = max(max(base.claimed - lo, hi - base.claimed) for lo, hi in shown.values()) + base.bias
    if widest < base.margin and len(each) == len(base.widths):
        reason = f"{base.quantity} lies in {base.claimed:g} ± {widest:.4f} {where}"
        return replace_verdict(base, NumericStatus.CONSISTENT, reason)
    # A binomial interval reaches about z / (2 √N) to each side, a little more for its exactness.
    z = -float(special.ndtri(base.alpha / base.looks / len(each) / 2))
    target = math.ceil(1.5 * (z / (2 * (base.margin - base.bias))) ** 2)
    needed = max(2 * base.samples, math.ceil(target / usable)) if usable > 0 else None
    reason = f"{fewest} counts at a width give {base.claimed:g} ± {widest:.3f}, not within {base.margin:g}"
    return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed)
