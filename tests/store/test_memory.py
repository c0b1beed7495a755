"""A bound of memory changes how many blocks are drawn at once, and no number."""

from __future__ import annotations

import platform
import subprocess
import sys

import numpy as np
import pytest

from verifier.sampling.memory import SMALL, Memory, Peak, free, keep_pages

from .conftest import CHECK, Place

#: Says when a block begins and when it ends.
WATCHED = CHECK.replace(
    "    time.sleep(@PAUSE)\n",
    "    time.sleep(0.01)\n    with open('drawn', 'ab') as file:\n        file.write(b'e')\n",
)


def drawn_at_once(place: Place, *words: str) -> tuple[object, int]:
    """What is found, and the most blocks that were drawn at the same time."""
    found = place.results("--no-store", *words)["statements"]
    most = now = 0
    for letter in (place.folder / "drawn").read_text():
        now += 1 if letter == "." else -1
        most = max(most, now)
    (place.folder / "drawn").unlink()
    return found, most


@pytest.mark.slow
def test_a_bound_of_memory_draws_one_block_at_a_time_and_the_same_numbers(place: Place) -> None:
    place.write(samples=512, check=WATCHED)
    alone, one = drawn_at_once(place, "-j", "1")
    bounded, still = drawn_at_once(place, "-j", "2", "--memory", "1M")
    free_, both = drawn_at_once(place, "-j", "2")
    assert (one, still, both) == (1, 1, 2)
    assert alone == bounded == free_


def test_what_a_block_takes_is_guessed_then_known() -> None:
    memory = Memory(1e9, 4)
    assert memory.expected("T", 100, 10) == 64e3
    assert not memory.unknown("T", 100, 10)  # too small to be worth weighing
    assert memory.expected("T", 10**9, 100) == 1e9  # may be all of it: nothing runs beside it
    assert not memory.fits([64e3], memory.expected("T", 10**9, 100))
    assert memory.unknown("T", 10**9, 100)
    memory.learn("T", 10**9, 2_000_000)
    assert not memory.unknown("T", 10**8, 100)
    assert memory.expected("T", 10**8, 100) == 2e6  # what a wider one took is enough
    assert memory.expected("T", 10**10, 100) == 2e7  # a wider one may take more, for each neuron as much
    assert memory.unknown("T", 10**10, 100)
    assert memory.expected("other", 10**10, 100) == 1e9


def test_a_block_that_may_take_all_is_drawn_beside_small_ones_alone_and_beside_none_where_that_is_much() -> None:
    memory = Memory(100 * SMALL, 3)
    most = memory.expected("T", 10**12, 100)
    assert most == 98 * SMALL
    assert memory.fits([SMALL, SMALL], most)  # two small ones
    assert not memory.fits([most], memory.expected("other", 10**12, 100))
    assert not memory.fits([3 * SMALL], most)
    little = Memory(10 * SMALL, 3)
    assert little.expected("T", 10**12, 100) == 10 * SMALL
    assert not little.fits([1.0], 10 * SMALL)


def test_as_many_as_there_are_workers_have_to_fit() -> None:
    memory = Memory(10.0, 2)
    assert memory.fits([], 100.0)  # alone, whatever it takes
    assert memory.fits([5.0, 5.0, 5.0], 5.0)  # the third and the fourth wait for a worker
    assert not memory.fits([6.0], 5.0)


def test_a_peak_is_what_was_taken_since_though_what_was_freed_before_is_kept() -> None:
    assert free() >= 4 * SMALL
    keep_pages()
    np.ones(16_000_000)
    peak = Peak()
    held = np.ones(8_000_000)
    del held
    assert 50e6 < peak.taken() < 100e6
    assert Peak().taken() < 10e6


KEEPS = """
import resource, sys
from contextlib import nullcontext
import numpy as np
from verifier.sampling.workers import executor
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        [np.ones(1 << 20) for _ in range(6)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
jobs = int(sys.argv[1])
with executor(jobs) if jobs else nullcontext():
    faults()  # glibc learns from what is freed first
    print(faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="what is freed is kept by glibc alone")
def test_what_is_freed_is_kept_for_the_next_array_with_workers_and_without() -> None:
    """Ten times six arrays of 8 MB, 2,048 pages each: by default most come anew, in a run they are there, also those of
    the process that decides beside its workers."""
    anew, alone, beside = (
        int(subprocess.run([sys.executable, "-c", KEEPS, jobs], capture_output=True, text=True, check=True).stdout)
        for jobs in ("0", "1", "2")
    )
    assert max(alone, beside) < 6 * 2048 < anew
