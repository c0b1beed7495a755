"""Helpers: the exported proofs of the statements on moments, special inputs and graphs, and changes to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from lemmas import (
    dyer_gur_ari,
    lemma2,
    lemma3,
    lemma4,
    lemma5,
    lemma6,
    relu_law,
    section3,
    theorem1,
    theorem2,
    theorem3,
)
from verifier.kernel.proof import FORMAT, GoalResult, check_bundle
from verifier.kernel.rules import RULES, Context

STATEMENTS = {
    module.statement.name: module.statement for module in (relu_law, lemma3, theorem1, dyer_gur_ari, section3, theorem3)
}
_ALL = {module.statement.name: module.statement for module in (lemma2, lemma4, lemma5, lemma6, theorem2)} | STATEMENTS


def _order(name: str) -> list[str]:
    found: list[str] = []
    for step in _ALL[name].proof["steps"]:
        if step["rule"] == "use":
            found += [other for other in _order(step["data"]["statement"]) if other not in found]
    return [*found, name]


@cache
def _text(name: str) -> str:
    return json.dumps({"format": FORMAT, "documents": [_ALL[other].proof for other in _order(name)]})


def bundle(name: str) -> dict[str, Any]:
    """A fresh copy of a statement's bundle."""
    found: dict[str, Any] = json.loads(_text(name))
    return found


@cache
def results(name: str) -> list[GoalResult]:
    """The kernel's word on the goals of one statement."""
    return [r for r in check_bundle(bundle(name)) if r.statement == name]


def goals(name: str, claim: str) -> list[dict[str, Any]]:
    """The goals of a claim."""
    return [g for g in _ALL[name].proof["goals"] if g["claim"] == claim]


def step(name: str, identifier: str) -> dict[str, Any]:
    """A step of a statement's proof, as a copy."""
    found: dict[str, Any] = next(s for s in bundle(name)["documents"][-1]["steps"] if s["id"] == identifier)
    return found


def conclusion(name: str, identifier: str) -> dict[str, Any]:
    """What a step concludes."""
    found: dict[str, Any] = step(name, identifier)["conclusion"]
    return found


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
