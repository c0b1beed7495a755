"""Noise of the last layer whose law is known whatever the masks of g are: standard normals for control variates.

Given all layers below, the rows of W^L are independent standard Gaussian vectors.  What is read off one row and does
not depend on its signs at the inputs has a known law even where it is known that the sample is alive, which signs
decide.

    one input     |Z|, where Z = W^L_d q / |q|, and f^d = |q| Z / sqrt(n)
    two inputs    the row meets the plane of q_i and q_j in a standard Gaussian point.  Its length R, with R^2/2
                  exponential, is independent of its direction; and of a uniform direction it is known in which of the
                  four sectors of signs it lies, and then how far it is from the line f^d(x_j) = 0 is uniform.

At two inputs |Z| of a length, and |Z| of an angle, are the standard normals' with the same probabilities.
"""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
from scipy import special

from verifier.networks.mlp import Network, Pass
from verifier.networks.spaces import Array

#: Radians from 0 or pi: nearer ones have sectors of which rounding leaves too little.
NARROW = 1e-6
#: The same in single precision, in which inputs nearer than gaussian.DEPENDENT_SINGLE are even drawn as one.
NARROW_SINGLE = 1e-3


def at_one(network: Network, at: Pass, rng: np.random.Generator) -> Array:
    """Z_d for every output d of the pass ``at``: shape (batch, outputs)."""
    length = np.sqrt(np.einsum("bd,bd->b", at.q[-1], at.q[-1]))[:, None]
    alive = length > 0.0
    ratio = at.f * sqrt(network.widths[-1]) / np.where(alive, length, 1.0)
    # Where every neuron is dead f = 0 tells nothing of the last layer: any fresh normal has the law.
    return ratio if alive.all() else np.where(alive, ratio, rng.standard_normal(ratio.shape))


def at_two(network: Network, at_i: Pass, at_j: Pass, rng: np.random.Generator) -> Array:
    """|Z| of the lengths, then |Z| of the angles, of every output: shape (batch, 2 outputs).

    Standard normals up to their signs, independent of each other, of everything below the last layer, and of the signs
    of f at both inputs.
    """
    narrow = NARROW if at_i.f.dtype == np.float64 else NARROW_SINGLE
    q_i, q_j = at_i.q[-1].astype(float, copy=False), at_j.q[-1].astype(float, copy=False)
    size_i, size_j = (np.sqrt(np.einsum("bd,bd->b", q, q))[:, None] for q in (q_i, q_j))
    whole = (size_i > 0.0) & (size_j > 0.0)
    size_i, size_j = np.where(whole, size_i, 1.0), np.where(whole, size_j, 1.0)
    cosine = np.einsum("bd,bd->b", q_i, q_j)[:, None] / (size_i * size_j)
    rest = q_j / size_j - cosine * q_i / size_i
    sine = np.sqrt(np.einsum("bd,bd->b", rest, rest))[:, None]
    angle = np.arctan2(sine, cosine)
    whole &= (angle > narrow) & (angle < pi - narrow)
    angle, sine = np.where(whole, angle, pi / 2), np.where(whole, sine, 1.0)
    root = sqrt(network.widths[-1])
    first = at_i.f * (root / size_i)
    second = (at_j.f * (root / size_j) - cosine * first) / sine
    # A point and its opposite lie in sectors of one kind: x_i is positive from here on, or on the line.
    phi = np.arctan2(np.where(first < 0, -second, second), np.abs(first))
    line = angle - pi / 2  # where f(x_j) = 0
    share = np.where(phi > line, (phi - line) / (pi - angle), (line - phi) / angle)
    found = np.concatenate([half_normal(first**2 + second**2), _quantile(share)], axis=1)
    fresh = ~whole | ~np.isfinite(found).all(axis=1, keepdims=True)
    return np.where(fresh, rng.standard_normal(found.shape), found) if fresh.any() else found


def half_normal(square: Array) -> Array:
    """|Z|, as far out for a standard normal as R^2 = ``square`` is for a standard Gaussian point of the plane."""
    beyond = np.exp(-square / 2)
    return np.where(beyond > 0.5, _quantile(-np.expm1(-square / 2)), -special.ndtri(np.minimum(beyond, 0.5) / 2))


def _quantile(share: Array) -> Array:
    """|Z| that a standard normal stays below with probability ``share``; never 0 and never infinite."""
    tiny, most = np.finfo(float).tiny, 1 - np.finfo(float).epsneg
    found: Array = sqrt(2) * special.erfinv(np.clip(share, tiny, most))
    return found
