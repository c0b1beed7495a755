"""Claims about E X itself: zero, a limit value, or agreement with an exact finite-width moment.

Averages of products of Gaussians are far from normal at any affordable sample size, and a normal interval for
them errs on the low side. So each of these claims is *refused* (inconclusive, with the reason) unless the
samples can carry it: S ≥ k(level) skew², and the ten largest samples carry at most 5 % of Σ|X|. Trimming or a
median of means would not help: both are biased on skewed laws. Agreement with a moment at each width is decided by
the interval of :mod:`verifier.inference.robust` instead, which needs far fewer. The exact symbolic route is always
better.

Samples that are all equal show no variance, which does not make their mean known: N of them leave room for another
value with probability up to 1 - level^(1/N), and of what size nobody knows. They never contradict a mean, and agree
with one only where that probability is small.  Samples that differ leave the same room, and no method can tell what is
not there (Bahadur and Savage 1956): a verdict *assumes* that values so rare carry no part of the mean, and says so.
Where X is known to lie between two ``bounds`` nothing is assumed: what was not seen can move the mean by no more than
that probability times their distance, which every interval allows for, at half of the level.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from verifier.inference import robust
from verifier.inference.corrections import FREE_POWERS, Fit, Profile, name_of, omitted, reach
from verifier.inference.decisions import (
    DEFAULT_ALPHA,
    LOOKS,
    MIN_NONZERO,
    MIN_WIDTHS,
    Decision,
    replace_verdict,
)
from verifier.inference.diagnostics import lack_of_fit
from verifier.inference.evidence import BothFunctionals, describe_profiles
from verifier.inference.exponents import DEFAULT_ALLOWANCE, contrast, t_quantile
from verifier.inference.few import LOWEST_LEVEL, MARK, scatter
from verifier.inference.gates import with_few, zeros_only
from verifier.inference.means import Average, average, unit
from verifier.inference.presence import RARE, Presence, zero_bound, zeros_for
from verifier.inference.samples import Moments, check_width
from verifier.inference.settings import Settings
from verifier.verdict import NumericStatus

Array = npt.NDArray[np.float64]
Values = Mapping[int, npt.ArrayLike] | Iterable[tuple[int, npt.ArrayLike]]

#: The largest probability of another value that samples which are all equal may leave open.
EQUAL = 0.02
#: Squares of samples of this size and their means have full precision.
SMALLEST = 1e-140


def decide_limit(
    samples: Values,
    claimed: float,
    *,
    margin: float,
    alpha: float = DEFAULT_ALPHA,
    allowance: float = DEFAULT_ALLOWANCE,
    powers: Sequence[float] = FREE_POWERS,
    looks: int = LOOKS,
    look: int = 1,
    few: bool = False,
    bounds: tuple[float, float] | None = None,
    in_probability: bool = False,
) -> Decision:
    """Decide lim E X_n = claimed, from the intercept of E X_n = mu + c n^-q by weighted least squares.

    ``margin`` is absolute, in the units of X. Each q of ``powers`` is a model, and the widest interval of those that
    fit is kept. What a fit leaves out is allowed for: d n^-2q with |d| <= C^2q/2 · max|E X_n|. (The exponent of X - mu
    would miss errors of a fifth of mu; this does not.) Contradicted needs the same three things as of an exponent.
    ``in_probability``: the claim is that X_n itself tends to the constant, which samples that are all equal may deny.
    Needs four widths. Raises ValueError for bad widths or settings.
    """
    settings = Settings(alpha, margin, None, allowance, powers, looks, look, few)
    begun = _begin(samples, "lim E X", claimed, settings, MIN_WIDTHS, bounds)
    base, averages = begun.base, begun.averages
    if averages is None:
        return base
    level = begun.level
    drop = min(2, len(averages) - 2)
    scale = max(abs(a.mean) for a in averages)
    full = _limits(base.widths, begun.moments, begun.unseen, powers, allowance, scale, level)
    kept = [fit.power for fit in full.kept]
    rest = begun.moments[drop:], begun.unseen[drop:]
    reduced = _limits(base.widths[drop:], *rest, kept, allowance, scale, level, tested=False)
    base = describe_profiles(base, BothFunctionals((full,), (reduced,), Presence(0.0, 0.0), level))
    base = with_few(base) if base.mark else with_few(base, begun.assumption) if begun.assumption else base
    if any(begun.unseen):  # more samples make it less, wider widths do not
        bare = _limits(base.widths, begun.moments, [0.0] * len(averages), kept, allowance, scale, level, tested=False)
        base = replace(base, bias=reach(bare.fits))
    return _judge(base, full, reduced, begun.equal, in_probability)


def _limits(
    widths: Sequence[int],
    moments: Sequence[Moments],
    unseen: Sequence[float],
    powers: Sequence[float],
    allowance: float,
    scale: float,
    level: float,
    tested: bool = True,
) -> Profile:
    """The intercept under each model of the corrections; ``scale`` is the size of E X.

    ``unseen``: how far values that did not occur may move each mean.
    """
    n = np.array(widths, dtype=np.float64)
    variance = np.array([m.variance / m.count for m in moments])
    top = float(variance.max())
    # A floor keeps a width that shows no variance from taking all the weight.
    root = 1 / np.sqrt(np.maximum(variance, 1e-6 * top)) if top > 0 else np.ones_like(n)
    fits = []
    for q in dict.fromkeys(powers):
        design = np.stack([np.ones_like(n), (n.min() / n) ** q], axis=1)
        weights = np.linalg.pinv(root[:, None] * design)[0] * root
        term = omitted(widths, q, True, allowance) * scale
        found = contrast(weights, moments, abs(float(weights @ term)) + float(np.abs(weights) @ unseen))
        found = replace(found, value=float(weights @ [m.value for m in moments]))
        check = lack_of_fit(design, term[:, None], moments, level / 3) if tested else None
        fits.append(Fit(q, 1.0, found, () if check is None else (check,)))
    return Profile(tuple(fits), level)


def decide_mean_zero(
    samples: Values,
    *,
    alpha: float = DEFAULT_ALPHA,
    margin: float = 0.125,
    looks: int = LOOKS,
    look: int = 1,
    few: bool = False,
) -> Decision:
    """Decide E X_n = 0 at every sampled width: a t interval for the mean, in units of E|X_n|.

    One interval that excludes 0 contradicts; all inside ± margin is consistent. Refused as other means are where the
    law is too skewed for so few samples. Samples that are all zero are consistent if they bound P(X ≠ 0).
    """
    settings = Settings(alpha, margin, allowance=0.0, looks=looks, look=look)
    arrays = _pairs(samples)
    if arrays and all(x.size and not np.any(x) for _, x in arrays):
        counts = [int(x.size) for _, x in arrays]
        blank = settings.blank("E X / E|X|", 0.0, [n for n, _ in arrays], counts, 1.0)
        return zeros_only(blank, min(counts))
    found = decide_polynomial(arrays, lambda n: 0.0, alpha=alpha, margin=margin, looks=looks, look=look, few=few)
    return replace(
        found, quantity="E X / E|X|", claimed=0.0, estimate=found.estimate - 1, low=found.low - 1, high=found.high - 1
    )


def decide_polynomial(
    samples: Values,
    expected: Mapping[int, float] | Callable[[int], float],
    *,
    alpha: float = DEFAULT_ALPHA,
    margin: float = 0.05,
    looks: int = LOOKS,
    look: int = 1,
    few: bool = False,
    bounds: tuple[float, float] | None = None,
) -> Decision:
    """Decide E X_n = expected(n) at every sampled width, ``expected`` exact (a polynomial in 1/n, say).

    A t interval at each width, Bonferroni over the widths: one that excludes its value contradicts; all
    inside expected · (1 ± margin) is consistent (where the expected value is 0, ± margin · E|X|). The
    decision's numbers are ratios to the expected value at the width that is furthest off, or differences in
    units of E|X| there. One width suffices. Raises ValueError if an expected value is missing or not finite.
    """
    settings = Settings(alpha, margin, allowance=0.0, looks=looks, look=look, few=few)
    pairs = _pairs(samples)
    values = {n: _expected(expected, n) for n, _ in pairs}
    if bounds is None:
        pairs, values = unit(pairs, values)
    begun = _begin(pairs, "E X / expected", 1.0, settings, 1, bounds)
    base, averages = begun.base, begun.averages
    if averages is None:
        return base
    level = begun.level
    base = replace(base, assumption=begun.assumption or base.assumption)
    rows = []
    arrays = dict(pairs)
    for n, a, m, unseen in zip(base.widths, averages, begun.moments, begun.unseen, strict=True):
        value = values[n]
        scale = abs(value) if value else float(np.mean(np.abs(np.asarray(arrays[n], dtype=np.float64))))
        scale = scale or 1.0
        found = contrast(np.ones(1), [replace(m, pool=None)])
        degrees = m.pool.degrees if m.pool is not None else max(a.count - 1, 1)
        error = found.standard_error
        half = t_quantile(level / 2 * (m.pool.share if m.pool is not None else 1.0), degrees) * error / scale
        centre = 1.0 + (a.mean - value) / scale
        if n in begun.skewed:
            centre, half = (1.0 + (begun.skewed[n][0] - value) / scale, begun.skewed[n][1] / scale)
        # A variance of zero still leaves the rounding of the samples themselves.
        half += unseen / scale + 1e-12
        rows.append((abs(centre - 1.0) / half, n, centre, half, error / scale))
    ratio, n, centre, half, error = max(rows)
    base = replace(base, estimate=centre, low=centre - half, high=centre + half, standard_error=error)
    seen = [row for row in rows if row[1] not in begun.equal]
    widest = max(abs(c - 1.0) + h for _, _, c, h, _ in rows)
    if seen and max(seen)[0] > 1:
        _, n, centre, half, error = max(seen)
        base = replace(base, estimate=centre, low=centre - half, high=centre + half, standard_error=error)
        reason = f"at width {n} E X / expected lies in [{centre - half:.5f}, {centre + half:.5f}], without 1"
        return replace_verdict(base, NumericStatus.CONTRADICTED, reason)
    if begun.equal and (ratio > 1 or not _rare(begun.equal, level)):
        return _all_equal(base, begun.equal, level)
    if widest < margin:
        how = ", by an interval that holds for skewed laws" if begun.skewed else ""
        reason = f"E X / expected lies in 1 ± {widest:.5f} at every width{how}"
        return replace_verdict(base, NumericStatus.CONSISTENT, reason)
    needed = math.ceil(base.samples * max(2.0, 1.5 * (max(r[3] for r in rows) / margin) ** 2))
    reason = f"E X / expected lies in 1 ± {widest:.5f}, not within the margin {margin:g}"
    return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed)


def _judge(base: Decision, full: Profile, reduced: Profile, equal: Mapping[int, int], in_probability: bool) -> Decision:
    """The three-way rule for a limit, ``base.claimed``."""
    claimed, margin, low, high = base.claimed, base.margin, base.low, base.high
    interval = f"[{low:.6g}, {high:.6g}]"
    inside = claimed - margin < low and high < claimed + margin
    below, above = reduced.interval()
    excluded = (low > claimed and below > claimed) or (high < claimed and above < claimed)
    if full.misfit:
        tried = " or ".join(name_of(fit.power) for fit in full.fits)
        found = "; ".join(f"{d.name} {d.value:.3g} > {d.threshold:.3g}" for d in full.misfit if d.vetoes)
        reason = f"the means are not a limit with corrections {tried}: {found}"
        open_ = replace_verdict(base, NumericStatus.INCONCLUSIVE, reason)
        return replace(open_, advice="rows of a width may be dependent, or the widths too small: use wider ones")
    level = base.alpha / base.looks
    if equal and ((excluded and not in_probability) or not _rare(equal, level)):
        return _all_equal(base, equal, level)
    if excluded and not inside:
        reason = f"the {base.quantity} lies in {interval}, without {claimed:g}, also without the smallest widths"
        return replace_verdict(base, NumericStatus.CONTRADICTED, reason)
    if inside and low <= claimed <= high:
        reason = f"the {base.quantity} lies in {interval}, inside {claimed:g} ± {margin:g}"
        return replace_verdict(base, NumericStatus.CONSISTENT, reason)
    if inside:
        reason = f"the {base.quantity} lies in {interval}: inside {claimed:g} ± {margin:g}, but the claim is excluded"
        open_ = replace_verdict(base, NumericStatus.INCONCLUSIVE, reason)
        return replace(open_, advice="corrections larger than are allowed for would do that: wider widths would tell")
    reason = f"the {base.quantity} lies in {interval}, not inside {claimed:g} ± {margin:g}"
    half = (high - low) / 2 - base.bias
    off = abs(base.estimate - claimed)
    room = (off if off > margin else margin) - base.bias
    if room <= 0:
        more = f"{reason}; the bias allowance {base.bias:.3g} leaves no room: use larger widths"
        open_ = replace_verdict(base, NumericStatus.INCONCLUSIVE, more)
        return replace(open_, advice="use wider widths")
    needed = math.ceil(base.samples * max(1.2, 1.5 * (half / room) ** 2))
    open_ = replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed)
    return replace(open_, advice=f"about {needed} samples a width would decide")


def _rare(equal: Mapping[int, int], level: float) -> bool:
    """Whether samples that are all equal, {width: how many}, leave little room for another value."""
    return zero_bound(min(equal.values()), level) <= EQUAL


def _all_equal(base: Decision, equal: Mapping[int, int], level: float) -> Decision:
    n, count = min(equal.items(), key=lambda item: item[1])
    bound = zero_bound(count, level)
    reason = f"all {count} samples at width {n} are equal: another value may have probability up to {bound:.3g}, and "
    reason += "what it adds to the mean is not known"
    needed = zeros_for(EQUAL, level)
    base = replace(base, bias=0.0)  # nothing but the number of samples stands in the way
    return replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed if needed > count else None)


@dataclass(frozen=True)
class _Begun:
    """A blank decision and the means of each width; without means the decision is final."""

    base: Decision
    averages: list[Average] | None
    moments: list[Moments] = field(default_factory=list)
    unseen: list[float] = field(default_factory=list)  # how far values that did not occur may move each mean
    equal: Mapping[int, int] = field(default_factory=dict)  # samples of widths where all are equal, without bounds
    skewed: Mapping[int, tuple[float, float]] = field(default_factory=dict)  # mean and half-length where not normal
    level: float = math.nan  # the error rate of each interval
    assumption: str = ""


def _begin(
    samples: Values, quantity: str, claimed: float, settings: Settings, min_widths: int,
    bounds: tuple[float, float] | None,
) -> _Begun:  # fmt: skip
    if not math.isfinite(claimed):
        raise ValueError(f"the claimed value is {claimed}; it must be finite")
    few = settings.few
    arrays = _pairs(samples)
    widths = tuple(n for n, _ in arrays)
    counts = tuple(int(x.size) for _, x in arrays)
    total = sum(counts)
    zeros = sum(int(np.count_nonzero(x == 0)) for _, x in arrays) / total if total else math.nan
    base = settings.blank(quantity, claimed, widths, counts, zeros)
    if not total:
        return _Begun(replace_verdict(base, NumericStatus.UNTESTED, "nothing was sampled"), None)
    problem: str | None = None
    for n, x in arrays:
        broken = int(np.count_nonzero(~np.isfinite(x)))
        if broken:
            problem = problem or f"{broken} of {x.size} samples at width {n} are NaN or infinite"
        elif x.size < (1 if few else 2):
            problem = problem or f"{x.size} samples at width {n}; at least 2 are needed"
    top = {n: float(np.abs(x).max(initial=0.0)) for n, x in arrays}
    for n in widths if min_widths == 1 else (max(top, key=lambda n: top[n]),):
        if problem is None and top[n] and not SMALLEST <= top[n] <= 1 / SMALLEST:
            problem = f"samples at width {n} of a size of {top[n]:.2g}, of which no variance is taken: rescale them"
    if problem is None and len(widths) < min_widths:
        problem = f"{len(widths)} widths; at least {min_widths} are needed"
    if problem is not None:
        return _Begun(replace_verdict(base, NumericStatus.INVALID, problem), None)
    level = settings.level / (1 if min_widths > 1 else len(arrays))
    if min(counts) < MIN_NONZERO:
        return _few(base, arrays, few, level)
    averages = [average(x) for _, x in arrays]
    level /= 1 if bounds is None else 2
    skewed: dict[int, tuple[float, float]] = {}
    for (n, x), a in zip(arrays, averages, strict=True):
        refusal = a.refusal(level)
        if refusal is None:
            continue
        why, needed = refusal
        # A law of several scales may hide the largest: its kurtosis is not the samples' until rare values are bounded.
        enough = max(robust.needed(robust.kurtosis(x), level), zeros_for(RARE, level))
        if min_widths == 1 and x.size >= enough:
            skewed[n] = robust.interval(x, level)
            continue
        reason = f"refused: at width {n} {why}"
        needed = needed if min_widths > 1 or needed is None else min(needed, enough)
        # Of the width that has fewest, as in every decision: the others take their shares of it.
        needed = None if needed is None else math.ceil(needed * min(counts) / x.size)
        return _Begun(replace_verdict(base, NumericStatus.INCONCLUSIVE, reason, needed), None)
    moments = [Moments(a.mean, a.variance, a.count) for a in averages]
    equal = {n: a.count for n, a in zip(widths, averages, strict=True) if a.variance == 0}
    if bounds is None:
        rare = zero_bound(min(counts), settings.level / len(arrays))
        assumed = f"values of a probability below {rare:.2g}, of which such samples may show none, carry no part of E X"
        return _Begun(base, averages, moments, [0.0] * len(moments), equal, skewed, level, assumed)
    low, high = bounds
    outside = next((n for n, x in arrays if x.min() < low or x.max() > high), None)
    if outside is not None:
        reason = f"a sample at width {outside} is not between {low:g} and {high:g}, as all should be"
        return _Begun(replace_verdict(base, NumericStatus.INVALID, reason), None)
    rate = settings.level / 2 / len(arrays)
    unseen = [zero_bound(count, rate) * (high - low) for count in counts]
    return _Begun(base, averages, moments, unseen, {}, skewed, level)


def _few(base: Decision, arrays: Sequence[tuple[int, Array]], few: bool, each: float) -> _Begun:
    """Means of few samples: with a pooled scatter that looks normal, and the mark that says so."""
    fewest = min(base.samples_by_width)
    mean = math.fsum(arrays[-1][1].tolist()) / arrays[-1][1].size
    why = f"a width has only {fewest} samples; {MIN_NONZERO} are needed for a mean"
    if few:
        found = scatter(base.widths, [x for _, x in arrays], logarithms=False)
        level = base.alpha / base.looks
        refusal = found.refusal
        if level < LOWEST_LEVEL:
            refusal = f"a verdict at level {level:.2g} needs {MIN_NONZERO} samples a width"
        if refusal is None:
            averages = [Average(m.value, m.variance, 0.0, 0.0, m.count) for m in found.moments]
            marked = with_few(replace(base, mark=MARK))
            return _Begun(marked, averages, list(found.moments), [0.0] * len(averages), level=each)
        why = f"few seeds: {refusal}"
    stopped = replace_verdict(replace(base, estimate=mean), NumericStatus.INCONCLUSIVE, why, MIN_NONZERO)
    return _Begun(stopped, None)


def _pairs(samples: Values) -> list[tuple[int, Array]]:
    pairs = list(samples.items() if isinstance(samples, Mapping) else samples)
    found: dict[int, Array] = {}
    for width, values in pairs:
        n = check_width(width)
        if n in found:
            raise ValueError(f"width {n} occurs twice: merge its samples first")
        x = np.asarray(values, dtype=np.float64)
        if x.ndim != 1:
            raise ValueError(f"samples must be a one-dimensional array, not one of shape {x.shape}")
        found[n] = x
    return sorted(found.items())


def _expected(expected: Mapping[int, float] | Callable[[int], float], width: int) -> float:
    if isinstance(expected, Mapping):
        if width not in expected:
            raise ValueError(f"no expected value for width {width}; there is one for {sorted(expected)}")
        value = float(expected[width])
    else:
        value = float(expected(width))
    if not math.isfinite(value):
        raise ValueError(f"the expected value at width {width} is {value}; it must be finite")
    return value
