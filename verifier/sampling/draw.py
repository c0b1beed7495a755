"""One block of samples: drawn in a worker process, reduced there to what inference needs."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.inference.samples import LogSample
from verifier.networks.draws import Draw
from verifier.projects.loading import LoadError, blame, load_file
from verifier.quantities.check import Check, Part
from verifier.quantities.samplers import SamplerError, read
from verifier.sampling.keys import PILOT, stream
from verifier.sampling.memory import Peak
from verifier.sampling.workers import at_most, one_thread

#: Fewest non-zero samples from which a control variate's coefficients are fitted.
PILOT_NONZERO = 64
#: Coefficients are kept where the control has a finite variance and is no noisier than what it removes.
COEFFICIENT_RANGE = (-0.4, 30.0)

Coefficients = tuple[tuple[float, ...] | None, ...]


@dataclass(frozen=True)
class Block:
    """What to draw: all that the result depends on."""

    group: int
    source: Path | Part
    part: int
    key: tuple[int, ...]
    seed: int
    shared: Mapping[str, Any]
    cells: tuple[Mapping[str, Any], ...]
    width: Any  # a pair of widths on a grid
    samples: int
    number: int
    coefficients: Coefficients | None = None
    twice: bool = False  # draw it again from the same key, which has to give the same numbers
    weighed: bool = False  # say what memory it takes


@dataclass(frozen=True)
class Drawn:
    """What came of a block: its summary, one LogSample a cell, or the error that prevented it.

    It does not name the block: who asked for it knows, and of a short block that is most of what a worker would say.
    """

    samples: tuple[LogSample, ...] = ()
    largest: tuple[float, ...] = ()  # the largest |value| a cell; NaN if any value is NaN
    coefficients: Coefficients | None = None
    seconds: float = 0.0
    error: str | None = None
    late: bool = False  # whether the error is that it took too long
    memory: int = 0  # bytes, of one that was to be weighed


def draw(block: Block, limit: float | None = None) -> Drawn:
    """Draw and reduce one block, in at most ``limit`` seconds.

    Errors of the sampler, running out of time among them, are data, not exceptions: other blocks go on.  They name the
    file and the line of it, or the sampler where it returns what is not allowed.  So is a call of ``sys.exit``, which
    would end the whole run with the sampler's exit code.  What a sampler prints goes to stderr, since stdout holds
    results.
    """
    try:
        part = part_of(block.source, block.part)
        peak = Peak() if block.weighed else None
        start = time.perf_counter()  # what a check file imports is not the sampler's time
        key = (block.seed, block.key, block.width, block.samples, block.number)
        with at_most(limit), one_thread(), redirect_stdout(sys.stderr):
            found = returned(part, block, stream(*key))
            if block.twice:
                same_numbers(found.values, returned(part, block, stream(*key)).values)
        values, normals = found.values, found.normals
        within(values, part.quantity.bounds)
        if block.number == PILOT:
            fitted = fit_coefficients(values, normals)
            return Drawn(coefficients=fitted, seconds=time.perf_counter() - start)
        samples = tuple(
            reduce(values[:, column], normals, block.coefficients[column] if block.coefficients else None)
            for column in range(len(block.cells))
        )
        largest = tuple(float(v) for v in np.abs(values).max(axis=0)) if block.samples else ()
        seconds = (time.perf_counter() - start) / (2 if block.twice else 1)
        return Drawn(samples, largest, seconds=seconds, memory=peak.taken() if peak is not None else 0)
    except (Exception, SystemExit, GeneratorExit) as error:
        return Drawn(error=_told(error, block.source), late=isinstance(error, TimeoutError))


def tried(block: Block) -> tuple[float, float]:
    """What the quantity's trial took at the block's place: seconds, and how much work that was; zeros if it failed,
    of which the blocks that are drawn tell more."""
    try:
        with one_thread(), redirect_stdout(sys.stderr):
            trial = part_of(block.source, block.part).quantity.trial
            seconds, work = (0.0, 0.0) if trial is None else trial(block.shared, block.width)
        return float(seconds), float(work)
    except (Exception, SystemExit, GeneratorExit):
        return 0.0, 0.0


def returned(part: Part, block: Block, rng: np.random.Generator) -> Draw:
    """What the sampler returns, read as numbers."""
    found = part.quantity.draw(block.shared, block.cells, block.width, block.samples, rng)
    return read(found, (block.samples, len(block.cells)), part.quantity.text)


def _told(error: BaseException, source: Path | Part) -> str:
    """An error in one line: where it arose, or, of what a sampler returned, what is allowed."""
    path = source if isinstance(source, Path) else None
    if isinstance(error, SamplerError):
        return str(error) if path is None else str(LoadError(path, None, str(error)))
    if isinstance(error, LoadError):
        return str(error)
    if path is None or isinstance(error, TimeoutError):
        return f"{type(error).__name__}: {' '.join(str(error).split())}"
    return str(blame(error, path))


def same_numbers(first: npt.ArrayLike, again: npt.ArrayLike) -> None:
    """SamplerError unless two calls of a sampler with the same key returned the same numbers.

    A sampler that draws from a generator of its own gives other numbers each time, so nothing that it shows can be
    reproduced, and nobody knows whether its draws are independent.
    """
    if not np.array_equal(np.asarray(first), np.asarray(again), equal_nan=True):
        raise SamplerError(
            "two calls of the sampler with the same key returned different numbers: it has to draw from the generator "
            "that it is given, and from nothing else"
        )


def within(values: npt.NDArray[np.float64], bounds: tuple[float, float] | None) -> None:
    """SamplerError where a value lies outside of what the quantity is said to lie between, by more than rounding.

    What is concluded of samples that are all equal rests on it.  NaN is told elsewhere.
    """
    if bounds is None or not values.size:
        return
    room = 1e-12 * max(1.0, abs(bounds[0]), abs(bounds[1]))
    stray = values[(values < bounds[0] - room) | (values > bounds[1] + room)]
    if stray.size:
        raise SamplerError(
            f"the sampler returned {stray[0]:.6g}, and the quantity is said to lie between {bounds[0]:g} and "
            f"{bounds[1]:g}"
        )


def fit_coefficients(values: npt.NDArray[np.float64], normals: npt.NDArray[np.float64] | None) -> Coefficients:
    """For each column, c minimising the variance of log|X| - Σ c_d log|Z_d| over its non-zero samples.

    These come from samples that are used for nothing else, so for everything else they are constants.
    None where there is nothing to gain or too little to fit.
    """
    if normals is None:
        return tuple(None for _ in range(values.shape[1]))
    logs = np.log(np.abs(normals))
    found: list[tuple[float, ...] | None] = []
    for column in values.T:
        live = (column != 0) & np.isfinite(column) & np.isfinite(logs).all(axis=1)
        if np.count_nonzero(live) < PILOT_NONZERO:
            found.append(None)
            continue
        y, x = np.log(np.abs(column[live])), logs[live]
        x = x - x.mean(axis=0)
        c = np.linalg.lstsq(x, y - y.mean(), rcond=None)[0]
        low, high = COEFFICIENT_RANGE
        found.append(tuple(float(v) for v in np.clip(c, low, high)))
    return tuple(found)


def reduce(
    values: npt.NDArray[np.float64],
    normals: npt.NDArray[np.float64] | None,
    coefficients: tuple[float, ...] | None,
) -> LogSample:
    if coefficients is None or normals is None:
        return LogSample.from_values(values)
    return LogSample.from_values(values, normals=normals, coefficients=coefficients)


@lru_cache(maxsize=256)
def _loaded(path: Path) -> Check:
    check = getattr(load_file(path), "check", None)
    if not isinstance(check, Check):
        raise LoadError(path, None, "defines no `check`")
    return check


def part_of(source: Path | Part, index: int) -> Part:
    return _loaded(source).parts[index] if isinstance(source, Path) else source
