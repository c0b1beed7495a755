"""Are the rows of a width independent?  What can be seen of it: copies, a memory in the order of rows, groups.

Every interval here counts samples.  Twenty copies of a row, the steps of one run, or the coordinates of one network
are not twenty samples, and intervals for them are too short by the square root of that.  Three checks, each at a third
of the level, and only where the dependence is large enough to matter:

    copies      each value occurs about equally often, most values repeat although they lie on no common grid, or a
                tenth of the values nearly repeat another;
    memory      the ranks of successive rows are correlated (rows that are sorted tell nothing, and are left alone);
    groups      with labels, such as a seed or a layer: values of one label are alike (intraclass correlation).

What is not seen this way is one network for each width: then every width is off by an error of its own, and it is the
lack of fit between widths that shows it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy import special

Array = npt.NDArray[np.float64]

#: Correlations below these do not lengthen an interval by more than about a tenth.
MEMORY, ALIKE = 0.1, 0.02
#: Copies a value from which their number is compared with that of draws: of fewer, values that were not drawn miss.
EVEN = 4.0
#: Gaps to either side that a gap between sorted values is compared with.
WINDOW = 10
#: Fewer rows or values than this are not judged.
FEWEST = 8
ADVICE = "average them first, to one number for each independent run"


def dependence(
    data: Mapping[int, Array], level: float, labels: Mapping[str, Mapping[int, Sequence[object]]] | None = None
) -> str | None:
    """The sentence that says why rows look dependent, or None.

    ``data``: the values of each width in the order of the file; ``labels``: of each grouping column, the label of every
    row.  ``level``: the probability of a sentence about independent rows, in all.
    """
    share = level / 3
    return _copies(data, share) or _clusters(data) or _memory(data, share) or _groups(data, labels or {}, share)


def _copies(data: Mapping[int, Array], level: float) -> str | None:
    for n, x in data.items():
        live = x[(x != 0) & np.isfinite(x)]
        if live.size < FEWEST:
            continue
        distinct, counts = np.unique(live, return_counts=True)
        if distinct.size < 5 or distinct.size > 0.9 * live.size:
            continue
        mean = live.size / distinct.size
        # Draws from few values do not share them out evenly: chi-squared is then about its degrees of freedom.
        evenness = float(np.square(counts - mean).sum() / mean)
        even = mean >= EVEN and special.chdtr(distinct.size - 1, evenness) < level / len(data)
        if even or (distinct.size <= live.size / 2 and not _on_a_grid(distinct)):
            return (
                f"rows look dependent: at width {n} there are only {distinct.size} distinct values in {live.size} "
                f"rows (copies of the same runs?)"
            )
    return None


def _clusters(data: Mapping[int, Array]) -> str | None:
    """Values that are equal but for their last digits: a tenth of the gaps are a thousandth of those around them.

    Of independent values from a law with a density about one gap in a thousand is.
    """
    for n, x in data.items():
        live = np.sort(x[(x != 0) & np.isfinite(x)])
        gaps = np.diff(live)
        gaps = gaps[gaps > 0]
        if gaps.size < 4 * WINDOW:
            continue
        around = np.convolve(gaps, np.ones(2 * WINDOW + 1) / (2 * WINDOW + 1), mode="same")
        close = int(np.count_nonzero(gaps < 1e-3 * around))
        if close > gaps.size / 10:
            return f"rows look dependent: at width {n} {close} of {live.size} rows nearly repeat another one"
    return None


def _on_a_grid(distinct: Array) -> bool:
    """Whether values are multiples of a common step, or have at most six digits: as counts and rounded numbers do."""
    if all(float(f"{v:.6g}") == v for v in distinct.tolist()):
        return True
    steps = np.diff(distinct)
    step = float(steps.min())
    if not step > 1e-9 * float(np.abs(distinct).max()):
        return False
    multiples = (distinct - distinct[0]) / step
    return bool(np.all(np.abs(multiples - np.round(multiples)) < 1e-6 * np.maximum(1.0, np.abs(multiples))))


def _memory(data: Mapping[int, Array], level: float) -> str | None:
    worst = (0.0, 0)
    for values in (lambda x: x, np.abs):
        total, weight = 0.0, 0.0
        for x in data.values():
            if x.size < FEWEST or not np.all(np.isfinite(x)):
                continue
            ordered = np.diff(x)
            if np.all(ordered >= 0) or np.all(ordered <= 0):
                continue  # sorted: the order is not that in which they were drawn
            ranks = centred_ranks(values(x))
            spread = float(ranks @ ranks)
            if spread > 0:
                # Without memory the expectation is -1/N and the variance 1/N.
                total += float(ranks[:-1] @ ranks[1:]) / spread * x.size + 1
                weight += x.size
        if weight and abs(total) / math.sqrt(weight) > abs(worst[0]):
            worst = (total / math.sqrt(weight), round(weight))
    z, rows = worst
    correlation = z / math.sqrt(rows) if rows else 0.0
    if abs(z) > -float(special.ndtri(level / 4)) and abs(correlation) > MEMORY:
        return (
            f"rows look dependent: successive rows of a width are correlated ({correlation:+.2f}; steps of one run, or "
            f"coordinates of one network?)"
        )
    return None


def _groups(
    data: Mapping[int, Array], labels: Mapping[str, Mapping[int, Sequence[object]]], level: float
) -> str | None:
    for column, by_width in labels.items():
        between, within, below, inside, sizes, groups = 0.0, 0.0, 0, 0, 0.0, 0
        for n, x in data.items():
            names = by_width.get(n)
            if names is None or len(names) != x.size or not np.all(np.isfinite(x)):
                continue
            _, index = np.unique([str(name) for name in names], return_inverse=True)
            count = np.bincount(index)
            if count.size < 2 or count.size == x.size:
                continue
            ranks = centred_ranks(x)
            means = np.bincount(index, weights=ranks) / count
            between += float(count @ means**2)
            within += float(np.square(ranks - means[index]).sum())
            below, inside = below + count.size - 1, inside + x.size - count.size
            sizes += x.size - float(count @ count) / x.size
            groups += count.size - 1
        if not below or not inside or within <= 0:
            continue
        ratio = (between / below) / (within / inside)
        size = sizes / groups
        alike = (ratio - 1) / (ratio - 1 + size)
        if special.fdtrc(below, inside, ratio) < level / len(labels) and alike * (size - 1) > ALIKE * 10:
            return (
                f"rows look dependent: those of one {column} are alike (intraclass correlation {alike:.2f}): "
                f"{column} has {size:.3g} rows a width, which are not as many samples"
            )
    return None


def centred_ranks(x: Array) -> Array:
    """Centred ranks, ties in the middle."""
    _, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[inverse]
    return np.asarray(ranks - ranks.mean())
