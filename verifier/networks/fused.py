"""Inner loops of the samplers in one pass, compiled by numba where it is installed (``wide-verifier[fast]``).

NumPy is the reference: every function here has a twin in NumPy that is given the same draws and returns the same
numbers, up to the order in which they are added.  :func:`compiled` is None where numba is not there, is broken, or is
switched off by ``VERIFIER_NUMBA=0`` or within :func:`reference`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

VARIABLE = "VERIFIER_NUMBA"
_off = 0


@dataclass(frozen=True)
class Kernels:
    """``weighted``: twin of `sectors.weighted_pieces`; ``signed``: of `patterns.signed_sums`; ``combine``: one for each
    number of terms, of `gaussian.combine`.
    """

    weighted: Callable[..., None]
    signed: Callable[..., None]
    combine: tuple[Callable[..., None], ...]


def compiled() -> Kernels | None:
    """The compiled functions, or None."""
    if _off or os.environ.get(VARIABLE, "1") == "0":
        return None
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
            quick = njit(fastmath=True, cache=cache, nogil=True)
            found = Kernels(
                quick(_weighted), njit(_signed, cache=cache, nogil=True),
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
    kernels.weighted(one, one, one, np.ones(1, np.int64), np.zeros((3, 1)))
    kernels.signed(np.ones((1, 1, 1)), np.ones((1, 1, 1)), np.zeros((1, 2)), np.zeros((1, 2, 1, 1)))
    for k, combine in enumerate(kernels.combine, start=1):
        combine(np.ones((1, 1)), *[one, np.ones((1, 1))] * k)


def _weighted(uniform: Any, weight: Any, width: Any, lengths: Any, out: Any) -> None:
    """out[:, s] = sums over the s-th piece of E, 4 E s^2 c^2 and 2 E s c (1 - 2 s^2); s, c of half the angle."""
    start = 0
    for piece in range(lengths.size):
        reach = width[piece]
        total, radial, mixed = 0.0, 0.0, 0.0
        for i in range(start, start + lengths[piece]):
            half = (uniform[i] - 0.5) * reach
            x = half * half
            sine = -1.0 / 1307674368000
            sine = sine * x + 1.0 / 6227020800
            sine = sine * x - 1.0 / 39916800
            sine = sine * x + 1.0 / 362880
            sine = sine * x - 1.0 / 5040
            sine = sine * x + 1.0 / 120
            sine = sine * x - 1.0 / 6
            sine = (sine * x + 1.0) * half
            square = sine * sine
            rest = 1.0 - square
            heavy = np.float64(weight[i])
            total += heavy
            radial += rest * square * heavy
            mixed += sine * np.sqrt(rest) * heavy * (1.0 - 2.0 * square)
        out[0, piece] = total
        out[1, piece] = 4.0 * radial
        out[2, piece] = 2.0 * mixed
        start += lengths[piece]


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
