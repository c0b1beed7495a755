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
from dataclasses import is_dataclass
from enum import Enum
from functools import partial
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType, GenericAlias, MappingProxyType, MethodType, ModuleType, UnionType
from typing import Any

import numpy as np

from verifier.projects.loading import meant
from verifier.sampling.carried import PLAIN, array_text, cells_of, held_by, members_of, plain_text
from verifier.sampling.sources import (
    DEFINITIONS,
    MEMORIES,
    Import,
    ModuleSource,
    Unknown,
    at_run_time,
    digest,
    imported_as,
    source_of,
)
from verifier.sampling.whose import (
    attribute,
    builtin,
    module_of,
    named_there,
    of_package,
    ours,
    package_version,
    target,
    top,
)

_CONTAINERS = (list, tuple, set, frozenset, dict, MappingProxyType)


def version_of(*roots: object, declared: str = "") -> str:
    """The version of what ``roots``, functions or plain data, are defined by: 32 hexadecimal digits.

    Raises Unknown where it cannot be told, which never means that nothing changed.
    """
    walk = _Walk(bool(declared))
    named = [walk.value(root) for root in roots]
    walk.finish()
    machine = f"{sys.version_info[0]}.{sys.version_info[1]} {sys.platform} {platform.machine()}"
    parts = [declared, machine, *named, *(f"{name}={text}" for name, text in sorted(walk.found.items()))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


class _Walk:
    """Definitions that were reached, each by a name of its own, and what is still to be looked at."""

    def __init__(self, declared: bool = False) -> None:
        self._declared = declared  # whether an author says when what cannot be followed changes
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
        if type(thing) in PLAIN or isinstance(thing, PurePath):
            return repr(thing)
        if isinstance(thing, np.ndarray | np.generic):
            return array_text(thing)
        if isinstance(thing, list | tuple | set | frozenset | Mapping):
            return self._container(thing)
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
            return self._made_elsewhere(thing)
        return self._object(thing)

    def _container(self, thing: Any) -> str:
        """Entries, and of a class that is made of a container that class and what else it carries."""
        if isinstance(thing, list | tuple):
            entries = f"[{', '.join(self.value(entry) for entry in thing)}]"
        elif isinstance(thing, Mapping):
            entries = f"{{{', '.join(f'{self.value(k)}: {self.value(v)}' for k, v in thing.items())}}}"
        else:
            entries = f"{{{', '.join(sorted(self.value(entry) for entry in thing))}}}"
        if type(thing) in _CONTAINERS or self._again(thing) is not None:
            return entries
        beside = (held_by(thing), getattr(thing, "default_factory", None))
        return f"{self._class(type(thing))}{self.value(beside)}{entries}"

    def _made_elsewhere(self, thing: Any) -> str:
        """A function of another package's own, or a method of a thing."""
        bound = getattr(thing, "__self__", None)
        if bound is not None and not isinstance(bound, ModuleType):
            return f"{thing.__name__} of {self.value(bound)}"
        name = str(getattr(thing, "__module__", None) or "numpy")
        if not named_there(name, thing) and not (isinstance(thing, np.ufunc) and named_there("numpy", thing)):
            raise Unknown(f"{thing.__name__}, which {name} does not have")
        return self._outside(thing, name)

    def _object(self, thing: Any) -> str:
        """An object of a class whose source is known, with what it holds."""
        if (again := self._again(thing)) is not None:
            return again
        name = self._class(type(thing))
        if ours(sys.modules.get(type(thing).__module__)) or is_dataclass(thing):
            return f"{name}({plain_text(thing)}{self.value(held_by(thing))})"
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
        if not ours(module):
            self._package(name)
            if named_there(function.__module__, function) and not ours(sys.modules.get(function.__module__)):
                return f"{name}.{function.__qualname__}"
        if (again := self._again(function)) is not None:
            return again
        held = self.value((function.__defaults__, function.__kwdefaults__, cells_of(function), vars(function)))
        if not ours(module):  # made there of something of another's: what it was made of counts
            return f"{name}.{function.__qualname__}{held}"
        source = self._source(module)
        places = source.holding(function.__code__)
        self._todo += [(module, number) for number, _ in places]
        name = f"{name}.{function.__qualname__} {[(source.labels[number], which) for number, which in places]}"
        if len(places) > 1 or not (of_package(module) or digest(function.__code__) in source.codes):
            name += digest(function.__code__)  # which of one line it is; or what its file does not say, or no longer
        return f"{name}{held}"

    def _class(self, kind: type) -> str:
        module = sys.modules.get(kind.__module__)
        if module is None or not ours(module):
            return self._outside(kind, kind.__module__)
        name = f"{module.__name__}.{kind.__qualname__}"
        if (again := self._again(kind)) is not None:
            return f"{name} {again}"
        self._name(module, kind.__qualname__.partition(".")[0], ())
        key = f"{name} has {self._objects[id(kind)][0]}"
        self.found[key] = ""  # it may lead back to itself
        bases = [self._class(base) for base in kind.__bases__ if base is not object]
        self.found[key] = f"{bases}{self._members(kind, of_package(module))}"
        return name

    def _members(self, kind: type, shipped: bool) -> str:
        found = []
        for name, member in members_of(kind).items():
            try:
                found.append(f"{name}: {self.value(member)}")
            except Unknown:
                if not shipped:
                    raise
        return ", ".join(found)

    def _outside(self, thing: Any, module: str) -> str:
        """What another package defines: its name and the package's version."""
        self._package(str(getattr(thing, "__module__", None) or module))
        return f"{module}.{getattr(thing, '__qualname__', getattr(thing, '__name__', ''))}"

    def _package(self, name: str) -> None:
        first = name.partition(".")[0]
        if first in ("__main__", ""):
            raise Unknown(f"code without a file ({name})")
        if first not in sys.stdlib_module_names:
            self.found[f"package {first}"] = package_version(first)

    # Names

    def _whole(self, module: ModuleType) -> None:
        if ours(module):
            self._todo += [(module, number) for number in range(len(self._source(module).statements))]
        else:
            self._package(module.__name__)

    def _name(self, module: ModuleType, name: str, rest: tuple[str, ...]) -> None:
        """Follow a name of a module, and the attributes asked of it as long as they lead through modules."""
        if not ours(module):
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
        alias, there = imported_as(statement, name), module_of(target(module, statement))
        if alias is None or there is None or not ours(there) or alias.name not in vars(there):
            return False
        return vars(there)[alias.name] is vars(module)[name]

    def _holds(self, module: ModuleType, name: str, held: Any) -> None:
        """What a name holds now, whatever its statements say: it may be read from a file, or put there by others."""
        key = f"{module.__name__}.{name} holds"
        if key in self.found or f"{module.__name__}.{name}" in MEMORIES:
            return
        if of_package(module) and name in self._source(module).rebound:
            return  # a count or a switch of this package's: another after some drawing than before, of the same code
        self.found[key] = ""  # it may lead back to itself
        try:
            self.found[key] = self.value(held)
        except Unknown:
            # This package's own patterns and marks are what its source says; its functions and classes can be told.
            source = self._source(module)
            if not of_package(module) or any(
                isinstance(source.statements[k], DEFINITIONS) for k in source.binding.get(name, ())
            ):
                raise
            self.found[key] = f"{type(held).__module__}.{type(held).__qualname__}"

    def _put_into(self, module: ModuleType, name: str, rest: tuple[str, ...]) -> None:
        """What was put into another package's module in place of its own."""
        held = vars(module).get(name)
        if isinstance(held, ModuleType):
            if rest:
                self._put_into(held, rest[0], rest[1:])
        elif name in vars(module) and (told := self._named(module, name, held)):
            self.found[f"{module.__name__}.{name} holds"] = told

    def _named(self, module: ModuleType, name: str, held: Any) -> str:
        """What another package's module has under a name; "" where that is its own of that name, which may not be
        loaded yet."""
        func, said = attribute(held, "func"), attribute(held, "__name__")
        known = type(held) in PLAIN or isinstance(held, np.generic | np.ndarray | partial)
        if known or any(ours(sys.modules.get(str(attribute(part, "__module__")))) for part in (held, func, type(held))):
            return self.value(held)
        named = held if isinstance(said, str) else type(held)
        of = str(attribute(named, "__module__") or module.__name__)
        same = top(of) == top(module.__name__) and (named is not held or said == name)
        return "" if same else f"{of}.{attribute(named, '__qualname__') or said}"

    def _made(self, module: ModuleType, name: str, rest: tuple[str, ...]) -> None:
        """A name that no statement binds: a submodule, or what the module makes when it is asked."""
        full = f"{module.__name__}.{name}"
        if name not in vars(module) and (submodule := module_of(full)) is not None:
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
            if not of_package(module) and not self._declared and (made := at_run_time(name, rest)):
                raise Unknown(f"{module.__name__}, which finds things by {made} when it runs")
            if name in source.binding:
                self._name(module, name, rest)
            elif isinstance(vars(module).get(name), ModuleType):
                self._whole(vars(module)[name])  # a submodule, or a variable of its name
            elif (held := builtin(module, name)) is not None and name != "__import__":
                if name not in vars(module) and not of_package(module) and (told := self._named(builtins, name, held)):
                    self.found[f"builtins.{name} holds"] = told
            elif name in vars(module) and not name.startswith("__"):
                raise Unknown(f"{module.__name__}.{name}, which no statement makes")

    def _imported(self, module: ModuleType, node: Import, alias: ast.alias | None, rest: tuple[str, ...]) -> None:
        if isinstance(node, ast.Import):
            assert alias is not None
            found = module_of(meant(module.__name__, alias.name) or alias.name)
            self._package(alias.name) if found is None else self._whole(found)
            return
        origin = target(module, node)
        found = module_of(origin)
        if found is None:
            self._package(origin)
        elif alias is None or alias.name == "*":
            self._whole(found)
        else:
            self._name(found, alias.name, rest)
