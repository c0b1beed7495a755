"""The picture and the page of a scan: every value, its expectation, what departs first, nothing from outside."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from click.testing import CliRunner

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")

from verifier.cli import cli  # noqa: E402

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "scan.schema.json"
MODEL = """import jax.numpy as jnp
from verifier.programs import quantity, width
n = width("n")


@quantity(weights={"W": (n, n), "x": (n,)}, name="<b>net</b>")
def net(w):
    h = w["W"] @ w["x"]
    y = jnp.tanh(h / 1e3)
    return {"size": jnp.sqrt(jnp.mean(h**2)), "tame": jnp.sqrt(jnp.mean(y**2))}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """h ~ n^{1/2}, expected not to grow."""
    folder = tmp_path_factory.mktemp("scan")
    (folder / "model.py").write_text(MODEL)
    words = ["scan", str(folder / "model.py"), "--widths", "64,128,256,512", "--samples", "8", "--expect", "h=0"]
    more = ["--svg", str(folder / "x.svg"), "--html", str(folder / "x.html"), "--json"]
    done = CliRunner().invoke(cli, [*words, *more])
    assert done.exit_code == 1, done.output
    return {"json": json.loads(done.stdout), "svg": (folder / "x.svg").read_text(),
            "html": (folder / "x.html").read_text(), "folder": folder}  # fmt: skip


def test_the_picture_has_every_value_and_is_one_document(made: dict[str, Any]) -> None:
    root = ElementTree.fromstring(made["svg"])
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    for row in made["json"]["rows"]:
        assert row["name"] in texts
    assert any("expected 0: contradicted" in str(text) for text in texts)
    assert not re.search(r"(?:href|src|url\()", made["svg"])


def test_the_page_names_what_departs_first_and_takes_nothing_from_outside(made: dict[str, Any]) -> None:
    page = made["html"]
    assert made["json"]["first_departure"] == "h"
    (first,) = re.findall(r'<tr class="[^"]* first">.*?</tr>', page)
    assert "<td>h</td>" in first
    assert "contradicted" in first
    assert "<b>net</b>" not in page
    assert "&lt;b&gt;net&lt;/b&gt;" in page
    assert "<script" not in page
    assert not re.search(r"(?:href|src)=", page)
    assert "default-src 'none'" in page


def test_the_json_meets_its_schema_and_another_does_not(made: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text())
    validator = jsonschema.Draft202012Validator(schema)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert [error.message for error in validator.iter_errors(made["json"])] == []
    for key, value in (("verdict", "fine"), ("rows", [{}]), ("widths", [1.5])):
        assert list(validator.iter_errors(made["json"] | {key: value})), key


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--svg", "x.txt"], "--svg x.txt: the suffix '.txt' is not .svg or .png"),
        (["--html", "x.svg"], "--html x.svg: the suffix '.svg' is not .html or .htm"),
        (["--svg", "nowhere/x.svg"], "--svg nowhere/x.svg: there is no directory nowhere"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_before_anything_runs(
    made: dict[str, Any], words: list[str], said: str
) -> None:
    done = CliRunner().invoke(cli, ["scan", str(made["folder"] / "model.py"), *words])
    assert done.exit_code == 2
    assert said in done.stderr
