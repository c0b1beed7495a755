"""Tests of whole laws: one limit law across widths, an atom of known size, joint normality."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from verifier.inference.samples import LogSample

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LawDistance:
    """Kolmogorov distance of the law of X_n/n^p at ``width`` to that at the largest width."""

    width: int
    distance: float
    threshold: float

    @property
    def exceeds(self) -> bool:
        return self.distance > self.threshold


def law_distances(
    widths: Sequence[int],
    samples: Sequence[LogSample],
    exponent: float,
    level: float,
    coefficient: float = 10.0,
) -> tuple[LawDistance, ...]:
    """X_n/n^``exponent`` at each width against the largest; ``widths`` increase.

    A correction c/n to the scale moves a law by about c/(4n) in Kolmogorov distance (x f(x) < 1/4 for the
    Gaussian), so the threshold is the sampling one, Bonferroni over the pairs, plus that for
    c = ``coefficient`` at both widths. The exponent is the claimed one: nothing is estimated here. The kept
    samples are used, zeros and signs included. The distance is small only between laws close *in shape*: if
    the limit is a constant, laws at two widths can be far apart however close their values.
    """
    keys = [s.keys(exponent * math.log(n)) for n, s in zip(widths, samples, strict=True)]
    rows = []
    for n, key in zip(widths[:-1], keys[:-1], strict=True):
        bound = kolmogorov_threshold(len(key), len(keys[-1]), level / (len(widths) - 1))
        slack = coefficient / 4 * (1 / n + 1 / widths[-1])
        rows.append(LawDistance(n, kolmogorov_distance(key, keys[-1]), bound + slack))
    return tuple(rows)


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


@dataclass(frozen=True)
class Normality:
    """Mardia's tests of joint normality: statistics and p-values; small p-values speak against normality."""

    skewness: float
    skewness_p: float
    kurtosis: float
    kurtosis_p: float

    @property
    def p_value(self) -> float:
        """Both tests together, Bonferroni."""
        return min(1.0, 2 * min(self.skewness_p, self.kurtosis_p))


def mardia(values: npt.ArrayLike) -> Normality:
    """Mardia's multivariate skewness and kurtosis of ``values`` (samples, dimensions).

    Under normality N b_1/6 is χ² with d(d+1)(d+2)/6 degrees of freedom and b_2 is about normal with mean
    d(d+2) and variance 8d(d+2)/N (Mardia, 1970). Location and covariance are estimated. Raises ValueError
    for fewer than 20 d samples, values that are not finite, or a singular covariance.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] < 1:
        raise ValueError(f"values of shape {x.shape}; (samples, dimensions) is needed")
    count, d = x.shape
    if count < 20 * d:
        raise ValueError(f"{count} samples in {d} dimensions; at least {20 * d} are needed")
    if not np.all(np.isfinite(x)):
        raise ValueError("a value is NaN or infinite")
    x = x - x.mean(axis=0)
    covariance = x.T @ x / count
    eigenvalues, vectors = np.linalg.eigh(covariance)
    if eigenvalues[0] <= 1e-12 * eigenvalues[-1]:
        raise ValueError("the covariance is singular: a component is a combination of the others")
    z = x @ (vectors / np.sqrt(eigenvalues))
    # b_1 = mean over pairs of (z_i · z_j)³ = |E z⊗z⊗z|², which needs no N × N matrix.
    third = np.einsum("ni,nj,nk->ijk", z, z, z, optimize=True) / count
    b1 = float(np.sum(third**2))
    b2 = float(np.mean(np.sum(z**2, axis=1) ** 2))
    skewness = count * b1 / 6
    kurtosis = (b2 - d * (d + 2)) / math.sqrt(8 * d * (d + 2) / count)
    return Normality(
        skewness,
        float(special.chdtrc(d * (d + 1) * (d + 2) / 6, skewness)),
        kurtosis,
        float(2 * special.ndtr(-abs(kurtosis))),
    )
