"""Programs of which exponents are derived: one step of training in three parametrisations, attention, kernels.

Each is a network of coordinate checks, or a quantity with a limit that somebody has published.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from verifier.programs import Program, quantity, width

X = jnp.array([[1.0, 0.5], [-0.3, 1.1], [0.7, -0.7], [-1.0, -0.4]])
Y = jnp.array([1.0, -1.0, 0.5, 0.0])
n = width("n")
MLP = {"W1": (n, 2), "W2": (n, n), "V": (n,)}
Weights = dict[str, Any]
#: parametrisation → the powers of n of the output's scale and of the learning rate
SCALES = {"ntp": (-0.5, 0.0), "mup": (-1.0, 1.0)}


def trained(activation: Callable[[Any], Any], output: float, rate: float, steps: int = 1) -> Program:
    """Changes after gradient descent: the output is scaled by n^output, the rate is .3 n^rate."""

    def net(w: Weights) -> tuple[Any, Any, Any]:
        size = w["V"].shape[0]
        h1 = X @ w["W1"].T
        x1 = activation(h1)
        h2 = x1 @ w["W2"].T / jnp.sqrt(size)
        x2 = activation(h2)
        f = x2 @ w["V"] * size**output
        return f, h2, h1

    def change(w: Weights) -> Any:
        eta = 0.3 * w["V"].shape[0] ** rate
        before = net(w)
        for _ in range(steps):
            g = jax.grad(lambda w: 0.5 * jnp.mean((net(w)[0] - Y) ** 2))(w)
            w = {k: w[k] - eta * g[k] for k in w}
        df, dh2, dh1 = (jnp.sqrt(jnp.mean((b - a) ** 2)) for a, b in zip(before, net(w), strict=True))
        return {"df": df, "dh1": dh1, "dh2": dh2}

    return quantity(weights=MLP, name="change")(change)


def standard(activation: Callable[[Any], Any], power: float) -> Program:
    """One step in the standard parametrisation: weights N(0, 1/fan-in), the rate .3 n^power on those weights."""

    def net(w: Weights) -> tuple[Any, Any, Any]:
        h1 = X @ w["W1"].T
        x1 = activation(h1)
        h2 = x1 @ w["W2"].T
        x2 = activation(h2)
        return x2 @ w["V"], h2, h1

    def change(w: Weights) -> Any:
        size = w["V"].shape[0]
        w = {"W1": w["W1"], "W2": w["W2"] / jnp.sqrt(size), "V": w["V"] / jnp.sqrt(size)}
        eta = 0.3 * size**power
        before = net(w)
        g = jax.grad(lambda w: 0.5 * jnp.mean((net(w)[0] - Y) ** 2))(w)
        w = {k: w[k] - eta * g[k] for k in w}
        df, dh2, dh1 = (jnp.sqrt(jnp.mean((b - a) ** 2)) for a, b in zip(before, net(w), strict=True))
        return {"df": df, "dh1": dh1, "dh2": dh2}

    return quantity(weights=MLP, name="change")(change)


def logits(tied: bool) -> Program:
    """Attention logits q·k/d of two tokens with independent weights Q and K, or the same."""

    def logit(w: Weights) -> Any:
        d = w["Q"].shape[0]
        x = X[:2] @ w["E"].T
        q = x @ w["Q"].T / jnp.sqrt(d)
        k = q if tied else x @ w["K"].T / jnp.sqrt(d)
        score = q[0] @ k[1] / d
        return score

    weights = {"E": (n, 2), "Q": (n, n)}
    return quantity(weights=weights if tied else {**weights, "K": (n, n)})(logit)


def gram() -> Program:
    """|WᵀWx|²/n with W of entries N(0, 1/n), x of entries N(0, 1): its mean tends to 2."""

    def size(w: Weights) -> Any:
        d = w["x"].shape[0]
        y = w["W"] @ w["x"] / jnp.sqrt(d)
        z = w["W"].T @ y / jnp.sqrt(d)
        return jnp.mean(z**2)

    return quantity(weights={"W": (n, n), "x": (n,)})(size)


def gram_with_other() -> Program:
    """The same with another matrix in the place of the transposed one: 1."""

    def size(w: Weights) -> Any:
        d = w["x"].shape[0]
        y = w["W"] @ w["x"] / jnp.sqrt(d)
        z = w["U"].T @ y / jnp.sqrt(d)
        return jnp.mean(z**2)

    return quantity(weights={"U": (n, n), "W": (n, n), "x": (n,)})(size)


def kernel(degrees: float, layers: int = 2, activation: Callable[[Any], Any] = jax.nn.relu) -> Program:
    """The tangent kernel of a ReLU network with ``layers`` weights at two unit inputs of an angle.

    At two layers it tends to (sin θ + 2(π - θ) cos θ)/π times 1/2 for inputs of norm 1 in two dimensions.
    """
    angle = math.radians(degrees)
    points = jnp.array([[1.0, 0.0], [math.cos(angle), math.sin(angle)]], dtype=float)

    def net(w: Weights, x: Any) -> Any:
        size = w["V"].shape[0]
        h = jnp.sqrt(2.0) * activation(w["W1"] @ x)
        for k in range(2, layers):
            h = jnp.sqrt(2.0) * activation(w[f"W{k}"] @ h / jnp.sqrt(size))
        return w["V"] @ h / jnp.sqrt(size)

    def tangent(w: Weights) -> Any:
        one, two = (jax.grad(net)(w, points[k]) for k in (0, 1))
        theta = sum(jnp.sum(one[k] * two[k]) for k in w)
        return theta

    weights = {"W1": (n, 2), "V": (n,)} | {f"W{k}": (n, n) for k in range(2, layers)}
    return quantity(weights=weights)(tangent)


def normed() -> Program:
    """LayerNorm with gain and bias, then RMSNorm, and the output."""

    def forward(w: Weights) -> Any:
        size = w["V"].shape[0]
        h = X @ w["W1"].T
        h = h - h.mean(-1, keepdims=True)
        h = w["g"] * h / jnp.sqrt((h**2).mean(-1, keepdims=True) + 1e-6) + w["b"]
        u = jnp.tanh(h) @ w["W2"].T / jnp.sqrt(size)
        u = u / jnp.sqrt((u**2).mean(-1, keepdims=True) + 1e-6)
        out = u @ w["V"] / jnp.sqrt(size)
        return jnp.sqrt(jnp.mean(out**2))

    from verifier.programs import ones, zeros

    return quantity(weights={"W1": (n, 2), "W2": (n, n), "V": (n,), "g": ones(n), "b": zeros(n)})(forward)


def attention(power: float) -> Program:
    """One head over four tokens, the logits divided by d^power."""

    def head(w: Weights) -> Any:
        d = w["V"].shape[0]
        x = X @ w["E"].T
        q, k, u = (x @ w[name].T / jnp.sqrt(d) for name in ("Q", "K", "U"))
        scores = q @ k.T / d**power
        p = jax.nn.softmax(scores, axis=-1)
        out = (p @ u) @ w["V"] / jnp.sqrt(d)
        return jnp.sqrt(jnp.mean(out**2))

    return quantity(weights={"E": (n, 2), "K": (n, n), "Q": (n, n), "U": (n, n), "V": (n,)})(head)


def recurrent() -> Program:
    """Three steps of a recurrent network with shared weights."""

    def run(w: Weights) -> Any:
        size = w["V"].shape[0]
        h = jnp.tanh(w["E"] @ X[0])
        for t in (1, 2):
            h = jnp.tanh(w["W"] @ h / jnp.sqrt(size) + w["E"] @ X[t])
        f = h @ w["V"] / jnp.sqrt(size)
        return f

    return quantity(weights={"E": (n, 2), "V": (n,), "W": (n, n)})(run)


def tied() -> Program:
    """An autoencoder whose decoder is the transposed encoder: back·x/n tends to E[φ(Z) Z] = E φ'(Z)."""

    def overlap(w: Weights) -> Any:
        size = w["x"].shape[0]
        h = jnp.sin(w["W"] @ w["x"] / jnp.sqrt(size))
        back = w["W"].T @ h / jnp.sqrt(size)
        return {"overlap": jnp.mean(back * w["x"]), "square": jnp.mean(back**2)}

    return quantity(weights={"W": (n, n), "x": (n,)})(overlap)


def residual() -> Program:
    """Two ReLU branches and the loss's gradient with respect to the first weights."""

    def gradient(w: Weights) -> Any:
        size = w["V"].shape[0]

        def loss(w: Weights) -> Any:
            h = X @ w["W1"].T
            h = h + 0.5 * jax.nn.relu(h) @ w["W2"].T / jnp.sqrt(size)
            f = h @ w["V"] / jnp.sqrt(size)
            return jnp.mean((f - Y) ** 2)

        return jnp.sqrt(jnp.sum(jax.grad(loss)(w)["W1"] ** 2))

    return quantity(weights=MLP)(gradient)


tanh, relu = jnp.tanh, jax.nn.relu
PROGRAMS: dict[str, Callable[[], Program]] = {
    "ntp tanh": lambda: trained(tanh, *SCALES["ntp"]),
    "ntp relu": lambda: trained(relu, *SCALES["ntp"]),
    "mup tanh": lambda: trained(tanh, *SCALES["mup"]),
    "mup relu": lambda: trained(relu, *SCALES["mup"]),
    "sp tanh, rate 1": lambda: standard(tanh, 0.0),
    "sp relu, rate 1": lambda: standard(relu, 0.0),
    "sp tanh, rate 1/n": lambda: standard(tanh, -1.0),
    "sp relu, rate 1/n": lambda: standard(relu, -1.0),
    "logits, independent": lambda: logits(False),
    "logits, tied": lambda: logits(True),
    "gram": gram,
    "kernel": lambda: kernel(60.0),
    "deep kernel": lambda: kernel(60.0, 3),
    "norms": normed,
    "attention": lambda: attention(0.5),
    "recurrent": recurrent,
    "tied": tied,
    "residual": residual,
}
