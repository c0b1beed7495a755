"""Operations that this package evaluates itself do what JAX does, on floats, integers and predicates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")
jnp = jax.numpy

from verifier.programs import quantity, width  # noqa: E402
from verifier.programs.evaluate import evaluate  # noqa: E402
from verifier.programs.graph import NotLazy  # noqa: E402

n = width("n")


def _branch(x: Any) -> Any:
    return jax.lax.cond(x.sum() > 0, lambda x: 2 * x, jnp.sin, x).sum()


def _turns(x: Any) -> Any:
    return jax.lax.while_loop(lambda s: s[0] < 3, lambda s: (s[0] + 1, jnp.tanh(s[1])), (0, x))[1].sum()


def _kept(x: Any) -> Any:
    keep = jax.random.bernoulli(jax.random.PRNGKey(0), 0.5, x.shape)
    return (x * keep).sum() + jax.random.normal(jax.random.key(1), x.shape) @ x


def _small(x: Any) -> Any:
    """Integers of eight bits, of which two are too many."""
    return jnp.where(x > 0, jnp.int8(101), jnp.int8(77))


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "quotients of integers": lambda x: (jnp.argsort(x) // 3 - (-7) // 2).sum() + (jnp.argsort(x) % 5 * x).sum(),
    "quotients towards zero": lambda x: jax.lax.div(jnp.argsort(x) - 10, 4).sum() + 0.0 * x.sum(),
    "bits": lambda x: ((jnp.argsort(x) & 12) | 1 ^ ~jnp.argsort(x)).sum() + 0.0 * x.sum(),
    "sums that wrap around": lambda x: _small(x).sum(dtype=jnp.int8) + jnp.cumsum(_small(x), dtype=jnp.int8)[7] * x[0],
    "products that wrap around": lambda x: jax.lax.dot(_small(x), _small(x)) + _small(x).prod(dtype=jnp.int8) * x[0],
    "numbers beyond a type": lambda x: ((999 * x).astype(jnp.int8) * x + (-9 * x**2).astype(jnp.uint8)).sum(),
    "or of ands": lambda x: ((x > 0) @ (x > -1)) * x.sum(),
    "predicates": lambda x: jnp.where((x > 0) & ~(x > 1) | (x < -1), x, 0.5).sum(),
    "all and any": lambda x: jnp.where(jnp.all(x > -9) & jnp.any(x > 0.1), x.sum(), x.max()),
    "a random mask": _kept,
    "a branch": _branch,
    "turns": _turns,
    "order": lambda x: jnp.median(x) + jnp.sort(x)[2] + x[jnp.argmax(x)] * jnp.argmin(x),
    "sums along": lambda x: jnp.cumsum(x)[5] + jnp.cumsum(x[::-1])[4] + jnp.cumprod(x[:4])[3],
    "a convolution": lambda x: jnp.convolve(x, jnp.array([1.0, 2.0, -1.0]), mode="same") @ x,
    "Fourier": lambda x: jnp.abs(jnp.fft.fft(x)).sum(),
    "a stencil": lambda x: (jnp.roll(x, 2) * jnp.pad(x[:-1], (1, 0)) + jnp.flip(x)).sum(),
    "an index": lambda x: x[jnp.array([1, 4, 1])].sum() + x.at[3].set(7.0).sum(),
    "a slice": lambda x: jax.lax.dynamic_slice(x, (jnp.argmax(x) // 2,), (3,))[1] + x[3:9:2].sum(),
    "functions": lambda x: (jnp.expm1(x) + jnp.log1p(x**2) + jnp.arctan2(x, 1 + x**2) + jnp.cbrt(x) + x**-2).sum(),
    "special": lambda x: (jax.scipy.special.erfinv(jnp.tanh(x)) + jax.nn.softplus(x) + jax.nn.silu(x)).sum(),
    "rounding": lambda x: (jnp.round(3 * x) + jnp.floor(x) + jnp.ceil(x) + jnp.clip(x, -1, 1) + jnp.sign(x)).sum(),
    "several axes": lambda x: jnp.einsum("ab,cb->ac", *(x.reshape(4, -1),) * 2).sum() + jnp.linalg.norm(x),
    "a solution": lambda x: jnp.linalg.solve(jnp.eye(2) + jnp.outer(x[:2], x[:2]), x[2:4]).sum() + x.sum(),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_as_jax_does(name: str) -> None:
    function = FUNCTIONS[name]
    program = quantity(weights={"x": (n,)})(lambda w: function(w["x"]))
    for arguments in program.arguments(24, 3, seed=11):
        (found,) = evaluate(program.graph(24), arguments)
        with jax.enable_x64(True):
            expected = np.asarray(function(jnp.asarray(arguments[0])))
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11)


#: M is a matrix of rank one that is not formed, of entries u_i v_j; each is a number between two sizes of (n, n)
MATRICES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "whole numbers": lambda M, u, v: M.astype(int) ** 2,
    "whole numbers, times a matrix": lambda M, u, v: M.astype(int).astype(float) * M,
    "sums of whole numbers": lambda M, u, v: jnp.abs((2 * M).astype(int) + (M > 0).astype(int)),
    "what is not zero": lambda M, u, v: M.astype(bool),
    "not": lambda M, u, v: ~(M > 0),
    "and, along rows": lambda M, u, v: (M > 0) & (u[:, None] > 0),
    "or, along columns": lambda M, u, v: (M > 0) | (v > 0),
    "either": lambda M, u, v: (M > 0) ^ (u[:, None] > 0),
    "a choice of what is true": lambda M, u, v: jnp.where(M > 1, u[:, None] > 0, v > 0),
    "truth as a factor": lambda M, u, v: (M > 0) * (M < 1) * M,
    "how many in a row": lambda M, u, v: ((M > 0).astype(int).sum(1) ** 2)[:, None] / v.size + 0 * M,
}


@pytest.mark.parametrize("name", MATRICES)
def test_a_matrix_that_is_not_formed_does_as_jax_does(name: str) -> None:
    """A matrix of whole numbers was once the matrix before it was made one, and what is true a number."""

    def function(w: Any) -> Any:
        u, v = w["u"], w["v"]
        return MATRICES[name](jnp.outer(u, v), u, v).sum() / u.size**2

    program = quantity(weights={"u": (n,), "v": (n,)})(function)
    (weights,) = program.arguments(40, 1, 3)
    (found,) = evaluate(program.graph(40), weights)
    with jax.enable_x64(True):
        expected = float(function({"u": jnp.asarray(weights[0]), "v": jnp.asarray(weights[1])}))
    assert float(found) == pytest.approx(expected, rel=1e-11)
    assert abs(expected) > 1e-3


def test_a_quotient_of_whole_numbers_in_a_matrix_is_refused() -> None:
    function = lambda w: jax.lax.div(jnp.outer(w["u"], w["u"]).astype(int), 2).sum() / w["u"].size ** 2  # noqa: E731
    program = quantity(weights={"u": (n,)})(function)
    with pytest.raises(NotLazy, match=r"div: a quotient of whole numbers .* use jnp.floor"):
        program.sample(40, 1, 3)


def test_functions_differ_from_what_is_near_them() -> None:
    """The comparison above can fail: another sample gives another number."""
    for name, function in FUNCTIONS.items():
        program = quantity(weights={"x": (n,)})(lambda w, f=function: f(w["x"]))
        one, two = next(iter(program.sample(24, 2, seed=12).values()))
        assert one != two or name in ("quotients of integers", "quotients towards zero", "bits"), name
