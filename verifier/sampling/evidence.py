"""What is kept of a cell's samples beside the verdict: enough to draw them again, a few kilobytes a cell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from verifier.inference.samples import LogSample

#: Probabilities of the quantiles that are kept of each law, denser where laws are usually compared.
PROBABILITIES = (
    0.001, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.14, 0.18, 0.22, 0.26, 0.3, 0.34, 0.38, 0.42, 0.46, 0.5,
    0.54, 0.58, 0.62, 0.66, 0.7, 0.74, 0.78, 0.82, 0.86, 0.9, 0.925, 0.95, 0.965, 0.98, 0.99, 0.995, 0.999,
)  # fmt: skip
#: Quantiles are read off at most this many samples a width.
SUBSAMPLE = 1 << 15


@dataclass(frozen=True)
class Evidence:
    """One cell's samples, reduced; every tuple has one entry a width, in increasing order of widths.

    ``log_mean`` is the mean of log|X| over X ≠ 0 and ``log_half`` the logarithm of E[|X|^(1/2) | X ≠ 0]², each
    with its standard error; ``log_rms`` is half the logarithm of the mean of X² (zeros included), which heavy
    tails make unreliable and on which no verdict rests.  ``law_sign`` and ``law_log`` are sign and log|X| of the
    quantiles of X at :data:`PROBABILITIES`, log|X| = None where X = 0.  ``mean`` is that of the kept values of X,
    zeros included, with its standard error; ``positives`` counts X > 0.  None where a number is beyond floats.
    """

    widths: tuple[int, ...]
    counts: tuple[int, ...]
    zeros: tuple[int, ...]
    log_mean: tuple[float | None, ...]
    log_mean_error: tuple[float | None, ...]
    log_half: tuple[float | None, ...]
    log_half_error: tuple[float | None, ...]
    log_rms: tuple[float | None, ...]
    law_sign: tuple[tuple[int, ...], ...]
    law_log: tuple[tuple[float | None, ...], ...]
    positives: tuple[int, ...]
    mean: tuple[float | None, ...]
    mean_error: tuple[float | None, ...]

    def quantiles(self, number: int) -> tuple[float, ...]:
        """The quantiles of X at the width of this number, at :data:`PROBABILITIES`."""
        pairs = zip(self.law_sign[number], self.law_log[number], strict=True)
        return tuple(0.0 if log is None else sign * math.exp(min(log, 700.0)) for sign, log in pairs)


def along(samples: Mapping[tuple[int, int], LogSample], axis: int) -> dict[int, LogSample]:
    """Samples on a grid of pairs of widths as samples by the width ``axis``, the other one at its largest."""
    largest = max(pair[1 - axis] for pair in samples)
    return {pair[axis]: sample for pair, sample in samples.items() if pair[1 - axis] == largest}


def evidence_of(samples: Mapping[int, LogSample]) -> Evidence:
    """Reduce samples by width to what plots need."""
    widths = tuple(sorted(samples))
    found = [samples[n] for n in widths]
    means = [_location(s, "log_mean") for s in found]
    halves = [_location(s, "log_half") for s in found]
    laws = [_law(s) for s in found]
    averages = [_average(s) for s in found]
    return Evidence(
        widths=widths,
        counts=tuple(s.count for s in found),
        zeros=tuple(s.zeros for s in found),
        log_mean=tuple(value for value, _ in means),
        log_mean_error=tuple(error for _, error in means),
        log_half=tuple(value for value, _ in halves),
        log_half_error=tuple(error for _, error in halves),
        log_rms=tuple(_log_rms(s) for s in found),
        law_sign=tuple(signs for signs, _ in laws),
        law_log=tuple(logs for _, logs in laws),
        positives=tuple(s.positive for s in found),
        mean=tuple(value for value, _ in averages),
        mean_error=tuple(error for _, error in averages),
    )


def _location(sample: LogSample, name: str) -> tuple[float | None, float | None]:
    """A location and its standard error, to the digits a plot can show; None where there is none."""
    if not sample.nonzeros:
        return None, None
    moments = getattr(sample, name)()
    return _kept(moments.value, 6), _kept(math.sqrt(moments.variance / moments.count), 8)


def _kept(value: float, digits: int) -> float | None:
    return round(value, digits) if math.isfinite(value) else None


def _log_rms(sample: LogSample) -> float | None:
    logs = np.concatenate([b.kept for b in sample.blocks]) if sample.blocks else np.empty(0)
    if not logs.size or not np.isfinite(top := float(logs.max())):
        return None
    return _kept(top + 0.5 * math.log(float(np.exp(2 * (logs - top)).mean())), 5)


def _average(sample: LogSample) -> tuple[float | None, float | None]:
    """The mean of the kept values and its standard error, to six digits."""
    if not sample.count:
        return None, None
    logs = np.concatenate([b.kept for b in sample.blocks])
    signs = np.concatenate([b.kept_sign for b in sample.blocks])
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.where(signs == 0, 0.0, signs * np.exp(logs))
        mean = float(values.mean())
        error = float(values.std(ddof=1)) / math.sqrt(values.size) if values.size > 1 else math.nan
    return _significant(mean), _significant(error)


def _significant(value: float, digits: int = 6) -> float | None:
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None


def _law(sample: LogSample) -> tuple[tuple[int, ...], tuple[float | None, ...]]:
    if not sample.count:
        return (), ()
    logs = np.concatenate([b.kept for b in sample.blocks])
    signs = np.concatenate([b.kept_sign for b in sample.blocks]).astype(np.int8)
    step = -(-logs.size // SUBSAMPLE)
    logs, signs = logs[::step], signs[::step]
    # By sign first; among negative values the largest |X| is the smallest X; zeros stand between.
    below, above = -np.sort(-logs[signs < 0]), np.sort(logs[signs > 0])
    zeros = logs.size - below.size - above.size
    chosen: list[tuple[int, float]] = []
    for place in np.minimum((np.array(PROBABILITIES) * logs.size).astype(int), logs.size - 1).tolist():
        if place < below.size:
            chosen.append((-1, float(below[place])))
        else:
            later = place - below.size - zeros
            chosen.append((0, 0.0) if later < 0 else (1, float(above[later])))
    return tuple(s for s, _ in chosen), tuple(_kept(v, 4) if s else None for s, v in chosen)
