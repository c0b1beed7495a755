"""The fully connected network f in the NTK parametrisation, exactly in law, by four kinds of matrices.

    q^0 = x,   y^l = W^l q^{l-1} / sqrt(n_{l-1}),   q^l = c sigma(y^l),   f = y^L,   W^l iid N(0, 1),

with sigma = relu and c = sqrt(2), or sigma the identity and c = 1.  Derivatives are almost-everywhere
derivatives: the activation pattern is held fixed, so f is a polynomial of degree L in the weights.

    dense    every weight is drawn                         any inputs     O(n^2)
    lazy     the weights are met through products          any inputs     O(n)
    stream   activation patterns through their Gram        some inputs    O(n), memory O(1)
    gram     revealed orthonormal bases                    see below      O(1) in n

`gram` serves one relu input, or linear networks with any inputs.  At one relu input the pattern of
layer l is independent of the absolute values, so the number of active neurons is N_l ~ Bin(n_l, 1/2);
inactive neurons never enter; and given the N_l everything in the active spaces is invariant under
their rotations: the law is that of a linear network with widths N_l and gain sqrt(2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from verifier.networks import jets
from verifier.networks.buffers import empty
from verifier.networks.gaussian import GaussianMatrix, VirtualGaussian, combine, dot
from verifier.networks.spaces import Array, EuclideanSpace, RevealedSpace, VectorSpace

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
            back = self.matrices[l].apply_transposed(deltas[0], 1.0 / sqrt(self.widths[l]))
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
                    if y is None:
                        y = combine([overlap], [delta])
                    else:
                        y = combine([np.ones_like(overlap), overlap], [self._fit(l + 1, y), self._fit(l + 1, delta)])
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
        return dot(self._fit(l, a), self._fit(l, b))

    def _product(self, l: int, q: Array) -> Array:
        return self.matrices[l].apply(q, 1.0 / sqrt(self.widths[l]))

    def _activate(self, y: Array, mask: Array | None) -> Array:
        if mask is None:
            return y if self.gain == 1.0 else np.multiply(y, self.gain, out=empty(y.shape, y.dtype))
        result = np.multiply(y, mask, out=empty(y.shape, y.dtype))
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
        self.spaces: list[VectorSpace] = [EuclideanSpace(batch, widths[0])]
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
