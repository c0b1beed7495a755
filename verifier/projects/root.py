"""Where the project is that a command means: the nearest folder, from the current one upwards, that is one.

Imports nothing heavy, so that shell completion and ``verifier doctor`` can ask as well.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from verifier.inputs.files import Unreadable, read_bytes, toml_of

LEMMAS = "lemmas"
CHECKS = "checks"
CONFIG = "pyproject.toml"
#: Bytes of a configuration.
LARGEST_CONFIG = 4_000_000
_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = _PACKAGE / "papers" / "hypernetworks"
#: Where the shipped statements lie: inside the package where it is installed, beside it in the repository.
SHIPPED = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent
#: How the table of a file begins that is not TOML, or not yet.
_TABLE = re.compile(r"^\s*\[+\s*tool\s*\.\s*verifier\s*[\].]", re.MULTILINE)


@dataclass(frozen=True)
class Root:
    """The folder of a project; ``found`` False where there is none, and the folder is the current one.

    ``around`` is the next project outside of it, which is not meant.
    """

    folder: Path
    found: bool = True
    around: Path | None = None

    def told(self, here: Path | None = None) -> str:
        """One sentence on which project is meant, seen from ``here``; empty in the folder of the only one."""
        here = (here or Path.cwd()).resolve()
        if not self.found:
            return f"no project here or above (no {LEMMAS}/, no [tool.verifier]): the shipped statements are meant"
        outer = f"; {self.around}, in which it lies, is not meant" if self.around is not None else ""
        if self.folder != here:
            return f"the project is {self.folder}, found from {os.path.relpath(here, self.folder)}/{outer}"
        return f"the project is {self.folder}{outer}" if outer else ""


def find(start: Path | None = None) -> Root:
    """The project of ``start`` (the current folder): the nearest with ``lemmas/`` or [tool.verifier].

    Where neither it nor a folder above is a project, the folder itself, with ``found`` False.
    """
    start = (start or Path.cwd()).resolve()
    projects = [folder for folder in (start, *start.parents) if is_project(folder)]
    if not projects:
        return Root(start, found=False)
    return Root(projects[0], around=projects[1] if len(projects) > 1 else None)


def is_project(folder: Path) -> bool:
    """Whether a folder has ``lemmas/``, or a pyproject.toml with the table [tool.verifier], readable or not."""
    return (folder / LEMMAS).is_dir() or _configured(folder / CONFIG)


def _configured(path: Path) -> bool:
    try:
        text = read_bytes(path, LARGEST_CONFIG).decode("utf-8", "replace")
    except Unreadable:
        return False
    try:
        tool = toml_of(text, str(path)).get("tool", {})
    except Unreadable:
        return _TABLE.search(text) is not None
    return isinstance(tool, dict) and "verifier" in tool


def files(roots: Iterable[Path], folder: str) -> dict[str, Path]:
    """Files by name; names starting with an underscore are helpers."""
    found = {
        path.stem: path
        for root in roots
        for path in sorted((root / folder).glob("*.py"))
        if not path.stem.startswith("_")
    }
    return dict(sorted(found.items(), key=lambda item: natural(item[0])))


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A sorting key: lemma2 before lemma10."""
    words: list[str] = []
    for letter in name:
        if words and words[-1].isdigit() == letter.isdigit():
            words[-1] += letter
        else:
            words.append(letter)
    return tuple((int(word), "") if word.isdigit() else (-1, word) for word in words)
