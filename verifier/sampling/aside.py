"""What is kept of a run is written by a thread of its own: those who hand out work do not wait for the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

#: Makes a call at some time, after those before it.
Caller = Callable[..., None]


@contextmanager
def aside(beside: bool) -> Iterator[Caller]:
    """Calls in a thread of their own, one after the other, all of which are made when the block is left; or at once
    and here, where nothing is done ``beside`` this process anyway.

    Raises what the first of them raised that failed, where the block is left by no other exception.

    >>> made = []
    >>> with aside(True) as call:
    ...     call(made.append, 1)
    ...     call(made.append, 2)
    >>> made
    [1, 2]
    """
    if not beside:
        yield lambda function, *arguments: function(*arguments)
        return
    failed: list[BaseException] = []

    def ended(call: Future[Any]) -> None:
        if (error := call.exception()) is not None:
            failed.append(error)

    def call(function: Callable[..., Any], *arguments: Any) -> None:
        with suppress(RuntimeError):  # the block was left: what still comes is of a run that was given up
            thread.submit(function, *arguments).add_done_callback(ended)

    with ThreadPoolExecutor(1, "aside") as thread:
        yield call
    if failed:
        raise failed[0]
