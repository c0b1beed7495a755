"""What stands at the top level of a module: statements, the names that they bind, and the names that they mention.

Comments, docstrings, annotations and layout are left out: they change nothing of what code does.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

Import = ast.Import | ast.ImportFrom
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Unknown(Exception):
    """Something whose code cannot be told."""


#: Tables of this package that hold what was worked out before: another content after some work than before, of the same
#: code.  Whatever else its functions write into is a registry, whose entries count as what they are.
MEMORIES = frozenset((
    "verifier.kernel.core.sorts.MADE", "verifier.kernel.core.normal._FORMS", "verifier.claims.compile._MADE",
    "verifier.claims.statement._KNOWN",
    "verifier.sampling.database._known", "verifier.sampling.sameness._seen", "verifier.sampling.sameness._loaded",
    "verifier.sampling.turns._wanted",
))  # fmt: skip


#: By these code reads its own text, or finds things by names that are made when it runs.
_AT_RUN_TIME = frozenset((
    "globals", "locals", "eval", "exec", "__import__", "import_module", "__subclasses__", "__annotations__", "__doc__",
    "get_type_hints", "sys.modules",
))  # fmt: skip


def at_run_time(name: str, rest: tuple[str, ...]) -> str:
    """By what of this a name that is mentioned, with the attributes asked of it, finds things; "" for none."""
    asked = {name, *rest, ".".join((name, *rest[:1]))} & _AT_RUN_TIME
    return min(asked, default="")


@dataclass(frozen=True)
class Definition:
    """A statement: a digest, the imports in it, and the names that it mentions with the attributes asked of each."""

    digest: str
    imports: tuple[Import, ...]
    mentions: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class ModuleSource:
    """A module's statements, which of them bind or change each name, and a label for each.

    A label is made of the names that a statement binds, so that one which is added above it changes nothing.
    ``rebound``: names that functions of the module bind anew (``global``): what they hold depends on what was called.
    """

    statements: tuple[ast.stmt, ...]
    binding: Mapping[str, tuple[int, ...]]
    labels: tuple[str, ...]
    path: str = ""
    rebound: frozenset[str] = frozenset()
    stamp: int = 0
    _seen: dict[int, Definition] = field(default_factory=dict, compare=False, repr=False)
    #: Of statements that were asked about, the first line and the name of each function in it.
    _functions: dict[int, list[tuple[int, str]]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def codes(self) -> frozenset[str]:
        """Digests of all functions that the file defines as it is now."""
        return _codes(self.path, self.stamp)

    def definition(self, number: int) -> Definition:
        """What a statement comes to."""
        if number not in self._seen:
            statement = self.statements[number]
            digest = hashlib.sha256(ast.dump(statement).encode()).hexdigest()
            self._seen[number] = Definition(digest, tuple(_imports(statement)), tuple(_mentions(statement)))
        return self._seen[number]

    def holding(self, code: CodeType) -> list[tuple[int, int]]:
        """Where a function's code may stand: numbers of statements, and which of the functions in each it is.

        More than one where functions share a line.  Raises Unknown.
        """
        found: list[tuple[int, int]] = []
        for number, statement in enumerate(self.statements):
            if not _first(statement) <= code.co_firstlineno <= (statement.end_lineno or 0):
                continue
            if number not in self._functions:
                inside = [node for node in ast.walk(statement) if isinstance(node, _FUNCTIONS)]
                self._functions[number] = [(_first(node), getattr(node, "name", "<lambda>")) for node in inside]
            known = enumerate(self._functions[number])
            found += [(number, which) for which, own in known if own == (code.co_firstlineno, code.co_name)]
        if not found or not (code.co_filename == self.path or Path(code.co_filename).resolve() == Path(self.path)):
            raise Unknown(f"where {code.co_qualname} is defined")
        return found


def source_of(module: ModuleType) -> ModuleSource:
    """The source of a loaded module; empty for a package without a file.  Raises Unknown where there is none."""
    path = getattr(module, "__file__", None)
    if path is None and hasattr(module, "__path__"):
        return ModuleSource((), {}, ())
    if path is None or not str(path).endswith(".py"):
        raise Unknown(f"the source of {module.__name__}")
    try:
        return _parsed(str(path), Path(path).stat().st_mtime_ns)
    except OSError as error:
        raise Unknown(f"the source of {module.__name__} ({error.strerror or error})") from None


@cache
def _parsed(path: str, stamp: int) -> ModuleSource:
    try:
        tree = _Plain().visit(ast.parse(Path(path).read_bytes()))
    except (OSError, SyntaxError, ValueError, RecursionError) as error:
        raise Unknown(f"the source of {path} ({error})") from None
    binding: dict[str, list[int]] = {}
    labels: list[str] = []
    seen: dict[str, int] = {}
    for number, statement in enumerate(tree.body):
        names = _bound(statement)
        for name in names:
            binding.setdefault(name, []).append(number)
        label = ",".join(sorted(names))
        seen[label] = seen.get(label, -1) + 1
        labels.append(f"{label}/{seen[label]}")
    return ModuleSource(
        tuple(tree.body),
        {name: tuple(found) for name, found in binding.items()},
        tuple(labels),
        str(Path(path).resolve()),
        frozenset(name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names),
        stamp,
    )


@cache
def _codes(path: str, stamp: int) -> frozenset[str]:
    found, todo = set(), [compile(Path(path).read_bytes(), path, "exec", dont_inherit=True)]
    while todo:
        code = todo.pop()
        found.add(digest(code))
        todo += [const for const in code.co_consts if isinstance(const, CodeType)]
    return frozenset(found)


def digest(code: CodeType) -> str:
    """A digest of what a function's code does, but for where it stands."""
    consts = [digest(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts]
    return hashlib.sha256(repr((code.co_code, consts, code.co_names, code.co_varnames)).encode()).hexdigest()


def _first(node: ast.AST) -> int:
    """The first line of a statement or a function, with its decorators."""
    return min(int(part.lineno) for part in (node, *getattr(node, "decorator_list", ())))


def _mentions(statement: ast.stmt) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The names that a statement mentions, each with the attributes asked of it."""
    inner: set[int] = set()
    for node in ast.walk(statement):  # an attribute of an attribute is met before the inner one
        chain: list[str] = []
        base: ast.AST = node
        while isinstance(base, ast.Attribute):
            chain.append(base.attr)
            base = base.value
        if isinstance(base, ast.Name) and id(base) not in inner:
            inner.add(id(base))
            yield base.id, tuple(reversed(chain))


def _imports(statement: ast.stmt) -> Iterator[Import]:
    """The imports inside a statement that is none itself."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node


def imported_as(node: Import, name: str) -> ast.alias | None:
    """The part of an import that binds ``name``; None for one of a star."""
    for alias in node.names:
        if name == (alias.asname or alias.name.partition(".")[0]):
            return alias
    return None


def _bound(statement: ast.stmt) -> set[str]:
    """The names of the module that a statement at its top level makes or changes."""
    if isinstance(statement, DEFINITIONS):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
    # A call may change what it is given; a block may bind anything in it.
    found = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    for node in ast.walk(statement):
        if isinstance(node, DEFINITIONS):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    return found


class _Plain(ast.NodeTransformer):
    """A tree without annotations and docstrings, and without what only type checkers read."""

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        named = node.test.attr if isinstance(node.test, ast.Attribute) else getattr(node.test, "id", "")
        return node.orelse if named == "TYPE_CHECKING" else node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        self.generic_visit(node)
        node.annotation = ast.Constant(value="")
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        node.returns = None
        return self._plain(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> Any:
        node.returns = None
        return self._plain(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        return self._plain(node)

    def visit_Module(self, node: ast.Module) -> Any:
        return self._plain(node)

    def _plain(self, node: Any) -> Any:
        self.generic_visit(node)
        node.body = [entry for entry in node.body if not _text(entry)]
        return node


def _text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
