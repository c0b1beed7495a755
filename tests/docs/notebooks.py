"""The notebooks of examples/notebooks: executed, and written with what they print.

``python -m tests.docs.notebooks`` writes their outputs anew.  They are stored: the site and a repository's viewer show
them without running anything, and a test says when they are no longer what comes out.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def executed(path: Path) -> Any:
    """The notebook with its outputs, run in its folder from the first cell to the last."""
    notebook = read(path)
    os.environ["OMP_NUM_THREADS"] = "1"
    client = NotebookClient(
        notebook, timeout=600, kernel_name="python3", record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )  # fmt: skip
    client.execute()
    return notebook


def main() -> None:
    for path in NOTEBOOKS:
        nbformat.write(executed(path), path)
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
