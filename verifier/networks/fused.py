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
from typing import Any

import numpy as np

#: Read once: asking the environment takes as long as some thousand numbers.
_SWITCHED_OFF = os.environ.get("VERIFIER_NUMBA", "1") == "0"
#: How many numbers are worked on in NumPy before numba is loaded: two seconds.
WORTH_LOADING = 150_000_000
_off = 0
_done = 0


@dataclass(frozen=True)
class Kernels:
    """``weighted``: twin of `sectors.weighted_terms`; ``signed``: of `patterns.signed_sums`; ``combine``: one for each
    number of terms, of `gaussian.combine`.
    """

    weighted: Callable[..., None]
    signed: Callable[..., None]
    combine: tuple[Callable[..., None], ...]


def compiled(work: int = WORTH_LOADING) -> Kernels | None:
    """The compiled functions, or None; ``work``: how many numbers the caller is about to work on."""
    global _done
    if _off or _SWITCHED_OFF:
        return None
    if _done < WORTH_LOADING:
        _done += work
        return None if _done < WORTH_LOADING else _compile()
    return _compile()


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
        from numba import njit
    except Exception:  # not installed, or of a version that does not go with NumPy's
        return None
    for cache in (True, False):  # no folder for its cache may be writable
        try:
            quick = njit(cache=cache, nogil=True)  # no fastmath: the same numbers as NumPy's
            found = Kernels(
                quick(_weighted), quick(_signed),
                tuple(quick(one) for one in (_combine_1, _combine_2, _combine_3, _combine_4)),
            )  # fmt: skip
            _try(found)
        except Exception:
            continue
        return found
    return None


def _try(kernels: Kernels) -> None:
    """Compile for the types that are used, double precision first."""
    one = np.ones(1)
    kernels.weighted(one, one, one, np.ones(1, np.int64), np.zeros(1), np.zeros(1))
    kernels.signed(np.ones((1, 1, 1)), np.ones((1, 1, 1)), np.zeros((1, 2)), np.zeros((1, 2, 1, 1)))
    for k, combine in enumerate(kernels.combine, start=1):
        combine(np.ones((1, 1)), *[one, np.ones((1, 1))] * k)


def _weighted(uniform: Any, weight: Any, width: Any, lengths: Any, radial: Any, mixed: Any) -> None:
    """E s^2 c^2 and E s c (1 - 2 s^2), where s, c are of half the angle; consecutive pieces of one width each."""
    start = 0
    for piece in range(lengths.size):
        stop = start + lengths[piece]
        # Slices, whose indices are known not to be negative: the loop is vectorised.
        u, e, found, other = uniform[start:stop], weight[start:stop], radial[start:stop], mixed[start:stop]
        reach = width[piece]
        for i in range(u.size):
            half = (u[i] - 0.5) * reach
            x = half * half
            sine = -1.0 / 1307674368000
            sine = sine * x + 1.0 / 6227020800
            sine = sine * x + 1.0 / -39916800
            sine = sine * x + 1.0 / 362880
            sine = sine * x + 1.0 / -5040
            sine = sine * x + 1.0 / 120
            sine = sine * x + 1.0 / -6
            sine = (sine * x + 1.0) * half
            square = sine * sine
            rest = 1.0 - square
            heavy = np.float64(e[i])
            other[i] = sine * np.sqrt(rest) * heavy * (square * -2.0 + 1.0)
            found[i] = rest * square * heavy
        start = stop


def _signed(triangle: Any, rows: Any, sizes: Any, sums: Any) -> None:
    """Add to sizes (batch, 2^J) and sums (batch, 2^J, K, K), their upper triangles, what these neurons make."""
    batch, queries, inputs = triangle.shape
    for b in range(batch):
        for i in range(rows.shape[2]):
            code = 0
            for j in range(inputs):
                y = 0.0
                for k in range(queries):
                    y += triangle[b, k, j] * rows[k, b, i]
                code |= (1 << j) if y > 0.0 else 0
            sizes[b, code] += 1.0
            for k in range(queries):
                for l in range(k, queries):
                    sums[b, code, k, l] += np.float64(rows[k, b, i]) * rows[l, b, i]


def _combine_1(out: Any, a: Any, x: Any) -> None:
    for s in range(out.shape[0]):
        for i in range(out.shape[1]):
            out[s, i] = a[s] * x[s, i]


def _combine_2(out: Any, a: Any, x: Any, b: Any, y: Any) -> None:
    for s in range(out.shape[0]):
        for i in range(out.shape[1]):
            out[s, i] = a[s] * x[s, i] + b[s] * y[s, i]


def _combine_3(out: Any, a: Any, x: Any, b: Any, y: Any, c: Any, z: Any) -> None:
    for s in range(out.shape[0]):
        for i in range(out.shape[1]):
            out[s, i] = a[s] * x[s, i] + b[s] * y[s, i] + c[s] * z[s, i]


def _combine_4(out: Any, a: Any, x: Any, b: Any, y: Any, c: Any, z: Any, d: Any, w: Any) -> None:
    for s in range(out.shape[0]):
        for i in range(out.shape[1]):
            out[s, i] = a[s] * x[s, i] + b[s] * y[s, i] + c[s] * z[s, i] + d[s] * w[s, i]
