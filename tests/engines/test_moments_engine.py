"""The engine of moments: against index patterns, literal sums, sampled networks and known values; what is refused."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy

import verifier.kernel.theory  # noqa: F401
from tests.engines.index_patterns import expectation
from tests.exact.literal import literal_moment
from tests.theory.gaussian_networks import Batch, mean_is
from verifier.engines import moments
from verifier.engines.strands import expanded
from verifier.exact.correlation import correlation, parse
from verifier.exact.hypernetwork import hypernetwork_moments_by_depth
from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import Num, Var, app, eq, forall, imp, le

F = ["f", 1]


def leaf(layers, outputs, d=1):
    return ["T", d, list(layers), list(outputs)]


def request(of, depth, activation="relu", say="equal"):
    return {"of": of, "depth": depth, "activation": activation, "say": say}


def slowly(of, depth, relu):
    """The mean by powers of the reciprocal widths, by index patterns; masks of g as half the sign patterns each."""
    total, depth_of_g = expanded(of, depth)
    found = {}
    for strands, coefficient in total.items():
        outputs = [d for _, d in strands.labels]
        if any(outputs.count(d) % 2 for d in set(outputs)):
            continue
        for powers, value in expectation(strands, depth, relu).items():
            where = tuple(-a for a in powers)
            found[where] = found.get(where, 0) + coefficient * value
    share = Fraction(1, 2 ** max(depth_of_g - 1, 0)) if relu else 1
    return {powers: value * share for powers, value in found.items() if value}


PRODUCTS = [
    ([F] * 4, 3), ([F] * 6, 2), ([["f", 1], ["f", 2], ["f", 2], ["f", 1]], 3), ([F, leaf((1, 2), (1, 1))], 3),
    ([F, leaf((1, 3), (1, 1))], 3), ([F, ["S", 2]], 3), ([["S", 2]] * 2, 2), ([["S", 2]] * 2, 3), ([["S", 3]] * 2, 3),
    ([leaf((1, 2, 3), (1, 1, 1))] * 2, 3), ([leaf((2, 3), (2, 1))] * 2, 3), ([leaf((1, 2), (1, 2))] * 2, 3),
    ([["K", 2, 1]], 2), ([["K", 2, 1]] * 2, 2), ([["K", 2, 2], ["K", 2, 0]], 2), ([["K", 1, 2]] * 2, 2),
    ([["corr", 2, [0, 1, 0, 1]]], 3), ([["corr", 3, [0, 1, 1, 2]]] * 2, 3), ([["corr", 4, [0, 1, 2, 3, 0, 2]]], 2),
    ([["S", 2]], 3), ([["S", 4]] * 2, 3),
]  # fmt: skip


@pytest.mark.parametrize("relu", [True, False])
@pytest.mark.parametrize(("of", "depth"), PRODUCTS)
def test_every_product_against_index_patterns(of, depth, relu):
    activation = "relu" if relu else "linear"
    slow = slowly(of, depth, relu)
    assert moments.mean(of, depth, activation, True)[0] == slow
    together = {}
    for powers, value in slow.items():
        together[sum(powers),] = together.get((sum(powers),), 0) + value
    assert moments.mean(of, depth, activation, False)[0] == {p: v for p, v in together.items() if v}


@pytest.mark.parametrize("activation", ["relu", "linear"])
@pytest.mark.parametrize("r", [0, 1, 2])
@pytest.mark.parametrize("widths", [(1,), (2,), (1, 1), (1, 2), (2, 1), (2, 2)])
def test_stars_against_sums_over_every_index_also_at_width_1(r, widths, activation):
    literal = literal_moment(parse(f"T({r})"), widths, activation, moment=2)
    found, _ = moments.mean([["S", r]] * 2, len(widths) + 1, activation, True)
    assert at(found, widths) == literal


@pytest.mark.parametrize("layers", [(1, 2), (1, 3), (2, 3)])
def test_layer_terms_against_sums_over_every_index(layers):
    factors = [("x", output) for output in (0, 1, 0)]
    literal = literal_moment(correlation(factors, [(0, 1, "a"), (0, 2, "b")]), (2, 2), "relu", moment=2, layers=layers)
    found, _ = moments.mean([leaf(layers, (2, 1))] * 2, 3, "relu", True)
    assert at(found, (2, 2)) == literal


def at(found, widths):
    total = Fraction(0)
    for powers, value in found.items():
        for width, power in zip(widths, powers, strict=True):
            value /= Fraction(width) ** power
        total += value
    return total


@pytest.mark.parametrize(("r", "outputs", "depth", "power"), [(1, 2, 2, 1), (1, 2, 3, 1), (1, 2, 2, 2), (3, 2, 2, 2)])
def test_hypernetworks_against_their_own_sum(r, outputs, depth, power):
    fast = hypernetwork_moments_by_depth(r, outputs, depth, moment=power, activation="relu", g_activation="relu")[-1]
    found, _ = moments.mean([["K", outputs, r]] * power, depth, "relu", False)
    factor = Fraction(2) ** Fraction((outputs - 1) * (r + 1) * power, 2)  # the √2 of Eq. (66)
    assert {-p[0]: c * factor for p, c in found.items()} == fast


@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_hyperkernels_mean_on_sampled_networks(n):
    """K^(1) = |∇h|², h = 1[f^1 > 0] f^1 f^2 at z = 1: E = 2 + 8/n."""
    rng = np.random.default_rng(20260108)
    b = Batch(rng, 100_000, [2, n], [1.0, 1.0], outputs=2)
    f, q = b.f.T, b.gram(2)
    first = [np.sqrt(2) * b.masks[0] * b.W[1][:, d] / np.sqrt(n) for d in (0, 1)]
    theta = lambda d, e: np.sum(first[d] * first[e], axis=1) * b.gram(1) + (d == e) * q  # noqa: E731
    k = (f[0] > 0) * (f[1] ** 2 * theta(0, 0) + 2 * f[0] * f[1] * theta(0, 1) + f[0] ** 2 * theta(1, 1))
    mean_is(k, 2 + 8 / n)


@pytest.mark.parametrize(
    ("of", "depth", "expected"),
    [
        ([F] * 4, 3, {0: 3, 1: 30, 2: 75}),  # 3 (1 + 5/n)²
        ([F, leaf((1, 2), (1, 1))], 3, {1: 2, 2: 10}),
        ([F, ["S", 2]], 3, {1: 16, 2: 56}),
        ([leaf((1, 2, 3), (1, 1, 1))] * 2, 3, {4: 48, 5: 480, 6: 1200}),
        ([leaf((2, 3), (1, 2))] * 2, 3, {}),  # d_2 ≠ d in the last layer
        ([["K", 2, 1]], 2, {0: 2, 1: 8}),
        ([["S", 2]], 3, {}),  # an odd number of factors
        ([["S", 4]] * 2, 3, {}),  # r > L
        ([["corr", 2, [0, 1, 0, 1]]], 3, {0: 6}),  # E |∇²f|² = L (L - 1)
    ],
)
def test_known_values(of, depth, expected):
    found, _ = moments.mean(of, depth, "relu", False)
    assert {p[0]: c for p, c in found.items()} == expected


# -- propositions ------------------------------------------------------------------------------------------------------

PHI, X, N = Var("phi", "act"), Var("x", "input"), Var("n", "int")


def _fourth(value):
    f = app("f", PHI, 2, X, 1)
    d = app("dot", X, X)
    of = app("flat", app("mean", app("*", f, f, f, f)), N)
    return forall([PHI, X, N], imp(app("relu", PHI), le(1, N), eq(of, app("*", d, d, value))))


def test_the_proposition_says_what_was_asked_for():
    inverse = app("inv", N)
    right = _fourth(app("+", 3, app("*", 15, inverse)))
    assert key(moments.compute(request([F] * 4, 2))) == key(right)
    for wrong in (app("+", 3, app("*", 9, inverse)), app("+", 3, app("*", 15, inverse, inverse)), Num(Fraction(3))):
        assert key(moments.compute(request([F] * 4, 2))) != key(_fourth(wrong))


def test_equal_widths_and_separate_ones_are_two_statements():
    equal, separate = (repr(moments.compute(request([F] * 4, 3, say=say))) for say in ("equal", "separate"))
    assert "flat" in equal
    assert "inv_width(2)" not in equal
    assert "flat" not in separate
    assert "inv_width(1)" in separate
    assert "inv_width(2)" in separate


def test_a_leading_term_is_that_of_the_polynomial():
    for of, depth, power, coefficient in (([["S", 3]] * 2, 4, -4, 63360), ([["K", 2, 3]] * 2, 2, -2, 41472)):
        found = moments.compute(request(of, depth, say="leading"))
        quantity, p, c = found.fields[1][0].fields[1].fields[1][1].fields[1]
        assert quantity.fields[0] == "mean"
        assert (p, c.fields[1][-1]) == (Num(Fraction(power)), Num(Fraction(coefficient)))


def test_the_activation_is_a_premise():
    assert "linear(" in repr(moments.compute(request([F] * 2, 2, "linear")))
    assert "relu(" in repr(moments.compute(request([F] * 2, 2)))


CUMULANT = [["1", [[F] * 4]], ["-3", [[F] * 2, [F] * 2]]]


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_the_fourth_cumulant_of_an_output(depth):
    """E f⁴ - 3 (E f²)² = 3 ((1 + 5/n)^{L-1} - 1), which is 15 (L - 1)/n to the first order."""
    found, size = moments.combined(moments._combination(CUMULANT), depth, "relu", False)
    n = sympy.Symbol("n", positive=True)
    expected = sympy.expand(3 * (1 + 5 / n) ** (depth - 1) - 3)
    assert sympy.expand(sum(c * n ** -p[0] for p, c in found.items()) - expected) == 0
    assert size == 4
    if depth > 1:
        asked = {"combination": CUMULANT, "depth": depth, "activation": "relu", "say": "leading"}
        leading = moments.compute(asked).fields[1][0].fields[1].fields[1][1].fields[1]
        assert (leading[1], leading[2].fields[1][-1]) == (Num(Fraction(-1)), Num(Fraction(15 * (depth - 1))))
        assert repr(leading[0]).count("mean") == 3


@pytest.mark.parametrize(
    "combination",
    [[], [["1", []]], [["x", [[F]]]], [[1, [[F] * 2]]], [["1", [[F] * 4]], ["-3", [[F] * 2]]], [["1/0", [[F]]]], "f",
     [["1", [[]]]], [["1", [[F] * 4]], ["-1", [[F] * 4]]]],
)  # fmt: skip
def test_combinations_that_are_refused(combination):
    """Among them parts of different degrees, and one that cancels and has no leading term."""
    with pytest.raises(Refused):
        moments.compute({"combination": combination, "depth": 2, "activation": "relu", "say": "leading"})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"of": [["S", 3]] * 8}, "at most 20 strands"), ({"of": [["K", 2, 0], F]}, "even in every row"),
        ({"of": [["K", 2, 0], ["K", 3, 0]]}, "one depth H"), ({"of": [["g", 1]]}, "none of f, T, S"),
        ({"of": [["f", 0]]}, "output 0"), ({"of": [["f", True]]}, "output True"), ({"of": []}, "has factors"),
        ({"of": [leaf((1, 2), (1,))]}, "one number"), ({"of": [leaf((2, 1), (1, 1))]}, "increase"),
        ({"of": [leaf((1, 4), (1, 1))]}, "layer 4"), ({"of": [["S", -1]]}, "order -1"), ({"of": "f"}, "list"),
        ({"of": [["corr", 2, [0, 0]]]}, "u < v"), ({"of": [["corr", 2, [0, 1, 0]]]}, "two ends"),
        ({"of": [["corr", 2, [0, 2]]]}, "end 2"), ({"depth": 0}, "depth 0"), ({"depth": 9}, "depth 9"),
        ({"depth": 2.0}, "depth 2.0"), ({"activation": "tanh"}, "relu or linear"), ({"say": "about"}, "separate or"),
        ({"of": [["S", 1]] * 2, "more": 1}, "fields"), ({"of": [["S", 4]] * 2, "say": "leading"}, "no leading term"),
    ],
)  # fmt: skip
def test_what_is_refused(changed, message):
    with pytest.raises(Refused, match=message):
        moments.compute({**request([F] * 2, 3), **changed})


def test_what_is_remembered_changes_nothing():
    """One request after another, and each from nothing."""
    asked = [request(of, depth, activation) for of, depth in PRODUCTS[:8] for activation in ("relu", "linear")]
    together = [moments.compute(one) for one in asked]
    for one, found in zip(asked, together, strict=True):
        moments._remembered.cache_clear()
        assert key(moments.compute(one)) == key(found)


def test_what_would_take_long_is_refused_soon(monkeypatch):
    with pytest.raises(Refused, match="at most 20"):
        moments.compute(request([["K", 4, 20]], 2))
    with pytest.raises(Refused, match="products of strands"):
        moments.compute(request([["K", 2, 4]] * 3, 8))
    monkeypatch.setattr(moments, "MOST_STATES", 100)
    moments._remembered.cache_clear()
    with pytest.raises(Refused, match="100 partial states"):
        moments.compute(request([["K", 2, 3]] * 2, 3))
    moments._remembered.cache_clear()


def test_a_full_memory_is_emptied_not_refused(monkeypatch):
    monkeypatch.setattr(moments, "MOST_STATES", 1_500)
    moments._remembered.cache_clear()
    for of in ([["S", 5]] * 2, [["S", 6]] * 2, [["S", 4]] * 2):
        moments.compute(request(of, 6))
    moments._remembered.cache_clear()
