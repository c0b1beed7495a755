"""The exponent from few seeds whose scatter looks neither normal nor common: two intervals that need neither.

    ranks    one law of X at all widths, whatever it is: :mod:`verifier.inference.ranks`, from 5 samples a width;
    line     nothing of the scatter at a width: the means of log|X| lie off their line by independent errors of about
             one size, which is taken from how far they do.  A t interval with one degree of freedom less than that
             has, which keeps its level for errors that are uniform, heavy or skewed and for sizes that change as
             n^1/2 or n^-1/2 (counted in the tests); only for means with two likely values it does not.

The first that applies is taken, each with a quarter of the error rate.  Both are tried only where the intervals of
:mod:`verifier.inference.few`, which are shorter, are refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verifier.inference import ranks
from verifier.inference.corrections import Profile
from verifier.inference.evidence import profiles
from verifier.inference.exponents import columns
from verifier.inference.few import EQUAL, FEWEST
from verifier.inference.samples import Moments, Pooled
from verifier.inference.settings import Settings

Array = npt.NDArray[np.float64]

RANKS = "a law of X that keeps its shape over the widths, as far as it shows"
LINE = "errors of the means at different widths that are independent and of about one size"
#: The part of an error rate that the interval around a line may use.
SHARE = 0.25


@dataclass(frozen=True)
class Alternative:
    """Models on all widths (``full``) and without the smallest (``reduced``), and what they assume."""

    full: Profile
    reduced: Profile
    assumption: str


def alternative(
    widths: Sequence[int],
    logs: Sequence[Array],
    settings: Settings,
) -> Alternative | None:
    """The interval from ranks, else that around the line; None where neither can be believed.

    ``logs`` holds log|X| for each width.  Where corrections are to be fitted, ranks do not.
    """
    if min(y.size for y in logs) < FEWEST:
        return None
    found = None if settings.correction else _from_ranks(widths, logs, settings)
    return found or _around_the_line(widths, logs, settings)


def _from_ranks(widths: Sequence[int], logs: Sequence[Array], settings: Settings) -> Alternative | None:
    if min(y.size for y in logs) < ranks.FEWEST or any(np.ptp(y) <= EQUAL for y in logs) or not ranks.of_one_law(logs):
        return None
    level, allowance = settings.level, settings.allowance
    full = ranks.rank_profile(widths, logs, level, settings.powers, allowance)
    drop = min(2, len(widths) - 2)
    if full is None:
        return None
    kept = [fit.power for fit in full.kept]
    reduced = ranks.rank_profile(widths[drop:], logs[drop:], level, kept, allowance, tested=False)
    return None if reduced is None else Alternative(full, reduced, RANKS)


def _around_the_line(
    widths: Sequence[int],
    logs: Sequence[Array],
    settings: Settings,
) -> Alternative | None:
    means = np.array([math.fsum(y.tolist()) / y.size for y in logs])
    design = columns(widths, None)
    centred = means - means.mean()
    left = centred - design @ np.linalg.lstsq(design, centred, rcond=None)[0]
    free = len(widths) - 2
    error = float(left @ left) / free
    if free < 2 or error <= EQUAL**2:
        return None  # on the line to the last digit: that is no scatter to judge by
    pool = Pooled(float(free - 1), (), 0, share=SHARE)
    moments = [Moments(float(m), error * y.size, y.size, pool) for m, y in zip(means, logs, strict=True)]
    full, reduced = profiles(widths, [moments], settings)
    return Alternative(full[0], reduced[0], LINE)
