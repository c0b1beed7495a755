"""Networks at two inputs, for the rows of the page of joint limits: draws, exact means, and how close is close."""

from __future__ import annotations

import numpy as np

import tests.theory.limit_meanings  # noqa: F401

SEED = 20260310
SIGMAS = 7.0


def inputs(degrees, scale=1.0):
    """Two inputs of n_0 = 2, |x|² = n_0, |y| = scale |x|, at an angle."""
    a = np.radians(degrees)
    return np.sqrt(2) * np.array([1.0, 0.0]), scale * np.sqrt(2) * np.array([np.cos(a), np.sin(a)])


def gram(x, y):
    """The Gram matrix of inputs, over n_0."""
    both = np.array([x, y])
    return both @ both.T / 2


def layers(rng, widths, points):
    """Pre-activations of all hidden layers at all points, and the weights."""
    q, found, weights = [np.asarray(p) for p in points], [], []
    for n in widths:
        W = rng.standard_normal((n, q[0].size))
        y = [W @ v / np.sqrt(v.size) for v in q]
        found.append(y)
        weights.append(W)
        q = [np.sqrt(2) * np.maximum(v, 0) for v in y]
    return found, weights


def close(samples, value, what=""):
    """The mean of independent samples is ``value``, up to SIGMAS standard errors."""
    error = samples.std() / np.sqrt(samples.size) + 1e-12
    assert abs(samples.mean() - value) <= SIGMAS * error, (what, samples.mean(), value, error)


def expected(u, v, function):
    """E of a function of two jointly Gaussian variables given by two standard ones, on a fine grid of angles."""
    theta = (np.arange(400_000) + 0.5) * (2 * np.pi / 400_000)
    a, b = np.cos(theta), np.sin(theta)
    return function(u[0] * a + u[1] * b, v[0] * a + v[1] * b).mean()


def homogeneous(x, y, function, degree):
    """E of a function of (u, v), homogeneous of this degree, with the covariance of the inputs: radius times angle."""
    radius = {0: 1.0, 1: np.sqrt(np.pi / 2), 2: 2.0, 4: 8.0}[degree]
    return radius * expected(x / np.sqrt(2), y / np.sqrt(2), function)


relu, on = lambda t: np.maximum(t, 0), lambda t: (t > 0).astype(float)
POINTS = {
    "60°": inputs(60), "113°, longer": inputs(113.2, 2.0), "180°": inputs(180), "one input": inputs(0),
    "90°": inputs(90), "a zero input": (inputs(0)[0], np.zeros(2)),
}  # fmt: skip
