"""Claims about the order of a variance: X = 2 + n^{-1/2} N with skewed noise N, whose mean says nothing of it.

Seeds are fixed.  For a fresh seed each decision errs with probability at most 1e-3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from sympy import Function, Rational, symbols

from verifier.claims.statement import Claim, Kind, Source, Statement
from verifier.inference.decisions import Decision
from verifier.networks.draws import Draw
from verifier.quantities.check import Check, Measure, Quantity, cells
from verifier.sampling.plan import RunOptions, plan
from verifier.sampling.run import run

r, axis = symbols("r axis")
X = Function("X")(r)


def draw(shared: Any, found: Sequence[Any], width: int, samples: int, rng: np.random.Generator) -> Draw:
    noise = rng.exponential(size=(samples, len(found))) - 1
    return Draw(2 + noise * np.array([float(width) ** (-c["r"] / 2) for c in found]))


def decided(kind: Kind, exponent: Any, seed: int = 11, **how: Any) -> Decision:
    part = Measure(
        Quantity("X", "X", ("H",), draw), cells(H=1, r=[1]), widths=(2053, 16_411, 131_071, 1_048_573), block=256,
        samples=1 << 14, **how,
    )  # fmt: skip
    claim = Claim("s.variance", kind, X, "", exponent=exponent)
    answers = run(
        plan(Check("s", part), Statement("s", "S", Source("D"), "", (claim,)), RunOptions()), seed=seed
    ).answers
    (decision,) = [d for answer in answers for d in answer.decisions.values()]
    return decision


@pytest.mark.parametrize(
    ("exponent", "verdict"),
    [(-r, "consistent"), (-2 * r, "contradicted"), (0 * r, "contradicted"), (Rational(-5, 4) * r, "contradicted"),
     (Rational(-3, 4) * r, "contradicted")],
)  # fmt: skip
def test_the_exponent_of_a_variance_and_its_twins(exponent: Any, verdict: str) -> None:
    found = decided(Kind.VARIANCE, exponent)
    assert str(found.verdict) == verdict
    assert found.quantity == "exponent of Var X"
    assert found.claimed == float(exponent.subs(r, 1))
    assert found.low < -1 < found.high
    if verdict == "consistent":
        assert -1.125 < found.low < found.high < -0.875
        assert found.samples > 256  # X - X' of disjoint pairs: half as many


def test_the_order_of_the_same_quantity_is_another_one() -> None:
    assert str(decided(Kind.ORDER, 0 * r).verdict) == "consistent"
    assert str(decided(Kind.ORDER, -r / 2).verdict) == "contradicted"


def test_numbers_and_reason_are_in_one_unit_each() -> None:
    found = decided(Kind.VARIANCE, -2 * r)
    assert found.reason.startswith("for X - X', of order n^-1, the exponent lies in [")
    assert found.low == pytest.approx(2 * float(found.reason.split("[")[1].split(",")[0]), abs=2e-4)


def test_constant_samples_have_no_exponent() -> None:
    def constant(shared: Any, found: Sequence[Any], width: int, samples: int, rng: np.random.Generator) -> Draw:
        return Draw(np.full((samples, len(found)), 2.0))

    part = Measure(Quantity("X", "X", ("H",), constant), cells(H=1, r=[1]), widths=(64, 128, 256, 512), samples=512)
    claim = Claim("s.variance", Kind.VARIANCE, X, "", exponent=-r)
    answers = run(plan(Check("s", part), Statement("s", "S", Source("D"), "", (claim,)), RunOptions()), seed=1).answers
    assert {str(d.verdict) for a in answers for d in a.decisions.values()} == {"invalid"}


def test_two_widths_are_refused_and_so_is_no_exponent() -> None:
    with pytest.raises(ValueError, match="about a variance, which is measured along one width"):
        decided(Kind.VARIANCE, -r, grid=(64, 128, 256, 512), derived=lambda cell: {"axis": "n"})
    with pytest.raises(ValueError, match="without a finite exponent"):
        decided(Kind.VARIANCE, None)
