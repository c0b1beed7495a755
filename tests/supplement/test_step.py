"""The kink remainder of one gradient step: in law against networks that take the step, and its exponents.

Statistical tests are at rate 1e-9 each; seeds are the literals below.
"""

from __future__ import annotations

from math import cos, log, pi, radians, sqrt

import numpy as np
import pytest
from scipy import stats

from verifier.networks.correlations import sample_T
from verifier.networks.step import sample_kink_remainder

Z = 6.2


def direct(n, angle, step, samples, rng):
    """f(w - step grad f(x_t)) less the same with the masks before the step, from all neurons; and the two kernels."""
    rows = np.array([[1.0, 0.0], [cos(radians(angle)), np.sin(radians(angle))]]) * sqrt(2.0)
    w, v = rng.standard_normal((samples, n, 2)), rng.standard_normal((samples, n))
    y_t, y = (np.einsum("bni,i->bn", w, row) / sqrt(2) for row in rows)
    w_after = w - step * (sqrt(2 / n) * v * (y_t > 0))[:, :, None] * rows[0] / sqrt(2)
    v_after = v - step * sqrt(2 / n) * np.maximum(y_t, 0)
    after = np.einsum("bni,i->bn", w_after, rows[1]) / sqrt(2)
    true = sqrt(2 / n) * (v_after * np.maximum(after, 0)).sum(axis=1)
    frozen = sqrt(2 / n) * (v_after * after * (y > 0)).sum(axis=1)
    kernel = 2 / n * ((after**2 + v_after**2) * ((after > 0) * 1.0 - (y > 0))).sum(axis=1)
    return np.stack([true - frozen, kernel, ((after > 0) != (y > 0)).sum(axis=1)], axis=1)


CASES = [(1, 0, 1.0), (8, 0, -1.5), (8, 60, 2.0), (30, 140, 1.0), (5, 180, 1.0)]


@pytest.mark.parametrize(("n", "angle", "step"), CASES)
def test_law(n, angle, step):
    """KS of remainder, kernel change and flips at small widths; rate 3e-9 a case, seed 700.  Twin: the other sign."""
    rng, samples = np.random.default_rng(700), 40000
    found = sample_kink_remainder(n, angle=angle, step=step, samples=samples, rng=rng).values
    expected = direct(n, angle, step, samples, rng)
    for column in range(3):
        # Values that are exactly 0 (no flip) come out of the direct computation as rounding errors.
        pair = [np.where(np.abs(part[:, column]) > 1e-12, part[:, column], 0.0) for part in (found, expected)]
        assert stats.ks_2samp(*pair, method="asymp").pvalue > 1e-9
    if angle == 0:
        twin = direct(n, angle, -step, samples, rng)[:, 0]
        assert stats.ks_2samp(found[:, 0], np.where(np.abs(twin) > 1e-12, twin, 0.0), method="asymp").pvalue < 1e-9


def test_O28_training_input():
    """Mean .450 n^{-1/2} (sqrt(2)/pi) and .00142 at n = 10^5; n^{-3/4} would be told apart.  Seed 710."""
    rng = np.random.default_rng(710)
    for n in (10**5, 10**7):
        values = sample_kink_remainder(n, samples=2000, rng=rng).values
        scaled = sqrt(n) * values[:, 0]
        assert abs(scaled.mean() - sqrt(2) / pi) < Z * scaled.std() / sqrt(2000) + 2 / sqrt(n)
        assert np.all(values[:, 0] >= 0.0)  # one-sided
        kernel = sqrt(n) * values[:, 1]
        assert abs(kernel.mean() + 2 * sqrt(2) / pi) < Z * kernel.std() / sqrt(2000) + 8 / sqrt(n)
        if n == 10**5:
            assert abs(values[:, 0].mean() - 0.00142) < 1e-5 + Z * values[:, 0].std() / sqrt(2000)


@pytest.mark.parametrize("angle", [45, 60, 135])
def test_O28_another_input(angle):
    """n^{3/2} E R^2 -> |cos|^3 16 sqrt(2)/(3 pi), at n = 10^5 and 10^7: exponent -3/4 of the size.  Seed 720."""
    rng, samples = np.random.default_rng(720), 4000
    sizes = []
    for n in (10**5, 10**7):
        square = sample_kink_remainder(n, angle=angle, samples=samples, rng=rng).values[:, 0] ** 2
        expected = abs(cos(radians(angle))) ** 3 * 16 * sqrt(2) / (3 * pi)
        error = n**1.5 * square.std() / sqrt(samples)
        assert abs(n**1.5 * square.mean() - expected) < Z * error + 10 / sqrt(n)
        sizes.append((square.mean(), square.std() / sqrt(samples)))
    slope = log(sizes[1][0] / sizes[0][0]) / 2 / log(100)
    error = sqrt(sum((e / s) ** 2 for s, e in sizes)) / 2 / log(100)
    assert abs(slope + 0.75) < Z * error + 0.005
    assert Z * error < 0.1  # -1/2 and -1 are out of reach


def test_the_taylor_term_is_smaller():
    """rms of T^2/2 at 60 degrees falls as 1/n (rate 1e-9, seed 730), and is less than the remainder's at n = 10^4."""
    rng = np.random.default_rng(730)
    found = {n: (sample_T(2, n, [2], angle=60, samples=1500, rng=rng).values[:, 0] / 2) ** 2 for n in (100, 10**4)}
    slope = log(found[10**4].mean() / found[100].mean()) / 2 / log(100)
    error = sqrt(sum(s.var() / s.mean() ** 2 / len(s) for s in found.values())) / 2 / log(100)
    assert abs(slope + 1.0) < Z * error + 0.02
    kinks = sample_kink_remainder(10**4, angle=60, samples=1500, rng=rng).values[:, 0] ** 2
    assert kinks.mean() - Z * kinks.std() / sqrt(1500) > 4 * found[10**4].mean()


def test_orthogonal_input_is_left_alone():
    assert not sample_kink_remainder(1000, angle=90, samples=10, rng=np.random.default_rng(740)).values.any()


@pytest.mark.parametrize(
    ("change", "message"),
    [({"width": 0}, "width is 0"), ({"step": 0.0}, "step is 0.0"), ({"step": float("nan")}, "step is nan"),
     ({"step": 100.0}, "at most"), ({"samples": 0}, "samples is 0"), ({"angle": float("nan")}, "angle is nan")],
)  # fmt: skip
def test_bad_requests(change, message):
    request = {"width": 8, "samples": 2, "rng": np.random.default_rng(0)} | change
    with pytest.raises(ValueError, match=message):
        sample_kink_remainder(**request)
