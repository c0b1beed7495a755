"""Gram matrices of a layer, Jacobian Grams and extreme eigenvalues: exact small cases, limits, reference values.

Statistical tests are at rate 1e-9 each (normal approximation, or Kolmogorov-Smirnov); seeds are literals.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import stats

from verifier.networks import gram, kernels
from verifier.networks.correlations import sample_T

Z = 6.2


def within(values, expected, slack=0.0):
    return abs(values.mean() - expected) < Z * values.std(ddof=1) / sqrt(len(values)) + slack


@pytest.mark.parametrize("angle", [0, 60, 90, 135, 180])
def test_chain_against_drawn_neurons(angle):
    """KS of q.q' after two layers of 5 and 3 neurons; rate 3e-9 an angle, seed 600."""
    rng, samples = np.random.default_rng(600), 8000
    found = gram.sample_layer_gram(3, [5, 3], angle=angle, samples=samples, rng=rng).values
    rows = gram.input_pair(angle)
    w = rng.standard_normal((samples, 5, rows.shape[1])) / sqrt(rows.shape[1])
    first = sqrt(2.0) * np.maximum(np.einsum("bij,kj->bki", w, rows), 0.0)
    second = sqrt(2.0) * np.maximum(np.einsum("bij,bkj->bki", rng.standard_normal((samples, 3, 5)), first), 0.0)
    second /= sqrt(5)
    direct = np.einsum("bki,bli->bkl", second, second) / 3
    for column, (i, j) in enumerate(gram.ENTRIES):
        i, j = min(i, len(rows) - 1), min(j, len(rows) - 1)
        assert stats.ks_2samp(found[:, column], direct[:, i, j], method="asymp").pvalue > 1e-9
    one_layer = gram.sample_layer_gram(2, 5, angle=angle, samples=100, rng=rng).values
    assert (angle == 180) == (not one_layer[:, 1].any())  # antiparallel inputs share no active neuron


@pytest.mark.parametrize(("depth", "angle"), [(2, 60), (3, 60), (2, 90), (3, 90)])
def test_O20_O21_mean_of_f_times_f(depth, angle):
    """E f f' at n = 1024 is S^{L-1} (exactly at L = 2), and not S^L: E6.  Seed 610."""
    values = gram.sample_layer_gram(depth, 1024, angle=angle, samples=2000, rng=np.random.default_rng(610)).values[:, 1]
    pair = kernels.pair_gram(angle)
    assert within(values, kernels.nngp(depth, pair)[0, 1], 0.0 if depth == 2 else 2.0 / 1024)
    assert not within(values, kernels.nngp(depth + 1, pair)[0, 1], 2.0 / 1024)


def test_one_input_costs_nothing():
    """Second moment of |q|^2/n, (1 + 5/n)^{L-1}, at n = 8; and n = 10^12; seed 611."""
    rng = np.random.default_rng(611)
    values = gram.sample_layer_gram(3, 8, samples=200000, rng=rng).values
    assert np.array_equal(values[:, 0], values[:, 2])
    assert within(values[:, 0], 1.0)
    assert within(values[:, 0] ** 2, (1 + 5 / 8) ** 2)
    wide = gram.sample_layer_gram(4, 10**12, samples=1000, rng=rng).values
    assert np.abs(wide - 1.0).max() < 1e-4


@pytest.mark.parametrize("angle", [0, 60])
def test_jacobian_gram(angle):
    """<C, C'> at L = 3, u = 1, two outputs, n = 512: the product of dSigma on the diagonal, 0 off it; seed 620."""
    found = gram.sample_jacobian_gram(
        3, 512, layer=1, outputs=2, angle=angle, samples=1500, rng=np.random.default_rng(620)
    ).values
    pair = kernels.pair_gram(angle)
    slopes = [float(kernels.kappa_0(min(1.0, kernels.nngp(l, pair)[0, 1]))) for l in (1, 2)]
    expected = slopes[0] * slopes[1]
    for column, value in enumerate((expected, 0.0, 0.0, expected)):
        assert within(found[:, column], value, 2.0 / 512)
    # The product over one layer more or less is another number.
    assert angle == 0 or not within(found[:, 0], slopes[0], 2.0 / 512)


def test_jacobian_gram_is_in_the_tangent_kernel():
    """L = 2: K^f = q.q'/n + x.x'/n_0 <C, C'>; the means agree at n = 4, 60 degrees; seed 621."""
    rng = np.random.default_rng(621)
    c = gram.sample_jacobian_gram(2, 4, layer=1, angle=60, samples=40000, rng=rng).values[:, 0]
    q = gram.sample_layer_gram(2, 4, angle=60, samples=40000, rng=rng).values[:, 1]
    kernel = sample_T(2, 4, [1], angle=60, samples=40000, rng=rng).values[:, 0]
    error = sqrt((kernel.var() + q.var() + c.var() / 4) / 40000)
    assert abs(kernel.mean() - q.mean() - 0.5 * c.mean()) < Z * error


@pytest.mark.parametrize(("rows", "columns", "angle"), [(4, 6, 0), (6, 4, 0), (1, 5, 60), (3, 3, 100), (5, 1, 0)])
def test_eigenvalues_against_drawn_matrices(rows, columns, angle):
    """KS of the smallest and the largest eigenvalue; rate 2e-9 a case, seed 630."""
    rng, samples = np.random.default_rng(630), 3000
    found = gram.sample_extreme_eigenvalues(rows, columns, angle=angle, samples=samples, rng=rng).values
    inputs = gram.input_pair(angle)
    y = np.einsum("bni,ki->bkn", rng.standard_normal((samples, columns, inputs.shape[1])), inputs)
    mask = (y[:, 0] > 0) & (y[:, -1] > 0)
    w = rng.standard_normal((samples, rows, columns)) * mask[:, None, :]
    drawn = np.linalg.eigvalsh(2.0 / columns * w @ w.transpose(0, 2, 1))
    for column, direct in ((0, drawn[:, 0]), (1, drawn[:, -1])):
        pair = [np.where(ends > 1e-12, ends, 0.0) for ends in (found[:, column], direct)]
        assert stats.ks_2samp(*pair, method="asymp").pvalue > 1e-9


def test_O27_square_matrices():
    """n = 512: 5.80 +- .25 (five standard deviations and more); n = 10^5: (1 + sqrt 2)^2 to .02; 8 x 4096; seed 640."""
    rng = np.random.default_rng(640)
    limit = (1 + sqrt(2.0)) ** 2
    middle = gram.sample_extreme_eigenvalues(512, 512, samples=20, rng=rng).values
    assert abs(middle[:, 1].mean() - 5.80) < 0.25
    assert not middle[:, 0].any()  # half the neurons are dead: the matrix has a kernel
    # The scale of the edge is n^(-2/3): the distance to it shrinks by 4.6 for ten times the width.
    wide = gram.sample_extreme_eigenvalues(100_000, 100_000, samples=1, rng=rng).values
    assert abs(wide[0, 1] - limit) < 0.02
    flat = gram.sample_extreme_eigenvalues(8, 4096, samples=50, rng=rng).values
    assert flat.min() > 0.7
    assert flat.max() < 1.35


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: gram.sample_layer_gram(2, 0, samples=1, rng=rng), "width is 0"),
        (lambda rng: gram.sample_layer_gram(2, 4, angle=float("inf"), samples=1, rng=rng), "angle is inf"),
        (lambda rng: gram.sample_jacobian_gram(2, 4, layer=2, samples=1, rng=rng), "layer is 2"),
        (lambda rng: gram.sample_jacobian_gram(2, 4, layer=1, outputs=0, samples=1, rng=rng), "outputs is 0"),
        (lambda rng: gram.sample_extreme_eigenvalues(0, 4, samples=1, rng=rng), "rows is 0"),
        (lambda rng: gram.sample_extreme_eigenvalues(4, 2.5, samples=1, rng=rng), "columns is 2.5"),
    ],
)
def test_bad_requests(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.random.default_rng(0))
