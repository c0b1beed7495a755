"""Five steps of gradient descent of a network with three hidden layers, and how much its tangent kernel changes.

ReLU, ReLU and tanh layers in the neural-tangent parametrisation, four inputs in the plane.  The output moves by order
one.  The change of the tangent kernel between two of the inputs is a sum of terms of order n^-1/2, odd in the readout,
and of order n^-1, which are as large at widths of some thousands: no exponent is claimed of it.

    verifier scan examples/programs/training.py:trained
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from verifier.programs import quantity, width

X = jnp.array([[1.0, 0.5], [-0.3, 1.1], [0.7, -0.7], [-1.0, -0.4]])
Y = jnp.array([1.0, -1.0, 0.5, 0.0])

n = width("n")


def net(w: Any, X: Any) -> Any:
    size = w["V"].shape[0]
    h1 = jax.nn.relu(X @ w["W1"].T / jnp.sqrt(2.0)) * jnp.sqrt(2.0)
    h2 = jax.nn.relu(h1 @ w["W2"].T / jnp.sqrt(size)) * jnp.sqrt(2.0)
    h3 = jnp.tanh(h2 @ w["W3"].T / jnp.sqrt(size))
    f = h3 @ w["V"] / jnp.sqrt(size)
    return f


def loss(w: Any) -> Any:
    return 0.5 * jnp.mean((net(w, X) - Y) ** 2)


def ntk(w: Any, a: int, b: int) -> Any:
    """The tangent kernel between inputs a and b."""
    one, two = (jax.grad(lambda w, k=k: net(w, X[k : k + 1])[0])(w) for k in (a, b))
    return sum(jnp.sum(one[k] * two[k]) for k in one)


@quantity(weights={"V": (n,), "W1": (n, 2), "W2": (n, n), "W3": (n, n)}, expect={"df": 0})
def trained(w: Any, steps: int = 5, rate: float = 0.5) -> Any:
    """The change of the output at the first input, and of the kernel between the first two."""
    f, K = net(w, X)[0], ntk(w, 0, 1)
    for _ in range(steps):
        g = jax.grad(loss)(w)
        w = {k: w[k] - rate * g[k] for k in w}
    return {"df": net(w, X)[0] - f, "dK": ntk(w, 0, 1) - K}
