"""``verifier doctor``: whether this installation works, in a screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from verifier.commands.options import as_json, verbosity
from verifier.verdict.codes import EXPECTED, INTERNAL, USAGE

if TYPE_CHECKING:
    from verifier.commands.installation import Package, Trial


@click.command()
@as_json
@verbosity
def doctor(as_json: bool, verbose: int, quiet: bool) -> int:
    """Say what this installation has, where results are kept, and try it on a claim that is true and one that is not.

    Exits with 0 if it works, 2 if something that is needed is missing, 4 if the trial comes out wrong.
    """
    from verifier.sampling.workers import limit_threads

    limit_threads()
    from verifier.commands.installation import machine, packages, place, self_test
    from verifier.report.environment import version

    about, found, here = machine(), packages(), place()
    missing = [f"{package.name}: {package.problem}" for package in found if package.problem]
    problems = ([f"Python {about['python']}: {about['problem']}"] if about["problem"] else []) + missing
    trials: list[Trial] = []
    if not problems:
        try:
            trials = list(self_test())
        except Exception as error:  # that it raises is what is asked
            problems.append(f"the trial failed: {type(error).__name__}: {' '.join(str(error).split())}")
    wrong = [f"{trial.name}: {trial.told}" for trial in trials if not trial.passed]
    code = USAGE if missing or about["problem"] else INTERNAL if problems or wrong else EXPECTED
    if as_json:
        data = {
            "version": version(), "machine": about, "packages": [package.to_json() for package in found],
            "place": here, "self_test": [trial.to_json() for trial in trials], "problems": [*problems, *wrong],
            "exit_code": code,
        }  # fmt: skip
        click.echo(json.dumps(data, indent=2))
        return code
    for name, told in _lines(version(), about, found, here, trials):
        click.echo(f"{name:<14}{told}")
    for problem in (*problems, *wrong):
        click.echo(f"wrong: {problem}")
    click.echo("it works" if code == EXPECTED else "it does not work; what is wrong is named above")
    return code


def _lines(
    version: str, about: dict[str, Any], found: list[Package], here: dict[str, Any], trials: list[Trial]
) -> Iterator[tuple[str, str]]:
    from verifier.commands.installation import PURPOSES

    yield "verifier", version
    yield "python", f"{about['python']} ({about['executable']})"
    yield "machine", f"{about['system']}, {about['cores']} of {about['cores_of_the_machine']} cores usable"
    yield "output", f"UTF-8 (this console is set to {about['encoding']})"
    needed = [package for package in found if not package.extra]
    yield "packages", ", ".join(f"{package.name} {package.version or '-'}" for package in needed)
    for package in found:
        if package.extra:
            told = package.version or f"not installed; for {PURPOSES[package.name]}"
            yield package.name, f"{told}{': ' + package.problem if package.problem else ''}"
    yield "project", here["told"] or here["project"]
    if here["writable"]:
        yield "results", f"{here['results']} ({here['runs']} stored)"
    else:
        yield "results", f"nothing can be kept in {here['results']}: {here['problem']}"
    for trial in trials:
        yield trial.name, f"{trial.told}{'' if trial.passed else ' (wrong)'}"
