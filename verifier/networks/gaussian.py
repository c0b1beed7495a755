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

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from verifier.networks.spaces import Array, EuclideanSpace, Space

DEPENDENT = 1e-13  # relative residual below which a query counts as a combination of earlier ones
CANCELLED = 0.3  # relative residual below which Gram-Schmidt is run a second time


class GaussianMatrix(Protocol):
    """A batch of independent p x n matrices with iid N(0, 1) entries."""

    def apply(self, q: Array) -> Array:
        """W q: shape (batch, n) to (batch, p)."""
        ...

    def apply_transposed(self, u: Array) -> Array:
        """W^T u: shape (batch, p) to (batch, n)."""
        ...


class DenseGaussian:
    """The matrices written out: `entries` has shape (batch, p, n)."""

    def __init__(self, entries: Array) -> None:
        self.entries = entries

    @classmethod
    def draw(cls, batch: int, rows: int, columns: int, rng: np.random.Generator) -> DenseGaussian:
        """Fresh matrices, all entries drawn at once."""
        return cls(rng.standard_normal((batch, rows, columns)))

    def apply(self, q: Array) -> Array:
        """W q: shape (batch, n) to (batch, p)."""
        return np.matmul(self.entries, q[:, :, None])[:, :, 0]

    def apply_transposed(self, u: Array) -> Array:
        """W^T u: shape (batch, p) to (batch, n)."""
        return np.matmul(u[:, None, :], self.entries)[:, 0, :]

    def complete(self) -> Array:
        """All entries: shape (batch, p, n)."""
        return self.entries


def _combine(coefficients: Array, rows: Array) -> Array:
    """sum_k c_k r_k a sample: (batch, K), (batch, K, size) to (batch, size)."""
    if rows.shape[2] > 64:  # matmul hands long rows to BLAS; einsum has less overhead on short ones
        return np.matmul(coefficients[:, None, :], rows)[:, 0, :]
    return np.einsum("bk,bkd->bd", coefficients, rows)


def _project(rows: Array, vector: Array) -> Array:
    """<r_k, v> a sample: (batch, K, size), (batch, size) to (batch, K)."""
    if rows.shape[2] > 64:
        return np.matmul(rows, vector[:, :, None])[:, :, 0]
    return np.einsum("bkd,bd->bk", rows, vector)


def _lengths(vector: Array) -> Array:
    """|v| a sample."""
    return np.sqrt(np.einsum("bd,bd->b", vector, vector))


class _Records:
    """Orthonormal queries in one space (rows; a zero row where there was nothing new) and their answers."""

    def __init__(self, space: Space, target: Space) -> None:
        self.space, self.target = space, target
        self.count = 0
        self.live = np.zeros(space.batch)  # independent directions so far, a sample
        self._queries = np.empty((space.batch, 0, space.size))
        self._answers = np.empty((space.batch, 0, target.size))

    @property
    def queries(self) -> Array:
        """Shape (batch, count, size)."""
        return self._queries[:, : self.count]

    @property
    def answers(self) -> Array:
        """Shape (batch, count, size of the target)."""
        return self._answers[:, : self.count]

    def refit(self) -> None:
        """Follow spaces whose stored size has grown."""
        if self._queries.shape[2] != self.space.size:
            self._queries = self.space.fit(self._queries)
        if self._answers.shape[2] != self.target.size:
            self._answers = self.target.fit(self._answers)

    def append(self, query: Array, answer: Array, live: NDArray[np.bool_]) -> None:
        """Record W query = answer, for a query that `split` returned; live: where it is not zero."""
        self.refit()
        if self.count == self._queries.shape[1]:
            room = max(4, 2 * self.count)
            for name in ("_queries", "_answers"):
                old = getattr(self, name)
                new = np.empty((old.shape[0], room, old.shape[2]))
                new[:, : self.count] = old[:, : self.count]
                setattr(self, name, new)
        self._queries[:, self.count] = query
        self._answers[:, self.count] = answer
        self.count += 1
        self.live += live

    def split(self, vector: Array) -> tuple[Array, Array, Array]:
        """c, e, rho with vector = Q^T c + rho e: e is a unit vector orthogonal to the queries, or zero.

        A sample whose vector is not finite gets rho = NaN and e = 0, so that its answer is NaN and its
        records stay clean; no other sample is touched.
        """
        norm = _lengths(vector)
        bad = ~np.isfinite(norm)
        scale = np.where((norm > 0.0) & ~bad, norm, 1.0)
        unit = vector / scale[:, None]
        if bad.any():
            unit[bad] = 0.0
        fresh = (norm > 0.0) & ~bad & (self.live < self.space.dimension)
        rows = self.queries
        residual = np.ones(vector.shape[0])
        coefficients = np.zeros((vector.shape[0], self.count))
        if self.count:
            coefficients = _project(rows, unit)
            unit -= _combine(coefficients, rows)
            residual = _lengths(unit)
            if np.any(residual[fresh] < CANCELLED):
                correction = _project(rows, unit)
                unit -= _combine(correction, rows)
                coefficients += correction
                residual = _lengths(unit)
                fresh &= residual > DEPENDENT
                unit /= np.where(fresh, residual, 1.0)[:, None]
                # The remainder carries the rounding error of the whole vector: clean the unit vector
                # once more, and drop it if it turns out to have been nothing but rounding error.
                unit -= _combine(_project(rows, unit), rows)
                clean = _lengths(unit)
                fresh &= clean > 0.5
                unit /= np.where(fresh, clean, 1.0)[:, None]
            else:
                unit /= np.where(fresh, residual, 1.0)[:, None]
        if not fresh.all():
            unit[~fresh] = 0.0
        rho = np.where(fresh, residual * scale, 0.0)
        if bad.any():
            rho[bad] = np.nan
        return coefficients * scale[:, None], unit, rho


class RevealedGaussian:
    """A batch of Gaussian matrices from `source` to `target`, revealed by the products asked of them."""

    def __init__(self, target: Space, source: Space, rng: np.random.Generator) -> None:
        self.rng = rng
        self._right = _Records(source, target)
        self._left = _Records(target, source)

    def observe(self, queries: list[Array], answers: list[Array]) -> None:
        """Record answers drawn elsewhere from the right law, to orthonormal (or zero) right queries."""
        for query, answer in zip(queries, answers, strict=True):
            self._right.append(query, answer, np.any(query != 0.0, axis=1))

    def apply(self, q: Array) -> Array:
        """W q: shape (batch, size of the source) to (batch, size of the target)."""
        return self._answer(q, self._right, self._left)

    def apply_transposed(self, u: Array) -> Array:
        """W^T u: shape (batch, size of the target) to (batch, size of the source)."""
        return self._answer(u, self._left, self._right)

    def _answer(self, vector: Array, mine: _Records, other: _Records) -> Array:
        vector = mine.space.fit(np.asarray(vector, dtype=float))
        mine.refit()
        other.refit()
        if isinstance(mine.target, EuclideanSpace) and other.live.min() >= mine.target.size:
            # Every row (or column) is known: W = U Z^T, nothing is left to draw or to remember.
            return _combine(_project(other.answers, vector), other.queries)
        coefficients, unit, rho = mine.split(vector)
        answer = _combine(coefficients, mine.answers) if mine.count else None
        if not rho.any():
            return np.zeros((mine.space.batch, mine.target.size)) if answer is None else answer
        fresh = mine.target.gaussian(self.rng)
        mine.refit()
        other.refit()
        if other.count:
            fresh += _combine(_project(other.answers, unit) - _project(other.queries, fresh), other.queries)
        live = rho > 0.0
        if not live.all():
            fresh[~live] = 0.0
        mine.append(unit, fresh, live)
        # NaN rho must reach the answer although the record is kept clean (0 * NaN is NaN).
        fresh *= rho[:, None]
        if answer is not None:
            fresh += mine.target.fit(answer)
        return fresh


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
