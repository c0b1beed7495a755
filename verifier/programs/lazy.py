"""Operations of which an operand or the result has two width axes: on structured matrices, never formed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from verifier.programs.dense import entrywise
from verifier.programs.graph import NotLazy, Op
from verifier.programs.structured import CannotForm, Structured, applied, low_rank


def evaluate(op: Op, x: Sequence[Any]) -> Any:
    """One operation with a structured operand, or a result that must be structured.  NotLazy where that cannot be."""
    try:
        found = _RULES[op.name](op, x) if op.name in _RULES else _entrywise(op, x)
    except CannotForm as error:
        raise NotLazy(op, str(error)) from None
    return found


def _scalar(a: Any) -> float | None:
    return float(np.reshape(a, ())) if not isinstance(a, Structured) and np.size(a) == 1 else None


def _matrix(op: Op, a: Any, shape: tuple[int, int]) -> Structured:
    """An array that broadcasts to a matrix, as a structured one of low rank."""
    if isinstance(a, Structured):
        return a
    a = np.asarray(a)
    if a.dtype == np.bool_:  # what is true stays so: a bit is not a number
        return applied(_as_it_is, (np.atleast_2d(a),), shape)
    if a.size == 1:
        value = float(a.reshape(()))
        return low_rank(np.full((shape[0], 1), value), np.ones((shape[1], 1))) if value else Structured(shape)
    if a.shape == (shape[0], 1):
        return low_rank(a, np.ones((shape[1], 1)))
    if a.shape == (1, shape[1]):
        return low_rank(np.ones((shape[0], 1)), a.T)
    raise NotLazy(op, f"an array of shape {a.shape} beside a matrix of shape {shape}")


def _as_it_is(a: Any) -> Any:
    return a


def _vectors(a: Any, shape: tuple[int, int]) -> tuple[Any, Any] | None:
    """The diagonal factors (left, right) that multiply by an array that broadcasts along one axis; None for others."""
    if isinstance(a, Structured):
        return None
    a = np.asarray(a)
    if a.shape == (shape[0], 1):
        return a[:, 0], None
    return (None, a[0]) if a.shape == (1, shape[1]) else None


def _entrywise(op: Op, x: Sequence[Any]) -> Structured:
    function = entrywise(op.name, op.params)
    shape = op.shapes[0]
    if function is None:
        whole = next((a.shape for a in x if isinstance(a, Structured)), shape)
        raise NotLazy(op, f"no rule for a matrix of shape {whole} that is not formed")
    if len(shape) != 2:
        raise NotLazy(op, f"an array of shape {shape} with two width axes and more", "sum over the small axes first")
    return applied(function, x, (shape[0], shape[1]))


def _add(op: Op, x: Sequence[Any]) -> Structured:
    shape = _plane(op)
    a, b = (_matrix(op, part, shape) for part in x)
    return a.plus(b.scaled(-1.0) if op.name == "sub" else b)


def _mul(op: Op, x: Sequence[Any]) -> Structured:
    shape, (a, b) = _plane(op), x
    if op.name == "div" and "f" not in op.kinds:
        raise NotLazy(
            op, f"a quotient of whole numbers in a matrix of shape {shape} that is not formed", "use jnp.floor"
        )
    if not isinstance(a, Structured) and op.name == "mul":
        a, b = b, a
    if isinstance(a, Structured):
        value = _scalar(b)
        if value is not None:
            return a.scaled(value if op.name == "mul" else 1.0 / value)
        vectors = _vectors(b, shape)
        if vectors is not None:
            left, right = (None if v is None else v if op.name == "mul" else 1.0 / v for v in vectors)
            return a.diagonal(left, right)
        if op.name == "mul" and isinstance(b, Structured):
            return a.times(b)
    if op.name == "mul":
        return _matrix(op, a, shape).times(_matrix(op, b, shape))
    return _entrywise(op, x)


def _square(op: Op, x: Sequence[Any]) -> Structured:
    (a,) = x
    if (op.name == "integer_pow" and op.params["y"] != 2) or len(a.terms) > 4:
        return _entrywise(op, x)
    found: Structured = a.times(a)
    return found


def _dot(op: Op, x: Sequence[Any]) -> Any:
    (ca, cb), (ba, _) = op.params["dimension_numbers"]
    a, b = x
    if ba:
        raise NotLazy(op, "a batch of products with a matrix that is not formed", "batch over vectors instead")
    if isinstance(a, Structured) and isinstance(b, Structured):
        if len(ca) == 2:
            return np.asarray(a.inner(b if tuple(ca) == tuple(cb) else b.transposed()))
        first = a if ca == (1,) else a.transposed()
        second = b if cb == (0,) else b.transposed()
        from verifier.programs.structured import Chain

        return Structured((first.shape[0], second.shape[1]), (Chain(first, second),))
    if isinstance(a, Structured) or isinstance(b, Structured):
        return _product(op, a, b, ca, cb)
    return _outer(op, a, b, ca, cb)


def _product(op: Op, a: Any, b: Any, ca: Sequence[int], cb: Sequence[int]) -> Any:
    """A matrix times an array with one width axis."""
    if len(ca) != 1:
        raise NotLazy(op, f"a contraction over {len(ca)} axes with a matrix that is not formed")
    first = isinstance(a, Structured)
    matrix, array, axis, other = (a, np.asarray(b), ca[0], cb[0]) if first else (b, np.asarray(a), cb[0], ca[0])
    if axis == 0:
        matrix = matrix.transposed()
    moved = np.moveaxis(array, other, -1)
    rows = moved.reshape(-1, moved.shape[-1])
    out = matrix.apply(rows).reshape(*moved.shape[:-1], matrix.shape[0])
    return np.moveaxis(out, -1, 0) if first else out


def _outer(op: Op, a: Any, b: Any, ca: Sequence[int], cb: Sequence[int]) -> Structured:
    """A sum of outer products: both operands have one width axis each, which stays."""
    shape = _plane(op)
    left = np.moveaxis(a, ca, range(a.ndim - len(ca), a.ndim)).reshape(shape[0], -1)
    right = np.moveaxis(b, cb, range(b.ndim - len(cb), b.ndim)).reshape(shape[1], -1)
    return low_rank(left, right)


def _plane(op: Op) -> tuple[int, int]:
    shape = op.shapes[0]
    if len(shape) != 2:
        raise NotLazy(
            op, f"an array of shape {shape} would have two width axes and more", "contract or sum the small axes first"
        )
    return shape[0], shape[1]


def _transpose(op: Op, x: Sequence[Any]) -> Structured:
    found: Structured = x[0].transposed() if tuple(op.params["permutation"]) == (1, 0) else x[0]
    return found


def _sum(op: Op, x: Sequence[Any]) -> Any:
    (a,), axes = x, tuple(op.params["axes"])
    if len(axes) == 2:
        return np.asarray(a.total())
    matrix = a if axes == (1,) else a.transposed()
    return matrix.apply(np.ones((1, matrix.shape[1])))[0]


def _broadcast(op: Op, x: Sequence[Any]) -> Structured:
    shape = _plane(op)
    if isinstance(x[0], Structured):
        return x[0]  # the same two axes
    kept = [1, 1]
    for place, size in zip(op.params["broadcast_dimensions"], np.shape(x[0]), strict=True):
        kept[place] = size
    return _matrix(op, np.reshape(x[0], kept), shape)


def _same(op: Op, x: Sequence[Any]) -> Any:
    return x[0]


def _convert(op: Op, x: Sequence[Any]) -> Any:
    """To whole numbers towards 0, to truth whether it is not 0; the precision is the run's."""
    (a,), to = x, np.dtype(op.params["new_dtype"]).kind
    if to == "b" and op.kinds != "b":
        return applied(_is_not_zero, (a,), a.shape)
    if to in "iu" and op.kinds == "f":
        return applied(np.trunc, (a,), a.shape)
    return a


def _is_not_zero(a: Any) -> Any:
    return a != 0


def _reshape(op: Op, x: Sequence[Any]) -> Any:
    if op.shapes[0] == x[0].shape:
        return x[0]
    raise NotLazy(op, f"a matrix of shape {x[0].shape} that is not formed cannot become {op.shapes[0]}",
                  "give each block a weight of its own")  # fmt: skip


_RULES = {
    "add": _add, "add_any": _add, "sub": _add, "mul": _mul, "div": _mul, "square": _square, "integer_pow": _square,
    "neg": lambda op, x: x[0].scaled(-1.0), "dot_general": _dot, "transpose": _transpose, "reduce_sum": _sum,
    "broadcast_in_dim": _broadcast, "convert_element_type": _convert, "copy": _same, "name": _same,
    "stop_gradient": _same, "optimization_barrier": _same, "reshape": _reshape, "squeeze": _reshape,
}  # fmt: skip
