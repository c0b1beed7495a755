"""Which cells of a check a claim is about, and what it says at each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import sympify

from verifier.claims.statement import Claim, Expectation, Kind, evaluated
from verifier.quantities.check import Agreement, Measure, Part

#: The claims that samples of a quantity can speak to without further ado.
MEASURABLE = (Kind.ORDER, Kind.UPPER, Kind.VANISHES, Kind.VARIANCE, Kind.ZERO, Kind.ATOM, Kind.MEAN_ZERO)
#: Those that need a stated value, which not every claim of the kind has.
VALUED = (Kind.VALUE, Kind.CONSTANT, Kind.LAW, Kind.INTEGER, Kind.TREND, Kind.ABOVE, Kind.SURFACE)


def with_derived(part: Part, cell: Mapping[str, Any]) -> dict[str, Any]:
    """The cell's parameters and those that follow from them: what claims are evaluated at."""
    return {**cell, **(part.derived(cell) if part.derived is not None else {})}


def speaks_to(claim: Claim, part: Part) -> bool:
    """Whether a part of a check measures what ``claim`` is about."""
    if isinstance(part, Agreement):
        return claim.kind is Kind.IDENTITY and (part.claims is None or claim.id in part.claims)
    if part.claims is None:
        return claim.kind in MEASURABLE and claim.symbol == part.quantity.symbol
    if claim.id not in part.claims:
        return False
    stated = claim.value is not None and (claim.kind is not Kind.LAW or part.law is not None)
    return claim.kind in MEASURABLE or (claim.kind in VALUED and stated)


def asks(claim: Claim, cell: Mapping[str, Any], part: Part) -> bool:
    """Whether ``claim``, to which ``part`` speaks, says anything at a cell."""
    return at_widths(claim, with_derived(part, cell), part) is not None


def at_widths(claim: Claim, parameters: Mapping[str, Any], part: Part) -> tuple[Expectation, ...] | None:
    """What the claim says at a cell: once, or once a width if it speaks of the width; None where it does not apply."""
    if not _is_about(claim, parameters):
        return None
    name = part.width if isinstance(part, Measure) else "n"
    parts = (claim.value, claim.where) if claim.kind in (Kind.VALUE, Kind.ATOM) else ()
    if not any(name == symbol.name for part in parts if part is not None for symbol in sympify(part).free_symbols):
        found = claim.at(parameters)
        return None if found is None else (found,)
    each = [claim.at({**parameters, name: n}) for n in part.widths]
    return None if None in each else tuple(e for e in each if e is not None)


def _is_about(claim: Claim, parameters: Mapping[str, Any]) -> bool:
    """Whether a cell has the claim's own arguments: K(2) and K(r + 1) are not measured where r = 9, nor f(2) where L is
    another number."""
    declaration = getattr(claim.quantity.func, "declaration", None)
    names = declaration.arguments.split() if declaration is not None else []
    for name, given in zip(names, claim.quantity.args, strict=False):
        at = evaluated(given, parameters)
        cell = parameters.get(name)
        if isinstance(cell, int | float) and at.is_number and float(at) != float(cell):
            return False
    return True
