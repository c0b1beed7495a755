"""A store that another process holds: every thread that has something to keep waits for it, and all of them once."""

from __future__ import annotations

import threading
import time
from typing import Any, cast

import numpy as np
import pytest
from sympy import Function, Integer, symbols

from verifier.claims.statement import Claim, Kind, Source, Statement
from verifier.networks.draws import Draw
from verifier.quantities.check import Check, Measure, Quantity, cells
from verifier.sampling.draw import draw
from verifier.sampling.keeping import Keeper
from verifier.sampling.plan import RunOptions, plan
from verifier.sampling.state import State
from verifier.sampling.store import StoreError

CLAIM = Claim("s.order", Kind.ORDER, Function("X")(symbols("n", positive=True)), "X ~ 1", exponent=Integer(0))


def drawn(shared: Any, listed: Any, width: int, samples: int, rng: np.random.Generator) -> Draw:
    return Draw(rng.standard_normal((samples, len(listed))))


class Locked:
    """Waits, and gives up."""

    def __init__(self) -> None:
        self.asked = 0

    def put(self, row: Any, run: int) -> None:
        self.asked += 1
        time.sleep(0.2)
        raise StoreError("database is locked")


@pytest.mark.parametrize("threads", [1, 5])
def test_threads_do_not_wait_one_after_the_other_for_a_store_that_is_locked(threads: int) -> None:
    part = Measure(Quantity("X", "X", ("s",), drawn), cells(s=[1]), widths=(128, 413, 1150, 4690), block=32)
    (group,) = plan(Check("s", part), Statement("s", "S", Source("D"), "", (CLAIM,)), RunOptions())
    store, told = Locked(), list[str]()
    keeper = Keeper(cast(Any, store), 1, told.append)
    block = State(0, group, 5).start()[0]
    found = draw(block)
    assert found.error is None
    puts = [threading.Thread(target=keeper.put, args=(group, block, found)) for _ in range(threads)]
    for put in puts:
        put.start()
    for put in puts:
        put.join()
    assert store.asked == 1
    assert told == ["database is locked; samples are no longer stored"]
