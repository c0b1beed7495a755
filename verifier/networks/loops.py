"""Loops over neurons as numba compiles them (:mod:`verifier.networks.fused`): plain Python, each a twin of NumPy calls.

They round where NumPy rounds and add in its order, so that they return the same numbers bit by bit:

    sums     NumPy adds an array in halves down to at most 128 numbers, and those in eight columns
    draws    of a word of SFC64 a uniform number has the upper 53 bits; an exponential one is drawn by a ziggurat of
             256 layers (Marsaglia and Tsang, 2000).  Drawn where they are used both take half of NumPy's time

All stand in one file, since what numba keeps compiled is dated by the file of the function that is called, not by those
of the functions that this one calls.
"""

from __future__ import annotations

from math import exp, log1p
from typing import Any

import numpy as np

#: Of fdlibm's polynomial for the sine on +-pi/4, from the highest power of x^2 to the first.
SINE = (
    1.58969099521155010221e-10, -2.50507602534068634195e-08, 2.75573137070700676789e-06,
    -1.98412698298579493134e-04, 8.33333333332248946124e-03, -1.66666666666666324348e-01,
)  # fmt: skip
LEAF = 128  # numbers that NumPy adds in eight columns; more are halved
DEEP = 64  # halvings there is room for
PADDED = 32  # loops go on to a multiple of this: what is left at the end of a vectorised one is slow
ULP = 2.0**-53
# Words are shifted by words: with other integers they would become signed, or floating.
ONE, THREE, EIGHT, ELEVEN, TWENTY_FOUR, FORTY, LAYERS = (np.uint64(k) for k in (1, 3, 8, 11, 24, 40, 255))


def terms(uniform: Any, weight: Any, reach: Any, radial: Any, mixed: Any) -> None:
    """E s^2 c^2 and E s c (c^2 - s^2) at half the angle, which is uniform on +-reach/2: as `sectors.weighted_terms`."""
    for i in range(uniform.size):
        half = (uniform[i] - 0.5) * reach
        x = half * half
        sine = x * SINE[0]
        sine = (sine + SINE[1]) * x
        sine = (sine + SINE[2]) * x
        sine = (sine + SINE[3]) * x
        sine = (sine + SINE[4]) * x
        sine = (sine + SINE[5]) * x
        sine = (sine + 1.0) * half
        square = sine * sine
        rest = 1.0 - square
        both = sine * np.sqrt(rest)
        heavy = both * weight[i]
        mixed[i] = (rest - square) * heavy
        radial[i] = both * heavy


def added(x: Any) -> Any:
    """The sum of at most LEAF numbers, as NumPy adds them."""
    size, i = np.uint64(x.size), EIGHT  # unsigned: an index that may be negative is looked at each time
    if size < EIGHT:
        found = -0.0
        for k in range(x.size):
            found += x[k]
        return found
    a, b, c, d, e, f, g, h = x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]
    while i + EIGHT <= size:
        a += x[i]
        b += x[i + np.uint64(1)]
        c += x[i + np.uint64(2)]
        d += x[i + np.uint64(3)]
        e += x[i + np.uint64(4)]
        f += x[i + np.uint64(5)]
        g += x[i + np.uint64(6)]
        h += x[i + np.uint64(7)]
        i += EIGHT
    found = ((a + b) + (c + d)) + ((e + f) + (g + h))
    while i < size:
        found += x[i]
        i += ONE
    return found


def total(x: Any, sizes: Any, rest: Any, sums: Any) -> Any:
    """The sum of one number or more as `numpy.add.reduceat` adds a piece: the first, plus the sum of the others.

    sizes, rest, sums: room for DEEP entries; rest is 0 before and after.
    """
    if x.size == 1:
        return x[0]
    start, depth = 1, 0
    sizes[0] = x.size - 1
    while True:
        while sizes[depth] > LEAF:
            half = sizes[depth] // 2
            half -= half % 8
            rest[depth] = sizes[depth] - half
            depth += 1
            sizes[depth] = half
        found = added(x[start : start + sizes[depth]])
        start += sizes[depth]
        while depth > 0:
            if rest[depth - 1] > 0:  # the second half is to be added yet
                sums[depth - 1] = found
                sizes[depth] = rest[depth - 1]
                rest[depth - 1] = 0
                break
            depth -= 1
            found = sums[depth] + found
        if depth == 0:
            return x[0] + found


def stepped(b: Any, c: Any, count: Any, word: Any) -> Any:
    """The state of SFC64 after it gave ``word``, the sum of the first two and the last of its four words."""
    return b ^ (b >> ELEVEN), c + (c << THREE), ((c << TWENTY_FOUR) | (c >> FORTY)) + word, count + ONE


def at_an_edge(
    a: Any, b: Any, c: Any, count: Any, layer: Any, x: Any, within: Any, edge: Any, height: Any, end: Any
) -> Any:
    """What becomes of x at the edge of a layer: it is kept, or drawn again, or from the tail.  The state, and x."""
    while True:
        word = a + b + count
        a, b, c, count = stepped(b, c, count, word)
        share = (word >> ELEVEN) * ULP
        if layer == 0:
            return a, b, c, count, end - log1p(-share)
        if (height[layer - ONE] - height[layer]) * share + height[layer] < exp(-x):
            return a, b, c, count, x
        word = a + b + count
        a, b, c, count = stepped(b, c, count, word)
        layer, place = (word >> THREE) & LAYERS, word >> ELEVEN
        x = place * edge[layer]
        if place < within[layer]:
            return a, b, c, count, x


def drawn(words: Any, within: Any, edge: Any, height: Any, end: Any, uniform: Any, weight: Any) -> None:
    """Numbers of [0, 1), then standard exponential ones, from SFC64, whose state is four words and goes on.

    within, edge, height: of each layer of the ziggurat the words that surely lie within it, its width in units of a
    word, and the density at its edge; end: where the tail begins.
    """
    a, b, c, count = words[0], words[1], words[2], words[3]
    for i in range(uniform.size):
        word = a + b + count
        a, b, c, count = stepped(b, c, count, word)
        uniform[i] = (word >> ELEVEN) * ULP
    for i in range(weight.size):
        word = a + b + count
        a, b, c, count = stepped(b, c, count, word)
        layer, place = (word >> THREE) & LAYERS, word >> ELEVEN
        x = place * edge[layer]
        if place >= within[layer]:  # 1.1 % of the time
            a, b, c, count, x = at_an_edge(a, b, c, count, layer, x, within, edge, height, end)
        weight[i] = x
    words[0], words[1], words[2], words[3] = a, b, c, count


def streamed(
    members: Any, draw: Any, words: Any, within: Any, edge: Any, height: Any, end: Any,
    counts: Any, width: Any, at: Any, room: Any, found: Any,
) -> None:  # fmt: skip
    """Add to found (3, groups) the sums over the next `members` neurons of E and of both `terms`: as `sectors.summed`.

    room: four rows, of the uniform and the exponential numbers of a chunk and of two to work in, each of PADDED more
    than a chunk has.  draw: whether they are drawn here, as `drawn` says; else they are there, of one chunk.  at: the
    group of the neuron before, and how many of its neurons are to come: -1 and 0 at first.
    """
    uniform, weight, radial, mixed = room[0], room[1], room[2], room[3]
    sizes, rest, sums = np.zeros(DEEP, np.int64), np.zeros(DEEP, np.int64), np.zeros(DEEP)
    most = uniform.size - PADDED
    group, left = at[0], at[1]
    for low in range(0, members, most):
        size, start = min(most, members - low), 0
        if draw:
            drawn(words, within, edge, height, end, uniform[:size], weight[:size])
        while start < size:
            while left == 0:
                group += 1
                left = counts[group]
            piece = min(left, size - start)
            stop, padded = start + piece, start + -(-piece // PADDED) * PADDED
            # Slices, whose indices are known not to be negative: the loop is vectorised.
            u, e = uniform[start:padded], weight[start:padded]
            terms(u, e, width[group], radial[start:padded], mixed[start:padded])
            for k in range(3):
                found[k, group] += total(room[1 + k, start:stop], sizes, rest, sums)
            start, left = stop, left - piece
    at[0], at[1] = group, left


def signed(triangle: Any, rows: Any, sizes: Any, sums: Any) -> None:
    """Add to sizes (batch, 2^J) and sums (batch, 2^J, K, K), their upper triangles, what these neurons make."""
    batch, queries, inputs = triangle.shape
    for b in range(batch):
        for i in range(rows.shape[2]):
            code = 0
            for j in range(inputs):
                y = 0.0
                for k in range(queries):
                    y += triangle[b, k, j] * rows[k, b, i]
                code |= (1 << j) if y > 0.0 else 0
            sizes[b, code] += 1.0
            for k in range(queries):
                for l in range(k, queries):
                    sums[b, code, k, l] += np.float64(rows[k, b, i]) * rows[l, b, i]


def combine_1(out: Any, a: Any, x: Any) -> None:
    """a x, sample by sample; those that follow add further terms."""
    for s in range(out.shape[0]):
        for i in range(out.shape[1]):
            out[s, i] = a[s] * x[s, i]


def combine_2(out: Any, a: Any, x: Any, b: Any, y: Any) -> None:
    """a x + b y."""
    for s in range(out.shape[0]):
        for i in range(out.shape[1]):
            out[s, i] = a[s] * x[s, i] + b[s] * y[s, i]


def combine_3(out: Any, a: Any, x: Any, b: Any, y: Any, c: Any, z: Any) -> None:
    """a x + b y + c z."""
    for s in range(out.shape[0]):
        for i in range(out.shape[1]):
            out[s, i] = a[s] * x[s, i] + b[s] * y[s, i] + c[s] * z[s, i]


def combine_4(out: Any, a: Any, x: Any, b: Any, y: Any, c: Any, z: Any, d: Any, w: Any) -> None:
    """a x + b y + c z + d w."""
    for s in range(out.shape[0]):
        for i in range(out.shape[1]):
            out[s, i] = a[s] * x[s, i] + b[s] * y[s, i] + c[s] * z[s, i] + d[s] * w[s, i]
