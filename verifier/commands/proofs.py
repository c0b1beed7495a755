"""``verifier prove``, ``verify`` and ``axioms``: proofs as files, re-checked by the kernel alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

import verifier
from verifier.commands.codes import CommandError
from verifier.commands.files import writable, write
from verifier.commands.options import as_json, verbosity
from verifier.commands.place import complete, complete_statements, located, statements_of, targets_of
from verifier.commands.programs import entry_of, is_program
from verifier.verdict.codes import EXPECTED, UNDECIDED, UNEXPECTED, USAGE

#: Run in a fresh interpreter that sees the standard library and, after it, the folder of this package: no other one, no
#: variable of the environment, no start-up file.  Nothing but the kernel and its theory is imported.
_KERNEL = """import sys
sys.path.append(sys.argv.pop())
from verifier.kernel.__main__ import main
sys.exit(main(['--json', '-']))"""
_ISOLATED = ("-I", "-S", "-X", "utf8")
_SOURCE = str(Path(verifier.__file__).resolve().parents[1])


@click.command()
@click.argument("name", shell_complete=complete_statements)
@click.option("-o", "--output", default="-", metavar="FILE", help="The file to write; standard output otherwise.")
@verbosity
def prove(name: str, output: str, verbose: int, quiet: bool) -> int:
    """Write the proof of NAME, with every proof it rests on, as one JSON file; of a claim, that of its statement; of
    FILE:NAME, that of what a program expects.

    The file is written whole or not at all.  Nothing is decided here: `verifier verify FILE` re-checks it.
    """
    if output != "-":
        writable(output)
    project = located(named=True)
    for note in project.notes:
        click.echo(f"verifier: {note}", err=True)
    if is_program(name):
        bundle = _bundle(entry_of(name).statement)
    else:
        (name,) = statements_of(project, [name], "prove")
        bundle = _bundle(_statement(project, name).statement)
    text = json.dumps(bundle, separators=(",", ":"), sort_keys=True) + "\n"
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
@click.option("--statement", metavar="NAME", help="Demand that the goals are the claims of this statement.")
@as_json
@verbosity
def verify(file: str, statement: str | None, as_json: bool, verbose: int, quiet: bool) -> int:
    """Re-check a proof file in a process that imports nothing but the kernel.

    A file speaks for itself alone: what its goals say is printed, not what they are called.  What engines are
    said to have computed is computed again, here, from the requests in the file.  With --statement each claim
    is compiled to its proposition and held against the goals, as `verifier check` does it.

    Exits with 0 if every goal is proved, certified or cited, 3 if one is a gap, 1 if a goal of --statement is
    not the claim of its name, 2 if the file is no proof or a step of it does not re-check.
    """
    text = _read(file)
    data = json.loads(text)
    goals, stopped = _run_kernel(text)
    if not goals:
        raise CommandError(f"{file}: not a proof: {stopped or 'it has no goals'}")
    _computed_again(goals, data)
    _in_words(goals, text)
    claims, problems = _against(statement, data) if statement is not None else ([], [])
    if as_json:
        told: dict[str, Any] = {"file": file, "goals": goals, "problems": [*filter(None, [stopped]), *problems]}
        click.echo(json.dumps(told | ({} if statement is None else {"claims": claims}), indent=2))
    else:
        _render_goals(goals, [*filter(None, [stopped]), *problems], everything=verbose > 0)
        _render_claims(claims)
    if stopped:
        return USAGE
    if problems:
        return UNEXPECTED
    gaps = any(goal["status"] == "gap" for goal in goals) or any(
        claim["status"] == "gap" and not claim["measured_only"] for claim in claims
    )
    return UNDECIDED if gaps else EXPECTED


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=complete)
@click.option("--all", "everything", is_flag=True, help="Every statement.")
@as_json
@verbosity
def axioms(names: tuple[str, ...], everything: bool, as_json: bool, verbose: int, quiet: bool) -> int:
    """What the proof of each claim of NAME rests on in the end: hypotheses, definitions, theorems, cited rows.

    NAME is that of a statement or the id of a claim, as in theorem1.zero, or FILE:NAME, a program with expectations.

    A claim's status is that of `verifier check`: one that its goals do not prove is a gap here too.
    """
    from verifier.projects.choosing import choices
    from verifier.verify.proof import proofs_of

    project = located(named=bool(names))
    if not names and not everything:
        raise CommandError("name a statement, or give --all")
    found: dict[str, list[dict[str, Any]]] = {}
    chosen = choices(targets_of(project, [name for name in names if not is_program(name)], "axioms"))
    programs = [entry_of(name).statement for name in dict.fromkeys(names) if is_program(name)]
    listed = (_statement(project, name).statement for name in (project.names if everything else chosen))
    for statement in (*listed, *programs):
        name = statement.name
        if statement.proof is None:
            if not everything:
                raise CommandError(f"{name} has no proof: each of its claims is a gap", UNDECIDED)
            continue
        proofs = proofs_of(statement)
        if proofs.problem is not None:
            code = UNEXPECTED if "the kernel refuses" in proofs.problem else USAGE
            raise CommandError(f"the proof of {name}: {proofs.problem}", code)
        part = None if everything or name not in chosen else chosen[name]
        meant = [claim.id for claim in statement.claims] if part is None else part.claims(statement)
        found[name] = [_claim_data(result) for result in proofs.results if result.claim in meant]
    for note in project.notes:
        click.echo(f"verifier: {note}", err=True)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return EXPECTED
    for name, claims in found.items():
        click.echo(name)
        for claim in claims:
            told = f": {claim['reason']}" if claim["reason"] else ""
            click.echo(f"  {claim['claim']} ({claim['form']}): {claim['status']}{told}")
            if not claim["rests_on"] and claim["status"] != "gap":
                click.echo("    nothing but the kernel")
            for group in claim["rests_on"]:
                for axiom in group["names"]:
                    click.echo(f"    {group['kind']} {axiom}")
    return EXPECTED


def _claim_data(result: Any) -> dict[str, Any]:
    """A claim's proof as plain data."""
    return {
        "claim": result.claim, "form": str(result.form), "status": str(result.status), "reason": result.reason,
        "rests_on": [group.to_json() for group in result.rests_on],
    }  # fmt: skip


def _run_kernel(text: str) -> tuple[list[dict[str, Any]], str]:
    """The goals of a file as the kernel tells them, from a process of its own, and what it says of what fails."""
    command = [sys.executable, *_ISOLATED, "-c", _KERNEL, _SOURCE]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    said = done.stderr.decode("utf-8", "backslashreplace").strip().removeprefix("-: ")
    if done.returncode not in (0, 2, 3):
        raise RuntimeError(f"the kernel's process failed: {(said.splitlines() or ['no message'])[-1]}")
    goals: list[dict[str, Any]] = json.loads(done.stdout) if done.stdout.strip() else []
    return goals, said if done.returncode == USAGE else ""


def _computed_again(goals: list[dict[str, Any]], bundle: Any) -> None:
    """Make gaps of the goals that rest on a fact which engines do not compute again."""
    if not any(rest["mark"] == "computed" for goal in goals for rest in goal["rests"]):
        return
    import verifier.kernel.theory  # noqa: F401  (its pages fill the table)
    from verifier.engines.again import computed_again
    from verifier.kernel.__main__ import bundled
    from verifier.kernel.core.documents import read
    from verifier.verify.proof import load_rules

    requests = bundle.get("requests", {})
    load_rules(requests)
    unfounded: dict[str, str] = {}
    for data in bundled(json.dumps(bundle).encode()):
        unfounded |= {found.digest: found.gap for found in computed_again(read(data), requests) if found.gap}
    for goal in goals:
        gaps = [unfounded[rest["digest"]] for rest in goal["rests"] if rest["digest"] in unfounded]
        if gaps:
            goal |= {"status": "gap", "error": "; ".join(dict.fromkeys(gaps))}


def _in_words(goals: list[dict[str, Any]], text: str) -> None:
    """Add to each goal its sentence, printed from the proposition that the kernel was given for it."""
    import verifier.kernel.theory  # noqa: F401  (its pages fill the table)
    from verifier.claims.sentences import sentence
    from verifier.kernel.__main__ import bundled
    from verifier.kernel.core.documents import read
    from verifier.kernel.show import show

    told = [goal for data in bundled(text.encode()) for goal in read(data).goals]
    for goal, (name, prop, _) in zip(goals, told, strict=False):  # the kernel may have stopped before the last document
        if (goal["id"], goal["says"]) != (name, show(prop)):
            raise RuntimeError(f"the kernel's process told of {goal['id']} where the file has {name}")
        found = sentence(prop)
        goal["sentence"] = {"says": found.says, "premises": list(found.premises), "refutes": found.refutes}


def _against(name: str, bundle: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """The claims of a statement, or of a program, by the file's goals, and the goals of its name that are none of its
    claims."""
    from verifier.claims.goals import check_documents, claims_of
    from verifier.kernel.__main__ import bundled
    from verifier.projects.project import default_project

    statement = (entry_of(name) if is_program(name) else _statement(default_project(), name)).statement
    name = statement.name
    checked = check_documents(bundled(json.dumps(bundle).encode()), bundle.get("requests", {}))
    judged = claims_of(statement, checked)
    own = {goal.id for goal in checked.goals if goal.statement == name}
    problems = [f"{goal} is no claim of {name}" for goal in sorted(own - set(judged))]
    if not own:
        problems.append(f"the file has no goal of {name}")
    claims = []
    for claim in statement.claims:
        one = judged[claim.id]
        if claim.id not in own and not one.measured_only:
            problems.append(f"{claim.id} of {name} is not a goal of this file")
        elif one.status == "gap" and not one.measured_only:
            problems.append(f"{claim.id}: {one.reason}")
        claims.append({
            "claim": claim.id, "form": str(claim.form), "status": str(one.status), "reason": one.reason,
            "measured_only": one.measured_only,
        })  # fmt: skip
    return claims, problems


def _statement(project: Any, name: str) -> Any:
    from verifier.projects.loading import LoadError
    from verifier.projects.project import UnknownStatement

    try:
        return project.statement(name)
    except (UnknownStatement, LoadError) as error:
        raise CommandError(str(error)) from None


def _bundle(statement: Any) -> dict[str, Any]:
    from verifier.projects.loading import LoadError
    from verifier.verify.bundles import NotAProof, bundle

    try:
        return bundle(statement)
    except NotAProof as error:
        raise CommandError(str(error), UNDECIDED) from None
    except (ValueError, LoadError) as error:
        raise CommandError(f"{statement.name} rests on what cannot be loaded: {error}") from None


def _read(file: str) -> str:
    """The text of a proof file.  CommandError (2) where it cannot be read or is not JSON."""
    from verifier.inputs.files import Unreadable, json_of, read_text

    try:
        text = read_text(Path(file))
        data = json_of(text, file)
    except Unreadable as error:
        raise CommandError(str(error)) from None
    if not isinstance(data, dict) or "format" not in data:
        raise CommandError(f'{file}: not a proof: a JSON object with a "format" is needed')
    return text


def _render_goals(goals: Iterable[dict[str, Any]], problems: list[str], *, everything: bool) -> None:
    """Goals in the notation of claims; with ``everything`` as the kernel writes them too, and all that they rest on."""
    from rich.table import Table
    from rich.text import Text

    from verifier.commands.screen import Screen
    from verifier.report.styles import styled

    console = Screen()
    for goal in goals:
        console.print(Text.assemble(styled(goal["status"]), "  ", (str(goal["id"]), "bold")))
        lines = Table.grid(padding=(0, 2, 0, 0))
        lines.add_column(style="dim", no_wrap=True)
        lines.add_column()
        words = goal["sentence"]
        for word, value in (
            ("  is false:" if words["refutes"] else "  says", words["says"]),
            *(("  if" if not n else "", premise) for n, premise in enumerate(words["premises"])),
            *(_as_the_kernel_writes(goal) if everything else ()),
            ("  rests on", _rests(goal["rests"], everything)),
            ("  digest", goal["digest"]),
            ("  error", goal["error"]),
        ):
            if value:
                lines.add_row(word, Text(str(value)))
        console.print(lines)
    for problem in problems:
        console.print(Text(problem, style="red"))


def _as_the_kernel_writes(goal: dict[str, Any]) -> Iterable[tuple[str, str]]:
    yield "  for every", ", ".join(goal["for"])
    for n, premise in enumerate(goal["if"]):
        yield "" if n else "  if", premise
    yield "  then", goal["then"]


def _rests(rests: list[dict[str, Any]], everything: bool) -> str:
    """What a goal rests on: rows that are proved by their count, what is only argued, cited or computed by name."""
    settled = () if everything else ("definition", "theorem")
    names = dict.fromkeys(f"{rest['mark']} {rest['name']}" for rest in rests if rest["mark"] not in settled)
    counts = [(mark, len({rest["name"] for rest in rests if rest["mark"] == mark})) for mark in settled]
    counted = [f"{count} {mark}{'s' if count > 1 else ''}" for mark, count in counts if count]
    return ", ".join([*counted, *names])


def _render_claims(claims: list[dict[str, Any]]) -> None:
    """The claims of --statement, by the goals of the file."""
    from rich.text import Text

    from verifier.commands.screen import Screen
    from verifier.report.styles import styled

    console = Screen()
    if claims:
        console.print(Text("the statement's claims, by these goals", style="bold"))
    for claim in claims:
        line = Text.assemble("  ", styled(claim["status"]), f"  {claim['claim']} ({claim['form']})")
        console.print(line.append(f": {claim['reason']}" if claim["reason"] else "", style="yellow"))
