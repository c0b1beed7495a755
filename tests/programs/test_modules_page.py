"""docs/scan.md: its commands print what the page shows, and write the page that they name.

Seeds are fixed; a figure may differ by a few thousandths where another build of PyTorch adds in another order.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from verifier.cli import cli

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
PAGE = (DOCS / "scan.md").read_text(encoding="utf-8")
MODEL = "\n\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
CONSOLES = re.findall(r"```console\n\$ (.*?)\n(.*?)```", PAGE, re.DOTALL)
FIGURE = re.compile(r"[-+]\d\.\d{3}\b")


@pytest.mark.parametrize(("number", "code"), [(0, 1), (1, 3)])
def test_commands_print_what_the_page_shows(
    number: int, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch", reason="scans of modules need PyTorch: pip install 'wide-verifier[torch]'")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "model.py").write_text(MODEL)
    command, shown = CONSOLES[number]
    result = CliRunner().invoke(cli, shlex.split(command)[1:])
    torch.set_num_threads(before)
    table, given = (re.split(r"\d+ values", text)[0] for text in (result.output, shown))
    assert FIGURE.sub("#", table) == FIGURE.sub("#", given)
    np.testing.assert_allclose(*([float(x) for x in FIGURE.findall(text)] for text in (table, given)), atol=0.01)
    assert result.exit_code == code
    assert max(map(len, result.output.splitlines())) <= 80
    assert (number == 0) == (tmp_path / "scan.html").exists()
    if number == 0:
        assert "the first that departs: change fc2, t=1 at model.py:16" in (tmp_path / "scan.html").read_text()
        assert "the first that departs: change fc2, t=1 at model.py:16" in result.output


def test_the_model_is_as_short_as_is_said() -> None:
    assert len([line for line in MODEL.splitlines() if line.strip()]) <= 40
