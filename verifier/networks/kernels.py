"""Infinite-width limits: arc-cosine kernels, NNGP and NTK of f, and the hyperkernel.

With S^0 = x.x'/n_0 (the convention in which cov f = S^{L-1}; Section 4.4 of the supplement),

    S^l      = sqrt(S^{l-1}(x,x) S^{l-1}(x',x')) kappa_1(c),  c the correlation of S^{l-1}       Eq. (55)
    Theta^f  = sum_{l<L} S^l prod_{l<t<L} dS^t,   dS^t = kappa_0(c)
    Lambda^l = S Sigma^{l-1},  Sigma^l = the same recursion from Lambda^l,  Sigma^0 = z.z'/m_0   Eqs. (53), (54)
    Theta^g  = sum_{l<H} Sigma^l prod_{l<t<H} S dSigma^t                                          Lemma 6
    Theta^h  = Theta^f Theta^g                                                                    Theorem 3

with S = S^{L-1}.  Everything is evaluated by mpmath with enough guard digits that near-parallel inputs
lose nothing, then rounded to floats or returned with the digits asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

FLOAT_DIGITS = 20
#: Angles are given in decimals: a limit kernel below this in absolute value counts as zero.
VANISHING = 1e-4
#: sqrt(n) times the root mean square of T^1 at L = 2 where its limit is 0 (113.218 degrees; errata E25).
TANGENT_NOISE = 0.63
Matrix = list[list[Any]]


def kappa_0(c: Any) -> Any:
    """2 E[1_{a>0} 1_{b>0}] for standard normals of correlation c: (pi - theta)/pi, theta = arccos c."""
    return (mpmath.pi - mpmath.acos(c)) / mpmath.pi


def kappa_1(c: Any) -> Any:
    """2 E[relu(a) relu(b)] for standard normals of correlation c: (sin theta + (pi - theta) cos theta)/pi."""
    angle = mpmath.acos(c)
    return (mpmath.sin(angle) + (mpmath.pi - angle) * c) / mpmath.pi


def pair_gram(angle: float, digits: int = FLOAT_DIGITS) -> Matrix:
    """The Gram matrix of two unit-normalised inputs at `angle` degrees, to `digits` digits."""
    with mpmath.workdps(2 * digits + 10):
        cosine = mpmath.cospi(mpmath.mpf(angle) / 180)
        return [[mpmath.mpf(1), cosine], [cosine, mpmath.mpf(1)]]


def _checked(name: str, gram: Any) -> Matrix:
    rows = [[mpmath.mpf(entry) for entry in row] for row in gram]
    size = len(rows)
    if size == 0 or any(len(row) != size for row in rows):
        raise ValueError(f"{name} must be a square matrix, one row an input")
    for i in range(size):
        for j in range(size):
            entry = rows[i][j]
            if not mpmath.isfinite(entry) or abs(entry - rows[j][i]) > 1e-12 * abs(entry):
                raise ValueError(f"{name} has entry {mpmath.nstr(entry)} at ({i}, {j}): it must be finite, symmetric")
            if entry**2 > rows[i][i] * rows[j][j] * (1 + mpmath.mpf("1e-12")) or rows[i][i] < 0:
                raise ValueError(f"{name} has entry {mpmath.nstr(entry)} at ({i}, {j}): it is not a Gram matrix")
    return rows


def _depth(name: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{name} is {value!r}: it must be an integer >= 1")
    return int(value)


def _layer(covariance: Matrix) -> tuple[Matrix, Matrix]:
    """2 E[relu relu] and 2 E[relu' relu'] for Gaussians of the given covariance, entry by entry."""
    size = len(covariance)
    values = [[mpmath.mpf(0)] * size for _ in range(size)]
    slopes = [[mpmath.mpf(0)] * size for _ in range(size)]
    for i in range(size):
        for j in range(size):
            scale = mpmath.sqrt(covariance[i][i] * covariance[j][j])
            if scale == 0:
                continue  # a preactivation that is identically zero is not active
            c = mpmath.mpf(1) if i == j else max(-1, min(1, covariance[i][j] / scale))
            values[i][j], slopes[i][j] = scale * kappa_1(c), kappa_0(c)
    return values, slopes


def _product(a: Matrix, b: Matrix) -> Matrix:
    return [[x * y for x, y in zip(row, other, strict=True)] for row, other in zip(a, b, strict=True)]


def _sum(a: Matrix, b: Matrix) -> Matrix:
    return [[x + y for x, y in zip(row, other, strict=True)] for row, other in zip(a, b, strict=True)]


def _recursion(depth: int, start: Matrix, scale: Matrix | None = None) -> tuple[Matrix, Matrix]:
    """Sigma^{depth-1} and sum_l Sigma^l prod_{t>l} S dSigma^t, from Sigma^0 = start; S = scale, or 1."""
    kernel = tangent = start
    for _ in range(depth - 1):
        covariance = kernel if scale is None else _product(scale, kernel)
        kernel, slope = _layer(covariance)
        if scale is not None:
            slope = _product(scale, slope)
        tangent = _sum(kernel, _product(tangent, slope))
    return kernel, tangent


def _result(matrix: Matrix, digits: int | None) -> Any:
    if digits is None:
        return np.array([[float(entry) for entry in row] for row in matrix])
    with mpmath.workdps(digits):
        return [[+entry for entry in row] for row in matrix]


def nngp(depth: int, gram: Any, digits: int | None = None) -> Any:
    """S^{L-1}, the covariance of f at infinite width.  Eq. (55).

    gram: the matrix x.x'/n_0 of the inputs.  Returns a float array of its shape, or, with `digits`, a
    list of rows of mpmath numbers good to that many digits.  Raises ValueError if depth < 1 or gram is
    not a Gram matrix.
    """
    _depth("depth", depth)
    with mpmath.workdps(2 * (digits or FLOAT_DIGITS) + 10):
        return _result(_recursion(depth, _checked("gram", gram))[0], digits)


def ntk(depth: int, gram: Any, digits: int | None = None) -> Any:
    """Theta^f, the neural tangent kernel of f at infinite width; arguments and result as in `nngp`."""
    _depth("depth", depth)
    with mpmath.workdps(2 * (digits or FLOAT_DIGITS) + 10):
        return _result(_recursion(depth, _checked("gram", gram))[1], digits)


@lru_cache(maxsize=1024)
def tangent_correction(depth: int, angle: float) -> float:
    """The c of log|T^1| = log|Theta^f| - c/n + ... between unit-normalised inputs at `angle` degrees.

    T^1 = Theta^f + s N / sqrt(n) + O(1/n) with N a standard normal, so that E log|T^1| is lower than its limit by
    s^2 / (2 n (Theta^f)^2): near an angle at which Theta^f vanishes the order n^0 of T^1 is reached only at widths far
    above c.  0 where Theta^f counts as zero and T^1 has another order.
    """
    limit = float(ntk(depth, pair_gram(angle))[0, 1])
    return 0.0 if abs(limit) < VANISHING else TANGENT_NOISE**2 / 2 / limit**2


def nngp_h(g_depth: int, depth: int, gram_x: Any, gram_z: Any, digits: int | None = None) -> Any:
    """Lambda^H, the covariance of the hypernetwork h at infinite widths n and m.  Theorem 2, Eq. (53).

    gram_x: x.x'/n_0, gram_z: z.z'/m_0, of the same inputs u = (x, z).  Result as in `nngp`.
    """
    _depth("depth", depth)
    _depth("g_depth", g_depth)
    with mpmath.workdps(2 * (digits or FLOAT_DIGITS) + 10):
        covariance = _recursion(depth, _checked("gram_x", gram_x))[0]
        return _result(_product(covariance, _implicit(g_depth, covariance, gram_z)[0]), digits)


def ntk_h(g_depth: int, depth: int, gram_x: Any, gram_z: Any, digits: int | None = None) -> Any:
    """Theta^h = Theta^f Theta^g, the hyperkernel at infinite widths n and m.  Theorem 3; arguments as in `nngp_h`."""
    _depth("depth", depth)
    _depth("g_depth", g_depth)
    with mpmath.workdps(2 * (digits or FLOAT_DIGITS) + 10):
        covariance, tangent = _recursion(depth, _checked("gram_x", gram_x))
        return _result(_product(tangent, _implicit(g_depth, covariance, gram_z)[1]), digits)


def _implicit(g_depth: int, covariance: Matrix, gram_z: Any) -> tuple[Matrix, Matrix]:
    start = _checked("gram_z", gram_z)
    if len(start) != len(covariance):
        raise ValueError(f"gram_z has {len(start)} rows and gram_x {len(covariance)}: they are of the same inputs")
    return _recursion(g_depth, start, covariance)


def limits_at(g_depth: int, depth: int, x_angle: float, z_angle: float, digits: int = 15) -> dict[str, Any]:
    """{"nngp_f", "ntk_f", "nngp_h", "ntk_h"} between unit-normalised inputs at these angles, in degrees."""
    gram_x, gram_z = pair_gram(x_angle, digits + 5), pair_gram(z_angle, digits + 5)
    found: dict[str, Sequence[Sequence[Any]] | NDArray[np.float64]] = {
        "nngp_f": nngp(depth, gram_x, digits + 5),
        "ntk_f": ntk(depth, gram_x, digits + 5),
        "nngp_h": nngp_h(g_depth, depth, gram_x, gram_z, digits + 5),
        "ntk_h": ntk_h(g_depth, depth, gram_x, gram_z, digits + 5),
    }
    return {name: matrix[0][1] for name, matrix in found.items()}
