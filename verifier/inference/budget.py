"""What would decide an open claim, from the fitted model: samples a width, or widths where no number of samples helps.

The half-length of an honest interval is a standard error, which falls as S^-1/2, plus the bias that corrections are
allowed to make, which does not fall with S at all and falls with the width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import special

from verifier.inference.corrections import Profile, weighted

#: Beyond this a number of samples is no advice.
MOST = 1 << 40


@dataclass(frozen=True)
class Budget:
    """``samples`` a width would decide; without a number, ``why`` none does and what to do instead."""

    samples: int | None
    advice: str
    why: str = ""


@dataclass(frozen=True)
class _Model:
    """Half the length of an interval at a factor of the samples: error / sqrt(factor) + bias, the shortest choice."""

    choices: tuple[tuple[float, float], ...]  # (quantile times standard error, bias)

    def half(self, factor: float) -> float:
        return min(error / math.sqrt(factor) + bias for error, bias in self.choices)

    @property
    def limit(self) -> float:
        return min(bias for _, bias in self.choices)


def budget(
    widths: Sequence[int], profiles: Sequence[Profile], count: int, room: float, allowance: float, alpha: float
) -> Budget:
    """What makes all intervals shorter than ``room`` to each side."""
    if not count or not profiles:
        return Budget(None, "")
    models = [
        _model(widths, found, power, allowance, alpha, found.level) for found in profiles for power in _powers(found)
    ]
    bias = max(model.limit for model in models)
    if bias >= room:
        why = f"; the bias allowance {bias:.4f} fills {room:.3g} on these widths: no number of samples decides"
        return Budget(None, _wider(widths, profiles, room, allowance), why)
    factor = 1.0
    while factor * count < MOST and max(model.half(factor) for model in models) > room:
        factor *= 1.1
    needed = math.ceil(count * max(factor, 1.2))
    if needed >= MOST:
        return Budget(None, "no affordable number of samples decides: use wider widths")
    return Budget(needed, f"about {needed} samples a width would decide")


def _powers(found: Profile) -> list[float]:
    return [fit.power for fit in found.kept]


def _model(widths: Sequence[int], found: Profile, power: float, allowance: float, alpha: float, level: float) -> _Model:
    fit = next(f for f in found.fits if f.power == power)
    z = -float(special.ndtri(level / 2)) - float(special.ndtri(min(alpha, 0.25)))
    here, _ = weighted(widths, power, fit.share, allowance)
    # The other contrasts, at the same standard deviations: their errors are those of their weights.
    unit = z * fit.estimate.standard_error / math.sqrt(float(here @ here))
    choices = []
    for share in found.shares:
        weights, bias = weighted(widths, power, share, allowance)
        choices.append((unit * math.sqrt(float(weights @ weights)), bias))
    return _Model(tuple(choices))


def _wider(widths: Sequence[int], profiles: Sequence[Profile], room: float, allowance: float) -> str:
    """The factor by which all widths have to grow until the bias takes less than half of the room."""
    powers = dict.fromkeys(p for found in profiles for p in _powers(found))
    possible = profiles[0].shares
    for doublings in range(1, 31):
        grown = [n << doublings for n in widths]
        biases = [min(weighted(grown, power, share, allowance)[1] for share in possible) for power in powers]
        if max(biases) < room / 2:
            return f"use wider widths: {grown[0]} to {grown[-1]} would do"
    return "use wider widths, or a wider margin"
