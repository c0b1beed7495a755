"""Signs that a power law does not describe the data, each aware of the bias that is allowed for.

A test of fit without allowances vetoes every true claim once the samples are many, because corrections to
scaling are real. Each check here asks for *more* misfit than the corrections that are allowed for can explain. A veto
stops a claim from passing and from being contradicted: where the model is visibly wrong, no interval of it counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import special

from verifier.inference.exponents import contrast, t_quantile
from verifier.inference.laws import law_distances
from verifier.inference.samples import LogSample, Moments

Array = npt.NDArray[np.float64]

#: Below this spread of log|X| at the largest width the limit is taken to be a constant, whose laws at finite
#: widths differ from each other in Kolmogorov distance however close they are: the distance is not used.
DEGENERATE_SPREAD = 0.25


@dataclass(frozen=True)
class Diagnostic:
    """One check: ``value`` above ``threshold`` means that the model does not fit (``vetoes``)."""

    name: str
    value: float
    threshold: float

    @property
    def vetoes(self) -> bool:
        return self.value > self.threshold


def curvature(
    design: Array, omitted: Array, moments: Sequence[Moments], level: float, signed: bool = False
) -> Diagnostic | None:
    """|u · values| for the unit contrast u that sees (log n)² and is blind to the columns of ``design``.

    The second column of ``design`` is log n.  With ``signed`` the value keeps its sign, + for an exponent
    that grows with the width.  The threshold is the t quantile times the standard error, plus the curvature that
    the ``omitted`` correction can make. None when there are not more widths than columns.
    """
    if design.shape[0] <= design.shape[1]:
        return None
    unit = _bend(design.tobytes(), design.shape)
    estimate = contrast(unit, moments)
    slack = abs(float(unit @ omitted))
    bound = t_quantile(level / 2, estimate.degrees) * estimate.standard_error + slack
    value = estimate.value if signed else abs(estimate.value)
    return Diagnostic("curvature in log n", value, bound + 1e-12 * _scale(moments))


@lru_cache(maxsize=256)
def _bend(design: bytes, shape: tuple[int, int]) -> Array:
    """The unit contrast of :func:`curvature`, which depends on the widths alone; shared, so it cannot be written to."""
    columns = np.frombuffer(design).reshape(shape)
    quadratic = columns[:, 1] ** 2
    residual = quadratic - columns @ np.linalg.lstsq(columns, quadratic, rcond=None)[0]
    unit = np.asarray(residual / np.linalg.norm(residual))
    unit.setflags(write=False)
    return unit


def lack_of_fit(design: Array, omitted: Array, moments: Sequence[Moments], level: float) -> Diagnostic | None:
    """χ² of the residuals of the weighted fit, at the allowed corrections that fit best.

    ``design`` (cells, columns) is fitted freely, ``omitted`` (cells, terms) with coefficients in [-1, 1]. The
    degrees of freedom count the free columns only, so the test errs on the side of fitting. None when there
    are not more cells than columns or a cell shows no variance.
    """
    degrees = design.shape[0] - design.shape[1]
    variance = np.array([m.variance / m.count for m in moments])
    if degrees < 1 or not np.all(variance > 0):
        return None
    root = 1 / np.sqrt(variance)
    values = np.array([m.value for m in moments])
    basis = np.linalg.qr(root[:, None] * design)[0]

    def residual(v: Array) -> Array:
        scaled = root * v
        return scaled - basis @ (basis.T @ scaled)

    left = residual(values - values.mean())
    terms = [residual(column) for column in omitted.T]
    left = _least(left, terms)
    pool = moments[0].pool
    if pool is not None:  # a variance that is itself estimated: F, not chi-squared
        threshold = degrees * float(special.fdtri(degrees, pool.degrees, 1 - level))
        return Diagnostic("lack of fit (F)", float(left @ left), threshold)
    return Diagnostic("lack of fit (chi-squared)", float(left @ left), float(special.chdtri(degrees, level)))


def _least(left: Array, terms: Sequence[Array]) -> Array:
    """What is left of ``left`` after the best combination of ``terms`` with coefficients in [-1, 1]."""
    if len(terms) == 2:
        return min(_candidates(left, terms[0], terms[1]), key=lambda v: float(v @ v))
    # Coordinate descent on a convex quadratic in a box; one term needs one step.
    found, norms = [0.0] * len(terms), [float(term @ term) for term in terms]
    for _ in range(1 if len(terms) == 1 else 200):
        before = list(found)
        for j, (term, norm) in enumerate(zip(terms, norms, strict=True)):
            best = found[j] + float(left @ term) / norm if norm > 0 else 0.0
            best = min(1.0, max(-1.0, best))
            left = left - (best - found[j]) * term
            found[j] = best
        if max(abs(a - b) for a, b in zip(found, before, strict=True)) < 1e-9:
            break
    return left


def _candidates(left: Array, first: Array, second: Array) -> list[Array]:
    """The minimum inside the box of two terms, if it is there, and those on its four edges."""
    a, b, c = float(first @ first), float(first @ second), float(second @ second)
    x, y = float(left @ first), float(left @ second)
    determinant = a * c - b * b
    found = []
    if determinant > 1e-12 * a * c:
        s, t = (c * x - b * y) / determinant, (a * y - b * x) / determinant
        if abs(s) <= 1 and abs(t) <= 1:
            return [left - s * first - t * second]
    for edge in (-1.0, 1.0):
        t = min(1.0, max(-1.0, (y - edge * b) / c)) if c > 0 else 0.0
        s = min(1.0, max(-1.0, (x - edge * b) / a)) if a > 0 else 0.0
        found += [left - edge * first - t * second, left - s * first - edge * second]
    return found


def law_drift(
    widths: Sequence[int], samples: Sequence[LogSample], level: float, corrections: Sequence[float]
) -> Diagnostic | None:
    """The largest Kolmogorov distance of X_n to X at the largest width, each in units of its own scale.

    Whether the scale is the claimed power of n is for the exponent to say; this is the shape alone, so that it speaks
    against a power law whatever the exponent.  ``corrections``: the largest relative ones, by width.  See
    :func:`verifier.inference.laws.law_distances`; None when the limit is nearly constant.
    """
    moments = [s.log_mean() for s in samples]
    if math.sqrt(max(moments[-1].variance, 0.0)) < DEGENERATE_SPREAD:
        return None
    z = t_quantile(level / 2, math.inf)
    errors = [z * math.sqrt(m.variance / m.count) for m in moments]
    rows = law_distances(widths, samples, [m.value for m in moments], level, corrections, errors)
    worst = max(row.distance / row.threshold for row in rows)
    return Diagnostic("shape of the law against that at the largest width (over its threshold)", worst, 1.0)


def _scale(moments: Sequence[Moments]) -> float:
    """Size of the logarithms, for rounding: constants must not be vetoed by their last digit."""
    return 1.0 + max(abs(m.value) for m in moments)
