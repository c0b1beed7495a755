"""Where the hunt draws: worker processes, the computing time they may take, what was looked at, and what is kept."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from verifier.hunt.jobs import lost
from verifier.hunt.keep import Keep, Remembered
from verifier.sampling.crew import Crew, Task
from verifier.sampling.workers import Died, Hands, Here

Tagged = Iterable[tuple[Any, Callable[..., Any], tuple[Any, ...]]]

#: The label of random streams: those of the search, and those that decide.
SEARCH, FRESH = 0, 1


class OutOfTime(Exception):
    """The computing time is spent."""


class HuntListener(Protocol):
    """Told what is being tried."""

    def trying(self, target: str, stage: str, what: str, done: int, total: int) -> None: ...


@dataclass
class LookedAt:
    """How much was looked at."""

    instances: int = 0  # an instance and what all claims say of it; not one at which the sampler failed
    samples: int = 0
    lines: int = 0
    decisions: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)  # instances at which a sampler failed, and how
    looked: set[tuple[str, str]] = field(default_factory=set)  # (target, claim) of which any sample was looked at

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "instances": self.instances, "samples": self.samples, "lines": self.lines, "decisions": self.decisions,
            "failed": [{"instance": where, "error": error} for where, error in self.failed],
        }  # fmt: skip


@dataclass
class Lab:
    """Has jobs done by ``hands``, as long as there is computing time.

    ``budget`` is in seconds of computing time, summed over all workers and this process: thirty minutes of two busy
    cores are sixty minutes.  Every job returns the seconds that it took.
    """

    hands: Hands
    budget: float
    seed: int
    keep: Keep = field(default_factory=Remembered)
    listener: HuntListener | None = None
    counts: LookedAt = field(default_factory=LookedAt)
    stage_ends: float = math.inf  # the computing time at which a stage has had its share
    _workers: float = 0.0
    _start: float = field(default_factory=time.process_time)
    _decided: int = 0

    @property
    def spent(self) -> float:
        """Seconds of computing time so far."""
        return self._workers + time.process_time() - self._start

    @property
    def left(self) -> float:
        return self.budget - self.spent

    def charge(self, seconds: float) -> None:
        """Computing time of another process."""
        if not isinstance(self.hands, Here):
            self._workers += seconds

    def check(self) -> None:
        """Raise OutOfTime where no time is left, or the stage has had its share of it."""
        if self.left <= 0 or self.spent >= self.stage_ends:
            raise OutOfTime

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """One job, whose result is waited for."""
        return self.every([(function, arguments)])[0]

    def every(self, calls: Iterable[tuple[Callable[..., Any], tuple[Any, ...]]]) -> list[Any]:
        """The results of calls, in their order; whether there is time is not asked."""
        found = dict(self._done([(k, *call) for k, call in enumerate(calls)], checked=False))
        return [found[k] for k in sorted(found)]

    def each(self, calls: Tagged) -> Iterator[tuple[Any, Any]]:
        """Results of (tag, function, arguments) with their tags, as they come.  Raises OutOfTime."""
        yield from self._done(calls, checked=True)

    def _done(self, calls: Tagged, checked: bool) -> Iterator[tuple[Any, Any]]:
        """A job that takes its workers with it, again and again, is one that failed; the others go on.

        Raises OutOfTime and WorkersLost.
        """
        crew = Crew(self.hands, lambda task, result: None)
        pending = deque(calls)
        tags: dict[Task, Any] = {}
        while pending or len(crew):
            while pending and crew.room:
                if checked:
                    self.check()
                tag, function, arguments = pending.popleft()
                task = Task(function, arguments)
                tags[task] = tag
                crew.start(task)
            for task, result in crew.wait(None):
                yield tags.pop(task), lost(task.function, str(result)) if isinstance(result, Died) else result

    def level(self, alpha: float) -> float:
        """The share of the error rate that the next decision gets: alpha/(k(k + 1)) for the k-th, alpha in all."""
        self._decided += 1
        return alpha / (self._decided * (self._decided + 1))

    def tell(self, target: str, stage: str, what: str, done: int, total: int) -> None:
        """Progress."""
        if self.listener is not None:
            self.listener.trying(target, stage, what, done, total)


def digest(*parts: Any) -> str:
    """A key of the store."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]
