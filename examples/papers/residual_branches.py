"""Residual branches scaled by 1/√L keep a deep network's activations bounded: (1 + 1/L)^L < e.

verifier derive examples/papers/residual_branches.py:right
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from verifier.programs import quantity, width

CLAIM = "branches scaled by 1/√L: |h|²/n → (1 + 1/L)^L after L ReLU blocks (L = 4: 2.441)"
SOURCE = "Hayou, Clerico et al., Stable ResNet, 2021"
WRONG = "branches that are not scaled: 2^L"

L = 4
n = width("n")
WEIGHTS = {"x": (n,)} | {f"W{k}": (n, n) for k in range(L)}
EXPECT = {"length": (1 + 1 / L) ** L}
SAMPLES = 512


def length(w: Any, scale: float) -> dict[str, Any]:
    h = w["x"]
    for k in range(L):
        h = h + scale * jnp.sqrt(2.0) * w[f"W{k}"] @ jax.nn.relu(h) / jnp.sqrt(len(h))
    return {"length": jnp.mean(h**2)}


@quantity(weights=WEIGHTS, kind="limit", expect=EXPECT)
def right(w: Any) -> Any:
    return length(w, L**-0.5)


@quantity(weights=WEIGHTS, kind="limit", expect=EXPECT)
def wrong(w: Any) -> Any:
    return length(w, 1.0)
