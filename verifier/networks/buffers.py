"""Memory for the vectors of wide networks, used again as soon as nothing refers to it.

The system hands out memory page by page as it is first touched, and takes it back when an array of some hundred
kilobytes is freed: at a width of 4096 that is half of the time of drawing a network.  Within :func:`reusing` such
arrays are views of slabs that are kept, and a slab is given out again when no view of it is left: whoever still holds
an array keeps it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
import numpy.typing as npt

SMALLEST = 1 << 14  # bytes from which reuse pays
MOST_SLABS = 128  # of one size; beyond this the system serves


class _Slabs:
    def __init__(self) -> None:
        self._held: dict[int, list[npt.NDArray[np.uint8]]] = {}

    def take(self, size: int) -> npt.NDArray[np.uint8]:
        """At least ``size`` bytes that nothing else refers to."""
        step = 1 << max(0, size.bit_length() - 4)  # sizes that are nearly equal share their slabs
        rounded = -(-size // step) * step
        held = self._held.setdefault(rounded, [])
        for slab in held:
            if sys.getrefcount(slab) == _UNUSED:
                return slab
        slab = np.empty(rounded, np.uint8)
        if len(held) < MOST_SLABS:
            held.append(slab)
        return slab


def _unused() -> int:
    """What ``sys.getrefcount`` says of a slab in the loop of ``take`` to which no view refers."""
    for slab in [np.empty(1, np.uint8)]:
        return sys.getrefcount(slab)
    raise AssertionError("unreachable: the list has one entry")


_UNUSED = _unused()
_current: ContextVar[_Slabs | None] = ContextVar("_current", default=None)


@contextmanager
def reusing() -> Iterator[None]:
    """Within the block :func:`empty` uses memory again; at its end what is unused is given back."""
    token = _current.set(_Slabs())
    try:
        yield
    finally:
        _current.reset(token)


def empty(shape: tuple[int, ...], dtype: npt.DTypeLike = np.float64) -> npt.NDArray[Any]:
    """An array with arbitrary entries."""
    slabs, kind = _current.get(), np.dtype(dtype)
    count = 1
    for length in shape:
        count *= length
    size = count * kind.itemsize
    if slabs is None or size < SMALLEST:
        return np.empty(shape, kind)
    return slabs.take(size)[:size].view(kind).reshape(shape)
