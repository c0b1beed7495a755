"""Where corners and lines find nothing: random instances, and an optimiser that makes the quantity small."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import optimize

from verifier.hunt.field import Candidate, Field
from verifier.hunt.jobs import sample
from verifier.hunt.screening import draws_of
from verifier.hunt.shrink import fewer
from verifier.hunt.space import Instance
from verifier.hunt.target import bare, measured, speaks_of_size

#: Samples and evaluations of a descent; a median this much smaller than where it began is worth a look.
SAMPLES, EVALUATIONS, SMALL = 64, 60, 0.05
#: What a failing region reaches to both sides, as a part of the range.
NEAR = 0.02
#: The share of random instances' free values that are corners.
CORNERS = 0.5


class Adversary:
    """Random and optimised instances of one field, from a generator of its own."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.rng = field.rng

    def random(self) -> Candidate | None:
        """Look at a random instance; a candidate if it is suspicious and not known.  Raises OutOfTime."""
        frame = self._frame()
        special: dict[str, Any] = {}
        for name in self.field.space.free:
            axis = self.field.space.axes[name]
            corners = axis.corners()
            if corners and self.rng.random() < CORNERS:
                special[name] = corners[int(self.rng.integers(len(corners)))].value
            else:
                special[name] = axis.generic(self.rng)
        return self._candidate(frame, special)

    def descend(self) -> Candidate | None:
        """Minimise the median |X| over the real parameters from a random start.  Raises OutOfTime."""
        field, real = self.field, self.field.space.real
        if not real or not measured(field.target.part) or getattr(field.target.part, "grid", None) is not None:
            return None
        frame = self._frame()
        start = {name: field.space.axes[name].generic(self.rng) for name in real}
        if not any(speaks_of_size(q) for q in field.target.asked(field.place(frame, start)).values()):
            return None
        spans = [field.space.axes[name].span() or (0.0, 1.0) for name in real]

        def at(x: Any) -> dict[str, float]:
            return {
                n: float(np.clip(lo + (hi - lo) * t, lo, hi))
                for n, t, (lo, hi) in zip(real, x, spans, strict=True)
            }  # fmt: skip

        def depth(x: Any) -> float:
            self.field.lab.check()
            return self._median(field.place(frame, at(x)))

        first = [(start[n] - lo) / (hi - lo) for n, (lo, hi) in zip(real, spans, strict=True)]
        before = depth(first)
        if not math.isfinite(before):
            return None
        found = optimize.minimize(depth, first, method="Nelder-Mead", options={"maxfev": EVALUATIONS, "xatol": 1e-4})
        if not found.fun < before + math.log(SMALL):
            return None
        return self._candidate(frame, at(found.x))

    def _frame(self) -> Instance:
        """A frame, simple ones more often."""
        frames = self.field.inside
        return frames[int(len(frames) * self.rng.random() ** 2)]

    def _median(self, instance: Instance) -> float:
        field = self.field
        (group,) = field.target.ask([instance])
        small = bare(group, SAMPLES, group.widths[:1])
        drawn = field.lab.call(sample, replace(draws_of(field.target, small, field.lab.seed, 0), number=1 << 30))
        field.lab.charge(drawn.seconds)
        if drawn.error is not None:
            return math.inf
        ((values,),) = drawn.samples.values()
        logs = values.logs()
        return float(np.median(logs)) if logs.size else -700.0

    def _candidate(self, frame: Instance, special: Mapping[str, Any]) -> Candidate | None:
        field = self.field
        seen = field.now(frame, special)
        for claim, symptom in seen.symptoms.items():
            if not symptom.suspicious:
                continue
            usual = field.now(frame, {})
            if usual.suspicious(claim):
                continue
            least = fewer(field, Candidate(frame, dict(special), (claim,), symptom.kind))
            if least.special and not field.marked(claim, least.special, least.kind) and self._open(least):
                return least
        return None

    def _open(self, found: Candidate) -> bool:
        """Whether it fails on both sides of each special value that is no corner, too.

        Close to a degenerate value every width that can be sampled may be too small, although the claim holds: where
        the failure is not that of a corner, nor of a line's zero, it has to be that of a region.
        """
        for name, value in found.special.items():
            axis = self.field.space.axes[name]
            span = axis.span()
            if span is None or any(c.value == value for c in axis.corners()):
                continue
            reach = NEAR * (span[1] - span[0])
            for other in (value - reach, value + reach):
                inside = span[0] <= other <= span[1]
                special = {**found.special, name: other}
                if not inside or not self.field.fails(found.frame, special, found.claims[0], found.kind):
                    return False
        return True
