"""What re-checking says of every claim of the supplement, written down a second time.

A proof that no longer reaches its claim, an exponent or a hypothesis that was changed, and a claim that is new or gone
all show here, without a sample being drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from sympy import Expr, Rational

from verifier.claims.compile import compiled, declared
from verifier.claims.goals import CheckedGoals, check_documents, claims_of
from verifier.claims.statement import Claim, Form, Statement
from verifier.claims.wording import wording
from verifier.projects.project import default_project

#: by statement and status, the claims without the statement's name
STATUS = {
    "corollary1": {
        "proved": "function",
        "refuted": "printed",
    },
    "dyer_gur_ari": {
        "proved": "bound star-exponent stronger",
        "certified": "tight loose",
    },
    "lemma1": {
        "proved": "sign probabilities outputs",
        "refuted": "printed printed-6",
    },
    "lemma2": {
        "proved": "printed-jacobians printed-gradients printed-gram jacobians gradients gram covariance tangent "
        "closed-gram closed-masks",
        "refuted": "printed-covariance",
    },
    "lemma3": {
        "proved": "printed-identity identity joint.shallow order.shallow order.second elsewhere smaller.shallow "
        "full star joint-mean joint-square",
        "certified": "mixed skipped mixed-star ratio ratio-square other-output other-output-first smaller",
        "cited": "joint.deep order.deep order.later smaller.deep",
        "refuted": "printed-order printed-delta printed-case",
    },
    "lemma4": {
        "proved": "printed identity",
    },
    "lemma5": {
        "proved": "printed identity",
    },
    "lemma6": {
        "proved": "jacobians one-input gradient",
        "refuted": "printed-jacobians printed-gradient printed-root",
    },
    "relu_law": {
        "proved": "law dead",
        "certified": "patterns",
    },
    "remark1": {
        "proved": "printed-constant constant norm function",
        "refuted": "printed printed-finite",
    },
    "section3": {
        "proved": "order.shallow zero mean exponent stronger",
        "certified": "tight",
        "cited": "order.deep",
        "refuted": "printed printed-conjecture printed-stronger",
        "gap": "printed-sequential",
    },
    "theorem1": {
        "proved": "order.shallow output.shallow zero top atom.shallow exclusive",
        "certified": "squares",
        "cited": "order.deep output.deep atom.deep",
        "refuted": "printed printed-limit printed-atom printed-layers",
        "gap": "printed-any-m",
    },
    "theorem2": {
        "proved": "weights activations process fourth",
        "refuted": "printed printed-weights printed-root",
    },
    "theorem3": {
        "proved": "printed-limit limit joint-limit opposite opposite-limit",
        "certified": "mean",
        "cited": "printed-second first first.m first.n second.n second.m kink.trained kink.other kink.collinear",
        "refuted": "printed-first printed-figure printed-taylor",
        "gap": "printed-mean printed-bounded printed-alive printed-descent",
    },
}
PROJECT = default_project()


@cache
def proved(name: str) -> tuple[Statement, CheckedGoals]:
    statement = PROJECT.statement(name).statement
    return statement, check_documents(statement.proof.documents(statement), statement.proof.requests(statement))


def statuses(statement: Statement, checked: CheckedGoals) -> dict[str, str]:
    return {claim: str(one.status) for claim, one in claims_of(statement, checked).items()}


def test_every_statement_is_in_the_table() -> None:
    assert set(STATUS) == set(PROJECT.usual(PROJECT.names))  # of experiments no proof is offered


@pytest.mark.parametrize("name", STATUS)
def test_every_claim_has_the_status_it_is_known_to_have(name: str) -> None:
    expected = {f"{name}.{claim}": status for status, claims in STATUS[name].items() for claim in claims.split()}
    assert statuses(*proved(name)) == expected


def changed(claim: Claim, statement: Statement) -> Iterator[tuple[str, Claim]]:
    """The claim with another exponent, another value, or without one of its hypotheses."""
    if claim.exponent is not None:
        for more in (Rational(1, 2), -1):
            yield f"exponent plus {more}", replace(claim, exponent=claim.exponent + more)
    if isinstance(claim.value, Expr) and not declared(claim).apart:  # else it is the samples' own, and said to be
        yield "value + 1", replace(claim, value=claim.value + 1)
    granted = {one for one, _ in compiled(claim, {h.id: h for h in statement.hypotheses}).hypotheses}
    for one in claim.hypotheses:
        if one in granted and claim.form is Form.AMENDED:  # a reading grants nothing; what a paper states is granted
            yield f"without {one}", replace(claim, hypotheses=tuple(h for h in claim.hypotheses if h != one))


@pytest.mark.parametrize("name", STATUS)
def test_no_claim_keeps_its_proof_when_it_says_something_else(name: str) -> None:
    statement, checked = proved(name)
    kept = []
    tried = 0
    for claim in statement.claims:
        if statuses(statement, checked)[claim.id] == "gap":
            continue
        for what, other in changed(claim, statement):
            tried += 1
            if statuses(replace(statement, claims=(other,)), checked)[claim.id] != "gap":
                kept.append(f"{claim.id}: {what}")
    assert kept == []
    assert tried


#: what readers are shown of some claims, and what is granted of some of these, word for word
SENTENCES = {
    "theorem1.order.shallow": "K^(r) ~ n^{min(0, H - r)}, for 1 <= H, 1 <= L <= 2, 1 <= r <= HL",
    "theorem1.zero": "K^(r) = 0, for 1 <= H, 1 <= L, 1 + HL <= r",
    "lemma2.gradients": "(P^(u→L) P'^(u→L)ᵀ)_(ij) → δ(i, j) (Π_(u<=t<L) Σ̇^t(x, x')), for 1 <= u <= L, 1 <= i, 1 <= j",
    "theorem2.process":
        "g^(H)_(i)(x, z) → independent Gaussian processes of covariance Λ^(H), for 1 <= H, 1 <= L",
    "theorem3.limit": "K^h → Θ^h, for 2 <= H, 1 <= L",
    "lemma3.order.deep":
        "T^(l,d)_(e) ~ n^{1 - |l|}, for 3 <= L, 1 <= |l| <= L, 1 <= d, 1 <= l <= L, strictly increasing, "
        "first(l) = 1, last(e) = d, |l| = |e|, entries of e are at least 1",
}  # fmt: skip


@pytest.mark.parametrize("claim", SENTENCES)
def test_readers_are_shown_what_is_proved(claim: str) -> None:
    statement = PROJECT.statement(claim.split(".", maxsplit=1)[0]).statement
    (one,) = (c for c in statement.claims if c.id == claim)
    assert wording(one, statement.hypotheses).text == SENTENCES[claim]


def test_readers_are_shown_what_is_granted() -> None:
    statement = PROJECT.statement("theorem3").statement
    (one,) = (c for c in statement.claims if c.id == "theorem3.limit")
    premises = dict(wording(one, statement.hypotheses).premises)
    assert premises["relu"] == "σ is the ReLU"
    assert premises["inputs_nonzero"] == "x ≠ 0, x' ≠ 0"
