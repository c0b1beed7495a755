"""A claim that a quantity *is* a number in the limit, of samples that are never near it.

Error rate 1e-3 a claim, seed 5, which every run prints in its answers.
"""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Float, Function, symbols

from verifier.claims.statement import Claim, Kind, Source, Statement
from verifier.inference.wilson_hilferty import NearlySymmetric
from verifier.quantities.check import Check, Measure, Quantity, cells
from verifier.sampling.plan import RunOptions, plan
from verifier.sampling.run import run

X = Function("X")(symbols("r"))
CLAIM = Claim("s.value", Kind.VALUE, X, "X → 1", value=Float(1))


def at_either(low, high):
    return lambda n, rng, count: np.where(rng.random(count) < 0.5, low, high)


#: Laws that do not tend to 1 in probability, by what is 1 of them all the same.
NEVER_THERE = {
    "the mean": at_either(0.0, 2.0),
    "the mean on the nearly symmetric scale": at_either(0.0, 4.0),
    "that of what is below 0, too": at_either(-4.0, 4.0),
}


def verdict(law, *, constant, squares):
    def draw(shared, listed, width, samples, rng):
        return law(width, rng, samples)[:, None]

    quantity = Quantity("X", "X", (), draw, constant=constant, squares=squares)
    part = Measure(
        quantity, cells(r=0), widths=(128, 256, 512, 1024), averaged=True, block=128, samples=1 << 18, margin=0.05,
        claims=("s.value",),
    )  # fmt: skip
    statement = Statement("s", "S", Source("D"), "", (CLAIM,))
    (answer,) = run(plan(Check("s", part), statement, RunOptions()), seed=5).answers
    (decision,) = answer.decisions.values()
    return decision.verdict.value


@pytest.mark.parametrize("squares", [False, True])
@pytest.mark.parametrize("what", NEVER_THERE)
def test_a_mean_at_the_claimed_number_was_taken_for_the_number(what, squares):
    """X is 0 or 2, -4 or 4: a mean is 1, and X never near 1, which was consistent with X → 1."""
    assert verdict(NEVER_THERE[what], constant=True, squares=squares) == "contradicted"


@pytest.mark.parametrize("squares", [False, True])
def test_what_tends_to_the_number_is_consistent(squares):
    def gamma(n, rng, count):
        return rng.gamma(n, 1 / n, count)

    assert verdict(gamma, constant=True, squares=squares) == "consistent"
    assert verdict(lambda n, rng, count: np.ones(count), constant=True, squares=squares) == "consistent"


def test_of_a_mean_alone_nothing_more_is_asked():
    assert verdict(NEVER_THERE["the mean"], constant=False, squares=False) == "consistent"
    scale = NearlySymmetric(1.0)
    assert scale.of([0.0, 4.0]).mean() == pytest.approx(1.0)  # what the second law is made for
