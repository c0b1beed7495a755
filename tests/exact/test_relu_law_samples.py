"""The law identity on sampled networks: true ReLU masks against binomial widths of a linear network.

Two-sample Kolmogorov-Smirnov test at level 1e-9 (asymptotic p-values; the atom at 0 makes the test
conservative), seeds fixed.  False alarm rate of this file: 1e-9.
"""

import numpy as np
from scipy.stats import ks_2samp

SAMPLES, WIDTH, LEVEL, SEED = 40_000, 4, 1e-9, 20_240_611


def relu_ntk(rng: np.random.Generator, n: int, masks: bool) -> np.ndarray:
    """<grad f, grad f> of networks of depth 3 at one input with |x|^2 = n_0 = 1."""
    w1 = rng.standard_normal((SAMPLES, n))
    w2 = rng.standard_normal((SAMPLES, n, n))
    w3 = rng.standard_normal((SAMPLES, n))
    q1 = np.sqrt(2) * np.maximum(w1, 0) if masks else w1
    y2 = np.einsum("sij,sj->si", w2, q1) / np.sqrt(n)
    q2 = np.sqrt(2) * np.maximum(y2, 0) if masks else y2
    back2 = w3 / np.sqrt(n) * (np.sqrt(2) * (y2 > 0) if masks else 1)
    back1 = np.einsum("si,sij->sj", back2, w2) / np.sqrt(n) * (np.sqrt(2) * (w1 > 0) if masks else 1)
    third = (q2**2).sum(1) / n
    second = (q1**2).sum(1) / n * (back2**2).sum(1)
    first = (back1**2).sum(1)
    return first + second + third


def linear_ntk_at_binomial_widths(rng: np.random.Generator, n: int) -> np.ndarray:
    """prod_l (2 B_l / n) Theta_lin(B_1, B_2), the network cut down to B_l units (0 if B_l = 0)."""
    b1, b2 = rng.binomial(n, 0.5, (2, SAMPLES))
    alive1 = np.arange(n) < b1[:, None]
    alive2 = np.arange(n) < b2[:, None]
    w1 = rng.standard_normal((SAMPLES, n)) * alive1
    w2 = rng.standard_normal((SAMPLES, n, n)) * alive2[:, :, None] * alive1[:, None, :]
    w3 = rng.standard_normal((SAMPLES, n)) * alive2
    scale1, scale2 = np.maximum(b1, 1), np.maximum(b2, 1)
    y2 = np.einsum("sij,sj->si", w2, w1) / np.sqrt(scale1)[:, None]
    back1 = np.einsum("si,sij->sj", w3, w2)
    third = (y2**2).sum(1) / scale2
    second = (w1**2).sum(1) / scale1 * (w3**2).sum(1) / scale2
    first = (back1**2).sum(1) / scale1 / scale2
    return (2 * b1 / n) * (2 * b2 / n) * (first + second + third)


def test_law_of_the_kernel():
    rng = np.random.default_rng(SEED)
    relu = relu_ntk(rng, WIDTH, masks=True)
    linear = linear_ntk_at_binomial_widths(rng, WIDTH)
    assert ks_2samp(relu, linear).pvalue > LEVEL, f"seed {SEED}"


def test_the_widths_must_be_random():
    rng = np.random.default_rng(SEED + 1)
    relu = relu_ntk(rng, WIDTH, masks=True)
    unmasked = relu_ntk(rng, WIDTH, masks=False)
    assert ks_2samp(relu, unmasked).pvalue < LEVEL
