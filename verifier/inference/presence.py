"""P(X ≠ 0) at each width, before anything is said of the size of X: does it vanish, and how little is known of it?

Intervals are those of Clopper and Pearson wherever a count is small.  A law that runs off into an atom at zero tends
to zero however large its other values are, so an exponent that is read off the samples with X ≠ 0 says nothing of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import special

from verifier.inference.exponents import slope_weights, t_quantile
from verifier.inference.samples import LogSample

#: Fewest zeros and non-zeros from which a normal interval for log P(X ≠ 0) is taken.
MANY = 128
#: The largest P(X ≠ 0) that samples which are all zero may leave open where a size is claimed of X.
RARE = 0.005


@dataclass(frozen=True)
class Presence:
    """The interval of the exponent of P(X ≠ 0)."""

    low: float
    high: float

    def within(self, margin: float) -> bool:
        """Surely not vanishing (nor growing) as fast as n^-margin."""
        return -margin < self.low and self.high < margin

    @property
    def vanishes(self) -> bool:
        """Surely a negative exponent."""
        return self.high < 0


def presence(widths: Sequence[int], samples: Sequence[LogSample], level: float) -> Presence:
    """The exponent of P(X ≠ 0), at ``level``: half of it for the normal part, half for exact intervals.

    Needs two widths and a non-zero sample at each.
    """
    weights = slope_weights(widths)
    exact = level / 2 / len(samples)
    value, variance, below, above = 0.0, 0.0, 0.0, 0.0
    for w, s in zip(weights.tolist(), samples, strict=True):
        q = s.nonzeros / s.count
        value += w * math.log(q)
        if s.zeros >= MANY and s.nonzeros >= MANY:
            variance += w**2 * (1 - q) / q / s.count
            continue
        low, high = (math.log(p / q) for p in binomial_interval(s.nonzeros, s.count, exact))
        below += min(w * low, w * high)
        above += max(w * low, w * high)
    half = t_quantile(level / 4, math.inf) * math.sqrt(variance)
    return Presence(value - half + below, value + half + above)


def zero_bound(zeros: int, alpha: float) -> float:
    """The largest P(X ≠ 0) that ``zeros`` samples, all zero, do not exclude: 1 - alpha^(1/zeros)."""
    return -math.expm1(math.log(alpha) / zeros)


def zeros_for(bound: float, alpha: float) -> int:
    """How many samples, all zero, bound P(X ≠ 0) by ``bound``."""
    return math.ceil(math.log(alpha) / math.log1p(-bound))


def binomial_interval(successes: int, trials: int, alpha: float) -> tuple[float, float]:
    """The Clopper-Pearson interval: exact coverage at least 1 - alpha for any probability.

    Raises ValueError unless 0 <= successes <= trials and trials >= 1.
    """
    if not (trials >= 1 and 0 <= successes <= trials):
        raise ValueError(f"{successes} successes of {trials} trials are not counts")
    low = float(special.betaincinv(successes, trials - successes + 1, alpha / 2)) if successes else 0.0
    failures = trials - successes
    high = 1 - float(special.betaincinv(failures, successes + 1, alpha / 2)) if failures else 1.0
    return low, high
