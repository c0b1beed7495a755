"""What a command is asked about: statements, claims of them by their id, cells of them by their parameters.

``theorem1`` is a statement, ``theorem1.zero`` one of its claims, ``theorem1::H=2,r=3`` its cells at these parameters
and ``theorem1.zero::H=2`` cells of that claim.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.claims.statement import Statement
from verifier.projects.loading import LoadError
from verifier.projects.project import Project, UnknownStatement
from verifier.quantities.select import Selection

CELLS = "::"


@dataclass(frozen=True)
class Chosen:
    """One of the words: a statement, and of it a claim, and of these the cells; None is all of them."""

    word: str
    statement: str
    claim: str | None = None
    cells: Selection | None = None

    def meets(self, claim: str, parameters: Mapping[str, Any]) -> bool:
        """Whether a claim at a cell is meant."""
        return self.claim in (None, claim) and (self.cells is None or self.cells(parameters))


@dataclass(frozen=True)
class Choice:
    """All that is meant of one statement: what one of the targets means."""

    targets: tuple[Chosen, ...]

    def claims(self, statement: Statement) -> tuple[str, ...]:
        """The ids of the claims that are meant."""
        own = [claim.id for claim in statement.claims]
        return tuple(name for name in own if any(target.claim in (None, name) for target in self.targets))

    def cell(self, parameters: Mapping[str, Any]) -> bool:
        """Whether a cell is meant, of whichever claim."""
        return any(target.cells is None or target.cells(parameters) for target in self.targets)

    def __call__(self, claim: str, parameters: Mapping[str, Any]) -> bool:
        return any(target.meets(claim, parameters) for target in self.targets)


def choices(targets: Iterable[Chosen]) -> dict[str, Choice]:
    """The targets by statement, in the order in which these are first named."""
    found: dict[str, tuple[Chosen, ...]] = {}
    for target in targets:
        found[target.statement] = (*found.get(target.statement, ()), target)
    return {name: Choice(own) for name, own in found.items()}


def parts(targets: Iterable[Chosen]) -> dict[str, Choice]:
    """The choices of the statements of which not all is meant: none of their targets is the statement itself."""
    return {
        name: choice
        for name, choice in choices(targets).items()
        if all(target.claim is not None or target.cells is not None for target in choice.targets)
    }


def resolve(project: Project, word: str) -> Chosen:
    """What ``word`` names in ``project``.

    Raises UnknownStatement, with the nearest names, for a statement or a claim that there is not, ValueError for cells
    that are no comparisons, LoadError where the statement of a claim cannot be loaded.
    """
    name, colons, expression = word.partition(CELLS)
    if colons and not expression.strip():
        raise ValueError(f"{word!r} names no cells; they are named as in {name or 'theorem1'}::H=2,r=3")
    cells = Selection(expression, told=repr(word)) if colons else None
    if name in project.lemma_files:
        return Chosen(word, name, None, cells)
    before = [name[:at] for at, letter in enumerate(name) if letter == "." and name[:at] in project.lemma_files]
    if before:
        statement = project.statement(before[-1]).statement
        if any(claim.id == name for claim in statement.claims):
            return Chosen(word, statement.name, name, cells)
    elif "." not in name:
        project.path_of(name)  # raises
    known = _claims(project)
    if name in known:  # a claim need not be called after its statement
        return Chosen(word, known[name], name, cells)
    raise UnknownStatement(_unknown(name, before[-1] if before else None, known))


def _claims(project: Project) -> dict[str, str]:
    """The statement of every claim, as far as the files can be loaded."""
    found: dict[str, str] = {}
    for name in project.names:
        try:
            statement = project.statement(name).statement
        except LoadError:
            continue
        for claim in statement.claims:
            found.setdefault(claim.id, name)
    return found


def _unknown(name: str, statement: str | None, known: Mapping[str, str]) -> str:
    """One sentence: there is no such claim, and what may have been meant."""
    if statement is None:
        near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
        hint = f"did you mean {' or '.join(near)}?" if near else "verifier list tells the statements, show their claims"
        return f"unknown claim {name!r}; {hint}"
    own = [claim for claim, of in known.items() if of == statement]
    near = difflib.get_close_matches(name, own, n=3, cutoff=0.7)
    tail = name.removeprefix(f"{statement}.")
    other = [claim for claim in known if claim not in own and claim.partition(".")[2] == tail]
    told = [f"did you mean {' or '.join(near)}?"] if near else [f"it has {', '.join(own)}"]
    told += [f"{', '.join(other[:3])} {'is' if len(other) == 1 else 'are'} of another statement"] if other else []
    return f"{statement} has no claim {name!r}; {'; '.join(told)}"


def whole(targets: Sequence[Chosen], command: str) -> None:
    """ValueError where cells are named for a ``command`` that speaks of statements and claims only."""
    for target in targets:
        if target.cells is not None:
            name = target.claim or target.statement
            raise ValueError(
                f"{target.word!r}: verifier {command} speaks of statements and claims, not of cells; say {name}, or "
                f"run verifier check on them"
            )
