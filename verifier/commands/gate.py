"""``verifier gate``: compare every verdict with the one that is recorded, for continuous integration."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verifier.commands.check import COMPILED, DEFAULT_SEED, PROOFS
from verifier.commands.codes import CommandError
from verifier.commands.files import writable, write
from verifier.commands.keep import keeping, with_scheduler, with_store
from verifier.commands.options import MOST_JOBS, Duration, Real, Size, Whole, verbosity
from verifier.commands.place import complete, say_what, say_where, targets_of
from verifier.commands.terminal import command
from verifier.verdict.codes import EXPECTED, INTERNAL, NOTHING, UNDECIDED, USAGE

if TYPE_CHECKING:
    from verifier.gating.compare import Gated
    from verifier.gating.config import Config, FitClaim
    from verifier.projects.choosing import Choice
    from verifier.projects.project import Entry, Project
    from verifier.verify.results import RunReport


@click.command()
@click.argument("names", nargs=-1, shell_complete=complete)
@click.option("--config", metavar="FILE", help="Where [tool.verifier] is; pyproject.toml.")
@click.option("--shipped", is_flag=True, help="The shipped statements too.")
@click.option("--quick", is_flag=True, help="Fewer cells and samples.")
@click.option("--thorough", is_flag=True, help="Error rate 1e-8 a claim instead of 1e-3; more samples.")
@click.option("--samples", type=Whole(1), help="At most this many samples a width.")
@click.option("--seed", type=Whole(0, 2**128 - 1), help=f"The random seed; {DEFAULT_SEED}.")
@click.option("--fresh", is_flag=True, help="A new seed, at error rate 1e-8 a claim: for nightly runs.")
@click.option("--budget", type=Duration(), help="Spend this time, as in 10m, where it decides most.")
@click.option("--timeout", type=Real(1e-3, 1e9, "SECONDS"), help="A sampler that takes longer fails its claim.")
@click.option("--jobs", "-j", type=Whole(1, MOST_JOBS), help="Worker processes; the default is one a core.")
@click.option("--memory", type=Size(), help="Draw in as much memory at once, as in 8G; by default what is free.")
@with_scheduler
@with_store(required=True)
@click.option("--junit", metavar="FILE", help="Write JUnit XML.")
@click.option("--json", "json_file", metavar="FILE", help="Write JSON; - is standard output.")
@click.option("--github", is_flag=True, help="Annotations and a step summary for GitHub Actions.")
@click.option("--record", is_flag=True, help="Record what is found as what is expected from now on.")
@verbosity
def gate(
    names: tuple[str, ...],
    config: str | None,
    shipped: bool,
    quick: bool,
    thorough: bool,
    samples: int | None,
    seed: int | None,
    fresh: bool,
    budget: float | None,
    timeout: float | None,
    jobs: int | None,
    memory: int | None,
    scheduler: str | None,
    store: bool,
    require_store: bool,
    junit: str | None,
    json_file: str | None,
    github: bool,
    record: bool,
    verbose: int,
    quiet: bool,
) -> int:
    """Red where a verdict is not the expected one, in either direction.

    A name is that of a statement or the id of a claim, as in theorem1.zero.

    Gates what [tool.verifier] lists; without a list the project's own statements, or the shipped ones where
    it has none.  Expected is what the project's record says, else what each statement's file says.
    """
    from verifier.gating.config import ConfigError, load
    from verifier.sampling.workers import available_cores, limit_threads, warm_up

    if fresh and (seed is not None or record):
        raise CommandError("--fresh draws a new seed each time; it excludes --seed and --record")
    if quick and thorough:
        raise CommandError("--quick and --thorough exclude each other")
    if budget is not None and (quick or record):
        other = "--quick" if quick else "--record"
        raise CommandError(f"--budget and {other} exclude each other: what it decides depends on the machine")
    if config is None:
        say_where(named=bool(names))
    try:
        settings = load(Path(config) if config is not None else None)
        chosen = _settings(settings, quick, thorough or (fresh and not quick), samples, seed, fresh, timeout, jobs)
        if budget is not None:
            chosen["quick"] = False  # of the configuration
        chosen |= {
            "budget": budget,
            "memory": memory,
            "scheduler": scheduler,
            "store": store,
            "require_store": require_store,
        }
        chosen["jobs"] = chosen["jobs"] or available_cores()
        limit_threads()
        warm_up(chosen["jobs"], PROOFS, *([COMPILED] if chosen["thorough"] else []))
        return _gate(settings, chosen, names, shipped, junit, json_file, github, record, quiet)
    except ConfigError as error:
        raise CommandError(str(error)) from None


def _settings(
    config: Config, quick: bool, thorough: bool, samples: int | None, seed: int | None, fresh: bool,
    timeout: float | None, jobs: int | None,
) -> dict[str, Any]:  # fmt: skip
    """The command line where it says something, else the configuration, else the defaults."""
    if not (quick or thorough):
        quick, thorough = config.quick, config.thorough
    if fresh:
        import secrets

        seed = secrets.randbits(64)
    elif seed is None:
        seed = config.seed if config.seed is not None else DEFAULT_SEED
    return {
        "quick": quick,
        "thorough": thorough,
        "samples": samples or config.samples,
        "seed": seed,
        "timeout": timeout or config.timeout,
        "jobs": jobs or config.jobs,
    }


def _gate(
    config: Config, chosen: dict[str, Any], names: tuple[str, ...], shipped: bool, junit: str | None,
    json_file: str | None, github: bool, record: bool, quiet: bool,
) -> int:  # fmt: skip
    from verifier.gating.compare import compare, exit_code, orphans, relative, unreadable, vanished
    from verifier.gating.record import profile_name, read
    from verifier.gating.record import write as write_record
    from verifier.projects.choosing import parts
    from verifier.sampling.garbage import loading

    start = time.monotonic()
    for option, name in (("--junit", junit), ("--json", json_file)):
        if name is not None and name != "-":
            writable(name, option, make=True)
    profile = profile_name(chosen["quick"], chosen["thorough"], chosen["samples"])
    recorded = read(config.record, profile, recording=record)
    if not quiet:
        say_what("gating", names, chosen["seed"], config.root)
    with loading():
        project = _project(config)
        targets = targets_of(project, names, "gate")
        part = parts(targets)
        if record and part:
            raise CommandError(f"--record is of whole statements; {', '.join(names)} names a claim")
        selected = _selected(config, project, tuple(t.statement for t in targets), shipped or config.shipped)
        entries, broken = _load(project, selected)
    fits = [] if names else list(config.fits)
    findings: list[Gated] = [] if names else orphans(project, config.root)
    if not selected and not fits and not findings:
        raise CommandError("there is nothing to gate: no statements and no fits", NOTHING)
    if selected and not names and not project.own_names and not shipped and config.path is not None:
        click.echo(f"verifier: {config.root} has no lemmas/ of its own: the shipped statements are gated", err=True)
    for note in project.notes:
        click.echo(f"verifier: {note}", err=True)
    report, plans_broken, stored = _run(project, entries, chosen, part, quiet) if entries else (None, [], True)
    findings += [unreadable(name, error) for name, error in (*broken, *plans_broken)]
    if report is not None and record:
        _refuse_to_record(report)
        write_record(config.record, profile, report.statements, [] if names else set(recorded) - set(project.names))
        recorded = read(config.record, profile)
    if not names:
        findings += vanished(recorded, project, config.record)
    paths = {entry.name: entry.path for entry in entries}
    for statement in report.statements if report is not None else ():
        name = statement.statement.name
        expect, stopped = config.expect.get(name), report.stopped if report is not None else None
        findings += compare(statement, paths[name], recorded.get(name), expect, stopped)
    findings += [_fit(claim, config) for claim in fits]
    seconds = time.monotonic() - start
    code = exit_code(findings)
    if report is not None and report.stopped:
        incomplete = INTERNAL if report.failed else UNDECIDED
        code = incomplete if code in (EXPECTED, UNDECIDED) else code
    code = code if stored or code != EXPECTED else UNDECIDED
    if json_file != "-":
        from verifier.commands.screen import Screen

        _render(findings, chosen["seed"], profile, seconds, Screen())
        if report is not None and record:
            click.echo(f"recorded in {relative(config.record)}")
    # The findings are shown first: whatever may still fail, they are not lost.
    _write(findings, chosen["seed"], profile, seconds, code, junit, json_file, github)
    return code


def _refuse_to_record(report: RunReport) -> None:
    """CommandError where the run is not complete: what it lacks would be recorded as what is expected."""
    if report.stopped:
        raise CommandError(f"nothing is recorded: the run is incomplete: {report.stopped}", UNDECIDED)
    for name, error in ((s.statement.name, error) for s in report.statements for error in s.errors):
        raise CommandError(f"nothing is recorded: a sampler of {name} failed: {error}", USAGE)


def _project(config: Config) -> Project:
    from verifier.projects.project import Project
    from verifier.projects.root import SHIPPED

    return Project(tuple(dict.fromkeys([SHIPPED, config.root])))


def _selected(config: Config, project: Project, names: tuple[str, ...], shipped: bool) -> list[str]:
    """The names to gate.  ConfigError for a name that no file has."""
    from verifier.gating.config import ConfigError, nearest
    from verifier.projects.project import UnknownStatement

    listed = list(names or (config.statements if config.statements is not None else ()))
    if not listed and config.statements is None:
        own = project.own_names
        # A project whose configuration lists nothing but data gates nothing but data.
        listed = project.usual(own) if own else [] if config.fits and not shipped else project.usual(project.names)
    if shipped:
        others = [name for name in project.names if name not in project.own_names]
        listed += project.usual(others) if others else []
    for name in listed:
        try:
            project.path_of(name)
        except UnknownStatement as error:
            where = "" if names else f"{config.path}: [tool.verifier] statements: "
            raise ConfigError(f"{where}{error}") from None
    for name in config.expect:
        if name not in project.names:
            raise ConfigError(f"{config.path}: [tool.verifier] expect.{name}: {nearest(name, project.names)}")
    return list(dict.fromkeys(listed))


def _load(project: Project, names: list[str]) -> tuple[list[Entry], list[tuple[str, Any]]]:
    from verifier.projects.loading import LoadError

    entries, broken = [], []
    for name in names:
        try:
            entries.append(project.entry(name))
        except LoadError as error:
            broken.append((name, error))
    return entries, broken


def _run(
    project: Project, entries: list[Entry], chosen: dict[str, Any], part: dict[str, Choice], quiet: bool
) -> tuple[RunReport | None, list[tuple[str, Any]], bool]:
    """The run of all entries that can be planned, why the others cannot, and whether it is stored if it has to be."""
    from verifier.commands.progress import progress
    from verifier.projects.loading import blame
    from verifier.report.stored import command_line
    from verifier.sampling.cluster import SchedulerError
    from verifier.sampling.plan import RunOptions
    from verifier.sampling.sameness import OtherVersion
    from verifier.verify.run import plan_of, run_check

    options = RunOptions(
        samples=chosen["samples"], quick=chosen["quick"], thorough=chosen["thorough"], budget=chosen["budget"]
    )
    plans, broken = {}, []
    for entry in entries:
        try:
            plans[entry.name] = plan_of(entry, options, choice=part.get(entry.name))
        except Exception as error:  # of the files' own functions, say a condition's predicate
            broken.append((entry.name, blame(error, entry.check_path, entry.path)))
    entries = [entry for entry in entries if entry.name in plans]
    if not entries:
        return None, broken, True
    command = command_line(options, chosen["seed"], [entry.name for entry in entries], None)
    with keeping(command, chosen["store"], chosen["require_store"]) as kept:
        try:
            report = run_check(
                project, entries, options, seed=chosen["seed"], jobs=chosen["jobs"], limit=chosen["timeout"],
                plans=plans, choices=part, display=partial(progress, quiet=quiet), kept=kept.keeper,
                scheduler=chosen["scheduler"], memory=chosen["memory"],
            )  # fmt: skip
        except (SchedulerError, OtherVersion) as error:
            raise CommandError(str(error)) from None
        return report, broken, kept.keep(report)


def _fit(claim: FitClaim, config: Config) -> Gated:
    from verifier.datafiles import read_groups
    from verifier.fits.fitting import FitSettings
    from verifier.fits.groups import fit_groups, overall, sentences
    from verifier.gating.compare import fit_finding, relative

    assert config.path is not None  # fits come from a file
    try:
        data = read_groups([Path(relative(path)) for path in claim.files], claim.layout)
        settings = FitSettings(
            alpha=claim.alpha, margin=claim.margin, correction=claim.correction, allowance=claim.allowance,
            few=claim.seeds == "few",
        )  # fmt: skip
        found = fit_groups(data, claim.kind, claim.expect, settings)
    except ValueError as error:
        return fit_finding(claim, config.path, None, str(error))
    return fit_finding(claim, config.path, overall(found), sentences(found, claim.verdict))


def _write(
    findings: list[Gated], seed: int, profile: str, seconds: float, code: int, junit_file: str | None,
    json_file: str | None, github: bool,
) -> None:  # fmt: skip
    if junit_file is not None:
        from verifier.gating.junit import junit

        write(junit_file, junit(findings, seed=seed, seconds=seconds, time=datetime.now(UTC)), "--junit")
    if json_file is not None:
        data = {
            "schema": 1, "seed": seed, "profile": profile, "exit_code": code,
            "claims": [finding.to_json() for finding in findings],
        }  # fmt: skip
        text = json.dumps(data, indent=2) + "\n"
        if json_file == "-":
            click.echo(text, nl=False)
        else:
            write(json_file, text, "--json")
    if github:
        from verifier.gating.github import annotate, summary

        for line in annotate(findings, Path(os.environ.get("GITHUB_WORKSPACE") or ".")):
            command(line, err=json_file == "-")
        target = os.environ.get("GITHUB_STEP_SUMMARY")
        if target:
            try:
                with Path(target).open("a", encoding="utf-8") as file:
                    file.write(summary(findings, seed=seed, profile=profile, seconds=seconds))
            except OSError as error:
                raise CommandError(f"GITHUB_STEP_SUMMARY: {target}: {error.strerror or error}") from None


def _render(findings: list[Gated], seed: int, profile: str, seconds: float, console: Any) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from verifier.gating.compare import Outcome

    styles = {"expected": "green", "unexpected": "red", "undecided": "yellow", "failed": "red", "unreadable": "red"}
    for finding in findings:
        word = str(finding.outcome)
        console.print(Text.assemble((f"{word:10}", styles[word]), "  ", (finding.name, "bold"), f"  {finding.found}"))
        if finding.outcome is Outcome.EXPECTED:
            continue
        lines = [f"expected {finding.expected}" if finding.expected else "", *finding.message.splitlines()]
        for line in filter(None, lines):
            console.print(Padding(Text(line), (0, 0, 0, 12), expand=False))
        if finding.reproduce:
            # Not wrapped: it is there to be copied.
            console.print(Text(f"            {finding.reproduce}", style="dim"), soft_wrap=True)
    bad = sum(finding.outcome is not Outcome.EXPECTED for finding in findings)
    word = f"{bad} not as expected" if bad else "all as expected"
    claims = "1 claim" if len(findings) == 1 else f"{len(findings)} claims"
    console.print(f"{claims}, {word}; seed {seed}, profile {profile}, {seconds:.1f} s")
