"""What worker processes do for the hunt: draw an instance's samples at several widths, and follow one along an axis."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy import optimize

from verifier.hunt.crossings import Crossing, Values, crossings, polish, refine
from verifier.inference.samples import LogSample
from verifier.quantities.check import Part
from verifier.sampling.draw import Block, draw
from verifier.sampling.values import raw

#: The most seconds that one block of a search may take, and a descent.
LIMIT = 120.0
#: Evaluations of a descent; a median this much smaller than where it began is worth a look.
EVALUATIONS, SMALL = 60, 0.05


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
class DrawnWidths:
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


@dataclass(frozen=True)
class Descent:
    """Real parameters to move so that one cell's |X| becomes small: their ranges, and where to start."""

    draws: Draws
    spans: Mapping[str, tuple[float, float]]
    start: Mapping[str, float]


def sample(what: Draws) -> DrawnWidths:
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
                return DrawnWidths({}, {}, time.process_time() - start, found.error)
            before, high = samples.get(width), largest.get(width)
            pieces = found.samples
            samples[width] = pieces if before is None else tuple(a + b for a, b in zip(before, pieces, strict=True))
            largest[width] = found.largest if high is None else tuple(map(max, high, found.largest))
    return DrawnWidths(samples, largest, time.process_time() - start)


def at_values(what: Draws, values: Mapping[str, float]) -> Draws:
    """The same draws with other values of some parameters."""
    shared = {**what.shared, **{name: v for name, v in values.items() if name in what.shared}}
    return replace(what, shared=shared, cells=tuple({**cell, **values} for cell in what.cells))


def along(line: Line, at: float) -> Values:
    """Samples of every cell at one value of the line's parameter, from the same random numbers: (samples, cells)."""
    found = sample(at_values(line.draws, {line.name: at}))
    if found.error is not None:
        raise ValueError(found.error)
    (width,) = line.draws.widths
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


def descend(what: Descent) -> tuple[dict[str, float] | None, float, str | None]:
    """Where the median |X| is smallest, by Nelder and Mead's method; None where it is not much smaller than at first.

    Where the sampler fails nothing is small; where it fails at first, that is the error.
    """
    start = time.process_time()
    failed: list[str] = []

    def at(x: Any) -> dict[str, float]:
        return {n: float(np.clip(lo + (hi - lo) * t, lo, hi)) for (n, (lo, hi)), t in zip(what.spans.items(), x,
                                                                                       strict=True)}  # fmt: skip

    def depth(x: Any) -> float:
        if time.process_time() - start > LIMIT:
            return math.inf
        found = sample(at_values(what.draws, at(x)))
        if found.error is not None:
            failed.append(found.error)
            return math.inf
        ((values,),) = found.samples.values()
        logs = values.logs()
        return float(np.median(logs)) if logs.size else -700.0

    first = [(what.start[n] - lo) / (hi - lo) for n, (lo, hi) in what.spans.items()]
    before = depth(first)
    if failed or not math.isfinite(before):
        return None, time.process_time() - start, failed[0] if failed else None
    found = optimize.minimize(depth, first, method="Nelder-Mead", options={"maxfev": EVALUATIONS, "xatol": 1e-4})
    small = found.fun < before + math.log(SMALL)
    return at(found.x) if small else None, time.process_time() - start, None


def lost(function: Callable[..., Any], reason: str) -> Any:
    """What a job of this module would say if it had failed for ``reason``."""
    if function is sample:
        return DrawnWidths({}, {}, 0.0, reason)
    return ([] if function is follow else None), 0.0, reason
