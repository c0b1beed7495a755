"""Programs of the tests: networks and training in plain JAX, each a function of weights that returns numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

X = jnp.array([[1.0, 0.5], [-0.3, 1.1], [0.7, -0.7], [-1.0, -0.4]])
Y = jnp.array([1.0, -1.0, 0.5, 0.0])
Weights = dict[str, Any]


def mlp(activation: Callable[[Any], Any]) -> Callable[[Weights], Any]:
    def net(w: Weights, X: Any = X) -> Any:
        n = w["V"].shape[0]
        h = activation(X @ w["W1"].T / jnp.sqrt(2.0))
        h = activation(h @ w["W2"].T / jnp.sqrt(n))
        h = activation(h @ w["W3"].T / jnp.sqrt(n))
        return h @ w["V"] / jnp.sqrt(n)

    return net


MLP = {"V": ("n",), "W1": ("n", 2), "W2": ("n", "n"), "W3": ("n", "n")}
relu_mlp = mlp(lambda x: jnp.sqrt(2.0) * jax.nn.relu(x))
smooth_mlp = mlp(jnp.tanh)


def residual(w: Weights, X: Any = X) -> Any:
    n = w["V"].shape[0]
    h = X @ w["W1"].T
    for name in ("W2", "W3"):
        h = h + 0.5 * jax.nn.relu(h) @ w[name].T / jnp.sqrt(n)
    return h @ w["V"] / jnp.sqrt(n)


def _norm(h: Any, centre: bool) -> Any:
    if centre:
        h = h - h.mean(-1, keepdims=True)
    return h / jnp.sqrt((h**2).mean(-1, keepdims=True) + 1e-6)


def layer_norm(w: Weights) -> Any:
    n = w["V"].shape[0]
    h = w["g"] * _norm(X @ w["W1"].T, centre=True) + w["b"]
    h = jnp.tanh(_norm(h @ w["W2"].T / jnp.sqrt(n), centre=False))
    return h @ w["V"] / jnp.sqrt(n)


def attention(w: Weights, scale: float = 0.5) -> Any:
    n = w["V"].shape[0]
    x = X @ w["E"].T
    q, k, u = (x @ w[name].T / jnp.sqrt(n) for name in ("Q", "K", "U"))
    p = jax.nn.softmax(q @ k.T / n**scale, axis=-1)
    return (p @ u) @ w["V"] / jnp.sqrt(n)


def recurrent(w: Weights) -> Any:
    n = w["V"].shape[0]
    h = jnp.tanh(w["E"] @ X[0])
    out = []
    for t in range(5):
        h = jnp.tanh(w["W"] @ h / jnp.sqrt(n) + w["E"] @ X[t % 4])
        out.append(h @ w["V"] / jnp.sqrt(n))
    return jnp.stack(out)


def recurrent_scan(w: Weights) -> Any:
    n = w["V"].shape[0]

    def step(h: Any, x: Any) -> tuple[Any, Any]:
        h = jnp.tanh(w["W"] @ h / jnp.sqrt(n) + w["E"] @ x)
        return h, h @ w["V"] / jnp.sqrt(n)

    return jax.lax.scan(step, jnp.tanh(w["E"] @ X[0]), X)[1]


def tied(w: Weights) -> Any:
    """An autoencoder whose decoder is the transposed encoder."""
    n = w["x"].shape[0]
    h = jnp.tanh(w["W"] @ w["x"] / jnp.sqrt(n))
    back = w["W"].T @ h / jnp.sqrt(n)
    return jnp.mean(back**2), jnp.mean(back * w["x"])


def kernel(net: Callable[..., Any]) -> Callable[[Weights], Any]:
    def value(w: Weights) -> Any:
        one, two = (jax.grad(lambda w, k=k: net(w, X[k : k + 1])[0])(w) for k in (0, 1))
        return sum(jnp.sum(one[k] * two[k]) for k in one)

    return value


def third(w: Weights) -> Any:
    """K^(3) of the hierarchy: the derivative of the tangent kernel along the gradient at a third input."""
    g = jax.grad(lambda w: smooth_mlp(w, X[2:3])[0])(w)
    theta = kernel(smooth_mlp)
    return jax.jvp(lambda t: theta({k: w[k] + t * g[k] for k in w}), (0.0,), (1.0,))[1]


def hessian_vector(w: Weights) -> Any:
    loss = lambda w: 0.5 * jnp.mean((smooth_mlp(w) - Y) ** 2)  # noqa: E731
    g = jax.grad(loss)(w)
    hv = jax.jvp(jax.grad(loss), (w,), (g,))[1]
    return sum(jnp.sum(hv[k] * g[k]) for k in g)


def momentum(w: Weights, steps: int = 10, lr: float = 0.2) -> Any:
    loss = lambda w: 0.5 * jnp.mean((relu_mlp(w) - Y) ** 2)  # noqa: E731
    v = jax.tree.map(jnp.zeros_like, w)
    for _ in range(steps):
        g = jax.grad(loss)(w)
        v = {k: 0.9 * v[k] + g[k] for k in w}
        w = {k: w[k] - lr * v[k] for k in w}
    return relu_mlp(w)


def adam(w: Weights, steps: int = 3, lr: float = 0.05) -> Any:
    n = w["V"].shape[0]
    loss = lambda w: 0.5 * jnp.mean((smooth_mlp(w) - Y) ** 2)  # noqa: E731
    m = jax.tree.map(jnp.zeros_like, w)
    v = jax.tree.map(jnp.zeros_like, w)
    for t in range(1, steps + 1):
        g = jax.grad(loss)(w)
        m = {k: 0.9 * m[k] + 0.1 * g[k] for k in w}
        v = {k: 0.99 * v[k] + 0.01 * g[k] ** 2 for k in w}
        w = {
            k: w[k] - lr / jnp.sqrt(n) * (m[k] / (1 - 0.9**t)) / (jnp.sqrt(v[k] / (1 - 0.99**t)) + 1e-3 / n) for k in w
        }
    return smooth_mlp(w)


def sign_descent(w: Weights, lr: float = 0.01) -> Any:
    n = w["V"].shape[0]
    g = jax.grad(lambda w: 0.5 * jnp.mean((smooth_mlp(w, X[:2]) - Y[:2]) ** 2))(w)
    return smooth_mlp({k: w[k] - lr / jnp.sqrt(n) * jnp.sign(g[k]) for k in w})


ATTENTION = {"E": ("n", 2), "K": ("n", "n"), "Q": ("n", "n"), "U": ("n", "n"), "V": ("n",)}
NORMED = {"V": ("n",), "W1": ("n", 2), "W2": ("n", "n"), "b": ("n",), "g": ("n",)}
RECURRENT = {"E": ("n", 2), "V": ("n",), "W": ("n", "n")}
TIED = {"W": ("m", "n"), "x": ("n",)}

#: name → program, shapes of its weights
EXAMPLES: dict[str, tuple[Callable[[Weights], Any], dict[str, tuple[Any, ...]]]] = {
    "relu": (relu_mlp, MLP),
    "tanh": (smooth_mlp, MLP),
    "gelu": (mlp(lambda x: jax.nn.gelu(x, approximate=False)), MLP),
    "gelu, approximate": (mlp(jax.nn.gelu), MLP),
    "erf": (mlp(jax.scipy.special.erf), MLP),
    "residual": (residual, MLP),
    "layer and rms norm": (layer_norm, NORMED),
    "attention": (attention, ATTENTION),
    "recurrent": (recurrent, RECURRENT),
    "recurrent, scan": (recurrent_scan, RECURRENT),
    "tied, two widths": (tied, TIED),
    "tangent kernel": (kernel(relu_mlp), MLP),
    "hierarchy K^(3)": (third, MLP),
    "hessian vector": (hessian_vector, MLP),
    "momentum": (momentum, MLP),
    "adam": (adam, MLP),
    "sign descent": (sign_descent, MLP),
}
