"""Worker processes: clean ones, started early, that import only what drawing needs."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from verifier.sampling.memory import keep_pages

#: One thread a worker: the matrices are small and the workers are many.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_SAFE = "PYTHONSAFEPATH"
#: What every worker needs; imported once, in the process that workers are forked from.
_PRELOADED = [
    "verifier.sampling.forked", "verifier.sampling.draw", "verifier.sampling.pool", "verifier.networks.correlations",
]  # fmt: skip

Call = Callable[..., Any]
_PR_SET_PDEATHSIG = 1


def limit_threads() -> None:
    """One thread for linear algebra, here and in workers, unless the environment says otherwise.

    Read when NumPy is imported, so this must come before.
    """
    for name in THREADS:
        os.environ.setdefault(name, "1")


def warm_up(jobs: int, *more: str) -> None:
    """Start the process that workers are forked from, so that it imports while this one does other things.

    ``more``: modules that some worker will need besides.
    """
    if jobs > 1 and "forkserver" in multiprocessing.get_all_start_methods():
        from multiprocessing import forkserver

        forkserver.set_forkserver_preload([*_PRELOADED, *more])
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


class Lost(Exception):
    """A worker died of a call."""


class Gone(Exception):
    """There are no workers, and there will be none: a sentence that says why."""


@dataclass(frozen=True)
class Died:
    """In the place of a task's result: it took this many workers with it."""

    deaths: int

    def __str__(self) -> str:
        times = "once" if self.deaths == 1 else f"{self.deaths} times"
        return f"its worker process ended unexpectedly, {times} (was it out of memory?)"


class Hands(Protocol):
    """Where calls are made: here, in processes of this machine, or on a cluster.

    beside: whether they are made while this process does other things, and not before ``submit`` returns.
    """

    beside: bool

    @property
    def slots(self) -> int:
        """Calls made at the same time."""

    def submit(self, function: Call, *arguments: Any) -> Future[Any]: ...

    def close(self, wanted: bool) -> None:
        """End the workers; what they are doing is given up unless it is ``wanted``."""


class Here:
    """Calls in this process, one after the other."""

    slots = 1
    beside = False

    def submit(self, function: Call, *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(function(*arguments))
        return future

    def close(self, wanted: bool) -> None:
        """Nothing runs after a call."""


@contextmanager
def executor(jobs: int, scheduler: str | None = None) -> Iterator[Hands]:
    """Workers, which end with the block: ``jobs`` processes (1: calls are made here), or those of a Dask scheduler.

    Where the block is left by an exception, what is running is given up.  ``scheduler`` as of
    :func:`verifier.sampling.cluster.connect`, which says what is raised.
    """
    keep_pages()  # of samples as they come, and of decisions, as well
    if jobs == 1 and scheduler is None:
        yield Here()
        return
    with nothing_from_here():
        if scheduler is not None:
            from verifier.sampling.cluster import connect

            hands: Hands = connect(scheduler)
        else:
            from verifier.sampling.pool import Pool

            hands = Pool(jobs)
        try:
            yield hands
            hands.close(wanted=True)
        except BaseException:
            hands.close(wanted=False)
            raise


def begin_worker() -> None:
    """What a worker process does first.

    Ctrl-C reaches every process of a terminal, and the main one decides what happens.  It may also be killed: then the
    kernel ends its workers where it can do that, and elsewhere, or where a worker's parent is another process, a thread
    that watches the main one does.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    keep_pages()
    main = multiprocessing.parent_process()
    if main is not None:
        threading.Thread(target=_outlive, args=(main,), name="watch", daemon=True).start()


def end_with_parent() -> None:
    """Have the kernel kill this process when the one that started it ends; nothing where it cannot."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _outlive(main: Any) -> None:
    main.join()
    os._exit(1)


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread for linear algebra in the block, whose rounding may depend on their number.

    What :func:`limit_threads` does before NumPy is imported, where it already was; needs threadpoolctl.
    """
    controller = _controller()
    if controller is None:
        yield
        return
    with controller.limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> Any:
    """What holds the threads of the libraries that are loaded; None where they are one, or it is not installed."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    found = ThreadpoolController()
    blas = [entry["num_threads"] for entry in found.info() if entry["user_api"] == "blas"]
    return found if any(number > 1 for number in blas) else None


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
