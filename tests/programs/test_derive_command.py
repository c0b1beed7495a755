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
from verifier.programs import Derived, derive, scan  # noqa: E402
from verifier.projects.loading import load_file  # noqa: E402
from verifier.report.scan_text import summary  # noqa: E402

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


CLAIMED = (
    MODEL
    + """

@quantity(weights={"W": (n, n), "x": (n,)}, expect={"good": 0, "bad": "1/2", "open": 0}, name="several")
def several(w):
    good = jnp.mean((w["W"] @ w["x"]) ** 2) / len(w["x"])
    return {"good": good, "bad": 2 * good, "open": jnp.max(w["x"])}


@quantity(weights={"x": (n,)}, expect={"good": 0})
def right(w):
    return {"good": jnp.mean(w["x"] ** 2)}
"""
)
FEW = ["--widths", "128,448,1216,4672", "--samples", "128", "-j", "1", "--no-store"]


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


@pytest.fixture
def claimed(model: Path) -> Path:
    (model / "claimed.py").write_text(CLAIMED)
    return model


def test_a_program_with_expectations_is_checked_in_two_columns(claimed: Path) -> None:
    result = CliRunner().invoke(cli, ["check", "claimed.py:right", *FEW])
    told = " ".join(result.stdout.split())
    assert result.exit_code == 0, result.output
    for part in (
        "claimed.py:right.good (amended)",
        "in words good ~ n^0",
        "proof cited",
        "cited: program.master",
        "computed: tensors 1",
        "derived n^0 (cited: the master theorem of tensor programs; its hypotheses are",
        "samples consistent",
        "amended: verified",
    ):
        assert part in told
    assert "CONTRADICT" not in told


def test_each_number_has_its_own_two_columns(claimed: Path) -> None:
    """Twins: an exponent that is wrong by 1/2 fails in both columns, a maximum is undecided in that of theory."""
    result = CliRunner().invoke(cli, ["check", "claimed.py:several", *FEW, "--json"])
    data = json.loads(result.stdout)
    (found,) = data["statements"]
    columns = {c["id"].rpartition(".")[2]: (c["proof"], c["numeric"]) for c in found["claims"]}
    assert columns["good"] == ("cited", "consistent")
    assert columns["bad"] == ("refuted", "contradicted")
    assert columns["open"][0] == "gap"
    told = {c["id"].rpartition(".")[2]: c["derived"] for c in found["claims"]}
    assert told["bad"].startswith("n^0 (cited: ")
    assert told["open"].startswith("undecided: reduce_max over an axis that grows")
    assert not any(c["at_odds"] for c in found["claims"])
    assert (found["amended"]["verdict"], data["exit_code"], result.exit_code) == ("refuted", 1, 1)


def test_a_proof_of_a_program_as_a_file(claimed: Path) -> None:
    """Twin: the file with the number of another program."""
    runner = CliRunner()
    assert runner.invoke(cli, ["prove", "claimed.py:right", "-o", "proof.json"]).exit_code == 0
    result = runner.invoke(cli, ["verify", "proof.json"])
    assert result.exit_code == 0, result.output
    assert "cited" in result.output
    listed = runner.invoke(cli, ["axioms", "claimed.py:right"])
    assert listed.exit_code == 0, listed.output
    assert "claimed.py:right.good (amended): cited" in listed.output
    assert {"cited program.master", "argued program.order", "computed tensors 1"} <= set(
        map(str.strip, listed.output.splitlines())
    )
    data = json.loads((claimed / "proof.json").read_text())
    for entry in data["requests"].values():
        entry["request"]["program"]["weights"][0][2] = ["f", "1.0"]
    (claimed / "forged.json").write_text(json.dumps(data))
    result = runner.invoke(cli, ["verify", "forged.json"])
    assert result.exit_code == 3
    assert "computes another proposition" in " ".join(result.output.split())


def test_reports_tell_what_is_derived(claimed: Path) -> None:
    runner, stored = CliRunner(), [option for option in FEW if option != "--no-store"]
    assert runner.invoke(cli, ["check", "claimed.py:right", *stored]).exit_code == 0
    for name in ("r.md", "r.tex", "r.html"):
        assert runner.invoke(cli, ["report", "-o", name]).exit_code == 0
        text = (claimed / name).read_text(encoding="utf-8").lower()
        assert "master theorem of tensor programs" in text
        assert "contradict what is derived" not in text


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("absent.py:size", "absent.py: no such file"), ("claimed.py", "which program is meant"),
        ("claimed.py:other", "'other' is no program"), ("claimed.py:size", "expects nothing of what it returns"),
    ],
)  # fmt: skip
def test_what_is_no_claim_is_a_wrong_use(claimed: Path, word: str, told: str) -> None:
    result = CliRunner().invoke(cli, ["check", word, *FEW])
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())


RATE = Path(__file__).resolve().parents[2] / "examples" / "papers" / "standard_rate.py"


def test_the_standard_parametrisation_blows_up_at_the_second_layer() -> None:
    """At learning rate 1 the second layer is the first to grow, after the step, by n^1/2."""
    program = load_file(RATE).wrong
    theory = derive(program)
    first = theory.first_growing
    assert first is not None
    assert (first.name, first.line, first.exponent) == ("h2[2]", "standard_rate.py:28", Fraction(1, 2))
    found = scan(program, "mup", widths=(64, 128, 192, 320), samples=3, derived=theory)
    assert found.first_in_theory is not None
    assert found.first_in_theory.name == found.as_dict()["first_in_theory"] == "h2[2]"
    told = [line.plain if hasattr(line, "plain") else line for line in summary(found)]
    assert "by theory the first is h2[2] at standard_rate.py:28: n^1/2" in told


@pytest.mark.slow
def test_what_a_scan_says_of_a_rate_that_is_too_large_and_of_one_that_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The layer is a sum of its start, of order 1, and its change, so that few widths show no power of it: the output
    is the first that samples contradict.  Twin: at rate 1/n nothing grows."""
    monkeypatch.setenv("COLUMNS", "100")
    options = ["--expect", "mup", "--derive", "--widths", "128,448,1216,4672", "--samples", "32"]
    result = CliRunner().invoke(cli, ["scan", f"{RATE}:wrong", *options])
    assert result.exit_code == 1
    assert "by theory the first is h2[2] at standard_rate.py:28: n^1/2" in result.output
    assert "the first that departs: net[2] at standard_rate.py:29" in result.output
    assert derive(load_file(RATE).right).first_growing is None
