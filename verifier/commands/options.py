"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from verifier.commands.codes import CommandError
from verifier.inputs.data import DATA
from verifier.inputs.numbers import integer, shortened
from verifier.inputs.visible import is_visible, one_line

#: The largest number that an option takes unless it says otherwise.
MOST = 10**12
#: Worker processes.
MOST_JOBS = 4096

F = TypeVar("F", bound=Callable[..., Any])


def verbosity(function: F) -> F:
    """``-v`` (repeatable) and ``-q``."""
    loud = click.option("-v", "--verbose", count=True, help="Say more; show tracebacks of internal errors.")
    function = loud(function)
    return click.option("-q", "--quiet", is_flag=True, help="No progress display.")(function)


def as_json(function: F) -> F:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(function)


class Folder(click.ParamType):
    """A folder that is there."""

    name = "DIR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        option = param.opts[0] if param is not None else self.name
        path = Path(str(value))
        if not is_visible(str(path.absolute())):
            told = shortened(one_line(str(value)))
            raise CommandError(f"{option} {told}: the name of the folder has characters that are not shown; rename it")
        try:
            there = path.is_dir()
        except (OSError, ValueError):  # longer than names of files are, or with a zero byte
            there = False
        if not there:
            raise CommandError(f"{option} {shortened(str(value))}: there is no such folder")
        return path.absolute()


def with_data(function: F) -> F:
    """``--data DIR``: where the images of the experiments are, for check files and for worker processes."""
    told = "Where files of MNIST or CIFAR-10 are, for the experiments; by default they use the bundled digits."
    return click.option("--data", type=Folder(), callback=telling(DATA), expose_value=False, help=told)(function)


def telling(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """A callback that puts an option's value into the environment as well, until the command ends."""

    def tell(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
        if value is not None:
            before = os.environ.get(name)
            os.environ[name] = str(value)
            ctx.call_on_close(lambda: _restore(name, before))
        return value

    return tell


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


class Widths(click.ParamType):
    """Increasing widths, as in ``128,413,2^11``."""

    name = "N,N,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        from verifier.sampling.widths import check_widths

        try:
            return check_widths([_width(word) for word in str(value).split(",")])
        except ValueError as error:
            raise CommandError(f"--widths {shortened(str(value))}: {error}") from None


class InputPair(click.ParamType):
    """The pair (z_i, z_j): ``1,-1``, or vectors ``1:0,0:1``."""

    name = "ZI,ZJ"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Any, Any]:
        if isinstance(value, tuple):
            return value
        try:
            first, second = (tuple(_finite(entry) for entry in word.split(":")) for word in str(value).split(","))
            if len(first) != len(second):
                raise ValueError
        except ValueError:
            raise CommandError(
                f"--z {shortened(str(value))}: two numbers are needed, as in 1,-1, or two vectors of one length, as in "
                "1:0,0:1"
            ) from None
        return (first[0], second[0]) if len(first) == 1 else (first, second)


class Real(click.ParamType):
    """A finite number in a range, both ends included."""

    def __init__(self, low: float, high: float, name: str) -> None:
        self.low, self.high, self.name = low, high, name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        option = param.opts[0] if param is not None else self.name
        try:
            number = _finite(str(value))
        except ValueError:
            raise CommandError(f"{option} {shortened(str(value))}: not a finite number") from None
        if not self.low <= number <= self.high:
            raise CommandError(f"{option} {shortened(str(value))}: it must lie from {self.low:g} to {self.high:g}")
        return number


class Duration(click.ParamType):
    """A length of time such as 90s, 10m or 1.5h, in seconds; a plain number is one of seconds."""

    name = "TIME"
    UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}  # noqa: RUF012
    LONGEST = 1e7

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        option = param.opts[0] if param is not None else self.name
        text = str(value).strip()
        unit = self.UNITS.get(text[-1:], 1.0)
        try:
            number = _finite(text[:-1] if text[-1:] in self.UNITS else text) * unit
        except ValueError:
            raise CommandError(f"{option} {shortened(text)}: a time such as 90s, 10m or 1.5h is needed") from None
        if not 0 < number <= self.LONGEST:
            raise CommandError(f"{option} {shortened(text)}: it must be more than 0 and at most {self.LONGEST:g} s")
        return number


class Size(click.ParamType):
    """Bytes, at least ``low``, as in ``500MB``, ``500M`` or ``4GB``."""

    name = "SIZE"
    UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}  # noqa: RUF012

    def __init__(self, low: int = 0) -> None:
        self.low = low

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        option = param.opts[0] if param is not None else self.name
        match = re.fullmatch(r"(\d{1,15}(?:\.\d{1,15})?)\s*([kmgt]?)b?", str(value).strip().lower())
        size = int(float(match.group(1)) * self.UNITS[match.group(2)]) if match else -1
        if size < self.low:
            raise CommandError(f"{option} {shortened(str(value))}: it must be a size, as in 500MB or 4GB")
        return size


class Whole(click.ParamType):
    """An integer from ``low`` to ``high``, by default more than anybody draws."""

    name = "N"

    def __init__(self, low: int, high: int | None = MOST) -> None:
        self.low, self.high = low, high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        option = param.opts[0] if param is not None else self.name
        allowed = f"an integer of at least {self.low}" + (f", at most {self.high}" if self.high is not None else "")
        try:
            number = integer(str(value))
        except ValueError:
            raise CommandError(f"{option} {shortened(str(value))}: it must be {allowed}") from None
        if number < self.low or (self.high is not None and number > self.high):
            raise CommandError(f"{option} {shortened(str(value))}: it must be {allowed}")
        return number


def _width(word: str) -> int:
    word = word.strip().replace("_", "")
    match = re.fullmatch(r"(\d+)\^(\d+)", word)
    if match and len(match.group(1)) <= 20 and len(match.group(2)) <= 2:
        return int(match.group(1)) ** int(match.group(2))
    try:
        return integer(word)
    except ValueError:
        raise ValueError(f"{shortened(word)!r} is not an integer; widths are integers from 1 to 2^53 - 1") from None


def _finite(word: str) -> float:
    number = float(word)
    if number - number != 0:
        raise ValueError
    return number
