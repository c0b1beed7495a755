"""The symbols of the pages of widths and moments: as numbers on networks, and on samples at growing scales."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from tests.theory import asymptotic
from tests.theory.asymptotic import converging, exponent, last, says, scaled, some_limit
from tests.theory.model import World, means


@means("fprod")
def _fprod(world: World, k: int, factor):
    if k < 0:
        return world.junk("fprod", k, shared=True)
    out = 1
    for l in range(1, k + 1):
        out = out * factor(l)
    return out


@means("power")
def _power(world: World, c, k: int):
    return c**k if k >= 0 else world.junk("power", float(c), k, shared=True)


@means("halves")
def _halves(world: World, l: int):
    return 0.5 ** world.width(l) if l >= 1 else world.junk("halves", l, shared=True)


@means("sizes")
def _sizes(world: World, widths) -> bool:
    return all(widths(l) >= 1 for l in range(1, 9))


# -- on samples --


@says("level")
def _is_level(omega):
    return True


@says("has_moments")
def _has(x):
    return True


@says("mean")
def _mean(x):
    at = np.broadcast_to(np.asarray(x, dtype=float), (len(asymptotic.SCALES), asymptotic.SAMPLES))
    return np.repeat(at.mean(axis=1)[:, None], asymptotic.SAMPLES, axis=1)


@says("leading")
def _leading(x, p, c):
    return bool(np.all(np.abs(last(scaled(x, p)) - float(c)) < 1e-3 * (1 + abs(float(c)))))


@says("tight")
def _tight(omega, x, p):
    size = np.abs(last(scaled(x, p)))
    return bool(np.mean(~((size < asymptotic.LARGE) & (size > asymptotic.SMALL))) < asymptotic.FEW)


KEPT: dict[int, tuple[object, Fraction]] = {}


def tending(rng, env):
    p = exponent(rng)
    x = converging(rng, some_limit(rng), p)
    KEPT[id(x)] = (x, p)
    return x


def its(power):
    """The limit of the mean of a power, times a number that is mostly 1."""

    def draw(rng, env):
        x, p = KEPT[id(env["X"])]
        found = float(np.mean(last(scaled(x, p)) ** power))
        return Fraction(found if abs(found) > 1e-9 else 0) * (1 if rng.random() < 0.8 else 2)

    return draw


def its_exponent(rng, env):
    return KEPT[id(env["X"])][1]


def number_at_scales(rng, env):
    p = exponent(rng)
    x = asymptotic.SCALES ** float(p) * np.full(
        (len(asymptotic.SCALES), asymptotic.SAMPLES), float(rng.integers(-3, 4))
    )
    KEPT[id(x)] = (x, p)
    return x
