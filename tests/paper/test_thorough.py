"""What a nightly run decides, at an error rate of 1e-8 a claim: all that a whole run decides; and twins of some claims.

With the seed fixed, a verdict is what it is; for a fresh one it is wrong with a probability of at most 1e-8 a claim,
2e-7 for the twenty of the fast tests and the twins, 1.4e-6 for the 140 claims of the slow ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sympy import Rational

from verifier.quantities.exact import ratio_of, star_square_cut
from verifier.sampling.plan import RunOptions

from .runs import Select, project, report, statuses, twin
from .test_verdicts import RECORDED, TWINS, recorded

THOROUGH = RunOptions(thorough=True)
EVERY: Select = lambda parameters: True  # noqa: E731


def decided(name: str, claim: str, select: Select = EVERY, **changes: Any) -> tuple[str, list[str]]:
    entry, _ = twin(name, claim, **changes)
    (found,) = report(entry, select, THOROUGH).claims
    return str(found.numeric), [cell.reason for cell in found.cells]


@pytest.mark.parametrize(("name", "claim"), [("lemma3", "star"), ("lemma3", "full"), ("theorem1", "top")])
def test_constants_decide(name: str, claim: str) -> None:
    """Of ratios that are one number but for rounding no skewness asks for 10^9 samples."""
    status, reasons = decided(name, claim)
    assert status == "consistent", reasons


@pytest.mark.parametrize(
    "label", [x if x in ("lemma3 star", "relu_law") else pytest.param(x, marks=pytest.mark.slow) for x in TWINS]
)
def test_a_changed_claim_is_contradicted_at_this_rate_too(label: str) -> None:
    claim, changes, select = TWINS[label]
    status, reasons = decided(label.split()[0], claim, select, **changes)
    assert status == "contradicted", reasons


@pytest.mark.slow
def test_limits_one_after_the_other_are_contradicted_and_the_true_mean_is_not() -> None:
    """E29 by a mean of numbers between 0 and 1: 0.475 at n_2/n_1 = 1/4, where 0 is printed."""

    def quarter(parameters: Any) -> bool:
        return bool(parameters.get("rho") == 0.25)

    status, reasons = decided("section3", "printed-sequential", quarter)
    assert status == "contradicted", reasons
    status, reasons = decided(
        "section3", "printed-sequential", quarter, value=lambda value: value + Rational(475, 1000)
    )
    assert status != "contradicted", reasons


def test_the_cut_square_is_drawn_only_where_its_limit_is_0() -> None:
    """The mean of (n_2 T^2)²/ρ itself is .20/ρ at ρ = 1/4, and at most 1 counts; at 60 degrees the limit is not 0."""
    rng = np.random.default_rng(1)
    shared = {"angle": 113.218, "rho": 0.25}
    values = np.asarray(star_square_cut.draw(shared, [{}], 64, 2048, rng).values)
    assert 0 <= values.min() < values.max() == 1
    assert abs(values.mean() - 0.46) < 0.05  # six standard errors
    with pytest.raises(ValueError, match="at 60 degrees the sequential limit"):
        star_square_cut.draw(shared | {"angle": 60}, [{}], 64, 16, rng)


def test_ratios_are_rounded_to_six_digits() -> None:
    exact = np.array([120.0, 2.0, 16.0, 1e-7, -24.0])
    assert np.array_equal(ratio_of(exact * (1 + 3e-8), np.ones(5)), exact)
    assert ratio_of(np.array([120.001, 0.0]), np.ones(2)).tolist() == [120.001, 0.0]  # twin: what differs stays
    assert np.isnan(ratio_of(np.array([np.nan]), np.ones(1))).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", RECORDED)
def test_thorough_verdicts(name: str) -> None:
    assert statuses(report(project().entry(name), options=THOROUGH)) == recorded(name, whole=True)
