"""An experiment that is killed midway goes on where it was: what is there is not trained again, and nothing differs.

Nothing here is random: the seed is fixed, and what two runs of the same code find is compared to the last bit.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from verifier.projects.project import default_project

pytest.importorskip("sklearn")  # the bundled digits
pytest.importorskip("jax")


def started(folder: Path, *words: str) -> subprocess.Popen[str]:
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "verifier", *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def kept(folder: Path) -> int:
    """Pieces that are in the store."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(folder / ".verifier" / "store.sqlite")) as connection:
        return int(connection.execute("SELECT count(*) FROM blocks").fetchone()[0])
    return 0


def finished(folder: Path, name: str) -> tuple[dict[str, Any], tuple[int, int]]:
    """All that a run to the end found, with its pictures, without times; the pieces it had and those it drew."""
    out, told = (process := started(folder, "check", name, "--quick", "-v", "-j", "1")).communicate(timeout=1500)
    assert process.returncode in (0, 3), out + told  # 3: at --quick a claim may be undecided, alike in both runs
    counts = re.search(r"(\d+) blocks of samples were in the store, (\d+) were drawn", told)
    assert counts is not None
    assert started(folder, "report", "-o", "found.json", "-q").wait(timeout=300) == 0
    found: dict[str, Any] = json.loads((folder / "found.json").read_text())
    del found["run"]
    return found, (int(counts[1]), int(counts[2]))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sensitivity", "large_learning_rate", "image_completion", "kernel_convergence"])
def test_an_experiment_that_is_killed_finds_what_an_uninterrupted_one_finds(tmp_path: Path, name: str) -> None:
    struck, whole = tmp_path / "struck", tmp_path / "whole"
    check = default_project().entry(name).check
    assert check is not None
    pictures = len(check.pictures)  # they come first, and are kept among the pieces
    first = started(struck, "check", name, "--quick", "-j", "1")
    try:
        while kept(struck) < pictures + 2:
            assert first.poll() is None, "it ended before it could be killed"
            time.sleep(0.02)
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.communicate()
    there = kept(struck)
    again, (reused, drawn) = finished(struck, name)
    uninterrupted, (twice, all_) = finished(whole, name)  # what two parts of a check draw alike is drawn once
    assert again == uninterrupted
    assert drawn < all_
    assert reused + drawn == twice + all_
    assert pictures + 2 <= there <= reused + pictures
    assert len(again["statements"][0]["pictures"]) == pictures
