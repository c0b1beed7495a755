"""Hunts in the report: what was searched and found, and nothing that was not recorded by this project's store."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from verifier.cli import cli
from verifier.hunt.finding import Counterexample, Hunted, Stage
from verifier.hunt.fresh import Decided
from verifier.hunt.target import Target, targets
from verifier.projects.project import Project
from verifier.projects.root import SHIPPED
from verifier.report.excerpts import restricted
from verifier.report.html import render as page
from verifier.report.hunts import hunt_data, hunts, keep, of_claims
from verifier.report.markdown import render as markdown
from verifier.report.schema import problem_of
from verifier.report.tex import render as tex
from verifier.sampling.store import Packed, Store

COUNTS = {"instances": 12, "samples": 3456, "lines": 3, "decisions": 2, "failed": []}
OUTCOME = Decided("lemma3.printed", "contradicted", "the interval <b>excludes</b> it", 5e-5, 0.0, 1.0, 0.9, 1.1)
FOUND = Counterexample(
    "lemma3", "X_n", {"sequence": "reciprocal"}, (OUTCOME,), {"sequence": "'reciprocal'"},
    proposed="sequence is another", reproduce='verifier hunt lemma3.printed --at "sequence=\'reciprocal\'" --seed 7',
)  # fmt: skip
STAGES = (Stage("lemma3 · X_n", "corners", 5, 5), Stage("lemma3 · X_n", "pairs", 1, 4))
HUNTED = Hunted((FOUND,), STAGES, COUNTS, 7, 1e-4, 60.0, 61.25, doubtful=("lemma3.amended at x=1: inconclusive",),
                stopped="the budget is spent")  # fmt: skip


@pytest.fixture(scope="module")
def hunted() -> tuple[Target, ...]:
    entry = Project((SHIPPED,)).entry("lemma3")
    return targets(entry.statement, entry.check, source=entry.check_path)


@pytest.fixture
def document(shipped):
    """A report of three statements, to be changed."""
    return copy.deepcopy(shipped)


def told(found: Hunted, hunted: tuple[Target, ...]):
    return hunt_data(found, hunted, time="2026-01-01T00:00:00+00:00", command="verifier hunt lemma3 --seed 7")


def test_every_format_says_what_was_found_what_was_searched_and_what_was_not(document, hunted) -> None:
    data = {**document, "hunts": [told(HUNTED, hunted)]}
    assert problem_of(data) == ""
    for text in (page(data), markdown(data), tex(data)):
        assert "lemma3.printed" in text
        assert "12 instances and 3 lines looked at, 3456 samples" in text
        assert "The budget is spent" in text
        assert "sequence is another" in text
        assert "Nothing was found" not in text
    assert "pairs 1 of 4" in page(data)
    assert "<b>excludes</b>" not in page(data)
    assert "1 that looked suspicious was not decided" in page(data)


def test_finding_nothing_is_not_said_to_prove_anything(document, hunted) -> None:
    nothing = Hunted((), STAGES[:1], COUNTS, 7, 1e-4, 60.0, 61.25)
    data = {**document, "hunts": [told(nothing, hunted)]}
    for text in (page(data), markdown(data), tex(data)):
        assert "Nothing was found." in text
        assert "nothing is proved" in text


def test_a_hunt_that_looked_at_nothing_is_not_said_to_have_found_nothing(document, hunted) -> None:
    claims = tuple(dict.fromkeys(c.id for t in hunted for c in t.statement.claims))
    blind = Hunted((), (), {**COUNTS, "instances": 0}, 7, 1e-4, 60.0, 61.25, unlooked=claims)
    data = {**document, "hunts": [told(blind, hunted)]}
    for text in (page(data), markdown(data), tex(data)):
        assert "Nothing was looked at, so nothing is said." in text
        assert "Nothing was found." not in text


def test_a_report_without_a_hunt_does_not_speak_of_one(document) -> None:
    assert "Hunted" not in page(document) + markdown(document)


def test_a_hunt_of_another_version_is_told_apart(document, hunted) -> None:
    other = {**told(HUNTED, hunted), "version": "0.0.1"}
    data = document
    assert "not of the version of this report" in page(data | {"hunts": [other]})
    data["run"]["environment"]["commit"] = other["commit"]
    assert "not of the version of this report" not in page(data | {"hunts": [told(HUNTED, hunted)]})


def test_what_was_found_of_one_statement_is_not_told_of_another(document, hunted) -> None:
    of_both = {**told(HUNTED, hunted), "statements": ["lemma3", "theorem1"]}
    data = document | {"hunts": [of_both, {**of_both, "statements": ["theorem1"]}]}
    data["hunts"][0]["findings"].append({**of_both["findings"][0], "statement": "theorem1"})
    (kept,) = restricted(data, ["lemma3"])["hunts"]
    assert [f["statement"] for f in kept["findings"]] == ["lemma3"]


def test_a_hunt_of_what_a_claim_had_been_was_told_of_what_it_says_now(document, hunted) -> None:
    """Twin: of the claims that are as they were it is told."""
    statements = document["statements"]
    kept = told(HUNTED, hunted)
    name = kept["claims"][0]
    kept["findings"][0]["claims"] = [name]
    assert of_claims([kept], statements) == [kept]
    (lemma3,) = (s for s in statements if s["name"] == "lemma3")
    (claim,) = (c for c in lemma3["claims"] if c["id"] == name)
    claim["exponent"] = "-17"
    (part,) = of_claims([kept], statements)
    assert part["findings"] == []
    assert part["claims"] == kept["claims"][1:]
    for claim in lemma3["claims"]:
        claim["exponent"] = "-17"
    assert of_claims([kept], statements) == []


def test_of_hunts_of_the_same_claims_the_last_is_shown_and_what_is_no_record_is_not(tmp_path, hunted) -> None:
    with Store.open(tmp_path, write=True) as store:
        assert hunts(store) == []
        for seed in (7, 8):
            found = Hunted((), (), COUNTS, seed, 1e-4, 60.0, 61.25)
            keep(store, store.begin("verifier hunt", "now"), told(found, hunted))
        forged = {**told(HUNTED, hunted), "samples": "many", "claims": ["mine.claim"]}
        for number, text in enumerate(("no JSON", "[1]", json.dumps(forged))):
            key = bytes([number]) * 16
            store.put(Packed(key, "hunt", "record", "1", "", "", 0, 0, "", text, b""), 2)
        (last,) = hunts(store)
    assert last["seed"] == 8


def test_the_command_keeps_its_hunt_and_the_report_shows_it(tmp_path, monkeypatch) -> None:
    """Corners alone are tried, so that nothing that is random is asserted."""
    project = tmp_path / "own"
    assert CliRunner().invoke(cli, ["new", str(project)]).exit_code == 0
    monkeypatch.chdir(project)
    found = CliRunner().invoke(cli, ["hunt", "one_hidden_layer", "--budget", "0.2s", "--jobs", "1", "-q"])
    assert found.exit_code in (0, 3), found.output
    with Store.open(Path(".verifier")) as store:
        (kept,) = hunts(store)
    assert kept["statements"] == ["one_hidden_layer"]
    assert kept["command"] == "verifier hunt one_hidden_layer --budget 0.2s --seed 20201"
    assert CliRunner().invoke(cli, ["check", "-q", "-k", "angle=60", "--samples", "64", "-j", "1"]).exit_code in (0, 3)
    written = CliRunner().invoke(cli, ["report", "-o", "-", "--format", "md"])
    assert written.exit_code == 0, written.output
    assert kept["command"] in written.output
