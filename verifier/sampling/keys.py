"""Random keys: a result depends on what is sampled and on the seed, and on nothing else.

A block of samples has its own counter-based stream (Philox), keyed by the check, the cells' shared
parameters, the width, the block's size and its number.  Neither the number of workers, nor the order in
which blocks are drawn, nor memory, nor which other cells were selected belongs to the key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

#: The number of the block that the control variates' coefficients are fitted on; never used again.
PILOT = 2**31


def group_key(check: str, quantity: str, shared: Mapping[str, Any]) -> tuple[int, ...]:
    """128 bits of a name for what is sampled together, as four words of a spawn key."""
    text = json.dumps([check, quantity, canonical(shared)], sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).digest()
    return tuple(int.from_bytes(digest[k : k + 4], "big") for k in range(0, 16, 4))


def stream(seed: int, key: tuple[int, ...], width: int | tuple[int, ...], size: int, block: int) -> np.random.Generator:
    """The generator of one block, at a width or at a pair of widths."""
    at = width if isinstance(width, tuple) else (width,)
    sequence = np.random.SeedSequence(entropy=seed, spawn_key=(*key, *at, size, block))
    return np.random.Generator(np.random.Philox(sequence))


def canonical(value: Any) -> Any:
    """``value`` with equal numbers spelled alike (60 and 60.0), fit for JSON."""
    if isinstance(value, Mapping):
        return {str(name): canonical(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [canonical(entry) for entry in value]
    if isinstance(value, bool | str) or value is None:
        return value
    number = float(value)
    return int(number) if number.is_integer() else number
