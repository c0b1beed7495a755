"""Plots of values, laws and shares; forests; exact second moments."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest

from verifier.report import exact, forests, plots, value_plots
from verifier.report.exact import SecondMoments, missing, top
from verifier.report.numbers import measured
from verifier.sampling.evidence import PROBABILITIES


def answer(kind: str, claimed: float | str, **more: Any) -> dict[str, Any]:
    usual = {
        "claim": "x", "form": "amended", "kind": kind, "claimed": claimed, "verdict": "consistent", "outside": [],
        "estimate": 0.99, "low": 0.9, "high": 1.08, "margin": 0.2, "values": [], "law": None,
    }  # fmt: skip
    return {**usual, **more}


def measurement(*answers: dict[str, Any]) -> dict[str, Any]:
    quantiles = [[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]]
    logs = [[math.log(v) for v in (0.5, 0.6, 0.8, 1.2, 1.5, 1.6)], [math.log(v) for v in (0.9, 0.95, 1, 1, 1.05, 1.1)]]
    evidence = {
        "widths": [100, 1000], "counts": [400, 400], "zeros": [200, 180], "positives": [110, 108],
        "mean": [1.1, 1.01], "mean_error": [0.05, 0.02], "law_sign": quantiles, "law_log": logs,
    }  # fmt: skip
    return {"quantity": "X", "shown": {"L": "2"}, "parameters": {}, "evidence": evidence, "answers": list(answers)}


def test_a_value_is_drawn_beside_its_claim() -> None:
    drawn = value_plots.value_tile(measurement(answer("value", 1.0)), "p")
    assert drawn is not None
    for style in ("band", "point", "claim", "law w7"):
        assert f'class="{style}' in drawn
    assert "bad" not in drawn
    assert "claimed value 1 (amended), measured 0.990(90): consistent" in drawn


def test_a_contradicted_value_is_seen() -> None:
    both = measurement(answer("value", 1.0), answer("value", 2.0, form="printed", verdict="contradicted"))
    drawn = value_plots.value_tile(both, "p")
    assert drawn is not None
    assert 'class="claim other bad"' in drawn


def test_a_mean_stated_at_each_width_is_a_curve() -> None:
    flat = value_plots.value_tile(measurement(answer("value", 1.0)), "p")
    falling = value_plots.value_tile(measurement(answer("value", 1.0, values=[[100, 1.2], [1000, 1.02]])), "p")
    assert flat is not None
    assert falling is not None
    assert ">1.02</text>" in falling
    assert ">1.02</text>" not in flat


def spread_of(scale: float) -> dict[str, Any]:
    """A cell whose law is that of 2 + n^scale U, U uniform on (-1, 1)."""
    values = [[2 + n**scale * (2 * p - 1) for p in PROBABILITIES] for n in (100, 1000, 10_000)]
    found = measurement(answer("variance", -1.0, estimate=-1.02, low=-1.1, high=-0.95, margin=0.125))
    evidence = {
        "widths": [100, 1000, 10_000], "law_sign": [[1] * len(v) for v in values],
        "law_log": [[math.log(x) for x in v] for v in values],
    }  # fmt: skip
    return {**found, "evidence": {**found["evidence"], **evidence}}


@pytest.mark.parametrize("scale", [-0.5, 0.0, -1.25])
def test_a_variance_is_drawn_by_the_spread(scale: float) -> None:
    given = spread_of(scale)
    found = [v for v in plots.spreads(given["evidence"]) if v is not None]
    assert [(b - a) / math.log(10) for a, b in pairwise(found)] == pytest.approx([scale] * 2, abs=1e-9)
    drawn = plots.spread_tile(given, "p")
    assert drawn is not None
    assert "claimed exponent of the spread −0.5" in drawn
    assert "−0.5</text>" in drawn


def test_a_spread_is_drawn_for_a_variance_alone_and_where_there_is_one() -> None:
    assert plots.spread_tile(measurement(answer("value", 1.0)), "p") is None
    constant = spread_of(-1)
    constant["evidence"]["law_log"] = [[math.log(2)] * len(PROBABILITIES)] * 3
    assert plots.spreads(constant["evidence"]) == [None] * 3
    assert plots.spread_tile(constant, "p") is None


def test_a_law_is_drawn_with_its_distance() -> None:
    law = [[0.01, 0.02, 0.2, 0.6, 0.8, 0.9]] * 2
    drawn = value_plots.law_tile(measurement(answer("law", "N(0, 1)", law=law, verdict="contradicted")), "p")
    assert drawn is not None
    assert 'class="fit bad"' in drawn
    assert value_plots.law_tile(measurement(answer("law", "N(0, 1)")), "p") is None


def test_shares_of_zeros_and_of_positive_samples() -> None:
    drawn = value_plots.share_tile(measurement(answer("atom", 0.5)), "p", "atom")
    assert drawn is not None
    assert "P[X = 0]" in drawn
    assert value_plots.share_tile(measurement(answer("atom", 0.5)), "p", "mean-zero") is None
    assert "P[X &gt; 0" in str(value_plots.share_tile(measurement(answer("mean-zero", "mean-zero")), "p", "mean-zero"))


def test_an_interval_of_a_share_is_wilsons() -> None:
    # 0 of 400: the interval is [0, 4/404], not a point.
    row = value_plots._share(1, 0, 400)
    assert row.at - row.error == pytest.approx(0.0, abs=1e-12)
    assert row.at + row.error == pytest.approx(4 / 404)


def test_nothing_is_drawn_without_such_a_claim() -> None:
    other = measurement(answer("order", -1.0))
    assert value_plots.value_tile(other, "p") is None
    assert value_plots.law_tile(other, "p") is None
    assert value_plots.share_tile(other, "p", "atom") is None


def test_a_forest_of_values_is_in_units_of_the_margin() -> None:
    (row,) = forests.value_rows([measurement(answer("value", 1.0))], "amended")
    assert (row["at"], row["from"], row["to"]) == pytest.approx((-0.05, -0.5, 0.4))
    assert forests.value_rows([measurement(answer("value", 1.0, outside=["h"]))], "amended") == []
    assert forests.value_rows([measurement(answer("order", -1.0))], "amended") == []
    law = answer("law", "N(0, 1)", estimate=0.1, low=0.05, high=0.3)
    (row,) = forests.value_rows([measurement(law)], "amended")
    assert row["stated"] == "N(0, 1)"
    assert row["at"] == pytest.approx(0.5)


def test_the_top_coefficient_against_the_transfer_matrix() -> None:
    for H, L in ((1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1)):
        assert dict(top(H, L)) == dict(exact._hypernetwork(H, L, H * L)), (H, L)


def test_layers_and_outputs_have_exact_moments() -> None:
    cell = {"L": 3, "d": 0, "l": [1, 2], "ds": [1, 0], "angle": 0}
    assert SecondMoments()("T^(l,d)", cell) == {-2: 4.0, -3: 28.0, -4: 16.0}  # lemma3.other-output-first
    assert SecondMoments()("T^(l,d)", {**cell, "l": [2, 3], "ds": [0, 1]}) is None  # it is 0


def test_reasons_for_no_exact_moment() -> None:
    K = {"H": 3, "L": 3, "r": 4, "angle": 0, "m": 1, "z": [1, 1]}
    assert missing("K^(r)", K) == exact.LONG
    assert missing("K^(r)", {**K, "r": 9}) is None
    assert missing("K^(r)", {**K, "angle": 60}) == exact.TWO_INPUTS
    assert missing("K^(r)", {**K, "z": [1, -1]}) == exact.INPUTS
    assert missing("kink remainder", {"L": 2}) == exact.OTHER
    assert missing("T^r, smooth", {"L": 2, "r": 1}) == exact.SMOOTH


def test_what_is_counted_has_no_digits_of_an_error() -> None:
    assert measured({"kind": "integer", "estimate": -2.0, "low": -2.0, "high": -2.0}) == "−2"
    assert measured({"kind": "order", "estimate": -2.0, "low": -2.0, "high": -2.0}) == "−2.000000(1)"
