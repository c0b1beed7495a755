"""The ring normal form: when two terms are equal by the laws of a commutative ring alone.

A polynomial maps monomials, sorted tuples of (atom, power), to coefficients other than 0; an atom is what is neither a
sum, a product nor a number, with its arguments in normal form.  Sorts of numbers are left out: ½ - ½ and 0 are one.
"""

from fractions import Fraction
from itertools import chain, count, product
from math import prod
from typing import Any, TypeAlias

from verifier.kernel.core.sorts import NUMBERS, need, spend
from verifier.kernel.core.terms import BITS, LARGEST, App, Fun, Num, Term

Polynomial: TypeAlias = dict[tuple[tuple[int, int], ...], Fraction]
ONE: tuple[tuple[int, int], ...] = ()
#: normal form → its number; nothing is ever forgotten, so that two forms never share one
_FORMS: dict[Any, int] = {}
_NEXT, _UNIT = count(), Fraction(1)


def key(t: Term) -> int:
    """The number of the normal form of ``t``: of two terms the same if and only if the forms are."""
    if t._key is None:
        form = frozenset([(m, str(c)) for m, c in normal(t).items()]) if t.sort in (*NUMBERS, "width") else _atom(t)
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
        return {((_number(_atom(t)), 1),): _UNIT}
    parts = [normal(a).items() for a in t.fields[1]]
    need(t.fields[0] == "+" or prod(map(len, parts)) <= LARGEST, "too large when multiplied out: too many monomials")
    out: Polynomial = {}
    for monomial, c in map(_times, product(*parts)) if t.fields[0] == "*" else chain(*parts):
        c = c + out.pop(monomial) if monomial in out else c
        need(c.numerator.bit_length() + c.denominator.bit_length() <= BITS, "too many bits in a number")
        spend(2 + len(monomial))
        if c:
            out[monomial] = c
    return out


def _times(factors: Any) -> tuple[tuple[tuple[int, int], ...], Fraction]:
    """The product of ``factors``, each a monomial with its coefficient; :class:`Num` bounds the bits."""
    powers, c = dict[int, int](), _UNIT
    for monomial, coefficient in factors:
        c = c if coefficient == 1 else Num(coefficient if c is _UNIT else c * coefficient).fields[0]
        for atom, power in monomial:
            powers[atom] = powers.get(atom, 0) + power
    spend(len(factors) + len(powers))
    return tuple(sorted(powers.items())), c
