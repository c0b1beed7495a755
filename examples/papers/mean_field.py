"""A trained mean-field network fluctuates around its limit by n^-1/2.

verifier measure examples/papers/mean_field.py:right
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from verifier.programs import quantity, width

CLAIM = "after five steps the variance of a mean-field network's output has order 1/n"
SOURCE = "Sirignano and Spiliopoulos, Mean field analysis of neural networks: a central limit theorem, 2020"
WRONG = "with the readout n^-1/2 and the rate 1 (NTK parametrisation)"

X = jnp.array([[1.0, 0.5], [-0.3, 1.1], [0.7, -0.7], [-1.0, -0.4]])
Y = jnp.array([1.0, -1.0, 0.5, 0.0])
n = width("n")
WEIGHTS = {"V": (n,), "W": (n, 2)}
SAMPLES = 256


def output(w: Any, readout: float, rate: float, steps: int = 5) -> dict[str, Any]:
    size = len(w["V"])

    def net(w: Any, x: Any) -> Any:
        return jnp.tanh(x @ w["W"].T) @ w["V"] * size**readout

    for _ in range(steps):
        g = jax.grad(lambda w: 0.5 * jnp.mean((net(w, X) - Y) ** 2))(w)
        w = {k: w[k] - 0.3 * size**rate * g[k] for k in w}
    return {"f": net(w, X[0])}


@quantity(weights=WEIGHTS, kind="variance", expect={"f": -1})
def right(w: Any) -> Any:
    return output(w, readout=-1, rate=1)


@quantity(weights=WEIGHTS, kind="variance", expect={"f": -1})
def wrong(w: Any) -> Any:
    return output(w, readout=-0.5, rate=0)
