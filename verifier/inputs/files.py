"""Reading files that a user names: regular ones, of a bounded size, as text, JSON or TOML.

A pipe that nobody writes to would be waited for without end, a device never ends, and a deep or long document makes
parsers raise what is not theirs: all of it is one sentence here.
"""

from __future__ import annotations

import json
import os
import re
import stat
import sys
import tomllib
from pathlib import Path
from typing import Any

#: Bytes of a document that is read whole: proofs, stored results, records, configurations.
LARGEST = 64_000_000
#: Descriptors that this process was given open, as by ``<(…)`` of a shell.
_GIVEN = ("/dev/fd/", "/proc/self/fd/", "/dev/stdin")


#: Points of one dotted key, and what ends such a key.
_DOTS, _NO_KEY = 200, re.compile(r"[^\w.\-\"' \t]")


class Unreadable(ValueError):
    """A file that cannot be read, or is not what it should be; the sentence names it."""


def check_regular(path: Path) -> None:
    """Unreadable unless ``path`` is a regular file, or a pipe that this process was given open.

    Where there is no such file nothing is said: reading it will.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return
    if (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)) and str(path).startswith(_GIVEN):
        return
    kind = "a pipe" if stat.S_ISFIFO(mode) else "a device" if not stat.S_ISSOCK(mode) else "a socket"
    raise Unreadable(f"{path}: cannot be read: it is {kind}, not a file")


def read_bytes(path: Path, largest: int = LARGEST) -> bytes:
    """The bytes of a file.  Unreadable where there is none, it is no regular file, or it is larger than ``largest``."""
    check_regular(path)
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise Unreadable(f"{path}: cannot be read: {error.strerror or error}") from None
    except ValueError:  # a name with a zero byte
        raise Unreadable(f"{path}: cannot be read: no name of a file") from None
    if len(data) > largest:
        raise Unreadable(f"{path}: more than {largest} bytes; at most so many are read")
    return data


def read_text(path: Path, largest: int = LARGEST) -> str:
    """The text of a file in UTF-8, whatever the console is said to be.  Unreadable as :func:`read_bytes`."""
    try:
        return read_bytes(path, largest).decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable(f"{path}: not a text file in UTF-8") from None


def json_of(text: str | bytes, where: str) -> Any:
    """What a JSON document says.  Unreadable, with ``where`` it is from, for one that is none, or too deep."""
    try:
        return json.loads(text)
    except RecursionError:
        raise Unreadable(f"{where}: not JSON: nested too deep") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{where}: not a text file in UTF-8") from None
    except ValueError as error:
        raise Unreadable(f"{where}: not JSON: {_short(error)}") from None


def toml_of(text: str, where: str) -> dict[str, Any]:
    """What a TOML document says.  Unreadable as :func:`json_of`."""
    if any(part.count(".") > _DOTS for part in _NO_KEY.split(text)):
        raise Unreadable(f"{where}: not TOML: nested too deep")  # the parser would take the square of its length
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise Unreadable(f"{where}: not TOML: nested too deep") from None
    except (ValueError, TypeError, OverflowError) as error:  # numbers of thousands of digits, dates that are none
        raise Unreadable(f"{where}: not TOML: {_short(error)}") from None


def _short(error: Exception) -> str:
    """The parser's words, without advice on Python's own limits."""
    if "int_max_str_digits" in str(error) or "integer string conversion" in str(error):
        return f"an integer of more than {sys.get_int_max_str_digits()} digits"
    return " ".join(str(error).split())
