"""Quantities of Lemmas 1 and 2, Theorem 2, Corollary 1 and Remark 1: Gram matrices, Jacobians, outputs.

Where a mean is claimed, what is drawn is its conditional expectation given the layers below: the same mean, and far
less noise.  The width is that of every hidden layer, of f and of g alike, unless it is said to be another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import radians
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.inference.agreement import Normal
from verifier.networks.draws import collect
from verifier.networks.fourier import sample_fourier
from verifier.networks.gram import (
    chain_batch,
    gram_chain,
    next_gram,
    sample_extreme_eigenvalues,
    sample_jacobian_gram,
    sample_layer_gram,
)
from verifier.networks.hyperkernel import sample_tangent_kernel
from verifier.networks.process import sample_outputs
from verifier.quantities.check import Draw, Parameters, Quantity

Array = npt.NDArray[np.float64]
Column = Callable[[Parameters, Parameters, int, int, np.random.Generator], Array]


def per_cell(column: Column) -> Callable[[Parameters, Sequence[Parameters], Any, int, np.random.Generator], Draw]:
    """A sampler that draws each cell's networks anew: column(shared, cell, width, samples, rng).

    Name what tells the cells apart as ``shared``: each is then drawn only until it is decided itself.
    """

    def draw(
        shared: Parameters, cells: Sequence[Parameters], width: Any, samples: int, rng: np.random.Generator
    ) -> Draw:
        return Draw(np.stack([column(shared, cell, width, samples, rng) for cell in cells], axis=1))

    return draw


def _gram(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    return sample_layer_gram(cell["v"] + 1, width, angle=shared["angle"], samples=samples, rng=rng).values[:, 1]


def _jacobian(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    found = sample_jacobian_gram(
        cell["v"], width, layer=cell["u"], outputs=1, angle=shared["angle"], samples=samples, rng=rng
    )
    return found.values[:, 0]


def _gradient(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    return _jacobian(shared, {"u": cell["u"], "v": cell["L"]}, width, samples, rng)


def _output(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    return _gram(shared, {"v": cell["L"] - 1}, width, samples, rng)


def _tangent(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    return sample_tangent_kernel(cell["L"], width, x_angle=shared["angle"], samples=samples, rng=rng).values[:, 0]


def _largest(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    rows = width if cell["square"] else 8
    return sample_extreme_eigenvalues(rows, width, samples=samples, rng=rng).values[:, 1]


def _gaussian(step: bool) -> Callable[..., Draw]:
    """2 σ(a)σ(b), or 2 σ'(a)σ'(b), averaged over ``width`` pairs of Gaussians, given the directions of the pairs.

    (a, b) = r (s cos φ, t cos(φ - θ)) for a pair of independent normals of length r and direction φ: E r² = 2.
    """

    def draw(
        shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
    ) -> Draw:
        phi = 2 * np.pi * rng.random((samples, width))
        first = np.maximum(np.cos(phi), 0)
        means: dict[float, Array] = {}
        for angle in dict.fromkeys(float(cell["angle"]) for cell in cells):
            second = np.maximum(np.cos(phi - radians(angle)), 0)
            found = (first > 0) & (second > 0) if step else first * second
            means[angle] = 2 * found.mean(axis=1)
        scales = [1.0 if step else 2.0 * cell["s"] * cell["t"] for cell in cells]
        columns = [scale * means[float(cell["angle"])] for scale, cell in zip(scales, cells, strict=True)]
        return Draw(np.stack(columns, axis=1))

    return draw


def _both_positive(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    """P[f(x) > 0 and f(x') > 0 | q^{L-1}] = (π - arccos c)/2π, c the cosine between q^{L-1}(x) and q^{L-1}(x')."""
    found = sample_layer_gram(cell["L"], width, angle=shared["angle"], samples=samples, rng=rng).values
    c = np.clip(found[:, 1] / np.sqrt(found[:, 0] * found[:, 2]), -1, 1)
    return np.asarray((np.pi - np.arccos(c)) / (2 * np.pi))


def _positive(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    """1 where X_n > 0, else 0; X_n = 1/n, or f at one input of a network of depth 2."""
    found = np.full(samples, 1 / width)
    if cell["sequence"] == "output":
        found = sample_outputs(1, 2, width, m=width, samples=samples, rng=rng).values[:, 0]
    return np.asarray(found > 0, dtype=float)


def _pairs(shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator) -> Draw:
    """a g(u) + b g(u') for each cell's (a, b), from the same networks; g = f for H = 1 and z = 1."""
    found = sample_outputs(
        shared.get("H", 1), shared["L"], width, m=width, x_angle=shared["angle"], z_angle=shared.get("z_angle", 0),
        samples=samples, rng=rng,
    )  # fmt: skip
    combinations = np.array([cell["combination"] for cell in cells], dtype=float)
    return Draw(found.values[:, :2] @ combinations.T)


def _activity(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    """|a^l|²/m_l at one input of mean square 1."""

    def draw(batch: int, stream: np.random.Generator) -> Array:
        weights = gram_chain(0.0, (width,) * (cell["L"] - 1), batch, stream)
        gram = np.ones_like(weights)
        for _ in range(cell["l"]):
            gram = next_gram(weights * gram, width, stream)
        return gram[:, 0, 0]

    return collect(samples, chain_batch(True, width), rng, draw)


def _fourth(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    """E[f⁴ | q^{L-1}] = 3 (|q^{L-1}|²/n)²."""
    return np.asarray(3 * sample_layer_gram(cell["L"], width, samples=samples, rng=rng).values[:, 0] ** 2)


def _covariance(start: Callable[[Parameters, int, int, np.random.Generator], Array]) -> Column:
    """Λ^H(u, u') given g^1, …, g^{H-1}, for linear f (L = 1) of S = ((1, s), (s, 1)); ``start``: Σ^0, (batch, 2, 2)."""

    def column(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
        weights = np.array([[1.0, cell["s"]], [cell["s"], 1.0]])

        def draw(batch: int, stream: np.random.Generator) -> Array:
            covariance = weights * start(cell, width, batch, stream)
            for _ in range(cell["H"] - 1):
                covariance = weights * next_gram(covariance, width, stream)
            return np.asarray(covariance[:, 0, 1])

        return collect(samples, chain_batch(False, width), rng, draw)

    return column


def _given_gram(cell: Parameters, width: int, batch: int, rng: np.random.Generator) -> Array:
    gram = np.array([[cell["a"], cell["c"]], [cell["c"], cell["b"]]], dtype=float)
    return np.broadcast_to(gram, (batch, 2, 2)).copy()


def fourier_gram(distance: float, features: int, batch: int, rng: np.random.Generator) -> Array:
    """p·p/k, p·p'/k, p'·p'/k for k random Fourier features at two z this far apart; shape (batch, 2, 2).

    W·z + b is uniform modulo 2π and independent of W·(z' - z), a normal of variance |z - z'|².
    """
    first = 2 * np.pi * rng.random((batch, features))
    second = np.cos(first + distance * rng.standard_normal((batch, features)))
    first = np.cos(first)
    pairs = np.stack([first, second], axis=1)
    return np.asarray(pairs @ pairs.transpose(0, 2, 1) / features)


def _features(cell: Parameters, width: int, batch: int, rng: np.random.Generator) -> Array:
    return fourier_gram(cell["distance"], width, batch, rng)


def _fourier(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    features = cell.get("k") or width
    return sample_fourier(features, distance=cell["distance"], samples=samples, rng=rng).values[:, 0]


def normal_law(cell: Parameters, value: float) -> Normal:
    """The centred normal law whose variance is ``value``."""
    return Normal(value)


def combination_law(cell: Parameters, value: float) -> Normal:
    """The law of a X + b X' for a jointly normal pair of unit variances and covariance ``value``."""
    a, b = cell["combination"]
    return Normal(a * a + b * b + 2 * a * b * value)


def _at_angle(symbol: str, text: str, column: Column) -> Quantity:
    return Quantity(symbol, text, ("angle", "L", "u", "v"), per_cell(column))


#: P[f(x) > 0, f(x') > 0] given the layers below; cells: L, angle.
both_positive = _at_angle("P_both", "P[f(x), f(x') > 0]", _both_positive)

#: 1{X_n > 0}; cells: sequence = reciprocal or output.
positive = Quantity("P_positive", "1{X_n > 0}", (), per_cell(_positive), bounds=(0.0, 1.0))

#: q^v·q'^v/n_v, v hidden layers; cells: v, angle.
gram = replace(_at_angle("Q", "q^v.q'^v/n", _gram), squares=True)
#: The first diagonal entry of P_i P_jᵀ, P = ∂y^v/∂y^u; cells: u, v, angle.
jacobian = replace(_at_angle("PP", "(P P'^T)_11", _jacobian), squares=True)
#: ⟨∂f/∂y^u(x), ∂f/∂y^u(x')⟩; cells: u, L, angle.
gradient = replace(_at_angle("CC", "<C,C'>", _gradient), squares=True)
#: E[f(x) f(x') | q^{L-1}]; cells: L, angle.
output_covariance = replace(_at_angle("ff", "E f(x)f(x')", _output), constant=True, squares=True)
#: ∂f/∂w·∂f'/∂w; cells: L, angle.
tangent = _at_angle("NTK", "K^f", _tangent)
#: The largest eigenvalue of P Pᵀ, P = √(2/n) W Z of width n: 8 rows, or n rows if square; cells: u, v, square.
largest_eigenvalue = Quantity("PP", "largest eigenvalue of P P^T", (), per_cell(_largest))
#: 2 E[σ(a)σ(b)] and 2 E[σ'(a)σ'(b)] at standard deviations s, t; cells: s, t, angle.  The width counts the pairs.
gaussian_relu = Quantity("E_relu", "2 relu(a)relu(b)", (), _gaussian(False))
gaussian_step = Quantity("E_step", "2 1[a>0]1[b>0]", (), _gaussian(True))

#: a V(x) + b V(x') for an entry of V = f(x); cells: L, angle, combination = (a, b).
entry = Quantity("V", "a V(x) + b V(x')", ("L", "angle"), _pairs)
#: a h(u) + b h(u'), n = m; cells: H, L, angle, z_angle, combination.
unit = Quantity("hh", "a h(u) + b h(u')", ("H", "L", "angle", "z_angle"), _pairs)
#: |a^l|²/m at one input, n = m; cells: l, L.
activity = Quantity("R", "|a^l|^2/m", ("L", "l"), per_cell(_activity))
#: E[f⁴ | q^{L-1}] at one input; cells: L.
fourth = Quantity("f4", "f^4", ("L",), per_cell(_fourth))

#: Λ^H(u, u') at finite m, L = 1; cells: H, s = x·x'/n_0, and Σ^0 = ((a, c), (c, d)).
hyper_covariance = Quantity("hh", "Lambda^H(u,u')", ("H", "s", "a", "c", "b"), per_cell(_covariance(_given_gram)))
#: The same for Fourier features of z, m = k; cells: H, s, distance = |z - z'|.
fourier_covariance = Quantity("hp", "Lambda^H(u,u')", ("H", "s", "distance"), per_cell(_covariance(_features)))
#: p(z)·p(z')/k; cells: distance.  The width is k.
features = Quantity("pp", "p(z).p(z')/k", ("distance", "k"), per_cell(_fourier))
feature_norm = Quantity("p2", "|p(z)|^2/k", (), per_cell(_fourier))
