"""The exit codes, and the error that carries one."""

from __future__ import annotations

EXPECTED = 0
UNEXPECTED = 1
USAGE = 2
UNDECIDED = 3
INTERNAL = 4
NOTHING = 5


class CommandError(Exception):
    """Ends a command with one line on stderr and an exit code; usage (2) unless it says otherwise."""

    def __init__(self, message: str, code: int = USAGE) -> None:
        super().__init__(" ".join(message.split()))
        self.code = code
