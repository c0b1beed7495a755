"""Streams, files and places that are not what they should be: a sentence and an exit code of 2 or 3, within seconds."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = str(Path(sys.executable).with_name("verifier"))
ROWS = "".join(f"{n},{(1 + k / 99) / n}\n" for n in (128, 512, 2048, 8192) for k in range(9))
FIT = f"{SCRIPT} fit data.csv --expect -1"
LIMIT = 1 << 30


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("data.csv").write_text(f"width,value\n{ROWS}")
    return tmp_path


def _shell(line: str, **environment: str) -> tuple[int, str, str]:
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, timeout=120, env=os.environ | environment, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_told_and_no_verdict_is_lost_in_silence(folder: Path) -> None:
    code, _, errors = _shell(f"{FIT} > /dev/full")
    assert (code, errors) == (2, "verifier: standard output cannot be written: No space left on device\n")
    assert _shell(f"{FIT} 2> /dev/full")[0] == 0  # nothing was to be said there
    assert _shell(f"{SCRIPT} fit nowhere.csv --expect -1 2> /dev/full")[0] == 2
    assert _shell(f"{SCRIPT} --help > /dev/full")[0] == 2


def test_closed_streams_end_in_the_same_code(folder: Path) -> None:
    assert _shell(f"{FIT} <&-")[0] == 0
    assert _shell(f"{FIT} >&-")[0] == 0
    assert _shell(f"{FIT} 2>&-")[0] == 0
    assert _shell(f"{FIT} <&- >&- 2>&-")[0] == 0
    code, _, errors = _shell(f"{SCRIPT} fit - --expect -1 <&-")
    assert code == 2
    assert "standard input is closed" in errors


@pytest.mark.parametrize("columns", ["0", "1", "-5", "999999999999", "9" * 5000, "wide", ""])
def test_any_number_of_columns_is_one(folder: Path, columns: str) -> None:
    code, output, errors = _shell(FIT, COLUMNS=columns, LINES=columns)
    assert code == 0, errors
    assert "consistent" in "".join(output.split())
    assert len(output) < 20_000
    assert _shell(f"{SCRIPT} --help", COLUMNS=columns)[0] == 0


def test_a_long_folder_for_temporary_files_is_told(folder: Path) -> None:
    """Sockets of worker processes lie there, and their names are short."""
    long = folder / ("x" * 120) / ("y" * 120)
    long.mkdir(parents=True)
    code, _, errors = _shell(f"{SCRIPT} check lemma5 --quick -q -j 2", TMPDIR=str(long))
    assert code in (0, 2, 3), errors
    assert "internal error" not in errors


@pytest.mark.parametrize(
    "words",
    [
        ["fit", "PIPE.csv", "--expect", "-1"], ["fit", "PIPE.json", "--expect", "-1"],
        ["fit", "PIPE.npz", "--expect", "-1"], ["verify", "PIPE"], ["gate", "--config", "PIPE"],
        ["report", "--results", "PIPE"], ["calibrate", "--quick", "--store", "PIPE"],
        ["conjecture", "--factors", "2", "--contractions", "2", "--store", "PIPE"],
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["pipe", "/dev/zero"])
def test_nothing_waits_for_a_pipe_or_reads_a_device_without_end(folder: Path, words: list[str], kind: str) -> None:
    name = next(word for word in words if "PIPE" in word)
    if kind == "pipe":
        os.mkfifo(name)
    else:
        Path(name).symlink_to(kind)
    done = subprocess.run([SCRIPT, *words], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 2, done.stdout + done.stderr
    assert len(done.stderr.splitlines()) <= 2
    assert name in done.stderr


@pytest.mark.parametrize("name", ["pyproject.toml", "lemmas/x.py", "verifier-gate.json", "checks/x.py"])
def test_a_project_with_a_pipe_in_it_is_not_waited_for(folder: Path, name: str) -> None:
    from .projects import write

    write(folder)
    Path(name).unlink(missing_ok=True)
    os.mkfifo(name)
    done = subprocess.run(
        [SCRIPT, "gate", "-q", "--quick", "-j", "1"], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode in (1, 2, 3), done.stdout + done.stderr
    assert "internal error" not in done.stderr


def test_what_a_shell_hands_over_is_read(folder: Path) -> None:
    code, output, errors = _shell(f"cat data.csv | {SCRIPT} fit - --expect -1")
    assert code == 0, errors
    assert "consistent" in output


#: Files under a megabyte that would take hours, or all of the memory.
LARGE = {
    "columns.csv": "a," * 400_000, "quotes.csv": '"' * 999_999, "line.csv": "x" * 999_999, "empty.csv": "\n" * 999_999,
    "cells.csv": "width,value\n" + "1,\n" * 300_000, "twice.csv": ",".join(f"c{k // 2}" for k in range(120_000)),
    "labels.csv": "width,value,who\n" + "".join(f"{128 * 2 ** (k % 5)},1.5,w{k}\n" for k in range(50_000)),
    "nul.csv": "\0" * 999_999, "deep.json": "[" * 900_000, "deeper.json": '{"a":' * 190_000,
    "digits.json": "9" * 900_000,
    "keys.json": "{" + ",".join(f'"k{k}":[1]' for k in range(80_000)) + "}", "rows.json": "[" + ",".join(
        '{"width":1}' for _ in range(80_000)) + "]", "exponent.json": '[{"width":1e999999999,"value":1}]',
    "surrogate.json": json.dumps([{"width": n, "value": 1.0 / n, "\ud800": "\udfff"} for n in (8, 16, 32, 64)]),
    "deep.toml": "a = " + "[" * 900_000, "deeper.toml": "a." * 400_000 + "b = 1",
    "digits.toml": "[tool.verifier]\nseed = " + "9" * 900_000, "tables.toml": "[[tool.verifier.fits]]\n" * 40_000,
    "number.toml": "[tool.verifier]\ntimeout = 1e999999999\n", "nan.toml": "[tool.verifier]\ntimeout = nan\n",
    "deep.proof": '{"format":' + "[" * 900_000, "digits.proof": '{"format":' + "9" * 900_000 + "}",
    "null.proof": '{"format": "verifier proof 2", "terms": [' + ",".join(["null"] * 150_000) + "]}",
    "deep.record": "[" * 900_000, "digits.record": '{"format": 1, "profiles": {"full": ' + "9" * 9_000 + "}}",
}  # fmt: skip


def _of_a_large_file(name: str) -> list[str]:
    suffix = name.rpartition(".")[2]
    if suffix == "toml":
        return ["gate", "--config", name, "lemma5", "-q", "--quick", "-j", "1"]
    if suffix == "record":
        Path("pyproject.toml").write_text(f"[tool.verifier]\nrecord = {name!r}\n")
        return ["gate", "lemma5", "-q", "-j", "1"]
    return ["verify", name] if suffix == "proof" else ["fit", name, "--expect", "-1"]


@pytest.mark.parametrize("name", LARGE)
def test_a_file_of_a_megabyte_takes_neither_hours_nor_the_memory(folder: Path, name: str) -> None:
    assert len(LARGE[name]) < 1 << 20
    Path(name).write_text(LARGE[name], encoding="utf-8")
    start = _children()
    done = subprocess.run(
        [SCRIPT, *_of_a_large_file(name)], capture_output=True, text=True, timeout=200, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT)),
    )  # fmt: skip
    assert done.returncode in (2, 3), (done.stdout + done.stderr)[-500:]
    assert "internal error" not in done.stderr
    assert len(done.stderr) < 5_000
    assert _children() - start < 20  # seconds of a processor, start included


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_small_archive_of_a_gigabyte_is_not_unpacked(folder: Path) -> None:
    import numpy as np

    widths = np.repeat(np.array([128, 512, 2048, 8192]), 4_000_000)
    np.savez_compressed("bomb.npz", width=widths, value=np.zeros(16_000_000))
    assert Path("bomb.npz").stat().st_size < 1 << 20
    start = time.process_time()
    done = subprocess.run([SCRIPT, "fit", "bomb.npz", "--expect", "-1"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "unpacked; at most" in done.stderr
    assert time.process_time() - start < 10
