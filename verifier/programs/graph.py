"""A program as a graph: operations in order, on arrays whose shapes are known, with the user's source lines.

The names of operations and the meaning of their parameters are those of JAX's ``lax`` primitives; other front ends
translate to them.  Loops and branches hold graphs of their own (``subgraphs``); calls are written out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Constant:
    """A number or an array that is known when the program is traced."""

    value: Any


Operand = int | Constant  # the number of an earlier value, or a constant


class ProgramError(ValueError):
    """What a program cannot be, or does not do: one sentence that names the user's file and line."""


@dataclass(frozen=True)
class Place:
    """Where an operation stands in the user's code; ``backward``: in the backward pass of what stands there.

    ``spot`` tells apart the expressions of a line; ``part`` is the part of a model that the line leaves unnamed.
    """

    file: str
    line: int
    function: str
    backward: bool = False
    spot: tuple[int, ...] = ()
    part: str = ""

    def __str__(self) -> str:
        return f"{Path(self.file).name}:{self.line}"


@dataclass(frozen=True)
class WidthAxis:
    """An axis that grows with the width: its name in terms of widths (``n``, ``2n``), and its degree (2: n²)."""

    name: str
    degree: int = 1

    def __str__(self) -> str:
        return self.name


Dim = int | WidthAxis
#: how the names of small types begin, and the letter of their kind
_SMALL = {"int": "i", "uint": "u", "float": "f", "bfloat": "f"}


@dataclass(frozen=True)
class Op:
    """One operation: ``outputs`` are numbers of the values it makes, ``shapes`` theirs.

    ``dims`` are the shapes with the axes told apart that grow with the width.  ``place`` is in the user's file;
    ``fallback`` evaluates the operation on dense arrays where this package has no implementation of its own.  ``kinds``
    are the types of its inputs, a letter each, as :func:`letter` has them.
    """

    name: str
    inputs: tuple[Operand, ...]
    outputs: tuple[int, ...]
    shapes: tuple[Shape, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    place: Place | None = None
    subgraphs: tuple[Graph, ...] = ()
    fallback: Callable[..., Sequence[Any]] | None = None
    dims: tuple[tuple[Dim, ...], ...] = ()
    kinds: str = ""

    @property
    def line(self) -> str:
        """``model.py:12``, or nothing where it is not known."""
        return "" if self.place is None else str(self.place)

    @property
    def large(self) -> bool:
        """Whether its first result has two width axes, or more, and is never formed."""
        return bool(self.dims) and is_large(self.dims[0])


@dataclass(frozen=True)
class Graph:
    """Inputs are the values 0 … k-1; ``last_use[v]`` is the last operation that needs value v."""

    inputs: tuple[Shape, ...]
    ops: tuple[Op, ...]
    outputs: tuple[Operand, ...]
    last_use: Mapping[int, int] = field(default_factory=dict)

    @property
    def results(self) -> tuple[Shape, ...]:
        """The shapes of the outputs."""
        made = dict(enumerate(self.inputs))
        made |= {number: shape for op in self.ops for number, shape in zip(op.outputs, op.shapes, strict=True)}
        return tuple(made[o] if isinstance(o, int) else tuple(o.value.shape) for o in self.outputs)

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


class NotLazy(ProgramError):
    """An operation would form an array with two width axes, or is not known; says which, where, and what would do."""

    def __init__(self, op: Op, why: str, instead: str = "") -> None:
        super().__init__(f"{op.line or 'the program'}: {op.name}: {why}" + (f"; {instead}" if instead else ""))
        self.op = op


def is_large(dims: Sequence[Dim]) -> bool:
    """Whether an array of this shape has two width axes, or more."""
    return sum(d.degree for d in dims if isinstance(d, WidthAxis)) >= 2


def letter(dtype: np.dtype[Any]) -> str:
    """NumPy's ``dtype.kind``; small types that NumPy calls void, as ``int4`` and ``bfloat16``, by what they are."""
    if dtype.kind != "V":
        return dtype.kind
    return next((dtype_kind for word, dtype_kind in _SMALL.items() if dtype.name.startswith(word)), "V")


def shown(dims: Sequence[Dim]) -> str:
    """``(4, n)``; a number is ``()``."""
    return f"({', '.join(map(str, dims))}{',' if len(dims) == 1 else ''})"
