"""The kernel's word on a bundle, as the reports show it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from verifier.verdict import ProofStatus


@dataclass(frozen=True)
class GoalReport:
    """One goal of a proof as the kernel re-checked it; ``judgment`` is what it states, in kernel terms."""

    claim: str
    form: str
    status: ProofStatus
    rests_on: tuple[str, ...]
    range: str
    sizes: tuple[str, ...] = ()
    error: str | None = None
    judgment: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StepReport:
    """One step of a proof as the kernel re-checked it; ``conclusion`` and ``data`` are kernel terms."""

    id: str
    rule: str
    premises: tuple[str, ...]
    conclusion: Mapping[str, Any]
    status: ProofStatus
    note: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True)
class Rechecked:
    """The goals of one statement as the kernel re-checked them, or why it refused the bundle."""

    statement: str
    goals: tuple[GoalReport, ...] = ()
    problem: str | None = None
    steps: tuple[StepReport, ...] = ()


def recheck(statement: str, bundle: Mapping[str, Any]) -> Rechecked:
    """Re-check ``bundle`` and return the goals of ``statement``.

    A refused bundle is an answer, not an exception: each claim of the statement is then a gap.
    """
    from verifier.kernel.proof import ProofError, check_bundle

    try:
        results = check_bundle(bundle)
    except ProofError as error:
        return Rechecked(statement, problem=f"the kernel refuses it: {' '.join(str(error).split())}")
    return Rechecked(statement, goal_reports(statement, bundle, results), steps=_steps(statement, bundle))


def goal_reports(statement: str, bundle: Mapping[str, Any], results: Sequence[Any]) -> tuple[GoalReport, ...]:
    """The kernel's results on the goals of ``statement``, each with the judgment that its own goal states.

    ``results`` are in the order of the bundle's goals.  A digest would not do to join them: two goals can have one.
    """
    stated = [goal for document in bundle["documents"] for goal in document["goals"]]
    found = []
    for result, goal in zip(results, stated, strict=True):
        if result.statement != statement:
            continue
        judgment = goal["judgment"] if isinstance(goal.get("judgment"), Mapping) else {}
        found.append(
            GoalReport(
                claim=result.claim,
                form=str(result.form),
                status=ProofStatus(str(result.status)),
                rests_on=tuple(result.rests_on),
                range=_instance(judgment) or str(result.range),
                sizes=tuple(result.sizes),
                error=None if result.error is None else in_words(result.error),
                judgment=judgment,
            )
        )
    return tuple(found)


def _instance(judgment: Mapping[str, Any]) -> str:
    """Of a refutation: the instance that contradicts the claim."""
    instance = judgment.get("instance")
    if not isinstance(instance, Mapping):
        return ""
    return ", ".join(f"{name} = {value}" for name, value in instance.items())


def _steps(statement: str, bundle: Mapping[str, Any]) -> tuple[StepReport, ...]:
    """The status of each step: that of a goal which states what the step concludes, granted what it goes back to."""
    from verifier.kernel.proof import ProofError, check_bundle, goal_digest

    documents = [dict(document) for document in bundle["documents"]]
    own = next((document for document in documents if document["statement"] == statement), None)
    if own is None:
        return ()
    # A step that uses another statement's goal may rest on a hypothesis which a later step does without.
    declared = {h["id"]: h for document in (*documents, own) for h in document["hypotheses"]}
    own["hypotheses"] = list(declared.values())
    judgments = {name: h["judgment"] for name, h in declared.items()}
    needed = _needed(own, documents)
    own["goals"] = []
    for step in own["steps"]:
        identifier, said = str(step["id"]), step["conclusion"]
        form = "printed" if said.get("is") == "refuted" else "amended"
        names = [name for name in judgments if name in needed.get(identifier, ())]
        try:
            mark = goal_digest(identifier, form, said, [judgments[name] for name in names])
        except Exception:  # a conclusion that is no judgment: the kernel will say so
            mark = ""
        own["goals"].append(
            {"claim": identifier, "form": form, "step": identifier, "judgment": said, "hypotheses": names,
             "digest": mark}
        )  # fmt: skip
    try:
        results = {r.claim: r for r in check_bundle({**bundle, "documents": documents}) if r.statement == statement}
    except ProofError:
        return ()
    return tuple(
        StepReport(
            id=str(step["id"]),
            rule=str(step["rule"]),
            premises=tuple(str(p) for p in step["premises"]),
            conclusion=step["conclusion"],
            status=ProofStatus(str(results[str(step["id"])].status)),
            note=str(step.get("note", "")),
            data=step.get("data", {}),
            error=None if (error := results[str(step["id"])].error) is None else in_words(error),
        )
        for step in own["steps"]
    )


def in_words(error: str) -> str:
    """The kernel's message; where it shows two judgments, the entries in which they differ, numbers worked out."""
    error = re.sub(r"#[0-9a-f]{64}", "", error)  # which of two hypotheses of one name is no matter for a reader
    shown = re.fullmatch(r"(.*)stated (\{.*\}) but the rule gives (\{.*\})", error)
    if shown is None:
        return error
    try:
        stated, computed = json.loads(shown.group(2)), json.loads(shown.group(3))
    except json.JSONDecodeError:  # shown cut short
        return error
    keys = [key for key in dict.fromkeys([*stated, *computed]) if stated.get(key) != computed.get(key)]
    parts = [f"{key} {_value(stated.get(key))} is stated, the rule gives {_value(computed.get(key))}" for key in keys]
    return shown.group(1) + "; ".join(parts)


def _value(entry: Any) -> str:
    from verifier.kernel.terms import KernelError, constant, show

    if entry is None:
        return "nothing"
    try:
        number = constant(entry)
    except (KernelError, TypeError, ValueError):
        number = None
    return show(entry) if number is None else str(number)


def _needed(document: Mapping[str, Any], documents: list[dict[str, Any]]) -> dict[str, frozenset[str]]:
    """The hypotheses each step goes back to, its own and those of the goals it uses."""
    goals = {goal["digest"]: goal["hypotheses"] for one in documents for goal in one["goals"]}
    found: dict[str, frozenset[str]] = {}
    for step in document["steps"]:
        data = step.get("data", {})
        names = {data.get("hypothesis")} if step["rule"] == "hypothesis" else set()
        names |= set(goals.get(data.get("digest"), ())) if step["rule"] == "use" else set()
        before = [found.get(premise, frozenset()) for premise in step["premises"]]
        found[str(step["id"])] = frozenset(n for n in names if isinstance(n, str)).union(*before)
    return found
