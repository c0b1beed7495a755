"""``verifier derive`` and ``scan --derive``: what is printed, as JSON, with which exit code; twins that must fail."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")

import verifier.programs  # noqa: E402
from verifier.cli import cli  # noqa: E402
from verifier.programs import Derived, derive  # noqa: E402

MODEL = """\
import jax.numpy as jnp
from verifier.programs import quantity, width
n = width("n")


@quantity(weights={"W": (n, n), "x": (n,)})
def size(w):
    y = w["W"] @ w["x"] / jnp.sqrt(w["x"].shape[0])
    z = w["W"].T @ y / jnp.sqrt(w["x"].shape[0])
    return jnp.mean(z**2)


@quantity(weights={"W": (n, n), "x": (n,)})
def largest(w):
    return jnp.max(w["x"])
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "model.py").write_text(MODEL)
    return tmp_path


def test_the_command_prints_what_is_derived(model: Path) -> None:
    result = CliRunner().invoke(cli, ["derive", "model.py:size"])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert [line.split() for line in lines if line.startswith("size  ")] == [["size", "()", "10", "0", "2"]]
    assert "not re-checked by the kernel" in " ".join(result.output.split())
    assert max(map(len, lines)) <= 80


def test_the_command_says_why_something_is_undecided(model: Path) -> None:
    result = CliRunner().invoke(cli, ["derive", "model.py:largest"])
    assert result.exit_code == 3
    assert "model.py:15: reduce_max over an axis that grows" in result.output


def test_the_command_as_json_with_measured_exponents(model: Path) -> None:
    command = ["derive", "model.py:size", "--json", "--measure", "--widths", "128,401,1301,4001", "--samples", "16"]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    (row,) = [row for row in found["rows"] if row["returned"]]
    assert (row["exponent"], row["constant"], row["exact"]) == ("0", "2", True)
    assert [r["derived"] for r in found["measured"]["rows"]] == ["0", "0", "0"]


ROUNDED = """
import jax.numpy as jnp
import verifier as v
from verifier.programs import width

n = width("n")

@v.quantity(weights={"x": (n,)})
def rounded(w):
    return {"nil": jnp.mean(w["x"] - w["x"]), "cut": jnp.mean((w["x"] - w["x"].astype(jnp.bfloat16)) ** 2)}

@v.quantity(weights={"x": (n,)})
def nil(w):
    return jnp.mean(w["x"] - w["x"])
"""


def test_a_derived_0_does_not_agree_with_samples_of_order_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rounded.py").write_text(ROUNDED)
    monkeypatch.chdir(tmp_path)
    sizes = ["--measure", "--widths", "128,401,1301,4001", "--samples", "32"]
    result = CliRunner().invoke(cli, ["derive", "rounded.py:rounded", *sizes])
    assert result.exit_code == 3, result.output
    said = " ".join(result.output.split())
    assert "cut: not confirmed: it is derived to be 0, and its samples are not" in said
    assert "nil: not" not in said
    assert CliRunner().invoke(cli, ["derive", "rounded.py:nil", *sizes]).exit_code == 0


def test_samples_that_decide_nothing_are_no_agreement(model: Path) -> None:
    few = ["--measure", "--widths", "128,160,200,250", "--samples", "3", "--margin", "0.001"]
    result = CliRunner().invoke(cli, ["derive", "model.py:size", *few, "--json"])
    assert result.exit_code == 3, result.output
    assert list(json.loads(result.stdout)["unconfirmed"]) == ["size"]


def test_a_disagreement_ends_with_1(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(program: Any) -> Derived:
        found = derive(program)
        return replace(found, rows=tuple(replace(row, exponent=Fraction(1)) for row in found.rows))

    monkeypatch.setattr(verifier.programs, "derive", wrong)
    sizes = ["--widths", "128,401,1301,4001", "--samples", "16"]
    for command in (["derive", "model.py:size", "--measure"], ["scan", "model.py:size", "--derive"]):
        result = CliRunner().invoke(cli, [*command, *sizes])
        assert result.exit_code == 1
        assert "DERIVED 1, MEASURED" in result.output


def test_a_file_that_is_none_ends_with_2(model: Path) -> None:
    assert CliRunner().invoke(cli, ["derive", "nowhere.py:f"]).exit_code == 2
