"""A calibration in blocks of repetitions: spread over workers, and kept so that nothing is counted twice.

Repetition r of a row draws from a stream of its own, so counts add up to the same row however the repetitions
are cut into blocks and whoever counts them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from verifier.commands.codes import CommandError
from verifier.inference.calibration import GateSettings, count_errors
from verifier.inference.families import families
from verifier.inference.kind_cases import cases, count_kind_errors
from verifier.inference.rates import Tally
from verifier.inference.schedule import Schedule
from verifier.inputs.files import Unreadable, read_text

#: Repetitions of one block: seconds of work, at most a minute.
BLOCK = 250


@dataclass(frozen=True)
class Repetitions:
    """Repetitions from ``first`` up to ``end`` of the row ``name``, with all that their counts depend on."""

    name: str
    alpha: float
    margin: float
    seed: int
    cap: int
    first: int
    end: int

    @property
    def settings(self) -> GateSettings:
        return GateSettings(alpha=self.alpha, margin=self.margin, schedule=Schedule(cap=self.cap))

    def count(self) -> Tally:
        """Run the gate on these repetitions."""
        repetitions = range(self.first, self.end)
        for family in families():
            if family.name == self.name:
                return count_errors(family, self.settings, repetitions, self.seed)
        case = next(case for case in cases() if case.name == self.name)
        return count_kind_errors(case, self.alpha, self.settings.schedule, repetitions, self.seed)


def blocks_of(name: str, alpha: float, margin: float, seed: int, cap: int, repetitions: int) -> list[Repetitions]:
    """The blocks of one row."""
    starts = range(0, repetitions, BLOCK)
    return [Repetitions(name, alpha, margin, seed, cap, k, min(k + BLOCK, repetitions)) for k in starts]


class TallyStore:
    """Counts of finished blocks, one JSON object a line; without a path nothing is kept.

    Blocks of another version of the gate must not be mixed in: start a new file for it. Raises CommandError
    for a file that cannot be read or is not such a store.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[Repetitions, Tally] = {}
        if path is None or not path.exists():
            return
        try:
            for line in read_text(path).splitlines():
                entry = json.loads(line)
                block = Repetitions(**entry["block"])
                self._known[block] = _tally(entry["tally"], block.end - block.first)
        except Unreadable as error:
            raise CommandError(f"--store {error}") from None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise CommandError(f"--store {path}: not counts of a calibration, one JSON object a line") from None

    def get(self, block: Repetitions) -> Tally | None:
        return self._known.get(block)

    def add(self, block: Repetitions, tally: Tally) -> None:
        """Keep the counts; a line is on disk when this returns."""
        self._known[block] = tally
        if self._path is None:
            return
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"block": asdict(block), "tally": asdict(tally)}) + "\n")
        except OSError as error:
            raise CommandError(f"--store {self._path}: cannot be written: {error.strerror or error}") from None


def count_blocks(
    wanted: Sequence[Repetitions], submit: Callable[..., Future[Any]], jobs: int, store: TallyStore
) -> Iterator[tuple[Repetitions, Tally]]:
    """Each block with its counts, in the order in which they are finished."""
    missing = []
    for block in wanted:
        known = store.get(block)
        if known is None:
            missing.append(block)
        else:
            yield block, known
    if jobs == 1:  # one is counted when it is asked for
        for block in missing:
            tally = submit(Repetitions.count, block).result()
            store.add(block, tally)
            yield block, tally
        return
    running = {submit(Repetitions.count, block): block for block in missing}
    for future in as_completed(running):
        block, tally = running[future], future.result()
        store.add(block, tally)
        yield block, tally


def _tally(data: dict[str, Any], repetitions: int) -> Tally:
    """Counts as they were written. Raises ValueError if they cannot be those of so many repetitions."""
    tally = Tally(**data | {"wrong": tuple(data["wrong"]), "wrong_samples": tuple(data["wrong_samples"])})
    counts = (tally.consistent, tally.contradicted, tally.invalid, tally.covered, tally.pass_above, tally.pass_below)
    possible = all(0 <= count <= repetitions for count in (*counts, *tally.wrong)) and sum(counts[:3]) <= repetitions
    if tally.repetitions != repetitions or not possible:
        raise ValueError("not counts of this block")
    return tally
