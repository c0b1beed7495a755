"""Helpers of the kernel's tests: proof documents made by hand, with digests recomputed, and the real bundle."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from verifier.kernel.judgments import matches
from verifier.kernel.proof import FORMAT, GoalResult, check_bundle, goal_digest
from verifier.kernel.rules import RULES, Context

Judgment = dict[str, Any]


def rule(name: str, premises: Sequence[Judgment] = (), data: Mapping[str, Any] | None = None, **hypotheses: Any) -> Any:
    """What a rule concludes, as the kernel would compute it; raises what the rule raises."""
    return RULES[name](list(premises), dict(data or {}), Context(hypotheses, {}))[0]


def assume(name: str) -> Judgment:
    """A hypothesis the rules know by name."""
    return {"is": "assume", "name": name}


def narrowed(judgment: Judgment, *constraints: Any) -> Judgment:
    """The judgment on a smaller range, which any step may state."""
    out = {**judgment, "where": [*judgment.get("where", []), *constraints]}
    matches(out, judgment)
    return out


def step(identifier: str, name: str, premises: Sequence[str], data: Any, conclusion: Judgment) -> dict[str, Any]:
    """One step of a document."""
    return {"id": identifier, "rule": name, "premises": list(premises), "data": data, "conclusion": conclusion}


def goal(
    claim: str, of: str, judgment: Judgment, hypotheses: Mapping[str, Judgment] | None = None, form: str = "amended"
) -> dict[str, Any]:
    """A goal with the digest that belongs to it; ``hypotheses`` maps the ids granted to their judgments."""
    granted = dict(hypotheses or {})
    return {
        "claim": claim, "form": form, "step": of, "judgment": judgment, "hypotheses": list(granted),
        "digest": goal_digest(claim, form, judgment, list(granted.values())),
    }  # fmt: skip


def document(
    name: str, steps: Sequence[Any], goals: Sequence[Any], hypotheses: Mapping[str, Judgment] | None = None
) -> dict[str, Any]:
    """A proof document."""
    listed = [{"id": identifier, "judgment": judgment} for identifier, judgment in (hypotheses or {}).items()]
    return {"statement": name, "hypotheses": listed, "steps": list(steps), "goals": list(goals)}


def check(*documents: Any) -> tuple[GoalResult, ...]:
    """The kernel's word on documents, after a round through JSON text."""
    return check_bundle(json.loads(json.dumps({"format": FORMAT, "documents": list(documents)})))


def only(*documents: Any) -> GoalResult:
    """The kernel's word on the last goal."""
    return check(*documents)[-1]


@cache
def _bundle_text() -> str:
    from lemmas import lemma3, lemma4, lemma5, theorem1

    proofs = [module.statement.proof for module in (lemma3, lemma4, lemma5, theorem1)]
    return json.dumps({"format": FORMAT, "documents": proofs})


def real_bundle() -> dict[str, Any]:
    """A fresh copy of the exported proofs of Lemmas 3-5 and Theorem 1, as read from JSON."""
    found: dict[str, Any] = json.loads(_bundle_text())
    return found


@cache
def _document_text(name: str) -> str:
    return json.dumps(next(d for d in real_bundle()["documents"] if d["statement"] == name))


def real_document(name: str) -> dict[str, Any]:
    """A fresh copy of one statement's document."""
    found: dict[str, Any] = json.loads(_document_text(name))
    return found


@cache
def _conclusion_text(statement: str, identifier: str) -> str:
    return json.dumps(next(s for s in real_document(statement)["steps"] if s["id"] == identifier)["conclusion"])


def conclusion(statement: str, identifier: str) -> Judgment:
    """A fresh copy of what a step of a real document concludes."""
    found: Judgment = json.loads(_conclusion_text(statement, identifier))
    return found


def changed(bundle: dict[str, Any], statement: str, identifier: str, **fields: Any) -> dict[str, Any]:
    """The bundle with fields of one step replaced."""
    for doc in bundle["documents"]:
        for entry in doc["steps"]:
            if doc["statement"] == statement and entry["id"] == identifier:
                entry.update(fields)
    return bundle
