"""A graph evaluated on arrays and on matrices that are never formed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from verifier.programs import dense, lazy
from verifier.programs.graph import Constant, Graph, NotLazy, Op, Operand
from verifier.programs.structured import Structured

Watch = Callable[[Op, int, Any], None]


class NotFinite(ArithmeticError):
    """A NaN or an infinity appeared; says at which operation first.  ``values`` are the results, if there are any."""

    def __init__(self, message: str, values: Sequence[Any] | None = None) -> None:
        super().__init__(message)
        self.values = values


class Overflow(FloatingPointError):
    """A matrix was to be applied to a vector that is not finite, or whose square is not; names the operation."""


def evaluate(graph: Graph, arguments: Sequence[Any], watch: Watch | None = None) -> list[Any]:
    """The outputs of ``graph``; ``watch`` sees every value as it is made: the operation, which output, the value."""
    values: dict[int, Any] = dict(enumerate(arguments))

    def read(operand: Operand) -> Any:
        return operand.value if isinstance(operand, Constant) else values[operand]

    for place, op in enumerate(graph.ops):
        inputs = [read(o) for o in op.inputs]
        outputs = _one(op, inputs, watch)
        for number, (target, value) in enumerate(zip(op.outputs, outputs, strict=True)):
            values[target] = value
            if watch is not None and not op.subgraphs:
                watch(op, number, value)
        for operand in {o for o in op.inputs if isinstance(o, int)}:
            if graph.last_use[operand] == place:
                del values[operand]
        for target in op.outputs:
            if target not in graph.last_use:
                values.pop(target, None)
    return [read(o) for o in graph.outputs]


def _one(op: Op, x: Sequence[Any], watch: Watch | None) -> Sequence[Any]:
    if op.name in _CONTROL:
        return _CONTROL[op.name](op, x, watch)
    if any(isinstance(a, Structured) for a in x) or op.large:
        try:
            return [lazy.evaluate(op, x)]
        except FloatingPointError:
            raise Overflow(described(op)) from None
    arrays = [_array(a) for a in x]
    found = NotImplemented
    if all(isinstance(a, np.ndarray) for a in arrays):
        with np.errstate(all="ignore"):
            found = dense.evaluate(op.name, arrays, op.params)
    if found is not NotImplemented:
        return [found]
    if op.fallback is None:
        raise NotLazy(op, "this operation is not known")
    return [_array(a) for a in op.fallback(*x)]


def _array(a: Any) -> Any:
    """An array of NumPy's, or as it is where it has a type that NumPy does not know, such as the key of a stream."""
    try:
        return np.asarray(a)
    except TypeError:
        return a


def _scan(op: Op, x: Sequence[Any], watch: Watch | None) -> Sequence[Any]:
    p, (body,) = op.params, op.subgraphs
    fixed, carry = p["num_consts"], p["num_carry"]
    state = list(x[fixed : fixed + carry])
    sequences = x[fixed + carry :]
    order = range(p["length"] - 1, -1, -1) if p["reverse"] else range(p["length"])
    stacked: list[list[Any]] = []
    for step in order:
        out = evaluate(body, [*x[:fixed], *state, *(s[step] for s in sequences)], watch)
        state = out[:carry]
        stacked.append(out[carry:])
    if p["reverse"]:
        stacked.reverse()
    columns = list(zip(*stacked, strict=True)) if stacked else []
    if any(isinstance(value, Structured) for column in columns for value in column):
        raise NotLazy(op, "a loop that stacks matrices with two width axes", "carry them, or sum them")
    return [*state, *(np.stack(column) for column in columns)]


def _while(op: Op, x: Sequence[Any], watch: Watch | None) -> Sequence[Any]:
    condition, body = op.subgraphs
    a, b = op.params["cond_nconsts"], op.params["body_nconsts"]
    state = list(x[a + b :])
    for _ in range(op.params.get("most", 10_000)):
        (more,) = evaluate(condition, [*x[:a], *state])
        if not bool(np.reshape(more, ())):
            return state
        state = evaluate(body, [*x[a : a + b], *state], watch)
    raise NotLazy(op, "a loop of more than 10000 turns", "give it a fixed number of turns")


def _cond(op: Op, x: Sequence[Any], watch: Watch | None) -> Sequence[Any]:
    index, *operands = x
    which = min(max(int(np.reshape(index, ())), 0), len(op.subgraphs) - 1)
    return evaluate(op.subgraphs[which], operands, watch)


_CONTROL: dict[str, Callable[[Op, Sequence[Any], Watch | None], Sequence[Any]]] = {
    "scan": _scan, "while": _while, "cond": _cond,
}  # fmt: skip


def described(op: Op) -> str:
    """``tanh at model.py:12, in the backward pass``."""
    back = ", in the backward pass" if op.place is not None and op.place.backward else ""
    return f"{op.name} at {op.line}{back}" if op.line else op.name


def first_not_finite() -> tuple[Watch, Callable[[], str]]:
    """A watcher that remembers the first operation whose result is not finite, and what it saw in words."""
    seen: list[str] = []

    def watch(op: Op, number: int, value: Any) -> None:
        if seen or isinstance(value, Structured):
            return
        array = _array(value)
        if np.issubdtype(array.dtype, np.floating) and not np.all(np.isfinite(array)):
            seen.append(described(op))

    return watch, lambda: seen[0] if seen else ""
