"""How many blocks of samples may be drawn at once within a bound of memory.

Blocks stay what they are, as their keys are: only how many workers draw at the same time changes, so no number does.
What a block takes is guessed from its size until one of its quantity was drawn, and is what that took from then on.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

#: Arrays of samples x width numbers that a sampler may hold at once, before anything is known of it.
ARRAYS = 8
#: Bytes below which a block is not weighed, which takes a third of a millisecond.
SMALL = 1 << 28
#: glibc's names of the three: freed memory at the top of the heap from which on it is given back, by how much the heap
#: grows beyond what is asked for, and the size from which on an array is mapped by itself (the largest that it takes).
_KEPT = ((-1, 1 << 28), (-2, 1 << 24), (-3, 1 << 25))
#: The part of the memory that is free which is used unless a bound is given.
SHARE = 0.8


class Memory:
    """A bound in bytes on what ``slots`` workers draw at the same time."""

    def __init__(self, bound: float, slots: int) -> None:
        self.bound = bound
        self._slots = slots
        self.ample = slots * SMALL <= bound  # for small blocks, however many
        self._seen: dict[Any, dict[int, int]] = {}  # by quantity and width, the bytes that a block took

    def expected(self, quantity: Any, width: int, samples: int) -> float:
        """Bytes that a block of ``samples`` networks of this width takes; where it may be all of the bound, no other
        large block is beside it, and small ones are if they are a small part of the bound."""
        if self.small(quantity, width, samples) or quantity not in self._seen:
            others = (self._slots - 1) * SMALL
            return min(_guess(width, samples), self.bound - others if others < self.bound / 8 else self.bound)
        # Of a narrower block, what it took for each neuron; what a wider one took is enough.
        return max(taken * max(1.0, width / at) for at, taken in self._seen[quantity].items())

    def small(self, quantity: Any, width: int, samples: int) -> bool:
        """Whether what a block is expected to take is its guess for good."""
        return _guess(width, samples) <= SMALL

    def unknown(self, quantity: Any, width: int, samples: int) -> bool:
        """Whether a block is to be weighed: it may be large, and none as wide was."""
        return not self.small(quantity, width, samples) and width > max(self._seen.get(quantity, {0: 0}))

    def learn(self, quantity: Any, width: int, taken: int) -> None:
        """A block of this width took so many bytes."""
        seen = self._seen.setdefault(quantity, {})
        seen[width] = max(taken, seen.get(width, 0))

    def fits(self, running: Sequence[float], one_more: float) -> bool:
        """Whether another block may begin beside those that are out; each worker draws one at a time."""
        largest = sorted((*running, one_more), reverse=True)[: self._slots]
        return not running or sum(largest) <= self.bound


def _guess(width: int, samples: int) -> float:
    return 8.0 * ARRAYS * samples * width


def keep_pages() -> None:
    """Have this process keep up to 256 MiB of freed memory for its next arrays, where the C library is glibc.

    By default arrays of a few megabytes are given back at once and come anew, each page zeroed by the kernel: at widths
    of thousands that was a third of the time of a run.
    """
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        for name, value in _KEPT:
            library.mallopt(name, value)


def free() -> float:
    """Bytes of memory that may be used: a part of what is free here, or of what a limit leaves, and at least 1 GiB."""
    return max(SHARE * min(_meminfo(), *_limits()), 4.0 * SMALL)


def _meminfo() -> float:
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        return 1024.0 * int(next(line for line in lines if line.startswith("MemAvailable:")).split()[1])
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return float("inf")


def _limits() -> Iterator[float]:
    """What a control group leaves, if there is one."""
    yield float("inf")
    group = Path("/sys/fs/cgroup")
    with contextlib.suppress(OSError, ValueError):  # "max" is no number
        yield float((group / "memory.max").read_text()) - float((group / "memory.current").read_text())


class Peak:
    """The memory that a block took, in bytes, above what the process had before."""

    def __init__(self) -> None:
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)  # what is kept would be taken again unseen
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")  # Linux: the peak is counted from here
        self._before = _resident()

    def taken(self) -> int:
        """Bytes so far."""
        return max(_peak() - self._before, 0)


def _resident() -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return _peak()


def _peak() -> int:
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmHWM:")).split()[1])
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else 1024 * used
