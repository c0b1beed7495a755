"""Commands that statements name: whether they can be typed, and what they print."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

import click
from click.testing import CliRunner

from verifier.cli import cli
from verifier.commands.codes import CommandError
from verifier.projects.project import UnknownStatement, default_project
from verifier.quantities.select import Selection
from verifier.sampling.plan import RunOptions
from verifier.verify.run import plan_of, require_options, require_selection


def problem(command: str) -> str | None:
    """Why a command cannot be run, or selects no cell; None for one that can."""
    program, *words = shlex.split(command) or [""]
    name = words.pop(0) if words else ""
    parser = cli.get_command(click.Context(cli), name) if program == "verifier" else None
    if parser is None:
        return f"{program} {name} is not a command"
    try:
        given = parser.make_context(name, words).params
        return _selection(given) if name == "check" else None
    except click.ClickException as error:
        return error.format_message()
    except (CommandError, UnknownStatement, ValueError) as error:
        return str(error)


def _selection(given: Mapping[str, Any]) -> str | None:
    """Raises what `verifier check` raises for names, options and expressions that meet nothing."""
    options = RunOptions(angle=given["angle"], z=given["z"], quick=given["quick"])
    selection = Selection(given["expression"])
    project = default_project()
    entries = [project.entry(name) for name in given["names"]]
    groups = [g for entry in entries for g in plan_of(entry, options, selection)]
    require_options(entries, groups, options)
    require_selection(groups, selection)
    return None if any(group.needed for group in groups) else "nothing is asked of the cells selected"


def printed(command: str) -> tuple[int, str]:
    """Exit code and standard output of a command, run in this process."""
    result = CliRunner().invoke(cli, shlex.split(command)[1:])
    return result.exit_code, result.stdout


def claims(command: str) -> tuple[int, dict[str, Mapping[str, Any]]]:
    """Exit code and claims, by id, of a `verifier check` that is run in this process with one worker."""
    code, text = printed(f"{command} --json -q --jobs 1")
    return code, {c["id"]: c for s in json.loads(text)["statements"] for c in s["claims"]}


def shows(found: Mapping[str, Mapping[str, Any]], claim: str, word: str, estimate: float | None, room: float) -> bool:
    """Whether a cell of the claim, or its proof, has this word, and a cell of it this estimate.

    ``outside``: some cell violates a hypothesis, and was measured.
    """
    if claim not in found:
        return False
    own = found[claim]
    cells = own["cells"]
    if word == "outside":
        cells = [cell for cell in cells if "fails here" in cell["reason"]]
        if not cells:
            return False
    elif word != own["proof"]:
        cells = [cell for cell in cells if cell["verdict"] == word]
        if not cells:
            return False
    return estimate is None or any(
        cell["estimate"] is not None and abs(cell["estimate"] - estimate) <= room for cell in cells
    )
