"""Files written whole or not at all, and the one JSON file a run among them."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from verifier.projects.root import find

FOLDER = ".verifier"


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside ``path``, which takes its place when the block ends without an exception.

    A reader sees the old file or the new one, never a part.  Raises OSError where that is not possible, also for a
    device or a pipe, which would be replaced by a file; nothing is left behind.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is not a file", str(path))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def write_atomically(path: Path, text: str) -> None:
    """Write ``text`` to ``path``, whole or not at all.  Raises OSError where that is not possible."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def save_run(report: dict[str, Any], identifier: str, folder: Path | None = None) -> Path:
    """Write a run's report to ``.verifier/runs/IDENTIFIER.json`` of the project; the path it was written to."""
    runs = (folder or find().folder / FOLDER) / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    path = runs / f"{identifier}.json"
    write_atomically(path, json.dumps(report, separators=(",", ":")) + "\n")
    return path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
