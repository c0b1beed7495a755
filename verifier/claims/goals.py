"""What the kernel says of a statement's claims: its documents checked anew, each goal held against its claim.

A goal counts for a claim only if it is the claim's own proposition (proved) or that it is false (refuted).  Whatever is
else — a goal of another proposition, a claim that does not compile, a step that fails — is a gap with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.claims.compile import Compiled, compiled
from verifier.claims.expressions import CannotCompile, MeasuredOnly
from verifier.claims.statement import Claim, Statement
from verifier.kernel.core import check, documents
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.table import Rest, digest
from verifier.kernel.core.theorems import Theorem
from verifier.kernel.show import show
from verifier.verdict import ProofStatus


@dataclass(frozen=True)
class CheckedGoal:
    """A goal as the kernel re-checked it, as plain data: its proposition's digest, what it rests on, or an error."""

    statement: str
    id: str
    digest: str
    shown: str
    rests: tuple[Rest, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class CheckedGoals:
    """The goals of several documents, or why the kernel refused them."""

    goals: tuple[CheckedGoal, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class ClaimProof:
    """One claim as the kernel re-checked it: its status, what it rests on, and why where it is a gap.

    ``measured_only`` marks claims of which no proof can exist; for them a gap is no fault of the statement.
    """

    claim: str
    status: ProofStatus
    rests: tuple[Rest, ...] = ()
    reason: str = ""
    compiled: Compiled | None = None
    measured_only: bool = False


def status_of(rests: Iterable[Rest]) -> ProofStatus:
    """Proved, certified where an engine computed a part, cited where a row is argued or published."""
    marks = {rest.mark for rest in rests}
    if marks & {"argued", "cited"}:
        return ProofStatus.CITED
    return ProofStatus.CERTIFIED if "computed" in marks else ProofStatus.PROVED


def check_documents(data: Sequence[Mapping[str, Any]], requests: Mapping[str, Any] | None = None) -> CheckedGoals:
    """Documents checked one after the other, each with the goals of those before it; a refusal is an answer.

    What engines are said to have computed is computed again from ``requests`` (:mod:`verifier.engines.again`): a goal
    that rests on a fact for which that fails is an error.
    """
    import verifier.kernel.theory  # noqa: F401  (its pages fill the table, in a worker's process too)

    earlier: dict[str, Theorem] = {}
    unfounded: dict[str, str] = {}
    found: list[CheckedGoal] = []
    try:
        for one in data:
            document = documents.read(documents.load(json.dumps(one)))
            result = check.check(document, earlier)
            earlier |= check.proved(document, result)
            unfounded |= _unfounded(document, requests or {})
            for g in result.goals:
                rests = tuple(sorted(g.rests))
                gaps = [unfounded[r.digest] for r in rests if r.mark == "computed" and r.digest in unfounded]
                error = g.error or "; ".join(gaps)
                found.append(CheckedGoal(g.statement, g.id, digest(g.prop), show(g.prop), rests, error))
    except Refused as error:
        return CheckedGoals(problem=f"the kernel refuses it: {error}")
    return CheckedGoals(tuple(found))


def _unfounded(document: documents.Document, requests: Mapping[str, Any]) -> dict[str, str]:
    """The computed facts of a document that are not computed again, by digest, with the reason."""
    if all(rule != "computed" for rule, _ in document.steps):
        return {}
    from verifier.engines.again import computed_again  # here: most proofs need no engine, and they are slow to load

    return {found.digest: found.gap for found in computed_again(document, requests) if found.gap}


def claims_of(statement: Statement, checked: CheckedGoals) -> dict[str, ClaimProof]:
    """The claims of ``statement`` by id, held against its goals among those checked."""
    hypotheses = {h.id: h for h in statement.hypotheses}
    own = [goal for goal in checked.goals if goal.statement == statement.name]
    return {claim.id: _one(claim, hypotheses, own, checked.problem) for claim in statement.claims}


def _one(claim: Claim, hypotheses: Mapping[str, Any], goals: list[CheckedGoal], problem: str) -> ClaimProof:
    try:
        target = compiled(claim, hypotheses)
    except MeasuredOnly as error:
        return ClaimProof(claim.id, ProofStatus.GAP, reason=str(error), measured_only=True)
    except CannotCompile as error:
        return ClaimProof(claim.id, ProofStatus.GAP, reason=str(error))
    own = [goal for goal in goals if goal.id == claim.id]
    reasons = [problem] if problem else [] if own else ["no goal of the proof is about it"]
    proved, denied = digest(target.prop), digest(target.refuted)
    if {proved, denied} <= {goal.digest for goal in own if not goal.error}:
        return ClaimProof(claim.id, ProofStatus.GAP, reason="it is both proved and refuted", compiled=target)
    best: ClaimProof | None = None
    for goal in own:
        if goal.error:
            reasons.append(goal.error)
        elif goal.digest == denied and target.dropped:
            reasons.append(f"it is refuted without {', '.join(target.dropped)}, which has no proposition")
        elif goal.digest == denied:
            return ClaimProof(claim.id, ProofStatus.REFUTED, goal.rests, compiled=target)
        elif goal.digest != proved:
            reasons.append(f"its goal is another proposition: {goal.shown}")
        elif best is None or _rank(status_of(goal.rests)) > _rank(best.status):
            best = ClaimProof(claim.id, status_of(goal.rests), goal.rests, compiled=target)
    return best or ClaimProof(claim.id, ProofStatus.GAP, reason="; ".join(reasons), compiled=target)


def _rank(status: ProofStatus) -> int:
    return (ProofStatus.CITED, ProofStatus.CERTIFIED, ProofStatus.PROVED).index(status)
