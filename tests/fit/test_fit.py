"""``verifier fit``: every kind of claim on data that obey it and on data that do not; bad files.

False-alarm rate: every verdict on true data is taken at alpha 1e-9, so that a test fails by chance with rate
below 1e-8; the seed is fixed and named.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from verifier.cli import cli
from verifier.datafiles import read_samples
from verifier.fits.fitting import fit
from verifier.fits.targets import expression, number

SEED = 20_201
ALPHA = "1e-9"
WIDTHS = (128, 413, 1150, 4690, 20_011, 131_071)
KEYS = {"verdict", "estimate", "low", "high", "widths", "samples", "zero_fraction", "diagnostics"}


def _write(path: Path, law: Any, widths: tuple[int, ...] = WIDTHS, count: int = 4000, column: str = "width") -> Path:
    rng = np.random.default_rng(SEED)
    lines = [f"{column},value"]
    lines += [f"{n},{x!r}" for n in widths for x in np.asarray(law(n, count, rng)).tolist()]
    path.write_text("\n".join(lines) + "\n")
    return path


def _run(*words: object, code: int | None = None) -> Any:
    result = CliRunner().invoke(cli, ["fit", *(str(word) for word in words)])
    assert code is None or result.exit_code == code, result.output
    return result


def _json(*words: object, code: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_run(*words, "--json", "--alpha", ALPHA, code=code).stdout)
    return found


def gaussian(power: float) -> Any:
    return lambda n, k, rng: rng.standard_normal(k) * float(n) ** power


def around(mean: float, power: float) -> Any:
    return lambda n, k, rng: mean + rng.standard_normal(k) * float(n) ** power


#: kind, --expect, a law that obeys it, a law that does not (the twin)
KINDS = [
    ("order", "-1", gaussian(-1), gaussian(-0.5)),
    ("order", "-1/2", gaussian(-0.5), gaussian(0)),
    ("upper", "-1/2", gaussian(-1), gaussian(0)),
    ("to-zero", None, gaussian(-0.5), gaussian(0.5)),
    ("constant", None, around(1, -0.5), around(1, 0)),
    ("variance", "-1", around(3, -0.5), around(3, 0)),
    ("limit", "2", lambda n, k, rng: 2 + 3 / n + rng.standard_normal(k) / 20, around(2.5, -0.5)),
    ("zero", None, lambda n, k, rng: np.zeros(k), gaussian(0)),
    ("mean-zero", None, gaussian(-1), around(1, 0)),
    ("atom", "0.5", lambda n, k, rng: (rng.random(k) < 0.5) * 1.0, lambda n, k, rng: (rng.random(k) < 0.1) * 1.0),
    ("polynomial", "3 + 2/n", lambda n, k, rng: 3 + 2 / n + rng.standard_normal(k) / 10, around(4, -0.5)),
]


@pytest.mark.parametrize(("kind", "expect", "law", "twin"), KINDS, ids=[f"{k}:{e}" for k, e, _, _ in KINDS])
def test_every_kind_and_its_twin(tmp_path: Path, kind: str, expect: str | None, law: Any, twin: Any) -> None:
    words = ["--kind", kind] + (["--expect", expect] if expect else [])
    # The exact tests need more counts to fit into their margin at this level.
    count = 8000 if kind in ("atom", "mean-zero") else 4000
    found = _json(_write(tmp_path / "true.csv", law, count=count), *words, code=0)
    assert found["verdict"] == "consistent"
    assert found["widths"] == list(WIDTHS)
    assert set(found) >= KEYS
    assert _json(_write(tmp_path / "false.csv", twin, count=count), *words, code=1)["verdict"] == "contradicted"


def test_two_widths(tmp_path: Path) -> None:
    rng = np.random.default_rng(SEED)
    sizes = (128, 413, 1150, 4690)
    lines = ["n,m,value"]
    for n in sizes:
        for m in sizes:
            lines += [f"{n},{m},{x!r}" for x in (rng.standard_normal(800) / n / m**0.5).tolist()]
    path = tmp_path / "two.csv"
    path.write_text("\n".join(lines) + "\n")
    found = _json(path, "--kind", "two-widths", "--expect", "-1,-1/2", "--allowance", "3", code=0)
    assert found["verdict"] == "consistent"
    assert found["estimate"] == pytest.approx([-1, -0.5], abs=0.1)
    assert _json(path, "--kind", "two-widths", "--expect", "-1/2,-1/2", "--allowance", "3", code=1)["verdict"] == (
        "contradicted"
    )
    assert "use --kind two-widths" in _run(path, "--expect", "-1", code=2).stderr


def test_a_moment_that_the_samples_cannot_carry_is_refused(tmp_path: Path) -> None:
    path = _write(tmp_path / "heavy.csv", lambda n, k, rng: np.prod(rng.standard_normal((4, k)), axis=0) ** 2)
    found = _json(path, "--kind", "polynomial", "--expect", "1", code=3)
    assert found["verdict"] == "inconclusive"
    assert "refused" in found["reason"]


@pytest.mark.parametrize("suffix", ["csv", "npz", "parquet"])
def test_formats_agree(tmp_path: Path, suffix: str) -> None:
    rng = np.random.default_rng(SEED)
    width = np.repeat(WIDTHS, 300)
    value = rng.standard_normal(width.size) / width
    path = tmp_path / f"data.{suffix}"
    if suffix == "csv":
        path.write_text("value,n\n" + "".join(f"{v!r},{n}\n" for v, n in zip(value.tolist(), width.tolist())))
    elif suffix == "npz":
        np.savez(path, n=width, value=value)
    else:
        pytest.importorskip("pyarrow")
        from verifier.datafiles import write_parquet

        write_parquet(path, {"n": width, "value": value}, {})
    samples = read_samples(path).by_width()
    assert list(samples) == list(WIDTHS)
    for n in WIDTHS:
        np.testing.assert_array_equal(samples[n], value[width == n])


def test_files_are_taken_together(tmp_path: Path) -> None:
    parts = [_write(tmp_path / f"{n}.csv", gaussian(-1), (n,)) for n in WIDTHS]
    assert _json(*parts, "--expect", "-1", code=0)["widths"] == list(WIDTHS)


HEAD = "width,value\n"
BAD = {
    "empty": ("", "the file is empty"),
    "no rows": (HEAD, "there are no rows"),
    "missing column": ("width\n1\n", "no column 'value'"),
    "missing width": ("x,value\n1,2\n", "no column 'width'"),
    "twice": ("width,value,value\n1,2,3\n", "a column occurs twice"),
    "unequal": (HEAD + "128,1\n128\n", "x.csv:3: 1 entry; the header has 2 columns"),
    "a string": (HEAD + "128,1\n128,one\n", "x.csv:3: value is 'one', not a number"),
    "negative width": (HEAD + "-128,1\n", "width is -128 in sample 1; widths are integers from 1"),
    "half a width": (HEAD + "12.5,1\n", "width is 12.5"),
    "nan width": (HEAD + "nan,1\n", "width is nan"),
    "one width": (HEAD + "128,1\n" * 200, "1 width (128); at least 4 are needed"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_one_sentence(tmp_path: Path, case: str) -> None:
    text, message = BAD[case]
    path = tmp_path / "x.csv"
    path.write_text(text)
    result = _run(path, "--expect", "-1", code=2)
    assert message in result.stderr
    assert str(path) in result.stderr or case == "one width"
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_nan_and_infinity_are_invalid_and_never_dropped(tmp_path: Path, value: str) -> None:
    path = _write(tmp_path / "x.csv", gaussian(-1), count=300)
    path.write_text(path.read_text() + f"128,{value}\n")
    found = _json(path, "--expect", "-1", code=3)
    assert found["verdict"] == "invalid"
    assert "1 of 301 samples at width 128 are NaN or infinite" in found["reason"]


def test_bad_npz_and_suffix(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez(path, width=np.array([1, 2, 3]), value=np.array([1.0, 2.0]))
    assert "they must agree" in _run(path, "--expect", "0", code=2).stderr
    np.savez(path, width=np.array([1, 2]), value=np.array(["a", "b"]))
    assert "not numbers" in _run(path, "--expect", "0", code=2).stderr
    np.savez(path, width=np.array([1, 2]), value=np.array([{}, {}], dtype=object), allow_pickle=True)
    assert "not numbers" in _run(path, "--expect", "0", code=2).stderr
    path.write_bytes(b"not a zip file")
    assert "not an NPZ file" in _run(path, "--expect", "0", code=2).stderr
    assert "suffix '.txt'" in _run(tmp_path / "x.txt", "--expect", "0", code=2).stderr
    assert "cannot be read" in _run(tmp_path / "none.csv", "--expect", "0", code=2).stderr


def test_a_file_that_is_too_long_is_refused_with_its_number_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(HEAD + "128,1\n" * 5000)
    with pytest.raises(ValueError, match="5000 rows; at most 1000"):
        read_samples(path, max_rows=1000)
    # 10^8 rows by the header alone; nothing of that size is read or written here.
    big = tmp_path / "x.npz"
    np.savez_compressed(big, width=np.zeros(100_000_000, dtype=np.uint8), value=np.zeros(1))
    start = time.perf_counter()
    assert "100000000 rows; at most 20000000" in _run(big, "--expect", "0", code=2).stderr
    assert time.perf_counter() - start < 5


def test_parquet_without_pyarrow_is_a_clear_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1")
    assert "pip install 'wide-verifier[parquet]'" in _run(path, "--expect", "0", code=2).stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "--kind order needs --expect"),
        (["--expect", "fast"], "'fast' is not a number"),
        (["--expect", "1/0"], "'1/0' divides by zero"),
        (["--expect", "inf"], "'inf' is not a number"),
        (["--kind", "zero", "--expect", "3"], "takes no --expect"),
        (["--kind", "polynomial", "--expect", "__import__('os')"], "not an expression in n"),
        (["--kind", "two-widths", "--expect", "-1"], "two exponents p,q are needed"),
        (["--expect", "-1", "--margin", "nan"], "--margin nan"),
        (["--expect", "-1", "--alpha", "2"], "--alpha 2"),
    ],
)
def test_bad_options(tmp_path: Path, words: list[str], message: str) -> None:
    path = _write(tmp_path / "x.csv", gaussian(-1), count=5)
    assert message in _run(path, *words, code=2).stderr


def test_expressions_are_exact() -> None:
    assert expression("3 + 2/n - 4/n^2")(2) == 3.0
    assert expression("-(n - 1)/n**3")(3) == pytest.approx(-2 / 27, abs=1e-17)
    with pytest.raises(ValueError, match="divides by zero"):
        expression("1/(n - 5)")(5)
    for bad in ("m", "n**n", "f(n)", "1 if n else 2", "n**1000", "", "n,n"):
        with pytest.raises(ValueError, match="not an expression"):
            expression(bad)
    assert number("-1/2") == -0.5


def test_corrections_are_fitted_where_the_margin_is_too_small_to_allow_for_them(tmp_path: Path) -> None:
    small = (32, 75, 161, 340, 700, 1501)
    law = lambda n, k, rng: rng.standard_normal(k) * (1 + 10 / n) / n  # noqa: E731
    path = _write(tmp_path / "x.csv", law, small, 8000)
    data = read_samples(path)
    found = fit(data, "order", "-1", alpha=1e-9).decisions[0]
    assert found.correction
    assert str(found.verdict) != "contradicted"
    naive = fit(data, "order", "-1", alpha=1e-9, correction=False, allowance=0.0).decisions[0]
    assert naive.high < -1 < found.high  # the twin: a plain log-log slope excludes the truth
    assert found.low < -1


def test_one_claim_takes_less_than_a_second_after_import(tmp_path: Path) -> None:
    path = _write(tmp_path / "x.csv", gaussian(-1), count=10_000)
    program = (
        "import sys, time; from click.testing import CliRunner; from verifier.cli import cli\n"
        "import verifier.commands.fit, verifier.fits.fitting, verifier.report.text, rich.console, rich.table\n"
        "start = time.process_time()\n"
        f"result = CliRunner().invoke(cli, ['fit', {str(path)!r}, '--expect', '-1'])\n"
        "print(result.exit_code, time.process_time() - start)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    code, seconds = done.stdout.split()
    assert code == "0"
    assert float(seconds) < 1
