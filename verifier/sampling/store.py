"""One JSON file a run, written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

FOLDER = ".verifier"


def write_atomically(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` so that a reader sees the old file or the new one, never a part.

    Raises OSError, naming the path, where that is not possible; nothing is left behind.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def save_run(report: dict[str, Any], identifier: str, folder: Path | None = None) -> Path:
    """Write a run's report to ``.verifier/runs/IDENTIFIER.json``; the path it was written to."""
    runs = (folder or Path.cwd() / FOLDER) / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    path = runs / f"{identifier}.json"
    write_atomically(path, json.dumps(report, separators=(",", ":")) + "\n")
    return path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
