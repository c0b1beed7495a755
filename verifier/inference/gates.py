"""From samples to one of: consistent, contradicted, inconclusive, invalid.

    contradicted   both functionals' honest intervals exclude the claim on the same side, on all widths and
                   again without the two smallest (where a violated bias assumption would show);
    consistent     both intervals lie inside the margin around the claim, neither excludes it, P(X ≠ 0) has
                   exponent about zero, and no diagnostic vetoes;
    inconclusive   neither: more samples may decide;
    invalid        NaN, infinities, fewer than four widths, or nothing but zeros: no conclusion is possible.

"The interval covers the claim" is not a criterion: noisy data would always pass. Since a verdict needs both
functionals to agree, each is tested at the full level (intersection-union). Data may be looked at ``looks``
times, each look at level alpha/looks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from scipy import special

from verifier.inference.diagnostics import (
    Diagnostic,
    curvature,
    lack_of_fit,
    law_distance,
    omitted_term,
)
from verifier.inference.exponents import (
    DEFAULT_ALLOWANCE,
    Estimate,
    columns,
    correction_coefficient,
    log_half_exponent,
    log_mean_exponent,
    presence_exponent,
)
from verifier.inference.samples import LogSample, Samples, by_width
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

    ``low`` and ``high`` bound ``quantity`` at level 1 - alpha/looks, bias allowance included. Numbers that
    do not exist are NaN in Python and null in :meth:`as_dict`.
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
    """Estimates from all widths (``full``) and without the smallest two (``reduced``); P(X ≠ 0) apart."""

    full: tuple[Estimate, Estimate]
    reduced: tuple[Estimate, Estimate]
    presence: Estimate
    level: float

    def lows(self) -> tuple[float, float]:
        return self.full[0].interval(self.level)[0], self.full[1].interval(self.level)[0]

    def highs(self) -> tuple[float, float]:
        return self.full[0].interval(self.level)[1], self.full[1].interval(self.level)[1]

    def all_above(self, value: float) -> bool:
        """Every interval, reduced ones too, lies above ``value``."""
        return all(e.interval(self.level)[0] > value for e in self.full + self.reduced)

    def all_below(self, value: float) -> bool:
        return all(e.interval(self.level)[1] < value for e in self.full + self.reduced)

    def presence_within(self, margin: float) -> bool:
        low, high = self.presence.interval(self.level)
        return -margin < low and high < margin


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
    correction: bool = False,
    allowance: float = DEFAULT_ALLOWANCE,
    looks: int = LOOKS,
    look: int = 1,
) -> Decision:
    """Decide X_n ~ n^claimed: X_n / n^claimed converges in law to a variable that is not zero.

    ``samples`` maps widths to :class:`LogSample` or arrays. ``correction`` adds the 1/n column. ``look`` of
    ``looks`` says how often these data were meant to be looked at; a single look at given data is looks=1.
    Raises ValueError for repeated or non-integer widths and settings out of range.
    """
    check_settings(alpha, margin, looks, look, allowance)
    if not math.isfinite(claimed):
        raise ValueError(f"the claimed exponent is {claimed}; it must be finite")
    widths, logs = by_width(samples)
    base = Decision(
        NumericStatus.INVALID, "", "exponent", float(claimed), alpha, margin,
        widths, tuple(s.count for s in logs), zero_fraction(logs),
        correction=correction, allowance=allowance, look=look, looks=looks,
    )  # fmt: skip
    stopped = unusable(base, logs, all_zero=ALL_ZERO)
    if stopped is not None:
        return stopped
    evidence = gather(widths, logs, alpha / looks, correction, allowance)
    base = with_diagnostics(describe(base, evidence, logs), logs, claimed, alpha / looks)
    return settle(base, evidence)


def settle(base: Decision, evidence: Evidence) -> Decision:
    """The three-way rule for an exact exponent, ``base.claimed``, on described evidence."""
    claimed, margin = base.claimed, base.margin
    lows, highs = evidence.lows(), evidence.highs()
    interval = f"[{base.low:+.4f}, {base.high:+.4f}]"
    if evidence.all_above(claimed) or evidence.all_below(claimed):
        reason = f"the exponent lies in {interval}, without {claimed:+g}, also without the smallest widths"
        return replace_verdict(base, NumericStatus.CONTRADICTED, reason)
    inside = all(claimed - margin < lo for lo in lows) and all(hi < claimed + margin for hi in highs)
    covers = all(lo <= claimed <= hi for lo, hi in zip(lows, highs, strict=True))
    vetoes = [d.name for d in base.diagnostics if d.vetoes]
    if inside and covers and evidence.presence_within(margin) and not vetoes:
        reason = f"the exponent lies in {interval}, inside {claimed:+g} ± {margin:g}"
        return replace_verdict(base, NumericStatus.CONSISTENT, reason)
    return _inconclusive(base, evidence, inside, covers, vetoes)


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
    widths: Sequence[int], logs: Sequence[LogSample], level: float, correction: bool, allowance: float
) -> Evidence:
    """Both functionals on all widths and without the smallest two (fewer, if columns must stay fittable)."""
    drop = min(2, len(widths) - (3 if correction else 2))

    def both(w: Sequence[int], s: Sequence[LogSample]) -> tuple[Estimate, Estimate]:
        return (
            log_mean_exponent(w, s, correction=correction, allowance=allowance),
            log_half_exponent(w, s, correction=correction, allowance=allowance),
        )

    presence = presence_exponent(widths, logs, correction=correction, allowance=0.0)
    return Evidence(both(widths, logs), both(widths[drop:], logs[drop:]), presence, level)


def describe(base: Decision, evidence: Evidence, logs: Sequence[LogSample]) -> Decision:
    """``base`` with the estimates filled in."""
    first, second = evidence.full
    low, high = first.interval(evidence.level)
    second_low, second_high = second.interval(evidence.level)
    moments = [s.log_mean() for s in logs]
    return replace(
        base, estimate=first.value, low=low, high=high, standard_error=first.standard_error,
        second_estimate=second.value, second_low=second_low, second_high=second_high, bias=first.allowance,
        c_hat=correction_coefficient(base.widths, moments), degenerate=all(m.variance == 0 for m in moments),
    )  # fmt: skip


def with_diagnostics(base: Decision, logs: Sequence[LogSample], exponent: float, level: float) -> Decision:
    """``base`` with the three checks of fit, which share ``level``."""
    widths, moments = base.widths, [s.log_mean() for s in logs]
    share = level / 3
    # With the 1/n column c is fitted and not bounded by C, so the law may move by that much more.
    coefficient = base.allowance + (abs(base.c_hat) if base.correction else 0.0)
    found = (
        curvature(widths, moments, share, base.allowance, base.correction),
        lack_of_fit(
            columns(widths, base.correction),
            omitted_term(widths, base.allowance, base.correction)[:, None],
            moments,
            share,
        ),
        law_distance(widths, logs, exponent, share, coefficient),
    )
    return replace(base, diagnostics=tuple(d for d in found if d is not None))


def samples_for(estimate: Estimate, count: int, room: float, level: float, alpha: float) -> int | None:
    """Samples a width until the interval fits into ±``room`` with probability 1 - alpha.

    S = ((z_{level/2} + z_alpha) σ / (room - 2B))² Σw², written with the standard error at ``count`` samples.
    None when the bias allowance alone fills the room.
    """
    room -= 2 * estimate.allowance
    if room <= 0:
        return None
    z = -float(special.ndtri(level / 2)) - float(special.ndtri(alpha))
    return math.ceil(count * (z * estimate.standard_error / room) ** 2)


def _inconclusive(
    base: Decision,
    evidence: Evidence,
    inside: bool,
    covers: bool,
    vetoes: Sequence[str],
) -> Decision:
    level, margin, claimed = evidence.level, base.margin, base.claimed
    interval = f"[{base.low:+.4f}, {base.high:+.4f}]"
    second = f"[{base.second_low:+.4f}, {base.second_high:+.4f}]"
    present = evidence.presence_within(margin)
    count = base.samples
    estimates = [*evidence.full] + ([] if present else [evidence.presence])
    budget = [samples_for(e, count, margin, level, base.alpha) for e in estimates]
    needed: int | None
    if any(b is None for b in budget):
        bias = max(e.allowance for e in evidence.full)
        reason = (
            f"the bias allowance {bias:.4f} fills half of the margin {margin:g} on these widths: "
            f"no number of samples decides; use larger widths{'' if base.correction else ' or the 1/n column'}"
        )
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason)
    needed = max(b for b in budget if b is not None)
    needed = needed if needed > count else 2 * count
    lows, highs = evidence.lows(), evidence.highs()
    if max(lows) > min(highs):
        reason = f"the two functionals disagree: log|X| gives {interval}, L_1/2 gives {second}"
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason)
    if not inside:
        both = interval if second == interval else f"{interval} (L_1/2: {second})"
        reason = f"the exponent lies in {both}, neither inside {claimed:+g} ± {margin:g} nor surely off it"
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed)
    if not covers:
        reason = f"the exponent lies in {interval} (L_1/2: {second}): near {claimed:+g} but one excludes it"
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, 2 * count)
    if not present:
        low, high = evidence.presence.interval(level)
        reason = f"P(X ≠ 0) has exponent in [{low:+.4f}, {high:+.4f}], not surely within ± {margin:g}"
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed if low < 0 < high else None)
    reason = f"{interval} is inside the margin, but a power law does not fit: {', '.join(vetoes)}"
    return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason)


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
