"""A program as a graph: operations in order, on arrays whose shapes are known, with the user's source lines.

The names of operations and the meaning of their parameters are those of JAX's ``lax`` primitives; other front ends
translate to them.  Loops and branches hold graphs of their own (``subgraphs``); calls are written out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Constant:
    """A number or an array that is known when the program is traced."""

    value: Any


Operand = int | Constant  # the number of an earlier value, or a constant


@dataclass(frozen=True)
class Op:
    """One operation: ``outputs`` are numbers of the values it makes, ``shapes`` theirs.

    ``line`` is the place in the user's file (``model.py:12 (loss)``); ``fallback`` evaluates the operation on dense
    arrays where this package has no implementation of its own.
    """

    name: str
    inputs: tuple[Operand, ...]
    outputs: tuple[int, ...]
    shapes: tuple[Shape, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    line: str = ""
    subgraphs: tuple[Graph, ...] = ()
    fallback: Callable[..., Sequence[Any]] | None = None


@dataclass(frozen=True)
class Graph:
    """Inputs are the values 0 … k-1; ``last_use[v]`` is the last operation that needs value v."""

    inputs: tuple[Shape, ...]
    ops: tuple[Op, ...]
    outputs: tuple[Operand, ...]
    last_use: Mapping[int, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The number of operations, those of subgraphs included once."""
        return len(self.ops) + sum(g.size for op in self.ops for g in op.subgraphs)


def finished(inputs: Sequence[Shape], ops: Sequence[Op], outputs: Sequence[Operand]) -> Graph:
    """A graph with the last uses worked out; outputs are kept to the end."""
    last: dict[int, int] = {}
    for place, op in enumerate(ops):
        for operand in op.inputs:
            if isinstance(operand, int):
                last[operand] = place
    for operand in outputs:
        if isinstance(operand, int):
            last[operand] = len(ops)
    return Graph(tuple(inputs), tuple(ops), tuple(outputs), last)


class NotLazy(ValueError):
    """An operation would form an array with two width axes, or is not known; says which, where, and what would do."""

    def __init__(self, op: Op, why: str, instead: str = "") -> None:
        where = f" at {op.line}" if op.line else ""
        super().__init__(f"{op.name}{where}: {why}" + (f"; {instead}" if instead else ""))
        self.op = op


def size_of(shape: Shape) -> int:
    """The number of entries."""
    return int(np.prod(shape, dtype=object)) if shape else 1
