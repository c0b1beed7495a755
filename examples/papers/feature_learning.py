"""One step of gradient descent moves features by order 1 in the maximal-update parametrisation, and there alone.

verifier scan examples/papers/feature_learning.py:right
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from verifier.programs import quantity, width

CLAIM = "in μP a step of SGD moves the output and both hidden layers by order 1"
SOURCE = "Yang and Hu, Tensor Programs IV: Feature Learning in Infinite-Width Neural Networks, 2021"
WRONG = "in the NTK parametrisation"

X = jnp.array([[1.0, 0.5], [-0.3, 1.1], [0.7, -0.7], [-1.0, -0.4]])
Y = jnp.array([1.0, -1.0, 0.5, 0.0])
n = width("n")
WEIGHTS = {"V": (n,), "W1": (n, 2), "W2": (n, n)}
EXPECT = {"dh1": 0, "dh2": 0, "df": 0}


def net(w: Any, readout: float) -> tuple[Any, Any, Any]:
    size = len(w["V"])
    h1 = X @ w["W1"].T
    h2 = jax.nn.relu(h1) @ w["W2"].T / jnp.sqrt(size)
    return jax.nn.relu(h2) @ w["V"] * size**readout, h2, h1


def changes(w: Any, readout: float, rate: float) -> dict[str, Any]:
    """The output is scaled by n^readout, the learning rate is 0.3 n^rate."""
    g = jax.grad(lambda w: 0.5 * jnp.mean((net(w, readout)[0] - Y) ** 2))(w)
    new = {k: w[k] - 0.3 * len(w["V"]) ** rate * g[k] for k in w}
    df, dh2, dh1 = (jnp.sqrt(jnp.mean((b - a) ** 2)) for a, b in zip(net(w, readout), net(new, readout), strict=True))
    return {"dh1": dh1, "dh2": dh2, "df": df}


@quantity(weights=WEIGHTS, expect=EXPECT)
def right(w: Any) -> Any:
    return changes(w, readout=-1, rate=1)


@quantity(weights=WEIGHTS, expect=EXPECT)
def wrong(w: Any) -> Any:
    return changes(w, readout=-0.5, rate=0)
