"""Where corners and lines find nothing: random instances, and an optimiser that makes the quantity small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from verifier.hunt.field import Candidate, Field
from verifier.hunt.jobs import Descent, descend
from verifier.hunt.lab import digest
from verifier.hunt.screening import draws_of
from verifier.hunt.shrink import NEAR, fewer
from verifier.hunt.space import Instance
from verifier.hunt.target import bare, measured, speaks_of_size

#: Samples at each point of a descent.
SAMPLES = 64
#: Random instances that are looked at together; a quarter as many descents.
TOGETHER = 16
#: The share of random instances' free values that are corners.
CORNERS = 0.5


class Adversary:
    """Random and optimised instances of one field, from a generator of its own."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.rng = field.rng

    def random(self) -> Iterator[Candidate]:
        """Look at random instances, together; those that are suspicious and not known.  Raises OutOfTime."""
        places = [(self._frame(), self._special()) for _ in range(TOGETHER)]
        self.field.look_at([(frame, {}) for frame, _ in places])
        self.field.look_at(places)
        yield from self._candidates(places)

    def descend(self) -> Iterator[Candidate]:
        """Minimise the median |X| over the real parameters from random starts.  Raises OutOfTime."""
        field, real = self.field, self.field.space.real
        if not real or not measured(field.target.part) or getattr(field.target.part, "grid", None) is not None:
            return
        calls, ends = [], {}
        for number in range(TOGETHER // 4):
            frame, start = self._frame(), {name: field.space.axes[name].generic(self.rng) for name in real}
            if any(speaks_of_size(q) for q in field.target.asked(field.place(frame, start)).values()):
                what = self._descent(frame, start)
                place = digest(field.target.key, "descend", what)
                kept = field.lab.keep.get(place)
                if kept is None:
                    calls.append(((number, frame, place), descend, (what,)))
                else:
                    ends[number] = frame, kept["at"]
        for (number, frame, place), (at, seconds, error) in field.lab.each(calls):
            field.lab.charge(seconds)
            if error is not None:
                field.lab.counts.failed.append((f"{field.target.label}: a descent in {frame}", error))
                continue
            field.lab.keep.put(place, {"at": at})
            ends[number] = frame, at
        yield from self._candidates([(frame, at) for _, (frame, at) in sorted(ends.items()) if at is not None])

    def _descent(self, frame: Instance, start: Mapping[str, float]) -> Descent:
        field = self.field
        (group,) = field.target.ask([field.place(frame, start)])
        draws = draws_of(field.target, bare(group, SAMPLES, group.widths[:1]), field.lab.seed, 0)
        spans = {name: field.space.axes[name].span() or (0.0, 1.0) for name in field.space.real}
        return Descent(replace(draws, number=1 << 30), spans, start)

    def _special(self) -> dict[str, Any]:
        """Values of the free axes, a part of them corners."""
        special: dict[str, Any] = {}
        for name in self.field.space.free:
            axis = self.field.space.axes[name]
            corners = axis.corners()
            if corners and self.rng.random() < CORNERS:
                special[name] = corners[int(self.rng.integers(len(corners)))].value
            else:
                special[name] = axis.generic(self.rng)
        return special

    def _frame(self) -> Instance:
        """A frame, simple ones more often."""
        frames = self.field.inside
        return frames[int(len(frames) * self.rng.random() ** 2)]

    def _candidates(self, places: Sequence[tuple[Instance, Mapping[str, Any]]]) -> Iterator[Candidate]:
        for frame, special in places:
            found = self._candidate(frame, special)
            if found is not None:
                yield found

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
