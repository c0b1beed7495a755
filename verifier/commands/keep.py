"""What commands that draw samples share: where these are drawn, and where they are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from verifier.commands.codes import CommandError

if TYPE_CHECKING:
    from verifier.report.stored import Recording
    from verifier.sampling.keeping import Keeper
    from verifier.verify.results import RunReport

F = TypeVar("F", bound=Callable[..., Any])


class Scheduler(click.ParamType):
    """tcp://HOST:PORT or local:N."""

    name = "ADDRESS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from verifier.sampling.cluster import SchedulerError, check_scheduler

        try:
            return check_scheduler(str(value))
        except SchedulerError as error:
            raise CommandError(str(error)) from None


def with_scheduler(function: F) -> F:
    """``--scheduler``: draw on a Dask cluster."""
    told = "Draw on a Dask cluster: tcp://HOST:PORT, or local:N processes here; extra [distributed]."
    return click.option("--scheduler", type=Scheduler(), help=told)(function)


def with_store(*, required: bool) -> Callable[[F], F]:
    """``--store`` and ``--require-store``, the latter by default if ``required``."""

    def add(function: F) -> F:
        usual = "the default" if required else "by default it is said and the check stands"
        function = click.option(
            "--require-store/--no-require-store", default=required,
            help=f"End in an error where the run cannot be stored; {usual}.",
        )(function)  # fmt: skip
        return click.option(
            "--store/--no-store", default=True, help="Keep samples and results, and use those kept. [default: store]"
        )(function)

    return add


@dataclass
class Keeping:
    """A run's recording, if it is stored, and what is said of it."""

    recording: Recording | None
    required: bool

    @property
    def keeper(self) -> Keeper | None:
        return None if self.recording is None else self.recording.keeper

    def keep(self, report: RunReport, verbose: int = 0) -> bool:
        """Store what was found, say what is not stored; False where it had to be."""
        if self.recording is None:
            return not self.required
        whole = self.recording.keep(report)
        keeper = self.recording.keeper
        if verbose and keeper is not None:
            for quantity, reason in sorted(keeper.unkept.items()):
                click.echo(f"samples of {quantity} are not stored: the version of its code cannot be told, {reason}",
                           err=True)  # fmt: skip
            click.echo(f"{keeper.reused} blocks of samples were in the store, {keeper.kept} were drawn", err=True)
        if whole:
            if verbose and keeper is not None:
                click.echo(f"stored as run {keeper.run} in {keeper.store.path}", err=True)
            return True
        lost = keeper is None or self.recording.problem != keeper.failed
        told = "so verifier list, show and report do not have it" if lost else "its results are, and not all samples"
        click.echo(f"verifier: the run is not stored, {told}: {self.recording.problem}", err=True)
        return not self.required


@contextmanager
def keeping(command: str, store: bool, required: bool) -> Iterator[Keeping]:
    """A run, recorded in the project's store if ``store``.  CommandError where one is ``required`` and has none."""
    from verifier.report.stored import recording

    if not store:
        yield Keeping(None, False)
        return
    with recording(command, _tell) as found:
        if found.keeper is None and required:
            raise CommandError(
                f"nothing is checked: the run cannot be stored ({found.problem}); --no-store does without"
            )
        yield Keeping(found, required)


def _tell(told: str) -> None:
    click.echo(f"verifier: {told}", err=True)
