"""Slow references that share nothing with the package: one drawn hypernetwork, differentiated by the chain rule."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt

import numpy as np


def relu_pass(weights, x):
    """q^0..q^{L-1}, masks, and the output."""
    q, masks = [x], []
    for w in weights[:-1]:
        y = w @ q[-1] / sqrt(w.shape[1])
        masks.append(y > 0)
        q.append(sqrt(2.0) * y * masks[-1])
    return q, masks, weights[-1] @ q[-1] / sqrt(weights[-1].shape[1])


def relu_gradient(weights, q, masks, cotangent):
    """The gradient of <cotangent, output>: one matrix a layer."""
    back, gradient = cotangent, []
    for l in range(len(weights) - 1, -1, -1):
        gradient.insert(0, np.outer(back, q[l]) / sqrt(weights[l].shape[1]))
        if l:
            back = sqrt(2.0) * masks[l - 1] * (weights[l].T @ back) / sqrt(weights[l].shape[1])
    return gradient


def implicit(v, z, m, depth):
    """g(z; v) and its gradient in v."""
    sizes, weights, at = [z.size, *[m] * (depth - 1), 1], [], 0
    for columns, rows in pairwise(sizes):
        weights.append(v[at : at + rows * columns].reshape(rows, columns))
        at += rows * columns
    q, masks, h = relu_pass(weights, z)
    return h[0], np.concatenate([part.ravel() for part in relu_gradient(weights, q, masks, np.ones(1))])


def dense_h(weights, x, z, m, depth):
    """h, dh/dV and grad_w h, the latter two flat."""
    q, masks, v = relu_pass(weights, x)
    h, c = implicit(v, z, m, depth)
    return h, c, flat(relu_gradient(weights, q, masks, c))


def flat(parts):
    return np.concatenate([part.ravel() for part in parts])


def jacobian(weights, x):
    """Of all outputs of f, one row each."""
    q, masks, f = relu_pass(weights, x)
    return np.array([flat(relu_gradient(weights, q, masks, e)) for e in np.eye(f.size)])


def moved(weights, direction, step):
    """weights + step * direction, the direction flat."""
    ends = np.cumsum([w.size for w in weights])[:-1]
    return [w + step * d.reshape(w.shape) for w, d in zip(weights, np.split(direction, ends), strict=True)]
