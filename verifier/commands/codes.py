"""The error that ends a command, and its exit code."""

from __future__ import annotations

from verifier.verdict.codes import USAGE


class CommandError(Exception):
    """Ends a command with one line on stderr and an exit code; usage (2) unless it says otherwise."""

    def __init__(self, message: str, code: int = USAGE) -> None:
        super().__init__(" ".join(message.split()))
        self.code = code
