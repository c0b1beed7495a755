"""``verifier sample``, ``limit-kernel``, ``exact``, ``conjecture`` and ``calibrate`` as commands.

Statistical tests are taken at alpha 1e-9 with fixed seeds, named where they are used.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from verifier.cli import cli

ROOT = Path(__file__).resolve().parent.parent.parent


def run(*words: object, code: int = 0) -> Any:
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result


def test_samples_with_their_metadata_and_the_same_again(tmp_path: Path) -> None:
    first, longer = tmp_path / "a.npz", tmp_path / "b.npz"
    words = ("sample", "T(2)", "--depth", 3, "--width", 64, "--seed", 9, "--angle", 60)
    run(*words, "--samples", 300, "-o", first)
    run(*words, "--samples", 500, "-o", longer)
    with np.load(first) as a, np.load(longer) as b:
        assert a["samples"].shape == (300,)
        np.testing.assert_array_equal(a["samples"], b["samples"][:300])
        meta = json.loads(str(a["metadata"]))
        assert int(a["width"]) == 64
    assert meta == {
        "quantity": "T(2)", "depth": 3, "widths": [64], "samples": 300, "seed": 9, "angle": 60.0, "block": 256,
        "activation": "relu",
    }  # fmt: skip
    run(*words[:-4], "--seed", 10, "--angle", 60, "--samples", 300, "-o", longer)
    with np.load(first) as a, np.load(longer) as b:
        assert not np.array_equal(a["samples"], b["samples"])


def test_samples_and_fit_fit_together(tmp_path: Path) -> None:
    path = tmp_path / "k.npz"
    widths = "128,413,1150,4690,20011"
    run("sample", "K(3)", "--depth", 2, "--g-depth", 2, "--width", widths, "--samples", 8192, "--seed", 1, "-o", path)
    found = json.loads(run("fit", path, "--expect", "-1", "--alpha", "1e-9", "--json").stdout)
    assert found["widths"] == [128, 413, 1150, 4690, 20_011]
    assert found["zero_fraction"] == pytest.approx(0.5, abs=0.016)  # 6.4 standard errors of 40960 fair signs
    run("fit", path, "--expect", "-1/2", "--alpha", "1e-9", code=1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["T"], "'T' cannot be sampled; T(r) and K(r) can"),
        (["f(0;a) f(1;a)"], "cannot be sampled"),
        (["K(2)"], "K(r) needs --g-depth"),
        (["T(2)", "--g-depth", "2"], "--g-depth is for K(r)"),
        (["T(2)", "-o", "x.txt"], "the suffix '.txt'"),
        (["T(2)", "-o", "no/where.npz"], "there is no directory no"),
        (["T(2)", "--width", "64,64"], "a width occurs twice"),
        (["T(2)", "--width", "ten"], "'ten' is not an integer"),
        (["T(2)", "--samples", "19000000", "--width", "64,65"], "one file holds at most"),
    ],
)
def test_bad_requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str) -> None:
    monkeypatch.chdir(tmp_path)
    base = ["--depth", "2", "--width", "64", "--samples", "10", "-o", "x.npz"]
    assert message in run("sample", *words[:1], *base, *words[1:], code=2).stderr
    assert not list(tmp_path.iterdir())


def test_limit_kernels_in_closed_form() -> None:
    """L = 2, H = 1: S^1 = kappa_1(cos a), Theta^f = kappa_1 + cos a kappa_0; those of h have the factor cos b."""
    a, b = math.radians(60), math.radians(30)
    found = json.loads(
        run("limit-kernel", "--depth", 2, "--g-depth", 1, "--x-angle", 60, "--z-angle", 30, "--json").stdout
    )
    kappa_0 = (math.pi - a) / math.pi
    kappa_1 = (math.sin(a) + (math.pi - a) * math.cos(a)) / math.pi
    theta = kappa_1 + math.cos(a) * kappa_0
    expected = {
        "nngp_f": kappa_1, "ntk_f": theta, "nngp_h": kappa_1 * math.cos(b), "ntk_h": theta * math.cos(b),
    }  # fmt: skip
    assert found == pytest.approx(expected, rel=1e-15)
    text = run("limit-kernel", "--depth", 2, "--g-depth", 1, "--x-angle", 60, "--z-angle", 30).stdout
    assert f"{kappa_1:.15f}"[:15] in text
    run("limit-kernel", "--depth", 0, "--g-depth", 1, "--x-angle", 60, "--z-angle", 30, code=2)
    run("limit-kernel", "--depth", 2, "--g-depth", 1, "--x-angle", "nan", "--z-angle", 30, code=2)


def test_exact_moments_as_a_command() -> None:
    found = json.loads(run("exact", "T(5)", "--depth", 6, "--moment", 2, "--width", 64, "--json").stdout)
    assert found["leading"] == {"power": -8, "coefficient": "38928384000"}
    assert found["slopes"]["64"] == pytest.approx(-4.8554, abs=5e-5)
    assert "/" in found["value"]
    zero = run("exact", "T(3)", "--depth", 2).stdout
    assert "= 0 exactly" in zero


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["f(0;a,b) f(1;a)", "--depth", "2"], "'b'"),
        (["", "--depth", "2"], "empty"),
        (["T(2)", "--depth", "2", "--gram", "0,1=1/2"], "Gram matrix"),
        (["T(3)", "--depth", "3", "--moment", "4", "--memory", "1MB"], "of memory"),
        (["T(2)", "--depth", "0"], "--depth 0"),
        (["T(2)", "--depth", "3", "--widths", "4,x"], "integers of at least 1"),
        (["T(2)", "--depth", "3", "--memory", "much"], "--memory much"),
    ],
)
def test_bad_correlations(words: list[str], message: str) -> None:
    assert message in run("exact", *words, code=2).stderr


def test_the_caret_stands_under_the_character() -> None:
    lines = run("exact", "f(0;a,b) f(1;a)", "--depth", 2, code=2).stderr.splitlines()
    assert lines[1][lines[2].index("^")] == "b"


def test_the_conjecture_as_rows(tmp_path: Path) -> None:
    store = tmp_path / "rows.jsonl"
    words = ("conjecture", "--factors", 3, "--contractions", 3, "-q", "--store", store)
    rows = json.loads(run(*words, "--json").stdout)
    assert len(rows) == 7
    assert not any(row["violates"] for row in rows)
    assert json.loads(run(*words, "--json").stdout) == rows  # from the store
    header, *lines = run(*words, "--csv").stdout.splitlines()
    assert header.startswith("factors,contractions,graph")
    assert len(lines) == 7
    run(*words, "--csv", "--json", code=2)


def test_calibration_as_a_command() -> None:
    """Two families, 20 runs each at alpha 0.05; a false alarm of the command itself has rate 6e-9."""
    chosen = ("--family", "G", "--family", "log n")
    found = json.loads(run("calibrate", "--quick", "-j", 1, *chosen, "--json", "-q").stdout)
    assert [(row["family"], row["alpha"]) for row in found["rows"]] == [
        ("G", 0.05), ("log n", 0.05), ("G", 1e-3), ("log n", 1e-3),
    ]  # fmt: skip
    assert found["violations"] == []
    assert "did you mean" in run("calibrate", "--family", "g", code=2).stderr


@pytest.mark.slow
def test_calibration_is_taken_up_where_it_stopped(tmp_path: Path) -> None:
    """The same table from a store, from a part of one, by other workers, and from a run of its own."""
    store = tmp_path / "counts.jsonl"
    words = ("calibrate", "--quick", "--repetitions", 4, "--family", "G", "--kinds", "--alpha", 0.05, "--json", "-q")
    found = run(*words, "-j", 1, "--store", store).stdout
    lines = store.read_text().splitlines()
    assert len(lines) == 1 + len(json.loads(found)["kinds"])
    store.write_text("\n".join(lines[::2]) + "\n")
    assert run(*words, "-j", 2, "--store", store).stdout == found
    assert sorted(store.read_text().splitlines()) == sorted(lines)
    assert run(*words, "-j", 1).stdout == found
    changed = [json.loads(line) for line in lines]
    assert changed[0]["block"]["name"] == "G"
    changed[0]["tally"] |= {"consistent": 0, "contradicted": 4}  # twin: what is in the store is what is shown
    store.write_text("\n".join(map(json.dumps, changed)))
    assert run(*words, "-j", 1, "--store", store).stdout != found
    changed[0]["tally"] |= {"contradicted": 5}
    for text in ("{}", json.dumps(changed[0]), "not JSON"):
        store.write_text(text + "\n")
        assert "not counts of a calibration" in run(*words, "--store", store, code=2).stderr


def test_a_gate_that_is_wrong_too_often_is_a_violation() -> None:
    """Twin of the calibration: rates far above alpha are named; rates that are not promised are not."""
    from dataclasses import replace

    from gate_runs import calibrate

    from verifier.inference.families import families
    from verifier.inference.rates import Rate
    from verifier.report.calibration import summary, violations

    (row,) = calibrate([families()[0]], repetitions=20, seed=1)
    assert violations([row]) == []
    bad = replace(row, false_pass_above=Rate.counted(15, 20))
    assert violations([bad]) == ["G: 15 of 20 false passes above at alpha 0.05"]
    assert violations([replace(bad, assumption=False)]) == []
    missed = replace(row, coverage=Rate.counted(5, 20))
    assert "intervals without the truth" in violations([missed])[0]
    shown = replace(row, **{name: Rate.counted(0, 1000) for name in ("false_pass_above", "false_pass_below")})
    shown = replace(shown, false_fail=Rate.counted(3, 1000), coverage=Rate.counted(999, 1000))
    assert (row.within, shown.within, bad.within) == (False, True, False)
    words = summary([shown, replace(bad, family="another")], "families")
    assert "on 1 of the 2 families; not on another." in words
    assert "15 false passes above in 1020 runs" in words.replace("\n", " ")


@pytest.mark.slow
def test_the_page_is_what_its_command_writes() -> None:
    """The rows of two families in docs/calibration.md, computed again."""
    from gate_runs import calibrate

    from verifier.inference.families import families
    from verifier.inference.schedule import Schedule
    from verifier.report.calibration import family_table

    page = (ROOT / "docs" / "calibration.md").read_text()
    fixed = re.search(r"--repetitions (\d+)", page)
    repetitions = None if fixed is None else int(fixed[1])
    chosen = [family for family in families() if family.name in ("G", "log n")]
    for alpha in (0.05, 1e-3):
        for row in calibrate(chosen, alpha, repetitions=repetitions, seed=0, schedule=Schedule(cap=8192)):
            assert family_table([row]).splitlines()[-1] in page


@pytest.mark.slow
def test_the_rows_of_natural_quantities_are_what_the_command_writes() -> None:
    from verifier.fits.practice import FEW_SETS, NATURAL_COUNTS, NATURAL_SETS, Practice, few_row, natural_row
    from verifier.report.practice import practice_page

    page = (ROOT / "docs" / "calibration.md").read_text()
    fixed = re.search(r"--repetitions (\d+)", page)
    sets = FEW_SETS if fixed is None else min(FEW_SETS, 5 * int(fixed[1]))
    found = Practice(
        (natural_row("spectral norm", 0, NATURAL_COUNTS, NATURAL_SETS),), (few_row("normal, 0.03", 5, 0, sets),)
    )
    for line in practice_page(found).splitlines():
        if line.startswith(("| spectral", "| normal")):
            assert line in page


def test_nothing_is_wrong_of_natural_quantities() -> None:
    """Five quantities, few and many seeds, true and false claims; and one on which all that is false is refused."""
    from verifier.fits.practice import natural_row

    for name in ("|G_n| / sqrt n", "spectral norm", "loss → 2", "ten copies of each run", "product of four factors"):
        row = natural_row(name, 1, (5, 200), 2)
        assert row.wrong == 0
        assert row.sets == 4
    assert natural_row("|G_n| / sqrt n", 1, (200,), 2).right == 2
    assert natural_row("|G_n| / sqrt n", 1, (200,), 2).refused == 8
