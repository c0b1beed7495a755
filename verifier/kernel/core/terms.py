"""Terms: immutable, and checked where they are built.

There is one binder, :class:`Fun`, and it is nameless (de Bruijn indices, the last argument has index 0), so that a
bound variable cannot be captured, escape or be confused with another.  A symbol takes the arguments that the
signature says, of the sorts that it says; nothing else is a term.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from verifier.kernel.core.sorts import Refused, Sort, included, is_sort, joined, named, need

#: bounds on one term: nodes as a tree, nesting, digits of a number (in bits)
LARGEST, DEEPEST, BITS = 200_000, 400, 4_000
#: heads that are no symbols of a theory: sum, product, ⋀, ⟹, =, ≤ and falsity
RESERVED = ("+", "*", "all", "imp", "eq", "le", "false")

#: symbol → (sorts of its arguments, sort of its value); written by :mod:`verifier.kernel.core.table` alone
SIGNATURE: dict[str, tuple[tuple[Sort, ...], Sort]] = {}


class Term:
    """A node: ``sort``; ``loose``, the sorts of bound variables that point outside; ``size`` as a tree; ``depth``."""

    __slots__ = ("_hash", "_normal", "depth", "fields", "loose", "size", "sort")
    sort: Sort
    loose: Mapping[int, Sort]
    size: int
    depth: int
    fields: tuple[Any, ...]
    _hash: int
    _normal: Any

    def _set(self, fields: tuple[Any, ...], sort: Sort, loose: Mapping[int, Sort], parts: Iterable[Term]) -> None:
        parts = tuple(parts)
        size, depth = 1 + sum(p.size for p in parts), 1 + max((p.depth for p in parts), default=0)
        need(size <= LARGEST, f"a term of more than {LARGEST} nodes")
        need(depth <= DEEPEST, f"a term nested more than {DEEPEST} deep")
        values = (fields, sort, dict(loose), size, depth, hash((type(self).__name__, fields)), None)
        for name, value in zip(("fields", "sort", "loose", "size", "depth", "_hash", "_normal"), values, strict=True):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a term does not change")

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return type(self) is type(other) and hash(self) == hash(other) and self.fields == other.fields

    def __repr__(self) -> str:
        from verifier.kernel.core.show import show

        return show(self)


class Var(Term):
    """A free variable: a name and a sort."""

    __slots__ = ()

    def __init__(self, name: str, sort: Sort) -> None:
        need(type(name) is str and 0 < len(name) <= 60 and is_sort(sort), f"no variable: {name!r}")
        self._set((name, sort), sort, {}, ())


class Bound(Term):
    """A bound variable: how many binders out, and its sort."""

    __slots__ = ()

    def __init__(self, index: int, sort: Sort) -> None:
        need(type(index) is int and 0 <= index <= 10_000 and is_sort(sort), f"no bound variable: {index!r}")
        self._set((index, sort), sort, {index: sort}, ())


class Num(Term):
    """A rational number."""

    __slots__ = ()

    def __init__(self, value: Fraction) -> None:
        need(type(value) is Fraction, f"no number: {value!r}")
        need(value.numerator.bit_length() + value.denominator.bit_length() <= BITS, f"a number of over {BITS} bits")
        self._set((value,), "int" if value.denominator == 1 else "const", {}, ())


class Fun(Term):
    """λ of one or more arguments of the given sorts; in the body the last has index 0."""

    __slots__ = ()

    def __init__(self, sorts: tuple[Sort, ...], body: Term) -> None:
        need(type(sorts) is tuple and bool(sorts) and all(map(is_sort, sorts)), "a function has argument sorts")
        need(isinstance(body, Term), "the body of a function is a term")
        n = len(sorts)
        for index, sort in body.loose.items():
            need(index >= n or sort == sorts[n - 1 - index], "a bound variable of another sort than its binder")
        outside = {index - n: sort for index, sort in body.loose.items() if index >= n}
        self._set((sorts, body), (sorts, body.sort), outside, (body,))
        need(is_sort(self.sort), "functions of functions, nested too deep")


class App(Term):
    """A symbol or a variable of a function sort, applied; ⋀ is ``all`` of a function into propositions."""

    __slots__ = ()

    def __init__(self, head: str | Term, args: tuple[Term, ...]) -> None:
        need(type(args) is tuple and all(isinstance(a, Term) for a in args), "arguments are terms")
        sort = _result(head, args)
        parts = args if isinstance(head, str) else (head, *args)
        loose: dict[int, Sort] = {}
        for part in parts:
            for index, s in part.loose.items():
                need(loose.setdefault(index, s) == s, "one bound variable, two sorts")
        self._set((head, args), sort, loose, parts)


def _result(head: str | Term, args: tuple[Term, ...]) -> Sort:
    sorts = tuple(a.sort for a in args)
    if head in ("+", "*"):
        return joined(sorts) if args else "int"
    if head == "false":
        need(not args, "falsity takes no arguments")
        return "prop"
    if head == "all":
        need(len(args) == 1 and type(args[0]) is Fun and args[0].fields[1].sort == "prop", "⋀ binds a proposition")
        return "prop"
    if head in ("imp", "eq", "le"):
        need(len(args) == 2, f"{head} takes 2 arguments, not {len(args)}")
        if head == "imp":
            need(sorts == ("prop", "prop"), "⟹ stands between propositions")
        elif head == "le":
            shown = " and ".join(map(named, sorts))
            need(all(included(s, "const") for s in sorts), f"≤ compares numbers without widths, not {shown}")
        elif sorts[0] != sorts[1] or isinstance(sorts[0], tuple) or sorts[0] == "prop":
            joined(sorts)
        return "prop"
    if isinstance(head, str):
        need(head in SIGNATURE, f"there is no symbol {head!r}")
        wanted, result = SIGNATURE[head]
    else:
        if type(head) not in (Var, Bound, App) or isinstance(head.sort, str):
            raise Refused(f"{head!r} is no function")
        wanted, result = head.sort
    name = head if isinstance(head, str) else repr(head)
    need(len(args) == len(wanted), f"{name} takes {len(wanted)} arguments, not {len(args)}")
    for a, s in zip(args, wanted, strict=True):
        need(included(a.sort, s), f"{a!r} is of sort {named(a.sort)}, and {name} takes {named(s)}")
    return result


def num(x: int | Fraction) -> Num:
    """A number as a term."""
    return Num(Fraction(x))


def as_term(x: Term | int | Fraction) -> Term:
    """A term as it is; an integer or a fraction as a number."""
    return x if isinstance(x, Term) else num(x)


def app(head: str | Term, *args: Term | int | Fraction) -> Term:
    """``head`` applied to ``args``; a :class:`Fun` is reduced at once (β is part of building a term)."""
    terms = tuple(map(as_term, args))
    return beta(head, terms) if type(head) is Fun else App(head, terms)


def beta(f: Term, args: Sequence[Term]) -> Term:
    """The body of ``f`` with ``args`` for its bound variables."""
    need(type(f) is Fun, f"{f!r} is no function")
    sorts, body = f.fields
    need(len(args) == len(sorts), f"a function of {len(sorts)} arguments, given {len(args)}")
    for a, s in zip(args, sorts, strict=True):
        need(included(a.sort, s), f"{a!r} is of sort {named(a.sort)}, not {named(s)}")
    return _open(body, tuple(reversed(args)), 0)


def _lift(t: Term, by: int, depth: int = 0) -> Term:
    """``t`` with the bound variables that point outside it moved by ``by``."""
    if by == 0 or all(index < depth for index in t.loose):
        return t
    if isinstance(t, Bound):
        return Bound(t.fields[0] + by, t.sort)
    if isinstance(t, Fun):
        return Fun(t.fields[0], _lift(t.fields[1], by, depth + len(t.fields[0])))
    head, args = t.fields
    return app(head if isinstance(head, str) else _lift(head, by, depth), *(_lift(a, by, depth) for a in args))


def _open(t: Term, args: tuple[Term, ...], depth: int) -> Term:
    if all(index < depth for index in t.loose):
        return t
    if isinstance(t, Bound):
        k = t.fields[0] - depth
        return _lift(args[k], depth) if k < len(args) else Bound(t.fields[0] - len(args), t.sort)
    if isinstance(t, Fun):
        return Fun(t.fields[0], _open(t.fields[1], args, depth + len(t.fields[0])))
    head, parts = t.fields
    return app(head if isinstance(head, str) else _open(head, args, depth), *(_open(a, args, depth) for a in parts))


def fun(variables: Iterable[Term], body: Term) -> Fun:
    """λ ``variables``. ``body``: the free variables become bound; no other can be captured."""
    names = tuple(variables)
    need(all(type(v) is Var for v in names) and len(set(names)) == len(names), "λ binds distinct variables")
    where, n = {v: len(names) - 1 - i for i, v in enumerate(names)}, len(names)

    def close(t: Term, depth: int) -> Term:
        if isinstance(t, Var):
            return Bound(where[t] + depth, t.sort) if t in where else t
        if isinstance(t, Bound):
            return Bound(t.fields[0] + n, t.sort) if t.fields[0] >= depth else t
        if isinstance(t, Fun):
            return Fun(t.fields[0], close(t.fields[1], depth + len(t.fields[0])))
        if isinstance(t, App):
            head, args = t.fields
            return App(head if isinstance(head, str) else close(head, depth), tuple(close(a, depth) for a in args))
        return t

    return Fun(tuple(v.sort for v in names), close(body, 0))


def variables(t: Term) -> frozenset[Term]:
    """The free variables of ``t``."""
    found: set[Term] = set()
    stack: list[Term] = [t]
    while stack:
        t = stack.pop()
        if isinstance(t, Var):
            found.add(t)
        elif isinstance(t, Fun):
            stack.append(t.fields[1])
        elif isinstance(t, App):
            stack.extend(t.fields[1] if isinstance(t.fields[0], str) else (t.fields[0], *t.fields[1]))
    return frozenset(found)


def imp(*ps: Term) -> Term:
    """p ⟹ q ⟹ … ⟹ the last."""
    out = ps[-1]
    for p in reversed(ps[:-1]):
        out = App("imp", (p, out))
    return out


def forall(vs: Iterable[Term], p: Term) -> Term:
    """⋀ ``vs``. ``p``"""
    vs = tuple(vs)
    return App("all", (fun(vs, p),)) if vs else p


def eq(a: Term | int | Fraction, b: Term | int | Fraction) -> Term:
    """a = b, at every width, weight and parameter."""
    return app("eq", a, b)


def le(a: Term | int | Fraction, b: Term | int | Fraction) -> Term:
    """a ≤ b, of numbers without widths."""
    return app("le", a, b)


FALSE: Term = App("false", ())
