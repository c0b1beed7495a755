"""The parts of the hunt alone: axes and spaces, zeros along a line, ranges, symptoms and the error rate."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from verifier.hunt import Space, angles, choices, integers, listed, norms, numbers, pairs
from verifier.hunt.crossings import Crossing, crossings, polish, refine
from verifier.hunt.finding import Zero
from verifier.hunt.jobs import Descent, descend
from verifier.hunt.lab import Lab
from verifier.hunt.lines import decimal
from verifier.hunt.ranges import separating
from verifier.hunt.screening import draws_of
from verifier.hunt.space import SpaceError
from verifier.hunt.symptoms import is_zero
from verifier.hunt.target import bare, targets
from verifier.quantities.check import Check, Measure
from verifier.sampling.workers import Here

from .made_up import HIDDEN, MINUS_ONE, SPACES, WIDTHS, statement

GRID = [3.75 + 7.5 * k for k in range(24)]


def curve(zero: float, random: bool, noise: float = 0.01, touch: bool = False, seed: int = 3):
    """Samples of (cos t - cos zero) Y + noise, or of the square of the coefficient, with common random numbers."""

    def at(t: float) -> np.ndarray:
        rng = np.random.default_rng(seed)
        y, small = rng.standard_normal((2, 64))
        c = math.cos(math.radians(t)) - math.cos(math.radians(zero))
        law = y if random else 1.0
        return ((c**2 if touch else c) * law + noise * small)[:, None]

    return at


@pytest.mark.parametrize("random", [False, True])
@pytest.mark.parametrize("zero", [31.0, 93.7, 140.02])
def test_a_zero_is_bracketed_and_narrowed(zero: float, random: bool) -> None:
    at = curve(zero, random)
    ((found,),) = crossings(at, GRID)
    assert found.flips
    assert found.low < zero < found.high
    first = refine(lambda t: at(t)[:, 0], found)
    assert first is not None
    assert abs(first.at - zero) < 4 * first.error + 0.02 < 1.0
    second = polish(lambda t: at(t)[:, 0], first, found)
    assert second is not None
    assert abs(second.at - zero) < 4 * second.error + 0.02


def test_a_coefficient_that_touches_zero_is_a_dip() -> None:
    at = curve(100.0, True, noise=1e-4, touch=True)
    ((found,),) = crossings(at, GRID)
    assert not found.flips
    again = refine(lambda t: at(t)[:, 0], found)
    assert again is not None
    assert abs(again.at - 100.0) < 1.5


def test_no_zero_where_there_is_none() -> None:
    """Signs of independent samples change all the time, but not together; a bend is no dip."""
    assert crossings(lambda t: np.random.default_rng(int(t * 100)).standard_normal((64, 1)), GRID) == [[]]
    rng = np.random.default_rng(4)
    law, small = rng.standard_normal((2, 64, 1))
    for bend in (lambda t: 1.5 + math.cos(math.radians(t)), lambda t: 1 + 0.4 * math.sin(math.radians(3 * t))):

        def at(t: float, bend: Any = bend) -> np.ndarray:
            return np.asarray(bend(t) * law + 0.01 * small)

        (found,) = crossings(at, GRID)
        assert not any(c.flips for c in found)
        assert [refine(lambda t: at(t)[:, 0], c) for c in found] == [None] * len(found)


def test_a_decimal_is_as_short_as_the_error_allows() -> None:
    assert decimal(Crossing(113, 114, 113.21834, True, 0.002)) == 113.22
    assert decimal(Crossing(113, 114, 113.21834, True, 1e-5)) == 113.21834
    assert decimal(Crossing(89, 91, 90.0002, True, 0.01)) == 90


def test_ranges_that_separate() -> None:
    frames = [{"H": H, "L": L, "r": r} for H in (1, 2, 3) for L in (1, 2, 3) for r in range(11)]
    fails = [f for f in frames if f["r"] > f["H"] * f["L"]]
    stands = [f for f in frames if f["r"] <= f["H"] * f["L"]]
    assert separating(fails, stands, ("H", "L", "r")) == "r <= H·L"
    assert (
        separating([f for f in frames if f["L"] == 3], [f for f in frames if f["L"] < 3], ("H", "L", "r")) == "L <= 2"
    )
    # A pattern that no inequality makes.
    odd = [f for f in frames if f["r"] % 2]
    assert separating(odd, [f for f in frames if not f["r"] % 2], ("H", "L", "r")) == ""


def test_rounding_is_told_by_the_usual_size() -> None:
    usual = {128: 1e-2, 256: 1e-3}
    assert is_zero({128: 1e-18, 256: 1e-19}, usual)
    assert not is_zero({128: 1e-18, 256: 1e-10}, usual)
    assert is_zero({128: 0.0, 256: 0.0}, None)
    assert not is_zero({128: 1e-300}, None)


def test_the_error_rate_is_shared_by_any_number_of_decisions() -> None:
    lab = Lab(Here(), 1.0, 0)
    shares = [lab.level(1e-4) for _ in range(2000)]
    assert shares[0] == 5e-5
    assert sum(shares) < 1e-4
    assert all(a > b > 0 for a, b in pairwise(shares))


@pytest.mark.parametrize(
    ("instance", "said"),
    [
        ({"H": 9, "L": 1}, "H is 9; an integer from 1 to 3"),
        ({"H": 1, "L": 1, "r": 4}, "r is 4; an integer from 0 to 1"),
        ({"angle": 190}, "angle is 190; degrees"), ({"z": 3}, "z is 3; a pair"),
        ({"norm": 7}, "norm is 7; one of 1, 0"),
        ({"H": 1.5}, "H is 1.5; an integer"), ({"s": 2}, "s is 2; a number from -1 to 1"),
        ({"H": 1, "l": (3,)}, r"l is \(3,\); one of"),
    ],
)  # fmt: skip
def test_instances_outside_a_space(instance: dict, said: str) -> None:
    space = Space(
        H=integers(1, 3), L=integers(1, 2), r=integers(0, lambda H, L: H * L), l=listed(lambda H: [(H,), (H, H + 1)]),
        angle=angles(), z=pairs(), norm=norms(), s=numbers(-1, 1, 0),
    )  # fmt: skip
    import re

    assert re.match(said, space.refuses(instance))
    assert space.refuses({"H": 1, "L": 2, "r": 3, "angle": 12.5, "z": ((1, 0), (0, 1)), "norm": 2}) == ""


def test_spaces_that_are_none() -> None:
    with pytest.raises(SpaceError, match="a space has no axes"):
        Space()
    with pytest.raises(SpaceError, match="H is 3; an axis is needed"):
        Space(H=3)
    with pytest.raises(SpaceError, match="r depends on L, which must come before it"):
        Space(r=integers(0, lambda L: L), L=integers(1, 2))
    with pytest.raises(SpaceError, match="the space is empty: L have no values"):
        Space(L=integers(3, 1)).frames()
    with pytest.raises(SpaceError, match="'angel' is no axis of the space; it has angle"):
        Space(angle=angles()).cells(angel=60)
    with pytest.raises(SpaceError, match="a cell lies outside the space: angle is 200"):
        Space(angle=angles()).cells(angle=[60, 200])


def test_generic_values_are_none_of_the_corners() -> None:
    rng = np.random.default_rng(0)
    for axis in (angles(), angles(whole=True), numbers(0, 4, 1), pairs()):
        special = [c.value for c in axis.corners()]
        for _ in range(200):
            value = axis.generic(rng)
            assert value not in special
            assert axis.refuses(value, {}) == ""
    assert choices("relu", "tanh").generic(rng) == "relu"


def test_a_zero_of_samples_is_not_called_the_limits() -> None:
    """Its error is of samples at one width, and may be far smaller than the distance from the limit's zero."""
    assert Zero("rate", 0.5010, 9e-5, 0.5005, 0.5015, 1024).text == "rate = 0.501 ± 9e-05 at width 1024"
    assert Zero("angle", 113.2, 0.0, 113.2, 113.2).text == "angle = 113.2, as given"


def descended(name: str, **start: float) -> Any:
    """A descent of a made-up quantity, in this process."""
    quantity, space = SPACES[name]
    measure = Measure(quantity, widths=WIDTHS, block=256, samples=1 << 12, space=space)
    (target,) = targets(statement(name, MINUS_ONE), Check(name, measure))
    (group,) = target.ask([{**({"r": 1} if name == "X" else {"sign": 1}), **start}])
    draws = draws_of(target, bare(group, 64, (128,)), 1, 0)
    return descend(Descent(draws, dict.fromkeys(start, (0.0, 180.0)), start))


def test_a_descent_ends_where_the_coefficient_vanishes() -> None:
    at, seconds, error = descended("X", angle=120.0)
    assert error is None
    assert seconds > 0
    assert at["angle"] == pytest.approx(HIDDEN, abs=2)  # of 64 samples at width 128


def test_a_descent_that_finds_nothing_small_says_nothing() -> None:
    assert descended("Y", angle=120.0)[0] is None


def test_a_descent_whose_sampler_fails_says_how() -> None:
    at, _, error = descended("X", angle=120.0, height=3.0)
    assert at is None
    assert "height" in error
