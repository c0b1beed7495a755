"""Zeros of leading coefficients: lines through instances along a real parameter, followed, narrowed and decided."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from verifier.claims.statement import Kind
from verifier.hunt.crossings import BOTTOM, Crossing
from verifier.hunt.field import Field, Special
from verifier.hunt.jobs import Line, follow, narrow
from verifier.hunt.lab import digest
from verifier.hunt.screening import draws_of
from verifier.hunt.space import Instance
from verifier.hunt.target import bare, measured, speaks_of_size
from verifier.sampling.plan import Group

#: Points of a line, samples at each.
POINTS, SAMPLES = 24, 64
#: A zero is narrowed until its standard error is this part of the range, or for so many seconds.
PRECISION, SECONDS = 1.3e-5, 240.0
#: Samples of the rounds that narrow.
ROUNDS = (128, 1024, 16384)
#: Samples that look for the bottom of a dip, and how much deeper it is at the fourth of the widths than at the
#: narrowest: a coefficient that is small there, and not 0, dips alike at all of them.
BOTTOMS, DEEPER = 1024, 0.75


@dataclass(frozen=True)
class FollowedZero:
    """A zero along ``name``: in which frame, with which special values besides, for which claims."""

    frame: Instance
    special: Special
    name: str
    claims: tuple[str, ...]
    crossing: Crossing


class Lines:
    """The lines of one field."""

    def __init__(self, field: Field) -> None:
        self.field, self.lab = field, field.lab
        self.roots: list[FollowedZero] = []

    def possible(self) -> bool:
        """Whether there is anything to follow."""
        part = self.field.target.part
        return bool(self.field.space.real) and measured(part) and getattr(part, "grid", None) is None

    def follow(self, specials: Sequence[Special]) -> Iterator[int]:
        """Follow all lines through these special values; yields how many have been.  Raises OutOfTime."""
        calls, done = [], 0
        for special in specials:
            for name in self.field.space.real:
                if name in special:
                    continue
                for group, frames in self._groups(special):
                    line, claims = self._line(group, name)
                    tag = (frames, special, name, claims, digest(self.field.target.key, "line", line.draws, name))
                    kept = self.lab.keep.get(tag[-1])
                    if kept is not None:
                        self._take(tag, [[Crossing(**c) for c in cell] for cell in kept])
                        done += 1
                        yield done
                    else:
                        calls.append((tag, follow, (line,)))
        for tag, (found, seconds, error) in self.lab.each(calls):
            self.lab.charge(seconds)
            self.lab.counts.lines += 1
            done += 1
            if error is not None:
                self.lab.counts.failed.append((f"{self.field.target.label}: along {tag[2]} from {tag[1]}", error))
            else:
                self.lab.keep.put(tag[-1], [[vars(c) for c in cell] for cell in found])
                self._take(tag, found)
            yield done

    def total(self, specials: Sequence[Special]) -> int:
        """How many lines there are."""
        return sum(
            len(self._groups(special)) for special in specials for n in self.field.space.real if n not in special
        )

    def _groups(self, special: Special) -> list[tuple[Group, list[Instance]]]:
        """Groups of frames of which an exact order is claimed, as far as it stands at generic values."""
        field = self.field
        frames = {field.screen.key(field.place(f, special)): f for f in field.inside}
        found = []
        for group in field.target.ask([field.place(f, special) for f in field.inside]):
            live = [c for c in group.cells if any(_ordered(a.question) for a in c.asked)]
            if live:
                chosen = [frames[field.screen.key(c.parameters)] for c in live]
                found.append((replace(group, cells=tuple(live)), chosen))
        return found

    def _line(self, group: Group, name: str) -> tuple[Line, list[tuple[str, ...]]]:
        axis = self.field.space.axes[name]
        span = axis.span()
        assert span is not None
        low, high = span
        grid = tuple(low + (k + 0.5) * (high - low) / POINTS for k in range(POINTS))
        small = bare(group, SAMPLES, group.widths[1:2])
        draws = replace(draws_of(self.field.target, small, self.lab.seed, 0), number=1 << 20)
        claims = [tuple(a.claim for a in c.asked if _ordered(a.question)) for c in group.cells]
        return Line(draws, name, grid), claims

    def _take(self, tag: Any, found: list[list[Crossing]]) -> None:
        frames, special, name, claims, _ = tag
        for frame, named, crossings in zip(frames, claims, found, strict=True):
            standing = tuple(c for c in named if not self._failing(frame, special, c))
            if standing:
                self.roots += [FollowedZero(frame, special, name, standing, crossing) for crossing in crossings]

    def _failing(self, frame: Instance, special: Special, claim: str) -> bool:
        seen = self.field.seen(frame, special)
        return seen is not None and seen.suspicious(claim)

    def fresh(self) -> list[FollowedZero]:
        """The smallest root of each kind: one for each claim, special values and place on the axis.

        A root at a corner that was seen to fail is that corner's, and one with fewer special values explains others.
        """
        chosen: list[FollowedZero] = []
        for root in sorted(self.roots, key=lambda r: (len(r.special), self.field.space.cost(r.frame))):
            claims = tuple(c for c in root.claims if not self._known(root, c, chosen) and not self._corner(root, c))
            if claims:
                chosen.append(replace(root, claims=claims))
        self.roots = []
        return chosen

    def _known(self, root: FollowedZero, claim: str, chosen: Sequence[FollowedZero]) -> bool:
        for other in chosen:
            near = other.crossing.low < root.crossing.high and root.crossing.low < other.crossing.high
            fewer = set(other.special.items()) <= set(root.special.items())
            same_frame = other.frame == root.frame or other.special == root.special
            if claim in other.claims and other.name == root.name and near and fewer and same_frame:
                return True
        return False

    def _corner(self, root: FollowedZero, claim: str) -> bool:
        low, high = root.crossing.low, root.crossing.high
        for corner in self.field.space.axes[root.name].corners():
            if low <= corner.value <= high:
                special = {**root.special, root.name: corner.value}
                if self.field.fails(root.frame, special, claim):
                    return True
        return False

    def crosses(self, root: FollowedZero, chosen: Special) -> bool:
        """Whether the zero is still there with other values of the parameters that do not matter."""
        field, found = self.field, root.crossing
        instance = {**field.place(root.frame, {**chosen, **root.special}), root.name: found.at}
        (group,) = field.target.ask([instance])
        return self._seen_again(root, bare(group, SAMPLES, group.widths[1:2]))

    def _seen_again(self, root: FollowedZero, sized: Group) -> bool:
        """Whether the coarse zero is there with these samples."""
        found = root.crossing
        draws = replace(draws_of(self.field.target, sized, self.lab.seed, 0), number=1 << 20)
        grid = (found.low, found.high) if found.flips else (found.low, found.at, found.high)
        (seen, seconds, error) = self.lab.call(follow, Line(draws, root.name, grid))
        self.lab.charge(seconds)
        return error is None and bool(seen[0])

    def _kept(self, place: str) -> Crossing | None:
        kept = self.lab.keep.get(place)
        return None if kept is None else Crossing(**kept)

    def narrowed(self, root: FollowedZero, chosen: Special) -> Crossing | None:
        """The zero as precisely as is asked for; None where it is not seen again with more samples.

        ``chosen``: values of the parameters that do not matter.
        """
        field = self.field
        instance = {**field.place(root.frame, {**chosen, **root.special}), root.name: root.crossing.at}
        (group,) = field.target.ask([instance])
        span = field.space.axes[root.name].span()
        assert span is not None
        wide = span[1] - span[0]
        if not root.crossing.flips:
            return self._bottom(root, group, wide)
        found, took = root.crossing, 0.0
        for number, samples in enumerate(ROUNDS):
            width = group.widths[min(2 + number, len(group.widths) - 1)]
            again, seconds = self._narrow(root, found, bare(group, samples, (width,)), 2 + number)
            took += seconds
            if again is None:
                return None if number == 0 else found
            found = _bracketed(again, wide, width)
            if again.error < PRECISION * wide or took * 4 > SECONDS or self.lab.left <= 0:
                break
        return found

    def _bottom(self, root: FollowedZero, group: Group, wide: float) -> Crossing | None:
        """The bottom of a dip; None unless it gets deeper with the width, as it does where the coefficient is 0."""
        if not self._seen_again(root, bare(group, BOTTOMS, group.widths[1:2])):
            return None
        width = group.widths[min(3, len(group.widths) - 1)]
        first, _ = self._narrow(root, root.crossing, bare(group, BOTTOMS, group.widths[:1]), 2)
        last, _ = self._narrow(root, root.crossing, bare(group, BOTTOMS, (width,)), 3)
        before = BOTTOM if first is None else first.depth
        if last is None or not last.depth < DEEPER * before:
            return None
        return _bracketed(last, wide, width)

    def _narrow(self, root: FollowedZero, known: Crossing, sized: Group, stream: int) -> tuple[Crossing | None, float]:
        """A zero as these samples show it, None where they do not; and the computing time."""
        draws = replace(draws_of(self.field.target, sized, self.lab.seed, 0), number=stream << 20)
        place = digest(self.field.target.key, "narrow", draws, root.name, vars(root.crossing))
        again = self._kept(place)
        if again is not None:
            return again, 0.0
        again, seconds, error = self.lab.call(narrow, Line(draws, root.name, (), 0), known, root.crossing)
        self.lab.charge(seconds)
        if error is not None or again is None:
            return None, seconds
        self.lab.keep.put(place, vars(again))
        return again, seconds


def _bracketed(found: Crossing, span: float, width: Any) -> Crossing:
    reach = max(8 * found.error, 1e-6 * span)
    return replace(found, low=found.at - reach, high=found.at + reach, width=width)


def decimal(crossing: Crossing) -> float:
    """The shortest decimal within one and a half standard errors."""
    for digits in range(12):
        found = round(crossing.at, digits)
        if not abs(found - crossing.at) > 1.5 * crossing.error:
            return found
    return crossing.at


def excluded(field: Field, root: FollowedZero, crossing: Crossing, claim: str, points: int = 401) -> list[str]:
    """The hypotheses of a claim that fail somewhere in the bracket: the zero itself is no decimal number."""
    instance = field.place(root.frame, root.special)
    reach = max(5 * crossing.error, 1e-9) if math.isfinite(crossing.error) else 0.0
    low, high = crossing.at - reach, crossing.at + reach
    found: dict[str, None] = {}
    for k in range(points):
        at: Mapping[str, Any] = {**instance, root.name: low + (high - low) * k / (points - 1)}
        found |= dict.fromkeys(field.target.excluded(dict(at), claim))
    return list(found)


def _ordered(question: Any) -> bool:
    return question is not None and question.kind is Kind.ORDER and speaks_of_size(question)
