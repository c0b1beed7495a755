"""What the kernel says of a statement's claims: its documents checked anew, each goal held against its claim.

A goal counts for a claim only if it is the claim's own proposition (proved) or that it is false (refuted).  Whatever is
else — a goal of another proposition, a claim that does not compile, a step that fails — is a gap with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.claims.compile import Compiled, compiled
from verifier.claims.expressions import CannotCompile, MeasuredOnly
from verifier.kernel.core import check, documents
from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.table import Rest
from verifier.kernel.core.theorems import Theorem
from verifier.statement import Claim, Statement
from verifier.verdict import ProofStatus


@dataclass(frozen=True)
class ClaimProof:
    """One claim as the kernel re-checked it: its status, what it rests on, and why where it is a gap.

    ``measured_only`` marks claims of which no proof can exist; for them a gap is no fault of the statement.
    """

    claim: str
    status: ProofStatus
    rests: frozenset[Rest] = frozenset()
    reason: str = ""
    compiled: Compiled | None = None
    measured_only: bool = False


def status_of(rests: Iterable[Rest]) -> ProofStatus:
    """Proved, certified where an engine computed a part, cited where a row is argued or published."""
    marks = {rest.mark for rest in rests}
    if marks & {"argued", "cited"}:
        return ProofStatus.CITED
    return ProofStatus.CERTIFIED if "computed" in marks else ProofStatus.PROVED


def check_documents(data: Iterable[Mapping[str, Any]]) -> list[tuple[documents.Document, check.Result]]:
    """Documents checked one after the other, each with the goals of those before it.  Raises Refused."""
    earlier: dict[str, Theorem] = {}
    found = []
    for one in data:
        document = documents.read(documents.load(json.dumps(one)))
        result = check.check(document, earlier)
        earlier |= check.proved(document, result)
        found.append((document, result))
    return found


def claims_of(statement: Statement, data: Iterable[Mapping[str, Any]]) -> dict[str, ClaimProof]:
    """The claims of ``statement`` by id, from the documents that end with its own."""
    try:
        checked = check_documents(data)
    except Refused as error:
        checked, problem = [], f"the kernel refuses it: {error}"
    else:
        problem = ""
    results = [r for document, result in checked if document.statement == statement.name for r in result.goals]
    hypotheses = {h.id: h for h in statement.hypotheses}
    return {claim.id: _one(claim, hypotheses, results, problem) for claim in statement.claims}


def _one(claim: Claim, hypotheses: Mapping[str, Any], results: list[check.GoalResult], problem: str) -> ClaimProof:
    try:
        target = compiled(claim, hypotheses)
    except MeasuredOnly as error:
        return ClaimProof(claim.id, ProofStatus.GAP, reason=str(error), measured_only=True)
    except CannotCompile as error:
        return ClaimProof(claim.id, ProofStatus.GAP, reason=str(error))
    own = [result for result in results if result.id == claim.id]
    reasons = [problem] if problem else [] if own else ["nothing proves it"]
    proved, denied = key(target.prop), key(target.refuted)
    best: ClaimProof | None = None
    for result in own:
        if result.error:
            reasons.append(result.error)
        elif key(result.prop) == denied:
            return ClaimProof(claim.id, ProofStatus.REFUTED, result.rests, compiled=target)
        elif key(result.prop) != proved:
            reasons.append(f"its goal is another proposition: {result.prop!r}")
        elif best is None or _rank(status_of(result.rests)) > _rank(best.status):
            best = ClaimProof(claim.id, status_of(result.rests), result.rests, compiled=target)
    return best or ClaimProof(claim.id, ProofStatus.GAP, reason="; ".join(reasons), compiled=target)


def _rank(status: ProofStatus) -> int:
    return (ProofStatus.CITED, ProofStatus.CERTIFIED, ProofStatus.PROVED).index(status)
