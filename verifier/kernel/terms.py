"""Terms as plain JSON, their normal form, and substitution.

A term is an integer, a variable (a string) or a list ``[head, ...]``.

Arithmetic: ``+ - * / ^ min max fact`` (``/`` only by a number or a ``fact``).
Binders, each with the bound variables first:

* ``["sum", v, lo, hi, body]``, ``["prod", v, lo, hi, body]``
* ``["prodexcept", v, lo, hi, skip, body]``: the product without ``v = skip``
* ``["comps", d, k, H, r, hi, body]``: Σ over (k_1..k_H), 0 <= k_d <= hi, Σ k_d = r, of Π_d body(d, k_d)
* ``["dominant", d, k, H, r, hi, weight, body0, body]``: the same over the summands of greatest Σ_d weight(k_d),
  with ``body0`` for the parts equal to zero
* ``["chain", k, L, [l, last], [lp, l, step], [l, first]]``:
  Σ over 1 <= l_1 < … < l_k <= L of last(l_k) · Π step(l_{m+1}, l_m) · first(l_1)
* ``["tuples", v, N, k, body]``: Σ over v in {1..N}^k;  ``["over", v, x, body]``: Π over the entries x of v
* ``["consecutive", l, e, [lp, lo, eo], body]``: Π over m < k of body(l_{m+1}, l_m, e_m)

Any other head is a symbol applied to terms.  ``["kron", a, b]`` is Kronecker's delta.

Two terms are equal to the kernel when their normal forms are: polynomials over atoms with
rational coefficients, bound variables numbered from the outside in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

#: of the coefficients of a power
LARGEST_BITS = 1 << 13

Term = Any  # int | str | list
Monomial = tuple[tuple[Any, int], ...]
Poly = dict[Monomial, Fraction]

#: head -> positions of the bound variables, position of the first argument in their scope
BINDERS = {
    "sum": ((1,), 4),
    "prod": ((1,), 4),
    "prodexcept": ((1,), 5),
    "comps": ((1, 2), 6),
    "dominant": ((1, 2), 6),
    "tuples": ((1,), 4),
    "over": ((2,), 3),
}
#: what is read off a literal tuple ["list", ...]
LIST_READERS: dict[str, Any] = {
    "first": lambda entries: entries[0],
    "last": lambda entries: entries[-1],
    "len": len,
    "increasing": lambda entries: int(all(a < b for a, b in pairwise(entries))),  # of numbers only
}
INDEX_HEADS = ("+", "-", "*", "min", "max", "first", "last", "len", "list")
ARITHMETIC = ("+", "-", "*", "/", "^")
#: names with a meaning of their own, which no binder may take: the inputs, H, L and the width
RESERVED = frozenset({"i", "j", "H", "L", "n"})


class KernelError(ValueError):
    """A term, judgment or step that the kernel refuses; the message names both sides of a mismatch."""


def show(value: Any) -> str:
    """A term or judgment on one line, for messages."""
    text = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return text if len(text) <= 300 else text[:297] + "..."


def require(condition: bool, message: str) -> None:
    """Raise :class:`KernelError` with ``message`` unless ``condition`` holds."""
    if not condition:
        raise KernelError(message)


def polynomial(term: Term, bound: Mapping[str, str] | None = None) -> Poly:
    """The term as a polynomial over atoms; raises KernelError for what is no term."""
    bound = bound or {}
    if isinstance(term, bool) or not isinstance(term, int | str | list):
        raise KernelError(f"{show(term)} is not a term")
    if isinstance(term, int):
        return {(): Fraction(term)} if term else {}
    if isinstance(term, str):
        require(term in bound or is_name(term), f"{show(term)} is not a name")
        return {((("var", bound.get(term, term)), 1),): Fraction(1)}
    require(len(term) >= 1 and isinstance(term[0], str), f"{show(term)} has no head")
    head, arguments = term[0], term[1:]
    if head in ARITHMETIC:
        return _arithmetic(head, [polynomial(argument, bound) for argument in arguments], term)
    if head == "sum":
        require(len(term) == 5, f"{show(term)}: sum needs a variable, two bounds and a body")
    if head in ("min", "max"):
        parts = [polynomial(argument, bound) for argument in arguments]
        if all(set(part) <= {()} for part in parts):
            extreme = (min if head == "min" else max)(part.get((), Fraction(0)) for part in parts)
            return {(): extreme} if extreme else {}
    if head == "kron" and len(arguments) == 2:
        difference = add(polynomial(arguments[0], bound), scale(polynomial(arguments[1], bound), -1))
        if set(difference) <= {()}:  # equal indices, or numbers that differ
            return {} if difference else {(): Fraction(1)}
    if head in LIST_READERS and len(arguments) == 1 and isinstance(arguments[0], list) and arguments[0][:1] == ["list"]:
        entries = arguments[0][1:]
        if head != "increasing" or all(type(entry) is int for entry in entries):  # names have no order yet
            return polynomial(LIST_READERS[head](entries), bound)
    return {((_atom(term, bound), 1),): Fraction(1)}


def key(term: Term, bound: Mapping[str, str] | None = None) -> Any:
    """The normal form as a hashable value: equal keys mean equal terms."""
    return tuple(sorted(polynomial(term, bound).items(), key=repr))


def same(left: Term, right: Term) -> bool:
    """Whether two terms have one normal form."""
    return bool(key(left) == key(right))


def constant(term: Term) -> Fraction | None:
    """The rational a term equals, or None."""
    form = polynomial(term)
    if not form:
        return Fraction(0)
    return form.get(()) if set(form) == {()} else None


def _arithmetic(head: str, parts: list[Poly], term: Term) -> Poly:
    require(bool(parts), f"{show(term)} has no arguments")
    if head == "+":
        return add(*parts)
    if head == "-":
        return scale(parts[0], -1) if len(parts) == 1 else add(parts[0], *[scale(p, -1) for p in parts[1:]])
    if head == "*":
        return multiply(*parts)
    require(len(parts) == 2, f"{show(term)} needs two arguments")
    if head == "/":
        return multiply(parts[0], _reciprocal(parts[1], term))
    exponent = parts[1]
    if set(exponent) <= {()}:
        power = exponent.get((), Fraction(0))
        require(power.denominator == 1 and 0 <= power <= 64, f"{show(term)}: power outside 0..64")
        bits = max((max(abs(c.numerator), c.denominator).bit_length() for c in parts[0].values()), default=0)
        require(bits * power <= LARGEST_BITS, "a power with coefficients too large to write down")
        return multiply(*[parts[0]] * int(power))
    return {((("^", _freeze(parts[0]), _freeze(exponent)), 1),): Fraction(1)}


def _reciprocal(form: Poly, term: Term) -> Poly:
    # Only numbers and factorials are ever divided by: both are never zero.
    require(len(form) == 1, f"{show(term)}: only a number or a factorial can be divided by")
    (monomial, coefficient), *_ = form.items()
    require(all(atom[0] == "fact" for atom, _ in monomial), f"{show(term)}: cannot divide by {show(term[2])}")
    return {tuple((("1/", *atom[1:]), power) for atom, power in monomial): 1 / coefficient}


def _freeze(form: Poly) -> Any:
    return tuple(sorted(form.items(), key=repr))


def _atom(term: list[Any], bound: Mapping[str, str]) -> Any:
    head, arguments = term[0], term[1:]
    if head in ("min", "max"):
        return (head, *sorted((key(argument, bound) for argument in arguments), key=repr))
    if head == "chain":
        require(len(term) == 6, f"{show(term)}: chain needs k, L, last, step, first")
        _, k, depth, (l1, last), (lp, l2, step), (l3, first) = term
        return (
            "chain", key(k, bound), key(depth, bound), key(last, bind(bound, l1)),
            key(step, bind(bound, lp, l2)), key(first, bind(bound, l3)),
        )  # fmt: skip
    if head == "consecutive":
        _, ls, es, names, body = term
        return ("consecutive", key(ls, bound), key(es, bound), key(body, bind(bound, *names)))
    if head in BINDERS:
        positions, scope = BINDERS[head]
        inner = bind(bound, *(term[p] for p in positions))
        rest = [i for i in range(1, len(term)) if i not in positions]
        return (head, *(key(term[i], inner if i >= scope else bound) for i in rest))
    return (head, *(key(argument, bound) for argument in arguments))


def is_name(name: Any) -> bool:
    """Whether a variable may be called so: a plain word, which looks like no other and like no number "#0"."""
    return isinstance(name, str) and re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) is not None


def require_index(value: Term) -> None:
    """Raise KernelError unless a term stands for integers or tuples of them that are free of the widths.

    Variables are indices, but for i and j, which name the inputs, and the width n.
    """
    if isinstance(value, list) and value and value[0] in INDEX_HEADS:
        for part in value[1:]:
            require_index(part)
        return
    integer = isinstance(value, int) and not isinstance(value, bool)
    free = is_name(value) and value not in ("i", "j", "n")
    require(integer or free, f"{show(value)} is no integer or tuple, as inputs and widths are not")


def bind(bound: Mapping[str, str], *names: str) -> dict[str, str]:
    """The numbering of bound variables inside a binder of ``names``.

    Numbers go on from the largest in use, not from how many there are: an inner binder may repeat a name.
    """
    require(all(is_name(name) and name not in RESERVED for name in names), f"{show(names)} cannot be bound")
    require(len(set(names)) == len(names), f"{show(names)}: one binder binds a name twice")
    level = 1 + max((int(number[1:]) for number in bound.values()), default=-1)
    return {**bound, **{name: f"#{level + i}" for i, name in enumerate(names)}}


def _find_delta(body: Term, name: str) -> tuple[Term, Term] | None:
    factors = flatten(body)
    for index, factor in enumerate(factors):
        if isinstance(factor, list) and len(factor) == 3 and factor[0] == "kron" and name in factor[1:]:
            other = factor[2] if factor[1] == name else factor[1]
            if isinstance(other, str) and other != name:
                return other, ["*", 1, *factors[:index], *factors[index + 1 :]]
    return None


def flatten(term: Term) -> list[Term]:
    """The factors of a product, however it is nested; any other term is its own only factor."""
    if isinstance(term, list) and term and term[0] == "*":
        return [factor for argument in term[1:] for factor in flatten(argument)]
    return [term]


def resolve(term: Term, index: str) -> Term:
    """Σ_{v=1}^{H} δ(index, v) X(v) as X(index); other terms as they are.  The caller knows that 1 <= index <= H."""
    if isinstance(term, list) and len(term) == 5 and term[0] == "sum" and term[2:4] == [1, "H"]:
        delta = _find_delta(term[4], term[1])
        if delta is not None and delta[0] == index:
            return substitute(delta[1], {term[1]: index})
    return term


def add(*forms: Poly) -> Poly:
    """The sum of polynomials."""
    out: Poly = {}
    for form in forms:
        for monomial, coefficient in form.items():
            out[monomial] = out.get(monomial, Fraction(0)) + coefficient
    return {monomial: coefficient for monomial, coefficient in out.items() if coefficient}


def scale(form: Poly, factor: int | Fraction) -> Poly:
    """A polynomial times a number."""
    return {m: c * factor for m, c in form.items()} if factor else {}


def multiply(*forms: Poly) -> Poly:
    """The product of polynomials."""
    out: Poly = {(): Fraction(1)}
    for form in forms:
        product: Poly = {}
        for m1, c1 in out.items():
            for m2, c2 in form.items():
                if not m1 or not m2:  # a number: nothing to merge
                    product[m1 or m2] = product.get(m1 or m2, Fraction(0)) + c1 * c2
                    continue
                powers: dict[Any, int] = {}
                for atom, power in (*m1, *m2):
                    powers[atom] = powers.get(atom, 0) + power
                monomial = tuple(sorted(powers.items(), key=repr))
                product[monomial] = product.get(monomial, Fraction(0)) + c1 * c2
        out = {m: c for m, c in product.items() if c}
    return out


def free_variables(term: Term) -> set[str]:
    """The variables of a term that no binder of it binds (an over-approximation is never returned)."""
    if isinstance(term, str):
        return {term}
    if not isinstance(term, list) or not term:
        return set()
    head = term[0]
    if head == "chain":
        _, k, depth, (l1, last), (lp, l2, step), (l3, first) = term
        inner = (free_variables(last) - {l1}) | (free_variables(step) - {lp, l2}) | (free_variables(first) - {l3})
        return free_variables(k) | free_variables(depth) | inner
    if head == "consecutive":
        return free_variables(term[1]) | free_variables(term[2]) | (free_variables(term[4]) - set(term[3]))
    if head in BINDERS:
        positions, scope = BINDERS[head]
        names = {term[p] for p in positions}
        out: set[str] = set()
        for i in range(1, len(term)):
            if i not in positions:
                out |= free_variables(term[i]) - (names if i >= scope else set())
        return out
    return set().union(*(free_variables(argument) for argument in term[1:])) if len(term) > 1 else set()


def substitute(term: Term, values: Mapping[str, Term]) -> Term:
    """Replace free variables; refuses (KernelError) where a bound variable would capture one."""
    if isinstance(term, str):
        return values.get(term, term)
    if not isinstance(term, list) or not term:
        return term
    head = term[0]
    if head == "chain":
        _, k, depth, (l1, last), (lp, l2, step), (l3, first) = term
        return [
            head, substitute(k, values), substitute(depth, values), [l1, _under(last, values, l1)],
            [lp, l2, _under(step, values, lp, l2)], [l3, _under(first, values, l3)],
        ]  # fmt: skip
    if head == "consecutive":
        _, ls, es, names, body = term
        return [head, substitute(ls, values), substitute(es, values), names, _under(body, values, *names)]
    if head in BINDERS:
        positions, scope = BINDERS[head]
        names = [term[p] for p in positions]
        return [head] + [
            term[i] if i in positions
            else _under(term[i], values, *names) if i >= scope
            else substitute(term[i], values)
            for i in range(1, len(term))
        ]  # fmt: skip
    return [head, *(substitute(argument, values) for argument in term[1:])]


def _under(body: Term, values: Mapping[str, Term], *names: str) -> Term:
    live = {v: t for v, t in values.items() if v not in names and v in free_variables(body)}
    captured = set(names) & set().union(*(free_variables(t) for t in live.values())) if live else set()
    require(not captured, f"{', '.join(sorted(captured))} is bound in {show(body)} and would capture a variable")
    return substitute(body, live)
