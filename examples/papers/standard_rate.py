"""The standard parametrisation with a learning rate of order 1/n is stable, and lazy; of order 1 it blows up.

verifier scan examples/papers/standard_rate.py:right
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from verifier.programs import quantity, width

CLAIM = "SP, rate 1/n: a step moves the output by order 1, hidden layers by n^-3/2 and n^-1/2"
SOURCE = "Yang and Hu, Tensor Programs IV: Feature Learning in Infinite-Width Neural Networks, 2021"
WRONG = "with a rate that does not shrink with the width"

X = jnp.array([[1.0, 0.5], [-0.3, 1.1], [0.7, -0.7], [-1.0, -0.4]])
Y = jnp.array([1.0, -1.0, 0.5, 0.0])
n = width("n")
WEIGHTS = {"V": (n,), "W1": (n, 2), "W2": (n, n)}
EXPECT = {"dh1": "-3/2", "dh2": "-1/2", "df": 0}


def net(w: Any) -> tuple[Any, Any, Any]:
    h1 = X @ w["W1"].T
    h2 = jax.nn.relu(h1) @ w["W2"].T
    return jax.nn.relu(h2) @ w["V"], h2, h1


def changes(w: Any, rate: float) -> dict[str, Any]:
    """One step; weights have variance 1/fan-in, the learning rate is 0.3 n^rate."""
    size = len(w["V"])
    w = {"W1": w["W1"], "W2": w["W2"] / jnp.sqrt(size), "V": w["V"] / jnp.sqrt(size)}
    g = jax.grad(lambda w: 0.5 * jnp.mean((net(w)[0] - Y) ** 2))(w)
    new = {k: w[k] - 0.3 * size**rate * g[k] for k in w}
    df, dh2, dh1 = (jnp.sqrt(jnp.mean((b - a) ** 2)) for a, b in zip(net(w), net(new), strict=True))
    return {"dh1": dh1, "dh2": dh2, "df": df}


@quantity(weights=WEIGHTS, expect=EXPECT)
def right(w: Any) -> Any:
    return changes(w, rate=-1)


@quantity(weights=WEIGHTS, expect=EXPECT)
def wrong(w: Any) -> Any:
    return changes(w, rate=0)
