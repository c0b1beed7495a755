"""The words a verdict is made of.  How they are found is the business of :mod:`verifier.verify`.

Proof status and numeric status are never merged into one tick.  The summary word stands beside
the two columns; it does not replace them.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class ProofStatus(StrEnum):
    """What the kernel found when it re-checked a proof."""

    PROVED = "proved"
    CERTIFIED = "certified"
    CITED = "cited"
    GAP = "gap"
    REFUTED = "refuted"

    @property
    def explanation(self) -> str:
        """One sentence for a reader who meets the word for the first time."""
        return _PROOF_EXPLANATIONS[self]


class NumericStatus(StrEnum):
    """What the samples decided."""

    CONSISTENT = "consistent"
    CONTRADICTED = "contradicted"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"
    UNTESTED = "untested"

    @property
    def explanation(self) -> str:
        """One sentence for a reader who meets the word for the first time."""
        return _NUMERIC_EXPLANATIONS[self]


class Summary(StrEnum):
    """One word for a form (printed or amended) of a statement; :func:`verifier.verify.word.word_of` finds it."""

    REFUTED = "refuted"
    CONTRADICTED = "contradicted"
    GAP = "gap"
    INCONCLUSIVE = "inconclusive"
    VERIFIED = "verified"
    PROOF_ALONE = "proof alone"
    MEASURED = "measured"


class Severity(StrEnum):
    """How wrong a printed claim that fails is; :mod:`verifier.claims.severity` has the rule."""

    MISPRINT = "misprint"
    INCOMPLETE = "incomplete"
    FALSE = "false"

    @property
    def explanation(self) -> str:
        """One sentence for a reader who meets the word for the first time."""
        return _SEVERITY_EXPLANATIONS[self]


_PROOF_EXPLANATIONS = {
    ProofStatus.PROVED: "every step re-checked; it rests on its hypotheses and allow-listed theorems alone",
    ProofStatus.CERTIFIED: "exact at the listed sizes, and only there",
    ProofStatus.CITED: "it rests on a claim that is not itself proved here; its side conditions were checked",
    ProofStatus.GAP: "a step is missing or could not be decided; this does not count as proved",
    ProofStatus.REFUTED: "a counterexample was re-checked exactly",
}

_NUMERIC_EXPLANATIONS = {
    NumericStatus.CONSISTENT: "the whole confidence interval lies inside the margin around the claim, in every cell",
    NumericStatus.CONTRADICTED: "the confidence interval excludes the claim",
    NumericStatus.INCONCLUSIVE: "neither, at the allowed number of samples, or some cells were not sampled",
    NumericStatus.INVALID: "nothing can be concluded from these samples",
    NumericStatus.UNTESTED: "nothing was sampled; never a part of verified",
}

_SEVERITY_EXPLANATIONS = {
    Severity.MISPRINT: "a slip: the amended claim differs by an index or a constant only",
    Severity.INCOMPLETE: "the same claim holds under hypotheses that are missing, or on a smaller range",
    Severity.FALSE: "neither: what is true is something else",
}

#: From the weakest to the strongest; the status of a conjunction is that of its weakest part.
_PROOF_ORDER = (
    ProofStatus.REFUTED,
    ProofStatus.GAP,
    ProofStatus.CITED,
    ProofStatus.CERTIFIED,
    ProofStatus.PROVED,
)

_NUMERIC_ORDER = (
    NumericStatus.CONTRADICTED,
    NumericStatus.INVALID,
    NumericStatus.INCONCLUSIVE,
    NumericStatus.CONSISTENT,
)


def weakest_proof(statuses: Iterable[ProofStatus]) -> ProofStatus:
    """The proof status of a conjunction; a conjunction of nothing is a gap."""
    found = set(statuses)
    return next((status for status in _PROOF_ORDER if status in found), ProofStatus.GAP)


def weakest_numeric(statuses: Iterable[NumericStatus]) -> NumericStatus:
    """The numeric status of several cells that were sampled; untested without any."""
    found = set(statuses)
    return next((status for status in _NUMERIC_ORDER if status in found), NumericStatus.UNTESTED)
