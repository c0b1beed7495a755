"""``verifier report``: the results of the last check as one file that can be cited and attached."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verifier.commands.codes import CommandError
from verifier.commands.files import writable, write
from verifier.commands.keep import keeping
from verifier.commands.options import Whole, verbosity
from verifier.commands.place import complete_statements, located, statements_of
from verifier.verdict.codes import EXPECTED

if TYPE_CHECKING:
    from verifier.report.model import HuntData
    from verifier.sampling.store import Run

FORMATS = {"html": ".html", "md": ".md", "json": ".json", "tex": ".tex"}


@click.command()
@click.argument("names", nargs=-1, shell_complete=complete_statements)
@click.option("-o", "--output", metavar="FILE", help="The file to write; - is standard output. [default: report.html]")
@click.option("--format", "kind", type=click.Choice(list(FORMATS)), help="By default, what the file's name says.")
@click.option("--run", "number", type=Whole(1), help="A stored run other than the last; verifier history lists them.")
@click.option("--results", metavar="FILE", help="A run in a file, as verifier store export writes it.")
@click.option("--force", is_flag=True, help="Render results of another version of verifier.")
@verbosity
def report(
    names: tuple[str, ...], output: str | None, kind: str | None, number: int | None, results: str | None, force: bool,
    verbose: int, quiet: bool,
) -> int:  # fmt: skip
    """Write the results of the last `verifier check` as a report; check first if there are none.

    Without NAMES: every statement of that check.  The file is complete in itself: no network and no script is
    needed to read it.  It is written whole or not at all, and an older report stays until the new one is there.
    """
    kind = kind or _kind(output)
    output = output if output is not None else f"report{FORMATS[kind]}"
    if output != "-":
        writable(output)
    data = results_of(names, results, number=number, force=force, quiet=quiet)
    text = rendered(data, kind)
    if output == "-":
        click.echo(text, nl=False)
        return EXPECTED
    write(output, text)
    if not quiet:
        count = data["counts"]["statements"]
        what = f"{count} statement{'' if count == 1 else 's'}"
        click.echo(f"{output}: {what}, {len(text.encode()) / 1e6:.1f} MB, {_which(data['run'])}")
    return EXPECTED


def _which(run: dict[str, Any]) -> str:
    number = f"run {run['number']}, " if run.get("number") is not None else ""
    return f"{number}the check of {run['time']}"


def _kind(output: str | None) -> str:
    """The format that a file's name asks for.  HTML where it asks for nothing."""
    suffix = Path(output).suffix.lower() if output not in (None, "-") else ""
    found = next((kind for kind, ending in FORMATS.items() if ending == suffix), None)
    if found is None and suffix not in ("", ".htm"):
        raise CommandError(f"-o {output}: the name ends in {suffix}; say --format {', '.join(FORMATS)}")
    return found or "html"


def results_of(
    names: Sequence[str],
    results: str | None = None,
    *,
    number: int | None = None,
    force: bool = False,
    quiet: bool = False,
) -> dict[str, Any]:
    """The document of the run that ended last (or of one by number, or of the file ``results``), of ``names`` alone.

    Checks if there is none.
    """
    from verifier.report.excerpts import restricted
    from verifier.report.stored import ResultsError, read

    names = statements_of(located(named=bool(names)), names, "report")
    if results is not None and number is not None:
        raise CommandError("--run and --results exclude each other")
    try:
        found = Path(results) if results is not None else _stored(number)
        data = read(found if found is not None else _check(names, quiet), force=force)
    except ResultsError as error:
        raise CommandError(str(error)) from None
    if results is None:
        data["hunts"] = _hunts(data["statements"])
    data["run"] |= {"number": None if found is None or isinstance(found, Path) else found.number}
    if not names:
        return data
    there = [statement["name"] for statement in data["statements"]]
    missing = [name for name in names if name not in there]
    if missing:
        listed = ", ".join(missing)
        raise CommandError(
            f"{listed}: not in the last check, which has {', '.join(there)}; run verifier check {' '.join(names)}"
        )
    return restricted(data, names)


def _hunts(statements: Sequence[dict[str, Any]]) -> list[HuntData]:
    """The hunts of these statements' claims that are kept.  CommandError."""
    from verifier.report.hunts import of_claims, stored_hunts
    from verifier.report.stored import place
    from verifier.sampling.store import StoreError

    try:
        return of_claims(stored_hunts(place()), statements)
    except StoreError as error:
        raise CommandError(str(error)) from None


def _stored(number: int | None) -> Run | None:
    """The run of this number, or the one that ended last; None without any.  CommandError, ResultsError."""
    from verifier.report.stored import old_runs, stored_runs

    runs = stored_runs()
    if number is not None:
        for run in runs:
            if run.number == number:
                return run
        raise CommandError(f"--run {number}: it is not stored; verifier history lists those that are")
    if not runs and (old := old_runs()):
        click.echo(
            f"verifier: {len(old)} runs of an earlier version are stored as files, which are not read any more; "
            f"--results {os.path.relpath(old[0])} shows the last, verifier check stores a new one", err=True,
        )  # fmt: skip
    return runs[0] if runs else None


def _check(names: Sequence[str], quiet: bool) -> Run:
    """Run the check that was never run, as ``verifier check`` does, and keep it."""
    from functools import partial

    from verifier.commands.check import DEFAULT_SEED
    from verifier.commands.progress import progress
    from verifier.projects.project import default_project
    from verifier.report.stored import command_line, latest
    from verifier.sampling.plan import RunOptions
    from verifier.sampling.workers import available_cores, limit_threads
    from verifier.verify.run import run_check

    project = default_project()
    entries = [project.entry(name) for name in names or project.usual(project.names)]
    if not entries:
        raise CommandError("there are no statements here, and no results of a check")
    if not quiet:
        click.echo("no results of a check are stored here: checking first", err=True)
    limit_threads()
    display = partial(progress, quiet=quiet)
    with keeping(command_line(RunOptions(), DEFAULT_SEED, names, None), store=True, required=True) as kept:
        found = run_check(
            project, entries, RunOptions(), seed=DEFAULT_SEED, jobs=available_cores(), display=display, kept=kept.keeper
        )
        if not kept.keep(found):
            raise CommandError("there is nothing to report: the results could not be stored")
    run = latest()
    assert run is not None
    return run


def rendered(data: dict[str, Any], kind: str) -> str:
    """The document in one of the formats."""
    if kind == "json":
        return json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    if kind == "md":
        from verifier.report.markdown import render as markdown

        return markdown(data)
    if kind == "tex":
        from verifier.report.tex import render as tex

        return tex(data)
    from verifier.report.exact import SecondMoments
    from verifier.report.html import render as page

    return page(data, SecondMoments())
