"""The evidence for a verdict about an exponent: both functionals on all widths and without the smallest ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from verifier.inference.corrections import Profile, assumption, omitted, profile, reach
from verifier.inference.decisions import Decision
from verifier.inference.diagnostics import Diagnostic, law_drift
from verifier.inference.exponents import correction_coefficient
from verifier.inference.presence import Presence, presence
from verifier.inference.samples import LogSample, Moments
from verifier.inference.settings import Settings


@dataclass(frozen=True)
class BothFunctionals:
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


def gather(
    widths: Sequence[int],
    logs: Sequence[LogSample],
    settings: Settings,
) -> BothFunctionals:
    """Both functionals on all widths and without the smallest two (fewer, if columns must stay fittable)."""
    functionals = (scattered([s.log_mean() for s in logs]), scattered([s.log_half() for s in logs]))
    found, reduced = profiles(widths, functionals, settings)
    level = settings.level
    room = np.max([omitted(widths, q, False, settings.allowance) for q in settings.powers], axis=0)
    shape = law_drift(widths, logs, level / 3, room.tolist())
    return BothFunctionals(found, reduced, presence(widths, logs, level), level, shape)


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
    settings: Settings,
) -> tuple[tuple[Profile, ...], tuple[Profile, ...]]:
    """Each functional on all widths, and without the smallest two under the models that fit all of them."""
    drop = min(2, len(widths) - (3 if settings.correction else 2))
    how = partial(profile, level=settings.level, correction=settings.correction, allowance=settings.allowance)
    full = tuple(how(widths, m, powers=settings.powers) for m in functionals)
    reduced = tuple(
        how(widths[drop:], m[drop:], powers=[f.power for f in p.kept], tested=False)
        for p, m in zip(full, functionals, strict=True)
    )
    return full, reduced


def describe(base: Decision, evidence: BothFunctionals, logs: Sequence[LogSample]) -> Decision:
    """``base`` with the estimates filled in."""
    moments = [s.log_mean() for s in logs]
    described = describe_profiles(base, evidence)
    return replace(
        described, c_hat=correction_coefficient(base.widths, moments), degenerate=all(m.variance == 0 for m in moments)
    )


def describe_profiles(base: Decision, evidence: BothFunctionals) -> Decision:
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
