"""The default runs of the shipped checks.  Fixed seed; for a fresh one the false-alarm rate is 1e-3 a claim."""

from __future__ import annotations

import json

import jsonschema
import pytest

from .conftest import Toy, cells_of
from .test_check import SCHEMA


@pytest.mark.slow
def test_theorem_1_is_refuted_as_printed_and_verified_as_amended(toy: Toy) -> None:
    result = toy.run("check", "theorem1", "--json", "-q", "--jobs", "2")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    jsonschema.validate(report, SCHEMA)
    (statement,) = report["statements"]
    assert (statement["printed"]["verdict"], statement["amended"]["verdict"]) == ("refuted", "verified")
    orders = ("theorem1.order", "theorem1.output", "theorem1.zero")
    cells = [c for claim in statement["claims"] if claim["id"].startswith(orders) for c in claim["cells"]]
    cells = [c for c in cells if c["parameters"]["z"] == [1, 1]]
    assert len(cells) == 54
    assert {c["verdict"] for c in cells} == {"consistent"}
    for cell in cells:
        at = cell["parameters"]
        if at["r"] > at["H"] * at["L"]:
            assert (cell["claimed"], cell["zero_fraction"]) == ("zero", 1)
            continue
        assert cell["claimed"] == min(0, at["H"] - at["r"])
        if at["angle"] == 0:
            # 2^14 samples a width or fewer, six widths: more than 5 standard deviations at the smallest number.
            assert cell["zero_fraction"] == pytest.approx(1 - 2.0 ** (1 - at["H"]), abs=0.03)


@pytest.mark.slow
def test_the_printed_order_fails_where_the_limit_kernel_vanishes(toy: Toy) -> None:
    """E25: at L = 2 and 113.218° the orders for 1 <= r < 2H are lower by a half, or more, than printed."""
    result = toy.run("check", "theorem1", "-k", "L=2,angle=113.218", "--angle", "113.218", "--json", "-q")
    assert result.exit_code == 0, result.output  # the printed form is refuted anyway, as expected
    cells = cells_of(json.loads(result.stdout), "theorem1.printed")
    found = {(c["parameters"]["H"], c["parameters"]["r"]): c["verdict"] for c in cells}
    assert {cell for cell, verdict in found.items() if verdict == "contradicted"} == {(1, 1), (2, 1), (2, 2), (2, 3)}
    assert found[2, 4] == found[1, 2] == "consistent"


@pytest.mark.slow
def test_lemma_3_s_printed_delta_is_contradicted_and_refuted(toy: Toy) -> None:
    result = toy.run("check", "lemma3", "--quick", "--json", "-q")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    (statement,) = report["statements"]
    assert (statement["printed"]["verdict"], statement["amended"]["verdict"]) == ("refuted", "verified")
    wrong = [c for c in cells_of(report, "lemma3.printed-delta") if c["verdict"] == "contradicted"]
    assert wrong
    # Only where the output of the largest layer is d and another is not.
    assert all(c["parameters"]["ds"][-1] == 0 for c in wrong)
