"""Whole laws: Kolmogorov distances with an allowance, and joint normality."""

import math

import numpy as np
import pytest
from scipy import stats

from verifier.inference.laws import kolmogorov_distance, kolmogorov_threshold, law_distances
from verifier.inference.samples import LogSample

SEED = 20_246
WIDTHS = (128, 413, 1150, 4690)


def rng(key=0):
    return np.random.default_rng([SEED, key])


def test_distance_agrees_with_scipy_ties_included():
    for size in (50, 333):
        a, b = np.sort(rng(1).standard_normal(size)), np.sort(rng(2).standard_normal(2 * size))
        assert kolmogorov_distance(a, b) == pytest.approx(stats.ks_2samp(a, b).statistic, abs=1e-12)
    a, b = np.sort(rng(3).integers(0, 4, 200)), np.sort(rng(4).integers(0, 5, 300))
    assert kolmogorov_distance(a * 1.0, b * 1.0) == pytest.approx(stats.ks_2samp(a, b).statistic, abs=1e-12)


def test_threshold_has_its_level():
    """Under one law the threshold at level 0.05 is exceeded in at most 5 %: binomial bound at rate 1e-9."""
    bound = kolmogorov_threshold(400, 300, 0.05)
    above = sum(kolmogorov_distance(np.sort(rng(2 * k).random(400)), np.sort(rng(2 * k + 1).random(300))) > bound
                for k in range(400))  # fmt: skip
    assert above <= stats.binom.isf(1e-9, 400, 0.05)


def _samples(exponent, size=4000, factor=lambda n: 1.0, atom=0.0):
    found = []
    for n in WIDTHS:
        x = rng(n).standard_normal(size) * float(n) ** exponent * factor(n)
        found.append(LogSample.from_values(np.where(rng(n + 1).random(size) < atom, 0.0, x), keep=size))
    return found


def _distances(samples, exponent, coefficient=10.0):
    scales = [exponent * math.log(n) for n in WIDTHS]
    return law_distances(WIDTHS, samples, scales, 1e-9, [coefficient / n for n in WIDTHS])


def test_law_distances_see_a_wrong_exponent_and_allow_a_correction():
    assert not any(r.exceeds for r in _distances(_samples(-1.0), -1.0))
    assert any(r.exceeds for r in _distances(_samples(-1.0), -0.75))
    corrected = _samples(-1.0, 200_000, lambda n: 1 + 10 / n)
    assert not any(r.exceeds for r in _distances(corrected, -1.0))
    assert any(r.exceeds for r in _distances(corrected, -1.0, coefficient=0.0))


def test_atoms_that_coincide_but_for_the_error_of_their_scale_are_one_law():
    """X = n^-1 {1, 2, 3} with a scale that is off by 1e-3: granted that, the laws agree; if not, not."""
    samples = [LogSample.from_values(rng(n).integers(1, 4, 4000) / n) for n in WIDTHS]
    scales = [-math.log(n) + 1e-3 * (n == WIDTHS[0]) for n in WIDTHS]
    granted = law_distances(WIDTHS, samples, scales, 1e-9, [0.0] * 4, [2e-3] * 4)
    assert not any(r.exceeds for r in granted)
    assert law_distances(WIDTHS, samples, scales, 1e-9, [0.0] * 4)[0].exceeds


def test_law_distances_see_an_atom_and_a_sign():
    same = _samples(-1.0, atom=0.5)
    assert not any(r.exceeds for r in _distances(same, -1.0))
    mixed = [*_samples(-1.0)[:3], same[3]]
    assert all(r.exceeds for r in _distances(mixed, -1.0))
    folded = [*_samples(-1.0)[:3], LogSample.from_values(np.abs(rng(9).standard_normal(4000)) / WIDTHS[3])]
    assert all(r.exceeds for r in _distances(folded, -1.0))
