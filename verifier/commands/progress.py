"""What a run looks like while it runs: a live display on a terminal, plain lines elsewhere.

Progress goes to stderr, so that stdout holds the result and nothing else.
"""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from verifier.quantities.select import text_of

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from verifier.sampling.plan import Group
    from verifier.sampling.run import Listener, Pace


@contextmanager
def progress(groups: Sequence[Group], quiet: bool) -> Iterator[Listener | None]:
    """A listener for the run of ``groups``; None if there is nothing to show."""
    if quiet or not groups:
        yield None
    elif not sys.stderr.isatty():
        with _Lines() as lines:
            yield lines
    else:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        from verifier.commands.screen import Screen

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:.0f} of {task.total:.0f} cells decided", markup=False),
            TextColumn("{task.fields[last]}", style="dim", markup=False),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=Screen(stderr=True), transient=True) as display:
            yield _Live(display, groups)


def label(group: Group) -> str:
    """A group in a few words: ``H=2 L=3 angle=60``."""
    shown = {n: v for n, v in group.shared.items() if n not in ("m", "z") and not (n == "angle" and v == 0)}
    return " ".join(f"{name}={text_of(value)}" for name, value in shown.items())


def _cells(group: Group) -> int:
    return sum(cell.selected and bool(cell.questions) for cell in group.cells)


#: Seconds until the first line that tells what is to come, between two of them, and to look whether more is known.
FIRST, PACE, LOOK = 5.0, 60.0, 1.0


class _Lines:
    """One line for each group that is through; a thread tells what is to come, whatever this process is doing."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._to_come: Pace | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="progress", daemon=True)

    def __enter__(self) -> _Lines:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    def progress(self, group: Group, size: int, decided: int, cells: int) -> None:
        if decided == cells or size >= (group.enough or group.schedule.sizes[-1]):
            click.echo(
                f"{group.statement} {label(group)}: {decided} of {cells} cells decided, {size} samples a width",
                err=True,
            )

    def pace(self, pace: Pace) -> None:
        self._to_come = pace

    def _tell(self) -> None:
        """A line after a while and every minute, and one as soon as the time left is known."""
        due, known = self._begun + FIRST, False
        while not self._ended.wait(min(max(due - time.monotonic(), 0.0), LOOK)):
            pace, now = self._to_come, time.monotonic()
            foreseen = pace is not None and not math.isnan(pace.left)
            if now < due and (known or not foreseen or now < self._begun + FIRST):
                continue
            due, known = now + (LOOK if pace is None else PACE), known or foreseen
            if pace is not None:
                click.echo(f"{_told(pace)}; {_so_far(now - self._begun)}", err=True)


def _so_far(seconds: float) -> str:
    return f"{seconds / 60:.0f} min so far" if seconds >= 90 else f"{seconds:.0f} s so far"


def _told(pace: Pace) -> str:
    """What is to come; "at most" where all of it was timed, and cells may be decided before their samples end; "at
    least" where nothing is known of some of it."""
    told = f"{pace.there} of {pace.pieces} pieces"
    if math.isnan(pace.left):
        return f"{told}, the time left is not known yet"
    left = pace.left
    time_ = f"{left / 3600:.1f} h" if left >= 5400 else f"{left / 60:.0f} min" if left >= 90 else f"{left:.0f} s"
    if pace.unknown:
        return f"{told}, at least {time_} left (nothing is known of {pace.unknown} groups yet)"
    if pace.untimed:
        return f"{told}, about {time_} left ({pace.untimed} groups are not timed yet)"
    return f"{told}, at most {time_} left"


class _Live:
    """A bar for each statement."""

    def __init__(self, display: Progress, groups: Sequence[Group]) -> None:
        self.display = display
        self.decided: dict[tuple[str, str], int] = {}
        self.tasks: dict[str, TaskID] = {}
        self.shown = ("", "")  # the statement of the group that was told last, and what was told
        for name in dict.fromkeys(group.statement for group in groups):
            total = sum(_cells(group) for group in groups if group.statement == name)
            self.tasks[name] = display.add_task(name, total=total, last="")

    def progress(self, group: Group, size: int, decided: int, cells: int) -> None:
        self.decided[group.statement, f"{group.part} {group.shared}"] = decided
        done = sum(count for (name, _), count in self.decided.items() if name == group.statement)
        last = f"{label(group)}, {size} samples"
        self.shown = (group.statement, last)
        self.display.update(self.tasks[group.statement], completed=done, last=last)

    def pace(self, pace: Pace) -> None:
        name, last = self.shown
        if name not in self.tasks:
            name = next(iter(self.tasks))
        told = ", ".join((f"{pace.rate:,.0f} samples/s", _told(pace)))
        told = f"{last}; {told}" if last else told
        self.display.update(self.tasks[name], last=told)
