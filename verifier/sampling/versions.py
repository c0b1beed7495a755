"""The version of an estimator's code: a digest of the definitions that its numbers depend on, and of nothing else.

Stored samples may be used again only while the code that would draw them is the same.  A version that authors have to
raise is forgotten once; a digest of whole files throws every sample of a check away when a cell is added to it.  So the
sampler's definition is followed through the sources: a function, a class or a constant at the top level of a module
counts, with every name that it mentions, in this package and in a project's files; other packages count with their
versions, and Python with its own.

What cannot be followed (code without a source, an object that is not plain data) has no version, and its samples are
not stored.  The source alone does not tell what a name holds, which may come from a file, from the environment, or
from another module that puts something else in its place: so what each name holds when the version is told counts as
well, and what a class and a function carry.  What is not seen: files and variables that a sampler reads when it is
called, and names made at run time; a quantity whose sampler has such declares a ``version``
(:class:`verifier.quantities.check.Quantity`), which counts as well.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache, cached_property, partial
from importlib import import_module, metadata, util
from pathlib import Path, PurePath
from types import BuiltinFunctionType, CodeType, FunctionType, GenericAlias, MethodType, ModuleType, UnionType
from typing import Any

import numpy as np

from verifier.projects.loading import meant
from verifier.sampling.sources import MEMORIES, Import, ModuleSource, Unknown, imported_as, source_of

#: Folders of installed packages, which count with their versions.
_INSTALLED = frozenset(("site-packages", "dist-packages"))
_PLAIN = (bool, int, float, complex, str, bytes, Fraction, PurePath, type(None))


def version_of(*roots: object, declared: str = "") -> str:
    """The version of what ``roots``, functions or plain data, are defined by: 32 hexadecimal digits.

    Raises Unknown where it cannot be told, which never means that nothing changed.
    """
    walk = _Walk()
    named = [walk.value(root) for root in roots]
    walk.finish()
    machine = f"{sys.version_info[0]}.{sys.version_info[1]} {sys.platform} {platform.machine()}"
    parts = [declared, machine, *named, *(f"{name}={text}" for name, text in sorted(walk.found.items()))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


class _Walk:
    """Definitions that were reached, each by a name of its own, and what is still to be looked at."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._todo: list[tuple[ModuleType, int]] = []
        self._objects: dict[int, tuple[int, object]] = {}  # what was met, by its number; kept alive, as ids are reused
        self._names: set[tuple[str, str, tuple[str, ...]]] = set()
        self._sources: dict[int, tuple[ModuleType, ModuleSource]] = {}  # files are looked at once

    def _source(self, module: ModuleType) -> ModuleSource:
        if id(module) not in self._sources:
            self._sources[id(module)] = module, source_of(module)
        return self._sources[id(module)][1]

    def finish(self) -> None:
        while self._todo:
            self._statement(*self._todo.pop())

    # Objects

    def value(self, thing: Any) -> str:
        """A text for plain data, and for functions and classes their names, whose definitions are followed."""
        if isinstance(thing, Enum):
            return f"{self._class(type(thing))}.{thing.name}"
        if type(thing) in _PLAIN or isinstance(thing, Fraction | PurePath):
            return repr(thing)
        if isinstance(thing, np.ndarray | np.generic):
            return _array(np.asarray(thing))
        if isinstance(thing, list | tuple):
            return f"[{', '.join(self.value(entry) for entry in thing)}]"
        if isinstance(thing, set | frozenset):
            return f"{{{', '.join(sorted(self.value(entry) for entry in thing))}}}"
        if isinstance(thing, Mapping):
            return f"{{{', '.join(f'{self.value(k)}: {self.value(v)}' for k, v in thing.items())}}}"
        if isinstance(thing, partial):
            return self.value((thing.func, thing.args, dict(thing.keywords)))
        if isinstance(thing, MethodType):
            return self.value((thing.__func__, thing.__self__))
        if isinstance(thing, FunctionType):
            return self._function(thing)
        if isinstance(thing, type):
            return self._class(thing)
        if isinstance(thing, ModuleType):
            self._whole(thing)
            return thing.__name__
        if isinstance(thing, GenericAlias | UnionType) or type(thing).__module__ == "typing":
            return repr(thing)  # a word of annotations
        if isinstance(thing, BuiltinFunctionType | np.ufunc):
            return self._outside(thing, type(thing).__module__)
        return self._object(thing)

    def _object(self, thing: Any) -> str:
        """An object of a class whose source is known, with what it holds."""
        if (again := self._again(thing)) is not None:
            return again
        name = self._class(type(thing))
        if _ours(sys.modules.get(type(thing).__module__)) or is_dataclass(thing):
            return f"{name}({self.value(_held(thing))})"
        wrapped = getattr(thing, "__wrapped__", None)  # functools' caches, compiled functions: what they are made from
        if isinstance(wrapped, FunctionType):
            return f"{name}({self.value(wrapped)})"
        raise Unknown(f"an object of type {type(thing).__name__}")

    def _again(self, thing: object) -> str | None:
        """What stands for a thing that was met before: its number in the order of meeting."""
        if id(thing) in self._objects:
            return f"again {self._objects[id(thing)][0]}"
        self._objects[id(thing)] = (len(self._objects), thing)
        return None

    def _function(self, function: FunctionType) -> str:
        name = str(function.__globals__.get("__name__"))
        module = sys.modules.get(name)
        if module is None and function.__globals__.get("__file__") is None:
            raise Unknown(f"the function {function.__qualname__}, whose source is not known")
        if module is None or module.__dict__ is not function.__globals__:
            module = ModuleType(name)  # loaded in a way that left no trace
            module.__dict__.update(function.__globals__)
        if not _ours(module):
            self._package(name)
            return f"{name}.{function.__qualname__}"
        if (again := self._again(function)) is not None:
            return again
        source = self._source(module)
        places = source.holding(function.__code__)
        self._todo += [(module, number) for number, _ in places]
        name = f"{name}.{function.__qualname__} {[(source.labels[number], which) for number, which in places]}"
        if len(places) > 1:  # functions of one line: which of them it is its code tells
            name += _digest(function.__code__)
        held = [cell.cell_contents for cell in function.__closure__ or () if _filled(cell)]
        return f"{name}{self.value((function.__defaults__, function.__kwdefaults__, held, vars(function)))}"

    def _class(self, kind: type) -> str:
        module = sys.modules.get(kind.__module__)
        if module is None or not _ours(module):
            return self._outside(kind, kind.__module__)
        name = f"{module.__name__}.{kind.__qualname__}"
        if self._again(kind) is None:
            self._name(module, kind.__qualname__.partition(".")[0], ())
            if not _of_package(module):
                self.found[f"{name} has"] = self.value(_members(kind))
        return name

    def _outside(self, thing: Any, module: str) -> str:
        """What another package defines: its name and the package's version."""
        self._package(str(getattr(thing, "__module__", None) or module))
        return f"{module}.{getattr(thing, '__qualname__', getattr(thing, '__name__', ''))}"

    def _package(self, name: str) -> None:
        top = name.partition(".")[0]
        if top == "__main__" or top == "":
            raise Unknown(f"code without a file ({name})")
        if top not in sys.stdlib_module_names:
            self.found[f"package {top}"] = _package_version(top)

    # Names

    def _whole(self, module: ModuleType) -> None:
        if _ours(module):
            self._todo += [(module, number) for number in range(len(self._source(module).statements))]
        else:
            self._package(module.__name__)

    def _name(self, module: ModuleType, name: str, rest: tuple[str, ...]) -> None:
        """Follow a name of a module, and the attributes asked of it as long as they lead through modules."""
        if not _ours(module):
            self._package(module.__name__)
            self._put_into(module, name, rest)
            return
        if (module.__name__, name, rest) in self._names:  # packages import from their own modules, and back
            return
        self._names.add((module.__name__, name, rest))
        source = self._source(module)
        numbers = source.binding.get(name, ())
        held = vars(module).get(name)
        if isinstance(held, ModuleType):
            self._name(held, rest[0], rest[1:]) if rest else self._whole(held)
        elif name in vars(module) and not self._as_there(module, [source.statements[k] for k in numbers], name):
            self._holds(module, name, held)
        for number in numbers:
            statement = source.statements[number]
            if isinstance(statement, ast.Import):
                continue  # a module, followed above
            if isinstance(statement, ast.ImportFrom):
                self._imported(module, statement, imported_as(statement, name), rest)
            else:
                self._todo.append((module, number))
        if not numbers and not isinstance(held, ModuleType):
            self._made(module, name, rest)

    def _as_there(self, module: ModuleType, statements: Sequence[ast.stmt], name: str) -> bool:
        """Whether a name is one that was imported and is what it is where it comes from, which is followed there."""
        if len(statements) != 1 or not isinstance(statement := statements[0], ast.ImportFrom):
            return False
        alias, there = imported_as(statement, name), _module(_target(module, statement))
        if alias is None or there is None or not _ours(there) or alias.name not in vars(there):
            return False
        return vars(there)[alias.name] is vars(module)[name]

    def _holds(self, module: ModuleType, name: str, held: Any) -> None:
        """What a name holds now, whatever its statements say: it may be read from a file, or put there by others."""
        key = f"{module.__name__}.{name} holds"
        if key in self.found or f"{module.__name__}.{name}" in MEMORIES:
            return
        if _of_package(module) and name in self._source(module).rebound:
            return  # a count or a switch of this package's: another after some drawing than before, of the same code
        self.found[key] = ""  # it may lead back to itself
        try:
            self.found[key] = self.value(held)
        except Unknown:
            if not _of_package(module):  # this package's own tables, caches and loggers are what its source says
                raise

    def _put_into(self, module: ModuleType, name: str, rest: tuple[str, ...]) -> None:
        """What was put into another package's module in place of its own."""
        held = vars(module).get(name)
        if isinstance(held, ModuleType) and rest:
            self._put_into(held, rest[0], rest[1:])
        elif type(held) in _PLAIN and held is not None:
            self.found[f"{module.__name__}.{name} holds"] = repr(held)
        elif isinstance(held, FunctionType) and _ours(sys.modules.get(held.__module__)):
            self.found[f"{module.__name__}.{name} holds"] = self.value(held)

    def _made(self, module: ModuleType, name: str, rest: tuple[str, ...]) -> None:
        """A name that no statement binds: a submodule, or what the module makes when it is asked."""
        full = f"{module.__name__}.{name}"
        if name not in vars(module) and (submodule := _module(full)) is not None:
            self._name(submodule, rest[0], rest[1:]) if rest else self._whole(submodule)
            return
        if not hasattr(module, name):
            raise Unknown(full)
        self.value(getattr(module, name))

    def _statement(self, module: ModuleType, number: int) -> None:
        source = self._source(module)
        key = f"{module.__name__}#{source.labels[number]}"
        if key in self.found:
            return
        definition = source.definition(number)
        self.found[key] = definition.digest
        for node in definition.imports:
            for alias in node.names:
                self._imported(module, node, alias, ())
        for name, rest in definition.mentions:
            if name in source.binding:
                self._name(module, name, rest)
            elif isinstance(vars(module).get(name), ModuleType):
                self._whole(vars(module)[name])  # a submodule, or a variable of its name
            elif name not in vars(builtins) and name in vars(module) and not name.startswith("__"):
                raise Unknown(f"{module.__name__}.{name}, which no statement makes")

    def _imported(self, module: ModuleType, node: Import, alias: ast.alias | None, rest: tuple[str, ...]) -> None:
        if isinstance(node, ast.Import):
            assert alias is not None
            found = _module(meant(module.__name__, alias.name) or alias.name)
            self._package(alias.name) if found is None else self._whole(found)
            return
        target = _target(module, node)
        found = _module(target)
        if found is None:
            self._package(target)
        elif alias is None or alias.name == "*":
            self._whole(found)
        else:
            self._name(found, alias.name, rest)


def _held(thing: Any) -> dict[str, Any]:
    """What an object carries: fields, attributes and slots; but not what a cached property made of them."""
    cached = {n for kind in type(thing).__mro__ for n, made in vars(kind).items() if isinstance(made, cached_property)}
    found = {name: value for name, value in getattr(thing, "__dict__", {}).items() if name not in cached}
    if is_dataclass(thing):
        found |= {field.name: getattr(thing, field.name) for field in fields(thing) if hasattr(thing, field.name)}
    for kind in type(thing).__mro__:
        slots = vars(kind).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(thing, name):
                found[name] = getattr(thing, name)
    return found


def _members(kind: type) -> dict[str, Any]:
    """What a class carries under names of its own: plain data and functions that may have been put there since."""
    found: dict[str, Any] = {}
    for name, member in sorted(vars(kind).items()):
        bare = getattr(member, "__func__", member)  # static and class methods
        if name.startswith("__") and type(bare) not in _PLAIN and not isinstance(bare, FunctionType):
            continue
        if name in ("__doc__", "__module__", "__qualname__", "__firstlineno__"):
            continue
        if isinstance(bare, FunctionType):
            if not bare.__code__.co_filename.startswith("<"):  # else made by a decorator, from what counts already
                found[name] = bare
        elif type(bare) in _PLAIN or isinstance(bare, list | tuple | dict | np.ndarray | np.generic):
            found[name] = bare
        elif isinstance(bare, property):
            found[name] = [part for part in (bare.fget, bare.fset) if isinstance(part, FunctionType)]
    return found


def _digest(code: CodeType) -> str:
    """A digest of what a function's code does, but for where it stands."""
    consts = [_digest(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts]
    return hashlib.sha256(repr((code.co_code, consts, code.co_names, code.co_varnames)).encode()).hexdigest()


def _of_package(module: ModuleType) -> bool:
    """Whether a module is this package's own, the shipped checks and lemmas apart."""
    return module.__name__.partition(".")[0] == "verifier"


def _array(array: Any) -> str:
    if array.dtype.hasobject:
        raise Unknown("an array of objects")
    return f"{array.dtype}{array.shape}{hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()}"


def _ours(module: ModuleType | None) -> bool:
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


def _target(module: ModuleType, node: ast.ImportFrom) -> str:
    """The full name of the module that is imported from."""
    if not node.level:
        return meant(module.__name__, node.module or "") or str(node.module)
    package = str(getattr(module, "__package__", "") or "")
    base = package.rsplit(".", node.level - 1)[0] if node.level > 1 else package
    return f"{base}.{node.module}" if node.module else base


def _module(name: str) -> ModuleType | None:
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
def _package_version(top: str) -> str:
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


def _filled(cell: Any) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True
