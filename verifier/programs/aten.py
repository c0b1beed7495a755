"""PyTorch's operations, by the names of its dispatcher, in ``jax.numpy``; what is not here is decomposed by PyTorch.

An operation takes what the dispatcher passes, with arrays in the place of tensors.  Numbers are those of the run, so
that a conversion between floating-point types does nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from verifier.programs.torchtypes import bounded, converted

Rule = Callable[..., Any]


def _axes(dim: int | Sequence[int] | None) -> int | tuple[int, ...] | None:
    """None and no axes are all of them."""
    return dim if dim is None or isinstance(dim, int) else tuple(dim) or None


def _reduced(function: Callable[..., Any]) -> Rule:
    def run(x: Any, dim: int | Sequence[int] | None = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
        return function(x if dtype is None else converted(x, dtype), axis=_axes(dim), keepdims=keepdim)

    return run


def _var(x: Any, dim: Any = None, unbiased: Any = True, keepdim: bool = False, *, correction: Any = None) -> Any:
    if isinstance(dim, bool):  # x.var(False)
        dim, unbiased = None, dim
    return jnp.var(x, axis=_axes(dim), ddof=int(unbiased) if correction is None else correction, keepdims=keepdim)


def _var_mean(x: Any, dim: Any = None, unbiased: Any = True, keepdim: bool = False, **more: Any) -> tuple[Any, Any]:
    axes = None if isinstance(dim, bool) else _axes(dim)
    return _var(x, dim, unbiased, keepdim, **more), jnp.mean(x, axes, keepdims=keepdim)


def _extreme(values: Callable[..., Any], place: Callable[..., Any]) -> Rule:
    """Along an axis the derivative is that of one entry, not of all that are as large."""

    @functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2))
    def along(x: Any, dim: int, keepdim: bool) -> Any:
        return values(x, dim, keepdims=keepdim)

    @along.defjvp
    def _derivative(dim: int, keepdim: bool, x: tuple[Any], slope: tuple[Any]) -> tuple[Any, Any]:
        chosen = place(x[0], dim, keepdims=True) == lax.broadcasted_iota(int, x[0].shape, dim % x[0].ndim)
        return along(x[0], dim, keepdim), jnp.sum(jnp.where(chosen, slope[0], 0.0), dim, keepdims=keepdim)

    def run(x: Any, dim: int | None = None, keepdim: bool = False) -> Any:
        if dim is None or not x.ndim:
            return values(x) if dim is None else (x, jnp.zeros((), int))
        return along(x, dim, keepdim), place(x, dim, keepdims=keepdim)

    return run


def _kinked(function: Callable[[Any], Any], slope: Callable[[Any], Any]) -> Rule:
    """A function of entries whose derivative at its kinks, which exact zeros meet, is the one that PyTorch takes."""
    run = jax.custom_jvp(function)
    run.defjvp(lambda x, given: (run(*x), slope(*x) * given[0]))
    return lambda x: run(x) if jnp.issubdtype(x.dtype, jnp.floating) else function(x)


@jax.custom_jvp
def _clipped(x: Any, low: Any, high: Any) -> Any:
    return jnp.minimum(jnp.maximum(x, low), high)


@_clipped.defjvp
def _clipped_derivative(given: tuple[Any, ...], slopes: tuple[Any, ...]) -> tuple[Any, Any]:
    x, low, high = given
    below, above = (x < low) & (low < high), (x > high) | (high < low)
    inside = (x >= low) & (x <= high)
    parts = [jnp.where(where, slope, 0.0) for where, slope in zip((inside, below, above), slopes, strict=True)]
    return _clipped(x, low, high), parts[0] + parts[1] + parts[2]


def _clamp(x: Any, low: Any = None, high: Any = None) -> Any:
    """At a bound the derivative is that of ``x``."""
    if not jnp.issubdtype(x.dtype, jnp.floating):
        return jnp.clip(x, low, high)
    bounds = (-jnp.inf if low is None else low), (jnp.inf if high is None else high)
    return _clipped(x, *(jnp.asarray(bound, x.dtype) for bound in bounds))


def _cumsum(x: Any, dim: int, *, dtype: Any = None) -> Any:
    """Whole numbers are added up as those of 64 bits, as PyTorch does."""
    x = x if dtype is None else converted(x, dtype)
    return jnp.cumsum(x if dtype is not None or jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(jnp.int64), dim)


def _hardtanh(x: Any, low: float = -1.0, high: float = 1.0) -> Any:
    return _kinked(lambda x: jnp.clip(x, low, high), lambda x: ((x > low) & (x < high)).astype(x.dtype))(x)


def _embedding(weight: Any, index: Any, padding: int = -1, by_count: bool = False, sparse: bool = False) -> Any:
    if by_count:
        raise ValueError("scale_grad_by_freq is another derivative than that of its values; leave it out")
    found = _taken(weight, (bounded(index, weight.shape[0], weight),))
    return jnp.where((index == padding)[..., None], lax.stop_gradient(found), found) if padding >= 0 else found


def _safe_softmax(x: Any, dim: int, dtype: Any = None) -> Any:
    """0 where all entries are masked."""
    masked = jnp.max(x, dim, keepdims=True) == -jnp.inf
    return jnp.where(masked, 0.0, jax.nn.softmax(jnp.where(masked, 0.0, x), dim))


def _layer_norm(x: Any, shape: Sequence[int], weight: Any, bias: Any, eps: float) -> tuple[Any, Any, Any]:
    axes = tuple(range(-len(shape), 0))
    mean = jnp.mean(x, axis=axes, keepdims=True)
    inverse = lax.rsqrt(jnp.mean((x - mean) ** 2, axis=axes, keepdims=True) + eps)
    out = (x - mean) * inverse
    out = out if weight is None else out * weight
    return (out if bias is None else out + bias), mean, inverse


def _slice(x: Any, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Any:
    first, last, _ = slice(start, end, step).indices(x.shape[dim])
    return lax.slice_in_dim(x, first, max(first, last), step, dim)


def _split(x: Any, size: int | Sequence[int], dim: int = 0) -> list[Any]:
    length = x.shape[dim]
    sizes = [min(size, length - k) for k in range(0, length, size)] if isinstance(size, int) else size
    ends = np.cumsum(sizes)
    return [lax.slice_in_dim(x, int(end) - s, int(end), 1, dim) for s, end in zip(sizes, ends, strict=True)]


def _squeeze(x: Any, dim: int | Sequence[int] | None = None) -> Any:
    dims = range(x.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    return jnp.squeeze(x, tuple(d for d in dims if x.shape[d] == 1))


def _expand(x: Any, size: Sequence[int], *, implicit: bool = False) -> Any:
    old = (*[1] * (len(size) - x.ndim), *x.shape)
    return jnp.broadcast_to(x, [o if s == -1 else s for s, o in zip(size, old, strict=True)])


def _taken(x: Any, places: tuple[Any, ...]) -> Any:
    """NaN at places outside."""
    return x.at[places].get(mode="fill", fill_value=jnp.nan if jnp.issubdtype(x.dtype, jnp.floating) else None)


def _index(x: Any, indices: Sequence[Any]) -> Any:
    places: list[Any] = []
    for i in indices:
        if i is None:
            places.append(slice(None))
        elif i.dtype in (bool, np.uint8):  # a mask stands for as many indices as it has axes
            axis = len(places)
            if i.shape != x.shape[axis : axis + i.ndim]:
                raise ValueError(f"a mask of shape {i.shape}")
            places += np.nonzero(np.asarray(i))
        else:
            places.append(bounded(i, x.shape[len(places)], x, negative=True))
    return _taken(x, tuple(places))


def _gathered(x: Any, dim: int, index: Any, **more: Any) -> Any:
    if not x.ndim or not index.ndim:
        return _gathered(jnp.atleast_1d(x), 0, jnp.atleast_1d(index)).reshape(index.shape)
    dim %= x.ndim
    part = x[tuple(slice(None if k == dim else size) for k, size in enumerate(index.shape))]
    places = list(jnp.indices(index.shape, sparse=True))
    places[dim] = bounded(index, x.shape[dim], x)
    return _taken(part, tuple(places))


def _padded(x: Any, pad: Sequence[int], value: float = 0.0) -> Any:
    sides = [(pad[k], pad[k + 1], 0) for k in range(0, len(pad), 2)][::-1]
    return lax.pad(x, jnp.asarray(value, x.dtype), [*[(0, 0, 0)] * (x.ndim - len(sides)), *sides])


def _pow(a: Any, b: Any) -> Any:
    """One by a whole number less than 0 is 0 in whole numbers, but for that of 1 and -1."""
    if isinstance(b, int | float) or jnp.issubdtype(b.dtype, jnp.floating):
        return a ** (int(b) if isinstance(b, float) and b.is_integer() and abs(b) < 2**31 else b)
    below = jnp.where(jnp.abs(a) == 1, a ** (b % 2), jnp.zeros_like(a))
    return jnp.where(b < 0, below, a ** jnp.maximum(b, 0))


def _divided(a: Any, b: Any, *, rounding_mode: str | None = None) -> Any:
    if rounding_mode is None:
        return jnp.divide(a, b)
    if not jnp.issubdtype(a.dtype, jnp.floating):
        if isinstance(b, jax.core.Tracer) or (np.asarray(b) == 0).any():
            raise ValueError("whole numbers are divided by 0, or by what is not known when the module is traced")
        return jnp.floor_divide(a, b) if rounding_mode == "floor" else lax.div(*jnp.broadcast_arrays(a, b))
    return jnp.floor_divide(a, b) if rounding_mode == "floor" else jnp.trunc(a / b)


def _converted(x: Any, *, dtype: Any = None, **where: Any) -> Any:
    return x if dtype is None else converted(x, dtype)


def _filled(x: Any, value: Any = 0, *, dtype: Any = None, **where: Any) -> Any:
    return jnp.full(x.shape, converted(value, dtype) if dtype is not None else jnp.asarray(value).astype(x.dtype))


def _added(c: Any, a: Any, b: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """What is multiplied by 0 is not looked at."""
    product = a @ b if alpha == 1 else alpha * (a @ b)
    return (c if beta == 1 else beta * c) + product if beta else product + jnp.zeros_like(c)


#: what has a derivative of its own in PyTorch, and the same one where PyTorch takes it apart, at kinks too: by tests.
#: Of others that is not so (``multi_margin_loss``).
TAKEN_APART = frozenset([
    "_prelu_kernel", "_softmax_backward_data", "_unsafe_index", "_unsafe_masked_index", "_weight_norm_interface",
    "addcdiv", "addcmul", "addr", "binary_cross_entropy", "binary_cross_entropy_with_logits", "block_diag", "celu",
    "diag_embed", "diagonal_copy", "elu", "empty_like", "floor_divide", "frac", "gelu_backward", "glu",
    "hardshrink", "huber_loss", "index_select", "isinf", "isneginf", "isposinf", "leaky_relu", "lerp",
    "linalg_vector_norm", "log_sigmoid_forward", "logaddexp", "mish", "mse_loss", "nan_to_num", "native_group_norm",
    "native_layer_norm_backward", "new_empty", "new_full", "new_ones", "new_zeros", "nll_loss_forward",
    "pixel_shuffle", "reflection_pad1d", "replication_pad1d", "rot90", "select_backward", "select_scatter", "sgn",
    "sigmoid_backward", "slice_backward", "slice_scatter", "smooth_l1_loss", "soft_margin_loss", "softplus",
    "softplus_backward", "softshrink", "std", "std_mean", "take", "tanh_backward", "threshold",
    "threshold_backward", "trace", "vdot",
])  # fmt: skip

RULES: dict[str, Rule] = {
    **{name: getattr(jnp, name) for name in (
        "exp", "exp2", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "tanh", "sinh", "cosh", "atan2",
        "floor", "ceil", "trunc", "round", "log2", "log10", "asin", "acos", "atan", "asinh", "acosh", "atanh",
        "reciprocal", "maximum", "minimum", "isnan", "logical_and", "logical_or", "logical_xor",
        "logical_not", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not", "where", "tril", "triu",
    )},
    **{name: lambda a, b, compare=compare: compare(a, b) for name, compare in (
        ("eq", jnp.equal), ("ne", jnp.not_equal), ("lt", jnp.less), ("le", jnp.less_equal), ("gt", jnp.greater),
        ("ge", jnp.greater_equal),
    )},
    **{name: _reduced(f) for name, f in (
        ("sum", jnp.sum), ("mean", jnp.mean), ("amax", jnp.max), ("amin", jnp.min), ("prod", jnp.prod),
        ("any", jnp.any), ("all", jnp.all), ("logsumexp", jax.nn.logsumexp),
    )},
    "sign": lambda x: jnp.where(jnp.isnan(x), jnp.zeros_like(x), jnp.sign(x)),
    "abs": _kinked(jnp.abs, jnp.sign), "hardtanh": _hardtanh,
    "hardsigmoid": _kinked(jax.nn.hard_sigmoid, lambda x: ((x > -3) & (x < 3)) / 6.0),
    "hardswish": _kinked(jax.nn.hard_swish, lambda x: jnp.where(x <= -3, 0.0, jnp.where(x < 3, x / 3 + 0.5, 1.0))),
    "clone": lambda x, **kind: x,
    **dict.fromkeys(("view", "_unsafe_view", "reshape"), lambda x, shape: jnp.reshape(x, shape)),
    **dict.fromkeys(("full_like", "fill", "zeros_like", "zero"), _filled),
    "ones_like": lambda x, **kind: _filled(x, 1, **kind), "detach": lax.stop_gradient, "neg": jnp.negative,
    "relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid, "silu": jax.nn.silu, "erf": lax.erf,
    "erfc": lax.erfc, "rsqrt": lax.rsqrt, "pow": _pow, "div": _divided, "var": _var,
    "var_mean": _var_mean, "max": _extreme(jnp.max, jnp.argmax), "min": _extreme(jnp.min, jnp.argmin),
    "constant_pad_nd": _padded, "gather": _gathered,
    "gelu": lambda x, *, approximate="none": jax.nn.gelu(x, approximate == "tanh"),
    "add": lambda a, b, *, alpha=1: a + (b if alpha == 1 else alpha * b),
    "sub": lambda a, b, *, alpha=1: a - (b if alpha == 1 else alpha * b),
    "rsub": lambda a, b, alpha=1: b - (a if alpha == 1 else alpha * a),
    "mul": jnp.multiply, "clamp": _clamp, "clamp_min": _clamp, "clamp_max": lambda x, high: _clamp(x, None, high),
    "masked_fill": lambda x, mask, value: jnp.where(mask, jnp.asarray(value).astype(x.dtype), x),
    "mm": jnp.matmul, "bmm": jnp.matmul, "mv": jnp.matmul, "dot": jnp.matmul,
    **dict.fromkeys(("addmm", "addmv", "baddbmm"), _added), "matmul": jnp.matmul,
    "linear": lambda x, w, c=None: x @ w.T if c is None else x @ w.T + c, "alias": lambda x: x,
    "einsum": lambda letters, *x: jnp.einsum(letters, *(x[0] if isinstance(x[0], list | tuple) else x)),
    "_softmax": lambda x, dim, half: jax.nn.softmax(x, dim), "_safe_softmax": _safe_softmax,
    "_log_softmax": lambda x, dim, half: jax.nn.log_softmax(x, dim),
    "native_layer_norm": _layer_norm, "embedding": _embedding,
    "t": lambda x: x.T, "transpose": jnp.swapaxes, "permute": jnp.transpose, "expand": _expand,
    "squeeze": _squeeze, "unsqueeze": jnp.expand_dims, "slice": _slice,
    **dict.fromkeys(("split", "split_with_sizes", "unsafe_split", "unsafe_split_with_sizes"), _split),
    "select": lambda x, dim, index: lax.index_in_dim(x, index, dim, keepdims=False),
    "unbind": lambda x, dim=0: [lax.index_in_dim(x, k, dim, keepdims=False) for k in range(x.shape[dim])],
    "cat": lambda x, dim=0: jnp.concatenate([a for a in x if a.shape != (0,)], dim), "stack": lambda x, dim=0:
    jnp.stack(x, dim), "flip": jnp.flip, "roll": lambda x, shifts, dims=(): jnp.roll(x, shifts, dims or None),
    "repeat": jnp.tile, "cumsum": _cumsum, "index": _index,
    "_to_copy": _converted,
    "copy": lambda x, y, **more: jnp.broadcast_to(y, x.shape),
    "diagonal": lambda x, offset=0, dim1=0, dim2=1: jnp.diagonal(x, offset, dim1, dim2),
}  # fmt: skip
