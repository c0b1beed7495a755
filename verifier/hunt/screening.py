"""Looking at many instances with a few samples each: which of them are worth a closer look, and why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from verifier.hunt.jobs import DrawnWidths, Draws, sample
from verifier.hunt.lab import Lab, digest
from verifier.hunt.space import Instance
from verifier.hunt.symptoms import Symptom, symptom
from verifier.hunt.target import Target, bare, instance_text, measured
from verifier.sampling.keys import canonical, group_key
from verifier.sampling.plan import Group

#: Samples a width, and widths, of a first look.
SAMPLES, WIDTHS = 256, 4
#: A closer look takes so many times the samples.
CLOSER = 8

Symptoms = dict[str, Symptom]  # by claim


@dataclass(frozen=True)
class Seen:
    """What a first look found at an instance: a symptom a claim, and the largest |X| by width."""

    symptoms: Symptoms
    largest: Mapping[Any, float] = field(default_factory=dict)
    error: str = ""

    def suspicious(self, claim: str) -> bool:
        """Whether a claim seems to fail."""
        return claim in self.symptoms and self.symptoms[claim].suspicious


def draws_of(target: Target, group: Group, seed: int, stream: int, *, number: int = 0) -> Draws:
    """A group as a job; the key is that of the quantity alone, so that all instances have common random numbers."""
    key = group_key("hunt", target.part.quantity.text, {"stream": stream})
    cells = tuple(cell.parameters for cell in group.cells)
    samples = group.schedule.sizes[-1]
    return Draws(group.source, group.part, key, seed, group.shared, cells, group.places, samples, number,
                 min(samples, 1 << 12))  # fmt: skip


def screened(target: Target, group: Group) -> Group:
    """A group as a first look takes it: few samples, and the narrowest widths but for what is claimed at each."""
    part = target.part
    samples = min(SAMPLES, part.samples) if measured(part) else min(16, part.samples)
    sized = any(question.values for cell in group.cells for question in cell.questions)
    if not measured(part) or sized or group.grid is not None:
        samples = min(part.samples, 4 * samples) if sized else samples
        return bare(group, samples)
    if any(question.target is not None and question.kind.name in _MEANS for cell in group.cells
           for question in cell.questions):  # fmt: skip
        samples = min(part.samples, 4 * SAMPLES)
    return bare(group, samples, group.widths[:WIDTHS])


#: Kinds of claims about means, which need more samples to be seen to fail.
_MEANS = ("VALUE", "CONSTANT", "LAW")


class Screening:
    """First looks at the instances of one target; each instance is looked at once."""

    def __init__(self, lab: Lab, target: Target) -> None:
        self.lab, self.target = lab, target
        self.seen: dict[str, Seen] = {}
        self.instances: dict[str, Instance] = {}
        self.closely: dict[str, Symptoms] = {}

    def key(self, instance: Mapping[str, Any]) -> str:
        """The name of an instance."""
        return str(canonical(self.target.space.ordered(instance)))

    def look(self, instances: Iterable[Instance], usual: Mapping[str, str] | None = None) -> Iterator[int]:
        """Look at the instances; yields how many have been.  ``usual``: instance → the generic one of its frame.

        Raises OutOfTime.
        """
        fresh = list({key: i for i in instances if (key := self.key(i)) not in self.seen}.values())
        calls = []
        done = 0
        for group in self.target.ask(fresh):
            live = [cell for cell in group.cells if cell.questions]
            for cell in group.cells:
                if not cell.questions:
                    self._note(cell.parameters, Seen({}))
            if not live:
                continue
            small = screened(self.target, _with(group, live))
            draws = draws_of(self.target, small, self.lab.seed, 0)
            place = digest(self.target.key, "look", draws.shared, draws.cells, draws.widths, draws.samples, draws.seed)
            kept = self.lab.keep.get(place)
            if kept is not None:
                done += self._recall(small, kept)
                yield done
                continue
            calls.append(((small, place), sample, (draws,)))
        for (small, place), found in self.lab.each(calls):
            self.lab.charge(found.seconds)
            done += len(small.cells)
            self._read(small, found, usual or {})
            self.lab.keep.put(place, [_plain(self.seen[self.key(cell.parameters)]) for cell in small.cells])
            yield done

    def closer(self, instance: Instance) -> Symptoms:
        """What is seen with :data:`CLOSER` times the samples, and other ones; of a claim about size alone."""
        key = self.key(instance)
        if key not in self.closely:
            self.lab.check()
            (group,) = self.target.ask([instance])
            small = screened(self.target, group)
            if measured(self.target.part) and group.cells[0].questions:
                size = min(self.target.part.samples, CLOSER * small.schedule.sizes[-1])
                small = bare(small, max(size, small.schedule.sizes[-1]))
            draws = draws_of(self.target, small, self.lab.seed, 2)
            place = digest(
                self.target.key, "closer", draws.shared, draws.cells, draws.widths, draws.samples, draws.seed
            )
            kept = self.lab.keep.get(place)
            if kept is None:
                found = self.lab.call(sample, draws)
                self.lab.charge(found.seconds)
                kept = {} if found.error is not None else self._told(small, found)
                self.lab.keep.put(place, kept)
            self.closely[key] = {
                claim: Symptom(kind, math.nan if estimate is None else estimate)
                for claim, (kind, estimate) in kept.items()
            }
        return self.closely[key]

    def _told(self, group: Group, found: DrawnWidths) -> dict[str, list[Any]]:
        samples = {width: drawn[0] for width, drawn in found.samples.items()}
        largest = {width: values[0] for width, values in found.largest.items()}
        self.lab.counts.samples += sum(s.count for s in samples.values())
        told = {
            a.claim: symptom(group, a.question, samples, largest, None)
            for a in group.cells[0].asked if a.question is not None
        }  # fmt: skip
        return {c: [s.kind, s.estimate if math.isfinite(s.estimate) else None] for c, s in told.items()}

    def one(self, instance: Instance, usual: Mapping[str, str] | None = None) -> Seen:
        """What is seen at one instance."""
        for _ in self.look([instance], usual):
            pass
        return self.seen[self.key(instance)]

    def _read(self, group: Group, found: DrawnWidths, usual: Mapping[str, str]) -> None:
        counts = self.lab.counts
        for number, cell in enumerate(group.cells):
            error = found.error
            if error is None and not all(math.isfinite(values[number]) for values in found.largest.values()):
                error = "a value that is no finite number"
            if error is not None:
                counts.failed.append((f"{self.target.label}: {instance_text(cell.parameters)}", error))
                self._note(cell.parameters, Seen({}, error=error))
                continue
            counts.instances += 1
            samples = {width: drawn[number] for width, drawn in found.samples.items()}
            largest = {width: values[number] for width, values in found.largest.items()}
            counts.samples += sum(s.count for s in samples.values())
            generic = self.seen.get(usual.get(self.key(cell.parameters), ""))
            scale = generic.largest if generic is not None else None
            told = {
                a.claim: symptom(group, a.question, samples, largest, scale)
                for a in cell.asked if a.question is not None
            }  # fmt: skip
            self._note(cell.parameters, Seen(told, largest))

    def _note(self, instance: Mapping[str, Any], seen: Seen) -> None:
        key = self.key(instance)
        self.seen[key], self.instances[key] = seen, dict(instance)
        self.lab.counts.looked |= {(self.target.label, claim) for claim in seen.symptoms}

    def _recall(self, group: Group, kept: list[Any]) -> int:
        for cell, entry in zip(group.cells, kept, strict=True):
            told = {
                claim: Symptom(kind, math.nan if estimate is None else estimate)
                for claim, (kind, estimate) in entry["symptoms"].items()
            }
            largest = {_width(w): v for w, v in entry["largest"]}
            self.lab.counts.instances += not entry["error"]
            if entry["error"]:
                where = f"{self.target.label}: {instance_text(cell.parameters)}"
                self.lab.counts.failed.append((where, entry["error"]))
            self._note(cell.parameters, Seen(told, largest, entry["error"]))
        return len(group.cells)


def _with(group: Group, cells: list[Any]) -> Group:
    return replace(group, cells=tuple(cells))


def _plain(seen: Seen) -> dict[str, Any]:
    return {
        "symptoms": {c: [s.kind, s.estimate if math.isfinite(s.estimate) else None] for c, s in seen.symptoms.items()},
        "largest": [[list(w) if isinstance(w, tuple) else w, v] for w, v in seen.largest.items()],
        "error": seen.error,
    }


def _width(written: Any) -> Any:
    return tuple(written) if isinstance(written, list) else written
