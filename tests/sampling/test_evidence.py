"""What plots are given of a law: quantiles of the samples themselves, by sign and logarithm."""

from __future__ import annotations

import numpy as np
import pytest

from verifier.inference.samples import LogSample
from verifier.sampling.evidence import PROBABILITIES, evidence_of


def quantiles(values: np.ndarray) -> np.ndarray:
    """Those of sorted numbers, which no sign and no logarithm is needed for."""
    ordered = np.sort(values)
    return np.array([ordered[min(int(p * values.size), values.size - 1)] for p in PROBABILITIES])


@pytest.mark.parametrize("shares", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1), (5, 1, 0), (0, 1, 5)])
@pytest.mark.parametrize("count", [1, 2, 50, 1000])
def test_a_law_is_told_by_its_quantiles(shares: tuple[int, int, int], count: int) -> None:
    rng = np.random.default_rng([20_301, count, *shares])
    signs = rng.choice([-1, 0, 1], size=count, p=np.array(shares) / sum(shares))
    values = signs * np.exp(rng.standard_normal(count))
    found = evidence_of({64: LogSample.from_values(values)})
    told = [
        0.0 if log is None else sign * np.exp(log)
        for sign, log in zip(found.law_sign[0], found.law_log[0], strict=True)
    ]
    assert found.law_sign[0] == tuple(np.sign(quantiles(values)).astype(int))
    assert told == pytest.approx(quantiles(values), rel=1e-4)


def test_quantiles_of_the_sizes_are_another_law() -> None:
    values = np.linspace(-3, 3, 101)
    told = evidence_of({64: LogSample.from_values(values)}).law_sign[0]
    assert told != evidence_of({64: LogSample.from_values(np.abs(values))}).law_sign[0]


def test_samples_that_are_no_numbers_stand_where_zeros_do() -> None:
    values = np.array([-2.0, np.nan, 3.0, np.inf])
    found = evidence_of({64: LogSample.from_values(values)})
    assert set(zip(found.law_sign[0], found.law_log[0], strict=True)) == {(-1, 0.6931), (0, None), (1, 1.0986)}
