"""From samples to one of: consistent, contradicted, inconclusive, invalid.

    contradicted   three things: both functionals' honest intervals exclude the claim on the same side, on all widths
                   and again without the two smallest; they do not lie wholly inside the margin; and some power law
                   with corrections of an exponent that is tried describes the data;
    consistent     both intervals lie inside the margin around the claim, neither excludes it, P(X ≠ 0) has exponent
                   about zero, and some such power law describes the data;
    inconclusive   neither: more samples, or wider widths, may decide;
    invalid        NaN, infinities, fewer than four widths, or nothing but zeros: no conclusion is possible.

"The interval covers the claim" is not a criterion: noisy data would always pass.  Nor is "it does not": where
corrections are slower than allowed for, an interval far inside the margin may miss the truth.  Since a verdict needs
both functionals to agree, each is tested at the full level (intersection-union). Data may be looked at ``looks``
times, each look at level alpha/looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

from verifier.inference.budget import Budget, budget
from verifier.inference.corrections import Profile, either, name_of
from verifier.inference.decisions import (
    ALL_ZERO,
    MIN_NONZERO,
    Decision,
    replace_verdict,
    unusable,
    zero_fraction,
)
from verifier.inference.evidence import BothFunctionals, describe, describe_profiles, gather, profiles
from verifier.inference.exponents import contrast, slope_weights
from verifier.inference.few import ASSUMPTION, FEWEST, LOWEST_LEVEL, MARK, Scatter, scatter
from verifier.inference.few_orders import alternative
from verifier.inference.presence import RARE, Presence, zero_bound, zeros_for
from verifier.inference.samples import LogSample, Samples, by_width
from verifier.inference.settings import Keywords, Settings
from verifier.verdict import NumericStatus


def decide_order(
    samples: Samples,
    claimed: float,
    **options: Unpack[Keywords],
) -> Decision:
    """Decide X_n ~ n^claimed: X_n / n^claimed converges in law to a variable that is not zero.

    ``samples`` maps widths to :class:`LogSample` or arrays; ``options`` are those of
    :class:`verifier.inference.settings.Settings`. With ``few``, fewer than 128 samples a width are decided as
    :mod:`verifier.inference.few` and :mod:`verifier.inference.few_orders` say. Raises ValueError for repeated or
    non-integer widths and settings out of range.
    """
    settings = Settings(**options)
    base, logs = start(samples, "exponent", claimed, settings)
    stopped = unusable(base, logs, all_zero=ALL_ZERO)
    if stopped is not None and not (settings.few and scarce(stopped, logs)):
        return stopped
    found, evidence = examine(base, logs, settings)
    if evidence is not None:
        return settle(found, evidence)
    return _otherwise(replace(base, mark=MARK), logs, settings) or found


def start(
    samples: Samples, quantity: str, claimed: float, settings: Settings
) -> tuple[Decision, tuple[LogSample, ...]]:
    """A blank decision about ``quantity``, and the samples in the order of their widths."""
    widths, logs = by_width(samples)
    return settings.blank(quantity, claimed, widths, [s.count for s in logs], zero_fraction(logs)), logs


def examine(base: Decision, logs: Sequence[LogSample], settings: Settings) -> tuple[Decision, BothFunctionals | None]:
    """``base`` with its estimates, and the evidence for a verdict; without evidence the decision is final."""
    level = settings.level
    if not (settings.few and min(s.nonzeros for s in logs) < MIN_NONZERO):
        evidence = gather(base.widths, logs, settings)
        return describe(base, evidence, logs), evidence
    base = replace(base, mark=MARK)
    found = scatter(base.widths, [s.logs() for s in logs])
    if level < LOWEST_LEVEL:
        return refuse_few(base, found, f"a verdict at level {level:.2g} needs {MIN_NONZERO} samples a width"), None
    if any(s.zeros for s in logs):
        reason = "a sample is zero: few samples say too little of how often"
        return refuse_few(base, found, reason), None
    if found.refusal is not None:
        return refuse_few(base, found, found.refusal), None
    full, reduced = profiles(base.widths, [found.moments], settings)
    evidence = BothFunctionals(full, reduced, Presence(0.0, 0.0), level)
    return with_few(describe_profiles(base, evidence)), evidence


def _otherwise(base: Decision, logs: Sequence[LogSample], settings: Settings) -> Decision | None:
    """What the intervals of :mod:`verifier.inference.few_orders` decide of few samples; None if that is nothing."""
    level = settings.level
    if level < LOWEST_LEVEL or any(s.zeros for s in logs):
        return None
    other = alternative(base.widths, [s.logs() for s in logs], settings)
    if other is None:
        return None
    evidence = BothFunctionals((other.full,), (other.reduced,), Presence(0.0, 0.0), level)
    found = settle(with_few(describe_profiles(base, evidence), other.assumption), evidence)
    return found if found.decided else None


def with_few(base: Decision, assumed: str = ASSUMPTION) -> Decision:
    """``base`` with what a verdict from few samples assumes besides."""
    return replace(base, assumption=f"{base.assumption}; {assumed}" if base.assumption else assumed)


def refuse_few(base: Decision, found: Scatter, reason: str) -> Decision:
    """The plain estimate, inconclusive: few samples of which no interval is to be believed."""
    values = contrast(slope_weights(base.widths), found.moments)
    why = f"few seeds: {reason}"
    more = f"{MIN_NONZERO} samples a width need no such assumption"
    if min(moments.count for moments in found.moments) < FEWEST:
        more = f"at least {FEWEST} samples a width are needed; 5 to 10 decide where the scatter is small"
    stopped = replace_verdict(base, NumericStatus.INCONCLUSIVE, why, MIN_NONZERO)
    return replace(stopped, estimate=values.value, mark="", advice=more)


def scarce(stopped: Decision, logs: Sequence[LogSample]) -> bool:
    """Whether what stopped a decision is that samples are few, and nothing worse."""
    return stopped.verdict is NumericStatus.INCONCLUSIVE and all(s.nonzeros for s in logs)


def settle(base: Decision, evidence: BothFunctionals) -> Decision:
    """The three-way rule for an exact exponent, ``base.claimed``, on described evidence."""
    claimed, margin = base.claimed, base.margin
    lows, highs = evidence.lows(), evidence.highs()
    interval = f"[{base.low:+.4f}, {base.high:+.4f}]"
    inside = all(claimed - margin < lo for lo in lows) and all(hi < claimed + margin for hi in highs)
    covers = all(lo <= claimed <= hi for lo, hi in zip(lows, highs, strict=True))
    excluded = evidence.all_above(claimed) or evidence.all_below(claimed)
    if any(functional.misfit for functional in evidence.full):
        return misfit(base, evidence)
    if not evidence.presence.within(margin) and (inside or evidence.misfits):
        return _absence(base, evidence)
    if evidence.misfits:
        return misfit(base, evidence)
    if excluded and not inside:
        reason = f"the exponent lies in {interval}, without {claimed:+g}, also without the smallest widths"
        return replace_verdict(base, NumericStatus.CONTRADICTED, reason)
    if inside and covers:
        reason = f"the exponent lies in {interval}, inside {claimed:+g} ± {margin:g}"
        return replace_verdict(base, NumericStatus.CONSISTENT, reason)
    return _inconclusive(base, evidence, inside)


def misfit(base: Decision, evidence: BothFunctionals) -> Decision:
    """Inconclusive: where no model describes the data, no interval of a model counts."""
    tried = either([name_of(q) for q in dict.fromkeys(fit.power for fit in evidence.full[0].fits)])
    what = f"with corrections {tried}" if base.allowance else "without corrections"
    found = "; ".join(dict.fromkeys(f"{d.name} {d.value:.3g} > {d.threshold:.3g}" for d in evidence.misfits))
    reason = f"the data are not a power law {what}: {found}"
    advice = (
        "look at the picture: is the quantity a sum of two powers, or are rows of a width dependent (coordinates or "
        "steps of one network)? Wider widths, or the quantity in its parts, may show one power"
    )
    return replace(replace_verdict(base, NumericStatus.INCONCLUSIVE, reason), advice=advice)


def _absence(base: Decision, evidence: BothFunctionals) -> Decision:
    p = evidence.presence
    reason = f"P(X ≠ 0) has exponent in [{p.low:+.4f}, {p.high:+.4f}], not surely within ± {base.margin:g}"
    needed = 2 * base.samples if p.low < 0 < p.high else None
    return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed)


def _inconclusive(base: Decision, evidence: BothFunctionals, inside: bool) -> Decision:
    claimed, margin = base.claimed, base.margin
    interval = f"[{base.low:+.4f}, {base.high:+.4f}]"
    second = f"[{base.second_low:+.4f}, {base.second_high:+.4f}]"
    lows, highs = evidence.lows(), evidence.highs()
    if max(lows) > min(highs):
        reason = f"the two functionals disagree: log|X| gives {interval}, L_1/2 gives {second}"
        more = "rare huge values or near-zeros carry one of them: look at the law of X at each width"
        return replace(replace_verdict(base, NumericStatus.INCONCLUSIVE, reason), advice=more)
    both = interval if second == interval else f"{interval} (L_1/2: {second})"
    if not inside:
        reason = f"the exponent lies in {both}, neither inside {claimed:+g} ± {margin:g} nor surely off it"
    else:
        reason = f"the exponent lies in {both}: inside {claimed:+g} ± {margin:g}, but the claim is excluded"
        wider = replace_verdict(base, NumericStatus.INCONCLUSIVE, reason)
        return replace(wider, advice="corrections larger than are allowed for would do that: wider widths would tell")
    # True: the intervals have to fit into the margin.  False: they have to leave the claim out and reach beyond it.
    off = min(abs(found.best.estimate.value - claimed) for found in evidence.full)
    room = off if off > margin else margin
    return with_budget(replace_verdict(base, NumericStatus.INCONCLUSIVE, reason), evidence.full, room)


def with_budget(base: Decision, profiles: Sequence[Profile], room: float) -> Decision:
    """``base``, inconclusive, with what would decide it: samples a width, or wider widths where no number of samples.

    ``room``: how far an interval may reach to each side of its estimate.
    """
    found: Budget = budget(base.widths, profiles, base.samples, room, base.allowance, base.alpha)
    return replace(base, samples_needed=found.samples, advice=found.advice, reason=base.reason + found.why)


def zeros_only(base: Decision, count: int) -> Decision:
    """A claim about size, where every sample is zero: as far as ``count`` zeros a width bound P(X ≠ 0)."""
    level = base.alpha / base.looks
    bound = zero_bound(count, level)
    reason = f"every sample is exactly zero, which bounds P(X ≠ 0) by {bound:.3g} at each width, at level {level:.2g}"
    if bound <= RARE:
        return replace_verdict(base, NumericStatus.CONSISTENT, reason)
    needed = zeros_for(RARE, level)
    reason = f"{reason}: {count} zeros say nothing of rarer values"
    more = replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed)
    return replace(more, advice=f"{needed} zeros a width bound it by {RARE:g}")
