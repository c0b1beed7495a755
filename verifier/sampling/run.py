"""Running a plan: blocks in worker processes, looks at doubling sizes, until every cell is decided.

What is drawn is fixed by the plan and the seed (:mod:`verifier.sampling.keys`); this module only decides in
which order and where.  A group's cells are decided when all blocks of a look are there, so the answer does
not depend on how many workers there are or which of them is faster.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from verifier.inference.decisions import Decision
from verifier.inference.samples import LogSample
from verifier.sampling.crew import Crew, Job, Task, WorkersLost
from verifier.sampling.decide import decide, settled
from verifier.sampling.draw import Block, Coefficients, Drawn, draw
from verifier.sampling.effort import price
from verifier.sampling.evidence import Evidence, along, evidence_of
from verifier.sampling.keeping import Beside
from verifier.sampling.keys import PILOT
from verifier.sampling.memory import Memory, free
from verifier.sampling.plan import Group
from verifier.sampling.questions import Question
from verifier.sampling.workers import Died, executor

PILOT_SAMPLES = 1024


class Listener(Protocol):
    """Told what happens, for a progress display."""

    def progress(self, group: Group, size: int, decided: int, cells: int) -> None: ...

    def pace(self, rate: float, left: float) -> None:
        """Samples a second so far, and seconds that are left if every cell takes all of its samples; NaN: unknown."""


@dataclass(frozen=True)
class Answers:
    """What one group's samples say: a decision for each (cell, question), the last one if not settled."""

    group: Group
    decisions: dict[tuple[int, Question], Decision]
    seconds_per_sample: float = math.nan  # of one sample at every width
    error: str | None = None
    evidence: dict[int, Evidence] = field(default_factory=dict)  # by cell, for plots
    unfinished: frozenset[tuple[int, Question]] = frozenset()  # open, and its schedule was not drawn to the end


@dataclass(frozen=True)
class Outcome:
    """The answers of a run, in the order of its plan, and what kept it from being complete."""

    answers: tuple[Answers, ...]
    extra: dict[str, Any] = field(default_factory=dict)
    stopped: str | None = None  # "interrupted", "timed out", or how it failed
    failed: bool = False


@dataclass
class _State:
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

    def __post_init__(self) -> None:
        for number, cell in enumerate(self.group.cells):
            if cell.selected:
                self.open.update((number, question) for question in cell.questions)

    def start(self) -> list[Block]:
        if not self.open:
            return []
        if self.group.controls:
            middle = self.group.widths[len(self.group.widths) // 2]
            return self._count([self._block(middle, PILOT_SAMPLES, PILOT)])
        return self._next_look()

    def take(self, drawn: Drawn) -> list[Block]:
        """Record a block; the blocks to draw next, once the look is complete and cells are still open."""
        self.outstanding -= 1
        if drawn.error is not None:
            self.error = self.error or drawn.error
        width, samples = drawn.block.width, drawn.block.samples
        if drawn.block.number == PILOT:
            self.coefficients = drawn.coefficients
        else:
            self.drawn[width, drawn.block.number] = drawn
            seconds, count = self.seconds.get(width, (0.0, 0))
            self.seconds[width] = (seconds + drawn.seconds, count + samples)
        if self.outstanding or self.error:
            return []
        if self.drawn:
            self._decide()
        spent = sum(seconds for seconds, _ in self.seconds.values())
        if self.open and self.limit is not None and spent > self.limit:
            self.error = f"TimeoutError: {self.size} samples a width took longer than {self.limit:g} s"
            return []
        return self._next_look() if self.open else []

    @property
    def size(self) -> int:
        """Samples a width so far."""
        return self.group.schedule.sizes[self.look - 1] if self.look else 0

    @property
    def left(self) -> float:
        """Seconds of one worker's work until all of the schedule is drawn; NaN where nothing is known of its cost."""
        if not self.open or self.error is not None:
            return 0.0
        known = {width: seconds / count for width, (seconds, count) in self.seconds.items() if count}
        if not known:
            return math.nan
        each = sum(known.values()) / len(known)
        last = self._likely
        return sum(
            known.get(width, each) * max(self.group.drawn(place, last) - self.seconds.get(width, (0.0, 0))[1], 0)
            for place, width in enumerate(self.group.places)
        )

    @property
    def cost(self) -> float:
        """Seconds of one worker's work on the whole of the schedule; 0 where nothing of it was drawn."""
        known = {width: seconds / count for width, (seconds, count) in self.seconds.items() if count}
        each = sum(known.values()) / max(len(known), 1)
        last = self._likely
        places = enumerate(self.group.places)
        return sum(known.get(width, each) * self.group.drawn(place, last) for place, width in places)

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
            self.group, self.decisions, sum(each) if each else math.nan, self.error, self._evidence(),
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
            upto = self.group.drawn(place, self.size)
            for first in range(self.group.drawn(place, done), upto, self.group.block):
                # The number is the position of the first sample, so that it names the block whatever the looks.
                blocks.append(self._block(width, min(self.group.block, upto - first), first))
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
        merged: dict[Any, LogSample] = {}
        for (width, _), drawn in sorted(self.drawn.items()):
            sample = drawn.samples[number]
            merged[width] = merged[width] + sample if width in merged else sample
        return merged

    def _largest(self, number: int) -> float:
        found = [drawn.largest[number] for drawn in self.drawn.values()]
        return math.nan if any(math.isnan(v) for v in found) else max(found)


class Kept(Protocol):
    """Blocks that were drawn before (:class:`verifier.sampling.keeping.Keeper`)."""

    def get(self, group: Group, block: Block) -> Drawn | None: ...

    def put(self, group: Group, drawn: Drawn) -> None: ...

    def get_beside(self, beside: Beside) -> tuple[str, bytes] | None: ...

    def put_beside(self, beside: Beside, text: str, raw: bytes) -> None: ...


def run(
    groups: Sequence[Group],
    *,
    seed: int,
    jobs: int = 1,
    timeout: float | None = None,
    limit: float | None = None,
    listener: Listener | None = None,
    also: Sequence[Job] = (),
    kept: Kept | None = None,
    scheduler: str | None = None,
    budget: float | None = None,
    memory: float | None = None,
) -> Outcome:
    """Draw and decide ``groups``; do the jobs ``also`` beside them, in the same workers, and return what they return.

    Ctrl-C and ``timeout`` (seconds)
    end the run with what is decided so far, and so does the ``budget`` (seconds), of which groups draw in the order of
    :mod:`verifier.sampling.effort`; ``limit`` (seconds) ends the drawing of one group alone.  Blocks that are
    ``kept`` are not drawn; those that are drawn are put there as they arrive.  No more are drawn at the same time here
    than go into ``memory`` (bytes; None: what the machine has free), as :mod:`verifier.sampling.memory` has it.
    ``scheduler`` as of :func:`verifier.sampling.cluster.connect`, which says what is raised.
    """
    states = [_State(index, group, seed, limit) for index, group in enumerate(groups)]
    work = _Work(states, also, listener, kept, thrifty=budget is not None)
    ends = [seconds for seconds in (timeout, budget) if seconds is not None]
    deadline = time.monotonic() + min(ends) if ends else None
    stopped, failed = None, False
    try:
        with executor(jobs, scheduler) as hands:
            # Workers elsewhere have a memory of their own, which their scheduler minds.
            bound = Memory(math.inf if scheduler else free() if memory is None else memory, hands.slots)
            work.do(Crew(hands, work.arrived), deadline, bound)
    except KeyboardInterrupt as error:
        stopped = str(error) or "interrupted"
    except TimeoutError:
        stopped = "timed out" if budget is None or (timeout is not None and timeout < budget) else "the budget is spent"
    except WorkersLost as error:
        stopped, failed = str(error), True
    return Outcome(tuple(state.answers() for state in work.states), work.extra, stopped, failed)


class _Work:
    """What is still to be done in a run, and what was."""

    def __init__(
        self, states: list[_State], also: Sequence[Job], listener: Listener | None, kept: Kept | None,
        thrifty: bool = False,
    ) -> None:  # fmt: skip
        self.states = states
        self._waiting: list[tuple[float, _State, list[Block]]] | None = [] if thrifty else None
        self.extra: dict[str, Any] = {}
        self._listener = listener
        self._kept = kept
        self._begun = self._told = time.monotonic()
        self._samples = 0
        self._pending: deque[Task] = deque(Task(job.function, job.arguments, job) for job in also)
        for state in states:
            self._pending.extend(self._tasks(state, state.start()))

    def do(self, crew: Crew, deadline: float | None, memory: Memory) -> None:
        """Until nothing is left.  Raises TimeoutError at the ``deadline``, WorkersLost, and what proofs raise."""
        while self._pending or len(crew) or self._waiting:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError
            if self._waiting and not self._pending and crew.room:
                _, state, blocks = cheapest = min(self._waiting, key=lambda waiting: (waiting[0], waiting[1].index))
                self._waiting.remove(cheapest)
                self._pending.extend(self._tasks(state, blocks))
            if self._pending and crew.room and self._fits(self._pending[0], crew, memory):
                self._begin(crew, self._pending.popleft(), memory)
                continue
            for task, result in crew.wait(left):
                self._weigh(result, memory)
                self._take(task, result)
            self._pace(crew.slots)

    def _fits(self, task: Task, crew: Crew, memory: Memory) -> bool:
        """Whether a task may begin beside those that are out."""
        return memory.fits([self._expected(one, memory) for one in crew.out], self._expected(task, memory))

    def _expected(self, task: Task, memory: Memory) -> float:
        return 0.0 if task.job is not None else memory.expected(*self._about(task.arguments[0]))

    def _weigh(self, result: Any, memory: Memory) -> None:
        if isinstance(result, Drawn) and result.block.weighed and result.error is None:
            quantity, width, _ = self._about(result.block)
            memory.learn(quantity, width, result.memory)

    def _about(self, block: Block) -> tuple[Any, int, int]:
        """What tells how much memory a block takes: its quantity, its width, how many samples."""
        group = self.states[block.group].group
        width = block.width if group.grid is None else max(block.width)
        return (group.statement, group.part), width, block.samples

    def _pace(self, slots: int) -> None:
        """Tell how fast it goes, twice a second."""
        now = time.monotonic()
        if self._listener is not None and self._samples and now - self._told > 0.5:
            self._told = now
            known = [state for state in self.states if not math.isnan(state.left)]
            begun = [state.cost for state in known if state.cost > 0]
            unknown = (len(self.states) - len(known)) * sum(begun) / max(len(begun), 1)
            left = (sum(state.left for state in known) + unknown) / slots if begun else math.nan
            self._listener.pace(self._samples / (now - self._begun), left)

    def arrived(self, task: Task, result: Any) -> None:
        """Keep what is to be kept at once, whatever this process is doing."""
        if task.job is not None:
            if task.job.keep is not None:
                task.job.keep(result)
        elif self._kept is not None:
            self._kept.put(self.states[result.block.group].group, result)

    def _begin(self, crew: Crew, task: Task, memory: Memory) -> None:
        if task.job is not None:
            crew.start(task)
            return
        block = task.arguments[0]
        state = self.states[block.group]
        if state.error is not None:
            return  # its other blocks would fail alike
        before = None if self._kept is None else self._kept.get(state.group, block)
        if before is None:
            if memory.unknown(*self._about(block)):
                task = replace(task, arguments=(replace(block, weighed=True), *task.arguments[1:]))
            crew.start(task)
        else:
            self._drawn(state, before)

    def _take(self, task: Task, result: Any) -> None:
        if task.job is not None:
            if isinstance(result, Died) and task.job.lost:
                raise WorkersLost(f"{task.job.lost}: {result}")
            self.extra[task.job.name] = result
            return
        block = task.arguments[0]
        drawn = Drawn(block, error=str(result)) if isinstance(result, Died) else result
        self._samples += block.samples
        self._drawn(self.states[block.group], drawn)

    def _drawn(self, state: _State, drawn: Drawn) -> None:
        before = state.look
        more = state.take(drawn)
        if self._waiting is not None and more and before:
            self._waiting.append((state.price(), state, more))
        else:
            # A group that has begun is finished first: its cells are shown, its samples forgotten.
            self._pending.extendleft(reversed(self._tasks(state, more)))
        if self._listener is not None and not state.outstanding - len(more) and before:
            _tell(self._listener, state, before)

    def _tasks(self, state: _State, blocks: list[Block]) -> list[Task]:
        return [Task(draw, (block, state.limit)) for block in blocks]


def _tell(listener: Listener, state: _State, look: int) -> None:
    total = {number for number, cell in enumerate(state.group.cells) if cell.selected and cell.questions}
    undecided = {number for number, _ in state.open}
    size = state.group.schedule.sizes[look - 1]
    listener.progress(state.group, size, len(total) - len(undecided), len(total))
