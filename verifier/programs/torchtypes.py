"""Shapes and kinds of numbers as PyTorch has them, which are not those of JAX: asked of PyTorch's own operations.

An operation is done once more on tensors without storage.  What PyTorch refuses is refused here too; what it takes has
its shape and its kind of numbers, so that small whole numbers wrap and truth values stay what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch
from torch._prims_common import ELEMENTWISE_TYPE_PROMOTION_KIND, elementwise_dtypes
from torch.utils._pytree import tree_leaves, tree_map

#: operations on entries of which only these arguments are numbers that are combined
_COMBINED = {"where": slice(1, None), "masked_fill": slice(0, 0), "clone": slice(0, 0)}

Told = Sequence[tuple[tuple[int, ...], Any]]


def told(func: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Told:
    """Shape and kind of each tensor that an operation returns.

    Raises what PyTorch raises, in the main RuntimeError, IndexError, TypeError and ValueError.
    """
    named = {**kwargs, "device": "meta"} if kwargs.get("device") is not None else kwargs
    empty = _empty if func is not torch.ops.aten.index.Tensor else _but_truth_values
    made = func(*tree_map(empty, tuple(args)), **tree_map(empty, dict(named)))
    return [(tuple(t.shape), t.dtype) for t in tree_leaves(made) if isinstance(t, torch.Tensor)]


def _empty(a: Any) -> Any:
    return torch.empty(a.shape, dtype=a.dtype, device="meta") if isinstance(a, torch.Tensor) else a


def _but_truth_values(a: Any) -> Any:
    """Those that a module holds say as an index how many entries there are."""
    if type(a) is torch.Tensor and a.dtype in (torch.bool, torch.uint8):
        return a.bool()
    return _empty(a)


def combined(func: Any, name: str, args: Sequence[Any], arrays: Sequence[Any], told: Told) -> list[Any]:
    """Arguments of an operation on entries as numbers of one kind, the one that PyTorch takes for all of them."""
    found = list(arrays)
    if torch.Tag.pointwise not in getattr(func, "tags", ()):
        return found
    places = range(*_COMBINED.get(name, slice(None)).indices(len(found)))
    numbers = [k for k in places if isinstance(args[k], torch.Tensor | int | float)]
    if not any(isinstance(args[k], torch.Tensor) for k in numbers):
        return found
    given = [_empty(args[k]) for k in numbers]
    kind = elementwise_dtypes(*given, type_promotion_kind=ELEMENTWISE_TYPE_PROMOTION_KIND.DEFAULT)[1]
    if any(t.is_floating_point for _, t in told):
        kind = torch.float64
    for k in numbers:
        if isinstance(args[k], torch.Tensor) or not kind.is_floating_point:
            found[k] = converted(found[k], kind)
    return found


def settled(values: Any, told: Told) -> Any:
    """Results in PyTorch's kinds of numbers.  ValueError where a shape is not PyTorch's."""
    flat, tree = jax.tree.flatten(values)
    if [np.shape(v) for v in flat] != [shape for shape, _ in told]:
        raise ValueError(f"results of shapes {[np.shape(v) for v in flat]}, where PyTorch has {[s for s, _ in told]}")
    return jax.tree.unflatten(tree, [converted(v, kind) for v, (_, kind) in zip(flat, told, strict=True)])


def converted(x: Any, kind: Any) -> Any:
    """An array in another kind of numbers; between floating-point types nothing is rounded."""
    x = jnp.asarray(x)
    floating = jnp.issubdtype(x.dtype, jnp.floating)
    if kind.is_complex or jnp.issubdtype(x.dtype, jnp.complexfloating):
        raise ValueError("complex numbers are not taken; write their real and imaginary parts")
    if kind.is_floating_point:
        return x if floating else x.astype(jnp.float64)
    name = str(kind).removeprefix("torch.")
    if floating and kind is not torch.bool:  # of small types PyTorch keeps the last bits, JAX the largest number
        x = x.astype(jnp.int64)
    return x if str(x.dtype) == name else x.astype(name)


def bounded(index: Any, length: int, x: Any, *, negative: bool = False) -> Any:
    """Places along an axis; ``negative`` ones count from its end.  ValueError for one that is outside.

    Where they are not known when the module is traced, one outside becomes ``length``, for a NaN to be found there.
    """
    low = -length if negative else 0
    if not isinstance(index, jax.core.Tracer):
        known = np.asarray(index)
        if odd := known[(known < low) | (known >= length)].ravel().tolist():
            raise ValueError(f"the index {odd[0]} is out of bounds for an axis of length {length}")
    elif not jnp.issubdtype(x.dtype, jnp.floating):
        raise ValueError("whole numbers are looked up at places that are not known when the module is traced; look "
                         "up floating-point numbers")  # fmt: skip
    index = jnp.asarray(index).astype(jnp.int64)
    placed = jnp.where(index < 0, index + length, index) if negative else index
    return jnp.where((placed < 0) | (placed >= length), length, placed)
