"""Expectations under Gaussians: closed forms against quadrature, enclosures against closed forms and quadrature.

Quadrature is deterministic: nothing here has an error rate.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from scipy import special

from verifier.programs.derive import boxes
from verifier.programs.derive.constants import WIDTHS, meant, read
from verifier.programs.derive.expansion import Underived
from verifier.programs.derive.gaussian import expectation
from verifier.programs.derive.integrals import Univariate, pair
from verifier.programs.derive.numbers import ONE, ZERO, Number, enclosed, pi, precision

VALUES = {
    "erf": special.erf, "sin": np.sin, "cos": np.cos, "exp": np.exp, "bell": lambda t: np.exp(-t * t),
    "step": lambda t: (t > 0) * 1.0,
}  # fmt: skip
#: a covariance with rational entries for up to four variables
ROOT = np.array([[2, 0, 0, 0], [1, 2, 0, 0], [-1, 1, 2, 0], [1, 1, -1, 2]])
SMOOTH = [("erf",), ("erf", "erf"), ("sin", "cos"), ("exp", "cos"), ("exp", "sin", "sin"), ("bell", "erf"),
          ("bell", "bell", "sin")]  # fmt: skip
POINTS, WEIGHTS = np.polynomial.hermite_e.hermegauss(40)


def covariance(size: int) -> tuple[np.ndarray, list[list[Number]]]:
    whole = (ROOT @ ROOT.T)[:size, :size]
    return whole / 16, [[Number.of(Fraction(int(v), 16)) for v in row] for row in whole]


@pytest.mark.parametrize("names", SMOOTH, ids=" ".join)
@pytest.mark.parametrize("degree", [0, 1, 2])
def test_smooth_families_against_quadrature(names: tuple[str, ...], degree: int) -> None:
    size = min(degree + len(names), 4)
    degree = size - len(names)
    C, exact = covariance(size)
    with precision():
        found = expectation(range(degree), [(name, degree + k) for k, name in enumerate(names)], exact)
    grid = np.stack(np.meshgrid(*[POINTS] * size, indexing="ij")).reshape(size, -1)
    weight = np.prod(np.stack(np.meshgrid(*[WEIGHTS] * size, indexing="ij")).reshape(size, -1), 0)
    x = np.linalg.cholesky(C) @ grid
    values = np.prod(x[:degree], 0)
    for k, name in enumerate(names):
        values = values * VALUES[name](x[degree + k])
    expected = float(weight @ values) / (2 * np.pi) ** (size / 2)
    assert found is not None
    assert found.approximate is not None
    assert abs(found.approximate - expected) < 1e-8


def test_orthants_are_the_arc_cosine_formulas() -> None:
    rho = Number.of(Fraction(3, 5))
    C = [[ONE, rho, ONE, rho], [rho, ONE, rho, ONE], [ONE, rho, ONE, rho], [rho, ONE, rho, ONE]]
    with precision():
        relu = expectation(("x", "y"), [("step", 2), ("step", 3)], C)
        step = expectation((), [("step", 0), ("step", 1)], [row[:2] for row in C[:2]])
    assert relu is not None
    assert step is not None
    t = np.arccos(0.6)
    assert abs(float(relu.ball.mid()) - (np.sin(t) + (np.pi - t) * np.cos(t)) / (2 * np.pi)) < 1e-15
    assert abs(float(step.ball.mid()) - (np.pi - t) / (2 * np.pi)) < 1e-15


def test_three_steps_and_a_delta() -> None:
    half = Number.of(Fraction(1, 2))
    C = [[ONE if i == j else half for j in range(3)] for i in range(3)]
    with precision():
        found = expectation((), [("step", k) for k in range(3)], C)
        at = expectation((), [("delta", 0), ("step", 1)], C)
    assert found is not None
    assert at is not None
    assert abs(float(found.ball.mid()) - 0.25) < 1e-15  # 1/8 + 3 asin(1/2)/(4π)
    assert abs(float(at.ball.mid()) - 0.5 / np.sqrt(2 * np.pi)) < 1e-15


def test_polynomials_are_rational() -> None:
    C = [[Number.of(2)] * 4 for _ in range(4)]
    assert (expectation(range(4), (), C) or ZERO).exact == 12


def test_enclosures_contain_the_closed_form() -> None:
    half, one = arb(1) / 2, arb(1)
    erf = Univariate([("erf", one, arb(0), 1)], 0, one)
    with precision():
        exact = expectation(
            (), [("erf", 0), ("erf", 1)], [[ONE, Number.of(Fraction(1, 2))], [Number.of(Fraction(1, 2)), ONE]]
        )
        assert exact is not None
        found = pair(erf, erf, half)
        assert found.overlaps(exact.ball)
        assert float(found.rad()) < 1e-9


@pytest.mark.parametrize("rho", ["-0.9", "0.3"])
def test_enclosures_of_tanh_against_quadrature(rho: str) -> None:
    F = Univariate([("tanh", arb(1), arb(0), 1)], 0, arb(1))
    G = Univariate([("tanh", arb("0.5"), arb("0.25"), 2)], 1, arb(2))
    found = pair(F, G, arb(rho))
    r = float(rho)
    x, y = POINTS[:, None], 2 * (r * POINTS[:, None] + np.sqrt(1 - r * r) * POINTS[None])
    values = np.tanh(x) * y * np.tanh(0.5 * y + 0.25) ** 2
    expected = float(WEIGHTS @ values @ WEIGHTS) / (2 * np.pi)
    assert abs(float(found.mid()) - expected) < 1e-4 + float(found.rad())  # quadrature of a function with poles
    assert float(found.rad()) < 1e-6


def test_a_step_in_an_integral_is_a_half_line() -> None:
    F = Univariate([("step", arb(1), arb("-0.5"), 1), ("tanh", arb(1), arb(0), 2)], 0, arb(1))
    z = np.linspace(0.5, 12, 2_000_001)
    values = np.tanh(z) ** 2 * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    expected = float(np.sum((values[1:] + values[:-1]) / 2) * (z[1] - z[0]))
    assert abs(float(F.mean().mid()) - expected) < 1e-9


def test_numbers_know_what_they_are() -> None:
    with precision():
        two = Number.of(2).root()
        assert (two * two).exact == 2
        assert not (two - two).nonzero
        assert not enclosed(1e-9, 1e-8).nonzero
        assert (pi() - Number.of(3)).nonzero
        assert not Number.unknown().nonzero
        assert Number.unknown(True).nonzero
        assert not (pi() - Number.of(Fraction(3_141_593, 1_000_000))).nonzero  # 3e-7 beside 3: nothing shows it


@pytest.mark.parametrize(
    ("power", "front"), list(itertools.product([0.5, -1.0, 0.0, -1.5, 0.25], [0.3, 1 / 3, 2**0.5, 7.0]))
)
def test_constants_are_read_as_powers(power: float, front: float) -> None:
    p, c = read([front * n**power for n in WIDTHS])
    assert p == Fraction(power)
    assert abs(float(c.ball.mid()) - front) < 1e-14
    assert c.tree is not None


def test_constants_that_are_no_powers_are_refused() -> None:
    for values in ([np.log(n) for n in WIDTHS], [n + 1.0 for n in WIDTHS], [1.0, 0.0, 1.0], [float("inf")] * 3):
        with pytest.raises(Underived, match="constant"):
            read(values)


def test_what_a_float_stands_for() -> None:
    assert meant(0.1).exact == Fraction(1, 10)
    assert meant(float(np.float32(0.3)), 4).exact == Fraction(3, 10)
    assert str(meant(2**0.5)) == "sqrt(2)"
    assert meant(np.cos(1.0)).exact is None


# -- boxes: functions of functions -------------------------------------------------------------------------------------


def over_boxes(names: tuple[str, ...], C: list[list[Number]]) -> arb:
    """E of a product of functions of one variable each, by boxes."""
    forms = [boxes.Sum(((arb(1), ((boxes.ScaledVariable(k, arb(1)), 1),)),)) for k in range(len(names))]
    factors = tuple((boxes.Apply(name, form), 1) for name, form in zip(names, forms, strict=True))
    with precision():
        return boxes.mean(boxes.Sum(((arb(1), factors),)), C, arb(1))


@pytest.mark.parametrize(
    "names", [("step",), ("erf", "erf"), ("step", "step"), ("step", "step", "step"), ("bell", "bell")]
)
def test_boxes_hold_closed_forms_and_not_those_of_another_covariance(names: tuple[str, ...]) -> None:
    _, C = covariance(len(names))
    with precision():
        exact = expectation((), [(name, k) for k, name in enumerate(names)], C)
        other = [[c if i == j else -c for j, c in enumerate(row)] for i, row in enumerate(C)]
        wrong = expectation((), [(name, k) for k, name in enumerate(names)], other)
    found = over_boxes(names, C)
    assert exact is not None
    assert wrong is not None
    assert found.contains(exact.ball.mid())
    assert float(found.rad()) < (0.05 if len(names) == 3 else 0.005)
    if names in (("erf", "erf"), ("step", "step")):
        assert not found.overlaps(wrong.ball)


def test_boxes_hold_a_function_of_functions() -> None:
    """E X tanh(Y + X (1 - tanh(Y)²)/2) for independent X, Y, against quadrature; and not with the sign turned."""
    y = boxes.ScaledVariable(1, arb(1))
    inner = boxes.Apply("tanh", boxes.Sum(((arb(1), ((y, 1),)),)))
    for sign in (1, -1):
        half = arb(sign) / 2
        x = boxes.ScaledVariable(0, arb(1))
        whole = boxes.Sum(((arb(1), ((y, 1),)), (half, ((x, 1),)), (-half, ((x, 1), (inner, 2)))))
        with precision():
            found = boxes.mean(boxes.Sum(((arb(1), ((x, 1), (boxes.Apply("tanh", whole), 1))),)),
                               [[ONE, ZERO], [ZERO, ONE]], arb(1))  # fmt: skip
        a, b = np.meshgrid(POINTS, POINTS, indexing="ij")
        values = a * np.tanh(b + a * (1 - np.tanh(b) ** 2) / 2)
        expected = float(np.sum(np.outer(WEIGHTS, WEIGHTS) * values)) / (2 * np.pi)
        assert bool(found.contains(arb(expected))) == (sign == 1)
        assert float(found.rad()) < 0.01


def test_boxes_refuse_what_they_cannot_enclose() -> None:
    one = boxes.Sum(((arb(1), ((boxes.ScaledVariable(0, arb(1)), 1),)),))
    with precision():
        with pytest.raises(Underived, match="over 4 variables"):
            boxes.mean(one, [[ONE] * 4] * 4, arb(1))
        with pytest.raises(Underived, match="no interval of delta"):
            boxes.mean(boxes.Sum(((arb(1), ((boxes.Apply("delta", one), 1),)),)), [[ONE]], arb(1))
        with pytest.raises(Underived, match="not known to be linearly independent"):
            boxes.mean(one, [[ONE, ONE, ONE]] * 3, arb(1))
        with pytest.raises(Underived, match="a variance is not known"):
            boxes.mean(one, [[Number.unknown()]], arb(1))


def test_multiples_of_one_root_are_simplified() -> None:
    two, eight = (Number.of(k).root() for k in (2, 8))
    assert (two * eight).exact == 4
    assert (two.inverse() * two).exact == 1
    assert (-two * two).exact == -2
    assert (two - two).zero
    assert str(two + eight) == "sqrt(18)"
    assert (two + eight - Number.of(18).root()).zero
    assert (two - eight + two).zero
    difference = two - eight  # -√2
    assert difference.exact is None
    assert difference.sign < 0
    assert (difference * difference).exact == 2
    half = Number.of(Fraction(1, 2))
    assert ((two * half).power(4)).exact == Fraction(1, 4)


def test_what_is_no_multiple_of_one_root_is_not() -> None:
    """Twin: √2 + √3 and √2·π are no roots of rational numbers."""
    two, three = (Number.of(k).root() for k in (2, 3))
    for odd in (two + three, two * pi()):
        square = odd * odd
        assert square.exact is None
        assert square.known
        assert not (square - Number.of(10)).zero
    np.testing.assert_allclose(float((two + three).ball.mid()), math.sqrt(2) + math.sqrt(3), rtol=1e-15)
