"""Products with a Gaussian matrix that is never drawn: conditional law, whole law, and rounding."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from verifier.networks.gaussian import DenseGaussian, LazyGaussian, VirtualGaussian
from verifier.networks.spaces import EuclideanSpace, RevealedSpace

ALPHA = 1e-9  # false-alarm rate of each statistical test here, Bonferroni within the test


class Scripted:
    """A stand-in for a generator that hands out the normals it was given."""

    def __init__(self, *arrays):
        self.arrays = list(arrays)

    def standard_normal(self, out, dtype):
        out[:] = self.arrays.pop(0)


def observation(side, vector, p, n):
    """The linear map vec(W) -> W q (right) or W^T u (left), as a matrix."""
    return np.kron(np.eye(p), vector[None, :]) if side == "right" else np.kron(vector[None, :], np.eye(n))


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("last", ["right", "left"])
def test_conditional_law_is_the_schur_complement(seed, last):
    """Mean and covariance of the next answer given all earlier ones, exactly; queries depend on answers."""
    rng = np.random.default_rng(seed)
    p, n = (int(k) for k in rng.integers(1, 6, size=2))
    sides = [*rng.choice(["right", "left"], size=int(rng.integers(0, 6))), last]
    size = {"right": n, "left": p}
    answer_size = p if last == "right" else n
    batch = 1 + answer_size
    # One copy of the fresh noise is 0, the others are the basis vectors: mean and factor of the law.
    probe = np.vstack([np.zeros(answer_size), np.eye(answer_size)])
    script = Scripted()
    matrix = LazyGaussian(batch, p, n, script)
    maps, answers, vector = [], [], None
    for step, side in enumerate(sides):
        vector = rng.standard_normal(size[side])
        for earlier in answers:  # adaptive: any function of the records
            vector[: earlier.size] += np.tanh(earlier[: vector.size])[: size[side]]
        if rng.random() < 0.2:
            vector[:] = 0.0
        final = step == len(sides) - 1
        script.arrays = [probe if final else rng.standard_normal(p if side == "right" else n)]
        query = np.broadcast_to(vector, (batch, vector.size))
        answer = matrix.apply(query) if side == "right" else matrix.apply_transposed(query)
        maps.append(observation(side, vector, p, n))
        if not final:
            answers.append(answer[0])
    seen = np.vstack([np.zeros((0, p * n)), *maps[:-1]])
    data = np.concatenate([np.zeros(0), *answers])
    gram = np.linalg.pinv(seen @ seen.T, rcond=1e-10)
    target = maps[-1]
    mean = target @ seen.T @ gram @ data
    covariance = target @ target.T - target @ seen.T @ gram @ seen @ target.T
    factor = (answer[1:] - answer[0]).T
    scale = 1.0 + np.abs(data).max(initial=0.0) + vector @ vector
    assert np.abs(answer[0] - mean).max() < 1e-10 * scale
    assert np.abs(factor @ factor.T - covariance).max() < 1e-10 * scale


def test_whole_law_after_adaptive_queries():
    """Adaptive products, then all of W: entries iid N(0, 1).  Seed 20, false-alarm rate 1e-9 (Bonferroni)."""
    batch, p, n = 20000, 3, 4
    rng = np.random.default_rng(20)
    matrix = LazyGaussian(batch, p, n, rng)
    y = matrix.apply(np.tile([1.0, 2.0, 0.0, 0.0], (batch, 1)))
    z = matrix.apply_transposed(np.maximum(y, 0.0))
    y_2 = matrix.apply(z * np.sign(z.sum(axis=1))[:, None])
    w = matrix.complete()
    assert np.allclose(np.einsum("bpn,bn->bp", w, z * np.sign(z.sum(axis=1))[:, None]), y_2, atol=1e-9)
    flat = w.reshape(batch, -1)
    p_values = [stats.kstest(column, "norm").pvalue for column in flat.T]
    singular = np.linalg.svd(w, compute_uv=False)
    drawn = np.linalg.svd(rng.standard_normal((batch, p, n)), compute_uv=False)
    p_values += [stats.ks_2samp(a, b).pvalue for a, b in zip(singular.T, drawn.T, strict=True)]
    products = np.einsum("bi,bj->bij", flat, flat).reshape(batch, -1)
    z_scores = (products.mean(axis=0) - np.eye(p * n).ravel()) / (products.std(axis=0) / np.sqrt(batch))
    p_values += list(2 * stats.norm.sf(np.abs(z_scores)))
    assert min(p_values) > ALPHA / len(p_values)


def test_forgetting_a_record_is_seen():
    """The twin of the above: a left query answered without the records has the wrong law."""
    batch, rng = 20000, np.random.default_rng(21)
    matrix = LazyGaussian(batch, 3, 4, rng)
    y = matrix.apply(np.tile([1.0, 0.0, 0.0, 0.0], (batch, 1)))
    forgetful = LazyGaussian(batch, 3, 4, rng).apply_transposed(y)[:, 0]
    right = matrix.apply_transposed(y)[:, 0]
    assert np.allclose(right, np.einsum("bp,bp->b", y, y))
    assert stats.ks_2samp(right, forgetful).pvalue < ALPHA


@pytest.mark.parametrize("dims", [1, 2, 5, 40])
def test_revealed_basis_has_the_law_of_all_coordinates(dims):
    """Inner products of adaptive answers, two-sample against drawn matrices.  Rate 1e-9, seed 22."""
    batch, rng = 20000, np.random.default_rng(22)

    def run(first, second, start):
        y = first.apply(start)
        z = second.apply(y)
        back = first.apply_transposed(second.apply_transposed(z))
        y_2 = first.apply(back)
        return np.stack([(y * y).sum(1), (z * z).sum(1), (back * start).sum(1), (y[:, :1] * y_2[:, :1]).sum(1),
                         (z * second.apply(y_2)).sum(1)], axis=1)[:, [0, 1, 2, 4]]  # fmt: skip

    start = np.tile([1.0, 0.0, 0.0], (batch, 1))
    middle = RevealedSpace(np.full((batch, 1), float(dims)), capacity=1)
    virtual = run(
        VirtualGaussian(middle, EuclideanSpace(batch, 3), rng),
        VirtualGaussian(EuclideanSpace(batch, 2), middle, rng),
        start,
    )
    dense = run(DenseGaussian.draw(batch, dims, 3, rng), DenseGaussian.draw(batch, 2, dims, rng), start)
    p_values = [stats.ks_2samp(a, b).pvalue for a, b in zip(virtual.T, dense.T, strict=True)]
    assert min(p_values) > ALPHA / 4
    # The twin: one dimension too many is told apart where dimensions are few.
    if dims <= 2:
        other = run(DenseGaussian.draw(batch, dims + 1, 3, rng), DenseGaussian.draw(batch, 2, dims + 1, rng), start)
        assert stats.ks_2samp(virtual[:, 0], other[:, 0]).pvalue < ALPHA


def test_stays_orthonormal_under_near_collinear_queries():
    rng = np.random.default_rng(23)
    matrix = LazyGaussian(2, 50, 80, rng)
    base = rng.standard_normal((2, 80))
    for _ in range(60):
        base = base + 1e-6 * rng.standard_normal((2, 80))
        matrix.apply(base)
    rows = np.stack(matrix._right.queries, axis=1)
    gram = np.einsum("bkd,bld->bkl", rows, rows)
    assert np.abs(gram - np.eye(rows.shape[1])).max() < 1e-14


@pytest.mark.parametrize("distance", [10.0**-k for k in range(0, 17, 2)] + [0.0])
def test_nearly_equal_queries_are_answered_by_one_matrix(distance):
    rng = np.random.default_rng(24)
    matrix = LazyGaussian(2, 6, 9, rng)
    a = rng.standard_normal((2, 9))
    b = a + distance * rng.standard_normal((2, 9))
    y_a, y_b = matrix.apply(a), matrix.apply(b)
    back = matrix.apply_transposed(y_b)
    w = matrix.complete()
    for x, y in ((a, y_a), (b, y_b)):
        assert np.abs(np.einsum("bpn,bn->bp", w, x) - y).max() < 2e-13
    assert np.abs(np.einsum("bpn,bp->bn", w, y_b) - back).max() < 2e-12


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_more_queries_than_dimensions(n):
    rng = np.random.default_rng(25)
    matrix = LazyGaussian(3, n, n, rng)
    asked = []
    for k in range(3 * n):
        q = rng.standard_normal((3, n))
        asked.append((q, matrix.apply(q)) if k % 2 == 0 else (q, None))
        if k % 2:
            u = q
            back = matrix.apply_transposed(u)
    w = matrix.complete()
    assert matrix._right.live.max() <= n
    for q, y in asked:
        if y is not None:
            assert np.abs(np.einsum("bpn,bn->bp", w, q) - y).max() < 1e-12 * (1 + np.abs(w).max())
    assert np.abs(np.einsum("bpn,bp->bn", w, u) - back).max() < 1e-12 * (1 + np.abs(w).max())


def test_zero_queries_and_nan_stay_where_they_are():
    rng = np.random.default_rng(26)
    matrix = LazyGaussian(3, 4, 5, rng)
    q = rng.standard_normal((3, 5))
    q[1] = 0.0
    y = matrix.apply(q)
    assert np.all(y[1] == 0.0)
    assert np.all(y[[0, 2]] != 0.0)
    bad = rng.standard_normal((3, 5))
    bad[2, 1] = np.nan
    poisoned = matrix.apply(bad)
    assert np.all(np.isnan(poisoned[2]))
    assert np.all(np.isfinite(poisoned[:2]))
    assert np.all(np.isfinite(matrix.apply_transposed(y)))
    infinite = np.full((3, 5), 1.0)
    infinite[0, 0] = np.inf
    answer = matrix.apply(infinite)
    assert np.all(np.isnan(answer[0]))
    assert np.all(np.isfinite(answer[1:]))


def test_nan_at_the_first_query():
    matrix = LazyGaussian(2, 3, 3, np.random.default_rng(27))
    answer = matrix.apply(np.array([[np.nan, 0.0, 0.0], [1.0, 0.0, 0.0]]))
    assert np.all(np.isnan(answer[0]))
    assert np.all(np.isfinite(answer[1]))


def test_squares_that_are_barely_finite_are_answered():
    """What is not finite is looked for sample by sample."""
    matrix = LazyGaussian(3, 4, 5, np.random.default_rng(28))
    queries = np.full((3, 5), 5e153)
    large = matrix.apply(queries)
    assert np.all(np.isfinite(large))
    assert np.allclose(matrix.apply(queries / 5e153), large / 5e153, rtol=1e-12)
    queries[1] = 6e153
    answer = matrix.apply(queries)
    assert np.all(np.isnan(answer[1]))
    assert np.allclose(answer[[0, 2]], large[[0, 2]], rtol=1e-12)


def test_wrong_length_is_refused():
    with pytest.raises(ValueError, match="length 4: the space has dimension 5"):
        LazyGaussian(1, 3, 5, np.random.default_rng(0)).apply(np.ones((1, 4)))
