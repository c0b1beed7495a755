"""The small arithmetic: truncated products, multi-indices, and the sine of the sector sampler."""

from __future__ import annotations

import numpy as np
import pytest

from verifier.networks import jets, sectors
from verifier.networks.correlations import sample_T


@pytest.mark.parametrize("order", [0, 2, 5, 9])
def test_truncated_product(order):
    rng = np.random.default_rng(70)
    a, b = rng.standard_normal(4), rng.standard_normal(3)
    expected = np.convolve(a, b)[: order + 1]
    found = jets.convolve([np.array([x]) for x in a], [np.array([x]) for x in b], order, "b,b->b")
    assert len(found) == min(order + 1, 6)  # the product has degree 5: nothing is kept beyond it
    assert np.allclose(np.concatenate(found), expected)


def test_multi_indices():
    assert jets.indices((3,), 2) == [(0,), (1,), (2,)]
    assert jets.indices((1, 1, 1), 2) == [
        (0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0),
    ]  # fmt: skip
    assert jets.lowered((2, 0), 0) == (1, 0)
    assert jets.lowered((2, 0), 1) is None
    assert jets.derivative_factor((3, 2)) == 12


def test_sine():
    x = np.linspace(-np.pi / 4, np.pi / 4, 20001)
    assert np.abs(sectors._sine(x) - np.sin(x)).max() < 2e-16


def test_sectors_cover_the_circle():
    """The two sectors with x_0 active make half a circle, and so do the two with x_1 active."""
    angle = np.array([0.1, 1.0, 3.0])
    triangle = np.zeros((3, 2, 2))
    triangle[:, 0, 0], triangle[:, 0, 1], triangle[:, 1, 1] = 2.0, np.cos(angle), np.sin(angle)
    probability, centre, half = sectors.sectors(triangle)
    assert np.allclose(probability[:, 0] + probability[:, 1], 0.5)
    assert np.allclose(probability[:, 0] + probability[:, 2], 0.5)
    for pattern, (first, second) in enumerate(sectors.PATTERNS):
        for end in (-0.999, 0.0, 0.999):
            phi = centre[:, pattern] + end * half[:, pattern]
            assert np.all((np.cos(phi) > 0) == first)
            assert np.all((np.cos(phi - angle) > 0) == second)


def test_a_draw_in_which_every_neuron_is_dead_is_one_too():
    """One sample of width 1 at a time: in many no neuron lives at either input.  Seed 72."""
    none = sectors._weighted_sums(np.zeros(3, dtype=np.int64), np.full(3, 0.6), np.random.default_rng(72))
    assert all(part.tolist() == [0.0] * 3 for part in none)
    rng = np.random.default_rng(72)
    found = [sample_T(2, 1, [1], angle=60, samples=1, rng=rng, sampler="stream").values[0, 0] for _ in range(60)]
    assert 0 < sum(value == 0.0 for value in found) < 60


def test_sums_over_groups_of_any_length():
    """Groups far longer and far shorter than a chunk: means of E cos^2, E sin^2, E sin cos within 6.8 errors."""
    counts = np.array([0, 5, 3 * sectors.CHUNK + 1, 0, 1, sectors.CHUNK, 0])
    width = np.full(counts.size, 0.6)
    cosine, sine, mixed = sectors._weighted_sums(counts, width, np.random.default_rng(71))
    assert np.all(cosine[counts == 0] == 0.0)
    expected = 0.5 - np.sin(1.2) / 2.4
    for k in (2, 5):
        assert abs(sine[k] / counts[k] - expected) < 6.8 / counts[k] ** 0.5
        assert abs((sine[k] + cosine[k]) / counts[k] - 1.0) < 6.8 / counts[k] ** 0.5
        assert abs(mixed[k] / counts[k]) < 6.8 / counts[k] ** 0.5
    # One member is one direction: the Gram matrix has rank one.
    assert np.allclose(mixed[counts == 1] ** 2, (cosine * sine)[counts == 1], rtol=1e-9)
