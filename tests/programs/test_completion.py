"""What is evaluated without forming a matrix is what JAX evaluates on the matrix, completed from what was answered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")

from program_networks import EXAMPLES  # noqa: E402

from verifier.programs.evaluate import evaluate  # noqa: E402
from verifier.programs.gaussian import RevealedByProducts  # noqa: E402
from verifier.programs.program import Program, Width  # noqa: E402
from verifier.programs.structured import Structured  # noqa: E402

SIZES = {Width("n"): 100, Width("m"): 87}
#: fewer than the products that most programs ask for: every direction is known in the end
FEW = {Width("n"): 8, Width("m"): 5}
CASES = [
    *(pytest.param(name, SIZES, id=name) for name in EXAMPLES),
    *(pytest.param(name, FEW, id=f"{name}, few") for name in ("momentum", "recurrent", "tied, two widths", "products")),
]


def completed(argument: Any) -> Any:
    """A weight in full, drawn given what has been answered."""
    return argument.terms[0].matrix.completed() if isinstance(argument, Structured) else argument


def test_degenerate_queries() -> None:
    """Nothing, the same again, nearly the same, and more directions than there are."""
    rng = np.random.default_rng(7)
    matrix = RevealedByProducts(6, 9, rng)
    v = rng.standard_normal((1, 9))
    block = np.concatenate([v, 0 * v, 2 * v, v * (1 + 1e-15), v + 1e-9 * rng.standard_normal((1, 9))])
    first, u = matrix.apply(block), rng.standard_normal((20, 6))
    back, again, rest = matrix.apply_transposed(u), matrix.apply(block), rng.standard_normal((30, 9))
    other = matrix.apply(rest)
    assert matrix.queries <= 15
    full = matrix.completed()
    for found, asked in ((first, block @ full.T), (again, block @ full.T), (back, u @ full), (other, rest @ full.T)):
        np.testing.assert_allclose(found, asked, atol=1e-11)
    with pytest.raises(FloatingPointError, match="not finite"):
        matrix.apply(np.full((1, 9), np.nan))


@pytest.mark.parametrize(("name", "sizes"), CASES)
def test_lazy_is_dense(name: str, sizes: dict[Width, int]) -> None:
    function, symbolic = EXAMPLES[name]
    weights = {k: tuple(d if isinstance(d, int) else Width(d) for d in shape) for k, shape in symbolic.items()}
    program = Program(function, weights)
    (arguments,) = program.arguments(sizes, 1, seed=20261127)
    out = evaluate(program.graph(sizes), arguments)
    full = dict(zip(program.shapes(sizes), map(completed, arguments), strict=True))
    assert any(isinstance(a, Structured) for a in arguments)
    with jax.enable_x64(True):
        dense = jax.tree.leaves(function({k: jax.numpy.asarray(w) for k, w in full.items()}))
    assert len(out) == len(dense) > 0
    for lazy, reference in zip(out, dense, strict=True):
        reference = np.asarray(reference)
        assert np.max(np.abs(reference)) > 1e-6
        np.testing.assert_allclose(lazy, reference, rtol=1e-11, atol=1e-11 * np.max(np.abs(reference)))
