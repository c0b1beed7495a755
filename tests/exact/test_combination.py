"""Combinations of exact means, against closed forms and against samples."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from click.testing import CliRunner

from verifier.cli import cli
from verifier.exact.combination import combination
from verifier.exact.correlation import CorrelationError
from verifier.networks.correlations import sample_T

KAPPA = "E[f(0)^4] - 3 E[f(0)^2]^2"


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(("activation", "excess"), [("relu", 5), ("linear", 2)])
def test_the_fourth_cumulant_of_an_output(depth: int, activation: str, excess: int) -> None:
    """Each hidden layer multiplies E f⁴ by 1 + 5/n (ReLU) or 1 + 2/n: κ₄ = 3 ((1 + c/n)^{L-1} - 1)."""
    found = combination(KAPPA, depth, activation=activation)
    for n in (1, 3, 10, 1000):
        assert found.at(n) == 3 * ((1 + Fraction(excess, n)) ** (depth - 1) - 1)
    assert found.leading == (None if depth == 1 else (-1, Fraction(3 * excess * (depth - 1))))


def test_a_variance_is_a_difference_of_means() -> None:
    found = combination("E[T(2)^2] - E[T(2)]^2", 3, activation="relu")
    assert found.leading == combination("E[T(2)^2]", 3, activation="relu").leading  # its mean is zero
    assert found.leading == (-2, Fraction(272))


def test_terms_that_cancel_and_those_that_do_not() -> None:
    """The twin: with 2 in the place of 3 the limit does not cancel."""
    assert combination("E[f(0)^4] - 2 E[f(0)^2]^2", 3, activation="relu").leading == (0, Fraction(1))
    assert combination("E[f(0)^2] - 1", 3, activation="relu").leading is None
    assert combination("(E[f(0)^4] - 3)/15", 2, activation="relu").polynomial == {-1: 1}


def test_against_samples() -> None:
    """κ₄ of f at L = 3, n = 8 in 2^20 networks: within six standard errors (rate 2e-9), seed 20303."""
    n, size = 8, 1 << 20
    f = sample_T(3, n, [0], samples=size, rng=np.random.default_rng(20_303)).values[:, 0]
    m2, m4 = np.mean(f**2), np.mean(f**4)
    influence = f**4 - m4 - 6 * m2 * (f**2 - m2)
    exact = float(combination(KAPPA, 3, activation="relu").at(n))
    assert abs(m4 - 3 * m2**2 - exact) < 6 * influence.std() / np.sqrt(size)


@pytest.mark.parametrize("text", ["E[f(0)^4] -", "E[f(0)^2] ** x", "E[f(0)^2]^-1", "1/E[f(0)^4]", "E[f(0)^2] E", "m0"])
def test_what_is_no_combination(text: str) -> None:
    with pytest.raises(CorrelationError, match="is not a combination of means"):
        combination(text, 2, activation="relu")


def test_the_command() -> None:
    result = CliRunner().invoke(cli, ["exact", KAPPA, "--depth", "3", "--width", "64"])
    assert result.exit_code == 0
    assert "= 30 n^-1 + 75 n^-2" in result.output
    assert "leading: 30 n^-1" in result.output
    data = json.loads(CliRunner().invoke(cli, ["exact", KAPPA, "--depth", "3", "--json"]).output)
    assert data["leading"] == {"power": -1, "coefficient": "30"}
    assert CliRunner().invoke(cli, ["exact", KAPPA, "--depth", "3", "--moment", "2"]).exit_code == 2
    assert CliRunner().invoke(cli, ["exact", "E[f(0)^4] - x", "--depth", "3"]).exit_code == 2
