"""Random Fourier features of the inputs z: Remark 1.

    p(z) = [cos(W_i.z + b_i)]_{i <= k},   W_i ~ N(0, I),  b_i uniform on [0, 2 pi],

    p(z).p(z') / k = (1/k) sum_i cos(W_i.z + b_i) cos(W_i.z' + b_i)  ->  exp(-|z - z'|^2 / 2) / 2      Eqs. (64), (65)

A product of cosines is half the cosine of the difference of the angles, W_i.(z - z'), plus half that of their
sum, which modulo 2 pi is uniform and independent of W_i because of b_i.  So its law depends on |z - z'| alone.
"""

from __future__ import annotations

from math import isfinite

import numpy as np

from verifier.networks.draws import Draw, batch_size, collect
from verifier.networks.request import whole
from verifier.networks.spaces import Array

CHUNK = 1 << 16  # features drawn at a time; the results depend on this number, so it is fixed


def sample_fourier(features: int, *, distance: float, samples: int, rng: np.random.Generator) -> Draw:
    """p(z).p(z')/k for k = features >= 1 random features and |z - z'| = distance >= 0.  Eq. (64).

    Its mean is exp(-distance^2/2)/2 at every k; its standard deviation is of order k^{-1/2}.  Time O(k), memory
    O(1) a sample.  Returns a Draw with values (samples, 1).  Raises ValueError outside these ranges.
    """
    features, samples = whole("features", features, 1), whole("samples", samples, 1)
    if not isfinite(distance) or distance < 0.0:
        raise ValueError(f"distance is {distance!r}: it must be a finite number >= 0")

    def draw(batch: int, stream: np.random.Generator) -> Array:
        total = np.zeros(batch)
        for start in range(0, features, CHUNK):
            size = (batch, min(CHUNK, features - start))
            total += np.cos(distance * stream.standard_normal(size)).sum(axis=1)
            total += np.cos(2.0 * np.pi * stream.random(size)).sum(axis=1)
        return (total / (2.0 * features))[:, None]

    values = collect(samples, batch_size(min(features, CHUNK)), rng, draw)
    return Draw(values, None, {"quantities": ("p.p'/k",), "features": features, "distance": distance})
