"""Attention logits where keys and queries are correlated, as training makes them: the scale is 1/d.

Tied weights are the simplest such case: at two tokens the logit tends to their inner product; that it is not 0 has to
be said.

    verifier derive examples/papers/attention_aligned.py:right
    verifier hunt examples/papers/attention_aligned.py:right
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from verifier.hunt import Space, angles
from verifier.programs import quantity, width

CLAIM = "attention logits q·k/d of correlated q and k have order 1 (tokens at 60°)"
SOURCE = "Yang, Hu et al., Tensor Programs V: Tuning Large Neural Networks, 2022"
WRONG = "with 1/√d in the place of 1/d"

d = width("d")
WEIGHTS = {"E": (d, 2), "Q": (d, d)}
EXPECT = {"logit": 0}
SPACE = Space(angle=angles("x", "y"))


def logit(w: Any, angle: Any, power: float) -> dict[str, Any]:
    size, t = len(w["E"]), jnp.deg2rad(angle)
    x = jnp.array([[1.0, 0.0], [jnp.cos(t), jnp.sin(t)]]) @ w["E"].T
    q = x @ w["Q"].T / jnp.sqrt(size)
    return {"logit": q[0] @ q[1] / size**power}


@quantity(weights=WEIGHTS, expect=EXPECT, space=SPACE)
def right(w: Any, angle: Any = 60.0) -> Any:
    return logit(w, angle, 1.0)


@quantity(weights=WEIGHTS, expect=EXPECT, space=SPACE)
def wrong(w: Any, angle: Any = 60.0) -> Any:
    return logit(w, angle, 0.5)
