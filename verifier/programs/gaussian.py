"""A matrix of iid N(0, 1) entries that is never formed: met through blocks of products, exact in law.

State: orthonormal right queries Q with Y = W Q, orthonormal left queries U with Z = Wᵀ U.  A new direction e orthogonal
to Q is answered by  W e = U Zᵀ e + (I - U Uᵀ) g,  g fresh, and recorded; the mirror image for Wᵀ.  Queries may depend
on earlier answers: conditioning a Gaussian on linear functionals keeps it Gaussian of this form.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dtrtri

Array = NDArray[np.float64]
#: a part of a vector that is relatively smaller is rounding
NOTHING = 1e-13
#: the square of a smaller norm loses digits
TINY = 1e-140
#: columns of a few rows that fit into a processor's cache together
CACHED = 4096


class _Record:
    """Rows that are appended to, in memory that doubles."""

    def __init__(self, width: int) -> None:
        self._rows, self.count = np.empty((8, width)), 0

    @property
    def rows(self) -> Array:
        return self._rows[: self.count]

    @property
    def width(self) -> int:
        return self._rows.shape[1]

    def append(self, block: Array) -> None:
        self.grown(len(block))[:] = block

    def grown(self, rows: int) -> Array:
        """Room for so many more rows, which belong to the record from now on."""
        wanted = self.count + rows
        if wanted > len(self._rows):
            larger = np.empty((2 * wanted, self._rows.shape[1]))
            larger[: self.count] = self.rows
            self._rows = larger
        self.count = wanted
        return self._rows[wanted - rows : wanted]


class RevealedByProducts:
    """``rows`` x ``columns`` iid standard normal entries; vectors are rows of a block.

    >>> W = GaussianMatrix(1000, 2000, np.random.default_rng(0))
    >>> W.apply(np.ones((3, 2000))).shape          # three times W 1, the same each time
    (3, 1000)
    """

    def __init__(self, rows: int, columns: int, rng: np.random.Generator) -> None:
        self.shape, self.rng = (rows, columns), rng
        self._Q, self._Y = _Record(columns), _Record(rows)
        self._U, self._Z = _Record(rows), _Record(columns)

    def apply(self, block: Array) -> Array:
        """(W vᵀ)ᵀ for the rows v of ``block``, shape (b, columns) → (b, rows)."""
        return self._answer(block, self._Q, self._Y, self._U, self._Z)

    def apply_transposed(self, block: Array) -> Array:
        """(Wᵀ uᵀ)ᵀ for the rows u of ``block``, shape (b, rows) → (b, columns)."""
        return self._answer(block, self._U, self._Z, self._Q, self._Y)

    @property
    def queries(self) -> int:
        """How many directions have been asked for so far, on both sides."""
        return self._Q.count + self._U.count

    def _answer(self, block: Array, Q: _Record, Y: _Record, U: _Record, Z: _Record) -> Array:
        block = np.ascontiguousarray(block, np.float64)
        known, rest, left, floor = self._remainder(Q.rows, block)
        fresh, mix, seen = _orthonormal(rest, left, floor, Q, Z.rows)
        out: Array = np.empty((len(block), Y.width))
        if len(fresh):
            g = self.rng.standard_normal((len(fresh), Y.width), out=Y.grown(len(fresh)))
            before = Y.rows[: -len(fresh)]
            correction = seen - products(g, U.rows) if U.count else None
            for part in parts(Y.width):
                if correction is not None:
                    g[:, part] += correction @ U.rows[:, part]
                np.matmul(mix, g[:, part], out=out[:, part])
                if len(before):
                    out[:, part] += known @ before[:, part]
        else:
            np.matmul(known, Y.rows, out=out)
        return out

    def _remainder(self, Q: Array, block: Array) -> tuple[Array, Array, Array, Array]:
        """``block`` = known Q + rest, with the norms of the rows of ``rest``, and below which norm they are rounding.

        Twice is enough (Kahan); the second product is taken while the columns of the first are in the cache.
        """
        norms = _norms(block)
        if not np.all(np.isfinite(norms)):
            raise FloatingPointError("a vector that a matrix is applied to is not finite")
        known, rest, left = np.zeros((len(block), len(Q))), block, norms
        if len(Q):
            known, again, rest = products(block, Q), np.zeros((len(block), len(Q))), np.empty_like(block)
            for part in parts(block.shape[1]):
                np.subtract(block[:, part], known @ Q[:, part], out=rest[:, part])
                again += rest[:, part] @ Q[:, part].T
            left = _norms(rest)
            if np.any(left < 0.3 * norms):
                known += again
                for part in parts(block.shape[1]):
                    rest[:, part] -= again @ Q[:, part]
                left = _norms(rest)
        return known, rest, left, NOTHING * np.where(norms > 0, norms, 1)

    def completed(self) -> Array:
        """The whole matrix, drawn given what has been answered: for tests at small sizes."""
        U, Q, Y, Z = (r.rows.T for r in (self._U, self._Q, self._Y, self._Z))
        W = self.rng.standard_normal(self.shape)
        W = W - U @ (U.T @ W)
        W = W - (W @ Q) @ Q.T
        return np.asarray(Y @ Q.T + U @ (Z - Q @ (Q.T @ Z)).T + W)


def _orthonormal(rows: Array, norms: Array, floor: Array, Q: _Record, Z: Array) -> tuple[Array, Array, Array]:
    """Orthonormal rows E that become part of ``Q``, T with rows = T E, and E Zᵀ.

    By Cholesky factorisations where the rows are far enough from dependent, else row by row.  The rows are divided by
    their norms, so that the smallest diagonal entry of the first factor tells their condition: the second
    factorisation, which mends what the first has lost, is left out where that is less than two digits.
    """
    alive = norms > floor
    scale = np.where(alive, 1 / np.where(alive, norms, 1), 0)
    plain = alive.all() and norms.min(initial=1.0) > TINY
    first = _factor(products(rows, rows) * scale[:, None] * scale) if plain else None
    if first is None:
        fresh, mix = _gram_schmidt(rows * scale[:, None], floor * scale, Q.rows)
        Q.append(fresh)
        return fresh, norms[:, None] * mix, products(fresh, Z)
    E = Q.grown(len(rows))
    turn, gram, seen = _inverse(first) * scale, np.zeros((len(E), len(E))), np.zeros((len(E), len(Z)))
    for part in parts(E.shape[1]):
        np.matmul(turn, rows[:, part], out=E[:, part])
        gram += E[:, part] @ E[:, part].T
        seen += E[:, part] @ Z[:, part].T
    if first.diagonal().min(initial=1.0) <= 0.3:
        second: Array = np.linalg.cholesky(gram).astype(np.float64, copy=False)  # the unit matrix to ten digits
        turn = _inverse(second)
        for part in parts(E.shape[1]):
            E[:, part] = turn @ E[:, part]
        first, seen = first @ second, turn @ seen
    return E, norms[:, None] * first, seen


def _factor(gram: Array) -> Array | None:
    """The Cholesky factor of a Gram matrix of unit vectors; None where it loses digits."""
    try:
        found: Array = np.linalg.cholesky(gram).astype(np.float64, copy=False)
    except np.linalg.LinAlgError:
        return None
    return found if found.diagonal().min(initial=1.0) > 1e-2 else None


@lru_cache(maxsize=64)
def parts(width: int) -> tuple[slice, ...]:
    """Columns that stay in a processor's cache while several products are taken of them."""
    return tuple(slice(start, min(width, start + CACHED)) for start in range(0, width, CACHED))


def products(a: Array, b: Array) -> Array:
    """a bᵀ for few rows and many columns."""
    if a.shape[1] <= CACHED:
        return np.asarray(a @ b.T)
    found = np.zeros((len(a), len(b)))
    for part in parts(a.shape[1]):
        found += a[:, part] @ b[:, part].T
    return found


def _norms(rows: Array) -> Array:
    found: Array = np.sqrt(np.einsum("bn,bn->b", rows, rows))
    return found


def _inverse(lower: Array) -> Array:
    """The inverse of a small lower triangular matrix."""
    found: Array = dtrtri(lower, lower=1)[0]
    return found


def _gram_schmidt(rows: Array, floor: Array, Q: Array) -> tuple[Array, Array]:
    """The same row by row: rows of which at most ``floor`` is left, beside earlier ones, are left out of E.

    ``rows`` have norm 1 and are orthogonal to Q up to rounding, which is no longer small beside what little may be
    left of a row; so what is left is made orthogonal to Q again, and is nothing if that takes it away.
    """
    E = np.zeros((0, rows.shape[1]))
    T = np.zeros((len(rows), len(rows)))
    for j, row in enumerate(rows):
        coefficients, rest = _without(E, row)
        T[j, : len(E)] = coefficients
        norm = float(np.linalg.norm(rest))
        if not norm > floor[j]:
            continue
        rest = _without(E, _without(Q, rest / norm)[1])[1]
        again = float(np.linalg.norm(rest))
        if again > 0.5:
            T[j, len(E)] = norm
            E = np.vstack([E, rest / again])
    return E, T[:, : len(E)]


def _without(E: Array, row: Array) -> tuple[Array, Array]:
    """The coefficients of ``row`` in the orthonormal rows of E, and what is left of it; twice is enough."""
    first = E @ row
    rest = row - first @ E
    second = E @ rest
    return first + second, rest - second @ E
