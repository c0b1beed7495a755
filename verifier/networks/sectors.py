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

from verifier.networks import fused, loops
from verifier.networks.buffers import empty
from verifier.networks.loops import SINE
from verifier.networks.spaces import Array

CHUNK = 1 << 13  # neurons drawn at a time; the results depend on this number, so it is fixed
PATIENCE = CHUNK << 10  # neurons until Python is heard of again: some 40 ms
STAGGER = 192  # numbers between arrays of a chunk: those a multiple of 4096 bytes apart are slow to read together
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


def _sine(x: Array, square: Array | None = None, out: Array | None = None) -> Array:
    """sin x for |x| <= pi/4, to double precision: a third of the time of numpy.sin.  square: room for x^2."""
    square = np.multiply(x, x, out=square)
    series = np.multiply(square, SINE[0], out=out)
    for coefficient in SINE[1:]:
        series += coefficient
        series *= square
    series += 1.0
    series *= x
    return series


def weighted_terms(half: Array, weight: Array, room: tuple[Array, Array]) -> tuple[Array, Array]:
    """E sin^2 / 4 and E sin cos / 2 of the angles whose halves are given, within +-pi/4.

    room: two arrays of their length.  The first of them and `half` itself are returned.
    """
    sine, square = room
    _sine(half, square, out=sine)
    # With s, c of half the angle: sin^2 = 4 s^2 c^2, sin cos = 2 s c (c^2 - s^2).
    double, cosine = half, square
    np.multiply(sine, sine, out=double)
    np.subtract(1.0, double, out=cosine)
    np.subtract(cosine, double, out=double)
    np.sqrt(cosine, out=cosine)
    sine *= cosine
    heavy = np.multiply(sine, weight, out=cosine)
    double *= heavy
    sine *= heavy
    return sine, double


def _weighted_sums(
    counts: NDArray[np.int64], width: Array, rng: np.random.Generator, dtype: DTypeLike = np.float64
) -> tuple[Array, Array, Array]:
    """Sums over `counts` members of E cos^2, E sin^2, E sin cos; E ~ Exp(1), angle uniform on +-width."""
    kernels = fused.compiled(int(counts.sum()))
    given = counts, width, rng, dtype
    sums = summed(*given) if kernels is None else summed_compiled(kernels, *given)
    sums[1] *= 4.0
    sums[2] *= 2.0
    sums[0] -= sums[1]
    np.maximum(sums, 0.0, out=sums, where=np.array([[True], [True], [False]]))
    return sums[0], sums[1], sums[2]


def summed(counts: NDArray[np.int64], width: Array, rng: np.random.Generator, dtype: DTypeLike) -> Array:
    """Sums over `counts` members of E, E sin^2 / 4, E sin cos / 2: shape (3, groups)."""
    group, offsets, lengths, cuts = _pieces(counts)
    found = np.zeros((3, group.size))
    room, drawn = empty((4, CHUNK + STAGGER)), empty((2, CHUNK), dtype)
    halves = width[group]
    for first, last in pairwise(cuts):
        here = slice(first, last)
        size = int(offsets[last - 1] + lengths[last - 1])
        weight, sine, half, square = room[:, :size]
        _draw(rng, half, weight, drawn[:, :size])
        half -= 0.5
        half *= np.repeat(halves[here], lengths[here])
        weighted_terms(half, weight, (sine, square))
        np.add.reduceat(room[:3, :size], offsets[here], axis=1, out=found[:, here])
    return np.stack([np.bincount(group, part, counts.size).astype(float) for part in found])  # of none: integers


def summed_compiled(
    kernels: fused.Kernels, counts: NDArray[np.int64], width: Array, rng: np.random.Generator, dtype: DTypeLike
) -> Array:
    """As `summed`, in one pass, with the drawing in it where that is of SFC64 in double precision."""
    room, found, at = empty((4, CHUNK + loops.PADDED)), np.zeros((3, counts.size)), np.array([-1, 0])
    source, drawn, members = rng.bit_generator, empty((2, CHUNK), dtype), int(counts.sum())
    draw = kernels.draws and isinstance(source, np.random.SFC64) and drawn.dtype == np.float64
    state = source.state if draw else {"state": {"state": np.zeros(4, np.uint64)}}
    step = PATIENCE if draw else CHUNK
    for low in range(0, members, step):
        size = min(step, members - low)
        if not draw:
            _draw(rng, room[0, :size], room[1, :size], drawn[:, :size])
        kernels.streamed(size, draw, state["state"]["state"], *kernels.ziggurat, counts, width, at, room, found)
    if draw:
        source.state = state
    return found


def _draw(rng: np.random.Generator, uniform: Array, weight: Array, drawn: Array) -> None:
    """Uniform and exponential numbers, in the precision of `drawn`, which is used where that is not double."""
    if drawn.dtype == np.float64:
        rng.random(out=uniform)
        rng.standard_exponential(out=weight)
        return
    rng.random(out=drawn[0], dtype=drawn.dtype)
    rng.standard_exponential(out=drawn[1], dtype=drawn.dtype)
    uniform[:], weight[:] = drawn


def _pieces(
    counts: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], list[int]]:
    """Groups of `counts` members one after the other, cut into chunks: of each piece its group, its place in its chunk
    and its length, and the numbers of the pieces at which chunks begin, with that of all at the end."""
    ends = np.cumsum(counts)
    marks = np.arange(0, int(ends[-1]), CHUNK)
    cut = np.searchsorted(ends, marks)  # the group within which a chunk begins, or at whose end
    within = ends[cut] > marks
    within[:1] = False
    bounds = np.insert(ends, cut[within], marks[within])
    group = np.insert(np.arange(counts.size), cut[within], cut[within])
    lengths = np.diff(bounds, prepend=0)
    some = lengths > 0
    group, lengths = group[some], lengths[some]
    starts = bounds[some] - lengths
    cuts = [*np.searchsorted(starts, marks).tolist(), starts.size]
    return group, starts - np.repeat(marks, np.diff(cuts)), lengths, cuts


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
