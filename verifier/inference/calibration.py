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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from verifier.inference.decisions import ALL_ZERO, DEFAULT_MARGIN, Decision, unusable, zero_fraction
from verifier.inference.evidence import describe, gather
from verifier.inference.exponents import DEFAULT_ALLOWANCE, DEFAULT_WIDTHS
from verifier.inference.families import Family
from verifier.inference.gates import settle
from verifier.inference.rates import Rate, Tally
from verifier.inference.samples import LogSample
from verifier.inference.schedule import Schedule
from verifier.inference.settings import Settings
from verifier.verdict import NumericStatus

#: Errors of the claimed exponent that should be contradicted, and early; beside them the sign is changed.
WRONG_BY = (0.25, -0.25, 0.5, -0.5)


@dataclass(frozen=True)
class Power:
    """How often a claim of the wrong exponent ``claimed`` was contradicted, and after how many samples."""

    claimed: float
    contradicted: Rate
    mean_samples: float


@dataclass(frozen=True)
class CalibrationRow:
    """One family at one alpha and margin. Rates that make no sense for the family are None.

    ``false_pass``: of the family's own claim, if that is false. ``false_pass_above`` and ``false_pass_below``:
    of a true claim moved up and down by the margin. ``false_fail``, ``consistent``, ``inconclusive``,
    ``invalid``, ``coverage``, ``mean_samples`` (a width) and ``most_samples`` belong to the family's own claim;
    ``coverage`` is that of the reported interval. ``power``: claims that are far off.
    """

    family: str
    holds: bool
    assumption: bool
    alpha: float
    margin: float
    widths: tuple[int, ...]
    correction: bool
    repetitions: int
    false_pass: Rate | None
    false_pass_above: Rate | None
    false_pass_below: Rate | None
    false_fail: Rate | None
    consistent: Rate
    contradicted: Rate
    inconclusive: Rate
    invalid: Rate
    coverage: Rate | None
    mean_samples: float
    most_samples: int
    power: tuple[Power, ...]
    note: str

    @property
    def errors(self) -> tuple[tuple[str, Rate], ...]:
        """The kinds of error that the family can show, each with its rate; every one is to be within alpha."""
        named = (
            ("false passes", self.false_pass),
            ("false passes above", self.false_pass_above),
            ("false passes below", self.false_pass_below),
            ("false fails", self.false_fail),
            ("intervals without the truth", self.coverage.complement if self.coverage else None),
        )
        return tuple((name, rate) for name, rate in named if rate is not None)

    @property
    def within(self) -> bool:
        """Whether the upper end of every error rate is below alpha."""
        return all(rate.high < self.alpha for _, rate in self.errors)

    def as_dict(self) -> dict[str, object]:
        """Plain data for JSON and tables."""
        return asdict(self) | {"within_alpha": self.within}


@dataclass(frozen=True)
class GateSettings:
    """How the gate is run. A family's own widths and column take the place of ``widths`` and ``correction``."""

    alpha: float = 0.05
    margin: float = DEFAULT_MARGIN
    widths: tuple[int, ...] = DEFAULT_WIDTHS
    correction: bool | None = None
    allowance: float = DEFAULT_ALLOWANCE
    schedule: Schedule = field(default_factory=Schedule)

    def on(self, family: Family) -> GateSettings:
        """These settings with what the family brings along."""
        widths = tuple(sorted(family.widths or self.widths))
        return replace(self, widths=widths, correction=self.correction or family.correction or None)


def extended(row: CalibrationRow) -> bool:
    """Whether a row of planned length is run as long again: its rates have to be within alpha, and do not show it."""
    return row.holds and row.assumption and not row.within


def count_errors(family: Family, settings: GateSettings, repetitions: Iterable[int], seed: int = 0) -> Tally:
    """Run the gate on the given repetitions of a family: its own claim and, if that holds, false ones."""
    settings = settings.on(family)
    claims = [family.claimed]
    if family.holds:
        claims += [family.claimed + settings.margin, family.claimed - settings.margin, *wrong_claims(family)]
    total: Tally | None = None
    for repetition in repetitions:
        own, *others = _gates(GrowingSamples(family, settings, seed, repetition), claims, settings)
        passes = [d.verdict is NumericStatus.CONSISTENT for d in others[:2]] or [False, False]
        found = replace(
            Tally.of(own),
            covered=int(_covers(own, family.claimed)),
            pass_above=int(passes[0]),
            pass_below=int(passes[1]),
            wrong=tuple(int(d.verdict is NumericStatus.CONTRADICTED) for d in others[2:]),
            wrong_samples=tuple(d.samples for d in others[2:]),
        )
        total = found if total is None else total + found
    if total is None:
        raise ValueError("no repetitions: nothing to count")
    return total


def summarise(family: Family, settings: GateSettings, tally: Tally) -> CalibrationRow:
    """The row of the table that a family's counts make."""
    settings = settings.on(family)
    trials = tally.repetitions

    def rate(count: int, wanted: bool = True) -> Rate | None:
        return Rate.counted(count, trials) if wanted else None

    return CalibrationRow(
        family=family.name,
        holds=family.holds,
        assumption=family.assumption,
        alpha=settings.alpha,
        margin=settings.margin,
        widths=settings.widths,
        correction=bool(settings.correction),
        repetitions=trials,
        false_pass=rate(tally.consistent, not family.holds),
        false_pass_above=rate(tally.pass_above, family.holds),
        false_pass_below=rate(tally.pass_below, family.holds),
        false_fail=rate(tally.contradicted, family.holds),
        consistent=Rate.counted(tally.consistent, trials),
        contradicted=Rate.counted(tally.contradicted, trials),
        inconclusive=Rate.counted(trials - tally.consistent - tally.contradicted - tally.invalid, trials),
        invalid=Rate.counted(tally.invalid, trials),
        coverage=rate(tally.covered, family.holds),
        mean_samples=tally.samples / trials,
        most_samples=tally.most,
        power=tuple(
            Power(claimed, Rate.counted(count, trials), samples / trials)
            for claimed, count, samples in zip(wrong_claims(family), tally.wrong, tally.wrong_samples, strict=False)
        ),
        note=family.note,
    )


def wrong_claims(family: Family) -> tuple[float, ...]:
    """Exponents far from that of the family: off by :data:`WRONG_BY`, and of the other sign."""
    return (*(family.claimed + off for off in WRONG_BY), -family.claimed)


class GrowingSamples:
    """The growing samples of one repetition, drawn once and shared by the claims that are tested on them."""

    def __init__(self, family: Family, settings: GateSettings, seed: int, repetition: int) -> None:
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


def _gates(source: GrowingSamples, claims: Sequence[float], settings: GateSettings) -> list[Decision]:
    """The last decision on each claim: what a gate of its own on the same samples would have come to."""
    last: dict[int, Decision] = {}
    for look in range(1, len(settings.schedule.sizes) + 1):
        still = [i for i in range(len(claims)) if i not in last or not last[i].decided]
        if not still:
            break
        last |= zip(still, _look(source.at(look), [claims[i] for i in still], settings, look), strict=True)
    return [last[i] for i in range(len(claims))]


def _look(
    samples: Mapping[int, LogSample], claims: Sequence[float], settings: GateSettings, look: int
) -> list[Decision]:
    """:func:`decide_order` for several claims about the same samples, which share the evidence."""
    widths, logs = tuple(samples), tuple(samples.values())
    how = Settings(
        settings.alpha, settings.margin, settings.correction, settings.allowance, looks=settings.schedule.looks,
        look=look,
    )  # fmt: skip
    base = how.blank("exponent", claims[0], widths, [s.count for s in logs], zero_fraction(logs))
    stopped = unusable(base, logs, all_zero=ALL_ZERO)
    if stopped is not None:
        return [replace(stopped, claimed=claimed) for claimed in claims]
    evidence = gather(widths, logs, how)
    base = describe(base, evidence, logs)
    return [settle(replace(base, claimed=claimed), evidence) for claimed in claims]


def _covers(decision: Decision, truth: float) -> bool:
    # Too few non-zero samples for an interval is no interval, which excludes nothing.
    return not (decision.low > truth or decision.high < truth)
