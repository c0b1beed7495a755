"""A graph evaluated on expansions: its constants are read at several widths, all else by rules."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from verifier.programs import dense
from verifier.programs.axes import listed
from verifier.programs.derive.algebra import Algebra
from verifier.programs.derive.arrays import Known, Values, check_dims, expanded, lost
from verifier.programs.derive.constants import WIDTHS
from verifier.programs.derive.expansion import Expansion, Underived
from verifier.programs.derive.operations import evaluate as by_rule
from verifier.programs.derive.types import CONTROL, check_parameters
from verifier.programs.graph import Dim, Graph, Op, WidthAxis

#: a reason that begins with a line of the user's
PLACED = re.compile(r"\S+:\d+: ")
#: parameters that are lengths of axes
SIZES = frozenset({"shape", "new_sizes", "start_indices", "limit_indices", "sharding", "sizes", "slice_sizes"})
#: types of parameters that are compared; of others, as functions, nothing is known
PLAIN = (int, float, str, tuple, np.dtype, type(None))
#: entries of a constant that is worked out
LARGEST = 2**24
Watch = Callable[[Op, int, Known | Values], None]


class Interpreter:
    """Runs a program's graphs, one for each width at which constants are read, side by side."""

    def __init__(self, algebra: Algebra, widths: Sequence[str], watch: Watch) -> None:
        self.algebra, self.widths, self.watch = algebra, tuple(widths), watch

    def run(self, graphs: Sequence[Graph], arguments: Sequence[Known | Values], dims: Sequence[Sequence[Dim]]
            ) -> list[tuple[Known | Values, tuple[Dim, ...]]]:  # fmt: skip
        """The outputs with their shapes."""
        first = graphs[0]
        values: dict[int, tuple[Known | Values, tuple[Dim, ...]]] = {
            k: (value, tuple(shape)) for k, (value, shape) in enumerate(zip(arguments, dims, strict=True))
        }

        def read(graph_op: Sequence[Any]) -> tuple[Known | Values, tuple[Dim, ...]]:
            if isinstance(graph_op[0], int):
                return values[graph_op[0]]
            return _constant([o.value for o in graph_op], self.widths[0])

        for place, op in enumerate(first.ops):
            ops = [g.ops[place] for g in graphs]
            inputs = [read([o.inputs[k] for o in ops]) for k in range(len(op.inputs))]
            outputs = self._one(ops, inputs)
            for number, (target, value) in enumerate(zip(op.outputs, outputs, strict=True)):
                values[target] = (value, op.dims[number] if not op.subgraphs else value_dims(value, op.dims[number]))
                if not op.subgraphs:
                    self.watch(op, number, value)
            for target in [v for v, last in first.last_use.items() if last == place and v in values]:
                del values[target]
        return [read([g.outputs[k] for g in graphs]) for k in range(len(first.outputs))]

    def _one(self, ops: Sequence[Op], inputs: Sequence[tuple[Known | Values, tuple[Dim, ...]]]) -> list[Known | Values]:
        op = ops[0]
        if op.name in ("scan", "while", "cond"):
            try:
                return self._control(ops, inputs)
            except Underived as error:
                return [lost(dims, _told(op, str(error))) for dims in op.dims]
        try:
            if all(isinstance(v, Known) for v, _ in inputs):
                made = folded(ops, [v for v, _ in inputs if isinstance(v, Known)])
                _check_folded(op, made)
                return [*made]
            for dims in (*op.dims, *(d for _, d in inputs)):
                check_dims(dims, self.widths)
            if op.name == "max" and any(
                isinstance(v, Known) and all(np.all(np.isneginf(a)) for a in v.at) for v, _ in inputs
            ):
                return [next(v for v, _ in inputs if isinstance(v, Values))]
            check_steady(ops)
            arrays = [self._values(v, d) for v, d in inputs]
            return [_told_in(op, by_rule(self.algebra, op, arrays))]
        except Underived as error:
            return [lost(dims, _told(op, str(error))) for dims in op.dims]

    def _values(self, value: Known | Values, dims: Sequence[Dim]) -> Values:
        return expanded(value, dims, self.algebra) if isinstance(value, Known) else value

    def _control(self, ops: Sequence[Op], inputs: Sequence[tuple[Any, Any]]) -> list[Known | Values]:
        op = ops[0]
        check_steady(ops)
        check_parameters(op, CONTROL)
        if op.name == "cond":
            (index, _), *operands = inputs
            if not isinstance(index, Known):
                raise Underived("a branch that depends on the weights")
            if len({int(np.reshape(a, ())) for a in index.at}) > 1:
                raise Underived("a branch that depends on the width")
            which = min(max(int(np.reshape(index.at[0], ())), 0), len(op.subgraphs) - 1)
            out = self.run([o.subgraphs[which] for o in ops], *_split(operands))
            return [v for v, _ in out]
        if op.name == "while":
            raise Underived("a loop whose length is not fixed by its form; write a scan")
        return self._scan(ops, inputs)

    def _scan(self, ops: Sequence[Op], x: Sequence[tuple[Any, Any]]) -> list[Known | Values]:
        p = ops[0].params
        fixed, carry = p["num_consts"], p["num_carry"]
        state, sequences = list(x[fixed : fixed + carry]), x[fixed + carry :]
        order = range(p["length"] - 1, -1, -1) if p["reverse"] else range(p["length"])
        stacked: list[list[tuple[Any, Any]]] = []
        for step in order:
            out = self.run([o.subgraphs[0] for o in ops],
                           *_split([*x[:fixed], *state, *(_row(s, step) for s in sequences)]))  # fmt: skip
            state = out[:carry]
            stacked.append(out[carry:])
        if p["reverse"]:
            stacked.reverse()
        return [*(v for v, _ in state), *(self._stack(column) for column in zip(*stacked, strict=True))]

    def _stack(self, column: Sequence[tuple[Any, Any]]) -> Known | Values:
        if all(isinstance(v, Known) for v, _ in column):
            return Known(tuple(np.stack(parts) for parts in zip(*(v.at for v, _ in column), strict=True)))
        arrays = [self._values(v, d) for v, d in column]
        return Values((len(arrays), *arrays[0].dims), np.stack([a.data for a in arrays]))


def check_steady(ops: Sequence[Op]) -> None:
    """Underived for an operation that is another one at another width: of the first width is what rules look at."""
    op = ops[0]
    if len({o.params.get("length") for o in ops}) > 1:
        raise Underived("a loop with as many steps as the width says")
    for key in sorted(set().union(*(o.params for o in ops)) - SIZES):
        values = [o.params.get(key) for o in ops]
        if any(isinstance(v, PLAIN) or isinstance(values[0], PLAIN) for v in values) and any(
            v != values[0] for v in values
        ):
            raise Underived(f"{op.name} with {key} that depends on the width")
    if op.name == "slice":
        fixed = [k for k, d in enumerate(op.dims[0]) if not isinstance(d, WidthAxis)]
        for key in ("start_indices", "limit_indices"):
            if len({tuple(o.params[key][k] for k in fixed) for o in ops}) > 1:
                raise Underived("a slice whose place depends on the width")


def _check_folded(op: Op, made: Sequence[Known]) -> None:
    """Underived for constants of another shape than the graph says, which may be data."""
    for value, dims in zip(made, op.dims, strict=True):
        for n, a in zip(WIDTHS, value.at, strict=True):
            told = [(n**d.degree if d.name.isidentifier() else None) if isinstance(d, WidthAxis) else d for d in dims]
            shape = getattr(a, "shape", ())
            if len(shape) != len(told) or any(k not in (None, length) for k, length in zip(told, shape, strict=True)):
                raise Underived(f"{op.name} makes a constant of another shape")


def value_dims(value: Known | Values, dims: tuple[Dim, ...]) -> tuple[Dim, ...]:
    """The shape of a loop's result; that of constants is what the graph says."""
    return value.dims if isinstance(value, Values) else dims


def _told(op: Op, why: str) -> str:
    return f"{op.line}: {why}" if op.line and not PLACED.match(why) else why


def _told_in(op: Op, found: Values) -> Values:
    """The same with the line of the operation before reasons that name none."""
    data = np.array(found.data, object)
    for place in np.ndindex(data.shape):
        entry = data[place]
        if isinstance(entry, Expansion) and entry.why:
            data[place] = replace(entry, why=_told(op, entry.why))
    return replace(found, data=data)


def _constant(values: Sequence[Any], width: str) -> tuple[Known, tuple[Dim, ...]]:
    def axis(lengths: Sequence[int]) -> Dim:
        if len(set(lengths)) == 1:
            return lengths[0]
        return WidthAxis(width if tuple(lengths) == WIDTHS else listed(lengths))

    return Known(tuple(values)), tuple(map(axis, zip(*(np.shape(v) for v in values), strict=True)))


def _row(item: tuple[Any, Any], step: int) -> tuple[Any, Any]:
    value, dims = item
    if isinstance(value, Known):
        return Known(tuple(a[step] for a in value.at)), dims[1:]
    if isinstance(dims[0], WidthAxis):
        raise Underived("a loop over an axis that grows")
    return Values(value.dims[1:], value.data[step]), dims[1:]


def _split(items: Sequence[tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
    return [v for v, _ in items], [d for _, d in items]


def _entries(op: Op, n: int) -> int:
    """How many entries an operation makes at this width, by its axes and by what it is asked for."""
    lengths = [[n**d.degree if isinstance(d, WidthAxis) else d for d in dims] for dims in op.dims]
    asked = op.params.get("shape") or op.params.get("new_sizes") or ()
    return max(map(math.prod, [*lengths, asked]))


def folded(ops: Sequence[Op], inputs: Sequence[Known]) -> list[Known]:
    """An operation on constants, at each width.  Underived for what is too large, as a mask of a matrix is."""
    results = []
    for k, op in enumerate(ops):
        if _entries(op, WIDTHS[k]) > LARGEST:
            raise Underived(f"{op.name} of constants makes an array of the size of a matrix")
        x = [v.at[k] for v in inputs]
        found: Any = NotImplemented
        if all(isinstance(a, np.ndarray | np.generic | float | int) for a in x):
            with np.errstate(all="ignore"):
                found = dense.evaluate(op.name, [np.asarray(a) for a in x], op.params)
        if found is not NotImplemented:
            results.append([found])
        elif op.fallback is not None:
            results.append(list(op.fallback(*x)))
        else:
            raise Underived(f"{op.name} of constants")
    return [Known(tuple(column)) for column in zip(*results, strict=True)]
