"""Hypernetworks trained by stochastic gradient descent, many at once: Section 1.2 (extra ``[experiments]``).

h(u) = g(z; f(x)) with the NTK parametrisation and initialisation of :mod:`verifier.networks.hypernetwork`, trained on
the halved squared error, averaged over batches that are drawn without replacement, one pass over the inputs after the
other.  Networks that differ in their seed or their learning rate are one batch of a compiled program, in single
precision.  JAX is imported when a network is trained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.networks.hypernetwork import ImplicitNetwork
from verifier.networks.limits import Inputs
from verifier.networks.request import whole

Array = npt.NDArray[np.float64]
Weights = list[Any]


@dataclass(frozen=True)
class Shape:
    """f with L layers of inner width n, g with H layers of inner width m."""

    depth: int
    n: int
    g_depth: int
    m: int

    def __post_init__(self) -> None:
        for name in ("depth", "n", "g_depth", "m"):
            whole(name, getattr(self, name), 1)

    def sizes(self, n_0: int, m_0: int) -> list[int]:
        """n_0, ..., n_L: the last one is the number of weights of g."""
        return [n_0, *[self.n] * (self.depth - 1), ImplicitNetwork(self.g_depth, self.m, m_0).outputs]


@dataclass(frozen=True)
class Trained:
    """What trained networks say: ``predictions`` of shape (rates, samples, points); NaN once a network diverged."""

    predictions: Array
    diverged: npt.NDArray[np.bool_]  # (rates, samples)


def train(
    shape: Shape,
    inputs: Inputs,
    labels: Array,
    points: Inputs,
    *,
    rates: Sequence[float],
    steps: int,
    batch: int = 20,
    rng: np.random.Generator,
    samples: int = 1,
) -> Trained:
    """Train ``samples`` networks at each of ``rates`` on ``labels``, shape (N,), and evaluate them at ``points``.

    Initial weights and batches are the same for every rate.  A network whose outputs cease to be finite has diverged:
    it is marked, and nothing is raised.  Raises ValueError for arguments out of range and ModuleNotFoundError without
    JAX.
    """
    steps, samples = whole("steps", steps, 0), whole("samples", samples, 1)
    batch = whole("batch", batch, 1, 1 << 31)
    if labels.shape != (len(inputs),) or not len(inputs):
        raise ValueError(f"labels have shape {labels.shape}; ({len(inputs)},) with at least one input is needed")
    if batch > len(inputs):
        raise ValueError(f"a batch of {batch} is more than the {len(inputs)} inputs")
    if not rates or not all(np.isfinite(rate) and rate > 0 for rate in rates):
        raise ValueError(f"rates are {list(rates)}: finite numbers above 0 are needed")
    sizes = shape.sizes(inputs.x.shape[1], inputs.z.shape[1])
    weights = [rng.standard_normal((samples, rows, columns), dtype=np.float32) for columns, rows in pairwise(sizes)]
    passes = -(-steps * batch // len(inputs)) if steps else 0
    order = np.stack([_batches(len(inputs), batch, steps, passes, rng) for _ in range(samples)])
    data = [np.asarray(v, dtype=np.float32) for v in (inputs.x, inputs.z, labels, points.x, points.z)]
    index = [v.astype(np.int32) for v in (inputs.image, inputs.place, points.image, points.place)]
    found = _program(shape)(weights, np.asarray(rates, dtype=np.float32), order, *data, *index)
    predictions = np.asarray(found, dtype=np.float64)
    diverged = np.asarray(~np.isfinite(predictions).all(axis=2))
    return Trained(np.where(diverged[..., None], np.nan, predictions), diverged)


def _batches(size: int, batch: int, steps: int, passes: int, rng: np.random.Generator) -> npt.NDArray[np.int32]:
    """Indices of shape (steps, batch): permutations one after the other."""
    listed = [rng.permutation(size) for _ in range(passes)] or [np.empty(0, dtype=np.int64)]
    return np.concatenate(listed)[: steps * batch].reshape(steps, batch).astype(np.int32)


def outputs(shape: Shape, weights: Weights, x: Any, z: Any) -> Any:
    """h at rows of x and z, shape (rows,), from weights of shapes (n_l, n_{l-1}); NumPy's arrays or JAX's."""
    q = x
    for l, weight in enumerate(weights):
        y = q @ weight.T / weight.shape[1] ** 0.5
        q = y if l == len(weights) - 1 else 2**0.5 * y * (y > 0)
    a, at, width = z, 0, z.shape[1]
    for l in range(shape.g_depth):
        rows = 1 if l == shape.g_depth - 1 else shape.m
        block = q[:, at : at + rows * width].reshape(-1, rows, width)
        y = (block @ a[:, :, None])[:, :, 0] / width**0.5
        a = y if rows == 1 and l == shape.g_depth - 1 else 2**0.5 * y * (y > 0)
        at, width = at + rows * width, rows
    return a[:, 0]


@cache
def _program(shape: Shape) -> Any:
    """The compiled training, vmapped over samples and over rates."""
    try:
        import jax
        import jax.numpy as jnp
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "networks are trained with JAX, which is not installed; pip install 'wide-verifier[experiments]'"
        ) from None

    def loss(weights: Weights, x: Any, z: Any, y: Any) -> Any:
        return jnp.mean((outputs(shape, weights, x, z) - y) ** 2) / 2

    def one(weights: Weights, rate: Any, order: Any, x: Any, z: Any, labels: Any, x_at: Any, z_at: Any,
            image: Any, place: Any, image_at: Any, place_at: Any) -> Any:  # fmt: skip
        def step(current: Weights, chosen: Any) -> tuple[Weights, None]:
            change = jax.grad(loss)(current, x[image[chosen]], z[place[chosen]], labels[chosen])
            return [w - rate * d for w, d in zip(current, change, strict=True)], None

        trained, _ = jax.lax.scan(step, weights, order)
        # f is evaluated once an input: its outputs at each x are shared by all points there.
        return jax.lax.map(
            lambda at: outputs(shape, trained, x_at[at[0]][None], z_at[at[1]][None])[0],
            (image_at, place_at), batch_size=256,
        )  # fmt: skip

    same = (None,) * 9
    many = jax.vmap(one, in_axes=(0, None, 0, *same))
    return jax.jit(jax.vmap(many, in_axes=(None, 0, None, *same)))
