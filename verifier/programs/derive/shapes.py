"""What the operations of a graph as data make: shapes and types, worked out from the operations and not taken from it.

Rules look at axes that grow and at types: data that call a vector a number, or integers real numbers, are no program.
Of operations without a rule, of which nothing is derived, both are what the data say.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from verifier.kernel.core.sorts import need
from verifier.programs.derive.constants import WIDTHS
from verifier.programs.derive.operations import OTHERS, known
from verifier.programs.derive.types import SHAPES
from verifier.programs.graph import Dim, Op, WidthAxis, letter

COMPARISONS = frozenset({"gt", "lt", "ge", "le", "is_finite"})
#: what is asked of the types of inputs; of ``select_n`` of the first
DOMAINS = {"and": "biu?", "or": "biu?", "not": "biu?", "select_n": "biu?"}
REDUCED = frozenset({"reduce_sum", "reduce_max", "reduce_min", "reduce_prod"})
#: axes of an array by their lengths at each width; all widths of a program are equal
Lengths = tuple[tuple[int, ...], ...]


class Made(NamedTuple):
    """A value: its shape, and its type as a letter of NumPy's, ``?`` where nothing is known of it."""

    dims: tuple[Dim, ...]
    kind: str


def lengths(dims: Sequence[Dim]) -> Lengths:
    return tuple(tuple(n**d.degree if isinstance(d, WidthAxis) else d for n in WIDTHS) for d in dims)


def _odd(d: Dim) -> bool:
    """Whether it is an axis such as 2n, of which no rule speaks."""
    return isinstance(d, WidthAxis) and (d.degree != 1 or not d.name.isidentifier())


def checked(ops: Sequence[Op], inputs: Sequence[Made]) -> tuple[Made, ...]:
    """What an operation, told for each width, makes of ``inputs``.  Refused where the data say something else."""
    op = ops[0]
    if not known(op.name) or any(_odd(d) for dims in (*op.dims, *(x.dims for x in inputs)) for d in dims):
        return tuple(Made(dims, "?") for dims in op.dims)
    need(len(op.kinds) == len(inputs), f"{op.name}: a type for each input")
    for x, kind in zip(inputs, op.kinds, strict=True):
        need(x.kind in ("?", kind), f"{op.name}: its input is of type {x.kind!r}, and not {kind!r}")
    need(len(op.dims) == 1 and bool(inputs), f"{op.name} makes one value of others")
    own, at = lengths(op.dims[0]), [lengths(x.dims) for x in inputs]
    if op.name in SHAPES:
        for k, each in enumerate(ops):
            before, after = [[axis[k] for axis in x] for x in at], [axis[k] for axis in own]
            need(_moved(op.name, before, each.params) == after, f"{op.name} makes another shape")
    elif op.name in OTHERS:
        need(_combined(op, at) == own, f"{op.name} makes another shape")
    else:
        need(_broadcast(at) == own, f"{op.name} of arrays of different shapes, or it makes another one")
    return (Made(op.dims[0], _kind(op, [x.kind for x in inputs])),)


def entering(op: Op, inputs: Sequence[Made], graphs: int) -> tuple[tuple[Made, ...], ...]:
    """What each of the ``graphs`` of a loop or a branch is given."""
    if op.name == "cond":
        need(bool(inputs) and inputs[0].dims == () and inputs[0].kind in "iu?", "a branch is chosen by an integer")
        return (tuple(inputs[1:]),) * graphs
    whole = op.params["num_consts"] + op.params["num_carry"]
    rows = inputs[whole:]
    need(graphs == 1 and 0 <= op.params["num_carry"] <= whole <= len(inputs), "a loop has one graph")
    need(all(x.dims[:1] == (op.params["length"],) for x in rows), "a loop over rows of another number")
    return ((*inputs[:whole], *(Made(x.dims[1:], x.kind) for x in rows)),)


def leaving(op: Op, inputs: Sequence[Made], ends: Sequence[Sequence[Made]]) -> tuple[Made, ...]:
    """What a loop or a branch makes, of what its graphs do.  Refused where the data say something else."""
    if op.name == "cond":
        found, same = [[*made] for made in ends], tuple[Made, ...]()
    else:
        fixed, carry = op.params["num_consts"], op.params["num_carry"]
        (made,), same = ends, tuple(inputs[fixed : fixed + carry])
        found = [[*made[:carry], *(Made((op.params["length"], *x.dims), x.kind) for x in made[carry:])]]
    for made in found:
        need(len(made) == len(op.dims), f"{op.name} makes another number of values")
        need(all(lengths(x.dims) == lengths(dims) for x, dims in zip(made, op.dims, strict=True)), f"{op.name} makes "
             "another shape")  # fmt: skip
        need(all(_alike(x, y) for x, y in zip(made, found[0], strict=True)), f"branches of {op.name} differ")
    need(all(_alike(x, y) for x, y in zip(same, found[0], strict=False)), "a loop changes what it carries")
    return tuple(Made(dims, x.kind) for dims, x in zip(op.dims, found[0], strict=True))


def _alike(x: Made, y: Made) -> bool:
    return lengths(x.dims) == lengths(y.dims) and (x.kind == y.kind or "?" in (x.kind, y.kind))


def _broadcast(x: Sequence[Lengths]) -> Lengths | None:
    """The shape of what is combined entry by entry: numbers, and axes of length 1, stand beside all."""
    arrays = [a for a in x if a]
    if len({len(a) for a in arrays}) > 1:
        return None
    one = (1,) * len(WIDTHS)
    axes = [{axis for axis in same if axis != one} for same in zip(*arrays, strict=True)]
    return None if any(len(a) > 1 for a in axes) else tuple(next(iter(a), one) for a in axes)


def _kind(op: Op, kinds: Sequence[str]) -> str:
    """The type of what an operation makes."""
    name = op.name
    asked = DOMAINS.get(name)
    if asked is not None:
        need(all(k in asked for k in (kinds[:1] if name == "select_n" else kinds)), f"{name} of type {kinds[0]!r}")
    if name == "convert_element_type":
        return letter(np.dtype(op.params["new_dtype"]))
    if name == "abs" and kinds[0] == "c":
        return "f"
    values = kinds[1:] if name == "select_n" else kinds[:1] if name == "pow" else kinds
    need(len({k for k in values if k != "?"}) <= 1, f"{name} of values of types {', '.join(kinds)}")
    return "b" if name in COMPARISONS else next((k for k in values if k != "?"), "?")


def _moved(name: str, x: Sequence[Sequence[int]], p: Any) -> list[int] | None:
    """The shape of what a shape rule makes, at one width; None where it cannot be made."""
    first = list(x[0])
    if name == "concatenate":
        axis = p["dimension"]
        beside = {tuple(a[:axis]) + tuple(a[axis + 1 :]) for a in x}
        return [*first[:axis], sum(a[axis] for a in x), *first[axis + 1 :]] if len(beside) == 1 else None
    if len(x) != 1:
        return None
    if name == "broadcast_in_dim":
        shape, places = list(p["shape"]), list(p["broadcast_dimensions"])
        rising = places == sorted(set(places)) and len(places) == len(first)
        return shape if rising and all(n in (1, shape[k]) for n, k in zip(first, places, strict=True)) else None
    if name == "reshape":
        shape = list(p["new_sizes"])
        return shape if prod(shape) == prod(first) and p.get("dimensions") is None else None
    if name == "squeeze":
        gone = {k % len(first) for k in p["dimensions"]}
        return [n for k, n in enumerate(first) if k not in gone] if all(first[k] == 1 for k in gone) else None
    if name == "transpose":
        order = list(p["permutation"])
        return [first[k] for k in order] if sorted(order) == list(range(len(first))) else None
    if name == "slice":
        strides = p["strides"] or (1,) * len(first)
        cuts = list(zip(p["start_indices"], p["limit_indices"], strides, first, strict=True))
        inside = all(0 <= a <= b <= n and s >= 1 for a, b, s, n in cuts)
        return [len(range(a, b, s)) for a, b, s, _ in cuts] if inside else None
    if name == "rev":
        return first
    return None


def _combined(op: Op, x: Sequence[Lengths]) -> Lengths | None:
    """The shape of a sum, a product or a maximum, at all widths."""
    first = x[0]
    if op.name == "dot_general":
        (ca, cb), (ba, bb) = op.params["dimension_numbers"]
        if len(x) != 2 or any(len({*c, *b}) != len(c) + len(b) for c, b in ((ca, ba), (cb, bb))):
            return None
        a, b = x
        pairs = [*zip(ca, cb, strict=True), *zip(ba, bb, strict=True)]
        if any(a[j] != b[k] for j, k in pairs):
            return None
        left = [axis for k, axis in enumerate(a) if k not in (*ca, *ba)]
        right = [axis for k, axis in enumerate(b) if k not in (*cb, *bb)]
        return (*(a[k] for k in ba), *left, *right)
    if len(x) != 1:
        return None
    if op.name in REDUCED:
        axes = op.params["axes"]
        known = len(set(axes)) == len(axes) and all(0 <= k < len(first) for k in axes)
        return tuple(axis for k, axis in enumerate(first) if k not in axes) if known else None
    return first if op.name == "cumsum" and 0 <= op.params["axis"] < len(first) else None
