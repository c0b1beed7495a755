"""A statement's proof as plain data with all it rests on, and what the kernel says of such data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verifier.claims.goals import CheckedGoal, check_documents, status_of
from verifier.claims.proof import Proof
from verifier.claims.statement import Statement
from verifier.kernel.__main__ import BUNDLE, bundled
from verifier.kernel.core import documents
from verifier.kernel.core.sorts import Refused
from verifier.verdict import ProofStatus
from verifier.verdict.display import line
from verifier.verify.proof import load_rules


class NotAProof(ValueError):
    """There is no proof, or what is to be re-checked is none."""


@dataclass(frozen=True, repr=False)
class Rechecked:
    """The goals of a bundle as the kernel found them; ``problem``: why it refused the whole, or nothing."""

    goals: tuple[CheckedGoal, ...]
    problem: str = ""

    @property
    def holds(self) -> bool:
        """Whether every goal is proved, certified or cited."""
        return not self.problem and bool(self.goals) and not any(goal.error for goal in self.goals)

    @property
    def statuses(self) -> dict[str, ProofStatus]:
        """The status of each goal by its id: the best of several of one id."""
        rank = (ProofStatus.PROVED, ProofStatus.CERTIFIED, ProofStatus.CITED, ProofStatus.GAP)
        found: dict[str, ProofStatus] = {}
        for goal in self.goals:
            status = ProofStatus.GAP if goal.error or self.problem else status_of(goal.rests)
            found[goal.id] = min(status, found.get(goal.id, status), key=rank.index)
        return found

    def __repr__(self) -> str:
        words = [str(status) for status in self.statuses.values()]
        told = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))
        return f"<{line(f'{len(words)} goals: {told or self.problem}', 190)}>"


def bundle(statement: Statement) -> dict[str, Any]:
    """The proof of ``statement`` with every proof it rests on, fit for JSON.  NotAProof where it has none."""
    if not isinstance(statement.proof, Proof):
        raise NotAProof(f"{statement.name} has no proof: each of its claims is a gap")
    proof = statement.proof
    return {"format": BUNDLE, "documents": proof.documents(statement), "requests": proof.requests(statement)}


def recheck(data: Mapping[str, Any] | str | Path) -> Rechecked:
    """What the kernel says of a bundle, or of the file that holds one.  NotAProof where it cannot be read as one.

    Computed facts are computed again.  A goal says what it says, whatever it is called: :func:`verifier.check` holds
    goals against the claims.
    """
    try:
        text = Path(data).read_bytes() if isinstance(data, str | Path) else json.dumps(data).encode()
    except OSError as error:
        raise NotAProof(f"{data}: cannot be read: {error.strerror or error}") from None
    except (TypeError, ValueError) as error:
        raise NotAProof(f"not a proof: {error}") from None
    try:
        found = bundled(text)
        for one in found:
            documents.read(one)
    except Refused as error:
        raise NotAProof(f"not a proof: {' '.join(str(error).split())}") from None
    whole = json.loads(text)
    requests = whole.get("requests", {}) if isinstance(whole, dict) else {}
    load_rules(requests)
    checked = check_documents(found, requests)
    return Rechecked(checked.goals, checked.problem)
