"""Which values of a program are worth a line: what one statement of the user's makes and another one takes.

Inside a statement values have no names, and what the derivative of a statement keeps for its own backward pass is
seen by nobody else.  What is left is what the user calls h, f or loss, in the forward pass, and the gradient with
respect to it, in the backward one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from verifier.programs.graph import Dim, Graph, Op
from verifier.programs.source import SourceLines, statement


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


def numbered(keys: Iterable[tuple[int, int]], names: Sequence[str]) -> dict[tuple[int, int], str]:
    """Names of values: ``h``, or ``h[1]``, ``h[2]``, … where several are called h, in the order of ``keys``.

    A key is the place of an intermediate in ``names``, and how often a loop had made it before.
    """
    order = list(keys)
    total = Counter(names[k] for k, _ in order)
    seen: Counter[str] = Counter()
    found = {}
    for key in order:
        name = names[key[0]]
        seen[name] += 1
        found[key] = name if total[name] == 1 else f"{name}[{seen[name]}]"
    return found


@dataclass(frozen=True)
class _Run:
    """One execution of a statement, in a forward or a backward pass."""

    statement: SourceLines
    backward: bool
    number: int

    def sees(self, value_of: _Run) -> bool:
        """Whether a value is more here than a part of the statement that made it.

        What a forward pass keeps for the backward pass of the same statement is not.
        """
        if self.statement != value_of.statement:
            return True
        return self != value_of and (self.backward == value_of.backward)


def _found(graph: Graph, random: set[int], names: Mapping[int, str]) -> Iterator[Intermediate]:
    """``random`` are the values known to depend on the weights; more are added."""
    runs = _runs(graph)
    takers = _takers(graph)
    kept = {operand for operand in graph.outputs if isinstance(operand, int)}
    for op, run in zip(graph.ops, runs, strict=True):
        if not any(operand in random for operand in op.inputs if isinstance(operand, int)):
            continue
        random.update(op.outputs)
        for body in op.subgraphs:  # what a loop carries depends on the weights from the second turn on
            yield from _found(body, set(range(len(body.inputs))), {})
        if run is None or op.subgraphs:
            continue
        for number, (value, dims) in enumerate(zip(op.outputs, op.dims, strict=True)):
            others = [runs[place] for place in takers.get(value, ())]
            after = [other for other in others if other is None or other.sees(run)]
            if after or value in kept:
                name = names.get(value) or _name(run, after)
                back = run.backward and value not in names
                yield Intermediate(op, number, name, dims, op.line, back, value in names)


def _name(run: _Run, takers: Sequence[_Run | None]) -> str:
    """What a statement assigns, or that with respect to which a backward pass has the gradient."""
    if not run.backward:
        return run.statement.name
    inner = next((taker for taker in takers if taker is not None and taker.backward), None)
    return f"grad in {run.statement.name}" if inner is None else f"grad {inner.statement.name}"


def _runs(graph: Graph) -> list[_Run | None]:
    """Of which execution each operation is a part.

    A statement is executed again, as in a loop over layers, where the expression of it that came first comes again
    after others, or where it is but one operation and that comes again.  (Of the backward pass the latter says nothing:
    the derivative of one operation may be the same one twice.)
    """
    found: list[_Run | None] = []
    current: dict[tuple[SourceLines, bool], tuple[_Run, list[tuple[object, str]]]] = {}
    for op in graph.ops:
        if op.place is None:
            found.append(None)
            continue
        here, back, now = statement(op.place), op.place.backward, (op.place.spot, op.name)
        run, seen = current.get((here, back), (_Run(here, back, 0), []))
        again = not back and all(before == now for before in seen)
        if seen and (again or _left(seen, op.place.spot)):
            run, seen = _Run(here, back, run.number + 1), []
        seen.append(now)
        current[here, back] = (run, seen)
        found.append(run)
    return found


def _left(seen: Sequence[tuple[object, str]], spot: object) -> bool:
    """Whether a run began at this expression and has been elsewhere since."""
    return seen[0][0] == spot and any(other != spot for other, _ in seen)


def _takers(graph: Graph) -> dict[int, list[int]]:
    """The places of the operations that take a value."""
    found: dict[int, list[int]] = {}
    for place, op in enumerate(graph.ops):
        for operand in op.inputs:
            if isinstance(operand, int):
                found.setdefault(operand, []).append(place)
    return found
