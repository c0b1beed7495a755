"""The tables of docs/trust.md, counted from the code; ``python -m tests.claims.trust_tables`` writes them anew."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import verifier.kernel.theory  # noqa: F401  (its pages fill the table)
from verifier.engines import ENGINES
from verifier.kernel.core.table import MARKS, TABLE
from verifier.kernel.theory.writing import PAGES

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "trust.md"
KERNEL = ROOT / "verifier" / "kernel"
#: the order in which the core is read
CORE = ("sorts", "terms", "normal", "table", "theorems", "documents", "check")


def length(path: Path) -> int:
    """Lines of a file."""
    return len(path.read_text(encoding="utf-8").splitlines())


def core() -> str:
    """The files of the core with their lengths."""
    files = [KERNEL / "core" / f"{name}.py" for name in CORE]
    rows = [f"| `{path.name}` | {length(path)} |" for path in files]
    whole = sum(map(length, (KERNEL / "core").glob("*.py")))
    return "\n".join(["| file | lines |", "| --- | ---: |", *rows, f"| **with `__init__.py`** | **{whole}** |"])


def rows() -> str:
    """The pages of the theory with the number of their rows by mark."""
    counted: dict[str, Counter[str]] = {}
    for name, row in TABLE.items():
        counted.setdefault(PAGES[name], Counter())[row.mark] += 1
    lines = [f"| page | {' | '.join(MARKS)} |", "| --- |" + " ---: |" * len(MARKS)]
    for page, marks in counted.items():
        lines.append(f"| `{page}` | {' | '.join(str(marks[m] or '') for m in MARKS)} |")
    total = Counter(row.mark for row in TABLE.values())
    return "\n".join([*lines, f"| **{len(TABLE)} rows** | {' | '.join(f'**{total[m]}**' for m in MARKS)} |"])


def unproved() -> str:
    """The rows that are argued or cited."""
    lines = [
        f"| `{row.name}` | {row.mark} | {row.source or 'see its justification'} |"
        for row in TABLE.values()
        if row.mark in ("argued", "cited")
    ]
    return "\n".join(["| row | mark | source |", "| --- | --- | --- |", *lines])


def engines() -> str:
    """The engines with their versions and what they say of themselves."""
    lines = []
    for name, engine in sorted(ENGINES.items()):
        first = (engine.__doc__ or "").strip().split("\n\n")[0]
        lines.append(f"| `{name} {engine.VERSION}` | {' '.join(first.replace(':mod:', '').split())} |")
    return "\n".join(["| engine | what it is |", "| --- | --- |", *lines])


TABLES = {"core": core, "rows": rows, "unproved": unproved, "engines": engines}


def block(text: str, name: str) -> str:
    """What stands between the marks of the table ``name``."""
    return text.split(f"<!-- {name}: generated -->\n")[1].split(f"\n<!-- /{name} -->")[0]


def written(text: str) -> str:
    """``text`` with all tables as they are now."""
    for name, table in TABLES.items():
        marks = rf"(<!-- {name}: generated -->\n).*?(\n<!-- /{name} -->)"
        text, found = re.subn(marks, lambda m, t=table: m[1] + t() + m[2], text, flags=re.DOTALL)
        if found != 1:
            raise ValueError(f"{PAGE.name} has {found} places for the table {name!r}; it has one")
    return text


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
