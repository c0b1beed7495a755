"""What a run ran on: versions, the commit, the kind of machine.  No names of machines, users or folders."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

from verifier import __version__

#: What results depend on besides Python itself.
LIBRARIES = ("numpy", "scipy", "sympy", "python-flint", "networkx", "pynauty", "mpmath")


def version() -> str:
    """The version of verifier that runs."""
    return __version__


def environment() -> dict[str, Any]:
    """Versions and machine as plain data."""
    return {
        "version": version(),
        "commit": commit(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "dependencies": {name: found for name in LIBRARIES if (found := _installed(name))},
    }


def commit() -> str | None:
    """The commit the source tree is at, with "+changes" if files differ from it; None outside a checkout."""
    root = Path(__file__).resolve().parents[2]
    return commit_of(root) if (root / ".git").exists() else None


def commit_of(root: Path) -> str | None:
    """The commit that a folder is at, as :func:`commit`; None outside a repository, or without git."""
    found = _git(root, "rev-parse", "--short=12", "HEAD")
    if found is None:
        return None
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    return f"{found}+changes" if changed else found


#: git without what a repository's own configuration would have it run.
_GIT = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C")


def _git(root: Path, *words: str) -> str | None:
    try:
        done = subprocess.run([*_GIT, str(root), *words], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
