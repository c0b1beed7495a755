"""Two inputs of a ReLU layer, streamed: the Gram matrices of the activation patterns, exactly in law.

The rows of (y(x_0), y(x_1)) are iid Gaussian in R^2.  Once the neurons are grouped by their pair of
signs, everything that follows is linear in each group and invariant under its rotations, so that of
a group only its size and the 2 x 2 Gram matrix of its rows are needed.  The sizes are multinomial.
In an orthonormal basis of span(q_0, q_1) a row is R (cos phi, sin phi) with R^2/2 exponential and phi
uniform, and a pair of signs is a sector of angles; so a group's Gram matrix is a sum over its members
of independent terms, drawn in chunks and added up: time O(n), memory O(1).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import DTypeLike, NDArray

from verifier.networks import fused
from verifier.networks.spaces import Array

CHUNK = 1 << 13  # neurons drawn at a time; the results depend on this number, so it is fixed
STAGGER = 192  # arrays that lie a multiple of 4096 bytes apart are five times slower to read and write together
# Active at x_0, active at x_1.  Neurons dead at both never enter.
PATTERNS = ((True, True), (True, False), (False, True))


def sectors(triangle: Array) -> tuple[Array, Array, Array]:
    """Probability, centre and half width (radians) of the sector of each pattern.

    triangle: shape (batch, 2, 2), upper triangular, with columns the coordinates of q_0 and q_1 in an
    orthonormal basis.  Returns three arrays of shape (batch, 3).
    """
    zero_0 = triangle[:, 0, 0] == 0.0
    zero_1 = (triangle[:, 0, 1] == 0.0) & (triangle[:, 1, 1] == 0.0)
    angle = np.arctan2(triangle[:, 1, 1], triangle[:, 0, 1])
    half = 0.5 * np.pi
    centre = np.stack([angle / 2, (angle - np.pi) / 2, (angle + np.pi) / 2], axis=1)
    width = np.stack([(np.pi - angle) / 2, angle / 2, angle / 2], axis=1)
    # A preactivation that is identically zero is never active; the other one has half the neurons.
    width[zero_0 | zero_1] = 0.0
    width[zero_1 & ~zero_0, 1] = half
    centre[zero_1 & ~zero_0, 1] = 0.0
    width[zero_0 & ~zero_1, 2] = half
    centre[zero_0 & ~zero_1, 2] = half
    return width / np.pi, centre, width


def _sine(x: Array, out: Array | None = None) -> Array:
    """sin x for |x| <= pi/4, to double precision: Taylor's series, a third of the time of numpy.sin."""
    square = x * x
    series = np.empty_like(x) if out is None else out
    series[:] = -1.0 / 1307674368000
    for denominator in (6227020800, -39916800, 362880, -5040, 120, -6, 1):
        series *= square
        series += 1.0 / denominator
    series *= x
    return series


def weighted_terms(
    uniform: Array, weight: Array, width: Array, lengths: NDArray[np.int64], room: tuple[Array, Array]
) -> tuple[Array, Array]:
    """E sin^2 / 4 and E sin cos / 2 of angles (2 uniform - 1) width; consecutive pieces of one width each.

    room: two arrays of their length, which are returned.
    """
    kernels = fused.compiled(uniform.size)
    half, sine = room
    if kernels is not None:
        kernels.weighted(uniform, weight, width, lengths, half, sine)
        return room
    np.subtract(uniform, 0.5, out=half)
    half *= np.repeat(width, lengths)  # half the angle, within +-pi/4
    _sine(half, out=sine)
    square = np.multiply(sine, sine, out=half)  # s^2; then sin^2 = 4 s^2 (1 - s^2), sin cos = 2 s c (1 - 2 s^2)
    rest = 1.0 - square
    sine *= np.sqrt(rest)
    sine *= weight
    rest *= square
    rest *= weight
    square *= -2.0
    square += 1.0
    sine *= square
    half[:] = rest
    return room


def _weighted_sums(
    counts: NDArray[np.int64], width: Array, rng: np.random.Generator, dtype: DTypeLike = np.float64
) -> tuple[Array, Array, Array]:
    """Sums over `counts` members of E cos^2, E sin^2, E sin cos; E ~ Exp(1), angle uniform on +-width."""
    group, lengths, cuts = _pieces(counts)
    found = np.zeros((3, group.size))
    drawn, room = np.empty((2, CHUNK + STAGGER), dtype), np.empty((2, CHUNK + STAGGER))
    halves, offsets = width[group], np.cumsum(lengths) - lengths
    offsets -= offsets // CHUNK * CHUNK
    for first, last in pairwise(cuts):
        here = slice(first, last)
        size = int(offsets[last - 1] + lengths[last - 1])
        uniform, weight = drawn[0, :size], drawn[1, STAGGER // 2 : STAGGER // 2 + size]
        rng.random(out=uniform, dtype=drawn.dtype)
        rng.standard_exponential(out=weight, dtype=drawn.dtype)
        both = room[0, STAGGER // 4 : STAGGER // 4 + size], room[1, :size]
        radial, mixed = weighted_terms(uniform, weight, halves[here], lengths[here], both)
        np.add.reduceat(weight, offsets[here], dtype=float, out=found[0, here])
        np.add.reduceat(radial, offsets[here], out=found[1, here])
        np.add.reduceat(mixed, offsets[here], out=found[2, here])
    sums = np.stack([np.bincount(group, part, counts.size).astype(float) for part in found])  # of none: integers
    sums[1] *= 4.0
    sums[2] *= 2.0
    sums[0] -= sums[1]
    np.maximum(sums, 0.0, out=sums, where=np.array([[True], [True], [False]]))
    return sums[0], sums[1], sums[2]


def _pieces(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], list[int]]:
    """Groups of `counts` members one after the other, cut into chunks: the group and the length of each piece, and the
    numbers of the pieces at which chunks begin, with that of all at the end."""
    ends = np.cumsum(counts)
    total = int(ends[-1])
    bounds = np.unique(np.concatenate([ends, np.arange(0, total, CHUNK), [0, total]]))
    starts = bounds[:-1]
    group = np.searchsorted(ends, starts, side="right")
    cuts = np.flatnonzero(starts % CHUNK == 0).tolist()
    return group, np.diff(bounds), [*cuts, starts.size]


def pattern_coordinates(
    triangle: Array, width: int, rng: np.random.Generator, dtype: DTypeLike = np.float64
) -> tuple[Array, Array, Array]:
    """Sizes of the three patterns in a layer of `width` neurons, and the layer's answers in their bases.

    triangle: as in `sectors`.  Returns sizes (batch, 3) and the answers to the two orthonormal queries,
    each (batch, 6): coordinates along the first, then the second basis vector of each pattern's space.
    """
    sizes, centre, half = pattern_sizes(triangle, width, rng)
    sums = _weighted_sums(sizes.ravel(), half.ravel(), rng, dtype)
    radial, tangential, mixed = (2.0 * part.reshape(sizes.shape) for part in sums)
    return sizes.astype(float), *bisector_coordinates(sizes, centre, radial, tangential, mixed)


def pattern_sizes(triangle: Array, width: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], Array, Array]:
    """Multinomial sizes of the three patterns, and the centre and half width of their sectors; each (batch, 3)."""
    probability, centre, half = sectors(triangle)
    rest = np.maximum(1.0 - probability.sum(axis=1, keepdims=True), 0.0)
    table = np.concatenate([probability, rest], axis=1)
    table /= table.sum(axis=1, keepdims=True)
    return rng.multinomial(width, table)[:, :3], centre, half


def bisector_coordinates(
    sizes: NDArray[np.int64], centre: Array, radial: Array, tangential: Array, mixed: Array
) -> tuple[Array, Array]:
    """Answers to both queries, from the sums of R^2 times cos^2, sin^2 and sin cos of the angle to the bisector.

    Cholesky in the frame of each sector's own bisector, where a thin sector is well conditioned.
    """
    first = np.sqrt(radial)
    slope = np.divide(mixed, first, out=np.zeros_like(mixed), where=first > 0.0)
    second = np.sqrt(np.maximum(tangential - slope**2, 0.0)) * (sizes > 1)
    cosine, sine = np.cos(centre), np.sin(centre)
    answer_0 = np.concatenate([cosine * first - sine * slope, -sine * second], axis=1)
    answer_1 = np.concatenate([sine * first + cosine * slope, cosine * second], axis=1)
    return answer_0, answer_1


def approximate_coordinates(
    triangle: Array, width: int, rng: np.random.Generator, dtype: DTypeLike = np.float64
) -> tuple[NDArray[np.bool_], Array, list[Array]]:
    """As `patterns.pattern_coordinates` at two inputs, APPROXIMATELY: each sum a Gaussian of its mean and covariance.

    Of E(1, cos 2p, sin 2p), E ~ Exp(1), p uniform on +-h: the mean is (1, s_1, 0) with s_k = sin(2 k h)/(2 k h), and
    the second moments are twice those of (1, cos 2p, sin 2p).  The cost does not depend on the width.
    """
    sizes, centre, half = pattern_sizes(triangle, width, rng)
    s_1, s_2 = np.sinc(2.0 * half / np.pi), np.sinc(4.0 * half / np.pi)
    covariance = np.zeros((*half.shape, 3, 3))
    covariance[..., 0, 0] = 1.0
    covariance[..., 0, 1] = covariance[..., 1, 0] = s_1
    covariance[..., 1, 1] = np.maximum(1.0 + s_2 - s_1**2, 0.0)
    covariance[..., 2, 2] = np.maximum(1.0 - s_2, 0.0)
    slope = covariance[..., 0, 1]
    z = rng.standard_normal((3, *half.shape)) * np.sqrt(sizes)
    total = sizes + z[0]
    double = sizes * s_1 + slope * z[0] + np.sqrt(np.maximum(covariance[..., 1, 1] - slope**2, 0.0)) * z[1]
    mixed = np.sqrt(covariance[..., 2, 2]) * z[2]
    # What no Gram matrix has is cut off: a sum below zero, or one longer than the total.
    total = np.maximum(total, 0.0)
    radial, tangential = (np.clip(0.5 * (total + sign * double), 0.0, total) * 2.0 for sign in (1.0, -1.0))
    mixed = np.clip(mixed, -np.sqrt(radial * tangential), np.sqrt(radial * tangential))
    return np.array(PATTERNS), sizes.astype(float), list(bisector_coordinates(sizes, centre, radial, tangential, mixed))
