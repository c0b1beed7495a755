"""Samples from files: CSV, NPZ or Parquet with a column of widths and a column of values.

A file is long: one row a sample.  The width's column is called ``width``, ``n`` or ``m`` (``n`` and ``m``
together for quantities of two widths), the value's ``value``.  CSV may also come from standard input, which is
called ``-``, and its header may begin with ``#``, as ``numpy.savetxt`` writes it.  An NPZ file holds arrays of
those names; as ``verifier sample`` writes it, the values are called ``samples`` and a width may be a single number.
"""

from __future__ import annotations

import csv
import math
import sys
import zipfile
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: Rows that are read into memory at most; a longer file is refused before it is read.
MAX_ROWS = 20_000_000
VALUE_NAMES = ("value", "samples")
WIDTH_NAMES = ("width", "n", "m")
#: What a float can count exactly.
MAX_WIDTH = 2**53

STDIN = Path("-")

Cell = tuple[int, ...]


@dataclass(frozen=True)
class Samples:
    """Values by width, in the order of the file; ``names`` are the width columns, one or (n, m)."""

    names: tuple[str, ...]
    cells: Mapping[Cell, Array]

    @property
    def rows(self) -> int:
        return sum(int(values.size) for values in self.cells.values())

    def by_width(self) -> dict[int, Array]:
        """{width: values}.  Raises ValueError where there are two widths."""
        if len(self.names) != 1:
            raise ValueError(f"the columns {' and '.join(self.names)} give two widths; use --kind two-widths")
        return {cell[0]: values for cell, values in self.cells.items()}

    def by_pair(self) -> dict[tuple[int, int], Array]:
        """{(n, m): values}.  Raises ValueError where there is one width."""
        if len(self.names) != 2:
            raise ValueError(f"two width columns, n and m, are needed; there is {self.names[0]}")
        return {(cell[0], cell[1]): values for cell, values in self.cells.items()}


def read_samples(path: Path, *, max_rows: int = MAX_ROWS) -> Samples:
    """Read a CSV (comma, semicolon or tab), NPZ or Parquet file, told apart by its suffix; ``-``: CSV from stdin.

    Raises ValueError with one sentence that names the file and what is wrong: an unknown suffix, no such
    file, missing or unequal columns, an entry that is not a number, a width that is not a positive integer,
    no rows, or more than ``max_rows``.  NaN and infinite *values* are read: they make a verdict invalid.
    """
    readers = {".csv": _csv, ".tsv": _csv, ".npz": _npz, ".parquet": _parquet, ".pq": _parquet}
    reader = _csv if path == STDIN else readers.get(path.suffix.lower())
    if reader is None:
        hint = "; for compressed CSV: gzip -dc FILE | verifier fit -" if path.suffix.lower() == ".gz" else ""
        raise ValueError(f"{path}: the suffix {path.suffix!r} is not .csv, .npz or .parquet{hint}")
    try:
        names, widths, values = reader(path, max_rows)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror or error}") from None
    if not values.size:
        raise ValueError(f"{path}: there are no rows")
    return Samples(names, _grouped(path, names, widths, values))


def merge(parts: Sequence[Samples]) -> Samples:
    """One collection from several files.  Raises ValueError where their width columns differ in number."""
    if len({len(part.names) for part in parts}) > 1:
        raise ValueError("some files have one width column and some two")
    cells: dict[Cell, list[Array]] = {}
    for part in parts:
        for cell, values in part.cells.items():
            cells.setdefault(cell, []).append(values)
    return Samples(parts[0].names, {cell: np.concatenate(found) for cell, found in sorted(cells.items())})


def _grouped(path: Path, names: Sequence[str], widths: Sequence[Array], values: Array) -> dict[Cell, Array]:
    for name, column in zip(names, widths, strict=True):
        bad = ~((column >= 1) & (column <= MAX_WIDTH) & (column == np.floor(column)))
        if bad.any():
            row = int(np.argmax(bad))
            raise ValueError(
                f"{path}: {name} is {column[row]:g} in sample {row + 1}; widths are integers from 1 to 2^53"
            )
    table = np.stack(widths, axis=1).astype(np.int64)
    if len(names) == 1:  # rows as such are slow to compare
        flat, index = np.unique(table[:, 0], return_inverse=True)
        cells = flat[:, None]
    else:
        cells, index = np.unique(table, axis=0, return_inverse=True)
    # A stable sort keeps the order within a width: differences of pairs must not depend on how we group.
    order = np.argsort(index.reshape(-1), kind="stable")
    counts = np.bincount(index.reshape(-1), minlength=len(cells))
    parts = np.split(values[order], np.cumsum(counts)[:-1])
    return {tuple(int(n) for n in cell): part for cell, part in zip(cells, parts, strict=True)}


def _columns(path: Path, given: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """The width columns and the value column among ``given``."""
    value = next((name for name in VALUE_NAMES if name in given), None)
    if value is None and given and all(_is_number(name) for name in given):
        raise ValueError(f"{path}: there is no header; its first line must name the columns, as in width,value")
    if value is None:
        raise ValueError(f"{path}: there is no column 'value'; the columns are {_listed(given)}")
    if "width" in given:
        return ("width",), value
    widths = tuple(name for name in ("n", "m") if name in given)
    if not widths:
        raise ValueError(f"{path}: there is no column 'width' (or 'n', 'm'); the columns are {_listed(given)}")
    return widths, value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _csv(path: Path, max_rows: int) -> tuple[tuple[str, ...], list[Array], Array]:
    if path != STDIN:
        _refuse_long_text(path, max_rows)
    source = nullcontext(sys.stdin) if path == STDIN else path.open(newline="", encoding="utf-8-sig")
    with source as file, _text_errors(path):
        first = file.readline().removeprefix("\ufeff").lstrip("# ")
        if not first.strip():
            raise ValueError(f"{path}: the file is empty")
        delimiter = max(",;\t", key=first.count)
        header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter))]
        if len(set(header)) < len(header):
            raise ValueError(f"{path}: a column occurs twice in {_listed(header)}")
        names, value = _columns(path, header)
        places = [header.index(name) for name in (*names, value)]
        columns = [array("d") for _ in places]
        for line, row in enumerate(csv.reader(file, delimiter=delimiter), start=2):
            if not row:
                continue
            if len(row) != len(header):
                raise ValueError(f"{path}:{line}: {len(row)} entries; the header has {len(header)} columns")
            for column, place in zip(columns, places, strict=True):
                try:
                    column.append(float(row[place]))
                except ValueError:
                    raise ValueError(f"{path}:{line}: {header[place]} is {row[place]!r}, not a number") from None
            if len(columns[0]) > max_rows:  # of a pipe; a file was measured before
                raise ValueError(f"{path}: more than {max_rows} rows (a verdict needs far fewer: thin them)")
    found = [np.frombuffer(column, dtype=np.float64) if column else np.empty(0) for column in columns]
    return names, found[:-1], found[-1]


def _refuse_long_text(path: Path, max_rows: int) -> None:
    """Count lines in blocks; only files that could be too long are counted."""
    if path.stat().st_size < 4 * max_rows:  # a row takes at least "1,1\n"
        return
    with path.open("rb") as file:
        rows = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 24), b"")) - 1
    _refuse_long(path, rows, max_rows)


def _refuse_long(path: Path, rows: int, max_rows: int) -> None:
    if rows > max_rows:
        raise ValueError(f"{path}: {rows} rows; at most {max_rows} are read (a verdict needs far fewer: thin the file)")


@contextmanager
def _text_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError:
        raise ValueError(f"{path}: not a text file in UTF-8") from None
    except csv.Error as error:
        raise ValueError(f"{path}: not a CSV file: {error}") from None


def _npz(path: Path, max_rows: int) -> tuple[tuple[str, ...], list[Array], Array]:
    headers = _npz_headers(path)
    names, value = _columns(path, list(headers))
    for name in (*names, value):
        if headers[name][1].kind not in "iuf":
            raise ValueError(f"{path}: the array {name!r} holds {headers[name][1]}, not numbers")
    _refuse_long(path, max(math.prod(headers[name][0]) for name in (*names, value)), max_rows)
    with _damage(path), np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in (*names, value)}
    values = arrays.pop(value)
    if values.ndim != 1:
        raise ValueError(f"{path}: the array {value!r} has shape {values.shape}; one dimension is needed")
    widths = []
    for name, column in arrays.items():
        if column.size == 1 and column.ndim <= 1:
            column = np.broadcast_to(column.reshape(()), values.shape)
        if column.shape != values.shape:
            raise ValueError(f"{path}: {name!r} has shape {column.shape} and {value!r} {values.shape}; they must agree")
        widths.append(np.asarray(column, dtype=np.float64))
    return names, widths, np.asarray(values, dtype=np.float64)


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """A damaged archive makes zipfile and NumPy raise almost anything; all of it is one sentence here."""
    try:
        yield
    except OSError:
        raise
    except Exception:
        raise ValueError(f"{path}: not an NPZ file, or a damaged one") from None


def _npz_headers(path: Path) -> dict[str, tuple[tuple[int, ...], np.dtype[Any]]]:
    """Shape and type of each array, from the headers alone."""
    found: dict[str, tuple[tuple[int, ...], np.dtype[Any]]] = {}
    with _damage(path), zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as file:
                version = np.lib.format.read_magic(file)
                header: Any = (
                    np.lib.format.read_array_header_1_0(file)
                    if version == (1, 0)
                    else np.lib.format.read_array_header_2_0(file)
                )
            found[name.removesuffix(".npy")] = header[0], header[2]
    return found


def _parquet(path: Path, max_rows: int) -> tuple[tuple[str, ...], list[Array], Array]:
    parquet = _pyarrow("read")
    import pyarrow

    try:
        file = parquet.ParquetFile(path)
    except pyarrow.ArrowInvalid as error:
        raise ValueError(f"{path}: not a Parquet file: {str(error).splitlines()[0]}") from None
    names, value = _columns(path, file.schema_arrow.names)
    _refuse_long(path, file.metadata.num_rows, max_rows)
    table = file.read(columns=[*names, value])
    columns = []
    for name in (*names, value):
        column = table.column(name)
        if not (pyarrow.types.is_integer(column.type) or pyarrow.types.is_floating(column.type)):
            raise ValueError(f"{path}: the column {name!r} holds {column.type}, not numbers")
        if column.null_count:
            raise ValueError(f"{path}: the column {name!r} has {column.null_count} missing entries")
        columns.append(np.asarray(column.to_numpy(), dtype=np.float64))
    return names, columns[:-1], columns[-1]


def write_parquet(path: Path, columns: Mapping[str, npt.NDArray[Any]], metadata: Mapping[str, str]) -> None:
    """Write columns of one length with key-value metadata.  Raises ValueError where pyarrow is missing."""
    parquet = _pyarrow("write")
    import pyarrow

    table = pyarrow.table({name: pyarrow.array(column) for name, column in columns.items()})
    parquet.write_table(table.replace_schema_metadata(dict(metadata)), path)


def _pyarrow(verb: str) -> Any:
    other = ".csv or .npz" if verb == "read" else ".npz"
    try:
        import pyarrow.parquet
    except ImportError:
        raise ValueError(
            f"to {verb} Parquet files install pyarrow: pip install 'verifier[parquet]' (or use {other})"
        ) from None
    return pyarrow.parquet


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names) or "none"
