"""Three claims about wide networks that lack a hypothesis, which `verifier hunt` finds.

    verifier hunt examples/hunt/missing.py:elsewhere --budget 2m

A network with one hidden layer in the neural-tangent parametrisation, f(x) = n^-1/2 Σ v_a √2 relu(w_a·x), |x|² = 2 in
the plane; and attention logits with tied weights.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from verifier.hunt import Space, angles, numbers
from verifier.programs import quantity, width

n = width("n")
WEIGHTS = {"W": (n, 2), "v": (n,)}
RATE = 0.3


def point(angle: Any) -> Any:
    """The input at this angle to the first one, of mean square 1."""
    t = jnp.deg2rad(angle)
    return jnp.sqrt(2.0) * jnp.array([jnp.cos(t), jnp.sin(t)])


def net(w: Any, x: Any) -> Any:
    hidden = jnp.sqrt(2.0) * jax.nn.relu(w["W"] @ x / jnp.sqrt(2.0))
    return hidden @ w["v"] / jnp.sqrt(len(w["v"]))


def stepped(w: Any, rate: Any) -> Any:
    """The weights after one step of gradient descent on (f(x) - 1)²/2 at the first input."""
    g = jax.grad(lambda w: 0.5 * (net(w, point(0.0)) - 1) ** 2)(w)
    return {k: w[k] - rate * g[k] for k in w}


@quantity(weights=WEIGHTS, expect={"elsewhere": 0}, space=Space(angle=angles("x", "x'")))
def elsewhere(w: Any, angle: Any = 60.0) -> Any:
    """A step at x moves the output at x' by order 1 (Jacot, Gabriel and Hongler, 2018).

    It lacks Θ(x, x') ≠ 0: with one hidden layer the limit kernel vanishes at one angle.
    """
    x = point(angle)
    return net(stepped(w, RATE), x) - net(w, x)


@quantity(weights=WEIGHTS, expect={"error": 0}, space=Space(rate=numbers(0.05, 1.2)))
def error(w: Any, rate: Any = 0.1) -> dict[str, Any]:
    """After one step the error f(x) - y is of order 1.

    It lacks: the learning rate is not 1/Θ(x, x), with which one step suffices, up to n^-1/2 (Lee et al., 2019).
    """
    return {"error": net(stepped(w, rate), point(0.0)) - 1}


@quantity(weights={"K": (n, 2)}, expect={"logit": 0}, space=Space(angle=angles("x", "y")))
def logit(w: Any, angle: Any = 60.0) -> dict[str, Any]:
    """Attention logits with tied keys and queries, scaled by 1/d, are of order 1 (Hron et al., 2020).

    It lacks x·y ≠ 0: at orthogonal tokens they are of order d^-1/2.
    """
    return {"logit": (w["K"] @ point(0.0)) @ (w["K"] @ point(angle)) / len(w["K"])}
