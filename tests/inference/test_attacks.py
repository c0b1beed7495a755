"""Data made to be misread: each case is named by the false thing that it must not lead to.

Zeros with few seeds, dependence with few seeds, offsets, discrete laws, one width that is odd: composed, with seeds
(SEED, case, set).  No false verdict is allowed in any of the sets; each has rate below 1e-3 where data are random.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
import pytest

from verifier.fits.fitting import FitSettings, assess
from verifier.inference.exponents import DEFAULT_WIDTHS
from verifier.verdict import NumericStatus

SEED = 20_304
SMALL = (64, 128, 256, 512, 1024)
FIVE = (128, 256, 512, 1024, 2048)
Law = Callable[[np.random.Generator, int], np.ndarray]
PASS, FAIL = NumericStatus.CONSISTENT, NumericStatus.CONTRADICTED


def _wide(g: np.random.Generator, n: int) -> np.ndarray:
    return np.exp(0.3 * g.standard_normal() + 0.01 * g.standard_normal(5))


#: false verdict -> (law, kind, claim, widths, the verdict that would be false)
ATTACKS: dict[str, tuple[Law, str, float | None, tuple[int, ...], NumericStatus]] = {
    "five zeros and a huge value are bounded": (
        lambda g, n: np.where(np.arange(6) == 5, float(n), 0.0), "upper", -2, SMALL, PASS),
    "few seeds with zeros among them have an order": (
        lambda g, n: np.where(g.random(8) < 0.3, 0.0, np.exp(0.02 * g.standard_normal(8))), "order", 0, FIVE, PASS),
    "one network at each width with five coordinates denies n^0": (_wide, "order", 0, FIVE, FAIL),
    "an offset makes n^-1 of n^0": (
        lambda g, n: (1 / n + 0.01) * np.exp(0.1 * g.standard_normal(1000)), "order", -1, SMALL, PASS),
    "an offset makes n^-1/2 of n^0": (
        lambda g, n: (1 / n + 0.003) * np.exp(0.03 * g.standard_normal(5)), "order", -0.5, SMALL, PASS),
    "two corrections of both signs deny n^0": (
        lambda g, n: (1 + 3 / np.sqrt(n) - 20 / n) * np.exp(0.02 * g.standard_normal(1000)), "order", 0, SMALL, FAIL),
    "slow corrections at small widths deny n^0": (
        lambda g, n: (1 + 2 / np.sqrt(n)) * np.exp(0.05 * g.standard_normal(1000)), "order", 0, (8, 16, 32, 64, 128),
        FAIL),
    "slow corrections of the other sign at small widths deny n^0": (
        lambda g, n: (1 - 2 / np.sqrt(n)) * np.exp(0.05 * g.standard_normal(1000)), "order", 0, (8, 16, 32, 64, 128),
        FAIL),
    "corrections of n^-1/4 deny n^0": (
        lambda g, n: (1 + 2 * n**-0.25) * np.exp(0.05 * g.standard_normal(1000)), "order", 0, DEFAULT_WIDTHS, FAIL),
    "corrections of n^-1/4 deny a limit": (
        lambda g, n: 1 + n**-0.25 + 0.1 * g.standard_normal(1000), "limit", 1, DEFAULT_WIDTHS, FAIL),
    "a decay like 1/log n is none": (
        lambda g, n: g.standard_normal(1000) / np.log(n), "to-zero", None, DEFAULT_WIDTHS, FAIL),
    "the largest width alone makes a power": (
        lambda g, n: np.exp(0.05 * g.standard_normal(200)) * (2.0 if n == 2048 else 1.0), "order", 0.25, FIVE, PASS),
    "a mean of skewed values is zero": (
        lambda g, n: np.expm1(g.standard_normal(500)), "mean-zero", None, SMALL, PASS),
    "few skewed values deny their mean": (
        lambda g, n: np.exp(g.standard_normal(10)) - np.exp(0.5), "mean-zero", None, SMALL, FAIL),
    "a rare large value denies its mean": (
        lambda g, n: np.where(g.random(150) < 0.01, 1.0, -0.0101010101), "mean-zero", None, SMALL, FAIL),
    "few rounded values are known exactly": (
        lambda g, n: np.round(1 + 0.001 * g.standard_normal(5), 2), "order", 0.25, FIVE, PASS),
    "copies of three runs are sixty": (
        lambda g, n: np.repeat(np.exp(0.5 * g.standard_normal(6)), 20), "order", 0, FIVE, FAIL),
    "heavy tails of few seeds deny n^0": (
        lambda g, n: np.exp(0.3 * g.standard_cauchy(5)), "order", 0, FIVE, FAIL),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_not_said_that(name: str) -> None:
    law, kind, claimed, widths, false = ATTACKS[name]
    for place in range(12):
        g = np.random.default_rng([SEED, zlib.crc32(name.encode()), place])
        data = {n: np.asarray(law(g, n), dtype=float) for n in widths}
        found = assess(data, kind, claimed)
        assert found.status is not false, found.reasons
        if found.status is NumericStatus.INCONCLUSIVE:
            assert found.reasons[0]


def test_every_verdict_names_its_assumption() -> None:
    g = np.random.default_rng(SEED)
    data = {n: np.exp(0.05 * g.standard_normal(400)) for n in DEFAULT_WIDTHS}
    for kind, expect in (("order", 0), ("order", 1), ("upper", 0), ("limit", 1), ("to-zero", None)):
        assert "corrections to scaling of size" in assess(data, kind, expect).assumption
    none = assess(data, "order", 0, FitSettings(allowance=0.0))
    assert none.assumption == "no corrections to the power law are allowed for"
