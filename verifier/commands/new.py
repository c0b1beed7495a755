"""``verifier new``: a project of one's own, with a worked example."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from verifier.commands.codes import CommandError
from verifier.commands.options import verbosity
from verifier.verdict.codes import EXPECTED


@click.command()
@click.argument("directory", metavar="DIR")
@verbosity
def new(directory: str, verbose: int, quiet: bool) -> int:
    """Write a small project into DIR: a claim with its proof and its check, and a workflow that gates it."""
    from verifier.projects.new import create

    try:
        written = create(Path(directory))
    except ValueError as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"{directory}: cannot be written: {error.strerror or error}") from None
    if not quiet:
        for path in written:
            click.echo(path)
        enter = "" if Path(directory).resolve() == Path.cwd() else f"cd {shlex.quote(directory)} && "
        click.echo(f"next: {enter}verifier check && verifier gate")
    return EXPECTED
