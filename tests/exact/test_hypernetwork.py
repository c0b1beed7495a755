"""Moments of K^(r): both trunks, against tables and closed forms."""

from fractions import Fraction as F
from math import factorial

import pytest

from verifier.exact.api import exact_moment
from verifier.exact.correlation import CorrelationError
from verifier.exact.hypernetwork import HypernetworkMoments, hypernetwork_moments_by_depth
from verifier.exact.moments import evaluate, leading
from verifier.exact.transfer import TransferMatrix

INDEPENDENT = {  # (H, L): leading coefficients of E K^2 for r = 0..5; exponent 2 min(0, H - r)
    (1, 2): [1, 4, 4, 0, 0, 0],
    (1, 3): [1, 9, 68, 108, 0, 0],
    (2, 2): [1, 32, 64, 5184, 129600, 0],
    (2, 3): [1, 72, 324, 188568, 63561024, 10206000000],
    (3, 2): [1, 180, 6336, 62208, 279936000, 600112800000],
    (3, 3): [1, 405, 32076, 708588, 22769294400, 491565866400000],
}
MEANS = {
    (2, 2): {1: (0, 4), 3: (-1, 24)},
    (2, 3): {1: (0, 6), 3: (-1, 144), 5: (-3, 8640)},
    (3, 2): {1: (0, 6), 3: (0, 48), 5: (-2, 19440)},
    (3, 3): {1: (0, 9), 3: (0, 162), 5: (-2, 554040)},
}


@pytest.fixture(scope="module")
def engine():
    return HypernetworkMoments(3)


def test_independent_trunks(engine):
    for (H, L), row in INDEPENDENT.items():
        for r, coefficient in enumerate(row):
            expected = (2 * min(0, H - r), F(coefficient)) if coefficient else None
            assert leading(engine.independent(H, r, 2)[L - 1]) == expected, (H, L, r)


def test_means_of_independent_trunks(engine):
    for (H, L), row in MEANS.items():
        for r in range(6):
            expected = (row[r][0], F(row[r][1])) if r in row else None
            assert leading(engine.independent(H, r, 1)[L - 1]) == expected, (H, L, r)


@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_one_layer_of_g_is_the_star(activation):
    for r in range(4):
        star = exact_moment(f"T({r})", 3, activation=activation, moment=2).polynomial
        for trunk in ("shared", "independent"):
            found = exact_moment(f"K({r})", 3, g_depth=1, activation=activation, moment=2, trunk=trunk)
            assert found.polynomial == star


def highest_order(H, L, n, shared):
    """E (K^(HL))^2 in closed form, linear network and g.

    K^(HL) = (HL)! n^{-H(L-1)} H^{H(L-1)} prod_d (f^d)^{HL-1} for a shared trunk; H^{H(L-1)} is absent
    for independent trunks.  Given the trunk the f^d are iid N(0, q^2).
    """
    k = H * L - 1
    double_factorial = factorial(2 * k) // (2**k * factorial(k))
    layer = F(1)
    for j in range(H * k if shared else k):
        layer *= 1 + F(2 * j, n)
    moments = double_factorial**H * layer ** ((L - 1) * (1 if shared else H))
    scale = factorial(H * L) ** 2 * F(1, n) ** (2 * H * (L - 1))
    return scale * moments * (H ** (2 * H * (L - 1)) if shared else 1)


def test_highest_order_closed_form():
    for H, L in [(1, 2), (1, 3), (2, 1), (2, 2), (3, 1)]:
        for trunk in ("shared", "independent"):
            p = hypernetwork_moments_by_depth(H * L, H, L, trunk=trunk)[-1]
            for n in (1, 2, 5, 50):
                assert evaluate(p, n) == highest_order(H, L, n, trunk == "shared"), (H, L, trunk)


def test_shared_trunk_value():
    found = exact_moment("K(4)", 2, g_depth=2, moment=2)
    assert found.leading == (-4, 2073600)
    assert exact_moment("K(4)", 2, g_depth=2, moment=2, trunk="independent").leading == (-4, 129600)
    assert exact_moment("K(5)", 2, g_depth=2, moment=2).is_zero


def test_shared_trunk_orders():
    for r in range(5):
        assert exact_moment(f"K({r})", 2, g_depth=2, activation="relu", moment=2).leading[0] == 2 * min(0, 2 - r)


def test_kernel_of_the_hypernetwork():
    """E K^h(u, u) = 4 + 16/n at L = H = 2, ReLU in f and in g."""
    found = exact_moment("K(1)", 2, g_depth=2, activation="relu", g_activation="relu", width=16)
    assert found.polynomial == {0: 4, -1: 16}
    assert found.value == 5
    independent = exact_moment("K(1)", 2, g_depth=2, activation="relu", g_activation="relu", trunk="independent")
    assert independent.polynomial == {0: 4}


def test_relu_in_g_doubles_the_second_moment_per_order():
    linear = exact_moment("K(2)", 2, g_depth=2, moment=2).polynomial
    relu = exact_moment("K(2)", 2, g_depth=2, moment=2, g_activation="relu").polynomial
    assert relu == {power: 4 * c for power, c in linear.items()}
    assert exact_moment("K(2)", 2, g_depth=2, g_activation="relu").is_zero


def test_refused():
    with pytest.raises(CorrelationError, match="needs the depth H"):
        exact_moment("K(2)", 2)
    with pytest.raises(CorrelationError, match="g depth 0"):
        exact_moment("K(2)", 2, g_depth=0)
    with pytest.raises(CorrelationError, match="K\\(r\\) only"):
        exact_moment("T(2)", 2, g_depth=2)
    with pytest.raises(CorrelationError, match="trunk 'both'"):
        hypernetwork_moments_by_depth(1, 1, 1, trunk="both")
    with pytest.raises(CorrelationError, match="memory"):
        exact_moment("K(5)", 6, g_depth=4, moment=2)


@pytest.mark.slow
def test_all_288_cases():
    matrix, nonzero = TransferMatrix(), 0
    for activation in ("linear", "relu"):
        engine = HypernetworkMoments(6, activation, matrix)
        for H in range(1, 5):
            for r in range(6):
                for L, p in enumerate(engine.independent(H, r, 2), start=1):
                    assert (leading(p)[0] == 2 * min(0, H - r)) if r <= H * L else p == {}
                    nonzero += bool(p)
    assert nonzero == 254
