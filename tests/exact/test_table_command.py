"""``python -m benchmarks.exact --table ...`` prints the reference values that the other tests compute with."""

import os
import subprocess
import sys
from fractions import Fraction as F
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def tables(name: str) -> list[tuple[str, dict[str, list[str]]]]:
    """(title, {first column: the others}) of every table of a name."""
    command = [sys.executable, "-m", "benchmarks.exact", "--table", name]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    text = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    found: list[tuple[str, dict[str, list[str]]]] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|---"):
            continue
        if line.startswith("|"):
            found[-1][1][cells[0]] = cells[1:]
        elif line:
            found.append((line, {}))
    return found


def terms(row: list[str]) -> list[tuple[int, F] | None]:
    """Leading terms as (power, coefficient), None for 0."""
    result = []
    for cell in row:
        coefficient, _, power = cell.partition(" n^")
        result.append((int(power or 0), F(coefficient)) if cell != "0" else None)
    return result


def expected(exponent: int, row: list[int]) -> list[tuple[int, F] | None]:
    return [(exponent, F(c)) if c else None for c in row]


def test_stars():
    second, first, second_relu, first_relu = tables("t")
    assert [title for title, _ in (second, first_relu)] == [
        "E[(T^r)^2], leading term, linear",
        "E[T^r], leading term, relu",
    ]
    for r, linear, relu in [
        (1, [1, 4, 9, 16, 25, 36], [1, 4, 9, 16, 25, 36]),
        (2, [0, 4, 68, 436, 1772, 5488], [0, 16, 272, 1744, 7088, 21952]),
        (3, [0, 0, 108, 3960, 49464, 356904], [0, 0, 1728, 63360, 791424, 5710464]),
        (4, [0, 0, 0, 8640, 558144, 11453184], [0, 0, 0, 552960, 35721216, 733003776]),
        (5, [0, 0, 0, 0, 1512000, 152064000], [0, 0, 0, 0, 387072000, 38928384000]),
    ]:
        assert terms(second[1][str(r)]) == expected(-2 * (r - 1), linear)
        assert terms(second_relu[1][str(r)]) == expected(-2 * (r - 1), relu)
    assert terms(first[1]["5"]) == expected(-4, [0, 0, 0, 0, 360, 3600])
    assert terms(first_relu[1]["3"]) == expected(-2, [0, 0, 24, 144, 504, 1344])
    for even in "024":
        assert first[1][even] == first_relu[1][even] == ["0"] * 6
    # The twin: the comparison sees a coefficient and an exponent.
    assert terms(second[1]["2"]) != expected(-2, [0, 4, 68, 436, 1772, 5489])
    assert terms(second[1]["2"]) != expected(-1, [0, 4, 68, 436, 1772, 5488])


def test_independent_trunks():
    second, first = tables("k")
    assert second[1]["3,3"] == ["1", "405", "32076", "708588", "22769294400 n^-2", "491565866400000 n^-4"]
    assert second[1]["2,2"] == ["1", "32", "64", "5184 n^-2", "129600 n^-4", "0"]
    assert first[1]["2,3"] == ["0", "6", "0", "144 n^-1", "0", "8640 n^-3"]


def test_shared_trunk():
    second, _, relu = tables("k-shared")
    (independent, _) = tables("k")
    assert second[1]["2,2"] == ["1", "32", "64", "20736 n^-2", "2073600 n^-4", "0"]
    assert second[1]["1,2"] == independent[1]["1,2"]
    # At r = 3, 4 the ratio of the two trunks is H^{2(r - H)}; ReLU multiplies by 2^{-exponent}.
    for r in (3, 4):
        (power, shared), (_, apart) = terms([second[1]["2,2"][r], independent[1]["2,2"][r]])
        assert shared / apart == 2 ** (2 * (r - 2))
        assert terms([relu[1]["2,2"][r]]) == [(power, shared * 2**-power)]


COUNTS = {
    "2": ["7", "7", "0", "0"],
    "3": ["23", "16", "7", "0"],
    "4": ["120", "63", "57", "0"],
    "5": ["140", "80", "60", "0"],
    "6": ["86", "56", "29", "1"],
}


def test_graphs_by_the_shortcut():
    ((title, rows),) = tables("graphs-first")
    assert title.startswith("376 graphs, 0 violations")
    assert "conjectural" in title
    assert {m: rows[m] for m in COUNTS} == COUNTS


@pytest.mark.slow
def test_graphs_certified():
    ((title, rows),) = tables("graphs")
    assert title == "376 graphs, 0 violations; exact exponent of E[C^2]"
    assert {m: rows[m] for m in COUNTS} == COUNTS
