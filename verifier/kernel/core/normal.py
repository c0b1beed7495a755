"""The ring normal form: when two terms are equal by the laws of a commutative ring alone.

A polynomial is a set of (monomial, coefficient), a monomial a set of (atom, power); an atom is what is neither a sum, a
product nor a number, its arguments in normal form themselves.  Sorts of numbers are left out: ½ - ½ and 0 are one
number.  The key of a term is what theorems are compared by.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from verifier.kernel.core.sorts import NUMBERS, need
from verifier.kernel.core.terms import BITS, App, Fun, Num, Term, Var

#: bounds when multiplied out: monomials, factors of one, products of monomials
MONOMIALS, FACTORS, PRODUCTS = 4_000, 400, 200_000

Monomial = frozenset[tuple[Any, int]]
Polynomial = dict[Monomial, Fraction]
ONE: Monomial = frozenset()


def key(t: Term) -> Any:
    """What ``t`` is up to the laws of a commutative ring, in it and in all its parts."""
    if t._normal is None:
        number = t.sort in NUMBERS or t.sort == "width"
        object.__setattr__(t, "_normal", frozenset(_normal(t).items()) if number else _atom(t))
    return t._normal


def normal(t: Term) -> Polynomial:
    """``t``, a number of some sort, as a polynomial in its atoms."""
    return dict(key(t))


def _atom(t: Term) -> tuple[Any, ...]:
    if isinstance(t, Fun):
        return ("fun", t.fields[0], key(t.fields[1]))
    if isinstance(t, App):
        head, args = t.fields
        return ("app", head if isinstance(head, str) else _atom(head), tuple(map(key, args)))
    return ("var" if isinstance(t, Var) else "bound", *t.fields)


def _normal(t: Term) -> Polynomial:
    if isinstance(t, Num):
        return {ONE: t.fields[0]} if t.fields[0] else {}
    if not (isinstance(t, App) and t.fields[0] in ("+", "*")):
        return {frozenset([(_atom(t), 1)]): Fraction(1)}
    out: Polynomial = {}
    if t.fields[0] == "+":
        for a in t.fields[1]:
            add(out, normal(a), Fraction(1))
        return out
    out = {ONE: Fraction(1)}
    for a in t.fields[1]:
        more = normal(a)
        product: Polynomial = {}
        need(len(out) * len(more) <= PRODUCTS, "too large when multiplied out")
        for m, c in out.items():
            for k, d in more.items():
                add(product, {_times(m, k): c * d}, Fraction(1))
        out = product
        need(len(out) <= MONOMIALS, f"more than {MONOMIALS} terms when multiplied out")
    return out


def add(out: Polynomial, more: Polynomial, by: Fraction) -> None:
    """Add ``by`` times ``more`` to ``out``."""
    for m, c in more.items():
        total = out.get(m, Fraction(0)) + by * c
        need(total.numerator.bit_length() + total.denominator.bit_length() <= BITS, f"a number of over {BITS} bits")
        out[m] = total
        if not total:
            del out[m]


def _times(m: Monomial, k: Monomial) -> Monomial:
    if not m or not k:
        return m or k
    powers = dict(m)
    for atom, power in k:
        powers[atom] = powers.get(atom, 0) + power
    need(len(powers) <= FACTORS, f"more than {FACTORS} factors when multiplied out")
    return frozenset(powers.items())
