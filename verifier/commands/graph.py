"""``verifier graph``: the statements and what their proofs cite, drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from verifier.commands.codes import CommandError
from verifier.commands.files import writable, write
from verifier.commands.options import verbosity
from verifier.commands.place import complete_statements, located, statements_of
from verifier.verdict.codes import EXPECTED


@click.command()
@click.argument("names", nargs=-1, shell_complete=complete_statements)
@click.option("-o", "--output", metavar="FILE", required=True, help="The file to write: NAME.svg or NAME.dot.")
@verbosity
def graph(names: tuple[str, ...], output: str, verbose: int, quiet: bool) -> int:
    """Draw which statements rest on which, from what their proofs cite.

    Border: the statement as printed, dashed where it is wrong.  Fill: the proof of the amended statement.  The
    last check's verdicts are used; without one the proofs are re-checked now, and nothing is sampled.
    """
    from verifier.report.graph import dot, drawn

    suffix = Path(output).suffix.lower()
    if suffix not in (".svg", ".dot"):
        raise CommandError(f"-o {output}: the name must end in .svg or .dot")
    writable(output)
    data = _data(names, quiet)
    try:
        text = dot(data) if suffix == ".dot" else drawn(data, standalone=True) + "\n"
    except ValueError as error:
        raise CommandError(str(error)) from None
    write(output, text)
    if not quiet:
        click.echo(f"{output}: {len(data['nodes'])} nodes, {len(data['edges'])} edges")
    return EXPECTED


def _data(names: tuple[str, ...], quiet: bool) -> dict[str, Any]:
    from verifier.commands.report import results_of
    from verifier.report.stored import ResultsError, latest

    try:
        last = latest()
    except ResultsError as error:
        raise CommandError(str(error)) from None
    if last is not None:
        found: dict[str, Any] = results_of(names, quiet=quiet)["graph"]
        return found
    return _recheck(names)


def _recheck(names: tuple[str, ...]) -> dict[str, Any]:
    """The graph from the proofs alone."""
    from verifier.commands.check import DEFAULT_SEED
    from verifier.report.document import document
    from verifier.sampling.plan import RunOptions
    from verifier.verify.results import RunReport
    from verifier.verify.run import proofs_alone

    project = located(named=bool(names))
    named = statements_of(project, names, "graph")
    reports = [proofs_alone(project.entry(name)) for name in named or project.names]
    if not reports:
        raise CommandError("there are no statements here")
    report = RunReport(DEFAULT_SEED, RunOptions(), tuple(reports))
    graph: dict[str, Any] = document(report, time="", command="")["graph"]
    return graph
