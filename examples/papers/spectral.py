"""The spectral condition: weight updates have the norm √(n_out/n_in), the one that moves features by order 1.

The target is not 0, to which the output tends at the start.

    verifier derive examples/papers/spectral.py:right
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from verifier.programs import quantity, width

CLAIM = "in μP a rank-one update of each layer has spectral norm ~ √(n_out/n_in): n^1/2, 1 and n^-1/2"
SOURCE = "Yang, Simon and Bernstein, A Spectral Condition for Feature Learning, 2023"
WRONG = "in the NTK parametrisation"

x = jnp.array([1.0, 0.5])
n = width("n")
WEIGHTS = {"V": (n,), "W1": (n, 2), "W2": (n, n)}
EXPECT = {"first": "1/2", "hidden": 0, "last": "-1/2"}


def norms(w: Any, readout: float, rate: float) -> dict[str, Any]:
    """Of the updates of W1, W2 n^-1/2 and V n^readout in a step on one input: rank one, so the Frobenius norms."""
    size = len(w["V"])

    def net(w: Any) -> Any:
        h1 = w["W1"] @ x
        h2 = w["W2"] @ jax.nn.relu(h1) / jnp.sqrt(size)
        return jax.nn.relu(h2) @ w["V"] * size**readout

    g = jax.grad(lambda w: 0.5 * (net(w) - 1) ** 2)(w)
    first, hidden, last = (0.3 * size**rate * jnp.sqrt(jnp.sum(g[k] ** 2)) for k in ("W1", "W2", "V"))
    return {"first": first, "hidden": hidden / jnp.sqrt(size), "last": last * size**readout}


@quantity(weights=WEIGHTS, expect=EXPECT)
def right(w: Any) -> Any:
    return norms(w, readout=-1, rate=1)


@quantity(weights=WEIGHTS, expect=EXPECT)
def wrong(w: Any) -> Any:
    return norms(w, readout=-0.5, rate=0)
