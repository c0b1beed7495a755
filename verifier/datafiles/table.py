"""A table in memory: columns of numbers or of labels, all of one length."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from verifier.inputs.numbers import shortened

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

#: Rows that are read into memory at most; a longer file is refused before it is read.
MAX_ROWS = 20_000_000
#: What programs write for a number that is missing; it is read as NaN, which makes a verdict invalid.
MISSING = frozenset({"", "na", "n/a", "null", "none", "nan"})


@dataclass(frozen=True)
class Column:
    """Numbers, or labels as codes into ``labels``.  ``odd`` says where a column first failed to be numbers."""

    name: str
    numbers: Array | None = None
    codes: Codes | None = None
    labels: tuple[str, ...] = ()
    odd: str = ""

    @property
    def size(self) -> int:
        part = self.codes if self.numbers is None else self.numbers
        return 0 if part is None else int(part.size)

    def coded(self) -> tuple[Codes, tuple[str, ...]]:
        """Codes and what they stand for; numbers are spelt as briefly as they can be."""
        if self.codes is not None:
            return self.codes, self.labels
        assert self.numbers is not None
        found, codes = np.unique(self.numbers, return_inverse=True)  # NaNs count as equal
        return codes.reshape(-1).astype(np.int64), tuple(spelt(float(value)) for value in found)

    def take(self, rows: npt.NDArray[np.intp]) -> Column:
        numbers = None if self.numbers is None else self.numbers[rows]
        codes = None if self.codes is None else self.codes[rows]
        return Column(self.name, numbers, codes, self.labels, self.odd)


@dataclass(frozen=True)
class Table:
    """Columns by name, in the order of the file."""

    path: Path
    columns: Mapping[str, Column]

    @property
    def rows(self) -> int:
        return next((column.size for column in self.columns.values()), 0)


class Roles:
    """How a column is to be read, by its name: as numbers, as labels, or as what it turns out to be."""

    def __init__(self, numbers: Sequence[str] = (), labels: Sequence[str] = ()) -> None:
        self.numbers, self.labels = frozenset(numbers), frozenset(labels)


#: From a header to the roles of its columns; raises ValueError where a column is missing.
Reading = Callable[[Sequence[str]], Roles]


class Builder:
    """A column that grows: numbers as long as every cell is one, labels from then on.

    ``parse`` reads cells as numbers and raises ValueError; with ``strict`` a failure is raised, naming the line.
    """

    def __init__(self, name: str, parse: Callable[[Sequence[str]], Sequence[float]], strict: bool, label: bool) -> None:
        self.name, self.parse, self.strict = name, parse, strict
        self.numbers: array[float] | None = None if label else array("d")
        self.codes: array[int] = array("q")
        self.index: dict[str, int] = {}
        self.odd = ""

    def extend(self, cells: Sequence[str], path: Path, lines: Sequence[int]) -> None:
        """Append ``cells``, which stand in these lines of the file."""
        if self.numbers is not None:
            try:
                self.numbers.extend(self.parse(cells))
            except ValueError:
                self._turn(cells, path, lines)
            else:
                return
        index = self.index
        self.codes.extend([index.setdefault(cell.strip(), len(index)) for cell in cells])

    def _turn(self, cells: Sequence[str], path: Path, lines: Sequence[int]) -> None:
        """Numbers no more: raise, or spell what was read as labels."""
        assert self.numbers is not None
        for line, cell in zip(lines, cells, strict=True):
            try:
                self.parse([cell])
            except ValueError as error:
                reason = str(error) if str(error).startswith("both") else f"{shortened(cell)!r}, not a number"
                self.odd = f"{path}:{line}: {self.name or 'the unnamed column'} is {reason}"
                break
        if self.strict:
            raise ValueError(self.odd)
        spelling, index = [spelt(value) for value in self.numbers], self.index
        self.codes.extend([index.setdefault(word, len(index)) for word in spelling])
        self.numbers = None

    def column(self) -> Column:
        if self.numbers is not None:
            values = np.frombuffer(self.numbers, dtype=np.float64) if self.numbers else np.empty(0)
            return Column(self.name, values)
        codes = np.frombuffer(self.codes, dtype=np.int64) if self.codes else np.empty(0, np.int64)
        return Column(self.name, None, codes, tuple(self.index), self.odd)


def spelt(value: float) -> str:
    """A number as a label: 3, not 3.0."""
    return str(int(value)) if value == value and abs(value) < 1e15 and value == int(value) else repr(value)


def printable(text: str) -> str:
    """The text without what would move a terminal's cursor or break a picture."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def concatenated(tables: Sequence[Table]) -> Table:
    """The rows of several files.  Raises ValueError where their columns differ."""
    first = tables[0]
    if len(tables) == 1:
        return first
    for other in tables[1:]:
        missing = [name for name in first.columns if name not in other.columns]
        added = [name for name in other.columns if name not in first.columns]
        if missing or added:
            has, lacks, name = (first, other, missing[0]) if missing else (other, first, added[0])
            raise ValueError(
                f"{lacks.path}: there is no column {name!r}, which {has.path} has; files are taken together if their "
                "columns are the same"
            )
    return Table(first.path, {name: _joined([table.columns[name] for table in tables]) for name in first.columns})


def _joined(parts: Sequence[Column]) -> Column:
    if all(part.numbers is not None for part in parts):
        return Column(parts[0].name, np.concatenate([part.numbers for part in parts if part.numbers is not None]))
    index: dict[str, int] = {}
    codes = []
    for part in parts:
        own, labels = part.coded()
        places = np.array([index.setdefault(label, len(index)) for label in labels], dtype=np.int64)
        codes.append(places[own] if own.size else own)
    odd = next((part.odd for part in parts if part.odd), "")
    return Column(parts[0].name, None, np.concatenate(codes), tuple(index), odd)


def listed(names: Sequence[str], most: int = 12) -> str:
    """Names in quotes, the first of them where there are many."""
    shown = ", ".join(repr(name) for name in names[:most]) or "none"
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")
