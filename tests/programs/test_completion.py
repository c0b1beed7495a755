"""What is evaluated without forming a matrix is what JAX evaluates on the matrix, completed from what was answered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'verifier[jax]'")

from program_networks import EXAMPLES  # noqa: E402

from verifier.programs.evaluate import evaluate  # noqa: E402
from verifier.programs.program import Program, Width  # noqa: E402
from verifier.programs.structured import Structured  # noqa: E402

SIZES = {Width("n"): 100, Width("m"): 87}


def completed(argument: Any) -> Any:
    """A weight in full, drawn given what has been answered."""
    return argument.terms[0].matrix.completed() if isinstance(argument, Structured) else argument


@pytest.mark.parametrize("name", EXAMPLES)
def test_lazy_is_dense(name: str) -> None:
    function, symbolic = EXAMPLES[name]
    weights = {k: tuple(d if isinstance(d, int) else Width(d) for d in shape) for k, shape in symbolic.items()}
    program = Program(function, weights)
    (arguments,) = program.arguments(SIZES, 1, seed=20261127)
    out = evaluate(program.graph(SIZES), arguments)
    full = dict(zip(program.shapes(SIZES), map(completed, arguments), strict=True))
    assert any(isinstance(a, Structured) for a in arguments)
    with jax.enable_x64(True):
        dense = jax.tree.leaves(function({k: jax.numpy.asarray(w) for k, w in full.items()}))
    assert len(out) == len(dense) > 0
    for lazy, reference in zip(out, dense, strict=True):
        reference = np.asarray(reference)
        assert np.max(np.abs(reference)) > 1e-6
        np.testing.assert_allclose(lazy, reference, rtol=1e-11, atol=1e-11 * np.max(np.abs(reference)))
