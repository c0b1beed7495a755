"""The files of a project: statements in ``lemmas/``, what is measured in ``checks/``, paired by name.

Shipped statements are found where the package is (:data:`verifier.projects.root.SHIPPED`), a user's own in the project
that the current folder lies in; where both have a name, the user's file is meant.  Nothing is loaded before it is asked
for, and a file that cannot be loaded is an error of that statement alone.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType

from verifier.claims.proof import Proof
from verifier.claims.statement import Statement
from verifier.claims.wellformed import flaws
from verifier.projects.loading import LoadError, load_file
from verifier.projects.root import CHECKS, LEMMAS, SHIPPED, files, find
from verifier.quantities.check import Check


class UnknownStatement(ValueError):
    """No file of that name; the message suggests the nearest names."""


@dataclass(frozen=True)
class Entry:
    """One statement with the check of the same name, if there is one."""

    name: str
    statement: Statement
    module: ModuleType
    path: Path
    check: Check | None = None
    check_path: Path | None = None
    unchecked: str = ""  # why it has no check, in a sentence


@dataclass(frozen=True)
class Project:
    """Statements and checks found in ``roots``; where a name occurs twice, the last root wins."""

    roots: tuple[Path, ...]
    _entries: dict[str, Entry] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def lemma_files(self) -> dict[str, Path]:
        """The statement files by name, sorted."""
        return files(self.roots, LEMMAS)

    @cached_property
    def check_files(self) -> dict[str, Path]:
        """The check files by name, sorted."""
        return files(self.roots, CHECKS)

    @property
    def names(self) -> list[str]:
        """Every name that has a statement file."""
        return list(self.lemma_files)

    @property
    def own_names(self) -> list[str]:
        """The names stated in the last root, a user's own; none where that is the only root."""
        if len(self.roots) < 2:
            return []
        own = self.roots[-1] / LEMMAS
        return [name for name, path in self.lemma_files.items() if path.parent == own]

    def group_of(self, name: str) -> str:
        """The group that ``name`` is listed under; none for a file that cannot be loaded, which loading it tells."""
        try:
            return self.statement(name).statement.group
        except LoadError:
            return ""

    def groups(self) -> dict[str, list[str]]:
        """The names by the group they are listed under, those without one under ``""``, which comes first."""
        found: dict[str, list[str]] = {"": []}
        for name in self.names:
            found.setdefault(self.group_of(name), []).append(name)
        return found

    def usual(self, names: Iterable[str] | None = None) -> list[str]:
        """Of ``names``, by default one's own or else all, those of no group: what a command without names is about."""
        return [name for name in (names or self.own_names or self.names) if not self.group_of(name)]

    def path_of(self, name: str) -> Path:
        """The file that states ``name``; UnknownStatement, with the nearest names, if there is none."""
        if name in self.lemma_files:
            return self.lemma_files[name]
        if name in self.check_files:
            raise UnknownStatement(
                f"{name!r} has a check ({self.check_files[name]}) but no statement: write {LEMMAS}/{name}.py"
            )
        near = difflib.get_close_matches(name, self.names, n=3, cutoff=0.5)
        known = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(self.names) or 'none'}"
        raise UnknownStatement(f"unknown statement {name!r}; {known}")

    def statement(self, name: str) -> Entry:
        """The entry of ``name`` without its check.  Raises UnknownStatement or LoadError."""
        if name not in self._entries:
            path = self.path_of(name)
            module = load_file(path)
            statement = getattr(module, "statement", None)
            if not isinstance(statement, Statement):
                raise LoadError(path, None, "defines no `statement` (a verifier.claims.statement.Statement)")
            if statement.name != name:
                raise LoadError(path, None, f"states {statement.name!r}; a file is named after its statement")
            for flaw in flaws(statement):
                raise LoadError(path, None, flaw)
            self._entries[name] = Entry(name, statement, module, path)
        return self._entries[name]

    def entry(self, name: str) -> Entry:
        """The statement and its check.  Raises UnknownStatement or LoadError.

        A check belongs to the statement of its name in the same root: what one project measures says nothing of
        another one's statement.
        """
        found = self.statement(name)
        root = found.path.parent.parent
        path = root / CHECKS / f"{name}.py"
        if path.is_file():
            return replace(found, check=load_check(path), check_path=path)
        return replace(found, unchecked=self._unchecked(name, root))

    def _unchecked(self, name: str, root: Path) -> str:
        """Why nothing measures ``name``, and which check may have been meant for it."""
        lost = [path.stem for path in self.check_files.values()
                if path.parent.parent == root and path.stem not in files([root], LEMMAS)]  # fmt: skip
        near = difflib.get_close_matches(name, lost, n=1, cutoff=0.5) or lost[:1]
        hint = f"; {CHECKS}/{near[0]}.py has no statement" if near else ""
        return f"nothing measures it: there is no {CHECKS}/{name}.py{hint}"

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader of any result must know: files that shadow others, checks that belong to no statement."""
        found = []
        for number, root in enumerate(self.roots):
            own = files([root], LEMMAS)
            earlier = {name: before for before in self.roots[:number] for name in files([before], LEMMAS)}
            found += [f"{LEMMAS}/{name}.py shadows the shipped statement {name}" for name in own if name in earlier]
            if number:
                found += [
                    f"{CHECKS}/{name}.py is not used: there is no {LEMMAS}/{name}.py beside it"
                    for name in files([root], CHECKS) if name not in own
                ]  # fmt: skip
        return tuple(found)

    def dependencies(self, name: str) -> list[str]:
        """The statements whose claims the proof of ``name`` cites, in the order they are listed."""
        proof = self.statement(name).statement.proof
        return [statement.name for statement in proof.uses] if isinstance(proof, Proof) else []


def load_check(path: Path) -> Check:
    """The check in ``path``.  Raises LoadError naming the file."""
    check = getattr(load_file(path), "check", None)
    if not isinstance(check, Check):
        raise LoadError(path, None, "defines no `check` (a verifier.quantities.check.Check)")
    if check.name != path.stem:
        raise LoadError(path, None, f"checks {check.name!r}; a file is named after its statement")
    return check


def default_project() -> Project:
    """The shipped files, and those of the project that the current folder lies in, if it lies in one."""
    return Project(tuple(dict.fromkeys([SHIPPED, find().folder])))
