"""Worker processes of this machine: each has a pipe, and a thread here that takes what comes through it.

A call is given to a worker that has none.  One that has a call is given the next as well where more wait than there
are workers, as short ones do: it need not wait for this process between them.  Where few are left, none waits behind
another while a worker has nothing to do.

Of each worker at most two results are not taken yet, however slow this process is: what a kill costs.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import threading
import time
import traceback
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.util import Finalize
from typing import Any

from verifier.sampling.sameness import Sources, called, sources
from verifier.sampling.turns import short_turns, usual_turns
from verifier.sampling.workers import Call, Gone, Lost, begin_worker, limit_threads, warm_up

#: Bytes of a call that is given to a worker that has one: its pipe holds them until it reads again.
AHEAD_BYTES = 1 << 12
#: Seconds that a worker may take to end that has nothing to do, and what came of its last call to be kept.
PATIENCE = 5.0
#: Workers that may end, one after the other, before they could do anything: there is then no point in another one.
UNBORN = 3
#: Seconds between two of these: the process that workers are forked from may have been killed, and is found dead then.
PAUSE = 0.1


@dataclass(eq=False)
class _Call:
    message: bytes
    future: Future[Any] = field(default_factory=Future)


@dataclass(eq=False)
class _Worker:
    process: Any
    pipe: Connection
    given: deque[_Call] = field(default_factory=deque)  # in the order in which they are made
    taking: bool = False  # whether a result is being taken

    def give(self, call: _Call) -> None:
        """Send it a call; where it has died, whoever listens to it finds the call among what it was given."""
        self.given.append(call)
        with contextlib.suppress(OSError):
            self.pipe.send_bytes(call.message)


class Pool:
    """Worker processes of this machine, which end with the process that made them, however that ends.

    A call of which a worker dies ends with a Lost; what else it was given is done by others.  Where no worker can be
    had all calls end with a Gone.

    Each place for a worker has a thread until the pool is closed, which starts its workers, one after the other: the
    kernel takes the end of a thread for the end of their parent (:func:`verifier.sampling.workers.end_with_parent`),
    and signals, which reach the main thread alone, find none that is half started.
    """

    beside = True

    def __init__(self, jobs: int) -> None:
        self.slots = jobs
        limit_threads()
        warm_up(jobs)
        self._sources = sources(elsewhere=False)
        self._context = _context()
        self._wanted = threading.Condition()  # there are calls, or it is closed; holds what follows, and writing
        self._waiting: deque[_Call] = deque()
        self._workers: list[_Worker] = []  # those that wait for calls, or make them
        self._processes: list[Any] = []  # all that were started and may not have ended
        self._threads: list[threading.Thread] = []
        self._starting = 0
        self._unborn = 0  # how many, one after the other, ended before they could do anything
        self._closed = threading.Event()
        # Where an interrupt comes while the pool is closed, or it never is: at exit workers would be waited for.
        self._last = Finalize(self, _end, (self._closed, self._processes), exitpriority=10)
        short_turns(self)

    def submit(self, function: Call, *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            call = _Call(pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL), future)
        except Exception as error:
            future.set_exception(error)
            return future
        with self._wanted:
            self._waiting.append(call)
            self._hand_out()
            if self._waiting and len(self._threads) < self.slots:
                self._staff()
            if self._waiting:
                self._wanted.notify()
        return future

    def close(self, wanted: bool) -> None:
        try:
            self._close(wanted)
        finally:  # however often it is interrupted
            usual_turns(self)

    def _close(self, wanted: bool) -> None:
        if wanted:
            self._closed.set()
        else:
            _end(self._closed, self._processes)
        end = time.monotonic() + PATIENCE
        with self._wanted:
            for worker in self._workers:
                with contextlib.suppress(OSError):
                    worker.pipe.send_bytes(b"")
            ready = [worker.process for worker in self._workers]
            _end(self._closed, [process for process in self._processes if process not in ready])
            self._wanted.notify_all()
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        self._last()

    def _staff(self) -> None:
        """A thread for another place, and where none can be had, nobody to do what waits."""
        thread = threading.Thread(target=self._attend, name="attend", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            if not self._threads:
                self._waiting.pop().future.set_exception(Gone(f"no worker process can be attended to ({error})"))
            return
        self._threads.append(thread)

    def _attend(self) -> None:
        """The thread of a place: a worker after the other, as long as there is something to do."""
        while self._is_wanted():
            with contextlib.ExitStack() as ends:
                try:
                    worker = self._born(ends)
                except Exception as error:  # no process, or no memory for one
                    self._not_born(f"{type(error).__name__}: {error}")
                else:
                    self._listen(worker)

    def _is_wanted(self) -> bool:
        """Wait until another worker is to be started; False where there will be none.

        Where some ended before they could do anything one is tried at a time, so that there is a last one.
        """
        with self._wanted:
            while not self._closed.is_set():
                if self._waiting and not (self._starting and self._unborn >= UNBORN):
                    self._starting += 1
                    return True
                self._wanted.wait()
            return False

    def _born(self, ends: contextlib.ExitStack) -> _Worker:
        """A worker that waits for calls, which ends with ``ends``.  Raises EOFError where it ends before it can."""
        here, there = self._context.Pipe()
        ends.enter_context(here)
        with there:
            process = self._start(there)
        ends.callback(self._bury, process)
        worker = _Worker(process, here)
        if self._closed.is_set() or _heard(worker) is None:  # who closed it may not know of this one
            raise EOFError("it ended before it could do anything")
        with self._wanted:
            self._unborn = 0
            self._starting -= 1
            self._workers.append(worker)
            self._wanted.notify_all()
            self._hand_out()
        return worker

    def _start(self, pipe: Connection) -> Any:
        process: Any = self._context.Process(target=_work, args=(pipe, self._sources))  # type: ignore[attr-defined]
        process.start()
        self._processes.append(process)
        return process

    def _bury(self, process: Any) -> None:
        process.kill()  # it may only have closed its pipe
        process.join()
        self._processes.remove(process)

    def _not_born(self, why: str) -> None:
        """Try again, and after some times end what waits, if nobody else is there for it."""
        with self._wanted:
            self._unborn += 1
            self._starting -= 1
            nobody = self._unborn >= UNBORN and not self._workers and not self._starting
            lost = list(self._waiting) if nobody else []
            for call in lost:
                self._waiting.remove(call)
            self._wanted.notify_all()
        for call in lost:
            call.future.set_exception(Gone(f"no worker process can be started ({why})"))
        time.sleep(PAUSE)

    def _hand_out(self) -> None:
        """Give what waits to workers: to those that have nothing, and of much that waits a second call to each."""
        for worker in self._workers:
            if self._waiting and not worker.given:
                worker.give(self._waiting.popleft())
        for worker in self._workers:
            if len(self._waiting) > self.slots and len(worker.given) + worker.taking < 2:
                if len(self._waiting[0].message) > AHEAD_BYTES:
                    return
                worker.give(self._waiting.popleft())

    def _listen(self, worker: _Worker) -> None:
        """Take what a worker answers until it ends."""
        call: _Call | None = None
        try:
            while (message := _heard(worker)) is not None and worker.given:
                with self._wanted:
                    call = worker.given.popleft()
                    worker.taking = True
                    self._hand_out()
                _answer(call.future, message)
                call = None
                with self._wanted:
                    worker.taking = False
                    self._hand_out()
        except MemoryError:  # for what is handed out
            pass
        finally:
            with self._wanted:
                self._workers.remove(worker)
                if call is None and worker.given:
                    call = worker.given.popleft()
                self._waiting.extendleft(reversed(worker.given))
                self._wanted.notify_all()
                self._hand_out()
            if call is not None:
                call.future.set_exception(Lost("a worker process ended unexpectedly (was it out of memory?)"))


def _end(closed: threading.Event, processes: list[Any]) -> None:
    """No worker is started any more, and those that are there end."""
    closed.set()
    for process in list(processes):
        process.kill()


def _heard(worker: _Worker) -> bytes | None:
    """What a worker answers next; None when it has ended, or what it answers does not go into memory.

    Its end is seen though a process that it left behind holds its pipe open.
    """
    try:
        wait([worker.pipe, worker.process.sentinel])
        return worker.pipe.recv_bytes() if worker.pipe.poll() else None
    except (OSError, EOFError, MemoryError):
        return None


def _answer(future: Future[Any], message: bytes) -> None:
    """Give a call's answer to those who wait for it."""
    try:
        good, found = pickle.loads(message)
    except BaseException as error:  # whatever it is made of may raise anything
        told = f"what a worker answered cannot be read ({type(error).__name__}: {error})"
        good, found = False, error if isinstance(error, Exception) else RuntimeError(told)
    if good:
        future.set_result(found)
    else:
        future.set_exception(found)


def _work(pipe: Connection, expected: Sources) -> None:
    """A worker's life: calls as they come, until an empty one."""
    begin_worker()
    born = os.getpid()
    with contextlib.suppress(OSError, EOFError):
        pipe.send_bytes(b"")  # it is ready
        while message := pipe.recv_bytes():
            answer = _made(message, expected)
            if os.getpid() != born:  # what was called has split the process, and both came back
                os._exit(0)
            pipe.send_bytes(answer)


def _made(message: bytes, expected: Sources) -> bytes:
    """What comes of a call: True and its result, or False and what it raised."""
    try:
        function, arguments = pickle.loads(message)
        return pickle.dumps((True, called(expected, function, *arguments)), pickle.HIGHEST_PROTOCOL)
    except BaseException as error:
        told = f"In a worker process:\n{traceback.format_exc()}"
        with contextlib.suppress(Exception):
            error.add_note(told)
            return pickle.dumps((False, error))
        other = RuntimeError(f"{''.join(traceback.format_exception_only(error)).strip()} (raised in a worker)")
        other.add_note(told)
        return pickle.dumps((False, other))


def _context() -> BaseContext:
    """Never a plain fork: this process may have threads."""
    methods = multiprocessing.get_all_start_methods()
    return multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
