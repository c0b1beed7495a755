"""The gate measured on families whose exponents are known: how often is it wrong, and at what cost?

A false pass is *consistent* for a claim that is off by exactly the margin (the hardest false claim that has
to be refused) or that is no power law; a false fail is *contradicted* for a true claim. Rates carry Clopper-
Pearson intervals. The gate that is run is the one that users run, look by look.

Rates near alpha = 1e-8 cannot be measured this way: no errors in R runs show only that the rate is below
about 3/R. There the claim rests on the Student tail of a mean of at least 128 logarithms, which saddlepoint
figures put within a factor of two of the nominal level. And no table covers a law outside its families.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from verifier.inference.atoms import binomial_interval
from verifier.inference.exponents import DEFAULT_ALLOWANCE, DEFAULT_WIDTHS
from verifier.inference.families import Family, families
from verifier.inference.gates import DEFAULT_MARGIN, Decision, decide_order
from verifier.inference.samples import LogSample
from verifier.inference.schedule import Schedule
from verifier.verdict import NumericStatus

#: Two-sided confidence of the intervals around the measured rates.
RATE_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Rate:
    """``count`` of ``trials``, with its Clopper-Pearson interval."""

    count: int
    trials: int
    low: float
    high: float

    @classmethod
    def of(cls, outcomes: Sequence[bool], confidence: float = RATE_CONFIDENCE) -> Rate:
        low, high = binomial_interval(sum(outcomes), len(outcomes), 1 - confidence)
        return cls(sum(outcomes), len(outcomes), low, high)

    @property
    def value(self) -> float:
        return self.count / self.trials


@dataclass(frozen=True)
class CalibrationRow:
    """One family at one alpha and margin. Rates that make no sense for the family are None.

    ``false_pass``: of a claim off by the margin, sides alternating (of the claim itself if it is false).
    ``false_fail``, ``consistent``, ``inconclusive``, ``coverage``, ``mean_samples`` (a width) and
    ``most_samples`` belong to the family's own claim; ``coverage`` is that of the reported interval.
    """

    family: str
    holds: bool
    assumption: bool
    alpha: float
    margin: float
    repetitions: int
    false_pass: Rate
    false_fail: Rate | None
    consistent: Rate
    contradicted: Rate
    inconclusive: Rate
    coverage: Rate | None
    mean_samples: float
    most_samples: int
    note: str

    def as_dict(self) -> dict[str, object]:
        """Plain data for JSON and tables."""
        return asdict(self)


def calibrate(
    chosen: Sequence[Family] | None = None,
    alpha: float = 0.05,
    margin: float = DEFAULT_MARGIN,
    repetitions: int = 200,
    seed: int = 0,
    *,
    widths: Sequence[int] = DEFAULT_WIDTHS,
    correction: bool = False,
    allowance: float = DEFAULT_ALLOWANCE,
    schedule: Schedule | None = None,
    quick: bool = False,
) -> tuple[CalibrationRow, ...]:
    """Run the sequential gate ``repetitions`` times on each family (all of :func:`families` by default).

    ``quick``: 20 repetitions and at most 4096 samples a width, for seconds instead of minutes. A result
    depends on (seed, family name, repetition) and nothing else. Raises ValueError for repetitions below 1.
    """
    if repetitions < 1:
        raise ValueError(f"repetitions is {repetitions}; at least 1 is needed")
    if quick:
        repetitions = min(repetitions, 20)
        schedule = schedule or Schedule(cap=4096)
    plan = schedule or Schedule()
    settings = _Settings(alpha, margin, correction, allowance, plan, tuple(sorted(widths)))
    every = families() if chosen is None else tuple(chosen)
    return tuple(_row(family, settings, repetitions, seed) for family in every)


def run_gate(
    family: Family,
    claimed: float,
    alpha: float,
    seed: int = 0,
    *,
    margin: float = DEFAULT_MARGIN,
    widths: Sequence[int] = DEFAULT_WIDTHS,
    correction: bool = False,
    allowance: float = DEFAULT_ALLOWANCE,
    schedule: Schedule | None = None,
) -> Decision:
    """One run of the sequential gate on a family: the decision at its last look."""
    plan = schedule or Schedule()
    settings = _Settings(alpha, margin, correction, allowance, plan, tuple(sorted(widths)))
    return _gate(_Source(family, settings, seed, 0), claimed, settings)


@dataclass(frozen=True)
class _Settings:
    alpha: float
    margin: float
    correction: bool
    allowance: float
    schedule: Schedule
    widths: tuple[int, ...]


class _Source:
    """The growing samples of one repetition, drawn once and shared by the claims that are tested on them."""

    def __init__(self, family: Family, settings: _Settings, seed: int, repetition: int) -> None:
        # The name, not the position, keys the stream: adding a family changes no other row.
        key = (zlib.crc32(family.name.encode()), repetition)
        self._rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=key)))
        self._family, self._settings = family, settings
        self._looks: list[dict[int, LogSample]] = []

    def at(self, look: int) -> dict[int, LogSample]:
        """All samples up to ``look`` (from 1) by width."""
        sizes = self._settings.schedule.sizes
        while len(self._looks) < look:
            k = len(self._looks)
            new = sizes[k] - (sizes[k - 1] if k else 0)
            fresh = {n: self._family.draw(self._rng, n, new) for n in self._settings.widths}
            before = self._looks[-1] if k else None
            self._looks.append({n: before[n] + s for n, s in fresh.items()} if before else fresh)
        return self._looks[look - 1]


def _gate(source: _Source, claimed: float, settings: _Settings) -> Decision:
    plan = settings.schedule
    decision: Decision | None = None
    while (size := plan.next_size(decision)) is not None:
        look = plan.look_at(size)
        decision = decide_order(
            source.at(look),
            claimed,
            alpha=settings.alpha,
            margin=settings.margin,
            correction=settings.correction,
            allowance=settings.allowance,
            looks=plan.looks,
            look=look,
        )
    assert decision is not None  # a schedule has at least one size
    return decision


def _row(family: Family, settings: _Settings, repetitions: int, seed: int) -> CalibrationRow:
    own: list[Decision] = []
    false_pass: list[bool] = []
    for repetition in range(repetitions):
        source = _Source(family, settings, seed, repetition)
        own.append(_gate(source, family.claimed, settings))
        if family.holds:
            side = 1 if repetition % 2 else -1
            false = _gate(source, family.claimed + side * settings.margin, settings)
            false_pass.append(false.verdict is NumericStatus.CONSISTENT)
    verdicts = [d.verdict for d in own]
    consistent = [v is NumericStatus.CONSISTENT for v in verdicts]
    contradicted = [v is NumericStatus.CONTRADICTED for v in verdicts]
    return CalibrationRow(
        family=family.name,
        holds=family.holds,
        assumption=family.assumption,
        alpha=settings.alpha,
        margin=settings.margin,
        repetitions=repetitions,
        false_pass=Rate.of(false_pass if family.holds else consistent),
        false_fail=Rate.of(contradicted) if family.holds else None,
        consistent=Rate.of(consistent),
        contradicted=Rate.of(contradicted),
        inconclusive=Rate.of([v is NumericStatus.INCONCLUSIVE for v in verdicts]),
        coverage=Rate.of([_covers(d, family.claimed) for d in own]) if family.holds else None,
        mean_samples=float(np.mean([d.samples for d in own])),
        most_samples=max(d.samples for d in own),
        note=family.note,
    )


def _covers(decision: Decision, truth: float) -> bool:
    # Too few non-zero samples for an interval is no interval, which excludes nothing.
    return not (decision.low > truth or decision.high < truth)
