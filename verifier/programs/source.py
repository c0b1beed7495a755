"""The user's statements: what a line of a file assigns, and to which name."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from verifier.programs.graph import Place


@dataclass(frozen=True)
class SourceLines:
    """The lines ``first`` to ``last`` of ``file``; ``name`` is what they assign, the function for what it returns."""

    file: str
    first: int
    last: int
    name: str


def statement(place: Place) -> SourceLines:
    """The innermost statement at a place; a line of its own, without a name, where the file cannot be read."""
    for first, last, name in _statements(place.file):
        if first <= place.line <= last:
            return SourceLines(place.file, first, last, place.part or name or place.function.strip("<>"))
    return SourceLines(place.file, place.line, place.line, place.part or place.function.strip("<>"))


@lru_cache(maxsize=256)
def _statements(file: str) -> tuple[tuple[int, int, str], ...]:
    """Simple statements of a file, shortest first."""
    try:
        tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return ()
    owners = sorted(
        (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)),
        key=lambda node: node.lineno,
    )  # an inner function comes after the one that it stands in
    returned: dict[ast.AST, str] = {}
    for owner in owners:
        returned.update((node, owner.name) for node in ast.walk(owner) if isinstance(node, ast.Return))
    simple = ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return | ast.Expr
    found = [
        (node.lineno, node.end_lineno or node.lineno, returned.get(node) or _assigned(node))
        for node in ast.walk(tree)
        if isinstance(node, simple)
    ]
    return tuple(sorted(found, key=lambda s: s[1] - s[0]))


def _assigned(node: ast.stmt) -> str:
    if isinstance(node, ast.Assign):
        return ", ".join(ast.unparse(target).strip("()") for target in node.targets[:1])
    if isinstance(node, ast.AugAssign | ast.AnnAssign):
        return ast.unparse(node.target)
    return ""
