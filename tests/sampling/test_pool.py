"""Worker processes of this machine: what they answer, what their deaths cost, and what is handed out ahead."""

from __future__ import annotations

import importlib
import itertools
import math
import multiprocessing
import operator
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from verifier.commands.check import COMPILED
from verifier.sampling import pool as pool_module
from verifier.sampling.crew import Crew, Task, WorkersLost
from verifier.sampling.pool import Pool
from verifier.sampling.workers import Gone, Lost, nothing_from_here

linux = pytest.mark.skipif(sys.platform != "linux", reason="workers end with the process they are forked from")
posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
SLOTS = 2
HERE = Path(__file__).parent


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Any:
    """:mod:`worker_calls`, which workers find as well."""
    monkeypatch.syspath_prepend(str(HERE))
    return importlib.import_module("worker_calls")


@pytest.fixture
def pool(calls: Any) -> Iterator[Pool]:
    with nothing_from_here():
        found = Pool(SLOTS)
        try:
            yield found
        finally:
            found.close(wanted=False)


def gone(pid: int, seconds: float = 5.0) -> bool:
    """Whether a process has ended, or does so within some seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False


def outcome(future: Future[Any], seconds: float = 30.0) -> Any:
    error = future.exception(timeout=seconds)
    return future.result() if error is None else error


def test_results_come_back_and_so_does_what_was_raised(pool: Pool, calls: Any) -> None:
    many = [pool.submit(math.sqrt, float(number)) for number in range(200)]
    assert [call.result(30) for call in many] == [math.sqrt(number) for number in range(200)]
    error = outcome(pool.submit(calls.raises, "plain"))
    assert isinstance(error, ValueError)
    assert str(error) == "of a call"
    assert any("in raises" in note for note in error.__notes__)
    assert isinstance(outcome(pool.submit(sys.exit, 3)), SystemExit)
    assert outcome(pool.submit(abs, -7)) == 7


def test_what_cannot_be_sent_is_an_error_of_its_call_alone(pool: Pool, calls: Any) -> None:
    lock = threading.Lock()
    assert isinstance(outcome(pool.submit(id, lock)), TypeError)
    assert isinstance(outcome(pool.submit(threading.Lock)), TypeError)  # of the result
    assert "of a call" in str(outcome(pool.submit(calls.raises, "unsendable")))
    assert isinstance(outcome(pool.submit(calls.raises, "odd")), TypeError)  # not made again here
    assert outcome(pool.submit(abs, -7)) == 7


def test_of_a_call_that_kills_its_worker_nothing_else_is_lost(pool: Pool) -> None:
    calls = [pool.submit(os._exit, 9) if k == 20 else pool.submit(abs, -k) for k in range(60)]
    found = [outcome(call) for call in calls]
    assert isinstance(found[20], Lost)
    assert found[:20] + found[21:] == [k for k in range(60) if k != 20]


@posix
@pytest.mark.parametrize("kills", ["leaves_a_child", "hangs_up"])
def test_the_end_of_a_worker_is_noticed_whatever_holds_its_pipe(pool: Pool, calls: Any, kills: str) -> None:
    pid = outcome(pool.submit(os.getpid))
    begin = time.monotonic()
    assert isinstance(outcome(pool.submit(getattr(calls, kills))), Lost)
    assert time.monotonic() - begin < 18
    assert gone(pid)
    assert outcome(pool.submit(abs, -7)) == 7


@posix
def test_a_call_that_splits_its_process_is_answered_once(pool: Pool) -> None:
    """Both come back from it; the child neither answers nor takes calls of others."""
    answers = [outcome(pool.submit(os.fork)) for _ in range(4)]
    assert all(pid > 0 for pid in answers)
    assert [outcome(pool.submit(abs, -k)) for k in range(40)] == list(range(40))


def test_of_each_worker_two_results_at_most_are_not_taken_yet(pool: Pool, calls: Any, tmp_path: Path) -> None:
    """However long this process takes for one, and however many calls wait: what a kill costs."""
    path, held = tmp_path / "calls", threading.Event()
    try:
        for _ in range(50):
            pool.submit(calls.noted, str(path), 0.0).add_done_callback(lambda done: held.wait(60))
        end = time.monotonic() + 60
        while time.monotonic() < end and (not path.exists() or len(path.read_text()) < 2 * SLOTS):
            time.sleep(0.02)
        time.sleep(1.0)  # for one more
        assert len(path.read_text()) == 2 * SLOTS
    finally:
        held.set()


def test_a_worker_has_its_next_call_before_it_needs_it_where_many_wait(pool: Pool) -> None:
    warm = [pool.submit(time.sleep, 0.2) for _ in range(SLOTS)]
    assert [outcome(call) for call in warm] == [None] * SLOTS
    for _ in range(10):
        pool.submit(time.sleep, 3.0)
    assert [len(worker.given) for worker in pool._workers] == [2] * SLOTS


def test_where_few_are_left_none_waits_behind_another_while_a_worker_has_nothing_to_do(pool: Pool) -> None:
    warm = [pool.submit(time.sleep, 0.1) for _ in range(SLOTS)]
    assert [outcome(call) for call in warm] == [None] * SLOTS
    long = pool.submit(time.sleep, 25.0)
    short = [pool.submit(abs, -k) for k in range(SLOTS + 1)]
    assert [outcome(call, 20.0) for call in short] == [0, 1, 2]
    assert not long.done()


def test_a_large_call_is_not_sent_to_a_worker_that_does_not_read(pool: Pool) -> None:
    """Else this process would wait for it, and could do nothing else."""
    warm = [pool.submit(time.sleep, 0.2) for _ in range(SLOTS)]
    assert [outcome(call) for call in warm] == [None] * SLOTS
    begin = time.monotonic()
    for _ in range(SLOTS):
        pool.submit(time.sleep, 10.0)
    calls = [pool.submit(operator.length_hint, bytes(1 << 20)) for _ in range(10)]
    assert time.monotonic() - begin < 8
    assert [outcome(call) for call in calls] == [1 << 20] * 10


def test_workers_that_end_before_they_can_do_anything_are_not_started_for_ever() -> None:
    """As where the program that is run cannot be loaded again, since it was read from a pipe."""
    program = """
from verifier.sampling.crew import Crew, Task, WorkersLost
from verifier.sampling.workers import executor
with executor(2) as hands:
    crew = Crew(hands, lambda task, result: None)
    for number in range(50):
        crew.start(Task(abs, (number,)))
    try:
        while len(crew):
            crew.wait(None)
    except WorkersLost as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-"], input=program, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "no worker process can be started (EOFError: it ended before it could do anything)\n"
    assert 1 <= done.stderr.count("Traceback") <= pool_module.UNBORN + 1


def test_where_no_process_can_be_started_that_is_said_and_where_one_can_it_does_all(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    starting = pool._start

    def refused(pipe: Any) -> Any:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(pool, "_start", refused)
    error = outcome(pool.submit(abs, -1))
    assert isinstance(error, Gone)
    assert "no worker process can be started (BlockingIOError: Resource temporarily unavailable)" in str(error)
    crew = Crew(pool, lambda task, result: None)
    crew.start(Task(abs, (-1,)))
    with pytest.raises(WorkersLost, match="no worker process can be started"):
        crew.wait(None)

    asked = itertools.count()

    def once(pipe: Any) -> Any:
        return refused(pipe) if next(asked) else starting(pipe)

    monkeypatch.setattr(pool, "_start", once)
    assert [outcome(call) for call in [pool.submit(abs, -k) for k in range(20)]] == list(range(20))
    assert len(pool._workers) == 1


def test_no_call_is_given_up_while_a_worker_is_being_started_for_it(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often others could not be."""
    starting, asked, may_go = pool._start, itertools.count(), threading.Event()

    def slowly(pipe: Any) -> Any:
        if next(asked):
            raise BlockingIOError("Resource temporarily unavailable")
        may_go.wait(90)
        return starting(pipe)

    monkeypatch.setattr(pool, "_start", slowly)
    calls = [pool.submit(abs, -k) for k in range(4)]
    end = time.monotonic() + 60
    while pool._unborn < pool_module.UNBORN and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(3 * pool_module.PAUSE)
    assert not any(call.done() for call in calls)
    may_go.set()
    assert [outcome(call) for call in calls] == [0, 1, 2, 3]


@posix
def test_a_worker_that_does_not_end_is_ended(pool: Pool, calls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "PATIENCE", 0.5)
    pid = outcome(pool.submit(calls.never_ends))
    begin = time.monotonic()
    pool.close(wanted=True)
    assert time.monotonic() - begin < 30
    assert gone(pid)


def test_what_is_not_wanted_any_more_is_ended_at_once(pool: Pool) -> None:
    calls = [pool.submit(time.sleep, 60.0) for _ in range(10)]
    pids = [worker.process.pid for worker in pool._workers]
    begin = time.monotonic()
    pool.close(wanted=False)
    assert time.monotonic() - begin < 30
    assert all(gone(pid) for pid in pids)
    assert not any(call.done() and call.exception() is None for call in calls)


def test_calls_that_nobody_waits_for_any_more_kill_their_workers_and_those_that_are_waited_for_are_made(
    pool: Pool, calls: Any
) -> None:
    """As of a stage of a hunt that has had its share of the time."""
    for _ in range(SLOTS):
        pool.submit(calls.dies_after, 1.0)
    crew = Crew(pool, lambda task, result: None)
    for number in range(SLOTS):
        crew.start(Task(abs, (-number,)))
    taken: list[Any] = []
    while len(crew):
        taken += [result for _, result in crew.wait(30)]
    assert sorted(taken) == list(range(SLOTS))


def test_an_answer_that_cannot_be_read_is_an_error_of_its_call_alone(
    pool: Pool, calls: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it raises: whoever takes answers goes on."""
    error = outcome(pool.submit(calls.Exits))
    assert isinstance(error, RuntimeError)
    assert "what a worker answered cannot be read (SystemExit: 3)" in str(error)
    assert [outcome(call) for call in [pool.submit(abs, -k) for k in range(40)]] == list(range(40))


def test_an_answer_that_does_not_go_into_memory_is_a_worker_lost(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert outcome(pool.submit(abs, -1)) == 1

    def full(pipe: Any) -> bytes:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "recv_bytes", full)
        assert isinstance(outcome(pool.submit(abs, -1)), Lost)
    assert outcome(pool.submit(abs, -1)) == 1


INTERRUPTED = """
import os, sys, time
from verifier.sampling import pool as pool_module
from verifier.sampling.workers import executor

def interrupted(*given, **named):
    raise KeyboardInterrupt

if __name__ == "__main__":
    try:
        with executor(2) as hands:
            calls = [hands.submit(time.sleep, 60) for _ in range(6)]
            while len(hands._workers) < 2:
                time.sleep(0.01)
            print(*[worker.process.pid for worker in hands._workers], flush=True)
            {}
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        print("ends")
"""


@pytest.mark.parametrize(
    "when", ["hands.close = interrupted", "pool_module.time.monotonic = interrupted", "pool_module._end = interrupted"]
)
def test_an_interrupt_while_workers_are_ended_leaves_none_and_nothing_waits_for_them(when: str, tmp_path: Path) -> None:
    """A second Ctrl-C, within a millisecond of the first, left a program that never ended."""
    program = tmp_path / "program.py"
    program.write_text(INTERRUPTED.format(when))
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=60, check=False)
    pids, *rest = done.stdout.splitlines()
    assert rest == ["ends"], done.stderr
    assert all(gone(int(pid)) for pid in pids.split())


def test_a_program_ends_though_it_never_closed_its_workers(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("""
import time
from verifier.sampling.pool import Pool
if __name__ == "__main__":
    pool = Pool(2)
    calls = [pool.submit(time.sleep, 60) for _ in range(6)]
    print(pool.submit(abs, -1).done())
    time.sleep(0.5)
""")
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr


def test_a_pool_that_is_closed_while_a_worker_starts_does_not_wait_for_it(calls: Any) -> None:
    found = Pool(SLOTS)
    assert outcome(found.submit(abs, -1)) == 1
    begin = time.monotonic()
    for _ in range(3):
        found.submit(calls.slow_to_load)
    found.close(wanted=False)
    assert time.monotonic() - begin < 25


@linux
def test_where_the_process_that_workers_are_forked_from_is_killed_another_one_is_started(pool: Pool) -> None:
    assert outcome(pool.submit(abs, -1)) == 1
    for _ in range(5):
        os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)
        crew = Crew(pool, lambda task, result: None)
        for number in range(6):
            crew.start(Task(abs, (-number,)))
        taken: list[Any] = []
        while len(crew):
            taken += [result for _, result in crew.wait(30)]
        assert sorted(taken) == list(range(6))


@posix
def test_what_a_call_splits_off_its_process_is_not_ended(pool: Pool, calls: Any, tmp_path: Path) -> None:
    """As with one process, where a sampler may use processes of its own."""
    path = tmp_path / "child"
    outcome(pool.submit(calls.has_a_child_write, str(path)))
    assert path.read_text() == "written"


@pytest.mark.parametrize("more", [[], [COMPILED]])
def test_workers_of_a_long_run_have_the_compiled_loops_from_the_start(more: list[str]) -> None:
    """They are loaded once, where workers are forked from, before any of them has worked for as long as it takes."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        pytest.skip("workers are not forked here")
    program = f"""
from verifier.sampling.workers import executor, warm_up
import worker_calls
if __name__ == "__main__":
    warm_up(2, *{more})
    with executor(2) as hands:
        print(hands.submit(worker_calls.compiled).result())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True,
        env=os.environ | {"VERIFIER_NUMBA": "1", "PYTHONPATH": str(HERE)},
    )  # fmt: skip
    assert done.stdout.split() == [str(len(more))]
