"""The exit codes of every command."""

from __future__ import annotations

EXPECTED = 0
UNEXPECTED = 1
USAGE = 2
UNDECIDED = 3
INTERNAL = 4
NOTHING = 5
