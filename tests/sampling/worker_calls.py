"""Calls that workers make in tests of them: they have to find them, by this file's name."""

from __future__ import annotations

import os
import sys
import threading
import time

from verifier.networks import fused


class Odd(Exception):
    """Cannot be made again from what is pickled of it."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def raises(which: str) -> None:
    if which == "odd":
        raise Odd(1, 2)
    error = ValueError("of a call")
    if which == "unsendable":
        error.held = threading.Lock()  # type: ignore[attr-defined]
    raise error


def noted(path: str, seconds: float) -> str:
    """Say that it was called, and take a while."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(".")
    time.sleep(seconds)
    return path


class Exits:
    """Reading what is pickled of it ends the process that does."""

    def __reduce__(self) -> tuple[object, ...]:
        return sys.exit, (3,)


def dies_after(seconds: float) -> None:
    time.sleep(seconds)
    os._exit(9)


def slow_to_load() -> None:
    time.sleep(30)


def has_a_child_write(path: str) -> None:
    child = os.fork()
    if not child:
        with open(path, "w", encoding="utf-8") as file:
            file.write("written")
        os._exit(0)
    os.waitpid(child, 0)


def leaves_a_child() -> None:
    """The child holds all that its parent had open, and the parent dies."""
    if os.fork():
        os._exit(9)
    time.sleep(20)
    os._exit(0)


def hangs_up() -> None:
    os.closerange(3, 256)
    time.sleep(20)


def never_ends() -> int:
    threading.Thread(target=time.sleep, args=(60,)).start()
    return os.getpid()


def compiled() -> int:
    """How often this process tried to have the loops compiled."""
    return fused._compile.cache_info().currsize
