"""Gaussian matrices met only through products.

A matrix W with iid N(0, 1) entries that is only ever multiplied with vectors need not be drawn.
After right queries W Q = Y and left queries W^T U = Z, with orthonormal columns in Q and in U,

    W | records  =  Y Q^T + U Z^T (I - Q Q^T) + (I - U U^T) W' (I - Q Q^T),      W' fresh,

because conditioning a Gaussian on linear functionals of it leaves it Gaussian.  So for q = Q c + rho e
with e a unit vector orthogonal to Q,

    W q = Y c + rho [ U Z^T e + (I - U U^T) g ],      g fresh,

and for left queries the mirror image.  Queries may depend on earlier answers (each is a function of
the records and of independent randomness).  The answers have exactly the law that a drawn W gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from verifier.networks import fused
from verifier.networks.buffers import empty
from verifier.networks.spaces import Array, EuclideanSpace, VectorSpace

DEPENDENT = 1e-13  # relative residual below which a query counts as a combination of earlier ones
DEPENDENT_SINGLE = 1e-5  # the same in single precision
CANCELLED = 0.3  # relative residual below which Gram-Schmidt is run a second time
FUSED_FROM = 256  # length from which compiled code is called for one combination
PIECE = 1 << 14  # numbers of each vector that are combined at a time


class GaussianMatrix(Protocol):
    """A batch of independent p x n matrices with iid N(0, 1) entries."""

    def apply(self, q: Array, factor: float = 1.0) -> Array:
        """factor W q: shape (batch, n) to (batch, p)."""
        ...

    def apply_transposed(self, u: Array, factor: float = 1.0) -> Array:
        """factor W^T u: shape (batch, p) to (batch, n)."""
        ...


class DenseGaussian:
    """The matrices written out: `entries` has shape (batch, p, n)."""

    def __init__(self, entries: Array) -> None:
        self.entries = entries

    @classmethod
    def draw(cls, batch: int, rows: int, columns: int, rng: np.random.Generator) -> DenseGaussian:
        """Fresh matrices, all entries drawn at once."""
        return cls(rng.standard_normal((batch, rows, columns)))

    def apply(self, q: Array, factor: float = 1.0) -> Array:
        """factor W q: shape (batch, n) to (batch, p)."""
        return factor * np.matmul(self.entries, q[:, :, None])[:, :, 0]

    def apply_transposed(self, u: Array, factor: float = 1.0) -> Array:
        """factor W^T u: shape (batch, p) to (batch, n)."""
        return factor * np.matmul(u[:, None, :], self.entries)[:, 0, :]

    def complete(self) -> Array:
        """All entries: shape (batch, p, n)."""
        return self.entries


def combine(coefficients: Sequence[Array], rows: Sequence[Array]) -> Array:
    """sum_k c_k r_k a sample: (batch,) and (batch, size), K >= 1 of each, to (batch, size)."""
    first = rows[0]
    if first.size <= PIECE and first.shape[1] < FUSED_FROM:  # as below, in half of the calls
        small = first * coefficients[0][:, None].astype(first.dtype, copy=False)
        for c, row in zip(coefficients[1:], rows[1:], strict=True):
            small += row * c[:, None].astype(first.dtype, copy=False)
        return small
    total = empty(first.shape, first.dtype)
    kernels = fused.compiled(first.size) if first.shape[1] >= FUSED_FROM else None
    if kernels is not None:
        most = len(kernels.combine)
        pairs = [pair for c, row in zip(coefficients, rows, strict=True) for pair in (c.astype(first.dtype), row)]
        kernels.combine[min(most, len(rows)) - 1](total, *pairs[: 2 * most])
        for k in range(most, len(rows)):
            kernels.combine[1](total, np.ones_like(pairs[0]), total, *pairs[2 * k : 2 * k + 2])
        return total
    scales = [c[:, None].astype(first.dtype, copy=False) for c in coefficients]
    if len(rows) == 1:
        return np.multiply(first, scales[0], out=total)
    step = max(1, PIECE // first.shape[0])  # a piece of all rows stays in the cache
    product = empty((first.shape[0], min(step, first.shape[1])), first.dtype)
    for low in range(0, first.shape[1], step):
        piece = slice(low, low + step)
        np.multiply(first[:, piece], scales[0], out=total[:, piece])
        for scale, row in zip(scales[1:], rows[1:], strict=True):
            part = product[:, : min(step, first.shape[1] - low)]
            np.multiply(row[:, piece], scale, out=part)
            total[:, piece] += part
    return total


def dot(a: Array, b: Array) -> Array:
    """<a, b> a sample."""
    return np.einsum("bd,bd->b", a, b)


class _Records:
    """Orthonormal queries in one space (a zero vector where there was nothing new) and their answers."""

    def __init__(self, space: VectorSpace, target: VectorSpace) -> None:
        self.space, self.target = space, target
        self.live = np.zeros(space.batch)  # independent directions so far, a sample
        self.queries: list[Array] = []
        self.answers: list[Array] = []

    def refit(self) -> None:
        """Follow spaces whose stored size has grown."""
        for space, held in ((self.space, self.queries), (self.target, self.answers)):
            if held and not space.fixed and any(vector.shape[-1] != space.size for vector in held):
                held[:] = [space.fit(vector) for vector in held]

    def append(self, query: Array, answer: Array, live: NDArray[np.bool_]) -> None:
        """Record W query = answer, for a query that `split` returned; live: where it is not zero."""
        self.refit()
        self.queries.append(query)
        self.answers.append(answer)
        self.live += live

    def split(self, vector: Array) -> tuple[list[Array], Array, Array]:
        """c, e, rho with vector = sum_k c_k Q_k + rho e: e is a unit vector orthogonal to the queries, or zero.

        A sample whose vector is not finite gets rho = NaN and e = 0, so that its answer is NaN and its
        records stay clean; no other sample is touched.
        """
        square = dot(vector, vector)
        bad = None if isfinite(square.max(initial=0.0)) else ~np.isfinite(square)
        if bad is not None:
            vector = np.where(bad[:, None], 0.0, vector)
            square = np.where(bad, 0.0, square)
        fresh = (square > 0.0) & (self.live < self.space.dimension)
        coefficients = [dot(query, vector) for query in self.queries]
        rest = square - sum(c * c for c in coefficients) if coefficients else square
        if coefficients and ((rest < CANCELLED**2 * square) & fresh).any():
            coefficients, unit, rho = self._split_carefully(vector, np.sqrt(square), fresh)
        else:
            every = fresh.all()
            rho = np.sqrt(rest if every else np.where(fresh, rest, 0.0))
            inverse = 1.0 / rho if every else np.divide(1.0, rho, out=np.zeros_like(rho), where=fresh)
            unit = combine([inverse, *(-c * inverse for c in coefficients)], [vector, *self.queries])
        if bad is not None:
            rho[bad] = np.nan
        return coefficients, unit, rho

    def _split_carefully(
        self, vector: Array, norm: Array, fresh: NDArray[np.bool_]
    ) -> tuple[list[Array], Array, Array]:
        """As `split`, where most of some vector cancels."""
        scale = np.where(norm > 0.0, norm, 1.0)
        unit = vector / scale[:, None]
        coefficients = [np.zeros_like(scale) for _ in self.queries]
        for _ in range(2):
            correction = [dot(query, unit) for query in self.queries]
            unit -= combine(correction, self.queries)
            coefficients = [c + more for c, more in zip(coefficients, correction, strict=True)]
        residual = np.sqrt(dot(unit, unit))
        fresh = fresh & (residual > (DEPENDENT if unit.dtype == np.float64 else DEPENDENT_SINGLE))
        unit /= np.where(fresh, residual, 1.0)[:, None]
        # The remainder carries the rounding error of the whole vector: clean the unit vector
        # once more, and drop it if it turns out to have been nothing but rounding error.
        unit -= combine([dot(query, unit) for query in self.queries], self.queries)
        clean = np.sqrt(dot(unit, unit))
        fresh &= clean > 0.5
        unit /= np.where(fresh, clean, 1.0)[:, None]
        if not fresh.all():
            unit[~fresh] = 0.0
        return [c * scale for c in coefficients], unit, np.where(fresh, residual * scale, 0.0)


class RevealedGaussian:
    """A batch of Gaussian matrices from `source` to `target`, revealed by the products asked of them."""

    def __init__(self, target: VectorSpace, source: VectorSpace, rng: np.random.Generator) -> None:
        self.rng = rng
        self._right = _Records(source, target)
        self._left = _Records(target, source)

    def observe(self, queries: Sequence[Array], answers: Sequence[Array]) -> None:
        """Record answers drawn elsewhere from the right law, to orthonormal (or zero) right queries."""
        for query, answer in zip(queries, answers, strict=True):
            self._right.append(query, answer, np.any(query != 0.0, axis=1))

    def apply(self, q: Array, factor: float = 1.0) -> Array:
        """factor W q: shape (batch, size of the source) to (batch, size of the target)."""
        return self._answer(q, factor, self._right, self._left)

    def apply_transposed(self, u: Array, factor: float = 1.0) -> Array:
        """factor W^T u: shape (batch, size of the target) to (batch, size of the source)."""
        return self._answer(u, factor, self._left, self._right)

    def _answer(self, vector: Array, factor: float, mine: _Records, other: _Records) -> Array:
        vector = mine.space.fit(np.asarray(vector))
        mine.refit()
        other.refit()
        if mine.target.fixed and np.all(other.live >= mine.target.dimension):
            # Every row (or column) is known: W = U Z^T, nothing is left to draw or to remember.
            return combine([factor * dot(answer, vector) for answer in other.answers], other.queries)
        coefficients, unit, rho = mine.split(vector)
        if not rho.any():
            if not mine.answers:
                return np.zeros((mine.space.batch, mine.target.size), unit.dtype)
            return combine([factor * c for c in coefficients], mine.answers)
        fresh = mine.target.gaussian(self.rng)
        mine.refit()
        other.refit()
        if other.queries:
            known = [
                dot(answer, unit) - dot(query, fresh)
                for query, answer in zip(other.queries, other.answers, strict=True)
            ]
            fresh += combine(known, other.queries)
        live = rho > 0.0
        if not live.all():
            fresh[~live] = 0.0
        answers = [fresh, *mine.answers]
        mine.append(unit, fresh, live)
        # NaN rho must reach the answer although the record is kept clean (0 * NaN is NaN).
        return combine([factor * rho, *(factor * c for c in coefficients)], answers)


class LazyGaussian(RevealedGaussian):
    """A batch of rows x columns Gaussian matrices with all coordinates kept: O(n) a product."""

    def __init__(self, batch: int, rows: int, columns: int, rng: np.random.Generator) -> None:
        super().__init__(EuclideanSpace(batch, rows), EuclideanSpace(batch, columns), rng)

    def complete(self) -> Array:
        """Draw the whole of W given the records: shape (batch, rows, columns).  Meant for tests."""
        source = self._right.space
        columns = []
        for k in range(source.size):
            basis = np.zeros((source.batch, source.size))
            basis[:, k] = 1.0
            columns.append(self.apply(basis))
        return np.stack(columns, axis=2)


class VirtualGaussian(RevealedGaussian):
    """A Gaussian matrix between spaces kept in revealed bases: cost independent of n < 2^53."""
