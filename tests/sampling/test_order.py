"""The order in which groups are drawn: the last decision of a run is one beside which nothing else is left to do."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Function, Integer, symbols

from verifier.claims.statement import Claim, Kind, Source, Statement
from verifier.networks.draws import Draw
from verifier.quantities.check import Check, Measure, Quantity, cells
from verifier.sampling.crew import Task
from verifier.sampling.draw import draw
from verifier.sampling.order import ordered
from verifier.sampling.plan import Group, RunOptions, plan
from verifier.sampling.run import run
from verifier.sampling.state import State


def groups(name: str, sizes: dict[str, int], seen: list[str] | None = None) -> list[Group]:
    """A statement whose quantities are drawn so many times; each is added to ``seen`` when it is."""

    def part(quantity: str, size: int) -> Measure:
        def drawn(shared: Any, listed: Any, width: int, samples: int, rng: np.random.Generator) -> Draw:
            if seen is not None:
                seen.append(quantity)
            return Draw(rng.standard_normal((samples, len(listed))))

        made = Quantity("X", quantity, ("s",), drawn)
        return Measure(made, cells(s=[1]), widths=(128, 413, 1150), block=32, samples=size)

    parts = [part(quantity, size) for quantity, size in sizes.items()]
    claim = Claim(f"{name}.order", Kind.ORDER, Function("X")(symbols("n", positive=True)), "X ~ 1", exponent=Integer(0))
    statement = Statement(name, name, Source("D"), "", (claim,))
    return [*plan(Check(name, *parts), statement, RunOptions())]


def began(planned: list[Group], hurried: bool = False) -> list[tuple[str, str]]:
    """Statements and quantities in the order in which most of their blocks begin."""
    states = [State(index, group, 7) for index, group in enumerate(planned)]
    tasks = [[Task(draw, (block, None)) for block in state.start()] for state in states]
    lists = [listed for listed in ordered(tasks, states, hurried) if listed]
    assert sorted(id(task) for listed in lists for task in listed) == sorted(id(t) for listed in tasks for t in listed)
    first = [states[listed[0].arguments[0].group].group for listed in lists]
    return [(group.statement, group.quantity) for group in first]


def test_what_takes_longest_to_decide_is_not_drawn_last() -> None:
    planned = groups("a", {"few": 1 << 8, "many": 1 << 12, "some": 1 << 10}) + groups("b", {"most": 1 << 14})
    assert began(planned) == [("a", "many"), ("a", "some"), ("a", "few"), ("b", "most")]


def test_a_run_that_may_end_early_is_drawn_in_the_order_of_its_check() -> None:
    planned = groups("a", {"few": 1 << 8, "many": 1 << 12, "some": 1 << 10})
    assert began(planned, hurried=True) == [("a", "few"), ("a", "many"), ("a", "some")]


def test_only_a_run_without_a_time_limit_begins_with_what_takes_longest_to_decide() -> None:
    seen = list[str]()
    planned = groups("a", {"few": 1 << 8, "many": 1 << 11}, seen)
    run(planned, seed=7)
    assert seen[0] == "many"
    seen.clear()
    run(planned, seed=7, timeout=1e6)
    assert seen[0] == "few"


def test_the_order_changes_no_answer() -> None:
    planned = groups("a", {"few": 1 << 8, "many": 1 << 11}) + groups("b", {"more": 1 << 10})
    here, there = run(planned, seed=7), run(planned[::-1], seed=7)
    assert [found.group.quantity for found in here.answers] == ["few", "many", "more"]
    answers = {found.group.quantity: found.decisions for found in there.answers}
    assert {found.group.quantity: found.decisions for found in here.answers} == answers
