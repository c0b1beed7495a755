"""A coordinate check: how far three steps of gradient descent move the layers of a network, in three parametrisations.

The network is tanh with two hidden layers on four inputs in the plane.  Feature learning at infinite width asks that
the changes of the output and of the hidden layers have order 0.  The maximal-update parametrisation (μP) has that; in
the neural-tangent parametrisation (NTP) only the output moves; the standard parametrisation (SP) with a learning rate
that does not shrink with the width blows up (Yang and Hu, Tensor Programs IV, 2021).

    verifier scan examples/programs/coordinate.py:mup
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from verifier.programs import quantity, width

X = jnp.array([[1.0, 0.5], [-0.3, 1.1], [0.7, -0.7], [-1.0, -0.4]])
Y = jnp.array([1.0, -1.0, 0.5, 0.0])

n = width("n")
WEIGHTS = {"V": (n,), "W1": (n, 2), "W2": (n, n)}


def changes(w: Any, readout: Callable[[Any], Any], rate: Any, steps: int = 3) -> dict[str, Any]:
    """rms change of both hidden preactivations and of the output."""
    size = w["V"].shape[0]

    def net(w: Any) -> Any:
        h1 = X @ w["W1"].T
        x1 = jnp.tanh(h1)
        h2 = x1 @ w["W2"].T / jnp.sqrt(size)
        x2 = jnp.tanh(h2)
        f = x2 @ w["V"] / readout(size)
        return f, h2, h1

    def loss(w: Any) -> Any:
        error = net(w)[0] - Y
        return 0.5 * jnp.mean(error**2)

    start = net(w)
    for _ in range(steps):
        g = jax.grad(loss)(w)
        w = {k: w[k] - rate(k, size) * g[k] for k in w}
    df, dh2, dh1 = (jnp.sqrt(jnp.mean((b - a) ** 2)) for a, b in zip(start, net(w), strict=True))
    return {"dh1": dh1, "dh2": dh2, "df": df}


@quantity(weights=WEIGHTS, expect={"dh1": 0, "dh2": 0, "df": 0})
def mup(w: Any) -> Any:
    """Readout 1/n, learning rate n: every layer moves by order 1."""
    return changes(w, readout=lambda n: n, rate=lambda k, n: 0.3 * n)


@quantity(weights=WEIGHTS, expect={"dh1": "-1/2", "dh2": "-1/2", "df": 0})
def ntp(w: Any) -> Any:
    """Readout n^-1/2, learning rate 1: hidden layers move by n^-1/2."""
    return changes(w, readout=jnp.sqrt, rate=lambda k, n: 0.3)


@quantity(weights=WEIGHTS, expect={"dh1": 0, "dh2": 0, "df": 0})
def sp(w: Any) -> Any:
    """PyTorch's default, entries of variance 1/n_in as weights themselves, learning rate 1: blows up.

    With W = ω n^-1/2 a step of size 1 in W is one of size n in ω.
    """
    return changes(w, readout=jnp.sqrt, rate=lambda k, n: 1.0 if k == "W1" else 1.0 * n, steps=1)
