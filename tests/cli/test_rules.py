"""``verifier rules``: every row of the theory is printed with what it needs and why it holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from verifier.claims.catalogue import entries, entry
from verifier.cli import cli
from verifier.kernel.core.documents import STEPS
from verifier.kernel.core.table import TABLE


def _run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["rules", *args], catch_exceptions=True)
    code = result.exit_code if not isinstance(result.exception, SystemExit) else result.exception.code
    return int(code or 0), result.output


def test_every_primitive_and_every_row_is_listed_with_a_reason() -> None:
    found = {(e.kind, e.name): e for e in entries()}
    assert {("primitive", name) for name in STEPS} <= set(found)
    assert {("row", name) for name in TABLE} <= set(found)
    assert not [e.name for e in found.values() if not e.why]


def test_a_row_is_shown_with_its_own_names() -> None:
    code, shown = _run("int.induction")
    assert code == 0
    assert "for  V: (int) → prop, m: int" in shown
    assert "if   V(m)" in shown
    assert "Induction upwards from m." in shown


@pytest.mark.parametrize(
    ("wrong", "near"), [("int.inductoin", "int.induction"), ("linaer", "linear"), ("fct.pos", "fact.pos")]
)
def test_a_misspelt_rule_gets_its_nearest_names(wrong: str, near: str) -> None:
    with pytest.raises(KeyError, match=near.replace(".", r"\.")):
        entry(wrong)
    code, shown = _run(wrong)
    assert code == 2
    assert near in shown
    assert shown.count("\n") == 1


def test_the_page_takes_no_names() -> None:
    code, shown = _run("--markdown", "linear")
    assert code == 2
    assert "leave the names out" in shown
    code, shown = _run("--markdown")
    assert code == 0
    assert "### int.induction" in shown


def test_the_page_in_the_documentation_is_what_the_command_writes(tmp_path: Path) -> None:
    """In a process of its own: equal sums may stand in another order where other terms were made before."""
    command = [sys.executable, "-m", "verifier", "rules", "--markdown", "-o", str(tmp_path / "rules.md")]
    subprocess.run(command, check=True, capture_output=True)
    page = Path(__file__).resolve().parents[2] / "docs" / "rules.md"
    written = (tmp_path / "rules.md").read_text(encoding="utf-8")
    assert page.read_text(encoding="utf-8") == written, "run verifier rules --markdown -o docs/rules.md"
