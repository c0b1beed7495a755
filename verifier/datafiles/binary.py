"""Arrays and records: NPZ, Parquet and JSON."""

from __future__ import annotations

import json
import math
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.datafiles.table import MISSING, Column, Reading, Table, spelt
from verifier.datafiles.text import refuse_long
from verifier.inputs.numbers import shortened

#: JSON is held as Python objects while it is read; a larger file is refused.
MAX_JSON = 1 << 30
#: Bytes that a small file may hold when it is unpacked.
LARGEST_UNPACKED = 1 << 26


def read_npz(path: Path, reading: Reading, max_rows: int) -> Table:
    """The one-dimensional arrays of an NPZ file; one number alone stands for a column of it."""
    headers = _npz_headers(path)
    roles = reading(list(headers))
    for name in roles.numbers:
        if headers[name][1].kind not in "iuf":
            raise ValueError(f"{path}: the array {name!r} holds {headers[name][1]}, not numbers")
    needed = sorted(roles.numbers | roles.labels)
    for name in needed:
        if len(headers[name][0]) > 1:
            raise ValueError(f"{path}: the array {name!r} has shape {headers[name][0]}; one dimension is needed")
    refuse_long(path, max((math.prod(headers[name][0]) for name in needed), default=0), max_rows)
    lengths = {name: math.prod(shape) for name, (shape, _) in headers.items() if len(shape) == 1}
    rows = max((lengths.get(name, 1) for name in needed), default=0)
    if rows <= 1 and lengths:
        rows = max(lengths.values())
    for name in needed:
        size = math.prod(headers[name][0])
        if size not in (1, rows):
            longest = next(other for other in needed if math.prod(headers[other][0]) == rows)
            raise ValueError(
                f"{path}: {name!r} has shape {headers[name][0]} and {longest!r} {headers[longest][0]}; they must agree"
            )
    chosen = [
        name for name, (shape, kind) in headers.items()
        if kind.kind in "iufbU" and (name in needed or (len(shape) == 1 and lengths[name] == rows))
    ]  # fmt: skip
    refuse_large(path, sum(math.prod(headers[name][0]) * headers[name][1].itemsize for name in chosen))
    with _damage(path), np.load(path, allow_pickle=False) as file:
        arrays = {name: np.broadcast_to(file[name].reshape(-1), (rows,)) for name in chosen}
    return Table(path, {name: _array_column(name, values, name in roles.labels) for name, values in arrays.items()})


def _array_column(name: str, values: npt.NDArray[Any], label: bool = False) -> Column:
    if values.dtype.kind in "iufb" and not label:
        return Column(name, np.asarray(values, dtype=np.float64))
    found, codes = np.unique(values, return_inverse=True)
    words = [spelt(float(v)) if values.dtype.kind in "iuf" else str(v) for v in found]
    return Column(name, None, codes.reshape(-1).astype(np.int64), tuple(words), _odd(name, str(found[:1])))


def _odd(name: str, what: str) -> str:
    return f"{name!r} holds {shortened(what)}, not numbers"


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


def refuse_large(path: Path, size: int) -> None:
    """ValueError for a small file of much data: constant columns are packed to a thousandth, and unpacked at once."""
    allowed = max(LARGEST_UNPACKED, 64 * path.stat().st_size)
    if size > allowed:
        raise ValueError(
            f"{path}: {size} bytes when it is unpacked; at most {allowed} are read from a file of its size"
        )


def read_parquet(path: Path, reading: Reading, max_rows: int) -> Table:
    """The columns of a Parquet file that are numbers or text."""
    parquet = _pyarrow("read")
    import pyarrow

    try:
        file = parquet.ParquetFile(path)
    except (pyarrow.lib.ArrowException, OSError) as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        raise ValueError(f"{path}: not a Parquet file: {(str(error).splitlines() or ['damaged'])[0]}") from None
    roles = reading(file.schema_arrow.names)
    refuse_long(path, file.metadata.num_rows, max_rows)
    refuse_large(path, 8 * file.metadata.num_rows * file.metadata.num_columns)
    try:
        table = file.read()
    except (pyarrow.lib.ArrowException, OSError) as error:
        raise ValueError(f"{path}: a damaged Parquet file: {(str(error).splitlines() or ['damaged'])[0]}") from None
    columns = {}
    for name in table.column_names:
        column = table.column(name)
        numeric = pyarrow.types.is_integer(column.type) or pyarrow.types.is_floating(column.type)
        if name in roles.numbers and not numeric:
            raise ValueError(f"{path}: the column {name!r} holds {column.type}, not numbers")
        if name in roles.numbers and column.null_count:
            raise ValueError(f"{path}: the column {name!r} has {column.null_count} missing entries")
        if numeric:
            columns[name] = _array_column(name, column.to_numpy(), name in roles.labels)
        else:
            columns[name] = _column_of(name, column.to_pylist(), label=True)
    return Table(path, columns)


def read_json(path: Path, reading: Reading, max_rows: int) -> Table:
    """JSON as programs write tables: a list of records, columns of lists, or one record a line (.jsonl).

    ``DataFrame.to_json`` writes columns of objects by row; those are read as well.
    """
    if path.stat().st_size > MAX_JSON:
        raise ValueError(f"{path}: {path.stat().st_size} bytes; at most 2^30 are read as JSON (CSV and NPZ take more)")
    try:
        text = path.read_text(encoding="utf-8-sig")
        lines = path.suffix.lower() in (".jsonl", ".ndjson")
        parts = [part for part in text.split("\n") if part.strip()] if lines else [text]
        read = [json.loads(part, object_pairs_hook=_once) for part in parts]
        data = read if lines else read[0]
    except UnicodeDecodeError:
        raise ValueError(f"{path}: not a text file in UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: not JSON: {error}") from None
    columns = _json_columns(path, data)
    roles = reading(list(columns))
    refuse_long(path, max(map(len, columns.values()), default=0), max_rows)
    for name in roles.numbers:
        for row, entry in enumerate(columns[name], start=1):
            if not _numeric(entry):
                raise ValueError(f"{path}: {name} is {shortened(json.dumps(entry))} in row {row}, not a number")
    return Table(path, {name: _column_of(name, cells, name in roles.labels) for name, cells in columns.items()})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; a name that comes twice is an error, of which Python would keep the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"a column occurs twice: {Counter(names).most_common(1)[0][0]!r}")
    return found


def _json_columns(path: Path, data: Any) -> dict[str, list[Any]]:
    if isinstance(data, list) and data and all(isinstance(row, dict) for row in data):
        names = list(dict.fromkeys(name for row in data for name in row))
        for number, row in enumerate(data, start=1):
            for name in names:
                if name not in row:
                    raise ValueError(f"{path}: row {number} has no {name!r}, which other rows have")
        return {name: [row[name] for row in data] for name in names}
    if isinstance(data, dict) and data:
        if all(isinstance(column, dict) for column in data.values()):
            keys = [list(column) for column in data.values()]
            if any(other != keys[0] for other in keys):
                raise ValueError(f"{path}: the columns have different rows")
            return {name: list(column.values()) for name, column in data.items()}
        if all(isinstance(column, list) for column in data.values()):
            sizes = {name: len(column) for name, column in data.items()}
            if len(set(sizes.values())) > 1:
                raise ValueError(f"{path}: the columns have different lengths: {sizes}")
            return dict(data)
    example = json.dumps([{"width": 1, "value": 2}])
    raise ValueError(f"{path}: a list of records or an object of columns is needed, as in {example}")


def _numeric(entry: Any) -> bool:
    """None is how NaN is written in JSON; it makes a verdict invalid."""
    return entry is None or (isinstance(entry, int | float) and not isinstance(entry, bool))


def _column_of(name: str, cells: list[Any], label: bool) -> Column:
    if not label and all(map(_numeric, cells)):
        try:
            return Column(name, np.array([math.nan if c is None else float(c) for c in cells], dtype=np.float64))
        except OverflowError:
            raise ValueError(f"{name} holds an integer that is beyond floating point") from None
    index: dict[str, int] = {}
    codes = [index.setdefault(_label(cell), len(index)) for cell in cells]
    odd = next((cell for cell in cells if not _numeric(cell)), "")
    return Column(name, None, np.array(codes, dtype=np.int64), tuple(index), _odd(name, repr(odd)))


def _label(cell: Any) -> str:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return spelt(float(cell)) if math.isfinite(cell) else str(cell)
    return "" if cell is None or str(cell).lower() in MISSING else str(cell)


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
            f"to {verb} Parquet files install pyarrow: pip install 'wide-verifier[parquet]' (or use {other})"
        ) from None
    return pyarrow.parquet
