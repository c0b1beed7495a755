"""What printed forms of the identities give on small networks, where they differ from the true ones.

As in :mod:`checks._identities`, every draw returns relative errors against the plain network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, pairwise, permutations
from math import factorial, prod, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from checks._identities import (
    Array,
    Dense,
    Matrices,
    as_network,
    bracket,
    brackets,
    compositions,
    draw_dense,
    layer_terms,
    multinomial,
    relative,
    taylor,
)
from verifier.quantities.check import Draw, Parameters, Quantity

Error = Callable[[Dense, Parameters, np.random.Generator], float]


def _each(error: Error) -> Callable[..., Draw]:
    """A sampler that draws one network a sample and asks every cell's error of it."""

    def draw(
        shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
    ) -> Draw:
        errors = np.zeros((samples, len(cells)))
        for row in range(samples):
            network = draw_dense(shared, width, rng)
            errors[row] = [error(network, cell, rng) for cell in cells]
        return Draw(errors)

    return draw


def _product(network: Dense) -> Callable[[Sequence[npt.NDArray[Any]]], complex]:
    """f^1 … f^H at x_i as a function of the weights, activation patterns fixed."""
    return lambda weights: complex(prod(network.f(weights, 0).tolist()))


def _coefficient(network: Dense, along: Matrices, order: int) -> float:
    """The derivative of f^1 … f^H of this order along one direction."""
    degree = len(network.weights) * len(network.weights[-1])
    found, rho = taylor(_product(network), network.weights, along, degree)
    return float(found[order]) * factorial(order) / rho**order if order <= degree else 0.0


def _factors(network: Dense, cell: Parameters, rng: np.random.Generator) -> float:
    """Eq. (30) without r!/(α_1!…α_H!), along a random direction."""
    depth, outputs, r = len(network.weights), len(network.weights[-1]), cell["r"]
    along = [rng.standard_normal(weight.shape) for weight in network.weights]
    single = brackets(network, along)
    products = {alpha: prod(single[a, d] for d, a in enumerate(alpha)) for alpha in compositions(r, outputs, depth)}
    scale = sum(multinomial(alpha) * abs(value) for alpha, value in products.items())
    return relative([_coefficient(network, along, r) - sum(products.values())], scale)


def derivative(network: Dense, directions: Sequence[Matrices]) -> Array:
    """∇^a f_i^d along a different directions, shape (H,): each is put in the place of another weight matrix."""
    depth = len(network.weights)
    found = np.zeros(len(network.weights[-1]))
    for layers in permutations(range(depth), len(directions)):
        mixed = list(network.weights)
        for layer, direction in zip(layers, directions, strict=True):
            mixed[layer] = direction[layer]
        found += np.asarray(network.f(mixed, 0), dtype=float)
    return found


def _ordered(network: Dense, cell: Parameters, rng: np.random.Generator) -> float:
    """Eq. (30) as an equality of ordered tensors: both sides at r directions, the first α_1 of them for f^1, ….

    The left side by polarisation: r! of a symmetric tensor at V_1…V_r is a signed sum over sums of directions.
    """
    depth, outputs, r = len(network.weights), len(network.weights[-1]), cell["r"]
    directions = [[rng.standard_normal(weight.shape) for weight in network.weights] for _ in range(r)]
    left = 0.0
    for size in range(1, r + 1):
        for chosen in combinations(directions, size):
            total = [sum(parts[1:], parts[0]) for parts in zip(*chosen, strict=True)]
            left += (-1.0) ** (r - size) * _coefficient(network, total, r) / factorial(r)
    right, scale = 0.0, 0.0
    for alpha in compositions(r, outputs, depth):
        ends = np.cumsum((0, *alpha))
        factors = [float(derivative(network, directions[ends[d] : ends[d + 1]])[d]) for d in range(outputs)]
        term = multinomial(alpha) * prod(factors)
        right, scale = right + term, scale + abs(term)
    return relative([left - right], max(scale, abs(left)))


def _layers(
    shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
) -> Draw:
    """Eqs. (40), (46), (48): the sum of Eq. (34) over l in [H]^k, for H <= L, against the derivative of f^0."""
    networks, slopes = [], np.zeros((samples, len(cells), shared["H"]))
    for row in range(samples):
        networks.append(draw_dense(shared, width, rng))
        slopes[row] = rng.standard_normal(slopes.shape[1:])
    depth, outputs, last = shared["L"], shared["H"], len(networks[0].inputs) - 1
    together = as_network(*networks)
    errors = np.zeros((samples, len(cells)))
    for column, cell in enumerate(cells):
        layers, terms = layer_terms(together, networks[0].inputs, slopes[:, column], cell["k"], range(1, depth + 1))
        printed = (layers <= outputs).all(axis=1)
        for row, network in enumerate(networks):
            direct = bracket(network, network.gradient(last, slopes[row, column]), cell["k"])[0]
            total, whole = float(terms[row, printed].sum()), float(terms[row].sum())
            # The sum over [L]^k is Lemma 5; it is evaluated beside, so that a network where both agree is no evidence.
            scale = max(float(np.abs(terms[row]).sum()), abs(direct), abs(whole))
            errors[row, column] = relative([direct - total], scale)
    return Draw(errors)


def _case(network: Dense, cell: Parameters, rng: np.random.Generator) -> float:
    """Eq. (16) with the case test of Eq. (12) as printed: no √2 Z in the last inner factor where l_k = L."""
    layers, outputs = sorted(cell["l"]), (0,) * len(cell["l"])
    last, depth = len(network.inputs) - 1, len(network.weights)
    widths = [weight.shape[1] for weight in network.weights]
    units = np.eye(len(network.weights[-1]))
    gradients = [network.gradient(last, unit) for unit in units]
    mixed = list(network.weights)
    for layer, output in zip(layers, outputs, strict=True):
        mixed[layer - 1] = gradients[output][layer - 1]
    direct = float(network.f(mixed, 0)[0])
    q_i, q_j = network.activations(0), network.activations(last)
    value = float(q_i[layers[0] - 1] @ q_j[layers[0] - 1]) / widths[layers[0] - 1]
    value *= float(network.jacobian(0, layers[-1], depth)[0] @ network.jacobian(last, layers[-1], depth)[0])
    for low, high in pairwise(layers):
        through = network.jacobian(0, low, high - 1)
        if high != depth:
            through = sqrt(2) * network.masks[0][high - 2][:, None] * through
        value *= float(q_j[high - 1] @ through @ network.jacobian(last, low, depth)[0]) / widths[high - 1]
    return relative([direct - value], max(abs(direct), abs(value)))


_NETWORK = ("H", "L", "angle")

#: Eq. (30) without its multinomial factors, and as an equality of ordered tensors; cells: H, L, r.
no_factors_error = Quantity("K", "Eq. (30) without r!/(a_1!..a_H!)", _NETWORK, _each(_factors))
ordered_error = Quantity("K", "Eq. (30) at r different directions", _NETWORK, _each(_ordered))
#: Eq. (40) with l in [H]^k; cells: H <= L, L, k.
misprinted_layers_error = Quantity("K", "Eq. (40), l in [H]^k", _NETWORK, _layers)
#: Eq. (16) with Eq. (12) as printed, all outputs equal; cells: H, L, l.
printed_case_error = Quantity("T", "Eq. (16) with Eq. (12) as printed", _NETWORK, _each(_case))
