"""A budget of time: cheap decisions come first, and no number depends on the order."""

from __future__ import annotations

import itertools
import math
import time
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner
from sympy import Function, Integer, symbols

from verifier.claims.statement import Claim, Kind, Source, Statement
from verifier.cli import cli
from verifier.commands import progress
from verifier.networks.draws import Draw
from verifier.quantities.check import Check, Measure, Quantity, cells
from verifier.sampling import draw as draw_module
from verifier.sampling.crew import Job
from verifier.sampling.effort import price
from verifier.sampling.plan import RunOptions, plan
from verifier.sampling.run import Pace, _Work, run
from verifier.sampling.state import State

X = Function("X")(symbols("r"))
CLAIM = Claim("s.order", Kind.ORDER, X, "X ~ 1", exponent=Integer(0))
WIDTHS = (128, 413, 1150, 4690)


def drawn(shared, listed, width, samples, rng):
    """exp(s Z): the larger s is the more samples a decision takes."""
    return Draw(np.exp(shared["s"] * rng.standard_normal((samples, len(listed)))))


def groups(budget, spreads=(6.0, 0.5, 3.0), samples=1 << 12, thorough=False):
    quantity = Quantity("X", "X", ("s",), drawn)
    part = Measure(quantity, cells(s=list(spreads), r=0), widths=WIDTHS, block=256, samples=samples)
    statement = Statement("s", "S", Source("D"), "", (CLAIM,))
    return plan(Check("s", part), statement, RunOptions(budget=budget, thorough=thorough))


class Heard:
    def __init__(self):
        self.looks = []

    def progress(self, group, size, decided, cells):
        self.looks.append((group.shared["s"], size))

    def pace(self, *told):
        pass


def test_what_is_left_is_what_blocks_took_and_all_groups_are_begun_first(capsys, monkeypatch):
    """Blocks of 5 ms, those of one group of 50: what is told as left is within a factor 6 of what was still to come."""
    waits, order = {1.0: 0.005, 2.0: 0.05}, []

    def slow(shared, listed, width, samples, rng):
        order.append((shared["s"], width))
        time.sleep(waits[shared["s"]])
        return Draw(np.ones((samples, len(listed))))

    part = Measure(Quantity("X", "X", ("s",), slow), cells(s=[1.0, 2.0], r=0), widths=WIDTHS, block=256, samples=256)
    planned = plan(Check("s", part), Statement("s", "S", Source("D"), "", (CLAIM,)), RunOptions(paper=True))
    told = []

    class Paced(Heard):
        def pace(self, pace):
            told.append((time.monotonic(), pace))

    monkeypatch.setattr(_Work, "_EVERY", 0.0)
    run(planned, seed=1, listener=Paced(), foresee=True)
    ended = time.monotonic()
    assert [s for s, _ in order[:2]] == [1.0, 2.0]  # not all of the first
    first = told[0][1]
    assert math.isnan(first.left)
    assert (first.there, first.untimed) == (0, 2)
    assert first.pieces == told[-1][1].there == len(order) - 2 == 8  # the first block of a group is drawn twice
    at, known = next((at, pace) for at, pace in told if not pace.untimed and pace.there)
    assert (ended - at) / 6 < known.left < 6 * (ended - at)
    # Lines tell it however long a block takes, and nobody is told anything of a run that has ended.
    monkeypatch.setattr(progress, "FIRST", 0.01)
    monkeypatch.setattr(progress, "PACE", 0.01)
    monkeypatch.setattr(progress, "LOOK", 0.01)
    with progress._Lines() as lines:
        for pace in (Pace(), Pace(1.0, 7200.0, 3, 20, 1), Pace(1.0, 100.0, 5, 20), Pace(1.0, 100.0, 5, 20, 4, 3)):
            lines.pace(pace)
            time.sleep(0.2)
    found = capsys.readouterr().err
    for sentence in ("0 of 0 pieces, the time left is not known yet; 0 s so far",
                     "3 of 20 pieces, about 2.0 h left (1 groups are not timed yet)",
                     "5 of 20 pieces, at most 2 min left",
                     "5 of 20 pieces, at least 2 min left (nothing is known of 3 groups yet)"):  # fmt: skip
        assert sentence in found
    time.sleep(0.1)
    assert capsys.readouterr().err == ""


def test_what_was_not_drawn_is_foreseen_by_its_work():
    """The block with the least work is drawn first; what the others take follows from its pace."""
    order = []

    def slow(shared, listed, width, samples, rng):
        order.append((shared["s"], width))
        time.sleep(1e-4 * shared["s"] * width)
        return Draw(np.ones((samples, len(listed))))

    quantity = Quantity("X", "X", ("s",), slow, work=lambda shared, width: shared["s"] * width)
    part = Measure(quantity, cells(s=[4.0, 1.0], r=0), widths=(20, 50, 150, 400), block=256, samples=256)
    planned = plan(Check("s", part), Statement("s", "S", Source("D"), "", (CLAIM,)), RunOptions(paper=True))
    run(planned, seed=1, foresee=True, also=[Job("pictures", order.append, ("pictures",))])
    assert order[0] == (1.0, 20)
    assert order.index("pictures") == 2  # after a block, which is drawn twice
    states = [State(k, group, seed=1) for k, group in enumerate(planned)]
    assert all(math.isnan(state.left()) for state in states)
    assert [state.left(1e-4 / 256) for state in states] == pytest.approx([4 * 0.062, 0.062])
    assert states[0].worked == (0, 0)


@pytest.mark.parametrize("works", [True, False])
def test_a_trial_foresees_what_is_left_before_anything_is_drawn(monkeypatch, works):
    """By its pace, where it gives one; a trial that fails is as none, and no result depends on it."""
    told = []

    class Paced(Heard):
        def pace(self, pace):
            told.append(pace)

    def trial(shared, width):
        assert (shared["s"], width) == (1.0, 20)  # where there is least to do
        assert works
        return 0.5, 10.0

    def slow(shared, listed, width, samples, rng):
        time.sleep(0.01)
        return drawn(shared, listed, width, samples, rng)

    def outcome(**more):
        quantity = Quantity("X", "X", ("s",), slow, work=lambda shared, width: shared["s"] * width, **more)
        part = Measure(quantity, cells(s=[4.0, 1.0], r=0), widths=(20, 50, 150, 400), block=256, samples=256)
        planned = plan(Check("s", part), Statement("s", "S", Source("D"), "", (CLAIM,)), RunOptions(paper=True))
        found = run(planned, seed=1, listener=Paced(), foresee=True)
        return [answer.decisions for answer in found.answers]

    monkeypatch.setattr(_Work, "_EVERY", 0.0)
    assert outcome(trial=trial) == outcome()
    began = [pace for pace in told[: len(told) // 2] if pace.there == 0]
    foreseen = {pace.left for pace in began if not math.isnan(pace.left)}
    assert sorted(foreseen) == pytest.approx([0.05 * 256 * 5 * 620] if works else [])


def test_what_nothing_is_known_of_is_not_taken_to_cost_what_others_do(monkeypatch):
    told = []

    class Paced(Heard):
        def pace(self, pace):
            told.append(pace)

    known = Quantity("X", "X", ("s",), drawn, work=lambda shared, width: 1.0, trial=lambda shared, width: (3.0, 1.0))
    parts = [
        Measure(quantity, cells(s=[1.0, 2.0], r=0), widths=WIDTHS, block=256, samples=256)
        for quantity in (known, Quantity("X", "another", ("s",), drawn))
    ]
    planned = plan(Check("s", *parts), Statement("s", "S", Source("D"), "", (CLAIM,)), RunOptions(paper=True))
    monkeypatch.setattr(_Work, "_EVERY", 0.0)
    run(planned, seed=1, listener=Paced(), foresee=True)
    foreseen = [pace for pace in told if not math.isnan(pace.left)]
    assert foreseen[0].left == pytest.approx(2 * len(WIDTHS) * 256 * 3.0)
    assert (foreseen[0].untimed, foreseen[0].unknown) == (4, 2)
    assert foreseen[-1].unknown == 0


def test_price():
    few, many = (SimpleNamespace(samples_needed=n) for n in (600, 5000))
    assert price(2.0, 500, 1000, [few, many]) == pytest.approx(2.0 / 500 * 4500 / 2)
    assert price(2.0, 500, 1000, [few]) == pytest.approx(2.0)  # never less than the next look
    assert price(2.0, 500, 1000, [SimpleNamespace(samples_needed=None)]) == pytest.approx(2.0)


def test_cheap_decisions_come_first_and_are_the_same(monkeypatch):
    """By a clock that finds every block as dear as any other, whatever else the machine does."""
    ticks = itertools.count()
    monkeypatch.setattr(draw_module, "time", SimpleNamespace(perf_counter=lambda: float(next(ticks))))
    heard = Heard()
    planned = groups(1e3)
    found = run(planned, seed=3, budget=1e3, listener=heard)
    assert found.stopped is None
    assert [s for s, size in heard.looks[:3]] == [6.0, 0.5, 3.0]  # every group is looked at once
    order = [s for s, size in heard.looks[3:]]
    assert order.index(3.0) < order.index(6.0)
    assert order[0] == 0.5  # the cheapest
    plain = run(planned, seed=3)
    for one, two in zip(found.answers, plain.answers, strict=True):
        assert one.decisions == two.decisions


def test_a_thorough_run_goes_on_where_a_question_says_that_it_is_of_use_and_nowhere_else():
    """Both are open at 16 times the samples of the check; for the noisier one 256 times would not do."""
    planned = groups(None, spreads=(2.0, 6.0), samples=256, thorough=True)
    heard = Heard()
    found = run(planned, seed=3, listener=heard)
    some, many = ({size for s, size in heard.looks if s == spread} for spread in (2.0, 6.0))
    assert planned[0].enough == max(many) == 16 * 256
    assert max(some) > 16 * 256
    (first,), (second,) = (answers.decisions.values() for answers in found.answers)
    assert (first.decided, second.decided) == (True, False)
    assert second.samples_needed > planned[1].schedule.sizes[-1]
    assert found.answers[1].unfinished == frozenset()  # its end, not an interruption
    plain = run(groups(None, spreads=(2.0,), samples=256), seed=3)
    assert [d.decided for d in plain.answers[0].decisions.values()] == [False]


def test_more_samples_than_without_a_budget():
    sizes = [group.schedule.sizes[-1] for groups_ in (groups(60.0), groups(None)) for group in groups_[:1]]
    assert sizes[0] == 16 * sizes[1]


def test_it_ends_with_what_is_decided():
    """A quantity whose decision would take 10^9 samples: the cheap one is decided, the other is left open."""
    start = time.monotonic()
    found = run(groups(2.0, (0.5, 60.0)), seed=4, budget=2.0)
    assert time.monotonic() - start < 30
    cheap, dear = found.answers
    assert not cheap.unfinished
    assert found.stopped == "the budget is spent" or not dear.unfinished
    assert all(math.isfinite(d.estimate) for d in cheap.decisions.values())


@pytest.mark.parametrize(("text", "word"), [("soon", "a time such as 90s"), ("0s", "more than 0"), ("9e9h", "at most")])
def test_a_budget_that_is_no_time(text, word):
    found = CliRunner().invoke(cli, ["check", "lemma1", "--budget", text])
    assert found.exit_code == 2
    assert word in found.output


@pytest.mark.slow
def test_the_command_line():
    found = CliRunner().invoke(cli, ["check", "theorem1", "-k", "H=1,L=2,angle=0", "--budget", ".5m", "-q"])
    assert found.exit_code in (0, 3), found.output
    assert "--quick and --budget" in CliRunner().invoke(cli, ["check", "--quick", "--budget", "9s"]).output
