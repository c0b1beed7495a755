"""T^r of the supplement, Eq. (5), as a program: the r-th derivative of f in the weights along r gradients of f.

    T^r(x_0; x_1, ..., x_r) = <grad^r f(x_0), grad f(x_1) x ... x grad f(x_r)>

The samplers of ``verifier sample`` draw the same quantity faster; a test holds them against this, weight by weight.

    verifier measure examples/programs/star.py:second --expect -1
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from verifier.programs import quantity, width

Weights = dict[str, Any]
INPUTS = jnp.array([[1.0, 0.0], [0.5, 3**0.5 / 2]])
n = width("n")


def network(w: Weights, x: Any) -> Any:
    """f: ReLU layers in the NTK parametrisation, the gain √2 after each, one output; weights W1, W2, …"""
    last = len(w)
    for k in range(1, last):
        x = jnp.sqrt(2.0) * jax.nn.relu(w[f"W{k}"] @ x / jnp.sqrt(len(x)))
    return (w[f"W{last}"] @ x / jnp.sqrt(len(x))).sum()


def derivative(f: Callable[[Weights], Any], w: Weights, directions: Sequence[Weights]) -> Any:
    """The derivative of f along all directions, one after the other."""
    if not directions:
        return f(w)
    first, *rest = directions
    return jax.jvp(lambda w: derivative(f, w, rest), (w,), (first,))[1]


def star(w: Weights, x: Any, others: Sequence[Any]) -> Any:
    """T^r(x; others), r their number."""
    return derivative(lambda w: network(w, x), w, [jax.grad(network)(w, y) for y in others])


@quantity(weights={"W1": (n, 2), "W2": (n, n), "W3": (1, n)})
def second(w: Weights) -> Any:
    """T^2 of three layers at unit inputs of 60°: of order n^-1."""
    return star(w, INPUTS[0], [INPUTS[1]] * 2)
