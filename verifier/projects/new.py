"""A small project of a user's own, from the template beside this file."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parent / "template"
#: template -> place in the project
FILES = {
    "pyproject.toml.in": "pyproject.toml",
    "README.md.in": "README.md",
    "workflow.yml.in": ".github/workflows/claims.yml",
    "lemmas/one_hidden_layer.py": "lemmas/one_hidden_layer.py",
    "checks/one_hidden_layer.py": "checks/one_hidden_layer.py",
}
IGNORED = ".verifier/\n__pycache__/\n"


def create(folder: Path) -> list[Path]:
    """Write the project into ``folder``, which must be new or empty but for a ``.git``; the files written.

    Raises ValueError for a folder that is a file or is not empty, OSError where nothing can be written.
    """
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder}: it is a file; name a new directory")
    if folder.is_dir() and any(path.name != ".git" for path in folder.iterdir()):
        raise ValueError(f"{folder}: the directory is not empty; name a new one")
    name = project_name(folder)
    texts = {target: (TEMPLATE / source).read_text(encoding="utf-8") for source, target in FILES.items()}
    texts[".gitignore"] = IGNORED
    written = []
    for target, text in texts.items():
        path = folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("@NAME@", name), encoding="utf-8")
        written.append(path)
    return written


def project_name(folder: Path) -> str:
    """The folder's name as a distribution may be called: letters, digits and hyphens."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")
    return name or "claims"
