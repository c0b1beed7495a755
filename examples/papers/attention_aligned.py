"""Attention logits where keys and queries are correlated, as training makes them: the scale is 1/d.

Tied weights are the simplest such case: at two tokens the logit tends to their inner product.

    verifier derive examples/papers/attention_aligned.py:right
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from verifier.programs import quantity, width

CLAIM = "attention logits q·k/d of correlated q and k have order 1"
SOURCE = "Yang, Hu et al., Tensor Programs V: Tuning Large Neural Networks, 2022"
WRONG = "with 1/√d in the place of 1/d"

d = width("d")
WEIGHTS = {"E": (d, 2), "Q": (d, d)}
TOKENS = jnp.array([[1.0, 0.5], [0.3, 1.1]])


def logit(w: Any, power: float) -> dict[str, Any]:
    size = len(w["E"])
    x = TOKENS @ w["E"].T
    q = x @ w["Q"].T / jnp.sqrt(size)
    return {"logit": q[0] @ q[1] / size**power}


@quantity(weights=WEIGHTS, expect={"logit": 0})
def right(w: Any) -> Any:
    return logit(w, 1.0)


@quantity(weights=WEIGHTS, expect={"logit": 0})
def wrong(w: Any) -> Any:
    return logit(w, 0.5)
