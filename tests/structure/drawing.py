"""The structure of a package as its imports draw it: rooms (its sub-packages) and arrows (who imports whom)."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import networkx as nx


@dataclass(frozen=True)
class Arrow:
    """An import from one room into another, and the line that it stands on."""

    source: str
    target: str
    place: str


def rooms(package: Path) -> set[str]:
    """The sub-packages that ``package`` has."""
    return {path.parent.name for path in package.glob("*/__init__.py")}


def arrows(package: Path) -> list[Arrow]:
    """Every import between two rooms, wherever in a file it stands; files of the package itself are no room."""
    known = rooms(package)
    found = []
    for room in sorted(known):
        for path in sorted((package / room).rglob("*.py")):
            for name, line in _imported(ast.parse(path.read_text(encoding="utf-8")), path, package):
                head, _, rest = name.partition(".")
                target = rest.partition(".")[0]
                if head == package.name and target in known - {room}:
                    found.append(Arrow(room, target, f"{path.relative_to(package.parent)}:{line}"))
    return found


def circles(drawn: Sequence[Arrow]) -> list[list[str]]:
    """Rooms that reach one another, each such set sorted."""
    graph = nx.DiGraph((arrow.source, arrow.target) for arrow in drawn)
    return sorted(sorted(part) for part in nx.strongly_connected_components(graph) if len(part) > 1)


def upward(drawn: Sequence[Arrow], order: Sequence[str]) -> list[Arrow]:
    """The arrows that do not go down in ``order``, which lists the rooms from the top."""
    floor: Mapping[str, int] = {room: number for number, room in enumerate(order)}
    return [arrow for arrow in drawn if floor[arrow.source] >= floor[arrow.target]]


def _imported(tree: ast.AST, path: Path, package: Path) -> Iterator[tuple[str, int]]:
    """Dotted names of what is imported, relative imports resolved, and the lines."""
    here = (package.name, *path.relative_to(package).parent.parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(here[: len(here) + 1 - node.level]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            # `from verifier import kernel` names the room behind the word `import`.
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)
