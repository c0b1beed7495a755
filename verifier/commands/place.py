"""The project that a command means, and the line that says so where the current folder does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from verifier.commands.codes import CommandError

if TYPE_CHECKING:
    from pathlib import Path

    from verifier.projects.choosing import Chosen
    from verifier.projects.project import Project


def located(*, named: bool) -> Project:
    """The project that the current folder lies in, or else the shipped statements; see :func:`say_where`."""
    from verifier.projects.project import default_project

    say_where(named=named)
    return default_project()


def targets_of(project: Project, words: Sequence[str], whole_for: str = "") -> list[Chosen]:
    """What the words on a command line name.  CommandError, with the nearest names, for what there is not.

    Cells are refused where the command ``whole_for`` speaks of none.
    """
    from verifier.projects.choosing import resolve, whole
    from verifier.projects.loading import LoadError

    try:
        found = [resolve(project, word) for word in words]
        if whole_for:
            whole(found, whole_for)
    except (ValueError, LoadError) as error:
        raise CommandError(str(error)) from None
    return found


def statements_of(project: Project, words: Sequence[str], command: str) -> list[str]:
    """The statements that the words name, each once; of a claim's id its statement, which is said on stderr.

    For commands that are about whole statements.  CommandError as :func:`targets_of`.
    """
    targets = targets_of(project, words, command)
    for target in targets:
        if target.claim is not None:
            whole = f"{target.word} is a claim of {target.statement}: verifier {command} takes the whole statement"
            click.echo(f"verifier: {whole}", err=True)
    return list(dict.fromkeys(target.statement for target in targets))


def complete_statements(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """For the shell: the names of statements that begin so."""
    from verifier.projects.root import LEMMAS, SHIPPED, files, find

    return [name for name in files([SHIPPED, find().folder], LEMMAS) if name.startswith(incomplete)]


def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """For the shell: the names of statements that begin so; from a statement's dot on, the ids of its claims."""
    found = complete_statements(context, parameter, incomplete)
    owner = incomplete.rpartition(".")[0]
    while owner and owner not in complete_statements(context, parameter, owner):
        owner = owner.rpartition(".")[0]
    if not owner:
        return found
    from verifier.projects.project import default_project

    try:
        claims = default_project().statement(owner).statement.claims
    except Exception:  # a file that cannot be loaded completes to nothing; a command says what is wrong with it
        return found
    return found + [claim.id for claim in claims if claim.id.startswith(incomplete)]


def say_what(doing: str, words: Sequence[str], seed: int, folder: Path | None = None) -> None:
    """Say at once, on stderr and before anything is loaded, what is begun: what was named, where, and the seed."""
    from verifier.inputs.visible import one_line
    from verifier.projects.root import find

    few = ", ".join(words) if 0 < len(words) <= 4 else f"{len(words)} of the statements" if words else "all statements"
    click.echo(one_line(f"{doing} {few} in {folder or find().folder}, seed {seed}"), err=True)


def say_where(*, named: bool) -> None:
    """Say first, on stderr, which project is meant, if it is not that of the current folder alone.

    That there is none is said unless the statements are ``named``: what is named is found or not.
    """
    from verifier.projects.root import find

    root = find()
    told = root.told()
    if told and (root.found or not named):
        click.echo(f"verifier: {told}", err=True)
