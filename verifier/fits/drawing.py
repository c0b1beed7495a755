"""Drawing samples of a user's quantity, and data that a user has, in the shape that ``verifier fit`` decides."""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verifier.datafiles import Grouped
    from verifier.fits.groups import GroupFit

#: Samples a width at the first look.
FIRST_LOOK = 256
#: Widths of each axis where there are two.
TWO_WIDTHS = (128, 413, 1150, 4690)


@dataclass(frozen=True)
class Drawing:
    """At which widths (or pairs) to draw, up to how many samples, whether in one go, and from which random streams."""

    cells: tuple[tuple[int, ...], ...]
    samples: int
    once: bool
    seed: int
    key: tuple[str, ...]


def cells_of(kind: str, widths: Any) -> tuple[tuple[int, ...], ...]:
    """The widths to draw at, or the pairs of them.  Raises ValueError for widths that cannot be used."""
    from verifier.inference import DEFAULT_WIDTHS

    if kind == "two-widths":
        ns, ms = (TWO_WIDTHS, TWO_WIDTHS) if widths is None else widths
        return tuple(itertools.product(_checked_widths(ns), _checked_widths(ms)))
    return tuple((n,) for n in _checked_widths(DEFAULT_WIDTHS if widths is None else widths))


def _checked_widths(widths: Sequence[int]) -> tuple[int, ...]:
    from verifier.inference.decisions import MIN_WIDTHS
    from verifier.inference.samples import check_width

    chosen = tuple(sorted(check_width(n) for n in widths))
    repeated = [n for n, after in itertools.pairwise(chosen) if n == after]
    if repeated:
        raise ValueError(f"width {repeated[0]} occurs twice")
    if len(chosen) < MIN_WIDTHS:
        raise ValueError(f"{len(chosen)} widths {list(chosen)}; at least {MIN_WIDTHS} are needed to fit an exponent")
    return chosen


def drawn(
    drawing: Drawing, sampler: Any, decide: Callable[[Grouped, int], tuple[GroupFit, ...]]
) -> tuple[Grouped, tuple[GroupFit, ...]]:
    """Draw and look, at sizes that double, until all is decided or the samples are used up.

    ``decide(data, looks)`` gives the verdicts of one look of so many.  Raises ValueError for a sampler that returns
    something else than it was asked for, or other numbers for the same generator.
    """
    __tracebackhide__ = True
    import numpy as np

    from verifier.inference import Schedule
    from verifier.verdict import NumericStatus

    most, cells = drawing.samples, drawing.cells
    looks = 1 if drawing.once else max(1, math.ceil(math.log2(max(most / FIRST_LOOK, 1))) + 1)
    plan = Schedule(most if drawing.once else min(FIRST_LOOK, most), looks, most)
    word = zlib.crc32("\n".join(drawing.key).encode())

    def draw(cell: tuple[int, ...], count: int, look: int) -> dict[str, Any]:
        __tracebackhide__ = True
        rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(drawing.seed, spawn_key=(word, *cell, look))))
        return _checked_values(sampler(*cell, count, rng), cell, count)

    parts: dict[str, dict[tuple[int, ...], list[Any]]] = {}
    drawn_before = 0
    for look, size in enumerate(plan.sizes, start=1):
        count = size - drawn_before
        for cell in cells:
            found = draw(cell, count, look)
            if look == 1 and cell == cells[0]:
                _check_again(found, draw(cell, count, look), cell)
            if parts and set(found) != set(parts):
                raise ValueError(f"the sampler returned {sorted(found)} at {_at(cell)} and {sorted(parts)} before")
            for name, values in found.items():
                parts.setdefault(name, {}).setdefault(cell, []).append(values)
        data = _collected(parts)
        fits = decide(data, len(plan.sizes))
        if all(found.verdict is not NumericStatus.INCONCLUSIVE for found in fits):
            break
        drawn_before = size
    return data, fits


def _checked_values(values: Any, cell: tuple[int, ...], count: int) -> dict[str, Any]:
    """{name: array of ``count`` values}; the name is empty where there is one quantity."""
    __tracebackhide__ = True
    from verifier.quantities.samplers import numbers

    named = values if isinstance(values, Mapping) else {"": values}
    if not named:
        raise ValueError(f"the sampler returned no quantities at {_at(cell)}")
    found = {}
    for name, entries in named.items():
        who = f"at {_at(cell)} the sampler{f' of {name}' if name else ''}"
        found[str(name)] = numbers(entries, (count,), who)  # a copy: a sampler may reuse its buffer
    return found


def _check_again(first: Mapping[str, Any], second: Mapping[str, Any], cell: tuple[int, ...]) -> None:
    """The same generator must give the same numbers: else the seed reproduces nothing."""
    __tracebackhide__ = True
    import numpy as np

    if set(first) != set(second) or any(not np.array_equal(first[k], second[k], equal_nan=True) for k in first):
        raise ValueError(
            f"the sampler returned other numbers for the same rng at {_at(cell)}: it must draw everything from the rng "
            "it is given, and keep nothing between calls"
        )


def _at(cell: tuple[int, ...]) -> str:
    return f"width {cell[0]}" if len(cell) == 1 else f"widths {cell[0]} and {cell[1]}"


def _collected(parts: Mapping[str, Mapping[tuple[int, ...], Sequence[Any]]]) -> Grouped:
    import numpy as np

    return _grouped(
        {name: {cell: np.concatenate(list(p)) for cell, p in cells.items()} for name, cells in parts.items()}
    )


def _grouped(found: Mapping[str, Mapping[tuple[int, ...], Any]]) -> Grouped:
    """Arrays as ``verifier fit`` has them from a file."""
    from verifier.datafiles import DataGroup, Grouped, Plan, Samples

    two = any(len(cell) == 2 for cells in found.values() for cell in cells)
    names = ("n", "m") if two else ("width",)
    groups = tuple(
        DataGroup((("group", name),) if name else (), Samples(names, dict(sorted(cells.items()))))
        for name, cells in found.items()
    )
    rows = sum(values.size for cells in found.values() for values in cells.values())
    return Grouped(groups, Plan(names, ("X",), ("group",) if len(groups) > 1 else (), None), "width", rows)


def given(data: Mapping[Any, Any]) -> Grouped:
    """{width: values}, {(n, m): values} or {group: one of these}.  Raises ValueError for anything else."""
    import numpy as np

    from verifier.inference.samples import check_width

    if not data or any(isinstance(cells, Mapping) and not cells for cells in data.values()):
        raise ValueError("there are no data: {width: values} or {group: {width: values}} is needed")
    named = data if all(isinstance(value, Mapping) for value in data.values()) else {"": data}
    found: dict[str, dict[tuple[int, ...], Any]] = {}
    for name, cells in named.items():
        for width, values in cells.items():
            cell = tuple(check_width(n) for n in (width if isinstance(width, tuple) else (width,)))
            array = np.atleast_1d(np.asarray(values, dtype=np.float64))
            if array.ndim != 1 or not array.size:
                raise ValueError(f"the values at {_at(cell)} have shape {array.shape}; one dimension of them is needed")
            found.setdefault(str(name), {})[cell] = array
    return _grouped(found)
