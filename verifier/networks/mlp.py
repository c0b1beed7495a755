"""The fully connected network f in the NTK parametrisation, exactly in law, by four kinds of matrices.

    q^0 = x,   y^l = W^l q^{l-1} / sqrt(n_{l-1}),   q^l = c sigma(y^l),   f = y^L,   W^l iid N(0, 1),

with sigma = relu and c = sqrt(2), or sigma the identity and c = 1.  Derivatives are almost-everywhere
derivatives: the activation pattern is held fixed, so f is a polynomial of degree L in the weights.

    dense    every weight is drawn                         any inputs     O(n^2)
    lazy     the weights are met through products          any inputs     O(n)
    stream   activation patterns through their Gram        two inputs     O(n), less memory
    gram     revealed orthonormal bases                    see below      O(1) in n

`gram` serves one relu input, or linear networks with any inputs.  At one relu input the pattern of
layer l is independent of the absolute values, so the number of active neurons is N_l ~ Bin(n_l, 1/2);
inactive neurons never enter; and given the N_l everything in the active spaces is invariant under
their rotations: the law is that of a linear network with widths N_l and gain sqrt(2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np

from verifier.networks import jets
from verifier.networks.gaussian import DenseGaussian, GaussianMatrix, LazyGaussian, VirtualGaussian
from verifier.networks.sectors import PATTERNS, pattern_coordinates
from verifier.networks.spaces import Array, EuclideanSpace, RevealedSpace, Space

KINDS = ("dense", "lazy", "stream", "gram")
GAINS = {"relu": sqrt(2.0), "linear": 1.0}


@dataclass(frozen=True)
class Pass:
    """One forward pass: q^0..q^{L-1}, the masks of layers 1..L-1 (None: all active), and f.

    Arrays have shape (batch, coordinates of the layer); f has shape (batch, outputs).
    """

    q: tuple[Array, ...]
    masks: tuple[Array | None, ...]
    f: Array


@dataclass(frozen=True)
class Direction:
    """A direction v in weight space with v^l = delta^l (q^{l-1})^T / sqrt(n_{l-1}): a gradient of outputs.

    deltas: delta^1..delta^L, the derivatives with respect to y^1..y^L; None where v^l = 0.
    """

    q: tuple[Array, ...]
    deltas: tuple[Array | None, ...]


def _dot(a: Array, b: Array) -> Array:
    return np.einsum("bd,bd->b", a, b)


class Network:
    """A batch of independent random networks met through matrices that are given.

    widths: (n_0, ..., n_{L-1}).  matrices: W^1..W^L.  activation: "relu" or "linear".  masked: whether
    the activation pattern is read off the preactivations; False where all coordinates are active.
    """

    def __init__(
        self,
        widths: Sequence[int],
        matrices: Sequence[GaussianMatrix],
        batch: int,
        activation: str = "relu",
        *,
        masked: bool | None = None,
    ) -> None:
        self.widths = tuple(widths)
        self.matrices = list(matrices)
        self.batch = batch
        self.gain = GAINS[activation]
        self.masked = activation == "relu" if masked is None else masked

    @property
    def depth(self) -> int:
        """L."""
        return len(self.widths)

    def forward(self, inputs: Array) -> list[Pass]:
        """One pass for each row of inputs, shape (J, n_0)."""
        return [self._forward(np.broadcast_to(x, (self.batch, x.size)).copy()) for x in inputs]

    def _forward(self, x: Array) -> Pass:
        q, masks = [x], []
        for l in range(self.depth - 1):
            y = self._product(l, q[l])
            mask = (y > 0.0).astype(float) if self.masked else None
            masks.append(mask)
            q.append(self._activate(y, mask))
        return Pass(tuple(q), tuple(masks), self._product(self.depth - 1, q[-1]))

    def backward(self, at: Pass, cotangent: Array) -> Direction:
        """The gradient of <cotangent, f>, as a direction; cotangent: shape (batch, outputs)."""
        deltas = [cotangent]
        for l in range(self.depth - 1, 0, -1):
            back = self.matrices[l].apply_transposed(deltas[0]) / sqrt(self.widths[l])
            deltas.insert(0, self._activate(back, at.masks[l - 1]))
        return Direction(at.q, tuple(deltas))

    def jet(self, at: Pass, directions: Sequence[Direction], bounds: Sequence[int]) -> jets.Jet:
        """Taylor coefficients of f(w + sum_j t_j v_j) at the pass's input, all a <= bounds with |a| <= L.

            y_a = W q_a / sqrt(n) + sum_j delta_j <q_j, q_{a - e_j}> / n,   q_a = c mask y_a,

        masks fixed; y^l has degree l.  Returns {a: (batch, outputs)}.
        """
        zero = (0,) * len(bounds)
        previous: jets.Jet = {zero: at.q[0]}
        for l in range(self.depth):
            last = l == self.depth - 1
            current: jets.Jet = {zero: at.f if last else at.q[l + 1]}
            for a in jets.indices(bounds, l + 1)[1:]:
                y = self._product(l, previous[a]) if a in previous else None
                for j, direction in enumerate(directions):
                    lower, delta = jets.lowered(a, j), direction.deltas[l]
                    if lower is None or lower not in previous or delta is None:
                        continue
                    overlap = self.inner(l, direction.q[l], previous[lower]) / self.widths[l]
                    term = overlap[:, None] * delta
                    y = term if y is None else self._fit(l + 1, y) + self._fit(l + 1, term)
                if y is not None:
                    current[a] = y if last else self._activate(y, at.masks[l])
            previous = current
        return previous

    def push(self, at: Pass, vector: Array, start: int, stop: int) -> Array:
        """C^{start -> stop} v: the derivative of q^stop with respect to y^start (1 <= start <= stop < L)."""
        result = self._activate(vector, at.masks[start - 1])
        for l in range(start, stop):
            result = self._activate(self._product(l, result), at.masks[l])
        return result

    def inner(self, l: int, a: Array, b: Array) -> Array:
        """<a, b> for two vectors of layer l (q^l, y^l or delta^l): shape (batch,)."""
        return _dot(self._fit(l, a), self._fit(l, b))

    def _product(self, l: int, q: Array) -> Array:
        y = self.matrices[l].apply(q)
        y /= sqrt(self.widths[l])
        return y

    def _activate(self, y: Array, mask: Array | None) -> Array:
        if mask is None:
            return self.gain * y if self.gain != 1.0 else y
        result = y * mask
        if self.gain != 1.0:
            result *= self.gain
        return result

    def _fit(self, l: int, vector: Array) -> Array:
        """Vectors of layer l, padded to a common length where the layer keeps a growing basis."""
        return vector


class VirtualNetwork(Network):
    """A network whose layers are revealed spaces; `masked` is False, all revealed coordinates are active."""

    def __init__(
        self,
        widths: Sequence[int],
        outputs: int,
        batch: int,
        activation: str,
        rng: np.random.Generator,
    ) -> None:
        self.spaces: list[Space] = [EuclideanSpace(batch, widths[0])]
        for n in widths[1:]:
            active = rng.binomial(n, 0.5, size=batch) if activation == "relu" else np.full(batch, n)
            self.spaces.append(RevealedSpace(active[:, None].astype(float), capacity=len(widths) + 2))
        self.spaces.append(EuclideanSpace(batch, outputs))
        matrices = [
            VirtualGaussian(target, source, rng)
            for source, target in zip(self.spaces[:-1], self.spaces[1:], strict=True)
        ]
        super().__init__(widths, matrices, batch, activation, masked=False)

    def _fit(self, l: int, vector: Array) -> Array:
        return self.spaces[l].fit(vector)


class StreamedNetwork(Network):
    """A relu network at exactly two inputs, its layers summed over live activation patterns."""

    def __init__(self, widths: Sequence[int], outputs: int, batch: int, rng: np.random.Generator) -> None:
        super().__init__(widths, [], batch, "relu")
        self.rng = rng
        self.spaces: list[Space] = [EuclideanSpace(batch, widths[0])]
        self.outputs = outputs

    def _fit(self, l: int, vector: Array) -> Array:
        return self.spaces[l].fit(vector)

    def forward(self, inputs: Array) -> list[Pass]:
        """Both passes at once, because a layer is drawn from both of its inputs; callable once."""
        if self.matrices or len(inputs) != 2:
            raise ValueError("a streamed network is run forward once, at two inputs")
        q = [[np.broadcast_to(x, (self.batch, x.size)).copy() for x in inputs]]
        masks: list[tuple[Array, Array]] = []
        for n, n_next in zip(self.widths[:-1], self.widths[1:], strict=True):
            basis, triangle = _orthonormal_pair(*q[-1])
            sizes, *answers = pattern_coordinates(triangle, n_next, self.rng)
            space = RevealedSpace(sizes, revealed=2, capacity=self.depth + 4)
            # A zero query (a dead or a dependent input) has a zero answer.
            live = [np.any(e != 0.0, axis=1)[:, None] for e in basis]
            answers = [space.fit(a) * is_live for a, is_live in zip(answers, live, strict=True)]
            matrix = VirtualGaussian(space, self.spaces[-1], self.rng)
            matrix.observe(basis, answers)
            self.matrices.append(matrix)
            self.spaces.append(space)
            # One entry a pattern; repeated over the basis vectors of the patterns' spaces when used.
            bits = np.array(PATTERNS, dtype=float)
            masks.append((bits[:, 0], bits[:, 1]))
            ys = [
                (triangle[:, 0, j, None] * answers[0] + triangle[:, 1, j, None] * answers[1]) / sqrt(n)
                for j in range(2)
            ]
            q.append([self._activate(y, mask) for y, mask in zip(ys, masks[-1], strict=True)])
        self.spaces.append(EuclideanSpace(self.batch, self.outputs))
        self.matrices.append(VirtualGaussian(self.spaces[-1], self.spaces[-2], self.rng))
        return [
            Pass(
                tuple(layer[j] for layer in q),
                tuple(pair[j] for pair in masks),
                self._product(self.depth - 1, q[-1][j]),
            )
            for j in range(2)
        ]

    def _activate(self, y: Array, mask: Array | None) -> Array:
        assert mask is not None
        return self.gain * y * np.tile(mask, y.shape[1] // mask.size)


def _orthonormal_pair(a: Array, b: Array) -> tuple[list[Array], Array]:
    """Orthonormal (or zero) e_0, e_1 and R (batch, 2, 2) with a = R_00 e_0, b = R_01 e_0 + R_11 e_1."""
    length = np.sqrt(_dot(a, a))
    e_0 = a / np.where(length > 0.0, length, 1.0)[:, None]
    along = _dot(e_0, b)
    rest = b - along[:, None] * e_0
    correction = _dot(e_0, rest)  # a second pass, for nearly parallel vectors
    rest = rest - correction[:, None] * e_0
    along = along + correction
    height = np.sqrt(_dot(rest, rest))
    height = np.where(height > 1e-13 * np.sqrt(_dot(b, b)), height, 0.0)
    e_1 = rest * np.where(height > 0.0, 1.0 / np.where(height > 0.0, height, 1.0), 0.0)[:, None]
    triangle = np.zeros((a.shape[0], 2, 2))
    triangle[:, 0, 0], triangle[:, 0, 1], triangle[:, 1, 1] = length, along, height
    return [e_0, e_1], triangle


def build(
    kind: str,
    widths: Sequence[int],
    outputs: int,
    batch: int,
    rng: np.random.Generator,
    activation: str = "relu",
) -> Network:
    """A batch of random networks of the given kind; widths (n_0, ..., n_{L-1})."""
    if kind == "gram":
        return VirtualNetwork(widths, outputs, batch, activation, rng)
    if kind == "stream":
        return StreamedNetwork(widths, outputs, batch, rng)
    sizes = [*widths, outputs]
    if kind not in ("dense", "lazy"):
        raise ValueError(f"unknown sampler {kind!r}: one of {', '.join(KINDS)}")
    make: Callable[..., GaussianMatrix] = LazyGaussian if kind == "lazy" else DenseGaussian.draw
    matrices = [make(batch, rows, columns, rng) for columns, rows in pairwise(sizes)]
    return Network(widths, matrices, batch, activation)
