"""The theorems on limits and orders: their documents are checked anew, and rest on what they say they rest on."""

from __future__ import annotations

import json
from importlib import import_module

import pytest

import verifier.kernel.theory  # noqa: F401
from verifier.kernel.core import check, documents
from verifier.kernel.core.terms import FALSE
from verifier.proving.tactics import Prover

PROOFS = (
    ("_proof_lemma1", "prove_lemma1"), ("_proof_lemma3_claims", "prove_claims"),
    ("_proof_theorem1_limits", "prove_theorem1_limits"), ("_proof_theorem1_limits", "prove_section3_limits"),
    ("_proof_limits_printed", "prove_limits_printed"),
)  # fmt: skip
#: what is cited, and what is argued, beneath a claim at L ≥ 3
DEEP = {"joint.deep", "Gam.never0.deep", "Psi.never0.deep", "orthant.alive.deep"}


@pytest.fixture(scope="module")
def proofs():
    """All facts by claim, and the results of checking one document that has them as goals."""
    p = Prover("limits")
    facts = {}
    for module, name in PROOFS:
        for claim, found in getattr(import_module(f"lemmas.{module}"), name)(p).items():
            facts[claim] = found
            for fact in found:
                p.goal(claim, fact)
    document = documents.read(documents.load(json.dumps(p.document())))
    return facts, check.check(document)


def test_the_document_proves_every_claim(proofs):
    facts, result = proofs
    assert all(facts.values())
    assert [goal.id for goal in result.goals if goal.error] == []


def test_what_is_proved_at_two_layers_rests_on_theorems_alone(proofs):
    _, result = proofs
    for goal in result.goals:
        weak = {rest.name for rest in goal.rests if rest.mark not in ("definition", "theorem")}
        if goal.id.endswith((".deep", ".later")):
            assert {"joint.deep"} <= weak <= DEEP, (goal.id, weak)
        else:
            assert not weak, (goal.id, weak)


def test_facts_are_closed_and_printed_ones_refuted(proofs):
    facts, _ = proofs
    for claim, found in facts.items():
        for fact in found:
            assert not fact.theorem.hyps
            prop = fact.prop
            while prop.fields[0] == "all":
                prop = prop.fields[1][0].fields[1]
            refutation = prop.fields[0] == "imp" and prop.fields[1][1] == FALSE
            assert refutation == (".printed" in claim and claim != "lemma3.printed-identity"), claim


def test_the_hypotheses_are_those_of_the_statements(proofs):
    """Lemma 3 needs nonzero inputs, and x·y ≠ 0 only where l_1 = 1; Θ ≠ 0 is needed at L ≤ 2 alone."""
    facts, _ = proofs
    term = repr(facts["lemma3.order.shallow"][0].prop)
    assert "nonzero_input" in term
    assert "imp(eq(first(" in term
    assert "Theta" in repr(facts["theorem1.order.shallow"][0].prop)
    assert "Theta" not in repr(facts["theorem1.order.deep"][0].prop)
