"""Agreement with a stated law: X_n → X in distribution, X given by its distribution function.

The distance is Kolmogorov's, sup |F_n - F|.  That between the law of X_n and N samples of it exceeds ε with
probability at most 2 exp(-2 N ε²) (Dvoretzky, Kiefer and Wolfowitz, with Massart's constant), for every N and every
law.  So the distance of the two laws is known within ε, and

    contradicted   at the two largest widths it surely exceeds what a correction c/n to the scale can do;
    consistent     at the largest width it surely lies below the margin.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import special

from verifier.inference.decisions import DEFAULT_ALPHA, LOOKS, Decision, replace_verdict
from verifier.inference.exponents import DEFAULT_ALLOWANCE
from verifier.inference.samples import check_width
from verifier.inference.settings import Settings
from verifier.verdict import NumericStatus

Array = npt.NDArray[np.float64]


class Law(Protocol):
    """A distribution on the real line, by its distribution function; ``str`` of it names it in a table."""

    def cdf(self, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]: ...


@dataclass(frozen=True)
class Normal:
    """The centred normal law of a given variance >= 0."""

    variance: float

    def cdf(self, x: Array) -> Array:
        """P[X <= x]."""
        if self.variance == 0:
            return np.asarray(x >= 0, dtype=np.float64)
        return np.asarray(special.ndtr(x / math.sqrt(self.variance)), dtype=np.float64)

    def __str__(self) -> str:
        return f"N(0, {self.variance:.4g})"


def distance_to_law(values: Array, law: Law) -> float:
    """sup |F_N - F| for the empirical distribution function F_N of ``values``."""
    x = np.sort(values)
    at = np.searchsorted(x, x, side="right") / x.size
    # Just below a sample F_N is the part of the samples that are smaller; equal ones jump together.
    before = np.searchsorted(x, x, side="left") / x.size
    below = law.cdf(np.nextafter(x, -np.inf))
    return float(max(np.max(np.abs(at - law.cdf(x))), np.max(np.abs(before - below))))


def decide_law(
    samples: Mapping[int, npt.ArrayLike],
    law: Law,
    *,
    alpha: float = DEFAULT_ALPHA,
    margin: float = 0.05,
    allowance: float = DEFAULT_ALLOWANCE,
    looks: int = LOOKS,
    look: int = 1,
) -> Decision:
    """Decide X_n → X in distribution, for X of the given law.

    ``samples`` maps widths to arrays.  ``estimate``, ``low`` and ``high`` are the Kolmogorov distance at the largest
    width; ``margin`` is in probability.  Needs two widths; raises ValueError for bad widths or settings.
    """
    settings = Settings(alpha, margin, allowance=allowance, looks=looks, look=look)
    arrays = sorted((check_width(n), np.asarray(x, dtype=np.float64)) for n, x in samples.items())
    widths, counts = tuple(n for n, _ in arrays), tuple(int(x.size) for _, x in arrays)
    total = sum(counts)
    zeros = sum(int(np.count_nonzero(x == 0)) for _, x in arrays) / total if total else math.nan
    base = settings.blank("Kolmogorov distance", 0.0, widths, counts, zeros)
    if not total:
        return replace_verdict(base, NumericStatus.UNTESTED, "nothing was sampled")
    if len(arrays) < 2 or not all(x.size for _, x in arrays):
        return replace_verdict(base, NumericStatus.INVALID, "samples at two widths are needed")
    if not all(np.isfinite(x).all() for _, x in arrays):
        return replace_verdict(base, NumericStatus.INVALID, "a sample is NaN or infinite")
    level = alpha / looks / 2
    excess = []
    for n, x in arrays[-2:]:
        distance, reach = distance_to_law(x, law), math.sqrt(math.log(2 / level) / 2 / x.size)
        # A scale off by a factor 1 + c/n moves a law by about c/4n; see `laws.law_distances`.
        excess.append(distance - reach - allowance / 4 / n)
    low, high = max(0.0, distance - reach), min(1.0, distance + reach)
    base = replace(base, estimate=distance, low=low, high=high)
    if min(excess) > 0:
        reason = f"the law at width {widths[-1]} is at distance [{low:.4f}, {high:.4f}] from {law}"
        return replace_verdict(base, NumericStatus.CONTRADICTED, reason)
    if high < margin:
        reason = f"the law at width {widths[-1]} is within {high:.4f} of {law}"
        return replace_verdict(base, NumericStatus.CONSISTENT, reason)
    needed = math.ceil(counts[-1] * max(2.0, 1.5 * (2 * reach / margin) ** 2))
    reason = f"the law at width {widths[-1]} is at distance [{low:.4f}, {high:.4f}] from {law}, margin {margin:g}"
    return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed)
