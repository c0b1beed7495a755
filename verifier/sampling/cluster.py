"""Workers of a Dask cluster: many machines, or processes that Dask starts on this one (extra [distributed]).

What they are sent is a block's key and the path of its check file, and the same numbers come back as from anywhere
else.  A worker that would draw others is refused: it has to have the same version of this package.
"""

from __future__ import annotations

import logging
import re
from concurrent.futures import Future
from typing import Any

from verifier.sampling.sameness import OtherVersion, called, fingerprint, refuse_other, sources
from verifier.sampling.workers import Call, Died, limit_threads

_LOCAL = re.compile(r"local:(\d+)\Z")
_ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://\S+\Z")
#: Seconds to wait for a scheduler, and for the first of its workers.
PATIENCE = 30.0


class SchedulerError(ValueError):
    """A scheduler that cannot be used: a sentence that says why."""


def check_scheduler(text: str) -> str:
    """``text`` if it names a scheduler: tcp://HOST:PORT or local:N.  Raises SchedulerError."""
    found = _LOCAL.match(text)
    if found and 1 <= int(found.group(1)[:9]) <= 4096:
        return text
    if not found and _ADDRESS.match(text):
        return text
    raise SchedulerError(f"--scheduler {text}: it is tcp://HOST:PORT, the address of a Dask scheduler, or local:N")


class Cluster:
    """The workers of a scheduler."""

    beside = True

    def __init__(self, client: Any, owned: Any = None) -> None:
        self._client = client
        self._owned = owned
        self._executor = client.get_executor(pure=False)
        self._sources = sources(elsewhere=True)
        self._lost: type[BaseException] = _killed()

    @property
    def slots(self) -> int:
        """Threads of all workers, those that joined in the meantime as well."""
        if self._client.status != "running":
            return 1
        try:
            return max(1, sum(self._client.nthreads().values()))
        except OSError:  # the scheduler is gone: the calls that are out will say so
            return 1

    def submit(self, function: Call, *arguments: Any) -> Future[Any]:
        outer: Future[Any] = Future()

        def passed(inner: Future[Any]) -> None:
            if inner.cancelled():
                outer.cancel()
                outer.set_running_or_notify_cancel()
            elif isinstance(error := inner.exception(), self._lost):
                outer.set_result(Died(_tried()))
            elif error is not None:
                outer.set_exception(error)
            else:
                outer.set_result(inner.result())

        try:
            self._executor.submit(called, self._sources, function, *arguments).add_done_callback(passed)
        except OSError:  # the scheduler is gone
            outer.cancel()
            outer.set_running_or_notify_cancel()
        return outer

    def close(self, wanted: bool) -> None:
        for thing in (self._client, self._owned):
            try:
                if thing is not None:
                    thing.close(timeout=2 if not wanted else PATIENCE)
            except Exception:  # it may be gone, which is what was wanted
                continue


def connect(scheduler: str) -> Cluster:
    """The workers behind ``scheduler``: ``tcp://HOST:PORT``, or ``local:N`` for N processes that Dask starts here.

    Raises SchedulerError where Dask is not installed, nobody answers, or nobody works there; OtherVersion.
    """
    check_scheduler(scheduler)
    limit_threads()
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise SchedulerError(
            f"--scheduler {scheduler}: Dask is not installed; pip install 'wide-verifier[distributed]'"
        ) from None
    _quiet()
    found, owned = _LOCAL.match(scheduler), None
    try:
        if found:
            owned = LocalCluster(
                n_workers=int(found.group(1)), threads_per_worker=1, dashboard_address=None,
                silence_logs=logging.CRITICAL,
            )  # fmt: skip
        client = Client(owned.scheduler_address if owned is not None else scheduler, timeout=PATIENCE,
                        set_as_default=False)  # fmt: skip
        client.wait_for_workers(1, timeout=PATIENCE)
        versions = client.run(fingerprint)
    except (OSError, TimeoutError) as error:
        told = " ".join(str(error).split()) or "nobody answers"
        raise SchedulerError(f"--scheduler {scheduler}: {told}") from None
    except ImportError as error:
        raise OtherVersion(f"--scheduler {scheduler}: a worker cannot load this package ({error})") from None
    _quiet()  # what was imported in the meantime
    cluster = Cluster(client, owned)
    try:
        refuse_other(fingerprint(), {f"the worker {name}": str(version) for name, version in versions.items()})
    except OtherVersion:
        cluster.close(wanted=False)
        raise
    return cluster


def _quiet() -> None:
    """What goes wrong is told by this module, in one sentence; Dask's own logs say it in many."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _killed() -> type[BaseException]:
    from distributed.scheduler import KilledWorker

    found: type[BaseException] = KilledWorker
    return found


def _tried() -> int:
    """The workers that Dask lets one task take with it."""
    import dask

    return 1 + int(dask.config.get("distributed.scheduler.allowed-failures", 3))
