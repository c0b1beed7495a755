"""Counts of right and wrong verdicts on data as people have them: natural quantities, and few seeds.

Each data set is looked at once, as ``verifier fit`` does.  Counts depend on (seed, name, number of samples, repetition)
alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from verifier.fits.fitting import FitSettings, assess
from verifier.inference.natural import GRIDS, naturals
from verifier.inference.rates import Rate
from verifier.verdict import NumericStatus

Array = npt.NDArray[np.float64]

#: Samples a width of the natural quantities, few and many, and data sets of each.
NATURAL_COUNTS = (3, 5, 10, 20, 200, 2000)
NATURAL_SETS = 2
FEW_COUNTS = (3, 5, 10, 20)
FEW_SETS = 1000
FEW_WIDTHS = (128, 256, 512, 1024, 2048)
#: The exponent that a claim of 0 is off by in false claims of few seeds: the margin.
FEW_OFF = 0.125


@dataclass(frozen=True)
class NaturalRow:
    """One natural quantity: verdicts on its true claim and on its false ones, over all data sets."""

    name: str
    kind: str
    truth: float
    note: str
    sets: int
    right: int  # consistent, of the true claim
    false_alarm: int  # contradicted, of the true claim
    claims: int  # false claims that were tried
    false_pass: int  # consistent, of a false claim
    refused: int  # contradicted, of a false claim

    @property
    def wrong(self) -> int:
        return self.false_alarm + self.false_pass


@dataclass(frozen=True)
class FewRow:
    """One law of log|X| at one number of seeds: claims of 0 where that is true, and where it is off by the margin."""

    law: str
    seeds: int
    sets: int
    decided: int  # true claims that were decided
    false_alarm: Rate
    false_pass: Rate


@dataclass(frozen=True)
class Practice:
    """Both tables."""

    naturals: tuple[NaturalRow, ...]
    few: tuple[FewRow, ...]

    def as_dict(self) -> dict[str, object]:
        """Plain data for JSON."""
        return {"natural": [asdict(row) for row in self.naturals], "few": [asdict(row) for row in self.few]}


def natural_row(name: str, seed: int, counts: Sequence[int], sets: int) -> NaturalRow:
    """The verdicts on ``sets`` data sets of each number of samples, on grids in turn."""
    quantity = next(found for found in naturals() if found.name == name)
    right = false_alarm = false_pass = refused = claims = 0
    for place, count in enumerate(counts):
        for repetition in range(sets):
            key = (zlib.crc32(quantity.name.encode()), count, repetition)
            rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=key)))
            widths = GRIDS[(place * sets + repetition) % len(GRIDS)]
            data = {n: np.asarray(quantity.draw(rng, n, count), dtype=np.float64) for n in widths}
            status = assess(data, quantity.kind, quantity.truth).status
            right += status is NumericStatus.CONSISTENT
            false_alarm += status is NumericStatus.CONTRADICTED
            for claimed in quantity.wrong:
                status = assess(data, quantity.kind, claimed).status
                claims += 1
                false_pass += status is NumericStatus.CONSISTENT
                refused += status is NumericStatus.CONTRADICTED
    return NaturalRow(
        quantity.name, quantity.kind, quantity.truth, quantity.note, len(counts) * sets, right, false_alarm, claims,
        false_pass, refused,
    )  # fmt: skip


def few_laws() -> dict[str, Callable[[np.random.Generator, int, int], Array]]:
    """Laws of log|X|, by name."""
    return {
        "normal, 0.03": lambda r, n, k: 0.03 * r.standard_normal(k),
        "normal, 0.1": lambda r, n, k: 0.1 * r.standard_normal(k),
        "normal, 0.5": lambda r, n, k: 0.5 * r.standard_normal(k),
        "heavy: t(3), 0.1": lambda r, n, k: 0.1 * r.standard_t(3, k),
        "heavy: Cauchy, 0.05": lambda r, n, k: 0.05 * r.standard_cauchy(k),
        "skewed: exponential, 0.2": lambda r, n, k: 0.2 * r.exponential(size=k),
        "skewed: log|G|": lambda r, n, k: np.log(np.abs(r.standard_normal(k))),
        "skewed: 5 % are off by 1": lambda r, n, k: 0.05 * r.standard_normal(k) + (r.random(k) < 0.05),
        "falling with n^-1/2, 0.2 at 128": lambda r, n, k: 0.2 * (128 / n) ** 0.5 * r.standard_normal(k),
        "falling and skewed, 0.3 at 128": lambda r, n, k: 0.3 * (128 / n) ** 0.5 * r.exponential(size=k),
        "falling with n^-1/3, 0.3 at 128": lambda r, n, k: 0.3 * (128 / n) ** (1 / 3) * r.standard_normal(k),
        "skewed: log of four Gaussians": lambda r, n, k: np.log(np.abs(np.prod(r.standard_normal((4, k)), axis=0))),
        "skewed and falling with n^-1/4, 0.3": lambda r, n, k: 0.3 * (128 / n) ** 0.25 * np.log(r.exponential(size=k)),
        "two values, 0 and 0.5": lambda r, n, k: 0.5 * (r.random(k) < 0.5) + 0.02 * r.standard_normal(k),
        "1 + 2/sqrt n, 0.05": lambda r, n, k: np.log1p(2 / np.sqrt(n)) + 0.05 * r.standard_normal(k),
    }


def few_row(name: str, count: int, seed: int, sets: int) -> FewRow:
    """``sets`` data sets of ``count`` seeds a width, X of order n^0, n^margin and n^-margin in turn."""
    draw = few_laws()[name]
    decided = alarms = passes = 0
    settings = FitSettings()
    for repetition in range(sets):
        key = (zlib.crc32(name.encode()), count, repetition)
        rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=key)))
        logs = {n: draw(rng, n, count) for n in FEW_WIDTHS}
        status = assess({n: np.exp(y) for n, y in logs.items()}, "order", 0, settings).status
        decided += status in (NumericStatus.CONSISTENT, NumericStatus.CONTRADICTED)
        alarms += status is NumericStatus.CONTRADICTED
        off = FEW_OFF if repetition % 2 else -FEW_OFF
        moved = {n: np.exp(y + off * np.log(n)) for n, y in logs.items()}
        passes += assess(moved, "order", 0, settings).status is NumericStatus.CONSISTENT
    return FewRow(name, count, sets, decided, Rate.counted(alarms, sets), Rate.counted(passes, sets))
