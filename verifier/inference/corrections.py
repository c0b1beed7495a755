"""Corrections to scaling of a free exponent: what is left out of log a_n = a + p log n, and allowed for or fitted.

A scale is a power of n times 1 + (c/n)^q with |c| <= C.  The exponent q is not known: norms, losses with a floor and
means of coordinates have q = 1/2, spectral norms 2/3, moments of networks 1.  So each q of :data:`FREE_POWERS` is a
model of its own,

    log a_n = a + p log n + x - x²/2 + …,    x = ± (c/n)^q,  |c| <= C  (6 C / 10 for q < 1),

with its own honest interval for p: that of a contrast between the two

    allowed for   the plain contrast, widened by the bias that x can make,  about C^q |Σ w_k n_k^{-q}|;
    fitted        the contrast that is blind to n^{-q}, widened by what is left,  about C^{2q}/2 |Σ w_k n_k^{-2q}|,

the one whose interval is shortest (the choice sees widths and variances alone).  Models that the data exclude are
dropped; of the rest the *widest* reach is kept, from the lowest of their lower ends to the highest of their upper ends,
so that the truth is covered whichever of them it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from verifier.inference.diagnostics import Diagnostic, curvature, lack_of_fit
from verifier.inference.exponents import Estimate, MomentColumns, columns, contrast, contrast_of, slope_weights
from verifier.inference.samples import Moments

Array = npt.NDArray[np.float64]

#: The q that are profiled where nothing is known of a quantity's corrections.
FREE_POWERS = (1.0, 2 / 3, 0.5)
#: Means and laws of ReLU networks at initialisation: expansions in 1/n.
POWERS_OF_N = (1.0,)
#: Slower corrections than 1/n are allowed from a smaller width on, c = 2.4 n^-1/2 at C = 10: at a width of 128 they
#: are 22 % of a scale, where those of 1/n are 8 %.
SLOW = 0.6
#: Of a scale, the largest correction that is reckoned with.
LARGEST = 0.999
#: How far corrections are fitted, where that is chosen.
SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Fit:
    """One model of the corrections: q, how far (c/n)^q is fitted, the exponent, and what speaks against the model.

    ``share``: 1 where the correction is fitted, 0 where it is only allowed for, between them a mixture.
    """

    power: float
    share: float
    estimate: Estimate
    misfits: tuple[Diagnostic, ...]

    @cached_property
    def excluded(self) -> bool:
        """Whether the data are not a power law with these corrections."""
        return any(check.vetoes for check in self.misfits)

    def omitted(self, widths: Sequence[int], allowance: float) -> Array:
        """The largest correction to log a_n that this model leaves out but allows for; shape (widths,)."""
        return omitted(widths, self.power, self.fitted, allowance)

    @property
    def fitted(self) -> bool:
        """Whether the correction is fitted and nothing else."""
        return self.share == 1


@dataclass(frozen=True)
class Profile:
    """The models of one functional on one grid, and those of them that the data leave."""

    fits: tuple[Fit, ...]
    level: float
    shares: tuple[float, ...] = (1.0,)  # how far a correction might have been fitted

    @cached_property
    def kept(self) -> tuple[Fit, ...]:
        """The models that fit; all of them if none does."""
        return tuple(fit for fit in self.fits if not fit.excluded) or self.fits

    @cached_property
    def misfit(self) -> tuple[Diagnostic, ...]:
        """What excludes the model that is excluded least; nothing if one of them fits."""
        if any(not fit.excluded for fit in self.fits):
            return ()
        return min((fit.misfits for fit in self.fits), key=lambda found: max(d.value / d.threshold for d in found))

    @property
    def best(self) -> Fit:
        """The model that is shown: the first that fits, from the fastest corrections to the slowest."""
        return self.kept[0]

    def only(self, powers: Sequence[float]) -> Profile:
        """The models with these q alone."""
        return replace(self, fits=tuple(fit for fit in self.fits if fit.power in powers))

    def interval(self) -> tuple[float, float]:
        """From the lowest lower end to the highest upper end of the models that fit."""
        return self._reach

    @cached_property
    def _reach(self) -> tuple[float, float]:
        ends = [fit.estimate.interval(self.level) for fit in self.kept]
        return min(low for low, _ in ends), max(high for _, high in ends)


def profile(
    widths: Sequence[int],
    moments: Sequence[Moments],
    level: float,
    *,
    powers: Sequence[float] = FREE_POWERS,
    correction: bool | None = None,
    allowance: float = 10.0,
    tested: bool = True,
) -> Profile:
    """The models ``powers`` of corrections to the exponent of ``moments``, by width.

    ``correction``: True fits (c/n)^q, False only allows for it, None takes the shorter interval.  With ``tested``
    each model is held against the data, two tests that share two thirds of ``level``.  Raises ValueError where there
    are fewer distinct widths than columns.
    """
    fits = []
    for q in dict.fromkeys(powers):
        share, found = _shortest(widths, moments, level, q, correction, allowance)
        checks = _checks(widths, moments, level / 3, q, share == 1, allowance) if tested else ()
        fits.append(Fit(q, share, found, checks))
    return Profile(tuple(fits), level, shares(widths, correction, allowance))


def estimate(
    widths: Sequence[int], moments: Sequence[Moments], power: float, share: float, allowance: float
) -> Estimate:
    """The exponent with (c/n)^power fitted to a ``share``, and the bias that is left."""
    weights, bias = weighted(widths, power, share, allowance)
    return contrast(weights, moments, bias)


@lru_cache(maxsize=4096)
def _weighted(widths: tuple[int, ...], power: float, share: float, allowance: float) -> tuple[Array, float]:
    weights, bias = weighted(widths, power, share, allowance)
    weights.setflags(write=False)
    return weights, bias


def weighted(widths: Sequence[int], power: float, share: float, allowance: float) -> tuple[Array, float]:
    """The contrast a ``share`` of the way from the plain one to that blind to n^-power, and its largest bias."""
    plain = slope_weights(widths)
    weights = plain if not share else (1 - share) * plain + share * slope_weights(widths, power)
    return weights, largest_bias(widths, weights, power, allowance)


def largest_bias(widths: Sequence[int], weights: Array, power: float, allowance: float) -> float:
    """The largest |Σ w log(1 + x)| for x = ± (c/n)^power, and at least what a term x²/2 of its own would make.

    Widths below the crossover count each with its largest correction, of either sign: they do not cancel one another.
    """
    x = relative(widths, power, allowance)
    if not x.any():
        return 0.0
    below = x >= LARGEST
    unknown = float(np.abs(weights[below]).sum()) * -math.log1p(-LARGEST)
    weights, x = weights[~below], x[~below]
    ends = [abs(float(weights @ np.log1p(sign * x))) for sign in (1.0, -1.0)]
    return unknown + max(*ends, abs(float(weights @ x**2)) / 2)


def omitted(widths: Sequence[int], power: float, fitted: bool, allowance: float) -> Array:
    """The largest correction to log a_n that the fit leaves out but allows for; shape (widths,)."""
    x = relative(widths, power, allowance)
    return -np.log1p(-x) - x if fitted else x


def relative(widths: Sequence[int], power: float, allowance: float) -> Array:
    """(c/n)^power at the largest c; at most LARGEST, as nothing is known of a scale below its crossover width."""
    n = np.asarray(widths, dtype=np.float64)
    return np.minimum((crossover(allowance, power) / n) ** power, LARGEST) if allowance else np.zeros_like(n)


def crossover(allowance: float, power: float) -> float:
    """The width from which a correction of this power may be as large as the leading term."""
    return allowance if power >= 1 else SLOW * allowance


def shares(widths: Sequence[int], correction: bool | None, allowance: float) -> tuple[float, ...]:
    """How far corrections may be fitted: what was asked for, as far as the widths allow it."""
    if len(widths) < 3 or correction is False or (correction is None and not allowance):
        return (0.0,)  # what is left out cannot be fitted, or need not be
    return (1.0,) if correction else SHARES


def _shortest(
    widths: Sequence[int],
    moments: Sequence[Moments],
    level: float,
    power: float,
    correction: bool | None,
    allowance: float,
) -> tuple[float, Estimate]:
    possible = shares(widths, correction, allowance)
    columns_of = MomentColumns.of(moments)
    found = []
    for share in possible:
        weights, bias = _weighted(tuple(widths), power, share, allowance)
        found.append((share, contrast_of(weights, columns_of, bias)))
    return min(found, key=lambda pair: pair[1].half(level))


def _checks(
    widths: Sequence[int], moments: Sequence[Moments], share: float, power: float, fitted: bool, allowance: float
) -> tuple[Diagnostic, ...]:
    """Curvature and lack of fit under one model; the second lets c and the next term be what they can at most."""
    design, plain, left, terms = _designs(tuple(widths), power, fitted, allowance)
    bend = curvature(design, left, moments, share)
    fit = lack_of_fit(plain, terms, moments, share)
    return tuple(check for check in (bend, fit) if check is not None)


@lru_cache(maxsize=1024)
def _designs(widths: tuple[int, ...], power: float, fitted: bool, allowance: float) -> tuple[Array, ...]:
    """The columns that are fitted, those without a correction, what is left out, and both terms that it may have."""
    terms = np.stack([omitted(widths, power, False, allowance), omitted(widths, power, True, allowance)], axis=1)
    found = (
        columns(widths, power if fitted else None), columns(widths, None), omitted(widths, power, fitted, allowance),
        terms,
    )  # fmt: skip
    for array in found:
        array.setflags(write=False)
    return found


@lru_cache(maxsize=64)
def name_of(power: float) -> str:
    """``1/n``, ``n^-2/3``: the size of a correction."""
    fraction = Fraction(power).limit_denominator(24)
    return "1/n" if fraction == 1 else f"n^-{fraction}"


def assumption(kept: Sequence[Fit], tried: Sequence[float], allowance: float) -> str:
    """The sentence that names what an interval assumes about corrections."""
    if not allowance:
        return "no corrections to the power law are allowed for"
    sizes = [name_of(fit.power) for fit in kept]
    known = len(dict.fromkeys(tried)) == 1
    where = max(crossover(allowance, fit.power) for fit in kept)
    words = f"corrections to scaling of size {either(sizes)}, with a crossover width of at most {where:g}"
    dropped = [name_of(q) for q in tried if q not in {fit.power for fit in kept}]
    if known or not dropped:
        return words
    return f"{words} ({either(dropped)} {'does' if len(dropped) == 1 else 'do'} not fit)"


def either(words: Sequence[str]) -> str:
    """``1/n, n^-2/3 or n^-1/2``."""
    return " or ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} or {words[-1]}"


def reach(fits: Sequence[Fit]) -> float:
    """The largest bias that is allowed for."""
    return max((fit.estimate.allowance for fit in fits), default=math.nan)
