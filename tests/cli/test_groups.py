"""Statements of a group: listed under its name, checked when it or they are named; and the word "measured".

Fixed seeds: nothing here is random.  For a fresh one the false-alarm rate is at most 1e-3 a claim.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from .conftest import Toy

QUICK = ("--quick", "-q", "--jobs", "1")
#: What the words of the toy's forms are where its statement offers no proof.
EMPIRICAL = 'group="trials", empirical=True, expected={}'


@pytest.fixture
def grouped(toy: Toy) -> Toy:
    """Statements toy, of no group, and trial, of the group "trials"; both are as their files say but for the group."""
    toy.write("trial", printed="-r - 1")
    _edit(toy, "trial", EMPIRICAL)
    return toy


def _edit(toy: Toy, name: str, words: str) -> None:
    path = toy.folder / "lemmas" / f"{name}.py"
    text = path.read_text()
    before = "expected={Form.PRINTED: Summary.GAP, Form.AMENDED: Summary.GAP}"
    assert before in text
    path.write_text(text.replace(before, words))


def _names(report: dict[str, Any]) -> list[str]:
    return [statement["name"] for statement in report["statements"]]


def _words(report: dict[str, Any], name: str) -> tuple[str, str]:
    (found,) = (s for s in report["statements"] if s["name"] == name)
    return found["printed"]["verdict"], found["amended"]["verdict"]


def test_list_shows_a_group_under_its_name(grouped: Toy) -> None:
    lines = [line.split() for line in grouped.run("list").stdout.splitlines()]
    first, heading, second = (next(i for i, words in enumerate(lines) if words[:1] == [word])
                              for word in ("toy", "trials", "trial"))  # fmt: skip
    assert first < heading < second
    assert lines[heading] == ["trials"]
    rows = json.loads(grouped.run("list", "--json").stdout)
    found = {row["name"]: row["group"] for row in rows}
    assert (found["toy"], found["trial"], found["theorem1"]) == ("", "trials", "")


def test_without_names_the_groups_are_left_out_and_said_so_last(grouped: Toy) -> None:
    assert _names(grouped.check("--quick")) == ["toy"]
    last = grouped.run("check", *QUICK).stdout.rstrip().splitlines()[-1]
    assert last == "not checked unless named: trial (--group trials)"
    assert "not checked" not in grouped.run("check", "toy", *QUICK).stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("trial",), ["trial"]),
        (("--group", "trials"), ["trial"]),
        (("toy", "--group", "trials"), ["toy", "trial"]),
        (("--all",), ["toy", "trial"]),
    ],
)
def test_a_group_is_checked_when_it_or_its_statements_are_named(
    grouped: Toy, words: tuple[str, ...], expected: list[str]
) -> None:
    report = grouped.check("--quick", *words, code=1 if "trial" in expected else 0)
    assert sorted(_names(report)) == expected


def test_unknown_groups_and_all_with_names_are_refused(grouped: Toy) -> None:
    result = grouped.run("check", "--group", "trails")
    assert result.exit_code == 2
    assert "there is no group 'trails'; the groups here are 'experiments', 'trials'" in result.stderr
    result = grouped.run("check", "toy", "--all")
    assert result.exit_code == 2
    assert "--all means all statements" in result.stderr


def test_of_what_no_proof_is_offered_samples_are_measured_and_never_verified(grouped: Toy) -> None:
    report = grouped.check("--quick", "trial", code=1)
    assert _words(report, "trial") == ("contradicted", "measured")
    assert {claim["proof"] for s in report["statements"] for claim in s["claims"]} == {"gap"}


def test_a_gap_that_is_expected_stays_a_gap(grouped: Toy) -> None:
    """The twin: without ``empirical`` a claim without a proof is a gap."""
    assert _words(grouped.check("--quick", "toy"), "toy")[1] == "gap"


def test_what_is_measured_only_in_part_is_inconclusive_and_what_is_wrong_contradicted(grouped: Toy) -> None:
    report = grouped.check("--quick", "trial", "-k", "H=1", code=1)
    assert _words(report, "trial")[1] == "inconclusive"
    grouped.write("wrong", amended="-r - 1")
    _edit(grouped, "wrong", EMPIRICAL)
    assert _words(grouped.check("--quick", "wrong", code=1), "wrong")[1] == "contradicted"


def test_a_report_and_the_last_verdicts_say_measured(grouped: Toy) -> None:
    grouped.run("check", "trial", *QUICK)
    assert grouped.run("report", "trial", "-o", "page.html").exit_code == 0
    assert "● measured" in " ".join(re.sub(r"<[^>]+>", " ", (grouped.folder / "page.html").read_text()).split())
    rows = json.loads(grouped.run("list", "--json").stdout)
    (found,) = (row["found"] for row in rows if row["name"] == "trial")
    assert found["amended"]["verdict"] == "measured"
