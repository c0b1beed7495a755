"""``verifier calibrate``: run the gate on families with known exponents and count its errors."""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import click

from verifier.commands.codes import EXPECTED, UNEXPECTED, CommandError
from verifier.commands.options import Number, Whole, as_json, verbosity

DEFAULT_ALPHAS = (0.05, 1e-3)


@click.command()
@click.option("--alpha", "alphas", type=Number(1e-12, 0.49, "A"), multiple=True, help="Error rate; 0.05 and 1e-3.")
@click.option("--margin", type=Number(1e-3, 10, "M"), default=0.125, show_default=True, help="Room around a claim.")
@click.option("--repetitions", type=Whole(1, 10**6), default=200, show_default=True, help="Runs of the gate a family.")
@click.option("--seed", type=Whole(0, 2**128 - 1), default=0, show_default=True, help="The random seed.")
@click.option("--family", "chosen", multiple=True, metavar="NAME", help="Only this family (repeatable).")
@click.option("--samples", type=Whole(256, 2**24), help="At most this many samples a width; 32768.")
@click.option("--quick", is_flag=True, help="20 repetitions, at most 4096 samples a width.")
@click.option("--jobs", "-j", type=Whole(1), default=None, help="Worker processes; the default is one a core.")
@click.option("--markdown", is_flag=True, help="The page docs/calibration.md.")
@click.option("-o", "--output", metavar="FILE", help="Write there instead of to standard output.")
@as_json
@verbosity
def calibrate(
    alphas: tuple[float, ...],
    margin: float,
    repetitions: int,
    seed: int,
    chosen: tuple[str, ...],
    samples: int | None,
    quick: bool,
    jobs: int | None,
    markdown: bool,
    output: str | None,
    as_json: bool,
    verbose: int,
    quiet: bool,
) -> int:
    """Measure false passes, false fails, inconclusive runs and coverage on synthetic families.

    Exits with 1 if a rate that the gate promises is surely above alpha (one-sided, error rate 1e-9 each).
    """
    from verifier.sampling.workers import available_cores, executor, limit_threads

    limit_threads()
    from verifier.inference.families import families
    from verifier.report.calibration import markdown_page, to_json, violations

    known = [family.name for family in families()]
    for name in chosen:
        if name not in known:
            raise CommandError(f"--family {name!r}: {_nearest(name, known)}")
    names = [name for name in known if not chosen or name in chosen]
    repetitions = min(repetitions, 20) if quick else repetitions
    cap = samples or (4096 if quick else None)
    jobs = jobs or available_cores()
    levels = alphas or DEFAULT_ALPHAS
    with executor(jobs) as submit:
        wanted = [(name, alpha) for alpha in levels for name in names]
        # With one job each is computed as it is asked for.
        futures: Iterable[Future[Any]] = (
            submit(_row, name, alpha, margin, repetitions, seed, cap) for name, alpha in wanted
        )
        rows = []
        for future in futures if jobs == 1 else list(futures):
            rows.append(future.result())
            if not quiet:
                click.echo(f"{len(rows)} of {len(wanted)} rows", err=True)
    broken = violations(rows)
    if as_json:
        text = json.dumps(to_json(rows, seed), indent=2) + "\n"
    elif markdown:
        text = markdown_page(rows, seed, _command(alphas, margin, repetitions, seed, chosen, samples))
    else:
        from verifier.report.calibration import text_table

        text = text_table(rows)
    if output is None:
        click.echo(text, nl=False)
    else:
        from verifier.sampling.store import write_atomically

        try:
            write_atomically(Path(output), text)
        except OSError as error:
            raise CommandError(f"-o {output}: cannot be written: {error.strerror or error}") from None
    for line in broken:
        click.echo(f"verifier: {line}", err=True)
    return UNEXPECTED if broken else EXPECTED


def _row(name: str, alpha: float, margin: float, repetitions: int, seed: int, cap: int | None) -> Any:
    """One family's row; in a worker."""
    from verifier.inference.calibration import calibrate
    from verifier.inference.families import families
    from verifier.inference.schedule import Schedule

    family = next(family for family in families() if family.name == name)
    (row,) = calibrate([family], alpha, margin, repetitions, seed, schedule=Schedule(cap=cap))
    return row


def _command(
    alphas: tuple[float, ...], margin: float, repetitions: int, seed: int, chosen: tuple[str, ...], samples: int | None
) -> str:
    words = ["verifier calibrate", f"--repetitions {repetitions}", f"--seed {seed}"]
    words += [f"--alpha {alpha:g}" for alpha in alphas]
    words += [f"--margin {margin:g}"] if margin != 0.125 else []
    words += [f"--family '{name}'" for name in chosen]
    words += [f"--samples {samples}"] if samples else []
    return " ".join([*words, "--markdown"])


def _nearest(name: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.3)
    return f"did you mean {near[0]!r}?" if near else f"the families are {', '.join(known)}"
