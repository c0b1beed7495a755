"""From a table to one set of samples for each group: filter, check that nothing is pooled, average, split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import numpy as np
import numpy.typing as npt

from verifier.datafiles.layout import SCATTER_NAMES, SEED_NAMES, Layout, Plan, suggestion
from verifier.datafiles.samples import MAX_WIDTH, Array, Cell, Means, Samples
from verifier.datafiles.table import Codes, Table, listed, printable
from verifier.inputs.numbers import shortened

#: Groups that are decided at most; more are asked to be filtered.
MAX_GROUPS = 1000
#: A label that comes at fewer widths than this cannot be a group of its own.
_FITTABLE = 4

#: Rows up to which copies are looked for here.
_FEW_ROWS = 100_000

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class DataGroup:
    """The data of one verdict; ``key`` holds (column, label) pairs, none where there is one group only.

    ``labels`` are those that were pooled unasked, by column and width, row by row: they show dependent rows.
    """

    key: tuple[tuple[str, str], ...]
    data: Samples | Means
    labels: Mapping[str, Mapping[int, Sequence[str]]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """``readout, t=3``: text as it is, numbers with their column's name."""
        parts = (f"{name}={label}" if _numeric(label) else label or "(no name)" for name, label in self.key)
        return printable(", ".join(parts))

    @property
    def names(self) -> list[str]:
        """What the group may be called: its label and each part of it, numbers only with their column: ``t=1``."""
        words = [label for _, label in self.key if not _numeric(label)]
        return [self.label, *words, *(f"{name}={label}" for name, label in self.key)]

    def matches(self, pattern: str) -> bool:
        """Whether ``pattern`` is one of the names, or fits one, as ``layers.*`` does."""
        return any(name == pattern or fnmatchcase(name, pattern) for name in self.names)


@dataclass(frozen=True)
class Grouped:
    """The groups in the order of the file, and what the columns were taken for."""

    groups: tuple[DataGroup, ...]
    plan: Plan
    variable: str
    rows: int
    notes: tuple[str, ...] = ()


def grouped(table: Table, found: Plan, layout: Layout) -> Grouped:
    """Split a table.  Raises ValueError, naming column, row and what is allowed, for what must not be pooled."""
    rows = _filtered(table, layout)
    widths = _widths(table, found, layout, rows)
    by = list(found.by)
    group_codes, group_labels = _combined(table, by, rows)
    total = len(group_labels) * len(found.values)
    if total > MAX_GROUPS:
        how = f"some with --where '{by[0]}=…'" if by else "columns with --value COL"
        what = f"--by {','.join(by)} gives" if by else "there are"
        raise ValueError(f"{table.path}: {what} {total} groups; at most {MAX_GROUPS} are decided: choose {how}")
    cells, cell_codes = _cells(widths)
    place = group_codes * len(cells) + cell_codes
    unused = _check_pooling(table, found, layout, rows, place, cells, cell_codes)
    errors = None if found.stderr is None else _errors(table, found.stderr, rows)
    pooled = _pooled(table, layout, rows, place, len(group_labels), cells)
    groups = []
    many = len(found.values) > 1
    for name in found.values:
        values = table.columns[name].numbers
        assert values is not None
        chosen = values[rows]
        where, kept = place, chosen
        _check_copies(table, place, chosen)
        if layout.group_by:
            where, kept = _averaged(table, layout, rows, place, chosen, cells)
        parts = _split(where, kept, len(group_labels) * len(cells))
        spread = None if errors is None else _split(place, errors, len(group_labels) * len(cells))
        for code, labels in enumerate(group_labels):
            own = {cells[k]: parts[code * len(cells) + k] for k in range(len(cells))}
            own = {cell: part for cell, part in own.items() if part.size}
            key = ((("column", name),) if many else ()) + tuple(zip(by, labels, strict=True))
            data: Samples | Means = Samples(found.width, own)
            if spread is not None:
                width_parts = {cells[k]: spread[code * len(cells) + k] for k in range(len(cells))}
                data = _means(table, found, layout, key, own, width_parts)
            groups.append(DataGroup(key, data, pooled[code] if isinstance(data, Samples) else {}))
    left = [group for group in groups if not any(group.matches(pattern) for pattern in layout.skip)]
    for pattern in layout.skip:
        if not any(group.matches(pattern) for group in groups):
            raise ValueError(f"{table.path}: --skip {pattern}: {no_group(groups, pattern)}")
    if not left:
        raise ValueError(f"{table.path}: --skip {', '.join(layout.skip)} leaves no group")
    notes = [*found.notes, *([f"columns not used: {', '.join(unused)}"] if unused else [])]
    scatter = next((name for name in table.columns if name.lower() in SCATTER_NAMES and name not in found.values), None)
    if scatter is not None and found.stderr is None:
        notes.append(f"{scatter} is not used; a standard error, which is {scatter}/√seeds, can be: --stderr COL")
    if layout.skip:
        notes.append(f"skipped: {'; '.join(group.label for group in groups if group not in left)}")
    return Grouped(tuple(left), found, layout.variable, int(rows.size), tuple(notes))


def no_group(groups: Sequence[DataGroup], pattern: str) -> str:
    """The sentence about a pattern that no group fits."""
    known = list(dict.fromkeys(label for group in groups for _, label in group.key if not _numeric(label)))
    return f"no group is called {pattern!r}; {suggestion(pattern, known, 'there are')}"


def _pooled(
    table: Table, layout: Layout, rows: Rows, place: Codes, groups: int, cells: Sequence[Cell]
) -> list[dict[str, dict[int, list[str]]]]:
    """What --ignore pools: each group's labels, by column and width, row by row."""
    found: list[dict[str, dict[int, list[str]]]] = [{} for _ in range(groups)]
    if layout.group_by or len(cells[0]) > 1:
        return found  # the rows are averages, or are not told apart by one width
    for name in layout.ignore:
        codes, labels = table.columns[name].coded()
        parts = _split(place, codes[rows].astype(np.float64), groups * len(cells))
        for group in range(groups):
            own = parts[group * len(cells) : (group + 1) * len(cells)]
            found[group][name] = {
                cell[0]: [labels[int(k)] for k in part] for cell, part in zip(cells, own, strict=True) if part.size
            }
    return found


def _filtered(table: Table, layout: Layout) -> Rows:
    """The rows that --where leaves."""
    keep = np.ones(table.rows, dtype=bool)
    conditions: dict[str, list[str]] = {}
    for name, label in layout.where:
        conditions.setdefault(name, []).append(label)
    for name, wanted in conditions.items():
        codes, labels = table.columns[name].coded()
        places = []
        for label in wanted:
            matches = [k for k, other in enumerate(labels) if other == label or _same_number(other, label)]
            if not matches:
                known = suggestion(label, labels, "its values are")
                raise ValueError(f"{table.path}: no row has {name}={label}; {known}")
            places += matches
        keep &= np.isin(codes, places)
    if table.rows and not keep.any():
        shown = " and ".join(f"{name}={'|'.join(labels)}" for name, labels in conditions.items())
        raise ValueError(f"{table.path}: no row has {shown}")
    return np.flatnonzero(keep)


def _same_number(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def _numeric(label: str) -> bool:
    return _same_number(label, label)


def _widths(table: Table, found: Plan, layout: Layout, rows: Rows) -> npt.NDArray[np.int64]:
    """The widths of each row, shape (rows, 1 or 2)."""
    parts = []
    for name in found.width:
        numbers = table.columns[name].numbers
        assert numbers is not None
        column = numbers[rows]
        scaled = column if layout.base_width is None else column * layout.base_width
        nearest = np.round(scaled)
        with np.errstate(invalid="ignore"):
            room = 0.0 if layout.base_width is None else 1e-9
            exact = np.abs(scaled - nearest) <= room * np.abs(scaled)
            bad = ~((nearest >= 1) & (nearest <= MAX_WIDTH) & exact)
        if bad.any():
            row = int(np.argmax(bad))
            raise ValueError(f"{table.path}: {_bad_width(name, float(column[row]), int(rows[row]) + 1, layout)}")
        parts.append(nearest.astype(np.int64))
    return np.stack(parts, axis=1)


def _bad_width(name: str, value: float, row: int, layout: Layout) -> str:
    what = f"{name} is {value:g} in sample {row}"
    kind = "widths" if layout.variable == "width" else f"values of {layout.variable}"
    if layout.base_width is not None:
        return f"{what}, which times {layout.base_width} is no integer from 1 to 2^53"
    hint = "" if not 0 < value < MAX_WIDTH else "; for multiples of a base name it, as in --base-width 256"
    return f"{what}; {kind} are integers from 1 to 2^53{hint}"


def _combined(table: Table, names: Sequence[str], rows: Rows) -> tuple[Codes, list[tuple[str, ...]]]:
    """Each row's group, and the groups' labels, in the order of the file."""
    if not names:
        return np.zeros(rows.size, dtype=np.int64), [()]
    coded = [table.columns[name].coded() for name in names]
    flat = np.zeros(rows.size, dtype=np.int64)
    for codes, labels in coded:
        flat = flat * len(labels) + codes[rows]
        _, flat = np.unique(flat, return_inverse=True)  # small again, whatever the number of columns
        flat = flat.reshape(-1).astype(np.int64)
    _, first, codes = np.unique(flat, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    found = [tuple(labels[codes_[rows[first[k]]]] for codes_, labels in coded) for k in order]
    return rank[codes.reshape(-1)].astype(np.int64), found


def _cells(widths: npt.NDArray[np.int64]) -> tuple[list[Cell], Codes]:
    """The widths that occur, in order, and each row's place among them."""
    if widths.shape[1] == 1:  # rows as such are slow to compare
        flat, index = np.unique(widths[:, 0], return_inverse=True)
        found = flat[:, None]
    else:
        found, index = np.unique(widths, axis=0, return_inverse=True)
    return [tuple(int(n) for n in cell) for cell in found], index.reshape(-1).astype(np.int64)


def _split(place: Codes, values: Array, count: int) -> list[Array]:
    """The values of each place.  A stable sort keeps the order of the file: differences of pairs depend on it."""
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place, minlength=count))[:-1]
    return list(np.split(values[order], ends))


def _check_pooling(
    table: Table, found: Plan, layout: Layout, rows: Rows, place: Codes, cells: Sequence[Cell], cell_codes: Codes
) -> list[str]:
    """ValueError for a column that varies within a width and was not grouped or filtered; else what is not used."""
    used = {*found.width, *found.values, *found.by, *layout.group_by, *layout.ignore, *found.unused, found.stderr}
    unused = [*found.unused, *layout.ignore]
    for name, column in table.columns.items():
        if name in used:
            continue
        codes, labels = column.coded()
        codes = codes[rows]
        if name.lower() in SEED_NAMES:
            _check_seeds(table, name, labels, codes, place, cells)
            continue
        order = np.lexsort((codes, place))
        changes = (np.diff(codes[order]) != 0) & (np.diff(place[order]) == 0)
        if not changes.any():
            continue
        if column.numbers is not None and _is_measurement(column.numbers[rows], codes, cell_codes):
            unused.append(name)
            continue
        at = place[order][int(np.argmax(changes))]
        there = [labels[code] for code in dict.fromkeys(codes[place == at].tolist())]
        width = _cell(cells[int(at) % len(cells)], found.width, layout)
        shown = printable(
            ", ".join(shortened(label) or "''" for label in there[:4]) + (", …" if len(there) > 4 else "")
        )
        raise ValueError(
            f"{table.path}: the column {name!r} varies within {width} ({shown}): give one verdict for each with "
            f"--by {name}, choose rows with --where '{name}={printable(shortened(there[0]))}', or pool them with "
            f"--ignore {name}"
        )
    return unused


def _cell(cell: Cell, names: Sequence[str], layout: Layout) -> str:
    if len(cell) == 1:
        return f"{layout.variable} {cell[0]}"
    return " and ".join(f"{name} {n}" for name, n in zip(names, cell, strict=True))


def _check_seeds(
    table: Table, name: str, labels: Sequence[str], codes: Codes, place: Codes, cells: Sequence[Cell]
) -> None:
    order = np.lexsort((codes, place))
    twice = (np.diff(codes[order]) == 0) & (np.diff(place[order]) == 0)
    if twice.any():
        at = order[int(np.argmax(twice))]
        width = " and ".join(str(n) for n in cells[int(place[at]) % len(cells)])
        raise ValueError(
            f"{table.path}: several rows at {width} have {name} {shortened(labels[codes[at]])}, and rows of one {name} "
            f"are not independent: average them with --group-by {name}, tell them apart with --by COL, or say --ignore "
            f"{name}"
        )


def _check_copies(table: Table, place: Codes, values: Array) -> None:
    """ValueError where every row is there at least twice, with values of so many digits that this is no chance."""
    if values.size > _FEW_ROWS:
        return  # the fit itself counts the distinct values of many rows
    order = np.lexsort((values, place))
    first = np.ones(order.size, dtype=bool)
    first[1:] = (np.diff(values[order]) != 0) | (np.diff(place[order]) != 0)
    starts = np.flatnonzero(first)
    times = np.diff(np.append(starts, order.size))
    if not starts.size or times.min() < 2 or np.bincount(place[order][starts]).max() < 3:
        return
    distinct = values[order][starts][:200]
    long = [len(repr(float(v)).lstrip("-0.").split("e")[0].replace(".", "").rstrip("0")) >= 5 for v in distinct]
    if 2 * sum(long) > len(long):
        raise ValueError(
            f"{table.path}: every value is there {int(times.min())} times or more at its width, as in a file that was "
            "given or written twice; copies are no samples"
        )


def _is_measurement(numbers: Array, codes: Codes, cell_codes: Codes) -> bool:
    """Another measured quantity, not a label: no integers, hardly any value twice, and none at enough widths to fit."""
    if bool((numbers == np.floor(numbers)).all()):
        return False
    pairs = np.unique(np.stack([codes, cell_codes], axis=1), axis=0)
    widths_of = np.bincount(pairs[:, 0])
    return int(widths_of.max()) < _FITTABLE and 2 * int(np.unique(codes).size) > codes.size


def _averaged(
    table: Table, layout: Layout, rows: Rows, place: Codes, values: Array, cells: Sequence[Cell]
) -> tuple[Codes, Array]:
    """The mean of the rows that agree in place and in the columns of --group-by, in the order of the file."""
    unit, labels = _combined(table, layout.group_by, rows)
    both = place * len(labels) + unit
    _, first, index = np.unique(both, return_index=True, return_inverse=True)
    index = index.reshape(-1)
    if layout.sizes:
        positive, negative = (np.bincount(index, weights=side) for side in (values > 0, values < 0))
        if bool(((positive > 0) & (negative > 0)).any()):
            at = first[int(np.argmax((positive > 0) & (negative > 0)))]
            width = " and ".join(str(n) for n in cells[int(place[at]) % len(cells)])
            shown = ", ".join(
                f"{name} {label}" for name, label in zip(layout.group_by, labels[int(unit[at])], strict=True)
            )
            raise ValueError(
                f"{table.path}: at {width}, {shown} has values of both signs, whose mean cancels and has another "
                "order; write |x| or x^2 to the file"
            )
    means = np.bincount(index, weights=values) / np.bincount(index)
    order = np.argsort(first)
    return place[first][order], means[order]


def _errors(table: Table, name: str, rows: Rows) -> Array:
    numbers = table.columns[name].numbers
    assert numbers is not None
    found: Array = numbers[rows]
    bad = ~((found > 0) & np.isfinite(found))
    if bad.any():
        row = int(np.argmax(bad))
        raise ValueError(
            f"{table.path}: {name} is {found[row]:g} in row {int(rows[row]) + 1}; a standard error is a positive number"
        )
    return found


def _means(
    table: Table, found: Plan, layout: Layout, key: tuple[tuple[str, str], ...], means: dict[Cell, Array],
    errors: dict[Cell, Array],
) -> Means:  # fmt: skip
    if len(found.width) != 1:
        raise ValueError(f"{table.path}: means with standard errors need one width column, not {listed(found.width)}")
    if layout.group_by:
        raise ValueError(f"{table.path}: --group-by averages samples; with --stderr {found.stderr} the rows are means")
    for cell, values in means.items():
        if values.size > 1:
            group = DataGroup(key, Means("", {})).label
            where = f"{layout.variable} {cell[0]}" + (f" of {group}" if group else "")
            raise ValueError(
                f"{table.path}: {where} has {values.size} means; with --stderr {found.stderr} each width has one"
            )
    return Means(layout.variable, {cell[0]: (float(v[0]), float(errors[cell][0])) for cell, v in means.items()})
