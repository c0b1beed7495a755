"""``verifier list`` and ``verifier show``: what is stated, without running anything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from verifier.commands.codes import CommandError
from verifier.commands.options import as_json, verbosity
from verifier.commands.paging import paged
from verifier.commands.place import complete, located, targets_of
from verifier.verdict.codes import EXPECTED, NOTHING, USAGE

if TYPE_CHECKING:
    from verifier.claims.statement import Claim, Statement
    from verifier.projects.project import Entry


@click.command("list")
@as_json
@verbosity
def list_(as_json: bool, verbose: int, quiet: bool) -> int:
    """The statements that are known: shipped, and in the folder lemmas/ of the project.

    Those of a group, such as experiments, stand under its name.  Proofs and samples are shown as the last stored
    run of `verifier check` found them.
    """
    from verifier.projects.loading import LoadError

    project = located(named=False)
    entries, broken = [], []
    for name in project.names:
        try:
            entries.append(project.statement(name))
        except LoadError as error:
            broken.append(str(error))
    if not entries and not broken:
        raise CommandError("there are no statements here", NOTHING)
    found, changed = _last_found(entries)
    if as_json:
        rows = [
            {
                "name": entry.name,
                "title": entry.statement.title,
                "group": entry.statement.group,
                "claims": len(entry.statement.claims),
                "proof": entry.statement.proof is not None,
                "check": entry.name in project.check_files,
                "expected": {str(form): str(word) for form, word in entry.statement.expected.items()},
                "found": found.get(entry.name, {}),
                "changed": entry.name in changed,
                "file": str(entry.path),
            }
            for entry in entries
        ]
        click.echo(json.dumps(rows, indent=2))
    else:
        _render_list(entries, found, changed, verbose)
    for message in (*broken, *project.notes):
        click.echo(f"verifier: {message}", err=True)
    return USAGE if broken else EXPECTED


Found = dict[str, dict[str, dict[str, str]]]


def _last_found(entries: list[Entry]) -> tuple[Found, set[str]]:
    """By statement and form: the word, the weakest proof and the samples of the last run with it in; and severity.

    Then the statements whose claims say something else since: what was found is not of them.
    """
    from verifier.report.document import same_claims
    from verifier.report.stored import ResultsError, last_verdicts, read

    found: Found = {}
    changed = set()
    stored: dict[int, dict[str, Any]] = {}
    try:
        last = last_verdicts()
        for entry in entries:
            if entry.name not in last:
                continue
            run, verdicts = last[entry.name]
            if run.number not in stored:
                stored[run.number] = {one["name"]: one for one in read(run)["statements"]}
            if not same_claims(entry.statement, stored[run.number][entry.name]):
                changed.add(entry.name)
                continue
            found[entry.name] = {
                one.form: {"verdict": one.word, "proof": one.proof, "numeric": one.numeric}
                | ({"severity": one.severity} if one.severity else {})
                for one in verdicts
            }
    except ResultsError as error:
        click.echo(f"verifier: {error}", err=True)
    return found, changed


#: Of the table of statements; the title comes last.
COLUMNS = ("name", "printed", "amended")


def _render_list(entries: list[Entry], found: Found, changed: set[str], verbose: int) -> None:
    """A line a statement: titles take what the words leave, and end in … where that is not enough; or, where
    ``verbose``, what each word is made of in the place of titles."""
    from rich.table import Table
    from rich.text import Text

    from verifier.commands.screen import Screen

    rows = []
    for entry in entries:
        forms = found.get(entry.name, {})
        present = {str(claim.form) for claim in entry.statement.claims if entry.name in changed}
        words = ["changed" if form in present else _word(forms.get(form), verbose) for form in ("printed", "amended")]
        rows.append((entry.statement.group, (entry.name, *words, entry.statement.title)))
    console = Screen()
    table = Table(box=None, header_style="dim", show_edge=False, padding=(0, 2, 0, 0))
    sizes = [max([len(column), *(len(row[k]) for _, row in rows)]) for k, column in enumerate(COLUMNS)]
    left = console.width - sum(sizes) - 2 * len(sizes)
    for column, size in zip(COLUMNS, sizes, strict=True):
        table.add_column(column, no_wrap=not verbose, width=None if verbose and column != "name" else size)
    if not verbose:
        table.add_column("title", no_wrap=True, overflow="ellipsis", width=max(left - 2, 12))
    for group in sorted({group for group, _ in rows}):
        if group:
            table.add_row()
            table.add_row(Text(group, style="dim"))
        for row in (row for of, row in rows if of == group):
            table.add_row(*row[: len(table.columns)])
    console.print(table)
    if found:
        what = "verdict: proof / samples, each" if verbose else "each"
        more = "" if verbose else "; -v: proofs and samples too"
        console.print(f"{what} as the last verifier check with it in found it{more}", style="dim")
        if changed:
            console.print("changed: its claims say something else since", style="dim")
    elif changed:
        console.print("changed: its claims say something else since the last verifier check", style="dim")
    else:
        console.print("no stored run yet: verifier check fills in printed and amended", style="dim")


def _word(form: dict[str, str] | None, verbose: int) -> str:
    """A form in few words: its verdict, how wrong it is, and where wanted the two columns behind it."""
    if form is None:
        return "-"
    told = f" ({form['severity']})" if "severity" in form else ""
    return f"{form['verdict']}{told}" + (f": {form['proof']} / {form['numeric']}" if verbose else "")


@click.command()
@click.argument("name", shell_complete=complete)
@click.option("--pager/--no-pager", default=True, help="On a terminal, a long text goes through $PAGER.")
@as_json
@verbosity
def show(name: str, pager: bool, as_json: bool, verbose: int, quiet: bool) -> int:
    """A statement in full: claims, hypotheses with their witnesses, proof, numbers, errata.

    With the id of a claim, as in theorem1.zero: this claim, and what belongs to it.

    The proof is re-checked; the numbers are those of the last stored run of `verifier check` that measured it.
    """
    from verifier.projects.loading import LoadError

    project = located(named=True)
    (target,) = targets_of(project, [name], "show")
    try:
        entry = project.statement(target.statement)
    except LoadError as error:
        raise CommandError(str(error)) from None
    for note in project.notes:
        click.echo(f"verifier: {note}", err=True)
    if as_json:
        told = _as_data(entry.statement)
        if target.claim is not None:
            told["claims"] = [claim for claim in told["claims"] if claim["id"] == target.claim]
        click.echo(json.dumps(told, indent=2))
        return EXPECTED
    from verifier.report.excerpts import of_claim
    from verifier.report.page import render

    data, time = _document(entry.name)
    if target.claim is not None:
        data = of_claim(data, target.claim)
    paged(lambda console: render(data, console, time), pager=pager)
    return EXPECTED


def _as_data(statement: Statement) -> dict[str, Any]:
    from verifier.verify.outline import outline

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
                **_told(claim, statement),
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
        "errata": [vars(erratum) for erratum in statement.own_errata],
        "proof": [
            {"id": step.id, "rule": step.rule} for step in (outline(statement) if statement.proof is not None else ())
        ],
        "expected": {str(form): str(word) for form, word in statement.expected.items()},
    }


def _told(claim: Claim, statement: Statement) -> dict[str, str]:
    """The sentence printed from a claim's proposition, and its author's words beside it."""
    from verifier.claims.wording import wording

    found = wording(claim, statement.hypotheses)
    return {"text": found.text, "gloss": found.gloss}


def _document(name: str) -> tuple[dict[str, Any], str]:
    """The statement as a report has it, its proof re-checked now, with the numbers of the last run that has any."""
    from verifier.commands.check import DEFAULT_SEED
    from verifier.projects.project import default_project
    from verifier.report.document import SAID, document
    from verifier.report.excerpts import reworded
    from verifier.sampling.plan import RunOptions
    from verifier.verify.results import RunReport
    from verifier.verify.run import proofs_alone

    project = default_project()
    report = proofs_alone(project.entry(name), DEFAULT_SEED)
    data = document(RunReport(DEFAULT_SEED, RunOptions(), (report,), notes=project.notes), time="", command="")
    last, time = _last_measured(name)
    if last is not None:
        numeric = {claim["id"]: claim for claim in last["claims"]}
        (own,) = data["statements"]
        own["measurements"] = last["measurements"]
        for claim in own["claims"]:
            stored = numeric.get(claim["id"], {})
            if any(stored.get(key) != claim[key] for key in SAID):
                claim["numeric_reason"] = "nothing was sampled since the claim was changed" if stored else (
                    "nothing was sampled since the claim was made"
                )  # fmt: skip
                continue
            claim |= {key: stored[key] for key in ("numeric", "numeric_reason", "cells") if key in stored}
    return reworded(data), time


def _last_measured(name: str) -> tuple[dict[str, Any] | None, str]:
    """The statement in the last stored run that measured it, and when that was; a run that cannot be read is none."""
    from verifier.report.stored import ResultsError, last_measured, read

    try:
        runs = last_measured(name)
    except ResultsError as error:
        click.echo(f"verifier: {error}", err=True)
        return None, ""
    for run in runs:
        try:
            data = read(run)
        except ResultsError:
            continue
        for statement in data["statements"]:
            if statement["name"] == name and statement["measurements"]:
                return statement, str(data["run"]["time"])
    return None, ""
