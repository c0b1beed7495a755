"""Reading requests: JSON data, strictly, with sentences; and writing tuples and polynomials as terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from verifier.kernel.core.sorts import need
from verifier.kernel.core.terms import Term, app, num


def fields_of(request: Mapping[str, Any], *names: str) -> list[Any]:
    """The fields of a request in this order; it has these and no others."""
    need(isinstance(request, Mapping) and set(request) == set(names), f"a request has the fields {', '.join(names)}")
    return [request[name] for name in names]


def whole(value: Any, what: str, least: int, most: int) -> int:
    """An integer within bounds, not a truth value."""
    need(type(value) is int and least <= value <= most, f"{what} {str(value)[:40]}: an integer from {least} to {most}")
    return int(value)


def items(value: Any, what: str, most: int) -> list[Any]:
    """A list of bounded length."""
    need(type(value) is list and len(value) <= most, f"{what}: a list of at most {most}")
    return list(value)


def chosen(value: Any, what: str, among: Sequence[str]) -> str:
    """One of several words."""
    need(type(value) is str and value in among, f"{what} {str(value)[:40]!r}: {' or '.join(among)}")
    return str(value)


def sequence(entries: Iterable[int]) -> Term:
    """A tuple of integers as a term."""
    out = app("nil")
    for entry in entries:
        out = app("snoc", out, entry)
    return out


def polynomial(terms: Mapping[tuple[int, ...], Fraction], atoms: Sequence[Term]) -> Term:
    """Σ coefficient · Π atom^power, by powers in decreasing order."""
    parts = []
    for powers, coefficient in sorted(terms.items()):
        factors = [atom for atom, power in zip(atoms, powers, strict=True) for _ in range(power)]
        parts.append(app("*", num(coefficient), *factors))
    return app("+", *parts) if len(parts) != 1 else parts[0]
