"""The rows of the pages of layers and of the hypernetwork, on random networks and at the corners of their ranges.

Sizes run one step out of their ranges; inputs are sometimes 0, equal, opposite or orthogonal; all activations are
tried, also those that a row does not speak of.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import tests.theory.meanings_reals
import tests.theory.networks  # noqa: F401
from tests.theory.model import ACTIVATIONS, Case, Random, tried, vector
from verifier.kernel.theory.writing import NAMES, PAGES


def _count(low, high):
    return lambda rng, worlds, values: int(rng.integers(low, high + 1))


def _mostly(value, *others):
    return lambda rng, worlds, values: value if rng.random() < 0.85 else others[rng.integers(len(others))]


def _input(rng, worlds, values):
    x = rng.standard_normal(worlds[0].width(0))
    return vector(x * (rng.random() > 0.15))


def _second(rng, worlds, values):
    """The first input, a multiple of it of either sign, one at a right angle, 0, or any other."""
    x, kind = np.array(values.get("x") or _input(rng, worlds, values)), rng.integers(8)
    if kind < 4:
        return vector((1.0, 2.0, -1.0, -0.5)[kind] * x)
    if kind == 4:
        return vector([-x[1], x[0], *(0 * x[2:])])
    return _input(rng, worlds, values)


def _opposite(rng, worlds, values):
    return vector(-float(rng.integers(1, 4)) * np.array(values["x"]) * (rng.random() < 0.8))


def _layers(rng, worlds, values):
    """Layers of the network, seldom one outside."""
    most = max(values["L"], 1) + int(rng.random() < 0.1)
    return tuple(int(l) for l in rng.integers(int(rng.random() > 0.1), most + 1, size=rng.integers(0, 4)))


def _twice(rng, worlds, values):
    ls = list(_layers(rng, worlds, values))
    if len(ls) >= 2:
        ls[1 if len(ls) == 2 else rng.integers(1, len(ls))] = ls[0]
    return tuple(ls)


def _below(bound):
    """Layers in increasing order below another one."""

    def make(rng, worlds, values):
        most = max(values[bound] - 1, 0)
        return tuple(sorted({int(l) for l in rng.integers(1, most + 1, size=rng.integers(0, 3))})) if most else ()

    return make


def _as_long(rng, worlds, values):
    """Outputs, as many as layers and at least 1 most of the time."""
    low, size = int(rng.random() > 0.1), len(values["ls"]) + int(rng.random() < 0.05)
    return tuple(int(e) for e in rng.integers(low, 4, size=size))


DRAWN = {
    "L": _count(0, 4), "H": _count(0, 3), "m": _mostly(1, 0, 2), "d": _count(0, 3), "e": _count(0, 3),
    "r": _count(-1, 3), "k": _count(-1, 2), "j": _count(-1, 3), "l": _count(0, 4), "l1": _count(0, 3),
    "l2": _count(0, 4), "i": _count(0, 3), "x": _input, "y": _second, "ls": _layers, "es": _as_long,
    "z": _mostly(Fraction(3, 2), 0, -1), "w": _mostly(Fraction(-1, 2), 0, 1),
}  # fmt: skip


def _active(name):
    return lambda rng, worlds, values: next(p for p in ACTIVATIONS if p.name == name)


def _case(name, times=60, least=5, **more):
    return Case({v: draw for v, draw in (DRAWN | more).items() if v in NAMES[name]}, times=times, least=least)


COVERS = {name: _case(name) for name, page in PAGES.items() if page in ("layers", "hyper")}
RELU = {"phi": _active("relu")}
COVERS |= {
    "outputs.intro": _case("outputs.intro", es=lambda rng, worlds, values: tuple(rng.integers(0, 4, size=2))),
    "outputs.elim": _case("outputs.elim", es=lambda rng, worlds, values: tuple(rng.integers(0, 4, size=2))),
    "antiparallel.intro": _case("antiparallel.intro", y=_opposite),
    "antiparallel.equal": _case("antiparallel.equal", y=_opposite),
    "antiparallel.negative": _case("antiparallel.negative", y=_opposite),
    "T.last": _case("T.last", 200, 15, ls=_below("l")),
    "carried.last": _case("carried.last", 300, 15, ls=_below("l1")),
    "T.symmetric": _case("T.symmetric", 150, 15),
    "T.twice": _case("T.twice", 300, 15, ls=_twice),
    "A.one_input": _case("A.one_input", 100, 10, **RELU),
    "A.one_input_linear": _case("A.one_input_linear", 100, 10, phi=_active("linear")),
    "A_printed.one_input": _case("A_printed.one_input", 100, 10, **RELU),
    "A.antiparallel": _case("A.antiparallel", 100, 10, y=_opposite, **RELU),
    "C.antiparallel": _case("C.antiparallel", 100, 10, y=_opposite, **RELU),
    "C.symmetric": _case("C.symmetric", 150, 15),
    "C.output": _case("C.output"),
    "D.square": _case("D.square", **RELU),
    "D.exclusive": _case("D.exclusive", 100, 10, **RELU),
    "hj.product": _case("hj.product", 120, 10),
    "mixed.step": _case("mixed.step", 120, 10),
    "mixed.T": _case("mixed.T", 120, 10),
    "K_same": _case("K_same", 40),
    "a_same": _case("a_same", 40),
    "inv_width.cancel": _case("inv_width.cancel", 60, 5),
    "square.zero": Case({"X": lambda rng, worlds, values: Random(lambda world: 0)}, times=5),
    "f.nonzero": Case(
        {v: draw for v, draw in DRAWN.items() if v in ("L", "x", "d")} | RELU, times=60, least=10, worlds=40
    ),
}


def _inputs_at(c):
    """Two inputs of length √n_0 with this cosine, in the plane and in space."""
    for n in (2, 3):
        x, y = np.zeros(n), np.zeros(n)
        x[0], y[0], y[1] = 1, c, np.sqrt(1 - c * c)
        yield np.sqrt(n) * x, np.sqrt(n) * y


def _angles_exist():
    for c in np.linspace(-1, 1, 9):
        for x, y in _inputs_at(c):
            n = len(x)
            np.testing.assert_allclose([x @ x / n, y @ y / n, x @ y / n], [1, 1, c], atol=1e-12)


#: ⋀ over inputs is not evaluated; that there are such inputs is shown instead
COVERS["angle.exists"] = _angles_exist


@pytest.mark.parametrize("name", [name for name, case in COVERS.items() if isinstance(case, Case)])
def test_the_row_holds(name):
    tried(name, COVERS[name])


def test_there_are_inputs_at_every_angle():
    COVERS["angle.exists"]()


def test_one_gradient_is_the_other():
    """The gradients that directions are made of, by backpropagation, against differences of the network itself."""
    from tests.theory.model import World
    from tests.theory.networks import _gradient, _output

    relu = ACTIVATIONS[-1]
    world, x = World(5, widths={0: 2, 1: 3, 2: 2}), (0.3, -1.1)
    found = _gradient(world, relu, 3, 1, 2, x)
    weight, eps = world.weight(1), 1e-6
    for place in np.ndindex(weight.shape):
        values = []
        for sign in (1, -1):
            moved = World(5, widths={0: 2, 1: 3, 2: 2})
            changed = weight.copy()
            changed[place] += sign * eps
            moved._kept[("weight", 1)] = changed
            values.append(_output(moved, relu, 3, x, 2))
        assert abs((values[0] - values[1]) / (2 * eps) - found[place]) < 1e-7


@pytest.mark.parametrize(
    ("name", "symbol", "factor"),
    [("A.one_input", "A", 0.5), ("T.last", "C", 2.0), ("K.cell", "D", 2.0), ("prefix.more", "a", 1.5),
     ("mixed.step", "hj", -1.0), ("carried.last", "carried", 2.0)],
)  # fmt: skip
def test_another_meaning_is_noticed(monkeypatch, name, symbol, factor):
    """Twins: a factor too much in what a row speaks of."""
    from tests.theory import model

    right = model.MEANINGS[symbol]
    monkeypatch.setitem(model.MEANINGS, symbol, lambda world, *args: factor * right(world, *args) + 0.5)
    with pytest.raises(AssertionError, match="is false at"):
        tried(name, COVERS[name])
