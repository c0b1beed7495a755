"""The symbols of the pages of layers and of the hypernetwork, on networks that are drawn whole.

Derivatives are taken by arithmetic with truncated series, one variable t for a direction that is taken several times
and one variable of square 0 for each of the others; nothing here knows of the rows' formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import factorial, prod, sqrt
from typing import Any

import numpy as np

from tests.theory.meanings import Seq, _comps, _tuples, bounded_by
from tests.theory.model import Activation, World, means

Point = tuple[float, ...]


class Series:
    """Numbers a + Σ c_{p,S} t^p ε_S, p ≤ top, S a subset of ``count`` variables of square 0; arrays of coefficients."""

    def __init__(self, top: int, count: int) -> None:
        bounded_by((top + 1) << count, 64)
        self.top, self.count = top, count
        self.basis = [(p, s) for p in range(top + 1) for s in range(1 << count)]
        index = {b: i for i, b in enumerate(self.basis)}
        self.table = [
            (i, j, index[p + q, s | u])
            for i, (p, s) in enumerate(self.basis) for j, (q, u) in enumerate(self.basis)
            if p + q <= top and not s & u
        ]  # fmt: skip
        self.index = index

    def make(self, value: Any, along: Any = None, others: Sequence[Any] = ()) -> list[Any]:
        """``value`` + t ``along`` + Σ ε_s others_s."""
        out = [0.0 * np.asarray(value, dtype=float) for _ in self.basis]
        out[0] = np.asarray(value, dtype=float)
        if along is not None and self.top:
            out[self.index[1, 0]] = np.asarray(along, dtype=float)
        for s, other in enumerate(others):
            if other is not None:
                out[self.index[0, 1 << s]] = np.asarray(other, dtype=float)
        return out

    def times(self, a: Sequence[Any], b: Sequence[Any], of: Any = np.multiply) -> list[Any]:
        """The product, by ``of`` coefficient by coefficient."""
        out: list[Any] = [0.0] * len(self.basis)
        for i, j, k in self.table:
            out[k] = out[k] + of(a[i], b[j])
        return out

    def compose(self, phi: Activation, a: Sequence[Any], order: int = 0) -> list[Any]:
        """φ^{(order)} of a series, by Taylor's formula."""
        rest = [0.0 * a[0], *a[1:]]
        power = self.make(np.ones_like(a[0]))
        out = self.make(phi.derivative(order, a[0]))
        for j in range(1, self.top + self.count + 1):
            power = self.times(power, rest)
            out = [o + phi.derivative(order + j, a[0]) / factorial(j) * c for o, c in zip(out, power, strict=True)]
        return out

    def last(self, a: Sequence[Any]) -> float:
        """The derivative: top! times the coefficient of t^top and every ε."""
        return float(a[-1]) * factorial(self.top)


# -- the network ----


def _forward(world: World, phi: Activation, depth: int, x: Point) -> tuple[list[Any], list[Any]]:
    """q^0 … q^{depth-1}, and y^0 (nothing) … y^{depth-1}."""
    bounded_by(depth, 8)

    def make() -> tuple[list[Any], list[Any]]:
        q, y = [np.array(x)], [np.zeros(0)]
        for l in range(1, depth):
            y.append(world.weight(l) @ q[-1] / sqrt(len(q[-1])))
            q.append(phi.gain * phi(y[-1]))
        return q, y

    return world.kept(("forward", phi.name, depth, x), make)


def _delta(world: World, phi: Activation, depth: int, l: int, e: int, x: Point) -> Any:
    """∂f^e(x)/∂y^l for l < depth."""

    def make() -> Any:
        _, y = _forward(world, phi, depth, x)
        found = world.row(depth, e) / sqrt(world.width(depth - 1))
        for t in range(depth - 1, l, -1):
            found = world.weight(t).T @ (phi.gain * phi.derivative(1, y[t]) * found) / sqrt(world.width(t - 1))
        return phi.gain * phi.derivative(1, y[l]) * found

    return world.kept(("delta", phi.name, depth, l, e, x), make)


def _gradient(world: World, phi: Activation, depth: int, l: int, e: int, x: Point) -> Any:
    """∂f^e(x)/∂W^l; for l = depth of row e, the other rows being 0."""
    q, _ = _forward(world, phi, depth, x)
    if l == depth:
        return q[l - 1] / sqrt(len(q[l - 1]))
    return np.outer(_delta(world, phi, depth, l, e, x), q[l - 1]) / sqrt(len(q[l - 1]))


class Moved:
    """f at x with the weights moved: t times Σ_e slopes_e ∂f^e(y)/∂w, and ε_s times ∂f^{e_s}(y)/∂W^{l_s}."""

    def __init__(
        self, world: World, phi: Activation, depth: int, x: Point, y: Point, slopes: Sequence[float] = (),
        top: int = 0, ls: Seq = (), es: Seq = (),
    ) -> None:  # fmt: skip
        self.world, self.phi, self.depth, self.x, self.y = world, phi, depth, x, y
        self.slopes, self.ls, self.es = slopes, ls, es
        self.series = Series(top, len(ls))
        world.spend(len(self.series.table))

    def _gradient(self, l: int, e: int) -> Any:
        return _gradient(self.world, self.phi, self.depth, l, e, self.y)

    def q(self, layer: int) -> list[Any]:
        """q^layer as a series, layer < depth."""
        found = self.series.make(np.array(self.x))
        for l in range(1, layer + 1):
            along = 0.0 * self.world.weight(l)
            for e, h in enumerate(self.slopes, start=1):
                along = along + h * self._gradient(l, e)
            others = [self._gradient(l, e) if at == l else None for at, e in zip(self.ls, self.es, strict=True)]
            weight = self.series.make(self.world.weight(l), along, others)
            y = self.series.times(weight, found, lambda a, b: a @ b / sqrt(self.world.width(l - 1)))  # noqa: B023
            found = [self.phi.gain * c for c in self.series.compose(self.phi, y)]
        return found

    def f(self, d: int) -> list[Any]:
        """f^d as a series."""
        q, own = self.q(self.depth - 1), self._gradient(self.depth, d)
        along = own * self.slopes[d - 1] if d <= len(self.slopes) else 0.0 * own
        others = [own if at == self.depth and e == d else None for at, e in zip(self.ls, self.es, strict=True)]
        row = self.series.make(self.world.row(self.depth, d), along, others)
        return self.series.times(row, q, lambda a, b: a @ b / sqrt(self.world.width(self.depth - 1)))


def _masked(world: World, phi: Activation, outputs: Sequence[Any], z: Any, series: Series) -> tuple[Any, float]:
    """h = g^H as a series of the outputs f^1 … f^H, and the product of φ'(g^d), d < H."""
    found, mask = series.make(float(z)), 1.0
    for number, output in enumerate(outputs, start=1):
        found = series.times(found, output)
        if number < len(outputs):
            mask *= float(phi.derivative(1, found[0]))
            found = series.compose(phi, found)
    return found, mask


def _output(world: World, phi: Activation, depth: int, x: Point, d: int) -> float:
    return float(world.row(depth, d) @ _forward(world, phi, depth, x)[0][-1]) / sqrt(world.width(depth - 1))


def _slopes(world: World, phi: Activation, H: int, L: int, y: Point, w: Any) -> list[float]:
    bounded_by(H, 8)
    outputs = [_output(world, phi, L, y, d) for d in range(1, H + 1)]
    found = []
    for e in range(1, H + 1):
        series = Series(0, 1)
        moved = [series.make(f, None, [1.0 if d == e else None]) for d, f in enumerate(outputs, start=1)]
        found.append(series.last(_masked(world, phi, moved, w, series)[0]))
    return found


# -- predicates and inputs ----


@means("relu")
def _relu(world: World, phi: Activation) -> bool:
    return phi.name == "relu"


@means("linear")
def _linear(world: World, phi: Activation) -> bool:
    return phi.name == "linear"


@means("homogeneous")
def _homogeneous(world: World, phi: Activation) -> bool:
    return phi.slopes is not None


@means("piecewise")
def _piecewise(world: World, phi: Activation) -> bool:
    return phi.piecewise


@means("dot")
def _dot(world: World, x: Point, y: Point) -> float:
    return float(np.dot(x, y)) / len(x)


@means("nonzero_input")
def _nonzero_input(world: World, x: Point) -> bool:
    return any(x)


@means("antiparallel")
def _antiparallel(world: World, x: Point, y: Point) -> bool:
    product = float(np.dot(x, y))
    if not any(x):
        return not any(y)
    return product < 0 and abs(product**2 - np.dot(x, x) * np.dot(y, y)) <= 1e-12 * product**2


@means("outputs")
def _outputs(world: World, es: Seq) -> bool:
    return all(e >= 1 for e in es)


@means("inv_width")
def _inv_width(world: World, l: int) -> float:
    return 1 / world.width(l) if l >= 1 else world.junk("inv_width", l, shared=True)


# -- layers ----


@means("f")
def _f(world: World, phi: Activation, L: int, x: Point, d: int) -> float:
    return _output(world, phi, L, x, d) if L >= 1 and d >= 1 else world.junk("f", phi, L, x, d)


@means("Q")
def _Q(world: World, phi: Activation, l: int, x: Point, y: Point) -> float:
    if l < 1:
        return world.junk("Q", phi, l, x, y)
    q, p = (_forward(world, phi, l, v)[0][-1] for v in (x, y))
    return float(q @ p) / len(q)


@means("C")
def _C(world: World, phi: Activation, L: int, l: int, d: int, e: int, x: Point, y: Point) -> float:
    if not (1 <= l <= L and d >= 1 and e >= 1):
        return world.junk("C", phi, L, l, d, e, x, y)
    if l == L:
        return float(d == e)
    return float(_delta(world, phi, L, l, d, x) @ _delta(world, phi, L, l, e, y))


@means("A")
def _A(world: World, phi: Activation, L: int, l2: int, l1: int, e: int, x: Point, y: Point) -> float:
    if not (1 <= l1 < l2 <= L and e >= 1):
        return world.junk("A", phi, L, l2, l1, e, x, y)
    return _link(world, phi, L, l2, l1, e, x, y, True)


@means("A_printed")
def _A_printed(world: World, phi: Activation, L: int, l2: int, l1: int, e: int, x: Point, y: Point) -> float:
    if not (1 <= l1 < l2 <= L and e >= 1):
        return world.junk("A_printed", phi, L, l2, l1, e, x, y)
    return _link(world, phi, L, l2, l1, e, x, y, False)


def _link(world: World, phi: Activation, L: int, l2: int, l1: int, e: int, x: Point, y: Point, masked: bool) -> float:
    """q^{l2-1}(y)·J δ^{l1,e}(y)/n_{l2-1}, J the derivative at x of q^{l2-1} (``masked``) or of y^{l2-1} in y^{l1}."""
    _, pre = _forward(world, phi, L, x)
    slopes = [phi.gain * phi.derivative(1, y) for y in pre]
    jacobian = np.eye(world.width(l1))
    for t in range(l1 + 1, l2):
        jacobian = world.weight(t) / sqrt(world.width(t - 1)) @ (slopes[t - 1][:, None] * jacobian)
    if masked:
        jacobian = slopes[l2 - 1][:, None] * jacobian
    q = _forward(world, phi, L, y)[0][l2 - 1]
    return float(q @ jacobian @ _delta(world, phi, L, l1, e, y)) / len(q)


def _leaves(L: int, d: int, ls: Seq, es: Seq) -> bool:
    return L >= 1 and d >= 1 and len(ls) == len(es) and all(1 <= l <= L for l in ls) and all(e >= 1 for e in es)


@means("T")
def _T(world: World, phi: Activation, L: int, d: int, ls: Seq, es: Seq, x: Point, y: Point) -> float:
    if not _leaves(L, d, ls, es):
        return world.junk("T", phi, L, d, ls, es, x, y)
    moved = Moved(world, phi, L, x, y, ls=ls, es=es)
    return moved.series.last(moved.f(d))


@means("carried")
def _carried(world: World, phi: Activation, L: int, l: int, ls: Seq, es: Seq, x: Point, y: Point) -> float:
    if not (1 <= l <= L and _leaves(L, 1, ls, es)):
        return world.junk("carried", phi, L, l, ls, es, x, y)
    moved = Moved(world, phi, L, x, y, ls=ls, es=es)
    q = _forward(world, phi, L, y)[0][l - 1]
    return float(q @ moved.q(l - 1)[-1]) / len(q)


# -- the hypernetwork ----


@means("D")
def _D(world: World, phi: Activation, m: int, H: int, L: int, x: Point, z: Any) -> float:
    if not (m == 1 and H >= 1 and L >= 1):
        return world.junk("D", phi, m, H, L, x, z)
    series = Series(0, 0)
    return _masked(world, phi, [series.make(_output(world, phi, L, x, d)) for d in range(1, H + 1)], z, series)[1]


@means("h")
def _h(world: World, phi: Activation, m: int, H: int, L: int, x: Point, z: Any) -> float:
    return _K(world, phi, m, H, L, 0, x, x, z, z)


@means("hj")
def _hj(world: World, phi: Activation, m: int, H: int, L: int, y: Point, w: Any, e: int) -> float:
    if not (m == 1 and 1 <= e <= H and L >= 1):
        return world.junk("hj", phi, m, H, L, y, w, e)
    return _slopes(world, phi, H, L, y, w)[e - 1]


def _inside(m: int, H: int, L: int, *counts: int) -> bool:
    return m == 1 and H >= 1 and L >= 1 and min(counts, default=0) >= 0


def _along(
    world: World, phi: Activation, H: int, L: int, k: int, x: Point, y: Point, w: Any, ls: Seq = (), es: Seq = ()
) -> Moved:
    return Moved(world, phi, L, x, y, _slopes(world, phi, H, L, y, w), k, ls, es)


@means("a")
def _a(world: World, phi: Activation, m: int, H: int, L: int, d: int, k: int, x: Point, y: Point, w: Any) -> float:
    if not _inside(m, H, L, k, d - 1):
        return world.junk("a", phi, m, H, L, d, k, x, y, w)
    moved = _along(world, phi, H, L, k, x, y, w)
    return world.kept(("a", phi.name, H, L, d, k, x, y, w), lambda: moved.series.last(moved.f(d)))


@means("K")
def _K(world: World, phi: Activation, m: int, H: int, L: int, r: int, x: Point, y: Point, z: Any, w: Any) -> float:
    if not _inside(m, H, L, r):
        return world.junk("K", phi, m, H, L, r, x, y, z, w)
    moved = _along(world, phi, H, L, r, x, y, w)
    return moved.series.last(_masked(world, phi, [moved.f(d) for d in range(1, H + 1)], z, moved.series)[0])


@means("prefix")
def _prefix(world: World, phi: Activation, m: int, H: int, L: int, j: int, r: int, x: Point, y: Point, w: Any) -> float:
    if not _inside(m, H, L, j, r):
        return world.junk("prefix", phi, m, H, L, j, r, x, y, w)
    moved = _along(world, phi, H, L, r, x, y, w)
    found = moved.series.make(1.0)
    for d in range(1, j + 1):
        found = moved.series.times(found, moved.f(d))
    return moved.series.last(found)


@means("mixed")
def _mixed(
    world: World, phi: Activation, m: int, H: int, L: int, d: int, k: int, ls: Seq, es: Seq, x: Point, y: Point, w: Any
) -> float:
    if not (_inside(m, H, L, k) and _leaves(L, d, ls, es)):
        return world.junk("mixed", phi, m, H, L, d, k, ls, es, x, y, w)
    moved = _along(world, phi, H, L, k, x, y, w, ls, es)
    return moved.series.last(moved.f(d))


@means("S")
def _S(world: World, phi: Activation, L: int, r: int, x: Point, y: Point) -> float:
    return _K(world, phi, 1, 1, L, r, x, y, 1, 1)


@means("a_same")
def _a_same(world: World, phi: Activation, m: int, H: int, L: int, d: int, k: int, x: Point, y: Point, w: Any) -> float:
    slope = _hj(world, phi, m, H, L, y, w, d)
    return _tuples(world, k, L, lambda ls: slope**k * _T(world, phi, L, d, ls, (d,) * k, x, y))


@means("K_same")
def _K_same(world: World, phi: Activation, m: int, H: int, L: int, r: int, x: Point, y: Point, z: Any, w: Any) -> float:
    def part(d: int, k: int) -> float:
        return _a_same(world, phi, m, H, L, d, k, x, y, w) / factorial(k)

    ways = factorial(r) if r >= 0 else world.junk_int("fact", r)
    return ways * float(z) * _D(world, phi, m, H, L, x, z) * _comps(world, H, r, r, part)


__all__ = ["Moved", "Series", "prod"]
