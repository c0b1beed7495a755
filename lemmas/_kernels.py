"""Infinite-width kernels as values that claims state: numbers for samples, terms of the kernel for proofs.

Numbers are at inputs with |x|² = n_0 and |z|² = m_0 at angles in degrees; terms are at every pair of inputs, x and y
for f, and zi and wi beside them for g.
"""

from __future__ import annotations

from fractions import Fraction
from math import acos, cos, pi, radians, sqrt
from typing import Any

from lemmas._vocabulary import at
from verifier.claims.vocabulary import Value
from verifier.kernel.core.terms import Term, app


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


def _less(n: Term) -> Term:
    return app("+", n, -1)


def _mask(u: Any, v: Any, angle: Any) -> float:
    out = 1.0
    for l in range(int(u), int(v)):
        out *= (pi - acos(recursion(l, cosine(angle))[0])) / pi
    return out


def _both(depth: Any, angle: Any) -> float:
    return (pi - acos(recursion(int(depth), cosine(angle))[0])) / (2 * pi)


def _hyper(layers: Any, depth: Any, angle: Any, z_angle: Any) -> float:
    scale = recursion(int(depth), cosine(angle))[0]
    return scale * recursion(int(layers), cosine(z_angle), scale)[0]


def _implicit(layers: Any, depth: Any, angle: Any, z_angle: Any) -> float:
    scale = recursion(int(depth), cosine(angle))[0]
    return recursion(int(layers), cosine(z_angle), scale)[1]


def _implicit_mask(u: Any, v: Any, depth: Any, angle: Any, z_angle: Any) -> float:
    scale = recursion(int(depth), cosine(angle))[0]
    out = 1.0
    for l in range(int(u), int(v)):
        out *= scale * (pi - acos(scale * recursion(l, cosine(z_angle), scale)[0])) / pi
    return out


def _gram(layers: Any, scale: Any, a: Any, c: Any, b: Any) -> float:
    layers, scale, a, c, b = (float(argument) for argument in (layers, scale, a, c, b))
    length = sqrt(a * b)  # both the ReLU and the recursion are homogeneous
    return scale * length * recursion(int(layers), c / length, scale)[0]


#: S^{L-1}(x, x') = lim E f(x) f(x'), of (L, angle)
OutputCovariance = Value(
    "OutputCovariance", lambda depth, angle: recursion(int(depth), cosine(angle))[0],
    lambda env, depth, _: app("Sig", *at(env, "phi"), _less(depth), *at(env, "x", "y")),
)  # fmt: skip
#: Θ^f(x, x'), of (L, angle)
TangentKernel = Value(
    "TangentKernel", lambda depth, angle: recursion(int(depth), cosine(angle))[1],
    lambda env, depth, _: app("Theta", *at(env, "phi"), depth, *at(env, "x", "y")),
)  # fmt: skip
#: Π_{l=u}^{v-1} Σ̇^l(x, x'), of (u, v, angle)
MaskKernel = Value(
    "MaskKernel", _mask, lambda env, u, v, _: app("Dot", *at(env, "phi"), v, u, *at(env, "x", "y"))
)  # fmt: skip
#: lim P[f(x) > 0 and f(x') > 0] = (π - arccos S^{L-1})/2π, of (L, angle)
BothPositive = Value(
    "BothPositive", _both,
    lambda env, depth, _: app("*", Fraction(1, 2), app("Sigdot", *at(env, "phi"), depth, *at(env, "x", "y"))),
)  # fmt: skip
#: Λ^H(u, u') = lim E h(u) h(u'), of (H, L, angle, z_angle)
HyperCovariance = Value(
    "HyperCovariance", _hyper,
    lambda env, layers, depth, _, __: app("Lam", *at(env, "phi"), depth, layers, *at(env, "x", "y", "zi", "wi")),
)  # fmt: skip
#: Θ^g(u, u', S), the limit of ∂_v h · ∂_v h', of (H, L, angle, z_angle)
ImplicitTangentKernel = Value(
    "ImplicitTangentKernel", _implicit,
    lambda env, layers, depth, _, __: app("GTheta", *at(env, "phi"), depth, layers, *at(env, "x", "y", "zi", "wi")),
)  # fmt: skip
#: Π_{l=u}^{v-1} S Σ̇^l(u, u'), of (u, v, L, angle, z_angle)
ImplicitMaskKernel = Value(
    "ImplicitMaskKernel", _implicit_mask,
    lambda env, u, v, depth, _, __: app("GDot", *at(env, "phi"), depth, v, u, *at(env, "x", "y", "zi", "wi")),
)  # fmt: skip
#: the same where x' = x and z' = z, of (u, v, L)
ImplicitMaskSame = Value(
    "ImplicitMaskSame", lambda u, v, depth: _implicit_mask(u, v, depth, 0, 0),
    lambda env, u, v, depth: app("GDot", *at(env, "phi"), depth, v, u, *at(env, "x", "x", "zi", "zi")),
)  # fmt: skip
#: Λ^H(u, u') of (H, s, a, c, b): S^{L-1} = ((1, s), (s, 1)) and z·z'/m_0 = ((a, c), (c, b))
GramCovariance = Value("GramCovariance", _gram)
