"""Kernel regression with the hyperkernel on many inputs, in a bounded memory.  Section 1.2, Eq. (1) of the supplement.

    prediction(u) = (Theta^h(u, u_1), ..., Theta^h(u, u_N)) (Theta^h(U, U) + ridge I)^{-1} Y

Double precision; the matrix is made and factorised in tiles (:mod:`verifier.networks.tiles`), in memory or, where that
is too small, in a file.  The condition number is estimated in the 1-norm after Hager and Higham, from a few solutions;
a matrix that is not positive definite in double precision, or nearly so, is reported with the ridge that would do.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse.linalg import LinearOperator, onenormest

from verifier.networks.limits import Hyperkernel, Inputs
from verifier.networks.tiles import Indefinite, InMemory, Symmetric, in_file

Array = npt.NDArray[np.float64]
#: Rows of a tile in memory: products of tiles of this size take BLAS as fast as it goes.
SIDE, LEAST_SIDE = 1024, 32
#: Arrays of the size of a tile that making or multiplying one takes.
_WORK = 10
#: Condition numbers above this leave fewer than four digits of a solution; a ridge is suggested that leaves six.
WORST, GOOD = 1e12, 1e10
EPSILON = float(np.finfo(np.float64).eps)
OPERATORS = ("mean", "median")


class IllConditioned(ValueError):
    """A kernel matrix that is not positive definite in double precision; ``ridge``: one with which it would be."""

    def __init__(self, size: int, ridge: float, suggested: float) -> None:
        super().__init__(
            f"the kernel matrix of {size} inputs is not positive definite in double precision: its condition number is "
            f"above {1 / EPSILON:.1e} with the ridge {ridge:g}; a ridge of {suggested:.1e} is suggested"
        )
        self.ridge = suggested


@dataclass(frozen=True)
class MatrixLayout:
    """How the matrix is held: tiles of ``side`` rows, in a file or not; ``memory``: bytes that it takes in all."""

    side: int
    filed: bool
    memory: int


def layout(size: int, outputs: int, memory: int, fixed: int = 0) -> MatrixLayout:
    """The layout for ``size`` inputs within ``memory`` bytes, ``fixed`` of which are taken by what is beside it.

    Raises ValueError where even the smallest tiles do not fit, with what would be needed.

    >>> layout(20_000, 1, 4 << 30).filed, layout(20_000, 1, 1 << 30).filed
    (False, True)
    """
    beside = fixed + 8 * size * (4 * outputs + 8)
    side = min(SIDE, size)
    whole = beside + 8 * (size * (size + side) // 2 + _WORK * side**2)
    if whole <= memory:
        return MatrixLayout(side, False, whole)
    while side > LEAST_SIDE and beside + 8 * _WORK * side**2 > memory:
        side //= 2
    needed = beside + 8 * _WORK * side**2
    if needed > memory:
        raise ValueError(f"a memory of {memory} bytes is too small for {size} inputs: at least {needed} are needed")
    return MatrixLayout(side, True, needed)


@dataclass(frozen=True)
class Regression:
    """Coefficients a of prediction(u) = sum_i Theta^h(u, u_i) a_i; ``weights``: shape (N, outputs).

    ``condition``: the estimated condition number in the 1-norm; ``advice``: a sentence where it is too large.
    """

    kernel: Hyperkernel
    inputs: Inputs
    weights: Array
    ridge: float
    condition: float
    advice: str | None
    layout: MatrixLayout

    def predict(self, points: Inputs) -> Array:
        """Predictions at ``points``, shape (points, outputs), block by block."""
        block = self.kernel.between(points, self.inputs)
        side = self.layout.side
        found = np.zeros((len(points), self.weights.shape[1]))
        for start in range(0, len(points), side):
            rows = slice(start, min(start + side, len(points)))
            for column in range(0, len(self.inputs), side):
                columns = slice(column, min(column + side, len(self.inputs)))
                found[rows] += block(rows, columns) @ self.weights[columns]
        return found


def regress(
    kernel: Hyperkernel,
    inputs: Inputs,
    labels: Array,
    *,
    ridge: float = 0.0,
    memory: int = 1 << 32,
    folder: Path | None = None,
) -> Regression:
    """Solve (Theta^h(U, U) + ridge I) a = Y within ``memory`` bytes.

    inputs: N points; labels: Y, shape (N, outputs); ridge: epsilon of Eq. (1), >= 0; folder: where a file of tiles
    stands if there is one.  Raises IllConditioned where the matrix is not positive definite in double precision, and
    ValueError for arguments of wrong shapes or a memory that is too small.
    """
    if labels.ndim != 2 or len(labels) != len(inputs) or not len(inputs):
        raise ValueError(
            f"labels have shape {labels.shape}; ({len(inputs)}, outputs) with at least one input is needed"
        )
    if not np.isfinite(labels).all():
        raise ValueError("labels must be finite")
    if not (np.isfinite(ridge) and ridge >= 0.0):
        raise ValueError(f"ridge is {ridge!r}: it must be a finite number >= 0")
    inputs = inputs.compact()
    fixed = 8 * (2 * len(inputs.x) ** 2 + len(inputs.z) ** 2)
    chosen = layout(len(inputs), labels.shape[1], memory, fixed)
    with ExitStack() as stack:
        keeper = stack.enter_context(in_file(chosen.side, folder)) if chosen.filed else InMemory()
        matrix = Symmetric(len(inputs), chosen.side, keeper)
        matrix.fill(kernel.between(inputs, inputs), ridge)
        try:
            matrix.factorise()
        except Indefinite:
            raise IllConditioned(len(inputs), ridge, _suggested(matrix, ridge)) from None
        weights = matrix.solve(labels)
        condition = matrix.norm * inverse_norm(matrix)
    advice = None
    if condition > WORST:
        advice = (f"the kernel matrix of {len(inputs)} inputs has a condition number of about {condition:.1e}; a ridge "
                  f"of {_suggested(matrix, ridge):.1e} is suggested")  # fmt: skip
    return Regression(kernel, inputs, weights, ridge, condition, advice, chosen)


def inverse_norm(matrix: Symmetric) -> float:
    """The 1-norm of the inverse of a factorised matrix, estimated: a lower bound, rarely below a third of it."""
    size = matrix.size
    operator = LinearOperator((size, size), matvec=matrix.solve, rmatvec=matrix.solve, dtype=np.float64)
    return float(onenormest(operator, t=1))


def combined(predictions: Sequence[Array], operator: str = "mean") -> Array:
    """Predictions of the regressions on several subsets as one, Eq. (1): their "mean", or "median".

    The operator in front of the text's formula cannot be read; a mean over the subsets is the likeliest.
    """
    if operator not in OPERATORS:
        raise ValueError(f"operator is {operator!r}: it must be one of {', '.join(OPERATORS)}")
    stacked = np.stack(predictions)
    return np.asarray(stacked.mean(axis=0) if operator == "mean" else np.median(stacked, axis=0))


def _suggested(matrix: Symmetric, ridge: float) -> float:
    """A ridge with which the condition number is at most :data:`GOOD`: the norm bounds the largest eigenvalue."""
    return max(matrix.norm / GOOD, 2 * ridge)
