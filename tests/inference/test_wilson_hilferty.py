"""The scale on which averages of squares are nearly symmetric, and the claims in probability that are judged on it.

Seeds are fixed; of a fresh one a false verdict has probability 1e-3 at most.
"""

from __future__ import annotations

import numpy as np
import pytest

from verifier.inference.averages import decide_limit
from verifier.inference.means import average
from verifier.inference.samples import LogSample
from verifier.inference.wilson_hilferty import NearlySymmetric, symmetric
from verifier.sampling.values import decide_value_and_fluctuation
from verifier.verdict import NumericStatus

WIDTHS = (128, 256, 512, 1024)


@pytest.mark.parametrize("centre", [0.136, 1.0, 40.0, -2.0])
def test_it_keeps_the_centre_and_is_undone(centre: float) -> None:
    scale = NearlySymmetric(centre)
    x = centre * np.linspace(0.01, 4, 40)
    assert np.all(np.diff(scale.of(x)) * np.sign(centre) > 0)
    assert [scale.back(float(y)) for y in scale.of(x)] == pytest.approx(x.tolist(), rel=1e-9)
    assert scale.of(centre) == pytest.approx(centre, rel=1e-15)
    step = 1e-6 * centre
    assert (scale.of(centre + step) - scale.of(centre - step)) / (2 * step) == pytest.approx(1, rel=1e-6)


def test_what_is_beyond_it() -> None:
    scale = NearlySymmetric(1.0)
    assert scale.of([-5, 0.0])[0] == scale.of(0.0)
    assert scale.of(1e300) < 1100  # a logarithm
    assert np.isnan(scale.of(np.nan))
    assert scale.of(-np.inf) == -np.inf
    assert -0.5 <= scale.back(-1) < scale.back(float(scale.of(0.0))) == pytest.approx(0, abs=1e-12)
    assert 4 < scale.back(5.0) < scale.back(1e9) < np.inf
    with pytest.raises(ValueError, match="not 0"):
        NearlySymmetric(0.0)


def test_a_margin_is_never_wider_on_it() -> None:
    """Whatever lies within the scale's margin of the centre lies within the margin on that of X."""
    for centre in (0.15, 1.0, -3.0):
        scale = NearlySymmetric(centre)
        margin = scale.margin(0.05)
        assert margin <= 0.05
        for y in (centre - margin, centre + margin):
            assert abs(scale.back(y) - centre) <= 0.05 + 1e-12
    assert symmetric(0.09, 0.05) is None
    assert symmetric(0.0, 0.05) is None
    assert symmetric(-0.3, 0.05) == NearlySymmetric(-0.3)


def chi_squares(n: int, samples: int, seed: int) -> np.ndarray:
    """Products of two averages of n/16 squares, of mean 1: about as skewed as kernels at this width."""
    rng = np.random.default_rng(seed)
    return np.prod([rng.chisquare(n // 16, samples) / (n // 16) for _ in range(2)], axis=0)


def test_products_of_averages_are_hardly_skewed_on_it() -> None:
    x = chi_squares(128, 1 << 16, seed=1)
    plain, curved = average(x), average(NearlySymmetric(1.0).of(x))
    assert plain.skewness > 1.8
    assert abs(curved.skewness) < 0.5  # (2/0.5)² = 16 times fewer samples


def samples(law: str, seed: int = 1) -> dict[int, LogSample]:
    found = {}
    for n in WIDTHS:
        rng = np.random.default_rng([seed, n])
        x = chi_squares(n, 1 << 14, seed + n)
        if law == "rare":  # of mean 2 at every width
            x = x + n * (rng.random(x.size) < 1 / n)
        found[n] = LogSample.from_values(1.25 * x if law == "other" else x)
    return found


def verdict(law: str, claimed: float, alpha: float = 1e-8) -> tuple[NumericStatus, str]:
    found = decide_value_and_fluctuation(samples(law), claimed, alpha=alpha, margin=0.1, looks=8, squares=True)
    return found.verdict, found.reason


def test_a_limit_in_probability_is_told_at_a_rate_where_the_mean_is_refused() -> None:
    status, reason = verdict("plain", 1.0)
    assert status is NumericStatus.CONSISTENT, reason
    status, reason = verdict("other", 1.0)  # twin
    assert status is NumericStatus.CONTRADICTED, reason
    arrays = {n: chi_squares(n, 1 << 14, 1 + n) for n in WIDTHS}
    plain = decide_limit(arrays, 1.0, margin=0.1, alpha=5e-9)
    assert "skewness" in plain.reason


def test_needed_samples_are_told_of_the_width_that_has_fewest() -> None:
    """Of widths that have shares, what one of them needs is a multiple of its share."""
    shares = (8, 4, 2, 1)
    arrays = {n: chi_squares(128, 2048 * share, n) for n, share in zip(WIDTHS, shares, strict=True)}
    found = decide_limit(arrays, 1.0, margin=0.1, alpha=1e-8)
    assert "at width 128 skewness" in found.reason
    absolute = int(found.reason.split(" needs ")[1].split()[0])
    assert found.samples_needed == -(-absolute // 8)


def test_rare_values_do_not_move_a_limit_in_probability() -> None:
    """X_n → 1 in probability and E X_n → 2: the claim of 1 is not contradicted, and that of 2 is not confirmed."""
    status, reason = verdict("rare", 1.0, alpha=1e-3)
    assert status is not NumericStatus.CONTRADICTED, reason
    status, reason = verdict("rare", 2.0, alpha=1e-3)
    assert status is not NumericStatus.CONSISTENT, reason


def test_numbers_are_shown_on_the_scale_of_the_quantity() -> None:
    found = decide_value_and_fluctuation(samples("plain"), 1.0, alpha=1e-3, margin=0.1, looks=8, squares=True)
    assert found.quantity == "limit of X"
    assert found.margin == 0.1
    assert found.low < 1 < found.high
    assert abs(found.estimate - 1) < 0.05
