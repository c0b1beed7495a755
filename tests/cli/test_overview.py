"""What a check of several statements ends in: a table, a line a statement, and one sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import Toy


def _lines(toy: Toy, *words: str, code: int = 0) -> list[str]:
    result = toy.run("check", *words, "-q", "--jobs", "1")
    assert result.exit_code == code, result.output
    return [line.rstrip() for line in result.stdout.splitlines()]


@pytest.fixture
def three(toy: Toy) -> Toy:
    toy.write("second")
    toy.write("third")
    return toy


def test_all_as_expected_is_a_table_and_a_sentence(three: Toy) -> None:
    lines = _lines(three)
    assert [line.split() for line in lines[:4]] == [
        ["statement", "printed", "amended"],
        *([name, "gap", "gap", "as", "expected"] for name in ("second", "third", "toy")),
    ]
    assert " ".join(lines[4:]) == "3 statements, all as expected: none wrong of 3 printed forms; 3 gap of 3 amended."


def test_one_line_a_statement_so_that_fourteen_fit_on_a_screen(three: Toy) -> None:
    for number in range(11):
        three.write(f"statement_with_a_long_name_{number}")
    lines = _lines(three, "--samples", "256")
    assert len(lines) <= 25
    assert sum(line.endswith("as expected") for line in lines) == 14


def test_what_is_not_as_expected_is_told_in_detail_and_nothing_else(three: Toy) -> None:
    three.write("third", amended="-r - 1")
    lines = _lines(three, code=1)
    text = "\n".join(lines)
    assert "third.order  (amended)" in lines
    assert "third.zero" not in text  # as claimed
    assert "third.printed  (printed)" not in lines  # a gap, as expected
    assert 'verifier check third -k "H=1,r=0" --seed 20201' in text
    assert "second.order" not in text
    assert "verifier check third shows all of it" in text
    row = next(line for line in lines if re.match(r"third +gap", line))
    assert row.split() == ["third", "gap", "contradicted", "amended", "expected", "gap"]
    assert "3 statements, 1 not as expected (third)" in " ".join(lines)


def test_more_is_shown_when_asked_for(three: Toy) -> None:
    for lines in (_lines(three, "-v"), _lines(three, "toy")):
        assert "toy.order  (amended)" in lines
        assert any(line.startswith("2 1") and line.endswith("consistent") for line in lines)
    assert not any(line.startswith("statement ") for line in _lines(three, "toy"))  # one statement needs no table


def test_a_sampler_that_fails_is_in_the_table(three: Toy) -> None:
    three.write("third", sleep="1 / 0")
    lines = _lines(three, code=2)
    assert next(line for line in lines if re.match(r"third +gap", line)).endswith("a sampler failed")
    assert "ZeroDivisionError" in "\n".join(lines)
    assert "1 not as expected (third)" in " ".join(lines)


def test_a_file_that_cannot_be_read_is_in_the_table(three: Toy) -> None:
    Path("lemmas/broken.py").write_text("if x\n")
    lines = _lines(three, code=2)
    assert next(line for line in lines if line.startswith("broken")).endswith("its files cannot be read")
    assert "4 statements, 1 not as expected (broken)" in " ".join(lines)


def test_an_incomplete_run_is_not_all_as_expected_without_a_word(three: Toy) -> None:
    for name in ("second", "third", "toy"):
        three.write(name, sleep="time.sleep(0.2)")
    text = " ".join(_lines(three, "--timeout", "0.01", code=3))
    assert "and the run is incomplete" in text
    assert "timed out" in text
