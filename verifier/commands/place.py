"""The project that a command means, and the line that says so where the current folder does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from verifier.project import Project


def located(*, named: bool) -> Project:
    """The project that the current folder lies in, or else the shipped statements; see :func:`say_where`."""
    from verifier.project import default_project

    say_where(named=named)
    return default_project()


def say_where(*, named: bool) -> None:
    """Say first, on stderr, which project is meant, if it is not that of the current folder alone.

    That there is none is said unless the statements are ``named``: what is named is found or not.
    """
    from verifier.root import find

    root = find()
    told = root.told()
    if told and (root.found or not named):
        click.echo(f"verifier: {told}", err=True)
