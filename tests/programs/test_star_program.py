"""T^r as a program of ten lines against the fast samplers, on the same weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")

from verifier.networks import correlations, mlp  # noqa: E402
from verifier.networks.gaussian import DenseGaussian  # noqa: E402
from verifier.programs import scan  # noqa: E402
from verifier.projects.loading import load_file  # noqa: E402

MODULE = load_file(Path(__file__).resolve().parent.parent.parent / "examples" / "programs" / "star.py")
ROWS = np.array([[1.3, 0.2, -0.6], [0.4, 1.1, 0.5], [-0.3, 0.9, 1.0]])


@pytest.mark.parametrize("widths", [(3, 6), (3, 6, 5), (3, 7, 4, 5)])
@pytest.mark.parametrize("which", [[0, 0, 0, 0], [0, 1, 1, 1], [0, 1, 2, 2]])
def test_the_fast_sampler_computes_the_program(widths: tuple[int, ...], which: list[int]) -> None:
    rng = np.random.default_rng(17)
    matrices = [rng.standard_normal((4, b, a)) for a, b in zip(widths, (*widths[1:], 1), strict=True)]
    fast, _ = correlations.star(mlp.Network(widths, [DenseGaussian(w) for w in matrices], 4), ROWS, which, [0, 1, 2, 3])
    with jax.enable_x64(True):
        for b in range(4):
            w = {f"W{k}": jax.numpy.asarray(matrix[b]) for k, matrix in enumerate(matrices, 1)}
            slow = [float(MODULE.star(w, ROWS[which[0]], [ROWS[j] for j in which[1 : r + 1]])) for r in range(4)]
            np.testing.assert_allclose(fast[b], slow, rtol=1e-11, atol=1e-12)
    assert np.any(fast[:, 1:] != 0)


def test_another_gain_is_another_value() -> None:
    rng = np.random.default_rng(18)
    w = {"W1": rng.standard_normal((6, 3)), "W2": rng.standard_normal((1, 6))}
    fast, _ = correlations.star(
        mlp.Network((3, 6), [DenseGaussian(w[k][None]) for k in w], 1, "linear"), ROWS, [0, 1], [1]
    )
    with jax.enable_x64(True):
        assert abs(float(MODULE.star(w, ROWS[0], [ROWS[1]])) - fast[0, 0]) > 1e-3


def test_the_program_has_the_order_of_the_supplement() -> None:
    """128 samples a width, so that nothing is assumed; the seed is that of the first run."""
    found = scan(MODULE.second, "second=-1", widths=(128, 401, 1301, 4001), samples=128, seed=4)
    (row,) = [row for row in found.rows if row.returned]
    assert row.verdict != "contradicted"
    assert abs(row.exponent + 1) < 0.2
