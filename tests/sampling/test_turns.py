"""Turns of threads are short while there are workers, and as they were when there are none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from weakref import WeakSet

import pytest

from verifier.sampling import turns
from verifier.sampling.pool import Pool
from verifier.sampling.turns import SHORT, short_turns, usual_turns
from verifier.sampling.workers import nothing_from_here

USUAL = 0.003


class Workers:
    """Whoever has some."""


@pytest.fixture(autouse=True)
def usual(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a process that has no pools, whatever other tests left behind."""
    monkeypatch.setattr(turns, "_wanted", WeakSet())
    before = sys.getswitchinterval()
    sys.setswitchinterval(USUAL)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def test_turns_are_short_until_the_last_pool_is_closed_in_whatever_order() -> None:
    first, second = Workers(), Workers()
    short_turns(first)
    short_turns(second)
    usual_turns(first)
    usual_turns(first)  # closed twice, as where an interrupt comes meanwhile
    assert sys.getswitchinterval() == pytest.approx(SHORT)
    usual_turns(second)
    assert sys.getswitchinterval() == pytest.approx(USUAL)


def test_who_has_shorter_turns_keeps_them() -> None:
    sys.setswitchinterval(SHORT / 5)
    own = sys.getswitchinterval()  # whole microseconds
    workers = Workers()
    short_turns(workers)
    assert sys.getswitchinterval() == pytest.approx(own, abs=2e-6)
    usual_turns(workers)
    assert sys.getswitchinterval() == pytest.approx(own, abs=2e-6)


@pytest.mark.parametrize("wanted", [True, False])
def test_a_pool_gives_back_what_it_took(wanted: bool) -> None:
    with nothing_from_here():
        pool = Pool(2)
        assert sys.getswitchinterval() == pytest.approx(SHORT)
        assert pool.submit(abs, -3).result(60) == 3
        pool.close(wanted)
    assert sys.getswitchinterval() == pytest.approx(USUAL)


def test_a_pool_gives_back_what_it_took_though_it_is_interrupted_whenever_it_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*given: object) -> None:
        raise KeyboardInterrupt

    with nothing_from_here():
        pool = Pool(2)
        assert pool.submit(abs, -3).result(60) == 3
        with monkeypatch.context() as patch:
            patch.setattr(pool._threads[0], "join", interrupted)
            for wanted in (True, False):
                with pytest.raises(KeyboardInterrupt):
                    pool.close(wanted)
        assert sys.getswitchinterval() == pytest.approx(USUAL)
        pool.close(False)
