"""Numbers that would fill a gigabyte, and texts that would recurse without end: one sentence, at once."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from verifier.cli import cli
from verifier.fits.targets import expression, number, remainder
from verifier.inputs.numbers import fraction, integer, too_near

HUGE = ["1e999999999", "-1e-999999999", "1E+99999999999999999999", "9" * 5000, "1/" + "9" * 5000, "0." + "3" * 5000]
NINES = "9" * 5000
ROWS = "".join(f"{n},{(1 + k / 99) / n}\n" for n in (128, 512, 2048, 8192) for k in range(9))


@pytest.mark.parametrize("text", HUGE)
def test_a_number_of_a_gigabyte_is_refused_by_its_text(text: str) -> None:
    start = time.process_time()
    for read in (fraction, number, expression, remainder, integer):
        if read is expression and "e-" in text:
            continue  # it is zero as a floating-point number, as Python reads it
        with pytest.raises(ValueError, match=r".") as caught:
            read(text)  # type: ignore[operator]
        assert len(str(caught.value)) < 300
    assert time.process_time() - start < 1


def test_towers_of_powers_are_refused() -> None:
    start = time.process_time()
    for text in ("((((n^100)^100)^100)^100)^100", "(9^99)^99", "(" * 390 + "n", "n^-" * 100 + "1"):
        with pytest.raises(ValueError, match=r"."):
            expression(text)
    assert time.process_time() - start < 1
    assert expression("3 + 2/n - 4/n^2")(2) == 3.0
    assert fraction(" -1/2 ") == Fraction(-1, 2)


@pytest.mark.parametrize(
    "widths", [[2**53 - 4, 2**53 - 3], [10**15, 10**15 + 1], [10**12, 10**12 + 1], [10**9, 10**9 + 1]]
)
def test_widths_of_one_logarithm_are_near(widths: list[int]) -> None:
    assert too_near([*widths, 5]) == tuple(widths)
    assert too_near([n // 3 for n in (10**12, 10**13)]) is None


@pytest.mark.parametrize("first", [9007199254740988, 10**15, 10**14, 10**12])
def test_no_exponent_is_fitted_to_widths_of_one_logarithm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    """An earlier version fitted exponents of 10^14 to them."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    rows = "".join(f"{first + k},{float(v)!r}\n" for k in range(4) for v in rng.standard_normal(200))
    Path("near.csv").write_text(f"width,value\n{rows}")
    result = CliRunner().invoke(cli, ["fit", "near.csv", "--expect", "0"])
    assert result.exit_code == 2
    assert "have one logarithm in floating point" in result.stderr
    words = ",".join(str(first + k) for k in range(4))
    result = CliRunner().invoke(cli, ["check", "lemma5", "--widths", words])
    assert result.exit_code == 2
    assert "--widths" in result.stderr


#: Command lines that name numbers nobody can mean; each ends at once.
COMMANDS = [
    ["check", "theorem1", "--samples", NINES], ["check", "theorem1", "--seed", NINES],
    ["check", "--jobs", "1000000000"],
    ["check", "theorem1", "--widths", f"{NINES},1,2,3"], ["check", "theorem1", "--widths", "9^999999999,2,3,4"],
    ["check", "theorem1", "--widths", ",".join(str(n) for n in range(1, 5000))],
    ["check", "theorem1", "--angle", "1e999999999"], ["check", "theorem1", "--z", f"{NINES},1"],
    ["check", "theorem1", "-k", "r=1e999999999"], ["check", "theorem1", "-k", f"r={NINES}"],
    ["check", "theorem1", "-k", "r=" + "(" * 5000], ["check", "theorem1", "-k", "l=" + "(" * 90 + "1" + ")" * 90],
    ["check", "theorem1::" + "H=1," * 5000], ["check", "x" * 50000], ["check", "\udcff"], ["check", "a\x1b[8m"],
    ["check", "theorem1", "--timeout", "1e999999999"], ["show", "theorem1." + "r" * 9999],
    ["fit", "data.csv", "--expect", "1e999999999"], ["fit", "data.csv", "--expect", NINES],
    ["fit", "data.csv", "--expect", "-1", "--margin", "1e999999999"],
    ["fit", "data.csv", "--expect", "-1", "--alpha", "nan"], ["fit", "data.csv", "--kind", "polynomial",
                                                             "--expect", "((n^100)^100)^100"],
    ["fit", "data.csv", "--kind", "remainder", "--expect", "3/n^1e999999999 + O(n^-2)"],
    ["fit", "data.csv", "--base-width", NINES, "--expect", "0"], ["fit", "data.csv", "--where", "x" * 9999],
    ["exact", "f^" + NINES, "--depth", "3"], ["exact", "f^4", "--depth", NINES],
    ["exact", "T(999999999)", "--depth", "3"],
    ["exact", "K(9999)", "--depth", "3", "--g-depth", "3"], ["exact", "f(0)^999999999", "--depth", "3"],
    ["exact", "(" * 9999, "--depth", "3"], ["exact", "f^4", "--depth", "3", "--moment", NINES],
    ["exact", "E[f(0)^4]^99999", "--depth", "2"], ["exact", "f^4", "--depth", "999999999999"],
    ["exact", "f^4", "--depth", "3", "--width", NINES], ["exact", "f^4", "--depth", "3", "--memory", "1e999999999GB"],
    ["sample", "T(9999)", "--depth", "2", "--width", "128", "--samples", "9", "-o", "x.npz"],
    ["sample", "T(1)", "--depth", "999999999", "--width", "128", "--samples", "9", "-o", "x.npz"],
    ["sample", "T(1)", "--depth", "2", "--width", "128", "--samples", "999999999999", "-o", "x.npz"],
    ["limit-kernel", "--depth", "999999999", "--g-depth", "2", "--x-angle", "60", "--z-angle", "30"],
    ["conjecture", "--factors", "999999999", "--contractions", "999999999"],
    ["calibrate", "--samples", NINES], ["graph", "-o", "x" * 5000 + ".svg"], ["report", "-o", "x" * 5000 + ".html"],
    ["verify", "x" * 5000], ["gate", "--config", "x" * 5000], ["gate", "--samples", NINES], ["new", "x" * 5000],
    ["verify", "a\x00b"], ["fit", "a\x00b.csv", "--expect", "0"], ["gate", "--config", "a\x00b"],
]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words)[:50].encode("ascii", "replace").decode())
def test_no_number_on_a_command_line_hangs_or_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data.csv").write_text(f"width,value\n{ROWS}")
    start = time.process_time()
    result = CliRunner().invoke(cli, words)
    assert result.exit_code in (0, 2, 3, 5), result.output[-500:]
    assert time.process_time() - start < 10
    assert "internal error" not in result.output
    assert "\x1b" not in result.output
    assert max(map(len, result.output.splitlines()), default=0) < 60_000


@pytest.mark.parametrize("expression", [",", "", " and ", ",,", "(),"])
def test_an_expression_without_a_comparison_selects_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expression: str
) -> None:
    """An earlier version took it for all cells."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["check", "lemma5", "-q", "-j", "1", "-k", expression])
    assert result.exit_code == (2 if "(" in expression else 5), result.output
