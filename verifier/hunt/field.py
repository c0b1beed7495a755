"""The field of one search: frames, generic values, corners, and what was seen where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from verifier.hunt.lab import Lab
from verifier.hunt.screening import Screening, Seen
from verifier.hunt.space import Instance
from verifier.hunt.target import Target
from verifier.sampling.keys import canonical

#: Values of free axes that are special on purpose, by name.
Special = Mapping[str, Any]


@dataclass(frozen=True)
class Candidate:
    """An instance that looks as if claims failed there, the values that are special about it, and of what kind."""

    frame: Instance
    special: Special
    claims: tuple[str, ...]
    kind: str


class Field:
    """One target's instances: a frame, special values of some free axes, and generic ones of the others."""

    def __init__(self, lab: Lab, target: Target) -> None:
        self.lab, self.target, self.space = lab, target, target.space
        self.screen = Screening(lab, target)
        words = [ord(c) for c in target.part.quantity.text]
        self.rng = np.random.default_rng([lab.seed, 7, *words])
        self.generic = self.space.generic(self.rng)
        self.inside = self.space.frames()
        known = {str(canonical(f)) for f in self.inside}
        self.beyond = [f for f in self.space.frames(beyond=True) if str(canonical(f)) not in known]
        self.found: set[tuple[str, str, str]] = set()  # (claim, special, kind) that are dealt with

    def place(self, frame: Mapping[str, Any], special: Special) -> Instance:
        """The instance."""
        return self.space.ordered({**self.generic, **special, **frame})

    def look(self, frames: list[Instance], special: Special) -> Iterator[int]:
        """Look at these frames; zeros are compared with the generic instance of the frame.  Raises OutOfTime."""
        return self._looks([(frame, special) for frame in frames])

    def look_at(self, places: Sequence[tuple[Instance, Special]]) -> None:
        """The same of frames with special values of their own.  Raises OutOfTime."""
        for _ in self._looks(places):
            pass

    def _looks(self, places: Sequence[tuple[Instance, Special]]) -> Iterator[int]:
        instances = [self.place(frame, special) for frame, special in places]
        usual = {
            self.screen.key(i): self.screen.key(self.place(frame, {}))
            for i, (frame, _) in zip(instances, places, strict=True)
        }  # fmt: skip
        return self.screen.look(instances, usual)

    def seen(self, frame: Mapping[str, Any], special: Special) -> Seen | None:
        """What was seen there, if it was looked at."""
        return self.screen.seen.get(self.screen.key(self.place(frame, special)))

    def now(self, frame: Mapping[str, Any], special: Special) -> Seen:
        """What is seen there: looked at now, if it was not.  Raises OutOfTime."""
        for at in ({}, special):
            self.look_at([(dict(frame), at)])
        found = self.seen(frame, special)
        assert found is not None
        return found

    def fails(self, frame: Mapping[str, Any], special: Special, claim: str, kind: str | None = None) -> bool:
        """Whether a claim seems to fail there (in this way), looked at now if it was not."""
        found = self.now(frame, special)
        return found.suspicious(claim) and kind in (None, found.symptoms[claim].kind)

    def closer(self, found: Candidate) -> Candidate | None:
        """The candidate as a closer look sees it: without special values that turn out not to be needed.

        None where it is not suspicious any more.
        """
        claim = found.claims[0]
        if found.kind != "zero" and not self._closely(found.frame, found.special, claim):
            return None
        for name in tuple(found.special):
            rest = {other: value for other, value in found.special.items() if other != name}
            if self._closely(found.frame, rest, claim):
                found = replace(found, special=rest)
        return found

    def _closely(self, frame: Mapping[str, Any], special: Special, claim: str) -> bool:
        symptom = self.screen.closer(self.place(frame, special)).get(claim)
        return symptom is not None and symptom.suspicious

    def needed(self, frame: Mapping[str, Any], special: Special, claim: str) -> bool:
        """Whether the claim seems to stand as soon as one of the special values is generic."""
        for name in special:
            rest = {other: value for other, value in special.items() if other != name}
            if self.fails(frame, rest, claim):
                return False
        return True

    def explained(self, frame: Mapping[str, Any], special: Special, claim: str) -> bool:
        """Whether fewer special values were seen to suffice."""
        for count in range(len(special)):
            for names in combinations(special, count):
                found = self.seen(frame, {name: special[name] for name in names})
                if found is not None and found.suspicious(claim):
                    return True
        return False

    def mark(self, candidate: Candidate) -> None:
        """Deal with no such candidate again."""
        for claim in candidate.claims:
            self.found.add((claim, str(canonical(candidate.special)), candidate.kind))

    def marked(self, claim: str, special: Special, kind: str) -> bool:
        """Whether it was dealt with."""
        return (claim, str(canonical(special)), kind) in self.found

    def fresh(self, frames: list[Instance], specials: list[Special]) -> list[Candidate]:
        """Suspicious instances that nothing simpler explains: one a claim, special values and kind, the smallest."""
        best: dict[tuple[str, str, str], tuple[Instance, Special]] = {}
        for special in specials:
            name = str(canonical(special))
            for frame in frames:
                seen = self.seen(frame, special)
                if seen is None:
                    continue
                for claim, symptom in seen.symptoms.items():
                    key = (claim, name, symptom.kind)
                    if not symptom.suspicious or key in best or key in self.found:
                        continue
                    if not self.explained(frame, special, claim):
                        best[key] = (frame, special)
        grouped: dict[tuple[str, str], Candidate] = {}
        for (claim, _, kind), (frame, special) in best.items():
            at = (self.screen.key(self.place(frame, special)), kind)
            before = grouped.get(at)
            claims = (*before.claims, claim) if before is not None else (claim,)
            grouped[at] = Candidate(frame, special, claims, kind)
        return list(grouped.values())
