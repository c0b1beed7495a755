"""Smooth activations: truncated Taylor series of a network, and T^r for tanh, erf, softplus and GELU.

    q^0 = x,   y^l = W^l q^{l-1} / sqrt(n_{l-1}),   q^l = phi(y^l),   f = y^L,   W^l iid N(0, 1),

with no factor in front of phi (ReLU networks here carry a sqrt(2)), and

    tanh      phi(y) = tanh y                       softplus   phi(y) = log(1 + e^y)
    erf       phi(y) = erf y                        gelu       phi(y) = y Phi(y), Phi the normal distribution

The composition of phi with a power series y(t) (Faa di Bruno's formula) follows from the differential
equation of phi, one coefficient from the earlier ones: k s_k = sum_j j y_j p_{k-j} for s = phi(y), where
p is the series of phi'(y).  There is no largest order: T^r does not vanish for r > L.  One hidden layer:

    T^r = n^{-(r+1)/2} sum_a psi_r(W^2_a, y_a),  psi_r = v phi^(r)(y) (k v phi'(y'))^r
                                                         + r phi(y') phi^(r-1)(y) (k v phi'(y'))^(r-1)

with k = x_0.x_1 / n_0, a sum of independent terms.  So E T^r = n^{-(r-1)/2} E psi_r for odd r, and for even
r, where E psi_r = 0, the root mean square is exactly proportional to n^{-r/2}: T^r is of order
n^{-floor(r/2)}, where piecewise linear activations give n^{-(r-1)} and 0 for r > L.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import factorial, pi, sqrt

import numpy as np
from scipy import special

from verifier.networks.draws import Draw, batch_size, collect
from verifier.networks.gaussian import DenseGaussian, GaussianMatrix, LazyGaussian
from verifier.networks.mlp import Direction
from verifier.networks.request import Widths, checked_orders, hidden_widths, input_pair, whole
from verifier.networks.spaces import Array

Series = list[Array]  # coefficients of t^0, t^1, ...; a series that is shorter than asked for is a polynomial
DENSE_BELOW = 48  # inner widths up to which drawing the matrices is the fastest way


def _product(a: Series, b: Series, k: int) -> Array:
    """The coefficient of t^k of the product of two series."""
    total = np.zeros_like(a[0])
    for j in range(max(0, k - len(b) + 1), min(k, len(a) - 1) + 1):
        total += a[j] * b[k - j]
    return total


def _integrated(y: Series, p: Series, k: int) -> Array:
    """The coefficient of t^k of s, where s' = p y' (k >= 1)."""
    total = np.zeros_like(y[0])
    for j in range(1, min(k, len(y) - 1) + 1):
        total += j * y[j] * p[k - j]
    return total / k


def _exponential(w: Series, order: int) -> Series:
    """exp(w)."""
    found = [np.exp(w[0])]
    for k in range(1, order + 1):
        found.append(_integrated(w, found, k))
    return found


def _tanh(y: Series, order: int) -> tuple[Series, Series]:
    s = [np.tanh(y[0])]
    p = [1.0 - s[0] ** 2]  # tanh' = 1 - tanh^2
    for k in range(1, order + 1):
        s.append(_integrated(y, p, k))
        p.append(-_product(s, s, k))
    return s, p


def _softplus(y: Series, order: int) -> tuple[Series, Series]:
    s, p = [np.logaddexp(0.0, y[0])], [special.expit(y[0])]
    slope = [p[0] * special.expit(-y[0])]  # of the logistic function, p - p^2 without cancellation
    for k in range(1, order + 1):
        s.append(_integrated(y, p, k))
        p.append(_integrated(y, slope, k))
        slope.append(p[k] - _product(p, p, k))
    return s, p


def _normal(y: Series, order: int, scale: float, factor: float) -> Series:
    """factor exp(-scale y^2)."""
    square = [-scale * _product(y, y, k) for k in range(order + 1)]
    return [factor * term for term in _exponential(square, order)]


def _erf(y: Series, order: int) -> tuple[Series, Series]:
    p = _normal(y, order, 1.0, 2.0 / sqrt(pi))
    return [special.erf(y[0]), *(_integrated(y, p, k) for k in range(1, order + 1))], p


def _gelu(y: Series, order: int) -> tuple[Series, Series]:
    density = _normal(y, order, 0.5, 1.0 / sqrt(2.0 * pi))
    phi = [special.ndtr(y[0]), *(_integrated(y, density, k) for k in range(1, order + 1))]
    s = [_product(y, phi, k) for k in range(order + 1)]
    return s, [phi[k] + _product(y, density, k) for k in range(order + 1)]


ACTIVATIONS: dict[str, Callable[[Series, int], tuple[Series, Series]]] = {
    "tanh": _tanh,
    "erf": _erf,
    "softplus": _softplus,
    "gelu": _gelu,
}


def compose(activation: str, y: Sequence[Array], order: int) -> tuple[Series, Series]:
    """The series of phi(y(t)) and of phi'(y(t)), up to t^order.

    y: coefficients of t^0, t^1, ..., arrays of one shape.  Raises ValueError for an unknown activation, an
    order that is not a whole number >= 0, or an empty series.
    """
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation is {activation!r}: it must be one of {', '.join(ACTIVATIONS)}")
    if not y:
        raise ValueError("y is an empty series: give at least the coefficient of t^0")
    return ACTIVATIONS[activation](list(y), whole("order", order, 0))


@dataclass(frozen=True)
class SmoothPass:
    """One forward pass: q^0..q^{L-1}, y^1..y^{L-1}, phi'(y^l), and f; arrays of shape (batch, width)."""

    q: tuple[Array, ...]
    y: tuple[Array, ...]
    slopes: tuple[Array, ...]
    f: Array


class SmoothNetwork:
    """A batch of independent networks with a smooth activation, met through matrices that are given.

    widths: (n_0, ..., n_{L-1}); matrices: W^1..W^L.
    """

    def __init__(self, widths: Sequence[int], matrices: Sequence[GaussianMatrix], batch: int, activation: str) -> None:
        self.widths, self.matrices, self.batch = tuple(widths), list(matrices), batch
        self.activation = activation

    def forward(self, x: Array) -> SmoothPass:
        """The pass at one input, shape (n_0,)."""
        q, ys, slopes = [np.broadcast_to(x, (self.batch, x.size)).copy()], [], []
        for l, width in enumerate(self.widths[:-1]):
            ys.append(self.matrices[l].apply(q[-1]) / sqrt(width))
            (value, *_), (slope, *_) = compose(self.activation, [ys[-1]], 0)
            q.append(value)
            slopes.append(slope)
        return SmoothPass(tuple(q), tuple(ys), tuple(slopes), self.matrices[-1].apply(q[-1]) / sqrt(self.widths[-1]))

    def backward(self, at: SmoothPass, cotangent: Array) -> Direction:
        """The gradient of <cotangent, f>; cotangent: shape (batch, outputs)."""
        deltas = [cotangent]
        for l in range(len(self.widths) - 1, 0, -1):
            back = self.matrices[l].apply_transposed(deltas[0]) / sqrt(self.widths[l])
            deltas.insert(0, at.slopes[l - 1] * back)
        return Direction(at.q, tuple(deltas))

    def series(self, at: SmoothPass, direction: Direction, order: int) -> Series:
        """Coefficients of t^0..t^order of f(w + t v), each of shape (batch, outputs)."""
        q: Series = [at.q[0]]
        for l, width in enumerate(self.widths):
            delta, last = direction.deltas[l], l == len(self.widths) - 1
            assert delta is not None
            y: Series = [at.f if last else at.y[l]]
            for k in range(1, min(order, len(q)) + 1):
                term = (np.einsum("bd,bd->b", direction.q[l], q[k - 1]) / width)[:, None] * delta
                y.append(term if k == len(q) else term + self.matrices[l].apply(q[k]) / sqrt(width))
            q = y if last else compose(self.activation, y, order)[0]
        return q


def smooth_star(network: SmoothNetwork, inputs: Array, orders: Sequence[int]) -> Array:
    """T^r for all r in orders on a given network with one output; inputs: rows x_0, x_1, or one row."""
    passes = [network.forward(x) for x in inputs]
    order = max(orders)
    direction = network.backward(passes[-1], np.ones((network.batch, 1)))
    series = network.series(passes[0], direction, order)
    zero = np.zeros(network.batch)
    # A linear f (depth 1) is a short series.
    return np.stack([factorial(r) * series[r][:, 0] if r < len(series) else zero for r in orders], axis=1)


def sample_smooth_T(
    depth: int,
    widths: Widths,
    orders: Sequence[int],
    *,
    activation: str,
    angle: float = 0.0,
    samples: int,
    rng: np.random.Generator,
    sampler: str = "auto",
) -> Draw:
    """T^r(x_0; x_1, ..., x_1) of networks with a smooth activation, for every r in orders.  Eq. (5).

    activation: "tanh", "erf", "softplus" or "gelu"; angle: degrees between x_0 and x_1, |x|^2 = n_0;
    sampler: "auto", "dense" or "lazy"; the rest as in `sample_T`.  Any order r >= 0; time O(r n) + O(r^2 n)
    a layer.  Returns a Draw with values (samples, orders).  Raises ValueError outside these ranges.
    """
    depth, samples = whole("depth", depth, 1), whole("samples", samples, 1)
    hidden, orders, rows = hidden_widths(depth, widths), checked_orders(orders), input_pair(angle)
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation is {activation!r}: it must be one of {', '.join(ACTIVATIONS)}")
    if sampler not in ("auto", "dense", "lazy"):
        raise ValueError(f"sampler is {sampler!r}: it must be one of auto, dense, lazy")
    sizes = [rows.shape[1], *hidden, 1]

    def make(lines: int, columns: int, batch: int, stream: np.random.Generator) -> GaussianMatrix:
        if sampler == "dense" or (sampler == "auto" and min(lines, columns) <= DENSE_BELOW):
            return DenseGaussian.draw(batch, lines, columns, stream)
        return LazyGaussian(batch, lines, columns, stream)

    def draw(batch: int, stream: np.random.Generator) -> Array:
        matrices = [make(lines, columns, batch, stream) for columns, lines in pairwise(sizes)]
        return smooth_star(SmoothNetwork(sizes[:-1], matrices, batch, activation), rows, orders)

    largest = max(a * (b if min(a, b) <= DENSE_BELOW or sampler == "dense" else 1) for a, b in pairwise(sizes))
    values = collect(samples, batch_size(largest, *hidden), rng, draw)
    meta = {
        "quantities": tuple(f"T({r})" for r in orders), "sampler": sampler, "depth": depth, "widths": hidden,
        "angle": angle, "activation": activation,
    }  # fmt: skip
    return Draw(values, None, meta)
