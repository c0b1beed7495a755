"""How wrong a printed claim is that fails: a misprint, incomplete or false, computed from the claims that replace it.

A printed claim names in ``instead`` the amended claims that take its place.  It is compared with each of them:

1. *the formula* (exponent or value): the same; or a **slip**, the same but for numbers that are added or multiplied
   (an index L for L - 1, a factor √2); or another one.  Exponents have no slips: another exponent is another claim.
   A statement of the same quantity that is weaker (a bound where an order is known, say) counts as the same formula.
2. *what is missing*: hypotheses that the amended claim needs and the printed statement does not grant (those with
   ``stated`` it does), or a range of parameters that no amended claim covers.

Another formula than each of its replacements have, or no replacement: **false**.  Else something is missing:
**incomplete**.  Else it is a **misprint**.  Of a claim without a formula (an identity in words, a law without a stated
value), of an identity whose sides its replacements write otherwise, and of one about a quantity that they call
otherwise, nothing can be computed; there ``Claim.severity`` says it, and the reason that is shown says so.
"""

from __future__ import annotations

import math
import operator
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import sympy

from verifier.claims.statement import Claim, Form, Kind, Statement
from verifier.verdict import Severity

#: Kinds whose ``value`` is the formula; they differ in how the value is taken, not in what it is.
_VALUED = (Kind.VALUE, Kind.CONSTANT, Kind.LAW, Kind.INTEGER, Kind.ATOM)
#: kind -> kinds that imply it, where the exponent allows it
_IMPLIED_BY = {
    Kind.UPPER: (Kind.ORDER, Kind.VANISHES, Kind.ZERO),
    Kind.VANISHES: (Kind.ORDER, Kind.UPPER, Kind.ZERO),
    Kind.MEAN_ZERO: (Kind.ZERO,),
}


@dataclass(frozen=True)
class JudgedSeverity:
    """A severity and the reason for it, in a sentence."""

    severity: Severity
    reason: str


def severity_of(claim: Claim, statement: Statement) -> JudgedSeverity:
    """How wrong a printed claim is, given that it fails.

    ValueError for an amended claim, and for a ``severity`` by hand where it can be computed.
    """
    if claim.form is not Form.PRINTED:
        raise ValueError(f"{claim.id} is amended: only a printed claim is a misprint, incomplete or false")
    instead = [c for c in statement.claims if c.form is Form.AMENDED and c.id in claim.instead]
    computable = [_aligned(claim, other) for other in instead if _comparable(claim, other)]
    if not computable:
        why = f"{_names(instead)} cannot be compared with it" if instead else "no amended claim takes its place"
        return JudgedSeverity(claim.severity or Severity.FALSE, f"{why}; said by hand" if claim.severity else why)
    if claim.severity is not None:
        raise ValueError(f"{claim.id}: how wrong it is is computed from {_names(computable)}, not said by hand")
    same = [other for other in computable if _same_formula(claim, other)]
    slips = [other for other in computable if _slip(claim, other)]
    alike = same or slips
    if not alike:
        return JudgedSeverity(Severity.FALSE, f"what is true is something else: {_names(computable)}")
    stated = {h.id for h in statement.hypotheses if h.stated}
    missing = [name for name in dict.fromkeys(n for other in alike for n in other.hypotheses) if name not in stated]
    uncovered = _uncovered(claim, alike)
    mended = "but for numbers in its formula " if alike is slips else ""
    lacking = [f"under {', '.join(missing)}"] if missing else []
    if uncovered is not None:
        at = ", ".join(f"{name} = {number}" for name, number in uncovered.items())
        lacking.append(f"on a smaller range, without {at or 'some of it'}")
    if lacking:
        return JudgedSeverity(Severity.INCOMPLETE, f"{mended}it holds {' and '.join(lacking)}: {_names(alike)}")
    return JudgedSeverity(Severity.MISPRINT, f"{mended}it is {_names(alike)}")


def _names(claims: Sequence[Claim]) -> str:
    return ", ".join(claim.id for claim in claims)


def _formula(claim: Claim) -> sympy.Basic | None:
    found = claim.exponent if claim.exponent is not None else claim.value
    return None if found is None else sympy.sympify(found)


def _comparable(claim: Claim, other: Claim) -> bool:
    """Whether both are about one quantity, and there is a formula, or a kind that needs none, to go by."""
    one = claim.quantity == other.quantity
    if not one and (claim.symbol != other.symbol or isinstance(claim.quantity, sympy.Add | sympy.Mul)):
        return False
    if claim.kind is Kind.IDENTITY:  # how far two unlike expressions are apart, no number says
        return other.kind is Kind.IDENTITY and _formula(claim) is not None and _formula(claim) == _formula(other)
    plain = claim.kind in (Kind.ZERO, Kind.MEAN_ZERO)
    return _formula(claim) is not None or plain or (claim.kind in _VALUED and _formula(other) is None)


def _same_formula(claim: Claim, other: Claim) -> bool:
    """Whether ``other`` says of its range what ``claim`` says there, or more."""
    mine, theirs = _formula(claim), _formula(other)
    if claim.kind in _VALUED:
        return other.kind in _VALUED and mine == theirs
    if claim.kind is Kind.IDENTITY:
        return other.kind is Kind.IDENTITY and mine == theirs
    if other.kind is not claim.kind and other.kind not in _IMPLIED_BY.get(claim.kind, ()):
        return False
    if other.kind is Kind.ZERO or mine is None:
        return other.kind is Kind.ZERO or theirs is None
    if theirs is None:
        return False
    symbols = _symbols(claim, other)
    inside = _function(symbols, sympy.And(claim.where, other.where))
    ours, found = _function(symbols, mine), _function(symbols, theirs)
    if inside is None or ours is None or found is None:
        return False
    common = [p for p in _box(len(symbols)) if inside(*p) is True]
    weaker, strict = claim.kind in _IMPLIED_BY, claim.kind is Kind.VANISHES and other.kind is not Kind.VANISHES
    agree = operator.lt if strict else operator.le if weaker else operator.eq
    return bool(common) and all(agree(found(*p), ours(*p)) for p in common)


def _slip(claim: Claim, other: Claim) -> bool:
    """Whether two values differ in numbers alone, added or multiplied somewhere in the formula.

    What the printed claim does not speak of may have any value in the other one.
    """
    if claim.kind not in _VALUED or other.kind not in _VALUED:
        return False
    mine, theirs = _formula(claim), _formula(other)
    if mine is None or theirs is None or mine == theirs:
        return False
    spoken = mine.free_symbols | claim.where.free_symbols | claim.quantity.free_symbols
    free = {symbol: sympy.Wild(str(symbol)) for symbol in theirs.free_symbols - spoken}
    return _bare(mine).match(_bare(theirs).xreplace(free)) is not None


def _bare(expression: sympy.Basic) -> sympy.Basic:
    """The formula without the numbers that are added or multiplied in it."""
    if isinstance(expression, sympy.Expr) and expression.is_number:
        return sympy.Integer(1)
    if isinstance(expression, sympy.Add | sympy.Mul):
        return expression.func(*(_bare(part) for part in expression.args if not part.is_number))
    if isinstance(expression, sympy.Pow):
        fixed = expression.base.is_number
        return expression if fixed else sympy.Pow(_bare(expression.base), expression.exp)
    return expression.func(*(_bare(part) for part in expression.args)) if expression.args else expression


def _uncovered(claim: Claim, others: Sequence[Claim]) -> dict[str, int] | None:
    """A point of the claim's range, and of whatever the others speak of besides, that none of them covers."""
    symbols = sorted(set().union(*(c.where.free_symbols for c in (claim, *others))), key=str)
    inside = _function(symbols, claim.where)
    tests = [_function(symbols, other.where) for other in others]
    for point in _box(len(symbols)):
        if inside is None or inside(*point) is not True:
            continue
        if not any(test is not None and test(*point) is True for test in tests):
            return {str(symbol): number for symbol, number in zip(symbols, point, strict=True)}
    return None


def _aligned(claim: Claim, other: Claim) -> Claim:
    """``other`` with its quantity's arguments as the printed claim has them: R(l) is R(1) where that speaks of R(1)."""
    if len(claim.quantity.args) != len(other.quantity.args) or claim.quantity.is_Add or claim.quantity.is_Mul:
        return other
    pairs = zip(other.quantity.args, claim.quantity.args, strict=True)
    given = {theirs: mine for theirs, mine in pairs if isinstance(theirs, sympy.Symbol) and theirs != mine}
    exponent, value = (None if e is None else sympy.sympify(e).subs(given) for e in (other.exponent, other.value))
    return replace(other, where=sympy.sympify(other.where).subs(given), exponent=exponent, value=value)


def _symbols(*claims: Claim) -> list[sympy.Symbol]:
    parts = [p for claim in claims for p in (claim.where, _formula(claim)) if p is not None]
    return sorted(set().union(*(part.free_symbols for part in parts)), key=str)


def _box(parameters: int) -> Iterator[tuple[int, ...]]:
    """Integer points of a small box, those from 1 upwards first; then some far away, the same ones every time."""
    values = (1, 2, 3, 4, 0, -1) if parameters < 5 else (1, 2, 0)
    yield from product(values, repeat=parameters)
    far = random.Random(20)
    for most in (12, 60, 400):
        for _ in range(200):
            yield tuple(far.randint(0, most) for _ in range(parameters))


def _function(symbols: Sequence[sympy.Symbol], expression: sympy.Basic) -> Callable[..., Any] | None:
    """``expression`` as a function of integers, NaN where it has no value; None where it is no plain formula."""
    try:
        function = sympy.lambdify(symbols, expression, modules=["math", {"Min": min, "Max": max}])
        with suppress(ZeroDivisionError, ValueError, OverflowError):
            function(*(1 for _ in symbols))
    except (TypeError, NameError, SyntaxError):
        return None

    def evaluated(*numbers: int) -> Any:
        try:
            found = function(*numbers)
        except (ZeroDivisionError, ValueError, OverflowError):
            return math.nan
        return bool(found) if isinstance(found, bool | sympy.logic.boolalg.BooleanAtom) else found

    return evaluated
