"""Orders of correlation functions, counted by clusters: n^(even clusters + odd clusters/2 - factors/2).

∂μν f ∂μ f ∂ν f has one cluster of three factors, with a fourth factor f two clusters, both odd: n^(2/2 - 4/2).

    verifier measure examples/papers/diagrams.py:right
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from verifier.programs import quantity, width

CLAIM = "f(x) ∂μν f(x) ∂μ f(y) ∂ν f(y) has order n^-1 for ReLU and tanh"
SOURCE = "Dyer and Gur-Ari, Asymptotics of Wide Networks from Feynman Diagrams, 2020"
WRONG = "n^-2: one factor n^-1/2 for each of the four f, clusters not counted"

X = jnp.array([[1.0, 0.5], [-0.3, 1.1]])
n = width("n")
WEIGHTS = {"V": (n,), "W1": (n, 2), "W2": (n, n)}
SAMPLES = 512


def correlation(w: Any, activation: Any) -> Any:
    def net(w: Any, x: Any) -> Any:
        hidden = activation(w["W2"] @ activation(w["W1"] @ x) / jnp.sqrt(len(w["V"])))
        return hidden @ w["V"] / jnp.sqrt(len(w["V"]))

    def along(w: Any) -> Any:
        return jax.jvp(lambda w: net(w, X[0]), (w,), (g,))[1]

    g = jax.grad(net)(w, X[1])
    return net(w, X[0]) * jax.jvp(along, (w,), (g,))[1]


def both(w: Any) -> dict[str, Any]:
    return {"relu": correlation(w, jax.nn.relu), "tanh": correlation(w, jnp.tanh)}


right = quantity(weights=WEIGHTS, name="right", expect={"relu": -1, "tanh": -1})(both)
wrong = quantity(weights=WEIGHTS, name="wrong", expect={"relu": -2, "tanh": -2})(both)
