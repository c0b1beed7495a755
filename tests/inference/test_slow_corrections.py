"""True claims with slow corrections are not contradicted, however many samples; false ones a quarter off still are.

The laws are those whose true claims an interval with 1/n corrections alone contradicts, always, once the data are many.
Error rate: a contradiction of a true claim has rate below alpha = 1e-3 a run, so that k of 200 runs is expected with
probability below (200 · 1e-3)^k / k!; none is allowed in the short version (rate below 1e-2 · 1e-3 a law, seeds fixed),
none in the long one.  Seeds are (SEED, law, run).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable

import numpy as np
import pytest

from verifier.inference import decide_limit, decide_order
from verifier.inference.corrections import POWERS_OF_N, largest_bias
from verifier.inference.decisions import Decision
from verifier.inference.exponents import DEFAULT_WIDTHS
from verifier.inference.samples import LogSample
from verifier.verdict import NumericStatus

SEED = 20_301
Law = Callable[[np.random.Generator, int, int], np.ndarray]
CONSISTENT, CONTRADICTED = NumericStatus.CONSISTENT, NumericStatus.CONTRADICTED


def _largest(rng: np.random.Generator, n: int, size: int) -> np.ndarray:
    """Like the largest singular value of an n × n matrix: 2 with corrections and fluctuations of n^-2/3."""
    return 2 + float(n) ** (-2 / 3) * (1.3 * rng.standard_normal(size) - 1.2)


#: name -> (law, claimed exponent)
ORDERS: dict[str, tuple[Law, float]] = {
    "norm 1 + 2/sqrt n": (lambda r, n, k: (1 + 2 / np.sqrt(n)) * np.exp(0.1 * r.standard_normal(k)), 0.0),
    "loss with a floor": (lambda r, n, k: 2 + 4 / np.sqrt(n) + 0.02 * r.standard_normal(k), 0.0),
    "largest singular value": (_largest, 0.0),
    "(1 + 1/sqrt n) G/n": (lambda r, n, k: (1 + 1 / np.sqrt(n)) * r.standard_normal(k) / n, -1.0),
}
#: name -> (law, limit, margin)
LIMITS: dict[str, tuple[Law, float, float]] = {
    "largest singular value": (_largest, 2.0, 0.1),
    "2 + 1/sqrt n + G/4": (lambda r, n, k: 2 + 1 / np.sqrt(n) + r.standard_normal(k) / 4, 2.0, 0.1),
}


def _data(name: str, law: Law, size: int, run: int) -> dict[int, np.ndarray]:
    rng = np.random.default_rng([SEED, zlib.crc32(name.encode()), size, run])
    return {n: law(rng, n, size) for n in DEFAULT_WIDTHS}


def _count(found: list[Decision], verdict: NumericStatus) -> int:
    return sum(d.verdict is verdict for d in found)


@pytest.mark.parametrize(
    ("size", "runs"),
    [(1000, 12), (100_000, 1)] + [pytest.param(size, 200, marks=pytest.mark.slow) for size in (1000, 100_000)],
)
@pytest.mark.parametrize("name", ORDERS)
def test_orders(name: str, size: int, runs: int) -> None:
    law, claimed = ORDERS[name]
    true, above, below = [], [], []
    for run in range(runs):
        samples = {n: LogSample.from_values(x) for n, x in _data(name, law, size, run).items()}
        true.append(decide_order(samples, claimed, looks=1))
        above.append(decide_order(samples, claimed + 0.25, looks=1))
        below.append(decide_order(samples, claimed - 0.25, looks=1))
    assert _count(true, CONTRADICTED) == 0
    assert _count(true, CONSISTENT) >= 0.95 * runs
    assert _count(above, CONTRADICTED) >= 0.95 * runs
    assert _count(below, CONTRADICTED) >= 0.95 * runs
    assert all("crossover width" in d.assumption for d in true)


@pytest.mark.parametrize(
    ("size", "runs"),
    [(1000, 12), (100_000, 1)] + [pytest.param(size, 200, marks=pytest.mark.slow) for size in (1000, 100_000)],
)
@pytest.mark.parametrize("name", LIMITS)
def test_limits(name: str, size: int, runs: int) -> None:
    law, claimed, margin = LIMITS[name]
    true, wrong = [], []
    for run in range(runs):
        samples = _data(name, law, size, run)
        true.append(decide_limit(samples, claimed, margin=margin, looks=1))
        wrong += [decide_limit(samples, claimed * factor, margin=margin, looks=1) for factor in (0.75, 1.25)]
    assert _count(true, CONTRADICTED) == 0
    assert _count(true, CONSISTENT) >= 0.95 * runs
    assert _count(wrong, CONTRADICTED) >= 0.95 * 2 * runs


@pytest.mark.parametrize("name", ["norm 1 + 2/sqrt n", "loss with a floor"])
def test_twin_corrections_of_one_over_n_alone_exclude_the_truth(name: str) -> None:
    """The interval that knows of c/n only lies inside the margin and misses the claim; so no verdict rests on it."""
    law, claimed = ORDERS[name]
    d = decide_order(_data(name, law, 100_000, 0), claimed, looks=1, powers=POWERS_OF_N)
    assert d.high < claimed
    assert d.low > claimed - d.margin
    assert d.verdict is NumericStatus.INCONCLUSIVE


def test_twin_of_a_limit_with_one_over_n_alone() -> None:
    law, claimed, margin = LIMITS["2 + 1/sqrt n + G/4"]
    d = decide_limit(_data("twin", law, 100_000, 0), claimed, margin=margin, looks=1, powers=POWERS_OF_N)
    assert d.low > claimed
    assert d.high < claimed + margin
    assert d.verdict is NumericStatus.INCONCLUSIVE


def test_more_data_do_not_turn_a_right_answer_wrong() -> None:
    """(1 + 1/sqrt n) G/n from 10^3 to 4·10^5 samples a width: never contradicted, consistent from some size on."""
    law, claimed = ORDERS["(1 + 1/sqrt n) G/n"]
    whole = _data("growing", law, 400_000, 0)
    found = [
        decide_order({n: x[:size] for n, x in whole.items()}, claimed, looks=1).verdict
        for size in (1000, 16_000, 128_000, 400_000)
    ]
    assert CONTRADICTED not in found
    assert found[-1] is CONSISTENT


def test_the_correction_that_was_needed_is_named() -> None:
    law, claimed = ORDERS["norm 1 + 2/sqrt n"]
    slow = decide_order(_data("named", law, 100_000, 0), claimed, looks=1)
    assert slow.powers == (0.5,)
    assert "n^-1/2" in slow.assumption
    assert "1/n or n^-2/3 do not fit" in slow.assumption
    fast = decide_order(_data("named", lambda r, n, k: r.standard_normal(k) / n, 1000, 0), -1.0, looks=1)
    assert set(fast.powers) == {1.0, 2 / 3, 0.5}
    assert "fit)" not in fast.assumption


def test_a_power_law_that_is_none_is_neither() -> None:
    """n^0 with a factor of 3 at one width: no claim is contradicted, and the reason says that it is no power law."""
    data = _data("broken", lambda r, n, k: np.exp(0.1 * r.standard_normal(k)) * (3 if n == 4690 else 1), 1000, 0)
    for claimed in (0.0, 0.5, -1.0):
        d = decide_order(data, claimed, looks=1)
        assert d.verdict is NumericStatus.INCONCLUSIVE
        assert "the data are not a power law with corrections 1/n, n^-2/3 or n^-1/2" in d.reason
        assert d.advice


CROSSOVER = (128, 413, 1150, 4690, 20_011)


def beyond(limit: float) -> dict[int, np.ndarray]:
    """limit · G + G'/√n: of order n^0, at widths above 1/limit² alone.  Exact up to the fluctuation of the G."""
    rng = np.random.Generator(np.random.Philox(1103))
    return {n: rng.standard_normal(4096) * math.hypot(limit, n**-0.5) for n in CROSSOVER}


def test_widths_below_a_known_crossover_decide_nothing() -> None:
    """The crossover lies at 10^5; all that the widths show is the correction.  The claim holds: any error is a bug."""
    found = decide_order(beyond(3e-3), 0, correction=True, powers=(1.0,), allowance=1e5, looks=1)
    assert found.verdict is NumericStatus.INCONCLUSIVE
    assert found.bias > 1


def test_twin_the_same_numbers_contradict_where_no_such_crossover_is_known() -> None:
    """Seed 1103; the exponent is about -1/2, tens of standard errors from 0."""
    found = decide_order(beyond(0), 0, correction=True, powers=(1.0,), looks=1)
    assert found.verdict is NumericStatus.CONTRADICTED


def test_a_width_below_the_crossover_counts_by_itself() -> None:
    """Its correction may have either sign, and is cancelled by that of no other width."""
    weights = np.array([1.0, -1.0, 0.0])
    assert largest_bias((4, 8, 10_000), weights, 1.0, 10.0) > 2 * math.log(100)
    assert largest_bias((400, 800, 10_000), weights, 1.0, 10.0) < 0.05
