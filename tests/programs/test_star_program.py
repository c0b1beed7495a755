"""T^r and K^(r) as programs of ten lines against the fast samplers, on the same weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")

jnp = jax.numpy

from verifier.networks import correlations, mlp  # noqa: E402
from verifier.networks.gaussian import DenseGaussian  # noqa: E402
from verifier.networks.hypernetwork import ImplicitNetwork  # noqa: E402
from verifier.programs import scan  # noqa: E402
from verifier.projects.loading import load_file  # noqa: E402

MODULE = load_file(Path(__file__).resolve().parent.parent.parent / "examples" / "programs" / "star.py")
ROWS = np.array([[1.3, 0.2, -0.6], [0.4, 1.1, 0.5], [-0.3, 0.9, 1.0]])


def computed(program: Callable[[Any, int], Any], matrices: Sequence[Any]) -> Any:
    """The program of orders 0 to 3 on each of the networks, in double precision; shape (networks, 4)."""
    with jax.enable_x64(True):
        w = {f"W{k}": jnp.asarray(matrix) for k, matrix in enumerate(matrices, 1)}
        return jax.jit(jax.vmap(lambda w: jnp.stack([program(w, r) for r in range(4)])))(w)


@pytest.mark.parametrize("widths", [(3, 6), (3, 6, 5), (3, 7, 4, 5)])
@pytest.mark.parametrize("which", [[0, 0, 0, 0], [0, 1, 1, 1], [0, 1, 2, 2]])
def test_the_fast_sampler_computes_the_program(widths: tuple[int, ...], which: list[int]) -> None:
    rng = np.random.default_rng(17)
    matrices = [rng.standard_normal((4, b, a)) for a, b in zip(widths, (*widths[1:], 1), strict=True)]
    fast, _ = correlations.star(mlp.Network(widths, [DenseGaussian(w) for w in matrices], 4), ROWS, which, [0, 1, 2, 3])
    slow = computed(
        lambda w, r: MODULE.star(w, jnp.asarray(ROWS[which[0]]), [jnp.asarray(ROWS[j]) for j in which[1 : r + 1]]),
        matrices,
    )
    np.testing.assert_allclose(fast, slow, rtol=1e-11, atol=1e-12)
    assert np.any(fast[:, 1:] != 0)


@pytest.mark.parametrize(
    ("widths", "H", "m", "m_0"),
    [
        ((3,), 3, 2, 1),
        ((3, 6), 2, 3, 2),
        *(pytest.param((3, 6, 5), *g, marks=pytest.mark.slow) for g in [(1, 1, 1), (2, 1, 1), (2, 3, 2), (3, 2, 1)]),
    ],
)
def test_the_fast_sampler_computes_the_kernels(widths: tuple[int, ...], H: int, m: int, m_0: int) -> None:
    """K^(0), …, K^(3) of eight networks, at two inputs."""
    rng = np.random.default_rng(19)
    g = ImplicitNetwork(H, m, m_0)
    matrices = [rng.standard_normal((8, b, a)) for a, b in zip(widths, (*widths[1:], g.outputs), strict=True)]
    z = np.abs(rng.standard_normal((2, m_0)))  # of one sign, so that g is active at both
    network = mlp.Network(widths, [DenseGaussian(w) for w in matrices], 8)
    fast, _ = correlations.hypernetwork_terms(network, g, ROWS[:2], (z[0], z[1]), [0, 1, 2, 3])
    u_i, u_j = zip(ROWS[:2], z, strict=True)
    slow = computed(lambda w, r: MODULE.hyperkernel(w, u_i, u_j, g.shapes, r), matrices)
    np.testing.assert_allclose(fast, slow, rtol=1e-11, atol=1e-12)
    assert np.any(fast[:, 1] != 0)


def test_another_direction_is_another_kernel() -> None:
    """The direction is the gradient at u_j: that at u_i gives other numbers."""
    rng = np.random.default_rng(20)
    matrices = [rng.standard_normal((8, 6, 3)), rng.standard_normal((8, 2, 6))]
    z, g = np.array([1.0]), ImplicitNetwork(2, 1, 1)
    network = mlp.Network((3, 6), [DenseGaussian(w) for w in matrices], 8)
    fast, _ = correlations.hypernetwork_terms(network, g, ROWS[:2], (z, z), [0, 1, 2, 3])
    slow = computed(lambda w, r: MODULE.hyperkernel(w, (ROWS[0], z), (ROWS[0], z), g.shapes, r), matrices)
    np.testing.assert_allclose(fast[:, 0], slow[:, 0], rtol=1e-11)
    assert np.max(np.abs(fast[:, 1] - slow[:, 1])) > 1e-3


def test_another_gain_is_another_value() -> None:
    rng = np.random.default_rng(18)
    w = {"W1": rng.standard_normal((6, 3)), "W2": rng.standard_normal((1, 6))}
    fast, _ = correlations.star(
        mlp.Network((3, 6), [DenseGaussian(w[k][None]) for k in w], 1, "linear"), ROWS, [0, 1], [1]
    )
    with jax.enable_x64(True):
        assert abs(float(MODULE.star(w, ROWS[0], [ROWS[1]])) - fast[0, 0]) > 1e-3


@pytest.mark.parametrize("name", ["second", pytest.param("kernel", marks=pytest.mark.slow)])
def test_the_programs_have_the_orders_of_the_supplement(name: str) -> None:
    """128 samples a width, so that nothing is assumed; the seed is that of the first run."""
    found = scan(getattr(MODULE, name), widths=(128, 401, 1301, 4001), samples=128, seed=4)
    (row,) = [row for row in found.rows if row.returned]
    assert row.verdict != "contradicted"
    assert abs(row.exponent + 1) < 0.2
