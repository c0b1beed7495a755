"""``verifier hunt``: the smallest instances that break a claim, and what would exclude them."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from verifier.commands.codes import CommandError
from verifier.commands.keep import with_scheduler
from verifier.commands.options import Duration, Real, Whole, as_json, verbosity
from verifier.verdict.codes import EXPECTED, UNDECIDED, UNEXPECTED

if TYPE_CHECKING:
    from verifier.hunt.finding import Hunted
    from verifier.hunt.keep import Keep
    from verifier.hunt.lab import HuntListener
    from verifier.hunt.target import Target

DEFAULT_SEED = 20201


@click.command()
@click.argument("names", metavar="[NAME|FILE:NAME]…", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every statement that declares a space.")
@click.option("--form", type=click.Choice(["printed", "amended"]), help="Claims of this form alone.")
@click.option("--budget", type=Duration(), default="10m", show_default=True,
              help="Computing time, summed over the cores: 60m are 30 minutes of two.")  # fmt: skip
@click.option("--seed", type=Whole(0, 2**63 - 1), default=DEFAULT_SEED, show_default=True, help="The random seed.")
@click.option("--jobs", type=Whole(1), help="Worker processes; by default one a core.")
@click.option("--alpha", type=Real(1e-12, 0.49, "A"), default=1e-4, show_default=True,
              help="The error rate of the whole hunt.")  # fmt: skip
@click.option("--at", metavar="INSTANCE", help='Decide one instance, as in "H=1,L=2,angle=90,z=(1,-1)".')
@click.option("--zero-of", metavar="NAME", help="With --at: its NAME is a zero of the leading coefficient.")
@click.option("--fresh", is_flag=True, help="Do not go on where an earlier run with this seed ended.")
@with_scheduler
@as_json
@verbosity
def hunt(
    names: tuple[str, ...], everything: bool, form: str | None, budget: float, seed: int, jobs: int | None,
    alpha: float, at: str | None, zero_of: str | None, fresh: bool, scheduler: str | None, as_json: bool,
    verbose: int, quiet: bool,
) -> int:  # fmt: skip
    """Look for the smallest instances at which claims fail although all their hypotheses hold.

    NAME is a statement, or one of its claims (theorem1.printed); the instances are those of the spaces that its check
    declares.  Corners come first, then exact zeros, zeros of leading coefficients, and whatever an optimiser finds;
    fresh samples decide.  An amended claim is only asked where its hypotheses hold.  Finding nothing proves nothing.

    Exits with 0 if nothing was found, 1 if something was, 2 for usage and for statements without a space, 3 if the
    budget ended before all corners were tried.
    """
    from verifier.sampling.workers import available_cores, limit_threads

    limit_threads()
    targets, skipped = _targets(names, everything, form)
    from verifier.hunt.run import decide_at
    from verifier.hunt.run import hunt as search
    from verifier.sampling.crew import WorkersLost

    workers = jobs or available_cores()
    try:
        if at is not None:
            found = decide_at(
                targets, _instance(at), seed=seed, jobs=workers, scheduler=scheduler, alpha=alpha, zero_of=zero_of
            )
        else:
            if zero_of is not None:
                raise CommandError(f"--zero-of {zero_of}: it goes with --at")
            command = _command(names, form, budget, seed, alpha)
            with _progress(quiet or as_json) as listener, _keep(command, fresh) as keep:
                found = search(
                    targets, budget=budget, seed=seed, jobs=workers, alpha=alpha, keep=keep,
                    listener=listener, skipped=skipped, scheduler=scheduler,
                )  # fmt: skip
                _record(found, targets, command, keep)
    except (ValueError, WorkersLost) as error:
        raise CommandError(str(error)) from None
    _show(found, as_json, verbose)
    return _code(found, one=at is not None)


def _targets(names: tuple[str, ...], everything: bool, form: str | None) -> tuple[tuple[Target, ...], tuple[str, ...]]:
    from verifier.claims.statement import Form
    from verifier.hunt.of_project import of_all, of_words
    from verifier.hunt.space import SpaceError
    from verifier.hunt.target import NoSpace
    from verifier.projects.loading import LoadError
    from verifier.projects.project import UnknownStatement, default_project

    if bool(names) == everything:
        raise CommandError("name statements or claims to be hunted, or --all of them")
    files = [name for name in names if ".py" in name]
    if files:
        if len(files) < len(names):
            raise CommandError(f"{files[0]} is a program, and the other names are not: hunt them one by one")
        return tuple(_program(name) for name in files), ()
    project = default_project()
    wanted = None if form is None else Form(form)
    try:
        if everything:
            found, skipped = of_all(project, wanted)
            if not found:
                raise CommandError("no statement declares a space of instances (docs/hunt.md)")
            return found, skipped
        return of_words(project, names, wanted), ()
    except (UnknownStatement, LoadError, NoSpace, SpaceError, ValueError) as error:
        raise CommandError(str(error)) from None


def _program(name: str) -> Target:
    """The target of a program ``FILE:NAME``."""
    from pathlib import Path

    from verifier.commands.programs import load
    from verifier.hunt.of_program import of_program
    from verifier.hunt.of_project import code_of
    from verifier.programs import ProgramError

    program = load(name)
    try:
        return of_program(program, code_of(Path(name.partition(".py")[0] + ".py")))
    except (ValueError, ProgramError) as error:
        raise CommandError(str(error)) from None


def _instance(written: str) -> dict[str, Any]:
    """``H=1,z=(1,-1)`` as parameters: Python's numbers, tuples and strings, and None."""
    try:
        call = ast.parse(f"f({written})", mode="eval").body
        if not isinstance(call, ast.Call) or call.args or any(k.arg is None for k in call.keywords):
            raise ValueError
        return {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
    except (SyntaxError, ValueError):
        raise CommandError(f'--at {written}: parameters are needed, as in "H=1,L=2,angle=90,z=(1,-1)"') from None


def _command(names: tuple[str, ...], form: str | None, budget: float, seed: int, alpha: float) -> str:
    """The command that hunts again."""
    words = ["verifier hunt", *(names or ["--all"]), *([f"--form {form}"] if form else [])]
    return " ".join([*words, f"--budget {budget:g}s", f"--seed {seed}", *([f"--alpha {alpha:g}"] * (alpha != 1e-4))])


def _record(found: Hunted, targets: tuple[Target, ...], command: str, kept: Keep) -> None:
    """Keep what was found beside the outcomes, for the report."""
    from datetime import UTC, datetime

    from verifier.hunt.keep import Stored
    from verifier.report.hunts import hunt_data, keep
    from verifier.sampling.store import StoreError

    if not isinstance(kept, Stored):
        return
    now = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        keep(kept.store, kept.run, hunt_data(found, targets, time=now, command=command))
    except StoreError as error:
        click.echo(f"verifier: {error}; verifier report will not know of this hunt", err=True)


@contextmanager
def _keep(command: str, fresh: bool) -> Iterator[Keep]:
    """The project's store; where that cannot be written to, the memory of this run."""
    from datetime import UTC, datetime

    from verifier.hunt.keep import Remembered, Stored
    from verifier.projects.root import find
    from verifier.sampling.store import FOLDER, Store, StoreError

    store = None
    try:
        store, told = Store.ready(find().folder / FOLDER)
        run = store.begin(command, datetime.now(UTC).isoformat(timespec="seconds"))
    except (StoreError, OSError) as error:
        told = f"{error}; nothing is kept of this hunt"
        store = None
    if told:
        click.echo(f"verifier: {told}", err=True)
    if store is None:
        yield Remembered()
        return
    with store:
        yield Stored(store, run, fresh)


def _code(found: Hunted, one: bool) -> int:
    if found.findings:
        return UNEXPECTED
    if one:
        return UNDECIDED if found.doubtful else EXPECTED
    return EXPECTED if found.corners_done and not found.disturbed else UNDECIDED


def _show(found: Hunted, as_json: bool, verbose: int) -> None:
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=2, default=str))
        return
    from verifier.commands.screen import Screen
    from verifier.report.hunt_text import render

    render(found, Screen(), verbose=verbose)


class _Live:
    """What is being tried, on one line of a terminal; elsewhere a line whenever the stage changes."""

    def __init__(self, live: bool) -> None:
        self.live, self.last = live, ("", "")

    def trying(self, target: str, stage: str, what: str, done: int, total: int) -> None:
        text = f"{target} · {stage} {done} of {total} · {what}" if total > 1 else f"{target} · {stage} · {what}"
        if self.live:
            click.echo(f"\r\033[K{text[:118]}", err=True, nl=False)
        elif (target, stage) != self.last:
            click.echo(text, err=True)
        self.last = (target, stage)


@contextmanager
def _progress(quiet: bool) -> Iterator[HuntListener | None]:
    if quiet:
        yield None
        return
    live = sys.stderr.isatty()
    yield _Live(live)
    if live:
        click.echo("\r\033[K", err=True, nl=False)
