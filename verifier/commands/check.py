"""``verifier check``: re-check proofs, measure exponents, and say what both come to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from verifier.commands.codes import CommandError
from verifier.commands.keep import keeping, with_scheduler, with_store
from verifier.commands.options import (
    MOST_JOBS,
    Duration,
    InputPair,
    Real,
    Size,
    Whole,
    Widths,
    as_json,
    telling,
    verbosity,
    with_data,
)
from verifier.commands.place import complete, located, say_what, targets_of
from verifier.commands.programs import entry_of, is_program
from verifier.inputs.data import MEMORY
from verifier.verdict.codes import EXPECTED, NOTHING, UNDECIDED, USAGE

if TYPE_CHECKING:
    from verifier.projects.project import Entry, Project

DEFAULT_SEED = 20201
#: What a worker imports to write a proof out and re-check it.
PROOFS = "verifier.verify.proof"
#: What else they need where the run takes minutes.
COMPILED = "verifier.networks.fused_now"


@click.command()
@click.argument("names", nargs=-1, shell_complete=complete)
@click.option("-k", "expression", metavar="EXPR", help="Only cells such as 'H=2,r>=3' (and: a comma).")
@click.option("--seed", type=Whole(0, 2**128 - 1), default=DEFAULT_SEED, show_default=True, help="The random seed.")
@click.option(
    "--jobs", "-j", type=Whole(1, MOST_JOBS), default=None, help="Worker processes; the default is one a core."
)
@click.option("--widths", "--width", type=Widths(), help="Widths to measure at instead of the check's own.")
@click.option("--samples", type=Whole(1), help="At most this many samples a width.")
@click.option("--quick", is_flag=True, help="Fewer cells and samples: seconds instead of a minute.")
@click.option(
    "--effort", type=click.Choice(["quick", "default", "paper"]), default="default", show_default=True,
    help="quick: as --quick; paper: the text's own sizes where a check has them, for hours.",
)  # fmt: skip
@click.option("--thorough", is_flag=True, help="Error rate 1e-8 a claim instead of 1e-3; more samples.")
@click.option("--shipped", is_flag=True, help="In a project of one's own: the shipped statements as well.")
@click.option("--group", "groups", multiple=True, metavar="GROUP", help="The statements that list shows under GROUP.")
@click.option("--all", "everything", is_flag=True, help="The statements of every group as well.")
@click.option("--angle", type=Real(0, 180, "DEGREES"), help="Degrees between the two inputs; 0: one input only.")
@click.option("--z", type=InputPair(), help="The inputs of the implicit network, as in 1,-1.")
@click.option("--timeout", type=Real(0, 1e9, "SECONDS"), help="Stop after so many seconds with what is decided.")
@click.option("--budget", type=Duration(), help="Spend this time, as in 10m, where it decides most.")
@with_data
@click.option("--memory", type=Size(), callback=telling(MEMORY),
              help="Draw in as much memory at once, as in 8G; by default what is free.")  # fmt: skip
@with_scheduler
@with_store(required=False)
@as_json
@verbosity
def check(
    names: tuple[str, ...],
    expression: str | None,
    seed: int,
    jobs: int | None,
    widths: tuple[int, ...] | None,
    samples: int | None,
    quick: bool,
    effort: str,
    thorough: bool,
    shipped: bool,
    groups: tuple[str, ...],
    everything: bool,
    angle: float | None,
    z: tuple[Any, Any] | None,
    timeout: float | None,
    budget: float | None,
    memory: int | None,
    scheduler: str | None,
    store: bool,
    require_store: bool,
    as_json: bool,
    verbose: int,
    quiet: bool,
) -> int:
    """Re-check the proofs of statements and measure what they claim.

    A name is that of a statement, the id of a claim (theorem1.zero), or either with cells (theorem1::H=2,r=3); or
    FILE:NAME, a program in JAX: what it expects is derived from its graph, and measured.
    Without NAMES: every statement of the project that the current folder lies in, or else every shipped one, but for
    those of a group, such as experiments, which --group and --all add.  A statement's proof status and what its samples
    say stay two columns.
    """
    from verifier.sampling.workers import available_cores, limit_threads, warm_up

    jobs = jobs or available_cores()
    limit_threads()
    warm_up(jobs, PROOFS, *([COMPILED] if thorough or effort == "paper" else []))
    if not quiet:
        say_what("checking", (*names, *groups), seed)

    from verifier.sampling.garbage import loading

    with loading():
        from verifier.commands.progress import progress
        from verifier.projects.choosing import parts
        from verifier.projects.loading import owner
        from verifier.quantities.select import Selection
        from verifier.report.stored import command_line
        from verifier.sampling.plan import RunOptions
        from verifier.verify.run import NothingSelected, run_check

        if quick and effort == "paper":
            raise CommandError("--quick and --effort paper exclude each other")
        quick = quick or effort == "quick"
        if quick and thorough:
            raise CommandError("--quick and --thorough exclude each other")
        if quick and budget is not None:
            raise CommandError("--quick and --budget exclude each other")
        options = RunOptions(widths, samples, angle, z, quick, thorough, budget, effort == "paper")
        try:
            selection = Selection(expression) if expression is not None else None
        except ValueError as error:
            raise CommandError(str(error)) from None
        project = located(named=bool(names))
        targets = targets_of(project, [name for name in names if not is_program(name)])
        programs = [entry_of(name) for name in dict.fromkeys(names) if is_program(name)]
        named = [target.statement for target in targets] + _of_groups(project, groups)
        chosen = _chosen(project, named, shipped, everything) if named or not programs else []
        entries, broken = _load(project, chosen)
    entries += programs
    unread = list(broken)
    if not entries:
        told = "; ".join(broken.values())
        raise CommandError(told or "there are no statements here", USAGE if broken else NOTHING)
    for message in broken.values():
        click.echo(f"verifier: {message}", err=True)
    command = command_line(options, seed, names, expression)
    with keeping(command, store, require_store) as kept:
        try:
            report = run_check(
                project, entries, options, seed=seed, jobs=jobs, selection=selection, choices=parts(targets),
                timeout=timeout, display=partial(progress, quiet=quiet), kept=kept.keeper, scheduler=scheduler,
                memory=memory,
            )  # fmt: skip
        except NothingSelected as error:
            raise CommandError(str(error), NOTHING) from None
        except ValueError as error:
            raise CommandError(str(owner(error) or error)) from None
        stored = kept.keep(report, verbose)
    for note in report.notes:
        click.echo(f"verifier: {note}", err=True)
    code = USAGE if broken else report.exit_code
    code = code if stored or code != EXPECTED else UNDECIDED
    if as_json:
        click.echo(json.dumps(report.to_json() | {"exit_code": code}, indent=2))
    else:
        from verifier.commands.screen import Screen
        from verifier.report.text import render

        render(report, Screen(), verbose, unread)
        for told in _scaled(entries, options.paper):
            Screen().print(told, style="dim", markup=False)
        if not named and not programs and (told := _left_out(project, chosen, shipped)):
            Screen().print(told, style="dim", markup=False)
    return code


def _of_groups(project: Project, groups: Sequence[str]) -> list[str]:
    """The statements of the groups that are named."""
    known = project.groups() if groups else {}
    for group in groups:
        if group not in known or not group:
            there = ", ".join(repr(name) for name in known if name) or "none"
            raise CommandError(f"there is no group {group!r}; the groups here are {there}")
    return [name for group in groups for name in known[group]]


def _chosen(project: Project, names: Sequence[str], shipped: bool, everything: bool) -> list[str]:
    """The names given, or all of one's own, or all; with ``shipped``, the shipped ones besides.

    Those of a group are among them if named, or with ``everything``.
    """
    own = project.own_names
    chosen = list(names) or own or project.names
    if everything and names:
        raise CommandError("--all means all statements: name none with it")
    kept = chosen if names or everything else project.usual(chosen)
    others = [name for name in project.names if name not in own] if shipped else []
    return kept + (others if everything else project.usual(others) if others else [])


def _left_out(project: Project, chosen: Sequence[str], shipped: bool) -> str:
    """Which statements a run without names left out, by group, and how they are checked; nothing where none was."""
    asked = project.names if shipped else project.own_names or project.names
    left = {group: [name for name in names if name in asked and name not in chosen]
            for group, names in project.groups().items()}  # fmt: skip
    told = [f"{', '.join(names)} (--group {group})" for group, names in left.items() if group and names]
    return f"not checked unless named: {'; '.join(told)}" if told else ""


def _scaled(entries: Sequence[Entry], paper: bool) -> list[str]:
    """What is smaller than in the text, a line a check that says so."""
    if paper:
        return []
    checks = [entry.check for entry in entries if entry.check is not None and entry.check.scaled]
    return [f"{check.name}, scaled down (--effort paper: not): {check.scaled}" for check in checks]


def _load(project: Project, names: Sequence[str]) -> tuple[list[Entry], dict[str, str]]:
    """The entries that can be loaded, and a line for each statement that cannot."""
    from verifier.projects.loading import LoadError
    from verifier.projects.project import UnknownStatement

    entries, broken = [], dict[str, str]()
    for name in dict.fromkeys(names):
        try:
            entries.append(project.entry(name))
        except UnknownStatement as error:
            raise CommandError(str(error)) from None
        except LoadError as error:
            broken[name] = str(error)
    return entries, broken
