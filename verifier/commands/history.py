"""``verifier history``: verdicts and exponents over the stored runs and the commits they were made at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verifier.commands.codes import CommandError
from verifier.commands.files import writable, write
from verifier.commands.options import Whole, as_json, verbosity
from verifier.commands.place import complete_statements
from verifier.verdict.codes import EXPECTED, NOTHING

if TYPE_CHECKING:
    from verifier.report.history import Past


@click.command()
@click.argument("names", nargs=-1, shell_complete=complete_statements)
@click.option("--last", type=Whole(1), metavar="N", help="Only the last N runs.")
@click.option("-o", "--output", metavar="FILE", help="A picture: NAME.svg, or NAME.png where resvg is installed.")
@as_json
@verbosity
def history(
    names: tuple[str, ...], last: int | None, output: str | None, as_json: bool, verbose: int, quiet: bool
) -> int:
    """What the stored runs found, in the order in which they ended: verdicts, and with -v exponents.

    A row stands where a statement's verdicts are not those of the run before, marked with *, and for the last run.
    The commit is the project's, where it is in a repository, and else that of verifier itself.
    """
    from verifier.report import history as past
    from verifier.report.stored import ResultsError

    if output is not None and Path(output).suffix.lower() not in (".svg", ".png"):
        raise CommandError(f"-o {output}: the name must end in .svg or .png")
    if output is not None:
        writable(output)
    try:
        found = past.history(names, last)
    except ResultsError as error:
        raise CommandError(str(error)) from None
    if not found:
        what = f"no stored run is about {', '.join(names)}" if names else "no run is stored"
        raise CommandError(f"{what}: verifier check stores what it finds", NOTHING)
    if output is not None:
        _draw(output, found)
    if as_json:
        click.echo(json.dumps(past.as_json(found), indent=2))
    elif not quiet:
        _render(found, verbose)
    return EXPECTED


def _draw(output: str, found: list[Past]) -> None:
    from verifier.report.history import picture

    text = picture(found)
    if output.lower().endswith(".svg"):
        write(output, text + "\n")
        return
    from verifier.report.fit_plot import png
    from verifier.sampling.files import replacing

    try:
        data = png(text)
        with replacing(Path(output)) as temporary:
            temporary.write_bytes(data)
    except ValueError as error:
        raise CommandError(f"-o {output}: {error}") from None
    except OSError as error:
        raise CommandError(f"-o {output}: cannot be written: {error.strerror or error}") from None


def _render(found: list[Past], verbose: int) -> None:
    from verifier.commands.screen import Screen
    from verifier.report.history import exponent_rows, rows

    console = Screen()
    _table(console, ("run", "commit", "ended", "statement", "verdicts"), list(rows(found)))
    if verbose:
        console.print()
        _table(console, ("run", "claim", "cell", "exponent", "samples say"), list(exponent_rows(found)))
    many = "1 run" if len(found) == 1 else f"{len(found)} runs"
    console.print(f"{many}, from {found[0].run.finished} to {found[-1].run.finished}; * changed", style="dim")


def _table(console: object, names: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    from rich.table import Table
    from rich.text import Text

    from verifier.commands.screen import Screen

    assert isinstance(console, Screen)
    table = Table(box=None, header_style="dim", show_edge=False, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, no_wrap=name in ("run", "commit", "exponent"), overflow="fold")
    for row in rows:
        table.add_row(*(Text(text) for text in row))
    console.print(table)
