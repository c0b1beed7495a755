"""Small networks whose gradients are complex steps, and wide ones drawn whole: what the page of gram is tried on.

A complex step f(w + i h)/h at h = 1e-30 is a derivative to all digits; masks look at real parts.  So the gradients of
small networks know nothing of Jacobians, chains or layers.
"""

from __future__ import annotations

from functools import cache
from math import sqrt
from typing import Any

import numpy as np

from tests.theory.model import Activation, World, means

Point = tuple[float, ...]
STEP = 1e-30


def relu(y: Any) -> Any:
    """The ReLU, real parts deciding."""
    return np.where(np.real(y) > 0, y, 0)


# -- networks of a world -----------------------------------------------------------------------------------------------


def width(world: World, layer: int) -> int:
    """m_layer, for g."""
    return world.width(100 + layer)


def entry(depth: int, i: int, j: int, out: bool) -> int:
    """The output of f that is entry (i, j) of V at this depth of g; the rows of an output layer are others."""
    return 1 + ((depth * 2 + out) * 40 + i) * 40 + j


class Hyper:
    """g at a depth with weights from f, of depth L, at x; the weights of f are ``hidden`` and ``rows``, by output."""

    def __init__(self, world: World, L: int, depth: int, unit: int) -> None:
        self.world, self.L, self.depth, self.unit = world, L, depth, unit
        self.hidden = {l: world.weight(l).astype(complex) for l in range(1, L)}
        self.rows: dict[int, Any] = {}

    def output(self, x: Point, d: int) -> Any:
        """f^d(x)"""
        q = np.array(x, dtype=complex)
        for l in range(1, self.L):
            q = sqrt(2) * relu(self.hidden[l] @ q / sqrt(len(q)))
        row = self.rows.setdefault(d, self.world.row(self.L, d).astype(complex))
        return row @ q / sqrt(len(q))

    def shape(self, layer: int, size: int) -> list[list[int]]:
        """The outputs of f that are the entries of V^layer."""
        before = size if layer == 1 else width(self.world, layer - 1)
        if layer == self.depth:
            return [[entry(layer, self.unit, j, True) for j in range(before)]]
        return [[entry(layer, i, j, False) for j in range(before)] for i in range(width(self.world, layer))]

    def weights(self, x: Point, size: int) -> list[Any]:
        """V^1 … V^depth, the last with one row."""
        return [
            np.array([[self.output(x, d) for d in row] for row in self.shape(l, size)])
            for l in range(1, self.depth + 1)
        ]

    @staticmethod
    def run(weights: list[Any], z: Any) -> list[Any]:
        """g^1 … g^depth"""
        a, found = np.array(z, dtype=complex), []
        for V in weights:
            found.append(V @ a / sqrt(len(a)))
            a = sqrt(2) * relu(found[-1])
        return found

    def value(self, x: Point, z: Point) -> Any:
        """h at (x, z)"""
        return self.run(self.weights(x, len(z)), z)[-1][0]


def steps(arrays: list[Any], value: Any) -> Any:
    """The gradient of ``value()`` in all entries of complex ``arrays``."""
    found = []
    for array in arrays:
        for index in np.ndindex(array.shape):
            array[index] += 1j * STEP
            found.append(np.imag(value()) / STEP)
            array[index] -= 1j * STEP
    return np.array(found)


def _by_output(
    world: World, L: int, depth: int, unit: int, x: Point, z: Point, layer: int | None = None
) -> dict[Any, float]:
    """∂h/∂w by name of the weight, over all weights of f or those of one layer."""
    net = Hyper(world, L, depth, unit)
    net.value(x, z)  # names the rows
    arrays = {("hidden", l): W for l, W in net.hidden.items() if layer in (None, l)}
    arrays |= {("row", d): row for d, row in net.rows.items() if layer in (None, L)}
    found: dict[Any, float] = {}
    for name, array in arrays.items():
        for index, slope in zip(np.ndindex(array.shape), steps([array], lambda: net.value(x, z)), strict=True):
            found[name, index] = float(slope)
    return found


def inner(a: dict[Any, float], b: dict[Any, float]) -> float:
    """Of two gradients by names."""
    return float(sum(slope * b[name] for name, slope in a.items() if name in b))


def _implicit(world: World, L: int, H: int, unit: int, x: Point, z: Point) -> dict[Any, float]:
    """∂h^unit/∂V by output of f."""
    net = Hyper(world, L, H, unit)
    weights = net.weights(x, len(z))
    slopes = steps(weights, lambda: net.run(weights, z)[-1][0])
    names = [d for l in range(1, H + 1) for row in net.shape(l, len(z)) for d in row]
    return dict(zip(names, map(float, slopes), strict=True))


def _hidden(world: World, L: int, layer: int, x: Point, z: Point) -> Any:
    """g^layer of a hidden layer, real."""
    net = Hyper(world, L, layer + 1, 1)
    return np.real(net.run(net.weights(x, len(z)), z)[layer - 1])


def _relu_only(name: str, phi: Activation, fine: bool, world: World, *rest: Any) -> float | None:
    return None if fine and phi.name == "relu" else world.junk(name, phi, *rest)


@means("Mask")
def _mask(world: World, phi: Activation, l: int, x: Point, y: Point) -> float:
    if l < 1:
        return world.junk("Mask", phi, l, x, y)
    net = Hyper(world, l + 1, 1, 1)
    masks = []
    for v in (x, y):
        q = np.array(v, dtype=complex)
        for t in range(1, l + 1):
            pre = net.hidden[t] @ q / sqrt(len(q))
            q = sqrt(2) * relu(pre)
        masks.append(np.real(pre) > 0)
    return 2 * float(np.mean(masks[0] & masks[1]))


@means("Ntk")
def _ntk(world: World, phi: Activation, L: int, d: int, e: int, x: Point, y: Point) -> float:
    if (found := _relu_only("Ntk", phi, L >= 1 and d >= 1 and e >= 1, world, L, d, e, x, y)) is not None:
        return found
    gradients = []
    for v, unit in ((x, d), (y, e)):
        net = Hyper(world, L, 1, 1)
        net.output(v, unit)
        arrays = {**{("hidden", l): W for l, W in net.hidden.items()}, ("row", unit): net.rows[unit]}
        slopes = {
            (name, index): float(s)
            for name, array in arrays.items()
            for index, s in zip(np.ndindex(array.shape), steps([array], lambda: net.output(v, unit)), strict=True)  # noqa: B023
        }
        gradients.append(slopes)
    return inner(*gradients)


@means("G")
def _g(world: World, phi: Activation, L: int, l: int, x: Point, z: Point, a: int) -> float:
    if (found := _relu_only("G", phi, L >= 1 and l >= 1 and a >= 1, world, L, l, x, z, a)) is not None:
        return found
    return float(np.real(Hyper(world, L, l, a).value(x, z)))


@means("GQ")
def _gq(world: World, phi: Activation, L: int, l: int, x: Point, y: Point, z: Point, w: Point) -> float:
    if l == 1 and L >= 1:
        return float(np.dot(z, w)) / len(z)
    if (found := _relu_only("GQ", phi, L >= 1 and l >= 1, world, L, l, x, y, z, w)) is not None:
        return found
    a, b = (sqrt(2) * relu(_hidden(world, L, l - 1, *u)) for u in ((x, z), (y, w)))
    return float(np.real(a @ b)) / len(a)


@means("GMask")
def _gmask(world: World, phi: Activation, L: int, l: int, x: Point, y: Point, z: Point, w: Point) -> float:
    if (found := _relu_only("GMask", phi, L >= 1 and l >= 1, world, L, l, x, y, z, w)) is not None:
        return found
    a, b = (_hidden(world, L, l, *u) > 0 for u in ((x, z), (y, w)))
    return 2 * float(np.mean(a & b))


@means("GC")
def _gc(world: World, phi: Activation, L: int, v: int, u: int, d: int, e: int, *points: Point) -> float:
    inside = L >= 1 and 1 <= u <= v and d >= 1 and e >= 1
    if inside and u == v:
        return float(d == e)
    if (found := _relu_only("GC", phi, inside, world, L, v, u, d, e, *points)) is not None:
        return found
    x, y, z, w = points
    found_ = []
    for unit, at, inp in ((d, x, z), (e, y, w)):
        net = Hyper(world, L, v, unit)
        weights = net.weights(at, len(inp))
        pre = net.run(weights, inp)[u - 1].astype(complex)
        tail = weights[u:]

        def rest(pre: Any = pre, tail: Any = tail) -> Any:
            return Hyper.run(tail, sqrt(2) * relu(pre))[-1][0]

        found_.append(steps([pre], rest))
    return float(found_[0] @ found_[1])


@means("GNtk")
def _gntk(world: World, phi: Activation, L: int, H: int, a: int, b: int, *points: Point) -> float:
    if (
        found := _relu_only("GNtk", phi, L >= 1 and H >= 1 and a >= 1 and b >= 1, world, L, H, a, b, *points)
    ) is not None:
        return found
    x, y, z, w = points
    return inner(_implicit(world, L, H, a, x, z), _implicit(world, L, H, b, y, w))


@means("Kh")
def _kh(world: World, phi: Activation, L: int, H: int, *points: Point) -> float:
    if (found := _relu_only("Kh", phi, L >= 1 and H >= 1, world, L, H, *points)) is not None:
        return found
    x, y, z, w = points
    return inner(_by_output(world, L, H, 1, x, z), _by_output(world, L, H, 1, y, w))


@means("Khl")
def _khl(world: World, phi: Activation, L: int, H: int, l: int, *points: Point) -> float:
    if (found := _relu_only("Khl", phi, H >= 1 and 1 <= l <= L, world, L, H, l, *points)) is not None:
        return found
    x, y, z, w = points
    return inner(_by_output(world, L, H, 1, x, z, l), _by_output(world, L, H, 1, y, w, l))


# -- very wide layers --------------------------------------------------------------------------------------------------


@cache
def very_wide(
    seed: int, x: Point, y: Point, widths: tuple[int, ...], implicit: Any = None, networks: int = 64
) -> dict[Any, Any]:
    """Samples (networks,) of ("Q", l, pair) and ("Mask", l), 1 <= l <= len(widths) (Q one further).

    Given the layers before, pre-activations are iid Gaussian pairs over units, and so they are drawn; ("unit", l) is
    the first of them.  ``implicit``, (z, w, widths of f, number of features or 0), makes it g over f at x, y: then the
    pairs have the covariance of f's last layer times that of the layer before.
    """
    rng, found = np.random.default_rng(seed), {}
    copies = np.ones((networks, 2, 2))
    first, second = np.array(x), np.array(y)
    if implicit is not None:
        z, w, hidden, features = implicit
        below = very_wide(seed + 1, x, y, hidden, None, networks)
        at = [below["Q", len(hidden) + 1, pair] for pair in ("xx", "xy", "yy")]
        copies = np.array([[at[0], at[1]], [at[1], at[2]]]).transpose(2, 0, 1)
        first, second = np.array(z), np.array(w)
    rows = np.stack([first, second])
    gram = np.tile(rows @ rows.T / len(first), (networks, 1, 1))
    if implicit is not None and features:
        phases = rng.standard_normal((networks, features, len(first))) @ rows.T
        p = np.cos(phases + rng.uniform(0, 2 * np.pi, (networks, features, 1)))
        gram = np.matmul(p.transpose(0, 2, 1), p) / features
    for layer, width_ in enumerate((*widths, 0), start=1):
        for (i, j), pair in (((0, 0), "xx"), ((0, 1), "xy"), ((1, 1), "yy")):
            found["Q", layer, pair] = gram[:, i, j].copy()
        if not width_:
            return found
        values, vectors = np.linalg.eigh(copies * gram)
        mixing = vectors * np.sqrt(np.clip(values, 0, None))[:, None, :]
        pre = np.einsum("rab,rbn->ran", mixing, rng.standard_normal((networks, 2, width_)))
        found["unit", layer] = pre[:, :, 0]
        open_ = pre > 1e-12
        found["Mask", layer] = 2 * np.mean(open_[:, 0] & open_[:, 1], axis=1)
        q = sqrt(2) * relu(pre)
        gram = np.matmul(q, q.transpose(0, 2, 1)) / width_
    raise AssertionError("the last width is 0")


# -- wide networks -----------------------------------------------------------------------------------------------------


@cache
def wide(
    seed: int, widths: tuple[int, ...], x: Point, y: Point, networks: int = 64, outputs: int = 3, jacobians: bool = True
) -> dict[Any, Any]:
    """Samples (networks,) of f's quantities at depth L = len(widths) + 1, all weights drawn.

    ("Q", l, pair), ("Mask", l), ("C", v, u, d, e) for v <= L, d, e <= outputs, ("f", d, input); a pair is xx, xy or yy.
    """
    rng = np.random.default_rng(seed)
    L, found = len(widths) + 1, {}
    q = {"x": np.tile(x, (networks, 1)), "y": np.tile(y, (networks, 1))}
    chains: dict[int, dict[str, Any]] = {}  # u → P^{u→layer}, through the mask of the layer, rows its units
    pairs = ("xx", "xy", "yy")
    for layer in range(1, L + 1):
        n = q["x"].shape[1]
        for a, b in pairs:
            found["Q", layer, a + b] = np.einsum("ri,ri->r", q[a], q[b]) / n
        top = rng.standard_normal((networks, outputs, n))
        for d in range(outputs):
            for v in "xy":
                if layer == L:
                    found["f", d + 1, v] = np.einsum("ri,ri->r", top[:, d], q[v]) / sqrt(n)
        for u, parts in chains.items():
            ends = {v: np.matmul(top, parts[v]) / sqrt(n) for v in "xy"}
            product = np.matmul(ends["x"], ends["y"].transpose(0, 2, 1))
            for d in range(outputs):
                for e in range(outputs):
                    found["C", layer, u, d + 1, e + 1] = product[:, d, e]
        if layer == L:
            break
        W = rng.standard_normal((networks, widths[layer - 1], n))
        pre = {v: np.einsum("rij,rj->ri", W, q[v]) / sqrt(n) for v in "xy"}
        masks = {v: pre[v] > 0 for v in "xy"}
        found["Mask", layer] = 2 * np.mean(masks["x"] & masks["y"], axis=1)
        for parts in chains.values():
            for v in "xy":
                parts[v] = sqrt(2) * masks[v][:, :, None] * np.matmul(W, parts[v]) / sqrt(n)
        if jacobians:
            chains[layer] = {v: sqrt(2) * masks[v][:, :, None] * np.eye(widths[layer - 1]) for v in "xy"}
        q = {v: sqrt(2) * relu(pre[v]) for v in "xy"}
    return found


@cache
def wide_g(
    seed: int, n: int, widths: tuple[int, ...], x: Point, y: Point, z: Point, w: Point, networks: int = 64
) -> dict[Any, Any]:
    """The same of g over an f of depth 2 and width n.

    ("S", pair), ("GQ", l, pair), ("GMask", l), ("GC", v, u, d, e), ("G", l, d, input), d, e <= 2.
    """
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((networks, n, len(x)))
    hidden = {v: sqrt(2) * relu(W @ np.array(p) / sqrt(len(p))) for v, p in (("x", x), ("y", y))}
    found: dict[Any, Any] = {}
    for a, b in ("xx", "xy", "yy"):
        found["S", a + b] = np.einsum("ri,ri->r", hidden[a], hidden[b]) / n

    gram = np.stack([[found["S", "xx"], found["S", "xy"]], [found["S", "xy"], found["S", "yy"]]]).transpose(2, 0, 1)
    values, vectors = np.linalg.eigh(gram)
    mixing = vectors * np.sqrt(np.clip(values, 0, None))[:, None, :]

    def weights(rows: int, columns: int) -> dict[str, Any]:
        """Two copies of a block of V, rows of W^2 times q/√n and q'/√n: Gaussian pairs with the covariance of q, q'."""
        pair = np.einsum("rab,brij->arij", mixing, rng.standard_normal((2, networks, rows, columns)))
        return {"x": pair[0], "y": pair[1]}

    act = {"x": np.tile(z, (networks, 1)), "y": np.tile(w, (networks, 1))}
    chains: dict[int, dict[str, Any]] = {}
    depth = len(widths) + 1
    for layer in range(1, depth + 1):
        m = act["x"].shape[1]
        for a, b in ("xx", "xy", "yy"):
            found["GQ", layer, a + b] = np.einsum("ri,ri->r", act[a], act[b]) / m
        V = weights(2, m)
        for d in range(2):
            for v in "xy":
                found["G", layer, d + 1, v] = np.einsum("ri,ri->r", V[v][:, d], act[v]) / sqrt(m)
        for u, parts in chains.items():
            ends = {v: np.matmul(V[v], parts[v]) / sqrt(m) for v in "xy"}
            product = np.matmul(ends["x"], ends["y"].transpose(0, 2, 1))
            for d in range(2):
                for e in range(2):
                    found["GC", layer, u, d + 1, e + 1] = product[:, d, e]
        if layer == depth:
            break
        V = weights(widths[layer - 1], m)
        pre = {v: np.einsum("rij,rj->ri", V[v], act[v]) / sqrt(m) for v in "xy"}
        masks = {v: pre[v] > 0 for v in "xy"}
        found["GMask", layer] = 2 * np.mean(masks["x"] & masks["y"], axis=1)
        for parts in chains.values():
            for v in "xy":
                parts[v] = sqrt(2) * masks[v][:, :, None] * np.matmul(V[v], parts[v]) / sqrt(m)
        chains[layer] = {v: sqrt(2) * masks[v][:, :, None] * np.eye(widths[layer - 1]) for v in "xy"}
        act = {v: sqrt(2) * relu(pre[v]) for v in "xy"}
    return found
