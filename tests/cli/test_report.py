"""Exit codes and summaries from reports that are put together by hand."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console
from sympy import Function, Symbol

from verifier.claims.statement import Claim, Form, Kind, Source, Statement
from verifier.report.text import render
from verifier.sampling.plan import RunOptions
from verifier.verdict import NumericStatus, ProofStatus, Summary
from verifier.verify.results import CellReport, ClaimReport, RunReport, StatementReport

P, N = ProofStatus, NumericStatus
X = Function("X")(Symbol("r"))


def claim(form: Form, proof: ProofStatus, numeric: NumericStatus) -> ClaimReport:
    stated = Claim(f"s.{form}", Kind.ORDER, X, "X ~ 1", form=form)
    cell = CellReport({"r": 1}, 0.0, numeric, estimate=0.5, low=0.4, high=0.6, samples=9, widths=(1, 2, 3, 4))
    return ClaimReport(stated, proof, (), numeric, (cell,))


def run(
    printed: tuple[ProofStatus, NumericStatus], amended: tuple[ProofStatus, NumericStatus],
    expected: dict[Form, Summary], **more: object,
) -> RunReport:  # fmt: skip
    claims = (claim(Form.PRINTED, *printed), claim(Form.AMENDED, *amended))
    statement = Statement("s", "S", Source("D"), "", tuple(c.claim for c in claims), expected=expected)
    return replace(RunReport(1, RunOptions(), (StatementReport(statement, claims),)), **more)  # type: ignore[arg-type]


USUAL = {Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED}


@pytest.mark.parametrize(
    ("printed", "amended", "expected", "code"),
    [
        ((P.REFUTED, N.INVALID), (P.PROVED, N.CONSISTENT), USUAL, 0),
        ((P.REFUTED, N.CONTRADICTED), (P.CITED, N.CONSISTENT), USUAL, 0),
        ((P.REFUTED, N.UNTESTED), (P.CERTIFIED, N.UNTESTED), USUAL, 3),  # untested is not verified
        ((P.PROVED, N.CONSISTENT), (P.PROVED, N.CONSISTENT), USUAL, 1),  # a refutation that is gone
        ((P.REFUTED, N.INVALID), (P.PROVED, N.CONTRADICTED), USUAL, 1),
        ((P.REFUTED, N.INVALID), (P.REFUTED, N.CONSISTENT), USUAL, 1),
        ((P.REFUTED, N.INVALID), (P.GAP, N.CONSISTENT), USUAL, 3),
        ((P.REFUTED, N.INVALID), (P.PROVED, N.INCONCLUSIVE), USUAL, 3),
        ((P.REFUTED, N.INVALID), (P.PROVED, N.INVALID), USUAL, 3),
        ((P.GAP, N.INVALID), (P.PROVED, N.CONTRADICTED), USUAL, 1),  # 1 outranks 3
        ((P.PROVED, N.CONSISTENT), (P.PROVED, N.CONSISTENT), {}, 0),  # without a record: verified
        ((P.REFUTED, N.CONSISTENT), (P.PROVED, N.CONSISTENT), {}, 1),
        ((P.GAP, N.CONSISTENT), (P.PROVED, N.CONSISTENT), {}, 3),
    ],
)
def test_exit_code(
    printed: tuple[ProofStatus, NumericStatus], amended: tuple[ProofStatus, NumericStatus],
    expected: dict[Form, Summary], code: int,
) -> None:  # fmt: skip
    assert run(printed, amended, expected).exit_code == code


def test_an_incomplete_run_is_never_0() -> None:
    good = ((P.REFUTED, N.INVALID), (P.PROVED, N.CONSISTENT))
    assert run(*good, USUAL, stopped="interrupted").exit_code == 3
    assert run(*good, USUAL, stopped="a worker died", failed=True).exit_code == 4
    bad = ((P.REFUTED, N.INVALID), (P.PROVED, N.CONTRADICTED))
    assert run(*bad, USUAL, stopped="interrupted").exit_code == 1


@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_word_fits_on_its_line(width: int) -> None:
    """Nothing is cut off, except commands to paste, which are kept on one line."""
    buffer = io.StringIO()
    console = Console(file=buffer, width=width, highlight=False)
    render(run((P.REFUTED, N.CONTRADICTED), (P.CITED, N.CONSISTENT), USUAL), console)
    text = buffer.getvalue()
    assert "…" not in text
    for words in ("refuted", "contradicted", "cited", "consistent", "as expected"):
        assert words in text
    assert all(len(line) <= width for line in text.splitlines() if "verifier check" not in line)
