"""Networks with a smooth activation: what shows that statements are about ReLU networks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from verifier.networks.smooth import sample_smooth_T
from verifier.quantities.check import Draw, Parameters, Quantity
from verifier.quantities.layers import Array, per_cell


def _smooth_star(
    shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
) -> Draw:
    return sample_smooth_T(
        shared["L"], width, [cell["r"] for cell in cells], activation=shared["activation"], angle=shared["angle"],
        samples=samples, rng=rng,
    )  # fmt: skip


def _tanh_pairs(cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Pre-activations of ``width`` units at two inputs, deviation ``sd``, correlation c; (samples, width) each."""
    first, other = rng.standard_normal((2, samples, width))
    c = cell["c"]
    return cell["sd"] * first, cell["sd"] * (c * first + np.sqrt(1.0 - c * c) * other)


def _tanh_gram(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    a, b = _tanh_pairs(cell, width, samples, rng)
    return np.asarray(2 * (np.tanh(a) * np.tanh(b)).mean(axis=1))


def _tanh_slopes(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    a, b = _tanh_pairs(cell, width, samples, rng)
    return np.asarray(2 * ((1 - np.tanh(a) ** 2) * (1 - np.tanh(b) ** 2)).mean(axis=1))


def _tanh_both(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    """P[f(x) > 0, f(x') > 0] given the hidden layer, at L = 2."""
    a, b = (np.tanh(y) for y in _tanh_pairs(cell, width, samples, rng))
    cosine = (a * b).sum(axis=1) / np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    return np.asarray((np.pi - np.arccos(cosine)) / (2 * np.pi))


#: With tanh in the place of the ReLU: 2 σσ and 2 σ'σ' averaged over a layer, and P[f(x), f(x') > 0]; cells: sd, c.
tanh_gram = Quantity("Q", "q.q'/n, tanh", (), per_cell(_tanh_gram))
tanh_slopes = Quantity("PP", "2 s's'/n, tanh", (), per_cell(_tanh_slopes))
tanh_both_positive = Quantity("P_both", "P[f(x), f(x') > 0], tanh", (), per_cell(_tanh_both))
#: T^r(x_0; x_1, …, x_1); cells: activation, L, r, angle.
smooth_star_term = Quantity("T", "T^r, smooth", ("activation", "L", "angle"), _smooth_star)
