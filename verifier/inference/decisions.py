"""What the samples say about one claim: the decision, and what forces one before any interval is looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from verifier.inference.diagnostics import Diagnostic
from verifier.inference.exponents import DEFAULT_ALLOWANCE
from verifier.inference.samples import LogSample
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
    :mod:`verifier.inference.few`, and ``advice`` says what would decide. ``unasked``: the condition under which the
    claim says anything holds at no width. Numbers that do not exist are NaN in Python
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
    unasked: bool = False

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

    def as_dict(self) -> dict[str, object]:
        """Plain data for JSON: NaN and infinities become None, the verdict a word."""
        data = {key: _plain(value) for key, value in asdict(self).items() if key not in ("diagnostics", "unasked")}
        found = [{**asdict(d), "vetoes": d.vetoes} for d in self.diagnostics]
        return data | {"verdict": str(self.verdict), "samples": self.samples, "diagnostics": _plain(found)}


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
