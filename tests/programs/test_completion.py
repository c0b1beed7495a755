"""What is evaluated without forming a matrix is what JAX evaluates on the matrix, completed from what was answered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="programs need JAX (wide-verifier[jax])")

from networks import EXAMPLES  # noqa: E402

from verifier.programs import evaluate, jaxfront  # noqa: E402
from verifier.programs.gaussian import GaussianMatrix  # noqa: E402
from verifier.programs.lazy import is_large  # noqa: E402
from verifier.programs.structured import Gaussian, Structured  # noqa: E402

SIZES = {"n": 100, "m": 87}


def drawn(shapes: dict[str, tuple[int, ...]], rng: np.random.Generator) -> tuple[list[Any], dict[str, Any]]:
    """Arguments of a graph, matrices unformed, and what completes them."""
    arguments, made = [], {}
    for name, shape in shapes.items():
        if is_large(shape):
            made[name] = GaussianMatrix(*shape, rng)
            arguments.append(Structured(shape, (Gaussian(made[name]),)))
        else:
            made[name] = rng.standard_normal(shape)
            arguments.append(made[name])
    return arguments, made


@pytest.mark.parametrize("name", EXAMPLES)
def test_lazy_is_dense(name: str) -> None:
    program, symbolic = EXAMPLES[name]
    shapes = {k: tuple(SIZES.get(d, d) for d in symbolic[k]) for k in sorted(symbolic)}
    arguments, made = drawn(shapes, np.random.default_rng(20261127))
    graph, _ = jaxfront.trace(program, shapes)
    out = evaluate.evaluate(graph, arguments)
    weights = {k: w.completed() if isinstance(w, GaussianMatrix) else w for k, w in made.items()}
    with jax.enable_x64(True):
        dense = jax.tree.leaves(program({k: jax.numpy.asarray(w) for k, w in weights.items()}))
    assert len(out) == len(dense) > 0
    for lazy, reference in zip(out, dense, strict=True):
        reference = np.asarray(reference)
        assert np.max(np.abs(reference)) > 1e-6
        np.testing.assert_allclose(lazy, reference, rtol=1e-11, atol=1e-11 * np.max(np.abs(reference)))
