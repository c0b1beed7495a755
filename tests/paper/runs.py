"""Running shipped checks without their proofs, and twins of them with one claim changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from verifier.claims.statement import Claim
from verifier.projects.project import Entry, Project, default_project
from verifier.quantities.check import Check
from verifier.sampling.plan import RunOptions, plan
from verifier.sampling.run import run
from verifier.verify.coverage import coverage
from verifier.verify.join import statement_report
from verifier.verify.proof import Proofs
from verifier.verify.results import StatementReport

#: What `verifier check` uses.  A verdict is wrong with probability at most 1e-3 a claim for a fresh seed; with this
#: one, fixed, it is what it is.
SEED = 20201
Select = Callable[[Mapping[str, Any]], bool]


@cache
def project() -> Project:
    return default_project()


def report(
    entry: Entry, select: Select = lambda parameters: True, options: RunOptions | None = None
) -> StatementReport:
    """The selected cells of a quick run, measured in this process."""
    options = options or RunOptions(quick=True)
    assert entry.check is not None
    groups = plan(entry.check, entry.statement, options, select=select)
    outcome = run([group for group in groups if group.needed], seed=SEED)
    covered = coverage(entry.statement, entry.check, options, select=select)
    found = statement_report(entry.statement, outcome.answers, Proofs(), covered, options=options, seed=SEED)
    assert not found.errors
    return found


def statuses(found: StatementReport) -> dict[str, str]:
    """The numeric status of each claim, by what follows the statement's name in its id."""
    return {claim.claim.id.split(".", 1)[1]: str(claim.numeric) for claim in found.claims}


def twin(name: str, claim: str, **changes: Any) -> tuple[Entry, Claim]:
    """The statement with one claim changed, and that claim alone left; the check measures only what it needs."""
    entry = project().entry(name)
    original = next(c for c in entry.statement.claims if c.id == f"{name}.{claim}")
    changed = replace(original, **{key: f(getattr(original, key)) for key, f in changes.items()})
    assert entry.check is not None
    parts = tuple(
        part if part.claims is None else replace(part, claims=(original.id,))
        for part in entry.check.parts
        if original.id in (part.claims or (original.id,))
    )
    statement = replace(entry.statement, claims=(changed,))
    return replace(entry, statement=statement, check=Check(name, *parts)), changed
