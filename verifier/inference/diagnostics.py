"""Signs that a power law does not describe the data, each aware of the bias that is allowed for.

A test of fit without allowances vetoes every true claim once the samples are many, because corrections to
scaling are real. Each check here asks for *more* misfit than log a_n = a + p log n + c/n, |c| ≤ C (or, with
the 1/n column, its next term) can explain. A veto stops a claim from passing; it never contradicts one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from verifier.inference.exponents import columns, contrast, t_quantile
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
    widths: Sequence[int], moments: Sequence[Moments], level: float, allowance: float, correction: bool
) -> Diagnostic | None:
    """|u · values| for the unit contrast u that sees (log n)² and is blind to the fitted columns.

    The threshold is the t quantile times the standard error, plus the curvature that the allowed correction
    can make. None when there are not more widths than columns.
    """
    design = columns(widths, correction)
    if len(widths) <= design.shape[1]:
        return None
    quadratic = design[:, 1] ** 2
    residual = quadratic - design @ np.linalg.lstsq(design, quadratic, rcond=None)[0]
    unit = residual / np.linalg.norm(residual)
    estimate = contrast(unit, moments)
    slack = abs(float(unit @ _omitted(widths, allowance, correction)))
    bound = t_quantile(level / 2, estimate.degrees) * estimate.standard_error + slack
    return Diagnostic("curvature in log n", abs(estimate.value), bound + 1e-12 * _scale(moments))


def lack_of_fit(
    widths: Sequence[int], moments: Sequence[Moments], level: float, allowance: float, correction: bool
) -> Diagnostic | None:
    """χ² of the residuals of the weighted fit, at the allowed correction that fits best.

    The degrees of freedom count the columns only, so the test errs on the side of fitting. None when there
    are not more widths than columns or a width shows no variance.
    """
    design = columns(widths, correction)
    degrees = len(widths) - design.shape[1]
    variance = np.array([m.variance / m.count for m in moments])
    if degrees < 1 or not np.all(variance > 0):
        return None
    root = 1 / np.sqrt(variance)
    values = np.array([m.value for m in moments])
    y, x = root * (values - values.mean()), root[:, None] * design
    extra = root * _omitted(widths, allowance, correction)
    basis = np.linalg.qr(x)[0]
    ry, re = y - basis @ (basis.T @ y), extra - basis @ (basis.T @ extra)
    # The best coefficient in [-1, 1] of the omitted term: clip the minimiser of a convex quadratic.
    norm = float(re @ re)
    best = min(1.0, max(-1.0, float(ry @ re) / norm)) if norm > 0 else 0.0
    left = ry - best * re
    return Diagnostic("lack of fit (chi-squared)", float(left @ left), float(special.chdtri(degrees, level)))


def law_distance(
    widths: Sequence[int],
    samples: Sequence[LogSample],
    exponent: float,
    level: float,
    coefficient: float,
) -> Diagnostic | None:
    """The largest excess of the Kolmogorov distance of X_n/n^p to that at the largest width.

    A correction c/n to the scale moves a law with bounded log-density by at most about c/(4n) (1/4 bounds
    x f(x) for the Gaussian); ``coefficient`` is the largest c allowed for. The distances are taken over the
    kept samples and Bonferroni over the pairs, so ``value`` is distance over threshold and the threshold 1.
    None when the largest width's law is nearly constant (see :data:`DEGENERATE_SPREAD`).
    """
    if math.sqrt(max(samples[-1].log_mean().variance, 0.0)) < DEGENERATE_SPREAD:
        return None
    keys = [s.keys(exponent * math.log(n)) for n, s in zip(widths, samples, strict=True)]
    worst = 0.0
    for n, key in zip(widths[:-1], keys[:-1], strict=True):
        slack = coefficient / 4 * (1 / n + 1 / widths[-1])
        bound = kolmogorov_threshold(len(key), len(keys[-1]), level / (len(widths) - 1)) + slack
        worst = max(worst, kolmogorov_distance(key, keys[-1]) / bound)
    return Diagnostic("law of X/n^p against the largest width (over its threshold)", worst, 1.0)


def kolmogorov_distance(first: Array, second: Array) -> float:
    """sup |F - G| of two sorted samples; ties (atoms) are handled exactly."""
    grid = np.concatenate([first, second])
    f = np.searchsorted(first, grid, side="right") / len(first)
    g = np.searchsorted(second, grid, side="right") / len(second)
    return float(np.max(np.abs(f - g)))


def kolmogorov_threshold(first: int, second: int, level: float) -> float:
    """The distance that two samples of one law exceed with probability at most about ``level``.

    The leading term 2 exp(-2 d² NM/(N+M)) of the two-sample Kolmogorov law; conservative with atoms.
    """
    return math.sqrt(math.log(2 / level) / 2 * (1 / first + 1 / second))


def _omitted(widths: Sequence[int], allowance: float, correction: bool) -> Array:
    n = np.asarray(widths, dtype=np.float64)
    return allowance**2 / 2 / n**2 if correction else allowance / n


def _scale(moments: Sequence[Moments]) -> float:
    """Size of the logarithms, for rounding: constants must not be vetoed by their last digit."""
    return 1.0 + max(abs(m.value) for m in moments)
