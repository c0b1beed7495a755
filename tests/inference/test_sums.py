"""Sums that are rounded once: the same as ``math.fsum``, bit for bit, whatever the order of the terms."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from verifier.inference.means import average
from verifier.inference.sums import FEW, exact_sum

Array = npt.NDArray[np.float64]
SEED = 20_340

KINDS: dict[str, Callable[[np.random.Generator, int], Array]] = {
    "normal": lambda rng, n: rng.standard_normal(n),
    "squares": lambda rng, n: np.square(rng.standard_normal(n)),
    "of all sizes": lambda rng, n: rng.standard_normal(n) * 10.0 ** rng.integers(-300, 290, n),
    "that cancel": lambda rng, n: np.concatenate([x := rng.standard_normal(n), -x, [1e-30]]),
    "below the least normal number": lambda rng, n: 5e-324 * rng.integers(-1000, 1000, n),
    "with all their bits": lambda rng, n: np.ldexp(rng.integers(0, 2**53, n).astype(float), rng.integers(-60, 60, n)),
    "near the largest number": lambda rng, n: rng.uniform(-1.0, 1.0, n) * 1.7e308 / n,
    "negative zeros": lambda rng, n: np.full(n, -0.0),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [0, 1, FEW - 1, FEW, FEW + 1, 4096, 70_001])
def test_it_is_fsum_bit_for_bit(kind: str, count: int) -> None:
    x = KINDS[kind](np.random.default_rng([SEED, count]), count)
    found, expected = exact_sum(x), math.fsum(x.tolist())
    assert found.hex() == expected.hex()
    assert exact_sum(np.sort(x)).hex() == expected.hex()


def test_a_sum_of_floats_from_left_to_right_would_be_told_from_it() -> None:
    x = KINDS["that cancel"](np.random.default_rng(SEED), 4096)
    assert exact_sum(x) == 1e-30
    assert float(x.sum()) != 1e-30


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_as_fsum_has_it(bad: float) -> None:
    x = np.ones(2 * FEW)
    x[7] = bad
    assert str(exact_sum(x)) == str(math.fsum(x.tolist()))


def test_infinities_of_both_signs_and_sums_that_are_no_number_are_refused_as_by_fsum() -> None:
    x = np.ones(2 * FEW)
    x[3], x[5] = math.inf, -math.inf
    with pytest.raises(ValueError, match="inf"):
        exact_sum(x)
    with pytest.raises(OverflowError):
        exact_sum(np.full(2 * FEW, 1.7e308))


def test_the_array_itself_is_left_alone() -> None:
    x = np.random.default_rng(SEED).standard_normal(2 * FEW)
    before = x.copy()
    exact_sum(x)
    assert np.array_equal(x, before)


@pytest.mark.parametrize("count", [5, 10, 11, 128, 5000])
def test_an_average_does_not_depend_on_the_order_and_knows_the_ten_largest(count: int) -> None:
    rng = np.random.default_rng([SEED, count])
    x = rng.standard_normal(count) ** 3
    found = average(x)
    assert average(rng.permutation(x)) == found
    largest = np.sort(np.abs(x))[-10:]
    assert found.largest_share == pytest.approx(largest.sum() / np.abs(x).sum(), rel=1e-14)
    centred = x - x.mean()
    assert found.skewness == pytest.approx(np.mean(centred**3) / np.mean(centred**2) ** 1.5, rel=1e-9)
