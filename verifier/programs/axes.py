"""Which axes grow with the width: a graph beside the same program's graph at other widths.

Widths are multiplied by 2, 3, 5, … in the second one.  An axis that does not change is an ordinary one (inputs, tokens,
a batch), however long it is; one that does is a width, and the prime factors of its growth say of which degree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from verifier.programs.graph import Constant, Dim, Graph, Op, Operand, ProgramError, WidthAxis

#: what widths are multiplied by, one after the other
FACTORS = (2, 3, 5, 7, 11, 13)

Dims = tuple[tuple[Dim, ...], ...]


def marked(graph: Graph, other: Graph, sizes: Mapping[str, int], label: str) -> Graph:
    """``graph``, at ``sizes``, with its width axes marked; ``other`` is at sizes times :data:`FACTORS`, in order.

    Raises ProgramError where the two are not one program.
    """
    growth = {name: (size, factor) for (name, size), factor in zip(sizes.items(), FACTORS, strict=False)}

    def dims(a: Op, b: Op) -> Dims:
        return tuple(
            tuple(_axis(p, q, growth) for p, q in zip(x, y, strict=True))
            for x, y in zip(a.shapes, b.shapes, strict=True)
        )

    return _paired(graph, other, dims, label)


def like(graph: Graph, pattern: Graph, label: str) -> Graph:
    """``graph`` with the marks of ``pattern``, which is the same program at other widths."""
    return _paired(graph, pattern, lambda a, b: b.dims, label)


def _paired(graph: Graph, other: Graph, dims: Callable[[Op, Op], Dims], label: str) -> Graph:
    ops = []
    for a, b in zip(graph.ops, other.ops, strict=False):
        alike = a.name == b.name and [len(s) for s in a.shapes] == [len(s) for s in b.shapes]
        alike = alike and _values(a.inputs) == _values(b.inputs)
        if not alike or len(a.subgraphs) != len(b.subgraphs):
            raise _different(a if len(graph.ops) >= len(other.ops) else b, label)
        inner = tuple(_paired(x, y, dims, label) for x, y in zip(a.subgraphs, b.subgraphs, strict=True))
        ops.append(replace(a, dims=dims(a, b), subgraphs=inner))
    if len(graph.ops) != len(other.ops):
        longer = max(graph.ops, other.ops, key=len)
        raise _different(longer[len(ops)], label)
    if _values(graph.outputs) != _values(other.outputs):
        raise ProgramError(
            f"{label} is not the same program at every width: other values are returned at other sizes; let only "
            "lengths of axes change"
        )
    return replace(graph, ops=tuple(ops))


def _values(operands: Sequence[Operand]) -> list[int | None]:
    """Which earlier values these are; None for constants."""
    return [operand if isinstance(operand, int) else None for operand in operands]


def held(graphs: Sequence[Graph], sizes: Sequence[int], widths: Sequence[str]) -> list[Graph]:
    """Graphs of one program, all widths of it as in ``sizes``, without marks that do not hold at all of them.

    Axes were marked by two widths: one of length min(n, 1000) may pass for n there, and n // 10000 for 1.  Such an axis
    is called by its lengths, and no rule speaks of it.
    """
    whole: list[list[Op]] = [[] for _ in graphs]
    for same in zip(*(g.ops for g in graphs), strict=True):
        dims = tuple(
            tuple(_held(d, [op.shapes[j][k] for op in same], sizes, widths) for k, d in enumerate(marks))
            for j, marks in enumerate(same[0].dims)
        )
        inner = zip(*(held([op.subgraphs[k] for op in same], sizes, widths) for k in range(len(same[0].subgraphs))),
                    strict=True) if same[0].subgraphs else [() for _ in same]  # fmt: skip
        for at, op, subgraphs in zip(whole, same, inner, strict=True):
            at.append(replace(op, dims=dims, subgraphs=tuple(subgraphs)))
    return [replace(g, ops=tuple(ops)) for g, ops in zip(graphs, whole, strict=True)]


def _held(mark: Dim, lengths: Sequence[int], sizes: Sequence[int], widths: Sequence[str]) -> Dim:
    power = mark.degree if isinstance(mark, WidthAxis) else 0
    right = all(k * sizes[0] ** power == lengths[0] * n**power for k, n in zip(lengths, sizes, strict=True))
    if isinstance(mark, WidthAxis) and mark.name in widths:
        right = list(lengths) == list(sizes)
    return mark if right else WidthAxis(listed(lengths), max(power, 1))


def listed(lengths: Sequence[int]) -> str:
    """What an axis is called that is no width: its lengths, from width to width."""
    return ", ".join(map(str, lengths))


def check_steady(graph: Graph, again: Graph, label: str) -> None:
    """Raise ProgramError where the same program, traced a second time at the same widths, has other constants.

    Numbers that NumPy draws while a program is traced would be the same in all samples, and others in the next run.
    """
    for a, b in zip(graph.ops, again.ops, strict=False):
        pairs = [(x.value, y.value) for x, y in zip(a.inputs, b.inputs, strict=False)
                 if isinstance(x, Constant) and isinstance(y, Constant)]  # fmt: skip
        if any(isinstance(x, np.ndarray) and not np.array_equal(x, y, equal_nan=x.dtype.kind == "f") for x, y in pairs):
            where = f"{a.line}: " if a.line else ""
            raise ProgramError(
                f"{where}{label} has another constant each time it is traced; draw random numbers as weights, or by "
                "jax.random with a fixed key"
            )
        for x, y in zip(a.subgraphs, b.subgraphs, strict=False):
            check_steady(x, y, label)


def _different(op: Op, label: str) -> ProgramError:
    where = f"{op.line}: " if op.line else ""
    return ProgramError(
        f"{where}{label} is not the same program at every width: its operations change here with the sizes; let only "
        "lengths of axes change"
    )


def _axis(length: int, grown: int, widths: Mapping[str, tuple[int, int]]) -> Dim:
    if length == grown:
        return length
    ratio = Fraction(grown, length)
    powers: dict[str, int] = {}
    for name, (_, factor) in widths.items():
        while ratio.numerator % factor == 0 and ratio.numerator:
            ratio /= factor
            powers[name] = powers.get(name, 0) + 1
    if ratio != 1 or not powers:  # a sum, as in n + 1: never called as a width is
        return WidthAxis("+".join(widths) if len(widths) > 1 else _sum(length, grown, widths))
    product = Fraction(length)
    for name, power in powers.items():
        product /= Fraction(widths[name][0]) ** power
    words = "·".join(name if power == 1 else f"{name}^{power}" for name, power in powers.items())
    return WidthAxis(multiple(product, words), sum(powers.values()))


def multiple(factor: Fraction, words: str) -> str:
    """``n``, ``4n``, ``n/4``, ``3n/4``."""
    front = "" if factor.numerator == 1 else str(factor.numerator)
    back = "" if factor.denominator == 1 else f"/{factor.denominator}"
    return f"{front}{words}{back}"


def _sum(length: int, grown: int, widths: Mapping[str, tuple[int, int]]) -> str:
    """``n-1``: what it is if it grows with the width as a straight line does."""
    ((name, (size, factor)),) = widths.items()
    slope = Fraction(grown - length, size * (factor - 1))
    rest = length - slope * size
    return f"{'' if slope == 1 else slope}{name}{'+' if rest > 0 else '-'}{abs(rest)}"
