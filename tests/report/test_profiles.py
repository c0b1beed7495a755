"""Figures over a parameter of the cells, from measurements as a report holds them."""

from __future__ import annotations

from typing import Any

from verifier.report.profiles import figures


def measurement(parameters: dict[str, Any], mean: list[float], kind: str = "value", values: Any = ()) -> dict[str, Any]:
    """Samples at widths 10 and 800 of which the standard error is a hundredth, 100 each."""
    evidence = {"widths": [10, 800], "mean": mean, "mean_error": [0.01, 0.02], "counts": [100, 100]}
    answer = {"kind": kind, "values": values, "outside": [], "verdict": "consistent"}
    return {"quantity": "K", "widths": [10, 800], "parameters": parameters, "evidence": evidence, "answers": [answer]}


def angles(count: int, **more: Any) -> list[dict[str, Any]]:
    return [
        measurement({"H": 3, "angle": 20 * k}, [k + 0.5, k + 1.0], values=[[10, float(k)], [800, float(k)]], **more)
        for k in range(count)
    ]


def test_cells_that_differ_in_one_number_make_a_figure_with_a_curve_a_width() -> None:
    (figure,) = figures(angles(5), "f")
    assert figure["title"] == "K against angle (H = 3)"
    assert figure["svg"].count('<polyline class="law w') == 2 * 2 + 2 * 5  # two panels, and error bars in one
    assert figure["svg"].count('<polyline class="claim"') == 2
    assert "angle 40: 2.5 at 10, 3 at 800" in figure["svg"]
    assert "log10 of the variance" in figure["svg"]


def test_fewer_than_three_values_and_words_make_none() -> None:
    assert figures(angles(2), "f") == []
    assert figures([measurement({"loss": word}, [0.1, 0.2]) for word in ("a", "b", "c")], "f") == []


def test_each_measurement_is_in_one_figure_the_largest_one() -> None:
    grid = [measurement({"rate": rate, "H": depth}, [0.1, 0.2]) for rate in (0.01, 0.1, 1, 10) for depth in (3, 4, 6)]
    found = figures(grid, "f")
    assert [figure["title"] for figure in found] == [f"K against rate (H = {depth})" for depth in (3, 4, 6)]
    assert all("(log)" in figure["svg"] for figure in found)


def test_variances_along_a_width_are_drawn_together() -> None:
    rows = [measurement({"H": 2, **fixed}, [1.0, 1.0], kind="variance") for fixed in ({"m": 4}, {"n": 4}, {})]
    (figure,) = figures(rows, "f")
    assert "Var K" in figure["title"]
    for told in ("m = 4", "n = 4", "both widths grow"):
        assert f">{told}<" in figure["svg"]
