"""Loading a Python file by its path, under a module name that nothing else can have.

Shipped files and a user's own are loaded alike, so ``lemmas/theorem1.py`` in the current directory and the
shipped file of that name never collide.  Worker processes load check files through here as well, which is
why this module imports nothing heavy.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType


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

    What the file prints goes to stderr, since stdout holds results; a file that calls ``sys.exit`` is in error.
    """
    path = path.resolve()
    name = f"_verifier_{hashlib.sha256(str(path).encode()).hexdigest()[:16]}_{path.stem}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise LoadError(path, None, "not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickling look their module up by name
    try:
        with redirect_stdout(sys.stderr):
            spec.loader.exec_module(module)
    except SyntaxError as error:
        del sys.modules[name]
        raise LoadError(Path(error.filename or path), error.lineno, f"SyntaxError: {error.msg}") from error
    except FileNotFoundError as error:
        del sys.modules[name]
        raise LoadError(path, None, "no such file") from error
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise blame(error, path) from error
    return module


def blame(error: BaseException, *paths: Path | None) -> LoadError:
    """A LoadError for an exception that loaded code raised later: at the line of ``paths`` that it passed through."""
    message = f"{type(error).__name__}: {' '.join(str(error).split()) or 'no message'}"
    known = [path.resolve() for path in paths if path is not None]
    lines = [(path, _line_in(path, error)) for path in known]
    path, line = next((place for place in lines if place[1] is not None), lines[0])
    return LoadError(path, line, message)


def _line_in(path: Path, error: BaseException) -> int | None:
    """The innermost line of ``path`` that the error passed through."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).resolve() == path
    ]
    return lines[-1] if lines else None


def _shorten(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path
