"""Fresh samples decide: whether a claim fails at an instance, at the hunt's own error rate.

The search spends none of that rate: what it looked at is not looked at again.  The k-th decision of a hunt gets
alpha/(k(k + 1)) of it, however many there will be, and its looks at growing samples share that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from scipy import stats

from verifier.claims.statement import Kind
from verifier.hunt.jobs import DrawnWidths, Draws, sample
from verifier.hunt.lab import FRESH, Lab, digest
from verifier.hunt.screening import draws_of
from verifier.hunt.space import Instance
from verifier.hunt.symptoms import is_zero
from verifier.hunt.target import Target, at_zero
from verifier.inference.decisions import Decision
from verifier.inference.presence import zero_bound
from verifier.inference.samples import LogSample
from verifier.sampling.decide import decide, settled
from verifier.sampling.plan import Group
from verifier.sampling.questions import Question
from verifier.verdict import NumericStatus

#: Zeros a width that make an instance one of zeros.
ZEROS = 2048
#: The part of a law that is looked at for a claim that it does not fall; and what is said where it does not.
TAIL = 0.02
MIXED = "typical values fall faster than claimed, but the largest do not surely: a law of several orders"
#: The most samples a width that a decision takes; what they do not decide is told as undecided.
MOST = 8192
#: Samples at a generic instance, which say what size is usual.
USUAL = 64


@dataclass(frozen=True)
class Decided:
    """What fresh samples say of a claim at an instance, at level ``alpha``.

    ``what``: "zero", "contradicted", or the gate's verdict where the claim stands.  ``low`` and ``high`` bound what is
    estimated; of a zero they bound P(X ≠ 0).
    """

    claim: str
    what: str
    reason: str
    alpha: float
    claimed: float | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    widths: tuple[int, ...] = ()
    samples: int = 0

    @property
    def fails(self) -> bool:
        """Whether the claim fails."""
        return self.what in ("zero", "contradicted")


def outcomes(
    lab: Lab, target: Target, instance: Instance, claims: Sequence[str], alpha: float, *,
    zero: bool = False, usual: Instance | None = None, root: bool = False,
) -> list[Decided]:  # fmt: skip
    """Decide the claims at an instance, together at level ``alpha``.

    ``zero``: samples that are 0, compared with the ``usual`` size at a generic instance, decide.  ``root``: the
    instance is at a zero of the leading coefficient, where no allowance for being near to one is granted.
    """
    (group,) = target.ask([instance])
    asked = {a.claim: a.question for a in group.cells[0].asked if a.question is not None}
    wanted = {claim: replace(asked[claim], alpha=alpha / len(claims)) for claim in claims if claim in asked}
    if root:
        wanted = {claim: at_zero(question) for claim, question in wanted.items()}
    lab.counts.decisions += 1
    place = digest(target.key, "decide", instance, list(wanted), alpha, zero, usual, root, lab.seed)
    kept = lab.keep.get(place)
    if kept is not None:
        return [Decided(**{**entry, "widths": tuple(entry["widths"])}) for entry in kept]
    found = _zeros(lab, target, group, wanted, usual) if zero else _gate(lab, target, group, wanted)
    if lab.left > 0:  # else it may have been cut short
        lab.keep.put(place, [asdict(o) for o in found])
    return found


def _gate(lab: Lab, target: Target, group: Group, wanted: Mapping[str, Question]) -> list[Decided]:
    samples: dict[Any, LogSample] = {}
    largest, found, done = 0.0, {}, 0
    open_ = dict(wanted)
    sizes = [size for size in group.schedule.sizes if size <= MOST] or group.schedule.sizes[:1]
    for look, size in enumerate(sizes, start=1):
        drawn = _draw(lab, target, group, size - done, done)
        if drawn.error is not None:
            return [Decided(claim, "failed", drawn.error, q.alpha) for claim, q in wanted.items()]
        done = size
        for width, (new,) in drawn.samples.items():
            samples[width] = samples[width] + new if width in samples else new
            largest = max(largest, drawn.largest[width][0]) if not math.isnan(largest) else largest
        for claim, question in list(open_.items()):
            decision = decide(group, question, samples, largest, look)
            found[claim] = _outcome(claim, decision)
            if found[claim].fails and not falls(question, samples, decision):
                found[claim] = replace(found[claim], what="inconclusive", reason=f"{MIXED}; else {decision.reason}")
            elif settled(group, question, decision):
                del open_[claim]
        if not open_ or lab.left <= 0:
            break
    return list(found.values())


def falls(question: Question, samples: Mapping[Any, LogSample], decision: Decision) -> bool:
    """Whether the large values of X fall as its typical ones do, where its order seems smaller than claimed.

    X/n^p has a limit that is not 0 as soon as a part of the law is of order n^p, however small the rest: samples of
    several orders, of which the greatest is the rarer one.  So all of the law has to fall: its quantile of
    :data:`TAIL`, between the outermost widths, with its binomial bounds at the level of the decision.
    """
    if question.kind is not Kind.ORDER or decision.estimate >= decision.claimed:
        return True
    narrow, wide = min(samples), max(samples)
    level = question.alpha / 2
    top, bottom = _quantile(samples[wide], level, upper=True), _quantile(samples[narrow], level, upper=False)
    return (top - bottom) / math.log(wide / narrow) < decision.claimed - question.margin / 2


def _quantile(sample: LogSample, level: float, upper: bool) -> float:
    """A bound on the quantile of log|X| that is exceeded with probability :data:`TAIL`."""
    logs = np.sort(np.concatenate([block.kept for block in sample.blocks]))[::-1]
    low, high = stats.binom.ppf([level, 1 - level], logs.size, TAIL)
    rank = int(low) - 1 if upper else int(high)
    return math.inf if upper and rank < 0 else float(logs[min(max(rank, 0), logs.size - 1)])


def _outcome(claim: str, d: Decision) -> Decided:
    claimed, estimate, low, high = (x if math.isfinite(x) else None for x in (d.claimed, d.estimate, d.low, d.high))
    what = "contradicted" if d.verdict is NumericStatus.CONTRADICTED else str(d.verdict)
    return Decided(claim, what, d.reason, d.alpha, claimed, estimate, low, high, d.widths, d.samples)


def _zeros(
    lab: Lab, target: Target, group: Group, wanted: Mapping[str, Question], usual: Instance | None
) -> list[Decided]:
    count = min(ZEROS, group.schedule.sizes[-1])
    scale: dict[Any, float] = {}
    if usual is not None:
        (generic,) = target.ask([usual])
        size = _draw(lab, target, generic, USUAL, 1 << 30)
        scale = {width: values[0] for width, values in size.largest.items()}
    drawn = _draw(lab, target, group, count, 0)
    if drawn.error is not None:
        return [Decided(claim, "failed", drawn.error, q.alpha) for claim, q in wanted.items()]
    largest = {width: values[0] for width, values in drawn.largest.items()}
    widths = tuple(n if isinstance(n, int) else n[0] for n in drawn.samples)
    exact = all(value == 0 for value in largest.values())
    found = []
    for claim, question in wanted.items():
        claimed = question.target
        if not is_zero(largest, scale) or question.kind not in (Kind.ORDER, Kind.VARIANCE):
            found.append(Decided(claim, "inconclusive", "not all samples are 0", question.alpha, claimed))
            continue
        bound = zero_bound(count, question.alpha / len(widths))
        how = "exactly 0" if exact else "0 up to rounding (1e-12 of its size at a generic instance)"
        reason = f"{how} in all {count} samples at each width, which bounds P(X ≠ 0) by {bound:.2g}"
        found.append(Decided(claim, "zero", reason, question.alpha, claimed, None, 0.0, bound, widths, count))
    return found


def _draw(lab: Lab, target: Target, group: Group, count: int, first: int) -> DrawnWidths:
    """``count`` more samples at every width, in parallel where there are workers."""
    whole = draws_of(target, group, lab.seed, FRESH, number=first)
    pieces: list[Draws] = []
    # Whole blocks, so that the same samples are drawn however many workers there are.
    step = group.block * -(-count // (group.block * lab.hands.slots))
    for width in reversed(whole.widths):
        for start in range(0, count, step):
            size = min(step, count - start)
            pieces.append(replace(whole, widths=(width,), samples=size, number=first + start, block=group.block))
    samples: dict[Any, tuple[LogSample, ...]] = {}
    largest: dict[Any, tuple[float, ...]] = {}
    error = None
    found: list[DrawnWidths] = lab.every((sample, (piece,)) for piece in pieces)
    for piece, drawn in zip(pieces, found, strict=True):
        lab.charge(drawn.seconds)
        error = error or drawn.error
        if drawn.error is not None:
            continue
        width = piece.widths[0]
        lab.counts.samples += piece.samples
        before = samples.get(width)
        new = drawn.samples[width]
        samples[width] = new if before is None else tuple(a + b for a, b in zip(before, new, strict=True))
        largest[width] = tuple(map(max, largest.get(width, drawn.largest[width]), drawn.largest[width]))
    ordered = {width: samples[width] for width in whole.widths if width in samples}
    return DrawnWidths(ordered, largest, 0.0, error)
