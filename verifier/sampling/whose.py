"""Whose a module is, and what it is by its name: this package's, a project's, an installed one's, Python's own."""

from __future__ import annotations

import ast
import builtins
import sys
from functools import cache
from importlib import import_module, metadata, util
from pathlib import Path
from types import ModuleType
from typing import Any

from verifier.projects.loading import meant
from verifier.sampling.sources import Unknown

#: Folders of installed packages, which count with their versions.
_INSTALLED = frozenset(("site-packages", "dist-packages"))


def named_there(module: str, thing: Any) -> bool:
    """Whether a thing is what its module has under its name, and not one that was made there of something else."""
    found: Any = sys.modules.get(module)
    for part in str(getattr(thing, "__qualname__", None) or thing.__name__).split("."):
        found = getattr(found, part, None)
    return found is thing


def builtin(module: ModuleType, name: str) -> Any:
    """What a module's code finds among Python's own names: a project's file has a table of these of its own."""
    table = vars(module).get("__builtins__", builtins)
    return (table if isinstance(table, dict) else vars(table)).get(name, vars(builtins).get(name))


def attribute(thing: Any, name: str) -> Any:
    """An attribute of a thing that may do anything when it is asked; None where it has none."""
    try:
        return getattr(thing, name, None)
    except Exception:
        return None


def top(name: str) -> str:
    """The package that a module of this name is of; ``_operator`` is of ``operator``."""
    return name.partition(".")[0].lstrip("_")


def of_package(module: ModuleType) -> bool:
    """Whether a module is this package's own, the shipped checks and lemmas apart."""
    return module.__name__.partition(".")[0] == "verifier"


def ours(module: ModuleType | None) -> bool:
    """Whether a module's source counts: this package's and a project's, and not an installed one's."""
    if module is None or module.__name__.partition(".")[0] in sys.stdlib_module_names - {"__main__"}:
        return False
    if module.__name__.partition(".")[0] == "verifier":
        return True
    path = getattr(module, "__file__", None)
    if path is None:  # the package of a project's files
        return hasattr(module, "__path__") and module.__name__.startswith("_verifier_")
    return not _is_installed(str(path))


@cache
def _is_installed(path: str) -> bool:
    return bool(_INSTALLED & set(Path(path).parts))


def target(module: ModuleType, node: ast.ImportFrom) -> str:
    """The full name of the module that is imported from."""
    if not node.level:
        return meant(module.__name__, node.module or "") or str(node.module)
    package = str(getattr(module, "__package__", "") or "")
    base = package.rsplit(".", node.level - 1)[0] if node.level > 1 else package
    return f"{base}.{node.module}" if node.module else base


def module_of(name: str) -> ModuleType | None:
    """The module of a name, imported if need be; None for one that is not there, or is another package's."""
    if name in sys.modules:
        return sys.modules[name]
    top = name.partition(".")[0]
    try:
        spec = None if top in sys.stdlib_module_names else util.find_spec(name)
        if spec is None or (top != "verifier" and _INSTALLED & set(Path(str(spec.origin)).parts)):
            return None
        return import_module(name)
    except ModuleNotFoundError:
        return None
    except Exception as error:
        raise Unknown(f"{name} ({error})") from None


@cache
def package_version(top: str) -> str:
    found = getattr(sys.modules.get(top), "__version__", None)
    if isinstance(found, str):
        return found
    for name in (top, *metadata.packages_distributions().get(top, ())):
        try:
            return metadata.version(name)
        except (metadata.PackageNotFoundError, ValueError):
            continue
    if top in sys.modules or util.find_spec(top) is not None:
        raise Unknown(f"the version of {top}")
    return "absent"
