"""The proof of a statement as its author writes it: a function on a proof builder, run when it is first needed.

>>> proof = Proof(prove, uses=(lemma4.statement,))
>>> statement = Statement("theorem1", ..., proof=proof)
>>> statement.proof.documents(statement)[-1]["goals"]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from verifier.claims.author import Author
from verifier.claims.expressions import CannotCompile
from verifier.claims.statement import Statement
from verifier.inputs.fields import checked
from verifier.kernel.core.sorts import Refused


@checked
@dataclass(frozen=True, eq=False)
class Proof:
    """``prove`` gives an :class:`Author` the goals of the statement; ``uses`` are the statements whose goals it cites.

    What ``prove`` raises (Refused) ends it: the goals before stand, the others are gaps with that reason.
    """

    prove: Callable[[Author], None]
    uses: tuple[Statement, ...] = ()
    _made: dict[str, tuple[Author, str]] = field(default_factory=dict, repr=False)

    def author(self, statement: Statement) -> Author:
        """The proof builder after ``prove`` has run."""
        return self._run(statement)[0]

    def stopped(self, statement: Statement) -> str:
        """Why ``prove`` stopped before its end; empty where it did not."""
        return self._run(statement)[1]

    def documents(self, statement: Statement) -> list[dict[str, Any]]:
        """The proof documents it rests on, dependencies first, and its own last."""
        found: dict[str, dict[str, Any]] = {}
        for other in self.uses:
            if isinstance(other.proof, Proof):
                for document in other.proof.documents(other):
                    found.setdefault(document["statement"], document)
        return [*found.values(), self.author(statement).document()]

    def requests(self, statement: Statement) -> dict[str, Any]:
        """The requests to engines of all those documents, by the digests of what they compute."""
        found: dict[str, Any] = {}
        for other in self.uses:
            if isinstance(other.proof, Proof):
                found |= other.proof.requests(other)
        return found | self.author(statement).requests()

    def _run(self, statement: Statement) -> tuple[Author, str]:
        if statement.name not in self._made:
            earlier = [other.proof.author(other) for other in self.uses if isinstance(other.proof, Proof)]
            author = Author(statement.name, statement.claims, statement.hypotheses, earlier)
            problem = ""
            try:
                self.prove(author)
            except (Refused, CannotCompile) as error:
                problem = str(error)
            self._made[statement.name] = (author, problem)
        return self._made[statement.name]
