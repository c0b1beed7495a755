"""A run that goes on where another was stopped finds what an uninterrupted one finds, and draws nothing twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from verifier.cli import cli
from verifier.sampling.store import Store
from verifier.sampling.upkeep import info

from .conftest import CHECK, Place


def check(*words: str) -> dict[str, Any]:
    result = CliRunner().invoke(cli, ["check", "toy", "--json", "-q", "--jobs", "1", *words])
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def document(place: Place) -> dict[str, Any]:
    """What the last run found, without times."""
    with Store.open(place.database.parent) as store:
        found: dict[str, Any] = store.document(store.runs()[0].number)
    del found["run"]
    return found


@pytest.fixture
def small(place: Place) -> Place:
    place.write(samples=512)
    return place


def test_the_second_run_draws_nothing_and_finds_the_same(small: Place) -> None:
    first = check()
    assert small.drawn > 0
    before = document(small)
    assert check() == first
    assert small.drawn == 0
    assert document(small) == before
    assert check("--no-store") == first
    assert small.drawn > 0


@pytest.mark.parametrize("lost", ["every other block", "all but one", "a damaged one"])
def test_blocks_that_are_missing_are_drawn_again_to_the_last_bit(small: Place, lost: str) -> None:
    first, drawn = check(), small.drawn
    before = document(small)
    change = {
        "every other block": "DELETE FROM blocks WHERE id % 2",
        "all but one": "DELETE FROM blocks WHERE id > 1",
        "a damaged one": "UPDATE blocks SET summary = replace(summary, '1', '2') WHERE id = 1",
    }[lost]
    with Store.open(small.database.parent, write=True) as store, store.changing() as connection:
        gone = connection.execute(change).rowcount
    assert check() == first
    assert document(small) == before
    assert 0 < small.drawn <= min(gone, drawn)


def test_more_samples_begin_with_those_that_are_there(small: Place) -> None:
    check("--samples", "256")
    before = small.drawn
    check("--samples", "512")
    after = small.drawn
    assert before > 0
    check("--samples", "512", "--no-store")
    assert after == small.drawn - before


@pytest.mark.parametrize(
    ("old", "new", "anew"),
    [
        ("FACTOR = 2.0", "FACTOR = 2.5", True),
        pytest.param("return FACTOR / width", "return FACTOR / width / 1", True, marks=pytest.mark.slow),
        ("import time", "import time  # and tide", False),
        ("cells(c=[1], r=[1])", "cells(c=[1, 3], r=[1])", False),
        pytest.param("samples=512", "samples=256", False, marks=pytest.mark.slow),
        ("return rng.standard_normal((samples, len(cells))) / width\n", "return 0 * width\n", False),
    ],
)
def test_a_changed_sampler_loses_its_own_blocks_and_no_others(small: Place, old: str, new: str, anew: bool) -> None:
    """What the first quantity of the check is drawn by changes, or something else does."""
    small.run("check", "toy", "-q", "-j", "1", "--samples", "256")
    before = small.drawn
    assert old in CHECK
    small.write(samples=512, check=CHECK.replace(old, new))
    small.run("check", "toy", "-q", "-j", "1", "--samples", "256")
    assert small.drawn == (before if anew else 0)
    with Store.open(small.database.parent) as store:
        kept = {(one.quantity, one.current): one.blocks for one in info(store).estimators}
    assert (("X", False) in kept) == anew  # the old ones stay until they are pruned


def test_a_seed_a_width_and_an_angle_have_blocks_of_their_own(small: Place) -> None:
    check()
    for words in (("--seed", "8"), ("--widths", "128,413,1150,5000")):
        before = small.drawn
        check(*words)
        assert small.drawn > 0, words
        assert before >= 0


def test_what_cannot_be_stored_is_said_and_ends_in_an_error_if_it_has_to_be(small: Place, tmp_path: Path) -> None:
    (tmp_path / ".verifier").write_text("in the way")
    result = CliRunner().invoke(cli, ["check", "toy", "-q", "--jobs", "1"])
    assert result.exit_code == 0
    assert "the run is not stored" in result.stderr
    assert small.drawn > 0
    result = CliRunner().invoke(cli, ["check", "toy", "-q", "--jobs", "1", "--require-store"])
    assert result.exit_code == 2
    assert small.drawn == 0  # before any sample
    assert "cannot be stored" in result.stderr
    gate = ["gate", "toy", "-q", "--jobs", "1"]
    assert CliRunner().invoke(cli, gate).exit_code == 2
    usual = CliRunner().invoke(cli, [*gate, "--no-store"])
    lenient = CliRunner().invoke(cli, [*gate, "--no-require-store"])
    assert (lenient.exit_code, lenient.stdout.partition(";")[0]) == (usual.exit_code, usual.stdout.partition(";")[0])
    assert "the run is not stored" in lenient.stderr
    assert (tmp_path / ".verifier").read_text() == "in the way"


def test_a_store_that_fails_under_way_is_told_once_and_the_run_goes_on(
    small: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full after some blocks: the same verdicts, and 3 where the run has to be stored."""
    from verifier.sampling import store

    first, put = check("--no-store"), store.Store.put
    calls = []

    def full(self: store.Store, row: store.Packed, run: int) -> None:
        calls.append(row)
        if len(calls) > 3:
            raise store.StoreError("store.sqlite: database or disk is full")
        put(self, row, run)

    monkeypatch.setattr(store.Store, "put", full)
    for words, code in (((), 0), (("--require-store",), 3)):
        calls.clear()
        result = CliRunner().invoke(cli, ["check", "toy", "--json", "-q", "--jobs", "1", "--seed", "20201", *words])
        assert json.loads(result.stdout)["statements"] == first["statements"]
        assert result.exit_code == code
        assert result.stderr.count("database or disk is full; samples are no longer stored") == 1
        with store.Store.open(small.database.parent, write=True) as opened, opened.changing() as connection:
            connection.execute("DELETE FROM blocks")


def test_the_store_s_commands(small: Place) -> None:
    run = CliRunner().invoke
    assert run(cli, ["store", "info"]).exit_code == 5
    check()
    result = run(cli, ["store", "info"])
    assert result.exit_code == 0, result.output
    assert "1 runs" in result.output
    assert json.loads(run(cli, ["store", "info", "--json", "--thorough"]).output)["runs"] == 1
    for name in ("a.npz", "a.json"):
        assert run(cli, ["store", "export", "-o", name]).exit_code == 0
    assert run(cli, ["report", "--results", "a.json", "-q"]).exit_code == 0
    assert "must end in" in run(cli, ["store", "export", "-o", "a.txt"]).stderr
    assert "not stored" in run(cli, ["store", "export", "-o", "b.json", "--run", "9"]).stderr
    assert "say what is to go" in run(cli, ["store", "prune"]).stderr
    assert "it must be a size, as in 500MB or 4GB" in run(cli, ["store", "prune", "--size", "much"]).stderr
    assert "0 runs removed" in run(cli, ["store", "prune", "--samples"]).output
    assert run(cli, ["store", "export", "-o", "a.npz"]).exit_code == 5
    assert run(cli, ["report", "-q"]).exit_code == 0  # runs stay
