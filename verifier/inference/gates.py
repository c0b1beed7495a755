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

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from verifier.inference.budget import Budget, budget
from verifier.inference.corrections import FREE_POWERS, Profile, assumption, either, name_of, omitted, profile, reach
from verifier.inference.diagnostics import Diagnostic, law_drift
from verifier.inference.exponents import DEFAULT_ALLOWANCE, contrast, correction_coefficient, slope_weights
from verifier.inference.few import ASSUMPTION, FEWEST, LOWEST_LEVEL, MARK, Scatter, scatter
from verifier.inference.presence import RARE, Presence, presence, zero_bound, zeros_for
from verifier.inference.samples import LogSample, Moments, Samples, by_width
from verifier.verdict import NumericStatus

DEFAULT_ALPHA = 1e-3
DEFAULT_MARGIN = 0.125
LOOKS = 8
#: Fewest non-zero samples a width needs before its means are trusted at a deep level.
MIN_NONZERO = 128
MIN_WIDTHS = 4
ALL_ZERO = "identically zero: no exponent exists"


@dataclass(frozen=True)
class Decision:
    """What the samples say about one claim, with everything the verdict was taken from.

    ``low`` and ``high`` bound ``quantity`` at level 1 - alpha/looks, bias allowance included. ``assumption`` names the
    corrections that this rests on, ``mark`` is "few seeds" where a verdict has the weaker guarantee of
    :mod:`verifier.inference.few`, and ``advice`` says what would decide. Numbers that do not exist are NaN in Python
    and null in :meth:`as_dict`.
    """

    verdict: NumericStatus
    reason: str
    quantity: str
    claimed: float
    alpha: float
    margin: float
    widths: tuple[int, ...]
    samples_by_width: tuple[int, ...]
    zero_fraction: float = math.nan
    estimate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    standard_error: float = math.nan
    second_estimate: float = math.nan
    second_low: float = math.nan
    second_high: float = math.nan
    correction: bool = False
    allowance: float = DEFAULT_ALLOWANCE
    bias: float = 0.0
    c_hat: float = math.nan
    look: int = 1
    looks: int = LOOKS
    degenerate: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()
    samples_needed: int | None = None
    powers: tuple[float, ...] = ()
    assumption: str = ""
    mark: str = ""
    advice: str = ""

    @property
    def samples(self) -> int:
        """Samples a width (the fewest, if they differ)."""
        return min(self.samples_by_width, default=0)

    @property
    def decided(self) -> bool:
        """More samples cannot change it."""
        return self.verdict is not NumericStatus.INCONCLUSIVE

    @property
    def hopeless(self) -> bool:
        """More samples will hardly decide it: the bias allowance B alone fills the margin, and the claim lies within B
        of all values that the samples leave possible, so that it will not be contradicted either.
        """
        room = max(self.high - self.claimed, self.claimed - self.low)
        return self.verdict is NumericStatus.INCONCLUSIVE and self.bias >= self.margin and room < 2 * self.bias

    @property
    def clearance(self) -> float:
        """How far the nearest end of either interval is from the claim or an edge of its margin.

        With fixed seeds only a verdict with almost none can change with the arithmetic of the machine. NaN
        if there are no intervals.
        """
        ends = [e for e in (self.low, self.high, self.second_low, self.second_high) if not math.isnan(e)]
        edges = (self.claimed - self.margin, self.claimed, self.claimed + self.margin)
        return min((abs(e - edge) for e in ends for edge in edges), default=math.nan)

    def as_dict(self) -> dict[str, object]:
        """Plain data for JSON: NaN and infinities become None, the verdict a word."""
        data = {key: _plain(value) for key, value in asdict(self).items() if key != "diagnostics"}
        found = [{**asdict(d), "vetoes": d.vetoes} for d in self.diagnostics]
        return data | {"verdict": str(self.verdict), "samples": self.samples, "diagnostics": _plain(found)}


@dataclass(frozen=True)
class Evidence:
    """Both functionals on all widths (``full``) and without the smallest two (``reduced``); P(X ≠ 0) apart.

    ``shape``: whether the law keeps its shape, where that can be told.
    """

    full: tuple[Profile, ...]
    reduced: tuple[Profile, ...]
    presence: Presence
    level: float
    shape: Diagnostic | None = None

    @property
    def kept(self) -> tuple[float, ...]:
        """The exponents q of corrections under which some functional is a power law."""
        return tuple(dict.fromkeys(fit.power for found in self.full for fit in found.kept))

    @property
    def misfits(self) -> tuple[Diagnostic, ...]:
        """What shows that the data are no power law with any of the corrections."""
        found = [d for functional in self.full for d in functional.misfit if d.vetoes]
        return (*found, *([self.shape] if self.shape is not None and self.shape.vetoes else []))

    def lows(self) -> list[float]:
        return [found.interval()[0] for found in self.full]

    def highs(self) -> list[float]:
        return [found.interval()[1] for found in self.full]

    def all_above(self, value: float) -> bool:
        """Every interval, reduced ones too, lies above ``value``."""
        return all(found.interval()[0] > value for found in (*self.full, *self.reduced))

    def all_below(self, value: float) -> bool:
        return all(found.interval()[1] < value for found in (*self.full, *self.reduced))


def check_settings(alpha: float, margin: float, looks: int, look: int, allowance: float) -> None:
    """ValueError naming the first setting that is out of range."""
    if not 0 < alpha < 0.5:
        raise ValueError(f"alpha is {alpha}; it must lie strictly between 0 and 1/2")
    if not (margin > 0 and math.isfinite(margin)):
        raise ValueError(f"margin is {margin}; it must be positive and finite")
    if looks < 1 or not 1 <= look <= looks:
        raise ValueError(f"look {look} of {looks}; looks count from 1 to their planned number")
    if not (allowance >= 0 and math.isfinite(allowance)):
        raise ValueError(f"allowance C is {allowance}; it must be at least 0 and finite")


def decide_order(
    samples: Samples,
    claimed: float,
    *,
    alpha: float = DEFAULT_ALPHA,
    margin: float = DEFAULT_MARGIN,
    correction: bool | None = None,
    allowance: float = DEFAULT_ALLOWANCE,
    powers: Sequence[float] = FREE_POWERS,
    looks: int = LOOKS,
    look: int = 1,
    few: bool = False,
) -> Decision:
    """Decide X_n ~ n^claimed: X_n / n^claimed converges in law to a variable that is not zero.

    ``samples`` maps widths to :class:`LogSample` or arrays. ``powers`` are the exponents q of corrections (c/n)^q,
    |c| <= ``allowance``, of which one is assumed; ``correction`` fits them (True), only allows for them (False), or
    takes the shorter interval (None). ``look`` of ``looks`` says how often these data were meant to be looked at; a
    single look at given data is looks=1. With ``few``, fewer than 128 samples a width are decided as
    :mod:`verifier.inference.few` says. Raises ValueError for repeated or non-integer widths and settings out of range.
    """
    check_settings(alpha, margin, looks, look, allowance)
    if not math.isfinite(claimed):
        raise ValueError(f"the claimed exponent is {claimed}; it must be finite")
    widths, logs = by_width(samples)
    base = Decision(
        NumericStatus.INVALID, "", "exponent", float(claimed), alpha, margin,
        widths, tuple(s.count for s in logs), zero_fraction(logs),
        correction=bool(correction), allowance=allowance, look=look, looks=looks,
    )  # fmt: skip
    stopped = unusable(base, logs, all_zero=ALL_ZERO)
    if stopped is not None and not (few and scarce(stopped, logs)):
        return stopped
    found = examine(base, logs, correction, powers, few)
    return found[0] if found[1] is None else settle(found[0], found[1])


def examine(
    base: Decision, logs: Sequence[LogSample], correction: bool | None, powers: Sequence[float], few: bool
) -> tuple[Decision, Evidence | None]:
    """``base`` with its estimates, and the evidence for a verdict; without evidence the decision is final."""
    level = base.alpha / base.looks
    if not (few and min(s.nonzeros for s in logs) < MIN_NONZERO):
        evidence = gather(base.widths, logs, level, correction, base.allowance, powers)
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
    full, reduced = profiles(base.widths, [found.moments], level, correction, base.allowance, powers)
    evidence = Evidence(full, reduced, Presence(0.0, 0.0), level)
    return with_few(describe_profiles(base, evidence)), evidence


def with_few(base: Decision) -> Decision:
    """``base`` with what a verdict from few samples assumes besides."""
    return replace(base, assumption=f"{base.assumption}; {ASSUMPTION}" if base.assumption else ASSUMPTION)


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


def settle(base: Decision, evidence: Evidence) -> Decision:
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


def misfit(base: Decision, evidence: Evidence) -> Decision:
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


def unusable(
    base: Decision,
    logs: Sequence[LogSample],
    all_zero: str | None,
    places: Sequence[object] | None = None,
) -> Decision | None:
    """The decision, if it is already forced: nothing sampled, invalid data, or too few non-zero samples.

    ``places`` names where each sample was taken, if that is not a width each (a pair of widths, say).
    """
    problem = broken(base.widths if places is None else places, logs, MIN_WIDTHS)
    if not logs or problem == "nothing was sampled":
        return replace_verdict(base, NumericStatus.UNTESTED, "nothing was sampled")
    if problem is None and all_zero is not None and all(s.nonzeros == 0 for s in logs):
        problem = all_zero
    if problem is not None:
        return replace_verdict(base, NumericStatus.INVALID, problem)
    fewest = min(s.nonzeros for s in logs)
    if fewest < MIN_NONZERO:
        rare = min(logs, key=lambda s: s.nonzeros / s.count)
        needed = math.ceil(1.2 * MIN_NONZERO * rare.count / rare.nonzeros) if rare.nonzeros else None
        reason = f"a width has only {fewest} non-zero samples; {MIN_NONZERO} are needed"
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed)
    return None


def broken(widths: Sequence[object], logs: Sequence[LogSample], min_widths: int, underflow: bool = True) -> str | None:
    """Why nothing can be concluded from these samples, or None. A NaN is never dropped.

    ``underflow``: subnormal numbers, whose logarithms have lost digits, count as broken.
    """
    if not any(s.count for s in logs):
        return "nothing was sampled"
    for n, s in zip(widths, logs, strict=True):
        if s.invalid:
            return f"{s.invalid} of {s.count} samples at width {n} are NaN or infinite"
        if underflow and s.subnormal:
            return f"{s.subnormal} of {s.count} samples at width {n} underflow; pass their logarithms instead"
        if not s.count:
            return f"there are no samples at width {n}"
    if len(widths) < min_widths:
        return f"{len(widths)} widths; at least {min_widths} are needed"
    return None


def gather(
    widths: Sequence[int],
    logs: Sequence[LogSample],
    level: float,
    correction: bool | None,
    allowance: float,
    powers: Sequence[float] = FREE_POWERS,
) -> Evidence:
    """Both functionals on all widths and without the smallest two (fewer, if columns must stay fittable)."""
    functionals = (scattered([s.log_mean() for s in logs]), scattered([s.log_half() for s in logs]))
    found, reduced = profiles(widths, functionals, level, correction, allowance, powers)
    room = np.max([omitted(widths, q, False, allowance) for q in powers], axis=0)
    shape = law_drift(widths, logs, level / 3, room.tolist())
    return Evidence(found, reduced, presence(widths, logs, level), level, shape)


def scattered(moments: Sequence[Moments]) -> Sequence[Moments]:
    """The moments; where all samples of a width are equal and those of others are not, with the others' variance.

    Equal samples have no variance to show, which is not to say that the quantity has none there.
    """
    largest = max(m.variance for m in moments)
    if not largest > 0 or all(m.variance > 0 for m in moments):
        return moments
    return [m if m.variance > 0 else replace(m, variance=largest) for m in moments]


def profiles(
    widths: Sequence[int],
    functionals: Sequence[Sequence[Moments]],
    level: float,
    correction: bool | None,
    allowance: float,
    powers: Sequence[float],
) -> tuple[tuple[Profile, ...], tuple[Profile, ...]]:
    """Each functional on all widths, and without the smallest two under the models that fit all of them."""
    drop = min(2, len(widths) - (3 if correction else 2))
    settings: dict[str, Any] = {"correction": correction, "allowance": allowance}
    full = tuple(profile(widths, m, level, powers=powers, **settings) for m in functionals)
    reduced = tuple(
        profile(widths[drop:], m[drop:], level, powers=[f.power for f in p.kept], tested=False, **settings)
        for p, m in zip(full, functionals, strict=True)
    )
    return full, reduced


def describe(base: Decision, evidence: Evidence, logs: Sequence[LogSample]) -> Decision:
    """``base`` with the estimates filled in."""
    moments = [s.log_mean() for s in logs]
    described = describe_profiles(base, evidence)
    return replace(
        described, c_hat=correction_coefficient(base.widths, moments), degenerate=all(m.variance == 0 for m in moments)
    )


def describe_profiles(base: Decision, evidence: Evidence) -> Decision:
    """``base`` with the estimates of one or two functionals filled in, and the assumption they rest on."""
    first, second = evidence.full[0], evidence.full[-1]
    (low, high), (second_low, second_high) = first.interval(), second.interval()
    shown = first.best
    kept = [fit for fit in first.fits if fit.power in evidence.kept]
    checks = (*shown.misfits, *([evidence.shape] if evidence.shape is not None else []))
    return replace(
        base, estimate=shown.estimate.value, low=low, high=high, standard_error=shown.estimate.standard_error,
        second_estimate=second.best.estimate.value, second_low=second_low, second_high=second_high,
        bias=max(reach(first.kept), reach(second.kept)), correction=shown.fitted, diagnostics=checks,
        powers=evidence.kept, assumption=assumption(kept, [f.power for f in first.fits], base.allowance),
    )  # fmt: skip


def _absence(base: Decision, evidence: Evidence) -> Decision:
    p = evidence.presence
    reason = f"P(X ≠ 0) has exponent in [{p.low:+.4f}, {p.high:+.4f}], not surely within ± {base.margin:g}"
    needed = 2 * base.samples if p.low < 0 < p.high else None
    return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed)


def _inconclusive(base: Decision, evidence: Evidence, inside: bool) -> Decision:
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


def zero_fraction(logs: Sequence[LogSample]) -> float:
    """The fraction of exact zeros among all samples; NaN for none."""
    count = sum(s.count for s in logs)
    return sum(s.zeros for s in logs) / count if count else math.nan


def replace_verdict(base: Decision, verdict: NumericStatus, reason: str, needed: int | None = None) -> Decision:
    """``base`` with its verdict, the sentence that explains it, and the samples a width it still needs."""
    return replace(base, verdict=verdict, reason=reason, samples_needed=needed)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
