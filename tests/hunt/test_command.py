"""``verifier hunt`` on a user's project: both witnesses of a statement that lost its hypotheses, and bad input."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from verifier.cli import cli
from verifier.projects.new import create

HYPOTHESES = 'given="relu inputs_nonzero not_antiparallel not_orthogonal",'


def run(*words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    found = CliRunner().invoke(cli, ["hunt", *words])
    return found.exit_code, found.stdout, found.stderr


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project from the template, as ``verifier new`` writes it."""
    create(tmp_path / "own")
    monkeypatch.chdir(tmp_path / "own")
    return tmp_path / "own"


@pytest.fixture
def stripped(project):
    """The same, renamed, its second claim without any hypothesis."""
    for room in ("lemmas", "checks"):
        old = project / room / "one_hidden_layer.py"
        text = old.read_text(encoding="utf-8").replace("one_hidden_layer", "mine")
        if room == "lemmas":
            assert HYPOTHESES in text
            text = text.replace(HYPOTHESES, 'given="",').replace('"relu inputs_nonzero"', '""')
        (project / room / "mine.py").write_text(text, encoding="utf-8")
        old.unlink()
    return project


@pytest.mark.slow
def test_both_witnesses_of_a_claim_that_lost_its_hypotheses(stripped) -> None:
    """In less than a minute of computing time: 90° and 180°, each as small as it can be, ready to paste."""
    code, out, _ = run("mine", "--budget", "5s", "--jobs", "1", "--json", "-q")
    assert code == 1
    report = json.loads(out)
    assert sorted(f["instance"]["angle"] for f in report["findings"]) == [90, 180]
    assert report["spent"] < 60
    for finding in report["findings"]:
        assert finding["claims"] == ["mine.second"]
        assert finding["outcomes"][0]["what"] == "zero"
        assert finding["excluded_by"] == [{90: "not_orthogonal", 180: "not_antiparallel"}[finding["instance"]["angle"]]]
        assert finding["witness"].startswith("Witness('angle = ")
        again = re.fullmatch(r'verifier hunt mine.second --at "(.*)" --seed \d+', finding["reproduce"])
        assert again
        assert run("mine.second", "--at", again.group(1), "--jobs", "1")[0] == 1


def test_nothing_is_found_of_the_claims_as_they_are(project) -> None:
    code, out, _ = run("one_hidden_layer", "--budget", "4s", "--jobs", "1", "-q", "--fresh")
    assert code == 0
    assert "Nothing was found. That is no proof" in out
    assert re.search(r"looked at \d+ instances and 1 lines, \d+ samples", out)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "name statements or claims to be hunted, or --all of them"),
        (("mine", "--all"), 2, "name statements or claims"),
        (("min",), 2, "unknown statement 'min'"),
        (("mine", "--budget", "soon"), 2, "--budget soon: a time such as 90s, 10m or 1.5h is needed"),
        (("mine", "--budget", "0"), 2, "--budget 0"),
        (("mine.output",), 2, "mine.output: none of its measures has a space"),
        (("mine", "--at", "angle"), 2, "--at angle: parameters are needed"),
        (("mine", "--at", "angle=500"), 2, "angle is 500; degrees from 0 to 180 is allowed"),
        (("mine", "--zero-of", "angle"), 2, "--zero-of angle: it goes with --at"),
        (("mine::angle=60",), 2, "one instance is decided by --at"),
        (("mine", "--jobs", "0"), 2, "--jobs 0"),
    ],
)
def test_bad_input(stripped, words, code, said) -> None:
    found = run(*words)
    assert found[0] == code
    assert said in found[2]
    assert found[2].count("\n") == 1


def test_what_several_claims_of_a_statement_lack_is_told_once() -> None:
    code, _, err = run("section3", "--at", "angle=500", "--jobs", "1")
    assert code == 2
    assert err.count("L is missing") == 1, err


def test_a_budget_too_small_for_the_corners(stripped) -> None:
    code, out, _ = run("mine", "--budget", "0.000001s", "--jobs", "1", "-q", "--fresh")
    assert code == 3
    assert "is too small to try the corners (0 of 6 were tried)" in " ".join(out.split())
