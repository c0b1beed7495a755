"""How a variance depends on two widths: Var X_{n,m} = a t_1(n, m) + b t_2(n, m) + …, with stated terms and a, b > 0.

Each Var X_{n,m} is the mean of (X - X')²/2 over disjoint pairs, with a normal interval where that is supported
(:mod:`verifier.inference.means`) and Catoni's (:mod:`verifier.inference.robust`) elsewhere, Bonferroni over the places.
The claim is that factors exist with which the sum is off by at most the factor 1 ± ``margin`` everywhere, which is what
terms of higher order are granted.  Which factors the intervals allow is a polytope, so that

    contradicted   no factors ≥ 0 meet all intervals: linear programming says so, and nothing is fitted
    consistent     factors exist with which every whole interval lies within the margin, and all factors that meet the
                   intervals are above 0: a term that is not needed is not claimed
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.inference import robust
from verifier.inference.decisions import DEFAULT_ALPHA, Decision, replace_verdict
from verifier.inference.exponents import t_quantile
from verifier.inference.means import average
from verifier.inference.settings import Settings
from verifier.verdict import NumericStatus

Array = npt.NDArray[np.float64]
Place = tuple[int, int]
#: Exponents p, q of n^p m^q.
Term = tuple[float, float]


def named(term: Term) -> str:
    """``n^-1 m^-2`` for (-1, -2)."""
    return " ".join(f"{name}^{power:g}" for name, power in zip("nm", term, strict=True) if power) or "1"


def decide_surface(
    samples: Mapping[Place, npt.ArrayLike],
    terms: Sequence[Term],
    *,
    margin: float,
    alpha: float = DEFAULT_ALPHA,
    looks: int = 1,
    look: int = 1,
) -> Decision:
    """Decide Var X_{n,m} = Σ_k a_k n^{p_k} m^{q_k} up to a factor 1 ± ``margin``, with all a_k > 0 unknown.

    ``samples`` maps pairs (n, m) to arrays, at two widths n and two widths m or more.  The estimate is the smallest
    margin with which some factors meet all estimates; its interval is from the smallest one with which they meet all
    intervals to the smallest one within which all whole intervals lie.  Raises ValueError for no terms or settings out
    of range.
    """
    if not terms:
        raise ValueError("a surface needs a term or more")
    if not 0 < margin < 1:
        raise ValueError(
            f"margin is {margin}; within a factor 1 ± {margin} no law is wrong: it must lie between 0 and 1"
        )
    settings = Settings(alpha, margin, looks=looks, look=look)
    arrays = {place: np.asarray(x, dtype=np.float64) for place, x in sorted(samples.items())}
    widths = tuple(dict.fromkeys(n for n, _ in arrays))
    base = settings.blank("deviation of Var X", 0.0, widths, tuple(x.size for x in arrays.values()))
    if not arrays or any(x.size < 4 for x in arrays.values()):
        return replace_verdict(base, NumericStatus.UNTESTED, "nothing was sampled")
    if any(not np.isfinite(x).all() for x in arrays.values()):
        return replace_verdict(base, NumericStatus.INVALID, "a sample is NaN or infinite")
    if len(widths) < 2 or len({m for _, m in arrays}) < 2:
        return replace_verdict(base, NumericStatus.INVALID, "two widths n and two widths m or more are needed")
    level = base.alpha / looks / len(arrays)
    # In units of their size, so that squares neither overflow nor vanish; factors are told in those of X.
    with np.errstate(over="ignore"):
        widest = max(float(np.abs(x - x[0]).max()) for x in arrays.values())
    if not math.isfinite(widest):
        return replace_verdict(base, NumericStatus.INVALID, "a difference of two samples is infinite")
    unit = 2.0 ** (math.frexp(widest)[1] if widest else 0)
    found = []
    for (n, m), x in arrays.items():
        even = (x[: 2 * (x.size // 2)] - x[0]) / unit
        squares = np.square(even[0::2] - even[1::2]) / 2.0
        mean = average(squares)
        if mean.variance == 0.0:
            return replace_verdict(base, NumericStatus.INVALID, f"all samples are equal at n = {n}, m = {m}")
        centre, half = mean.mean, t_quantile(level / 2, mean.count - 1) * math.sqrt(mean.variance / mean.count)
        if mean.refusal(level) is not None:
            needed = max(robust.needed(robust.kurtosis(squares), level), math.ceil(2 * math.log(8 / level)) + 2)
            if mean.count < needed:
                reason = f"Var X at n = {n}, m = {m} is carried by few samples; {2 * needed} or more are needed"
                return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, 2 * needed)
            centre, half = robust.interval(squares, level)
        found.append((centre, centre - half, centre + half))
    middle, lows, highs = np.array(found).T
    design = np.array([[n**p * m**q for p, q in terms] for n, m in arrays], dtype=np.float64)
    least, factors = _least(design, middle, middle)
    meets, _ = _least(design, highs, lows)
    within, _ = _least(design, lows, highs)
    base = replace(base, estimate=least, low=meets, high=within, standard_error=float(np.max((highs - lows) / middle)))
    law = " + ".join(f"{a * unit * unit:.4g} {named(term)}" for a, term in zip(factors, terms, strict=True))
    if meets > margin:
        reason = (
            f"no law of these terms is nearer to all variances than a factor 1 ± {meets:.3g}; {margin:g} is granted"
        )
        return replace_verdict(base, NumericStatus.CONTRADICTED, reason)
    if within <= margin:
        smallest = [_smallest(design, lows, highs, k, margin) for k in range(len(terms))]
        free = [named(term) for term, low in zip(terms, smallest, strict=True) if not low > 0]
        if free:
            reason = f"Var X = {law}, but the factor of {free[0]} may be 0: the term is not seen to be needed"
            return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason)
        return replace_verdict(
            base, NumericStatus.CONSISTENT, f"Var X = {law} within a factor 1 ± {within:.3g} at all {len(arrays)} pairs"
        )
    reason = (
        f"nearest is Var X = {law}, off by a factor from 1 ± {meets:.3g} to 1 ± {within:.3g}; {margin:g} is granted"
    )
    size = math.ceil(1.2 * base.samples * (within / margin) ** 2) if least < margin else None
    return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, size)


def _least(design: Array, below: Array, above: Array) -> tuple[float, Array]:
    """The smallest d, and factors ≥ 0, with (1 - d) fit ≤ below and above ≤ (1 + d) fit at every place.

    With ``below`` the upper ends of intervals and ``above`` the lower ones the fit meets the intervals; the other way
    round it holds them whole; with both the estimates it meets these.  The problem is linear at each d, of which a
    bisection finds the smallest one; 1 where d < 1 does not suffice.
    """

    if np.any(below <= 0):  # an interval that reaches 0 lies whole within no factor of a law
        return 1.0, np.zeros(design.shape[1])
    held = above > 0  # and is met from above by every law

    def factors(d: float) -> Array | None:
        rows = np.concatenate([(1 - d) * design / below[:, None], -(1 + d) * (design / above[:, None])[held]])
        ends = np.concatenate([np.ones(len(below)), -np.ones(int(held.sum()))])
        return _feasible(rows, ends)

    low, high = 0.0, 1.0 - 1e-9
    best = factors(high)
    if best is None:
        return 1.0, np.zeros(design.shape[1])
    first = factors(0.0)
    if first is not None:
        return 0.0, first
    while high - low > 1e-4:
        middle = (low + high) / 2
        here = factors(middle)
        if here is None:
            low = middle
        else:
            high, best = middle, here
    return high, best


def _optimize() -> Any:
    from scipy import optimize  # here: slow to load, and most claims are decided without

    return optimize


def _feasible(rows: Array, ends: Array) -> Array | None:
    """x ≥ 0 with rows x ≤ ends; columns are scaled first, so that factors of all sizes are told from 0."""
    scale = np.abs(rows).max(axis=0)
    found = _optimize().linprog(np.zeros(rows.shape[1]), A_ub=rows / scale, b_ub=ends, bounds=(0, None), method="highs")
    return np.asarray(found.x) / scale if found.status == 0 else None


def _smallest(design: Array, lows: Array, highs: Array, term: int, margin: float) -> float:
    """The smallest factor of a term with which some law meets all intervals within the margin."""
    held = lows > 0
    rows = np.concatenate([(1 - margin) * design / highs[:, None], -(1 + margin) * (design / lows[:, None])[held]])
    ends = np.concatenate([np.ones(len(highs)), -np.ones(int(held.sum()))])
    scale = np.abs(rows).max(axis=0)
    cost = np.zeros(design.shape[1])
    cost[term] = 1.0
    found = _optimize().linprog(cost, A_ub=rows / scale, b_ub=ends, bounds=(0, None), method="highs")
    return float(found.x[term] / scale[term]) if found.status == 0 and found.x[term] > 1e-9 else 0.0
