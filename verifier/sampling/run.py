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
from functools import partial
from typing import Any, Protocol

from verifier.sampling.crew import Crew, Job, Task, WorkersLost
from verifier.sampling.draw import Block, Drawn, draw, tried
from verifier.sampling.keeping import Beside
from verifier.sampling.memory import Memory, free
from verifier.sampling.order import first_of, kind_of, ordered
from verifier.sampling.plan import Group
from verifier.sampling.state import Answers, State
from verifier.sampling.workers import Died, executor


@dataclass(frozen=True)
class Pace:
    """How fast a run goes, and what is left of it, by what its blocks took so far.

    rate: samples a second; left: seconds if every cell takes all of its samples, NaN where nothing is known of it;
    there and pieces: blocks that are there, and all of them; untimed: groups of which nothing was drawn, which are
    taken to cost what their work says, or what those of their kind do on average; unknown: where none of these was
    drawn either.
    """

    rate: float = 0.0
    left: float = math.nan
    there: int = 0
    pieces: int = 0
    untimed: int = 0
    unknown: int = 0  # of the untimed, and not in ``left``


class Listener(Protocol):
    """Told what happens, for a progress display."""

    def progress(self, group: Group, size: int, decided: int, cells: int) -> None: ...

    def pace(self, pace: Pace) -> None: ...


@dataclass(frozen=True)
class RunOutcome:
    """The answers of a run, in the order of its plan, and what kept it from being complete."""

    answers: tuple[Answers, ...]
    extra: dict[str, Any] = field(default_factory=dict)
    stopped: str | None = None  # "interrupted", "timed out", or how it failed
    failed: bool = False


class Kept(Protocol):
    """Blocks that were drawn before (:class:`verifier.sampling.keeping.Keeper`)."""

    def get(self, group: Group, block: Block) -> Drawn | None: ...

    def put(self, group: Group, block: Block, drawn: Drawn) -> None: ...

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
    foresee: bool = False,
) -> RunOutcome:
    """Draw and decide ``groups``; do the jobs ``also`` beside them, in the same workers, and return what they return.

    Ctrl-C and ``timeout`` (seconds)
    end the run with what is decided so far, and so does the ``budget`` (seconds), of which groups draw in the order of
    :mod:`verifier.sampling.effort`; ``limit`` (seconds) ends the drawing of one group alone.  Blocks that are
    ``kept`` are not drawn; those that are drawn are put there as they arrive.  No more are drawn at the same time here
    than go into ``memory`` (bytes; None: what the machine has free), as :mod:`verifier.sampling.memory` has it.
    ``scheduler`` as of :func:`verifier.sampling.cluster.connect`, which says what is raised.  ``foresee``: begin with
    trials of the quantities that have one, and with a block of each group, so that it is soon known what all of them
    take.
    """
    states = [State(index, group, seed, limit) for index, group in enumerate(groups)]
    work = _Work(states, also, listener, kept, thrifty=budget is not None, foresee=foresee, hurried=timeout is not None)
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
    return RunOutcome(tuple(state.answers() for state in work.states), work.extra, stopped, failed)


class _Work:
    """What is still to be done in a run, and what was."""

    #: Seconds between two words of how fast it goes.
    _EVERY = 0.5
    #: Short tasks run out while this process decides, so that a worker is given seconds' worth, at most so many.
    _AHEAD, _MOST = 1.0, 256

    def __init__(
        self, states: list[State], also: Sequence[Job], listener: Listener | None, kept: Kept | None,
        thrifty: bool = False, foresee: bool = False, hurried: bool = False,
    ) -> None:  # fmt: skip
        self.states = states
        self._waiting: list[tuple[float, State, list[Block]]] | None = [] if thrifty else None
        self.extra: dict[str, Any] = {}
        self._listener = listener
        self._kept = kept
        self._begun = self._told = time.monotonic()
        self._samples = 0
        self._ahead = 0.0  # seconds that what is out takes, each at most as many as are handed out ahead
        self._large = 0  # of what is out, how many take a memory that depends on what is learned
        self._neurons: dict[tuple[str, str], tuple[float, int]] = {}  # by kind, seconds and neurons of what was drawn
        self._tried: dict[tuple[str, str], tuple[float, float]] = {}  # by kind, of its trial
        self._pending: deque[Task] = deque(Task(job.function, job.arguments, job) for job in also)
        tasks = [self._tasks(state, state.start()) for state in states]
        first = first_of(tasks, states) if foresee else []
        # Before the jobs: nobody learns how long a run takes from its pictures, which may take hours as well.
        self._pending.extendleft([*reversed(first), *self._trials(first)])
        for listed in tasks if foresee or thrifty else ordered(tasks, states, hurried):
            self._pending.extend(task for task in listed if not any(task is one for one in first))

    def do(self, crew: Crew, deadline: float | None, memory: Memory) -> None:
        """Until nothing is left.  Raises TimeoutError at the ``deadline``, WorkersLost, and what proofs raise."""
        self._told = -math.inf
        came: deque[tuple[Task, Any]] = deque()
        while self._pending or len(crew) or self._waiting or came:
            self._pace(crew.slots)
            left = None if deadline is None else deadline - time.monotonic()
            late = left is not None and left <= 0
            if came and (late or not self._early(crew)):
                self._take(*came.popleft())
                continue
            if late:
                raise TimeoutError
            if self._waiting and not self._pending and crew.room:
                _, state, blocks = cheapest = min(self._waiting, key=lambda waiting: (waiting[0], waiting[1].index))
                self._waiting.remove(cheapest)
                self._pending.extend(self._tasks(state, blocks))
            if self._pending and self._room(crew) and self._fits(self._pending[0], crew, memory):
                self._begin(crew, self._pending.popleft(), memory)
            elif came:
                self._take(*came.popleft())
            else:
                for task, result in crew.wait(left):
                    self._ended(task, result, memory)
                    came.append((task, result))
        self._pace(crew.slots)

    def _early(self, crew: Crew) -> bool:
        """Whether tasks begin before all is taken that came of others, of which a decision may keep this process for a
        while: where they are done beside this process, and not of a run that is thrifty, which begins nothing that may
        be of no use."""
        return crew.beside and self._waiting is None

    def _room(self, crew: Crew) -> bool:
        """Whether another task may begin; of short ones many, where they begin early."""
        if crew.room or not self._early(crew) or not crew.room_for(self._MOST):
            return crew.room
        return self._ahead < self._AHEAD * crew.slots

    def _seconds(self, task: Task) -> float:
        """How long a task takes: as those at its width did, or those of its kind, a neuron; else for ever."""
        if task.job is not None:
            return math.inf
        block = task.arguments[0]
        state = self.states[block.group]
        seconds, count = state.seconds.get(block.width, (0.0, 0))
        if count:
            return seconds / count * block.samples
        seconds, neurons = self._neurons.get(kind_of(state), (0.0, 0))
        return seconds / neurons * self._size(block) if neurons else math.inf

    def _size(self, block: Block) -> int:
        """The neurons of a layer in all of a block's networks."""
        _, width, samples = self._about(block)
        return width * samples

    def _fits(self, task: Task, crew: Crew, memory: Memory) -> bool:
        """Whether a task may begin beside those that are out."""
        one_more = self._expected(task, memory)
        if memory.ample and not self._large and task.bytes is not None:
            return True  # as the sum below would say, of which there may be hundreds
        out = [self._expected(one, memory) if one.bytes is None else one.bytes for one in crew.out]
        return memory.fits(out, one_more)

    def _expected(self, task: Task, memory: Memory) -> float:
        if task.job is not None:
            task.bytes = 0.0
        if task.bytes is not None:
            return task.bytes
        about = self._about(task.arguments[0])
        found = memory.expected(*about)
        task.bytes = found if memory.small(*about) else None  # of a large one it changes with what is learned
        return found

    def _ended(self, task: Task, result: Any, memory: Memory) -> None:
        """It is not out any more, and more may be known of the memory that its kind takes."""
        self._ahead -= self._share(task)
        self._large -= task.bytes is None
        if isinstance(result, Drawn) and task.arguments[0].weighed and result.error is None:
            quantity, width, _ = self._about(task.arguments[0])
            memory.learn(quantity, width, result.memory)

    def _about(self, block: Block) -> tuple[Any, int, int]:
        """What tells how much memory a block takes: its quantity, its width, how many samples."""
        group = self.states[block.group].group
        width = block.width if group.grid is None else max(block.width)
        return (group.statement, group.part), width, block.samples

    def _pace(self, slots: int) -> None:
        """Tell how fast it goes, now and then."""
        now = time.monotonic()
        if self._listener is None or now - self._told <= self._EVERY:
            return
        self._told = now
        paces = self._paces()
        lefts = [state.left(paces[kind_of(state)]) for state in self.states]
        costs: dict[tuple[str, str], list[float]] = {}
        for state in self.states:
            costs.setdefault(kind_of(state), []).append(state.cost(paces[kind_of(state)]))
        usual = {kind: _mean([cost for cost in found if not math.isnan(cost)]) for kind, found in costs.items()}
        foreseen = [usual[kind_of(s)] if math.isnan(left) else left for s, left in zip(self.states, lefts, strict=True)]
        known = [left for left in foreseen if not math.isnan(left)]
        left = sum(known) / slots if known and any(not math.isnan(cost) for cost in usual.values()) else math.nan
        untimed = sum(1 for state in self.states if state.open and not state.seconds and state.error is None)
        there, all_ = map(sum, zip(*(state.pieces for state in self.states), strict=True)) if self.states else (0, 0)
        rate = self._samples / max(now - self._begun, 1e-9)
        self._listener.pace(Pace(rate, left, there, all_, untimed, len(foreseen) - len(known)))

    def _paces(self) -> dict[tuple[str, str], float]:
        """Seconds that a unit of work takes, by kind: of what was drawn, before that of its trial, or else NaN."""
        spent: dict[tuple[str, str], tuple[float, float]] = {}
        for state in self.states:
            seconds, work = spent.get(kind_of(state), (0.0, 0.0))
            spent[kind_of(state)] = seconds + state.worked[0], work + state.worked[1]
        there = {kind: found if found[1] else self._tried.get(kind, found) for kind, found in spent.items()}
        return {kind: seconds / work if work else math.nan for kind, (seconds, work) in there.items()}

    def _trials(self, first: Sequence[Task]) -> list[Task]:
        """Of each kind that has one, a trial where it is drawn first; what comes of it is no part of any result."""
        found = []
        for task in first:
            block = task.arguments[0]
            state = self.states[block.group]
            if state.group.trial:
                kind = kind_of(state)
                job = Job(f"trial of {' '.join(kind)}", tried, (block,), keep=partial(self._keep_trial, kind))
                found.append(Task(job.function, job.arguments, job))
        return found

    def _keep_trial(self, kind: tuple[str, str], result: Any) -> None:
        if isinstance(result, tuple):
            self._tried[kind] = result

    def arrived(self, task: Task, result: Any) -> None:
        """Keep what is to be kept at once, whatever this process is doing."""
        if task.job is not None:
            if task.job.keep is not None:
                task.job.keep(result)
        elif self._kept is not None:
            block = task.arguments[0]
            self._kept.put(self.states[block.group].group, block, result)

    def _begin(self, crew: Crew, task: Task, memory: Memory) -> None:
        if task.job is not None:
            self._start(crew, task)
            return
        block = task.arguments[0]
        state = self.states[block.group]
        if state.error is not None:
            return  # its other blocks would fail alike
        before = None if self._kept is None else self._kept.get(state.group, block)
        if before is None:
            if memory.unknown(*self._about(block)):
                task = replace(task, arguments=(replace(block, weighed=True), *task.arguments[1:]))
            task.seconds = self._seconds(task)
            self._start(crew, task)
        else:
            self._drawn(state, block, before)

    def _start(self, crew: Crew, task: Task) -> None:
        self._ahead += self._share(task)
        self._large += task.bytes is None
        crew.start(task)

    def _share(self, task: Task) -> float:
        """The seconds that a task is of those handed out ahead; of one that a limit may end, at least a part of that:
        what is out is drawn to its end though the first of it fails."""
        limit = None if task.job is not None else self.states[task.arguments[0].group].limit
        return min(task.seconds if limit is None else max(task.seconds, limit / 8), self._AHEAD)

    def _take(self, task: Task, result: Any) -> None:
        if task.job is not None:
            if isinstance(result, Died) and task.job.lost:
                raise WorkersLost(f"{task.job.lost}: {result}")
            then = task.job.then
            self.extra[task.job.name] = result if then is None or isinstance(result, Died) else then(result)
            return
        block = task.arguments[0]
        drawn = Drawn(error=str(result)) if isinstance(result, Died) else result
        self._samples += block.samples
        self._drawn(self.states[block.group], block, drawn)

    def _drawn(self, state: State, block: Block, drawn: Drawn) -> None:
        before = state.look
        seconds, neurons = self._neurons.get(kind_of(state), (0.0, 0))
        self._neurons[kind_of(state)] = seconds + drawn.seconds, neurons + self._size(block)
        more = state.take(block, drawn)
        if self._waiting is not None and more and before:
            self._waiting.append((state.price(), state, more))
        else:
            # A group that has begun is finished first: its cells are shown, its samples forgotten.
            self._pending.extendleft(reversed(self._tasks(state, more)))
        if self._listener is not None and not state.outstanding - len(more) and before:
            _tell(self._listener, state, before)

    def _tasks(self, state: State, blocks: list[Block]) -> list[Task]:
        return [Task(draw, (block, state.limit)) for block in blocks]


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else math.nan


def _tell(listener: Listener, state: State, look: int) -> None:
    total = {number for number, cell in enumerate(state.group.cells) if cell.selected and cell.questions}
    undecided = {number for number, _ in state.open}
    size = state.group.schedule.sizes[look - 1]
    listener.progress(state.group, size, len(total) - len(undecided), len(total))
