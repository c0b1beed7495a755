"""Orders in two widths: X_{n,m} ~ n^p m^q, by the same contrast over a factorial grid of (n, m)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from verifier.inference.diagnostics import lack_of_fit
from verifier.inference.exponents import DEFAULT_ALLOWANCE, Estimate, contrast
from verifier.inference.gates import (
    ALL_ZERO,
    DEFAULT_ALPHA,
    DEFAULT_MARGIN,
    LOOKS,
    MIN_WIDTHS,
    Decision,
    Evidence,
    check_settings,
    replace_verdict,
    settle,
    unusable,
    zero_fraction,
)
from verifier.inference.samples import LogSample, Moments, check_width
from verifier.verdict import NumericStatus

Array = npt.NDArray[np.float64]
Cell = tuple[int, int]
CellSamples = Mapping[Cell, "LogSample | npt.ArrayLike"] | Iterable[tuple[Cell, "LogSample | npt.ArrayLike"]]


def decide_two_widths(
    samples: CellSamples,
    claimed: tuple[float, float],
    *,
    alpha: float = DEFAULT_ALPHA,
    margin: float = DEFAULT_MARGIN,
    correction: bool = False,
    allowance: float = DEFAULT_ALLOWANCE,
    looks: int = LOOKS,
    look: int = 1,
) -> tuple[Decision, Decision]:
    """Decide X_{n,m} ~ n^p m^q; returns the decision on p and the decision on q, each at alpha/2.

    ``samples`` maps (n, m) to samples. The model is log a = a + p log n + q log m + c/n + d/m with |c|, |d| ≤
    ``allowance``; ``correction`` fits c and d. At least four distinct widths on each axis are needed and the
    design must have full rank (a diagonal n = m does not): *invalid* otherwise. A two-width claim holds if
    both decisions are consistent and is contradicted if one is. Raises ValueError for a repeated cell.
    """
    check_settings(alpha, margin, looks, look, allowance)
    if len(claimed) != 2 or not all(math.isfinite(p) for p in claimed):
        raise ValueError(f"claimed is {claimed}; two finite exponents are needed")
    cells, logs = _by_cell(samples)
    level = alpha / 2 / looks
    blank = [_blank(cells, logs, axis, claimed[axis], alpha / 2, margin, correction, allowance, looks, look)
             for axis in (0, 1)]  # fmt: skip
    stopped = [unusable(b, logs, ALL_ZERO, cells) for b in blank]
    if stopped[0] is not None and stopped[1] is not None:
        return stopped[0], stopped[1]
    problem = _unfit(cells, correction)
    if problem is not None:
        first, second = (replace_verdict(b, NumericStatus.INVALID, problem) for b in blank)
        return first, second
    functionals = ([s.log_mean() for s in logs], [s.log_half() for s in logs])
    kept = _confirmation(cells, correction)
    presence = [_presence(s) for s in logs]
    fit = lack_of_fit(_design(cells, correction), _omitted(cells, allowance, correction), functionals[0], level)
    decisions = []
    for axis, base in enumerate(blank):
        full = [_estimate(cells, m, axis, correction, allowance) for m in functionals]
        reduced = [
            _estimate([cells[i] for i in kept], [m[i] for i in kept], axis, correction, allowance) for m in functionals
        ]
        evidence = Evidence(
            (full[0], full[1]),
            (reduced[0], reduced[1]),
            _estimate(cells, presence, axis, correction, 0.0),
            level,
        )
        low, high = full[0].interval(level)
        second_low, second_high = full[1].interval(level)
        base = replace(
            base, estimate=full[0].value, low=low, high=high, standard_error=full[0].standard_error,
            second_estimate=full[1].value, second_low=second_low, second_high=second_high,
            bias=full[0].allowance, degenerate=all(m.variance == 0 for m in functionals[0]),
            diagnostics=() if fit is None else (fit,),
        )  # fmt: skip
        decisions.append(settle(base, evidence))
    return decisions[0], decisions[1]


def _by_cell(samples: CellSamples) -> tuple[list[Cell], list[LogSample]]:
    found: dict[Cell, LogSample] = {}
    for cell, sample in samples.items() if isinstance(samples, Mapping) else samples:
        n, m = (check_width(w) for w in cell)
        if (n, m) in found:
            raise ValueError(f"widths ({n}, {m}) occur twice: merge their samples first")
        found[n, m] = sample if isinstance(sample, LogSample) else LogSample.from_values(sample)
    cells = sorted(found)
    return cells, [found[c] for c in cells]


def _blank(
    cells: Sequence[Cell],
    logs: Sequence[LogSample],
    axis: int,
    claimed: float,
    alpha: float,
    margin: float,
    correction: bool,
    allowance: float,
    looks: int,
    look: int,
) -> Decision:
    """An empty decision about one axis; each of its widths shows the fewest samples of its cells."""
    counts: dict[int, int] = {}
    for cell, log in zip(cells, logs, strict=True):
        counts[cell[axis]] = min(log.count, counts.get(cell[axis], log.count))
    widths = tuple(sorted(counts))
    return Decision(
        NumericStatus.INVALID, "", f"exponent in {'nm'[axis]}", float(claimed), alpha, margin,
        widths, tuple(counts[w] for w in widths), zero_fraction(logs),
        correction=correction, allowance=allowance, look=look, looks=looks,
    )  # fmt: skip


def _unfit(cells: Sequence[Cell], correction: bool) -> str | None:
    for axis in (0, 1):
        distinct = len({c[axis] for c in cells})
        if distinct < MIN_WIDTHS:
            return f"{distinct} widths on the {'nm'[axis]} axis; at least {MIN_WIDTHS} are needed"
    if not _full_rank(cells, correction):
        return "the two exponents cannot be told apart on this grid (rank deficient); vary n and m separately"
    return None


def _full_rank(cells: Sequence[Cell], correction: bool) -> bool:
    design = _design(cells, correction)
    return len(cells) >= design.shape[1] and int(np.linalg.matrix_rank(design, tol=1e-6)) == design.shape[1]


def _design(cells: Sequence[Cell], correction: bool) -> Array:
    """[1, log n, log m (, 1/n, 1/m)], scaled to order one; shape (cells, 3 or 5)."""
    n = np.array(cells, dtype=np.float64)
    logs = np.log(n) - np.log(n).mean(axis=0)
    parts = [np.ones((len(cells), 1)), logs] + ([n.min(axis=0) / n] if correction else [])
    return np.concatenate(parts, axis=1)


def _omitted(cells: Sequence[Cell], allowance: float, correction: bool) -> Array:
    n = np.array(cells, dtype=np.float64)
    return allowance**2 / 2 / n**2 if correction else allowance / n


def _estimate(
    cells: Sequence[Cell], moments: Sequence[Moments], axis: int, correction: bool, allowance: float
) -> Estimate:
    weights = np.linalg.pinv(_design(cells, correction))[1 + axis]
    bias = float(np.abs(weights @ _omitted(cells, allowance, correction)).sum())
    return contrast(weights, moments, bias)


def _confirmation(cells: Sequence[Cell], correction: bool) -> list[int]:
    """The cells left without the two smallest widths of each axis (fewer, if the rank would suffer)."""
    for drop in (2, 1):
        n = sorted({c[0] for c in cells})[drop:]
        m = sorted({c[1] for c in cells})[drop:]
        kept = [i for i, c in enumerate(cells) if c[0] in n and c[1] in m]
        if kept and _full_rank([cells[i] for i in kept], correction):
            return kept
    return list(range(len(cells)))


def _presence(sample: LogSample) -> Moments:
    q = sample.nonzeros / sample.count
    return Moments(math.log(q), (1 - q) / q, sample.count)
