"""The report as one plain structure: what the JSON holds, and all that a renderer may look at.

It is written when a check ends and needs neither the project nor the samples to be read again.  Its shape is
that of :mod:`verifier.report.model`, published as ``docs/report.schema.json``.  Numbers that do not exist are None.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import sympy
from sympy.logic.boolalg import Boolean

from verifier.claims.statement import Claim, Form, Hypothesis, Source, Statement
from verifier.claims.wording import wording
from verifier.report import model
from verifier.report.derived import finished, tally
from verifier.report.environment import environment
from verifier.report.errata import errata
from verifier.report.measurements import finite, measurements
from verifier.report.pictures import plain
from verifier.report.text import source_line
from verifier.sampling.keys import canonical
from verifier.verdict import NumericStatus, ProofStatus, Severity, weakest_numeric, weakest_proof
from verifier.verify.results import ClaimReport, RunReport, StatementReport

FORMAT = 5

Data = dict[str, Any]


def document(report: RunReport, *, time: str, command: str) -> Data:
    """The whole report of a run that ended at ``time`` (ISO 8601) and was started by ``command``."""
    statements = [_statement(found) for found in report.statements]
    settings = {k: canonical(v) for k, v in asdict(report.options).items()}
    run = {
        "time": time, "command": command, "seed": report.seed, "seconds": finite(report.seconds),
        "options": settings, "alpha": report.options.alpha, "stopped": report.stopped, "notes": list(report.notes),
        "exit_code": report.exit_code, "environment": environment(),
    }  # fmt: skip
    found: Data = {
        "format": FORMAT,
        "run": run,
        "words": {
            "proof": {str(status): status.explanation for status in ProofStatus},
            "numeric": {str(status): status.explanation for status in NumericStatus},
            "severity": {str(word): word.explanation for word in Severity},
        },
        "statements": statements,
        "errata": errata([found.statement for found in report.statements], statements),
    }
    return finished(found)


def _statement(report: StatementReport) -> model.StatementData:
    statement = report.statement
    return {
        "name": statement.name,
        "title": statement.title,
        "label": statement.called,
        "source": source_line(statement.source),
        "summary": statement.summary,
        "forms": [_form(report, form) for form in report.forms],
        "claims": [_claim(claim, statement) for claim in report.claims],
        "hypotheses": [_hypothesis(hypothesis, report) for hypothesis in statement.hypotheses],
        "steps": [
            {
                "id": step.id, "rule": step.rule, "status": str(step.status), "note": step.note,
                "conclusion": dict(step.conclusion),
                "uses": step.data.get("claim") if step.rule == "use" else None,
                "from": step.data.get("statement") if step.rule == "use" else None,
            }
            for step in report.steps
        ],
        "goals": _goals(report),
        "uses": _uses(report),
        "cited": sorted({name for c in report.claims for on in c.rests_on if on.kind == "cited" for name in on.names}),
        "measurements": measurements(report),
        "pictures": [plain(one) for one in report.pictures],
        "errata": [erratum.id for erratum in statement.own_errata],
        "problem": report.problem,
        "errors": list(report.errors),
        "in_vain": list(report.in_vain),
        "left_out": [{"id": claim.id, "form": str(claim.form)} for claim in report.left_out],
    }  # fmt: skip


def _form(report: StatementReport, form: Form) -> model.FormData:
    claims = report.of_form(form)
    numeric = weakest_numeric(claim.numeric for claim in claims if not claim.alone)
    cells = [str(cell.verdict) for claim in claims for cell in claim.cells if not cell.outside]
    return {
        "form": str(form),
        "verdict": str(report.summary(form)),
        "expected": str(report.expected(form)),
        "reasons": list(report.reasons(form)),
        "severity": _word(report.severity()) if form is Form.PRINTED else None,
        "proof": str(weakest_proof(claim.proof for claim in claims if not _checked_besides(claim, claims))),
        "proofs": tally([str(claim.proof) for claim in claims], [str(s) for s in ProofStatus]),
        "numeric": str(numeric),
        "cells": tally(cells, [str(s) for s in NumericStatus]),
    }


def _checked_besides(claim: ClaimReport, claims: Sequence[ClaimReport]) -> bool:
    """Whether a claim certifies at sizes what another one of the form says, and proves, of all of them."""
    same = [c for c in claims if c.proof is ProofStatus.PROVED and _content(c) == _content(claim)]
    return claim.proof is ProofStatus.CERTIFIED and bool(same)


def _content(report: ClaimReport) -> tuple[Any, ...]:
    claim = report.claim
    return claim.kind, claim.quantity, claim.exponent, claim.value, claim.where


def _word(word: Severity | None) -> str | None:
    return None if word is None else str(word)


def _claim(report: ClaimReport, statement: Statement) -> model.ClaimData:
    claim = report.claim
    told, said = wording(claim, statement.hypotheses), _said(claim, statement)
    cells = [str(cell.verdict) for cell in report.cells if not cell.outside]
    found: model.ClaimData = {
        "id": claim.id,
        "form": said["form"],
        "kind": said["kind"],
        "text": said["text"],
        "gloss": told.gloss,
        "premises": said["premises"],
        "latex": told.latex if told.printed else claim.latex,
        "range_latex": told.range_latex,
        "place": claim.place or _place(statement.source, claim.form),
        "why": claim.why,
        "hypotheses": said["hypotheses"],
        "errata": list(claim.errata),
        "proof": str(report.proof),
        "proof_reason": report.proof_reason,
        "numeric": str(report.numeric),
        "numeric_reason": report.numeric_reason,
        "proof_alone": report.alone,
        "empirical": report.empirical,
        "severity": _word(report.severity),
        "severity_reason": report.severity_reason,
        "instead": list(claim.instead),
        "range": said["range"],
        "exponent": said["exponent"],
        "value": said["value"],
        "cells": tally(cells, [str(s) for s in NumericStatus]),
        "rests_on": [group.to_json() for group in report.rests_on],
    }  # fmt: skip
    if report.derived:
        found["derived"], found["at_odds"] = report.derived, report.at_odds
    return found


#: what a claim says and under what: a verdict speaks of a claim that agrees in it, and of no other
SAID = ("form", "kind", "text", "premises", "range", "exponent", "value", "hypotheses")


def same_claims(statement: Statement, stored: Mapping[str, Any]) -> bool:
    """Whether the claims of a stored document's statement say what those of ``statement`` say now."""
    then = {claim["id"]: [claim.get(key) for key in SAID] for claim in stored["claims"]}
    now = {claim.id: [_said(claim, statement)[key] for key in SAID] for claim in statement.claims}
    return then == now


def said(claim: Claim, statement: Statement) -> str:
    """A digest of what a claim says and under what."""
    return said_of(_said(claim, statement))


def said_of(claim: Mapping[str, Any]) -> str:
    """The same of a claim of a document."""
    return hashlib.sha256(json.dumps([claim[key] for key in SAID]).encode()).hexdigest()


def _said(claim: Claim, statement: Statement) -> dict[str, Any]:
    told = wording(claim, statement.hypotheses)
    return {
        "form": str(claim.form), "kind": str(claim.kind), "text": told.text, "premises": dict(told.premises),
        "range": str(claim.where), "exponent": None if claim.exponent is None else str(claim.exponent),
        "value": None if claim.value is None else str(claim.value), "hypotheses": list(claim.hypotheses),
    }  # fmt: skip


def _place(source: Source, form: Form) -> str:
    """Where a printed claim stands that does not say it: the equations of its statement."""
    listed = ", ".join(f"({number})" for number in source.equations)
    if form is not Form.PRINTED or not listed:
        return ""
    return f"Eq. {listed}" if len(source.equations) == 1 else f"Eqs. {listed}"


def _hypothesis(hypothesis: Hypothesis, report: StatementReport) -> model.HypothesisData:
    witness = hypothesis.witness
    checked = [c.proof for c in report.claims if witness.proof and c.claim.id == witness.proof]
    return {
        "id": hypothesis.id,
        "text": hypothesis.text,
        "latex": hypothesis.latex,
        "when": _conditions(hypothesis.when),
        "errata": list(hypothesis.errata),
        "witness": {
            "text": witness.text,
            "parameters": {name: canonical(value) for name, value in witness.parameters.items()},
            "claim": witness.claim,
            "reproduce": witness.reproduce,
            "proof": witness.proof,
            "status": str(checked[0]) if checked else None,
        },
    }


def _conditions(when: Boolean) -> str:
    """A condition in words: its parts side by side, nothing where it always holds."""
    parts = when.args if isinstance(when, sympy.And) else (when,)
    shown = (f"{p.lhs} = {p.rhs}" if isinstance(p, sympy.Eq) else str(p) for p in parts if p is not sympy.true)
    return ", ".join(shown).replace("*", "·")


def _goals(report: StatementReport) -> list[model.GoalData]:
    """Which step proves which claim: a claim's last step has its name."""
    own = [step.id for step in report.steps if step.rule == "qed"]
    return [{"claim": c.id, "form": str(c.form), "step": c.id} for c in report.statement.claims if c.id in own]


def _uses(report: StatementReport) -> list[model.UseData]:
    """The statements whose claims the proof cites."""
    found: dict[str, list[str]] = {}
    for step in report.steps:
        if step.rule == "use":
            claims = found.setdefault(str(step.data.get("statement")), [])
            claims += [claim for claim in [str(step.data.get("claim"))] if claim not in claims]
    return [{"statement": name, "claims": claims} for name, claims in found.items()]
