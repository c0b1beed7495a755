"""Files as they were brought, each with the answer that is right; the data are fixed, so nothing here is random.

``tests/fit/data`` holds them: coordinate checks, losses, tables of a paper, and files that other tools wrote.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from verifier.cli import cli

DATA = Path(__file__).with_name("data")


def _run(name: str, *words: object, code: int) -> Any:
    result = CliRunner().invoke(cli, ["fit", str(DATA / name), *(str(word) for word in words)])
    assert result.exit_code == code, result.output
    return result


def _json(name: str, *words: object, code: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_run(name, *words, "--json", code=code).stdout)
    return found


def _groups(found: dict[str, Any]) -> dict[tuple[str, ...], dict[str, Any]]:
    return {tuple(group["group"].values()): group for group in found["groups"]}


@pytest.mark.parametrize(
    ("name", "true", "false"),
    [
        ("five_SP.csv", "1", "0"),
        ("five_mu.csv", "0", "1"),
        ("mup_readout_init.csv", "-1/2", "0"),
        ("paper_table.csv", "-1/2", "0"),
        ("dmodel.csv", "0", "1/2"),
    ],
)
def test_orders_are_decided(name: str, true: str, false: str) -> None:
    assert _json(name, "--expect", true, code=0)["verdict"] == "consistent"
    assert _json(name, "--expect", false, code=1)["verdict"] == "contradicted"


@pytest.mark.parametrize("name", ["five_SP.csv", "five_mu.csv"])
def test_five_seeds_are_marked_and_may_be_refused(name: str) -> None:
    true = "1" if "SP" in name else "0"
    found = _json(name, "--expect", true, code=0)
    assert found["mark"] == "few seeds"
    assert found["assumption"]
    assert "consistent (few seeds)" in _run(name, "--expect", true, code=0).stdout
    many = _json(name, "--expect", true, "--seeds", "many", code=3)
    assert many["verdict"] == "inconclusive"
    assert not many["mark"]


def test_a_coordinate_check_names_the_module_that_shrinks() -> None:
    """Readouts of order n^{-1/2}, the two other modules of order 1: at steps 1, 2 and 3, five seeds."""
    groups = _groups(_json("coord_long.csv", "--expect", 0, code=1))
    assert len(groups) == 9
    for (module, _), group in groups.items():
        assert (group["verdict"] == "contradicted") == (module == "readout")
        assert group["widths"] == [128, 256, 512, 1024, 2048]
    right = _groups(_json("coord_long.csv", "--expect", 0, "--expect", "readout=-1/2", code=0))
    assert {group["verdict"] for group in right.values()} == {"consistent"}


def test_the_table_of_a_coordinate_check_fits_eighty_columns_and_begins_with_what_is_wrong() -> None:
    lines = _run("coord_long.csv", "--expect", 0, code=1).stdout.splitlines()
    assert max(map(len, lines)) <= 80
    rows = [line for line in lines if line.startswith(("readout  ", "layers."))]
    assert rows[0].startswith("readout")
    assert rows[0].count(" x") == 3
    assert any("x contradicted" in line for line in lines)


def test_a_wide_table_has_a_verdict_for_each_column() -> None:
    groups = _groups(_json("coord_wide.csv", "--expect", 0, code=0))
    assert list(groups) == [("readout",), ("mlp0",), ("attn3",)]
    twin = _groups(_json("coord_wide.csv", "--expect", 0, "--expect", "mlp0=1/2", code=1))
    assert twin["mlp0",]["verdict"] == "contradicted"


def test_modules_are_not_pooled() -> None:
    """Orders 1/2, -1/2 and 0 in one file: together they have none."""
    assert (
        "the column 'module' varies within width 128 (mlp, attn, emb)" in _run("pool.csv", "--expect", 0, code=2).stderr
    )
    words = ("--by", "module", "--expect", "mlp=1/2", "--expect", "attn=-1/2", "--expect", "emb=0")
    assert {group["verdict"] for group in _groups(_json("pool.csv", *words, code=0)).values()} == {"consistent"}
    assert _json("pool.csv", "--where", "module=attn", "--expect", "-1/2", code=0)["verdict"] == "consistent"
    assert _json("pool.csv", "--where", "module=attn", "--expect", "0", code=1)["verdict"] == "contradicted"
    pooled = _json("pool.csv", "--ignore", "module,seed", "--expect", 0, code=3)
    assert pooled["verdict"] == "inconclusive"


def test_a_loss_with_a_floor_is_not_contradicted() -> None:
    """2 + c n^{-1/2}: an order of 0 whose corrections are slower than 1/n."""
    assert _json("loss_with_floor.csv", "--expect", 0, code=0)["verdict"] == "consistent"
    assert _json("loss_with_floor.csv", "--expect", "-1/2", code=1)["verdict"] == "contradicted"


@pytest.mark.parametrize("name", ["coordinates_one_network.csv", "mup_readout_crossover.csv"])
def test_what_is_no_power_law_is_open_and_never_contradicted(name: str) -> None:
    """Coordinates of one network are off by an error of its own at each width; a crossover is a sum of two powers."""
    found = _json(name, "--expect", 0, code=3)
    assert found["verdict"] == "inconclusive"
    assert "not a power law" in found["reason"]


def test_four_zeros_prove_nothing() -> None:
    for kind, expect in (("upper", "-9"), ("upper", "0"), ("order", "0"), ("to-zero", None)):
        words = ["--kind", kind, *(["--expect", expect] if expect else [])]
        assert _json("four_zeros.csv", *words, code=3)["verdict"] in ("inconclusive", "invalid")


def test_zeros_have_no_order_and_are_zero() -> None:
    assert "identically zero" in _json("all_equal.csv", "--expect", 0, code=3)["reason"]
    assert _json("all_equal.csv", "--kind", "zero", code=0)["verdict"] == "consistent"


@pytest.mark.parametrize(
    ("name", "count"), [("Width_Upper.csv", 199), ("comment.csv", 199), ("decimal_comma.csv", 200)]
)
def test_spellings_of_the_same_table(name: str, count: int) -> None:
    """Capitals, comments before the header, decimal commas: the same numbers at each width, and no order but 0."""
    found = _json(name, "--expect", 0, code=3)
    assert found["widths"] == [64, 128, 256, 512]
    assert found["samples_by_width"] == [count] * 4
    assert found["estimate"] == pytest.approx(0, abs=1e-12)
    assert _json(name, "--expect", 1, code=1)["verdict"] == "contradicted"


def test_widths_as_multiples() -> None:
    assert "--base-width 256" in _run("wm.csv", "--expect", 0, code=2).stderr
    found = _json("wm.csv", "--base-width", 256, "--expect", 0, code=3)
    assert found["widths"] == [128, 256, 512, 1024]
    assert found["verdict"] == "inconclusive"


def test_means_of_a_paper_have_their_errors() -> None:
    text = _run("paper_table.csv", "--expect", "-1/2", code=0).stdout
    assert "standard error" in text
    assert "0.274" in text
    assert "needs samples" in _run("paper_table.csv", "--kind", "atom", "--expect", 0, code=2).stderr
