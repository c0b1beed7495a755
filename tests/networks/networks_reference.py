"""A slow reference that shares nothing with the package: plain products of drawn matrices.

f is evaluated with its activation pattern frozen, gradients are taken entry by entry with a complex
step, and the derivatives along them come out of polynomial interpolation at roots of unity.
"""

from __future__ import annotations

from itertools import product
from math import factorial, sqrt

import numpy as np
from scipy import stats

GAIN = sqrt(2.0)


def masks_of(weights, x, gain=GAIN, relu=True):
    """Activation pattern of the hidden layers, from real weights."""
    q, masks = x, []
    for w in weights[:-1]:
        y = w @ q / sqrt(w.shape[1])
        masks.append((y > 0).astype(float) if relu else np.ones(y.size))
        q = gain * y * masks[-1]
    return masks


def f_frozen(weights, x, masks, gain=GAIN):
    """f with the pattern given; weights may be complex."""
    q = x
    for w, mask in zip(weights[:-1], masks, strict=True):
        q = gain * mask * (w @ q) / sqrt(w.shape[1])
    return weights[-1] @ q / sqrt(weights[-1].shape[1])


def g_frozen(f, z, m, depth, masks=None):
    """g with weights f, Eq. (66); returns h and, if masks is None, the pattern found."""
    sizes = [z.size, *[m] * (depth - 1), 1]
    found, a, at = [], z, 0
    for l in range(depth):
        v = f[at : at + sizes[l + 1] * sizes[l]].reshape(sizes[l + 1], sizes[l])
        at += v.size
        y = v @ a / sqrt(sizes[l])
        if l == depth - 1:
            return y[0], found
        mask = (y > 0).astype(float) if masks is None else masks[l]
        found.append(mask)
        a = sqrt(2.0) * mask * y
    raise AssertionError


def gradient(weights, scalar):
    """d scalar / d w, one entry at a time by complex steps."""
    result = []
    for l, w in enumerate(weights):
        g = np.zeros_like(w)
        for i, j in np.ndindex(*w.shape):
            moved = [v.astype(complex) for v in weights]
            moved[l][i, j] += 1e-30j
            g[i, j] = scalar(moved).imag / 1e-30
        result.append(g)
    return result


def taylor(value, degree, variables):
    """Coefficients of a polynomial of degree <= `degree` in each variable, by values at roots of unity."""
    points = np.exp(2j * np.pi * np.arange(degree + 1) / (degree + 1))
    grid = np.zeros((degree + 1,) * variables, dtype=complex)
    for index in product(range(degree + 1), repeat=variables):
        grid[index] = value([points[k] for k in index])
    return (np.fft.fftn(grid) / grid.size).real


def move(weights, directions, t):
    return [w + sum(s * v[l] for s, v in zip(t, directions, strict=True)) for l, w in enumerate(weights)]


def star(weights, inputs, r, gain=GAIN, relu=True):
    """T^r(x_0; x_1..x_r) of one drawn network with one output."""

    def scalar(x):
        masks = masks_of(weights, x, gain, relu)
        return lambda w: f_frozen(w, x, masks, gain)[0]

    f = scalar(inputs[0])
    if r == 0:
        return f(weights)
    if all(np.array_equal(x, inputs[1]) for x in inputs[1 : r + 1]):
        v = gradient(weights, scalar(inputs[1]))
        series = taylor(lambda t: f(move(weights, [v], t)), len(weights), 1)
        return factorial(r) * series[r] if r <= len(weights) else 0.0
    vs = [gradient(weights, scalar(x)) for x in inputs[1 : r + 1]]
    return taylor(lambda t: f(move(weights, vs, t)), len(weights), r)[(1,) * r]


def hypernetwork_term(weights, xs, zs, m, depth, r):
    """K^(r)(u_i, u_j) of one drawn network."""

    def scalar(x, z):
        masks = masks_of(weights, x)
        pattern = g_frozen(f_frozen(weights, x, masks), z, m, depth)[1]
        return lambda w: g_frozen(f_frozen(w, x, masks), z, m, depth, pattern)[0]

    h = scalar(xs[0], zs[0])
    v = gradient(weights, scalar(xs[1], zs[1]))
    series = taylor(lambda t: h(move(weights, [v], t)), depth * len(weights), 1)
    return factorial(r) * series[r] if r < series.size else 0.0


def samples_agree(a, b, alpha):
    """Two-sample Kolmogorov-Smirnov at level alpha over all columns (Bonferroni); returns (ok, smallest p)."""
    p = min(stats.ks_2samp(x, y, method="asymp").pvalue for x, y in zip(a.T, b.T, strict=True))
    return p > alpha / a.shape[1], p


def mean_z(x, expected):
    """Standard errors between a sample mean and its expectation."""
    return abs(x.mean() - expected) / (x.std(ddof=1) / sqrt(x.size))
