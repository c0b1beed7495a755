"""The hyperkernel K^h(u, u') = <grad_w h(u), grad_w h(u')> of a wide g, exactly in law, in O(n + m).

With c = dh/df (one entry an output of f, up to m^2 (H - 2) + ... of them) and q, q' the last hidden layer
of f at x and x',

    K^h = c.c' q.q'/n + <backward of (W^L)^T c, backward of (W^L)^T c'>,    K^g = c.c'      Eqs. (70)-(77)

Neither W^L nor c is formed.  Given q and q', with orthonormal e_1, e_2 and q = r_00 e_1,
q' = r_01 e_1 + r_11 e_2, the matrix W^L consists of independent Gaussian columns along e_1 and e_2, and of
a rest that is independent of both.  The two columns, reshaped, are Gaussian matrices G_1^l, G_2^l, and

    V^l(x) = r_00 G_1^l / sqrt(n),    V^l(x') = (r_01 G_1^l + r_11 G_2^l) / sqrt(n),

which g meets through products.  The columns of c are a b^T, so c.c' and <G_k, c> are inner products of
vectors of g.  Of the rest, only its products with c and c' enter: jointly Gaussian vectors with the
covariance c.c', orthogonal to e_1 and e_2.  At infinite width n the r are the Cholesky factor of S^{L-1}.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np

from verifier.networks.build import build
from verifier.networks.draws import Draw, batch_size, collect, covariance_matrix, implicit_inputs
from verifier.networks.gaussian import DenseGaussian, GaussianMatrix, LazyGaussian
from verifier.networks.gram import upper_factor
from verifier.networks.joint import orthonormal
from verifier.networks.mlp import Direction, Network, Pass
from verifier.networks.request import Widths, choose_sampler, hidden_widths, input_pair, whole
from verifier.networks.spaces import Array

DENSE_G = 16  # matrices of g with a side of at most this are drawn: it is the fastest way
QUANTITIES = ("K^h", "K^g", "h(u)", "h(u')")


class MixedGaussian:
    """sum_k r_k G_k: a layer of g at one input, from Gaussian matrices that all inputs share.

    parts: the G_k; weights: the r_k, shape (batch, parts).
    """

    def __init__(self, parts: Sequence[GaussianMatrix], weights: Array) -> None:
        self.parts, self.weights = list(parts), weights

    def apply(self, q: Array, factor: float = 1.0) -> Array:
        """factor V q: shape (batch, columns) to (batch, rows)."""
        return self._sum([part.apply(q, factor) for part in self.parts])

    def apply_transposed(self, u: Array, factor: float = 1.0) -> Array:
        """factor V^T u: shape (batch, rows) to (batch, columns)."""
        return self._sum([part.apply_transposed(u, factor) for part in self.parts])

    def _sum(self, products: list[Array]) -> Array:
        total = self.weights[:, :1] * products[0]
        for k, product in enumerate(products[1:], start=1):
            total += self.weights[:, k, None] * product
        return total


@dataclass(frozen=True)
class Implicit:
    """g at several inputs x_j: one network each, of the matrices G_k^l that they share.

    networks: one for each x_j.  parts: parts[l][k] is G_k^{l+1}.
    """

    networks: tuple[Network, ...]
    parts: tuple[tuple[GaussianMatrix, ...], ...]

    @classmethod
    def draw(cls, depth: int, m: int, m_0: int, mixing: Array, rng: np.random.Generator) -> Implicit:
        """Fresh weights; mixing: (batch, k, j), V(x_j) = sum_k mixing[:, k, j] G_k."""
        batch, count, inputs = mixing.shape
        sizes = [m_0, *[m] * (depth - 1), 1]

        def make(rows: int, columns: int) -> GaussianMatrix:
            if min(rows, columns) <= DENSE_G:
                return DenseGaussian.draw(batch, rows, columns, rng)
            return LazyGaussian(batch, rows, columns, rng)

        parts = tuple(tuple(make(rows, columns) for _ in range(count)) for columns, rows in pairwise(sizes))
        networks = tuple(
            Network(sizes[:-1], [MixedGaussian(layer, mixing[:, :, j]) for layer in parts], batch)
            for j in range(inputs)
        )
        return cls(networks, parts)

    def gradient(self, j: int, z: Array) -> tuple[Pass, Direction]:
        """The pass of g at (x_j, z), and dh/dV there, which is delta^l (a^{l-1})^T / sqrt(m_{l-1}) in layer l."""
        network = self.networks[j]
        at = network.forward(z[None, :])[0]
        return at, network.backward(at, np.ones((network.batch, 1)))

    def coordinates(self, direction: Direction) -> Array:
        """<G_k, dh/dV>, summed over the layers: shape (batch, parts)."""
        total = np.zeros((direction.q[0].shape[0], len(self.parts[0])))
        for l, layer in enumerate(self.parts):
            q, delta = direction.q[l], direction.deltas[l]
            assert delta is not None
            for k, part in enumerate(layer):
                total[:, k] += np.einsum("bd,bd->b", delta, part.apply(q)) / sqrt(q.shape[1])
        return total

    def inner(self, a: Direction, b: Direction) -> Array:
        """<dh/dV, dh'/dV>: K^g, shape (batch,)."""
        return tangent(self.networks[0], a, b)


def tangent(network: Network, a: Direction, b: Direction) -> Array:
    """<v, v'> of two gradients of one network, summed over its layers: shape (batch,)."""
    total = np.zeros(network.batch)
    for l, width in enumerate(network.widths):
        delta_a, delta_b = a.deltas[l], b.deltas[l]
        if delta_a is not None and delta_b is not None:
            total += network.inner(l + 1, delta_a, delta_b) * network.inner(l, a.q[l], b.q[l]) / width
    return total


class _Readout:
    """(W^L)^T c_j for the j-th unit vector: what the backward pass of f asks of its last layer."""

    def __init__(self, back: Sequence[Array]) -> None:
        self.back = list(back)

    def apply(self, q: Array, factor: float = 1.0) -> Array:
        raise TypeError("the last layer of f is met by its transpose alone")  # backward passes never apply it

    def apply_transposed(self, u: Array, factor: float = 1.0) -> Array:
        size = max(vector.shape[1] for vector in self.back)
        total = np.zeros((u.shape[0], size))
        for j, vector in enumerate(self.back):
            total[:, : vector.shape[1]] += u[:, j, None] * vector
        return factor * total


@dataclass(frozen=True)
class HyperkernelPass:
    """All that one evaluation of the hyperkernel used; see the module's docstring for the names.

    values: (batch, 4), as `QUANTITIES`.  basis: e_1, e_2.  passes: of f at x, x'.  implicit, gradients: g and
    dh/dV at u, u'.  back: (W^L)^T c and (W^L)^T c', empty for L = 1.
    """

    values: Array
    basis: tuple[Array, ...]
    passes: tuple[Pass, Pass]
    implicit: Implicit
    gradients: tuple[Direction, Direction]
    back: tuple[Array, ...]


@dataclass(frozen=True)
class ImplicitAt:
    """g at u and u', whose weights are outputs of f.

    passes: of f; q: its last hidden layers, and their basis; found: the passes of g and dh/dV.
    """

    passes: tuple[Pass, Pass]
    q: tuple[Array, Array]
    basis: list[Array]
    implicit: Implicit
    found: tuple[tuple[Pass, Direction], tuple[Pass, Direction]]


def implicit_of(
    network: Network, g_depth: int, m: int, inputs: Array, z: Sequence[Array], rng: np.random.Generator
) -> ImplicitAt:
    """g of depth g_depth and width m at (x, z) and (x', z'), from the last hidden layers of the network f."""
    forward = network.forward(inputs)
    passes = (forward[0], forward[-1])
    first, second = (network._fit(network.depth - 1, at.q[-1]) for at in passes)
    basis, triangle = orthonormal([first, second])
    implicit = Implicit.draw(g_depth, m, z[0].size, triangle / sqrt(network.widths[-1]), rng)
    found = (implicit.gradient(0, z[0]), implicit.gradient(1, z[1]))
    return ImplicitAt(passes, (first, second), basis, implicit, found)


def hyperkernel(
    network: Network,
    g_depth: int,
    m: int,
    inputs: Array,
    z: Sequence[Array],
    rng: np.random.Generator,
) -> HyperkernelPass:
    """K^h, K^g, h(u), h(u') on a network f that was built with two outputs; see `sample_hyperkernel`.

    The two outputs stand for the rest of W^L.  The network can be used once: its last layer is replaced.
    """
    g = implicit_of(network, g_depth, m, inputs, z, rng)
    passes, q, basis, implicit, found = g.passes, g.q, g.basis, g.implicit, g.found
    top, last = network.depth - 1, network.widths[-1]
    gradients = (found[0][1], found[1][1])
    gram = np.empty((network.batch, 2, 2))
    for i, j in ((0, 0), (0, 1), (1, 1)):
        gram[:, i, j] = gram[:, j, i] = implicit.inner(gradients[i], gradients[j])
    kernel = gram[:, 0, 1] * np.einsum("bd,bd->b", q[0], q[1]) / last
    back: list[Array] = []
    if network.depth > 1:
        unit = np.eye(2)[:, None, :].repeat(network.batch, axis=1)
        rest = [network.matrices[-1].apply_transposed(e) for e in unit]
        rest = [network._fit(top, vector) for vector in rest]
        basis = [network._fit(top, e) for e in basis]
        factor = upper_factor(gram)
        for j, gradient in enumerate(gradients):
            along = implicit.coordinates(gradient)
            vector = factor[:, 0, j, None] * rest[0] + factor[:, 1, j, None] * rest[1]
            for k, e in enumerate(basis):
                vector = vector + (along[:, k] - np.einsum("bd,bd->b", e, vector))[:, None] * e
            back.append(vector)
        network.matrices[-1] = _Readout(back)
        directions = [network.backward(at, e) for at, e in zip(passes, unit, strict=True)]
        lower = [Direction(d.q, (*d.deltas[:-1], None)) for d in directions]
        kernel = kernel + tangent(network, *lower)
    values = np.stack([kernel, gram[:, 0, 1], found[0][0].f[:, 0], found[1][0].f[:, 0]], axis=1)
    return HyperkernelPass(values, tuple(basis), passes, implicit, gradients, tuple(back))


def sample_hyperkernel(
    g_depth: int,
    depth: int,
    widths: Widths,
    *,
    m: int,
    x_angle: float = 0.0,
    z_angle: float = 0.0,
    z: Sequence[Any] | None = None,
    samples: int,
    rng: np.random.Generator,
    sampler: str = "auto",
) -> Draw:
    """K^h(u, u'), K^g(u, u'), h(u) and h(u') of random hypernetworks, in that order.  Section 4.4.

    g_depth: H >= 1; m >= 1: inner width of g; depth: L >= 1; widths: n_1..n_{L-1}, or one integer for all.
    x_angle, z_angle: degrees between x and x' and between z and z', all of unit mean square; z: the pair
    (z, z') itself instead, numbers or vectors of length m_0.  sampler: of f, as in `sample_T`.  Time and
    memory a sample are of the order of n + m, whatever the number of outputs of f.

    Returns a Draw with values (samples, 4).  Raises ValueError for a request outside these ranges.
    """
    g_depth, depth = whole("g_depth", g_depth, 1), whole("depth", depth, 1)
    hidden, m = hidden_widths(depth, widths), whole("m", m, 1)
    samples = whole("samples", samples, 1)
    pair = implicit_inputs(z, z_angle)
    rows = input_pair(x_angle)
    kind = choose_sampler(sampler, "relu", len(rows), hidden)

    def draw(batch: int, stream: np.random.Generator) -> Array:
        network = build(kind, (rows.shape[1], *hidden), 2, batch, stream)
        return hyperkernel(network, g_depth, m, rows, pair, stream).values

    widest = max(hidden, default=1)
    # Drawn matrices take n^2 and m^2 numbers, up to widths of 16 where they are drawn unasked.
    sizes = (widest**2 if kind == "dense" else 1 if kind == "gram" else widest, m if m > DENSE_G else m**2)
    values = collect(samples, batch_size(*sizes), rng, draw)
    meta = {
        "quantities": QUANTITIES, "sampler": kind, "g_depth": g_depth, "depth": depth, "widths": hidden, "m": m,
        "x_angle": x_angle, "z": tuple(tuple(entry.tolist()) for entry in pair),
    }  # fmt: skip
    return Draw(values, None, meta)


def sample_implicit_kernel(
    g_depth: int,
    *,
    m: int,
    covariance: Any,
    z_angle: float = 0.0,
    z: Sequence[Any] | None = None,
    samples: int,
    rng: np.random.Generator,
) -> Draw:
    """K^g(u, u'), h(u) and h(u') with weights V from the Gaussian process limit, n = infinity.  Section 4.4.

    covariance: S^{L-1} of (x, x'), a 2 x 2 matrix (all entries 1: equal inputs); the rest as in
    `sample_hyperkernel`.  At n = infinity K^h = Theta^f(x, x') K^g.

    Returns a Draw with values (samples, 3).  Raises ValueError for a request outside these ranges.
    """
    g_depth, m, samples = whole("g_depth", g_depth, 1), whole("m", m, 1), whole("samples", samples, 1)
    pair, given = implicit_inputs(z, z_angle), covariance_matrix("covariance", covariance, 2)
    mixing = process_mixing(given)

    def draw(batch: int, stream: np.random.Generator) -> Array:
        implicit = Implicit.draw(g_depth, m, pair[0].size, np.broadcast_to(mixing, (batch, *mixing.shape)), stream)
        (at, a), (other, b) = (implicit.gradient(j, pair[j]) for j in range(2))
        return np.stack([implicit.inner(a, b), at.f[:, 0], other.f[:, 0]], axis=1)

    values = collect(samples, batch_size(m if m > DENSE_G else m**2), rng, draw)
    meta = {
        "quantities": QUANTITIES[1:], "g_depth": g_depth, "m": m, "covariance": tuple(map(tuple, given.tolist())),
        "z": tuple(tuple(entry.tolist()) for entry in pair),
    }  # fmt: skip
    return Draw(values, None, meta)


def process_mixing(covariance: Array) -> Array:
    """R with R^T R = covariance, upper triangular, its zero rows left out: V(x_j) = sum_k R_kj G_k."""
    size = len(covariance)
    rest, rows = covariance.copy(), []
    for k in range(size):
        if rest[k, k] > 1e-13 * covariance[k, k]:
            row = rest[k] / sqrt(rest[k, k])
            row[:k] = 0.0
            rows.append(row)
            rest = rest - np.outer(row, row)
    return np.array(rows).reshape(-1, size) if rows else np.zeros((1, size))


def sample_tangent_kernel(
    depth: int,
    widths: Widths,
    *,
    x_angle: float = 0.0,
    samples: int,
    rng: np.random.Generator,
    sampler: str = "auto",
) -> Draw:
    """K^f_00, K^f_11, K^f_01 and K^f_10 at (x, x'): two outputs of f, whose limit is Theta^f I.  Eq. (72).

    Arguments as in `sample_T`.  Returns a Draw with values (samples, 4); raises ValueError as `sample_T`.
    """
    depth, samples = whole("depth", depth, 1), whole("samples", samples, 1)
    hidden, rows = hidden_widths(depth, widths), input_pair(x_angle)
    kind = choose_sampler(sampler, "relu", len(rows), hidden)

    def draw(batch: int, stream: np.random.Generator) -> Array:
        network = build(kind, (rows.shape[1], *hidden), 2, batch, stream)
        passes = network.forward(rows)
        unit = np.eye(2)[:, None, :].repeat(batch, axis=1)
        first, second = ([network.backward(at, e) for e in unit] for at in (passes[0], passes[-1]))
        entries = ((0, 0), (1, 1), (0, 1), (1, 0))
        return np.stack([tangent(network, first[i], second[j]) for i, j in entries], axis=1)

    widest = max(hidden, default=1)
    size = {"dense": widest**2, "gram": 1}.get(kind, widest)
    values = collect(samples, batch_size(size), rng, draw)
    meta = {
        "quantities": ("K^f_00", "K^f_11", "K^f_01", "K^f_10"), "sampler": kind, "depth": depth, "widths": hidden,
        "x_angle": x_angle,
    }  # fmt: skip
    return Draw(values, None, meta)
