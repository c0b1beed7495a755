"""Closed forms: the differential ring, quadrature at several variances, and values known to ten digits."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy
from layer_documents import apply, bundle, step

from lemmas._forms import LONGER, RELU, SIXTY, STEP, limit_covariance
from lemmas._kernels import (
    GramCovariance,
    HyperCovariance,
    ImplicitTangentKernel,
    MaskKernel,
    OutputCovariance,
    TangentKernel,
)
from verifier.kernel.enclosures import Instance, ball
from verifier.kernel.expectations import at_zero, derivative, element, is_zero
from verifier.kernel.terms import KernelError

STEP_FORM = apply("expect.price", of="step", value=STEP)
RELU_FORM = apply("expect.price", [STEP_FORM], of="relu", value=RELU)
CASES = [(-0.9, 1.0, 1.0), (-0.3, 0.5, 2.0), (0.0, 3.0, 1.5), (0.5, 2.0, 2.0), (0.95, 0.1, 7.0)]


def _quadrature(rho, s, t):
    """2 E relu(sξ) relu(tη) and 2 P[ξ > 0, η > 0], by one integral over ξ > 0 of the conditional expectation."""
    rest = mpmath.sqrt(1 - mpmath.mpf(rho) ** 2)

    def density(x):
        return mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)

    def positive(x):  # E relu(rho x + rest ζ)
        u = rho * x / rest
        return rest * (density(u) + u * mpmath.ncdf(u))

    points = [0, 1, 3, 6, 14]
    relu = 2 * s * t * mpmath.quad(lambda x: density(x) * x * positive(x), points)
    step = 2 * mpmath.quad(lambda x: density(x) * mpmath.ncdf(rho * x / rest), points)
    return relu, step


@pytest.mark.parametrize(("rho", "s", "t"), CASES)
def test_the_closed_forms_are_the_integrals(rho, s, t):
    relu, step = _quadrature(rho, s, t)
    values = {"rho": Fraction(rho), "s": Fraction(s), "t": Fraction(t)}
    assert float(ball(RELU_FORM["value"], values).mid()) == pytest.approx(float(relu), rel=1e-12)
    assert float(ball(STEP_FORM["value"], values).mid()) == pytest.approx(float(step), rel=1e-12)


@pytest.mark.parametrize(("rho", "s", "t"), CASES)
def test_the_claims_state_the_same_values(rho, s, t):
    from lemmas.lemma2 import statement

    claims = {claim.id: claim for claim in statement.claims}
    cell = {"s": s, "t": t, "angle": float(mpmath.degrees(mpmath.acos(rho)))}
    relu, step = _quadrature(rho, s, t)
    assert claims["lemma2.closed-gram"].at(cell).value == pytest.approx(float(relu), rel=1e-10)
    assert claims["lemma2.closed-masks"].at(cell).value == pytest.approx(float(step), rel=1e-10)


@pytest.mark.parametrize(
    "value",
    [
        ["*", 2, RELU],
        ["/", ["*", ["sqrt", ["-", 1, ["^", "rho", 2]]], RELU], 1],
        RELU[:1] + RELU[3:],  # right at variance 1 only
        ["*", "s", RELU],
        ["*", ["^", "s", 2], ["^", "t", 2], *RELU[3:]],  # right at variance 1 only
        ["*", 2, *RELU[3:]],  # right where s t = 2 only
        ["+", RELU, ["-", ["*", "s", "t"], 1]],
        ["+", RELU, ["*", "rho", ["-", "s", "t"]]],  # right at equal variances only
        ["+", RELU, ["*", "rho", ["-", 1, "rho"]]],
        ["*", "s", "t", ["+", RELU[3][1], ["*", ["acos", "rho"], "rho"]], ["inv", ["pi"]]],
    ],
)
def test_another_closed_form_is_rejected(value):
    with pytest.raises(KernelError):
        apply("expect.price", [STEP_FORM], of="relu", value=value)


def test_the_derivative_is_needed_as_a_premise():
    with pytest.raises(KernelError):
        apply("expect.price", of="relu", value=RELU)
    with pytest.raises(KernelError):
        apply("expect.price", [RELU_FORM], of="relu", value=RELU)
    with pytest.raises(KernelError):
        apply("expect.price", of="step", value=["*", ["acos", "rho"], ["inv", ["pi"]]])
    with pytest.raises(KernelError):
        apply("expect.price", of="tanh", value=STEP)


def test_the_ring_agrees_with_sympy():
    rho = sympy.Symbol("rho")
    root, angle = sympy.sqrt(1 - rho**2), sympy.acos(rho)
    term = ["+", ["*", ["acos", "rho"], ["^", "rho", 3]], ["*", ["^", ["sqrt", ["-", 1, ["^", "rho", 2]]], 3], ["pi"]]]
    expression = angle * rho**3 + root**3 * sympy.pi
    found = derivative(element(term))
    values = {"rho": 0.37, "s": 1, "t": 1}
    factors = (0.37, (1 - 0.37**2) ** 0.5, float(sympy.acos(0.37)), float(sympy.pi), 1, 1)
    number = 0.0
    for powers, c in found.items():
        number += float(c) * float(sympy.prod([f**p for f, p in zip(factors, powers, strict=True)]))
    assert float(number) == pytest.approx(float(expression.diff(rho).subs(rho, values["rho"])), rel=1e-12)
    assert not is_zero(found)
    assert is_zero(element(["-", ["^", ["sqrt", ["-", 1, ["^", "rho", 2]]], 2], ["-", 1, ["^", "rho", 2]]]))
    assert at_zero(element(["acos", "rho"])) == {(0, 0, 0, 1, 0, 0): Fraction(1, 2)}


def test_kernels_have_the_values_known_to_ten_digits():
    assert [OutputCovariance(L, 60) for L in (2, 3)] == pytest.approx([0.6089977810, 0.6839056509], abs=1e-10)
    assert [TangentKernel(L, 60) for L in (2, 3)] == pytest.approx([0.9423311144, 1.3514795611], abs=1e-10)
    cases = {(2, 2, 90, 90): 0.1013211836, (3, 2, 60, 60): 0.2924025983, (3, 3, 60, 120): 0.2579527286}
    for arguments, value in cases.items():
        assert HyperCovariance(*arguments) == pytest.approx(value, abs=1e-10)
    # Θ^h = Θ^f Θ^g
    assert ImplicitTangentKernel(3, 3, 60, 120) * TangentKernel(3, 60) == pytest.approx(0.5261722622, abs=1e-10)
    assert MaskKernel(1, 2, 60) == pytest.approx(2 / 3)
    assert OutputCovariance(sympy.Symbol("L"), 60).free_symbols


def test_the_counterexample_of_corollary_1_has_the_printed_digits():
    closed = {"relu": RELU_FORM["value"]}
    depth = {"L": 1, "H": 2, "l": 2}
    for gram, value in ((SIXTY, 0.22665), (LONGER, 0.38330), ([[4, [1, 2]], [[1, 2], 4]], 0.70036)):
        matrix = Instance({**depth, "Gx": SIXTY, "Gz": gram}, closed).matrix(limit_covariance("l"))
        assert float(matrix[0][1].mid()) == pytest.approx(value, abs=6e-6)
        assert float(matrix[0][1].rad()) < 1e-30
        a, c, d = (float(Fraction(*x) if isinstance(x, list) else x) for x in (gram[0][0], gram[0][1], gram[1][1]))
        assert GramCovariance(2, 0.5, a, c, d) == pytest.approx(float(matrix[0][1].mid()), abs=1e-12)


def test_the_printed_claims_state_other_values():
    from lemmas.corollary1 import statement

    printed, amended = statement.claims
    cell = {"H": 2, "s": 0.5, "a": 4, "c": 0.5, "d": 1}
    assert printed.at(cell).value == pytest.approx(0.22665, abs=6e-6)
    assert amended.at(cell).value == pytest.approx(0.38330, abs=6e-6)


@pytest.mark.parametrize("half", [1, 2, 3])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_moments_of_the_output_by_direct_expansion(half, n):
    # E[(1/n Σ 2 relu(ξ_a)²)^p] from the multinomial theorem, with E relu(ξ)^{2k} = (2k-1)!!/2, against the rule.
    from itertools import product
    from math import prod

    def single(k):
        return Fraction(2**k * prod(range(1, 2 * k, 2)), 2) if k else Fraction(1)

    direct = sum(
        prod((single(sum(1 for a in picks if a == unit)) for unit in range(n)), start=Fraction(1))
        for picks in product(range(n), repeat=half)
    ) / Fraction(n**half)
    coefficients = {1: [1], 2: [1, 5], 3: [1, 15, 44]}[half]
    assert sum(Fraction(c, n**i) for i, c in enumerate(coefficients)) == direct
    factor = ["+", *(["*", c, ["^", ["inv", ["n", "l"]], i]] for i, c in enumerate(coefficients))]
    odd = prod(range(1, 2 * half, 2))
    value = ["*", odd, ["^", ["entry", ["Gx"], 1, 1], half], ["prod", "l", 1, ["-", "L", 1], factor]]
    found = apply("moment.output", [{"is": "assume", "name": "relu"}], half=half, value=value)
    assert found["of"] == ["power", ["Y", "L"], 2 * half]


def test_fourier_features():
    z, zp = {"v": {"z": 1}, "b": 1}, {"v": {"zp": 1}, "b": 1}
    value = apply("expect.fourier", angles=[z, zp])["value"]
    assert value == ["+", 0, ["/", ["exp", ["/", ["-", ["norm2", 1, -1]], 2]], 2]]
    # E cos² = 1/2; without a common phase both terms stay; 2b does not cancel against b.
    assert apply("expect.fourier", angles=[z, z])["value"] == ["+", 0, ["/", 1, 2]]
    free = apply("expect.fourier", angles=[{"v": {"z": 1}, "b": 0}, {"v": {"zp": 1}, "b": 0}])["value"]
    assert len(free) == 4
    assert apply("expect.fourier", angles=[z, {"v": {"zp": 1}, "b": 2}])["value"] == ["+", 0]
    mean = mpmath.quad(lambda w: mpmath.npdf(w) * mpmath.cos(w * 0.7) / 2, [-12, 0, 12])
    assert float(ball(["/", ["exp", ["/", ["-", ["*", "d", "d"]], 2]], 2], {"d": Fraction(7, 10)}).mid()) == (
        pytest.approx(float(mean), rel=1e-12)
    )
    assert step(bundle("remark1"), "limit")["conclusion"]["to"] == value
