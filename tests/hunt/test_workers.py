"""Hunts in other processes: what they find does not depend on where it was drawn, and none of them is lost by a kill.

Each hunt decides at an error rate of 1e-4 in all, on fixed seeds.
"""

from __future__ import annotations

import json
from concurrent.futures import Future

import pytest
from click.testing import CliRunner

from verifier.cli import cli
from verifier.hunt.jobs import follow, narrow, sample
from verifier.hunt.lab import Lab
from verifier.sampling.workers import Lost

LEMMA = """
from sympy import Function, Integer
from verifier.claims.statement import Claim, Kind, Source, Statement

claim = Claim("own.order", Kind.ORDER, Function("X")(), exponent=Integer(-1))
statement = Statement("own", "own", Source("nowhere"), "", (claim,))
"""

CHECK = """
import os
from typing import Any
import numpy as np
import verifier as v
from verifier.hunt import Space, angles
from verifier.quantities.check import Check, Measure

@v.quantity("X")
def second(n: int, rng: np.random.Generator, samples: int, *, angle: float) -> Any:
    if {kills} and angle == 90:
        os._exit(9)
    return (0.0 if angle == 180 else 1.0) * rng.standard_normal(samples) / n

INSTANCES = Space(angle=angles("x", "x'"))
check = Check("own", Measure(second, INSTANCES.cells(angle=60), widths=(128, 256, 512, 1024), block=64,
                             samples=1 << 12, space=INSTANCES))
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A project of one claim, whose sampler kills its process at 90° if it is asked to."""

    def make(kills: bool) -> None:
        for room, text in (("lemmas", LEMMA), ("checks", CHECK.format(kills=kills))):
            (tmp_path / room).mkdir(exist_ok=True)
            (tmp_path / room / "own.py").write_text(text, encoding="utf-8")

    monkeypatch.chdir(tmp_path)
    return make


def hunted(*words: str) -> dict:
    done = CliRunner().invoke(cli, ["hunt", "own", "--budget", "1s", "--fresh", "--json", "-q", *words])
    assert done.exit_code == 1, done.output
    found: dict = json.loads(done.stdout)
    return found


def findings(report: dict) -> list:
    """What was found; the error rate of a decision depends on how many there were before it."""
    return [(f["instance"], f["claims"], f["outcomes"][0]["what"]) for f in report["findings"]]


class Deadly:
    """Workers all of whom die of everything."""

    slots = 2
    beside = True

    def submit(self, function, *arguments):
        future: Future = Future()
        future.set_exception(Lost())
        return future

    def close(self, wanted: bool) -> None:
        """Nobody is left."""


@pytest.mark.parametrize("function", [sample, follow, narrow])
def test_a_job_that_kills_its_workers_is_one_that_failed(function) -> None:
    found = Lab(Deadly(), 1.0, 0).call(function, "anything")
    error = found.error if function is sample else found[2]
    assert error.startswith("its worker process ended unexpectedly, 3 times")


@pytest.mark.slow
def test_a_sampler_that_kills_its_worker_at_a_corner_is_recorded_and_the_search_goes_on(own) -> None:
    own(kills=True)
    report = hunted("--jobs", "2")
    assert findings(report) == [({"angle": 180}, ["own.order"], "zero")]
    assert report["corners_done"]
    (failed,) = [f for f in report["counts"]["failed"] if "angle=90" in f["instance"]][:1]
    assert "its worker process ended unexpectedly, 3 times" in failed["error"]


def test_what_is_found_does_not_depend_on_the_number_of_workers(own) -> None:
    own(kills=False)
    one, two = hunted("--jobs", "1"), hunted("--jobs", "2")
    assert findings(one) == findings(two)
    assert one["findings"][0]["outcomes"] == two["findings"][0]["outcomes"]


@pytest.mark.slow
def test_what_is_found_on_a_cluster_is_what_is_found_here(own) -> None:
    pytest.importorskip("distributed")
    own(kills=False)
    here, there = hunted("--jobs", "1"), hunted("--scheduler", "local:2")
    assert findings(here) == findings(there)
    assert here["findings"][0]["outcomes"] == there["findings"][0]["outcomes"]


def test_a_scheduler_that_is_none_is_one_sentence(own) -> None:
    own(kills=False)
    done = CliRunner().invoke(cli, ["hunt", "own", "--scheduler", "local:x"])
    assert done.exit_code == 2
    assert "it is tcp://HOST:PORT, the address of a Dask scheduler, or local:N" in done.output
