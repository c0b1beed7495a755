"""Whether a few samples make an instance worth a closer look.  Nothing is decided here: fresh samples do that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from verifier.claims.statement import Kind
from verifier.hunt.target import speaks_of_size
from verifier.inference.exponents import contrast, slope_weights
from verifier.inference.samples import LogSample
from verifier.sampling.decide import decide
from verifier.sampling.plan import Group
from verifier.sampling.questions import Question
from verifier.verdict import NumericStatus

#: What is this much smaller than at a generic instance is 0 up to rounding.
ROUNDING = 1e-12
#: Fewest samples other than 0 from which a slope is read.
FEWEST = 24
#: A slope is suspicious from here on, besides three standard errors and the corrections of these widths.
OFF = 0.125
#: The level at which other claims are screened.
SCREEN_ALPHA = 1e-2

Samples = Mapping[Any, LogSample]


@dataclass(frozen=True)
class Symptom:
    """``zero``: exactly 0, or 0 up to rounding, where a size is claimed; ``off``: another exponent; ``wrong``: what
    else contradicts; ``fine``; ``unknown``.  ``estimate`` is the exponent, or what the gate estimates.
    """

    kind: str
    estimate: float = math.nan

    @property
    def suspicious(self) -> bool:
        return self.kind in ("zero", "off", "wrong")


FINE, UNKNOWN = Symptom("fine"), Symptom("unknown")


def symptom(
    group: Group, question: Question, samples: Samples, largest: Mapping[Any, float], usual: Mapping[Any, float] | None
) -> Symptom:
    """What samples (by width) say about a question.  ``largest`` |X| by width, here and at a generic instance."""
    if any(not math.isfinite(value) for value in largest.values()):
        return UNKNOWN
    if not speaks_of_size(question):
        return _other(group, question, samples, max(largest.values()))
    if is_zero(largest, usual):
        return Symptom("zero") if question.kind in (Kind.ORDER, Kind.VARIANCE) else FINE
    if question.kind is Kind.VARIANCE:
        return _other(group, question, samples, max(largest.values()))
    return _slope(question, samples)


def is_zero(largest: Mapping[Any, float], usual: Mapping[Any, float] | None) -> bool:
    """Whether X is 0 at every width, up to rounding where its usual size is known."""
    scale = usual or {}
    return all(value <= ROUNDING * scale.get(width, 0.0) for width, value in largest.items())


def _slope(question: Question, samples: Samples) -> Symptom:
    assert question.target is not None
    widths = tuple(sorted(samples))
    if min(samples[n].nonzeros for n in widths) < FEWEST:
        return UNKNOWN
    weights = slope_weights(widths)
    found = contrast(weights, [samples[n].log_mean() for n in widths])
    bias = min(question.allowance * abs(sum(w / n for w, n in zip(weights, widths, strict=True))), 0.15)
    if question.allowance > 1000:  # a formula says that nothing can be told here
        return UNKNOWN
    room = OFF + 3 * found.standard_error + bias
    above, below = found.value > question.target + room, found.value < question.target - room
    if question.kind is Kind.VANISHES:
        above = found.value > question.target - OFF + 3 * found.standard_error
    off = above or (below and question.kind is Kind.ORDER)
    return Symptom("off" if off else "fine", found.value)


def _other(group: Group, question: Question, samples: Samples, largest: float) -> Symptom:
    try:
        found = decide(group, replace(question, alpha=SCREEN_ALPHA), samples, largest, 1)
    except ValueError:
        return UNKNOWN
    if found.verdict is NumericStatus.CONTRADICTED:
        return Symptom("wrong", found.estimate)
    return Symptom("fine" if found.verdict is NumericStatus.CONSISTENT else "unknown", found.estimate)
