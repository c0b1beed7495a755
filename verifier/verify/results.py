"""What a run found, as plain data: the one structure behind the terminal, JSON and every other format."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verifier.claims.statement import Claim, Form, Statement
from verifier.inference.agreement import Law
from verifier.inference.decisions import Decision
from verifier.quantities.pictures import Pictures
from verifier.sampling.evidence import Evidence
from verifier.sampling.keys import canonical
from verifier.sampling.plan import RunOptions
from verifier.verdict import NumericStatus, ProofStatus, Severity, Summary
from verifier.verdict.display import line, table
from verifier.verify.goals import RestsOn, StepReport
from verifier.verify.model import CellJson, CheckJson, ClaimJson, FormJson, StatementJson
from verifier.verify.word import Columns, word_of

#: The words of a form, each worse than the one before it.
_RANK = (
    Summary.PROOF_ALONE, Summary.VERIFIED, Summary.MEASURED, Summary.INCONCLUSIVE, Summary.GAP, Summary.CONTRADICTED,
    Summary.REFUTED,
)  # fmt: skip


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
    failed: bool = False  # the sampler, as the reason says
    late: bool = False  # it took too long
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

    def to_json(self) -> CellJson:
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
    """One claim with its two columns, which are never merged, and a sentence for each that says why.

    ``alone``: of a kind that cannot be sampled; ``empirical``: of a statement that offers no proof.  ``severity``: of a
    printed claim that fails, how wrong it is.  ``derived``: what a derivation says of the quantity, if there is one.
    """

    claim: Claim
    proof: ProofStatus
    rests_on: tuple[RestsOn, ...]
    numeric: NumericStatus
    cells: tuple[CellReport, ...] = ()
    alone: bool = False
    empirical: bool = False
    proof_reason: str = ""
    numeric_reason: str = ""
    severity: Severity | None = None
    severity_reason: str = ""
    derived: str = ""

    @property
    def at_odds(self) -> bool:
        """Whether the samples contradict what is derived: one of the two is wrong, or its hypotheses do not hold."""
        if not self.derived:
            return False
        if self.numeric is NumericStatus.CONTRADICTED:
            return self.proof in (ProofStatus.PROVED, ProofStatus.CERTIFIED, ProofStatus.CITED)
        return self.proof is ProofStatus.REFUTED and self.numeric is NumericStatus.CONSISTENT

    @property
    def columns(self) -> Columns:
        """What the one word is found from."""
        return Columns(self.proof, self.numeric, self.alone, self.empirical)

    @property
    def fails(self) -> bool:
        """Whether its proof refutes it or its samples contradict it."""
        return self.proof is ProofStatus.REFUTED or self.numeric is NumericStatus.CONTRADICTED

    def to_json(self) -> ClaimJson:
        found: ClaimJson = {
            "id": self.claim.id,
            "form": str(self.claim.form),
            "proof": str(self.proof),
            "proof_reason": self.proof_reason,
            "rests_on": [group.to_json() for group in self.rests_on],
            "numeric": str(self.numeric),
            "numeric_reason": self.numeric_reason,
            "proof_alone": self.alone,
            "severity": None if self.severity is None else str(self.severity),
            "cells": [cell.to_json() for cell in self.cells],
        }
        if self.derived:
            found["derived"], found["at_odds"] = self.derived, self.at_odds
        return found


@dataclass(frozen=True, repr=False)
class StatementReport:
    """A statement's claims and, for each form, the one word that sums them up and the one expected."""

    statement: Statement
    claims: tuple[ClaimReport, ...]
    problem: str | None = None  # why its proof could not be re-checked
    errors: tuple[str, ...] = ()  # samplers that failed
    steps: tuple[StepReport, ...] = ()  # its proof, step by step
    in_vain: tuple[str, ...] = ()  # what is measured and no claim is about
    left_out: tuple[Claim, ...] = ()  # claims that the run was not asked about
    pictures: tuple[Pictures, ...] = ()  # shown beside the numbers; no verdict rests on them

    def __repr__(self) -> str:
        """One line: ``<theorem1: printed refuted (false), amended verified>``."""
        return f"<{line(f'{self.statement.name}: {self.words()}', 190)}>"

    def words(self) -> str:
        """``printed refuted (false), amended verified``; where another word is recorded, that as well."""
        told = []
        for form in self.forms:
            part = f" ({self.asked(form)})" if self.left_out_of(form) else ""
            severity = self.severity() if form is Form.PRINTED else None
            told.append(
                f"{form} {self.word(form)}"
                + ("" if severity is None else f" ({severity})")
                + part
                + ("" if self.met(form) else f", expected {self.expected(form)}")
            )
        told += [f"{form} not asked" for form in Form if form not in self.forms and self.left_out_of(form)]
        return ", ".join(told)

    def _repr_html_(self) -> str:
        """A table of its claims with both columns."""
        rows = [
            (html.escape(c.claim.id), str(c.claim.form), str(c.proof), str(c.numeric), html.escape(
                "; ".join(filter(None, (c.proof_reason, c.numeric_reason)))))
            for c in self.claims
        ]  # fmt: skip
        caption = f"{self.statement.called} · {self.statement.title}: {self.words()}"
        return table(caption, ("claim", "form", "proof", "samples", "why"), rows)

    def of_form(self, form: Form) -> tuple[ClaimReport, ...]:
        return tuple(claim for claim in self.claims if claim.claim.form is form)

    def summary(self, form: Form) -> Summary:
        """The one word of a form; one of which claims were left out is not verified by the others."""
        found = self.word(form)
        settled = (Summary.VERIFIED, Summary.PROOF_ALONE, Summary.MEASURED)
        return Summary.INCONCLUSIVE if found in settled and self.left_out_of(form) else found

    def word(self, form: Form) -> Summary:
        """The word of the claims of a form that were asked about, whatever the others may be."""
        problems = bool(self.in_vain) and not self.left_out
        return word_of((claim.columns for claim in self.of_form(form)), problems=problems)

    def left_out_of(self, form: Form) -> tuple[Claim, ...]:
        """The claims of a form that the run was not asked about."""
        return tuple(claim for claim in self.left_out if claim.form is form)

    def severity(self) -> Severity | None:
        """How wrong the printed form is: the worst of its claims that fail; None where none does."""
        found = {claim.severity for claim in self.of_form(Form.PRINTED)}
        return next((s for s in (Severity.FALSE, Severity.INCOMPLETE, Severity.MISPRINT) if s in found), None)

    def reasons(self, form: Form) -> tuple[str, ...]:
        """Why a form is a gap or inconclusive: a sentence for each claim that makes it so."""
        word = self.summary(form)
        if word not in (Summary.GAP, Summary.INCONCLUSIVE):
            return ()
        column = "proof_reason" if word is Summary.GAP else "numeric_reason"
        told = [
            f"{claim.claim.id}: {getattr(claim, column)}"
            for claim in self.of_form(form)
            if word_of([claim.columns]) is word and getattr(claim, column)
        ]
        if word is Summary.INCONCLUSIVE:
            told += self.in_vain
            told += [f"asked about {self.asked(form)}"] if self.left_out_of(form) else []
        return tuple(told)

    def asked(self, form: Form) -> str:
        """How many of the claims of a form were asked about, in words."""
        own, left = self.of_form(form), self.left_out_of(form)
        return f"{len(own)} of its {len(own) + len(left)} {form} claims"

    @property
    def forms(self) -> tuple[Form, ...]:
        return tuple(form for form in Form if self.of_form(form))

    def expected(self, form: Form) -> Summary:
        """The recorded expectation; a statement that records none is expected to be verified, or proved alone, or
        measured where it offers no proof."""
        alone = self.summary(form) is Summary.PROOF_ALONE
        usual = Summary.MEASURED if self.statement.empirical else Summary.VERIFIED
        return self.statement.expected.get(form, Summary.PROOF_ALONE if alone else usual)

    def met(self, form: Form, expected: Summary | None = None) -> bool:
        """Whether the word of a form is the expected one; of some of its claims, whether it is no worse than that."""
        expected, found = expected or self.expected(form), self.word(form)
        if self.left_out_of(form):
            return _RANK.index(found) <= _RANK.index(expected)
        return found is expected

    @property
    def as_expected(self) -> bool:
        """Whether every form's word is the expected one, and no sampler failed."""
        return not self.errors and all(self.met(form) for form in self.forms)

    @property
    def culprits(self) -> tuple[ClaimReport, ...]:
        """The claims that make the words which are not as expected."""
        odd = {form: self.word(form) for form in self.forms if not self.met(form)}
        return tuple(
            claim
            for claim in self.claims
            if claim.claim.form in odd and word_of([claim.columns]) is odd[claim.claim.form]
        )

    def to_json(self) -> StatementJson:
        severity = self.severity()
        return {
            "name": self.statement.name,
            "printed": self._form(Form.PRINTED),
            "amended": self._form(Form.AMENDED),
            "severity": None if severity is None else str(severity),
            "claims": [claim.to_json() for claim in self.claims],
            "left_out": [claim.id for claim in self.left_out],
        }

    def _form(self, form: Form) -> FormJson | None:
        """A form's word and why; None for a form the statement does not have."""
        if form not in self.forms:
            return None
        return {"verdict": str(self.summary(form)), "reasons": list(self.reasons(form))}


@dataclass(frozen=True, repr=False)
class RunReport:
    """A whole run."""

    seed: int
    options: RunOptions
    statements: tuple[StatementReport, ...]
    stopped: str | None = None
    failed: bool = False
    seconds: float = math.nan
    notes: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        """A line a statement, then one for the run."""
        shown = [line(f"{s.statement.name}  {s.words()}") for s in self.statements]
        return "\n".join([*shown, line(self.sentence())])

    def sentence(self) -> str:
        """The run in one sentence: ``2 statements, all as expected (seed 20201)``."""
        odd = [s for s in self.statements if not s.as_expected]
        count = "1 statement" if len(self.statements) == 1 else f"{len(self.statements)} statements"
        told = "all as expected" if not odd else f"{len(odd)} not as expected"
        return f"{count}, {told} (seed {self.seed}){f'; {self.stopped}' if self.stopped else ''}"

    def _repr_html_(self) -> str:
        """A table, a row a statement."""
        rows = [
            (html.escape(s.statement.name), html.escape(s.statement.title), html.escape(s.words()))
            for s in self.statements
        ]
        return table(self.sentence(), ("statement", "", "verdict"), rows)

    @property
    def exit_code(self) -> int:
        """0 as expected, 1 an unexpected refutation or change, 2 a sampler failed, 3 undecided, 4 internal; 2 before 1
        before 4 before 3."""
        codes = {0}
        for report in self.statements:
            for form in report.forms:
                codes.add(_code(report, form))
            if report.errors:
                codes.add(2)
        if self.stopped:
            codes.add(4 if self.failed else 3)
        return next(code for code in (2, 1, 4, 3, 5, 0) if code in codes)

    def to_json(self) -> CheckJson:
        return {
            "schema": 2,
            "seed": self.seed,
            "statements": [report.to_json() for report in self.statements],
            "stopped": self.stopped,
            "notes": list(self.notes),
            "exit_code": self.exit_code,
        }


def _code(report: StatementReport, form: Form) -> int:
    if report.met(form):
        return 0
    if report.word(form) in (Summary.GAP, Summary.INCONCLUSIVE):
        return 3
    return 1


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
