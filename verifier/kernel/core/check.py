"""The checker: makes every theorem of a document anew and says what its goals rest on.

    python -m verifier.kernel proof.json

A step that fails, or that needs one that failed, is an error with its sentence; it never counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.kernel.core import theorems
from verifier.kernel.core.documents import Document, Step
from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.table import Rest, digest
from verifier.kernel.core.terms import Term, variables
from verifier.kernel.core.theorems import Theorem


@dataclass(frozen=True)
class GoalResult:
    """A goal: its proposition and what it rests on, or the sentence that says why it is not proved."""

    statement: str
    id: str
    prop: Term
    rests: frozenset[Rest] = frozenset()
    error: str = ""


@dataclass(frozen=True)
class Result:
    """The theorem or the error of every step, and the results of the goals."""

    steps: tuple[Theorem | str, ...]
    goals: tuple[GoalResult, ...]


def check(document: Document, earlier: Mapping[str, Theorem] | None = None) -> Result:
    """Run every step of ``document``; ``earlier`` holds proved goals of other documents by their digests."""
    steps: list[Theorem | str] = []
    for number, step in enumerate(document.steps):
        try:
            steps.append(_run(step, steps, earlier or {}))
        except Refused as refusal:
            steps.append(f"step {number} ({step.rule}): {refusal}")
    goals = []
    for goal in document.goals:
        found = steps[goal.step]
        error = ""
        if isinstance(found, str):
            error = found
        elif found.hyps or variables(found.prop):
            error = f"step {goal.step} is no closed theorem: {found!r}"
        elif key(found.prop) != key(goal.prop):
            error = f"step {goal.step} proves {found.prop!r}"
        rests: frozenset[Rest] = frozenset() if error or isinstance(found, str) else found.rests
        goals.append(GoalResult(document.statement, goal.id, goal.prop, rests, error))
    return Result(tuple(steps), tuple(goals))


def proved(document: Document, result: Result) -> dict[str, Theorem]:
    """The goals of ``document`` that hold, by digest, for the documents after it."""
    found = {}
    for goal, outcome in zip(document.goals, result.goals, strict=True):
        theorem = result.steps[goal.step]
        if not outcome.error and isinstance(theorem, Theorem):
            found[digest(goal.prop)] = theorem
    return found


def _run(step: Step, steps: list[Theorem | str], earlier: Mapping[str, Theorem]) -> Theorem:
    def at(number: int) -> Theorem:
        found = steps[number]
        if isinstance(found, str):
            raise Refused(f"needs step {number}, which failed")
        return found

    a: Any = step.args
    rules: dict[str, Callable[[], Theorem]] = {
        "row": lambda: theorems.row(a[0]),
        "assume": lambda: theorems.assume(a[0]),
        "imp_intro": lambda: theorems.imp_intro(a[0], at(a[1])),
        "imp_elim": lambda: theorems.imp_elim(at(a[0]), at(a[1])),
        "all_intro": lambda: theorems.all_intro(a[0], at(a[1])),
        "all_elim": lambda: theorems.all_elim(at(a[0]), *a[1]),
        "instantiate": lambda: theorems.instantiate(zip(a[0], a[1], strict=True), at(a[2])),
        "ring": lambda: theorems.ring(a[0], a[1]),
        "subst": lambda: theorems.subst(at(a[0]), a[1], at(a[2])),
        "linear": lambda: theorems.linear(map(at, a[0]), a[1], a[2]),
        "computed": lambda: theorems.computed(a[0], a[1]),
        "use": lambda: _use(a[0], earlier),
    }
    return rules[step.rule]()


def _use(name: str, earlier: Mapping[str, Theorem]) -> Theorem:
    if name not in earlier:
        raise Refused(f"no goal with digest {name[:12]}… was proved before")
    return earlier[name]
