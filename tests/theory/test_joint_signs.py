"""Masks, overlaps and orthants of the limit of joint outputs, sampled; the rows are those of :mod:`test_joint`."""

from __future__ import annotations

import numpy as np
import pytest

import tests.theory.limit_meanings  # noqa: F401
from tests.theory.joint_networks import (
    SEED,
    close,
    gram,
    inputs,
    layers,
    on,
    relu,
)
from verifier.networks.kernels import nngp

# -- masks and orthants ------------------------------------------------------------------------------------------------


def outputs(rng, depth, x, y, count, samples):
    """F(x, d), F(y, d) for d = 1, …, count: (2, count, samples)."""
    S = nngp(depth, gram(x, y))
    root = np.linalg.cholesky(S + 1e-13 * np.eye(2))
    return np.einsum("ij,jds->ids", root, rng.standard_normal((2, count, samples)))


def masks(F, z):
    """Π_{t<H} 1[z F(1)·…·F(t) > 0]"""
    H = F.shape[0]
    return np.prod([z * np.prod(F[:t], axis=0) > 0 for t in range(1, H)], axis=0) if H > 1 else np.ones(F.shape[1])


@pytest.mark.parametrize("z", [1.0, -0.5])
@pytest.mark.parametrize("H", [1, 2, 3, 4])
def test_masks(H, z):
    """mask.mass, mask.alive, F.never0, paired.never0: 1 with probability 2^{-(H-1)}."""
    F = outputs(np.random.default_rng([SEED, H]), 2, *inputs(60), H, 200_000)
    assert (F != 0).all()
    close(np.asarray(masks(F[0], z), dtype=float), 2.0 ** -(H - 1))


@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("degrees", [0, 60, 150, 170])
def test_overlap(depth, degrees):
    """overlap.alive: both masks are 1 with positive probability, unless H ≥ 2, one direction and z w < 0."""
    for H in (1, 2, 3):
        F = outputs(np.random.default_rng([SEED, H, depth]), depth, *inputs(degrees, 2.0), H, 100_000)
        if degrees == 0:
            F[1] = 2 * F[0]
        for w in (2.0, -1.0):
            both = masks(F[0], 1.0) * masks(F[1], w)
            excluded = H >= 2 and degrees == 0 and w < 0
            assert both.any() != excluded


def orthant(F, G, s, g):
    """The indicator of ``orthant`` at depth 2: F (2, H, samples), G = Gam(2, 1, ·) (H, samples), or None at depth 1."""
    found = (s * np.prod(F[1], axis=0) > 0) & (F[0] * F[1] > 0).all(axis=0)
    return found if G is None else found & (g * G * F[1] > 0).all(axis=0)


@pytest.mark.parametrize("degrees", [0, 60, 90, 113, 150])
@pytest.mark.parametrize("H", [1, 2])
def test_orthants_are_alive(degrees, H):
    """orthant.alive at depths 1 and 2, and what it contains: signs of products of positive probability."""
    x, y = inputs(degrees, 1.5)
    rng = np.random.default_rng([SEED, H, degrees])
    cosine = float(x @ y)
    F = outputs(rng, 1, x, y, H, 200_000)
    for s in (1.0, -2.0):
        assert orthant(F, None, s, 1.0).sum() > 20
    neurons = layers(rng, [60], (x, y))[0][0]  # a finite network: its outputs given one layer have the full support too
    u, v = neurons
    W = rng.standard_normal((H, 100_000, 60))
    q = [np.sqrt(2) * relu(t) for t in (u, v)]
    F = np.array([W @ t for t in q])
    G = W @ (2 * np.sqrt(2) * on(u) * relu(v))
    allowed = [1.0] + ([-1.0] if cosine < -1e-9 else [])
    for g in allowed:
        for s in (1.0, -2.0):
            assert orthant(F, G, s, g).sum() > 20, (g, s)


def test_twin_an_orthant_that_the_support_excludes():
    """At one input Gam(2, 1) = 2F: g < 0 is nowhere."""
    x, _ = inputs(0)
    rng = np.random.default_rng(SEED)
    u = layers(rng, [60], (x, x))[0][0][0]
    W = rng.standard_normal((1, 10_000, 60))
    F = np.array([W @ (np.sqrt(2) * relu(u))] * 2)
    G = W @ (2 * np.sqrt(2) * on(u) * relu(u))
    assert not orthant(F, G, 1.0, -1.0).any()


# -- outputs alone -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("widths", [[], [200_000], [3000, 3000], [200, 40_000], [40_000, 400]])
def test_outputs_alone(widths):
    """paired.tends: given the last hidden layer outputs are Gaussian of covariance Q(L) → Σ^{L-1}, at any ratios.

    A mean over the last layer, given the one before, has SIGMAS standard errors; the one before moves it by as much of
    its own, 1/√n each: 12/√n at the smallest width.
    """
    x, y = inputs(70, 1.5)
    rng = np.random.default_rng([SEED, 7])
    q = [np.sqrt(2) * relu(t) for t in layers(rng, widths, (x, y))[0][-1]] if widths else [x, y]
    limits = nngp(len(widths) + 1, gram(x, y))
    found = np.array([[a @ b / a.size for a in q] for b in q])
    slack = 12 * 2.25 / np.sqrt(min(widths)) if widths else 1e-12
    assert np.abs(found - limits).max() < slack


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_both_outputs_positive(depth):
    """paired.chance: half of Σ̇^L, (π - θ)/2π with cos θ the correlation of Σ^{L-1}."""
    x, y = inputs(100, 3.0)
    F = outputs(np.random.default_rng([SEED, depth, 9]), depth, x, y, 1, 400_000)
    S = nngp(depth, gram(x, y))
    theta = np.arccos(S[0, 1] / np.sqrt(S[0, 0] * S[1, 1]))
    close(((F[0, 0] > 0) & (F[1, 0] > 0)).astype(float), (np.pi - theta) / (2 * np.pi))
