"""The tangent kernel of a wide network of fixed depth is deterministic up to n^-1/2.

verifier measure examples/papers/kernel_variance.py:right
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from verifier.programs import quantity, width

CLAIM = "the variance of the tangent kernel at one input has order 1/n (ReLU, two hidden layers)"
SOURCE = "Hanin and Nica, Finite Depth and Width Corrections to the Neural Tangent Kernel, 2020"
WRONG = "1/n², the square of the correction to its mean"

n = width("n")
WEIGHTS = {"V": (n,), "W1": (n, 2), "W2": (n, n)}
SAMPLES = 256


def kernel(w: Any) -> Any:
    size = len(w["V"])

    def net(w: Any) -> Any:
        h = jnp.sqrt(2.0) * jax.nn.relu(w["W1"] @ jnp.array([1.0, 1.0]) / jnp.sqrt(2.0))
        h = jnp.sqrt(2.0) * jax.nn.relu(w["W2"] @ h / jnp.sqrt(size))
        return h @ w["V"] / jnp.sqrt(size)

    g = jax.grad(net)(w)
    return {"kernel": sum(jnp.sum(g[k] ** 2) for k in g)}


right = quantity(weights=WEIGHTS, name="right", kind="variance", expect={"kernel": -1})(kernel)
wrong = quantity(weights=WEIGHTS, name="wrong", kind="variance", expect={"kernel": -2})(kernel)
