"""Limit kernels of many inputs in double precision: as :mod:`verifier.networks.kernels` by mpmath, on blocks.

A kernel of h between u = (x, z) and u' = (x', z') needs of the x only the matrices S^{L-1} and Theta^f, and of the z
only z.z'/m_0: for N points at P inputs x and D places z, those are P x P and D x D, and every block of the N x N matrix
is gathered from them and taken through the recursion of g, Eqs. (53), (54) and Lemma 6.

The angle of a correlation c is arccos c, which near c = 1 is good to the root of the rounding error: where inputs are
nearly parallel, kappa_0 is good to about 2e-8; everywhere else values are good to a few units in the last place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from verifier.networks.request import whole

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]
#: Correlations that rounding alone keeps from 1 are 1.
_ONE = 1.0 - 8 * np.finfo(np.float64).eps


@dataclass(frozen=True)
class Inputs:
    """N inputs u_i = (x[image[i]], z[place[i]]) of a hypernetwork.

    x: shape (P, n_0); z: shape (D, m_0); image, place: N indices.  Raises ValueError where these do not fit.
    """

    x: Array
    z: Array
    image: Index
    place: Index

    def __post_init__(self) -> None:
        for name, rows, index in (("x", self.x, self.image), ("z", self.z, self.place)):
            if rows.ndim != 2 or not rows.shape[1] or not np.isfinite(rows).all():
                raise ValueError(f"{name} has shape {rows.shape}: finite rows are needed")
            if index.ndim != 1 or (index.size and not (index.min() >= 0 and index.max() < len(rows))):
                raise ValueError(f"the indices of {name} must lie from 0 to {len(rows) - 1}")
        if self.image.shape != self.place.shape:
            raise ValueError(f"{self.image.size} images and {self.place.size} places: one of each a point is needed")

    def __len__(self) -> int:
        return int(self.image.size)

    def part(self, rows: slice) -> Inputs:
        """The points of ``rows``."""
        return Inputs(self.x, self.z, self.image[rows], self.place[rows])

    def compact(self) -> Inputs:
        """The same points, with no more rows of x and of z than they use."""
        used, image = np.unique(self.image, return_inverse=True)
        needed, place = np.unique(self.place, return_inverse=True)
        return Inputs(self.x[used], self.z[needed], image.astype(np.intp), place.astype(np.intp))


@dataclass(frozen=True)
class _Pairs:
    """What a block needs: S^{L-1}, Theta^f and Sigma^0 between two sets of inputs, and their diagonals."""

    covariance: Array
    tangent: Array
    places: Array
    left: tuple[Array, Array]  # S^{L-1}(x, x), z.z/m_0
    right: tuple[Array, Array]


@dataclass(frozen=True)
class Hyperkernel:
    """Theta^h = Theta^f Theta^g of f with L layers and g with H layers, all widths infinite.  Theorem 3.

    >>> u = Inputs(np.eye(2) * 2**0.5, np.ones((1, 1)), np.array([0, 1]), np.array([0, 0]))
    >>> Hyperkernel(depth=1, g_depth=2).matrix(u).round(12).tolist()
    [[2.0, 0.0], [0.0, 2.0]]
    """

    depth: int
    g_depth: int

    def __post_init__(self) -> None:
        whole("depth", self.depth, 1)
        whole("g_depth", self.g_depth, 1)

    def between(self, a: Inputs, b: Inputs) -> KernelBlock:
        """Blocks of Theta^h(u_i, u'_j), u_i of ``a`` and u'_j of ``b``: made where they are asked for."""
        a, b = a.compact(), b.compact()
        gram = a.x @ b.x.T / a.x.shape[1]
        left, right = (np.einsum("ij,ij->i", u.x, u.x) / u.x.shape[1] for u in (a, b))
        covariance, tangent = recursion(self.depth, gram, left, right)
        places = a.z @ b.z.T / a.z.shape[1]
        z_left, z_right = (np.einsum("ij,ij->i", u.z, u.z) / u.z.shape[1] for u in (a, b))
        # 2 E relu(y)^2 = E y^2: the diagonal of S^l is that of S^0.
        return KernelBlock(self.g_depth, a, b, _Pairs(covariance, tangent, places, (left, z_left), (right, z_right)))

    def matrix(self, a: Inputs, b: Inputs | None = None) -> Array:
        """The whole matrix: for few inputs."""
        block = self.between(a, a if b is None else b)
        return block(slice(None), slice(None))


@dataclass(frozen=True)
class KernelBlock:
    """Theta^h between two sets of inputs, block by block; see :meth:`Hyperkernel.between`."""

    g_depth: int
    a: Inputs
    b: Inputs
    pairs: _Pairs

    @cached_property
    def shape(self) -> tuple[int, int]:
        return len(self.a), len(self.b)

    def __call__(self, rows: slice, columns: slice) -> Array:
        """The block of these rows and columns; time and memory of the order of its size."""
        i, j = self.a.image[rows], self.b.image[columns]
        k, l = self.a.place[rows], self.b.place[columns]
        pairs = self.pairs
        scale = pairs.covariance[np.ix_(i, j)]
        start = pairs.places[np.ix_(k, l)]
        # The diagonals of Lambda^l = S Sigma^{l-1} grow by factors of S(x, x).
        left, right = pairs.left[0][i] * pairs.left[1][k], pairs.right[0][j] * pairs.right[1][l]
        tangent = recursion(self.g_depth, start, left, right, scale, (pairs.left[0][i], pairs.right[0][j]))[1]
        tangent *= pairs.tangent[np.ix_(i, j)]
        return tangent


def recursion(
    depth: int, start: Array, left: Array, right: Array, scale: Array | None = None,
    growth: tuple[Array, Array] | None = None,
) -> tuple[Array, Array]:  # fmt: skip
    """Sigma^{depth-1} and sum_l Sigma^l prod_{t>l} S dSigma^t from Sigma^0 = start, entry by entry.

    left, right: the variances of the first preactivations, those of rows and of columns.  scale: S, or None for 1;
    growth: its diagonals, by which the variances grow at every layer.  ``start`` is not changed.
    """
    kernel, tangent = start, start.copy()
    for layer in range(depth - 1):
        size = np.sqrt(np.multiply.outer(left, right))
        c = kernel if scale is None else kernel * scale
        c = np.divide(c, size, out=np.zeros_like(size), where=size > 0.0)
        np.clip(c, -1.0, 1.0, out=c)
        c[c > _ONE] = 1.0
        angle = np.arccos(c)
        # kappa_0 = (pi - angle)/pi; an input without preactivations is not active.
        slope = (np.pi - angle) / np.pi
        kernel = np.sqrt(1.0 - c * c)
        kernel /= np.pi
        c *= slope
        kernel += c
        kernel *= size
        slope[size == 0.0] = 0.0
        tangent *= slope
        if scale is not None:
            tangent *= scale
        tangent += kernel
        if growth is not None and layer < depth - 2:
            left, right = left * growth[0], right * growth[1]
    return kernel, tangent
