"""T^3 at L = 4 and K^(3) at H = 2, L = 3 as one would write them in JAX and PyTorch: the derivatives of one function.

    T^3    d^3/dt^3 f(x_0; w + t grad f(x_1; w)) at t = 0
    K^(3)  d^3/dt^3 h(u_0; w + t grad h(u_1; w)) at t = 0,   h = f_2 sqrt(2) relu(f_1 z), z = 1, inner width 1

by ``jax.experimental.jet``, by nested ``jax.jvp`` (both under jit, and vmap over networks), by nested
``torch.func.jvp``, and by this project's jets on the same drawn matrices.  Weights are a list of arrays
(batch, rows, columns); inputs an array of rows x_0, x_1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np

DEPTHS = {"T": 4, "K": 3}
OUTPUTS = {"T": 1, "K": 2}
ORDER = 3
Method = Callable[[Sequence[Any], Any], Any]


def relu(y: Any) -> Any:
    """Almost-everywhere derivatives: the mask is constant."""
    return y * (y > 0)


def scalar(quantity: str, weights: Sequence[Any], x: Any) -> Any:
    """f, or h, of one network."""
    q = x
    for l, w in enumerate(weights):
        y = w @ q / sqrt(w.shape[1])
        q = sqrt(2.0) * relu(y) if l < len(weights) - 1 else y
    return q[0] if quantity == "T" else q[1] * sqrt(2.0) * relu(q[0])


def jax_method(quantity: str, how: str) -> Method:
    """``how``: "jet" or "nested"; both jitted and mapped over the batch."""
    import jax
    from jax.experimental import jet

    jax.config.update("jax_enable_x64", True)

    def one(weights: Any, inputs: Any) -> Any:
        direction = jax.grad(lambda w: scalar(quantity, w, inputs[1]))(weights)

        def along(t: Any) -> Any:
            return scalar(quantity, [w + t * v for w, v in zip(weights, direction, strict=True)], inputs[0])

        if how == "jet":
            return jet.jet(along, (0.0,), ((1.0, *[0.0] * (ORDER - 1)),))[1][ORDER - 1]
        found = along
        for _ in range(ORDER):
            found = (lambda g: lambda t: jax.jvp(g, (t,), (1.0,))[1])(found)
        return found(0.0)

    return jax.jit(jax.vmap(one, in_axes=(0, None)))


def torch_method(quantity: str) -> Method:
    """Nested ``torch.func.jvp``, eager, mapped over the batch."""
    import torch
    from torch.func import grad, jvp, vmap

    def one(weights: Any, inputs: Any) -> Any:
        direction = grad(lambda w: scalar(quantity, w, inputs[1]))(weights)

        def along(t: Any) -> Any:
            return scalar(quantity, [w + t * v for w, v in zip(weights, direction, strict=True)], inputs[0])

        found = along
        for _ in range(ORDER):
            found = (lambda g: lambda t: jvp(g, (t,), (torch.ones_like(t),))[1])(found)
        return found(torch.zeros((), dtype=torch.float64))

    mapped = vmap(one, in_dims=(0, None))
    return lambda weights, inputs: mapped(tuple(weights), inputs)


def own_method(quantity: str) -> Method:
    """This project's truncated Taylor series on drawn matrices."""
    from verifier.networks.correlations import hypernetwork_terms, star
    from verifier.networks.gaussian import DenseGaussian
    from verifier.networks.hypernetwork import ImplicitNetwork
    from verifier.networks.mlp import Network

    def run(weights: Sequence[Any], inputs: Any) -> Any:
        rows = inputs[:1] if np.array_equal(inputs[0], inputs[1]) else inputs
        widths = [w.shape[2] for w in weights]
        network = Network(widths, [DenseGaussian(w) for w in weights], weights[0].shape[0])
        if quantity == "T":
            return star(network, rows, [0] + [len(rows) - 1] * ORDER, [ORDER])[0][:, 0]
        implicit, z = ImplicitNetwork(2, 1, 1), (np.ones(1), np.ones(1))
        return hypernetwork_terms(network, implicit, rows, z, [ORDER])[0][:, 0]

    return run


def sizes(quantity: str, n: int) -> list[tuple[int, int]]:
    """Shapes of W^1..W^L, two input dimensions."""
    widths = [2, *[n] * (DEPTHS[quantity] - 1), OUTPUTS[quantity]]
    return [(rows, columns) for columns, rows in pairwise(widths)]


def inputs_at(angle: int) -> Any:
    """Rows x_0, x_1 with |x|^2 = 2."""
    turned = np.deg2rad(angle)
    return sqrt(2.0) * np.array([[1.0, 0.0], [np.cos(turned), np.sin(turned)]])
