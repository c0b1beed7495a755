"""Inequalities between real numbers, by ball arithmetic: every number is enclosed in an interval that is known.

A request ``{"relation": "less", "left": 3, "right": ["pi"]}`` has the relation ``le``, ``less`` or ``unequal`` and two
numbers: integers, fractions as strings (``"22/7"``), and lists of a symbol and its arguments, from +, *, inv, pi, sqrt,
cos, sin, acos and exp.  What is computed is left <= right, right - left > 0, or left - right ≠ 0.  Where balls meet,
nothing is: equality is no matter of enclosures.

>>> compute({"relation": "less", "left": 3, "right": ["pi"]}).fields[0]
'pos'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

from verifier.engines.requests import chosen, fields_of
from verifier.kernel.core.sorts import Refused, need
from verifier.kernel.core.terms import Term, app, le, num

NAME, VERSION = "balls", "1"

#: working precisions in bits, tried one after the other; nesting and size of a request
PRECISIONS, DEEPEST, LARGEST, DIGITS = (64, 256, 1024), 40, 2_000, 200
#: symbol → number of arguments; None: any
ARITY: Mapping[str, int | None] = {
    "+": None, "*": None, "inv": 1, "pi": 0, "sqrt": 1, "cos": 1, "sin": 1, "acos": 1, "exp": 1,
}  # fmt: skip
_FRACTION = re.compile(r"-?[0-9]+(/[1-9][0-9]*)?")


def compute(request: Mapping[str, Any]) -> Term:
    """The relation as a closed proposition; Refused where it is false, undecided or not about real numbers."""
    relation, left, right = fields_of(request, "relation", "left", "right")
    chosen(relation, "relation", ("le", "less", "unequal"))
    budget = [LARGEST]
    a, b = (_term(x, budget, 0) for x in (left, right))
    _decide(relation, left, right)
    if relation == "le":
        return le(a, b)
    upper, lower = (b, a) if relation == "less" else (a, b)
    return app("pos" if relation == "less" else "nonzero", app("+", upper, app("*", -1, lower)))


def _decide(relation: str, left: Any, right: Any) -> None:
    """Refused unless the relation holds at one of the precisions, with the reason of the last."""
    reason = ""
    for bits in PRECISIONS:
        try:
            if _holds(relation, left, right, bits):
                return
            reason = f"{relation} is false, or not decided at {bits} bits"
        except Refused as error:  # a domain that a smaller ball may be within
            reason = str(error)
    raise Refused(reason)


def _holds(relation: str, left: Any, right: Any, bits: int) -> bool:
    before, ctx.prec = ctx.prec, bits
    try:
        gap = enclosure(right) - enclosure(left)
    finally:
        ctx.prec = before
    if relation == "unequal":
        return bool(gap != 0)
    return bool(gap >= 0) if relation == "le" else bool(gap > 0)


def enclosure(x: Any) -> Any:
    """A ball that contains the number, at the precision of the moment; Refused outside a function's domain."""
    if isinstance(x, list):
        head, args = x[0], [enclosure(a) for a in x[1:]]
        return _applied(head, args)
    value = Fraction(x)
    return arb(fmpq(value.numerator, value.denominator))


def _applied(head: str, args: list[Any]) -> Any:
    if head == "+":
        return sum(args, arb(0))
    if head == "*":
        out = arb(1)
        for a in args:
            out *= a
        return out
    if head == "pi":
        return arb.pi()
    (a,) = args
    if head == "inv":
        need(bool(a != 0), "1/x of a number that is 0, or not known to be another")
        return 1 / a
    if head == "sqrt":
        need(bool(a >= 0), "the square root of a number that is negative, or not known not to be")
        return a.sqrt()
    if head == "acos":
        need(bool(a >= -1) and bool(a <= 1), "the arc cosine of a number that is not known to be in [-1, 1]")
        return a.acos()
    return {"cos": arb.cos, "sin": arb.sin, "exp": arb.exp}[head](a)


def _term(x: Any, budget: list[int], depth: int) -> Term:
    """The number as a term of the kernel; Refused where it is none."""
    budget[0] -= 1
    need(budget[0] >= 0 and depth <= DEEPEST, f"a number of more than {LARGEST} symbols, or {DEEPEST} levels")
    if type(x) is int:
        need(x.bit_length() <= 4 * DIGITS, f"an integer of more than {DIGITS} digits")
        return num(x)
    if type(x) is str:
        need(len(x) <= 2 * DIGITS and _FRACTION.fullmatch(x) is not None, f"{x[:40]!r} is no fraction")
        return num(Fraction(x))
    need(type(x) is list and bool(x) and type(x[0]) is str and x[0] in ARITY,
         f"{str(x)[:40]} is no number: integers, fractions and lists from {', '.join(ARITY)} are")  # fmt: skip
    wanted = ARITY[x[0]]
    need(wanted is None or len(x) == wanted + 1, f"{x[0]} takes {wanted} arguments, not {len(x) - 1}")
    return app(x[0], *(_term(a, budget, depth + 1) for a in x[1:]))
