"""What no samples could answer is refused where a check is planned, with the claim, and not where it is decided."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sympy import Function, Integer, Sum, oo, symbols

from verifier.claims.statement import Claim, Kind, Source, Statement
from verifier.inputs.fields import FieldError
from verifier.networks.draws import Draw
from verifier.quantities.check import Check, Measure, Quantity, cells
from verifier.sampling.plan import RunOptions, plan
from verifier.sampling.run import run
from verifier.verdict import NumericStatus

r = symbols("r")
X = Function("X")(r)
ORDER = Claim("s.order", Kind.ORDER, X, "X ~ 1", exponent=Integer(0))
UPPER = Claim("s.upper", Kind.UPPER, X, "X is at most 1", exponent=Integer(0))
VANISHES = Claim("s.vanishes", Kind.VANISHES, X, "X tends to 0")
VALUE = Claim("s.value", Kind.VALUE, X, "E X is 1", value=Integer(1))
CONSTANT = Claim("s.constant", Kind.CONSTANT, X, "X tends to 1", value=Integer(1))
ATOM = Claim("s.atom", Kind.ATOM, X, "X is 0 half of the time", value=Integer(1) / 2)
ABOVE = Claim("s.above", Kind.ABOVE, X, "E X is above 0", value=Integer(0))
ZERO = Claim("s.zero", Kind.ZERO, X, "X = 0")
MEAN_ZERO = Claim("s.mean", Kind.MEAN_ZERO, X, "E X = 0")
VARIANCE = Claim("s.variance", Kind.VARIANCE, X, "Var X ~ 1", exponent=Integer(0))


def drawn(shared: Any, listed: Any, width: Any, samples: int, rng: np.random.Generator) -> Draw:
    return Draw(1 + 0.1 * rng.standard_normal((samples, len(listed))))


def planned(claim: Claim, cell: dict[str, Any] | None = None, **how: Any) -> Any:
    part = Measure(
        Quantity("X", "X", (), drawn),
        cells(r=0, **(cell or {})),
        **{"widths": (64, 128, 256, 512), "claims": (claim.id,), **how},
    )
    return plan(Check("s", part), Statement("s", "S", Source("D"), "", (claim,)), RunOptions())


@pytest.mark.parametrize("kind", [Kind.VALUE, Kind.CONSTANT])
@pytest.mark.parametrize("value", [oo, -oo, Integer(10) ** 400])
def test_a_value_that_is_no_finite_number(kind: Kind, value: Any) -> None:
    with pytest.raises(FieldError, match=r"claim s.value states the value -?inf; a finite number is needed"):
        planned(Claim("s.value", kind, X, "", value=value))


@pytest.mark.parametrize("claim", [VALUE, CONSTANT, ATOM, ABOVE], ids=lambda claim: claim.id)
def test_a_number_to_within_nothing(claim: Claim) -> None:
    with pytest.raises(FieldError, match=f"claim {claim.id} is decided to a margin of 0; one above 0 is needed"):
        planned(claim, margin=0.0)


@pytest.mark.parametrize("claim", [VALUE, CONSTANT, ATOM, ABOVE, ZERO, MEAN_ZERO, VARIANCE], ids=lambda claim: claim.id)
def test_what_is_measured_along_one_width_on_a_grid(claim: Claim) -> None:
    with pytest.raises(FieldError, match=f"claim {claim.id} .* along one width"):
        planned(claim, {"axis": "n"}, grid=(64, 128))


@pytest.mark.parametrize("claim", [ORDER, UPPER, VANISHES], ids=lambda claim: claim.id)
@pytest.mark.parametrize("cell", [{}, {"axis": "k"}, {"axis": 1}], ids=str)
def test_a_power_on_a_grid_of_which_nobody_says_along_what(claim: Claim, cell: dict[str, Any]) -> None:
    with pytest.raises(FieldError, match=f"claim {claim.id} is about a power on a grid: the cells of X need an axis"):
        planned(claim, cell, grid=(64, 128))


def test_a_sum_without_an_end_in_a_claim() -> None:
    """A sentence with the sum, and no error of this package's own."""
    endless = Claim("s.order", Kind.ORDER, X, "", exponent=Sum(1 / (r + 1), (r, 1, oo)))
    with pytest.raises(FieldError, match="is no real number at the parameters"):
        planned(endless)


def test_widths_that_share_by_cost_and_are_one() -> None:
    """There is nothing to share: what is asked of one width is told, with its cost and without."""
    for claim in (VALUE, ORDER):
        groups = [planned(claim, widths=(64,), cost=cost, samples=4096) for cost in (None, 100.0)]
        told = [run(group, seed=7).answers[0].decisions.values() for group in groups]
        assert [d.verdict for d in told[0]] == [d.verdict for d in told[1]]


def test_controls_on_a_grid() -> None:
    """The samples that fit them are drawn at a pair of widths, as all others are."""

    def at_pairs(shared: Any, listed: Any, width: Any, samples: int, rng: np.random.Generator) -> Draw:
        n, m = width
        normals = rng.standard_normal((samples, 1))
        return Draw(normals * np.exp(0.1 * rng.standard_normal((samples, len(listed)))) / n + 0 * m, normals)

    part = Measure(
        Quantity("X", "X", (), at_pairs), cells(r=0, axis="n"), widths=(64, 128, 256, 512), grid=(64, 128, 256, 512),
        controls=True, samples=8192, claims=("s.order",),
    )  # fmt: skip
    claim = Claim("s.order", Kind.ORDER, X, "X ~ 1/n", exponent=Integer(-1))
    groups = plan(Check("s", part), Statement("s", "S", Source("D"), "", (claim,)), RunOptions())
    (answers,) = run(groups, seed=7).answers
    assert answers.error is None
    assert {d.verdict for d in answers.decisions.values()} == {NumericStatus.CONSISTENT}


@pytest.mark.parametrize("mass", [-1.0, 1.5])
def test_a_mass_at_zero_that_is_no_probability(mass: float) -> None:
    with pytest.raises(FieldError, match=f"the atom of X is {mass:g} at .*; a probability is needed"):
        planned(ORDER, atom=lambda cell: mass)
    assert planned(ORDER, atom=lambda cell: 0.5)[0].cells[0].atom == 0.5


def test_what_can_be_answered_is() -> None:
    """The twin: with an axis, a margin and a finite value each is decided, and rightly."""
    for claim, cell, how in (
        (ORDER, {"axis": "n"}, {"grid": (64, 128, 256, 512)}),
        (VALUE, {}, {"margin": 0.05}),
        (ABOVE, {}, {"margin": 0.05}),
    ):
        (answers,) = run(planned(claim, cell, samples=1024, **how), seed=7).answers
        assert answers.error is None
        assert {d.verdict for d in answers.decisions.values()} == {NumericStatus.CONSISTENT}, claim.id
