"""Orders in two widths: X_{n,m} ~ n^p m^q, by the same contrast over a factorial grid of (n, m)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Unpack

import numpy as np
import numpy.typing as npt

from verifier.inference.corrections import Fit, Profile, largest_bias, omitted
from verifier.inference.decisions import (
    ALL_ZERO,
    MIN_WIDTHS,
    Decision,
    replace_verdict,
    unusable,
    zero_fraction,
)
from verifier.inference.diagnostics import lack_of_fit
from verifier.inference.evidence import BothFunctionals, describe_profiles
from verifier.inference.exponents import Estimate, contrast
from verifier.inference.gates import settle
from verifier.inference.presence import Presence, binomial_interval
from verifier.inference.samples import LogSample, Moments, check_width
from verifier.inference.settings import Keywords, Settings
from verifier.verdict import NumericStatus

Array = npt.NDArray[np.float64]
Cell = tuple[int, int]
CellSamples = Mapping[Cell, "LogSample | npt.ArrayLike"] | Iterable[tuple[Cell, "LogSample | npt.ArrayLike"]]


def decide_two_widths(
    samples: CellSamples,
    claimed: tuple[float, float],
    **options: Unpack[Keywords],
) -> tuple[Decision, Decision]:
    """Decide X_{n,m} ~ n^p m^q; returns the decision on p and the decision on q, each at alpha/2.

    ``samples`` maps (n, m) to samples. The model is log a = a + p log n + q log m with corrections (c/n)^s and
    (d/m)^s, |c|, |d| <= ``allowance``, s in ``powers``; ``correction`` as in :func:`decide_order`. At least four
    distinct widths on each axis are needed and the design must have full rank (a diagonal n = m does not): *invalid*
    otherwise. A two-width claim holds if both decisions are consistent and is contradicted if one is. Raises
    ValueError for a repeated cell.
    """
    whole = Settings(**options)
    settings = replace(whole, alpha=whole.alpha / 2)
    if len(claimed) != 2 or not all(math.isfinite(p) for p in claimed):
        raise ValueError(f"claimed is {claimed}; two finite exponents are needed")
    cells, logs = _by_cell(samples)
    level = settings.level
    blank = [_blank(cells, logs, axis, claimed[axis], settings) for axis in (0, 1)]
    stopped = [unusable(b, logs, ALL_ZERO, cells) for b in blank]
    if stopped[0] is not None and stopped[1] is not None:
        return stopped[0], stopped[1]
    problem = _unfit(cells, bool(settings.correction))
    if problem is not None:
        first, second = (replace_verdict(b, NumericStatus.INVALID, problem) for b in blank)
        return first, second
    functionals = ([s.log_mean() for s in logs], [s.log_half() for s in logs])
    kept = _confirmation(cells)
    model = _Grid(settings)
    decisions = []
    for axis, base in enumerate(blank):
        full = tuple(model.profile(cells, m, axis) for m in functionals)
        reduced = tuple(
            model.profile([cells[i] for i in kept], [m[i] for i in kept], axis, [fit.power for fit in found.kept])
            for m, found in zip(functionals, full, strict=True)
        )
        evidence = BothFunctionals(full, reduced, _presence(cells, logs, axis, level), level)
        base = describe_profiles(base, evidence)
        base = replace(base, degenerate=all(m.variance == 0 for m in functionals[0]))
        decisions.append(settle(base, evidence))
    return decisions[0], decisions[1]


@dataclass(frozen=True)
class _Grid:
    """The models of corrections on a grid of pairs: as :func:`verifier.inference.corrections.profile` on a line."""

    settings: Settings

    def profile(
        self, cells: Sequence[Cell], moments: Sequence[Moments], axis: int, powers: Sequence[float] | None = None
    ) -> Profile:
        """The exponent along ``axis``; with ``powers`` these models alone, not held against the data again."""
        fits = []
        for power in self.settings.powers if powers is None else powers:
            fitted, found = self._shortest(cells, moments, axis, power)
            fit = None
            if powers is None:
                terms = np.concatenate([self._omitted(cells, power, False), self._omitted(cells, power, True)], axis=1)
                fit = lack_of_fit(_design(cells, None), terms, moments, self.settings.level)
            fits.append(Fit(power, float(fitted), found, () if fit is None else (fit,)))
        return Profile(tuple(fits), self.settings.level)

    def _shortest(
        self, cells: Sequence[Cell], moments: Sequence[Moments], axis: int, power: float
    ) -> tuple[bool, Estimate]:
        wanted = (False, True) if self.settings.correction is None else (self.settings.correction,)
        possible = [fitted for fitted in wanted if not fitted or _full_rank(cells, power)] or [False]
        found = [(fitted, self._estimate(cells, moments, axis, power, fitted)) for fitted in possible]
        return min(found, key=lambda pair: pair[1].half(self.settings.level))

    def _estimate(
        self, cells: Sequence[Cell], moments: Sequence[Moments], axis: int, power: float, fitted: bool
    ) -> Estimate:
        weights = np.linalg.pinv(_design(cells, power if fitted else None))[1 + axis]
        bias = sum(largest_bias([cell[k] for cell in cells], weights, power, self.settings.allowance) for k in (0, 1))
        return contrast(weights, moments, bias)

    def _omitted(self, cells: Sequence[Cell], power: float, fitted: bool) -> Array:
        """The largest corrections in n and in m that are left out; shape (cells, 2)."""
        return np.stack(
            [omitted([cell[k] for cell in cells], power, fitted, self.settings.allowance) for k in (0, 1)], axis=1
        )


def _by_cell(samples: CellSamples) -> tuple[list[Cell], list[LogSample]]:
    found: dict[Cell, LogSample] = {}
    for cell, sample in samples.items() if isinstance(samples, Mapping) else samples:
        n, m = (check_width(w) for w in cell)
        if (n, m) in found:
            raise ValueError(f"widths ({n}, {m}) occur twice: merge their samples first")
        found[n, m] = sample if isinstance(sample, LogSample) else LogSample.from_values(sample)
    cells = sorted(found)
    return cells, [found[c] for c in cells]


def _blank(cells: Sequence[Cell], logs: Sequence[LogSample], axis: int, claimed: float, settings: Settings) -> Decision:
    """An empty decision about one axis; each of its widths shows the fewest samples of its cells."""
    counts: dict[int, int] = {}
    for cell, log in zip(cells, logs, strict=True):
        counts[cell[axis]] = min(log.count, counts.get(cell[axis], log.count))
    widths = sorted(counts)
    return settings.blank(
        f"exponent in {'nm'[axis]}", claimed, widths, [counts[w] for w in widths], zero_fraction(logs)
    )


def _unfit(cells: Sequence[Cell], correction: bool) -> str | None:
    for axis in (0, 1):
        distinct = len({c[axis] for c in cells})
        if distinct < MIN_WIDTHS:
            return f"{distinct} widths on the {'nm'[axis]} axis; at least {MIN_WIDTHS} are needed"
    if not _full_rank(cells, 1.0 if correction else None):
        return "the two exponents cannot be told apart on this grid (rank deficient); vary n and m separately"
    return None


def _full_rank(cells: Sequence[Cell], power: float | None) -> bool:
    design = _design(cells, power)
    return len(cells) >= design.shape[1] and int(np.linalg.matrix_rank(design, tol=1e-6)) == design.shape[1]


def _design(cells: Sequence[Cell], power: float | None) -> Array:
    """[1, log n, log m (, n^-power, m^-power)], scaled to order one; shape (cells, 3 or 5)."""
    n = np.array(cells, dtype=np.float64)
    logs = np.log(n) - np.log(n).mean(axis=0)
    parts = [np.ones((len(cells), 1)), logs] + ([(n.min(axis=0) / n) ** power] if power is not None else [])
    return np.concatenate(parts, axis=1)


def _confirmation(cells: Sequence[Cell]) -> list[int]:
    """The cells left without the two smallest widths of each axis (fewer, if the rank would suffer)."""
    for drop in (2, 1):
        n = sorted({c[0] for c in cells})[drop:]
        m = sorted({c[1] for c in cells})[drop:]
        kept = [i for i, c in enumerate(cells) if c[0] in n and c[1] in m]
        if kept and _full_rank([cells[i] for i in kept], None):
            return kept
    return list(range(len(cells)))


def _presence(cells: Sequence[Cell], logs: Sequence[LogSample], axis: int, level: float) -> Presence:
    """The exponent of P(X ≠ 0) along an axis, from an exact interval of each cell."""
    weights = np.linalg.pinv(_design(cells, None))[1 + axis]
    low, high = 0.0, 0.0
    for w, s in zip(weights.tolist(), logs, strict=True):
        ends = [math.log(p) for p in binomial_interval(s.nonzeros, s.count, level / len(cells))]
        low, high = low + min(w * e for e in ends), high + max(w * e for e in ends)
    return Presence(low, high)
