"""Data as other programs write it: pipes, NumPy's headers, Windows' line ends; damaged files are one sentence.

Nothing here is a statistical test: verdicts on true data are taken at alpha 1e-9 with a fixed seed.
"""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from verifier.cli import cli
from verifier.datafiles import STDIN, read_samples
from verifier.sampling.raw import Request, draw, pieces

SEED = 20_201
WIDTHS = (128, 413, 1150, 4690, 20_011, 131_071)


def _text(end: str = "\n", header: str = "width,value") -> str:
    rng = np.random.default_rng(SEED)
    rows = [f"{n},{x!r}" for n in WIDTHS for x in (rng.standard_normal(2000) / n).tolist()]
    return end.join([header, *rows, ""])


def _fit(*words: object, text: str | None = None) -> Any:
    words = (*words, "--alpha", "1e-9")
    return CliRunner().invoke(cli, ["fit", *(str(word) for word in words)], input=text)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_standard_input(end: str, mark: str) -> None:
    assert _fit("-", "--expect", -1, text=mark + _text(end)).exit_code == 0
    assert _fit("-", "--expect", 0, text=mark + _text(end)).exit_code == 1  # the twin


def test_standard_input_is_refused_where_it_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(_text()))
    with pytest.raises(ValueError, match="more than 100 rows"):
        read_samples(STDIN, max_rows=100)
    assert "the file is empty" in _fit("-", "--expect", -1, text="").stderr


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, end: str) -> None:
    path = tmp_path / "naïve data.csv"
    path.write_bytes(_text(end).encode())
    assert _fit(path, "--expect", -1).exit_code == 0
    assert _fit(path, "--expect", "-1/2").exit_code == 1


def test_what_numpy_writes(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rng = np.random.default_rng(SEED)
    table = np.array([(n, x / n) for n in WIDTHS for x in rng.standard_normal(2000)])
    np.savetxt(path, table, delimiter=",", header="width,value")
    assert path.read_text().startswith("# width,value")
    assert _fit(path, "--expect", -1).exit_code == 0
    np.savetxt(path, table, delimiter=",")
    assert "there is no header; its first line must name the columns" in _fit(path, "--expect", -1).stderr


def test_compressed_text_is_told_what_to_do(tmp_path: Path) -> None:
    assert "gzip -dc FILE | verifier fit -" in _fit(tmp_path / "x.csv.gz", "--expect", -1).stderr


@pytest.mark.parametrize("suffix", [".npz", ".csv"])
def test_a_damaged_file_is_one_sentence(tmp_path: Path, suffix: str) -> None:
    """Bytes changed, cut and put in: each file is read or refused in one line, never an internal error."""
    path, rng = tmp_path / f"x{suffix}", random.Random(SEED)
    if suffix == ".csv":
        whole = _text().encode()[:4000]
    else:
        np.savez_compressed(path, width=np.repeat(WIDTHS, 20), value=np.arange(120.0))
        whole = path.read_bytes()
    refused = 0
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        path.write_bytes(bytes(damaged[: rng.randint(1, len(damaged))] if rng.random() < 0.3 else damaged))
        message = _refusal(path)
        assert message is None or (message.startswith(str(path)) and len(message.splitlines()) == 1)
        refused += message is not None
    assert refused > 20


def _refusal(path: Path) -> str | None:
    try:
        read_samples(path)
    except ValueError as error:
        return str(error)
    return None


def test_margins_around_a_probability(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(_text())
    for kind in (["atom", "--expect", "0"], ["symmetric"]):
        assert "at most 0.5" in _fit(path, "--kind", *kind, "--margin", 3).stderr
        assert _fit(path, "--kind", *kind, "--margin", 0.2).exit_code == 0


def test_two_small_widths_are_corrected() -> None:
    """X = (1 + 8/n) (1 + 8/m) G / n: without the columns 1/n and 1/m the allowance alone would leave it open."""
    widths, rng = (56, 132, 281, 595, 1225, 2626), np.random.default_rng(SEED)
    rows = [
        f"{n},{m},{x * (1 + 8 / n) * (1 + 8 / m) / n!r}"
        for n in widths for m in widths for x in rng.standard_normal(2000).tolist()
    ]  # fmt: skip
    text = "\n".join(["n,m,value", *rows, ""])
    assert _fit("-", "--kind", "two-widths", "--expect", "-1,0", text=text).exit_code == 0
    assert _fit("-", "--kind", "two-widths", "--expect", "-1,-1/2", text=text).exit_code == 1
    plain = _fit("-", "--kind", "two-widths", "--expect", "-1,0", "--no-correction", text=text)
    assert plain.exit_code == 3


def test_wide_networks_at_two_inputs_are_refused() -> None:
    with pytest.raises(ValueError, match="width 1048577 is too large at two inputs"):
        draw(Request("T(2)", 3, ((1 << 20) + 1,), 1, 1, angle=10.0))
    drawn = draw(Request("T(2)", 3, ((1 << 20) + 1,), 1, 1))
    assert drawn[(1 << 20) + 1].shape == (1,)


def test_few_samples_are_few_draws_and_begin_a_longer_stream() -> None:
    """Blocks of 1, 1, 2, 4, …: whatever is asked for, each sample comes from the same block."""
    for most in (1, 4, 256):
        long = list(pieces(1000, most))
        for samples in (1, 2, 3, 5, 255, 256, 257, 999):
            short = list(pieces(samples, most))
            assert short == long[: len(short)]
            assert short[-1][0] < samples <= sum(short[-1])
            assert sum(size for _, size in short) <= max(1, 2 * (samples - 1), samples + most - 1)
    one, many = (draw(Request("T(2)", 3, (64,), count, 5, angle=60.0))[64] for count in (1, 300))
    assert one[0] == many[0]
