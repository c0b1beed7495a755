"""The neural tangent kernel at the start tends to a deterministic limit, here of one hidden ReLU layer.

The limit is (sin θ + 2(π - θ) cos θ)/π for inputs of mean square 1 at the angle θ; that it is not 0 has to be said.

    verifier derive examples/papers/tangent_kernel.py:right
    verifier hunt examples/papers/tangent_kernel.py:right
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from verifier.hunt import Space, angles
from verifier.programs import quantity, width

CLAIM = "the tangent kernel at two inputs has order 1 (one hidden ReLU layer, 60°)"
SOURCE = "Jacot, Gabriel and Hongler, Neural Tangent Kernel, 2018"
WRONG = "with the readout 1/n and the same learning rate"

n = width("n")
WEIGHTS = {"V": (n,), "W": (n, 2)}
EXPECT = {"kernel": 0}
SPACE = Space(angle=angles("x", "x'"))


def kernel(w: Any, angle: Any, readout: float) -> dict[str, Any]:
    t = jnp.deg2rad(angle)
    x, y = jnp.array([1.0, 0.0]), jnp.array([jnp.cos(t), jnp.sin(t)])

    def net(w: Any, x: Any) -> Any:
        return jnp.sqrt(2.0) * jax.nn.relu(w["W"] @ x) @ w["V"] * len(w["V"]) ** readout

    g, h = jax.grad(net)(w, x), jax.grad(net)(w, y)
    return {"kernel": sum(jnp.sum(g[k] * h[k]) for k in g)}


@quantity(weights=WEIGHTS, expect=EXPECT, space=SPACE)
def right(w: Any, angle: Any = 60.0) -> Any:
    return kernel(w, angle, readout=-0.5)


@quantity(weights=WEIGHTS, expect=EXPECT, space=SPACE)
def wrong(w: Any, angle: Any = 60.0) -> Any:
    return kernel(w, angle, readout=-1)
