"""What the types of JSON say beyond Python's own: words of an enumeration, least numbers, what a field means.

A model is a ``TypedDict`` whose fields may be ``Annotated`` with these and with a sentence for readers; the schemas in
``docs/`` are generated from the models (``tools/schemas.py``), and a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from verifier.verdict import NumericStatus, ProofStatus, Severity, Summary


@dataclass(frozen=True)
class OneOf:
    """These values alone, as in ``Annotated[str, OneOf(("printed", "amended"))]``."""

    values: Iterable[str | int]


@dataclass(frozen=True)
class Least:
    """Numbers of at least ``value``; lists of at least so many entries."""

    value: int


@dataclass(frozen=True)
class Exactly:
    """Lists of so many entries."""

    count: int


@dataclass(frozen=True)
class Like:
    """Words that a regular expression describes."""

    pattern: str


Count = Annotated[int, Least(0)]
Width = Annotated[int, Least(1)]
ProofWord = Annotated[str, OneOf(ProofStatus)]
NumericWord = Annotated[str, OneOf(NumericStatus)]
SummaryWord = Annotated[str, OneOf(Summary)]
SeverityWord = Annotated[str, OneOf(Severity)]
FormWord = Annotated[str, OneOf(("printed", "amended"))]
ExitCode = Annotated[int, OneOf(range(6))]
#: How often each word occurs.
Tally = dict[str, Annotated[int, Least(1)]]
