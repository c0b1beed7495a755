"""``verifier fit --json`` against its schema, and the schema against what is not it.  The data are fixed."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from verifier.cli import cli

DATA = Path(__file__).with_name("data")
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "fit.schema.json").read_text(encoding="utf-8"))


def _json(path: Path, *words: object) -> dict[str, Any]:
    result = CliRunner().invoke(cli, ["fit", str(path), *(str(word) for word in words), "--json"])
    assert result.exit_code in (0, 1, 3), result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("five_mu.csv", ["--expect", 0]),
        ("four_zeros.csv", ["--expect", 0]),
        ("paper_table.csv", ["--expect", "-1/2"]),
        ("loss_with_floor.csv", ["--kind", "limit", "--expect", 2]),
        ("all_equal.csv", ["--kind", "zero"]),
        ("coord_long.csv", ["--expect", 0]),
        ("coord_wide.csv", ["--expect", 0]),
    ],
)
def test_what_is_printed_is_what_the_schema_says(name: str, words: list[object]) -> None:
    jsonschema.validate(_json(DATA / name, *words), SCHEMA)


def test_groups_of_few_widths_and_two_widths(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("width,module,value\n8,b,1\n" + "".join(f"{n},a,{n}\n" for n in (8, 16, 32, 64)))
    found = _json(path, "--by", "module", "--expect", 1)
    jsonschema.validate(found, SCHEMA)
    assert [group["group"] for group in found["groups"]] == [{"module": "b"}, {"module": "a"}]
    rows = (
        f"{n},{m},{(n * m) ** -0.5 * (1 + 0.01 * k)}\n" for n in range(8, 12) for m in range(8, 12) for k in range(9)
    )
    path.write_text("n,m,value\n" + "".join(rows))
    jsonschema.validate(_json(path, "--kind", "two-widths", "--expect", "-1/2,-1/2"), SCHEMA)


def test_the_schema_refuses_what_is_no_finding() -> None:
    """Twin: a verdict that is none, a missing key, a group without its labels."""
    found = _json(DATA / "coord_wide.csv", "--expect", 0)
    for change in (
        lambda data: data.update(verdict="maybe"),
        lambda data: data.pop("notes"),
        lambda data: data["groups"][0].pop("group"),
        lambda data: data["groups"][0].update(low="none"),
        lambda data: data["groups"].clear(),
        lambda data: data.update(more=1),
    ):
        wrong = copy.deepcopy(found)
        change(wrong)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, SCHEMA)
