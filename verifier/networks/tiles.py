"""A symmetric matrix in square tiles of its lower triangle, factorised in place: in memory, or in a file.

The tiles are N(N + b)/2 numbers.  In memory that is half of a square array; where it is too much, tiles stand in a
file and three of them are in memory at a time.  The factorisation looks left: column k of tiles takes off what the
columns before it contribute (``gemm``, ``syrk``), then divides by its own (``potrf``, ``trsm``), so that every tile is
written once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Protocol

import numpy as np
import numpy.typing as npt
from scipy.linalg.blas import dgemm, dsyrk, dtrsm
from scipy.linalg.lapack import dpotrf

Array = npt.NDArray[np.float64]


class Indefinite(ArithmeticError):
    """A pivot that is not positive: at ``index``, the matrix is not positive definite in double precision."""

    def __init__(self, index: int) -> None:
        super().__init__(f"pivot {index} is not positive")
        self.index = index


class TileKeeper(Protocol):
    """Where tiles stand."""

    def get(self, i: int, j: int) -> Array: ...

    def put(self, i: int, j: int, tile: Array) -> None: ...


@dataclass
class InMemory:
    """Tiles as arrays: :meth:`get` gives the array itself."""

    tiles: dict[tuple[int, int], Array] = field(default_factory=dict)

    def get(self, i: int, j: int) -> Array:
        return self.tiles[i, j]

    def put(self, i: int, j: int, tile: Array) -> None:
        self.tiles[i, j] = tile


@dataclass
class InFile:
    """Tiles one after the other in an open file, row by row of the lower triangle."""

    file: IO[bytes]
    side: int
    shapes: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    def get(self, i: int, j: int) -> Array:
        self.file.seek(self._at(i, j))
        rows, columns = self.shapes[i, j]
        return np.fromfile(self.file, dtype=np.float64, count=rows * columns).reshape(rows, columns, order="F")

    def put(self, i: int, j: int, tile: Array) -> None:
        self.shapes[i, j] = tile.shape[0], tile.shape[1]
        self.file.seek(self._at(i, j))
        tile.ravel(order="F").tofile(self.file)

    def _at(self, i: int, j: int) -> int:
        return (i * (i + 1) // 2 + j) * self.side**2 * 8


@contextmanager
def in_file(side: int, folder: Path | None = None) -> Iterator[InFile]:
    """Tiles in a file without a name, which is gone at the end; ``folder``: where, by default that for such files."""
    with TemporaryFile(dir=folder) as file:
        yield InFile(file, side)


@dataclass
class Symmetric:
    """A symmetric matrix of ``size`` rows, or after :meth:`factorise` its Cholesky factor, in tiles of ``side``."""

    size: int
    side: int
    keeper: TileKeeper
    norm: float = 0.0  # the largest sum of absolute values of a column

    @property
    def count(self) -> int:
        """Tiles in a column."""
        return -(-self.size // self.side)

    def rows(self, i: int) -> slice:
        """The rows of the i-th row of tiles."""
        return slice(i * self.side, min((i + 1) * self.side, self.size))

    def fill(self, block: Callable[[slice, slice], Array], ridge: float = 0.0) -> None:
        """Make the tiles of ``block``, which gives any part of the matrix, with ``ridge`` added to its diagonal."""
        sums = np.zeros(self.size)
        for i in range(self.count):
            for j in range(i + 1):
                tile = np.asfortranarray(block(self.rows(i), self.rows(j)))
                if i == j and ridge:
                    tile[np.diag_indices_from(tile)] += ridge
                sums[self.rows(j)] += np.abs(tile).sum(axis=0)
                if i != j:
                    sums[self.rows(i)] += np.abs(tile).sum(axis=1)
                self.keeper.put(i, j, tile)
        self.norm = float(sums.max(initial=0.0))

    def factorise(self) -> None:
        """L with L L^T the matrix, in its place.  Raises Indefinite where the matrix is not positive definite."""
        for k in range(self.count):
            for i in range(k, self.count):
                tile = self.keeper.get(i, k)
                for j in range(k):
                    left = self.keeper.get(i, j)
                    if i == k:
                        tile = dsyrk(-1.0, left, beta=1.0, c=tile, lower=1, overwrite_c=1)
                    else:
                        tile = dgemm(-1.0, left, self.keeper.get(k, j), beta=1.0, c=tile, trans_b=1, overwrite_c=1)
                if i == k:
                    tile, info = dpotrf(tile, lower=1, clean=1, overwrite_a=1)
                    if info:
                        raise Indefinite(k * self.side + max(int(info), 1) - 1)
                    corner = tile
                else:
                    tile = dtrsm(1.0, corner, tile, side=1, lower=1, trans_a=1, overwrite_b=1)
                self.keeper.put(i, k, tile)

    def solve(self, right: Array) -> Array:
        """The solution of L L^T x = right, shape (N,) or (N, outputs), after :meth:`factorise`."""
        x = np.array(right, dtype=np.float64).reshape(self.size, -1)
        for i in range(self.count):
            part = x[self.rows(i)]
            for j in range(i):
                part = part - self.keeper.get(i, j) @ x[self.rows(j)]
            x[self.rows(i)] = dtrsm(1.0, self.keeper.get(i, i), np.asfortranarray(part), lower=1)
        for i in reversed(range(self.count)):
            part = x[self.rows(i)]
            for j in range(i + 1, self.count):
                part = part - self.keeper.get(j, i).T @ x[self.rows(j)]
            x[self.rows(i)] = dtrsm(1.0, self.keeper.get(i, i), np.asfortranarray(part), lower=1, trans_a=1)
        return x if right.ndim == 2 else x[:, 0]
