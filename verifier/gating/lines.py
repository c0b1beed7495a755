"""Where a claim stands in its source file, so that an annotation can point at it."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path


def claim_line(path: Path, identifier: str) -> int:
    """The line where the claim ``identifier`` is stated in ``path``.

    That is the call that makes a claim of that id, else the first place where the id is written, else 1.
    """
    return _find(path, identifier) or 1


def statement_line(path: Path) -> int:
    """The line where ``statement`` is defined in ``path``, else 1."""
    for node in _nodes(path):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == "statement" for target in targets):
                return node.lineno
    return 1


def _find(path: Path, identifier: str) -> int | None:
    anywhere = None
    for node in _nodes(path):
        if isinstance(node, ast.Call) and _name(node.func) in ("Claim", "amended", "printed"):
            given = node.args[:1] + [word.value for word in node.keywords if word.arg == "id"]
            if any(isinstance(value, ast.Constant) and value.value == identifier for value in given):
                return node.lineno
        if isinstance(node, ast.Constant) and node.value == identifier:
            anywhere = min(anywhere or node.lineno, node.lineno)
    return anywhere


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _nodes(path: Path) -> tuple[ast.AST, ...]:
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return ()


@lru_cache(maxsize=16)
def _parsed(text: str) -> tuple[ast.AST, ...]:
    """Read once for all claims of a file."""
    return tuple(ast.walk(ast.parse(text)))
