"""Hypernetworks trained on the values of pixels, many at once: Section 1.2 (extra ``[experiments]``).

The networks are those of :mod:`verifier.networks.training`, with one output; here they are trained on the halved
squared error, averaged over batches that are drawn without replacement, one pass over the inputs after the other, and
what they say at other inputs is returned.  Networks that differ in their seed or their learning rate are one batch of
a compiled program, in single precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.networks.limits import Inputs
from verifier.networks.request import whole
from verifier.networks.training import Hyper, _jax, initial, outputs

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TrainedHyper:
    """What trained networks say: ``predictions`` of shape (rates, samples, points); NaN once a network diverged."""

    predictions: Array
    diverged: npt.NDArray[np.bool_]  # (rates, samples)


def train(
    model: Hyper,
    inputs: Inputs,
    labels: Array,
    points: Inputs,
    *,
    rates: Sequence[float],
    steps: int,
    batch: int = 20,
    rng: np.random.Generator,
    samples: int = 1,
) -> TrainedHyper:
    """Train ``samples`` networks at each of ``rates`` on ``labels``, shape (N,), and evaluate them at ``points``.

    Initial weights and batches are the same for every rate.  A network whose outputs cease to be finite has diverged:
    it is marked, and nothing is raised.  Raises ValueError for arguments out of range and NoJax without JAX.
    """
    steps, samples = whole("steps", steps, 0), whole("samples", samples, 1)
    batch = whole("batch", batch, 1, 1 << 31)
    if labels.shape != (len(inputs),) or not len(inputs):
        raise ValueError(f"labels have shape {labels.shape}; ({len(inputs)},) with at least one input is needed")
    if batch > len(inputs):
        raise ValueError(f"a batch of {batch} is more than the {len(inputs)} inputs")
    if not rates or not all(np.isfinite(rate) and rate > 0 for rate in rates):
        raise ValueError(f"rates are {list(rates)}: finite numbers above 0 are needed")
    sizes = inputs.x.shape[1], inputs.z.shape[1], 1
    if (model.inputs, model.g_inputs, model.outputs) != sizes:
        raise ValueError(f"{model} has not inputs and outputs of the sizes {sizes}")
    weights = initial(model, samples, rng)
    passes = -(-steps * batch // len(inputs)) if steps else 0
    order = np.stack([_batches(len(inputs), batch, steps, passes, rng) for _ in range(samples)])
    data = [np.asarray(v, dtype=np.float32) for v in (inputs.x, inputs.z, labels, points.x, points.z)]
    index = [v.astype(np.int32) for v in (inputs.image, inputs.place, points.image, points.place)]
    found = _program(model)(weights, np.asarray(rates, dtype=np.float32), order, *data, *index)
    predictions = np.asarray(found, dtype=np.float64)
    diverged = np.asarray(~np.isfinite(predictions).all(axis=2))
    return TrainedHyper(np.where(diverged[..., None], np.nan, predictions), diverged)


def _batches(size: int, batch: int, steps: int, passes: int, rng: np.random.Generator) -> npt.NDArray[np.int32]:
    """Indices of shape (steps, batch): permutations one after the other."""
    listed = [rng.permutation(size) for _ in range(passes)] or [np.empty(0, dtype=np.int64)]
    return np.concatenate(listed)[: steps * batch].reshape(steps, batch).astype(np.int32)


@cache
def _program(model: Hyper) -> Any:
    """The compiled training, vmapped over samples and over rates."""
    jax = _jax()
    jnp = jax.numpy

    def loss(weights: Any, x: Any, z: Any, y: Any) -> Any:
        return jnp.mean((outputs(model, weights, x, z)[:, 0] - y) ** 2) / 2

    def one(weights: Any, rate: Any, order: Any, x: Any, z: Any, labels: Any, x_at: Any, z_at: Any,
            image: Any, place: Any, image_at: Any, place_at: Any) -> Any:  # fmt: skip
        def step(current: Any, chosen: Any) -> tuple[Any, None]:
            change = jax.grad(loss)(current, x[image[chosen]], z[place[chosen]], labels[chosen])
            return [w - rate * d for w, d in zip(current, change, strict=True)], None

        trained, _ = jax.lax.scan(step, weights, order)
        # f is evaluated once an input: its outputs at each x are shared by all points there.
        return jax.lax.map(
            lambda at: outputs(model, trained, x_at[at[0]][None], z_at[at[1]][None])[0, 0],
            (image_at, place_at), batch_size=256,
        )  # fmt: skip

    same = (None,) * 9
    many = jax.vmap(one, in_axes=(0, None, 0, *same))
    return jax.jit(jax.vmap(many, in_axes=(None, 0, None, *same)))
