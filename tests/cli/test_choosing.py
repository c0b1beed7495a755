"""Claims and cells that are named: what is checked then, what is said of the rest, and names that there are not.

Fixed seeds: nothing here is random.  For a fresh one the false-alarm rate is at most 1e-3 a claim.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from verifier.projects.loading import forget
from verifier.projects.new import TEMPLATE
from verifier.verdict import NumericStatus, ProofStatus, Summary
from verifier.verify.results import RunReport

from .conftest import Toy, begun_and_told, cells_of
from .test_check import SCHEMA
from .test_report import USUAL, run

P, N = ProofStatus, NumericStatus


@pytest.fixture
def two(toy: Toy) -> Toy:
    toy.write("second")
    return toy


def _claims(report: dict[str, Any]) -> dict[str, list[str]]:
    return {s["name"]: [c["id"] for c in s["claims"]] for s in report["statements"]}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["toy.zero"], {"toy": ["toy.zero"]}),
        (["toy.zero", "toy.printed"], {"toy": ["toy.printed", "toy.zero"]}),
        (["toy.zero", "second"], {"toy": ["toy.zero"], "second": ["second.printed", "second.order", "second.zero"]}),
        (["toy.zero", "toy"], {"toy": ["toy.printed", "toy.order", "toy.zero"]}),
        (["toy.zero", "second.zero"], {"toy": ["toy.zero"], "second": ["second.zero"]}),
    ],
)
def test_claims_by_their_ids(two: Toy, words: list[str], expected: dict[str, list[str]]) -> None:
    report = two.check(*words)
    jsonschema.validate(report, SCHEMA)
    assert _claims(report) == expected
    for statement in report["statements"]:
        assert set(statement["left_out"]) == {f"{statement['name']}.{c}" for c in ("printed", "order", "zero")} - set(
            expected[statement["name"]]
        )


def test_a_claim_s_cells_are_those_of_the_whole_check(toy: Toy) -> None:
    """Named alone a claim has the same error rate a cell, the same samples and so the same numbers."""
    assert cells_of(toy.check("toy.order"), "toy.order") == cells_of(toy.check("toy"), "toy.order")


@pytest.mark.parametrize(
    ("words", "claim", "expected"),
    [
        (["toy::H=2,r=1"], "toy.order", {(2, 1)}),
        (["toy.order::H=2,r<2"], "toy.order", {(2, 0), (2, 1)}),
        (["toy::H=2,r=1", "toy::r=0"], "toy.printed", {(2, 1), (1, 0), (2, 0)}),
        (["toy::H=2", "-k", "r=1"], "toy.order", {(2, 1)}),
        (["toy.order::H=2", "toy.printed::H=1", "-k", "r=1"], "toy.order", {(2, 1)}),
        (["toy.order::H=2", "toy.printed::H=1", "-k", "r=1"], "toy.printed", {(1, 1)}),
    ],
)
def test_cells_by_their_parameters(toy: Toy, words: list[str], claim: str, expected: set[tuple[int, int]]) -> None:
    report = toy.check(*words)
    assert {(c["parameters"]["H"], c["parameters"]["r"]) for c in cells_of(report, claim)} == expected
    assert all(c["verdict"] != "untested" for c in cells_of(report, claim))


WRONG = {
    "misspelt claim": (["check", "toy.zeros"], 2, ["toy has no claim 'toy.zeros'; did you mean toy.zero?"]),
    "nothing near": (["check", "toy.xyz"], 2, ["it has toy.printed, toy.order, toy.zero"]),
    "of another statement": (["check", "toy.identity"], 2, ["no claim", "lemma4.identity", "another statement"]),
    "misspelt statement": (["check", "tou.zero"], 2, ["unknown claim 'tou.zero'; did you mean toy.zero"]),
    "no cells": (["check", "toy::"], 2, ["'toy::' names no cells", "toy::H=2,r=3"]),
    "no statement": (["check", "::H=2"], 2, ["unknown statement ''"]),
    "no comparison": (["check", "toy::H is 2"], 2, ["'toy::H is 2': 'H is 2' is not a comparison"]),
    "no such value": (["check", "toy.order::H=9"], 2, ["H=9 is not measured; H is one of 1, 2"]),
    "no such parameter": (["check", "toy::depth=2"], 2, ["'toy::depth=2'", "depth", "H, r"]),
    "none of the cells": (["check", "toy::H=1,r>7"], 5, ["'toy::H=1,r>7' selects none of 8 cells"]),
    "outside the claim's range": (["check", "toy.zero::r=1"], 5, ["the claim says nothing at the cells selected"]),
    "one of two selects nothing": (["check", "toy", "second.zero::r=1"], 5, ["'second.zero::r=1'"]),
    "show: misspelt": (["show", "toy.zeros"], 2, ["did you mean toy.zero?"]),
    "show: cells": (["show", "toy::H=2"], 2, ["verifier show speaks of statements and claims, not of cells; say toy"]),
    "axioms: misspelt": (["axioms", "lemma4.identiti"], 2, ["did you mean lemma4.identity?"]),
    "axioms: cells": (["axioms", "lemma4.identity::H=2"], 2, ["not of cells; say lemma4.identity"]),
    "gate: misspelt": (["gate", "toy.zeros"], 2, ["did you mean toy.zero?"]),
    "gate: cells": (["gate", "toy::H=2"], 2, ["verifier gate speaks of statements and claims"]),
    "gate: a part recorded": (["gate", "--record", "toy.zero"], 2, ["--record is of whole statements; toy.zero"]),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG, ids=list(WRONG))
def test_a_name_that_there_is_not_is_one_sentence(two: Toy, case: str) -> None:
    words, code, expected = WRONG[case]
    result = two.run(*words)
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    told = begun_and_told(result.stderr)[1]
    assert len(told) == 1
    for text in expected:
        assert text in told[0]


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    """A project with a statement that is verified: two claims, proved and consistent."""
    for folder in ("lemmas", "checks"):
        shutil.copytree(TEMPLATE / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    return Toy(tmp_path)


def test_one_verified_claim_does_not_verify_its_statement(example: Toy) -> None:
    words = ("one_hidden_layer.second", "--quick", "-q", "--jobs", "1")
    result = example.run("check", *words)
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    assert "amended: verified (1 of its 2 amended claims), no worse than the whole is expected to be, verified" in text
    assert "the word of one_hidden_layer as a whole is not decided by this" in text
    assert "one_hidden_layer.output" not in text
    report = json.loads(example.run("check", *words, "--json").stdout)
    (statement,) = report["statements"]
    assert statement["amended"]["verdict"] == "inconclusive"
    assert statement["amended"]["reasons"] == ["asked about 1 of its 2 amended claims"]
    # Nor in what is kept: the list waits for a run of the whole.
    (row,) = [r for r in json.loads(example.run("list", "--json").stdout) if r["name"] == "one_hidden_layer"]
    assert row["found"] == {}
    stored = json.loads(example.run("report", "-o", "-", "--format", "json").stdout)
    jsonschema.validate(stored, json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text()))
    assert [form["verdict"] for form in stored["statements"][0]["forms"]] == ["inconclusive"]
    assert len(stored["statements"][0]["left_out"]) == 1


def _row(project: Toy, name: str) -> dict[str, Any]:
    (row,) = [r for r in json.loads(project.run("list", "--json").stdout) if r["name"] == name]
    return dict(row)


#: what is written in the place of what
CHANGES = {
    "exponent=Integer(-1)": "exponent=Integer(-5)",
    'proposition=lambda env: app("relu", phi)': 'proposition=lambda env: app("linear", phi)',
}


def test_another_claim_was_listed_as_verified_by_the_last_check_of_what_it_had_been(example: Toy) -> None:
    """T ~ n^-5 in the place of T ~ n^-1 was listed as verified.  Twin: what says the same again is so once more."""
    assert example.run("check", "one_hidden_layer", "--quick", "-q", "--jobs", "1").exit_code == 0
    file = example.folder / "lemmas" / "one_hidden_layer.py"
    text = file.read_text()
    for was, now in CHANGES.items():
        assert was in text
        file.write_text(text.replace(was, now))
        forget()
        row = _row(example, "one_hidden_layer")
        assert (row["found"], row["changed"]) == ({}, True)
        shown = example.run("list").stdout
        assert "verified" not in shown
        assert "changed: its claims say something else since" in " ".join(shown.split())
    file.write_text(text + "# a comment says nothing\n")
    forget()
    row = _row(example, "one_hidden_layer")
    assert (row["found"]["amended"]["verdict"], row["changed"]) == ("verified", False)


def _part(report: RunReport) -> RunReport:
    """The report as if another claim of each form had been left out."""
    (statement,) = report.statements
    others = tuple(replace(c.claim, id=f"{c.claim.id}.other") for c in statement.claims)
    return replace(report, statements=(replace(statement, left_out=others),))


@pytest.mark.parametrize(
    ("printed", "amended", "code"),
    [
        ((P.REFUTED, N.INVALID), (P.PROVED, N.CONSISTENT), 0),
        ((P.PROVED, N.CONSISTENT), (P.PROVED, N.CONSISTENT), 0),  # of a form that is refuted by the claim left out
        ((P.GAP, N.INCONCLUSIVE), (P.PROVED, N.CONSISTENT), 0),
        ((P.REFUTED, N.INVALID), (P.PROVED, N.INCONCLUSIVE), 3),
        ((P.REFUTED, N.INVALID), (P.GAP, N.CONSISTENT), 3),
        ((P.REFUTED, N.INVALID), (P.PROVED, N.CONTRADICTED), 1),
        ((P.REFUTED, N.INVALID), (P.REFUTED, N.CONSISTENT), 1),
    ],
)
def test_a_part_is_as_expected_if_it_is_no_worse_than_the_whole(
    printed: tuple[ProofStatus, NumericStatus], amended: tuple[ProofStatus, NumericStatus], code: int
) -> None:
    report = _part(run(printed, amended, USUAL))
    assert report.exit_code == code
    (statement,) = report.statements
    assert all(statement.summary(form) not in (Summary.VERIFIED, Summary.PROOF_ALONE) for form in statement.forms)


def test_show_a_claim_with_what_belongs_to_it(toy: Toy) -> None:
    text = toy.run("show", "lemma4.identity").stdout
    for words in ("lemma4.identity", "proved", "re-checked now", "untested: this command draws no samples"):
        assert words in text
    assert "before the run ended" not in text
    assert "1 steps" not in text
    assert "lemma4.printed" not in text
    assert "verdict" not in text.splitlines()
    data = json.loads(toy.run("show", "lemma4.identity", "--json").stdout)
    assert [claim["id"] for claim in data["claims"]] == ["lemma4.identity"]


def test_the_axioms_of_a_claim(toy: Toy) -> None:
    found = json.loads(toy.run("axioms", "lemma4.identity", "--json").stdout)
    every = json.loads(toy.run("axioms", "lemma4", "--json").stdout)
    assert found == {"lemma4": [claim for claim in every["lemma4"] if claim["claim"] == "lemma4.identity"]}
    assert len(every["lemma4"]) > len(found["lemma4"]) == 1


def test_a_claim_is_gated_alone_with_and_without_a_record(example: Toy) -> None:
    words = ("gate", "--quick", "-q", "--jobs", "1")
    name = "one_hidden_layer.second"
    for record in (False, True):
        if record:
            assert example.run(*words, "--record").exit_code == 0
        result = example.run(*words, name, "--json", "-")
        assert result.exit_code == 0, result.output
        assert [c["name"] for c in json.loads(result.stdout)["claims"]] == [f"{name} (amended)"]
