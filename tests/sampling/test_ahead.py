"""Short blocks are handed out ahead, so that no worker waits while a cell is decided; long ones are not."""

from __future__ import annotations

import contextlib
import math
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from sympy import Function, Integer, symbols

from verifier.claims.statement import Claim, Kind, Source, Statement
from verifier.networks.draws import Draw
from verifier.quantities.check import Check, Measure, Quantity, cells
from verifier.sampling import crew as crew_module
from verifier.sampling import run as run_module
from verifier.sampling.crew import Crew, Task
from verifier.sampling.memory import SMALL, Memory
from verifier.sampling.plan import Group, RunOptions, plan
from verifier.sampling.run import RunOutcome, run

CLAIM = Claim("s.order", Kind.ORDER, Function("X")(symbols("n", positive=True)), "X ~ 1", exponent=Integer(0))
SLOTS = 2


class Threads:
    """Two threads, which know how many calls were out at most."""

    slots = SLOTS
    beside = True

    def __init__(self) -> None:
        self.pool, self.out, self.most = ThreadPoolExecutor(SLOTS), 0, 0

    def submit(self, function: Any, *arguments: Any) -> Any:
        self.out += 1
        self.most = max(self.most, self.out)
        future = self.pool.submit(function, *arguments)
        future.add_done_callback(self._done)
        return future

    def _done(self, future: Any) -> None:
        self.out -= 1


def planned(seconds: float, quantity: str = "X") -> list[Group]:
    """A quantity a block of which takes so long."""

    def drawn(shared: Any, listed: Any, width: int, samples: int, rng: np.random.Generator) -> Draw:
        time.sleep(seconds)
        return Draw(np.exp(6.0 * rng.standard_normal((samples, len(listed)))))

    part = Measure(
        Quantity("X", quantity, ("s",), drawn), cells(s=[1]), widths=(128, 413, 1150, 4690), block=32, samples=1 << 10
    )
    return plan(Check("s", part), Statement("s", "S", Source("D"), "", (CLAIM,)), RunOptions())


def most(monkeypatch: pytest.MonkeyPatch, seconds: float, **options: Any) -> tuple[int, RunOutcome]:
    hands = Threads()
    with hands.pool, monkeypatch.context() as patch:
        patch.setattr(run_module, "executor", lambda jobs, scheduler: contextlib.nullcontext(hands))
        found = run(planned(seconds), seed=5, jobs=SLOTS, **options)
    assert found.stopped is None
    return hands.most, found


def test_short_blocks_are_handed_out_ahead_and_the_answers_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    out, found = most(monkeypatch, 0.0)
    assert 2 * SLOTS < out <= 256 * SLOTS
    alone = run(planned(0.0), seed=5)
    assert [a.decisions for a in found.answers] == [a.decisions for a in alone.answers]


def test_of_long_blocks_each_worker_has_one_and_another_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert most(monkeypatch, 0.6, limit=2.0)[0] == 2 * SLOTS


def test_a_run_with_a_budget_hands_out_no_more_than_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn next depends on what is decided, so that nothing is begun that may be of no use."""
    assert most(monkeypatch, 0.0, budget=1e3)[0] <= 2 * SLOTS


def test_this_process_takes_what_it_drew_before_it_draws_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else what comes next, which may take for ever, would keep what is known from being told."""
    order: list[str] = []
    monkeypatch.setattr(run_module.State, "take", lambda *given: order.append("taken") or [])
    drawing = run_module.draw
    monkeypatch.setattr(run_module, "draw", lambda *given: order.append("drawn") or drawing(*given))
    run(planned(0.0), seed=5)
    assert order == ["drawn", "taken"] * (len(order) // 2)
    assert len(order) > 6


def test_a_task_of_which_nothing_is_known_and_a_job_take_for_ever() -> None:
    work = run_module._Work([run_module.State(0, planned(0.0)[0], 5)], (), None, None)
    (first, *_) = work._pending
    assert work._seconds(first) == math.inf
    work.states[0].seconds[first.arguments[0].width] = (2.0, 8)
    assert work._seconds(first) == 0.25 * first.arguments[0].samples
    other = next(task for task in work._pending if task.arguments[0].width == 1150)
    assert work._seconds(other) == math.inf
    work._neurons["s", "X"] = (3.0, 1150 * 100)
    assert work._seconds(other) == pytest.approx(0.03 * other.arguments[0].samples)
    assert work._seconds(Task(abs, (1,), job=run_module.Job("proof", abs, (1,)))) == math.inf


def test_a_block_of_each_kind_is_drawn_while_the_kind_before_it_is() -> None:
    """Else nothing is known of how long its blocks take when its turn comes, and too few are handed out."""
    groups = [*planned(0.0), *planned(0.0), *planned(0.0, "Y"), *planned(0.0, "Z")]

    def order(**options: Any) -> list[int]:
        work = run_module._Work([run_module.State(i, g, 5) for i, g in enumerate(groups)], (), None, None, **options)
        return [task.arguments[0].group for task in work._pending]

    found, plain = order(), order(thrifty=True)  # of a budget nothing is begun that may be of no use
    assert sorted(found) == plain == sorted(plain)
    each = plain.count(0)
    assert found == [0] * each + [2] + [1] * each + [2] * (each - 1) + [3] + [3] * (each - 1)


def test_a_proof_that_one_worker_checks_keeps_no_short_blocks_from_the_other() -> None:
    class Crowd:
        room, beside, slots = False, True, SLOTS

        def __init__(self) -> None:
            self.out: list[Task] = []

        def start(self, task: Task) -> None:
            self.out.append(task)

        def room_for(self, each: int) -> bool:
            return len(self.out) < each * self.slots

    crew = Crowd()
    work = run_module._Work([run_module.State(0, planned(0.0)[0], 5)], (), None, None)
    proof = Task(abs, (1,), job=run_module.Job("proof", abs, (1,)))
    first, second, unknown, *_ = work._pending
    first.seconds = second.seconds = 0.01  # the third may take as long as the proof
    for task in (proof, first, second):
        work._start(cast(Any, crew), task)
    assert work._room(cast(Any, crew))
    work._start(cast(Any, crew), unknown)
    assert not work._room(cast(Any, crew))
    work._ended(proof, 1, Memory(SMALL, SLOTS))
    assert work._room(cast(Any, crew))


def test_of_blocks_that_may_take_all_memory_one_is_out_at_a_time() -> None:
    """Beside small ones; and the other begins when the first was taken."""

    class Crowd:
        slots = SLOTS

        def __init__(self) -> None:
            self.out: list[Task] = []

        def start(self, task: Task) -> None:
            self.out.append(task)

    crew = cast(Any, Crowd())
    memory = Memory(100 * SMALL, SLOTS)
    work = run_module._Work([run_module.State(0, planned(0.0)[0], 5)], (), None, None)
    small, other, *_ = work._pending
    block = small.arguments[0]
    first, second = (Task(run_module.draw, (replace(block, width=10**12, number=n), None)) for n in (1, 2))
    assert memory.ample
    for task in (small, first):
        assert work._fits(task, crew, memory)
        work._start(crew, task)
    assert not work._fits(second, crew, memory)
    assert work._fits(other, crew, memory)
    crew.out.remove(first)
    work._ended(first, run_module.Drawn(error="over"), memory)
    assert work._fits(second, crew, memory)
    assert not work._large

    work._start(crew, second)
    assert work._fits(other, crew, memory)
    about, *_ = work._about(block)
    memory.learn(about, 10**12, 100 * SMALL)  # it does take all, and then no small one begins beside it
    assert not work._fits(other, crew, memory)


def test_of_blocks_that_a_limit_may_end_few_are_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each that is out is drawn to its end, or to the limit, though the first of them fails."""
    assert most(monkeypatch, 0.0, limit=1.0)[0] <= 8 * SLOTS + 1
    assert most(monkeypatch, 0.0, limit=60.0)[0] <= 2 * SLOTS


class Batch:
    """Does nothing until it is waited for, and then all that is out."""

    beside, slots = True, SLOTS

    def __init__(self, log: list[str]) -> None:
        self.out: list[Task] = []
        self._log = log

    @property
    def room(self) -> bool:
        return self.room_for(2)

    def room_for(self, each: int) -> bool:
        return len(self.out) < each * self.slots

    def __len__(self) -> int:
        return len(self.out)

    def start(self, task: Task) -> None:
        self._log.append("begun")
        self.out.append(task)

    def wait(self, left: float | None) -> list[tuple[Task, Any]]:
        done, self.out = self.out, []
        self._log.append("waited")
        return [(task, run_module.draw(*task.arguments)) for task in done]


def watched(monkeypatch: pytest.MonkeyPatch, thrifty: bool) -> tuple[run_module._Work, list[str]]:
    """The work of two groups, and a list that is told when a result is taken."""
    log: list[str] = []
    taking = run_module.State.take
    monkeypatch.setattr(run_module.State, "take", lambda *given: log.append("taken") or taking(*given))
    states = [run_module.State(k, group, 5) for k, group in enumerate([*planned(0.0), *planned(0.0, "Y")])]
    return run_module._Work(states, (), None, None, thrifty=thrifty), log


@pytest.mark.parametrize("thrifty", [False, True])
def test_no_worker_waits_until_all_is_decided_that_came_at_once(monkeypatch: pytest.MonkeyPatch, thrifty: bool) -> None:
    """A run with a budget has to know what came before it begins anything."""
    work, log = watched(monkeypatch, thrifty)
    work.do(cast(Any, Batch(log)), None, Memory(math.inf, SLOTS))
    after = log.index("waited") + 1
    assert log[after] == ("taken" if thrifty else "begun")
    assert log.count("begun") == log.count("taken") > 2 * SLOTS


@pytest.mark.parametrize("thrifty", [False, True])
def test_what_came_before_the_time_was_over_is_decided(monkeypatch: pytest.MonkeyPatch, thrifty: bool) -> None:
    work, log = watched(monkeypatch, thrifty)
    crew, now = Batch(log), [0.0]
    monkeypatch.setattr(run_module.time, "monotonic", lambda: now[0])  # type: ignore[attr-defined]
    waiting = crew.wait
    monkeypatch.setattr(crew, "wait", lambda left: now.append(now.pop() + 2.0) or waiting(left))
    with pytest.raises(TimeoutError):
        work.do(cast(Any, crew), 1.0, Memory(math.inf, SLOTS))
    assert log == ["begun"] * 2 * SLOTS + ["waited"] + ["taken"] * 2 * SLOTS


class Slow:
    """Calls that end when they are told to."""

    beside, slots = True, SLOTS

    def __init__(self) -> None:
        self.futures: list[Future[Any]] = []

    def submit(self, function: Any, *arguments: Any) -> Future[Any]:
        self.futures.append(Future())
        return self.futures[-1]

    def close(self, wanted: bool) -> None:
        """Nothing is to be closed."""


@pytest.mark.parametrize(
    ("seconds", "count", "limit", "slept"),
    [
        (0.001, 40 * SLOTS, None, 0.25 * 0.001 * 39),  # a quarter of what is behind those that may be being done
        (0.1, 40 * SLOTS, None, 0.05),
        (0.1, 40 * SLOTS, 0.02, 0.02),
        (0.1, 2 * SLOTS, None, None),  # nothing waits behind the next ones
        (math.inf, 40 * SLOTS, None, None),
    ],
)
def test_results_lie_while_workers_have_enough_to_do_and_not_longer(
    monkeypatch: pytest.MonkeyPatch, seconds: float, count: int, limit: float | None, slept: float | None
) -> None:
    hands, sleeps = Slow(), list[float]()
    crew = Crew(hands, lambda task, result: None)
    for _ in range(count):
        crew.start(Task(abs, (1,), seconds=seconds))
    hands.futures[0].set_result(1)
    monkeypatch.setattr(crew_module.time, "sleep", sleeps.append)  # type: ignore[attr-defined]
    assert [result for _, result in crew.wait(limit)] == [1]
    if slept is None:
        assert not sleeps
    else:
        (pause,) = sleeps
        assert 0.9 * slept - 0.005 <= pause <= slept


def test_what_a_job_found_is_made_use_of_when_it_is_taken() -> None:
    jobs = [run_module.Job("seven", abs, (-7,), then=str), run_module.Job("eight", abs, (-8,))]
    assert run([], seed=5, also=jobs).extra == {"seven": "7", "eight": 8}


def test_what_plots_need_of_a_group_is_there_when_it_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    finding = run_module.State._evidence
    monkeypatch.setattr(run_module.State, "_evidence", lambda self: made.append(self.look) or finding(self))
    state = run_module.State(0, planned(0.0)[0], 5)
    blocks = state.start()
    while blocks:
        assert made == []
        assert state._shown is None
        blocks = [more for block in blocks for more in state.take(block, run_module.draw(block))]
    assert len(made) == 1
    assert state.answers().evidence == finding(state) != {}
    assert len(made) == 1
