"""What is evaluated without forming a matrix is what JAX evaluates on the matrix, completed from what was answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")

from program_networks import EXAMPLES  # noqa: E402

from verifier.programs import gaussian  # noqa: E402
from verifier.programs.evaluate import evaluate  # noqa: E402
from verifier.programs.gaussian import RevealedByProducts  # noqa: E402
from verifier.programs.graph import ProgramError  # noqa: E402
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


@pytest.fixture
def many_parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Products are taken 16 columns at a time, as at large widths some thousands."""
    monkeypatch.setattr(gaussian, "CACHED", 16)
    gaussian.parts.cache_clear()
    yield
    gaussian.parts.cache_clear()


@pytest.mark.usefixtures("many_parts")
@pytest.mark.parametrize("name", ["momentum", "tied, two widths", "tangent kernel"])
def test_lazy_is_dense_in_parts(name: str) -> None:
    test_lazy_is_dense(name, SIZES)


@pytest.mark.parametrize("change", [1e-2, 1e-5, 1e-8, 1e-11])
def test_answers_at_a_large_width_are_those_of_one_matrix(change: float) -> None:
    """u·(W v) = (Wᵀ u)·v for all pairs, also of questions that are nearly or exactly dependent.

    What is left of those is rounding, which once was taken for a new direction.  Not if one number is off.
    """
    rng = np.random.default_rng(20261128)
    matrix = RevealedByProducts(9_001, 5_003, rng)
    v, u = np.zeros((0, 5_003)), np.zeros((0, 9_001))
    forward, back = np.zeros((0, 9_001)), np.zeros((0, 5_003))
    for turn in range(3):
        near = v[:1] + change * rng.standard_normal((2, 5_003)) if turn else rng.standard_normal((2, 5_003))
        v = np.concatenate([v, near, near[:1] + 3 * v[:1] if turn else near[1:]])
        forward = np.concatenate([forward, matrix.apply(v[-3:])])
        u = np.concatenate([u, forward[-2:] / 100, rng.standard_normal((1, 9_001))])
        back = np.concatenate([back, matrix.apply_transposed(u[-3:])])
    size = np.linalg.norm(u, axis=1)[:, None] * np.linalg.norm(forward, axis=1)
    np.testing.assert_allclose(u @ forward.T / size, back @ v.T / size, atol=1e-13)
    np.testing.assert_allclose(forward[5], forward[3] + 3 * forward[0], atol=1e-9)
    forward[0, 4_500] += 1e-3 * np.linalg.norm(forward[0])
    assert np.max(np.abs(u @ forward.T - back @ v.T) / size) > 1e-6


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


def test_axes_in_proportion_to_a_width() -> None:
    """A hidden layer of 4n and heads of n/4: as on the completed matrices, named so, and refused where n/4 is none."""
    n = Width("n")

    def output(w: Any) -> Any:
        h = jax.nn.relu(w["up"] @ w["x"] / 10)
        h = (w["down"] @ h).reshape(4, -1) @ w["head"]
        return jax.numpy.mean(h**2)

    shapes = {"x": (n,), "up": (4 * n, n), "down": (n, n * 4), "head": (n / 4, 3)}
    program = Program(output, shapes)
    assert program.widths == (n,)
    (arguments,) = program.arguments(20, 1, seed=20261128)
    (found,) = evaluate(program.graph(20), arguments)
    full = {k: completed(a) for k, a in zip(program.shapes(20), arguments, strict=True)}
    assert full["up"].shape == (80, 20)
    with jax.enable_x64(True):
        dense = float(output({k: jax.numpy.asarray(np.asarray(a), "float64") for k, a in full.items()}))
    np.testing.assert_allclose(found, dense, rtol=1e-11)
    assert str(4 * n / 8) == "n/2"
    with pytest.raises(ProgramError, match=r"the weight head of output has an axis n/4, which is no length at n = 22"):
        program.shapes(22)
