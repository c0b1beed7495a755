"""Claims about scale that reduce to the exponent contrast: upper bounds, limits in probability, variances.

    X_n = O(n^s)              the exponent of |X| is at most s
    X_n → 0                   the exponent of |X| is negative
    X_n → a constant          the exponent of |X - X'| is negative, X' an independent copy
    Var X_n ~ n^v             the exponent of |X - X'| is v/2

X - X' is taken over disjoint pairs, so its samples are independent. These are statements about the law:
Var X itself may scale differently when rare huge values carry it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from verifier.inference.diagnostics import curvature
from verifier.inference.exponents import DEFAULT_ALLOWANCE
from verifier.inference.gates import (
    DEFAULT_ALPHA,
    DEFAULT_MARGIN,
    LOOKS,
    Decision,
    Evidence,
    check_settings,
    decide_order,
    describe,
    gather,
    replace_verdict,
    samples_for,
    unusable,
    zero_fraction,
)
from verifier.inference.samples import LogSample, Samples, by_width
from verifier.verdict import NumericStatus

#: X → a constant passes when its fluctuation surely falls faster than n^-1/8.
SLOWEST_DECAY = -0.125


def decide_upper(
    samples: Samples,
    claimed: float,
    *,
    alpha: float = DEFAULT_ALPHA,
    margin: float = DEFAULT_MARGIN,
    correction: bool = False,
    allowance: float = DEFAULT_ALLOWANCE,
    looks: int = LOOKS,
    look: int = 1,
) -> Decision:
    """Decide X_n = O(n^claimed) in probability.

    Contradicted when both functionals' intervals lie above the claim, on all widths and without the smallest
    two; consistent when both end below claimed + margin and the exponent is not seen to grow. Samples that
    are all zero satisfy every upper bound. Raises ValueError as :func:`decide_order`.
    """
    check_settings(alpha, margin, looks, look, allowance)
    base, logs = _start(samples, "exponent", claimed, alpha, margin, correction, allowance, looks, look)
    if _only_zeros(base, logs):
        return replace_verdict(base, NumericStatus.CONSISTENT, "every sample is exactly zero")
    stopped = unusable(base, logs, all_zero=None)
    if stopped is not None:
        return stopped
    evidence = gather(base.widths, logs, alpha / looks, correction, allowance)
    base = describe(base, evidence, logs)
    interval = f"[{base.low:+.4f}, {base.high:+.4f}]"
    if evidence.all_above(claimed):
        reason = f"the exponent lies in {interval}, above {claimed:+g}, also without the smallest widths"
        return replace_verdict(base, NumericStatus.CONTRADICTED, reason)
    bend = curvature(base.widths, [s.log_mean() for s in logs], alpha / looks, allowance, correction, upward_only=True)
    base = replace(base, diagnostics=() if bend is None else (bend,))
    if max(evidence.highs()) < claimed + margin:
        if bend is not None and bend.vetoes:
            reason = f"the exponent lies in {interval}, but it grows with the width"
            return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason)
        reason = f"the exponent lies in {interval}, below {claimed:+g} + {margin:g}"
        return replace_verdict(base, NumericStatus.CONSISTENT, reason)
    return _undecided(base, evidence, claimed + margin)


def decide_to_zero(
    samples: Samples,
    *,
    alpha: float = DEFAULT_ALPHA,
    margin: float = DEFAULT_MARGIN,
    correction: bool = False,
    allowance: float = DEFAULT_ALLOWANCE,
    looks: int = LOOKS,
    look: int = 1,
) -> Decision:
    """Decide X_n → 0 in probability, as a power of n.

    Consistent when both functionals' intervals end below zero. Contradicted when that is not so and both lie
    above -margin: a decay slower than n^-margin (a loglog, say) cannot be told from none.
    """
    check_settings(alpha, margin, looks, look, allowance)
    base, logs = _start(samples, "exponent", 0.0, alpha, margin, correction, allowance, looks, look)
    return _decay(base, logs, passes=0.0, fails=-margin)


def decide_constant(
    samples: Samples,
    *,
    alpha: float = DEFAULT_ALPHA,
    threshold: float = SLOWEST_DECAY,
    correction: bool = False,
    allowance: float = DEFAULT_ALLOWANCE,
    looks: int = LOOKS,
    look: int = 1,
) -> Decision:
    """Decide that X_n converges in probability to a constant (which may depend on n).

    ``samples``: arrays of X, or :meth:`LogSample.from_pairs`. The exponent is that of X - X'; consistent when
    both functionals' intervals end below ``threshold``, contradicted when both start above it.
    """
    check_settings(alpha, DEFAULT_MARGIN, looks, look, allowance)
    if not threshold < 0:
        raise ValueError(f"threshold is {threshold}; a fluctuation that vanishes has a negative exponent")
    base, logs = _start(
        _paired(samples),
        "exponent of |X - X'|",
        threshold,
        alpha,
        -threshold,
        correction,
        allowance,
        looks,
        look,
    )
    return _decay(base, logs, passes=threshold, fails=threshold)


def decide_variance(
    samples: Samples,
    claimed: float,
    *,
    alpha: float = DEFAULT_ALPHA,
    margin: float = DEFAULT_MARGIN,
    correction: bool = False,
    allowance: float = DEFAULT_ALLOWANCE,
    looks: int = LOOKS,
    look: int = 1,
) -> Decision:
    """Decide Var X_n ~ n^claimed, as the exact order n^(claimed/2) of |X - X'|.

    ``samples`` as for :func:`decide_constant`; exponent and margin of the decision are those of |X - X'|.
    """
    decision = decide_order(
        _paired(samples),
        claimed / 2,
        alpha=alpha,
        margin=margin,
        correction=correction,
        allowance=allowance,
        looks=looks,
        look=look,
    )
    return replace(decision, quantity="exponent of |X - X'|")


def _paired(samples: Samples) -> list[tuple[int, LogSample]]:
    pairs = samples.items() if hasattr(samples, "items") else samples
    return [(n, s if isinstance(s, LogSample) else LogSample.from_pairs(s)) for n, s in pairs]


def _start(
    samples: Samples,
    quantity: str,
    claimed: float,
    alpha: float,
    margin: float,
    correction: bool,
    allowance: float,
    looks: int,
    look: int,
) -> tuple[Decision, tuple[LogSample, ...]]:
    widths, logs = by_width(samples)
    base = Decision(
        NumericStatus.INVALID, "", quantity, float(claimed), alpha, margin,
        widths, tuple(s.count for s in logs), zero_fraction(logs),
        correction=correction, allowance=allowance, look=look, looks=looks,
    )  # fmt: skip
    return base, logs


def _only_zeros(base: Decision, logs: Sequence[LogSample]) -> bool:
    return len(logs) >= 4 and all(s.count and s.zeros == s.count for s in logs)


def _decay(base: Decision, logs: Sequence[LogSample], passes: float, fails: float) -> Decision:
    """Consistent when the exponent is surely below ``passes``, else contradicted when above ``fails``."""
    if _only_zeros(base, logs):
        return replace_verdict(base, NumericStatus.CONSISTENT, "every sample is exactly zero")
    stopped = unusable(base, logs, all_zero=None)
    if stopped is not None:
        return stopped
    evidence = gather(base.widths, logs, base.alpha / base.looks, base.correction, base.allowance)
    base = describe(base, evidence, logs)
    interval = f"[{base.low:+.4f}, {base.high:+.4f}]"
    if max(evidence.highs()) < passes:
        reason = f"the {base.quantity} lies in {interval}, below {passes:+g}"
        return replace_verdict(base, NumericStatus.CONSISTENT, reason)
    if evidence.all_above(fails):
        reason = f"the {base.quantity} lies in {interval}, above {fails:+g}, also without the smallest widths"
        return replace_verdict(base, NumericStatus.CONTRADICTED, reason)
    return _undecided(base, evidence, passes)


def _undecided(base: Decision, evidence: Evidence, bound: float) -> Decision:
    """Inconclusive about an upper bound, with a budget from the distance of the estimate to the bound."""
    interval = f"[{base.low:+.4f}, {base.high:+.4f}]"
    reason = f"the {base.quantity} lies in {interval} (L_1/2: [{base.second_low:+.4f}, {base.second_high:+.4f}])"
    budgets = [
        # The allowance enters once here: the estimate's own bias is part of the distance seen.
        samples_for(e, base.samples, abs(bound - e.value) + e.allowance, evidence.level, base.alpha)
        for e in evidence.full
    ]
    known = [b for b in budgets if b is not None]
    needed = max(2 * base.samples, *known) if len(known) == len(budgets) else None
    return replace_verdict(base, NumericStatus.INCONCLUSIVE, f"{reason}: not surely on one side of {bound:+g}", needed)
