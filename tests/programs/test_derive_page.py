"""docs/derive.md: its commands print what the page shows, and its Python runs.  Seeds are fixed."""

from __future__ import annotations

import importlib
import re
import shlex
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")

from verifier.cli import cli

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "derive.md").read_text(encoding="utf-8")
MODEL, USE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
CONSOLES = re.findall(r"```console\n\$ (.*?)\n(.*?)```", PAGE, re.DOTALL)
MEASURED = re.compile(r"[-+]\d\.\d{3}")


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "model.py").write_text(MODEL)
    return tmp_path


@pytest.mark.parametrize(("number", "code"), [(0, 0), (1, 3), (2, 3)])
def test_commands_print_what_the_page_shows(model: Path, number: int, code: int) -> None:
    assert len(CONSOLES) == 3
    command, shown = CONSOLES[number]
    result = CliRunner().invoke(cli, shlex.split(command)[1:])
    assert MEASURED.sub("#", result.output) == MEASURED.sub("#", shown)
    found, given = ([float(x) for x in MEASURED.findall(text)] for text in (result.output, shown))
    np.testing.assert_allclose(found, given, atol=0.0021)
    assert max(map(len, result.output.splitlines())) <= 80
    assert result.exit_code == code


def test_the_python_of_the_page(model: Path) -> None:
    sys.modules.pop("model", None)
    try:
        importlib.invalidate_caches()
        exec(compile(USE, "docs/derive.md", "exec"), {})
    finally:
        sys.modules.pop("model", None)
