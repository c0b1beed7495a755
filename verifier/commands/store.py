"""``verifier store``: what the project's store holds, copies of it, and how it is made smaller."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verifier.commands.codes import CommandError
from verifier.commands.files import writable, write
from verifier.commands.options import Size, Whole, as_json, verbosity
from verifier.verdict.codes import EXPECTED, NOTHING, USAGE

if TYPE_CHECKING:
    from verifier.sampling.store import Store
    from verifier.sampling.upkeep import Info


@click.group()
def store() -> None:
    """The store of the project: .verifier/store.sqlite, with its samples, runs and verdicts."""


@store.command()
@click.option("--thorough", is_flag=True, help="Look at every byte, and say what is damaged.")
@as_json
@verbosity
def info(thorough: bool, as_json: bool, verbose: int, quiet: bool) -> int:
    """What the store holds: runs, and the samples of each quantity by the version of the code that drew them."""
    from verifier.sampling.upkeep import info as look

    with _opened() as found:
        seen = look(found, thorough=thorough)
    if as_json:
        click.echo(json.dumps(asdict(seen), indent=2))
    else:
        _render(seen)
    return USAGE if seen.problems else EXPECTED


@store.command()
@click.option("-o", "--output", required=True, metavar="FILE", help="The file: .json a run; .npz or .parquet samples.")
@click.option("--run", "number", type=Whole(1), help="The run to write; the last.")
@click.option("--statement", metavar="NAME", help="Only this statement's samples.")
@verbosity
def export(output: str, number: int | None, statement: str | None, verbose: int, quiet: bool) -> int:
    """Write a run as JSON, which verifier report --results reads, or samples as columns.

    A sample is written as it is kept: its sign, and the logarithm of its absolute value.
    """
    suffix = Path(output).suffix.lower()
    if suffix not in (".json", ".npz", ".parquet"):
        raise CommandError(f"-o {output}: the name must end in .json, .npz or .parquet")
    if number is not None and suffix != ".json":
        raise CommandError("--run is for a run, which is written as .json")
    writable(output)
    told = _export_run(output, number) if suffix == ".json" else _export_samples(Path(output), statement)
    if not quiet:
        click.echo(f"{output}: {told}")
    return EXPECTED


@store.command()
@click.option("--superseded", is_flag=True, help="Samples whose code has changed since they were drawn.")
@click.option("--samples", is_flag=True, help="All samples; runs and verdicts stay.")
@click.option("--size", type=Size(), help="Samples beyond this size, as in 500M; those used last stay.")
@click.option("--runs", type=Whole(0), metavar="N", help="All runs but the last N, with what they found.")
@verbosity
def prune(superseded: bool, samples: bool, size: int | None, runs: int | None, verbose: int, quiet: bool) -> int:
    """Make the store smaller.  What goes is drawn again when it is asked for; runs that go are gone."""
    from verifier.sampling.upkeep import prune as remove

    if not (superseded or samples or size is not None or runs is not None):
        raise CommandError("say what is to go: --superseded, --samples, --size SIZE or --runs N")
    with _opened(write=True) as found:
        before = found.path.stat().st_size
        blocks, gone = remove(found, size=size, superseded=superseded, samples=samples, runs=runs)
        after = found.path.stat().st_size
    if not quiet:
        click.echo(f"{blocks} blocks of samples and {gone} runs removed; {_size(before)} before, {_size(after)} now")
    return EXPECTED


def _export_run(output: str, number: int | None) -> str:
    from verifier.report.stored import ResultsError, read, stored_runs

    try:
        runs = [run for run in stored_runs() if number in (None, run.number)]
        if not runs:
            which = "there is no stored run" if number is None else f"run {number} is not stored"
            raise CommandError(which, NOTHING)
        data = read(runs[0], force=True)
    except ResultsError as error:
        raise CommandError(str(error)) from None
    write(output, json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    return f"run {runs[0].number}, the check of {data['run']['time']}"


def _export_samples(path: Path, statement: str | None) -> str:
    import numpy as np

    from verifier.sampling.files import replacing
    from verifier.sampling.upkeep import columns

    with _opened() as found:
        try:
            table = columns(found, statement)
        except ValueError as error:
            raise CommandError(str(error)) from None
    if not table["log"].size:
        raise CommandError(f"no samples are stored{f' of {statement}' if statement else ''}", NOTHING)
    try:
        with replacing(path) as temporary:
            if path.suffix.lower() == ".npz":
                with temporary.open("wb") as file:
                    np.savez_compressed(file, allow_pickle=False, **table)
            else:
                from verifier.datafiles import write_parquet

                write_parquet(temporary, table, {})
    except ValueError as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"-o {path}: cannot be written: {error.strerror or error}") from None
    return f"{table['log'].size} samples"


def _opened(write: bool = False) -> Store:
    from verifier.report.stored import place
    from verifier.sampling.store import NAME, Store, StoreError

    folder = place()
    try:
        if write and folder.is_dir() and not (folder / NAME).exists():
            raise FileNotFoundError
        return Store.open(folder, write=write)
    except FileNotFoundError:
        raise CommandError(f"there is no store in {folder}: nothing was checked here yet", NOTHING) from None
    except StoreError as error:
        raise CommandError(str(error)) from None


def _render(seen: Info) -> None:
    from rich.table import Table

    from verifier.commands.screen import Screen

    console = Screen()
    unfinished = f", {seen.unfinished} more did not end" if seen.unfinished else ""
    console.print(f"{seen.path}: {_size(seen.bytes)}, {seen.runs} runs{unfinished}", soft_wrap=True)
    table = Table(box=None, header_style="dim", show_edge=False, padding=(0, 2, 0, 0))
    for name in ("statement", "quantity", "samples", "blocks", "size", "code"):
        table.add_column(name, justify="left" if name in ("statement", "quantity", "code") else "right")
    for one in seen.estimators:
        if one.blocks:
            code = one.version[:8] + ("" if one.current else ", changed since")
            table.add_row(one.statement, one.quantity, f"{one.samples}", f"{one.blocks}", _size(one.bytes), code)
    if table.row_count:
        console.print(table)
    for problem in seen.problems:
        click.echo(f"verifier: {problem}", err=True)


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
