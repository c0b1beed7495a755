"""Loading a project's files by path: each root is a package of its own, under a name that nothing else can have.

``lemmas/theorem1.py`` of one root and that of another never collide, nor do they with an installed package called
``lemmas``.  Inside a file ``from lemmas._helper import …`` means the file beside it, as ``from ._helper import …``
does; where the project has no such file the shipped one is meant, as for statements.  ``from net import Net`` means
``net.py`` of the file's folder (of its project's, for ``lemmas`` and ``checks``) where Python knows no other ``net``.
Worker processes load check files through here as well, which is why this module imports nothing heavy.
"""

from __future__ import annotations

import builtins
import hashlib
import importlib
import importlib.util
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from verifier.inputs.files import Unreadable, check_regular
from verifier.projects.root import CHECKS, LEMMAS, SHIPPED

#: Packages of roots are called this and a digest of the root's path.
_PREFIX = "_verifier_"


class LoadError(Exception):
    """A file that could not be loaded: where, and why, in one line."""

    def __init__(self, path: Path, line: int | None, message: str) -> None:
        self.path = path
        self.line = line
        self.message = message
        super().__init__(str(self))

    def __str__(self) -> str:
        where = f"{_shorten(self.path)}:{self.line}" if self.line else str(_shorten(self.path))
        return f"{where}: {self.message}"

    def __reduce__(self) -> tuple[type[LoadError], tuple[Path, int | None, str]]:
        return LoadError, (self.path, self.line, self.message)


def load_file(path: Path) -> ModuleType:
    """The module in ``path``, loaded once a process.  Raises LoadError naming file and line.

    The file may be one that ``path`` imports: what is beside it belongs to it.  What a file prints goes to stderr,
    since stdout holds results; a file that calls ``sys.exit`` is in error.
    """
    path = path.resolve()
    package, name = _names(path)
    if name in sys.modules:
        return sys.modules[name]
    try:
        check_regular(path)
    except Unreadable as error:
        raise LoadError(path, None, str(error).partition(": ")[2]) from None
    importlib.invalidate_caches()
    before = set(sys.modules)
    try:
        with redirect_stdout(sys.stderr):
            parent = importlib.import_module(name.rpartition(".")[0])
            loader = _Loader(name, str(path))
            spec = importlib.util.spec_from_file_location(name, path, loader=loader)
            if spec is None:
                raise LoadError(path, None, "not a Python file")
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module  # dataclasses and pickling look their module up by name
            loader.exec_module(module)
            setattr(parent, name.rpartition(".")[2], module)
    except (Exception, SystemExit) as error:
        # What it imported goes with it, so that all of it is read again once it is mended.
        for made in [made for made in sys.modules if made not in before and made.startswith(f"{package}.")]:
            del sys.modules[made]
        if isinstance(error, LoadError):
            raise
        if isinstance(error, FileNotFoundError) and not path.is_file():
            raise LoadError(path, None, "no such file") from error
        raise blame(error, path) from error
    return module


def blame(error: BaseException, *paths: Path | None) -> LoadError:
    """A LoadError for an exception that loaded code raised later: at the innermost line of ``paths`` and of the files
    of their projects that it passed through."""
    known = [path.resolve() for path in paths if path is not None]
    if isinstance(error, SyntaxError) and error.filename and _belongs(error.filename, known):
        return LoadError(Path(error.filename).resolve(), error.lineno, f"SyntaxError: {error.msg}")
    told = re.sub(rf"{_PREFIX}[0-9a-f]{{16}}\.", "", " ".join(str(error).split()))
    message = f"{type(error).__name__}: {told or 'no message'}"
    frames = traceback.extract_tb(error.__traceback__)
    places = [(Path(f.filename).resolve(), f.lineno) for f in frames if _belongs(f.filename, known)]
    path, line = places[-1] if places else (known[0], None)
    return LoadError(path, line, message)


def owner(error: BaseException) -> LoadError | None:
    """The LoadError that ``error`` is, or comes to where code of a project's file raised it; None where none did."""
    if isinstance(error, LoadError):
        return error
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    own = [frame for frame in frames if str(frame.f_globals.get("__name__", "")).startswith(_PREFIX)]
    return blame(error, Path(own[-1].f_code.co_filename)) if own else None


def _belongs(file: str, known: Sequence[Path]) -> bool:
    """Whether ``file`` is one of these, beside one, or elsewhere in the lemmas and checks of its project."""
    if file.startswith("<"):  # <string>, <frozen importlib._bootstrap>: no file
        return False
    path = Path(file).resolve()
    if any(path.parent == other.parent for other in known):
        return True
    roots = {other.parent.parent for other in known if other.parent.name in (LEMMAS, CHECKS)}
    return any(path.is_relative_to(root / folder) for root in roots for folder in (LEMMAS, CHECKS))


def _names(path: Path) -> tuple[str, str]:
    """The package of the file's root, made if need be, and the name of the file's module."""
    folder = path.parent
    stem = path.stem if "." not in path.stem else f"{path.stem.replace('.', '_')}_{_digest(path)}"
    if folder.name in (LEMMAS, CHECKS):
        package = _package(folder.parent)
        return package, f"{package}.{folder.name}.{stem}"
    package = _package(folder)
    return package, f"{package}.{stem}"


def _package(root: Path) -> str:
    name = f"{_PREFIX}{_digest(root)}"
    if name not in sys.modules:
        made = ModuleType(name, f"The files of {root}.")
        made.__path__ = [str(root)]
        sys.modules[name] = made
    return name


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:16]


class _Loader(SourceFileLoader):
    """Runs a file with an ``import`` that finds what is beside it; what runs is what the file says, never a stored
    compilation of what it may have said."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)

    def exec_module(self, module: ModuleType) -> None:
        root = sys.modules[module.__name__.partition(".")[0]]
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": partial(_import, root)}
        super().exec_module(module)


class _Finder(MetaPathFinder):
    """Modules inside the packages of roots."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(_PREFIX) or "." not in fullname:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(fullname, spec.loader.path)
        return spec


def _import(
    root: ModuleType, name: str, globals: Mapping[str, Any] | None = None, locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (), level: int = 0,
) -> Any:  # fmt: skip
    """``import`` as the files of ``root`` do it: ``lemmas`` and ``checks`` are theirs, and what nobody else has."""
    first = name.partition(".")[0]
    package = _meant(root, name, fromlist or ()) if level == 0 else None
    if package is None:
        return builtins.__import__(name, globals, locals, fromlist or (), level)
    found = importlib.import_module(f"{package}.{name}")
    if not fromlist:
        return sys.modules[f"{package}.{first}"]
    return builtins.__import__(found.__name__, globals, locals, fromlist, 0)


def _meant(root: ModuleType, name: str, fromlist: Sequence[str]) -> str | None:
    """The package in which ``name`` is meant: the file's own, else for lemmas and checks the shipped one; None where
    neither has it, and where it is a module that Python knows."""
    own = Path(root.__path__[0])
    if (first := name.partition(".")[0]) not in (LEMMAS, CHECKS):
        return _package(own) if _beside(own, first) else None
    for folder in (own, SHIPPED):
        place = folder.joinpath(*name.split("."))
        if place.with_suffix(".py").is_file() or (
            place.is_dir() and (not fromlist or any((place / f"{word}.py").is_file() for word in fromlist))
        ):
            return _package(folder)
    return _package(own) if (own / name.partition(".")[0]).is_dir() else None


def _beside(folder: Path, name: str) -> bool:
    """Whether a module of this name is in the folder, and in the place of none: no ``numpy.py`` is taken for NumPy."""
    there = (folder / f"{name}.py").is_file() or (folder / name / "__init__.py").is_file()
    return there and name not in sys.modules and importlib.util.find_spec(name) is None


def loaded_roots() -> list[Path]:
    """The folders of which files were loaded."""
    found = (module for name, module in list(sys.modules.items()) if name.startswith(_PREFIX) and "." not in name)
    return sorted(Path(module.__path__[0]) for module in found)


def loaded_files() -> list[Path]:
    """The files that were loaded, in their order; what these import of their folders is loaded with them."""
    found = []
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) if name.startswith(_PREFIX) and "." in name else None
        if file is not None and _names(Path(file))[1] == name:
            found.append(Path(file))
    return found


def forget() -> None:
    """Files that were loaded are read again when they are asked for."""
    for name in [name for name in sys.modules if name.startswith(_PREFIX)]:
        del sys.modules[name]
    importlib.invalidate_caches()


def meant(importer: str, name: str) -> str | None:
    """The full name of the module that ``name`` means in the file whose module is ``importer``.

    None where it means what it always means.
    """
    root = sys.modules.get(importer.partition(".")[0])
    if not importer.startswith(_PREFIX) or root is None:
        return None
    package = _meant(root, name, ())
    return None if package is None else f"{package}.{name}"


def _shorten(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


sys.meta_path.insert(0, _Finder())
