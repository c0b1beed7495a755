"""Infinite-width kernels as SymPy functions of depths and angles, for claims that state a value.

Inputs have |x|² = n_0 and |z|² = m_0, angles are in degrees.  With numbers for all arguments they evaluate to floats;
with symbols they stand for themselves.
"""

from __future__ import annotations

from math import acos, cos, pi, radians, sqrt
from typing import Any

import sympy


def recursion(depth: int, start: float, scale: float = 1.0) -> tuple[float, float]:
    """Σ^{depth-1} and Σ_l Σ^l Π_{t>l} S Σ̇^t between unit inputs, from Σ^0 = ``start`` with S = ``scale``."""
    kernel = tangent = start
    for _ in range(depth - 1):
        c = max(-1.0, min(1.0, scale * kernel))
        kernel = (sqrt(1 - c * c) + (pi - acos(c)) * c) / pi
        tangent = kernel + tangent * scale * (pi - acos(c)) / pi
    return kernel, tangent


def cosine(angle: Any) -> float:
    """The cosine of an angle in degrees, exactly 0 and ±1 where it is."""
    degrees = abs(float(angle))
    return {0.0: 1.0, 60.0: 0.5, 90.0: 0.0, 120.0: -0.5, 180.0: -1.0}.get(degrees, cos(radians(degrees)))


class _Kernel(sympy.Function):
    @classmethod
    def eval(cls, *arguments: Any) -> Any:
        if not all(getattr(argument, "is_number", False) for argument in arguments):
            return None
        return sympy.Float(cls.number(*arguments))

    @staticmethod
    def number(*arguments: Any) -> float:
        raise NotImplementedError


class OutputCovariance(_Kernel):
    """S^{L-1}(x, x') = lim E f(x) f(x'), of (L, angle)."""

    nargs = 2

    @staticmethod
    def number(*arguments: Any) -> float:
        depth, angle = arguments
        return recursion(int(depth), cosine(angle))[0]


class TangentKernel(_Kernel):
    """Θ^f(x, x'), of (L, angle)."""

    nargs = 2

    @staticmethod
    def number(*arguments: Any) -> float:
        depth, angle = arguments
        return recursion(int(depth), cosine(angle))[1]


class MaskKernel(_Kernel):
    """Π_{l=u}^{v-1} Σ̇^l(x, x'), of (u, v, angle)."""

    nargs = 3

    @staticmethod
    def number(*arguments: Any) -> float:
        u, v, angle = arguments
        out = 1.0
        for l in range(int(u), int(v)):
            out *= (pi - acos(recursion(l, cosine(angle))[0])) / pi
        return out


class BothPositive(_Kernel):
    """lim P[f(x) > 0 and f(x') > 0] = (π - arccos S^{L-1})/2π, of (L, angle)."""

    nargs = 2

    @staticmethod
    def number(*arguments: Any) -> float:
        depth, angle = arguments
        return (pi - acos(recursion(int(depth), cosine(angle))[0])) / (2 * pi)


class HyperCovariance(_Kernel):
    """Λ^H(u, u') = lim E h(u) h(u'), of (H, L, angle, z_angle)."""

    nargs = 4

    @staticmethod
    def number(*arguments: Any) -> float:
        layers, depth, angle, z_angle = arguments
        scale = recursion(int(depth), cosine(angle))[0]
        return scale * recursion(int(layers), cosine(z_angle), scale)[0]


class ImplicitTangentKernel(_Kernel):
    """Θ^g(u, u', S), the limit of ∂_v h · ∂_v h', of (H, L, angle, z_angle)."""

    nargs = 4

    @staticmethod
    def number(*arguments: Any) -> float:
        layers, depth, angle, z_angle = arguments
        scale = recursion(int(depth), cosine(angle))[0]
        return recursion(int(layers), cosine(z_angle), scale)[1]


class ImplicitMaskKernel(_Kernel):
    """Π_{l=u}^{v-1} S Σ̇^l(u, u'), of (u, v, L, angle, z_angle)."""

    nargs = 5

    @staticmethod
    def number(*arguments: Any) -> float:
        u, v, depth, angle, z_angle = arguments
        scale = recursion(int(depth), cosine(angle))[0]
        out = 1.0
        for l in range(int(u), int(v)):
            out *= scale * (pi - acos(scale * recursion(l, cosine(z_angle), scale)[0])) / pi
        return out


class GramCovariance(_Kernel):
    """Λ^H(u, u') of (H, s, a, c, d): S^{L-1} = ((1, s), (s, 1)) and z·z'/m_0 = ((a, c), (c, d))."""

    nargs = 5

    @staticmethod
    def number(*arguments: Any) -> float:
        layers, scale, a, c, d = (float(argument) for argument in arguments)
        length = sqrt(a * d)  # both the ReLU and the recursion are homogeneous
        return scale * length * recursion(int(layers), c / length, scale)[0]
