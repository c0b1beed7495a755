"""Claims of other papers (examples/papers): right ones are consistent, wrong variants contradicted, derived where said.

Fast: some files at small widths, with 128 samples, an error rate of 1e-3 each and the seed of the first run.  Slow: all
of them as `python -m benchmarks.papers` runs them, against the table of docs/papers.md.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")

from benchmarks import papers
from verifier.fits.fitting import FitSettings
from verifier.programs import Program, derive, measure
from verifier.projects.loading import load_file

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "papers.md").read_text(encoding="utf-8")
NARROW = (128, 401, 1301, 4001)
NUMBER = re.compile(r"[-+]\d+\.\d+")


def declared(file: str) -> dict[str, Any]:
    return vars(load_file(papers.FOLDER / f"{file}.py"))


@pytest.mark.parametrize("file", ["tied_weights", "attention_aligned"])
def test_a_right_claim_is_consistent_and_its_wrong_variant_contradicted(file: str) -> None:
    right, wrong = (papers.row(file, name, NARROW, 128) for name in ("right", "wrong"))
    assert (right.verdict, wrong.verdict) == ("consistent", "contradicted")
    assert right.due
    assert wrong.due
    assert right.derived
    assert right.said != wrong.said


@pytest.mark.parametrize(
    ("file", "derived", "wrong"),
    [
        ("tied_weights", {"length": 2.0}, {"length": 1.0}),
        ("residual_branches", {"length": 1.25**4}, {"length": 16.0}),
    ],
)
def test_limits_that_are_derived(file: str, derived: dict[str, float], wrong: dict[str, float]) -> None:
    for name, expected in (("right", derived), ("wrong", wrong)):
        for key, value in expected.items():
            row = derive(declared(file)[name]).row(key)
            assert row.exponent == 0
            assert row.value is not None
            assert abs(row.value - value) < 1e-9


def test_attention_logits_are_derived() -> None:
    for file, powers in (("attention_logits", (0, Fraction(-1, 2))), ("attention_aligned", (0, Fraction(1, 2)))):
        assert tuple(derive(declared(file)[name]).exponents["logit"] for name in ("right", "wrong")) == powers


@pytest.mark.parametrize("file", papers.names())
def test_each_file_says_what_it_claims(file: str) -> None:
    words = declared(file)
    assert all(isinstance(words[name], str) and words[name] for name in ("CLAIM", "SOURCE", "WRONG"))
    assert re.search(r"(19|20)\d\d$", words["SOURCE"]), "a source ends with its year"
    right, wrong = words["right"], words["wrong"]
    assert isinstance(right, Program)
    assert isinstance(wrong, Program)
    assert right.kind == wrong.kind
    assert set(right.expect) == set(right.outputs(64)) == set(wrong.expect)
    lines = len((papers.FOLDER / f"{file}.py").read_text(encoding="utf-8").splitlines())
    assert 20 <= lines <= 64


def test_there_are_ten_claims_of_seven_works() -> None:
    assert len(papers.names()) >= 10
    assert len({declared(file)["SOURCE"] for file in papers.names()}) >= 7


def table() -> list[list[str]]:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_the_page_has_a_line_for_each_claim_and_each_wrong_variant() -> None:
    shown = [(row[0], row[1], row[4]) for row in table()]
    due = []
    for file in papers.names():
        words = declared(file)
        due.append((f"[{words['CLAIM']}](../examples/papers/{file}.py)", words["SOURCE"], "consistent"))
        due.append((f"*wrong:* {words['WRONG']}", "", "contradicted"))
    assert shown == due


def test_a_disagreement_between_the_derived_and_the_measured_is_loud() -> None:
    program = declared("attention_aligned")["right"]
    theory, found = derive(program), measure(program, widths=NARROW, samples=128, seed=20_201)
    assert papers.limits(theory, found, FitSettings()) == ({"logit": "0"}, ())
    false = replace(theory, rows=tuple(replace(row, exponent=Fraction(1, 2)) for row in theory.rows))
    derived, against = papers.limits(false, found, FitSettings())
    assert (derived, against) == ({"logit": "1/2"}, ("logit",))
    row = papers.Row("attention_aligned", "right", "a claim", "", "1/2", "0", "consistent", against)
    assert not row.due
    assert "SAMPLES CONTRADICT" in papers.markdown([row])


def test_a_file_that_there_is_not_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["papers", "nothing"])
    with pytest.raises(SystemExit) as stopped:
        papers.main()
    assert stopped.value.code == 2
    assert "no file nothing; there are" in capsys.readouterr().err


@pytest.mark.slow
def test_the_table_is_what_the_command_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["papers", "--markdown"])
    assert papers.main() == 0
    made = capsys.readouterr().out.splitlines()
    shown = [line for line in PAGE.splitlines() if line.startswith("|")]
    assert [NUMBER.sub("#", line) for line in made] == [NUMBER.sub("#", line) for line in shown]
    for one, other in zip(made, shown, strict=True):
        np.testing.assert_allclose(*([float(x) for x in NUMBER.findall(text)] for text in (one, other)), atol=0.0021)
