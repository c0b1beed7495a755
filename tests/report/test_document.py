"""The document: its published schema, what follows from what, and a copy restricted to some statements."""

from __future__ import annotations

import copy
import json
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from verifier.report.excerpts import restricted
from verifier.report.findings import findings
from verifier.report.schema import problem_of

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "report.schema.json"


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_meets_its_schema(shipped: dict[str, Any], toy_document: dict[str, Any], validator: Any) -> None:
    for data in (shipped, toy_document):
        again = json.loads(json.dumps(data, allow_nan=False))
        assert again == json.loads(json.dumps(data))
        assert [error.message for error in validator.iter_errors(again)] == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("run", "seed"), -1),
        (("statements", 0, "forms", 0, "verdict"), "fine"),
        (("statements", 0, "claims", 0, "proof"), "verified"),
        (("statements", 0, "measurements", 0, "answers", 0, "estimate"), "1"),
        (("format",), 1),
    ],
)
def test_the_schema_refuses(toy_document: dict[str, Any], validator: Any, place: tuple[Any, ...], value: Any) -> None:
    data = copy.deepcopy(toy_document)
    inner: Any = data
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    assert list(validator.iter_errors(data))


def test_edges_are_what_the_proofs_cite(shipped: dict[str, Any]) -> None:
    from verifier.report.derived import graph

    edges = {(edge["from"], edge["to"]) for edge in shipped["graph"]["edges"]}
    assert {("cited joint.deep", "lemma3"), ("cited joint.deep", "theorem1")} <= edges
    assert not any(source == "theorem1" for source, _ in edges)
    statements = copy.deepcopy(shipped["statements"])
    theorem = next(s for s in statements if s["name"] == "theorem1")
    theorem["uses"] = [{"statement": name, "claims": [f"{name}.identity"]} for name in ("lemma3", "lemma5")]
    drawn = graph(statements)
    assert {("lemma3", "theorem1"), ("lemma5", "theorem1")} <= {(e["from"], e["to"]) for e in drawn["edges"]}
    kinds = {node["id"]: node["kind"] for node in drawn["nodes"]}
    assert kinds["lemma5"] == "absent"
    assert kinds["theorem1"] == "statement"


def test_a_step_that_no_goal_needs_gives_no_edge(shipped: dict[str, Any]) -> None:
    from verifier.report.derived import graph

    statements = copy.deepcopy(shipped["statements"])
    for statement in statements:
        statement["uses"] = []
    assert all(edge["from"].startswith("cited ") for edge in graph(statements)["edges"])


def test_every_step_has_a_status_of_its_own(shipped: dict[str, Any]) -> None:
    lemma3 = next(s for s in shipped["statements"] if s["name"] == "lemma3")
    status = {step["id"]: step["status"] for step in lemma3["steps"]}
    assert status["lemma3.joint.deep"] == "cited"
    assert status["lemma3.mixed"] == "certified"
    assert status["lemma3.joint.shallow"] == "proved"
    assert status["lemma3.printed-delta"] == "refuted"
    # What rests on a cited step is cited as well.
    assert status["lemma3.order.deep"] == "cited"


def test_restricted_to_a_statement(shipped: dict[str, Any]) -> None:
    only = restricted(shipped, ["lemma4"])
    assert [s["name"] for s in only["statements"]] == ["lemma4"]
    assert only["counts"]["statements"] == 1
    assert only["counts"]["claims"] == len(only["statements"][0]["claims"])
    assert {e["id"] for e in only["errata"]} == set(only["statements"][0]["errata"])
    assert shipped["counts"]["statements"] == 3  # the original is untouched


def test_findings_name_what_is_wrong_why_and_what_is_true(shipped: dict[str, Any]) -> None:
    found = {entry["claim"]["id"]: entry for entry in findings(shipped)}
    wrong = {
        c["id"] for s in shipped["statements"] for c in s["claims"]
        if c["form"] == "printed" and (c["proof"] == "refuted" or c["numeric"] == "contradicted")
    }  # fmt: skip
    assert set(found) == wrong
    assert {"lemma3.printed-delta", "theorem1.printed"} <= wrong
    theorem = found["theorem1.printed"]
    assert theorem["erratum"]["id"] == "E4"
    assert "r = 2" in theorem["erratum"]["counterexample"]
    assert "theorem1.zero" in {claim["id"] for claim in theorem["true"]}


def test_nothing_is_wrong_where_nothing_is_refuted(shipped: dict[str, Any]) -> None:
    assert findings(restricted(shipped, ["lemma4"])) == []


def test_errata_come_with_commands(shipped: dict[str, Any]) -> None:
    commands = {entry["id"]: entry["recheck"] for entry in shipped["errata"]}
    assert any("113.218" in command for command in commands["E25"])
    assert all(command.startswith("verifier ") for listed in commands.values() for command in listed)
    # E8 is why a hypothesis was added, not why the printed claim is refuted: its witness's command is given.
    assert all("axioms" not in command for command in commands["E8"])


def test_commands_of_errata_can_be_typed(shipped: dict[str, Any]) -> None:
    from verifier.cli import cli
    from verifier.quantities.select import Selection

    commands = {command for entry in shipped["errata"] for command in entry["recheck"]}
    assert len(commands) > 5
    for command in commands:
        _, name, *words = shlex.split(command)
        assert name in cli.list_commands(None)  # type: ignore[arg-type]
        for flag, value in pairwise(words):
            if flag == "-k":
                Selection(value)


def test_limits_say_what_was_not_shown(shipped: dict[str, Any]) -> None:
    text = " ".join(f"{part['title']} {part['text']} {' '.join(part['items'])}" for part in shipped["limits"])
    for word in ("joint.deep", "activation", "kink", "widths", "c/n", "by chance", "lemma3.order.deep"):
        assert word in text, word


def test_limits_name_gaps(toy_document: dict[str, Any]) -> None:
    titles = {part["title"]: part for part in toy_document["limits"]}
    assert any("toy.order" in item for item in titles["Not proved"]["items"])
    assert "Proved only up to a citation" not in titles


def test_why_a_printed_claim_is_wrong_is_what_its_first_erratum_says() -> None:
    errata = [
        {"id": "E1", "why": "one", "counterexample": "here"},
        {"id": "E2", "why": "two", "counterexample": "there"},
    ]
    claim = {
        "id": "s.a", "form": "printed", "proof": "refuted", "numeric": "untested", "errata": ["E2", "E1"], "why": "",
        "place": "S, Eq. (1)", "instead": [], "premises": {},
    }  # fmt: skip
    statement = {"name": "s", "label": "S", "title": "", "measurements": [], "claims": [claim]}
    (found,) = findings({"errata": errata, "statements": [statement]})
    assert (found["reason"], found["place"]) == ("two there", "Eq. (1)")
    statement["claims"] = [{**claim, "why": "its own words"}]
    assert findings({"errata": errata, "statements": [statement]})[0]["reason"] == "its own words"


def test_what_the_types_do_not_know_is_refused(toy_document: dict[str, Any]) -> None:
    assert problem_of(toy_document) == ""
    other = copy.deepcopy(toy_document)
    other["statements"][0]["claims"][0]["golas"] = []
    assert "golas" in problem_of(other)
    other = copy.deepcopy(toy_document)
    other["statements"][0]["claims"][0]["rests_on"] = ["hypothesis relu"]  # as it was before format 5
    assert "rests_on" in problem_of(other)
