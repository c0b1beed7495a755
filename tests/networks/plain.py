"""Networks with every coordinate of every matrix kept, whatever the masks, so that they can be completed."""

from __future__ import annotations

from itertools import pairwise

from verifier.networks.build import build
from verifier.networks.gaussian import LazyGaussian
from verifier.networks.mlp import Network


def plain(kind, widths, outputs, batch, rng, activation="relu"):
    """As `build`, but for lazy networks, which drop neurons that are dead at all inputs."""
    if kind != "lazy":
        return build(kind, widths, outputs, batch, rng, activation)
    matrices = [LazyGaussian(batch, rows, columns, rng) for columns, rows in pairwise([*widths, outputs])]
    return Network(widths, matrices, batch, activation)
