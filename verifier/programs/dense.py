"""Operations on dense arrays, by the names of JAX's ``lax`` primitives; others are evaluated by the front end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import special

from verifier.programs.graph import Op, letter

Params = Mapping[str, Any]

#: entry by entry; these are also what an entrywise expression of low-rank matrices may be made of
ENTRYWISE: dict[str, Callable[..., Any]] = {
    "add": np.add, "add_any": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "neg": np.negative,
    "max": np.maximum, "min": np.minimum, "abs": np.abs, "sign": np.sign, "exp": np.exp, "exp2": np.exp2,
    "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "sqrt": np.sqrt, "rsqrt": lambda x: 1 / np.sqrt(x),
    "cbrt": np.cbrt, "square": np.square, "tanh": np.tanh, "sin": np.sin, "cos": np.cos, "tan": np.tan,
    "logistic": special.expit, "erf": special.erf, "erfc": special.erfc, "erf_inv": special.erfinv, "pow": np.power,
    "atan2": np.arctan2, "floor": np.floor, "ceil": np.ceil, "is_finite": np.isfinite,
    "gt": np.greater, "ge": np.greater_equal, "lt": np.less, "le": np.less_equal, "eq": np.equal, "ne": np.not_equal,
    "and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor, "not": np.invert,
    "select_n": lambda which, *x: np.where(which, x[1], x[0]) if len(x) == 2 else np.choose(which, x),
    "clamp": lambda low, x, high: np.clip(x, low, high),
}  # fmt: skip


#: what NumPy does to integers as JAX does; a quotient is not among them
INTEGERS = frozenset(
    {"add", "add_any", "sub", "mul", "neg", "max", "min", "abs", "sign", "gt", "ge", "lt", "le", "eq", "ne", "and",
     "or", "xor", "not", "select_n", "clamp", "square"}
)  # fmt: skip
#: sums, which NumPy makes in a wider type where JAX lets them wrap around, or takes bit by bit
SUMS = frozenset({"reduce_sum", "reduce_prod", "cumsum", "dot_general"})


def entrywise(name: str, params: Params) -> Callable[..., Any] | None:
    """The function of an entrywise operation, or None."""
    if name == "integer_pow":
        power = params["y"]
        return lambda x: np.asarray(x) ** power if power >= 0 else 1.0 / np.asarray(x) ** -power
    return ENTRYWISE.get(name)


def evaluate(name: str, x: Sequence[Any], params: Params) -> Any:
    """One operation on dense arrays; NotImplemented where it is not known here."""
    function = entrywise(name, params)
    if function is not None:
        types = [np.asarray(a).dtype for a in x]
        whole = any(letter(t) in "iu" for t in types)
        small = any(letter(t) in "iu" and t.kind == "V" for t in types)
        return NotImplemented if small or (whole and name not in INTEGERS) else function(*x)
    found = OTHERS.get(name)
    return NotImplemented if found is None or _otherwise(name, x, params) else found(x, params)


def _otherwise(name: str, x: Sequence[Any], params: Params) -> bool:
    """Whether JAX does something else: in sums of integers, and where numbers beyond their range are cut to them."""
    kinds = {letter(np.asarray(a).dtype) for a in x}
    if name == "convert_element_type":
        return letter(np.dtype(params["new_dtype"])) in "iu" and bool(kinds & set("fc"))
    return name in SUMS and bool(kinds & set("iub"))


def known(op: Op) -> bool:
    """Whether an operation is one of these."""
    return op.name in ENTRYWISE or op.name in OTHERS or op.name == "integer_pow"


def _dot(x: Sequence[Any], p: Params) -> Any:
    (ca, cb), (ba, bb) = p["dimension_numbers"]
    a, b = x
    if not ba:
        return np.tensordot(a, b, (ca, cb))
    left = [k for k in range(a.ndim) if k not in (*ca, *ba)]
    right = [k for k in range(b.ndim) if k not in (*cb, *bb)]
    names_a: dict[int, int] = {}
    names_b: dict[int, int] = {}
    fresh = iter(range(52))
    for i, j in zip(ba, bb, strict=True):
        names_a[i] = names_b[j] = next(fresh)
    for i, j in zip(ca, cb, strict=True):
        names_a[i] = names_b[j] = next(fresh)
    for i in left:
        names_a[i] = next(fresh)
    for j in right:
        names_b[j] = next(fresh)
    out = [names_a[i] for i in ba] + [names_a[i] for i in left] + [names_b[j] for j in right]
    return np.einsum(a, [names_a[i] for i in range(a.ndim)], b, [names_b[j] for j in range(b.ndim)], out, optimize=True)


def _broadcast(x: Sequence[Any], p: Params) -> Any:
    shape = [1] * len(p["shape"])
    for place, size in zip(p["broadcast_dimensions"], np.shape(x[0]), strict=True):
        shape[place] = size
    return np.broadcast_to(np.reshape(x[0], shape), p["shape"])


def _convert(x: Sequence[Any], p: Params) -> Any:
    kind = np.dtype(p["new_dtype"])
    if np.issubdtype(kind, np.floating) and np.issubdtype(np.asarray(x[0]).dtype, np.floating):
        return x[0]  # the precision is the run's
    return np.asarray(x[0]).astype(kind)


def _slice(x: Sequence[Any], p: Params) -> Any:
    strides = p["strides"] or (1,) * np.ndim(x[0])
    return x[0][tuple(slice(*s) for s in zip(p["start_indices"], p["limit_indices"], strides, strict=True))]


def _dynamic_slice(x: Sequence[Any], p: Params) -> Any:
    sizes, shape = p["slice_sizes"], np.shape(x[0])
    starts = [min(max(int(i), 0), n - s) for i, n, s in zip(x[1:], shape, sizes, strict=True)]
    return x[0][tuple(slice(i, i + s) for i, s in zip(starts, sizes, strict=True))]


def _dynamic_update(x: Sequence[Any], p: Params) -> Any:
    out = np.array(x[0])
    starts = [min(max(int(i), 0), n - s) for i, n, s in zip(x[2:], out.shape, np.shape(x[1]), strict=True)]
    out[tuple(slice(i, i + s) for i, s in zip(starts, np.shape(x[1]), strict=True))] = x[1]
    return out


def _iota(x: Sequence[Any], p: Params) -> Any:
    shape, along = p["shape"], p["dimension"]
    line = np.arange(shape[along], dtype=np.dtype(p["dtype"]))
    return np.broadcast_to(line.reshape([-1 if k == along else 1 for k in range(len(shape))]), shape)


def _reduce(function: Callable[..., Any]) -> Callable[[Sequence[Any], Params], Any]:
    return lambda x, p: function(x[0], axis=tuple(p["axes"]))


def _arg(function: Callable[..., Any]) -> Callable[[Sequence[Any], Params], Any]:
    return lambda x, p: function(x[0], axis=p["axes"][0])


OTHERS: dict[str, Callable[[Sequence[Any], Params], Any]] = {
    "dot_general": _dot,
    "broadcast_in_dim": _broadcast,
    "convert_element_type": _convert,
    "slice": _slice,
    "dynamic_slice": _dynamic_slice,
    "dynamic_update_slice": _dynamic_update,
    "iota": _iota,
    "transpose": lambda x, p: np.transpose(x[0], p["permutation"]),
    "reshape": lambda x, p: np.reshape(x[0], p["new_sizes"]),
    "squeeze": lambda x, p: np.squeeze(x[0], tuple(p["dimensions"])),
    "expand_dims": lambda x, p: np.expand_dims(x[0], tuple(p["dimensions"])),
    "rev": lambda x, p: np.flip(x[0], tuple(p["dimensions"])),
    "concatenate": lambda x, p: np.concatenate(x, axis=p["dimension"]),
    "reduce_sum": _reduce(np.sum),
    "reduce_prod": _reduce(np.prod),
    "reduce_max": _reduce(np.max),
    "reduce_min": _reduce(np.min),
    "reduce_and": _reduce(np.bitwise_and.reduce),
    "reduce_or": _reduce(np.bitwise_or.reduce),
    "argmax": _arg(np.argmax),
    "argmin": _arg(np.argmin),
    "cumsum": lambda x, p: np.flip(np.cumsum(np.flip(x[0], p["axis"]), p["axis"]), p["axis"]) if p["reverse"]
    else np.cumsum(x[0], p["axis"]),
    "name": lambda x, p: x[0],
    "copy": lambda x, p: x[0],
    "copy_p": lambda x, p: x[0],
    "stop_gradient": lambda x, p: x[0],
    "optimization_barrier": lambda x, p: x[0],
}  # fmt: skip
