"""Runs in the store: what a check leaves there, and what a report is made of."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from verifier.inputs.files import Unreadable, json_of, read_text
from verifier.projects.root import find
from verifier.report.derived import finished
from verifier.report.document import FORMAT, document
from verifier.report.environment import commit, commit_of, version
from verifier.report.schema import problem_of
from verifier.sampling.keeping import Keeper
from verifier.sampling.keys import canonical
from verifier.sampling.plan import RunOptions
from verifier.sampling.store import FOLDER, Exponent, Run, Store, StoreError, Verdict
from verifier.sampling.upkeep import trim
from verifier.verify.results import RunReport

Data = dict[str, Any]
#: Bytes of the results of one run.
LARGEST_RESULTS = 1 << 28


class ResultsError(ValueError):
    """A stored run that no report can be made of; one sentence says why."""


@dataclass
class Recording:
    """A run that is being stored; ``problem`` says why one is not, or not all of it."""

    folder: Path
    command: str
    keeper: Keeper | None = None
    problem: str = ""

    @property
    def number(self) -> int | None:
        return None if self.keeper is None else self.keeper.run

    def keep(self, report: RunReport) -> bool:
        """Store what a run found, which ends now, all or nothing; whether that, and all of its samples, are stored."""
        if self.keeper is None:
            return False
        now = datetime.now(UTC).isoformat(timespec="seconds")
        found = document(report, time=now, command=self.command)
        about = {
            "command": self.command, "finished": now, "seed": str(report.seed), "stopped": report.stopped,
            "version": version(), "tool_commit": commit(), "project_commit": commit_of(self.folder.parent),
        }  # fmt: skip
        try:
            self.keeper.finish()
            self.keeper.store.end(self.keeper.run, about, found, _verdicts(found), _exponents(found))
            trim(self.keeper.store)
        except StoreError as error:
            self.problem = str(error)
            return False
        self.problem = self.keeper.failed
        return not self.problem


@contextmanager
def recording(command: str, tell: Callable[[str], None], folder: Path | None = None) -> Iterator[Recording]:
    """A run that begins now, to be stored in ``folder`` (the project's).

    Where nothing can be stored the recording says so in ``problem``, and nothing is kept.  ``tell`` is given a sentence
    for what happens besides: a damaged store that is kept aside, one that fails under way.
    """
    folder = folder or place()
    found = Recording(folder, command)
    try:
        store, told = Store.ready(folder)
    except StoreError as error:
        found.problem = str(error)
        yield found
        return
    with store:
        if told:
            tell(told)
        try:
            run = store.begin(command, datetime.now(UTC).isoformat(timespec="seconds"))
            found.keeper = Keeper(store, run, tell)
        except StoreError as error:
            found.problem = str(error)
        yield found


def keep(report: RunReport, names: Sequence[str], expression: str | None, folder: Path | None = None) -> int:
    """Store a run that ends now, without its samples; its number.  Raises StoreError where that is not possible."""
    command = command_line(report.options, report.seed, names, expression)
    with recording(command, lambda told: None, folder) as found:
        if not found.keep(report) or found.number is None:
            raise StoreError(found.problem)
        return found.number


def command_line(options: RunOptions, seed: int, names: Sequence[str], expression: str | None) -> str:
    """The command that does the run again."""
    words = ["verifier check", *(f'"{name}"' if "::" in name else name for name in names)]
    words += [f'-k "{expression}"'] if expression else []
    return " ".join([*words, *options.words(), f"--seed {seed}"])


def place() -> Path:
    """Where the runs of the project are stored that the current folder lies in."""
    return find().folder / FOLDER


def stored_runs(folder: Path | None = None) -> list[Run]:
    """All runs that ended, the last one first, whatever the clock said; none without a store.

    Raises ResultsError where there is one that cannot be read.
    """
    with _opened(folder) as store:
        return [] if store is None else store.runs()


def latest(folder: Path | None = None) -> Run | None:
    """The run that ended last; None if there is none.  Raises ResultsError."""
    return next(iter(stored_runs(folder)), None)


def last_verdicts(folder: Path | None = None) -> dict[str, tuple[Run, list[Verdict]]]:
    """By statement: the last run of this version that left none of its claims out, and what it found.

    They speak of the claims as they were (:func:`verifier.report.document.same_claims`).  Raises ResultsError.
    """
    found: dict[str, tuple[Run, list[Verdict]]] = {}
    with _opened(folder) as store:
        for run in store.runs() if store is not None else []:
            if run.version != version() or store is None:
                continue
            here: dict[str, tuple[Run, list[Verdict]]] = {}
            for verdict in store.verdicts(run.number):
                if verdict.whole:
                    here.setdefault(verdict.statement, (run, []))[1].append(verdict)
            found = here | found
    return found


def last_measured(name: str, folder: Path | None = None) -> list[Run]:
    """The runs in which a statement was measured, the last one first.  Raises ResultsError."""
    with _opened(folder) as store:
        return [] if store is None else [run for run in store.runs() if store.measured(run.number, name)]


def old_runs(folder: Path | None = None) -> list[Path]:
    """Files that earlier versions stored runs in, the last one first; ``verifier report --results`` reads one."""
    try:
        return sorted(((folder or place()) / "runs").glob("[0-9]*.json"), reverse=True)
    except OSError:
        return []


def read(run: Run | Path, *, force: bool = False, folder: Path | None = None) -> Data:
    """The document of a stored run, or in a file that ``verifier store export`` or an earlier version wrote.

    Raises ResultsError for what is none, or of another version.  ``force`` accepts another version of verifier, as far
    as the shape of the document is the same.
    """
    if isinstance(run, Path):
        return _document(_file(run), os.path.relpath(run), force)
    with _opened(folder) as store:
        if store is None:
            raise ResultsError("there is no stored run; run verifier check")
        try:
            found = store.document(run.number)
        except KeyError:
            raise ResultsError(f"run {run.number} is not stored; verifier history lists those that are") from None
    return _document(found, f"run {run.number}", force)


def _file(path: Path) -> Any:
    name = os.path.relpath(path)
    try:
        text = read_text(path, LARGEST_RESULTS)
    except Unreadable as error:
        raise ResultsError(str(error)) from None
    try:
        stored = json_of(text, name)
    except Unreadable:
        raise ResultsError(f"{name}: not a complete JSON file (half-written?); run verifier check again") from None
    if isinstance(stored, dict) and isinstance(stored.get("report"), dict):  # as earlier versions wrote it
        return stored.get("document")
    if not isinstance(stored, dict) or "statements" not in stored:
        raise ResultsError(f"{name}: not the results of a check; run verifier check again")
    return stored


def _document(found: Any, name: str, force: bool) -> Data:
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        told = found.get("format") if isinstance(found, dict) else "none"
        raise ResultsError(
            f"{name}: results of another version (format {told}, this one reads {FORMAT}); run verifier check again"
        )
    if problem := problem_of(found):
        raise ResultsError(f"{name}: not the results of a check: {problem}; run verifier check again")
    try:
        by = found["run"]["environment"]["version"]
        if by != version() and not force:
            raise ResultsError(
                f"{name}: results of verifier {by}, this is {version()}; run verifier check again, or --force to render"
            )
        return finished(found)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ResultsError(
            f"{name}: the results lack {error}; they are incomplete or of another version, run verifier check again"
        ) from None


@contextmanager
def _opened(folder: Path | None) -> Iterator[Store | None]:
    """The store to read from; None where there is none.  ResultsError for all that goes wrong with it."""
    try:
        with Store.open(folder or place()) as store:
            yield store
    except FileNotFoundError:
        yield None
    except StoreError as error:
        raise ResultsError(str(error)) from None


def _verdicts(found: Data) -> list[Verdict]:
    return [
        Verdict(statement["name"], form["form"], form["verdict"], form["proof"], form["numeric"], form["severity"],
                int(not statement["left_out"]))
        for statement in found["statements"]
        for form in statement["forms"]
    ]  # fmt: skip


def _exponents(found: Data) -> list[Exponent]:
    """What was measured at each cell that a claim speaks of."""
    return [
        Exponent(
            statement["name"], answer["claim"], json.dumps(canonical(measured["parameters"]), sort_keys=True),
            answer["verdict"], _number(answer["claimed"]), _number(answer["estimate"]), _number(answer["low"]),
            _number(answer["high"]), int(answer["samples"]),
        )
        for statement in found["statements"]
        for measured in statement["measurements"]
        for answer in measured["answers"]
        if not answer["outside"]
    ]  # fmt: skip


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
