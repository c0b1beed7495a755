"""The ring normal form: when two terms are equal by the laws of a commutative ring alone.

A polynomial maps monomials to coefficients other than 0; a monomial is a sorted tuple of (atom, power); an atom is what
is neither a sum, a product nor a number, with its arguments in normal form.  Sorts of numbers are left out: ½ - ½ and 0
are one number, and what a term denotes does not depend on the sort in which it is read.
"""

from fractions import Fraction
from itertools import count, product
from math import prod
from typing import Any, TypeAlias

from verifier.kernel.core.sorts import NUMBERS, need, spend
from verifier.kernel.core.terms import LARGEST, App, Fun, Num, Term

Monomial: TypeAlias = tuple[tuple[int, int], ...]
Polynomial: TypeAlias = dict[Monomial, Fraction]
ONE: Monomial = ()
#: normal form → its number; nothing is ever forgotten, so that two forms never share one
_FORMS: dict[Any, int] = {}
_NEXT = count()


def key(t: Term) -> int:
    """The number of the normal form of ``t``: of two terms the same if and only if the forms are."""
    if t._key is None:
        number = t.sort in (*NUMBERS, "width")
        form = frozenset([(m, str(c)) for m, c in normal(t).items()]) if number else _atom(t)
        object.__setattr__(t, "_key", _number(form))
    return t._key  # type: ignore[return-value]


def _number(form: Any) -> int:
    spend(len(form))
    return _FORMS.setdefault(form, next(_NEXT))


def _atom(t: Term) -> tuple[Any, ...]:
    if isinstance(t, Fun):
        return ("Fun", t.fields[0], key(t.fields[1]))
    if isinstance(t, App):
        return ("App", t.fields[0] if isinstance(t.fields[0], str) else key(t.fields[0]), *map(key, t.fields[1]))
    return (type(t).__name__, *t.fields)


def normal(t: Term) -> Polynomial:
    """``t``, a number of some sort, as a polynomial in its atoms."""
    if isinstance(t, Num):
        return {ONE: t.fields[0]} if t.fields[0] else {}
    if not isinstance(t, App) or t.fields[0] not in ("+", "*"):
        return {((_number(_atom(t)), 1),): Fraction(1)}
    parts = [normal(a).items() for a in t.fields[1]]
    if t.fields[0] == "*":
        need(prod(map(len, parts)) <= LARGEST, f"too large when multiplied out: more than {LARGEST} products")
    out: Polynomial = {}
    for factors in product(*parts) if t.fields[0] == "*" else [[term] for part in parts for term in part]:
        powers: dict[int, int] = {}
        c = Fraction(1)
        for monomial, coefficient in factors:
            c = Num(c * coefficient).fields[0]  # which bounds its digits
            for atom, power in monomial:
                powers[atom] = powers.get(atom, 0) + power
        at = tuple(sorted(powers.items()))
        c = Num(c + out.pop(at, 0)).fields[0]
        spend(len(factors) + len(at) + c.denominator.bit_length() // 64)
        if c:
            out[at] = c
    return out
