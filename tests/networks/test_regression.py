"""The hyperkernel of many inputs and its regression: against mpmath, and a plain dense solution, in every layout."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from verifier.networks import kernels
from verifier.networks.limits import Hyperkernel, Inputs
from verifier.networks.regression import IllConditioned, combined, inverse_norm, layout, regress
from verifier.networks.tiles import InMemory, Symmetric, in_file


def points(count: int, images: int = 12, places: int = 9, seed: int = 3) -> Inputs:
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(images * places)[:count]
    return Inputs(rng.standard_normal((images, 5)), rng.standard_normal((places, 4)), chosen // places, chosen % places)


@pytest.mark.parametrize(("depth", "g_depth"), [(1, 1), (1, 2), (2, 2), (3, 2), (3, 3), (2, 4)])
def test_blocks_are_those_of_the_exact_recursion(depth: int, g_depth: int) -> None:
    u = points(7)
    x, z = u.x[u.image], u.z[u.place]
    exact = kernels.ntk_h(g_depth, depth, (x @ x.T / 5).tolist(), (z @ z.T / 4).tolist())
    found = Hyperkernel(depth, g_depth).matrix(u)
    np.testing.assert_allclose(found, exact, rtol=1e-13, atol=1e-13)
    np.testing.assert_array_equal(found, found.T)
    block = Hyperkernel(depth, g_depth).between(u.part(slice(2, 5)), u)
    np.testing.assert_allclose(block(slice(1, 3), slice(0, 4)), found[3:5, :4], rtol=1e-13)
    wrong = Hyperkernel(depth + 1, g_depth).matrix(u)  # the twin: another depth is another kernel
    assert np.abs(wrong - exact).max() > 0.1


def test_rows_that_no_point_uses_cost_nothing_and_change_nothing() -> None:
    u = points(20)
    more = Inputs(np.vstack([np.full((3, 5), 7.0), u.x]), np.vstack([u.z, u.z]), u.image + 3, u.place)
    few = more.compact()
    assert (len(few.x), len(few.z)) == (len(set(u.image)), len(set(u.place)))
    np.testing.assert_array_equal(Hyperkernel(3, 2).matrix(more), Hyperkernel(3, 2).matrix(u))
    found = regress(Hyperkernel(3, 2), more, np.ones((20, 1)), ridge=0.1)
    assert found.layout == regress(Hyperkernel(3, 2), u, np.ones((20, 1)), ridge=0.1).layout


def test_nearly_parallel_inputs_and_no_input_at_all() -> None:
    x = np.array([[1.0, 0.0], [1.0, 1e-9], [0.0, 0.0], [-1.0, 0.0]])
    u = Inputs(x, np.ones((1, 1)), np.arange(4), np.zeros(4, dtype=int))
    exact = kernels.ntk_h(2, 2, (x @ x.T / 2).tolist(), np.ones((4, 4)).tolist())
    np.testing.assert_allclose(Hyperkernel(2, 2).matrix(u), exact, atol=3e-8)


@pytest.mark.parametrize("memory", [1 << 30, 200_000, 120_000])
def test_every_layout_gives_the_plain_solution(memory: int) -> None:
    u, rng = points(90), np.random.default_rng(1)
    labels = rng.standard_normal((90, 3))
    kernel = Hyperkernel(3, 2)
    matrix = kernel.matrix(u) + 0.05 * np.eye(90)
    plain = np.linalg.solve(matrix, labels)
    found = regress(kernel, u, labels, ridge=0.05, memory=memory)
    assert found.layout.filed == (memory < 1 << 30)
    assert found.layout.memory <= memory
    np.testing.assert_allclose(found.weights, plain, rtol=1e-9, atol=1e-11)
    other = points(20, seed=3)
    np.testing.assert_allclose(found.predict(other), kernel.matrix(other, u) @ plain, rtol=1e-8, atol=1e-10)
    true = np.linalg.cond(matrix, 1)
    assert true / 3 <= found.condition <= true * (1 + 1e-9)
    assert found.advice is None


@pytest.mark.parametrize("side", [1, 7, 30, 31, 64])
def test_tiles_factorise_any_matrix_in_any_size(side: int) -> None:
    rng = np.random.default_rng(side)
    a = rng.standard_normal((31, 40))
    a = a @ a.T
    with in_file(side) as file:
        for keeper in (InMemory(), file):
            matrix = Symmetric(31, side, keeper)
            matrix.fill(lambda rows, columns: a[rows, columns].copy(), 0.5)
            assert matrix.norm == pytest.approx(np.linalg.norm(a + 0.5 * np.eye(31), 1))
            matrix.factorise()
            full = np.zeros((31, 31))
            for i in range(matrix.count):
                for j in range(i + 1):
                    full[matrix.rows(i), matrix.rows(j)] = keeper.get(i, j)
            np.testing.assert_allclose(full, np.linalg.cholesky(a + 0.5 * np.eye(31)), rtol=1e-10, atol=1e-12)
            b = rng.standard_normal(31)
            np.testing.assert_allclose(matrix.solve(b), np.linalg.solve(a + 0.5 * np.eye(31), b), rtol=1e-9)
            exact = np.linalg.norm(np.linalg.inv(a + 0.5 * np.eye(31)), 1)
            assert exact / 3 <= inverse_norm(matrix) <= exact * (1 + 1e-9)


def test_a_singular_kernel_is_reported_with_a_ridge_that_does() -> None:
    u = Inputs(np.ones((1, 2)), np.ones((1, 1)), np.zeros(50, dtype=int), np.zeros(50, dtype=int))
    labels = np.ones((50, 1))
    with pytest.raises(
        IllConditioned, match=r"condition number is above 4\.5e\+15 .* a ridge of \S+ is suggested"
    ) as caught:
        regress(Hyperkernel(2, 2), u, labels)
    mended = regress(Hyperkernel(2, 2), u, labels, ridge=caught.value.ridge)
    assert mended.condition < 1e11
    assert mended.predict(u.part(slice(0, 1)))[0, 0] == pytest.approx(1.0, abs=1e-6)
    nearly = regress(Hyperkernel(2, 2), u, labels, ridge=1e-12)
    assert nearly.advice is not None
    assert "condition number of about" in nearly.advice


def test_memory_that_is_asked_for_is_what_is_used() -> None:
    u, labels = points(900, images=40, places=30), np.ones((900, 1))
    whole = layout(900, 1, 1 << 30)
    assert not whole.filed
    tracemalloc.start()
    found = regress(Hyperkernel(3, 2), u, labels, ridge=0.01, memory=2_500_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.layout.filed
    assert found.layout.memory <= 2_500_000
    assert peak < 2_500_000 < 8 * 900 * 900 / 2
    np.testing.assert_allclose(found.weights, regress(Hyperkernel(3, 2), u, labels, ridge=0.01).weights, rtol=1e-7)
    with pytest.raises(ValueError, match="a memory of 1000 bytes is too small for 900 inputs: at least"):
        regress(Hyperkernel(3, 2), u, labels, memory=1000)


def test_bad_arguments_are_one_sentence() -> None:
    u = points(5)
    for labels, ridge, sentence in (
        (np.ones((4, 1)), 0.0, r"labels have shape \(4, 1\)"), (np.full((5, 1), np.nan), 0.0, "labels must be finite"),
        (np.ones((5, 1)), -1.0, "ridge is -1.0"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=sentence):
            regress(Hyperkernel(1, 2), u, labels, ridge=ridge)
    with pytest.raises(ValueError, match="g_depth is 0"):
        Hyperkernel(1, 0)
    with pytest.raises(ValueError, match="indices of z must lie from 0 to 0"):
        Inputs(np.ones((1, 1)), np.ones((1, 1)), np.zeros(1, dtype=int), np.ones(1, dtype=int))


def test_mean_and_median_of_subsets() -> None:
    parts = [np.array([[1.0]]), np.array([[2.0]]), np.array([[9.0]])]
    assert combined(parts)[0, 0] == 4.0
    assert combined(parts, "median")[0, 0] == 2.0
    with pytest.raises(ValueError, match="operator is 'sum': it must be one of mean, median"):
        combined(parts, "sum")
