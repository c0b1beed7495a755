"""Claims of the sign of a difference of means: E X grows or falls with the width, E X lies above a value.

    trend   E X at the largest width less E X at the smallest one has the sign that is claimed, and no step between
            neighbours surely has the other one by more than ``margin``
    above   E X exceeds a value at every width

A sample is one trained network, so that there are tens of them: differences have Welch's t interval, Bonferroni over
the comparisons.  That is exact for normal samples.  It says nothing of values that did not occur: networks of which one
in seven fails may all have trained in ten samples, and then the mean is too high.  Every decision names how large a
share may be unseen, 1 - level^(1/N), as its assumption; tens of samples are too few to allow for it.  Samples that are
all equal, but for rounding, show no variance at all; there that share times the distance of the bounds of X is allowed
for, and without bounds nothing is concluded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from verifier.inference.decisions import DEFAULT_ALPHA, Decision, replace_verdict
from verifier.inference.exponents import t_quantile
from verifier.inference.presence import zero_bound
from verifier.inference.settings import Settings
from verifier.verdict import NumericStatus

Array = npt.NDArray[np.float64]
Samples = Mapping[int, npt.ArrayLike]
Bounds = tuple[float, float] | None

#: Fewest samples of a width that have a variance.
FEWEST = 4
#: Beyond this the square of a number, or a sum of many of them, is infinite.
LARGEST = 1e140
#: Samples whose standard deviation is below this part of the largest one differ by rounding alone.
ROUNDING = 1e-12


@dataclass(frozen=True)
class TrendMean:
    """A mean with what its interval is made of.

    ``unseen``: how far values that did not occur may move it, allowed for where all samples are equal.
    """

    value: float
    variance: float  # of the mean
    degrees: float
    unseen: float

    @classmethod
    def of(cls, values: Array, level: float, bounds: Bounds) -> TrendMean | None:
        """None where all samples are equal, up to rounding, and nothing bounds what was not seen."""
        count = values.size
        spread = float(values.var(ddof=1))
        if spread > (ROUNDING * float(np.abs(values).max())) ** 2:
            return cls(float(values.mean()), spread / count, count - 1, 0.0)
        if bounds is None:
            return None
        return cls(float(values.mean()), 0.0, count - 1, zero_bound(count, level) * (bounds[1] - bounds[0]))

    def less(self, other: TrendMean) -> TrendMean:
        """The difference of two independent means, with the degrees of freedom of Welch and Satterthwaite."""
        total = self.variance + other.variance
        degrees = math.inf
        if total > 0:
            degrees = total**2 / (self.variance**2 / self.degrees + other.variance**2 / other.degrees)
        return TrendMean(self.value - other.value, total, degrees, self.unseen + other.unseen)

    def interval(self, level: float) -> tuple[float, float]:
        """The two-sided interval at this level."""
        half = t_quantile(level / 2, self.degrees) * math.sqrt(self.variance) + self.unseen
        return self.value - half, self.value + half


def decide_trend(
    samples: Samples,
    direction: float,
    *,
    margin: float,
    alpha: float = DEFAULT_ALPHA,
    looks: int = 1,
    look: int = 1,
    bounds: Bounds = None,
    floor: float | None = None,
) -> Decision:
    """Decide that E X grows (``direction`` > 0) or falls (< 0) with the width.

    ``samples`` maps each of two or more widths to an array.  Contradicted if the whole difference surely has the other
    sign, or a step has it by more than ``margin``; consistent if the whole difference surely has the claimed sign and
    no step surely has the other one; else inconclusive.  With a ``floor`` the claim is made only of where the networks
    learn: unless E X surely exceeds it at some width, the decision is inconclusive and ``unasked``.
    Raises ValueError for a direction of 0, one width, or settings out of range.

    >>> rng = np.random.default_rng(0)
    >>> found = {n: 0.1 * k + 0.02 * rng.standard_normal(8) for k, n in enumerate((50, 100, 200))}
    >>> str(decide_trend(found, +1, margin=0.01).verdict), str(decide_trend(found, -1, margin=0.01).verdict)
    ('consistent', 'contradicted')
    """
    if not direction or not math.isfinite(direction):
        raise ValueError(f"the direction is {direction}; it must be above 0 (grows) or below 0 (falls)")
    if len(samples) < 2:
        raise ValueError(f"a trend needs two widths or more; there is {len(samples)}")
    sign = math.copysign(1.0, direction)
    settings = Settings(alpha, margin, looks=looks, look=look)
    base, arrays = _begin(samples, "difference of means", sign, settings, bounds)
    if arrays is None:
        return base
    steps = list(pairwise(sorted(arrays))) if len(arrays) > 2 else []
    level = base.alpha / looks / (len(steps) + 1 + (len(arrays) if floor is not None else 0))
    base, known = _means(base, arrays, level, bounds)
    if known is None:
        return base
    first, last = min(known), max(known)
    whole = known[last].less(known[first])
    low, high = whole.interval(level)
    error = math.sqrt(whole.variance)
    base = replace(base, estimate=whole.value, low=low, high=high, standard_error=error)
    shown = ", ".join(f"{mean.value:.4g} at {n}" for n, mean in sorted(known.items()))
    if floor is not None and not any(mean.interval(level)[0] > floor for mean in known.values()):
        reason = f"not asked: at no width is the mean surely above {floor:g} ({shown}): nothing is learned there"
        return replace(replace_verdict(base, NumericStatus.INCONCLUSIVE, reason), unasked=True)
    told = f"the mean from {first} to {last} changes by [{low:+.4f}, {high:+.4f}] ({shown})"
    against = _most_against(known, steps, sign, level)
    if max(sign * low, sign * high) < 0:
        return replace_verdict(base, NumericStatus.CONTRADICTED, f"{told}: the other way")
    if against is not None and against[1] < -margin:
        (one, two), _ = against
        reason = f"from {one} to {two} the mean surely goes the other way, by more than {margin:g} ({shown})"
        return replace_verdict(base, NumericStatus.CONTRADICTED, reason)
    if min(sign * low, sign * high) > 0:
        if against is not None and against[1] < 0:
            (one, two), _ = against
            reason = f"{told}, but from {one} to {two} it surely goes the other way"
            return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason)
        return replace_verdict(base, NumericStatus.CONSISTENT, f"{told}, where {base.assumption}")
    return replace_verdict(base, NumericStatus.INCONCLUSIVE, f"{told}: of either sign", _more(base, whole, low, high))


def decide_above(
    samples: Samples,
    value: float,
    *,
    margin: float,
    alpha: float = DEFAULT_ALPHA,
    looks: int = 1,
    look: int = 1,
    bounds: Bounds = None,
) -> Decision:
    """Decide E X > ``value`` at every width: contradicted where it surely is not at one of them.

    The numbers are those of the width with the smallest mean.  Raises ValueError for settings out of range.

    >>> str(decide_above({10: [0.9, 0.8, 0.85, 0.9]}, 0.5, margin=0.1).verdict)
    'consistent'
    """
    base, arrays = _begin(samples, "mean", value, Settings(alpha, margin, looks=looks, look=look), bounds)
    if arrays is None:
        return base
    level = base.alpha / looks / len(arrays)
    base, known = _means(base, arrays, level, bounds)
    if known is None:
        return base
    worst = min(known, key=lambda n: known[n].value)
    low, high = known[worst].interval(level)
    error = math.sqrt(known[worst].variance)
    base = replace(base, estimate=known[worst].value, low=low, high=high, standard_error=error)
    shown = ", ".join(f"{mean.value:.4g} at {n}" for n, mean in sorted(known.items()))
    below = [n for n, mean in known.items() if mean.interval(level)[1] < value]
    if below:
        reason = f"at {', '.join(str(n) for n in below)} the mean is surely below {value:g} ({shown})"
        return replace_verdict(base, NumericStatus.CONTRADICTED, reason)
    if all(mean.interval(level)[0] > value for mean in known.values()):
        reason = f"the mean is above {value:g}: {shown}, where {base.assumption}"
        return replace_verdict(base, NumericStatus.CONSISTENT, reason)
    reason = f"at {worst} the mean lies in [{low:.4f}, {high:.4f}], on both sides of {value:g}"
    return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason)


def _begin(
    samples: Samples, quantity: str, claimed: float, settings: Settings, bounds: Bounds
) -> tuple[Decision, dict[int, Array] | None]:
    """A blank decision and the samples; no samples where the decision is made already."""
    arrays = {n: np.asarray(x, dtype=np.float64) for n, x in sorted(samples.items())}
    base = settings.blank(quantity, claimed, tuple(arrays), tuple(x.size for x in arrays.values()))
    if not arrays or any(x.size == 0 for x in arrays.values()):
        return replace_verdict(base, NumericStatus.UNTESTED, "nothing was sampled"), None
    if any(not np.isfinite(x).all() for x in arrays.values()):
        return replace_verdict(base, NumericStatus.INVALID, "a sample is NaN or infinite"), None
    largest = max(float(np.abs(x).max()) for x in arrays.values())
    if largest > LARGEST:
        return replace_verdict(base, NumericStatus.INVALID, f"a sample of {largest:.3g}: its square overflows"), None
    strays = () if bounds is None else (n for n, x in arrays.items() if _outside(x, bounds))
    if (stray := next(iter(strays), None)) is not None and bounds is not None:
        low, high = float(arrays[stray].min()), float(arrays[stray].max())
        reason = f"samples at {stray} go from {low:.6g} to {high:.6g}, and the quantity is said to lie between "
        return replace_verdict(base, NumericStatus.INVALID, f"{reason}{bounds[0]:g} and {bounds[1]:g}"), None
    if fewest := min(x.size for x in arrays.values() if x.size < FEWEST) if base.samples < FEWEST else 0:
        reason = f"a width has {fewest} samples; {FEWEST} are needed for a variance"
        return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, FEWEST), None
    return base, arrays


def _outside(values: Array, bounds: tuple[float, float]) -> bool:
    """Whether a value lies outside of the bounds, by more than rounding."""
    room = ROUNDING * max(1.0, abs(bounds[0]), abs(bounds[1]))
    return bool(values.min() < bounds[0] - room or values.max() > bounds[1] + room)


def _means(
    base: Decision, arrays: Mapping[int, Array], level: float, bounds: Bounds
) -> tuple[Decision, dict[int, TrendMean] | None]:
    """The mean at every width, and what their intervals leave out: the share of values that the fewest samples of a
    width may all have missed.  No means where they cannot be had: the decision says why."""
    count = min(x.size for x in arrays.values())
    share = 100 * zero_bound(count, level)
    told = f"means are taken for normal, and values that {count} samples may have missed, up to {share:.0f} %, left out"
    base, known = replace(base, assumption=told), {}
    for n, x in arrays.items():
        mean = TrendMean.of(x, level, bounds)
        if mean is None:
            reason = f"all samples are equal at {n}: no variance, and nothing bounds what was not seen"
            return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason), None
        known[n] = mean
    return base, known


def _most_against(
    means: Mapping[int, TrendMean], steps: Sequence[tuple[int, int]], sign: float, level: float
) -> tuple[tuple[int, int], float] | None:
    """The step that goes most surely the other way: that end of its interval which favours the claim most."""
    ends = []
    for one, two in steps:
        low, high = means[two].less(means[one]).interval(level)
        ends.append(((one, two), max(sign * low, sign * high)))
    return min(ends, key=lambda found: found[1], default=None)


def _more(base: Decision, whole: TrendMean, low: float, high: float) -> int | None:
    """Samples a width that would tell the sign, were the difference what it seems."""
    if not whole.value or whole.unseen >= abs(whole.value):
        return None
    half = (high - low) / 2
    return math.ceil(1.2 * base.samples * (half / abs(whole.value)) ** 2)
