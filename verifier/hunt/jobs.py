"""What worker processes do for the hunt: draw an instance's samples at several widths, and follow one along an axis."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from verifier.hunt.crossings import Crossing, Values, crossings, polish, refine
from verifier.inference.samples import LogSample
from verifier.quantities.check import Part
from verifier.sampling.draw import Block, draw
from verifier.sampling.values import raw

#: The most seconds that one block of a search may take.
LIMIT = 120.0


@dataclass(frozen=True)
class Draws:
    """What to draw: ``samples`` at each of ``widths`` for cells that share their networks.

    The key does not know the instance: at equal seeds and numbers all instances are drawn from the same random numbers.
    """

    source: Path | Part
    part: int
    key: tuple[int, ...]
    seed: int
    shared: Mapping[str, Any]
    cells: tuple[Mapping[str, Any], ...]
    widths: tuple[Any, ...]
    samples: int
    number: int = 0
    block: int = 1 << 12  # drawn at a time


@dataclass(frozen=True)
class Drawn:
    """Samples by width, one a cell, and the largest |X|; the computing time, in seconds; or an error."""

    samples: Mapping[Any, tuple[LogSample, ...]]
    largest: Mapping[Any, tuple[float, ...]]
    seconds: float
    error: str | None = None


@dataclass(frozen=True)
class Line:
    """A real parameter to follow, at one width: where to look first, and how finely its zeros are to be known."""

    draws: Draws
    name: str
    grid: tuple[float, ...]
    cell: int = -1  # one cell alone, to be refined; else all


def sample(what: Draws) -> Drawn:
    """All of ``what``; an error of the sampler is data."""
    start = time.process_time()
    samples: dict[Any, tuple[LogSample, ...]] = {}
    largest: dict[Any, tuple[float, ...]] = {}
    for width in what.widths:
        for first in range(0, what.samples, what.block):
            size = min(what.block, what.samples - first)
            found = draw(
                Block(0, what.source, what.part, what.key, what.seed, what.shared, what.cells, width, size,
                      what.number + first), LIMIT,
            )  # fmt: skip
            if found.error is not None:
                return Drawn({}, {}, time.process_time() - start, found.error)
            before, high = samples.get(width), largest.get(width)
            pieces = found.samples
            samples[width] = pieces if before is None else tuple(a + b for a, b in zip(before, pieces, strict=True))
            largest[width] = found.largest if high is None else tuple(map(max, high, found.largest))
    return Drawn(samples, largest, time.process_time() - start)


def along(line: Line, at: float) -> Values:
    """Samples of every cell at one value of the line's parameter, from the same random numbers: (samples, cells)."""
    what = line.draws
    shared = {**what.shared, **({line.name: at} if line.name in what.shared else {})}
    cells = tuple({**cell, line.name: at} for cell in what.cells)
    found = sample(Draws(what.source, what.part, what.key, what.seed, shared, cells, what.widths, what.samples,
                         what.number, what.block))  # fmt: skip
    if found.error is not None:
        raise ValueError(found.error)
    (width,) = what.widths
    return np.stack([raw(s) for s in found.samples[width]], axis=1)


def follow(line: Line) -> tuple[list[list[Crossing]], float, str | None]:
    """The zeros of each cell's leading coefficient along the line; computing time; an error instead."""
    start = time.process_time()
    try:
        found = crossings(lambda at: along(line, at), line.grid)
    except ValueError as error:
        return [], time.process_time() - start, str(error)
    return found, time.process_time() - start, None


def narrow(line: Line, known: Crossing, coarse: Crossing) -> tuple[Crossing | None, float, str | None]:
    """One cell's zero, more precisely than it is ``known``; None where it is not seen again."""
    start = time.process_time()

    def curve(at: float) -> Values:
        return np.asarray(along(line, at)[:, line.cell])

    try:
        found = refine(curve, coarse) if known is coarse or not coarse.flips else polish(curve, known, coarse)
    except ValueError as error:
        return None, time.process_time() - start, str(error)
    return found, time.process_time() - start, None


def lost(function: Callable[..., Any], reason: str) -> Any:
    """What :func:`sample`, :func:`follow` or :func:`narrow` would say if they had failed for ``reason``."""
    if function is sample:
        return Drawn({}, {}, 0.0, reason)
    return ([] if function is follow else None), 0.0, reason
