"""The neural tangent hierarchy: the third kernel, which moves the tangent kernel along the flow, is of order 1/n.

K³(x, y, z) = <∇ K(x, y), ∇ f(z)> with K(x, y) = <∇ f(x), ∇ f(y)>.

    verifier measure examples/papers/hierarchy.py:right
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from verifier.programs import quantity, width

CLAIM = "K³ has order 1/n (tanh, two hidden layers)"
SOURCE = "Huang and Yau, Dynamics of Deep Neural Networks and Neural Tangent Hierarchy, 2020"
WRONG = "in the mean-field scaling, readout 1/n and rate n"

X = jnp.array([[1.0, 0.5], [-0.3, 1.1], [0.7, -0.7]])
n = width("n")
WEIGHTS = {"V": (n,), "W1": (n, 2), "W2": (n, n)}
EXPECT = {"third": -1}
SAMPLES = 256


def third(w: Any, readout: float, rate: float) -> dict[str, Any]:
    size = len(w["V"])

    def net(w: Any, x: Any) -> Any:
        hidden = jnp.tanh(w["W2"] @ jnp.tanh(w["W1"] @ x) / jnp.sqrt(size))
        return hidden @ w["V"] * size**readout

    def flow(w: Any, x: Any) -> Any:
        """The gradient at x, times the learning rate."""
        g = jax.grad(net)(w, x)
        return {k: size**rate * g[k] for k in g}

    def kernel(w: Any) -> Any:
        return jax.jvp(lambda v: net(v, X[0]), (w,), (flow(w, X[1]),))[1]

    return {"third": jax.jvp(kernel, (w,), (flow(w, X[2]),))[1]}


@quantity(weights=WEIGHTS, expect=EXPECT)
def right(w: Any) -> Any:
    return third(w, readout=-0.5, rate=0)


@quantity(weights=WEIGHTS, expect=EXPECT)
def wrong(w: Any) -> Any:
    return third(w, readout=-1, rate=1)
