"""``verifier list`` and ``verifier show``: what is stated, without running anything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from verifier.commands.codes import EXPECTED, NOTHING, USAGE, CommandError
from verifier.commands.options import as_json, verbosity

if TYPE_CHECKING:
    from rich.console import Console

    from verifier.project import Entry
    from verifier.statement import Claim, Statement


@click.command("list")
@as_json
@verbosity
def list_(as_json: bool, verbose: int, quiet: bool) -> int:
    """The statements that are known: shipped, and in the folder lemmas/ of the current directory.

    Proofs and samples are shown as the last stored run of `verifier check` found them.
    """
    from verifier.loading import LoadError
    from verifier.project import default_project

    project = default_project()
    found = _last_found()
    entries, broken = [], []
    for name in project.names:
        try:
            entries.append(project.statement(name))
        except LoadError as error:
            broken.append(str(error))
    if not entries and not broken:
        raise CommandError("there are no statements here", NOTHING)
    if as_json:
        rows = [
            {
                "name": entry.name,
                "title": entry.statement.title,
                "claims": len(entry.statement.claims),
                "proof": entry.statement.proof is not None,
                "check": entry.name in project.check_files,
                "expected": {str(form): str(word) for form, word in entry.statement.expected.items()},
                "found": found.get(entry.name, {}),
                "file": str(entry.path),
            }
            for entry in entries
        ]
        click.echo(json.dumps(rows, indent=2))
    else:
        _render_list(entries, found)
    for message in broken:
        click.echo(f"verifier: {message}", err=True)
    return USAGE if broken else EXPECTED


def _last_found() -> dict[str, dict[str, dict[str, str]]]:
    """By statement and form, the weakest proof status and the weakest numeric one of the last run with it in."""
    from pathlib import Path

    from verifier.sampling.store import FOLDER
    from verifier.verdict import NumericStatus, ProofStatus, weakest_numeric, weakest_proof

    found: dict[str, dict[str, dict[str, str]]] = {}
    for path in sorted((Path.cwd() / FOLDER / "runs").glob("*.json")):
        try:
            statements = json.loads(path.read_text(encoding="utf-8"))["report"]["statements"]
            for one in statements:
                found[one["name"]] = {
                    form: {
                        "proof": str(weakest_proof(ProofStatus(c["proof"]) for c in claims)),
                        "numeric": str(weakest_numeric(NumericStatus(c["numeric"]) for c in claims)),
                    }
                    for form in ("printed", "amended")
                    if (claims := [c for c in one["claims"] if c["form"] == form])
                }
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a run that cannot be read says nothing
    return found


def _render_list(entries: list[Entry], found: dict[str, dict[str, dict[str, str]]]) -> None:
    from rich.console import Console
    from rich.table import Table

    rows = []
    for entry in entries:
        forms = found.get(entry.name, {})
        words = [
            f"{forms[form]['proof']} / {forms[form]['numeric']}" if form in forms else "-"
            for form in ("printed", "amended")
        ]
        rows.append((entry.name, entry.statement.title, *words))
    console = Console(highlight=False)
    table = Table(box=None, header_style="dim", show_edge=False, padding=(0, 2, 0, 0))
    columns = ("name", "title", "printed", "amended")
    widest = [max([len(column), *(len(row[i]) for row in rows)]) for i, column in enumerate(columns)]
    left = max(12, console.width - 8 - sum(widest) + widest[1])  # what the other columns leave to the title
    for column, width in zip(columns, widest, strict=True):
        most = min(width, left) if column == "title" else width
        table.add_column(column, overflow="ellipsis", no_wrap=True, width=most)
    for row in rows:
        table.add_row(*row)
    console.print(table)
    if found:
        console.print("proof / samples, as the last run of verifier check found them", style="dim")
    else:
        console.print("no stored run yet: verifier check fills in the last two columns", style="dim")


@click.command()
@click.argument("name")
@as_json
@verbosity
def show(name: str, as_json: bool, verbose: int, quiet: bool) -> int:
    """A statement in full: claims, hypotheses with their witnesses, proof, errata."""
    from verifier.loading import LoadError
    from verifier.project import UnknownStatement, default_project

    project = default_project()
    try:
        entry = project.statement(name)
    except (UnknownStatement, LoadError) as error:
        raise CommandError(str(error)) from None
    if as_json:
        click.echo(json.dumps(_as_data(entry.statement), indent=2))
        return EXPECTED
    from rich.console import Console

    _render(entry.statement, Console(highlight=False))
    return EXPECTED


def _as_data(statement: Statement) -> dict[str, Any]:
    return {
        "name": statement.name,
        "title": statement.title,
        "source": {
            "document": statement.source.document,
            "section": statement.source.section,
            "equations": list(statement.source.equations),
        },
        "summary": statement.summary,
        "claims": [
            {
                "id": claim.id,
                "form": str(claim.form),
                "kind": str(claim.kind),
                "text": claim.text,
                "quantity": str(claim.quantity),
                "exponent": None if claim.exponent is None else str(claim.exponent),
                "value": None if claim.value is None else str(claim.value),
                "where": str(claim.where),
                "hypotheses": list(claim.hypotheses),
                "errata": list(claim.errata),
            }
            for claim in statement.claims
        ],
        "hypotheses": [
            {
                "id": hypothesis.id,
                "text": hypothesis.text,
                "when": str(hypothesis.when),
                "witness": {
                    "text": hypothesis.witness.text,
                    "parameters": {key: str(value) for key, value in hypothesis.witness.parameters.items()},
                    "claim": hypothesis.witness.claim,
                    "proof": hypothesis.witness.proof,
                    "reproduce": hypothesis.witness.reproduce,
                },
                "errata": list(hypothesis.errata),
            }
            for hypothesis in statement.hypotheses
        ],
        "errata": [vars(erratum) for erratum in statement.errata],
        "proof": [
            {"id": step.get("id"), "rule": step.get("rule"), "premises": step.get("premises", [])}
            for step in (statement.proof or {}).get("steps", [])
        ],
        "expected": {str(form): str(word) for form, word in statement.expected.items()},
    }


def _render(statement: Statement, console: Console) -> None:
    from rich.text import Text

    from verifier.report.text import source_line

    console.print(Text.assemble((statement.name, "bold"), "  ", statement.title))
    console.print(source_line(statement.source), style="dim")
    if statement.summary:
        console.print()
        console.print(Text(statement.summary))
    for claim in statement.claims:
        _render_claim(claim, console)
    if statement.hypotheses:
        _heading("hypotheses, each with an instance that shows it is needed", console)
    for hypothesis in statement.hypotheses:
        when = "" if str(hypothesis.when) == "True" else f"  (when {hypothesis.when})"
        console.print(Text(f"  {hypothesis.id}", style="bold"))
        _lines([("says", f"{hypothesis.text}{when}"), ("without it", hypothesis.witness.text)], console, indent=4)
        if hypothesis.witness.reproduce:
            console.print(Text(f"    {hypothesis.witness.reproduce}", style="dim"), soft_wrap=True)
    _render_proof(statement, console)
    if statement.errata:
        _heading("errata", console)
    for erratum in statement.errata:
        console.print(Text.assemble("  ", (erratum.id, "bold"), f" {erratum.where}"))
        parts = (("printed", erratum.printed), ("why", erratum.why), ("amended", erratum.amended))
        _lines([(word, text) for word, text in parts if text], console, indent=4)
        for command in erratum.commands:
            console.print(Text(f"    {command}", style="dim"), soft_wrap=True)


def _lines(rows: list[tuple[str, str]], console: Console, indent: int = 2) -> None:
    """Labelled lines, long ones indented where they go on."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    for word, text in rows:
        grid.add_row(word, Text(text))
    console.print(Padding(grid, (0, 0, 0, indent), expand=False))


def _heading(text: str, console: Console) -> None:
    console.print()
    console.print(text, style="dim")


def _render_claim(claim: Claim, console: Console) -> None:
    from rich.text import Text

    console.print()
    console.print(Text.assemble((claim.id, "bold"), (f"  ({claim.form})", "dim")))
    shown = {
        "claim": claim.text,
        "exponent": claim.exponent,
        "value": claim.value,
        "where": None if str(claim.where) == "True" else claim.where,
        "needs": ", ".join(claim.hypotheses) or None,
        "errata": ", ".join(claim.errata) or None,
    }
    _lines([(word, str(value)) for word, value in shown.items() if value is not None], console)


def _render_proof(statement: Statement, console: Console) -> None:
    """The steps with their rules, and what the kernel says of each goal."""
    from rich.text import Text

    if statement.proof is None:
        _heading("no proof is given: every claim is a gap", console)
        return
    _heading("proof", console)
    for step in statement.proof.get("steps", []):
        premises = step.get("premises", [])
        after = f"  from {', '.join(str(p) for p in premises)}" if premises else ""
        console.print(Text.assemble("  ", (str(step.get("id")), "bold"), f"  {step.get('rule')}", (after, "dim")))
    from verifier.report.text import styled

    for goal, status, text in _goals(statement.name):
        console.print(Text.assemble("  goal ", (goal, "bold"), "  ", styled(status), f"  {text}"))


def _goals(name: str) -> list[tuple[str, str, str]]:
    """Claim, status and range of each goal; a refusal of the whole proof is shown in their place."""
    from verifier.project import default_project
    from verifier.proofs import recheck

    try:
        found = recheck(name, default_project().bundle(name))
    except Exception as error:  # what it rests on cannot be loaded
        return [(name, "gap", " ".join(str(error).split()))]
    if found.problem:
        return [(name, "gap", found.problem)]
    return [(goal.claim, str(goal.status), goal.error or goal.range) for goal in found.goals]
