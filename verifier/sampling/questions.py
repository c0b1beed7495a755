"""What a claim asks of the samples of a cell: an exponent, exactly zero, a mass at zero, a value, an identity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifier.claims.statement import Expectation, Kind
from verifier.inference.agreement import Law
from verifier.inference.corrections import FREE_POWERS
from verifier.inference.decisions import DEFAULT_MARGIN
from verifier.inference.exponents import DEFAULT_ALLOWANCE
from verifier.inputs.fields import FieldError
from verifier.quantities.check import Agreement, Measure, Part
from verifier.sampling.about import VALUED

#: Kinds that a power is claimed in, and those of which a number is told to within a margin.
_ORDERS = (Kind.ORDER, Kind.UPPER, Kind.VANISHES)
_WITHIN = (Kind.VALUE, Kind.CONSTANT, Kind.LAW, Kind.ATOM, Kind.TREND, Kind.ABOVE)


@dataclass(frozen=True)
class Question:
    """What is asked of a cell's samples; ``target`` is the claimed exponent or probability."""

    kind: Kind
    target: float | None
    alpha: float
    margin: float
    atom: float | None = None  # the mass at zero that must not be excluded, for an order
    values: tuple[tuple[int, float], ...] = ()  # what is claimed at each width, where the claim speaks of the width
    law: Law | None = None  # the claimed law
    axis: str | None = None  # "n" or "m": the width that an exponent on a grid is in
    bounds: tuple[float, float] | None = None  # what the quantity lies between
    constant: bool = False  # the value claimed is that of X, not of its mean
    squares: bool = False  # X is a product of averages of squares: a limit in probability is judged on another scale
    powers: tuple[float, ...] = FREE_POWERS  # exponents of the corrections that are tried
    allowance: float = DEFAULT_ALLOWANCE  # c of the corrections c/n that an order is granted
    terms: tuple[tuple[float, float], ...] = ()  # exponents of n and m of a variance's terms
    floor: float | None = None  # a trend is asked of where the mean surely exceeds this at some width


def question_of(
    expected: tuple[Expectation, ...], part: Part, alpha: float, atom: float | None, cell: Mapping[str, Any]
) -> Question:
    """What a claim that says ``expected`` (once, or once a width) at a cell asks of its samples, at level ``alpha``.

    Raises FieldError for what no samples of the part could answer.
    """
    question = _asked(expected, part, alpha, atom, cell)
    if problem := _unanswerable(question, part):
        raise FieldError(f"claim {expected[0].claim} {problem}")
    return question


def _unanswerable(question: Question, part: Part) -> str:
    """Why no samples could answer a question; nothing where they can."""
    numbers = [*(value for _, value in question.values), *([] if question.target is None else [question.target])]
    for value in numbers:
        if not math.isfinite(value):
            return f"states the value {value}; a finite number is needed"
    if question.kind in _WITHIN and not (question.margin > 0 and math.isfinite(question.margin)):
        return f"is decided to a margin of {question.margin:g}; one above 0 is needed"
    if isinstance(part, Measure) and part.grid is not None:
        if question.kind not in (*_ORDERS, Kind.SURFACE):
            return f"is of kind {question.kind}, which is measured along one width, and {part.quantity.text} on a grid"
        if question.kind in _ORDERS and question.axis not in ("n", "m"):
            return f"is about a power on a grid: the cells of {part.quantity.text} need an axis, which is 'n' or 'm'"
    return ""


def _asked(
    expected: tuple[Expectation, ...], part: Part, alpha: float, atom: float | None, cell: Mapping[str, Any]
) -> Question:
    expectation = expected[0]
    if isinstance(part, Measure) and expectation.kind in (Kind.TREND, Kind.ABOVE, Kind.SURFACE):
        return _compared(expectation, part, alpha, cell)
    if isinstance(part, Measure) and expectation.kind in (*VALUED, Kind.ATOM) and expectation.value is not None:
        return _valued(expected, part, alpha, cell)
    if expectation.kind in (Kind.ORDER, Kind.UPPER, Kind.VANISHES, Kind.VARIANCE):
        exponent = 0.0 if expectation.kind is Kind.VANISHES else None
        exponent = exponent if expectation.exponent is None else expectation.exponent
        if exponent is None or not math.isfinite(exponent):
            raise FieldError(f"claim {expectation.claim} states an order without a finite exponent")
        mass = atom if expectation.kind is Kind.ORDER else None
        axis = str(cell.get("axis")) if isinstance(part, Measure) and part.grid is not None else None
        if axis is not None and expectation.kind is Kind.VARIANCE:
            raise FieldError(f"claim {expectation.claim} is about a variance, which is measured along one width")
        formula = part.quantity.allowance
        granted = max(DEFAULT_ALLOWANCE, formula(cell) if formula is not None else 0.0)
        return Question(
            expectation.kind, exponent, alpha, DEFAULT_MARGIN, mass, axis=axis, allowance=granted,
            powers=powers_of(part),
        )  # fmt: skip
    if expectation.kind is Kind.IDENTITY and isinstance(part, Agreement):
        return Question(Kind.IDENTITY, None, alpha, part.tolerance)
    margin = DEFAULT_MARGIN if expectation.kind is Kind.MEAN_ZERO else 0.0
    return Question(expectation.kind, None, alpha, margin)


def _compared(expectation: Expectation, part: Measure, alpha: float, cell: Mapping[str, Any]) -> Question:
    """A question about the sign of a difference of means, or about a variance on a grid."""
    surface, value = expectation.kind is Kind.SURFACE, expectation.value
    if surface and (part.grid is None or not expectation.terms):
        raise FieldError(f"claim {expectation.claim} is about Var X at pairs of widths: it needs a value and a grid")
    if not surface and value is None:
        raise FieldError(f"claim {expectation.claim} is of kind {expectation.kind} and states no value")
    if not surface and part.grid is not None:
        raise FieldError(f"claim {expectation.claim} is about means, which are compared along one width")
    trend = expectation.kind is Kind.TREND
    if trend and (value == 0 or len(part.widths) < 2):
        raise FieldError(f"claim {expectation.claim} is of a trend: it needs a value above or below 0, and two widths")
    bounds = part.quantity.bounds
    if expectation.kind is Kind.ABOVE and bounds is not None and value is not None and value < bounds[0]:
        raise FieldError(
            f"claim {expectation.claim} says that a mean is above {value:g}, and {part.quantity.text} is never below "
            f"{bounds[0]:g}: nothing could be against it"
        )
    if surface and not 0 < part.margin < 1:
        raise FieldError(f"claim {expectation.claim} needs a margin between 0 and 1: it is of a factor 1 ± margin")
    floor = part.floor(cell) if trend and part.floor is not None else None
    return Question(
        expectation.kind, 0.0 if surface else value, alpha, part.margin, terms=expectation.terms, floor=floor,
        bounds=bounds,
    )  # fmt: skip


def _valued(expected: tuple[Expectation, ...], part: Measure, alpha: float, cell: Mapping[str, Any]) -> Question:
    """A question about a stated value: one number, or one a width."""
    kind, value = expected[0].kind, expected[0].value
    assert value is not None
    if len(expected) > 1:
        # Means are compared by their ratio to what is claimed.
        values = tuple((n, e.value) for n, e in zip(part.widths, expected, strict=True) if e.value is not None)
        target = 1.0 if kind is Kind.VALUE else value
        return Question(
            kind, target, alpha, part.margin, values=values, bounds=part.quantity.bounds, powers=powers_of(part)
        )
    law = part.law(cell, value) if kind is Kind.LAW and part.law is not None else None
    margin = 0.0 if kind is Kind.INTEGER else part.margin
    about = part.quantity
    return Question(
        kind, value, alpha, margin, law=law, bounds=about.bounds, constant=about.constant, squares=about.squares,
        powers=powers_of(part),
    )  # fmt: skip


def powers_of(part: Part) -> tuple[float, ...]:
    """The exponents of corrections that are tried."""
    return part.powers if isinstance(part, Measure) and part.powers is not None else FREE_POWERS
