"""Helpers: the exported proofs of the statements on wide layers, as read from JSON, and changes to them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from lemmas import corollary1, lemma1, lemma2, lemma6, remark1, theorem2
from verifier.kernel.proof import FORMAT, GoalResult, check_bundle, goal_digest
from verifier.kernel.rules import RULES, Context

STATEMENTS = {
    module.statement.name: module.statement for module in (lemma1, lemma2, theorem2, lemma6, corollary1, remark1)
}
#: what a statement's bundle holds, dependencies first
USES = {
    "lemma1": ["lemma2"], "lemma2": [], "theorem2": ["lemma2"], "lemma6": ["lemma2", "theorem2"],
    "corollary1": ["lemma2", "theorem2"], "remark1": ["lemma2", "theorem2"],
}  # fmt: skip


@cache
def _text(name: str) -> str:
    documents = [STATEMENTS[other].proof for other in (*USES[name], name)]
    return json.dumps({"format": FORMAT, "documents": documents})


def bundle(name: str) -> dict[str, Any]:
    """A fresh copy of a statement's bundle."""
    found: dict[str, Any] = json.loads(_text(name))
    return found


def results(data: dict[str, Any], name: str) -> list[GoalResult]:
    """The kernel's word on the goals of one statement."""
    return [r for r in check_bundle(json.loads(json.dumps(data))) if r.statement == name]


def step(data: dict[str, Any], identifier: str) -> dict[str, Any]:
    """A step of the bundle's last document."""
    return next(s for s in data["documents"][-1]["steps"] if s["id"] == identifier)


def goals(data: dict[str, Any], claim: str) -> list[dict[str, Any]]:
    """The goals of a claim in the bundle's last document."""
    return [g for g in data["documents"][-1]["goals"] if g["claim"] == claim]


def restated(data: dict[str, Any], claim: str, judgment: dict[str, Any], number: int = 0) -> dict[str, Any]:
    """The bundle with a goal, and the step behind it, stating something else; the digest is made to fit."""
    goal = goals(data, claim)[number]
    listed = {h["id"]: h["judgment"] for h in data["documents"][-1]["hypotheses"]}
    goal["judgment"] = copy.deepcopy(judgment)
    granted = [listed[h] for h in goal["hypotheses"]]
    goal["digest"] = goal_digest(claim, goal["form"], judgment, granted)
    step(data, goal["step"])["conclusion"] = copy.deepcopy(judgment)
    return data


def apply(rule: str, premises: list[Any] | None = None, **data: Any) -> dict[str, Any]:
    """What a rule concludes; raises what it raises."""
    return RULES[rule](premises or [], data, Context({}, {}))[0]


def assume(*names: str) -> list[dict[str, Any]]:
    """Hypotheses the rules know."""
    return [{"is": "assume", "name": name} for name in names]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to all numbers, strings and truth values in plain data."""
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(part, (*path, key))
    else:
        yield path


def put(value: Any, path: tuple[Any, ...], leaf: Any) -> Any:
    """Replace what stands at a path; returns what stood there."""
    for key in path[:-1]:
        value = value[key]
    before, value[path[-1]] = value[path[-1]], leaf
    return before
