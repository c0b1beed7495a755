"""CSV as programs and spreadsheets write it: comma, semicolon, tab or blanks, comments, decimal commas."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, Any

from verifier.datafiles.table import MISSING, Builder, Reading, Table, listed, printable
from verifier.inputs.numbers import shortened

STDIN = Path("-")
_CHUNK = 1 << 14


def read_text(path: Path, reading: Reading, max_rows: int) -> Table:
    """A table from a CSV or TSV file, or from standard input where ``path`` is ``-``.

    Leading lines that begin with # are comments, except the last of them where a header is missing otherwise, as
    ``numpy.savetxt`` writes it.  Decimal commas are read where columns are separated by semicolons or tabs.
    """
    if path != STDIN:
        _refuse_long_text(path, max_rows)
    with _opened(path) as file, _text_errors(path):
        first, rest, skipped = _header(path, file)
        delimiter = max(",;\t", key=first.count)
        rows = _rows(rest, delimiter if delimiter in first else None)
        header = [
            printable(name.strip()) for name in next(_rows(iter([first]), delimiter if delimiter in first else None))[1]
        ]
        if len(set(header)) < len(header):
            twice = Counter(header).most_common(1)[0][0]
            raise ValueError(f"{path}: a column occurs twice in {listed(header)}: {twice!r}")
        roles = reading(header)
        parse = _Numbers(delimiter)
        builders = [Builder(name, parse.column(), name in roles.numbers, name in roles.labels) for name in header]
        count = 0
        for numbers, cells in _chunks(path, rows, header, builders, skipped):
            count += len(numbers)
            if count > max_rows:  # of a pipe; a file was measured before
                raise ValueError(f"{path}: more than {max_rows} rows (a verdict needs far fewer: thin them)")
            for builder, column in zip(builders, zip(*cells, strict=True), strict=True):
                builder.extend(column, path, numbers)
    return Table(path, {builder.name: builder.column() for builder in builders})


def _header(path: Path, file: Iterable[str]) -> tuple[str, Iterator[str], int]:
    """The header's line, the lines after it, and how many lines came before those."""
    lines = iter(file)
    comment, count = "", 0
    for line in lines:
        count += 1
        text = line.removeprefix("\ufeff")
        if not text.strip() or re.fullmatch(r'"?sep=.?"?', text.strip(), re.IGNORECASE):  # the latter is for Excel
            continue
        if not text.lstrip().startswith("#"):
            if comment and _is_data(text, comment):  # the last comment is the header
                return comment, chain([line], lines), count - 1
            return text, lines, count
        comment = text.lstrip().lstrip("# ")
    if not comment.strip():
        raise ValueError(f"{path}: the file is empty")
    return comment, lines, count


def _is_data(line: str, comment: str) -> bool:
    """Whether a line holds numbers, and as many entries as the comment before it, which then is its header."""
    delimiter = max(",;\t ", key=line.count)
    cells = line.split(delimiter)
    return any(is_number(cell) for cell in cells) and len(comment.split(delimiter)) == len(cells)


def is_number(text: str) -> bool:
    """Whether Python reads ``text`` as a float."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _rows(lines: Iterable[str], delimiter: str | None) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and cells; ``delimiter`` None: separated by blanks."""
    if delimiter is None:
        for number, line in enumerate(lines, start=1):
            yield number, line.split() if " " in line.strip() else [line.strip()] if line.strip() else []
        return
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    for row in reader:
        yield reader.line_num, row


def _chunks(
    path: Path, rows: Iterator[tuple[int, list[str]]], header: Sequence[str], builders: Sequence[Builder], skipped: int
) -> Iterator[tuple[list[int], list[list[str]]]]:
    numbers: list[int] = []
    cells: list[list[str]] = []
    for line, row in rows:
        if not row or (len(row) == 1 and not row[0].strip() and len(header) > 1):
            continue
        if row[0].lstrip().startswith("#") and _is_comment(row, builders):
            continue
        if len(row) != len(header):
            entries = f"{len(row)} {'entry' if len(row) == 1 else 'entries'}"
            raise ValueError(f"{path}:{line + skipped}: {entries}; the header has {len(header)} columns")
        numbers.append(line + skipped)
        cells.append(row)
        if len(cells) == _CHUNK:
            yield numbers, cells
            numbers, cells = [], []
    if cells:
        yield numbers, cells


def _is_comment(row: Sequence[str], builders: Sequence[Builder]) -> bool:
    """A line that begins with # is one, unless it can be read as a row: nothing is left out that could be data."""
    if len(row) != len(builders):
        return True
    for builder, cell in zip(builders, row, strict=True):
        if builder.strict and builder.numbers is not None:
            try:
                builder.parse([cell])
            except ValueError:
                return True
    return False


class _Numbers:
    """Reads cells as numbers; in a file with decimal commas, none may have a decimal point."""

    def __init__(self, delimiter: str) -> None:
        self.commas = delimiter != ","
        self.comma = self.point = ""

    def column(self) -> Any:
        return self.read if self.commas else self.plain

    def plain(self, cells: Sequence[str]) -> Sequence[float]:
        _refuse_underscores(cells)
        try:
            return [float(cell) for cell in cells]
        except ValueError:
            return [_missing(cell) for cell in cells]

    def read(self, cells: Sequence[str]) -> Sequence[float]:
        _refuse_underscores(cells)
        point = next((cell for cell in cells if "." in cell), "")
        try:
            found = [float(cell) for cell in cells]
        except ValueError:
            found = [_missing(cell.replace(",", ".")) for cell in cells]
            self.comma = self.comma or next((cell for cell in cells if "," in cell), "")
        self.point = self.point or point
        if self.comma and self.point:
            raise ValueError(
                f"both with a decimal comma ({shortened(self.comma.strip())!r}) and with a decimal point "
                f"({shortened(self.point.strip())!r}); one of them is needed"
            )
        return found


def _refuse_underscores(cells: Sequence[str]) -> None:
    """Python reads 1_0 as 10; nobody writes a table so."""
    if "_" in "".join(cells):
        raise ValueError


def _missing(cell: str) -> float:
    return float("nan") if cell.strip().lower() in MISSING else float(cell)


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    """The text, decoded by its byte order mark, else as UTF-8; line ends are the CSV reader's concern."""
    if path == STDIN:
        if sys.stdin is None:
            raise ValueError("standard input is closed")
        binary = getattr(sys.stdin, "buffer", None)
        if binary is None:  # replaced by a text stream
            yield sys.stdin
            return
        head = binary.peek(4)[:4] if hasattr(binary, "peek") else b""
        wrapped = io.TextIOWrapper(binary, encoding=_encoding(head), newline="")
        try:
            yield wrapped
        finally:
            wrapped.detach()
        return
    with path.open("rb") as start:
        encoding = _encoding(start.read(4))
    with path.open(newline="", encoding=encoding) as file:
        yield file


def _encoding(head: bytes) -> str:
    return "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _refuse_long_text(path: Path, max_rows: int) -> None:
    """Count lines in blocks; only files that could be too long are counted."""
    if path.stat().st_size < 4 * max_rows:  # a row takes at least "1,1\n"
        return
    with path.open("rb") as file:
        rows = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 24), b"")) - 1
    refuse_long(path, rows, max_rows)


def refuse_long(path: Path, rows: int, max_rows: int) -> None:
    """ValueError where a file has too many rows."""
    if rows > max_rows:
        raise ValueError(f"{path}: {rows} rows; at most {max_rows} are read (a verdict needs far fewer: thin the file)")


@contextmanager
def _text_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeError:
        raise ValueError(f"{path}: not a text file in UTF-8") from None
    except csv.Error as error:
        raise ValueError(f"{path}: not a CSV file: {error}") from None
