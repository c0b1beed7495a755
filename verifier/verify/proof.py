"""What is known of the proof of each claim, whichever kernel re-checked it.

A kernel takes part by a :class:`ProofKernel`: it says what is to be run to re-check a statement's proof (in a worker
process, so functions and arguments must be picklable) and turns what comes back into one :class:`ProofResult` a claim.
Which source serves a statement depends on the type of its ``proof``; see :data:`SOURCES`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from verifier.claims.goals import CheckedGoals, check_documents, claims_of
from verifier.claims.proof import Proof
from verifier.claims.statement import Claim, Form, Statement
from verifier.projects.loading import LoadError, load_file
from verifier.sampling.garbage import unsearched
from verifier.verdict import ProofStatus
from verifier.verify.goals import RestsOn, StepReport, resting_on

if TYPE_CHECKING:
    from verifier.projects.project import Entry

#: the engine whose rules are those of programs
TENSORS = "tensors"
Job = tuple[Callable[..., Any], tuple[Any, ...]]


@dataclass(frozen=True)
class ProofResult:
    """The proof column of one claim: status, why (one sentence, for a gap), what it rests on."""

    claim: str
    form: Form
    status: ProofStatus
    reason: str = ""
    rests_on: tuple[RestsOn, ...] = ()
    derived: str = ""  # what a derivation says of its quantity, whatever is claimed


@dataclass(frozen=True)
class Proofs:
    """The results of a statement's claims, its steps, and why the whole could not be re-checked, if it could not."""

    results: tuple[ProofResult, ...] = ()
    steps: tuple[StepReport, ...] = ()
    problem: str | None = None
    _by_claim: Mapping[tuple[str, Form], ProofResult] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_claim", {(r.claim, r.form): r for r in self.results})

    def of(self, claim: Claim) -> ProofResult:
        """The result of ``claim``; a gap where there is none."""
        missing = ProofResult(claim.id, claim.form, ProofStatus.GAP, self.problem or "no proof is given")
        return self._by_claim.get((claim.id, claim.form), missing)


@dataclass(frozen=True)
class RecheckedProof:
    """A proof written out and re-checked, as plain data: what the kernel says of its goals, where its author was
    stopped, as a whole and at each claim, and the steps that readers are shown."""

    goals: CheckedGoals = field(default_factory=CheckedGoals)
    stopped: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[StepReport, ...] = ()
    derived: Mapping[str, str] = field(default_factory=dict)

    def problem(self, claim: str) -> str:
        """Why the proof could not conclude ``claim``; empty where it did."""
        return self.problems.get(claim, "") or self.stopped


class ProofKernel(Protocol):
    """A kernel, as this room sees it."""

    def job(self, entry: Entry) -> Job:
        """What writes out and re-checks the proof, in a worker."""

    def results(self, statement: Statement, found: Any) -> Proofs:
        """What the job returned, claim by claim.  What cannot be compared with its claim is a gap."""


class CoreKernel:
    """Proofs as functions, whose goals are the claims' own propositions: see :mod:`verifier.claims.goals`."""

    def job(self, entry: Entry) -> Job:
        """The file is named where the statement is the one in it: to write a proof out takes most of the time."""
        if getattr(entry.module, "statement", None) is entry.statement:
            return _again_from, (entry.path,)
        return _found, (again(entry.statement),)

    def results(self, statement: Statement, found: RecheckedProof) -> Proofs:
        judged = claims_of(statement, found.goals)
        results = []
        for claim in statement.claims:
            one = judged[claim.id]
            granted = () if one.compiled is None else tuple(name for name, _ in one.compiled.hypotheses)
            rests_on = resting_on(granted, one.rests)
            reason, stopped = one.reason, found.problem(claim.id)
            if one.status is ProofStatus.GAP and stopped and not one.measured_only:
                reason = f"{reason}; the proof stops: {stopped}"
            derived = found.derived.get(claim.id, "")
            results.append(ProofResult(claim.id, claim.form, one.status, reason, rests_on, derived))
        judged_last = tuple(at_odds(statement, results))
        statuses = {result.claim: result.status for result in judged_last}
        steps = tuple(replace(step, status=statuses.get(step.id, step.status)) if step.rule == "qed" else step
                      for step in found.steps)  # fmt: skip
        return Proofs(judged_last, steps, problem=found.goals.problem or None)


def load_rules(requests: Any) -> None:
    """Load the rules of tensor programs where a request asks for them: they stand above the engine that names them."""
    asked = requests.values() if isinstance(requests, Mapping) else ()
    if any(isinstance(entry, Mapping) and entry.get("engine") == TENSORS for entry in asked):
        import verifier.programs.derive.again  # noqa: F401


def again(statement: Statement) -> RecheckedProof:
    """A statement's proof, written out and re-checked here and now; what its author raises is a problem of it."""
    from verifier.verify.outline import outline

    proof: Proof = statement.proof
    try:
        with redirect_stdout(sys.stderr), unsearched(stays=True):
            author = proof.author(statement)
            requests = proof.requests(statement)
            load_rules(requests)
            goals = check_documents(proof.documents(statement), requests)
            return RecheckedProof(
                goals, proof.stopped(statement), dict(author.problems), outline(statement), dict(author.derived)
            )
    except Exception as error:  # another statement, on which this one rests, cannot be loaded
        return RecheckedProof(CheckedGoals(problem=" ".join(str(error).split())))


def _again_from(path: Path) -> RecheckedProof:
    """The proof of the statement in a file."""
    try:
        statement: Statement = load_file(path).statement
    except LoadError as error:
        return RecheckedProof(CheckedGoals(problem=str(error)))
    return again(statement)


def _found(found: RecheckedProof) -> RecheckedProof:
    return found


#: Which kernel re-checks a proof of which type, the first that fits.
SOURCES: list[tuple[type, ProofKernel]] = [(Proof, CoreKernel())]


def source_of(statement: Statement) -> ProofKernel | None:
    """The kernel for a statement's proof; None where it has no proof.  TypeError for a proof no kernel knows."""
    if statement.proof is None:
        return None
    for kind, source in SOURCES:
        if isinstance(statement.proof, kind):
            return source
    raise TypeError(f"{statement.name}: a proof of type {type(statement.proof).__name__} is of no known kernel")


def proofs_of(statement: Statement) -> Proofs:
    """Re-check a statement's proof here and now."""
    source = source_of(statement)
    return Proofs() if source is None else source.results(statement, again(statement))


def at_odds(statement: Statement, results: Sequence[ProofResult]) -> list[ProofResult]:
    """The results, but of two claims that say the same under the same conditions not one is refuted and one proved."""
    held = (ProofStatus.PROVED, ProofStatus.CITED, ProofStatus.CERTIFIED)
    claims = {(claim.id, claim.form): claim for claim in statement.claims}
    spoiled: dict[tuple[str, Form], str] = {}
    for refuted in (r for r in results if r.status is ProofStatus.REFUTED):
        for proved in (r for r in results if r.status in held):
            false, true = claims[refuted.claim, refuted.form], claims[proved.claim, proved.form]
            if _content(false) == _content(true) and set(true.hypotheses) <= set(false.hypotheses):
                told = f"{refuted.claim} and {proved.claim} say the same: one is refuted, the other {proved.status}"
                spoiled |= {(r.claim, r.form): told for r in (refuted, proved)}
    return [
        replace(r, status=ProofStatus.GAP, reason=spoiled[r.claim, r.form]) if (r.claim, r.form) in spoiled else r
        for r in results
    ]


def _content(claim: Claim) -> tuple[Any, ...]:
    """What a claim says, but for its hypotheses."""
    return claim.kind, claim.quantity, claim.exponent, claim.value, claim.where
