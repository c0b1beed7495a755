"""The output of a ReLU network at the start is Gaussian up to 1/n: E f⁴ = 3 (1 + 5/n)^(L-1) for |x|² = 2, L weights.

Given the last hidden layer f is Gaussian, so that E f⁴ = 3 E q² with q the mean square of that layer.

    verifier measure examples/papers/fourth_moment.py:right --samples 2048
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from verifier.programs import quantity, width

CLAIM = "E f⁴ = 3 (1 + 5/n)^(L-1): n E (q - 1)² → 5 (L - 1), q the mean square of the last hidden layer (L = 3: 10)"
SOURCE = "Hanin and Nica, Finite Depth and Width Corrections to the Neural Tangent Kernel, 2020"
WRONG = "without the ReLUs: 2 (L - 1)"

n = width("n")
WEIGHTS = {"W1": (n, 2), "W2": (n, n)}
EXPECT = {"excess": 10}
SAMPLES, MARGIN = 4096, 1


def excess(w: Any, activation: Any) -> dict[str, Any]:
    size = len(w["W1"])
    h = activation(w["W1"] @ jnp.array([1.0, 1.0]) / jnp.sqrt(2.0))
    h = activation(w["W2"] @ h / jnp.sqrt(size))
    return {"excess": size * (jnp.mean(h**2) - 1) ** 2}


@quantity(weights=WEIGHTS, kind="limit", expect=EXPECT)
def right(w: Any) -> Any:
    return excess(w, lambda h: jnp.sqrt(2.0) * jax.nn.relu(h))


@quantity(weights=WEIGHTS, kind="limit", expect=EXPECT)
def wrong(w: Any) -> Any:
    return excess(w, lambda h: h)
