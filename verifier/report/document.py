"""The report as one plain structure: what the JSON holds, and all that a renderer may look at.

It is written when a check ends and needs neither the project nor the samples to be read again.  Its shape is
published as ``docs/report.schema.json``.  Numbers that do not exist are None.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import sympy
from sympy.logic.boolalg import Boolean

from verifier.claims.wording import wording
from verifier.report.environment import environment
from verifier.report.findings import reason_of
from verifier.report.limits import limits
from verifier.report.text import source_line
from verifier.sampling.keys import canonical
from verifier.sampling.select import text_of
from verifier.statement import Erratum, Form, Hypothesis, Statement, label_of
from verifier.verdict import NumericStatus, ProofStatus, Severity, Summary, weakest_numeric, weakest_proof
from verifier.verify.results import CellReport, ClaimReport, RunReport, StatementReport

FORMAT = 3

Data = dict[str, Any]


def document(report: RunReport, *, time: str, command: str) -> Data:
    """The whole report of a run that ended at ``time`` (ISO 8601) and was started by ``command``."""
    statements = [_statement(found) for found in report.statements]
    settings = {k: canonical(v) for k, v in asdict(report.options).items()}
    run = {
        "time": time, "command": command, "seed": report.seed, "seconds": _number(report.seconds),
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
        "errata": _errata([found.statement for found in report.statements], statements),
    }
    return finished(found)


def finished(data: Data) -> Data:
    """The document with what follows from its statements: counts, the graph, the limits."""
    return {**data, "counts": _counts(data["statements"]), "graph": graph(data["statements"]), "limits": limits(data)}


def _statement(report: StatementReport) -> Data:
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
                "id": step.id, "rule": step.rule, "premises": list(step.premises), "status": str(step.status),
                "note": step.note, "conclusion": dict(step.conclusion), "error": step.error,
                "uses": step.data.get("claim") if step.rule == "use" else None,
                "from": step.data.get("statement") if step.rule == "use" else None,
            }
            for step in report.steps
        ],
        "goals": _goals(report),
        "uses": _uses(report),
        "cited": sorted({name for c in report.claims for name in c.rests_on if name.startswith("cited ")}),
        "measurements": _measurements(report),
        "errata": [erratum.id for erratum in statement.errata],
        "problem": report.problem,
        "errors": list(report.errors),
        "in_vain": list(report.in_vain),
        "left_out": [{"id": claim.id, "form": str(claim.form)} for claim in report.left_out],
    }  # fmt: skip


def _form(report: StatementReport, form: Form) -> Data:
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
        "proofs": _tally([str(claim.proof) for claim in claims], [str(s) for s in ProofStatus]),
        "numeric": str(numeric),
        "cells": _tally(cells, [str(s) for s in NumericStatus]),
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


def _tally(words: Sequence[str], order: Sequence[str]) -> dict[str, int]:
    return {word: words.count(word) for word in order if word in words}


def _claim(report: ClaimReport, statement: Statement) -> Data:
    claim = report.claim
    told = wording(claim, statement.hypotheses)
    cells = [str(cell.verdict) for cell in report.cells if not cell.outside]
    return {
        "id": claim.id,
        "form": str(claim.form),
        "kind": str(claim.kind),
        "text": told.text,
        "gloss": told.gloss,
        "premises": dict(told.premises),
        "latex": told.latex if told.printed else claim.latex,
        "hypotheses": list(claim.hypotheses),
        "errata": list(claim.errata),
        "proof": str(report.proof),
        "proof_reason": report.proof_reason,
        "numeric": str(report.numeric),
        "numeric_reason": report.numeric_reason,
        "proof_alone": report.alone,
        "severity": _word(report.severity),
        "severity_reason": report.severity_reason,
        "instead": list(claim.instead),
        "range": str(claim.where),
        "exponent": None if claim.exponent is None else str(claim.exponent),
        "value": None if claim.value is None else str(claim.value),
        "cells": _tally(cells, [str(s) for s in NumericStatus]),
        "rests_on": list(report.rests_on),
        "goals": [
            {"status": str(g.status), "range": g.range, "sizes": list(g.sizes), "error": g.error,
             "rests_on": list(g.rests_on)}
            for g in report.goals
        ],
    }  # fmt: skip


def _hypothesis(hypothesis: Hypothesis, report: StatementReport) -> Data:
    witness = hypothesis.witness
    checked = [g for c in report.claims for g in c.goals if witness.proof and g.claim == witness.proof]
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
            "status": str(checked[0].status) if checked else None,
        },
    }


def _conditions(when: Boolean) -> str:
    """A condition in words: its parts side by side, nothing where it always holds."""
    parts = when.args if isinstance(when, sympy.And) else (when,)
    shown = (f"{p.lhs} = {p.rhs}" if isinstance(p, sympy.Eq) else str(p) for p in parts if p is not sympy.true)
    return ", ".join(shown).replace("*", "·")


def _goals(report: StatementReport) -> list[Data]:
    """Which step proves which claim: a claim's last step has its name."""
    own = [step.id for step in report.steps if step.rule == "qed"]
    return [{"claim": c.id, "form": str(c.form), "step": c.id} for c in report.statement.claims if c.id in own]


def _uses(report: StatementReport) -> list[Data]:
    """The statements whose claims the proof cites."""
    found: dict[str, list[str]] = {}
    for step in report.steps:
        if step.rule == "use":
            claims = found.setdefault(str(step.data.get("statement")), [])
            claims += [claim for claim in [str(step.data.get("claim"))] if claim not in claims]
    return [{"statement": name, "claims": claims} for name, claims in found.items()]


def _measurements(report: StatementReport) -> list[Data]:
    """What was sampled, one entry for cells that were measured together, with what each claim says of it."""
    merged: dict[str, Data] = {}
    places: dict[str, tuple[int, int]] = {}
    for claim in report.claims:
        for cell in claim.cells:
            parameters = {name: canonical(value) for name, value in cell.parameters.items()}
            key = f"{cell.quantity} {parameters}"
            if key not in merged:
                places[key] = cell.place
                merged[key] = {
                    "quantity": cell.quantity, "parameters": parameters, "widths": canonical(list(cell.widths)),
                    "place": list(cell.place), "shown": shown_parameters(cell.parameters),
                    "atom": cell.atom, "evidence": None, "answers": [],
                }  # fmt: skip
            if cell.evidence is not None:
                merged[key]["evidence"] = _plain(asdict(cell.evidence))
            merged[key]["answers"].append(_answer(claim, cell))
    return [merged[key] for key in sorted(merged, key=lambda k: places[k])]


def shown_parameters(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as text, without those at their usual values."""
    usual = {"m": 1, "z": (1, 1), "angle": 0}
    return {n: text_of(v) for n, v in parameters.items() if n not in usual or canonical(v) != canonical(usual[n])}


def _answer(claim: ClaimReport, cell: CellReport) -> Data:
    decision = cell.decision
    return {
        "claim": claim.claim.id,
        "form": str(claim.claim.form),
        "kind": str(claim.claim.kind),
        "claimed": cell.claimed,
        "verdict": str(cell.verdict),
        "outside": list(cell.outside),
        "estimate": _number(cell.estimate),
        "low": _number(cell.low),
        "high": _number(cell.high),
        "zero_fraction": _number(cell.zero_fraction),
        "samples": cell.samples,
        "alpha": _number(cell.alpha),
        "margin": _number(cell.margin),
        "bias": _number(decision.bias) if decision else None,
        "allowance": _number(decision.allowance) if decision else None,
        "correction": bool(decision and decision.correction),
        "needed": cell.needed,
        "reason": cell.reason,
        "reproduce": cell.reproduce,
        "values": [list(pair) for pair in cell.values],
        "law": _claimed_law(cell),
    }


def _claimed_law(cell: CellReport) -> list[list[float]] | None:
    """The claimed distribution function at the quantiles of the samples, for each width; None where none is claimed."""
    if cell.law is None or cell.evidence is None:
        return None
    evidence, law = cell.evidence, cell.law
    return [
        [round(float(p), 5) for p in law.cdf(np.array(evidence.quantiles(number)))]
        for number in range(len(evidence.widths))
    ]


def _errata(statements: Sequence[Statement], data: Sequence[Data]) -> list[Data]:
    """Every erratum once, with the statements it concerns and the commands that re-check it."""
    entries: dict[str, Erratum] = {e.id: e for s in statements for e in s.errata}
    plain = {
        name: {
            "id": e.id, "where": e.where, "printed": e.printed, "why": e.why, "counterexample": e.counterexample,
            "amended": e.amended, "effect": e.effect,
        }
        for name, e in entries.items()
    }  # fmt: skip
    return [
        {
            **plain[name],
            "statements": [s["name"] for s in data if name in s["errata"]],
            "recheck": list(entries[name].commands) or _recheck(name, plain, data),
        }
        for name in sorted(entries, key=_by_number)
    ]


def _recheck(erratum: str, errata: Mapping[str, Data], data: Sequence[Data]) -> list[str]:
    """Commands that show the erratum again, as far as the statements tell.

    That of the witness of a hypothesis which it added; else a cell where the samples contradict the printed claim
    which it concerns, and the proof that refutes this claim, if it is for this reason that the claim is wrong.
    """
    found: list[str] = []
    for statement in data:
        for hypothesis in statement["hypotheses"]:
            if erratum in hypothesis["errata"] and hypothesis["witness"]["reproduce"]:
                return [hypothesis["witness"]["reproduce"]]
        for claim in statement["claims"]:
            if claim["form"] != "printed" or erratum not in claim["errata"]:
                continue
            refuted = [g["range"] for g in claim["goals"] if g["status"] == "refuted"]
            reason = reason_of([errata[name] for name in claim["errata"] if name in errata], refuted)
            if reason is None or reason["id"] != erratum:
                continue
            answers = [a for m in statement["measurements"] for a in m["answers"] if a["claim"] == claim["id"]]
            found += [a["reproduce"] for a in answers if a["verdict"] == "contradicted"][:1]
            found += [f"verifier axioms {statement['name']}"] if refuted else []
    return list(dict.fromkeys(found))[:2]


def _by_number(identifier: str) -> tuple[str, int]:
    word = identifier.rstrip("0123456789")
    return word, int(identifier[len(word) :] or 0)


def _counts(statements: Sequence[Data]) -> Data:
    claims = [claim for statement in statements for claim in statement["claims"]]
    measured = [m for s in statements for m in s["measurements"] if any(a["samples"] for a in m["answers"])]
    verdicts = [
        answer["verdict"] for s in statements for m in s["measurements"] for answer in m["answers"]
        if not answer["outside"]
    ]  # fmt: skip
    return {
        "statements": len(statements),
        "claims": len(claims),
        "verdicts": {
            form: _tally(
                [f["verdict"] for s in statements for f in s["forms"] if f["form"] == form],
                [str(word) for word in Summary],
            )
            for form in ("printed", "amended")
        },
        "printed": sum(f["form"] == "printed" for s in statements for f in s["forms"]),
        "severity": _tally(
            [f["severity"] for s in statements for f in s["forms"] if f["severity"]], [str(word) for word in Severity]
        ),
        "proofs": {
            form: _tally([c["proof"] for c in claims if c["form"] == form], [str(s) for s in ProofStatus])
            for form in ("printed", "amended")
        },
        "measurements": len(measured),
        "answers": _tally(verdicts, [str(s) for s in NumericStatus]),
        "steps": sum(len(s["steps"]) for s in statements),
        "networks": _networks(statements),
    }


def _networks(statements: Sequence[Data]) -> int:
    """How many networks were drawn; cells of one group are read off the same ones."""
    groups: dict[tuple[str, int], int] = {}
    for statement in statements:
        for m in statement["measurements"]:
            key = statement["name"], m["place"][0]
            counts = sum(m["evidence"]["counts"]) if m["evidence"] else 0
            groups[key] = max(groups.get(key, 0), counts)
    return sum(groups.values())


def graph(statements: Sequence[Data]) -> Data:
    """Statements as nodes, with what their proofs cite as edges; a cited theorem from outside is a node too."""
    nodes = [
        {"id": s["name"], "label": s["label"], "title": s["title"], "kind": "statement",
         **{f["form"]: {"verdict": f["verdict"], "proof": f["proof"], "numeric": f["numeric"]} for f in s["forms"]}}
        for s in statements
    ]  # fmt: skip
    known = {s["name"] for s in statements}
    edges: list[Data] = []
    outside: dict[str, Data] = {}
    for statement in statements:
        for use in statement["uses"]:
            name = use["statement"]
            if name not in known:
                node = {"id": name, "label": label_of(name), "title": "not in this report", "kind": "absent"}
                outside[name] = node
            edges.append({"from": name, "to": statement["name"], "claims": use["claims"]})
        inherited = {mark for use in statement["uses"] for s in statements if s["name"] == use["statement"]
                     for mark in s["cited"]}  # fmt: skip
        for mark in statement["cited"]:
            if mark not in inherited:
                name = mark.removeprefix("cited ")
                outside[mark] = {"id": mark, "label": name, "title": "cited, not proved here", "kind": "cited"}
                edges.append({"from": mark, "to": statement["name"], "claims": []})
    return {"nodes": [*outside.values(), *nodes], "edges": edges}


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
