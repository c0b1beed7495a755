"""Proofs of the second kernel: a goal counts for a claim only if it is the claim's own proposition."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from verifier.claims.goals import CheckedGoals, ClaimProof, check_documents, claims_of, status_of
from verifier.claims.notation import latex, text
from verifier.claims.proof import Proof
from verifier.kernel.core.table import Rest
from verifier.statement import Statement
from verifier.verdict import ProofStatus
from verifier.verify.proof import Job, ProofResult, Proofs
from verifier.verify.recheck import GoalReport, StepReport

if TYPE_CHECKING:
    from verifier.project import Project


class SecondKernel:
    """Proofs as functions (:class:`verifier.claims.proof.Proof`), re-checked from the documents they write."""

    def job(self, statement: Statement, project: Project) -> Job:
        return check_documents, (statement.proof.documents(statement),)

    def results(self, statement: Statement, found: CheckedGoals) -> Proofs:
        stopped = statement.proof.problem(statement)
        claims = claims_of(statement, found)
        results = [_result(statement, claim, claims[claim.id], stopped) for claim in statement.claims]
        return Proofs(tuple(results), _steps(statement))


def _result(statement: Statement, claim: object, found: ClaimProof, stopped: str) -> ProofResult:
    own = next(c for c in statement.claims if c.id == found.claim and c is claim)
    reason = found.reason
    if found.status is ProofStatus.GAP and stopped and not found.measured_only:
        reason = f"{reason}; the proof stops: {stopped}"
    rests_on = tuple(words(found.rests))
    granted = () if found.compiled is None else tuple(f"hypothesis {name}" for name, _ in found.compiled.hypotheses)
    if found.status in (ProofStatus.GAP, ProofStatus.REFUTED):
        granted = ()
    rests_on = tuple(dict.fromkeys((*granted, *rests_on)))
    part = GoalReport(own.id, str(own.form), found.status, rests_on, "", error=reason or None)
    return ProofResult(own.id, own.form, found.status, reason, rests_on, (part,) if not found.reason else ())


def words(rests: Iterable[Rest]) -> list[str]:
    """What a goal rests on, by kind and name: cited and argued rows, computations, theorems, definitions."""
    order = ("cited", "argued", "computed", "theorem", "definition")
    return [f"{mark} {rest.name}" for mark in order for rest in sorted(rests) if rest.mark == mark]


def _steps(statement: Statement) -> tuple[StepReport, ...]:
    """The steps that the author shows, and those that cite another statement's claims."""
    proof: Proof = statement.proof
    author = proof.author(statement)
    found = [
        StepReport(f"{name}: {claim}", "use", (), {"is": "cites", "statement": name, "claim": claim},
                   ProofStatus.PROVED, "", {"statement": name, "claim": claim})
        for name, claims in author.cited.items() for claim in claims
    ]  # fmt: skip
    for note in author.outline:
        said = {"is": "proposition", "text": text(note.fact.prop), "latex": latex(note.fact.prop)}
        found.append(StepReport(note.name, "", (), said, status_of(note.fact.theorem.rests), note.text))
    for claim in statement.claims:
        for fact in author.proved.get(claim.id, [])[:1]:
            said = {"is": "proposition", "text": text(fact.prop), "latex": latex(fact.prop)}
            found.append(StepReport(claim.id, "qed", (), said, status_of(fact.theorem.rests)))
    return tuple(found)
