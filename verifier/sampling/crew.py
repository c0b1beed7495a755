"""Tasks and those who do them: how many are out at once, and what a worker's death costs."""

from __future__ import annotations

import contextlib
import math
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from verifier.sampling.workers import Call, Died, Gone, Hands, Lost

#: Workers that may die of one task.
ATTEMPTS = 3
#: Of the time for which workers have enough to do, the part in which their results may lie; and seconds at most.
_LIE, _LONGEST = 0.25, 0.05


class WorkersLost(Exception):
    """There is nobody left to do anything; one sentence says why."""


@dataclass(frozen=True)
class Job:
    """A call that is made beside the samples.

    ``lost``: what is said where its worker dies, before the reason, and the run is then over; without it the job's
    result is the Died.  ``keep`` is given the result as soon as it is there.  ``then`` makes of it what the run is to
    have: here, while others work.
    """

    name: str
    function: Call
    arguments: tuple[Any, ...] = ()
    lost: str = ""
    keep: Callable[[Any], None] | None = None
    then: Callable[[Any], Any] | None = None


@dataclass(eq=False)
class Task:
    """A call that is to be made: a block of samples, or a job."""

    function: Call
    arguments: tuple[Any, ...]
    job: Job | None = None
    deaths: int = 0
    seconds: float = math.inf  # how long it is expected to take
    bytes: float | None = None  # of memory, once that is known for good


class Crew:
    """Tasks that are out.  ``arrived`` is called with each result, in the thread that it arrives in.

    A task of which a worker died is done again when nothing else is out: it may have been killed for the memory that
    others took.
    """

    def __init__(self, hands: Hands, arrived: Callable[[Task, Any], None]) -> None:
        self._hands = hands
        self._arrived = arrived
        self._out: dict[Future[Any], Task] = {}
        self._again: deque[Task] = deque()
        self._suspects = 0  # of those out, how many a worker died of
        #: Futures as they end.  To wait for all of them at once would take a time that grows with their number.
        self._ended: SimpleQueue[Future[Any]] = SimpleQueue()

    def __len__(self) -> int:
        return len(self._out) + len(self._again)

    @property
    def room(self) -> bool:
        """Whether another task may begin: two a worker, so that none waits for this process; one at a time, and what
        came of it is taken first, where this process does it."""
        return self.room_for(2 if self.beside else 1)

    def room_for(self, each: int) -> bool:
        """Whether another task may begin where each worker may have ``each`` of them."""
        return not self._again and len(self._out) < each * self._hands.slots and not self._suspects

    @property
    def out(self) -> list[Task]:
        """What was begun and has not ended."""
        return [*self._out.values(), *self._again]

    @property
    def beside(self) -> bool:
        """Whether tasks are done while this process does other things."""
        return self._hands.beside

    @property
    def slots(self) -> int:
        """Calls that are made at the same time."""
        return self._hands.slots

    def start(self, task: Task) -> None:
        future = self._hands.submit(task.function, *task.arguments)
        self._out[future] = task
        self._suspects += task.deaths > 0
        future.add_done_callback(lambda done: self._deliver(task, done))

    def wait(self, timeout: float | None) -> list[tuple[Task, Any]]:
        """The results that are there after at most ``timeout`` seconds; Died in the place of one.

        Raises what a task raised, and WorkersLost.
        """
        if self._again and not self._out:
            self.start(self._again.popleft())
        found: list[tuple[Task, Any]] = []
        lost: list[Task] = []
        for future in self._next(timeout):
            task = self._out.pop(future)
            self._suspects -= task.deaths > 0
            try:
                found.append((task, future.result()))
            except Lost:
                lost.append(task)
            except Gone as error:
                raise WorkersLost(str(error)) from None
            except CancelledError:
                raise WorkersLost("the workers, or those who know of them, are gone") from None
        for task in lost:
            task.deaths += 1
        found += [(task, Died(task.deaths)) for task in lost if task.deaths >= ATTEMPTS]
        self._again.extend(task for task in lost if task.deaths < ATTEMPTS)
        return found

    def _next(self, timeout: float | None) -> list[Future[Any]]:
        """What has ended of what is out: at least one, unless nothing is out or the time is over."""
        end = None if timeout is None else time.monotonic() + timeout
        found: dict[Future[Any], None] = {}
        while self._out and not found:
            with contextlib.suppress(Empty):
                ended = [self._ended.get(timeout=None if end is None else max(end - time.monotonic(), 0.0))]
                self._let_lie(end)
                while not self._ended.empty():
                    ended.append(self._ended.get())
                found = {future: None for future in ended if future in self._out}  # others were given up
            if end is not None and time.monotonic() >= end:
                break
        return list(found)

    def _let_lie(self, end: float | None) -> None:
        """Let results lie while the workers have enough to do: each time that this process wakes up one of them has to
        wait for it, and finds its caches full of other things."""
        left = sorted(task.seconds for future, task in self._out.items() if not future.done())
        behind = [seconds for seconds in left[: -self.slots] if seconds < math.inf]  # the longest may be being done
        if len(behind) > self.slots:
            pause = min(_LIE * sum(behind) / self.slots, _LONGEST)
            time.sleep(pause if end is None else max(0.0, min(pause, end - time.monotonic())))

    def _deliver(self, task: Task, done: Future[Any]) -> None:
        try:
            if not done.cancelled() and done.exception() is None and not isinstance(done.result(), Died):
                self._arrived(task, done.result())
        finally:
            self._ended.put(done)
