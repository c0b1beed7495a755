"""Inner loops of the samplers in one pass, compiled by numba where it is installed (``wide-verifier[fast]``).

NumPy is the reference: every function here has a twin in NumPy that is given the same draws and returns the same
numbers bit by bit, since it rounds in the same places and adds in the same order.  So it does not matter when a process
begins to use them: as loading numba takes a second, that is once it has worked for some seconds without.
:func:`compiled` is None until then, where numba is not there or is broken, where it is switched off by
``VERIFIER_NUMBA=0``, and within :func:`reference`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from verifier.networks import loops

Array = NDArray[np.float64]
#: Read once: asking the environment takes as long as some thousand numbers.
_SWITCHED_OFF = os.environ.get("VERIFIER_NUMBA", "1") == "0"
#: How many numbers are worked on in NumPy before numba is loaded: two seconds.
WORTH_LOADING = 150_000_000
_off = 0
_done = 0


@dataclass(frozen=True)
class Kernels:
    """What numba made of :mod:`verifier.networks.loops`.  ``streamed``: twin of `sectors.summed`; ``signed``: of
    `patterns.signed_sums`; ``combine``: one for each number of terms, of `gaussian.combine`.

    ziggurat: the tables of exponential numbers.  draws: whether ``streamed`` draws from them what NumPy draws.
    """

    streamed: Callable[..., None]
    signed: Callable[..., None]
    combine: tuple[Callable[..., None], ...]
    ziggurat: tuple[Array, Array, Array, float]
    draws: bool


def compiled(work: int = WORTH_LOADING) -> Kernels | None:
    """The compiled functions, or None; ``work``: how many numbers the caller is about to work on."""
    global _done
    if _off or _SWITCHED_OFF:
        return None
    if _done < WORTH_LOADING:
        _done += work
        return None if _done < WORTH_LOADING else _compile()
    return _compile()


def load() -> None:
    """Load them now, whatever has been worked on."""
    compiled(WORTH_LOADING)


@contextmanager
def reference() -> Iterator[None]:
    """NumPy alone within the block."""
    global _off
    _off += 1
    try:
        yield
    finally:
        _off -= 1


@lru_cache(maxsize=1)
def _compile() -> Kernels | None:
    try:
        import numba  # its parts by name alone, and when they are used: the version of this code is told without them

        for inner in (loops.terms, loops.added, loops.total, loops.stepped, loops.at_an_edge, loops.drawn):
            numba.extending.register_jitable(inner)
    except Exception:  # not installed, or of a version that does not go with NumPy's
        return None
    for cache in (True, False):  # no folder for its cache may be writable
        try:
            quick = numba.njit(cache=cache, nogil=True)  # no fastmath: the same numbers as NumPy's
            streamed, signed = quick(loops.streamed), quick(loops.signed)
            combine = [quick(one) for one in (loops.combine_1, loops.combine_2, loops.combine_3, loops.combine_4)]
            tables = _ziggurat()
            found = Kernels(streamed, signed, tuple(combine), tables, _draws_alike(streamed, tables))
            _try(found)
        except Exception:
            continue
        return found
    return None


def _ziggurat() -> tuple[Array, Array, Array, float]:
    """The tables by which numba draws what NumPy draws, where it has them; others by which nothing may be drawn."""
    try:
        known = import_module("numba.np.random._constants")
        return known.ke_double, known.we_double, known.fe_double, float(known.ziggurat_exp_r)
    except Exception:  # tables of its own, which it may put elsewhere
        return np.full(256, 2**53, np.uint64), np.zeros(256), np.zeros(256), 0.0


def _draws_alike(streamed: Callable[..., None], tables: tuple[Array, Array, Array, float], size: int = 1 << 16) -> bool:
    """Whether SFC64's numbers and the words of its state are NumPy's, in some of the tail and many drawn again too."""
    rng = np.random.Generator(np.random.SFC64(1))
    words, room = rng.bit_generator.state["state"]["state"], np.zeros((4, size + loops.PADDED))
    streamed(size, True, words, *tables, np.array([size]), np.ones(1), np.array([-1, 0]), room, np.zeros((3, 1)))
    drawn = rng.random(size), rng.standard_exponential(size), rng.bit_generator.state["state"]["state"]
    return all(map(np.array_equal, (room[0, :size], room[1, :size], words), drawn))


def _try(kernels: Kernels, most: int = 1 << 12) -> None:
    """Compile for the types that are used, double precision first; a ValueError where NumPy adds in another order."""
    lengths = np.array([1, 2, 9, 130, 1000, most - 1142])
    room, found = np.zeros((4, most + loops.PADDED)), np.zeros((3, lengths.size))
    room[1] = np.random.Generator(np.random.SFC64(2)).random(room.shape[1])
    words = np.zeros(4, np.uint64)
    kernels.streamed(most, False, words, *kernels.ziggurat, lengths, np.ones(6), np.array([-1, 0]), room, found)
    if not np.array_equal(found[0], np.add.reduceat(room[1, :most], np.cumsum(lengths) - lengths)):
        raise ValueError("NumPy adds in another order")
    one = np.ones(1)
    kernels.signed(np.ones((1, 1, 1)), np.ones((1, 1, 1)), np.zeros((1, 2)), np.zeros((1, 2, 1, 1)))
    for k, combine in enumerate(kernels.combine, start=1):
        combine(np.ones((1, 1)), *[one, np.ones((1, 1))] * k)
