"""A program's graph as plain data, from which its derivation can be made again without its source.

Operations with their constants, at each of the widths at which constants are read; names of lines and of variables are
left out, so that a comment changes nothing.  The digest of this data is what the program is called in proofs.

What depends on no weight is evaluated and written as a constant.  A constant with axes that grow is written as one
entry: its entries must be equal along them.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

import numpy as np

from verifier.programs.axes import held, listed
from verifier.programs.derive.arrays import Known
from verifier.programs.derive.constants import WIDTHS
from verifier.programs.derive.expansion import Underived
from verifier.programs.derive.interpret import folded
from verifier.programs.graph import Constant, Dim, Graph, Op, ProgramError, WidthAxis
from verifier.programs.program import Given, Program, dims_of

FORMAT = "verifier tensor program 1"
#: entries of a constant
MOST = 100_000
#: why what is computed of such a constant is an operation without a rule
NO_NUMBER = "a constant vector with different entries, or a constant matrix"


def certificate(program: Program) -> dict[str, Any]:
    """The graph of ``program`` as JSON data.

    Raises ProgramError for a program that cannot be traced, or that has other operations at another width.
    """
    names = [w.name for w in program.widths]
    graphs = held([program.graph(n) for n in WIDTHS], WIDTHS, names)
    return {
        "format": FORMAT,
        "first": 0,
        "widths": names,
        "weights": [_weight(program, name) for name in sorted(program.weights)],
        "graph": _Writer(program.line, names[0]).graph(graphs, {}),
    }


def of_one(whole: Mapping[str, Any], output: int, first: int) -> dict[str, Any]:
    """The certificate of one of the outputs, whose numbers are counted from ``first``: operations that it does not
    depend on are left out."""
    graph = whole["graph"]
    end = graph["outputs"][output]
    needed, kept = {end} if isinstance(end, int) else set(), []
    for op in reversed(graph["ops"]):
        if needed.intersection(op["outputs"]):
            kept.append(op)
            needed |= {o for o in op["inputs"] if isinstance(o, int)}
    return {**whole, "first": first, "graph": {**graph, "ops": kept[::-1], "outputs": [end]}}


def _weight(program: Program, name: str) -> list[Any]:
    spec = program.weights[name]
    dims = [d if isinstance(d, int) else ["w", str(d), 1] for d in dims_of(spec)]
    return [name, dims, value(spec.value) if isinstance(spec, Given) else "gaussian"]


class _NoNumber(Exception):
    """A constant vector with different entries, or a constant matrix."""

    def __init__(self, arrays: Sequence[Any]) -> None:
        super().__init__(NO_NUMBER)
        made = hashlib.sha256()
        for a in map(np.ascontiguousarray, arrays):
            made.update(repr((a.dtype, a.shape)).encode())
            made.update(a.data if a.dtype.kind in "fiub" else a.tobytes())
        self.digest = made.hexdigest()
        self.shapes = [np.shape(a) for a in arrays]


class _Writer:
    """Writes graphs of one program; ``where`` is its line, for messages."""

    def __init__(self, where: str, width: str) -> None:
        self.where, self.width = where, width

    def graph(self, graphs: Sequence[Graph], known: dict[int, Known]) -> dict[str, Any]:
        """Graphs of the same operations at the widths; ``known`` are the values that are constants."""
        ops: list[dict[str, Any]] = []
        for place, first in enumerate(graphs[0].ops):
            same = [g.ops[place] for g in graphs]
            if any(op.name != first.name or len(op.inputs) != len(first.inputs) for op in same):
                raise ProgramError(f"{first.line or self.where}: {first.name}: other operations at another width")
            constants = self._constants(same, known)
            if constants is not None:
                known |= dict(zip(first.outputs, constants, strict=True))
                continue
            ops.append(self._op(same, known))
        outputs = []
        for k in range(len(graphs[0].outputs)):
            try:
                outputs.append(self._operand([g.outputs[k] for g in graphs], known))
            except _NoNumber as error:  # of a loop's body
                made = [o for op in graphs[0].ops for o in op.outputs] + [o for op in ops for o in op["outputs"]]
                outputs.append(1 + max([len(graphs[0].inputs), *made]))
                told = {"kinds": "", "outputs": outputs[-1:], "dims": [self._dims(error.shapes)]}
                ops.append(_lost(told, [], error.digest))
        return {"inputs": len(graphs[0].inputs), "ops": ops, "outputs": outputs}

    def _op(self, same: Sequence[Op], known: Mapping[int, Known]) -> dict[str, Any]:
        first = same[0]
        whole: dict[str, Any] = {
            "name": first.name, "kinds": first.kinds, "outputs": list(first.outputs),
            "dims": [[dim(d) for d in dims] for dims in first.dims],
        }  # fmt: skip
        inputs: list[Any] = []
        vague = False
        for k in range(len(first.inputs)):
            try:
                inputs.append(self._operand([op.inputs[k] for op in same], known))
            except _NoNumber as error:
                inputs.append(error.digest)
                vague = True
        whole |= {
            "inputs": inputs, "params": self._params(same),
            "subgraphs": [self.graph([op.subgraphs[k] for op in same], {}) for k in range(len(first.subgraphs))],
        }  # fmt: skip
        if not vague:
            return whole
        # no rule speaks of it; programs that differ in it, or in what is done with it, have different names
        kept = [o for o in first.inputs if isinstance(o, int) and o not in known]
        return _lost(whole, kept, hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest())

    def _constants(self, ops: Sequence[Op], known: Mapping[int, Known]) -> list[Known] | None:
        """What an operation on constants makes; None for any other, and where it is not known here."""
        if ops[0].subgraphs:
            return None
        inputs = []
        for k, operand in enumerate(ops[0].inputs):
            if isinstance(operand, Constant):
                inputs.append(Known(tuple(op.inputs[k].value for op in ops)))  # type: ignore[union-attr]
            elif operand in known:
                inputs.append(known[operand])
            else:
                return None
        try:
            return folded(ops, inputs)
        except Underived:
            return None

    def _operand(self, operands: Sequence[Any], known: Mapping[int, Known]) -> Any:
        first = operands[0]
        if isinstance(first, int):
            return first if first not in known else self._constant(known[first].at)
        return self._constant([o.value for o in operands])

    def _constant(self, at: Sequence[Any]) -> dict[str, Any]:
        arrays = [np.asarray(a) for a in at]
        shapes = list(zip(*(a.shape for a in arrays), strict=True))
        growing = [len(set(lengths)) > 1 for lengths in shapes]
        if any(grows and lengths != WIDTHS for grows, lengths in zip(growing, shapes, strict=True)):
            raise _NoNumber(arrays)
        small = []
        for a in arrays:
            first = a[tuple(slice(0, 1) if grows else slice(None) for grows in growing)]
            if sum(growing) > 1 or first.size > MOST or (any(growing) and not bool(np.all(a == first))):
                raise _NoNumber(arrays)
            small.append([value(x) for x in first.ravel().tolist()])
        return {
            "type": str(arrays[0].dtype),
            "dims": self._dims([a.shape for a in arrays]),
            "at": small[:1] if all(x == small[0] for x in small) else small,
        }  # fmt: skip

    def _dims(self, shapes: Sequence[Sequence[int]]) -> list[Any]:
        """The shape of a constant, whose lengths at the widths are told."""
        found: list[Any] = []
        for lengths in zip(*shapes, strict=True):
            name = self.width if lengths == WIDTHS else listed(lengths)
            found.append(lengths[0] if len(set(lengths)) == 1 else dim(WidthAxis(name)))
        return found

    def _params(self, ops: Sequence[Op]) -> dict[str, Any]:
        found = {}
        for key in sorted(ops[0].params):
            if key == "computation" and "jaxpr" in ops[0].params:
                continue  # the function that this is the graph of
            written = [_parameter(op.params.get(key)) for op in ops]
            found[key] = written[:1] if all(w == written[0] for w in written) else written
        return found


def _lost(op: Mapping[str, Any], inputs: Sequence[int], digest: str) -> dict[str, Any]:
    """An operation of which no more is told than what it is made of, and a digest that tells it from others."""
    params = {"digest": [["s", digest]]}
    return {**op, "name": NO_NUMBER, "inputs": list(inputs), "subgraphs": [], "params": params}


def _parameter(x: Any) -> Any:
    """A parameter as data.  What is none is told from others by a digest: a function even from itself."""
    found = None if callable(x) and not isinstance(x, type) else value(x)
    if found is not None:
        return found
    told = str(x)
    if isinstance(x, Enum):
        return ["s", told[:80]]
    if hasattr(x, "consts") and np.sum([np.size(c) for c in x.consts], dtype=int):
        told += str([np.asarray(c).tolist() for c in x.consts])
    plain = (hasattr(x, "eqns") or hasattr(x, "jaxpr")) and " at 0x" not in told
    return ["s", hashlib.sha256((told if plain else secrets.token_hex()).encode()).hexdigest()]


def dim(d: Dim) -> Any:
    """A length, or an axis that grows."""
    return ["w", d.name, d.degree] if isinstance(d, WidthAxis) else int(d)


def value(x: Any) -> Any:
    """A parameter or an entry as data; None for what is none of numbers, words, types, and tuples of them."""
    if x is None:
        return ["none"]
    if isinstance(x, bool | np.bool_):
        return ["b", str(bool(x))]
    if isinstance(x, int | np.integer):
        return ["i", str(int(x))]
    if isinstance(x, float | np.floating):
        return ["f", repr(float(x))]
    if isinstance(x, str):
        return ["s", x]
    if isinstance(x, tuple | list):
        parts = [value(y) for y in x]
        return None if any(p is None for p in parts) else ["t", *parts]
    try:
        return ["d", np.dtype(x).name]
    except TypeError:
        return None
