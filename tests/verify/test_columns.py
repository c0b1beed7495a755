"""The two columns of a claim, one rule at a time: what samples say of planned cells, and what proofs say together."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Function, Symbol

from verifier.claims import goals
from verifier.claims.compile import Compiled
from verifier.claims.goals import CheckedGoal, CheckedGoals, ClaimProof, claims_of
from verifier.claims.statement import Claim, Form, Kind, Source, Statement
from verifier.kernel.core.table import digest
from verifier.kernel.core.terms import eq
from verifier.verdict import NumericStatus, ProofStatus
from verifier.verify import proof
from verifier.verify.coverage import Coverage, Reach
from verifier.verify.join import numeric_of
from verifier.verify.results import CellReport

N, P = NumericStatus, ProofStatus
K = Function("K")(Symbol("r"))
ZERO = Claim("s.zero", Kind.ZERO, K, "")
TWO = Reach(measured=2, covered=2, planned=2)
NOTHING = Coverage((), check="s", symbols=("K",))


def cell(verdict: NumericStatus, outside: tuple[str, ...] = ()) -> CellReport:
    return CellReport({"r": 1}, "0", verdict, reason=f"it is {verdict}", outside=outside)


GOOD = cell(N.CONSISTENT)
#: (cells, reach, reason that ended the run) → status and a part of its reason
COLUMNS: dict[str, tuple[list[CellReport], Reach, str | None, NumericStatus, str]] = {
    "every planned cell": ([GOOD, GOOD], TWO, None, N.CONSISTENT, ""),
    "one of two": ([GOOD], TWO, None, N.INCONCLUSIVE, "1 consistent; of 2 cells, 1 not reached before the run ended"),
    "one of two, timed out": ([GOOD], TWO, "timed out", N.INCONCLUSIVE, "1 not reached before the run ended (timed"),
    "one of two, untested": ([GOOD, cell(N.UNTESTED)], TWO, None, N.INCONCLUSIVE, "1 not reached"),
    "one that hypotheses leave out": ([GOOD, cell(N.UNTESTED, ("relu",))], replace(TWO, outside=1, planned=1), None,
                                      N.CONSISTENT, ""),
    "one that -k leaves out": ([GOOD], replace(TWO, planned=1, deselected=1), None, N.INCONCLUSIVE,
                               "1 not selected"),
    "one that --angle leaves out": ([GOOD], replace(TWO, planned=1, angle=1), None, N.INCONCLUSIVE,
                                    "1 left out by --angle"),
    "one that --quick leaves out": ([GOOD], replace(TWO, planned=1, quick=1), None, N.CONSISTENT, ""),
    "none but what --quick leaves out": ([], replace(TWO, planned=0, quick=2), None, N.UNTESTED,
                                         "nothing was sampled: of 2 cells, 2 left out by --quick"),
    "one contradicted": ([GOOD, cell(N.CONTRADICTED)], TWO, None, N.CONTRADICTED, "it is contradicted"),
    "one contradicted, one not reached": ([cell(N.CONTRADICTED)], TWO, None, N.CONTRADICTED, "it is contradicted"),
    "one inconclusive": ([GOOD, cell(N.INCONCLUSIVE)], TWO, None, N.INCONCLUSIVE, "it is inconclusive"),
    "one whose sampler failed": ([GOOD, cell(N.INVALID)], TWO, None, N.INVALID, "it is invalid"),
    "contradicted where a hypothesis fails": ([GOOD, cell(N.CONTRADICTED, ("relu",))],
                                              replace(TWO, outside=1, planned=1), None, N.CONSISTENT, ""),
}  # fmt: skip


@pytest.mark.parametrize("case", COLUMNS)
def test_consistent_is_what_every_planned_cell_is(case: str) -> None:
    cells, reach, stopped, status, told = COLUMNS[case]
    found, reason = numeric_of(ZERO, cells, reach, NOTHING, stopped)
    assert found is status
    assert told in reason
    assert bool(reason) == (status is not N.CONSISTENT)


def test_a_law_that_is_not_stated_is_said_to_be_beyond_samples() -> None:
    found, reason = numeric_of(replace(ZERO, kind=Kind.LAW), [], Reach(), NOTHING)
    assert (found, reason) == (N.UNTESTED, "a claim of kind law without a stated value cannot be sampled")


def results(statement: Statement, monkeypatch: pytest.MonkeyPatch, **judged: ProofStatus) -> list[ProofStatus]:
    """What the column of proofs says, when re-checking said ``judged`` of each claim by itself."""

    by_id = {f"s.{name}": ClaimProof(f"s.{name}", status) for name, status in judged.items()}
    monkeypatch.setattr(proof, "claims_of", lambda *_: by_id)
    found = proof.CoreKernel().results(statement, proof.RecheckedProof())
    return [found.of(claim).status for claim in statement.claims]


def test_what_is_refuted_and_proved_is_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two claims of one content, one proved and the other refuted: the column has a gap in both places."""
    printed = replace(ZERO, id="s.printed", form=Form.PRINTED)
    both = Statement("s", "S", Source(""), "", (printed, ZERO))
    assert results(both, monkeypatch, printed=P.REFUTED, zero=P.PROVED) == [P.GAP, P.GAP]
    apart = replace(both, claims=(printed, replace(ZERO, where=Symbol("r") > 1)))
    assert results(apart, monkeypatch, printed=P.REFUTED, zero=P.PROVED) == [P.REFUTED, P.PROVED]


def test_one_claim_that_is_proved_and_refuted_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two good goals, the claim and its negation: the rows behind them cannot both be true."""
    target = Compiled((), (), (), eq(1, 1))
    monkeypatch.setattr(goals, "compiled", lambda *_: target)
    holds = CheckedGoal("s", "s.zero", digest(target.prop), "")
    fails = CheckedGoal("s", "s.zero", digest(target.refuted), "")
    statement = Statement("s", "S", Source(""), "", (ZERO,))

    def status(*found: CheckedGoal) -> ProofStatus:
        return claims_of(statement, CheckedGoals(found))["s.zero"].status

    assert status(holds) is P.PROVED
    assert status(fails) is P.REFUTED
    assert status(holds, fails) is status(fails, holds) is P.GAP
    assert status(holds, replace(fails, error="its last step fails")) is P.PROVED
