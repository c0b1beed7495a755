"""A wide network in the NTK parametrisation is trained as its linearisation is; in the mean-field one it is not.

verifier measure examples/papers/linearised.py:right
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from verifier.programs import quantity, width

CLAIM = "after five steps |f - f_lin| = O(n^-1/2) (tanh, one hidden layer)"
SOURCE = "Lee, Xiao et al., Wide Neural Networks of Any Depth Evolve as Linear Models, 2019"
WRONG = "with the readout 1/n and the rate n (μP)"

X = jnp.array([[1.0, 0.5], [-0.3, 1.1], [0.7, -0.7], [-1.0, -0.4]])
Y = jnp.array([1.0, -1.0, 0.5, 0.0])
n = width("n")
WEIGHTS = {"V": (n,), "W": (n, 2)}
EXPECT = {"gap": "-1/2"}


def gap(w: Any, readout: float, rate: float, steps: int = 5) -> dict[str, Any]:
    """f and its first-order Taylor polynomial, each trained by gradient descent from the same weights."""
    size, start = len(w["V"]), w

    def net(w: Any) -> Any:
        return jnp.tanh(X @ w["W"].T) @ w["V"] * size**readout

    def linear(w: Any) -> Any:
        f, df = jax.jvp(net, (start,), ({k: w[k] - start[k] for k in w},))
        return f + df

    def trained(f: Any, w: Any) -> Any:
        for _ in range(steps):
            g = jax.grad(lambda w: 0.5 * jnp.mean((f(w) - Y) ** 2))(w)
            w = {k: w[k] - 0.5 * size**rate * g[k] for k in w}
        return f(w)

    return {"gap": jnp.sqrt(jnp.mean((trained(net, w) - trained(linear, w)) ** 2))}


@quantity(weights=WEIGHTS, kind="upper", expect=EXPECT)
def right(w: Any) -> Any:
    return gap(w, readout=-0.5, rate=0)


@quantity(weights=WEIGHTS, kind="upper", expect=EXPECT)
def wrong(w: Any) -> Any:
    return gap(w, readout=-1, rate=1)
