"""Lemma 3, Theorems 1 and 3, Section 3, the ReLU law, the conjecture: what the kernel finds of their proofs."""

from __future__ import annotations

import importlib

import pytest
from moment_documents import STATEMENTS, goals, results

from verifier.statement import Form

#: claim -> statuses of its goals, in words that occur; a number says how often
PRINTED = {
    "lemma3.printed-identity": {"proved": 1}, "lemma3.printed-order": {"refuted": 2},
    "lemma3.printed-delta": {"refuted": 2},
    "theorem1.printed": {"refuted": 2}, "theorem1.printed-limit": {"refuted": 1},
    "theorem1.printed-atom": {"refuted": 1},
    "section3.printed": {"refuted": 1}, "section3.printed-conjecture": {"refuted": 2},
    "section3.printed-stronger": {"refuted": 1},
    "theorem3.printed-limit": {"proved": 1}, "theorem3.printed-first": {"cited": 1},
    "theorem3.printed-second": {"cited": 1}, "theorem3.printed-figure": {"refuted": 4},
}  # fmt: skip
#: printed claims without a proof and without an exact counterexample: samples contradict them (tests/checks)
MEASURED = {
    "lemma3": ["printed-case"], "theorem1": ["printed-layers", "printed-any-m"], "section3": ["printed-sequential"],
    "theorem3": ["printed-mean", "printed-taylor", "printed-bounded", "printed-alive", "printed-descent"],
}  # fmt: skip
#: amended claims that nobody has proved: measured, and a gap
OPEN = {"lemma3.order.later"}
#: conditions of a claim that its proof does without
SPARE = {"theorem3.first.m": {"m_below_n"}}
#: amended claims that are not simply proved
OTHER = {
    "lemma3.joint.deep": "cited", "lemma3.order.deep": "cited",
    "lemma3.smaller.deep": "cited", "theorem1.order.deep": "cited", "theorem1.output.deep": "cited",
    "theorem1.atom.deep": "cited", "theorem1.squares": "certified", "relu_law.patterns": "certified",
    "dyer_gur_ari.loose": "certified", "section3.order.deep": "cited", "section3.tight": "certified",
    "theorem3.joint-limit": "cited", "theorem3.first.m": "cited", "theorem3.first.n": "cited",
    "theorem3.second.m": "cited", "theorem3.second.n": "cited", "theorem3.kink.trained": "cited",
    "theorem3.kink.other": "cited", "theorem3.kink.collinear": "cited", "theorem3.first": "cited",
}  # fmt: skip


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_goal_has_the_status_it_is_known_to_have(name):
    found: dict[str, dict[str, int]] = {}
    for result in results(name):
        assert result.error is None, f"{result.claim}: {result.error}"
        own = found.setdefault(result.claim, {})
        own[result.status] = own.get(result.status, 0) + 1
    measured = {f"{name}.{claim}" for claim in MEASURED.get(name, [])}
    measured |= {claim.id for claim in STATEMENTS[name].claims if claim.id in OPEN}
    for claim in STATEMENTS[name].claims:
        if claim.id in measured:
            assert claim.form is Form.PRINTED or claim.id in OPEN
        elif claim.form is Form.PRINTED:
            assert found[claim.id] == PRINTED[claim.id]
        else:
            assert set(found[claim.id]) == {OTHER.get(claim.id, "proved")}, claim.id
    assert set(found) | measured == {claim.id for claim in STATEMENTS[name].claims}
    assert not set(found) & measured


@pytest.mark.parametrize("name", STATEMENTS)
def test_refutations_rest_on_nothing_cited_or_computed_elsewhere(name):
    refuted = [r for r in results(name) if r.status == "refuted"]
    assert refuted or name in ("relu_law", "dyer_gur_ari")
    for result in refuted:
        assert not [m for m in result.rests_on if m.startswith(("cited ", "computed "))], result.claim
        assert result.sizes == ()


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_hypothesis_has_its_witness(name):
    statement = STATEMENTS[name]
    listed = {hypothesis.id for hypothesis in statement.hypotheses}
    claims = {claim.id for claim in statement.claims}
    for claim in statement.claims:
        assert set(claim.hypotheses) <= listed, claim.id
    for hypothesis in statement.hypotheses:
        witness = hypothesis.witness
        assert len(witness.text) > 15
        assert witness.claim == "" or witness.claim in claims
        assert witness.proof == "" or witness.proof in claims
    erratum_ids = {erratum.id for erratum in statement.errata}
    for claim in statement.claims:
        assert set(claim.errata) <= erratum_ids, claim.id


@pytest.mark.parametrize("name", STATEMENTS)
def test_goals_grant_what_the_amended_claims_say(name):
    for claim in STATEMENTS[name].of_form(Form.AMENDED):
        granted = set().union(*(goal["hypotheses"] for goal in goals(name, claim.id)))
        if claim.id not in OPEN:
            assert granted | SPARE.get(claim.id, set()) == set(claim.hypotheses), claim.id


@pytest.mark.parametrize(
    ("name", "violating", "expected"),
    [
        ("theorem3", {"time": 1}, "initialisation"),
        ("theorem3", {"m": 2}, "m_is_1"),
        ("section3", {"L": 2, "r": 2, "angle": 180}, "not_antiparallel"),
        ("section3", {"L": 2, "r": 2, "angle": 90}, "not_orthogonal"),
        ("theorem1", {"H": 2, "L": 2, "r": 2, "angle": 60}, "one_input"),
        ("relu_law", {"angle": 10}, "one_input"),
    ],
)
def test_violated_hypotheses_are_named(name, violating, expected):
    module = importlib.import_module(f"lemmas.{name}")
    assert expected in module.hypotheses_violated(violating)
    assert expected in {hypothesis.id for hypothesis in STATEMENTS[name].hypotheses}


def test_claims_have_values_a_check_can_use():
    values = {
        ("lemma3", "lemma3.mixed-star"): ({"L": 3, "n": 64}, 16.875),
        ("lemma3", "lemma3.other-output"): ({"L": 3, "n": 256}, 4.2371),
        ("lemma3", "lemma3.ratio-square"): ({"L": 3, "rho": 1, "n": 10**9}, 20.0),
        ("theorem1", "theorem1.top"): ({"H": 3, "L": 2}, 27.0),
        ("theorem1", "theorem1.atom.shallow"): ({"H": 3, "L": 2, "r": 2}, 0.75),
        ("theorem3", "theorem3.mean"): ({"H": 2, "L": 2, "n": 16, "m": 1}, 5.0),
        ("relu_law", "relu_law.dead"): ({"L": 4, "n": 5}, 0.090851),
        ("section3", "section3.exponent"): ({"r": 5}, -2.0),
    }
    for (name, identifier), (parameters, value) in values.items():
        claim = next(c for c in STATEMENTS[name].claims if c.id == identifier)
        found = claim.at(parameters)
        assert found is not None
        assert found.value == pytest.approx(value, rel=1e-4), identifier
