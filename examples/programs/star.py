"""T^r and K^(r) of the supplement, Eqs. (5) and (29), as programs: r-th derivatives in the weights along r gradients.

    T^r(x_0; x_1, ..., x_r) = <grad^r f(x_0), grad f(x_1) x ... x grad f(x_r)>
    K^(r)(u_i, u_j) = <grad^r h(u_i), grad h(u_j) x ... x grad h(u_j)>

where h(x, z) is g at z, a network whose weights are the outputs of f at x.  The samplers of ``verifier sample`` draw
the same quantities faster; tests hold them against these definitions, weight by weight.

    verifier measure examples/programs/star.py:second
    verifier measure examples/programs/star.py:kernel
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
    """The outputs of f: ReLU layers in the NTK parametrisation, the gain √2 after each; weights W1, W2, …"""
    last = len(w)
    for k in range(1, last):
        x = jnp.sqrt(2.0) * jax.nn.relu(w[f"W{k}"] @ x / jnp.sqrt(len(x)))
    return w[f"W{last}"] @ x / jnp.sqrt(len(x))


def derivative(f: Callable[[Weights], Any], w: Weights, directions: Sequence[Weights]) -> Any:
    """The derivative of f along all directions, one after the other."""
    if not directions:
        return f(w)
    first, *rest = directions
    return jax.jvp(lambda w: derivative(f, w, rest), (w,), (first,))[1]


def star(w: Weights, x: Any, others: Sequence[Any]) -> Any:
    """T^r(x; others) of the first output, r the number of others."""
    return derivative(lambda w: network(w, x)[0], w, [jax.grad(lambda w, y=y: network(w, y)[0])(w) for y in others])


def hypernetwork(w: Weights, x: Any, z: Any, shapes: Sequence[tuple[int, int]]) -> Any:
    """h(x, z) = g(z; f(x)): the outputs of f, cut into matrices of these shapes, are the weights V^1, …, V^H of g."""
    f, a = network(w, x), z
    for k, (rows, columns) in enumerate(shapes):
        V, f = f[: rows * columns].reshape(rows, columns), f[rows * columns :]
        a = V @ (a if k == 0 else jnp.sqrt(2.0) * jax.nn.relu(a)) / jnp.sqrt(columns)
    return a[0]


def hyperkernel(
    w: Weights, u_i: tuple[Any, Any], u_j: tuple[Any, Any], shapes: Sequence[tuple[int, int]], r: int
) -> Any:
    """K^(r)(u_i, u_j) for u = (x, z)."""
    gradient = jax.grad(lambda w: hypernetwork(w, *u_j, shapes))(w)
    return derivative(lambda w: hypernetwork(w, *u_i, shapes), w, [gradient] * r)


@quantity(weights={"W1": (n, 2), "W2": (n, n), "W3": (1, n)}, expect={"second": -1})
def second(w: Weights) -> Any:
    """T^2 of three layers at unit inputs of 60°: of order n^-1."""
    return star(w, INPUTS[0], [INPUTS[1]] * 2)


@quantity(weights={"W1": (n, 2), "W2": (n, n), "W3": (1, n)}, expect={"kernel": -1})
def kernel(w: Weights) -> Any:
    """K^(2) for L = 3 and H = 1 at unit inputs of 60° and z = (1, 1/2): of order n^(H-r)."""
    u_i, u_j = zip(INPUTS, jnp.array([[1.0], [0.5]]), strict=True)
    return hyperkernel(w, u_i, u_j, [(1, 1)], 2)
