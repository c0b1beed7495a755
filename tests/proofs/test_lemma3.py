"""Lemma 3: its claims are what is proved, claim by claim; what says more is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import And, Eq, Rational, Symbol, true

from lemmas import lemma3
from lemmas._terms_claims import CLAIMS, distinct, k
from verifier.claims.compile import compiled
from verifier.claims.expressions import CannotCompile, to_propositions
from verifier.claims.goals import check_documents, claims_of
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import FALSE, Var, imp

HYPOTHESES = {h.id: h for h in lemma3.HYPOTHESES}
BY_ID = {claim.id: claim for claim in CLAIMS}
STATUS = {
    "refuted": "printed-order printed-delta printed-case",
    "proved": "printed-identity identity joint.shallow order.shallow order.second elsewhere smaller.shallow full star "
    "joint-mean joint-square",
    "cited": "joint.deep order.deep order.later smaller.deep",
    "certified": "mixed skipped mixed-star ratio ratio-square other-output other-output-first smaller",
}


def test_every_claim_has_the_status_it_is_known_to_have():
    proof = lemma3.statement.proof
    checked = check_documents(proof.documents(lemma3.statement), proof.requests(lemma3.statement))
    found = {name: str(one.status) for name, one in claims_of(lemma3.statement, checked).items()}
    assert found == {f"lemma3.{name}": status for status, names in STATUS.items() for name in names.split()}
    author = proof.author(lemma3.statement)
    assert {name: len(goals) for name, goals in author.proved.items() if "printed" in name} == {
        "lemma3.printed-identity": 1, "lemma3.printed-order": 2, "lemma3.printed-delta": 2, "lemma3.printed-case": 1,
    }  # fmt: skip


WRONG = {
    "for every output": ("order.shallow", {"where": true}),
    "half a power more": ("order.shallow", {"exponent": Rational(1, 2) - k}),
    "at every input": ("order.second", {"hypotheses": ("relu",)}),
    "for l_1 = 1, orthogonal inputs too": ("order.later", {"where": And(distinct, k >= 1)}),
    "0 for every output": ("elsewhere", {"where": And(k >= 1, distinct)}),
    "another number": ("joint-mean", {"value": 5}),
    "the sum of one limit after another": ("star", {"value": 1}),
    "no factor √2": ("identity", {"value": BY_ID["lemma3.printed-case"].value}),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_twin_that_says_more_is_no_qed(case: str):
    name, change = WRONG[case]
    author = lemma3.statement.proof.author(lemma3.statement)
    claim = BY_ID[f"lemma3.{name}"]
    known = author.claims[claim.id]
    facts = author.proved[claim.id]
    assert author.qed(claim.id, *facts).prop == facts[0].prop
    author.claims[claim.id] = replace(claim, **change)
    try:
        with pytest.raises(Refused):
            author.qed(claim.id, *facts)
    finally:
        author.claims[claim.id] = known


def test_a_flag_of_cells_is_the_proposition_it_stands_for():
    flag, says = Symbol("flag", integer=True), Var("P", "prop")
    assert to_propositions(Eq(flag, 1), {"flag": says}) == [says]
    assert to_propositions(Eq(flag, 0), {"flag": says}) == [imp(says, FALSE)]
    with pytest.raises(CannotCompile, match="0 or 1, not 2"):
        to_propositions(Eq(flag, 2), {"flag": says})


def test_printed_claims_grant_what_the_paper_grants():
    """The ReLU of its setting, and nothing on inputs or on widths beyond that they grow."""
    for name in ("printed-order", "printed-delta"):
        target = compiled(BY_ID[f"lemma3.{name}"], HYPOTHESES)
        assert [identifier for identifier, _ in target.hypotheses] == ["relu"]
        assert [p.fields[0] for p in target.widths] == ["scaled"]


@pytest.mark.parametrize(
    ("cell", "broken"),
    [
        ({"L": 2, "l_1": 1, "k": 2, "angle": 90}, {"not_orthogonal", "one_input"}),
        ({"L": 3, "l_1": 2, "k": 2, "angle": 90}, {"one_input"}),
        ({"L": 2, "l_1": 1, "k": 1, "angle": 180}, {"not_antiparallel", "one_input"}),
        ({"L": 2, "l_1": 2, "k": 1, "x_j": 0}, {"inputs_nonzero"}),
        ({"L": 2, "l_1": 1, "k": 1, "angle": 0}, set()),
    ],
)
def test_hypotheses_are_violated_where_their_conditions_fail(cell: dict[str, object], broken: set[str]):
    assert set(lemma3.statement.violated(cell)) == broken
