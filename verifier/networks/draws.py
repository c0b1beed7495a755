"""Samples of several quantities, collected batch by batch; and the two inputs of an implicit network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from verifier.networks.request import input_pair
from verifier.networks.spaces import Array

COORDINATES = 1 << 16  # length of the longest vectors times the batch: keeps a batch in the cache


@dataclass(frozen=True)
class Draw:
    """Samples of several quantities at one width, drawn together.

    values: shape (samples, quantities), in the order asked for.  normals: (samples, any number), standard normals up
    to their signs for use as control variates, or None: exactly so, and independent of each other, whatever makes a
    value 0 (:mod:`verifier.networks.known`).
    meta: what was sampled and how ("sampler", "exact", "depth", "widths", "quantities", ...).
    """

    values: Array
    normals: Array | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


def batch_size(*sizes: int, most: int = 1000, coordinates: int = COORDINATES) -> int:
    """Samples drawn together, from the largest of the sizes: results depend on the rng and the request alone."""
    return max(1, min(most, coordinates // max([1, *sizes])))


def collect(
    samples: int, batch: int, rng: np.random.Generator, draw: Callable[[int, np.random.Generator], Array]
) -> Array:
    """Rows of `draw(batch, rng)`, each of shape (batch, quantities), until there are `samples` of them."""
    # One fast stream a call, seeded from the generator given: normals are most of the work.
    fast = np.random.Generator(np.random.SFC64([int(word) for word in rng.integers(0, 1 << 63, size=4)]))
    return np.concatenate([draw(min(batch, samples - start), fast) for start in range(0, samples, batch)])


def implicit_inputs(z: Sequence[Any] | None, z_angle: float, count: int = 2) -> tuple[Array, ...]:
    """The inputs of g: those given as `z`, or (count = 2) unit-normalised ones at `z_angle` degrees.

    Raises ValueError unless they are `count` finite vectors (or numbers) of one length.
    """
    if z is None:
        rows = input_pair(z_angle)
        return rows[0], rows[-1]
    if len(z) != count:
        raise ValueError(f"z has {len(z)} entries: it must have {count}, one an input of g")
    found = tuple(np.atleast_1d(np.asarray(entry, dtype=float)) for entry in z)
    for entry in found:
        if entry.ndim != 1 or entry.shape != found[0].shape or entry.size == 0 or not np.all(np.isfinite(entry)):
            raise ValueError(f"z is {z!r}: its entries must be finite numbers, or vectors of one length")
    return found


def covariance_matrix(name: str, matrix: Any, size: int) -> Array:
    """A size x size covariance matrix, validated: finite, symmetric, positive semidefinite."""
    found = np.asarray(matrix, dtype=float)
    if found.shape != (size, size) or not np.all(np.isfinite(found)) or not np.allclose(found, found.T, atol=0.0):
        raise ValueError(f"{name} is {matrix!r}: it must be a finite symmetric {size} x {size} matrix")
    if np.linalg.eigvalsh(found)[0] < -1e-12 * max(1.0, float(np.abs(found).max())):
        raise ValueError(f"{name} is {matrix!r}: it is not positive semidefinite")
    return found
