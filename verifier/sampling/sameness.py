"""Whether a worker draws what this process would draw: the same version of this package, the same files of a project.

A worker may live for days, on another machine, and have loaded a check file that was changed since.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from verifier.projects.loading import LoadError, forget, load_file, loaded_files, loaded_roots
from verifier.projects.root import CHECKS, LEMMAS, SHIPPED


class OtherVersion(ValueError):
    """A worker has another version of this package, or other files of a project: a sentence that says which."""


@dataclass(frozen=True)
class Sources:
    """What samples are drawn with: the package's fingerprint ("" for that of this machine), each root's files.

    ``loaded``: those of projects that this process loaded, in order.  What one changes holds for the samples of all.
    """

    version: str
    files: tuple[tuple[str, str], ...]
    loaded: tuple[str, ...] = ()


@cache
def fingerprint() -> str:
    """The version of this package as it is installed here: its number, and a digest of its sources."""
    from verifier import __version__

    root = Path(__file__).resolve().parents[1]
    return f"{__version__} ({_digest(root, sorted(root.rglob('*.py')))[:12]})"


def sources(*, elsewhere: bool) -> Sources:
    """What this process draws with; ``elsewhere`` if it is compared with another installation."""
    files = tuple((str(root), _files(root)) for root in loaded_roots())
    # Of a checkout the shipped files are those of two folders: a user's project may lie elsewhere in it.
    shipped = (SHIPPED / LEMMAS, SHIPPED / CHECKS)
    loaded = tuple(str(path) for path in loaded_files() if path.is_file() and path.parent not in shipped)
    return Sources(fingerprint() if elsewhere else "", files, loaded)


def called(expected: Sources, function: Callable[..., Any], *arguments: Any) -> Any:
    """Make a call on a worker, if it has the same sources.  Raises OtherVersion."""
    if expected.version:
        refuse_other(expected.version, {"a worker": fingerprint()})
    for root, digest in expected.files:
        if _seen.get(root) != digest:
            if _files(Path(root)) != digest:
                raise OtherVersion(
                    f"the files of {root} are not the same for this process and for a worker: they were changed since "
                    "the run began, or are others there; run it again"
                )
            if root in _seen:
                _forget()
            _seen[root] = digest
    for path in expected.loaded:
        if path not in _loaded:
            try:
                load_file(Path(path))
            except LoadError as error:
                raise OtherVersion(
                    f"a worker cannot load what this process has loaded: {error}; run it again"
                ) from None
            _loaded.add(path)
    return function(*arguments)


def refuse_other(expected: str, found: dict[str, str]) -> None:
    """OtherVersion where a worker has another version than the one ``expected``."""
    for name, version in found.items():
        if version != expected:
            raise OtherVersion(
                f"{name} has verifier {version}, and this process {expected}: samples are drawn by one version alone; "
                "install the same one everywhere"
            )


_seen: dict[str, str] = {}
_loaded: set[str] = set()


def _forget() -> None:
    """What was loaded of projects is read again."""
    forget()
    _loaded.clear()
    draw = sys.modules.get("verifier.sampling.draw")
    if draw is not None:
        draw.__dict__["_loaded"].cache_clear()


def _files(root: Path) -> str:
    """A digest of the files that a project's modules are made of."""
    folders = [root / name for name in (LEMMAS, CHECKS) if (root / name).is_dir()] or [root]
    return _digest(root, sorted(path for folder in folders for path in folder.glob("*.py")))


def _digest(root: Path, paths: list[Path]) -> str:
    found = hashlib.sha256()
    for path in paths:
        found.update(f"{path.relative_to(root).as_posix()}\0".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
