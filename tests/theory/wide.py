"""Kernels by quadrature: what the page of kernels is tried on, and the limits that those of gram have.

Nothing here uses a closed form or a formula of a row: dual activations are integrals over a half line, gradients of
small networks are complex steps.
"""

from __future__ import annotations

from functools import cache
from math import erf, exp, pi, sqrt
from typing import Any

import numpy as np
from scipy.integrate import quad

import tests.theory.networks  # noqa: F401
from tests.theory.model import Activation, World, means

Point = tuple[float, ...]
Gram = tuple[float, float, float]


# -- dual activations and their recursion ------------------------------------------------------------------------------


def _density(t: float) -> float:
    return exp(-t * t / 2) / sqrt(2 * pi)


def _cdf(t: float) -> float:
    return (1 + erf(t / sqrt(2))) / 2


@cache
def dual(a: float, b: float, c: float) -> float:
    """2 E[relu(u) relu(v)], by the conditional mean of relu(v) given u and an integral over u > 0."""
    s, t = sqrt(a), sqrt(c)
    if s * t == 0:
        return 0.0
    r = max(-1.0, min(1.0, b / (s * t)))
    rest = sqrt(max(0.0, 1 - r * r))

    def inner(u: float) -> float:
        if rest < 1e-9:
            return max(r * u, 0.0)
        return r * u * _cdf(r * u / rest) + rest * _density(r * u / rest)

    return 2 * s * t * quad(lambda u: u * _density(u) * inner(u), 0, 12, epsabs=1e-13, epsrel=1e-13, limit=400)[0]


@cache
def dual_slope(a: float, b: float, c: float) -> float:
    """2 P[u > 0, v > 0], with relu'(0) = 0."""
    s, t = sqrt(a), sqrt(c)
    if s * t == 0:
        return 0.0
    r = max(-1.0, min(1.0, b / (s * t)))
    rest = sqrt(max(0.0, 1 - r * r))
    if rest < 1e-9:
        return 1.0 if r > 0 else 0.0
    return 2 * quad(lambda u: _density(u) * _cdf(r * u / rest), 0, 12, epsabs=1e-13, epsrel=1e-13, limit=400)[0]


def layers(copies: Gram, start: Gram, depth: int) -> list[Gram]:
    """Σ^0 … Σ^depth at (u, u), (u, u'), (u', u')."""
    found = [start]
    for _ in range(depth):
        a, b, c = (float(p) * float(q) for p, q in zip(copies, found[-1], strict=True))
        found.append((dual(a, a, a), dual(a, b, c), dual(c, c, c)))
    return found


def slope(copies: Gram, start: Gram, layer: int) -> float:
    """Σ̇^layer at (u, u')."""
    at = layers(copies, start, layer - 1)[-1]
    return dual_slope(*(float(p) * float(q) for p, q in zip(copies, at, strict=True)))


def tangent(copies: Gram, start: Gram, depth: int) -> float:
    """The tangent kernel of a given depth, by its recursion Θ^{l+1} = Σ^l + c12 Σ̇^l Θ^l."""
    kernels = layers(copies, start, depth)
    found = float(start[1])
    for l in range(1, depth):
        found = kernels[l][1] + float(copies[1]) * slope(copies, start, l) * found
    return found


def _valid(gram: tuple[Any, ...]) -> bool:
    a, b, c = map(float, gram)
    return a >= 0 and c >= 0 and b * b <= a * c * (1 + 1e-12) + 1e-300


def _dual(name: str, of: Any) -> None:
    def meaning(world: World, phi: Activation, a: Any, b: Any, c: Any) -> float:
        if phi.name != "relu" or not _valid((a, b, c)):
            return world.junk(name, phi, float(a), float(b), float(c), shared=True)
        return of(float(a), float(b), float(c))

    means(name)(meaning)


_dual("dual", dual)
_dual("dual_slope", dual_slope)


def _at(world: World, head: str, phi: Activation, *entries: Any) -> float:
    from tests.theory.model import MEANINGS

    return float(MEANINGS[head](world, phi, *entries))


@means("layer_own")
def _own(world: World, phi: Activation, c: Any, l: int, s: Any) -> float:
    if l < 0:
        return world.junk("layer_own", phi, c, l, s, shared=True)
    found = float(s)
    for _ in range(l):
        found = _at(world, "dual", phi, *[float(c) * found] * 3)
    return found


@means("layer")
def _layer(world: World, phi: Activation, *rest: Any) -> float:
    copies, l, start = rest[:3], rest[3], rest[4:]
    if l < 0:
        return world.junk("layer", phi, *rest, shared=True)
    first, both, second = map(float, start)
    for _ in range(l):
        a, b, c = float(copies[0]) * first, float(copies[1]) * both, float(copies[2]) * second
        first, both, second = (
            _at(world, "dual", phi, a, a, a),
            _at(world, "dual", phi, a, b, c),
            _at(world, "dual", phi, c, c, c),
        )
    return both


@means("layer_slope")
def _slope(world: World, phi: Activation, *rest: Any) -> float:
    copies, l, start = rest[:3], rest[3], rest[4:]
    if l < 1:
        return world.junk("layer_slope", phi, *rest, shared=True)
    own = [_own(world, phi, copies[i], l - 1, start[i]) for i in (0, 2)]
    both = _layer(world, phi, *copies, l - 1, *start)
    return _at(world, "dual_slope", phi, float(copies[0]) * own[0], float(copies[1]) * both, float(copies[2]) * own[1])


@means("passed")
def _passed(world: World, phi: Activation, *rest: Any) -> float:
    copies, v, u, start = rest[:3], rest[3], rest[4], rest[5:]
    if not 1 <= u <= v:
        return world.junk("passed", phi, *rest, shared=True)
    found = 1.0
    for t in range(u, v):
        found *= float(copies[1]) * _slope(world, phi, *copies, t, *start)
    return found


@means("tangent")
def _tangent(world: World, phi: Activation, *rest: Any) -> float:
    copies, l, start = rest[:3], rest[3], rest[4:]
    if l < 1:
        return world.junk("tangent", phi, *rest, shared=True)
    found = float(start[1])
    for t in range(1, l):
        found = (
            _layer(world, phi, *copies, t, *start) + float(copies[1]) * _slope(world, phi, *copies, t, *start) * found
        )
    return found


def _entries(x: Point, y: Point) -> Gram:
    return tuple(float(np.dot(p, q)) / len(p) for p, q in ((x, x), (x, y), (y, y)))  # type: ignore[return-value]


ONES = (1.0, 1.0, 1.0)


def _of_f(name: str, lowest: int, of: Any) -> None:
    def meaning(world: World, phi: Activation, l: int, x: Point, y: Point) -> float:
        if l < lowest:
            return world.junk(name, phi, l, x, y, shared=True)
        return of(world, phi, *ONES, l, *_entries(x, y))

    means(name)(meaning)


_of_f("Sig", 0, _layer)
_of_f("Sigdot", 1, _slope)
_of_f("Theta", 1, _tangent)


@means("Dot")
def _dot(world: World, phi: Activation, L: int, l: int, x: Point, y: Point) -> float:
    if not 1 <= l <= L:
        return world.junk("Dot", phi, L, l, x, y, shared=True)
    return _passed(world, phi, *ONES, L, l, *_entries(x, y))


def _copies(world: World, phi: Activation, L: int, x: Point, y: Point) -> list[float]:
    return [_layer(world, phi, *ONES, L - 1, *_entries(p, q)) for p, q in ((x, x), (x, y), (y, y))]


def _of_g(name: str, lowest: int, of: Any) -> None:
    def meaning(world: World, phi: Activation, L: int, l: int, x: Point, y: Point, z: Point, w: Point) -> float:
        if l < lowest or L < 1:
            return world.junk(name, phi, L, l, x, y, z, w, shared=True)
        copies = _copies(world, phi, L, x, y)
        if name == "Lam":
            return copies[1] * of(world, phi, *copies, l - 1, *_entries(z, w))
        found = of(world, phi, *copies, l, *_entries(z, w))
        return found * _tangent(world, phi, *ONES, L, *_entries(x, y)) if name == "ThetaH" else found

    means(name)(meaning)


_of_g("GSig", 0, _layer)
_of_g("Lam", 1, _layer)
_of_g("GSigdot", 1, _slope)
_of_g("GTheta", 1, _tangent)
_of_g("ThetaH", 1, _tangent)


@means("GDot")
def _gdot(world: World, phi: Activation, L: int, v: int, u: int, x: Point, y: Point, z: Point, w: Point) -> float:
    if not (1 <= u <= v and L >= 1):
        return world.junk("GDot", phi, L, v, u, x, y, z, w, shared=True)
    return _passed(world, phi, *_copies(world, phi, L, x, y), v, u, *_entries(z, w))
