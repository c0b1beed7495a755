"""Claims about scale that reduce to the exponent contrast: upper bounds, limits in probability, variances.

    X_n = O(n^s)              the exponent of |X| is at most s, or P(X ≠ 0) → 0
    X_n → 0                   the exponent of |X| is negative, or that of P(X ≠ 0) is
    X_n → a constant          the same of |X - X'|, X' an independent copy
    Var X_n ~ n^v             the exponent of |X - X'| is v/2

X - X' is taken over disjoint pairs, so its samples are independent. These are statements about the law:
Var X itself may scale differently when rare huge values carry it.  Exponents are read off the samples that are not
zero, so each claim begins with P(X ≠ 0): what vanishes tends to zero whatever its size, and what is rare is not seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

from verifier.inference.decisions import (
    Decision,
    replace_verdict,
    unusable,
)
from verifier.inference.diagnostics import curvature
from verifier.inference.evidence import BothFunctionals
from verifier.inference.exponents import columns
from verifier.inference.gates import decide_order, examine, misfit, scarce, start, with_budget, zeros_only
from verifier.inference.presence import presence
from verifier.inference.samples import LogSample, Samples
from verifier.inference.settings import Keywords, Settings
from verifier.verdict import NumericStatus

#: X → a constant passes when its fluctuation surely falls faster than n^-1/8.
SLOWEST_DECAY = -0.125


def decide_upper(
    samples: Samples,
    claimed: float,
    **options: Unpack[Keywords],
) -> Decision:
    """Decide X_n = O(n^claimed) in probability.

    Contradicted when both functionals' intervals lie above the claim, on all widths and without the smallest
    two, and reach beyond the margin, while P(X ≠ 0) surely does not vanish; consistent when both end below
    claimed + margin, neither excludes the claim, and the exponent is not seen to grow; or when P(X ≠ 0) surely
    vanishes. Samples that are all zero satisfy every upper bound if they bound P(X ≠ 0) by :data:`RARE`.
    Raises ValueError as :func:`decide_order`.
    """
    settings = Settings(**options)
    base, logs = start(samples, "exponent", claimed, settings)
    margin = settings.margin
    absent = _absent(base, logs, settings.few)
    if absent is not None:
        return absent
    base, evidence = examine(base, logs, settings)
    if evidence is None:
        return base
    interval = f"[{base.low:+.4f}, {base.high:+.4f}]"
    above = all(low > claimed for low in evidence.lows())
    below = max(evidence.highs()) < claimed + margin
    if evidence.presence.low <= -margin and not below:
        return _perhaps_vanishing(base, evidence, interval)
    bends = _bend(base, logs, evidence)
    if below and bends > 0:
        reason = f"the exponent lies in {interval}, but it grows with the width"
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason)
    # A power that falls with the width stays below a bound that it is below of.
    if (_misfit(evidence) and bends >= 0) or (evidence.misfits and not below):
        return misfit(base, evidence)
    if evidence.all_above(claimed) and not below:
        reason = f"the exponent lies in {interval}, above {claimed:+g}, also without the smallest widths"
        return replace_verdict(base, NumericStatus.CONTRADICTED, reason)
    if below and above:
        reason = f"the exponent lies in {interval}: above {claimed:+g}, but by less than the margin {margin:g}"
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason)
    if below:
        reason = f"the exponent lies in {interval}, below {claimed:+g} + {margin:g}"
        return replace_verdict(base, NumericStatus.CONSISTENT, reason)
    return _undecided(base, evidence, claimed + margin)


def decide_to_zero(
    samples: Samples,
    **options: Unpack[Keywords],
) -> Decision:
    """Decide X_n → 0 in probability, as a power of n.

    Consistent when both functionals' intervals end below zero, or that of P(X ≠ 0) does. Contradicted when that is
    not so and both lie above -margin/2: a slower decay (a loglog, say) cannot be told from none.
    """
    settings = Settings(**options)
    return _decay(*start(samples, "exponent", 0.0, settings), settings, passes=0.0, fails=-settings.margin / 2)


def decide_constant(
    samples: Samples,
    *,
    threshold: float = SLOWEST_DECAY,
    **options: Unpack[Keywords],
) -> Decision:
    """Decide that X_n converges in probability to a constant (which may depend on n).

    ``samples``: arrays of X, or :meth:`LogSample.from_pairs`. The exponent is that of X - X'; consistent when
    both functionals' intervals end below ``threshold``, contradicted when both start above half of it: a slower
    decay cannot be told from none.
    """
    if not threshold < 0:
        raise ValueError(f"threshold is {threshold}; a fluctuation that vanishes has a negative exponent")
    settings = replace(Settings(**options), margin=-threshold)
    found = start(_paired(samples), "exponent of |X - X'|", threshold, settings)
    return _decay(*found, settings, passes=threshold, fails=threshold / 2)


def decide_variance(
    samples: Samples,
    claimed: float,
    **options: Unpack[Keywords],
) -> Decision:
    """Decide Var X_n ~ n^claimed, as the exact order n^(claimed/2) of |X - X'|.

    ``samples`` as for :func:`decide_constant`; exponent and margin of the decision are those of |X - X'|.
    """
    decision = decide_order(_paired(samples), claimed / 2, **options)
    return replace(decision, quantity="exponent of |X - X'|")


def _paired(samples: Samples) -> list[tuple[int, LogSample]]:
    pairs = samples.items() if hasattr(samples, "items") else samples
    return [(n, s if isinstance(s, LogSample) else LogSample.from_pairs(s)) for n, s in pairs]


def _absent(base: Decision, logs: Sequence[LogSample], few: bool) -> Decision | None:
    """The decision where X is too often zero to read an exponent off it, or cannot be used at all; else None."""
    present = [s for s in logs if s.count]
    usable = len(present) == len(logs) >= 4 and not any(s.invalid for s in logs)
    if usable and all(s.zeros == s.count for s in logs):
        return zeros_only(base, min(s.count for s in logs))
    stopped = unusable(base, logs, all_zero=None)
    if stopped is None or stopped.verdict is not NumericStatus.INCONCLUSIVE:
        return stopped
    if usable and all(s.nonzeros for s in logs):
        found = presence(base.widths, logs, base.alpha / base.looks)
        if found.vanishes:
            return _vanishing(base, found.low, found.high)
    return None if few and scarce(stopped, logs) else stopped


def _vanishing(base: Decision, low: float, high: float) -> Decision:
    reason = f"P(X ≠ 0) has exponent in [{low:+.4f}, {high:+.4f}], below 0: X is zero with probability tending to one"
    return replace_verdict(base, NumericStatus.CONSISTENT, reason)


def _perhaps_vanishing(base: Decision, evidence: BothFunctionals, interval: str) -> Decision:
    p = evidence.presence
    if p.vanishes:
        return _vanishing(base, p.low, p.high)
    reason = f"where X ≠ 0 the {base.quantity} lies in {interval}, but P(X ≠ 0) may vanish: its exponent lies in "
    reason += f"[{p.low:+.4f}, {p.high:+.4f}]"
    return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, 2 * base.samples)


def _misfit(evidence: BothFunctionals) -> bool:
    return any(functional.misfit for functional in evidence.full)


def _bend(base: Decision, logs: Sequence[LogSample], evidence: BothFunctionals) -> int:
    """1 if the exponent surely grows with the width, -1 if it surely falls, beyond what corrections can do; else 0."""
    level = base.alpha / base.looks
    moments = [s.log_mean() for s in logs]
    signs = set()
    for fit in evidence.full[0].kept:
        design = columns(base.widths, fit.power if fit.fitted else None)
        found = curvature(design, fit.omitted(base.widths, base.allowance), moments, level, signed=True)
        signs.add(0 if found is None or not abs(found.value) > found.threshold else 1 if found.value > 0 else -1)
    return signs.pop() if len(signs) == 1 else 0


def _decay(
    base: Decision, logs: Sequence[LogSample], settings: Settings, passes: float, fails: float
) -> Decision:  # fmt: skip
    """Consistent when the exponent is surely below ``passes``, else contradicted when above ``fails``."""
    absent = _absent(base, logs, settings.few)
    if absent is not None:
        return absent
    base, evidence = examine(base, logs, settings)
    if evidence is None:
        return base
    interval = f"[{base.low:+.4f}, {base.high:+.4f}]"
    bends = _bend(base, logs, evidence)
    below = max(evidence.highs()) < passes
    if below and bends > 0:
        reason = f"the {base.quantity} lies in {interval}, but it grows with the width"
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason)
    if evidence.presence.vanishes:
        return _vanishing(base, evidence.presence.low, evidence.presence.high)
    if _misfit(evidence) and not (below and bends < 0):
        return misfit(base, evidence)
    if below:
        reason = f"the {base.quantity} lies in {interval}, below {passes:+g}"
        return replace_verdict(base, NumericStatus.CONSISTENT, reason)
    if evidence.presence.low <= fails:
        return _perhaps_vanishing(base, evidence, interval)
    if evidence.misfits:
        return misfit(base, evidence)
    if evidence.all_above(fails):
        reason = f"the {base.quantity} lies in {interval}, above {fails:+g}, also without the smallest widths"
        return replace_verdict(base, NumericStatus.CONTRADICTED, reason)
    return _undecided(base, evidence, passes)


def _undecided(base: Decision, evidence: BothFunctionals, bound: float) -> Decision:
    """Inconclusive about an upper bound, with a budget from the distance of the estimate to the bound."""
    interval = f"[{base.low:+.4f}, {base.high:+.4f}]"
    reason = f"the {base.quantity} lies in {interval} (L_1/2: [{base.second_low:+.4f}, {base.second_high:+.4f}])"
    reason += f": not surely on one side of {bound:+g}"
    room = min(abs(bound - found.best.estimate.value) for found in evidence.full)
    open_ = replace_verdict(base, NumericStatus.INCONCLUSIVE, reason)
    return with_budget(open_, evidence.full, room) if math.isfinite(room) and room > 0 else open_
