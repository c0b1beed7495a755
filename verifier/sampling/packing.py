"""A block's summary as bytes, and back, bit for bit.

Numbers are written in JSON as Python writes floats, which reads back the same; the logarithms and signs that are kept
are raw little-endian arrays.  Nothing of it can run: what does not have the expected shape is refused.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import fields
from typing import Any

import numpy as np

from verifier.inference.samples import BlockSums as Summary
from verifier.inference.samples import LogSample
from verifier.sampling.draw import Block, Drawn

_ARRAYS = ("kept", "kept_sign")
_NUMBERS = tuple(field.name for field in fields(Summary) if field.name not in _ARRAYS)
_WHOLE = frozenset(("count", "zeros", "positive", "invalid", "subnormal"))


class NotAsWritten(ValueError):
    """What is stored is not what was written."""


def pack(drawn: Drawn) -> tuple[str, bytes]:
    """The numbers as JSON, and the arrays of all cells, one after the other."""
    cells = [[_numbers(summary) for summary in sample.blocks] for sample in drawn.samples]
    head = {
        "cells": cells, "largest": list(drawn.largest), "coefficients": drawn.coefficients, "seconds": drawn.seconds,
    }  # fmt: skip
    raw = b"".join(
        part
        for sample in drawn.samples
        for summary in sample.blocks
        for part in (summary.kept.astype("<f8").tobytes(), summary.kept_sign.astype("i1").tobytes())
    )
    return json.dumps(head, separators=(",", ":")), raw


def unpack(block: Block, summary: str, raw: bytes) -> Drawn:
    """What was packed for ``block``.  Raises NotAsWritten for anything else."""
    try:
        head = json.loads(summary)
        place = 0
        samples = []
        for cell in head["cells"]:
            found = []
            for numbers in cell:
                size = int(numbers["kept"])
                kept = np.frombuffer(raw, "<f8", size, place).astype(np.float64)
                signs = np.frombuffer(raw, "i1", size, place + 8 * size).astype(np.int8)
                place += 9 * size
                found.append(Summary(**{name: _number(name, numbers[name]) for name in _NUMBERS}, kept=kept,
                                     kept_sign=signs))  # fmt: skip
            samples.append(LogSample(tuple(found)))
        coefficients = head["coefficients"]
        if coefficients is not None:
            coefficients = tuple(None if c is None else tuple(float(v) for v in c) for c in coefficients)
        largest = tuple(float(v) for v in head["largest"])
        seconds = float(head["seconds"])
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise NotAsWritten(f"a block cannot be read ({type(error).__name__}: {error})") from None
    counts = {summary.count for sample in samples for summary in sample.blocks}
    if place != len(raw) or (samples and len(samples) != len(block.cells)) or counts - {block.samples}:
        raise NotAsWritten("a block is not of the size that its key says")
    return Drawn(tuple(samples), largest, coefficients, seconds)


def checksum(*parts: str | bytes) -> int:
    """CRC-32 of texts and bytes: against accidents, not against anyone."""
    found = 0
    for part in parts:
        found = zlib.crc32(part.encode() if isinstance(part, str) else part, found)
    return found


def _numbers(summary: Summary) -> dict[str, Any]:
    return {name: getattr(summary, name) for name in _NUMBERS} | {"kept": int(summary.kept.size)}


def _number(name: str, value: Any) -> Any:
    if name == "controlled":
        if not isinstance(value, bool):
            raise TypeError(name)
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(name)
    return int(value) if name in _WHOLE else float(value)
