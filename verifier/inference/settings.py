"""How a claim is decided: one frozen object, checked once, that every decision passes on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from verifier.inference.corrections import FREE_POWERS
from verifier.inference.decisions import DEFAULT_ALPHA, DEFAULT_MARGIN, LOOKS, Decision
from verifier.inference.exponents import DEFAULT_ALLOWANCE
from verifier.verdict import NumericStatus


class Keywords(TypedDict, total=False):
    """The fields of :class:`Settings` as keywords; what is left out has its default."""

    alpha: float
    margin: float
    correction: bool | None
    allowance: float
    powers: Sequence[float]
    looks: int
    look: int
    few: bool


@dataclass(frozen=True)
class Settings:
    """How a claim is decided.  Raises ValueError naming the first setting that is out of range.

    ``alpha``: the error rate; ``margin``: the room around the claim, in the units of what is decided.  ``powers`` are
    the exponents q of corrections (c/n)^q, |c| <= ``allowance``, of which one is assumed; ``correction`` fits them
    (True), only allows for them (False), or takes the shorter interval (None).  ``look`` of ``looks`` says how often
    these data were meant to be looked at; a single look at given data is looks=1.  ``few``: fewer than 128 samples a
    width may be decided, as :mod:`verifier.inference.few` says.
    """

    alpha: float = DEFAULT_ALPHA
    margin: float = DEFAULT_MARGIN
    correction: bool | None = None
    allowance: float = DEFAULT_ALLOWANCE
    powers: Sequence[float] = FREE_POWERS
    looks: int = LOOKS
    look: int = 1
    few: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 0.5:
            raise ValueError(f"alpha is {self.alpha}; it must lie strictly between 0 and 1/2")
        if not (self.margin > 0 and math.isfinite(self.margin)):
            raise ValueError(f"margin is {self.margin}; it must be positive and finite")
        if self.looks < 1 or not 1 <= self.look <= self.looks:
            raise ValueError(f"look {self.look} of {self.looks}; looks count from 1 to their planned number")
        if not (self.allowance >= 0 and math.isfinite(self.allowance)):
            raise ValueError(f"allowance C is {self.allowance}; it must be at least 0 and finite")

    @property
    def level(self) -> float:
        """The error rate of this look."""
        return self.alpha / self.looks

    def blank(
        self, quantity: str, claimed: float, widths: Sequence[int], counts: Sequence[int], zeros: float = math.nan
    ) -> Decision:
        """A decision before anything is found: *invalid*, without a reason.  Raises ValueError for a claim of NaN or
        infinity; ``zeros`` is the fraction of exact zeros."""
        if not math.isfinite(claimed):
            raise ValueError(f"the claimed {quantity} is {claimed}; it must be finite")
        return Decision(
            NumericStatus.INVALID, "", quantity, float(claimed), self.alpha, self.margin, tuple(widths), tuple(counts),
            zeros, correction=bool(self.correction), allowance=self.allowance, look=self.look, looks=self.looks,
        )  # fmt: skip
