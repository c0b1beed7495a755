"""docs/programs.md: its commands print what the page shows, and its Python runs.

Seeds are fixed; a figure may be rounded to the other side where another BLAS adds in another order.
"""

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

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "programs.md").read_text(encoding="utf-8")
MODEL, USE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
CONSOLES = re.findall(r"```console\n\$ (.*?)\n(.*?)```", PAGE, re.DOTALL)
NUMBER = re.compile(r"[-+]?\d+\.\d+")
BROKEN = """\
import jax.numpy as jnp
from verifier.programs import quantity, width
n = width("n")


@quantity(weights={"W": (n, n), "x": (n,)})
def norm(w):
    h = w["W"] @ w["x"]
    a = jnp.tanh(w["W"])
    return jnp.mean((a @ h) ** 2)
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "broken.py").write_text(BROKEN)
    return tmp_path


@pytest.mark.parametrize(("number", "code"), [(0, 0), (1, 1), (2, 0), (3, 2)])
def test_commands_print_what_the_page_shows(model: Path, number: int, code: int) -> None:
    assert len(CONSOLES) == 4
    command, shown = CONSOLES[number]
    result = CliRunner().invoke(cli, shlex.split(command)[1:])
    assert NUMBER.sub("#", result.output) == NUMBER.sub("#", shown)
    found, given = ([float(x) for x in NUMBER.findall(text)] for text in (result.output, shown))
    np.testing.assert_allclose(found, given, atol=0.0021)
    assert code == 2 or max(map(len, result.output.splitlines())) <= 80
    assert result.exit_code == code


@pytest.mark.slow
def test_the_python_of_the_page_runs(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(model))
    monkeypatch.delitem(sys.modules, "model", raising=False)
    importlib.invalidate_caches()
    exec(compile(USE, "page", "exec"), {})
    monkeypatch.delitem(sys.modules, "model", raising=False)


def test_the_model_is_as_short_as_is_said() -> None:
    assert len([line for line in MODEL.splitlines() if line.strip()]) <= 40
