"""Gram matrices x_i.x_j / n_0 of the inputs of a correlation function."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from verifier.exact.correlation import CorrelationError
from verifier.inputs.numbers import shortened


def parse_gram(text: str) -> dict[tuple[str, str], Fraction]:
    """Read a Gram matrix x_i.x_j / n_0 such as ``0,1=1/2; 0,2=0``.

    Entries are separated by ``;`` or spaces; diagonal entries default to 1.  Raises
    ``CorrelationError`` for an entry that cannot be read or that is given twice differently.
    """
    gram: dict[tuple[str, str], Fraction] = {}
    for match in re.finditer(r"[^;\s]+", text):
        entry = match.group(0)
        found = re.fullmatch(r"(\w+),(\w+)=(-?\d+(?:/\d+|\.\d+)?)", entry)
        try:
            if found is None:
                raise ZeroDivisionError
            number = Fraction(found.group(3))
        except (ZeroDivisionError, ValueError):  # also a number of very many digits
            raise CorrelationError(
                f"Gram entry {shortened(entry)!r}: write i,j=p/q with the names of two inputs", text, match.start()
            ) from None
        key = (min(found.group(1), found.group(2)), max(found.group(1), found.group(2)))
        if gram.get(key, number) != number:
            raise CorrelationError(f"Gram entry {shortened(entry)!r} contradicts an earlier one", text, match.start())
        gram[key] = number
    return gram


def completed_gram(gram: Mapping[tuple[str, str], Any], names: Sequence[str]) -> dict[tuple[str, str], Fraction]:
    """Complete a Gram matrix (diagonal 1, symmetric) for the inputs used.

    Raises ``CorrelationError`` if an entry is missing, names no input, or no inputs have this matrix.
    """
    for i, j in gram:
        for name in (i, j):
            if name not in names:
                allowed = ", ".join(sorted(names))
                raise CorrelationError(f"the Gram matrix names input {name!r}; the inputs are {allowed}")
    full: dict[tuple[str, str], Fraction] = {}
    for a, i in enumerate(names):
        for j in names[a:]:
            entry = gram.get((i, j), gram.get((j, i)))
            if entry is None:
                if i != j:
                    raise CorrelationError(f"the Gram matrix has no entry for inputs {i!r} and {j!r}")
                entry = 1
            full[i, j] = full[j, i] = Fraction(entry)
    # Symmetric elimination: positive semidefinite iff every pivot is >= 0 and a zero pivot has a zero row.
    rows = [[full[i, j] for j in names] for i in names]
    for k, row in enumerate(rows):
        pivot = row[k]
        if pivot < 0 or (pivot == 0 and any(row[k + 1 :])):
            raise CorrelationError("the Gram matrix is not positive semidefinite: no inputs have it")
        for m in range(k + 1, len(rows)):
            if pivot:
                factor = rows[m][k] / pivot
                rows[m] = [x - factor * y for x, y in zip(rows[m], row)]
    return full
