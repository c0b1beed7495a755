"""Where a group stands in a run: what is drawn of it, what is decided, what is to be drawn next and what that costs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

from verifier.inference.decisions import Decision
from verifier.inference.samples import BlockSums, LogSample
from verifier.sampling.decide import decide, settled
from verifier.sampling.draw import Block, Coefficients, Drawn
from verifier.sampling.effort import price
from verifier.sampling.evidence import Evidence, along, evidence_of
from verifier.sampling.keys import PILOT
from verifier.sampling.plan import Group
from verifier.sampling.questions import Question

PILOT_SAMPLES = 1024


@dataclass(frozen=True)
class Answers:
    """What one group's samples say: a decision for each (cell, question), the last one if not settled."""

    group: Group
    decisions: dict[tuple[int, Question], Decision]
    seconds_per_sample: float = math.nan  # of one sample at every width
    error: str | None = None
    late: bool = False  # whether the error is that it took too long
    evidence: dict[int, Evidence] = field(default_factory=dict)  # by cell, for plots
    unfinished: frozenset[tuple[int, Question]] = frozenset()  # open, and its schedule was not drawn to the end


@dataclass
class State:
    """Where a group stands."""

    index: int
    group: Group
    seed: int
    limit: float | None = None
    look: int = 0
    outstanding: int = 0
    coefficients: Coefficients | None = None
    drawn: dict[tuple[Any, int], Drawn] = field(default_factory=dict)
    decisions: dict[tuple[int, Question], Decision] = field(default_factory=dict)
    open: set[tuple[int, Question]] = field(default_factory=set)
    seconds: dict[Any, tuple[float, int]] = field(default_factory=dict)
    error: str | None = None
    late: bool = False
    _shown: dict[int, Evidence] | None = None  # the evidence, once nothing more is to be drawn

    def __post_init__(self) -> None:
        for number, cell in enumerate(self.group.cells):
            if cell.selected:
                self.open.update((number, question) for question in cell.questions)

    def start(self) -> list[Block]:
        if not self.open:
            return []
        if self.group.controls:
            middle = self.group.places[len(self.group.places) // 2]
            return self._count([self._block(middle, PILOT_SAMPLES, PILOT)])
        return self._next_look()

    def take(self, block: Block, drawn: Drawn) -> list[Block]:
        """Record what came of a block; the blocks to draw next, once the look is complete and cells are still open."""
        self.outstanding -= 1
        if drawn.error is not None and self.error is None:
            self.error, self.late = drawn.error, drawn.late
        width, samples = block.width, block.samples
        if block.number == PILOT:
            self.coefficients = drawn.coefficients
        else:
            self.drawn[width, block.number] = drawn
            seconds, count = self.seconds.get(width, (0.0, 0))
            self.seconds[width] = (seconds + drawn.seconds, count + samples)
        if self.outstanding or self.error:
            return []
        if self.drawn:
            self._decide()
        spent = sum(seconds for seconds, _ in self.seconds.values())
        if self.open and self.limit is not None and spent > self.limit:
            self.error = f"TimeoutError: {self.size} samples a width took longer than {self.limit:g} s"
            self.late = True
            return []
        more = self._next_look() if self.open else []
        if not more:
            self._shown = self._evidence()  # now, while others are drawn, and not when all of them are
        return more

    @property
    def size(self) -> int:
        """Samples a width so far."""
        return self.group.schedule.sizes[self.look - 1] if self.look else 0

    @property
    def decided_on(self) -> int:
        """Numbers that the last decisions are made of, as far as the schedule is likely to be drawn."""
        return len(self.open) * sum(self.group.drawn(place, self._likely) for place in range(len(self.group.places)))

    @property
    def pieces(self) -> tuple[int, int]:
        """Blocks that are there, and all of them as far as the schedule is likely to be drawn."""
        likely = 0
        if self.open and self.error is None:
            places = range(len(self.group.places))
            likely = sum(-(-self.group.drawn(place, self._likely) // self.group.piece(place)) for place in places)
        return len(self.drawn), max(likely, len(self.drawn))

    @property
    def worked(self) -> tuple[float, float]:
        """Seconds that were spent, and how much work that was by the quantity's own count; 0 where it has none."""
        if self.group.work is None:
            return 0.0, 0.0
        spent = [(self.seconds[n], work) for n, work in zip(self.group.places, self.group.work, strict=True)
                 if n in self.seconds]  # fmt: skip
        return sum(seconds for (seconds, _), _ in spent), sum(count * work for (_, count), work in spent)

    def left(self, pace: float = math.nan) -> float:
        """Seconds of one worker's work until all of the schedule is drawn; NaN where nothing is known of its cost.

        pace: seconds that a unit of the quantity's work takes elsewhere in the run.
        """
        if not self.open or self.error is not None:
            return 0.0
        last = self._likely
        return sum(
            each * max(self.group.drawn(place, last) - self.seconds.get(width, (0.0, 0))[1], 0)
            for place, (width, each) in enumerate(zip(self.group.places, self._each(pace), strict=True))
        )

    def cost(self, pace: float = math.nan) -> float:
        """The same of the whole of the schedule, whatever is there of it."""
        last = self._likely
        return sum(each * self.group.drawn(place, last) for place, each in enumerate(self._each(pace)))

    def _each(self, pace: float) -> list[float]:
        """Seconds of a sample at each place: as it was, by its work, or else as at the other places."""
        known = {width: seconds / count for width, (seconds, count) in self.seconds.items() if count}
        work = self.group.work
        if work is not None and not math.isnan(pace):
            return [known.get(n, pace * each) for n, each in zip(self.group.places, work, strict=True)]
        other = sum(known.values()) / len(known) if known else math.nan
        return [known.get(n, other) for n in self.group.places]

    @property
    def _likely(self) -> int:
        """Samples a width at the end of the schedule, as far as it is likely to be drawn."""
        enough = self.group.enough
        return self.group.schedule.sizes[-1] if enough is None or self.size >= enough else enough

    @property
    def ended(self) -> bool:
        """Whether no more is to be drawn: the schedule is at its end, or beyond what is enough, and no open question
        says that what is left of it decides it."""
        last, enough = self.group.schedule.sizes[-1], self.group.enough
        if enough is None or self.size < enough:
            return self.size >= last
        needed = [self.decisions[item].samples_needed for item in self.open if item in self.decisions]
        return self.size >= last or not any(count is not None and count <= last for count in needed)

    def price(self) -> float:
        """What the decisions that are open cost, where the next look was planned already."""
        done = self.group.schedule.sizes[max(self.look - 2, 0)]
        open_ = [self.decisions[item] for item in self.open if item in self.decisions]
        return price(sum(seconds for seconds, _ in self.seconds.values()), done, self.size, open_)

    def answers(self) -> Answers:
        each = [seconds / count for seconds, count in self.seconds.values() if count]
        return Answers(
            self.group, self.decisions, sum(each) if each else math.nan, self.error, self.late,
            self._evidence() if self._shown is None else self._shown,
            frozenset(self.open) if not self.ended or self.outstanding else frozenset(),
        )  # fmt: skip

    def _evidence(self) -> dict[int, Evidence]:
        """What plots need of each cell that was decided; relative errors are not plotted, a grid along one axis."""
        if self.group.tolerance is not None or not self.drawn or self.error:
            return {}
        axes = {number: question.axis for number, question in self.decisions}
        return {number: evidence_of(self._along(number, axis)) for number, axis in sorted(axes.items())}

    def _along(self, number: int, axis: str | None) -> dict[int, LogSample]:
        samples = self._samples(number)
        return samples if self.group.grid is None else along(samples, 1 if axis == "m" else 0)

    def _next_look(self) -> list[Block]:
        if self.ended:
            return []
        done, self.look = self.size, self.look + 1
        blocks = []
        for place, width in reversed(list(enumerate(self.group.places))):
            upto, piece = self.group.drawn(place, self.size), self.group.piece(place)
            for first in range(self.group.drawn(place, done), upto, piece):
                # The number is the position of the first sample, so that it names the block whatever the looks.
                blocks.append(self._block(width, min(piece, upto - first), first))
        if not done and self.group.tolerance is None:
            blocks[-1] = replace(blocks[-1], twice=True)  # the narrowest, which costs least
        return self._count(blocks)

    def _count(self, blocks: list[Block]) -> list[Block]:
        self.outstanding += len(blocks)
        return blocks

    def _block(self, width: Any, samples: int, number: int) -> Block:
        group = self.group
        cells = tuple(cell.parameters for cell in group.cells)
        return Block(
            self.index, group.source, group.part, group.key, self.seed, group.shared, cells,
            width, samples, number, self.coefficients,
        )  # fmt: skip

    def _decide(self) -> None:
        for number, question in sorted(self.open, key=lambda item: (item[0], str(item[1]))):
            decision = decide(self.group, question, self._samples(number), self._largest(number), self.look)
            self.decisions[number, question] = decision
            if settled(self.group, question, decision):
                self.open.discard((number, question))

    def _samples(self, number: int) -> dict[Any, LogSample]:
        blocks: dict[Any, list[BlockSums]] = {}
        for (width, _), drawn in sorted(self.drawn.items()):
            blocks.setdefault(width, []).extend(drawn.samples[number].blocks)
        return {width: LogSample(tuple(found)) for width, found in blocks.items()}

    def _largest(self, number: int) -> float:
        found = [drawn.largest[number] for drawn in self.drawn.values()]
        return math.nan if any(math.isnan(v) for v in found) else max(found)
