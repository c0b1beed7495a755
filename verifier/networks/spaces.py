"""Coordinate systems for the vectors that a random network passes between its layers.

A `EuclideanSpace` keeps every coordinate.  A `RevealedSpace` keeps a vector of R^N only through its
coordinates in an orthonormal basis that is revealed as needed: whatever a computation does with
inner products and with Gaussian matrices is invariant under rotations of R^N, so the first Gaussian
vector may be taken to lie along the first basis vector, the next one in the span of the first two,
and so on.  N then enters only through chi variables, and costs nothing.
"""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from verifier.networks.buffers import empty

Array = NDArray[np.float64]


def normals(rng: np.random.Generator, shape: tuple[int, ...], dtype: DTypeLike = np.float64) -> Array:
    """Standard normals, in double or single precision."""
    found = empty(shape, dtype)
    rng.standard_normal(out=found, dtype=found.dtype)
    return found


class VectorSpace(Protocol):
    """Where vectors live: arrays of shape (batch, size), zero-padded on the right where too short.

    ``fixed``: whether all coordinates are kept, so that the answers to enough queries are the whole matrix.
    """

    batch: int
    fixed: bool

    @property
    def size(self) -> int:
        """How many coordinates a vector is stored with at present."""
        ...

    @property
    def dimension(self) -> Array:
        """The true dimension of the space, a sample: shape (batch,)."""
        ...

    def fit(self, vector: Array) -> Array:
        """The same vectors (..., k), zero-padded to the present size."""
        ...

    def gaussian(self, rng: np.random.Generator) -> Array:
        """A fresh standard Gaussian vector a sample: shape (batch, size)."""
        ...


class EuclideanSpace:
    """R^size with all its coordinates; or, with `sizes`, R^N with N of each sample its own, padded with zeros.

    sizes: shape (batch,), whole numbers, at most `size`.  dtype: that of its fresh vectors.
    """

    fixed = True

    def __init__(
        self, batch: int, size: int, sizes: NDArray[np.int64] | None = None, dtype: DTypeLike = np.float64
    ) -> None:
        self.batch = batch
        self.dtype = np.dtype(dtype)
        self._size = size
        self._sizes = np.full(batch, size) if sizes is None else sizes
        self._shortest = int(self._sizes.min(initial=size))
        # 1 inside and 0 beyond the end of a sample's vectors, from the first column on where any of them ends.
        self._inside = (np.arange(self._shortest, size) < self._sizes[:, None]).astype(self.dtype)

    @property
    def size(self) -> int:
        """The dimension, or the largest of the samples'."""
        return self._size

    @cached_property
    def dimension(self) -> Array:
        """The dimension, a sample: shape (batch,)."""
        return self._sizes.astype(float)

    def fit(self, vector: Array) -> Array:
        """Vectors as they are; a ValueError if they are of another length."""
        if vector.shape[-1] != self._size:
            raise ValueError(f"vector of length {vector.shape[-1]}: the space has dimension {self._size}")
        return vector

    def gaussian(self, rng: np.random.Generator) -> Array:
        """A standard Gaussian vector a sample: shape (batch, dimension)."""
        vector = normals(rng, (self.batch, self._size), self.dtype)
        if self._inside.size:
            vector[:, self._shortest :] *= self._inside
        return vector


class RevealedSpace:
    """A direct sum of spaces R^{N_s}, each in an orthonormal basis that is revealed as needed.

    dims: shape (batch, groups), the dimensions N_s, whole numbers up to 2^53 stored as float64.
    Revealing adds one basis vector to every group: column c belongs to group c % groups and is its
    basis vector number c // groups.  Coordinates beyond N_s are zero.
    """

    fixed = False

    def __init__(self, dims: Array, *, revealed: int = 0, capacity: int = 8) -> None:
        self.dims = np.asarray(dims, dtype=float)
        self.batch, self.groups = self.dims.shape
        self.revealed = revealed
        self._capacity = max(capacity, revealed + 1)

    @property
    def size(self) -> int:
        """Stored coordinates: groups times the basis vectors there is room for."""
        return self._capacity * self.groups

    @cached_property
    def dimension(self) -> Array:
        """The total dimension, a sample: shape (batch,)."""
        return np.asarray(self.dims.sum(axis=1))

    def fit(self, vector: Array) -> Array:
        """Zero-pad vectors that were made when fewer basis vectors had room."""
        missing = self.size - vector.shape[-1]
        if missing == 0:
            return vector
        return np.concatenate([vector, np.zeros((*vector.shape[:-1], missing))], axis=-1)

    def gaussian(self, rng: np.random.Generator) -> Array:
        """A standard Gaussian vector of the whole space; reveals one basis vector in every group.

        Along the k basis vectors that are known its coordinates are standard normal; what is left
        has length chi_{N-k} and a direction that nothing has touched, which becomes the next one.
        """
        if self.revealed == self._capacity:
            self._capacity *= 2
        known = self.revealed * self.groups
        vector = np.zeros((self.batch, self.size))
        if known:
            alive = self.dims[:, None, :] > np.arange(self.revealed)[None, :, None]
            draws = rng.standard_normal((self.batch, known))
            np.multiply(draws, alive.reshape(self.batch, known), out=vector[:, :known])
        left = np.maximum(self.dims - self.revealed, 0.0)
        vector[:, known : known + self.groups] = np.sqrt(2.0 * rng.standard_gamma(0.5 * left))
        self.revealed += 1
        return vector
