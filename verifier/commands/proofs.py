"""``verifier prove``, ``verify`` and ``axioms``: proofs as files, re-checked by the kernel alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from verifier.commands.codes import EXPECTED, UNDECIDED, UNEXPECTED, CommandError
from verifier.commands.files import writable, write
from verifier.commands.options import as_json, verbosity

#: Run in a fresh interpreter, so that nothing but the kernel and its libraries is imported.
_KERNEL = """
import dataclasses, json, sys
from verifier.kernel.proof import ProofError, check_bundle
try:
    results = check_bundle(json.load(sys.stdin))
except ProofError as error:
    print(json.dumps({"refused": str(error)}))
else:
    print(json.dumps({"goals": [dataclasses.asdict(result) for result in results]}, default=str))
"""


@click.command()
@click.argument("name")
@click.option("-o", "--output", default="-", metavar="FILE", help="The file to write; standard output otherwise.")
@verbosity
def prove(name: str, output: str, verbose: int, quiet: bool) -> int:
    """Write the proof of NAME, with every proof it rests on, as one JSON file.

    The file is written whole or not at all.  Nothing is decided here: `verifier verify FILE` re-checks it.
    """
    from verifier.project import default_project

    if output != "-":
        writable(output)
    project = default_project()
    bundle = _bundle(project, name)
    text = json.dumps(bundle, indent=1, sort_keys=True) + "\n"
    if output == "-":
        click.echo(text, nl=False)
        return EXPECTED
    write(output, text)
    if not quiet:
        steps = sum(len(document.get("steps", [])) for document in bundle["documents"])
        goals = sum(len(document.get("goals", [])) for document in bundle["documents"])
        documents = ", ".join(str(document.get("statement")) for document in bundle["documents"])
        click.echo(f"{output}: {steps} steps, {goals} goals ({documents}); verifier verify {output} re-checks it")
    return EXPECTED


@click.command()
@click.argument("file")
@click.option("--statement", metavar="NAME", help="Demand that the goals are those of this statement.")
@as_json
@verbosity
def verify(file: str, statement: str | None, as_json: bool, verbose: int, quiet: bool) -> int:
    """Re-check a proof file in a process that imports nothing but the kernel.

    Exits with 0 if every goal is proved, certified, cited or a re-checked refutation, 3 if one is a gap
    (which a step that does not re-check makes of it), 1 if the goals are not those of --statement, 2 if the
    file is no proof.
    """
    found = _run_kernel(_read(file))
    if "refused" in found:
        raise CommandError(f"{file}: not a proof: {found['refused']}")
    goals: list[dict[str, Any]] = found["goals"]
    problems = _not_of(statement, goals) if statement is not None else []
    if as_json:
        click.echo(json.dumps({"file": file, "goals": goals, "problems": problems}, indent=2))
    else:
        _render_goals(goals, problems)
    if problems:
        return UNEXPECTED
    if not goals or any(goal["status"] == "gap" for goal in goals):
        return UNDECIDED
    return EXPECTED


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="Every statement.")
@as_json
@verbosity
def axioms(names: tuple[str, ...], everything: bool, as_json: bool, verbose: int, quiet: bool) -> int:
    """What the proof of NAME rests on in the end: hypotheses, cited theorems, allow-listed theorems."""
    from verifier.project import default_project

    project = default_project()
    if not names and not everything:
        raise CommandError("name a statement, or give --all")
    found: dict[str, list[dict[str, Any]]] = {}
    for name in project.names if everything else names:
        if everything and _statement(project, name).statement.proof is None:
            continue
        answer = _run_kernel(json.dumps(_bundle(project, name)))
        if "refused" in answer:
            raise CommandError(f"the kernel refuses the proof of {name}: {answer['refused']}", UNEXPECTED)
        found[name] = [goal for goal in answer["goals"] if goal["statement"] == name]
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return EXPECTED
    for name, goals in found.items():
        click.echo(name)
        for goal in goals:
            click.echo(f"  {goal['claim']} ({goal['form']}): {goal['status']}{_range(goal)}")
            for axiom in goal["rests_on"] or ["nothing but the kernel"]:
                click.echo(f"    {axiom}")
    return EXPECTED


def _statement(project: Any, name: str) -> Any:
    from verifier.loading import LoadError
    from verifier.project import UnknownStatement

    try:
        return project.statement(name)
    except (UnknownStatement, LoadError) as error:
        raise CommandError(str(error)) from None


def _bundle(project: Any, name: str) -> dict[str, Any]:
    from verifier.loading import LoadError

    if _statement(project, name).statement.proof is None:
        raise CommandError(f"{name} has no proof: each of its claims is a gap", UNDECIDED)
    try:
        bundle: dict[str, Any] = project.bundle(name)
    except (ValueError, LoadError) as error:
        raise CommandError(f"{name} rests on what cannot be loaded: {error}") from None
    return bundle


def _read(file: str) -> str:
    """The text of a proof file.  CommandError (2) where it cannot be read or is not JSON."""
    try:
        text = Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{file}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{file}: not a text file; a proof is JSON in UTF-8") from None
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise CommandError(f"{file}: not JSON: {error}") from None
    if not isinstance(data, dict) or "documents" not in data:
        raise CommandError(f"{file}: not a proof: a JSON object with \"format\" and \"documents\" is needed")
    return text


def _run_kernel(text: str) -> dict[str, Any]:
    """What the kernel says of a bundle, from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _KERNEL], input=text, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise RuntimeError(f"the kernel's process failed: {last[0]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _not_of(name: str, goals: list[dict[str, Any]]) -> list[str]:
    """How ``goals`` differ from those of statement ``name``: nothing, if the file proves that statement."""
    from verifier.project import default_project

    answer = _run_kernel(json.dumps(_bundle(default_project(), name)))
    if "refused" in answer:
        return [f"the proof that {name} itself comes with is refused: {answer['refused']}"]
    expected = {_identity(goal) for goal in answer["goals"] if goal["statement"] == name}
    given = {_identity(goal) for goal in goals if goal["statement"] == name}
    missing = [f"{claim} ({form}) of {name} is not a goal of this file, or its digest is another" for claim, form, _ in
               sorted(expected - given)]  # fmt: skip
    return missing + [f"{claim} ({form}) is not a goal of {name}" for claim, form, _ in sorted(given - expected)]


def _identity(goal: dict[str, Any]) -> tuple[str, str, str]:
    return str(goal["claim"]), str(goal["form"]), str(goal["digest"])


def _render_goals(goals: list[dict[str, Any]], problems: list[str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from verifier.report.text import sizes_text, styled

    console = Console(highlight=False)
    for goal in goals:
        console.print(Text.assemble(styled(goal["status"]), "  ", (str(goal["claim"]), "bold"), f" ({goal['form']})"))
        lines = Table.grid(padding=(0, 2, 0, 0))
        lines.add_column(style="dim", no_wrap=True)
        lines.add_column()
        for word, value in (
            ("  says", goal["says"]),
            ("  range", goal["range"]),
            ("  exact at", sizes_text(goal["sizes"])),
            ("  rests on", ", ".join(goal["rests_on"])),
            ("  digest", goal["digest"]),
            ("  error", goal["error"]),
        ):
            if value:
                lines.add_row(word, Text(str(value)))
        console.print(lines)
    for problem in problems:
        console.print(Text(problem, style="red"))
    if not goals:
        console.print("there are no goals in this file")


def _range(goal: dict[str, Any]) -> str:
    return f" for {goal['range']}" if goal["range"] else ""


