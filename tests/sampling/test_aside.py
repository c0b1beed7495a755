"""What is kept is written beside: nobody who draws waits for it, nothing of it is lost, and what fails is told."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

import numpy as np
import pytest

from verifier.sampling import run as run_module
from verifier.sampling.aside import aside
from verifier.sampling.draw import Drawn
from verifier.sampling.run import run

from .test_ahead import SLOTS, Threads, planned


def test_calls_are_made_in_their_order_and_all_of_them() -> None:
    made: list[tuple[int, int]] = []
    with aside(True) as call:
        for number in range(100):
            call(lambda n: made.append((n, threading.get_ident())), number)
    assert [number for number, _ in made] == list(range(100))
    assert {thread for _, thread in made}.isdisjoint({threading.get_ident()})


def test_with_nobody_beside_a_call_is_made_here_before_what_comes_after_it() -> None:
    made: list[int] = []
    with aside(False) as call:
        call(made.append, 1)
        assert made == [1]
        with pytest.raises(ZeroDivisionError):
            call(lambda: 1 / 0)


def test_what_fails_aside_is_raised_when_the_block_is_left() -> None:
    made: list[int] = []

    def left(raising: BaseException | None) -> None:
        with aside(True) as call:
            call(lambda: 1 / 0)
            call(made.append, 1)
            if raising is not None:
                raise raising

    with pytest.raises(ZeroDivisionError):
        left(None)
    with pytest.raises(KeyboardInterrupt):
        left(KeyboardInterrupt())
    assert made == [1, 1]


def test_what_arrives_after_the_block_was_left_is_given_up() -> None:
    made: list[int] = []
    with aside(True) as call:
        call(made.append, 1)
    call(made.append, 2)
    assert made == [1]


class Slow:
    """A store that writes nothing before all is drawn."""

    def __init__(self) -> None:
        self.all_drawn, self.kept = threading.Event(), list[Drawn]()

    def get(self, group: Any, block: Any) -> Drawn | None:
        return None

    def put(self, group: Any, drawn: Drawn) -> None:
        assert self.all_drawn.wait(60)
        self.kept.append(drawn)

    def get_beside(self, beside: Any) -> None: ...

    def put_beside(self, beside: Any, text: str, raw: bytes) -> None: ...


def test_blocks_are_drawn_while_the_store_is_slow_and_all_of_them_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What held the thread that takes results held every worker: their next blocks came from it as well."""
    hands, slow = Threads(), Slow()
    taken: list[Drawn] = []
    taking = run_module.State.take

    def take(self: run_module.State, drawn: Drawn) -> Any:
        taken.append(drawn)
        more = taking(self, drawn)
        if not self.outstanding and not more:
            slow.all_drawn.set()
        return more

    monkeypatch.setattr(run_module.State, "take", take)
    monkeypatch.setattr(run_module, "executor", lambda jobs, scheduler: contextlib.nullcontext(hands))
    with hands.pool:
        found = run(planned(0.0), seed=5, jobs=SLOTS, kept=slow)
    assert found.stopped is None
    assert len(slow.kept) == len(taken) > 6
    assert {(d.block.width, d.block.number) for d in slow.kept} == {(d.block.width, d.block.number) for d in taken}


def test_a_store_that_fails_in_an_unforeseen_way_ends_the_run_with_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Slow):
        def put(self, group: Any, drawn: Drawn) -> None:
            raise ZeroDivisionError(np.pi)

    hands = Threads()
    monkeypatch.setattr(run_module, "executor", lambda jobs, scheduler: contextlib.nullcontext(hands))
    with hands.pool, pytest.raises(ZeroDivisionError):
        run(planned(0.0), seed=5, jobs=SLOTS, kept=Broken())
