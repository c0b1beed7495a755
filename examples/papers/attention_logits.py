"""Attention logits at the start, where queries and keys are independent: the scale is 1/√d.

verifier derive examples/papers/attention_logits.py:right
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from verifier.programs import quantity, width

CLAIM = "attention logits q·k/√d with independent Q and K have order 1"
SOURCE = "Hron, Bahri, Sohl-Dickstein and Novak, Infinite attention, 2020"
WRONG = "with 1/d in the place of 1/√d"

d = width("d")
WEIGHTS = {"E": (d, 2), "K": (d, d), "Q": (d, d)}
TOKENS = jnp.array([[1.0, 0.5], [-0.3, 1.1]])


def logit(w: Any, power: float) -> dict[str, Any]:
    size = len(w["E"])
    x = TOKENS @ w["E"].T
    q = x @ w["Q"].T / jnp.sqrt(size)
    k = x @ w["K"].T / jnp.sqrt(size)
    return {"logit": q[0] @ k[1] / size**power}


@quantity(weights=WEIGHTS, expect={"logit": 0})
def right(w: Any) -> Any:
    return logit(w, 0.5)


@quantity(weights=WEIGHTS, expect={"logit": 0})
def wrong(w: Any) -> Any:
    return logit(w, 1.0)
