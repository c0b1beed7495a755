"""docs/trust.md says how large what must be trusted is, counted from the code."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from tests.claims.trust_tables import CORE, KERNEL, PAGE, TABLES, block, length, written
from verifier.kernel.core.documents import STEPS
from verifier.kernel.core.table import MARKS, TABLE

TEXT = PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_that_of_the_code(name: str) -> None:
    assert block(TEXT, name) == TABLES[name](), "run python -m tests.claims.trust_tables"


def test_a_table_that_is_not_that_of_the_code_is_written_anew() -> None:
    wrong = TEXT.replace("| `sorts.py` | ", "| `sorts.py` | 9")
    assert wrong != TEXT
    assert written(wrong) == TEXT
    with pytest.raises(ValueError, match="has 0 places"):
        written(TEXT.replace("<!-- rows: generated -->", ""))


def test_the_core_is_within_its_limit_and_listed_whole() -> None:
    files = {path.stem: length(path) for path in (KERNEL / "core").glob("*.py")}
    assert set(files) == {*CORE, "__init__"}
    assert sum(files.values()) <= 800


def test_the_core_imports_nothing_but_the_standard_library_and_itself() -> None:
    named = set()
    for path in (KERNEL / "core").glob("*.py"):
        named |= imported(path)
    assert {n for n in named if n.split(".")[0] not in sys.stdlib_module_names} == {
        f"verifier.kernel.core.{name}" for name in CORE if name not in ("check", "documents")
    } | {"verifier.kernel.core", "verifier.kernel.core.documents"}


def imported(path: Path) -> set[str]:
    """The modules that a file imports from."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def test_every_inference_and_every_mark_is_told() -> None:
    assert not [name for name in STEPS if f"`{name}`" not in TEXT]
    assert not [mark for mark in MARKS if f"*{mark}*" not in TEXT]


def test_the_rows_that_the_page_speaks_of_are_there() -> None:
    named = set(re.findall(r"`([a-zA-Z0-9_]+(?:\.[a-zA-Z0-9_]+)+)` \(row\)", TEXT))
    assert named
    assert named <= set(TABLE)
