"""Untested is not verified: whatever keeps a cell from being sampled, no command says "verified" of its claim.

The twin of each test is the project as it is, which is verified.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import Toy


def word(toy: Toy, *words: str, code: int = 3) -> tuple[str, str]:
    """The amended form's word and the first reason for it, in the same words in text and JSON."""
    (statement,) = (s for s in toy.check(*words, code=code)["statements"] if s["name"] == "toy")
    form = statement["amended"]
    text = " ".join(toy.run("check", *words, "-q", "--jobs", "1").stdout.split())
    assert f"amended: {form['verdict']}" in text
    for reason in form["reasons"]:
        assert " ".join(reason.split()) in text
    return form["verdict"], (form["reasons"] or [""])[0]


def test_the_twin_is_verified(toy: Toy) -> None:
    assert word(toy, code=0) == ("verified", "")
    assert toy.run("gate", "-q", "--jobs", "1").exit_code == 0


def test_a_check_that_is_deleted(toy: Toy) -> None:
    (toy.folder / "checks" / "toy.py").unlink()
    assert word(toy) == ("inconclusive", "toy.zero: nothing measures it: there is no checks/toy.py")
    assert toy.run("gate", "-q", "--jobs", "1").exit_code == 3


def test_a_check_that_is_misnamed(toy: Toy) -> None:
    (toy.folder / "checks" / "toy.py").rename(toy.folder / "checks" / "tyo.py")
    assert word(toy)[1].endswith("there is no checks/toy.py; checks/tyo.py has no statement")
    assert "checks/tyo.py is not used" in toy.run("check", "-q", "--jobs", "1").stderr


def test_a_symbol_that_no_claim_has(toy: Toy) -> None:
    toy.edit("checks/toy.py", 'Quantity("K", "K^(r)"', 'Quantity("k", "k^(r)"')
    found, reason = word(toy)
    assert (found, reason) == ("inconclusive", "toy.zero: no part of checks/toy.py measures K for it; measured: k")
    reasons = toy.check(code=3)["statements"][0]["amended"]["reasons"]
    assert "k^(r) (symbol k) is measured, and no claim is about it; the claims are about K" in reasons
    assert toy.run("gate", "-q", "--jobs", "1").exit_code == 3


def test_something_else_is_measured_besides(toy: Toy) -> None:
    """All of the claim's cells are sampled, and one part more that no claim listens to."""
    toy.edit("checks/toy.py", 'check = Check("@NAME", '.replace("@NAME", "toy"),
             'other = Measure(Quantity("J", "J", ("H",), draw), cells(H=1, L=1, r=4), widths=(2, 4, 8, 16))\n'
             'check = Check("toy", other, ')  # fmt: skip
    assert word(toy) == ("inconclusive", "J (symbol J) is measured, and no claim is about it; the claims are about K")
    gate = toy.run("gate", "-q", "--jobs", "1", "--record")
    assert gate.exit_code == 3, "a record does not make it go away"
    assert toy.run("gate", "-q", "--jobs", "1").exit_code == 3


def test_a_range_that_no_cell_lies_in(toy: Toy) -> None:
    toy.edit("lemmas/toy.py", "r >= H * L + 1)", "r >= H * L + 90)")
    found, reason = word(toy)
    assert found == "inconclusive"
    assert "holds at none of the 6 cells that measure K" in reason


def test_a_range_of_a_parameter_that_no_cell_has(toy: Toy) -> None:
    toy.edit("lemmas/toy.py", "And(H >= 1,", "And(symbols('q') >= 1, H >= 1,")
    assert word(toy)[0] == "inconclusive"


def test_hypotheses_that_fail_in_every_cell(toy: Toy) -> None:
    toy.edit(
        "lemmas/toy.py", "proposition=lambda env: le(d, 0)", "proposition=lambda env: le(d, 0), holds=lambda _: False"
    )
    assert word(toy)[1] == "toy.zero: a hypothesis of it fails in each of the 6 cells where it says something"


def test_a_claim_that_is_measured_by_a_wrong_name(toy: Toy) -> None:
    toy.edit("checks/toy.py", "zeros=256,", "zeros=256, claims=('toy.zeros',),")
    done = toy.run("check", "-q", "--jobs", "1")
    assert done.exit_code == 2
    assert "for the claim 'toy.zeros', which the statement does not have; it has toy.zero" in done.stderr


@pytest.mark.parametrize("expression", ["H=1", "H<=2", "r=4", "H=3,r=5"])
def test_cells_that_are_not_selected(toy: Toy, expression: str) -> None:
    found, reason = word(toy, "-k", expression)
    assert found == "inconclusive"
    assert "consistent; of 6 cells, " in reason
    assert "not selected" in reason


def test_a_selection_of_everything_is_verified(toy: Toy) -> None:
    assert word(toy, "-k", "H<=3", code=0) == ("verified", "")


def test_quick_cells_suffice_but_none_do_not(toy: Toy) -> None:
    assert word(toy, "--quick", code=0)[0] == "verified"
    toy.edit("checks/toy.py", 'cell["H"] == 1', 'cell["H"] == 7')
    assert word(toy, "--quick")[1] == "toy.zero: nothing was sampled: of 6 cells, 6 left out by --quick"


def test_a_run_that_takes_too_long(toy: Toy) -> None:
    toy.write(sleep=0.15)
    found, reason = word(toy, "--timeout", "0.7", "--no-store")  # the second run would go on from the first
    assert found == "inconclusive"
    assert "not reached before the run ended (timed out)" in reason or "before all of its samples" in reason


def test_an_angle_that_nothing_is_measured_at(toy: Toy) -> None:
    toy.edit("checks/toy.py", "L=1, r=[4, 5])", "L=1, r=[4, 5], angle=0)")
    assert word(toy, code=0)[0] == "verified"
    for words in (["--angle", "180"], ["--angle", "180", "-k", "H=1"]):
        done = toy.run("check", *words, "-q", "--jobs", "1")
        assert done.exit_code == 2
        assert "--angle 180: nothing" in done.stderr
    assert toy.run("check", "--z", "1,-1", "-q", "--jobs", "1").exit_code == 2


def test_what_cannot_be_sampled_is_proof_alone(toy: Toy) -> None:
    """A law without a stated value; with a claim beside it that could be sampled and is not, it is inconclusive."""
    toy.edit("lemmas/toy.py", "Kind.ZERO, K(r)", "Kind.LAW, twice(r)")
    (toy.folder / "checks" / "toy.py").unlink()
    found = toy.check(code=0)["statements"][0]
    reading = found["claims"][0]["proof_reason"]
    assert found["amended"]["verdict"] == "proof alone", reading
    again = "Claim('toy.again', Kind.ZERO, K(r), 'K = 0', where=r >= 9, hypotheses=('relu',)),"
    toy.edit("lemmas/toy.py", 'hypotheses=("relu",)),', f'hypotheses=("relu",)),\n        {again}')
    assert toy.check(code=3)["statements"][0]["amended"]["verdict"] == "gap"


def test_a_check_of_the_shipped_statement_is_not_that_of_one_that_shadows_it(toy: Toy) -> None:
    toy.write(name="lemma5", check=None)
    done = toy.run("check", "lemma5", "--json", "-q", "--jobs", "1")
    assert done.exit_code == 3
    assert "lemmas/lemma5.py shadows the shipped statement lemma5" in done.stderr
    report = json.loads(done.stdout)
    assert report["notes"] == ["lemmas/lemma5.py shadows the shipped statement lemma5"]
    assert report["statements"][0]["amended"]["reasons"] == [
        "lemma5.zero: nothing measures it: there is no checks/lemma5.py"
    ]
    for words in (["axioms", "lemma5"], ["show", "lemma5"], ["list"], ["gate", "-q", "--jobs", "1"]):
        shown = toy.run(*words)
        assert "lemmas/lemma5.py shadows the shipped statement lemma5" in shown.stderr, words


def test_a_shipped_statement_is_not_measured_by_a_user_s_check(toy: Toy) -> None:
    """One's own checks/lemma5.py would measure something cheap of somebody else's statement."""
    (toy.folder / "lemmas" / "toy.py").unlink()
    (toy.folder / "checks" / "toy.py").rename(toy.folder / "checks" / "lemma5.py")
    toy.edit("checks/lemma5.py", 'Check("toy"', 'Check("lemma5"')
    done = toy.run("check", "lemma5", "--quick", "--json", "-q", "--jobs", "1")
    assert done.exit_code == 0
    assert "checks/lemma5.py is not used: there is no lemmas/lemma5.py beside it" in done.stderr
    claims = json.loads(done.stdout)["statements"][0]["claims"]
    assert {claim["id"] for claim in claims} >= {"lemma5.identity"}
    assert all("depth" not in cell["parameters"] for claim in claims for cell in claim["cells"])


def interrupted(folder: Path, after: float | None) -> tuple[int, str]:
    """``verifier check`` in a process group of its own that gets Ctrl-C after so many seconds, or at the first block.

    Nothing is stored: another run would go on from there, and be over before it is interrupted.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "verifier.cli", "check", "-q", "--jobs", "2", "--no-store"], cwd=folder,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored by what a shell runs in background
    )  # fmt: skip
    if after is None:
        while not (folder / "drawn").exists() and process.poll() is None:
            time.sleep(0.005)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(after or 0.05)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    text, _ = process.communicate(timeout=60)
    return process.returncode, text


@pytest.mark.slow
def test_interrupted_at_any_moment(toy: Toy) -> None:
    """A moment between the start and the end of a run; seed 31.  What was not interrupted is verified.

    A signal may also come after the last line, while the process ends: then all six cells have been sampled.
    """
    toy.write(sleep="open('drawn', 'a').close() or 0.02")
    start = time.monotonic()
    code, text = interrupted(toy.folder, 60)
    whole = time.monotonic() - start
    assert (code, "amended: verified" in text) == (0, True), text
    (toy.folder / "drawn").unlink()
    chance = random.Random(31)
    for moment in (None, *(whole * (part + chance.random()) / 2 for part in range(1))):
        code, text = interrupted(toy.folder, moment)
        assert code == 3 or moment is not None, text
        if code == 0 or "samples   consistent  (6 consistent)" in text:
            assert "amended: verified" in text
        else:
            assert "verified" not in text.replace("expected verified", ""), text


def test_an_interrupted_run_is_reported_as_it_was(toy: Toy) -> None:
    toy.write(sleep=0.15)
    assert toy.run("check", "-q", "--jobs", "1", "--timeout", "0.7").exit_code == 3
    report = toy.run("report", "--format", "md", "-o", "-").stdout
    listed = json.loads(toy.run("list", "--json").stdout)
    found = next(row["found"] for row in listed if row["name"] == "toy")
    assert found["amended"]["verdict"] == "inconclusive"
    assert "**verified**" not in report
    assert "inconclusive" in report
    shown = " ".join(toy.run("show", "toy").stdout.split())
    assert "as amended: inconclusive" in shown
    toy.write(sleep=0)
    assert toy.run("check", "-q", "--jobs", "1").exit_code == 0
    assert "as amended: verified" in " ".join(toy.run("show", "toy").stdout.split())
