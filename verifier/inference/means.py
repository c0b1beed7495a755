"""A sample mean, and when a normal interval for it can be believed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verifier.inference.sums import exact_sum

Array = npt.NDArray[np.float64]

#: Largest part of Σ|X| that the ten largest samples may carry beyond their fair one.
LARGEST_SHARE = 0.05
#: S ≥ k skew² keeps the error of a normal interval near its level: (level, k), simulated down to 1e-3.
CLT_RULE = ((0.05, 30.0), (1e-3, 250.0), (1e-8, 2e4))


@dataclass(frozen=True)
class Average:
    """A sample mean with what decides whether a normal interval for it can be believed."""

    mean: float
    variance: float
    skewness: float
    largest_share: float
    count: int

    def refusal(self, level: float) -> tuple[str, int | None] | None:
        """Why a mean at this level is not supported, and how many samples would do; None if it is."""
        needed = math.ceil(clt_factor(level) * self.skewness**2)
        fair = min(1.0, 10 / self.count)
        if self.largest_share - fair > LARGEST_SHARE:
            share = f"the ten largest samples carry {self.largest_share:.1%} of the sum"
            # The share falls about like 1/S for light tails; heavier tails need more than this.
            return share, max(needed, math.ceil(self.count * self.largest_share / LARGEST_SHARE))
        if self.count < needed:
            return f"skewness {self.skewness:.3g} needs {needed} samples at level {level:.1g}", needed
        return None


def clt_factor(level: float) -> float:
    """k in S ≥ k skew², log-linear between the levels of :data:`CLT_RULE` (below 1e-3: theory)."""
    x = [-math.log10(a) for a, _ in CLT_RULE]
    y = [math.log10(k) for _, k in CLT_RULE]
    at = -math.log10(level)
    if at <= x[0]:
        return CLT_RULE[0][1]
    j = 0 if at < x[1] else 1
    slope = (y[j + 1] - y[j]) / (x[j + 1] - x[j])
    return 10 ** (y[j] + slope * (at - x[j]))


def average(values: Array) -> Average:
    """The mean of ``values`` and its support; order-independent."""
    size = np.abs(values)
    total = exact_sum(size)
    count = values.size
    mean = exact_sum(values) / count
    centred = values - mean
    # Differences at the level of rounding are those of a constant.
    scale = float(np.max(np.abs(centred), initial=0.0))
    if scale <= 1e-14 * abs(mean):
        return Average(mean, 0.0, 0.0, 0.0, count)
    unit = centred / scale
    squares = unit * unit
    second = exact_sum(squares) / count
    third = exact_sum(squares * unit) / count  # products, each rounded alike wherever it stands; powers are not
    variance = second * scale**2 * count / (count - 1) if count > 1 else math.nan
    largest = np.partition(size, -10)[-10:] if count > 10 else size
    share = exact_sum(largest) / total if total else 0.0
    return Average(mean, variance, third / second**1.5, share, count)


def unit(
    pairs: Sequence[tuple[int, Array]], values: Mapping[int, float]
) -> tuple[list[tuple[int, Array]], dict[int, float]]:
    """Samples and their expected values, each width divided by a power of two: ratios are the same, squares exist."""
    found, scaled = [], {}
    for n, x in pairs:
        top = max(float(np.abs(x).max(initial=0.0)), abs(values[n]))
        power = math.frexp(top)[1] if math.isfinite(top) else 0
        found.append((n, np.ldexp(x, -power)))
        scaled[n] = math.ldexp(values[n], -power)
    return found, scaled
