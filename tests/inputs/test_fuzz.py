"""Every reader, fed by hypothesis: it reads or it refuses, and does neither anything else nor for long.

10^5 inputs in the slow suite and a few hundred in the fast one, from one seed, which is printed.
"""

from __future__ import annotations

import resource
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings

from .readers import READERS, Reader

SEED = 20261
FAST = 25
#: Times a reader's share; 10^5 in all.
SLOW = -(-100_000 // sum(reader.share for reader in READERS.values()))
#: Milliseconds of one input, and bytes that all of them may add.
DEADLINE, MEMORY = 10_000, 1 << 30


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _fuzz(reader: Reader, folder: Path, examples: int) -> int:
    tried = 0

    @seed(SEED)
    @settings(max_examples=examples, deadline=DEADLINE, database=None, suppress_health_check=list(HealthCheck))
    @given(reader.inputs)
    def feed(example: object) -> None:
        nonlocal tried
        tried += 1
        try:
            reader.read(example, folder)
        except reader.refusals as refusal:
            told = str(refusal)
            assert told.strip(), "a refusal says why"
            assert len(told) < 4_000, "a refusal is a sentence, not the input again"

    before = _peak()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        feed()
    assert _peak() - before < MEMORY
    return tried


@pytest.mark.parametrize("name", READERS)
def test_a_reader_reads_or_refuses(tmp_path: Path, name: str) -> None:
    tried = _fuzz(READERS[name], tmp_path, FAST)
    print(f"{name}: {tried} inputs, seed {SEED}")
    assert tried >= FAST // 2


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_every_reader_reads_or_refuses_a_hundred_thousand_inputs(tmp_path: Path, name: str) -> None:
    examples = SLOW * READERS[name].share
    tried = _fuzz(READERS[name], tmp_path, examples)
    print(f"{name}: {tried} inputs, seed {SEED}")
    assert tried >= examples // 2 or name in ("bundles",)
