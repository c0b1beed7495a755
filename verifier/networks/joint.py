"""Networks of relu units that are drawn layer by layer from all of their inputs at once.

Neurons that are active at none of the inputs never enter a derivative.  Once the preactivations of a layer are
known, its rows that are dead everywhere are dropped, here and as columns of the next matrix:

    LiveNetwork       keeps every coordinate of the live neurons: at one input half of them
    StreamedNetwork   keeps of each pattern of activity the Gram matrix alone: memory O(1) in n
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.networks.buffers import empty
from verifier.networks.gaussian import DEPENDENT, DEPENDENT_SINGLE, RevealedGaussian, combine, dot
from verifier.networks.mlp import Network, Pass
from verifier.networks.patterns import Grams, active, pattern_coordinates
from verifier.networks.spaces import Array, EuclideanSpace, RevealedSpace, VectorSpace, normals

Masks = list[Array | None]
MOST_TILED = 16  # basis vectors of a pattern's space for which its mask is written out beforehand


class JointNetwork(Network):
    """A batch of networks at given inputs; ``forward`` is called once, and makes the matrices.

    dtype: the precision of what is drawn.
    """

    def __init__(
        self, widths: Sequence[int], outputs: int, batch: int, rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float64,
    ) -> None:  # fmt: skip
        super().__init__(widths, [], batch, "relu")
        self.rng = rng
        self.outputs = outputs
        self.dtype = np.dtype(dtype)
        self.spaces: list[VectorSpace] = [EuclideanSpace(batch, widths[0], dtype=self.dtype)]

    def layer(self, triangle: Array, width: int) -> tuple[VectorSpace, list[Array], Masks]:
        """A space for `width` neurons, the answers of their rows to the queries, and the masks of each input.

        triangle: (batch, K, J), the coordinates of q_1..q_J in K orthonormal queries.
        """
        raise NotImplementedError

    def forward(self, inputs: Array) -> list[Pass]:
        """The passes at all inputs, rows of shape (J, n_0)."""
        if self.matrices:
            raise ValueError("a network that is drawn from its inputs is run forward once")
        q = [[np.tile(x.astype(self.dtype), (self.batch, 1)) for x in inputs]]
        masks: list[Masks] = []
        for n, n_next in pairwise(self.widths):
            basis, triangle = orthonormal(q[-1])
            space, answers, patterns = self.layer(triangle, n_next)
            matrix = self._connect(space)
            answers = [silenced(e, answer) for e, answer in zip(basis, answers, strict=True)]
            matrix.observe(basis, answers)
            q.append(
                [self._activate(y, m) for y, m in zip(products(triangle / sqrt(n), answers), patterns, strict=True)]
            )
            masks.append(patterns)
        self._connect(EuclideanSpace(self.batch, self.outputs, dtype=self.dtype))
        return [
            Pass(
                tuple(layer[j] for layer in q),
                tuple(layer[j] for layer in masks),
                self._product(self.depth - 1, q[-1][j]),
            )
            for j in range(len(inputs))
        ]

    def _connect(self, space: VectorSpace) -> RevealedGaussian:
        matrix = RevealedGaussian(space, self.spaces[-1], self.rng)
        self.matrices.append(matrix)
        self.spaces.append(space)
        return matrix

    def _fit(self, l: int, vector: Array) -> Array:
        return self.spaces[l].fit(vector)


class LiveNetwork(JointNetwork):
    """All coordinates of the neurons that are active at one of the inputs at least; exact, O(n) a product."""

    def layer(self, triangle: Array, width: int) -> tuple[VectorSpace, list[Array], Masks]:
        """One normal a neuron and query; then the live neurons of each sample, side by side."""
        fresh = [normals(self.rng, (self.batch, width), self.dtype) for _ in range(triangle.shape[1])]
        on = active(triangle, fresh)
        live = on[0] if len(on) == 1 else np.logical_or.reduce(on)
        counts = np.count_nonzero(live, axis=1)
        size = max(1, int(counts.max()))
        space = EuclideanSpace(self.batch, size, counts, self.dtype)
        answers = [gathered(g, live, counts, size) for g in fresh]
        # At one input the neurons that are left are the active ones.
        masks: Masks = [None] if len(on) == 1 else [gathered(m, live, counts, size).astype(self.dtype) for m in on]
        return space, answers, masks


class StreamedNetwork(JointNetwork):
    """Each pattern of activity by its size and the Gram matrix of its rows, summed over its neurons as they are drawn.

    gram: how these are drawn, exactly or not (:mod:`verifier.networks.patterns`).
    """

    def __init__(
        self, widths: Sequence[int], outputs: int, batch: int, rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float64, grams: Grams = pattern_coordinates,
    ) -> None:  # fmt: skip
        super().__init__(widths, outputs, batch, rng)
        self._grams = grams
        self._drawn = np.dtype(dtype)

    def layer(self, triangle: Array, width: int) -> tuple[VectorSpace, list[Array], Masks]:
        """A revealed basis for each pattern, its first vectors spanned by the answers."""
        patterns, sizes, answers = self._grams(triangle, width, self.rng, self._drawn)
        # The gradient reveals one vector, and so does each coefficient of a jet along it; by others the space grows.
        space = RevealedSpace(sizes, revealed=len(answers), capacity=len(answers) + len(self.spaces))
        # One entry a pattern, repeated over the basis vectors of the patterns' spaces.
        masks: Masks = [np.tile(patterns[:, j].astype(float), MOST_TILED) for j in range(triangle.shape[2])]
        return space, [space.fit(answer) for answer in answers], masks

    def _activate(self, y: Array, mask: Array | None) -> Array:
        assert mask is not None
        while mask.size < y.shape[1]:
            mask = np.tile(mask, 2)
        return y * (self.gain * mask[: y.shape[1]])


def products(triangle: Array, rows: Sequence[Array]) -> list[Array]:
    """sum_k R_kj r_k for each j, without the terms that are zero in all samples."""
    found = []
    for j in range(triangle.shape[2]):
        terms = [k for k in range(len(rows)) if k == 0 or np.any(triangle[:, k, j])]
        found.append(combine([triangle[:, k, j] for k in terms], [rows[k] for k in terms]))
    return found


def gathered(rows: npt.NDArray[Any], live: npt.NDArray[np.bool_], counts: npt.NDArray[np.int64], size: int) -> Array:
    """The entries of each row where it is live, in order, followed by zeros: shape (batch, size)."""
    found = empty((rows.shape[0], size), rows.dtype)
    for row, mask, count, out in zip(rows, live, counts, found, strict=True):
        np.compress(mask, row, out=out[:count])
        out[count:] = 0
    return found


def silenced(query: Array, answer: Array) -> Array:
    """The answer, zero in the samples whose query is zero (a dead or a dependent input)."""
    live = np.any(query != 0.0, axis=1)
    return answer if live.all() else answer * live[:, None]


def orthonormal(vectors: Sequence[Array]) -> tuple[list[Array], Array]:
    """Orthonormal (or zero) e_1..e_K and R (batch, K, J) with v_j = sum_k R_kj e_k.

    A vector that depends on those before it adds no e where that is so in every sample, and a zero one elsewhere.
    """
    basis: list[Array] = []
    batch, count = vectors[0].shape[0], len(vectors)
    triangle = np.zeros((batch, count, count))
    small = DEPENDENT if vectors[0].dtype == np.float64 else DEPENDENT_SINGLE
    for j, vector in enumerate(vectors):
        rest = vector
        for _ in range(2):  # a second pass, for nearly parallel vectors
            if basis:
                along = [dot(e, rest) for e in basis]
                rest = rest - combine(along, basis)
                for k, c in enumerate(along):
                    triangle[:, k, j] += c
        height = np.sqrt(dot(rest, rest).astype(float))
        height = np.where(height > small * np.sqrt(dot(vector, vector)), height, 0.0)
        if height.any() or not basis:
            triangle[:, len(basis), j] = height
            basis.append(combine([np.divide(1.0, height, out=np.zeros(batch), where=height > 0.0)], [rest]))
    return basis, triangle[:, : len(basis)]
