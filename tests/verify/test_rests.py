"""What a claim rests on is structure, from the kernel to the report: kinds and names, never words to be taken apart."""

from __future__ import annotations

import pytest

from verifier.kernel.core.table import MARKS, Rest
from verifier.report.limits import limits
from verifier.report.text import rests_on_lines
from verifier.verify.goals import RestsOn, resting_on
from verifier.verify.model import KINDS, RestsOnJson

RESTS = [
    Rest("theorem", "le.trans", "1"), Rest("cited", "joint.deep", "2"), Rest("theorem", "le.refl", "3"),
    Rest("computed", "fields 1", "4"), Rest("computed", "fields 1", "5"),
]  # fmt: skip


def test_kinds_are_the_marks_of_the_kernel_and_what_a_claim_grants() -> None:
    assert set(KINDS) == {*MARKS, "computed", "hypothesis"}


def test_each_name_once_under_its_kind_what_is_not_proved_first() -> None:
    assert resting_on(["relu", "theorem of mine"], RESTS) == (
        RestsOn("cited", ("joint.deep",)),
        RestsOn("computed", ("fields 1",)),
        RestsOn("hypothesis", ("relu", "theorem of mine")),
        RestsOn("theorem", ("le.trans", "le.refl")),
    )
    with pytest.raises(KeyError):
        resting_on([], [Rest("guessed", "x", "6")])


def test_many_theorems_are_counted_and_few_named() -> None:
    few: RestsOnJson = {"kind": "definition", "names": ["K", "T"]}
    many: RestsOnJson = {"kind": "theorem", "names": [f"row.{k}" for k in range(9)]}
    (first, named), (second, counted) = rests_on_lines([few, many])
    assert (first, named) == ("rests on", "definitions: K, T")
    assert (second, counted) == ("", "theorems: 9 of the theory, which `verifier axioms` lists")


def test_a_claim_that_rests_on_argued_rows_alone_says_which() -> None:
    """It was told as "rests on a cited claim"."""
    claim = {
        "id": "x.limit", "form": "amended", "proof": "cited", "proof_reason": "", "text": "X → 1",
        "rests_on": [{"kind": "argued", "names": ["program.limit"]}, {"kind": "theorem", "names": ["le.refl"]}],
    }  # fmt: skip
    statement = {"label": "X", "claims": [claim], "measurements": [], "hypotheses": [], "forms": []}
    run = {"stopped": None, "alpha": 0.001}
    told = {section["title"]: section for section in limits({"run": run, "statements": [statement]})}
    assert told["Proved only up to a citation"]["items"] == ["x.limit rests on program.limit (argued): X → 1"]
    assert told["What must be trusted"]["names"] == ["le.refl"]
