"""Tries to make a command say "verified" or "proved" of what was not sampled, or not proved."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sympy import Function, Symbol

from verifier.claims.statement import Claim, Form, Kind, Source, Statement
from verifier.verdict import NumericStatus, ProofStatus, Summary
from verifier.verify.proof import ProofResult, Proofs, at_odds, source_of
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
    toy.edit("lemmas/toy.py", ", proof=Proof(prove),", ",")
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
        ("checks/toy.py", "np.zeros((samples, len(cells)))", "np.zeros((0, len(cells)))", {2}),
        ("checks/toy.py", "np.zeros((samples, len(cells)))", "1 / 0", {2}),
        ("checks/toy.py", "np.zeros((samples, len(cells)))", "exit(0)", {2}),
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
        ("lemmas/toy.py", "Kind.ZERO, K(r)", "Kind.ZERO, K(r - 1)", {3}),
        ("lemmas/toy.py", "Kind.ZERO, K(r)", "Kind.ZERO, Function('J')(r)", {3}),
        ("lemmas/toy.py", "Kind.ZERO, K(r)", "Kind.MEAN_ZERO, Function('J')(r)", {3}),
        ("lemmas/toy.py", "Kind.ZERO, K(r)", "Kind.IDENTITY, K(r)", {3}),
        # proofs that are none
        ("lemmas/toy.py", "proof=Proof(prove),", "proof=Proof(lambda p: None),", {3}),
        ("lemmas/toy.py", "proof=Proof(prove),", "proof=Proof(lambda p: 1 / 0),", {2, 3, 4}),
        ("lemmas/toy.py", "proof=Proof(prove),", "proof={},", {2}),
        ("lemmas/toy.py", "proof=Proof(prove),", "proof=[Proof(prove)],", {2}),
        ("lemmas/toy.py", "proof=Proof(prove),", "proof='proved',", {2}),
        ("lemmas/toy.py", 'p.conclude({"toy.zero"', 'p.conclude({"toy.one"', {3}),
        ("lemmas/toy.py", "le(plus(times(h, l), 1), s), le(d, 0)]", "le(plus(times(h, l), 1), s), le(1, 2)]", {3}),
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


def statement(*claims: Claim) -> Statement:
    return Statement("s", "S", Source(""), "", claims)


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


def test_a_proof_of_no_known_kernel_is_refused() -> None:
    claim = Claim("s.x", Kind.ZERO, Symbol("x"), "")
    assert Proofs().of(claim).status is P.GAP
    with pytest.raises(TypeError, match="a proof of type int is of no known kernel"):
        source_of(replace(statement(claim), proof=7))


def test_the_library_says_what_the_command_says(toy: Toy) -> None:
    """run_check, as a program would call it, with -k and without: the words of `check --json`."""
    from verifier.projects.project import default_project
    from verifier.quantities.select import Selection
    from verifier.sampling.plan import RunOptions
    from verifier.verify.run import run_check

    for expression, word in ((None, Summary.VERIFIED), ("H=1", Summary.INCONCLUSIVE)):
        project = default_project()
        selection = None if expression is None else Selection(expression)
        report = run_check(project, [project.entry("toy")], RunOptions(), seed=1, jobs=1, selection=selection)
        words = [] if expression is None else ["-k", expression]
        told: dict[str, Any] = json.loads(toy.run("check", "--seed", "1", "--json", "-q", "--jobs", "1", *words).stdout)
        assert report.statements[0].summary(Form.AMENDED) is word
        assert told["statements"] == report.to_json()["statements"]
