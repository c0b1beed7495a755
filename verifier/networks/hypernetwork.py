"""The hypernetwork h(u; w) = g(z; f(x; w)), u = (x, z): the outputs of f are the weights of g.

    a^0 = z,   g^l = V^l a^{l-1} / sqrt(m_{l-1}),   a^l = sqrt(2) relu(g^l),   h = g^H,

with V^1..V^H the outputs of f, in that order, each matrix row by row: H layers, inner widths m, one
output, so m_0 m + (H - 2) m^2 + m outputs of f for H >= 2 and m_0 for H = 1.  All outputs share every
layer of f but the last.  The factor sqrt(2) is kept for m = 1 too: leaving it out multiplies h by
2^{-(H-1)/2}, which changes no exponent.  The paper is not consistent about it: its Eqs. (30)-(33) are
written without the factor, Eq. (66) with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import sqrt

import numpy as np

from verifier.networks import jets
from verifier.networks.spaces import Array

GAIN = sqrt(2.0)


@dataclass(frozen=True)
class ImplicitPass:
    """One pass through g: masks of layers 1..H-1 (batch, m), the activations a^0..a^{H-1}, g^1..g^H."""

    weights: tuple[Array, ...]
    activations: tuple[Array, ...]
    masks: tuple[Array, ...]
    preactivations: tuple[Array, ...]

    @property
    def h(self) -> Array:
        """h: shape (batch,)."""
        return self.preactivations[-1][:, 0]


@dataclass(frozen=True)
class ImplicitNetwork:
    """The shapes of g: depth H, inner width m, input dimension m_0."""

    depth: int
    m: int
    m_0: int

    @cached_property
    def shapes(self) -> list[tuple[int, int]]:
        """Rows and columns of V^1..V^H."""
        sizes = [self.m_0, *[self.m] * (self.depth - 1), 1]
        return [(rows, columns) for columns, rows in pairwise(sizes)]

    @property
    def outputs(self) -> int:
        """How many outputs f must have."""
        return sum(rows * columns for rows, columns in self.shapes)

    def reshape(self, f: Array) -> tuple[Array, ...]:
        """V^1..V^H from f, shape (batch, outputs): each (batch, rows, columns)."""
        found, start = [], 0
        for rows, columns in self.shapes:
            stop = start + rows * columns
            found.append(f[:, start:stop].reshape(-1, rows, columns))
            start = stop
        return tuple(found)

    def forward(self, z: Array, f: Array) -> ImplicitPass:
        """g at z, shape (m_0,), with the weights f, shape (batch, outputs)."""
        weights = self.reshape(f)
        activations = [np.broadcast_to(z, (f.shape[0], self.m_0))]
        masks, preactivations = [], []
        for weight in weights:
            y = np.einsum("bij,bj->bi", weight, activations[-1]) / sqrt(weight.shape[2])
            preactivations.append(y)
            masks.append((y > 0.0).astype(float))
            activations.append(GAIN * y * masks[-1])
        return ImplicitPass(weights, tuple(activations[:-1]), tuple(masks[:-1]), tuple(preactivations))

    def gradient(self, at: ImplicitPass) -> Array:
        """dh/df, shape (batch, outputs): the h^d of Eq. (33)."""
        delta = np.ones((at.h.shape[0], 1))
        blocks: list[Array] = []
        for l in range(self.depth - 1, -1, -1):
            columns = self.shapes[l][1]
            block = np.einsum("bi,bj->bij", delta, at.activations[l]) / sqrt(columns)
            blocks.insert(0, block.reshape(delta.shape[0], -1))
            if l:
                back = np.einsum("bij,bi->bj", at.weights[l], delta)
                delta = GAIN * at.masks[l - 1] * back / sqrt(columns)
        return np.concatenate(blocks, axis=1)

    def compose(self, at: ImplicitPass, f: Sequence[Array], order: int) -> list[Array]:
        """Taylor coefficients of h up to t^order from those of f, (batch, outputs) a power; masks fixed.

        The list ends where the coefficients vanish by degree: at H times the degree of f.
        """
        weights = [self.reshape(coefficient) for coefficient in f]
        series = [at.activations[0]]
        for l in range(self.depth):
            layer = [weight[l] / sqrt(self.shapes[l][1]) for weight in weights]
            series = jets.convolve(layer, series, order, "bij,bj->bi")
            if l < self.depth - 1:
                series = [GAIN * at.masks[l] * term for term in series]
        return [term[:, 0] for term in series]
