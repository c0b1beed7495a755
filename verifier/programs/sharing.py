"""The same operation on the same values is done once, and what nobody takes is not done at all.

A training loop computes its first forward pass several times, and a gradient that of all weights.

What is shared is decided on the graphs at two widths together, so that a constant that happens to be a width does not
make a program another one at that width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from verifier.programs import dense
from verifier.programs.graph import Constant, Graph, Op, Operand, ProgramError, finished


def shared(graph: Graph, other: Graph) -> tuple[int | None, ...]:
    """For each operation the earlier one that has the same results at both widths, or None.

    Only operations whose parameters are plain data are compared, which are those that :mod:`dense` evaluates.
    The two are one program: the same operations, their values numbered alike.
    """
    same: dict[int, int] = {}  # a value → the one that it equals
    seen: dict[object, int] = {}
    found: list[int | None] = []
    for place, (a, b) in enumerate(zip(graph.ops, other.ops, strict=True)):
        key = (a.name, _key(a, same), _key(b, same)) if dense.known(a) else None
        first = None if key is None else seen.setdefault(key, place)
        found.append(None if first is None or first == place else first)
        if found[-1] is not None:
            same.update(zip(a.outputs, graph.ops[found[-1]].outputs, strict=True))
    return tuple(found)


def merged(graph: Graph, earlier: Sequence[int | None], label: str = "the program") -> Graph:
    """``graph`` without the operations that :func:`shared` found done before, and those of which no result is taken.

    Raises ProgramError where two of them that are the same at those widths are not at this one.
    """
    same: dict[int, int] = {}

    def read(operand: Operand) -> Operand:
        return same.get(operand, operand) if isinstance(operand, int) else operand

    ops = []
    for op, first in zip(graph.ops, earlier, strict=True):
        if first is None:
            ops.append(replace(op, inputs=tuple(map(read, op.inputs))))
        else:
            if _key(op, same) != _key(graph.ops[first], same):
                raise ProgramError(
                    f"{op.line or 'the program'}: {label} is not the same program at every width: what is equal at "
                    "some widths is not at others; let only lengths of axes change"
                )
            same.update({v: same.get(w, w) for v, w in zip(op.outputs, graph.ops[first].outputs, strict=True)})
    outputs = [read(operand) for operand in graph.outputs]
    return finished(graph.inputs, _taken(ops, outputs), outputs)


def _taken(ops: Sequence[Op], outputs: Sequence[Operand]) -> list[Op]:
    needed = {operand for operand in outputs if isinstance(operand, int)}
    kept = []
    for op in reversed(ops):
        if needed.intersection(op.outputs):
            needed.update(operand for operand in op.inputs if isinstance(operand, int))
            kept.append(op)
    return kept[::-1]


def _key(op: Op, same: dict[int, int]) -> object:
    inputs = tuple(_constant(o) if isinstance(o, Constant) else same.get(o, o) for o in op.inputs)
    return inputs, op.shapes, repr(sorted(op.params.items(), key=lambda item: item[0]))


def _constant(constant: Constant) -> object:
    if not isinstance(constant.value, np.ndarray):
        return id(constant.value)
    return constant.value.dtype.str, constant.value.shape, constant.value.tobytes()
