"""The kernel's word on a bundle, as the reports show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifier.verdict import ProofStatus


@dataclass(frozen=True)
class GoalReport:
    """One goal of a proof as the kernel re-checked it."""

    claim: str
    form: str
    status: ProofStatus
    rests_on: tuple[str, ...]
    range: str
    sizes: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Rechecked:
    """The goals of one statement as the kernel re-checked them, or why it refused the bundle."""

    statement: str
    goals: tuple[GoalReport, ...] = ()
    problem: str | None = None


def recheck(statement: str, bundle: Mapping[str, Any]) -> Rechecked:
    """Re-check ``bundle`` and return the goals of ``statement``.

    A refused bundle is an answer, not an exception: each claim of the statement is then a gap.
    """
    from verifier.kernel.proof import ProofError, check_bundle

    try:
        results = check_bundle(bundle)
    except ProofError as error:
        return Rechecked(statement, problem=f"the kernel refuses it: {' '.join(str(error).split())}")
    instances = _instances(bundle)
    goals = tuple(
        GoalReport(
            claim=result.claim,
            form=str(result.form),
            status=ProofStatus(str(result.status)),
            rests_on=tuple(result.rests_on),
            range=instances.get(str(result.digest)) or str(result.range),
            sizes=tuple(result.sizes),
            error=result.error,
        )
        for result in results
        if result.statement == statement
    )
    return Rechecked(statement, goals)


def _instances(bundle: Mapping[str, Any]) -> dict[str, str]:
    """Where a goal is a refutation: the instance that contradicts the claim, by the goal's digest."""
    found = {}
    for document in bundle.get("documents", []):
        for goal in document.get("goals", []):
            instance = goal.get("judgment", {}).get("instance")
            if isinstance(instance, Mapping):
                found[str(goal.get("digest"))] = ", ".join(f"{name} = {value}" for name, value in instance.items())
    return found
