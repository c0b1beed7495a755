"""Lemmas 1, 2 and 6, Theorem 2, Corollary 1 and Remark 1: what the kernel finds of their exported proofs."""

from __future__ import annotations

import importlib

import pytest
from layer_documents import STATEMENTS, bundle, goals, results, step

from verifier.statement import Form

#: claim -> the statuses of its goals
EXPECTED = {
    "lemma1": {
        "lemma1.printed": ["refuted"] * 4, "lemma1.printed-6": ["refuted"], "lemma1.sign": ["proved"] * 3,
        "lemma1.probabilities": ["proved"] * 2, "lemma1.outputs": ["proved"],
    },
    "lemma2": {
        "lemma2.printed-jacobians": ["proved"], "lemma2.printed-gradients": ["proved"],
        "lemma2.printed-gram": ["proved"], "lemma2.printed-covariance": ["refuted"], "lemma2.jacobians": ["proved"],
        "lemma2.gradients": ["proved"], "lemma2.gram": ["proved"], "lemma2.covariance": ["proved"],
        "lemma2.tangent": ["proved"], "lemma2.closed-gram": ["proved"], "lemma2.closed-masks": ["proved"],
    },
    "theorem2": {
        "theorem2.printed": ["refuted"], "theorem2.printed-weights": ["refuted"], "theorem2.printed-root": ["refuted"],
        "theorem2.weights": ["proved"], "theorem2.activations": ["proved"], "theorem2.process": ["proved"],
        "theorem2.fourth": ["proved"],
    },
    "lemma6": {
        "lemma6.printed-jacobians": ["refuted"], "lemma6.printed-gradient": ["refuted"],
        "lemma6.printed-root": ["refuted"] * 2, "lemma6.jacobians": ["proved"], "lemma6.gradient": ["proved"],
    },
    "corollary1": {"corollary1.printed": ["refuted"] * 2, "corollary1.function": ["proved"]},
    "remark1": {
        "remark1.printed": ["refuted"] * 2, "remark1.printed-finite": ["refuted"],
        "remark1.printed-constant": ["proved"], "remark1.constant": ["proved"], "remark1.norm": ["proved"],
        "remark1.function": ["proved"],
    },
}  # fmt: skip


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_goal_has_the_status_it_is_known_to_have(name):
    found: dict[str, list[str]] = {}
    for result in results(bundle(name), name):
        assert result.error is None, f"{result.claim}: {result.error}"
        found.setdefault(result.claim, []).append(result.status)
    assert found == EXPECTED[name]


@pytest.mark.parametrize("name", STATEMENTS)
def test_nothing_rests_on_what_is_only_cited(name):
    for result in results(bundle(name), name):
        assert not [mark for mark in result.rests_on if mark.startswith("cited ")], result.claim


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_claim_has_a_goal_of_its_form(name):
    stated = {(claim.id, str(claim.form)) for claim in STATEMENTS[name].claims}
    proved = {(goal["claim"], goal["form"]) for goal in bundle(name)["documents"][-1]["goals"]}
    assert stated == proved


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_hypothesis_has_its_witness(name):
    statement = STATEMENTS[name]
    listed = {hypothesis.id for hypothesis in statement.hypotheses}
    for claim in statement.claims:
        assert set(claim.hypotheses) <= listed, claim.id
    claims = {claim.id for claim in statement.claims}
    for hypothesis in statement.hypotheses:
        witness = hypothesis.witness
        assert len(witness.text) > 20
        # A witness names a claim of this statement that fails, and an exact one the goal that re-checks it.
        assert witness.claim == "" or witness.claim in claims
        assert witness.proof == "" or witness.proof in claims


@pytest.mark.parametrize("name", STATEMENTS)
def test_goals_grant_what_the_amended_claims_say(name):
    statement = STATEMENTS[name]
    for claim in statement.of_form(Form.AMENDED):
        granted = set().union(*(goal["hypotheses"] for goal in goals(bundle(name), claim.id)))
        # "widths_grow" is no premise: it is what convergence is along.
        assert granted == set(claim.hypotheses) - {"widths_grow"}, claim.id


@pytest.mark.parametrize("name", ["lemma2", "theorem2", "lemma6", "remark1"])
def test_hypotheses_violated(name):
    module = importlib.import_module(f"lemmas.{name}")
    listed = {hypothesis.id for hypothesis in STATEMENTS[name].hypotheses}
    violating = {"square": True, "z": (0, 1), "fixed_k": True, "L": 9, "n": 8}
    found = module.hypotheses_violated(violating)
    assert found
    assert set(found) <= listed
    assert module.hypotheses_violated({"z": (1, 1), "L": 2, "n": 100}) == []


def test_steps_refer_to_statements_before():
    uses = [s["data"]["statement"] for s in bundle("lemma6")["documents"][-1]["steps"] if s["rule"] == "use"]
    assert set(uses) == {"lemma2", "theorem2"}
    assert step(bundle("lemma6"), "chain")["rule"] == "gram.chain"
