"""Networks and hypernetworks trained by stochastic gradient descent, many runs as one batch.  Needs JAX.

    f:  q^0 = x,  y^l = W^l q^{l-1} / sqrt(n_{l-1}),  q^l = sqrt(2) relu(y^l),  f = y^L,  W^l iid N(0, 1)
    h:  the entries of f(x) are the weights V^1..V^H of g, read off row by row:
        a^0 = z,  g^l = V^l a^{l-1} / sqrt(m_{l-1}),  a^l = sqrt(2) relu(g^l),  h = g^H

This is the NTK parametrisation and initialisation of :mod:`verifier.networks.mlp`; a step of size mu is W <- W - mu dW
of the mean loss of a batch.  Runs differ in their initial weights and in the order of their examples, and each learning
rate begins at the same weights: the runs of one call, times its rates, are one vectorised program, compiled once for an
architecture.  Numbers are of single precision.  A run whose loss is not finite any more is recorded as diverged, with
accuracy 0.  On a GPU all runs take a step at a time; on a CPU, where that is slower, the runs follow one another.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
LOSSES = ("cross-entropy", "squared")
ROOT2 = math.sqrt(2.0)


class NoJax(ImportError):
    """JAX is not installed or cannot be imported; the message names the extra that brings it."""


@dataclass(frozen=True)
class Plain:
    """A network f of the given depth, with hidden layers of width n."""

    depth: int
    n: int
    inputs: int
    outputs: int

    @property
    def widths(self) -> tuple[int, ...]:
        """n_0, …, n_L."""
        return (self.inputs, *(self.n,) * (self.depth - 1), self.outputs)

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """Rows and columns of each W^l."""
        return tuple((rows, columns) for columns, rows in pairwise(self.widths))


@dataclass(frozen=True)
class Hyper:
    """A hypernetwork: f of depth L and width n at x gives the weights of g, of depth H and width m, at z."""

    depth: int
    n: int
    g_depth: int
    m: int
    inputs: int
    g_inputs: int
    outputs: int

    @property
    def g(self) -> Plain:
        """The implicit network."""
        return Plain(self.g_depth, self.m, self.g_inputs, self.outputs)

    @property
    def f(self) -> Plain:
        """The network whose outputs are the weights of g."""
        return Plain(self.depth, self.n, self.inputs, sum(rows * columns for rows, columns in self.g.shapes))

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """Rows and columns of each W^l."""
        return self.f.shapes


Model = Plain | Hyper


@dataclass(frozen=True)
class Examples:
    """Inputs x, shape (N, n_0), for a hypernetwork z, shape (N, m_0), and labels y from 0, shape (N,)."""

    x: npt.NDArray[np.float32]
    y: npt.NDArray[np.int32]
    z: npt.NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Trained:
    """What became of the runs: arrays of shape (runs, rates, epochs + 1), before training and after each epoch.

    accuracy: the part of the test examples whose largest output is that of their label; loss: the mean one there.
    size: the root mean square of the outputs; open: the part of the units in f's last hidden layer that are above 0 at
    some test example (1 where there is no hidden layer).
    diverged: shape (runs, rates), whether a loss was not finite after some epoch.
    """

    accuracy: Array
    loss: Array
    size: Array
    open: Array
    diverged: npt.NDArray[np.bool_]


def initial(model: Model, runs: int, rng: np.random.Generator) -> list[npt.NDArray[np.float32]]:
    """W^1..W^L of independent runs, iid N(0, 1): shapes (runs, rows, columns)."""
    return [rng.standard_normal((runs, *shape), dtype=np.float32) for shape in model.shapes]


def outputs(model: Model, weights: Sequence[Any], x: Any, z: Any = None) -> Any:
    """f(x), or h(x, z), of one run at many inputs: shape (N, outputs).  ``weights``: matrices of NumPy or of JAX."""
    found = _forward(model.f if isinstance(model, Hyper) else model, weights, x)
    if not isinstance(model, Hyper):
        return found
    a, start = z, 0
    for l, (rows, columns) in enumerate(model.g.shapes):
        v = found[:, start : start + rows * columns].reshape(-1, rows, columns)
        start += rows * columns
        a = (v @ a[:, :, None])[:, :, 0] / math.sqrt(columns)
        a = a if l == model.g_depth - 1 else ROOT2 * (a * (a > 0))
    return a


def _forward(model: Plain, weights: Sequence[Any], x: Any) -> Any:
    q = x
    for l, w in enumerate(weights):
        y = q @ w.T / math.sqrt(w.shape[1])
        q = y if l == model.depth - 1 else ROOT2 * (y * (y > 0))
    return q


def _open(model: Model, weights: Sequence[Any], x: Any) -> Any:
    f = model.f if isinstance(model, Hyper) else model
    if f.depth == 1:
        return 1.0
    below = Plain(f.depth - 1, f.n, f.inputs, f.n)
    return (_forward(below, weights[:-1], x) > 0).any(axis=0).mean()


def train(
    model: Model,
    training: Examples,
    test: Examples,
    *,
    rates: Sequence[float],
    runs: int,
    epochs: int,
    batch: int,
    rng: np.random.Generator,
    loss: str = "cross-entropy",
    weights: Sequence[npt.NDArray[np.float32]] | None = None,
    together: bool | None = None,
) -> Trained:
    """Train ``runs`` networks at each of the learning ``rates``, for ``epochs`` passes over the examples.

    batch: examples a step; those beyond a multiple of it sit a pass out, in another order each time.  loss:
    "cross-entropy" of the softmax of the outputs, or "squared", the mean over examples of |f - e_y|^2 / 2, e_y a unit
    vector.  weights: the initial ones, :func:`initial` by default.  together: whether all
    runs take a step at a time, by default on a GPU.  Time and memory grow with runs times rates.

    Raises ValueError for sizes that are none, NoJax without JAX.
    """
    size = len(training.x)
    if loss not in LOSSES:
        raise ValueError(f"loss is {loss!r}; it must be one of {', '.join(LOSSES)}")
    for name, value in (("runs", runs), ("epochs", epochs), ("batch", batch)):
        if value < 1:
            raise ValueError(f"{name} is {value}; it must be 1 or more")
    if batch > size:
        raise ValueError(f"batch is {batch}; there are {size} examples for training")
    if not rates or not all(math.isfinite(rate) and rate > 0 for rate in rates):
        raise ValueError(f"rates are {tuple(rates)}; they must be finite numbers above 0")
    if (training.z is None) is isinstance(model, Hyper):
        raise ValueError("a hypernetwork needs inputs z of its implicit network, and a network has none")
    jax = _jax()
    drawn = initial(model, runs, rng) if weights is None else list(weights)
    keys = rng.integers(2**32, size=(runs, 2), dtype=np.uint32)
    together = jax.default_backend() != "cpu" if together is None else together
    program = _program(model, loss, batch, epochs, size, together)
    data = [(e.x, e.y, e.x[:, :0] if e.z is None else e.z) for e in (training, test)]
    found = program(drawn, jax.numpy.asarray(keys), np.asarray(rates, dtype=np.float32), *data)
    accuracy, losses, sizes, open_ = (np.asarray(a, dtype=np.float64) for a in found)
    gone = ~np.isfinite(losses)
    return Trained(np.where(gone, 0.0, accuracy), losses, sizes, open_, np.asarray(gone.any(axis=2)))


@lru_cache(maxsize=32)
def _program(model: Model, loss: str, batch: int, epochs: int, size: int, together: bool) -> Callable[..., Any]:
    """The compiled training of many runs at many rates; arguments: weights, keys, rates, training and test data."""
    jax = _jax()
    jnp, steps = jax.numpy, size // batch

    def losses(found: Any, y: Any) -> Any:
        if loss == "squared":
            return ((found - jax.nn.one_hot(y, found.shape[1])) ** 2).sum(axis=1) / 2
        return -jnp.take_along_axis(jax.nn.log_softmax(found), y[:, None], axis=1)[:, 0]

    def mean_loss(weights: Any, x: Any, y: Any, z: Any) -> Any:
        return losses(outputs(model, weights, x, z), y).mean()

    def measured(weights: Any, test: Any) -> Any:
        x, y, z = test
        found = outputs(model, weights, x, z)
        right = (found.argmax(axis=1) == y).mean()
        open_ = jnp.asarray(_open(model, weights, x), dtype=found.dtype)
        return right, losses(found, y).mean(), jnp.sqrt((found**2).mean()), open_

    def one(weights: Any, key: Any, rate: Any, training: Any, test: Any) -> Any:
        x, y, z = training

        def step(current: Any, rows: Any) -> Any:
            slope = jax.grad(mean_loss)(current, x[rows], y[rows], z[rows])
            return [w - rate * s for w, s in zip(current, slope, strict=True)], None

        def epoch(current: Any, number: Any) -> Any:
            order = jax.random.permutation(jax.random.fold_in(key, number), size)[: steps * batch]
            current, _ = jax.lax.scan(step, current, order.reshape(steps, batch))
            return current, measured(current, test)

        begun = measured(weights, test)
        _, after = jax.lax.scan(epoch, list(weights), jnp.arange(epochs))
        return [jnp.concatenate([jnp.asarray(a)[None], b]) for a, b in zip(begun, after, strict=True)]

    rates = jax.vmap(one, in_axes=(None, None, 0, None, None))
    if together:
        return jax.jit(jax.vmap(rates, in_axes=(0, 0, None, None, None)))

    def in_cache(weights: Any, keys: Any, *shared: Any) -> Any:
        # One after the other in the same program: the weights of all runs at once are read from memory at each step.
        return jax.lax.map(lambda run: rates(*run, *shared), (list(weights), keys))

    return jax.jit(in_cache)


def _jax() -> Any:
    try:
        import jax
    except ImportError as error:
        told = f"training needs JAX, which cannot be imported ({error}); pip install 'wide-verifier[experiments]'"
        raise NoJax(told) from error
    return jax
