"""The steps of a proof that readers are shown: those its author notes, what it cites, and its goals."""

from __future__ import annotations

from verifier.claims.goals import status_of
from verifier.claims.notation import latex, text
from verifier.claims.proof import Proof
from verifier.claims.statement import Statement
from verifier.kernel.core.terms import imp
from verifier.proving.tactics import Fact
from verifier.verdict import ProofStatus
from verifier.verify.goals import StepReport


def outline(statement: Statement) -> tuple[StepReport, ...]:
    """The steps of a statement's proof, in the order in which they were taken; its claims come last."""
    proof: Proof = statement.proof
    author = proof.author(statement)
    found = [
        StepReport(
            f"{name}: {claim}", "use", {"is": "cites", "statement": name, "claim": claim}, ProofStatus.PROVED, "",
            {"statement": name, "claim": claim},
        )
        for name, claims in author.cited.items() for claim in claims
    ]  # fmt: skip
    found += [_step(note.name, "", note.fact, note.text) for note in author.outline]
    for claim in statement.claims:
        found += [_step(claim.id, "qed", fact) for fact in author.proved.get(claim.id, [])[:1]]
    return tuple(found)


def _step(name: str, rule: str, fact: Fact, note: str = "") -> StepReport:
    whole = imp(*fact.theorem.hyps, fact.prop)  # what was assumed where it was proved
    said = {"is": "proposition", "text": text(whole), "latex": latex(whole)}
    return StepReport(name, rule, said, status_of(fact.theorem.rests), note)
