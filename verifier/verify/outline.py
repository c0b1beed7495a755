"""The steps of a proof that readers are shown: those its author notes, what it cites, and its goals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from verifier.claims.goals import status_of
from verifier.claims.notation import latex, text
from verifier.claims.proof import Proof
from verifier.claims.statement import Statement
from verifier.kernel.core.terms import imp
from verifier.proving.tactics import Fact
from verifier.verdict import ProofStatus
from verifier.verify.goals import StepReport


def outline(statement: Statement, statuses: Mapping[str, ProofStatus] | None = None) -> tuple[StepReport, ...]:
    """The steps of a statement's proof, in the order in which they were taken; its claims come last.

    ``statuses`` are those that re-checking the document gave the claims: a step that proves a claim has its status.
    """
    proof: Proof = statement.proof
    author = proof.author(statement)
    found = [
        StepReport(
            f"{name}: {claim}", "use", (), {"is": "cites", "statement": name, "claim": claim}, ProofStatus.PROVED, "",
            {"statement": name, "claim": claim},
        )
        for name, claims in author.cited.items() for claim in claims
    ]  # fmt: skip
    found += [_step(note.name, "", note.fact, note.text) for note in author.outline]
    for claim in statement.claims:
        for fact in author.proved.get(claim.id, [])[:1]:
            step = _step(claim.id, "qed", fact)
            found.append(replace(step, status=(statuses or {}).get(claim.id, step.status)))
    return tuple(found)


def _step(name: str, rule: str, fact: Fact, note: str = "") -> StepReport:
    whole = imp(*fact.theorem.hyps, fact.prop)  # what was assumed where it was proved
    said = {"is": "proposition", "text": text(whole), "latex": latex(whole)}
    return StepReport(name, rule, (), said, status_of(fact.theorem.rests), note)
