"""From a goal to the sentence that a reader sees: false sentences that were shown as proved, each a gap or refused.

Each test is named by the sentence.  The projects are in ``bridge/``; what they prove is true, and something else.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from verifier.cli import cli

BRIDGE = Path(__file__).parent / "bridge"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(BRIDGE, tmp_path / "lemmas")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Any:
    return CliRunner().invoke(cli, list(words))


def shown(claim: str) -> tuple[str, str]:
    """Status and reason of a claim's proof, which every command must agree on."""
    name = claim.partition(".")[0]
    checked = run("check", name, "--json", "-q", "--jobs", "1")
    assert checked.exit_code == 3, checked.output
    (statement,) = json.loads(checked.stdout)["statements"]
    found = next(c for c in statement["claims"] if c["id"] == claim)
    axioms = json.loads(run("axioms", name, "--json").stdout)[name]
    named = next(c for c in axioms if c["claim"] == claim)
    assert (named["status"], named["reason"]) == (found["proof"], found["proof_reason"])
    assert run("prove", name, "-o", "proof.json").exit_code == 0
    verified = run("verify", "proof.json", "--statement", name, "--json")
    assert verified.exit_code == 1, "the file's goals are other propositions than the statement's claims"
    again = next(c for c in json.loads(verified.stdout)["claims"] if c["claim"] == claim)
    # Why an author's proof stops before its goal is not in its file: the file's reason is the first part.
    assert again["status"] == found["proof"]
    assert found["proof_reason"].split("; the proof stops")[0] == again["reason"]
    text = " ".join(run("show", name).stdout.split())
    assert statement["amended"]["verdict"] == "gap"
    assert "verified" not in text.replace("verified.", "")
    return found["proof"], found["proof_reason"]


def edited(project: Path, name: str, *changes: tuple[str, str]) -> None:
    path = project / "lemmas" / f"{name}.py"
    text = path.read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text)


ANOTHER = "its goal is another proposition"


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        pytest.param("range", ANOTHER, id="delta_r_0_is_0_for_r_at_least_0"),
        pytest.param("value", ANOTHER, id="delta_r_0_is_7"),
        pytest.param("quantity", ANOTHER, id="factorials_are_0"),
        pytest.param("argument", ANOTHER, id="delta_r_1_is_0"),
        pytest.param("hardly_ever", ANOTHER, id="delta_r_0_is_0_by_a_hypothesis_at_99"),
        pytest.param("not_granted", ANOTHER, id="delta_r_0_is_0_for_every_r"),
        pytest.param("reached", "no goal of the proof is about it", id="a_proof_that_does_not_reach_it"),
    ],
)
def test_a_false_sentence_is_a_gap(project: Path, claim: str, reason: str) -> None:
    status, found = shown(f"other.{claim}")
    assert (status, found[: len(reason)]) == ("gap", reason)


def test_the_twins_are_proved(project: Path) -> None:
    """What is proved is said, so that nothing above is a gap for naught."""
    claims = {c["claim"]: c["status"] for c in json.loads(run("axioms", "other", "--json").stdout)["other"]}
    assert {name for name, status in claims.items() if status == "proved"} == {"other.true", "other.granted"}


def test_a_sentence_mended_is_proved(project: Path) -> None:
    edited(project, "other", ('"other.range", Kind.ZERO, delta(r, 0), where=r >= 0',
                              '"other.range", Kind.ZERO, delta(r, 0), where=r >= 1'),
           ("value=Integer(7)", "value=Integer(0)"))  # fmt: skip
    claims = {c["claim"]: c["status"] for c in json.loads(run("axioms", "other", "--json").stdout)["other"]}
    assert claims["other.range"] == claims["other.value"] == "proved"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('hypotheses=("positive",)),', 'hypotheses=("postive",)),',
         "claim 'other.granted' needs the hypothesis 'postive'; there are positive, seldom"),
        ('"other.not_granted", Kind.ZERO, delta(r, 0)',
         '"other.not_granted", Kind.ZERO, delta(r, 0), where=(r > 1) & (r < 0)',
         "the range of claim 'other.not_granted' is never true"),
        ('Claim("other.quantity"', 'Claim("other.range"', "two claims are called 'other.range'"),
        ("when=Eq(r, 99)", "when=(r > 1) & (r < 0)", "that never does"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_where_it_is_loaded(project: Path, old: str, new: str, words: str) -> None:
    edited(project, "other", (old, new))
    refused = run("check", "other", "-q")
    assert refused.exit_code == 2
    assert words in refused.stderr
    assert "lemmas/other.py" in refused.stderr
