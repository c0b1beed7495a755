"""How often something happened: rates with exact intervals, counts that add up, and how many runs are planned."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from verifier.inference.atoms import binomial_interval
from verifier.inference.decisions import Decision
from verifier.verdict import NumericStatus

#: Two-sided confidence of the intervals around the measured rates: 95 % if a row is run in two stages.
RATE_CONFIDENCE = 0.975
#: Repetitions where alpha alone promises nothing, and the fewest and most elsewhere; those of other kinds of claims.
FEWEST, MOST = 1000, 100_000
KIND_REPETITIONS = 500


def planned_repetitions(alpha: float, promised: bool = True) -> int:
    """How often the gate is run on a family at first, fixed by ``alpha`` before anything is seen.

    5/alpha, so that a row without errors shows a rate below alpha; at least 1000 and at most 100000. A row that
    does not show it is run once more as long (:func:`verifier.inference.calibration.extended`), and three errors
    in 10/alpha still do. Where it is not ``promised`` that the rates are within alpha, 1000 describe them: claims
    that break the assumption, and laws that are no power laws, which are refused by diagnostics and not by alpha.
    """
    return min(MOST, max(FEWEST, math.ceil(5 / alpha - 1e-9))) if promised else FEWEST


@dataclass(frozen=True)
class Rate:
    """``count`` of ``trials``, with its Clopper-Pearson interval."""

    count: int
    trials: int
    low: float
    high: float

    @classmethod
    def of(cls, outcomes: Sequence[bool], confidence: float = RATE_CONFIDENCE) -> Rate:
        return cls.counted(sum(outcomes), len(outcomes), confidence)

    @classmethod
    def counted(cls, count: int, trials: int, confidence: float = RATE_CONFIDENCE) -> Rate:
        return cls(count, trials, *binomial_interval(count, trials, 1 - confidence))

    @property
    def value(self) -> float:
        return self.count / self.trials

    @property
    def complement(self) -> Rate:
        """Of the other outcome."""
        return Rate(self.trials - self.count, self.trials, 1 - self.high, 1 - self.low)


@dataclass(frozen=True)
class Tally:
    """Counts over some repetitions of one family; add those of other repetitions.

    ``wrong`` and ``wrong_samples`` have one entry an exponent of
    :func:`verifier.inference.calibration.wrong_claims`.
    """

    repetitions: int
    consistent: int
    contradicted: int
    invalid: int
    samples: int
    most: int
    covered: int = 0
    pass_above: int = 0
    pass_below: int = 0
    wrong: tuple[int, ...] = ()
    wrong_samples: tuple[int, ...] = ()

    @classmethod
    def of(cls, decision: Decision) -> Tally:
        """One repetition that ended in ``decision``."""
        verdict = decision.verdict
        return cls(
            repetitions=1,
            consistent=int(verdict is NumericStatus.CONSISTENT),
            contradicted=int(verdict is NumericStatus.CONTRADICTED),
            invalid=int(verdict is NumericStatus.INVALID),
            samples=decision.samples,
            most=decision.samples,
        )

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.repetitions + other.repetitions,
            self.consistent + other.consistent,
            self.contradicted + other.contradicted,
            self.invalid + other.invalid,
            self.samples + other.samples,
            max(self.most, other.most),
            self.covered + other.covered,
            self.pass_above + other.pass_above,
            self.pass_below + other.pass_below,
            tuple(a + b for a, b in zip(self.wrong, other.wrong, strict=True)),
            tuple(a + b for a, b in zip(self.wrong_samples, other.wrong_samples, strict=True)),
        )
