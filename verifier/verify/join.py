"""Proofs and samples, joined claim by claim: the one place where a verdict is made."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from verifier.claims.severity import severity_of
from verifier.claims.statement import Claim, Form, Kind, Statement
from verifier.inference.decisions import Decision
from verifier.inputs.data import CELL
from verifier.quantities.pictures import Pictures
from verifier.quantities.select import text_of
from verifier.sampling.plan import Asked, Cell, Group, RunOptions
from verifier.sampling.questions import Question
from verifier.sampling.run import RunOutcome
from verifier.sampling.state import Answers
from verifier.verdict import NumericStatus, ProofStatus, weakest_numeric
from verifier.verify.coverage import Coverage, Reach, left_out, sampleable, why_untested
from verifier.verify.proof import Proofs
from verifier.verify.results import CellReport, ClaimReport, StatementReport

#: The condition of a trend that its own samples decide.
NOT_LEARNED = ("learning",)


def statement_report(
    statement: Statement,
    answers: Sequence[Answers],
    proofs: Proofs,
    coverage: Coverage,
    *,
    options: RunOptions,
    seed: int,
    jobs: int = 1,
    stopped: str | None = None,
    chosen: Sequence[str] | None = None,
    pictures: tuple[Pictures, ...] = (),
) -> StatementReport:
    """Put a statement's claims, the kernel's results and the samples' answers together.

    ``coverage`` says which cells there are to be sampled; ``stopped`` why the run ended early, if it did; ``chosen``
    are the ids of the claims that are asked about, if not all.
    """
    claims = tuple(
        _claim_report(claim, statement, reach, answers, proofs, coverage, options, seed, jobs, stopped)
        for claim, reach in zip(statement.claims, coverage.reaches, strict=True)
        if chosen is None or claim.id in chosen
    )
    left_out = () if chosen is None else tuple(claim for claim in statement.claims if claim.id not in chosen)
    errors = tuple(
        f"{found.group.quantity} at {_parameters(found.group.shared)}: {found.error}"
        for found in answers
        if found.error
    )
    return StatementReport(
        statement, claims, proofs.problem, errors, proofs.steps, coverage.problems, left_out, pictures
    )


def _claim_report(
    claim: Claim, statement: Statement, reach: Reach, answers: Sequence[Answers], proofs: Proofs, coverage: Coverage,
    options: RunOptions, seed: int, jobs: int, stopped: str | None,
) -> ClaimReport:  # fmt: skip
    cells = tuple(
        _cell_report(found, (place, number), cell, asked, claim, options, seed, jobs)
        for place, found in enumerate(answers)
        for number, cell in enumerate(found.group.cells)
        for asked in cell.asked
        if cell.selected and asked.claim == claim.id and asked.form is claim.form
    )
    proof = proofs.of(claim)
    alone = not sampleable(claim)
    numeric, reason = numeric_of(claim, cells, reach, coverage, stopped)
    fails = proof.status is ProofStatus.REFUTED or numeric is NumericStatus.CONTRADICTED
    wrong = severity_of(claim, statement) if fails and claim.form is Form.PRINTED else None
    return ClaimReport(
        claim=claim,
        proof=proof.status,
        rests_on=proof.rests_on,
        numeric=numeric,
        cells=cells,
        alone=alone,
        empirical=statement.empirical,
        proof_reason=proof.reason,
        numeric_reason=reason,
        severity=wrong.severity if wrong is not None else None,
        severity_reason=wrong.reason if wrong is not None else "",
        derived=proof.derived,
    )


def numeric_of(
    claim: Claim, cells: Sequence[CellReport], reach: Reach, coverage: Coverage, stopped: str | None = None
) -> tuple[NumericStatus, str]:
    """The samples' column of a claim, and why it is not consistent.

    Consistent is what every planned cell is.  One bad cell decides; where none is bad, a claim of which some cells
    were not sampled is inconclusive, and one of which none was is untested.  Cells that ``--quick`` leaves out are
    not missed where others were sampled.
    """
    asked = [cell for cell in cells if not cell.outside]
    sampled = [cell for cell in asked if cell.verdict is not NumericStatus.UNTESTED]
    found = weakest_numeric(cell.verdict for cell in sampled)
    if found not in (NumericStatus.CONSISTENT, NumericStatus.UNTESTED):
        return found, next(cell.reason for cell in sampled if cell.verdict is found)
    if not sampled:
        if cells and all(cell.outside == NOT_LEARNED for cell in cells):
            return NumericStatus.INCONCLUSIVE, f"in none of its {len(cells)} cells is anything learned"
        if not sampleable(claim):
            return found, f"a claim of kind {claim.kind} without a stated value cannot be sampled"
        return found, why_untested(claim, reach, coverage, stopped)
    unsampled = reach.planned - len(sampled) - sum(cell.outside == NOT_LEARNED for cell in cells)
    if unsampled > 0 or reach.angle or reach.deselected:
        told = left_out(reach, max(unsampled, 0), stopped)
        return NumericStatus.INCONCLUSIVE, f"{len(sampled)} consistent; {told}"
    return found, ""


def collect(outcome: RunOutcome, name: str) -> list[Answers]:
    """The answers of one statement."""
    return [answers for answers in outcome.answers if answers.group.statement == name]


def _cell_report(
    found: Answers,
    place: tuple[int, int],
    cell: Cell,
    asked: Asked,
    claim: Claim,
    options: RunOptions,
    seed: int,
    jobs: int,
) -> CellReport:
    group, question, number = found.group, asked.question, place[1]
    claimed = _claimed(claim, cell, question)
    again = reproduce(group, cell, options, seed)
    common: dict[str, Any] = {
        "parameters": cell.parameters, "claimed": claimed, "reproduce": again, "quantity": group.quantity,
        "atom": cell.atom, "widths": group.widths, "outside": asked.outside, "place": place,
        "evidence": found.evidence.get(number),
    }  # fmt: skip
    if question is None:
        # Still show what was measured, if another claim had it measured.
        other = _any_decision(found, number)
        numbers = _numbers(other) if other else {}
        fails = "fails" if len(asked.outside) == 1 else "fail"
        reason = f"the claim needs {' and '.join(asked.outside)}, which {fails} here"
        if other and cell.witnesses:
            reason += f"; measured as its witness: {other.reason}"
        return CellReport(**common | numbers, verdict=NumericStatus.UNTESTED, reason=reason)
    decision = found.decisions.get((number, question))
    if decision is not None and decision.unasked and (number, question) not in found.unfinished:
        numbers = _numbers(decision) | {"outside": NOT_LEARNED}
        return CellReport(**common | numbers, verdict=NumericStatus.UNTESTED, reason=decision.reason)
    common |= {"alpha": question.alpha, "margin": question.margin, "values": question.values, "law": question.law}
    if found.error is not None:
        failure: dict[str, Any] = {"reason": f"the sampler failed: {found.error}", "failed": True, "late": found.late}
        return CellReport(**common, **failure, verdict=NumericStatus.INVALID)
    if decision is None:
        return CellReport(**common, verdict=NumericStatus.UNTESTED, reason="nothing was sampled before the run ended")
    if (number, question) in found.unfinished and decision.verdict is NumericStatus.CONSISTENT:
        reason = "the run ended before all of its samples were drawn"
        return CellReport(**common | _numbers(decision), verdict=NumericStatus.INCONCLUSIVE, reason=reason)
    if question.kind is Kind.ATOM and question.values:
        # The numbers are those of one width, so the claim must be that width's.
        common |= {"claimed": decision.claimed, "atom": decision.claimed}
    needed = decision.samples_needed
    seconds = found.seconds_per_sample * len(group.widths) * needed / jobs if needed else math.nan
    return CellReport(
        **common | _numbers(decision),
        verdict=decision.verdict,
        reason=decision.reason,
        needed=needed,
        seconds=seconds,
    )


def _numbers(decision: Decision) -> dict[str, Any]:
    return {
        "estimate": decision.estimate,
        "low": decision.low,
        "high": decision.high,
        "zero_fraction": decision.zero_fraction,
        "samples": decision.samples,
        "widths": decision.widths,
        "decision": decision,
    }


def _any_decision(found: Answers, number: int) -> Decision | None:
    decisions = [d for (cell, _), d in found.decisions.items() if cell == number]
    return decisions[0] if decisions else None


def _claimed(claim: Claim, cell: Cell, question: Question | None) -> float | str:
    if claim.kind is Kind.ZERO:
        return "zero"
    if claim.kind in (Kind.IDENTITY, Kind.MEAN_ZERO):
        return str(claim.kind)
    if claim.kind in (Kind.TREND, Kind.ABOVE, Kind.SURFACE):
        return _told(claim, question)
    if question is not None and question.law is not None:
        return str(question.law)
    if question is not None and question.target is not None:
        return question.target
    expectation = claim.at(cell.parameters)
    value = None if expectation is None else (expectation.exponent if expectation.value is None else expectation.value)
    return str(claim.kind) if value is None else value


def _told(claim: Claim, question: Question | None) -> str:
    if claim.kind is Kind.SURFACE or question is None or question.target is None:
        return str(claim.kind) if claim.value is None else str(claim.value)
    if claim.kind is Kind.ABOVE:
        return f"> {question.target:g}"
    return "grows" if question.target > 0 else "falls"


def reproduce(group: Group, cell: Cell, options: RunOptions, seed: int) -> str:
    """The command that draws this cell again, with the same samples."""
    chosen = ",".join(f"{name}={text_of(cell.parameters[name])}" for name in _distinguishing(cell.parameters))
    words = ["verifier check", group.statement, f'-k "{chosen}"', f"--seed {seed}"]
    return " ".join([*words, *options.words(data=CELL in cell.parameters)])


def _distinguishing(parameters: Mapping[str, Any]) -> list[str]:
    """Parameters that name a cell; z, which options fix, and the usual m = 1 are left out."""
    return [name for name in parameters if name != "z" and (name != "m" or parameters[name] != 1)]


def _parameters(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={text_of(value)}" for name, value in parameters.items())
