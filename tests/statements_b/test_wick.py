"""Exact moments by index patterns: against literal sums at small widths, the transfer matrix, and known values."""

from __future__ import annotations

from fractions import Fraction

import pytest

from verifier.exact.correlation import correlation, parse
from verifier.exact.hypernetwork import hypernetwork_moments_by_depth
from verifier.exact.moments import polynomial, strands_of
from verifier.exact.reference import literal_moment
from verifier.kernel.terms import KernelError
from verifier.kernel.wick import equal_widths, moment

F = ["f", "i", 1]


def term(layers, outputs, d=1):
    return ["T", d, ["list", *layers], ["list", *outputs]]


def at(found, widths):
    total = Fraction(0)
    for powers, value in found.items():
        for width, power in zip(widths, powers, strict=True):
            value *= Fraction(width) ** power
        total += value
    return total


@pytest.mark.parametrize("relu", [True, False])
@pytest.mark.parametrize("r", [0, 1, 2])
@pytest.mark.parametrize("widths", [(1,), (2,), (3,), (1, 2), (2, 1), (2, 2)])
def test_second_moments_of_stars_against_literal_sums(r, widths, relu):
    depth = len(widths) + 1
    literal = literal_moment(parse(f"T({r})"), widths, "relu" if relu else "linear", moment=2)
    assert at(moment(["^", ["S", r], 2], depth, 1, relu), widths) == literal


@pytest.mark.parametrize("relu", [True, False])
@pytest.mark.parametrize(("r", "depth"), [(1, 4), (2, 2), (2, 4), (3, 3), pytest.param(4, 4, marks=pytest.mark.slow)])
def test_second_moments_of_stars_against_the_transfer_matrix(r, depth, relu):
    fast = polynomial(strands_of(parse(f"T({r})"), 2), depth, "relu" if relu else "linear")
    assert equal_widths(moment(["^", ["S", r], 2], depth, 1, relu)) == fast


@pytest.mark.parametrize("layers", [(1, 2), (1, 3), (2, 3)])
def test_layer_terms_of_several_outputs_against_literal_sums(layers):
    outputs = [0, 1, 0]
    factors = [("x", output) for output in outputs]
    found = correlation(factors, [(0, 1, "a"), (0, 2, "b")])
    literal = literal_moment(found, (2, 2), "relu", moment=2, layers=layers)
    mine = moment(["^", term(layers, [2, 1]), 2], 3, 2, True)
    assert at(mine, (2, 2)) == literal


@pytest.mark.parametrize(("r", "outputs", "depth", "power"), [(1, 2, 2, 1), (1, 2, 3, 1), (1, 2, 2, 2), (0, 2, 2, 2)])
def test_hypernetwork_terms_against_the_transfer_matrix(r, outputs, depth, power):
    fast = hypernetwork_moments_by_depth(r, outputs, depth, moment=power, activation="relu", g_activation="relu")[-1]
    mine = equal_widths(moment(["^", ["K", r], power], depth, outputs, True))
    factor = Fraction(2) ** Fraction((outputs - 1) * (r + 1) * power, 2)
    assert {a: c * factor for a, c in mine.items()} == fast


@pytest.mark.parametrize(
    ("of", "depth", "outputs", "expected"),
    [
        (["^", F, 4], 3, 1, {0: 3, -1: 30, -2: 75}),  # O5: 3 (1 + 5/n)²
        (["*", F, term((1, 2), (1, 1))], 3, 1, {-1: 2, -2: 10}),  # O7
        (["*", F, term((1, 3), (1, 1))], 3, 1, {-1: 4, -2: 8}),  # O8
        (["*", F, ["S", 2]], 3, 1, {-1: 16, -2: 56}),  # O9
        (["^", term((1, 2, 3), (1, 1, 1)), 2], 3, 1, {-4: 48, -5: 480, -6: 1200}),  # O12
        (["^", term((2, 3), (2, 1)), 2], 3, 2, {-2: 4, -3: 60, -4: 176}),  # O13
        (["^", term((1, 2), (2, 1)), 2], 3, 2, {-2: 4, -3: 28, -4: 16}),  # O14
        (["^", term((1, 2), (1, 2)), 2], 3, 2, {-3: 8, -4: 40}),  # O15
        (["^", term((2, 3), (1, 2)), 2], 3, 2, {}),  # O15: d_2 ≠ d in the last layer
        (["Kh"], 2, 2, {0: 4, -1: 16}),  # O23
        (["S", 2], 3, 1, {}),  # O4: the mean of an odd number of factors
        (["S", 4], 3, 1, {}),  # O3: r > L
        (["corr", 2, ["list", 0, 1, 0, 1]], 3, 1, {0: 6}),  # |∇²f|² is not constant, its mean L(L-1) is
    ],
)
def test_oracle_values(of, depth, outputs, expected):
    assert equal_widths(moment(of, depth, outputs, True)) == expected


@pytest.mark.parametrize(
    ("of", "message"),
    [
        (["^", ["S", 3], 4], "12 are allowed"),
        (["*", ["K", 0], ["f", "i", 1]], "not even"),
        (["g", 1], "no moments"),
        (["f", "k", 1], "not an output"),
        (term((1, 2), (1,)), "different number"),
        (["^", F, 9], "power"),
    ],
)
def test_what_is_refused(of, message):
    with pytest.raises(KernelError, match=message):
        moment(of, 2, 2, True)
