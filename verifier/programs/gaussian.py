"""A matrix of iid N(0, 1) entries that is never formed: met through blocks of products, exact in law.

State: orthonormal right queries Q with Y = W Q, orthonormal left queries U with Z = Wᵀ U.  A new direction e orthogonal
to Q is answered by  W e = U Zᵀ e + (I - U Uᵀ) g,  g fresh, and recorded; the mirror image for Wᵀ.  Queries may depend
on earlier answers: conditioning a Gaussian on linear functionals keeps it Gaussian of this form.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

Array = NDArray[np.float64]
#: a part of a vector that is relatively smaller is rounding
NOTHING = 1e-13


class _Record:
    """Rows that are appended to, in memory that doubles."""

    def __init__(self, width: int) -> None:
        self._rows, self.count = np.empty((8, width)), 0

    @property
    def rows(self) -> Array:
        return self._rows[: self.count]

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
        known, fresh, mix = self._split(Q.rows, block)
        out: Array = known @ Y.rows
        if len(fresh):
            room = Y.grown(len(fresh))
            g = self.rng.standard_normal(room.shape, out=room)
            if U.count:
                g += (fresh @ Z.rows.T - g @ U.rows.T) @ U.rows
            out += mix @ g
            Q.append(fresh)
        return out

    def _split(self, Q: Array, block: Array) -> tuple[Array, Array, Array]:
        """``block`` = known Q + mix fresh, the rows of ``fresh`` orthonormal and orthogonal to Q."""
        norms = np.sqrt(np.einsum("bn,bn->b", block, block))
        if not np.all(np.isfinite(norms)):
            raise FloatingPointError("a vector that a matrix is applied to is not finite")
        known = block @ Q.T
        rest = block - known @ Q if len(Q) else block.copy()
        left = np.sqrt(np.einsum("bn,bn->b", rest, rest))
        if len(Q) and np.any(left < 0.3 * norms):  # twice is enough (Kahan)
            again = rest @ Q.T
            rest -= again @ Q
            known = known + again
            left = np.sqrt(np.einsum("bn,bn->b", rest, rest))
        alive = left > NOTHING * np.where(norms > 0, norms, 1)
        scaled = rest / np.where(alive, left, 1)[:, None]
        fresh, mix = _cholesky(scaled) if alive.all() else (None, None)
        if fresh is None or mix is None:
            fresh, mix = _gram_schmidt(scaled, alive)
        return known, fresh, np.where(alive, left, 0)[:, None] * mix

    def completed(self) -> Array:
        """The whole matrix, drawn given what has been answered: for tests at small sizes."""
        U, Q, Y, Z = (r.rows.T for r in (self._U, self._Q, self._Y, self._Z))
        W = self.rng.standard_normal(self.shape)
        W = W - U @ (U.T @ W)
        W = W - (W @ Q) @ Q.T
        return np.asarray(Y @ Q.T + U @ (Z - Q @ (Q.T @ Z)).T + W)


def _cholesky(rows: Array) -> tuple[Array | None, Array | None]:
    """Orthonormal rows E and T with rows = T E, by Cholesky factorisations; None where that loses digits.

    ``rows`` have norm 1, so that the smallest diagonal entry tells their condition: the second factorisation, which
    mends what the first has lost, is left out where that is less than two digits.
    """
    try:
        first: Array = np.linalg.cholesky(rows @ rows.T).astype(np.float64, copy=False)
        worst = first.diagonal().min(initial=1.0)
        if worst <= 1e-2:
            return None, None
        E = _inverse(first) @ rows
        if worst > 0.3:
            return E, first
        second: Array = np.linalg.cholesky(E @ E.T).astype(np.float64, copy=False)
    except np.linalg.LinAlgError:
        return None, None
    return _inverse(second) @ E, first @ second


def _inverse(lower: Array) -> Array:
    """The inverse of a small lower triangular matrix."""
    found: Array = solve_triangular(lower, np.eye(len(lower)), lower=True, check_finite=False)
    return found


def _gram_schmidt(rows: Array, alive: NDArray[np.bool_]) -> tuple[Array, Array]:
    """The same row by row, with rows that depend on earlier ones, or are dead, left out of E."""
    E = np.zeros((0, rows.shape[1]))
    T = np.zeros((len(rows), len(rows)))
    for j, row in enumerate(rows):
        if not alive[j]:
            continue
        first = E @ row
        rest = row - first @ E
        second = E @ rest
        rest = rest - second @ E
        T[j, : len(E)] = first + second
        norm = float(np.linalg.norm(rest))
        if norm > 10 * NOTHING:
            T[j, len(E)] = norm
            E = np.vstack([E, rest / norm])
    return E, T[:, : len(E)]
