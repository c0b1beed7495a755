"""Random networks of every kind (:mod:`verifier.networks.mlp`), by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from verifier.networks.gaussian import DenseGaussian, GaussianMatrix, LazyGaussian
from verifier.networks.joint import LiveNetwork, StreamedNetwork
from verifier.networks.mlp import Network, VirtualNetwork
from verifier.networks.sectors import approximate_coordinates

#: Exact in law.
EXACT = ("dense", "lazy", "stream", "gram")
#: Of another law, whose distance falls with the width: chosen by name alone, and never for a verdict.
APPROXIMATE = ("clt",)
KINDS = (*EXACT, *APPROXIMATE)


def build(
    kind: str,
    widths: Sequence[int],
    outputs: int,
    batch: int,
    rng: np.random.Generator,
    activation: str = "relu",
    dtype: npt.DTypeLike = np.float64,
) -> Network:
    """A batch of random networks of the given kind; widths (n_0, ..., n_{L-1}).

    dtype: the precision in which wide layers are drawn; relu networks of kind lazy and stream alone have another one
    than double.
    """
    if kind == "gram":
        return VirtualNetwork(widths, outputs, batch, activation, rng)
    if kind == "stream":
        return StreamedNetwork(widths, outputs, batch, rng, dtype)
    if kind == "clt":
        return StreamedNetwork(widths, outputs, batch, rng, dtype, approximate_coordinates)
    if kind == "lazy" and activation == "relu":
        return LiveNetwork(widths, outputs, batch, rng, dtype)
    sizes = [*widths, outputs]
    if kind not in ("dense", "lazy"):
        raise ValueError(f"unknown sampler {kind!r}: one of {', '.join(KINDS)}")
    make: Callable[..., GaussianMatrix] = LazyGaussian if kind == "lazy" else DenseGaussian.draw
    matrices = [make(batch, rows, columns, rng) for columns, rows in pairwise(sizes)]
    return Network(widths, matrices, batch, activation)
