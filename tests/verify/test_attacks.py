"""Tries to make a command say "verified" or "proved" of what was not sampled, or not proved."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sympy import Function, Symbol

from verifier.statement import Claim, Form, Kind, Source, Statement
from verifier.verdict import NumericStatus, ProofStatus, Summary
from verifier.verify.goals import GoalReport, goal_reports
from verifier.verify.proof import ProofResult, Proofs, at_odds, from_goals, source_of
from verifier.verify.word import Columns, word_of

from .conftest import Toy

P, N = ProofStatus, NumericStatus


@pytest.mark.parametrize("proof", [P.PROVED, P.CERTIFIED, P.CITED])
@pytest.mark.parametrize("numeric", list(N))
@pytest.mark.parametrize("alone", [False, True])
def test_a_form_is_verified_only_if_every_claim_is(proof: ProofStatus, numeric: NumericStatus, alone: bool) -> None:
    """Beside a good claim, each other one; the rule is stated here a second time, in other words."""
    good = Columns(P.PROVED, N.CONSISTENT)
    found = word_of([good, Columns(proof, numeric, alone)])
    fine = numeric is N.CONSISTENT or (alone and numeric is N.UNTESTED)
    assert (found is Summary.VERIFIED) == fine
    assert found in (Summary.VERIFIED, Summary.INCONCLUSIVE, Summary.CONTRADICTED)
    assert word_of([good, Columns(proof, numeric, alone)], problems=True) is not Summary.VERIFIED
    assert word_of([Columns(P.GAP, numeric, alone), good]) in (Summary.GAP, Summary.CONTRADICTED)
    assert word_of([Columns(P.REFUTED, numeric, alone), good]) is Summary.REFUTED
    assert word_of([]) is Summary.GAP


def test_an_old_run_does_not_speak_for_a_claim_that_was_changed(toy: Toy) -> None:
    """Run, then edit the claim: `show` has numbers of another claim and must not join them to this one's proof."""
    assert toy.run("check", "-q", "--jobs", "1").exit_code == 0
    assert "as amended: verified" in " ".join(toy.run("show", "toy").stdout.split())
    toy.edit("lemmas/toy.py", "r >= H * L + 1)", "r >= H * L + 2)")
    text = " ".join(toy.run("show", "toy").stdout.split())
    assert "as amended: inconclusive" in text
    assert "nothing was sampled since the claim was changed" in text


def test_an_old_run_does_not_speak_for_a_claim_that_shadows_another(toy: Toy) -> None:
    assert toy.run("check", "lemma5", "--quick", "-q", "--jobs", "1").exit_code == 0
    assert "as amended: verified" in " ".join(toy.run("show", "lemma5").stdout.split())
    toy.write(name="lemma5", check=None)
    assert "as amended: inconclusive" in " ".join(toy.run("show", "lemma5").stdout.split())


def test_a_gap_that_is_expected_does_not_excuse_a_check_that_is_gone(toy: Toy) -> None:
    toy.edit("lemmas/toy.py", ", proof=proof(),", ",")
    (toy.folder / "pyproject.toml").write_text('[tool.verifier.expect]\ntoy = "gap"\n')
    assert toy.run("gate", "-q", "--jobs", "1").exit_code == 0
    (toy.folder / "checks" / "toy.py").unlink()
    toy.forget()
    done = toy.run("gate", "-q", "--jobs", "1")
    assert done.exit_code == 3
    assert "there is no checks/toy.py" in " ".join(done.stdout.split())


def test_a_record_is_broken_by_a_check_that_is_gone(toy: Toy) -> None:
    assert toy.run("gate", "-q", "--jobs", "1", "--record").exit_code == 0
    assert toy.run("gate", "-q", "--jobs", "1").exit_code == 0
    (toy.folder / "checks" / "toy.py").unlink()
    toy.forget()
    assert toy.run("gate", "-q", "--jobs", "1").exit_code in (1, 3)


def test_few_zeros_are_not_zero(toy: Toy) -> None:
    for samples in ("2", "128"):
        found = toy.check("--samples", samples, code=3)["statements"][0]
        assert found["amended"]["verdict"] == "inconclusive"
        assert "too few to bound a rare event" in found["amended"]["reasons"][0]
    assert toy.check("--samples", "256", code=0)["statements"][0]["amended"]["verdict"] == "verified"


@pytest.mark.parametrize(
    ("file", "old", "new", "codes"),
    [
        # nothing measured, or nothing that counts
        ("checks/toy.py", "cells(H=[1, 2, 3], L=1, r=[4, 5])", "[]", {3}),
        ("checks/toy.py", "zeros=256,", "zeros=256, claims=(),", {3}),
        ("checks/toy.py", "zeros=256,", "zeros=256, witness=('relu',),", {3}),
        ("checks/toy.py", "np.zeros(", "np.nan * np.zeros(", {3}),
        ("checks/toy.py", "np.zeros((samples, len(cells)))", "np.zeros((0, len(cells)))", {3, 4}),
        ("checks/toy.py", "np.zeros((samples, len(cells)))", "1 / 0", {4}),
        ("checks/toy.py", "np.zeros((samples, len(cells)))", "exit(0)", {3, 4}),
        ("checks/toy.py", "np.zeros(", "np.ones(", {1}),
        # another name, another kind of object, nothing at all
        ("checks/toy.py", 'check = Check("toy"', 'check = Check("tyo"', {2}),
        ("checks/toy.py", "check = Check(", "checks = Check(", {2}),
        ("lemmas/toy.py", '"toy", "A toy"', '"tyo", "A toy"', {2}),
        ("lemmas/toy.py", "statement = Statement(", "statements = Statement(", {2}),
        # claims that are no claims
        ("lemmas/toy.py", "where=And(H >= 1, L >= 1, r >= H * L + 1)", "where=H < H", {2}),
        ("lemmas/toy.py", "where=And(H >= 1, L >= 1, r >= H * L + 1)", "where=And(H >= 1, r > 9, r < 5)", {2, 3}),
        ("lemmas/toy.py", "where=And(H >= 1, L >= 1, r >= H * L + 1)", "where=H > 9", {3}),
        ("lemmas/toy.py", "Kind.ZERO, K(r)", "Kind.ZERO, K(r + 1)", {3}),
        ("lemmas/toy.py", "Kind.ZERO, K(r)", "Kind.ZERO, Function('J')(r)", {3}),
        ("lemmas/toy.py", "Kind.ZERO, K(r)", "Kind.MEAN_ZERO, Function('J')(r)", {3}),
        ("lemmas/toy.py", "Kind.ZERO, K(r)", "Kind.IDENTITY, K(r)", {3}),
        # proofs that are none
        ("lemmas/toy.py", "proof=proof(),", "proof={**proof(), 'goals': []},", {3}),
        ("lemmas/toy.py", "proof=proof(),", "proof={**proof(), 'steps': []},", {3}),
        ("lemmas/toy.py", "proof=proof(),", "proof={},", {3}),
        ("lemmas/toy.py", "proof=proof(),", "proof=[proof()],", {2}),
        ("lemmas/toy.py", "proof=proof(),", "proof='proved',", {2}),
        ("lemmas/toy.py", "proof=proof(),", "proof={**proof(), 'statement': 'theorem1'},", {3}),
        ("lemmas/toy.py", '"degree", ["relu"])', '"degree", ["relu"], form="printed")', {3}),
        ("lemmas/toy.py", 'hypotheses=("relu",)),', 'hypotheses=()),', {3}),
    ],
)  # fmt: skip
def test_no_edit_leaves_it_verified(toy: Toy, file: str, old: str, new: str, codes: set[int]) -> None:
    toy.edit(file, old, new)
    done = toy.run("check", "-q", "--jobs", "1")
    assert done.exit_code in codes, done.output
    assert "amended: verified" not in done.stdout
    assert "internal error" not in done.output or done.exit_code == 4
    gate = toy.run("gate", "-q", "--jobs", "1")
    assert gate.exit_code in codes, gate.output
    if file.startswith("lemmas") and done.exit_code == 3 and "proof" in new:
        assert "proved" not in toy.run("axioms", "toy").stdout


def goal(status: ProofStatus, power: int = 0) -> GoalReport:
    judgment = {"is": "order", "of": ["K", "r"], "power": power, "where": []}
    return GoalReport("s.x", "amended", status, (), "", judgment=judgment)


def statement(*claims: Claim) -> Statement:
    return Statement("s", "S", Source(""), "", claims)


def test_a_goal_that_refutes_and_one_that_proves_are_a_gap() -> None:
    claim = Claim("s.x", Kind.ORDER, Function("K")(Symbol("r")), "", exponent=Symbol("r") * 0)
    (one,) = from_goals(statement(claim), [goal(P.PROVED)])
    assert one.status is P.PROVED
    (both,) = from_goals(statement(claim), [goal(P.PROVED), goal(P.REFUTED)])
    assert (both.status, both.reason) == (P.GAP, "one goal refutes it and another one proves it")
    (other,) = from_goals(statement(claim), [replace(goal(P.PROVED), form="printed")])
    assert (other.status, other.reason) == (P.GAP, "no goal of the proof is about it")


def test_a_rate_in_m_is_not_one_in_n() -> None:
    claim = Claim("s.x", Kind.UPPER, Function("K")(Symbol("r")), "", exponent=Symbol("r") * 0 - 1)
    rates = {"is": "bounded", "of": ["K", "r"], "power": 0, "power_m": -1, "where": []}
    (found,) = from_goals(statement(claim), [replace(goal(P.PROVED), judgment=rates)])
    assert found.status is P.GAP
    (right,) = from_goals(statement(claim), [replace(goal(P.PROVED), judgment=rates | {"power": -1, "power_m": 0})])
    assert right.status is P.PROVED


def test_one_content_is_not_refuted_and_proved() -> None:
    x = Function("K")(Symbol("r"))
    printed = Claim("s.p", Kind.ZERO, x, "", form=Form.PRINTED)
    for amended, status in ((Claim("s.a", Kind.ZERO, x, ""), P.GAP),
                            (Claim("s.a", Kind.ZERO, x, "", hypotheses=("relu",)), P.PROVED),
                            (Claim("s.a", Kind.ZERO, x, "", where=Symbol("r") > 1), P.PROVED)):  # fmt: skip
        results = [ProofResult("s.p", Form.PRINTED, P.REFUTED), ProofResult("s.a", Form.AMENDED, P.PROVED)]
        found = at_odds(statement(printed, amended), results)
        assert found[1].status is status
        assert found[0].status is (P.GAP if status is P.GAP else P.REFUTED)


def test_results_are_joined_to_goals_by_their_place() -> None:
    """Two goals with one digest: each has its own judgment."""
    goals = [{"claim": "s.x", "digest": "d", "judgment": {"is": "order", "power": p}} for p in (0, 5)]
    result = type("R", (), {"statement": "s", "claim": "s.x", "form": "amended", "status": "proved", "rests_on": (),
                            "range": "", "sizes": (), "error": None})  # fmt: skip
    found = goal_reports("s", {"documents": [{"goals": goals}]}, [result, result])
    assert [g.judgment["power"] for g in found] == [0, 5]
    with pytest.raises(ValueError, match="zip"):
        goal_reports("s", {"documents": [{"goals": goals}]}, [result])


def test_a_proof_of_no_known_kernel_is_refused() -> None:
    claim = Claim("s.x", Kind.ZERO, Symbol("x"), "")
    assert Proofs().of(claim).status is P.GAP
    with pytest.raises(TypeError, match="a proof of type int is of no known kernel"):
        source_of(replace(statement(claim), proof=7))


def test_the_library_says_what_the_command_says(toy: Toy) -> None:
    """run_check, as a program would call it, with -k and without: the words of `check --json`."""
    from verifier.project import default_project
    from verifier.sampling.plan import Options
    from verifier.sampling.select import Selection
    from verifier.verify.run import run_check

    for expression, word in ((None, Summary.VERIFIED), ("H=1", Summary.INCONCLUSIVE)):
        project = default_project()
        selection = None if expression is None else Selection(expression)
        report = run_check(project, [project.entry("toy")], Options(), seed=1, jobs=1, selection=selection)
        words = [] if expression is None else ["-k", expression]
        told: dict[str, Any] = json.loads(toy.run("check", "--seed", "1", "--json", "-q", "--jobs", "1", *words).stdout)
        assert report.statements[0].summary(Form.AMENDED) is word
        assert told["statements"] == report.to_json()["statements"]
