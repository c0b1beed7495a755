"""Several inputs of a ReLU layer, streamed: the Gram matrices of the activation patterns, exactly in law.

The rows of (y(x_1), ..., y(x_J)) are iid Gaussian in R^J.  Once the neurons are grouped by their signs, everything that
follows is linear in each group and invariant under its rotations, so that of a group only its size and the K x K Gram
matrix of its rows, in K orthonormal queries, are needed: sums over its members, added up as they are drawn.

    J = 2    sectors of angles, exponential squared lengths      (:mod:`verifier.networks.sectors`)
    J > 2    K normals a neuron, and the signs of their products
    clt      J = 2, the sums replaced by Gaussians of the right mean and covariance: an approximation
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt

from verifier.networks import fused, sectors
from verifier.networks.gaussian import combine
from verifier.networks.spaces import Array, normals

CHUNK = 1 << 13  # neurons drawn at a time; the results depend on this number, so it is fixed
#: grams(triangle, width, rng, dtype) -> patterns (groups, J), sizes (batch, groups), one answer a query.
Grams = Callable[[Array, int, np.random.Generator, npt.DTypeLike], tuple[npt.NDArray[np.bool_], Array, list[Array]]]


def pattern_coordinates(
    triangle: Array, width: int, rng: np.random.Generator, dtype: npt.DTypeLike = np.float64
) -> tuple[npt.NDArray[np.bool_], Array, list[Array]]:
    """The patterns of a layer of `width` neurons, their sizes, and its answers in their bases.

    triangle: (batch, K, J), upper triangular, the coordinates of J inputs in K orthonormal queries.  Returns patterns
    (groups, J), sizes (batch, groups), and an answer a query, (batch, K groups): the coordinates along the first basis
    vector of each pattern's space, then those along the second, and so on.
    """
    queries, inputs = triangle.shape[1:]
    if inputs == 2 and queries <= 2:
        square = triangle if queries == 2 else np.concatenate([triangle, np.zeros_like(triangle)], axis=1)
        sizes, *answers = sectors.pattern_coordinates(square, width, rng, dtype)
        return np.array(sectors.PATTERNS), sizes, answers[:queries]
    codes = np.arange(1, 1 << inputs)
    patterns = (codes[:, None] >> np.arange(inputs)) & 1 == 1
    sizes, sums = pattern_sums(triangle, width, rng, dtype)
    sizes, sums = sizes[:, 1:], sums[:, 1:]  # neurons that are dead at all inputs never enter
    factor = cholesky(sums, sizes)
    batch = triangle.shape[0]
    answers = [factor[:, :, k].transpose(0, 2, 1).reshape(batch, -1) for k in range(queries)]
    return patterns, sizes, answers


def active(triangle: Array, rows: Sequence[Array]) -> list[npt.NDArray[np.bool_]]:
    """Where sum_k R_kj r_k > 0, for each input j: arrays of the shape of the rows."""
    found = []
    for j in range(triangle.shape[2]):
        terms = [k for k in range(len(rows)) if np.any(triangle[:, k, j])] or [0]
        if len(terms) == 1 and triangle[:, terms[0], j].min() > 0.0:
            found.append(rows[terms[0]] > 0.0)
        else:
            found.append(combine([triangle[:, k, j] for k in terms], [rows[k] for k in terms]) > 0.0)
    return found


def pattern_sums(
    triangle: Array, width: int, rng: np.random.Generator, dtype: npt.DTypeLike = np.float64
) -> tuple[Array, Array]:
    """How many of `width` neurons have each pattern, and the sums of g g^T over them.

    Bit j of a pattern's number: active at input j.  Returns (batch, 2^J) and (batch, 2^J, K, K).
    """
    batch, queries, inputs = triangle.shape
    groups = 1 << inputs
    sizes, sums = np.zeros((batch, groups)), np.zeros((batch, groups, queries, queries))
    step = max(1, CHUNK // batch)
    for low in range(0, width, step):
        count, total = signed_sums(triangle, normals(rng, (queries, batch, min(step, width - low)), dtype))
        sizes += count
        sums += total
    return sizes, sums


def signed_sums(triangle: Array, rows: Array) -> tuple[Array, Array]:
    """Sizes (batch, 2^J) and Gram matrices (batch, 2^J, K, K) of neurons with rows (K, batch, neurons)."""
    batch, queries, inputs = triangle.shape
    kernels = fused.compiled(4 * rows.size)
    if kernels is not None:
        sizes, sums = np.zeros((batch, 1 << inputs)), np.zeros((batch, 1 << inputs, queries, queries))
        kernels.signed(triangle, rows, sizes, sums)
        lower = np.tril_indices(queries, -1)
        sums[:, :, *lower] = sums.swapaxes(2, 3)[:, :, *lower]
        return sizes, sums
    rows = rows.astype(float, copy=False)
    groups = 1 << inputs
    code = np.repeat(groups * np.arange(batch), rows.shape[2]).reshape(rows.shape[1:])
    for j, on in enumerate(active(triangle, list(rows))):
        code += on.astype(code.dtype) << j
    flat = code.ravel()
    sizes = np.bincount(flat, minlength=batch * groups).reshape(batch, groups).astype(float)
    sums = np.empty((batch, groups, queries, queries))
    for k, l in combinations_with_replacement(range(queries), 2):
        product = (rows[k] * rows[l]).ravel()
        found = np.bincount(flat, weights=product, minlength=batch * groups)
        sums[:, :, k, l] = sums[:, :, l, k] = found.reshape(batch, groups)
    return sizes, sums


def cholesky(gram: Array, sizes: Array) -> Array:
    """L lower triangular with L L^T = gram, of Gram matrices of `sizes` vectors: zero beyond that many columns.

    gram: (batch, groups, K, K).  Of N < K random vectors the first N rows are independent, and the rest depend on them.
    """
    factor = np.zeros_like(gram)
    for k in range(gram.shape[-1]):
        rest = gram[..., k:, k] - np.einsum("bgij,bgj->bgi", factor[..., k:, :k], factor[..., k, :k])
        pivot = np.sqrt(np.maximum(rest[..., 0], 0.0)) * (sizes > k)
        alive = pivot > 1e-8 * np.sqrt(gram[..., k, k])  # the square of what rounding leaves of a dependent row
        factor[..., k:, k] = np.divide(rest, pivot[..., None], out=np.zeros_like(rest), where=alive[..., None])
        factor[..., k, k] = np.where(alive, pivot, 0.0)
    return factor
