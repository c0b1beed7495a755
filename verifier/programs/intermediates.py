"""Which values of a program are worth a line: what one statement of the user's makes and another one takes.

Inside a statement values have no names, and what the derivative of a statement keeps for its own backward pass is
seen by nobody else.  What is left is what the user calls h, f or loss, in the forward pass, and the gradient with
respect to it, in the backward one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from verifier.programs.graph import Dim, Graph, Op
from verifier.programs.source import Statement, statement


@dataclass(frozen=True)
class Intermediate:
    """A value: the operation that makes it, which of its results, what it is called, and where it stands."""

    op: Op
    number: int
    name: str
    dims: tuple[Dim, ...]
    line: str
    backward: bool = False
    returned: bool = False


def intermediates(graph: Graph, outputs: Sequence[str]) -> list[Intermediate]:
    """In the order in which they are made, once each however often a loop makes them; ``outputs`` name the results.

    Values that do not depend on the weights are left out.
    """
    names = {operand: name for operand, name in zip(graph.outputs, outputs, strict=True) if isinstance(operand, int)}
    return list(_found(graph, set(range(len(graph.inputs))), names))


def _found(graph: Graph, random: set[int], names: Mapping[int, str]) -> Iterator[Intermediate]:
    """``random`` are the values known to depend on the weights; more are added."""
    takers = _takers(graph)
    kept = {operand for operand in graph.outputs if isinstance(operand, int)}
    for op in graph.ops:
        if not any(operand in random for operand in op.inputs if isinstance(operand, int)):
            continue
        random.update(op.outputs)
        for body in op.subgraphs:  # what a loop carries depends on the weights from the second turn on
            yield from _found(body, set(range(len(body.inputs))), {})
        if op.place is None or op.subgraphs:
            continue
        here = statement(op.place)
        for number, (value, dims) in enumerate(zip(op.outputs, op.dims, strict=True)):
            others = [taker for taker in takers.get(value, ()) if _statement(taker) != here]
            if others or value in kept:
                name = names.get(value) or _name(op, here, others)
                back = op.place.backward and value not in names
                yield Intermediate(op, number, name, dims, op.line, back, value in names)


def _name(op: Op, here: Statement, takers: Sequence[Op]) -> str:
    assert op.place is not None
    if not op.place.backward:
        return here.name
    after = [taker for taker in takers if taker.place is not None and taker.place.backward]
    inner = _statement(after[0]) if after else None
    return f"grad {inner.name}" if inner is not None else f"grad in {here.name}"


def _statement(op: Op) -> Statement | None:
    return None if op.place is None else statement(op.place)


def _takers(graph: Graph) -> dict[int, list[Op]]:
    found: dict[int, list[Op]] = {}
    for op in graph.ops:
        for operand in op.inputs:
            if isinstance(operand, int):
                found.setdefault(operand, []).append(op)
    return found
