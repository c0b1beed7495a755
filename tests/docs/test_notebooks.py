"""The notebooks are valid, hold what they print, and print it again when they are run.  Their seeds are fixed."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat", reason="notebooks need nbformat: pip install '.[docs]'")
pytest.importorskip("nbclient", reason="notebooks need nbclient: pip install '.[docs]'")

from tests.docs.notebooks import NOTEBOOKS, executed, read  # noqa: E402

NUMBER = re.compile(r"[-−+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
#: bytes of a notebook with its outputs: they are stored so that nothing has to be run to read them, and stay small
LARGEST = 120_000
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def told(cell: Any) -> list[str]:
    """What a cell prints and shows, without its numbers, whose last digits another BLAS may round differently."""
    texts = []
    for output in cell.outputs:
        shown = output.get("data", {}) | ({"text": output.text} if "text" in output else {})
        texts += [f"{kind}: {NUMBER.sub('#', ''.join(text))}" for kind, text in sorted(shown.items())]
    return texts


def test_there_are_three() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["coordinate_check", "own_claim", "supplement"]


@each
def test_it_is_valid_and_small_and_holds_what_it_prints(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert path.stat().st_size < LARGEST
    for cell in code(notebook):
        ast.parse(cell.source)
        assert cell.execution_count, cell.source
        assert not [output for output in cell.outputs if output.output_type == "error"]
    assert any("text/html" in output.get("data", {}) for cell in code(notebook) for output in cell.outputs)


@each
@pytest.mark.slow
def test_it_prints_that_again(path: Path) -> None:
    stored, found = code(read(path)), code(executed(path))
    assert [told(cell) for cell in found] == [told(cell) for cell in stored], "run python -m tests.docs.notebooks"
