"""Networks drawn from all of their inputs at once: pathwise, in law, compiled or not, in single precision.

Every statistical test is a set of Kolmogorov-Smirnov tests of false-alarm rate ALPHA by Bonferroni; seeds are named.
"""

from __future__ import annotations

import tracemalloc

import networks_reference as reference
import numpy as np
import pytest

from verifier.networks import correlations, fused, mlp, patterns, sectors
from verifier.networks.buffers import empty, reusing
from verifier.networks.build import build
from verifier.networks.correlations import sample_K, sample_layer_T, sample_T
from verifier.networks.gaussian import DenseGaussian
from verifier.networks.joint import orthonormal
from verifier.networks.request import choose_sampler

ALPHA = 1e-9
ROWS = np.array([[1.3, 0.2, -0.6], [0.4, 1.1, 0.5], [-0.3, 0.9, 1.0], [1.0, -0.4, 0.8]])


def generators(seed):
    return [np.random.default_rng([seed, k]) for k in range(2)]


def completed(network, inputs, rng):
    """The same networks with all entries drawn: given what was revealed, and that the neurons dropped are dead."""
    batch, sizes = network.batch, network.widths
    filled = [np.zeros((batch, rows, columns)) for columns, rows in zip(sizes, (*sizes[1:], 1), strict=True)]
    live = [matrix.complete() if hasattr(matrix, "complete") else whole(matrix) for matrix in network.matrices]
    for b in range(batch):
        columns = np.arange(sizes[0])
        for l, width in enumerate((*sizes[1:], 1)):
            count = int(network.spaces[l + 1].dimension[b])
            filled[l][b] = rng.standard_normal((width, sizes[l]))
            filled[l][b][:count, columns] = live[l][b][:count, : columns.size]
            q = [passed[b] for passed in signals(filled[:l], inputs, batch)]
            for row in range(count, width):  # exactly in law: drawn until they are dead at all inputs
                while np.any(filled[l][b][row] @ np.array(q).T > 0.0):
                    filled[l][b][row] = rng.standard_normal(sizes[l])
            columns = np.arange(count)
    return mlp.Network(sizes, [DenseGaussian(entries) for entries in filled], batch)


def whole(matrix):
    """All entries of a revealed matrix between spaces that keep their coordinates."""
    source = matrix._right.space
    return np.stack([matrix.apply(np.tile(e, (source.batch, 1))) for e in np.eye(source.size)], axis=2)


def signals(weights, inputs, batch):
    found = []
    for x in inputs:
        q = np.tile(x, (batch, 1))
        for w in weights:
            q = np.sqrt(2.0 / w.shape[2]) * np.maximum(np.einsum("bij,bj->bi", w, q), 0.0)
        found.append(q)
    return found


@pytest.mark.parametrize(("inputs", "which"), [(ROWS[:1], [0] * 4), (ROWS[:2], [0, 1, 1, 1]), (ROWS[:3], [0, 1, 2, 2])])
@pytest.mark.parametrize("widths", [(3, 6, 5), (3, 4, 1, 5), (3, 7)])
def test_live_networks_are_drawn_networks(inputs, which, widths):
    """T^0..T^3 of the live neurons alone, against networks with all neurons and against the slow reference."""
    orders = [0, 1, 2, 3]
    network = build("lazy", widths, 1, 12, np.random.default_rng(81))
    values, _ = correlations.star(network, inputs, which, orders)
    dense = completed(network, inputs, np.random.default_rng(82))
    again, _ = correlations.star(dense, inputs, which, orders)
    assert np.allclose(values, again, rtol=1e-11, atol=1e-12)
    rows = np.array([inputs[k] for k in which])
    for b in range(4):
        weights = [matrix.entries[b] for matrix in dense.matrices]
        expected = [reference.star(weights, rows, r) for r in orders]
        assert np.allclose(values[b], expected, rtol=1e-10, atol=1e-12)
    assert np.any(values[:, 1:] != 0.0)


@pytest.mark.parametrize("count", [3, 4])
@pytest.mark.parametrize("n", [1, 2, 8, 24])
def test_streamed_law_at_several_inputs(count, n):
    """T^0..T^3 with distinct directions, against drawn matrices.  Seed 83."""
    a, b = generators(83)
    request = {"inputs": ROWS[[0, 1, 2, 3 if count == 4 else 1]], "samples": 6000}
    one = sample_T(3, [n, n + 1], range(4), rng=a, sampler="stream", **request).values
    two = sample_T(3, [n, n + 1], range(4), rng=b, sampler="dense", **request).values
    ok, p = reference.samples_agree(one, two, ALPHA)
    assert ok, p


@pytest.mark.parametrize(
    "inputs", [ROWS[[0, 1, 2, 2]], np.vstack([ROWS[0], ROWS[0] + 1e-3 * ROWS[1], -ROWS[0], ROWS[2]])]
)
def test_streamed_law_at_a_middle_width(inputs):
    """Against lazily revealed matrices at n = 300; nearly equal and opposite inputs too.  Seed 84."""
    a, b = generators(84)
    one, two = (
        sample_T(4, 300, range(4), inputs=inputs, samples=1500, rng=rng, sampler=sampler).values
        for rng, sampler in ((a, "stream"), (b, "lazy"))
    )
    ok, p = reference.samples_agree(one, two, ALPHA)
    assert ok, p
    # The twin: x_1 for x_2.
    wrong = sample_T(4, 300, range(4), inputs=inputs[[0, 3, 3, 3]], samples=1500, rng=a, sampler="stream").values
    assert not reference.samples_agree(wrong, two, ALPHA)[0]


def test_streamed_layers_at_three_inputs():
    """Joint laws too: bounded products of layer-resolved terms.  Seed 85."""
    a, b = generators(85)
    terms, ds = [(1, 2), (2, 3), (1, 3)], [(0, 1), (1, 0), (0, 0)]
    one, two = (
        sample_layer_T(3, 12, terms, 0, ds, inputs=ROWS[:3], samples=6000, rng=rng, sampler=sampler).values
        for rng, sampler in ((a, "stream"), (b, "dense"))
    )
    scale = np.median(np.abs(two), axis=0) + 1e-300
    pairs = [np.tanh(v / scale)[:, [0, 0, 1]] * np.tanh(v / scale)[:, [1, 2, 2]] for v in (one, two)]
    ok, p = reference.samples_agree(np.hstack([one, pairs[0]]), np.hstack([two, pairs[1]]), ALPHA)
    assert ok, p


@pytest.mark.parametrize("n", [1, 3, 2000])
def test_euler_identity_at_three_inputs(n):
    network = build("stream", (3, n, n), 1, 300, np.random.default_rng(86))
    for at in network.forward(ROWS[:3]):
        direction = network.backward(at, np.ones((300, 1)))
        for l in (1, 2):
            back = network._activate(direction.deltas[l - 1], at.masks[l - 1]) / network.gain**2
            assert np.allclose(network.inner(l, at.q[l], back), at.f[:, 0], rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_pattern_sums_are_those_of_the_neurons(count):
    """Sizes and Gram matrices against a loop over neurons, and their Cholesky factors."""
    rng = np.random.default_rng(87)
    triangle = np.triu(rng.standard_normal((5, count, 4))) + np.eye(count, 4)
    rows = rng.standard_normal((count, 5, 40))
    expected = np.zeros((5, 16, count, count))
    sizes = np.zeros((5, 16))
    for b in range(5):
        for g in rows[:, b].T:
            code = sum(1 << j for j in range(4) if triangle[b, :, j] @ g > 0)
            sizes[b, code] += 1
            expected[b, code] += np.outer(g, g)
    for off in (False, True):
        with fused.reference() if off else reusing():
            found = patterns.signed_sums(triangle, rows)
        assert np.array_equal(found[0], sizes)
        assert np.allclose(found[1], expected, rtol=1e-12, atol=1e-12)
    factor = patterns.cholesky(expected, sizes)
    assert np.allclose(factor @ factor.swapaxes(-1, -2), expected, atol=1e-10)
    assert all(not np.any(factor[sizes == k][:, :, k:]) for k in range(count))


def test_orthonormal_vectors_and_their_triangle():
    rng = np.random.default_rng(88)
    a, b = rng.standard_normal((2, 6, 9))
    for vectors, rank in (
        ([a, b, a - b], 2),
        ([a, 2 * a], 1),
        ([a, a + 1e-9 * b, b], 2),
        ([0 * a], 1),
        ([0 * a, b], 2),
    ):
        basis, triangle = orthonormal(vectors)
        assert len(basis) == triangle.shape[1]
        assert len(basis) >= rank
        for j, vector in enumerate(vectors):
            assert np.allclose(sum(triangle[:, k, j, None] * e for k, e in enumerate(basis)), vector, atol=1e-12)
        gram = np.einsum("kbd,lbd->bkl", basis, basis)
        assert np.abs(gram - np.round(gram)).max() < 1e-12


REQUESTS = [
    ("stream", {"angle": 60.0}),
    ("stream", {"inputs": ROWS[[0, 1, 2, 2]]}),
    ("lazy", {}),
    ("lazy", {"angle": 60.0}),
]


@pytest.mark.skipif(fused.compiled() is None, reason="numba is not installed")
@pytest.mark.parametrize(("sampler", "request_"), REQUESTS)
@pytest.mark.parametrize("precision", ["double", "single"])
def test_compiled_code_returns_the_same_numbers(sampler, request_, precision):
    """The same draws with numba and with NumPy alone, bit by bit."""
    found = []
    for off in (False, True):
        with fused.reference() if off else reusing():
            assert (fused.compiled() is None) == off
            draw = sample_T(4, 700, range(4), samples=60, rng=np.random.default_rng(89), sampler=sampler,
                            precision=precision, **request_)  # fmt: skip
        found.append(draw.values)
    assert np.array_equal(*found)
    assert np.all(np.abs(found[0]).max(axis=0) > 0)


@pytest.mark.parametrize(("sampler", "request_"), REQUESTS)
@pytest.mark.parametrize("n", [8, 200])
def test_law_in_single_precision(sampler, request_, n):
    """T^0..T^3 in single precision against double.  Seed 90."""
    a, b = generators(90)
    one = sample_T(3, n, range(4), samples=5000, rng=a, sampler=sampler, precision="single", **request_)
    two = sample_T(3, n, range(4), samples=5000, rng=b, sampler=sampler, **request_)
    assert one.meta["precision"] == "single"
    ok, p = reference.samples_agree(one.values, two.values, ALPHA)
    assert ok, p


def test_single_precision_of_K():
    a, b = generators(91)
    one, two = (
        sample_K(2, 3, 100, range(5), angle=60, samples=4000, rng=rng, sampler="stream", precision=precision).values
        for rng, precision in ((a, "single"), (b, "double"))
    )
    ok, p = reference.samples_agree(one, two, ALPHA)
    assert ok, p


def test_the_approximation_says_so_and_is_never_chosen():
    """Seed 92: the law of n = 4 is refused, that of n = 256 is not told apart by 3000 samples."""
    for n in (2, 17, 4096, 1 << 30):
        assert choose_sampler("auto", "relu", 2, (n,)) != "clt"
    a, b = generators(92)
    request = {"angle": 60, "samples": 3000}
    rough = sample_T(3, 256, range(4), rng=a, sampler="clt", **request)
    assert rough.meta["exact"] is False
    assert sample_T(3, 256, [1], rng=b, **request).meta["exact"] is True
    ok, p = reference.samples_agree(rough.values, sample_T(3, 256, range(4), rng=b, **request).values, ALPHA)
    assert ok, p
    request["samples"] = 60_000
    rough, right = (sample_T(3, 4, range(4), rng=rng, sampler=s, **request) for rng, s in ((a, "clt"), (b, "dense")))
    assert not reference.samples_agree(rough.values, right.values, ALPHA)[0]


def test_moments_of_the_approximation():
    """Means and covariances of the sums are those of the exact ones: within 6.8 errors.  Seed 93."""
    triangle = np.tile(np.array([[1.0, 0.5], [0.0, 0.8]]), (40_000, 1, 1))
    found = []
    for draw in (sectors.approximate_coordinates, patterns.pattern_coordinates):
        _, sizes, (one, two) = draw(triangle, 60, np.random.default_rng(93))
        gram = [
            sum(a[:, c + s] * b[:, c + s] for c in (0, 3))
            for a, b in ((one, one), (one, two), (two, two))
            for s in range(3)
        ]
        found.append(np.array([*gram, *sizes.T, *(g * h for g in gram[:4] for h in gram[:4])]))
    rough, exact = found
    error = np.sqrt(rough.var(axis=1) / rough.shape[1] + exact.var(axis=1) / exact.shape[1])
    assert np.all(np.abs(rough.mean(axis=1) - exact.mean(axis=1)) < 6.8 * error)


@pytest.mark.parametrize("inputs", [ROWS[:2], ROWS[:3]])
def test_streaming_takes_no_memory_of_the_width(inputs):
    peaks = []
    for n in (1 << 15, 1 << 18):
        tracemalloc.start()
        sample_T(3, n, [2], inputs=inputs[[0, 1, -1]], samples=2, rng=np.random.default_rng(94), sampler="stream")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] < 4 << 20


def test_what_is_held_is_not_used_again():
    with reusing():
        kept = empty((8, 1000))
        kept[:] = 7.0
        part = kept[2:3, 10:20]
        address = kept.ctypes.data
        del kept
        others = [empty((8, 1000)) for _ in range(5)]
        for other in others:
            other[:] = 1.0
        assert np.all(part == 7.0)  # a view alone holds it
        del part, others, other
        assert address in {empty((8, 1000)).ctypes.data for _ in range(1)} | {
            e.ctypes.data for e in [empty((8, 1000)) for _ in range(6)]
        }
