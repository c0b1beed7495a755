"""The one word that sums up a form of a statement: the rule, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from verifier.verdict import NumericStatus, ProofStatus, Summary


@dataclass(frozen=True)
class Columns:
    """The two columns of one claim; ``alone``: it is of a kind that cannot be sampled; ``empirical``: no proof of it is
    offered, by its statement."""

    proof: ProofStatus
    numeric: NumericStatus
    alone: bool = False
    empirical: bool = False


def word_of(claims: Iterable[Columns], *, problems: bool = False) -> Summary:
    """Refuted, else contradicted, else gap, else inconclusive, else verified (or proof alone, or measured).

    A claim that could be sampled and was not is inconclusive, never a part of "verified"; so is a form whose
    statement has ``problems`` (something is measured that no claim is about).  A form is verified by proof and samples:
    one with a claim that its statement offers no proof of is at best measured.

    >>> str(word_of([Columns(ProofStatus.PROVED, NumericStatus.UNTESTED)]))
    'inconclusive'
    >>> str(word_of([Columns(ProofStatus.PROVED, NumericStatus.UNTESTED, alone=True)]))
    'proof alone'
    >>> str(word_of([Columns(ProofStatus.GAP, NumericStatus.CONSISTENT, empirical=True)]))
    'measured'
    """
    listed = list(claims)
    if any(claim.proof is ProofStatus.REFUTED for claim in listed):
        return Summary.REFUTED
    if any(claim.numeric is NumericStatus.CONTRADICTED for claim in listed):
        return Summary.CONTRADICTED
    if not listed or any(claim.proof is ProofStatus.GAP and not claim.empirical for claim in listed):
        return Summary.GAP
    settled = all(claim.numeric is NumericStatus.CONSISTENT or _alone(claim) for claim in listed)
    if problems or not settled:
        return Summary.INCONCLUSIVE
    if any(claim.proof is ProofStatus.GAP for claim in listed):
        return Summary.MEASURED
    return Summary.PROOF_ALONE if all(_alone(claim) for claim in listed) else Summary.VERIFIED


def _alone(claim: Columns) -> bool:
    """A claim without samples that needs none; one that was sampled all the same is judged by its samples."""
    return claim.alone and claim.numeric is NumericStatus.UNTESTED
