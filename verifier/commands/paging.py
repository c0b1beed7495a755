"""Long text through the reader's pager, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console


def paged(draw: Callable[[Console], None], *, pager: bool = True) -> None:
    """Print what ``draw`` draws; where standard output is a terminal that it does not fit on, through a pager.

    The pager is that of the variable PAGER, else less.
    """
    from verifier.commands.screen import Screen

    console = Screen()
    if not pager or not sys.stdout.isatty():
        draw(console)
        return
    with console.capture() as captured:
        draw(console)
    text = captured.get()
    if text.count("\n") < console.height:
        click.echo(text, nl=False, color=True)
    else:
        click.echo_via_pager(text)
