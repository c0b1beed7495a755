"""docs/reading.md shows what the program prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
BLOCK = PAGE.split("<!-- check-output -->")[1].split("```text\n")[1].split("```")[0]


def missing(block: str, printed: str) -> list[str]:
    """Lines of a shortened copy that were not printed, in this order; ``…`` stands for lines left out."""
    rest = iter(line.rstrip() for line in printed.splitlines())
    return [line for line in map(str.rstrip, block.splitlines()) if line.strip() not in ("", "…") and line not in rest]


@pytest.mark.slow
def test_the_first_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    """The seed is fixed, so that every digit is the same on every machine."""
    command = [sys.executable, "-m", "verifier", "check", "theorem1"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr
    assert missing(BLOCK, run.stdout) == []


def test_a_changed_digit_or_order_is_missing() -> None:
    assert missing(BLOCK, BLOCK) == []
    assert missing(BLOCK, BLOCK.replace("-1.0002", "-1.0003"))[0].startswith("2 2 3")
    assert missing("one\ntwo\n", "two\none\n") == ["two"]
