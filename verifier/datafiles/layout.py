"""Which columns are the width, the values, the groups: as named, or as the names that people use are recognised."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from verifier.datafiles.table import Column, Roles, Table, listed
from verifier.datafiles.text import is_number

#: Names of a width, besides ``width`` and ``n`` (with ``m``: two widths).
WIDTH_NAMES = ("d_model", "n_embd", "n_embed", "hidden_size", "hidden_dim", "d_hidden", "embed_dim", "model_dim")
VALUE_NAMES = ("value", "samples")
ERROR_NAMES = ("stderr", "std_err", "standard_error", "stderror")
#: The same where a column of values or means is beside it; alone they may be anything, say a module.
SHORT_ERROR_NAMES = ("se", "sem")
#: Columns that number the samples of a width; a number that comes twice there marks dependent rows.
#: A scatter, not an error of a mean; not used.
SCATTER_NAMES = ("std", "sd", "stddev", "std_dev")
SEED_NAMES = ("seed", "run", "trial", "rep", "replicate", "repetition")
#: The statistics that mup's coordinate check can record; its default, and what it plots, is l1.
COORDINATE_STATISTICS = ("l1", "l2", "mean", "std", "covl1", "covl2", "covoffdiagl1", "covoffdiagl2")
COORDINATE_GROUPS = ("module", "t")
#: Names that are never taken for a value unasked.
SETTING_NAMES = frozenset(
    {"t", "step", "steps", "epoch", "layer", "module", "depth", "batch", "batch_size", "lr", "learning_rate",
     "optimizer", "id", "index", "time", "n", "m", "count", *SCATTER_NAMES, *SEED_NAMES, *WIDTH_NAMES, *ERROR_NAMES}
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """What the user said about the columns; what is left out is recognised by its name.

    ``width``: the column of the scaling variable, two of them for claims in two widths.  ``values``: one verdict for
    each.  ``by``: one verdict for each combination of their labels.  ``where``: (column, label); conditions on one
    column are alternatives, different columns must all hold.  ``group_by``: rows that agree in these are averaged.
    ``stderr``: the values are means, with this standard error.  ``ignore``: columns that may vary.  ``base_width``:
    widths are multiples of it.  ``variable``: what is scaled, as messages call it.  ``sizes``: whether only |X|
    matters, so that averaging values of both signs would be a mistake.  ``skip``: groups that are left out.
    """

    width: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    group_by: tuple[str, ...] = ()
    stderr: str | None = None
    ignore: tuple[str, ...] = ()
    base_width: int | None = None
    variable: str = "width"
    sizes: bool = False
    skip: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The columns that a table is read by.  ``values`` empty: to be found among those that hold numbers."""

    width: tuple[str, ...]
    values: tuple[str, ...]
    by: tuple[str, ...]
    stderr: str | None
    unused: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def roles(self, layout: Layout) -> Roles:
        numbers = {*self.width, *self.values, *([self.stderr] if self.stderr else [])}
        labels = {*self.by, *layout.group_by, *(name for name, _ in layout.where)} - numbers
        return Roles(tuple(numbers), tuple(labels))


def plan(path: Path, header: Sequence[str], layout: Layout) -> Plan:
    """Choose the columns.  Raises ValueError for names that are not there, or that could be several."""
    if header and all(is_number(name) for name in header):
        raise ValueError(f"{path}: there is no header; its first line must name the columns, as in width,value")
    _check_named(path, header, layout)
    if not layout.variable.strip():
        raise ValueError("--in needs a name of what is scaled, as in --in depth")
    recorded = _is_coordinate_check(header)
    stderr = layout.stderr
    if stderr is None and not layout.group_by:
        stderr = _recognised_error(path, [name for name in header if name not in layout.ignore])
    if stderr is not None and len(layout.values) > 1:
        raise ValueError(f"--stderr {stderr} belongs to one column of means; --value names {listed(layout.values)}")
    values = layout.values or _recognised_values(path, header, recorded, stderr, layout.ignore)
    by = layout.by
    notes = []
    if recorded and not by and values and values[0].lower() in COORDINATE_STATISTICS:
        by = tuple(name for name in header if name in COORDINATE_GROUPS)
        by = tuple(sorted(by, key=COORDINATE_GROUPS.index))
        notes.append(f"a coordinate check: {values[0]}, one verdict for each module and step")
    width = layout.width or _recognised_width(path, header, layout, {*values, *by, stderr})
    other = [name for name in header if recorded and name.lower() in COORDINATE_STATISTICS and name not in values]
    found = Plan(width, values, by, stderr, tuple(other), tuple(notes))
    _check_once(path, found, layout)
    return found


def _check_named(path: Path, header: Sequence[str], layout: Layout) -> None:
    options = [("--width", layout.width), ("--value", layout.values), ("--by", layout.by), ("--ignore", layout.ignore),
               ("--group-by", layout.group_by), ("--where", [name for name, _ in layout.where]),
               ("--stderr", [layout.stderr] if layout.stderr else [])]  # fmt: skip
    for option, names in options:
        for name in names:
            if name not in header:
                raise ValueError(f"{path}: there is no column {name!r} for {option}; {suggestion(name, header)}")


def suggestion(name: str, known: Sequence[str], what: str = "the columns are") -> str:
    """``did you mean …?`` by spelling, whatever the case; else all that there are."""
    lowered = {other.lower(): other for other in reversed(known)}
    near = difflib.get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.6)
    return f"did you mean {lowered[near[0]]!r}?" if near else f"{what} {listed(known)}"


def _check_once(path: Path, found: Plan, layout: Layout) -> None:
    used: dict[str, str] = {}
    groups = [("the width", found.width), ("the value", found.values), ("--by", found.by),
              ("--group-by", layout.group_by), ("--ignore", layout.ignore),
              ("the standard error", [found.stderr] if found.stderr else [])]  # fmt: skip
    for role, names in groups:
        for name in names:
            if name in used:
                raise ValueError(f"{path}: the column {name!r} cannot be both {used[name]} and {role}")
            used[name] = role


def _is_coordinate_check(header: Sequence[str]) -> bool:
    """The columns that mup's ``get_coord_data`` returns, whatever was added to them."""
    names = {name.lower() for name in header}
    return {*COORDINATE_GROUPS, "width"} <= names and bool(names & set(COORDINATE_STATISTICS))


def _one(path: Path, header: Sequence[str], names: Sequence[str], what: str, option: str) -> str | None:
    """The column with one of ``names``, whatever its case; None if there is none."""
    exact = [name for name in header if name in names]
    found = exact if len(exact) == 1 else [name for name in header if name.lower() in names]
    if len(found) > 1:
        raise ValueError(f"{path}: the columns {listed(found)} could each be {what}; choose with {option}")
    return found[0] if found else None


def _recognised_width(path: Path, header: Sequence[str], layout: Layout, taken: set[str | None]) -> tuple[str, ...]:
    free = [name for name in header if name not in taken and name not in layout.ignore]
    if layout.variable != "width":
        found = _one(path, free, (layout.variable.lower(),), f"the {layout.variable}", "--width COL")
        if found is None:
            raise ValueError(
                f"{path}: there is no column {layout.variable!r} for --in {layout.variable} (name it with "
                f"--width COL); {suggestion(layout.variable, header)}"
            )
        return (found,)
    found = _one(path, free, ("width",), "the width", "--width COL")
    if found is not None:
        return (found,)
    pair = tuple(name for name in ("n", "m") if name in free)
    if pair:
        return pair
    found = _one(path, free, WIDTH_NAMES, "the width", "--width COL")
    if found is None and "width" in {str(name).lower() for name in taken}:
        raise ValueError(f"{path}: the column 'width' is taken for something else; name the widths with --width COL")
    if found is None:
        raise ValueError(
            f"{path}: there is no column 'width' (or 'n', 'm', 'd_model', 'n_embd', 'hidden_size'; name it with "
            f"--width COL); the columns are {listed(header)}"
        )
    return (found,)


def _recognised_error(path: Path, header: Sequence[str]) -> str | None:
    found = _one(path, header, ERROR_NAMES, "a standard error", "--stderr")
    if found is None and any(name.lower() in ("mean", *VALUE_NAMES) for name in header):
        found = _one(path, header, SHORT_ERROR_NAMES, "a standard error", "--stderr")
    return found


def _recognised_values(
    path: Path, header: Sequence[str], recorded: bool, stderr: str | None, ignored: Sequence[str]
) -> tuple[str, ...]:
    free = [name for name in header if name not in ignored]
    for names in (VALUE_NAMES[:1], VALUE_NAMES[1:], *([("mean",)] if stderr else [])):
        found = _one(path, free, names, "the value", "--value COL")
        if found is not None:
            return (found,)
    if not recorded:
        return ()
    statistics = [name for name in free if name.lower() in COORDINATE_STATISTICS]
    chosen = [name for name in statistics if name.lower() == "l1"] or statistics
    if len(chosen) != 1:
        raise ValueError(f"{path}: the columns {listed(chosen)} could each be the value; choose with --value COL")
    return (chosen[0],)


def with_values(table: Table, found: Plan, layout: Layout) -> Plan:
    """The plan with value columns, where the header names none: the one column of numbers, or all of a wide table's.

    Raises ValueError where there is none.
    """
    if found.values:
        return found
    values = _found_values(table, found, layout)
    note = () if len(values) == 1 else (f"one verdict for each of the columns {', '.join(values)}",)
    return replace(found, values=values, notes=(*found.notes, *note))


def _found_values(table: Table, found: Plan, layout: Layout) -> tuple[str, ...]:
    conditions = [name for name, _ in layout.where]
    taken = {*found.width, *found.by, *layout.group_by, *layout.ignore, *conditions, found.stderr}
    rest = [column for name, column in table.columns.items() if name not in taken and name.lower() not in SETTING_NAMES]
    numeric = [column for column in rest if column.numbers is not None]
    if len(numeric) > 1:
        numeric = [column for column in numeric if not _constant(column)] or numeric
    for column in rest:
        if column.numbers is None and 2 * sum(map(is_number, column.labels)) > len(column.labels):
            raise ValueError(_with_path(table.path, column.odd))  # numbers, but for an entry or two
    if not numeric:
        odd = [column for column in rest if column.numbers is None]
        if len(odd) == 1 and odd[0].odd:
            raise ValueError(_with_path(table.path, odd[0].odd))
        raise ValueError(
            f"{table.path}: there is no column 'value' (name it with --value COL); the columns are "
            f"{listed(list(table.columns))}"
        )
    if found.stderr is not None and len(numeric) > 1:
        names = listed([column.name for column in numeric])
        raise ValueError(f"{table.path}: {found.stderr!r} could belong to any of {names}; choose with --value COL")
    return tuple(column.name for column in numeric)


def _with_path(path: Path, sentence: str) -> str:
    return sentence if sentence.startswith(str(path)) else f"{path}: {sentence}"


def is_row_number(column: Column) -> bool:
    """An index as data frames write it: no name of its own, and every row a number of its own."""
    return column.name.lower() in ("", "unnamed: 0") and len(set(column.coded()[0].tolist())) == column.size


def _constant(column: Column) -> bool:
    assert column.numbers is not None
    return bool(column.size) and bool((column.numbers == column.numbers[0]).all())
