"""The checker: makes every theorem of a document anew and says what its goals rest on."""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from verifier.kernel.core.documents import STEPS, WORK, WORK_EACH, Document
from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import budget, need
from verifier.kernel.core.table import Rest, digest
from verifier.kernel.core.terms import _NONE, Term
from verifier.kernel.core.theorems import Theorem


class GoalResult(NamedTuple):
    """A goal: its proposition and what it rests on, or the sentence that says why it is not proved."""

    statement: str
    id: str
    prop: Term
    rests: frozenset[Rest] = frozenset()
    error: str = ""


class Result(NamedTuple):
    """The theorems of the steps until one ``failed``, with the sentence that says why, and the results of the goals."""

    steps: tuple[Theorem, ...]
    goals: tuple[GoalResult, ...]
    failed: str


def check(document: Document, earlier: Mapping[str, Theorem] | None = None) -> Result:
    """Run the steps until one fails; ``earlier`` holds proved goals of other documents by their digests."""
    steps: list[Theorem] = []
    goals, failed = [], ""
    with budget(WORK + WORK_EACH * len(document.steps)):
        for rule, args in document.steps:
            try:
                steps.append(_made(rule, args, steps, earlier or {}))
            except (ValueError, RecursionError) as refusal:  # Refused, or lists of different lengths
                failed = f"step {len(steps)} ({rule}): {refusal}"
                break
        for name, prop, number in document.goals:
            found = steps[number] if number < len(steps) else None
            holds = found and not (found.hyps or prop.free or prop.loose) and key(found.prop) == key(prop)
            error = "" if holds else f"step {number} proves {found.prop} from {found.hyps}" if found else failed
            goals.append(GoalResult(document.statement, name, prop, found.rests if found and holds else _NONE, error))
    return Result(tuple(steps), tuple(goals), failed)


def _made(rule: str, args: list[Any], steps: list[Theorem], earlier: Mapping[str, Theorem]) -> Theorem:
    if rule == "use":
        need(args[0] in earlier, f"no goal with digest {args[0]} was proved before")
        return earlier[args[0]]
    shape, function = STEPS[rule]
    at: Any = {"s": lambda number: steps[number], "S": lambda numbers: [steps[n] for n in numbers]}
    return cast("Theorem", function(*[at[kind](a) if kind in at else a for kind, a in zip(shape, args, strict=True)]))


def proved(document: Document, result: Result) -> dict[str, Theorem]:
    """The goals of ``document`` that hold, by digest, for the documents after it."""
    pairs = zip(document.goals, result.goals, strict=True)
    return {digest(prop): result.steps[number] for (_, prop, number), goal in pairs if not goal.error}
