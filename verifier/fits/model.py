"""What ``verifier fit --json`` prints, as types: ``docs/fit.schema.json`` is made of them (``tools/schemas.py``).

With two widths a finding holds two decisions, and what they do not share is a list of two.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from verifier.verdict import NumericStatus
from verifier.verdict.shapes import Count, Least, OneOf, Width

#: Data that exist are never untested.
FitWord = Annotated[str, OneOf(tuple(status for status in NumericStatus if status is not NumericStatus.UNTESTED))]
OneNumber = float | None
Numbers = OneNumber | list[OneNumber]
Words = str | list[str]
Flag = bool | list[bool]
Whole = Count | list[Count]
Labels = Annotated[dict[str, str], "the labels of the group, by column"]
Claimed = Annotated[str | None, "what --expect says of the group"]


class FitFindingJson(TypedDict):
    """What the data say of one claim; numbers that there are none of are null."""

    kind: str
    verdict: FitWord
    status: FitWord | list[FitWord]
    mark: Annotated[Words, "few seeds, where the verdict rests on 3 to 127 samples a width; else empty"]
    reason: Words
    reasons: Annotated[list[Any], "sentences"]
    quantity: Annotated[Words, "what estimate, low and high are of"]
    claimed: Numbers
    margin: OneNumber
    alpha: Annotated[float, "the error rate"]
    estimate: Numbers
    low: Numbers
    high: Numbers
    standard_error: Numbers
    second_estimate: Annotated[Numbers, "of the other functional, and so its interval"]
    second_low: Numbers
    second_high: Numbers
    widths: list[Any]
    samples_by_width: list[Any]
    samples: Annotated[Whole, "a width, the fewest"]
    samples_needed: Annotated[int | list[int | None] | None, "a width, that would decide"]
    zero_fraction: OneNumber
    correction: Annotated[bool, "whether corrections to scaling are fitted"]
    powers: Annotated[list[Any], "exponents of corrections that are tried"]
    allowance: Annotated[OneNumber, "the crossover width that corrections stay below"]
    bias: Annotated[Numbers, "what the interval allows for corrections"]
    c_hat: Numbers
    look: Whole
    looks: Whole
    degenerate: Flag
    diagnostics: Annotated[list[Any], "what speaks against a power law"]
    assumption: Annotated[Words, "on corrections to scaling"]
    advice: Annotated[Words, "what would decide; empty if nothing is open"]
    rows: Width


class ColumnsJson(TypedDict):
    """Which columns were taken for what."""

    width: list[str]
    value: list[str]
    by: list[str]
    stderr: str | None


class FitAloneJson(FitFindingJson):
    """The finding, where there are no groups."""

    variable: Annotated[str, "what is scaled: width"]
    columns: ColumnsJson
    notes: Annotated[list[str], "what the columns were taken for"]
    program: NotRequired[Annotated[str, "of verifier measure"]]


class FitGroupJson(FitFindingJson):
    """The finding on one of several groups."""

    group: Labels
    expect: Claimed


class UndecidableJson(TypedDict):
    """A group of too few widths."""

    group: Labels
    expect: Claimed
    verdict: Literal["invalid"]
    reason: str


class FitGroupsJson(TypedDict):
    """The findings on all groups."""

    kind: str
    verdict: Annotated[FitWord, "contradicted if one group is, consistent if all are"]
    variable: Annotated[str, "what is scaled: width"]
    columns: ColumnsJson
    notes: Annotated[list[str], "what the columns were taken for"]
    rows: Width
    groups: Annotated[list[FitGroupJson | UndecidableJson], Least(1)]
    program: NotRequired[Annotated[str, "of verifier measure"]]


#: One finding, or where there are groups a finding for each.
FitJson = FitAloneJson | FitGroupsJson
