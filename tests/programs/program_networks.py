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


def trained_linear(w: Weights) -> Any:
    """A deep linear network: the rows of a layer depend on each other, and change little in a step."""
    net = mlp(lambda x: x)
    start = net(w)
    for rate in (0.5, 1e-3, 1e-2, 0.5):
        g = jax.grad(lambda w: 0.5 * jnp.mean((net(w) - Y) ** 2))(w)
        w = {k: w[k] - rate * g[k] for k in w}
    return net(w), net(w) - start


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


def heads(w: Weights, number: int = 4) -> Any:
    n = w["V"].shape[0]
    x = X @ w["E"].T
    q, k, u = ((x @ w[name].T / jnp.sqrt(n)).reshape(4, number, n // number) for name in ("Q", "K", "U"))
    p = jax.nn.softmax(jnp.einsum("ihd,jhd->hij", q, k) / (n / number), axis=-1)
    return jnp.einsum("hij,jhd->ihd", p, u).reshape(4, n) @ w["V"] / jnp.sqrt(n)


def classifier(w: Weights) -> Any:
    """Cross-entropy of a batch by vmap, and its change in a step with weight decay and a clipped gradient."""
    n = w["V"].shape[0]

    def one(w: Weights, x: Any, label: Any) -> Any:
        h = jax.nn.relu(w["W1"] @ x)
        h = jax.nn.relu(w["W2"] @ h / jnp.sqrt(n))
        logits = jnp.stack([h @ w["V"], h @ jnp.sin(w["V"]), h.sum()]) / jnp.sqrt(n)
        return -jax.nn.log_softmax(logits)[label]

    loss = lambda w: jnp.mean(jax.vmap(one, (None, 0, 0))(w, X, jnp.array([0, 2, 1, 0])))  # noqa: E731
    g = jax.grad(loss)(w)
    norm = jnp.sqrt(sum(jnp.sum(v**2) for v in g.values()))
    w = {k: 0.99 * w[k] - 0.1 * g[k] / jnp.maximum(1.0, norm) for k in w}
    return loss(w), norm


def products(w: Weights) -> Any:
    """W Wᵀ V, three turns of the power method, and an entry-by-entry clipped outer product."""
    n = w["V"].shape[0]
    v = (w["W2"] @ w["W2"].T) @ w["V"] / n
    for _ in range(3):
        v = w["W2"].T @ (w["W3"] @ v)
        v = v / jnp.linalg.norm(v)
    outer = jnp.outer(w["V"], v * jnp.sqrt(n))
    return jnp.linalg.norm(w["W2"] @ v), jnp.clip(outer, -1, 1) @ w["V"] @ w["V"], jnp.sqrt(jnp.sum(outer**2))


def trained_in_a_scan(w: Weights) -> Any:
    loss = lambda w: 0.5 * jnp.mean((smooth_mlp(w) - Y) ** 2)  # noqa: E731

    def step(w: Weights, rate: Any) -> tuple[Weights, Any]:
        value, g = jax.value_and_grad(loss)(w)
        return {k: w[k] - rate * g[k] for k in w}, value

    w, values = jax.lax.scan(step, w, jnp.array([0.3, 0.2, 0.1]))
    return values, smooth_mlp(w)


@jax.custom_vjp
def _squashed(x: Any) -> Any:
    return jnp.tanh(x)


_squashed.defvjp(lambda x: (jnp.tanh(x), x), lambda x, g: (g * jnp.cos(x),))  # a rule of the user's, not the derivative


def own_rules(w: Weights) -> Any:
    net = jax.checkpoint(jax.jit(mlp(_squashed)))
    return net(w), sum(jnp.sum(g**2) for g in jax.grad(lambda w: jnp.sum(net(w) ** 2))(w).values())


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
    "a linear network, trained": (trained_linear, MLP),
    "sign descent": (sign_descent, MLP),
    "four heads": (heads, ATTENTION),
    "a classifier": (classifier, {k: MLP[k] for k in ("V", "W1", "W2")}),
    "products": (products, {k: MLP[k] for k in ("V", "W2", "W3")}),
    "trained in a scan": (trained_in_a_scan, MLP),
    "rules of one's own": (own_rules, MLP),
}
