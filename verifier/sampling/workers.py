"""Worker processes: clean ones, started early, that import only what drawing needs."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.context import BaseContext
from typing import Any

#: One thread a worker: the matrices are small and the workers are many.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_SAFE = "PYTHONSAFEPATH"
#: What every worker needs; imported once, in the process that workers are forked from.
_PRELOADED = ["verifier.sampling.draw", "verifier.networks.correlations"]

Call = Callable[..., Any]


def limit_threads() -> None:
    """One thread for linear algebra, here and in workers, unless the environment says otherwise.

    Read when NumPy is imported, so this must come before.
    """
    for name in THREADS:
        os.environ.setdefault(name, "1")


def warm_up(jobs: int) -> None:
    """Start the process that workers are forked from, so that it imports while this one does other things."""
    if jobs > 1 and "forkserver" in multiprocessing.get_all_start_methods():
        from multiprocessing import forkserver

        forkserver.set_forkserver_preload(_PRELOADED)
        with nothing_from_here():
            forkserver.ensure_running()


@contextmanager
def nothing_from_here() -> Iterator[None]:
    """Python processes that are started in the block look for no module in the current folder, where a user's
    ``random.py`` may lie.

    Multiprocessing starts them with ``-c``, for which that folder comes first.
    """
    before = os.environ.get(_SAFE)
    os.environ[_SAFE] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_SAFE, None)
        else:
            os.environ[_SAFE] = before


@contextmanager
def executor(jobs: int) -> Iterator[Callable[..., Future[Any]]]:
    """Calls here (one job) or in worker processes, which end with the block.

    Where the block is left by an exception, what is running is given up.
    """
    if jobs == 1:
        yield _here
        return
    limit_threads()
    pool = ProcessPoolExecutor(jobs, mp_context=_context(), initializer=_ignore_interrupts)
    try:
        with nothing_from_here():
            yield pool.submit
            pool.shutdown()
    except BaseException:
        workers = list((getattr(pool, "_processes", None) or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:  # what they are drawing is not wanted any more
            worker.terminate()
        raise


@contextmanager
def at_most(seconds: float | None) -> Iterator[None]:
    """A TimeoutError in the block once ``seconds`` have passed; None: no limit.

    Works in the main thread of a process on systems with interval timers, for code that returns to the
    interpreter now and then; elsewhere there is no limit.
    """
    able = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if seconds is None or not able:
        yield
        return

    def stop(number: int, frame: object) -> None:
        raise TimeoutError(f"it took longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    # Again and again: a sampler may catch the first one.
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def available_cores() -> int:
    """The cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _context() -> BaseContext:
    """Never a plain fork: this process may have threads."""
    methods = multiprocessing.get_all_start_methods()
    return multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")


def _here(function: Call, *arguments: Any) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(function(*arguments))
    return future


def _ignore_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal; the main one decides what happens."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
