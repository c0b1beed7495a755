"""Identities at finite width, evaluated in two independent ways on networks that are drawn whole.

Every draw returns relative errors, shape (samples, cells).  One side is the plain network: its weights are moved
along a direction with the activation pattern fixed, and Taylor coefficients are read off a circle in the complex
plane.  The other side is the formula of the paper.  A coefficient's error is measured against the size of the formula's
terms on that circle, so that cancellation between terms is not mistaken for disagreement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise, product
from math import cos, factorial, pi, prod, sin, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.networks.correlations import hypernetwork_terms, layered
from verifier.networks.gaussian import DenseGaussian
from verifier.networks.hypernetwork import ImplicitNetwork
from verifier.networks.mlp import Network
from verifier.quantities.check import Draw, Parameters, Quantity

Array = npt.NDArray[np.float64]
Matrices = list[Array]


@dataclass(frozen=True)
class Dense:
    """One network f with H outputs, drawn whole, at x_i and x_j; h has one neuron a layer."""

    weights: Matrices  # W^1..W^L
    inputs: Array  # rows x_i, x_j (one row where they are equal)
    z: tuple[float, float]

    @cached_property
    def masks(self) -> list[list[Array]]:
        """For each input the activation patterns of layers 1..L-1."""
        found = []
        for x in self.inputs:
            q, patterns = x, []
            for weight in self.weights[:-1]:
                y = weight @ q / sqrt(weight.shape[1])
                patterns.append((y > 0).astype(float))
                q = sqrt(2) * np.maximum(y, 0)
            found.append(patterns)
        return found

    def f(self, weights: Sequence[npt.NDArray[Any]], which: int) -> npt.NDArray[Any]:
        """The outputs at an input with other weights and the same activation pattern, shape (H,)."""
        q: npt.NDArray[Any] = self.inputs[which]
        for weight, mask in zip(weights[:-1], self.masks[which], strict=True):
            q = sqrt(2) * mask * (weight @ q) / sqrt(weight.shape[1])
        return weights[-1] @ q / sqrt(weights[-1].shape[1])

    def activations(self, which: int) -> list[Array]:
        """q^0 … q^{L-1} at an input."""
        q = [self.inputs[which]]
        for weight, mask in zip(self.weights[:-1], self.masks[which], strict=True):
            q.append(sqrt(2) * mask * (weight @ q[-1]) / sqrt(weight.shape[1]))
        return q

    def jacobian(self, which: int, low: int, high: int) -> Array:
        """P^{low → high} = ∂y^high/∂y^low at an input, shape (n_high, n_low)."""
        found = np.eye(len(self.weights[low - 1]))
        for l in range(low, high):
            step = sqrt(2) * self.weights[l] * self.masks[which][l - 1] / sqrt(self.weights[l].shape[1])
            found = step @ found
        return found

    def gradient(self, which: int, cotangent: Array) -> Matrices:
        """The gradient of <cotangent, f> at an input, matrix by matrix."""
        q = self.activations(which)
        delta, found = cotangent, list[Array]()
        for l in range(len(self.weights) - 1, -1, -1):
            found.insert(0, np.outer(delta, q[l]) / sqrt(len(q[l])))
            if l:
                delta = sqrt(2) * self.masks[which][l - 1] * (self.weights[l].T @ delta) / sqrt(len(q[l]))
        return found

    def alive(self, which: int) -> float:
        """The product of the derivatives of g's activations, 2^((H-1)/2) on the live event and 0 off it."""
        g = self.z[which]
        for output in np.asarray(self.f(self.weights, which), dtype=float)[:-1].tolist():
            g *= output
            if g <= 0:
                return 0.0
        return sqrt(2.0) ** (len(self.weights[-1]) - 1)

    def slopes(self, which: int) -> Array:
        """h^d = dh / df^d, Eq. (33)."""
        outputs = np.asarray(self.f(self.weights, which), dtype=float)
        return np.array(
            [self.z[which] * self.alive(which) * prod(np.delete(outputs, d).tolist()) for d in range(len(outputs))]
        )


def draw_dense(shared: Parameters, width: int, rng: np.random.Generator) -> Dense:
    """A network for ``shared``: H outputs, depth L, hidden layers near ``width`` but not all equal."""
    depth, outputs, angle = shared["L"], shared["H"], pi * shared.get("angle", 0) / 180
    hidden = [width + l % 2 for l in range(depth - 1)]
    sizes = [2, *hidden, outputs]
    weights = [rng.standard_normal((rows, columns)) for columns, rows in pairwise(sizes)]
    rows = [[1.0, 0.0]] if angle == 0 else [[1.0, 0.0], [cos(angle), sin(angle)]]
    z_i, z_j = shared.get("z", (1, 1))
    return Dense(weights, sqrt(2.0) * np.array(rows), (float(z_i), float(z_j)))


def taylor(
    function: Callable[[Sequence[npt.NDArray[Any]]], complex], weights: Matrices, along: Matrices, degree: int
) -> tuple[Array, float]:
    """Taylor coefficients 0..degree of function(W + t V), a polynomial in t, times rho^k, and rho.

    Evaluated on the circle |t| = rho, where W and tV are of one size, by the discrete Fourier transform.
    """
    size = sqrt(sum(float((v**2).sum()) for v in along))
    rho = sqrt(sum(float((w**2).sum()) for w in weights)) / size if size else 1.0
    points = 2 * (degree + 1)
    values = [
        function([w + rho * np.exp(2j * pi * k / points) * v for w, v in zip(weights, along, strict=True)])
        for k in range(points)
    ]
    return np.fft.fft(np.array(values)).real[: degree + 1] / points, rho


def compositions(total: int, parts: int, largest: int) -> Iterator[tuple[int, ...]]:
    """Tuples of ``parts`` integers from 0 to ``largest`` that add up to ``total``."""
    if parts == 1:
        if total <= largest:
            yield (total,)
        return
    for first in range(min(total, largest) + 1):
        for rest in compositions(total - first, parts - 1, largest):
            yield (first, *rest)


def multinomial(alpha: Sequence[int]) -> int:
    """r! / (alpha_1! ... alpha_H!) for r the sum of ``alpha``."""
    return factorial(sum(alpha)) // prod(factorial(a) for a in alpha)


def brackets(network: Dense, along: Matrices) -> Array:
    """<grad^a f_i^d, V^a> for a = 0..L, shape (L+1, H): a! times a sum over a-subsets of the layers.

    f is linear in each W^l on a cell, so a derivative in distinct layers puts V^l in place of W^l.
    """
    return np.array([bracket(network, along, order) for order in range(len(network.weights) + 1)])


def bracket(network: Dense, along: Matrices, order: int) -> Array:
    """<grad^a f_i^d, V^a> for a = ``order``, shape (H,); see `brackets`."""
    depth = len(network.weights)
    found = np.zeros(len(network.weights[-1]))
    for layers in combinations(range(depth), order):
        mixed = [along[l] if l in layers else network.weights[l] for l in range(depth)]
        found += factorial(order) * np.asarray(network.f(mixed, 0), dtype=float)
    return found


def _lemma4(
    shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
) -> Draw:
    errors = np.zeros((samples, len(cells)))
    for row in range(samples):
        network = draw_dense(shared, width, rng)
        depth, outputs = len(network.weights), len(network.weights[-1])
        along = network.gradient(len(network.inputs) - 1, network.slopes(len(network.inputs) - 1))
        factor = network.z[0] * network.alive(0)
        plain, rho = taylor(_product(network, factor), network.weights, along, depth * outputs)
        single = brackets(network, along)
        sampled = _sampled(network, [cell["r"] for cell in cells])
        sides, scale = [], 0.0
        for cell in cells:
            r = cell["r"]
            terms = [
                factor * multinomial(alpha) * prod(single[a, d] for d, a in enumerate(alpha))
                for alpha in compositions(r, outputs, depth)
            ]
            weight = rho**r / factorial(r)
            sides.append((sum(terms) * weight, weight))
            scale = max(scale, sum(abs(term) for term in terms) * weight, abs(plain[r]) if r < len(plain) else 0.0)
        for column, (cell, (formula, weight)) in enumerate(zip(cells, sides, strict=True)):
            r = cell["r"]
            direct = plain[r] if r < len(plain) else 0.0
            other = sampled[column] * weight
            errors[row, column] = relative([direct - formula, other - formula], scale)
    return Draw(errors)


def _product(network: Dense, factor: float) -> Callable[[Sequence[npt.NDArray[Any]]], complex]:
    """h at x_i as a function of the weights, activation patterns fixed."""
    return lambda weights: complex(factor * prod(network.f(weights, 0).tolist()))


def _output(network: Dense) -> Callable[[Sequence[npt.NDArray[Any]]], complex]:
    """f^0 at x_i as a function of the weights, activation pattern fixed."""
    return lambda weights: complex(network.f(weights, 0)[0])


def _sampled(network: Dense, orders: Sequence[int]) -> Array:
    """K^(r) by the jets that the samplers use, on the same weights."""
    implicit = ImplicitNetwork(len(network.weights[-1]), 1, 1)
    z = (np.array([network.z[0]]), np.array([network.z[1]]))
    values, _ = hypernetwork_terms(as_network(network), implicit, network.inputs, z, orders)
    return values[0]


def _lemma5(
    shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
) -> Draw:
    errors = np.zeros((samples, len(cells)))
    for row in range(samples):
        network = draw_dense(shared, width, rng)
        depth, outputs = len(network.weights), len(network.weights[-1])
        last = len(network.inputs) - 1
        # Not only where h is alive: for the identity h^d may be any numbers, and these never vanish.
        slopes = rng.standard_normal(outputs)
        along = network.gradient(last, slopes)
        plain, rho = taylor(_output(network), network.weights, along, depth)
        sides, scale = [], 0.0
        for cell in cells:
            total, size = layer_sum(network, slopes, cell["k"], range(1, depth + 1))
            weight = rho ** cell["k"] / factorial(cell["k"])
            sides.append(total * weight)
            scale = max(scale, size * weight, abs(plain[cell["k"]]))
        for column, cell in enumerate(cells):
            errors[row, column] = relative([plain[cell["k"]] - sides[column]], scale)
    return Draw(errors)


def _layer_term(
    shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
) -> Draw:
    errors = np.zeros((samples, len(cells)))
    outputs = 1 + max([shared["d"], *(output for cell in cells for output in cell["ds"])])
    for row in range(samples):
        network = draw_dense({**shared, "H": outputs}, width, rng)
        last = len(network.inputs) - 1
        units = np.eye(outputs)
        gradients = [network.gradient(last, unit) for unit in units]
        terms = [(tuple(cell["l"]), tuple(cell["ds"])) for cell in cells]
        most = max(len(layers) for layers, _ in terms)
        formula, _ = layered(as_network(network), network.inputs, [0] + [last] * most, terms, shared["d"], outputs)
        for column, (layers, ds) in enumerate(terms):
            mixed = list(network.weights)
            for layer, output in zip(layers, ds, strict=True):
                mixed[layer - 1] = gradients[output][layer - 1]
            direct = float(network.f(mixed, 0)[shared["d"]])
            errors[row, column] = relative([direct - float(formula[0, column])], _size(network, mixed))
    return Draw(errors)


def _size(network: Dense, weights: Matrices) -> float:
    """A bound on |f| from the matrices' norms: rounding is relative to this, not to a small result."""
    return float(np.linalg.norm(network.inputs[0])) * prod(
        sqrt(2) * float(np.linalg.norm(weight)) / sqrt(weight.shape[1]) for weight in weights
    )


def as_network(*networks: Dense) -> Network:
    """The same weights, of networks of the same widths, in the form that the samplers work on."""
    matrices = [DenseGaussian(np.array(weights)) for weights in zip(*(one.weights for one in networks), strict=True)]
    return Network([weight.shape[1] for weight in networks[0].weights], matrices, len(networks))


def layer_sum(network: Dense, slopes: Array, order: int, layers: Iterable[int]) -> tuple[float, float]:
    """The sum of Eq. (34) for f^0, and the sum of the absolute values of its terms."""
    products = layer_terms(as_network(network), network.inputs, slopes[None], order, layers)[1][0].tolist()
    return sum(products), sum(abs(p) for p in products)


def layer_terms(
    network: Network, inputs: Array, slopes: Array, order: int, layers: Iterable[int]
) -> tuple[npt.NDArray[np.int64], Array]:
    """The layers l of the terms of Eq. (34) for f^0, shape (terms, k), and the terms, shape (batch, terms).

    slopes: h^d of each network, shape (batch, H).
    """
    outputs, last = slopes.shape[1], len(inputs) - 1
    terms = [(l, ds) for l in product(layers, repeat=order) for ds in product(range(outputs), repeat=order)]
    values, _ = layered(network, inputs, [0] + [last] * order, terms, 0, outputs)
    weights = slopes[:, np.array([ds for _, ds in terms], dtype=np.int64).reshape(len(terms), order)].prod(axis=2)
    return np.array([l for l, _ in terms], dtype=np.int64).reshape(len(terms), order), weights * values


def relative(differences: Sequence[float], scale: float) -> float:
    """The largest difference in units of ``scale``."""
    largest = max(abs(d) for d in differences)
    return largest / scale if scale else largest


#: Lemma 4, Eq. (29): K^(r) as a multinomial sum, against the plain network and against the samplers' jets.
lemma4_error = Quantity("K", "error of Eq. (29)", ("H", "L", "angle", "z"), _lemma4)

#: Lemma 5, Eq. (34): <grad^k f^d, (grad h)^k> as a sum over layers and outputs; cells: d = 1, H, L, k.
lemma5_error = Quantity("K", "error of Eq. (34)", ("H", "L", "angle"), _lemma5)

#: Eq. (16): T^(l,d) by products of layers, against f with W^l replaced by a gradient; cells: L, d, l, ds.
layer_error = Quantity("T", "error of Eq. (16)", ("L", "d", "angle"), _layer_term)
