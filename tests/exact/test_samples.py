"""Exact moments against samples of real ReLU networks, whose masks are read off their preactivations.

A moment is compared only where its ten largest samples carry under 5 % of the sum of absolute values:
beyond that a mean says little of the expectation, and a z-score nothing.  The standard error comes from
100 batch means, the level is that of Student's t with 99 degrees of freedom: 1e-9 for each comparison,
false-alarm rate of this file under 2e-7.  The seed of every group is ``SEED`` plus its number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from scipy.stats import t as student

from verifier.exact.api import exact_moment
from verifier.networks.correlations import sample_K, sample_layer_T, sample_T
from verifier.networks.draws import Draw

SEED, LEVEL, BATCHES, SHARE = 20_250_117, 1e-9, 100, 0.05
CRITICAL = float(student.isf(LEVEL / 2, BATCHES - 1))


@dataclass(frozen=True)
class Compared:
    """One moment: what it is, its exact value, the sample mean, standard error, share of the ten largest."""

    what: str
    exact: float
    mean: float
    error: float
    share: float

    @property
    def qualifies(self) -> bool:
        return self.share < SHARE

    def accepts(self, value: float) -> bool:
        """Whether ``value`` is compatible with the samples."""
        return abs(self.mean - value) <= CRITICAL * self.error + 1e-9 * abs(self.mean)


def compared(what: str, samples: np.ndarray, moment: int, exact: float) -> Compared:
    """The mean of ``samples**moment``; samples: (count,), a multiple of ``BATCHES``."""
    powers = samples**moment
    size = np.abs(powers)
    means = powers.reshape(BATCHES, -1).mean(axis=1)
    return Compared(
        what,
        exact,
        float(powers.mean()),
        float(means.std(ddof=1) / np.sqrt(BATCHES)),
        float(np.sort(size)[-10:].sum() / size.sum()),
    )


def layered(layers: Sequence[int], ds: Sequence[int]) -> str:
    """T^{l,d} of output 0 in the language: a leaf for each layer, taken at its own output."""
    letters = "abcd"[: len(layers)]
    return f"f[0](0;{','.join(letters)}) " + " ".join(f"f[{d}](0;{a})" for a, d in zip(letters, ds))


TERMS = [((1,), (0,)), ((3,), (0,)), ((1, 2), (0, 0)), ((1, 3), (0, 0)), ((2, 3), (1, 0)), ((1, 2), (1, 0))]
TERMS += [((1, 2, 3), (0, 0, 0)), ((1, 2, 3), (1, 0, 0))]

STARS = [
    ("dense", 2, 4, 100_000),
    ("dense", 3, 4, 200_000),
    ("dense", 3, 8, 100_000),
    ("lazy", 3, 16, 50_000),
    ("lazy", 2, 32, 50_000),
    ("dense", 4, 8, 50_000),
    ("gram", 4, 16, 200_000),
    ("gram", 4, 32, 600_000),
]
HYPER = [("dense", 8, 100_000), ("lazy", 16, 50_000), ("gram", 32, 600_000)]
LAYERED = [("dense", 8, 100_000), ("lazy", 32, 50_000)]

Draws = Callable[[str, int, int, int, np.random.Generator], Draw]


@cache
def stars(number: int) -> tuple[Compared, ...]:
    """T^0..T^3 of group ``number``: first and second moments, and the fourth of f."""
    sampler, depth, n, count = STARS[number]
    draw = sample_T(depth, n, range(4), samples=count, rng=np.random.default_rng(SEED + number), sampler=sampler)
    assert draw.meta["sampler"] == sampler
    found = []
    for r in range(min(3, depth) + 1):
        for moment in (1, 2, 4) if r == 0 else (1, 2):
            exact = exact_moment(f"T({r})", depth, activation="relu", moment=moment, width=n).value
            found.append(compared(f"E T({r})^{moment}, L={depth}, n={n}", draw.values[:, r], moment, float(exact)))
    return tuple(found)


@cache
def hypernetworks(number: int) -> tuple[Compared, ...]:
    """K^(0)..K^(3), H = L = 2, shared trunk; the sampler's g has sqrt(2) relu, so the exact one too."""
    sampler, n, count = HYPER[number]
    rng = np.random.default_rng(SEED + 100 + number)
    draw = sample_K(2, 2, n, range(4), samples=count, rng=rng, sampler=sampler)
    found = []
    for r in range(4):
        for moment in (1, 2):
            exact = exact_moment(
                f"K({r})", 2, g_depth=2, activation="relu", g_activation="relu", moment=moment, width=n
            ).value
            found.append(compared(f"E K({r})^{moment}, n={n}", draw.values[:, r], moment, float(exact)))
    return tuple(found)


@cache
def layer_terms(number: int) -> tuple[Compared, ...]:
    """Layer-resolved T^{l,d} at L = 3, outputs apart."""
    sampler, n, count = LAYERED[number]
    rng = np.random.default_rng(SEED + 200 + number)
    layers, ds = [list(part) for part in zip(*TERMS)]
    draw = sample_layer_T(3, n, layers, 0, ds, samples=count, rng=rng, sampler=sampler)
    found = []
    for column, (at, outputs) in enumerate(TERMS):
        for moment in (1, 2):
            exact = exact_moment(layered(at, outputs), 3, activation="relu", moment=moment, layers=at, width=n).value
            what = f"E (T{at}{outputs})^{moment}, n={n}"
            found.append(compared(what, draw.values[:, column], moment, float(exact)))
    return tuple(found)


GROUPS = [(stars, i) for i in range(len(STARS))]
GROUPS += [(hypernetworks, i) for i in range(len(HYPER))]
GROUPS += [(layer_terms, i) for i in range(len(LAYERED))]


@pytest.mark.parametrize(("group", "number"), GROUPS)
def test_samples_agree(group, number):
    for one in group(number):
        if one.qualifies:
            assert one.accepts(one.exact), (one, f"seed {SEED}")


def test_enough_moments_are_compared():
    """What the 5 % rule leaves, and that it leaves something of every kind."""
    assert sum(one.qualifies for group, i in GROUPS for one in group(i)) >= 95
    assert sum(one.qualifies for i in range(len(STARS)) for one in stars(i)) >= 55
    assert sum(one.qualifies for i in range(len(HYPER)) for one in hypernetworks(i)) >= 12
    assert sum(one.qualifies for i in range(len(LAYERED)) for one in layer_terms(i)) >= 28
    seconds = {one.what.split(",")[0] for i in range(len(STARS)) for one in stars(i) if one.qualifies}
    assert {"E T(0)^4", "E T(1)^2", "E T(2)^2", "E T(3)^1", "E T(3)^2"} <= seconds
    # False alarms: the level times all that could be compared.
    assert sum(len(group(i)) for group, i in GROUPS) * LEVEL < 2e-7


def test_wrong_coefficients_are_rejected():
    """The linear network's moment, and the leading coefficient off by a tenth, are told from the right one."""
    linear, tenth = 0, 0
    for number, (_, depth, n, _) in enumerate(STARS):
        for one in stars(number):
            r, moment = int(one.what[4]), int(one.what[7])
            if not one.qualifies or one.exact == 0 or (r == 0 and moment == 2):
                continue
            wrong = exact_moment(f"T({r})", depth, moment=moment, width=n).value
            if r >= 2:
                assert not one.accepts(float(wrong)), one
                linear += 1
            power, coefficient = exact_moment(f"T({r})", depth, activation="relu", moment=moment).leading
            tenth += not one.accepts(one.exact + float(coefficient / 10) * n**power)
    assert linear >= 10
    assert tenth >= 10


def test_the_factor_two_of_g_is_seen():
    """Without the sqrt(2) relu of g, E K^(3) and the second moments of K^(1), K^(2) are 2, 2, 4 times too small."""
    rejected = set()
    for number, (_, n, _) in enumerate(HYPER):
        for one in hypernetworks(number):
            r, moment = int(one.what[4]), int(one.what[7])
            if one.qualifies and r and one.exact:
                wrong = exact_moment(f"K({r})", 2, g_depth=2, activation="relu", moment=moment, width=n).value
                if wrong != one.exact:
                    assert not one.accepts(float(wrong)), one
                    rejected.add((r, moment))
    assert {(1, 2), (2, 2), (3, 1)} <= rejected


def test_layers_and_outputs_are_seen():
    """A term's moment is not that of its mirror image."""
    for number, (_, n, _) in enumerate(LAYERED):
        found = {one.what: one for one in layer_terms(number)}
        one = found[f"E (T(1, 2)(0, 0))^2, n={n}"]
        assert one.qualifies
        other = exact_moment(layered((1, 3), (0, 0)), 3, activation="relu", moment=2, layers=(1, 3), width=n).value
        assert one.accepts(one.exact)
        assert not one.accepts(float(other))


def test_independent_trunks_are_told_from_a_shared_one():
    wrong = exact_moment(
        "K(2)", 2, g_depth=2, activation="relu", g_activation="relu", moment=2, width=32, trunk="independent"
    ).value
    (one,) = [one for one in hypernetworks(2) if one.what.startswith("E K(2)^2")]
    assert not one.accepts(float(wrong))
