"""Samples from files, as people have them: CSV, TSV, NPZ, Parquet or JSON; long, wide or means with errors.

A file has one row a sample, with a column of widths (``width``, ``n``, ``d_model``, …; ``n`` and ``m`` together for
quantities of two widths) and a column of values (``value``, or the only other column of numbers).  A long table has
columns that tell groups apart, a wide table several columns of values; each group gets a verdict of its own.  CSV may
come from standard input, which is called ``-``.  An NPZ file holds arrays of those names; as ``verifier sample``
writes it, the values are called ``samples`` and a width may be a single number.

    >>> from pathlib import Path
    >>> read_groups([Path("coord.csv")], Layout(by=("module", "t"))).groups[0].label  # doctest: +SKIP
    'readout, t=1'
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from verifier.datafiles.binary import read_json, read_npz, read_parquet, write_parquet
from verifier.datafiles.grouping import MAX_GROUPS, DataGroup, Grouped, grouped
from verifier.datafiles.layout import Layout, Plan, is_row_number, plan, with_values
from verifier.datafiles.samples import MAX_WIDTH, Array, Cell, Means, Samples
from verifier.datafiles.table import MAX_ROWS, Roles, Table, concatenated
from verifier.datafiles.text import STDIN, read_text
from verifier.inputs.files import check_regular

__all__ = [
    "MAX_GROUPS",
    "MAX_ROWS",
    "MAX_WIDTH",
    "STDIN",
    "Array",
    "Cell",
    "DataGroup",
    "Grouped",
    "Layout",
    "Means",
    "Plan",
    "Samples",
    "read_groups",
    "read_samples",
    "write_parquet",
]

_READERS = {
    ".csv": read_text,
    ".tsv": read_text,
    ".npz": read_npz,
    ".parquet": read_parquet,
    ".pq": read_parquet,
    ".json": read_json,
    ".jsonl": read_json,
    ".ndjson": read_json,
}

#: What to do about files that are not read.
_HINTS = {
    ".gz": "; for compressed CSV: gzip -dc FILE | verifier fit -",
    **dict.fromkeys((".txt", ".dat"), "; if it is CSV: verifier fit - < FILE"),
    **dict.fromkeys((".xlsx", ".xls", ".ods"), "; save the sheet as CSV"),
    **dict.fromkeys((".pkl", ".pickle"), "; a pickle runs code when it is read: write CSV with to_csv"),
}
#: Characters of a column's name.
LONGEST_NAME = 400
#: Columns recognised by their names alone.
_PLAIN = Layout()


def read_groups(paths: Sequence[Path], layout: Layout = _PLAIN, *, max_rows: int = MAX_ROWS) -> Grouped:
    """Read files of one format of columns, together, and split them into groups.

    Raises ValueError with one sentence that names the file and what is wrong: an unknown suffix, no such file, missing
    or unequal columns, a column that varies within a width and was neither grouped nor filtered, an entry that is not
    a number, a width that is not a positive integer, no rows, or more than ``max_rows``.  NaN and infinite *values* are
    read, and missing ones as NaN: they make a verdict invalid.
    """
    tables = [_read(path, layout, max_rows) for path in paths]
    table = concatenated(tables)
    if table.rows > max_rows:
        raise ValueError(f"{table.path}: {table.rows} rows in all; at most {max_rows} are read (thin the files)")
    found = with_values(table, plan(table.path, list(table.columns), layout), layout)
    return grouped(table, found, layout)


def read_samples(path: Path, *, max_rows: int = MAX_ROWS) -> Samples:
    """The one group of samples in a file; :func:`read_groups` reads what has more.

    Raises ValueError as :func:`read_groups` does, and where there are several groups or means with errors.
    """
    found = read_groups([path], max_rows=max_rows).groups
    if len(found) > 1:
        raise ValueError(f"{path}: there are {len(found)} groups ({found[0].label}, …); one is needed")
    data = found[0].data
    if not isinstance(data, Samples):
        raise ValueError(f"{path}: there are means with standard errors; samples are needed")
    return data


def _read(path: Path, layout: Layout, max_rows: int) -> Table:
    reader = read_text if path == STDIN else _READERS.get(path.suffix.lower())
    if reader is None:
        hint = _HINTS.get(path.suffix.lower(), "")
        raise ValueError(f"{path}: the suffix {path.suffix!r} is not .csv, .tsv, .json, .npz or .parquet{hint}")

    def reading(header: Sequence[str]) -> Roles:
        for name in header:
            if len(name) > LONGEST_NAME:
                raise ValueError(
                    f"{path}: the name of a column has {len(name)} characters; at most {LONGEST_NAME} are read"
                )
        return plan(path, header, layout).roles(layout)

    if path != STDIN:
        check_regular(path)
    try:
        table = reader(path, reading, max_rows)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror or error}") from None
    if not table.rows:
        raise ValueError(f"{path}: there are no rows")
    return Table(table.path, {name: column for name, column in table.columns.items() if not is_row_number(column)})
