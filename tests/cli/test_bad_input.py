"""Bad input: one line that names the value and what is allowed, exit code 2, never a traceback."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from verifier.sampling.files import write_atomically

from .conftest import Toy, begun_and_told

BAD = {
    "unknown statement": (["check", "teorem1"], ["teorem1", "theorem1"]),
    "unknown statement, nothing near": (["check", "zzz"], ["zzz", "known: "]),
    "unknown command": (["chek"], ["chek", "check"]),
    "unknown option": (["check", "--sed", "1"], ["--sed"]),
    "widths decrease": (["check", "toy", "--widths", "128,64,256,512"], ["width 64", "increase"]),
    "widths repeat": (["check", "toy", "--widths", "128,128,256,512"], ["width 128", "increase"]),
    "width zero": (["check", "toy", "--widths", "0,64,256,512"], ["width 0", "from 1"]),
    "width negative": (["check", "toy", "--widths", "-5,64,256,512"], ["-5", "from 1"]),
    "width not an integer": (["check", "toy", "--widths", "1.5,64,256,512"], ["1.5", "integers"]),
    "width a word": (["check", "toy", "--widths", "wide,64,256,512"], ["wide", "integers"]),
    "width too large": (["check", "toy", "--widths", "64,256,512,2^53"], [str(2**53), "2^53 - 1"]),
    "three widths": (["check", "toy", "--widths", "64,256,512"], ["3 widths", "at least 4"]),
    "one width": (["check", "toy", "--width", "512"], ["1 widths", "at least 4"]),
    "no widths": (["check", "toy", "--widths", ""], ["integers"]),
    "r negative": (["check", "toy", "-k", "r=-1"], ["r=-1", "0, 1, 2, 3"]),
    "H negative": (["check", "toy", "-k", "H=-2"], ["H=-2", "1, 2"]),
    "H beyond": (["check", "toy", "-k", "H=9"], ["H=9", "1, 2"]),
    "L beyond": (["check", "theorem1", "-k", "L=12"], ["L=12", "2, 3"]),
    "no such parameter": (["check", "toy", "-k", "depth=2"], ["depth", "H, r"]),
    "no comparison": (["check", "toy", "-k", "H is 2"], ["H is 2", "comparison"]),
    "no number": (["check", "toy", "-k", "H=two"], ["H=two", "one of 1, 2"]),
    "samples zero": (["check", "toy", "--samples", "0"], ["--samples 0", "at least 1"]),
    "samples a word": (["check", "toy", "--samples", "many"], ["many", "integer"]),
    "seed negative": (["check", "toy", "--seed", "-1"], ["--seed -1", "at least 0"]),
    "jobs zero": (["check", "toy", "--jobs", "0"], ["0", "at least 1"]),
    "angle too large": (["check", "toy", "--angle", "200"], ["200", "0 to 180"]),
    "angle nan": (["check", "toy", "--angle", "nan"], ["nan", "finite"]),
    "z one number": (["check", "toy", "--z", "1"], ["--z 1", "two numbers"]),
    "z different lengths": (["check", "toy", "--z", "1:2,3"], ["1:2,3", "one length"]),
    "quick and thorough": (["check", "toy", "--quick", "--thorough"], ["--quick", "--thorough"]),
    "timeout negative": (["check", "toy", "--timeout", "-1"], ["-1", "0 to"]),
    "too wide for two inputs": (
        ["check", "theorem1", "--widths", "2053,130987,8388619,2^41"], [str(2**41), str(2**20), "--angle 0"],
    ),
    "show unknown": (["show", "teorem1"], ["teorem1", "theorem1"]),
    "prove unknown": (["prove", "teorem1"], ["teorem1", "theorem1"]),
    "axioms of nothing": (["axioms"], ["--all"]),
    "no file": (["verify", "nowhere.json"], ["nowhere.json", "cannot be read"]),
    "not JSON": (["verify", "bad.json"], ["bad.json", "not JSON"]),
    "JSON but no proof": (["verify", "list.json"], ["list.json", "not a proof"]),
    "another format": (["verify", "format.json"], ["format.json", "not a proof"]),
    "not text": (["verify", "binary.json"], ["binary.json", "not a text file"]),
    "a directory": (["verify", "lemmas"], ["lemmas", "cannot be read"]),
    "unwritable": (["prove", "lemma5", "-o", "nowhere/proof.json"], ["nowhere/proof.json", "no directory"]),
    "output is a directory": (["prove", "lemma5", "-o", "lemmas"], ["lemmas", "directory"]),
}  # fmt: skip


@pytest.fixture
def files(toy: Toy) -> Toy:
    Path("bad.json").write_text("{")
    Path("list.json").write_text("[1]")
    Path("format.json").write_text(json.dumps({"format": 99, "documents": []}))
    Path("binary.json").write_bytes(b"\xff\xfe\x00\x81")
    return toy


@pytest.mark.parametrize("case", BAD, ids=list(BAD))
def test_one_line_that_names_the_value(files: Toy, case: str) -> None:
    words, expected = BAD[case]
    result = files.run(*words)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    begun, told = begun_and_told(result.stderr)
    assert begun in ("", "checking", "gating")
    assert len(told) == 1
    assert told[0].startswith("verifier: ")
    for text in expected:
        assert text in told[0]


def test_nothing_selected_is_5(toy: Toy) -> None:
    result = toy.run("check", "toy", "-k", "H=1,r>7")
    assert result.exit_code == 5
    assert "selects none of 8 cells" in result.stderr


def test_a_check_without_a_statement_is_said_to_lack_one(toy: Toy) -> None:
    Path("lemmas/toy.py").unlink()
    result = toy.run("check", "toy")
    assert result.exit_code == 2
    assert "no statement: write lemmas/toy.py" in result.stderr


@pytest.mark.parametrize(
    ("folder", "text", "message"),
    [
        ("lemmas", "x = 1\n", "defines no `statement`"),
        ("checks", "x = 1\n", "defines no `check`"),
        ("checks", "from verifier.quantities.check import Check\ncheck = Check('other')\n", "checks 'other'"),
    ],
)
def test_a_file_that_defines_nothing_is_refused(toy: Toy, folder: str, text: str, message: str) -> None:
    Path(folder, "toy.py").write_text(text)
    result = toy.run("check", "toy")
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_statement_without_a_proof_cannot_be_exported(toy: Toy) -> None:
    result = toy.run("prove", "toy", "-o", "proof.json")
    assert result.exit_code == 3
    assert "has no proof" in result.stderr
    assert not Path("proof.json").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["prove", "lemma5", "-o", "pipe.json"], ["report", "-o", "pipe.html"], ["graph", "-o", "pipe.svg"],
        ["sample", "T(1)", "--depth", "2", "--width", "128", "--samples", "16", "-o", "pipe.npz"],
        ["calibrate", "--quick", "-o", "pipe.md"], ["gate", "--junit", "pipe.xml"], ["gate", "--json", "pipe.json"],
    ],
)  # fmt: skip
def test_no_device_or_pipe_is_replaced_by_a_file(toy: Toy, words: list[str]) -> None:
    """A file that is written whole takes its place by a renaming, which must not hit /dev/null."""
    Path("pyproject.toml").write_text("")
    path = Path(words[-1])
    os.mkfifo(path)
    result = toy.run(*words)
    assert result.exit_code == 2
    assert f"{words[-2]} {path}: it is a device or a pipe" in result.stderr
    assert path.is_fifo()
    with pytest.raises(OSError, match="not a file"):
        write_atomically(path, "text")
    assert path.is_fifo()
