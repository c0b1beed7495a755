"""``verifier calibrate``: run the gate on families with known exponents and count its errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import click

from verifier.commands.codes import CommandError
from verifier.commands.files import writable, write
from verifier.commands.options import MOST_JOBS, Real, Whole, as_json, verbosity
from verifier.verdict.codes import EXPECTED, UNEXPECTED

if TYPE_CHECKING:
    from verifier.commands.tallies import Repetitions, TallyStore
    from verifier.fits.practice import Practice
    from verifier.inference.rates import Tally

DEFAULT_ALPHAS = (0.05, 1e-3)
DEFAULT_SAMPLES, QUICK_SAMPLES = 8192, 4096
QUICK_REPETITIONS = 20
#: Lines that tell how far it is.
STEPS = 50


@click.command()
@click.option("--alpha", "alphas", type=Real(1e-12, 0.49, "A"), multiple=True, help="Error rate; 0.05 and 1e-3.")
@click.option("--margin", type=Real(1e-3, 10, "M"), default=0.125, show_default=True, help="Room around a claim.")
@click.option(
    "--repetitions", type=Whole(1, 10**6), help="Runs of the gate a row; else 5/alpha, and twice that if needed."
)
@click.option("--seed", type=Whole(0, 2**128 - 1), default=0, show_default=True, help="The random seed.")
@click.option("--family", "chosen", multiple=True, metavar="NAME", help="Only this family (repeatable).")
@click.option("--kinds", is_flag=True, help="Other kinds of claims as well.")
@click.option("--natural", is_flag=True, help="Natural quantities and few seeds as well.")
@click.option("--samples", type=Whole(256, 2**24), help="At most this many samples a width; 8192.")
@click.option("--quick", is_flag=True, help="20 repetitions, at most 4096 samples a width.")
@click.option(
    "--jobs", "-j", type=Whole(1, MOST_JOBS), default=None, help="Worker processes; the default is one a core."
)
@click.option("--store", metavar="FILE", help="Keep finished counts there and take up what it has (same version).")
@click.option("--markdown", is_flag=True, help="The page docs/calibration.md.")
@click.option("-o", "--output", metavar="FILE", help="Write there instead of to standard output.")
@as_json
@verbosity
def calibrate(
    alphas: tuple[float, ...],
    margin: float,
    repetitions: int | None,
    seed: int,
    chosen: tuple[str, ...],
    kinds: bool,
    natural: bool,
    samples: int | None,
    quick: bool,
    jobs: int | None,
    store: str | None,
    markdown: bool,
    output: str | None,
    as_json: bool,
    verbose: int,
    quiet: bool,
) -> int:
    """Measure false passes, false fails, undecided runs and coverage on synthetic families.

    Exits with 1 if a rate that the gate promises is surely above alpha (one-sided, error rate 1e-9 each).
    """
    if as_json and markdown:
        raise CommandError("--json and --markdown: one of them")
    if output is not None:
        writable(output)
    from verifier.sampling.workers import available_cores, executor, limit_threads

    limit_threads()
    from verifier.commands.tallies import TallyStore
    from verifier.inference.calibration import extended, summarise
    from verifier.inference.families import families
    from verifier.inference.kind_cases import cases, summarise_kind
    from verifier.inference.rates import KIND_REPETITIONS, planned_repetitions
    from verifier.report.calibration import markdown_page, text_table, to_json, violations
    from verifier.report.practice import practice_text

    known = {family.name: family for family in families()}
    for name in chosen:
        if name not in known:
            raise CommandError(f"--family {name!r}: {_nearest(name, list(known))}")
    names = [name for name in known if not chosen or name in chosen]
    words = _command()
    cap = samples or (QUICK_SAMPLES if quick else DEFAULT_SAMPLES)
    fixed = min(repetitions or QUICK_REPETITIONS, QUICK_REPETITIONS) if quick else repetitions
    jobs = jobs or available_cores()
    levels = tuple(dict.fromkeys(alphas or DEFAULT_ALPHAS))
    with executor(jobs) as hands:
        count = _Counter(hands.submit, jobs, TallyStore(Path(store) if store else None), margin, seed, cap, quiet)
        families_wanted = {
            (alpha, name): fixed or planned_repetitions(alpha, known[name].holds and known[name].assumption)
            for alpha in levels
            for name in names
        }
        kinds_wanted = {
            (alpha, case.name): fixed or KIND_REPETITIONS for alpha in levels for case in (cases() if kinds else ())
        }
        tallies = count(families_wanted | kinds_wanted)
        settings = {alpha: count.settings(alpha) for alpha in levels}
        rows = {key: summarise(known[key[1]], settings[key[0]], tallies[key]) for key in families_wanted}
        if fixed is None:
            again = {key: 2 * families_wanted[key] for key, row in rows.items() if extended(row)}
            tallies |= count(again)
            rows |= {key: summarise(known[key[1]], settings[key[0]], tallies[key]) for key in again}
        practice = count_practice(hands.submit, seed, fixed, quiet) if natural else None
    others = [
        summarise_kind(case, alpha, tallies[alpha, case.name])
        for alpha in levels
        for case in (cases() if kinds else ())
    ]
    table = list(rows.values())
    if as_json:
        found = to_json(table, others, seed, cap) | ({} if practice is None else practice.as_dict())
        text = json.dumps({"command": words} | found, indent=2) + "\n"
    elif markdown:
        text = markdown_page(table, others, seed, words, fixed, practice)
    else:
        text = text_table(table, others) + ("" if practice is None else practice_text(practice))
    if output is None:
        click.echo(text, nl=False)
    else:
        write(output, text)
    broken = violations([*table, *others])
    for line in broken:
        click.echo(f"verifier: {line}", err=True)
    return UNEXPECTED if broken else EXPECTED


class _Counter:
    """Counts rows, each named by its alpha and name, in blocks that all workers share."""

    def __init__(
        self,
        submit: Callable[..., Future[Any]],
        jobs: int,
        store: TallyStore,
        margin: float,
        seed: int,
        cap: int,
        quiet: bool,
    ) -> None:
        self._submit, self._jobs, self._store = submit, jobs, store
        self._margin, self._seed, self._cap, self._quiet = margin, seed, cap, quiet

    def _blocks(self, alpha: float, name: str, repetitions: int) -> list[Repetitions]:
        from verifier.commands.tallies import blocks_of

        return blocks_of(name, alpha, self._margin, self._seed, self._cap, repetitions)

    def settings(self, alpha: float) -> Any:
        """How the gate is run at this alpha."""
        return self._blocks(alpha, "", 1)[0].settings

    def __call__(self, wanted: dict[tuple[float, str], int]) -> dict[tuple[float, str], Tally]:
        """The counts of each row over the repetitions that it asks for."""
        from verifier.commands.tallies import count_blocks

        blocks = [block for (alpha, name), total in wanted.items() for block in self._blocks(alpha, name, total)]
        found: dict[tuple[float, str], Tally] = {}
        for done, (block, tally) in enumerate(count_blocks(blocks, self._submit, self._jobs, self._store), 1):
            key = (block.alpha, block.name)
            found[key] = found[key] + tally if key in found else tally
            if not self._quiet and done * STEPS // len(blocks) > (done - 1) * STEPS // len(blocks):
                click.echo(f"{done} of {len(blocks)} blocks", err=True)
        return found


def count_practice(submit: Callable[..., Future[Any]], seed: int, fixed: int | None, quiet: bool) -> Practice:
    """The tables of natural quantities and of few seeds; a job a row.  ``fixed``: the runs of a row of other tables."""
    from verifier.fits.practice import (
        FEW_COUNTS,
        FEW_SETS,
        NATURAL_COUNTS,
        NATURAL_SETS,
        Practice,
        few_laws,
        few_row,
        natural_row,
    )
    from verifier.inference.natural import naturals

    sets = NATURAL_SETS if fixed is None else min(NATURAL_SETS, max(1, fixed // 20))
    few_sets = FEW_SETS if fixed is None else min(FEW_SETS, 5 * fixed)
    names = [quantity.name for quantity in naturals()]
    first = [submit(natural_row, name, seed, NATURAL_COUNTS, sets) for name in names]
    second = [submit(few_row, name, count, seed, few_sets) for name in few_laws() for count in FEW_COUNTS]
    found = Practice(tuple(job.result() for job in first), tuple(job.result() for job in second))
    if not quiet:
        click.echo(f"{len(first)} natural quantities, {len(second)} rows of few seeds", err=True)
    return found


def _command() -> str:
    """The command that writes the same page again."""
    given = SimpleNamespace(**click.get_current_context().params)
    words = ["verifier calibrate", *["--kinds"] * given.kinds, *["--natural"] * given.natural]
    words += [f"--repetitions {given.repetitions}"] if given.repetitions else []
    words += [f"--seed {given.seed}"] if given.seed else []
    words += [f"--alpha {alpha:g}" for alpha in given.alphas]
    words += [f"--margin {given.margin:g}"] if given.margin != 0.125 else []
    words += [f"--family '{name}'" for name in given.chosen]
    words += [f"--samples {given.samples}"] if given.samples else []
    words += ["--quick"] * given.quick
    return " ".join([*words, "--markdown"] + ([f"-o {given.output}"] if given.output else []))


def _nearest(name: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.3)
    return f"did you mean {near[0]!r}?" if near else f"the families are {', '.join(known)}"
