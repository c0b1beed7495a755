"""``prove``, ``verify``, ``axioms``, ``list`` and ``show``, with the kernel in a process of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.commands import proofs as commands

from .conftest import Toy


def _proof(toy: Toy, name: str = "lemma5") -> dict[str, Any]:
    result = toy.run("prove", name, "-o", "proof.json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(Path("proof.json").read_text())
    return found


def test_an_exported_proof_is_accepted_and_is_the_statement_s(toy: Toy) -> None:
    _proof(toy)
    result = toy.run("verify", "proof.json", "--statement", "lemma5", "--json")
    assert result.exit_code == 0, result.output
    goals = json.loads(result.stdout)["goals"]
    assert {g["status"] for g in goals} <= {"proved", "certified"}
    assert {g["id"] for g in goals} >= {"lemma5.identity", "lemma5.printed"}


def test_the_text_names_goal_range_and_digest(toy: Toy) -> None:
    _proof(toy)
    text = toy.run("verify", "proof.json").stdout
    assert "proved  lemma5.identity" in text
    for goal in json.loads(toy.run("verify", "proof.json", "--json").stdout)["goals"]:
        assert goal["digest"] in text


def test_the_proof_of_one_statement_is_not_that_of_another(toy: Toy) -> None:
    _proof(toy)
    result = toy.run("verify", "proof.json", "--statement", "lemma4")
    assert result.exit_code == 1
    assert "lemma4.identity" in result.stdout


def test_a_changed_step_leaves_no_goal_proved(toy: Toy) -> None:
    bundle = _proof(toy)
    bundle["documents"][-1]["steps"][0] = ["row", "no.such.row"]
    Path("changed.json").write_text(json.dumps(bundle))
    result = toy.run("verify", "changed.json", "--json")
    assert result.exit_code == 2
    goals = json.loads(result.stdout)["goals"]
    assert all(g["status"] == "gap" and g["error"] for g in goals)


def test_a_computed_fact_without_its_request_is_a_gap(toy: Toy) -> None:
    bundle = _proof(toy, "relu_law")
    assert toy.run("verify", "proof.json").exit_code == 0
    bundle["requests"] = {}
    Path("changed.json").write_text(json.dumps(bundle))
    result = toy.run("verify", "changed.json", "--json")
    assert result.exit_code == 3
    goals = {g["id"]: g for g in json.loads(result.stdout)["goals"]}
    assert "no request" in goals["relu_law.patterns"]["error"]
    assert goals["relu_law.law"]["status"] == "proved"


def test_a_goal_of_another_proposition_is_not_the_claim_of_its_name(toy: Toy) -> None:
    bundle = _proof(toy, "relu_law")
    goals = {goal["id"]: goal for goal in bundle["documents"][-1]["goals"]}
    goals["relu_law.law"] |= {key: goals["relu_law.dead"][key] for key in ("prop", "step")}
    Path("changed.json").write_text(json.dumps(bundle))
    assert toy.run("verify", "changed.json").exit_code == 0
    result = toy.run("verify", "changed.json", "--statement", "relu_law")
    assert result.exit_code == 1
    assert "relu_law.law: its goal is another proposition" in " ".join(result.stdout.split())


def test_a_changed_goal_is_not_the_statement_s(toy: Toy) -> None:
    bundle = _proof(toy)
    del bundle["documents"][-1]["goals"][0]
    Path("changed.json").write_text(json.dumps(bundle))
    result = toy.run("verify", "changed.json", "--statement", "lemma5")
    assert result.exit_code == 1


def test_the_process_that_verifies_imports_only_the_kernel(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The modules of ``verifier`` in that process, listed by the process itself."""
    bundle = _proof(toy)
    listing = "main(['--json', '-']); sys.stderr.write(' '.join(sys.modules)); sys.exit(2)"
    monkeypatch.setattr(commands, "_KERNEL", commands._KERNEL.replace("sys.exit(main(['--json', '-']))", listing))
    goals, said = commands._run_kernel(json.dumps(bundle))
    assert {goal["status"] for goal in goals} == {"proved"}
    modules = said.split()
    ours = [m for m in modules if m.split(".")[0] in ("verifier", "lemmas", "checks")]
    assert ours
    ours = [m for m in ours if not m.startswith("verifier.kernel")]
    assert set(ours) <= {"verifier", "verifier.inputs", "verifier.inputs.start"}  # the last keeps this folder out
    assert not {"numpy", "scipy", "sympy", "click", "rich"} & set(modules)


def test_proofs_go_to_standard_output_without_a_file(toy: Toy) -> None:
    result = toy.run("prove", "lemma5")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["format"] == "verifier bundle 2"


def test_an_existing_file_survives_a_failure_to_write(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("proof.json").write_text("old")
    monkeypatch.setattr(Path, "replace", _full)
    result = toy.run("prove", "lemma5", "-o", "proof.json")
    assert result.exit_code == 2
    assert "No space left" in result.stderr
    assert Path("proof.json").read_text() == "old"
    assert not [p for p in Path().iterdir() if p.suffix == ".tmp"]


def _full(path: Path, target: Path) -> None:
    raise OSError(28, "No space left on device")


def test_axioms_end_in_hypotheses_and_theorems(toy: Toy) -> None:
    result = toy.run("axioms", "lemma4", "--json")
    assert result.exit_code == 0, result.output
    goals = json.loads(result.stdout)["lemma4"]
    kinds = {group["kind"] for goal in goals for group in goal["rests_on"]}
    assert "theorem" in kinds
    assert kinds <= {"hypothesis", "definition", "theorem"}


def test_list_shows_mine_and_shipped_ones_and_names_broken_files(toy: Toy) -> None:
    Path("lemmas/broken.py").write_text("import nowhere_to_be_found\n")
    result = toy.run("list", "--json")
    assert result.exit_code == 2
    assert "lemmas/broken.py:1: ModuleNotFoundError" in result.stderr
    names = [row["name"] for row in json.loads(result.stdout)]
    assert {"toy", "lemma4", "lemma5"} <= set(names)
    assert names.index("lemma4") < names.index("lemma5") < names.index("toy")


def test_show_a_statement_with_hypotheses_proof_and_errata(toy: Toy) -> None:
    text = toy.run("show", "lemma4").stdout
    shown = 'verifier check lemma4 -k "H=2,L=3,r=3"'
    for words in ("lemma4.identity", "without it", "theorems", "proved", "E20", shown):
        assert words in text
    data = json.loads(toy.run("show", "lemma4", "--json").stdout)
    assert data["name"] == "lemma4"
    assert [h["id"] for h in data["hypotheses"]] == ["relu", "m_is_1", "symmetric_argument", "multinomial_factors"]


def test_show_a_statement_without_a_proof(toy: Toy) -> None:
    assert "every claim is a gap" in toy.run("show", "toy").stdout


def test_another_file_is_no_proof_of_a_statement_that_proves_nothing(toy: Toy) -> None:
    _proof(toy)
    result = toy.run("verify", "proof.json", "--statement", "toy")
    assert result.exit_code == 1
    assert "the file has no goal of toy" in " ".join(result.stdout.split())
