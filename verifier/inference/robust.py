"""A mean of skewed samples with an interval that holds for every law of a finite variance (Catoni 2012, Prop. 2.4).

The t interval of a mean needs samples in the square of the law's skewness, 10^8 of them for squares of products of four
Gaussians at level 1e-8.  Catoni's estimator bounds what a single sample can do: theta solves

    sum_i psi(a (x_i - theta)) = 0,     psi(x) = sign(x) log(1 + |x| + x^2/2),

and |theta - E X| <= sqrt(2 v L / (S - 2 L)), L = log(2 / level), except with probability ``level``, for any law of a
variance of at most v.  For v, four times that of the sample is taken.  A sum of squares rarely falls short of its
mean: the variance of S samples is below a quarter of the law's with probability at most exp(-(3/4)^2 S / (2 kappa)),
kappa the kurtosis, which asks for S >= 3.6 kappa log(4 / level).  Nothing is trimmed, and no error of higher order is
left out; the price is an interval 2 to 3 times as long as the normal one.

That is a theorem for the kurtosis of the *law*.  Who puts that of the samples in its place assumes that no rarer values
carry the mean or the variance: those that are never seen are in neither.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: The sample's variance is taken this many times.
RESERVE = 4.0


def needed(kurtosis: float, level: float) -> int:
    """Samples from which a quarter of their law's variance is seen, except with probability ``level`` / 4."""
    share = 1.0 - 1.0 / RESERVE
    return math.ceil(2.0 * kurtosis * math.log(4.0 / level) / share**2)


def kurtosis(values: Array) -> float:
    """E (X - E X)^4 / Var^2 of the sample; 1 where all are equal."""
    centred = values - values.mean()
    scale = float(np.abs(centred).max(initial=0.0))
    if scale == 0.0:
        return 1.0
    squares = np.square(centred / scale)
    return float(np.mean(squares**2) / np.mean(squares) ** 2)


def interval(values: Array, level: float) -> tuple[float, float]:
    """Centre and half-length of the interval; ``values`` finite, more than 2 log(2 / level) + 1 of them.

    Raises ValueError for fewer.
    """
    count, tail = values.size, math.log(8.0 / (3.0 * level))  # three quarters of the level; the rest is the variance's
    if count <= 2.0 * tail + 1.0:
        raise ValueError(f"{count} samples; more than {2.0 * tail + 1.0:.0f} are needed at level {level:.2g}")
    mean = float(values.mean())
    variance = RESERVE * float(values.var(ddof=1))
    if variance == 0.0:
        return mean, 0.0
    from scipy import optimize  # here: slow to load, and most claims are decided without

    half = math.sqrt(2.0 * variance * tail / (count - 2.0 * tail))
    rate = math.sqrt(2.0 * tail / (count * (variance + 2.0 * variance * tail / (count - 2.0 * tail))))

    def balance(theta: float) -> float:
        x = rate * (values - theta)
        size = np.abs(x)
        return float(np.mean(np.copysign(np.log1p(size + 0.5 * size * size), x)))

    low, high = mean - half, mean + half
    while balance(low) < 0.0:
        low -= 2.0 * half
    while balance(high) > 0.0:
        high += 2.0 * half
    return float(optimize.brentq(balance, low, high, xtol=1e-3 * half)), 1.002 * half
