"""Computed facts, computed again: what is forged is a gap, whatever the document says."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest

import verifier.kernel.theory  # noqa: F401
from verifier import engines
from verifier.claims.goals import check_documents
from verifier.engines.again import computed_again
from verifier.kernel.core import check, documents
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.table import digest
from verifier.kernel.core.terms import app, eq, le
from verifier.proving.tactics import Prover

MOMENT = {"of": [["f", 1]] * 2, "depth": 2, "activation": "relu", "say": "equal"}


def proof(*facts):
    """A prover with facts by engines, or forged ones: (engine, proposition)."""
    p = Prover("example")
    for name, what in facts:
        fact = p.by_engine(name, what) if isinstance(what, dict) else p.computed(name, what)
        p.goal(f"example.{fact.step}", fact)
    return p


def gaps(p, requests=None):
    document = documents.read(documents.load(json.dumps(p.document())))
    assert not [g.error for g in check.check(document).goals if g.error], "the kernel itself takes a computed fact"
    found = computed_again(document, json.loads(json.dumps(p.requests())) if requests is None else requests)
    return [a.gap for a in found]


def test_what_is_computed_is_computed_again():
    p = proof(("moments", MOMENT), ("patterns", {"sizes": [1, 2]}),
              ("graphs", {"say": "clusters", "factors": 2, "ends": [0, 1]}))  # fmt: skip
    assert gaps(p) == ["", "", ""]


def test_it_is_certified_not_proved():
    p = proof(("moments", MOMENT))
    (fact,) = p.proved["example.0"]
    assert {(r.mark, r.name) for r in fact.theorem.rests} == {("computed", "moments 1")}


FORGED = app("equal_at", app("nil"), app("+"), 1)


def test_a_forged_fact_has_no_request():
    assert "no request says" in gaps(proof(("moments 1", FORGED)))[0]


def test_the_request_of_another_fact_is_noticed():
    p = proof(("moments", MOMENT), ("moments 1", FORGED))
    requests = p.requests()
    (true,) = requests.values()
    assert gaps(p, {**requests, digest(FORGED): true}) == [
        "",
        "moments 1 computes another proposition for this request",
    ]


@pytest.mark.parametrize(
    "change", [("depth", 3), ("activation", "linear"), ("say", "separate"), ("of", [["f", 1]] * 4)]
)
def test_a_changed_request_computes_something_else(change):
    p = proof(("moments", MOMENT))
    requests = deepcopy(p.requests())
    (entry,) = requests.values()
    entry["request"][change[0]] = change[1]
    assert "another proposition" in gaps(p, requests)[0]


@pytest.mark.parametrize(
    ("engine", "message"),
    [("moments 2", "here is moments 1"), ("moments", "here is moments 1"), ("fields 1", "here is moments 1")],
)
def test_another_version_or_name_is_noticed(engine, message):
    p = proof(("moments", MOMENT))
    (fact,) = p.proved["example.0"]
    other = proof((engine, fact.prop))
    assert message in gaps(other, p.requests())[0]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"engine": "oracle", "request": {}}, "there is no engine"),
        ({"engine": 3, "request": {}}, "there is no engine"),
        ({"engine": "moments", "request": {}}, "fields"), ({"engine": "moments", "request": 7}, "fields"),
        ({"engine": "moments"}, "no request"), ("moments", "no request"), (None, "no request"),
        ({"engine": "moments", "request": {**MOMENT, "depth": 99}}, "depth 99"),
    ],
)  # fmt: skip
def test_a_request_that_is_none_is_a_gap(entry, message):
    p = proof(("moments", MOMENT))
    (mark,) = p.requests()
    assert message in gaps(p, {mark: entry})[0]


def test_an_engine_that_changes_its_mind_is_noticed(monkeypatch):
    p = proof(("patterns", {"sizes": [1, 3]}))
    monkeypatch.setattr(engines.ENGINES["patterns"], "compute", lambda request: eq(1, 1))
    assert "another proposition" in gaps(p)[0]


def test_unknown_engines_are_named():
    with pytest.raises(Refused, match="there is no engine 'wick'; there are balls, fields, graphs, moments, patterns"):
        Prover("x").by_engine("wick", {})


def test_a_fact_that_is_not_closed_is_refused():
    from verifier.kernel.core.terms import Var

    with pytest.raises(Refused, match="closed"):
        Prover("x").computed("moments 1", eq(Var("n", "int"), 1))


# -- in the room of the verdict ----------------------------------------------------------------------------------------


def test_a_goal_that_rests_on_a_forged_fact_is_an_error_and_so_is_what_cites_it():
    honest, forged = proof(("moments", MOMENT)), proof(("moments 1", FORGED))
    both = Prover("citing", [forged])
    (fact,) = forged.proved["example.0"]
    both.goal("citing.0", both.use(fact))
    assert [g.error for g in check_documents([honest.document()], honest.requests()).goals] == [""]
    for requests in ({}, honest.requests(), {digest(FORGED): {"engine": "moments", "request": MOMENT}}):
        found = check_documents([forged.document(), both.document()], requests).goals
        assert [bool(g.error) for g in found] == [True, True]
        assert "moments 1" in found[1].error


def test_without_its_requests_nothing_is_certified():
    honest = proof(("moments", MOMENT))
    (goal,) = check_documents([honest.document()]).goals
    assert "no request says how moments 1 computes it" in goal.error


NUMBER = ["num", "1"]
BAD = {
    "a bound variable of no binder": (["bound", 0, "int"], NUMBER, "points outside of its side"),
    "a sum to 10^30": (["app", "csum", [NUMBER, ["num", f"{10**30}"], ["fun", ["int"], NUMBER]]], NUMBER, "summands"),
    "a number of ten million digits": (["num", "1e9999999"], NUMBER, "no fraction"),
    "a number in words of its own": (["num", " 2/4"], NUMBER, "no fraction"),
    "a number that is none": (["num", 1.5], NUMBER, "no fraction"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_request_that_cannot_be_read_is_a_gap(case):
    """One is not at most nothing, whatever an engine stumbles over."""
    left, right, told = BAD[case]
    prop = le(1, 0)
    p = proof(("fields 1", prop))
    request = {"left": left, "right": right, "widths": [1], "outputs": 1}
    (gap,) = gaps(p, {digest(prop): {"engine": "fields", "request": request}})
    assert told in gap


def test_an_engine_that_fails_computes_nothing(monkeypatch):
    def broken(request):
        raise IndexError("tuple index out of range")

    monkeypatch.setattr(engines.ENGINES["fields"], "compute", broken)
    prop = le(1, 0)
    (gap,) = gaps(proof(("fields 1", prop)), {digest(prop): {"engine": "fields", "request": {}}})
    assert gap == "fields 1 fails on this request: IndexError tuple index out of range"


def test_requests_are_an_object():
    p = proof(("fields 1", le(1, 0)))
    with pytest.raises(Refused, match="requests are an object"):
        gaps(p, [])
