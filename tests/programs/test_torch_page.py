"""docs/torch.md: its command prints what the page shows, on the module that the page shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from verifier.cli import cli

pytest.importorskip("torch", reason="programs of modules need PyTorch: pip install 'wide-verifier[torch]'")
pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")

PAGE = (Path(__file__).resolve().parents[2] / "docs/torch.md").read_text(encoding="utf-8")
FIGURE = re.compile(r"[-+]\d\.\d{3,4}\b")


def test_the_command_prints_what_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (model,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    ((command, shown),) = re.findall(r"```console\n\$ (.*?)\n(.*?)```", PAGE, re.DOTALL)
    Path("model.py").write_text(model)
    result = CliRunner().invoke(cli, shlex.split(command)[1:])
    assert result.exit_code == 1
    assert FIGURE.sub("#", result.output) == FIGURE.sub("#", shown)
    np.testing.assert_allclose(*([float(x) for x in FIGURE.findall(t)] for t in (result.output, shown)), atol=0.002)
