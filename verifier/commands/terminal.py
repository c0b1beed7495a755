"""What reaches a terminal: every line that a command prints passes through here.

Names come from files, and files from anybody.  :class:`Outlet` stands before standard output and standard error and
shows what a terminal would obey as its number; :class:`verifier.commands.screen.Screen` does so for the text of what
rich lays out, whose own colours pass.  Nothing else writes to a terminal.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from verifier.inputs.visible import one_line, visible


class Outlet:
    """An output that shows what a terminal would obey, and whose reader may leave.

    Where the reader has left, what is written is lost and the exit code stays what it is; otherwise `verifier check |
    head` would end as if something were contradicted, and so would `2>&1 | head`.  ``failed`` is any other reason for
    which something could not be written, a full disk.  A stream that was closed before the command began is None.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.failed: OSError | None = None
        self._open = stream is not None
        self._obeyed = "GITHUB_ACTIONS" in os.environ
        self._blank = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @property
    def laid(self) -> Laid:
        """Where goes what was laid out from visible text, with colours."""
        return Laid(self)

    def isatty(self) -> bool:
        return self._open and bool(self._stream.isatty())

    def write(self, text: str) -> int:
        self.write_laid(visible(text))
        return len(text)

    def write_laid(self, text: str) -> None:
        """Write visible text, with colours; on GitHub, no line of it is a command, however it came to begin so."""
        self.write_command("".join(map(self._told, text.splitlines(keepends=True))) if self._obeyed else text)

    def _told(self, line: str) -> str:
        """A line, or a part of one: a runner obeys what begins with two colons, blanks before them or not."""
        text = line.lstrip(" \t")
        if self._blank and text.startswith((":", "##")):
            line = line.removesuffix(text) + "\\" + text
        self._blank = line.endswith("\n") or (self._blank and not text)
        return line

    def write_command(self, text: str) -> None:
        """Write as it is."""
        if self._open:
            try:
                self._stream.write(text)
            except (OSError, ValueError) as error:
                self._lose(error)

    def flush(self) -> None:
        if self._open:
            try:
                self._stream.flush()
            except (OSError, ValueError) as error:
                self._lose(error)

    def _lose(self, error: OSError | ValueError) -> None:
        """Whatever is still in a buffer goes nowhere, too."""
        self._open = False
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            self.failed = error
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
        except (OSError, ValueError):  # no descriptor, or a closed one
            self.failed = self.failed or OSError(errno.EBADF, os.strerror(errno.EBADF))


class Laid:
    """The side of an :class:`Outlet` at which a screen writes."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outlet, name)

    def write(self, text: str) -> int:
        self._outlet.write_laid(text)
        return len(text)


def laid(stream: Any) -> Any:
    """The side of ``stream`` at which a screen writes."""
    return getattr(stream, "laid", stream)


def command(line: str, *, err: bool = False) -> None:
    """Print a line that a runner is to obey."""
    stream = sys.stderr if err else sys.stdout
    write = stream.write_command if isinstance(stream, Outlet) else stream.write
    write(f"{one_line(line)}\n")
    stream.flush()


def overwrite(text: str) -> None:
    """One line on standard error in place of the one before, which ended in no newline; empty to end with."""
    outlet = laid(sys.stderr)
    outlet.write(f"\r\x1b[2K{one_line(text)}")
    outlet.flush()


@contextmanager
def outlets() -> Iterator[tuple[Outlet, Outlet]]:
    """Standard output and standard error through outlets, in the block."""
    before = sys.stdout, sys.stderr
    if isinstance(before[0], Outlet) and isinstance(before[1], Outlet):
        yield before[0], before[1]  # a command that runs another one
        return
    made = Outlet(before[0]), Outlet(before[1])
    sys.stdout, sys.stderr = made
    try:
        yield made
    finally:
        for outlet in made:
            outlet.flush()
        sys.stdout, sys.stderr = before


def speak_utf8() -> None:
    """Write UTF-8 whatever the console is said to be; what has no character there, such as a part of a file's name, is
    written as its number.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
