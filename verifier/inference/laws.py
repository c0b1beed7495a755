"""Tests of whole laws: one limit law across widths, an atom of known size, joint normality."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verifier.inference.samples import LogSample

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LawDistance:
    """Kolmogorov distance of the law of X_n/n^p at ``width`` to that at the largest width."""

    width: int
    distance: float
    threshold: float

    @property
    def exceeds(self) -> bool:
        return self.distance > self.threshold


def law_distances(
    widths: Sequence[int],
    samples: Sequence[LogSample],
    log_scales: Sequence[float],
    level: float,
    corrections: Sequence[float],
    errors: Sequence[float] | None = None,
) -> tuple[LawDistance, ...]:
    """X_n/exp(log_scale) at each width against the largest; ``widths`` increase.

    A relative correction x to the scale moves a law by about x/4 in Kolmogorov distance (x f(x) < 1/4 for the
    Gaussian), so the threshold is the sampling one, Bonferroni over the pairs, plus that for the ``corrections`` at
    both widths. The kept samples are used, zeros and signs included. ``errors`` of the log scales are granted: atoms
    that should coincide need not do so to the last digit. The distance is small only between laws close *in shape*:
    if the limit is a constant, laws at two widths can be far apart however close their values.
    """
    found = errors if errors is not None else [0.0] * len(widths)
    keys = [s.keys(scale) for scale, s in zip(log_scales[:-1], samples[:-1], strict=True)]
    rows = []
    for n, key, x, error in zip(widths[:-1], keys, corrections[:-1], found[:-1], strict=True):
        shift = math.hypot(error, found[-1]) + 1e-12
        low, high = (samples[-1].keys(log_scales[-1], sign * shift) for sign in (-1, 1))
        bound = kolmogorov_threshold(len(key), len(low), level / (len(widths) - 1))
        distance = kolmogorov_distance(key, low, high)
        rows.append(LawDistance(n, distance, bound + (x + corrections[-1]) / 4))
    return tuple(rows)


def kolmogorov_distance(first: Array, second: Array, above: Array | None = None) -> float:
    """sup |F - G| of two sorted samples; ties (atoms) are handled exactly.

    With ``above``, a copy of ``second`` whose values are moved up, G may lie anywhere between the two.
    """
    upper = second if above is None else above
    grid = np.concatenate([first, second, upper])
    f = np.searchsorted(first, grid, side="right") / len(first)
    g = np.searchsorted(second, grid, side="right") / len(second)
    h = g if above is None else np.searchsorted(upper, grid, side="right") / len(upper)
    return float(max(np.max(f - g), np.max(h - f), 0.0))


def kolmogorov_threshold(first: int, second: int, level: float) -> float:
    """The distance that two samples of one law exceed with probability at most about ``level``.

    The leading term 2 exp(-2 d² NM/(N+M)) of the two-sample Kolmogorov law; conservative with atoms.
    """
    return math.sqrt(math.log(2 / level) / 2 * (1 / first + 1 / second))
