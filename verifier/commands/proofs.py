"""``verifier prove``, ``verify`` and ``axioms``: proofs as files, re-checked by the kernel alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from verifier.commands.codes import EXPECTED, UNDECIDED, UNEXPECTED, USAGE, CommandError
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
    for note in project.notes:
        click.echo(f"verifier: {note}", err=True)
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

    A file speaks for itself alone: what its goals say is printed, not what they are called.  With --statement
    the goals are also compared with the statement's claims, as `verifier check` compares them.

    Exits with 0 if every goal is proved, certified, cited or a re-checked refutation, 3 if one is a gap
    (which a step that does not re-check makes of it) or a claim of --statement does not follow, 1 if the goals
    are not those of --statement, 2 if the file is no proof.
    """
    text = _read(file)
    found = _run_kernel(text)
    if "refused" in found:
        raise CommandError(f"{file}: not a proof: {found['refused']}")
    goals: list[dict[str, Any]] = found["goals"]
    _with_sentences(goals, json.loads(text))
    problems = _not_of(statement, goals) if statement is not None else []
    claims = _claims_of(statement, json.loads(text), goals) if statement is not None else []
    if as_json:
        data = {"file": file, "goals": goals, "problems": problems}
        click.echo(json.dumps(data | ({} if statement is None else {"claims": claims}), indent=2))
    else:
        _render_goals(goals, problems)
        _render_claims(claims)
    if problems:
        return UNEXPECTED
    if not goals or any(goal["status"] == "gap" for goal in goals) or any(c["status"] == "gap" for c in claims):
        return UNDECIDED
    return EXPECTED


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="Every statement.")
@as_json
@verbosity
def axioms(names: tuple[str, ...], everything: bool, as_json: bool, verbose: int, quiet: bool) -> int:
    """What the proof of each claim of NAME rests on in the end: hypotheses, cited theorems, allow-listed theorems.

    A claim's status is that of `verifier check`: one that its goals do not prove is a gap here too.
    """
    from verifier.project import default_project
    from verifier.verify.proof import proofs_of

    project = default_project()
    if not names and not everything:
        raise CommandError("name a statement, or give --all")
    found: dict[str, list[dict[str, Any]]] = {}
    for name in project.names if everything else names:
        statement = _statement(project, name).statement
        if statement.proof is None:
            if not everything:
                raise CommandError(f"{name} has no proof: each of its claims is a gap", UNDECIDED)
            continue
        proofs = proofs_of(statement, project)
        if proofs.problem is not None:
            code = UNEXPECTED if "the kernel refuses" in proofs.problem else USAGE
            raise CommandError(f"the proof of {name}: {proofs.problem}", code)
        found[name] = [_claim_data(result) for result in proofs.results]
    for note in project.notes:
        click.echo(f"verifier: {note}", err=True)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return EXPECTED
    for name, claims in found.items():
        click.echo(name)
        for claim in claims:
            at = f" for {claim['range']}" if claim["range"] else ""
            told = f": {claim['reason']}" if claim["reason"] else at
            click.echo(f"  {claim['claim']} ({claim['form']}): {claim['status']}{told}")
            for axiom in claim["rests_on"] or ([] if claim["status"] == "gap" else ["nothing but the kernel"]):
                click.echo(f"    {axiom}")
    return EXPECTED


def _claim_data(result: Any) -> dict[str, Any]:
    """A claim's proof as plain data."""
    ranges = dict.fromkeys(part.range for part in result.parts if part.range)
    return {
        "claim": result.claim, "form": str(result.form), "status": str(result.status), "reason": result.reason,
        "rests_on": list(result.rests_on), "range": "; ".join(ranges),
    }  # fmt: skip


def _with_sentences(goals: list[dict[str, Any]], bundle: dict[str, Any]) -> None:
    """Add to each goal what it says in words, and what the hypotheses it grants say, from the file's own content."""
    from verifier.verify.sentences import hypothesis, sentence

    stated = [(document, goal) for document in bundle["documents"] for goal in document["goals"]]
    for found, (document, goal) in zip(goals, stated, strict=True):
        if found["status"] == "gap":
            found |= {"sentence": "", "granted": {}}
            continue
        contents = {h["id"]: h["judgment"] for h in document["hypotheses"]}
        found |= {
            "sentence": sentence(goal["judgment"]),
            "granted": {name: hypothesis(contents[name]) for name in goal["hypotheses"]},
        }


def _claims_of(name: str, bundle: dict[str, Any], goals: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The claims of a statement as the file's goals prove them."""
    from verifier.kernel.proof import GoalResult
    from verifier.project import default_project
    from verifier.verify.proof import from_goals
    from verifier.verify.recheck import goal_reports

    fields = GoalResult.__dataclass_fields__
    results = [GoalResult(**{key: value for key, value in goal.items() if key in fields}) for goal in goals]
    statement = _statement(default_project(), name).statement
    return [_claim_data(result) for result in from_goals(statement, goal_reports(name, bundle, results))]


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
            ("  says", goal["sentence"]),
            *(("  granted" if not n else "", f"{h}: {text}") for n, (h, text) in enumerate(goal["granted"].items())),
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


def _render_claims(claims: list[dict[str, Any]]) -> None:
    """The claims of --statement, by the goals of the file."""
    from rich.console import Console
    from rich.text import Text

    from verifier.report.text import styled

    console = Console(highlight=False)
    if claims:
        console.print(Text("the statement's claims, by these goals", style="bold"))
    for claim in claims:
        line = Text.assemble("  ", styled(claim["status"]), f"  {claim['claim']} ({claim['form']})")
        console.print(line.append(f": {claim['reason']}" if claim["reason"] else "", style="yellow"))
