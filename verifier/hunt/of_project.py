"""The targets of a project: which statements, claims and files a word of the command line means."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from verifier.claims.statement import Form
from verifier.hunt.space import SpaceError
from verifier.hunt.target import NoSpace, Target, targets
from verifier.hunt.version import version
from verifier.projects.choosing import resolve
from verifier.projects.loading import LoadError
from verifier.projects.project import Entry, Project


def of_words(project: Project, words: Sequence[str], form: Form | None = None) -> tuple[Target, ...]:
    """The targets of statements and claims by name; a claim alone, or all of a statement's, of one ``form`` if given.

    ``theorem1.printed`` is a claim.  Raises UnknownStatement, LoadError, NoSpace, SpaceError, and ValueError for cells.
    """
    found: list[Target] = []
    for word in dict.fromkeys(words):
        target = resolve(project, word)
        if target.cells is not None:
            raise ValueError(f"{word!r}: verifier hunt searches a whole space; one instance is decided by --at")
        claims = None if target.claim is None else (target.claim,)
        found += of_entry(project.entry(target.statement), claims, form)
    return tuple(found)


def of_all(project: Project, form: Form | None = None) -> tuple[tuple[Target, ...], tuple[str, ...]]:
    """The targets of every statement that declares a space, and the names of those that do not."""
    found: list[Target] = []
    skipped: list[str] = []
    for name in project.usual():
        try:
            found += of_entry(project.entry(name), None, form)
        except (NoSpace, SpaceError, LoadError):
            skipped.append(name)
    return tuple(found), tuple(skipped)


def of_entry(entry: Entry, claims: Sequence[str] | None, form: Form | None) -> tuple[Target, ...]:
    """The targets of one statement with its check."""
    own = [c.id for c in entry.statement.claims if form is None or c.form is form]
    wanted = own if claims is None else [c for c in own if c in claims]
    found = targets(
        entry.statement, entry.check, source=entry.check_path, violated=entry.statement.violated, claims=wanted,
        code=code_of(entry.path, entry.check_path),
    )  # fmt: skip
    return tuple(replace(target, code=f"{target.code} {version(target)}") for target in found)


def code_of(*paths: Path | None) -> str:
    """A digest of files."""
    found = hashlib.sha256()
    for path in paths:
        if path is not None:
            found.update(path.read_bytes())
    return found.hexdigest()[:16]
