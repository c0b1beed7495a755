"""What a claim is decided from: samples by width, or means with standard errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: What a float can count exactly.
MAX_WIDTH = 2**53

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


@dataclass(frozen=True)
class Means:
    """{width: (mean, its standard error)}; what a paper's table prints.  Errors are positive and finite."""

    name: str
    cells: Mapping[int, tuple[float, float]]

    @property
    def rows(self) -> int:
        return len(self.cells)
