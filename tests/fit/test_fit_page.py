"""docs/fit.md: its commands print what the page shows, its picture is what they draw, its data are what is computed.

The data are fixed, so nothing here is random.
"""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from verifier.cli import cli

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "fit.md"


def _consoles() -> list[tuple[str, str]]:
    """(command, output) of each block."""
    blocks = re.findall(r"```console\n\$ (.*?)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    return blocks


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data, in a folder that commands may write to."""
    shutil.copytree(ROOT / "docs" / "fit", tmp_path / "docs" / "fit", ignore=shutil.ignore_patterns("*.svg"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path / "docs" / "fit"


@pytest.mark.parametrize("number", range(3))
def test_commands_print_what_the_page_shows(docs: Path, number: int) -> None:
    command, output = _consoles()[number]
    result = CliRunner().invoke(cli, shlex.split(command)[1:])
    assert result.output == output
    assert max(map(len, output.splitlines())) <= 80
    assert result.exit_code == {"x contradicted": 1}.get(next(iter(re.findall("x contradicted", output)), ""), 0)
    if "--plot" in command:
        drawn, shown = ((folder / "mup.svg").read_text() for folder in (docs, ROOT / "docs" / "fit"))
        number_ = re.compile(r"-?\d+(?:\.\d+)?")
        assert number_.sub("#", drawn) == number_.sub("#", shown)
        # A place may be rounded to the other side elsewhere.
        found, given = ([float(word) for word in number_.findall(text)] for text in (drawn, shown))
        np.testing.assert_allclose(found, given, atol=0.011)


def test_the_data_are_what_the_script_computes() -> None:
    """Of the first two seeds, to six digits: another BLAS may round the last ones differently."""
    rows = runpy.run_path(str(ROOT / "docs" / "fit" / "coordinates.py"))["rows"]
    for name, mup in (("mup", True), ("sp", False)):
        header, *lines = (ROOT / "docs" / "fit" / f"{name}.csv").read_text().splitlines()
        assert header == ",width,module,t,l1,optimizer,lr"
        assert len(lines) == 8 * 5 * 3 * 3
        computed = rows(mup, seeds=2)
        given, found = ([line.split(",") for line in table] for table in (lines[: len(computed)], computed))
        assert [row[:4] + row[5:] for row in given] == [row[:4] + row[5:] for row in found]
        np.testing.assert_allclose([float(r[4]) for r in found], [float(r[4]) for r in given], rtol=1e-6)


def test_the_configuration_and_the_test_of_the_page(docs: Path) -> None:
    from verifier.gating.assertions import Scaling, ScalingError
    from verifier.gating.config import load

    text = PAGE.read_text(encoding="utf-8")
    toml = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    python = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert toml is not None
    assert python is not None
    assert tomllib.loads(toml[1])
    Path("pyproject.toml").write_text(toml[1])
    shutil.copy(docs / "mup.csv", "coord.csv")
    (claim,) = load(Path("pyproject.toml")).fits
    assert (claim.seeds, claim.expect) == ("few", ("0", "readout, t=1=-1/2"))
    assert CliRunner().invoke(cli, ["gate", "--quick", "-q"]).exit_code in (0, 3, 5)
    names: dict[str, Any] = {}
    exec(python[1], names)
    names["test_coordinates"](Scaling())
    shutil.copy(docs / "sp.csv", "coord.csv")
    with pytest.raises(ScalingError):
        names["test_coordinates"](Scaling())
