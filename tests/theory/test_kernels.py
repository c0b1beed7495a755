"""The rows of the page of kernels, against integrals; recursions, against wide networks and against another program.

Quadrature is good to 1e-12, so that equations are tried to the usual 1e-9.  Sampled layers are compared within eight
standard errors of 100 networks, plus 10/n for the bias at width n: a false alarm has a probability under 1e-9 each.
"""

from __future__ import annotations

from fractions import Fraction
from math import acos, cos, pi, sin, sqrt

import numpy as np
import pytest

import tests.theory.meanings
import tests.theory.meanings_reals
import tests.theory.wide  # noqa: F401
from tests.theory.model import ACTIVATIONS, Case, tried, vector
from tests.theory.wide import dual, dual_slope, layers, slope, tangent
from verifier.kernel.theory.writing import PAGES

SEED = 20260110


def _relu(rng, worlds, values):
    return ACTIVATIONS[0] if rng.random() < 0.9 else ACTIVATIONS[rng.integers(len(ACTIVATIONS))]


def _count(low, high):
    return lambda rng, worlds, values: int(rng.integers(low, high + 1))


def _scale(rng, worlds, values):
    return [0, 1, Fraction(1, 2), Fraction(3, 2), 2, -1][rng.choice(6, p=[0.1, 0.2, 0.2, 0.2, 0.2, 0.1])]


def _theta(rng, worlds, values):
    return [0.0, pi, pi / 2, float(rng.uniform(0, pi)), float(rng.uniform(-1, 5))][rng.integers(5)]


def _variance(rng, worlds, values):
    return Fraction(int(rng.integers(0, 9)), 4)


def _covariance(first, last):
    """A covariance of two variances: any that there is, ± the extreme one, seldom none that there is."""

    def draw(rng, worlds, values):
        most = sqrt(float(values[first] * values[last]))
        return [most, -most, 0, float(rng.uniform(-1, 1)) * most, most + 1][
            rng.choice(5, p=[0.15, 0.15, 0.1, 0.55, 0.05])
        ]

    return draw


_GRAM = {"a": _variance, "c": _variance, "b": lambda rng, worlds, values: float(rng.uniform(-1.5, 2))}
_COPIES = {"c11": _variance, "c22": _variance, "c12": lambda rng, worlds, values: float(rng.uniform(-1, 1))}
_START = {"s11": _variance, "s22": _variance, "s12": lambda rng, worlds, values: float(rng.uniform(-1, 1))}
_PHI = {"phi": _relu}


def _input(rng, worlds, values):
    return vector(rng.standard_normal(worlds[0].width(0)) * (rng.random() > 0.15))


def _second(of):
    """The input ``of``, a multiple of it of either sign, 0, or any other."""

    def draw(rng, worlds, values):
        kind = rng.integers(7)
        if kind < 4 and of in values:
            return vector((1.0, 2.0, -1.0, 0.0)[kind] * np.array(values[of]))
        return _input(rng, worlds, values)

    return draw


_INPUTS = {"x": _input, "y": _second("x")}
_ALL = {**_INPUTS, "z": _input, "w": _second("z")}
_DEPTHS = {"L": _count(-1, 3), "l": _count(-1, 3)}


def _exist():
    """inputs.exist: two vectors with a given Gram matrix, by its square root; ranks 0, 1 and 2."""
    rng = np.random.default_rng(SEED)
    for _ in range(200):
        a, c = (float(rng.integers(0, 4)) for _ in range(2))
        b = float(rng.choice([-1, 0, 1, rng.uniform(-1, 1)])) * sqrt(a * c)
        values, vectors = np.linalg.eigh(np.array([[a, b], [b, c]]))
        found = vectors * np.sqrt(np.clip(values, 0, None)) * sqrt(2)  # rows are the inputs, of dimension 2
        if not np.allclose(found @ found.T / 2, [[a, b], [b, c]], atol=1e-9):
            return False
    return not _gram_of(1, 2, 1)


def _gram_of(a, b, c):
    """Twin: whether there are vectors beyond Cauchy and Schwarz."""
    return bool(np.linalg.eigvalsh(np.array([[a, b], [b, c]]))[0] >= 0)


COVERS = {
    "dot.nonneg": Case({"x": _input}),
    "dot.cauchy": Case(_INPUTS),
    "inputs.exist": _exist,
    "dual.relu": Case({**_PHI, "s": _scale, "t": _scale, "theta": _theta}, times=120),
    "dual_slope.relu": Case({**_PHI, "s": _scale, "t": _scale, "theta": _theta}, times=120),
    **{
        f"{head}.{kind}": Case({**_PHI, **_GRAM}, times=150)
        for head in ("dual", "dual_slope")
        for kind in ("pos", "acute")
    },
    "layer_own.0": Case(_PHI),
    "layer_own.step": Case({**_PHI, "l": _count(-2, 3), "c": _variance, "s": _variance}),
    "layer.0": Case({**_PHI, **_COPIES, **_START}),
    "layer.step": Case({**_PHI, **_COPIES, "l": _count(-2, 3), **_START}),
    "layer_slope": Case({**_PHI, **_COPIES, "l": _count(-1, 3), **_START}),
    "passed": Case({**_PHI, **_COPIES, "v": _count(0, 4), "u": _count(-1, 4), **_START}),
    "tangent": Case({**_PHI, **_COPIES, "l": _count(-1, 3), **_START}),
    **{name: Case({**_PHI, "l": _count(-1, 3), **_INPUTS}) for name in ("Sig", "Sigdot")},
    "Dot": Case({**_PHI, "L": _count(0, 4), "l": _count(-1, 4), **_INPUTS}),
    "Theta": Case({**_PHI, "L": _count(-1, 3), **_INPUTS}),
    **{name: Case({**_PHI, **_DEPTHS, **_ALL}) for name in ("GSig", "Lam", "GSigdot", "GTheta", "ThetaH")},
    "GDot": Case({**_PHI, "L": _count(-1, 3), "v": _count(0, 3), "u": _count(0, 3), **_ALL}),
}


@pytest.mark.parametrize("name", COVERS)
def test_the_row_holds(name):
    case = COVERS[name]
    if isinstance(case, Case):
        tried(name, case)
    else:
        assert case()


def test_all_rows_of_the_page_are_there():
    assert sorted(COVERS) == sorted(name for name, page in PAGES.items() if page == "kernels")


@pytest.mark.parametrize(
    ("symbol", "wrong", "row"),
    [
        ("dual", lambda world, phi, a, b, c: sqrt(2) / 2 * dual(abs(a), b, abs(c)), "dual.relu"),
        ("dual_slope", lambda world, phi, a, b, c: 0.5, "dual_slope.relu"),
        ("layer", lambda world, phi, *rest: float(rest[5]), "layer.step"),
        ("Sig", lambda world, phi, l, x, y: float(np.dot(x, y)) / len(x), "Sig"),
    ],
)
def test_another_kernel_is_noticed(monkeypatch, symbol, wrong, row):
    """Twins: √2 for 2, a slope that sees no angle, a recursion that stands still, S^0 for S^l."""
    from tests.theory import model

    monkeypatch.setitem(model.MEANINGS, symbol, wrong)
    with pytest.raises((AssertionError, ValueError), match=f"{row} is false at|math domain"):
        tried(row, COVERS[row])


@pytest.mark.parametrize("degrees", [0, 30, 60, 90, 120, 180])
def test_recursions_against_the_oracle_table(degrees):
    """S^1, Σ̇^1 and Θ at depth 2 in closed form, written out once more."""
    t = degrees * pi / 180
    start = (1.0, cos(t), 1.0)
    ones = (1.0, 1.0, 1.0)
    s1 = (sin(t) + (pi - t) * cos(t)) / pi
    assert layers(ones, start, 1)[1][1] == pytest.approx(s1, abs=1e-10)
    assert slope(ones, start, 1) == pytest.approx((pi - t) / pi, abs=1e-7)
    assert tangent(ones, start, 2) == pytest.approx((sin(t) + 2 * (pi - t) * cos(t)) / pi, abs=1e-7)


@pytest.mark.parametrize(
    ("angles", "depths", "expected"),
    [
        ((90, 90), (2, 2), (0.1013211836, 0.1013211836)),
        ((60, 60), (2, 3), (0.2924025983, 0.6806326310)),
        ((60, 60), (3, 2), (0.3474819448, 0.9690757118)),
        ((60, 120), (3, 3), (0.2579527286, 0.5261722622)),
    ],
)
def test_hypernetworks_against_the_oracle_table(angles, depths, expected):
    """Λ^H and Θ^h at (L, H) and angles between inputs, by a program that is not this project's."""
    x, z = ((1.0, cos(a * pi / 180), 1.0) for a in angles)
    L, H = depths
    ones = (1.0, 1.0, 1.0)
    copies = layers(ones, x, L - 1)[-1]
    lam = copies[1] * layers(copies, z, H - 1)[-1][1]
    theta = tangent(ones, x, L) * tangent(copies, z, H)
    assert (lam, theta) == (pytest.approx(expected[0], abs=1e-9), pytest.approx(expected[1], abs=1e-9))


def test_a_zero_input_and_an_antiparallel_one():
    assert dual(0.0, 0.0, 1.0) == dual_slope(0.0, 0.0, 1.0) == 0.0
    assert dual(1.0, -2.0, 4.0) == pytest.approx(0.0, abs=1e-12)
    assert dual_slope(1.0, -2.0, 4.0) == 0.0
    assert dual(4.0, 1.0, 1.0) == pytest.approx(2 * (sin(acos(0.5)) + (pi - acos(0.5)) * 0.5) / pi, abs=1e-11)
