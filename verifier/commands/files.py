"""Files that commands write: refused before any work, or written whole."""

from __future__ import annotations

import os
from pathlib import Path

from verifier.commands.codes import CommandError
from verifier.inputs.numbers import shortened


def writable(output: str, option: str = "-o", *, make: bool = False) -> Path:
    """The path of ``output``, the value of ``option``; CommandError before any work if it cannot be a file there.

    ``make`` makes the folders it is to lie in.
    """
    path = Path(output)
    try:
        path.stat()
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:  # too long, or with a zero byte
        told = getattr(error, "strerror", None) or error
        raise CommandError(f"{option} {shortened(output)}: cannot be written: {told}") from None
    if path.is_dir():
        raise CommandError(f"{option} {output}: it is a directory; name a file")
    if path.exists() and not path.is_file():
        raise CommandError(f"{option} {output}: it is a device or a pipe; name a file, or - for standard output")
    if make:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(option, output, error) from None
    if not path.parent.is_dir():
        raise CommandError(f"{option} {output}: there is no directory {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise CommandError(f"{option} {output}: cannot be written: Permission denied")
    return path


def write(output: str, text: str, option: str = "-o") -> None:
    """Write the whole of ``text`` or nothing.  CommandError where that is not possible."""
    from verifier.sampling.files import write_atomically

    try:
        write_atomically(Path(output), text)
    except OSError as error:
        raise _unwritable(option, output, error) from None


def _unwritable(option: str, output: str, error: OSError) -> CommandError:
    return CommandError(f"{option} {output}: cannot be written: {error.strerror or error}")
