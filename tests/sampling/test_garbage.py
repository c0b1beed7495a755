"""Python looks for cyclic garbage, but for where much is made that stays; workers look for their own."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator

import pytest

from verifier.sampling import garbage
from verifier.sampling.garbage import unsearched


class Knot:
    """What only a search frees."""

    def __init__(self) -> None:
        self.me = self


def knot() -> weakref.ref[Knot]:
    return weakref.ref(Knot())


@pytest.fixture(autouse=True)
def searched() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()
    gc.unfreeze()


def test_nothing_is_searched_in_the_block_and_all_of_it_after() -> None:
    with unsearched():
        lost = knot()
        assert not gc.isenabled()
    assert gc.isenabled()
    assert lost() is not None
    gc.collect()
    assert lost() is None


def test_the_search_goes_on_after_an_error_and_stays_off_where_it_was() -> None:
    with pytest.raises(ValueError, match="of the block"), unsearched():
        raise ValueError("of the block")
    assert gc.isenabled()
    gc.disable()
    with unsearched(stays=True), unsearched():
        pass
    assert not gc.isenabled()
    assert not gc.get_freeze_count()


def test_in_a_process_of_somebody_else_nothing_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "_loaded", False)
    frozen = gc.get_freeze_count()
    with unsearched(stays=True):
        inside = knot()
    assert gc.get_freeze_count() == frozen
    gc.collect()
    assert inside() is None


def test_what_stays_is_not_searched_again_and_what_was_garbage_before_does_not_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(garbage, "_loaded", True)
    before = knot()
    with unsearched(stays=True):
        kept = [[k] for k in range(10_000)]
        inside = knot()
    assert gc.get_freeze_count() > len(kept)
    gc.collect()
    assert before() is None
    assert inside() is not None
    gc.unfreeze()
    gc.collect()
    assert inside() is None


def ran(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_what_a_process_loads_first_is_not_searched_and_what_it_loads_later_is() -> None:
    found = ran("""
import gc
from verifier.sampling.garbage import loading
for _ in range(2):
    with loading():
        assert not gc.isenabled()
        made = [[k] for k in range(10_000)]
    print(gc.isenabled(), gc.get_freeze_count() > 10_000)
    gc.unfreeze()
""")
    assert found.split() == ["True", "True", "True", "False"]


def test_workers_search_their_own_garbage_and_not_what_they_were_forked_with() -> None:
    found = ran("""
import gc
from verifier.sampling.pool import Pool
if __name__ == "__main__":
    hands = Pool(2)
    print(hands.submit(gc.isenabled).result(), hands.submit(gc.get_freeze_count).result() > 10_000)
    hands.close(True)
""")
    assert found.split() == (["True", "True"] if sys.platform == "linux" else found.split())
