"""Few seeds whose scatter differs from width to width: each width's own is taken, and false decisions stay rare.

Error rate: each family is drawn 3000 times, seed 20201, at alpha 1e-3; more than 14 false decisions of 3000 at that
rate have probability below 1e-6 (binomial).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from verifier.fits.fitting import FitSettings, assess
from verifier.inference.few import scatter

SEED = 20_201
WIDTHS = (128, 256, 512, 1024, 2048)
RUNS, MOST = 3000, 14
Law = Callable[[np.random.Generator, int], np.ndarray]
LAWS: dict[str, Law] = {
    "normal": lambda rng, k: rng.standard_normal(k),
    "heavy": lambda rng, k: rng.standard_t(3, k),
    "skewed": lambda rng, k: np.log(rng.chisquare(4, k)),
    "exponential": lambda rng, k: rng.exponential(1, k),
}


def _data(law: Law, seeds: int, size: float, rng: np.random.Generator) -> dict[int, np.ndarray]:
    """X = exp(size (n/128)^{-1/2} Z): order n^0, a scatter that falls by a factor of four."""
    centre = float(np.mean(law(np.random.default_rng(0), 200_000)))
    return {n: np.exp(size * (n / 128) ** -0.5 * (law(rng, seeds) - centre)) for n in WIDTHS}


def test_the_number_of_false_decisions_is_what_is_said() -> None:
    assert stats.binom.sf(MOST, RUNS, 1e-3) < 1e-6


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("seeds", [5, 10])
def test_the_interval_of_own_scatters_covers_the_truth(law: str, seeds: int) -> None:
    """Of the slope alone, without any allowance for corrections, which would hide a short interval."""
    from verifier.inference.exponents import contrast, slope_weights

    rng = np.random.default_rng(SEED)
    draw, weights = LAWS[law], slope_weights(WIDTHS)
    centre = float(np.mean(draw(np.random.default_rng(0), 200_000)))
    missed = used = 0
    for _ in range(RUNS):
        logs = [(n / 128) ** -0.5 * (draw(rng, seeds) - centre) for n in WIDTHS]
        found = scatter(WIDTHS, logs)
        if found.refusal is not None:
            continue
        used += 1
        estimate = contrast(np.asarray(weights), found.moments)
        missed += abs(estimate.value) > estimate.half(1e-3)
    assert used > 10
    assert missed <= MOST


def test_a_coordinate_check_whose_scatter_falls_with_the_width_is_decided() -> None:
    rng = np.random.default_rng(SEED)
    data = {n: np.exp(0.03 * (n / 128) ** -0.7 * rng.standard_normal(8)) for n in WIDTHS}
    pooled = scatter(WIDTHS, [np.log(x) for x in data.values()])
    assert pooled.refusal is None
    assert pooled.moments[0].variance > 4 * pooled.moments[-1].variance  # each has its own
    assert assess(data, "order", 0, FitSettings()).verdict == "consistent (few seeds)"
    grown = {n: x * n**0.5 for n, x in data.items()}
    assert assess(grown, "order", 0, FitSettings()).verdict == "contradicted (few seeds)"  # the twin


def test_two_values_at_each_width_are_no_scatter() -> None:
    """Twin: what does not look normal even by width is refused, as before."""
    data = [np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, s]) for s in (1.0, 0.5, 0.2, 0.1, 0.05)]
    assert "does not look normal" in (scatter(WIDTHS, data).refusal or "")
