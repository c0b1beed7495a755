"""What a run found, as plain data: the one structure behind the terminal, JSON and every other format."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from verifier.check import Law
from verifier.entailment import compared
from verifier.inference.gates import Decision
from verifier.proofs import GoalReport, StepReport
from verifier.sampling.evidence import Evidence
from verifier.sampling.keys import canonical
from verifier.sampling.plan import Asked, Cell, Group, Options, Question
from verifier.sampling.run import Answers, Outcome
from verifier.sampling.select import text_of
from verifier.statement import Claim, Form, Kind, Statement
from verifier.verdict import NumericStatus, ProofStatus, Summary, summarise, weakest_numeric, weakest_proof

SCHEMA = 1


@dataclass(frozen=True)
class CellReport:
    """A cell of one claim: what is claimed, what was found.  Numbers that do not exist are NaN."""

    parameters: Mapping[str, Any]
    claimed: float | str
    verdict: NumericStatus
    estimate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    zero_fraction: float = math.nan
    samples: int = 0
    widths: tuple[int, ...] = ()
    alpha: float = math.nan
    margin: float = math.nan
    reproduce: str = ""
    reason: str = ""
    outside: tuple[str, ...] = ()  # violated hypotheses, for a cell that the claim does not cover
    quantity: str = ""
    atom: float | None = None
    needed: int | None = None  # samples a width that would decide an inconclusive cell
    seconds: float = math.nan  # about how long these would take
    place: tuple[int, int] = (0, 0)  # of its group in the plan, and of the cell in the group
    decision: Decision | None = None  # all that inference said
    evidence: Evidence | None = None  # what plots need of the samples
    values: tuple[tuple[int, float], ...] = ()  # what is claimed at each width, where the claim speaks of the width
    law: Law | None = None  # the claimed law

    def to_json(self) -> dict[str, Any]:
        return {
            "parameters": canonical(self.parameters),
            "claimed": self.claimed,
            "estimate": _finite(self.estimate),
            "low": _finite(self.low),
            "high": _finite(self.high),
            "zero_fraction": _finite(self.zero_fraction),
            "verdict": str(self.verdict),
            "samples": self.samples,
            "widths": list(self.widths),
            "alpha": _finite(self.alpha),
            "margin": _finite(self.margin),
            "reproduce": self.reproduce,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class ClaimReport:
    """One claim with its two columns, which are never merged."""

    claim: Claim
    proof: ProofStatus
    rests_on: tuple[str, ...]
    numeric: NumericStatus
    goals: tuple[GoalReport, ...] = ()
    cells: tuple[CellReport, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.claim.id,
            "form": str(self.claim.form),
            "proof": str(self.proof),
            "rests_on": list(self.rests_on),
            "numeric": str(self.numeric),
            "cells": [cell.to_json() for cell in self.cells],
        }


@dataclass(frozen=True)
class StatementReport:
    """A statement's claims and, for each form, the one word that sums them up and the one expected."""

    statement: Statement
    claims: tuple[ClaimReport, ...]
    problem: str | None = None  # why its proof could not be re-checked
    errors: tuple[str, ...] = ()  # samplers that failed
    steps: tuple[StepReport, ...] = ()  # its proof, step by step

    def of_form(self, form: Form) -> tuple[ClaimReport, ...]:
        return tuple(claim for claim in self.claims if claim.claim.form is form)

    def summary(self, form: Form) -> Summary:
        return summarise((claim.proof, claim.numeric) for claim in self.of_form(form))

    @property
    def forms(self) -> tuple[Form, ...]:
        return tuple(form for form in Form if self.of_form(form))

    def expected(self, form: Form) -> Summary:
        """The recorded expectation; a statement that records none is expected to be verified."""
        return self.statement.expected.get(form, Summary.VERIFIED)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.statement.name,
            "printed": {"verdict": str(self.summary(Form.PRINTED))},
            "amended": {"verdict": str(self.summary(Form.AMENDED))},
            "claims": [claim.to_json() for claim in self.claims],
        }


@dataclass(frozen=True)
class RunReport:
    """A whole run."""

    seed: int
    options: Options
    statements: tuple[StatementReport, ...]
    stopped: str | None = None
    failed: bool = False
    seconds: float = math.nan
    notes: tuple[str, ...] = field(default=())

    @property
    def exit_code(self) -> int:
        """0 as expected, 1 an unexpected refutation or change, 3 undecided, 4 internal; 1 before 4 before 3."""
        codes = {0}
        for report in self.statements:
            for form in report.forms:
                codes.add(_code(report.summary(form), report.expected(form)))
            if report.errors:
                codes.add(4)
        if self.stopped:
            codes.add(4 if self.failed else 3)
        return next(code for code in (2, 1, 4, 3, 5, 0) if code in codes)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "seed": self.seed,
            "statements": [report.to_json() for report in self.statements],
            "exit_code": self.exit_code,
        }


def _code(found: Summary, expected: Summary) -> int:
    if found is expected:
        return 0
    if found in (Summary.GAP, Summary.INCONCLUSIVE):
        return 3
    return 1


def statement_report(
    statement: Statement,
    answers: Sequence[Answers],
    goals: Sequence[GoalReport],
    *,
    options: Options,
    seed: int,
    jobs: int = 1,
    problem: str | None = None,
    steps: Sequence[StepReport] = (),
) -> StatementReport:
    """Put a statement's claims, the kernel's results and the samples' answers together."""
    claims = []
    for claim in statement.claims:
        own = compared(claim, [goal for goal in goals if goal.claim == claim.id])
        cells = tuple(
            _cell_report(found, (place, number), cell, asked, claim, options, seed, jobs)
            for place, found in enumerate(answers)
            for number, cell in enumerate(found.group.cells)
            for asked in cell.asked
            if cell.selected and asked.claim == claim.id
        )
        claims.append(
            ClaimReport(
                claim=claim,
                proof=weakest_proof(goal.status for goal in own),
                rests_on=tuple(dict.fromkeys(name for goal in own for name in goal.rests_on)),
                numeric=weakest_numeric(cell.verdict for cell in cells),
                goals=own,
                cells=cells,
            )
        )
    errors = tuple(
        f"{found.group.quantity} at {_parameters(found.group.shared)}: {found.error}"
        for found in answers
        if found.error
    )
    return StatementReport(statement, tuple(claims), problem, errors, tuple(steps))


def collect(outcome: Outcome, name: str) -> list[Answers]:
    """The answers of one statement."""
    return [answers for answers in outcome.answers if answers.group.statement == name]


def _cell_report(
    found: Answers,
    place: tuple[int, int],
    cell: Cell,
    asked: Asked,
    claim: Claim,
    options: Options,
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
    common |= {"alpha": question.alpha, "margin": question.margin, "values": question.values, "law": question.law}
    decision = found.decisions.get((number, question))
    if found.error is not None:
        reason = f"the sampler failed: {found.error}"
        return CellReport(**common, verdict=NumericStatus.INVALID, reason=reason)
    if decision is None:
        return CellReport(**common, verdict=NumericStatus.UNTESTED, reason="nothing was sampled before the run ended")
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
    if question is not None and question.law is not None:
        return str(question.law)
    if question is not None and question.target is not None:
        return question.target
    expectation = claim.at(cell.parameters)
    value = None if expectation is None else (expectation.exponent if expectation.value is None else expectation.value)
    return str(claim.kind) if value is None else value


def reproduce(group: Group, cell: Cell, options: Options, seed: int) -> str:
    """The command that draws this cell again, with the same samples."""
    chosen = ",".join(f"{name}={text_of(cell.parameters[name])}" for name in _distinguishing(cell.parameters))
    words = ["verifier check", group.statement, f'-k "{chosen}"', f"--seed {seed}"]
    if options.widths is not None:
        words.append("--widths " + ",".join(str(n) for n in options.widths))
    if options.samples is not None:
        words.append(f"--samples {options.samples}")
    if options.quick:
        words.append("--quick")
    if options.thorough:
        words.append("--thorough")
    if options.angle is not None:
        words.append(f"--angle {text_of(options.angle)}")
    if options.z is not None:
        words.append("--z " + ",".join(_input(entry) for entry in options.z))
    return " ".join(words)


def _input(entry: Any) -> str:
    return ":".join(text_of(v) for v in entry) if isinstance(entry, list | tuple) else text_of(entry)


def _distinguishing(parameters: Mapping[str, Any]) -> list[str]:
    """Parameters that name a cell; z, which options fix, and the usual m = 1 are left out."""
    return [name for name in parameters if name != "z" and (name != "m" or parameters[name] != 1)]


def _parameters(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={text_of(value)}" for name, value in parameters.items())


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
