"""Adam's updates of a hidden matrix have entries of order 1: its learning rate has to shrink as 1/n.

The first step of Adam is a step of the signs of the gradient, of rank one on one input: sign δ sign(x)ᵀ.

    verifier measure examples/papers/adam.py:right
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from verifier.programs import quantity, width

CLAIM = "a step of Adam with the rates 1, 1/n and 1/n moves both hidden layers and the output by order 1"
SOURCE = "Yang and Littwin, Tensor Programs IVb: Adaptive Optimization in the Infinite-Width Limit, 2023"
WRONG = "with the rate n^-1/2 for the hidden matrix, the size of its entries"

x = jnp.array([1.0, 0.5])
n = width("n")
WEIGHTS = {"V": (n,), "W1": (n, 2), "W2": (n, n)}
EXPECT = {"dx1": 0, "dh2": 0, "df": 0}


def changes(w: Any, rate: float) -> dict[str, Any]:
    """Entries of variance 1, 1/n and 1/n² to begin with; the rate of the hidden matrix is 0.1 n^rate."""
    size = len(w["V"])
    W1, W2, V = w["W1"], w["W2"] / jnp.sqrt(size), w["V"] / size

    def tail(h2: Any, V: Any) -> Any:
        return 0.5 * (jnp.tanh(h2) @ V - 1) ** 2

    def loss(h1: Any) -> Any:
        return tail(W2 @ jnp.tanh(h1), V)

    h1 = W1 @ x
    x1 = jnp.tanh(h1)
    h2 = W2 @ x1
    d1, (d2, dV) = jax.grad(loss)(h1), jax.grad(tail, argnums=(0, 1))(h2, V)
    new1 = h1 - 0.1 * jnp.sign(d1) * jnp.sum(jnp.sign(x) * x)
    y1 = jnp.tanh(new1)
    new2 = W2 @ y1 - 0.1 * size**rate * jnp.sign(d2) * (jnp.sign(x1) @ y1)
    df = jnp.tanh(new2) @ (V - 0.1 / size * jnp.sign(dV)) - jnp.tanh(h2) @ V
    dx1, dh2 = (jnp.sqrt(jnp.mean(d**2)) for d in (y1 - x1, new2 - h2))
    return {"dx1": dx1, "dh2": dh2, "df": df}


@quantity(weights=WEIGHTS, expect=EXPECT)
def right(w: Any) -> Any:
    return changes(w, -1)


@quantity(weights=WEIGHTS, expect=EXPECT)
def wrong(w: Any) -> Any:
    return changes(w, -0.5)
