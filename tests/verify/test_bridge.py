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
    assert verified.exit_code == 3, verified.output
    again = next(c for c in json.loads(verified.stdout)["claims"] if c["claim"] == claim)
    assert (again["status"], again["reason"]) == (found["proof"], found["proof_reason"])
    text = " ".join(run("show", name).stdout.split())
    assert statement["amended"]["verdict"] == "gap"
    assert "verified" not in text.replace("verified.", "")
    return found["proof"], found["proof_reason"]


def test_f_has_order_5(project: Path) -> None:
    status, reason = shown("other.exponent")
    assert status == "gap"
    assert "f(i, 1) has exact order n^0" in reason


def test_T_has_order_0(project: Path) -> None:
    assert shown("other.quantity")[0] == "gap"


def test_K_r_vanishes_for_every_r(project: Path) -> None:
    assert shown("other.letter")[0] == "gap"
    assert shown("other.range")[0] == "gap"


def test_K_r_is_7(project: Path) -> None:
    status, reason = shown("other.identity")
    assert (status, "C(L, d, e) = kron(d, e)" in reason) == ("gap", True)


def test_f_has_order_5_by_a_goal_that_is_lent(project: Path) -> None:
    assert shown("lent.order") == ("gap", "the claim says 5, the proof 0")


def test_K_r_vanishes_by_a_tuple(project: Path) -> None:
    for words in (["check", "tuple_for_list", "-q"], ["axioms", "tuple_for_list"], ["show", "tuple_for_list"]):
        refused = run(*words)
        assert refused.exit_code == 2
        assert "of type tuple: a proof is lists, strings and integers; write a list" in refused.stderr


def test_K_r_vanishes_for_H_at_least_2(project: Path) -> None:
    status, reason = shown("hardly_ever.zero")
    assert status == "gap"
    assert reason.startswith("the proof needs exclusive_masks at H = 2, L = 1, r = 1; the claim grants it only where")


def test_signs_converge_and_do_not(project: Path) -> None:
    report = json.loads(run("check", "both_ways", "--json", "-q", "--jobs", "1").stdout)
    claims = {c["id"]: c for c in report["statements"][0]["claims"]}
    assert claims["both_ways.printed"]["proof"] == "gap"
    assert claims["both_ways.printed"]["proof_reason"].startswith("it is not shown that the counterexample satisfies")


def edited(project: Path, name: str, *changes: tuple[str, str]) -> None:
    path = project / "lemmas" / f"{name}.py"
    text = path.read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text)


def test_the_twins_are_proved(project: Path) -> None:
    """The same files with the sentences mended: what is proved is said, so that nothing above is a gap for naught."""
    edited(project, "lent", ("f ~ n^5", "f ~ 1"), ("Integer(5)", "Integer(0)"), (
        "proof=proof(),", 'readings={"lent.order": ("f(i, 1) has exact order n^0, for 1 ≤ H, L = 2",)}, proof=proof(),'
    ))  # fmt: skip
    edited(project, "tuple_for_list", ('("K", "r")', '["K", "r"]'), ('p.goal("tuple_for_list.zero", "far"', (
        'p.goal("tuple_for_list.zero", "again"')), ("Ge(r, 0)", "Ge(r, H * L + 1)"))  # fmt: skip
    edited(project, "hardly_ever", (", when=Eq(r, 99)", ""))
    for name in ("lent", "tuple_for_list", "hardly_ever"):
        claims = json.loads(run("axioms", name, "--json").stdout)[name]
        assert [c["status"] for c in claims] == ["proved"], claims
    signs = {c["claim"]: c["status"] for c in json.loads(run("axioms", "both_ways", "--json").stdout)["both_ways"]}
    assert signs == {"both_ways.printed": "gap", "both_ways.amended": "proved"}


def test_one_sentence_is_not_refuted_and_proved(project: Path) -> None:
    """Without hypotheses on either side nothing tells the two apart: both are gaps."""
    edited(project, "both_ways",
           ("form=Form.PRINTED, hypotheses=GRANTED", "form=Form.PRINTED"),
           ("TEXT, hypotheses=GRANTED),\n    ),", "TEXT),\n    ),"))  # fmt: skip
    claims = {c["claim"]: c for c in json.loads(run("axioms", "both_ways", "--json").stdout)["both_ways"]}
    assert claims["both_ways.printed"]["status"] == "refuted"
    assert claims["both_ways.amended"]["status"] == "gap", "its proof needs what it does not grant"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('hypotheses=GRANTED),\n        Claim("other.letter"', 'hypotheses=("rleu",)),\n        Claim("other.letter"',
         "claim 'other.quantity' needs the hypothesis 'rleu'; there are relu, inputs_nonzero"),
        ('"K^(r) = 7"', '"K^(r) = 7", where=And(r > 1, r < 0)', "the range of claim 'other.identity' is never true"),
        ('Claim("other.quantity"', 'Claim("other.exponent"', "two claims are called 'other.exponent'"),
        ('Hypothesis("relu", "relu", Witness("none")), Hypothesis("inputs_nonzero", "x ≠ 0", Witness("none"))),',
         'Hypothesis("inputs_nonzero", "x ≠ 0", Witness("none")),),',
         "needs the hypothesis 'relu'; there are inputs_nonzero"),
        ('Witness("none")), Hyp', 'Witness("none"), when=And(r > 1, r < 0)), Hyp', "that never does"),
        ("proof=proof(),", 'proof=proof(), readings={"other.x": ()},', "'other.x' is quoted, which is no claim"),
        (', Hypothesis("inputs_nonzero", "x ≠ 0", Witness("none"))),', "),",
         "`hypotheses` must be a tuple of Hypothesis, (…,); it is of type Hypothesis"),
        ('p.goal("other.identity", "row", ())',
         'p.hypothesis("m_is_1")\n    p.goal("other.identity", "row", ("m_is_1",))',
         "a goal of 'other.identity' grants 'm_is_1', which is no hypothesis of the statement"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_where_it_is_loaded(project: Path, old: str, new: str, words: str) -> None:
    edited(project, "other", (old, new))
    refused = run("check", "other", "-q")
    assert refused.exit_code == 2
    assert words in refused.stderr
    assert "lemmas/other.py" in refused.stderr


def test_a_proof_file_is_read_by_what_it_says(project: Path, tmp_path: Path) -> None:
    """A hypothesis called ntk whose content is another one is shown by its content."""
    done = run("prove", "theorem1", "-o", "proof.json")
    assert done.exit_code == 0, done.output
    bundle = json.loads(Path("proof.json").read_text())
    ntk = next(h for d in bundle["documents"] for h in d["hypotheses"] if h["id"] == "ntk")
    assert ntk["judgment"]["is"] == "ifzero"
    ntk["judgment"]["then"] = [["<=", 1, 0]]
    Path("forged.json").write_text(json.dumps(bundle))
    goals = json.loads(run("verify", "forged.json", "--json").stdout)["goals"]
    assert any("K(r) has exact order n^min(0, H" in goal["sentence"] for goal in goals)
    granted = [goal["granted"].get("ntk", "") for goal in goals if goal["status"] != "gap"]
    assert all("1 ≤ 0" in text for text in granted if text)
