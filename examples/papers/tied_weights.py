"""A matrix that is met again, transposed, remembers: a decoder with the encoder's weights is no decoder of its own.

verifier derive examples/papers/tied_weights.py:right
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from verifier.programs import quantity, width

CLAIM = "|WᵀWx|²/n → 2 for W with entries of variance 1/n"
SOURCE = "Yang, Tensor Programs III: Neural Matrix Laws, 2020"
WRONG = "the same with another matrix in the place of Wᵀ (gradient independence)"

n = width("n")
EXPECT = {"length": 2}


def length(encoder: Any, decoder: Any, x: Any) -> dict[str, Any]:
    h = encoder @ x / jnp.sqrt(len(x))
    back = decoder.T @ h / jnp.sqrt(len(x))
    return {"length": jnp.mean(back**2)}


@quantity(weights={"W": (n, n), "x": (n,)}, kind="limit", expect=EXPECT)
def right(w: Any) -> Any:
    return length(w["W"], w["W"], w["x"])


@quantity(weights={"U": (n, n), "W": (n, n), "x": (n,)}, kind="limit", expect=EXPECT)
def wrong(w: Any) -> Any:
    return length(w["W"], w["U"], w["x"])
