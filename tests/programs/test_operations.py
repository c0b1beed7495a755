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

n = width("n")


def _branch(x: Any) -> Any:
    return jax.lax.cond(x.sum() > 0, lambda x: 2 * x, jnp.sin, x).sum()


def _turns(x: Any) -> Any:
    return jax.lax.while_loop(lambda s: s[0] < 3, lambda s: (s[0] + 1, jnp.tanh(s[1])), (0, x))[1].sum()


def _kept(x: Any) -> Any:
    keep = jax.random.bernoulli(jax.random.PRNGKey(0), 0.5, x.shape)
    return (x * keep).sum() + jax.random.normal(jax.random.key(1), x.shape) @ x


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "quotients of integers": lambda x: (jnp.argsort(x) // 3 - (-7) // 2).sum() + (jnp.argsort(x) % 5 * x).sum(),
    "quotients towards zero": lambda x: jax.lax.div(jnp.argsort(x) - 10, 4).sum() + 0.0 * x.sum(),
    "bits": lambda x: ((jnp.argsort(x) & 12) | 1 ^ ~jnp.argsort(x)).sum() + 0.0 * x.sum(),
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


def test_functions_differ_from_what_is_near_them() -> None:
    """The comparison above can fail: another sample gives another number."""
    for name, function in FUNCTIONS.items():
        program = quantity(weights={"x": (n,)})(lambda w, f=function: f(w["x"]))
        one, two = next(iter(program.sample(24, 2, seed=12).values()))
        assert one != two or name in ("quotients of integers", "quotients towards zero", "bits"), name
