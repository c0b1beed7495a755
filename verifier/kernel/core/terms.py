"""Terms: immutable, and checked where they are built.

There is one binder, :class:`Fun`, and it is nameless, so that a bound variable cannot be captured, escape or be taken
for another.  A symbol takes the arguments that the signature says, of the sorts that it says; nothing else is a term.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from operator import attrgetter
from types import MappingProxyType
from typing import Any, cast

from verifier.kernel.core.sorts import MADE, Sort, included, is_sort, joined, label, need, spend

#: bounds on a term: nodes as a tree, nesting, bits of a number
LARGEST, DEEPEST, BITS = 200_000, 120, 1_000
#: heads that are no symbols of a theory: falsity, ⟹ and ≤, with their sorts, and sum, product, ⋀ and =
_FIXED = {"false": ((), "prop"), "imp": (("prop", "prop"), "prop"), "le": (("const", "const"), "prop")}
RESERVED = ("+", "*", "all", "eq", *_FIXED)
_SYMBOLS: dict[str, tuple[tuple[Sort, ...], Sort]] = {}
#: symbol → (sorts of its arguments, sort of its value); written by :mod:`verifier.kernel.core.table` alone
SIGNATURE: Mapping[str, tuple[tuple[Sort, ...], Sort]] = MappingProxyType(_SYMBOLS)
_NONE: frozenset[Any] = frozenset()
_CLOSED: Mapping[int, Sort] = MappingProxyType({})


class Term:
    """A node: its ``sort``; its ``free`` variables; ``loose``, the sorts of the bound variables that point outside it,
    by index, ``reach`` the largest, or -1; ``size``, its nodes as a tree; ``depth``, nesting; ``work``, its cost."""

    __slots__ = ("_hash", "_key", "depth", "fields", "free", "loose", "reach", "size", "sort", "work")
    _key: int | None
    fields: tuple[Any, ...]
    free: "frozenset[Term]"
    loose: Mapping[int, Sort]
    size: int
    sort: Sort

    def _set(self, fields: tuple[Any, ...], sort: Sort, parts: Sequence[Any], loose: Mapping[int, Sort]) -> None:
        size, depth, free, reach = 1, 1, _NONE, max(loose, default=-1)
        for p in parts:
            size, depth = size + p.size, depth if depth > p.depth else p.depth + 1
            free = free | p.free if p.free and p.free is not free else free
        need(size <= LARGEST and depth <= DEEPEST, "too large when multiplied out: a term of many nodes, or deep")
        spend(work := 1 + len(parts) + len(loose) + len(free))
        for put, x in zip(_PUT, (hash(fields), None, depth, fields, free, loose, reach, size, sort, work)):
            put(self, x)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a term does not change")

    def __hash__(self) -> int:
        return self._hash  # type: ignore[attr-defined, no-any-return]

    def __eq__(self, other: object) -> bool:
        return self is other or (type(self) is type(other) and self.fields == other.fields)

    def __repr__(self) -> str:
        spend(1)
        if self.size > 400:
            return f"a term of {self.size} nodes"
        if isinstance(self, App):
            return f"{self.fields[0]}({', '.join(map(repr, self.fields[1]))})"
        return f"λ{self.fields[1]!r}" if isinstance(self, Fun) else "#" * isinstance(self, Bound) + str(self.fields[0])


class Var(Term):
    """A free variable: a name and a sort."""

    def __init__(self, name: str, sort: Sort) -> None:
        need(is_sort(sort), "a variable has a sort")
        self._set((label(name), sort), sort, (), _CLOSED)
        object.__setattr__(self, "free", frozenset([self]))


class Bound(Term):
    """A bound variable: how many binders out, and its sort."""

    def __init__(self, index: int, sort: Sort) -> None:
        need(type(index) is int and index >= 0 and is_sort(sort), "a bound variable has an index and a sort")
        self._set((index, sort), sort, (), MappingProxyType({index: sort}))


class Num(Term):
    """A rational number."""

    def __init__(self, value: Fraction) -> None:
        need(type(value) is Fraction, "numbers are fractions")
        bits = value.numerator.bit_length() + value.denominator.bit_length()
        need(bits <= BITS, "too large when multiplied out: a number of too many bits")
        self._set((value,), "int" if value.denominator == 1 else "const", (), _CLOSED)
        object.__setattr__(self, "_hash", hash(str(value)))  # many fractions may be chosen to have one hash


class Fun(Term):
    """λ of one or more arguments of the given sorts; in the body the last has index 0."""

    def __init__(self, sorts: tuple[Sort, ...], body: Term) -> None:
        need(type(body) in KINDS and is_sort((sorts, "prop")), "a function has at most 50 arguments, and a body")
        n, loose = len(sorts), body.loose.items()
        need(all(k >= n or s == sorts[~k] for k, s in loose), "a bound variable of another sort than its binder")
        outside = {k - n: s for k, s in loose if k >= n}
        self._set((sorts, body), (sorts, body.sort), (body,), MappingProxyType(outside) if outside else _CLOSED)


class App(Term):
    """A symbol, or a term of a function sort, applied to arguments; ⋀ is ``all`` applied to a predicate."""

    def __init__(self, head: str | Term, args: tuple[Term, ...]) -> None:
        sort = _result(head, args)
        need(type(head) is not Fun, "a function that is applied is written reduced")
        parts = args if isinstance(head, str) else (head, *args)
        loose = _CLOSED
        for p in parts:
            if p.loose and p.loose is not loose:
                need(all(p.loose.get(i, s) == s for i, s in loose.items()), "one bound variable, two sorts")
                loose = MappingProxyType({**loose, **p.loose}) if loose else p.loose
        self._set((head, args), sort, parts, loose)


def _result(head: Any, args: tuple[Term, ...]) -> Sort:
    """The sort of ``head`` applied to ``args``, if it can be."""
    need(type(args) is tuple and KINDS.issuperset(map(type, args)), "arguments are terms")
    known: Any = head.sort if type(head) in KINDS else _FIXED.get(head) or SIGNATURE.get(head)
    if isinstance(known, tuple):
        need(len(args) == len(known[0]), lambda: f"{head} takes {len(known[0])} arguments, not {len(args)}")
        bad = [(a, s) for a, s in zip(args, known[0]) if a.sort != s and not included(a.sort, s)]
        need(not bad, lambda: f"{bad[0][0]!r} is of sort {bad[0][0].sort}, and {head} takes {bad[0][1]}")
        return cast("Sort", known[1])
    sorts = [a.sort for a in args]
    if head in ("+", "*"):
        return joined(sorts)
    if head == "all":
        need(len(args) == 1 and type(args[0]) is Fun and args[0].fields[1].sort == "prop", "⋀ binds a proposition")
        return "prop"
    need(head == "eq" and len(args) == 2, lambda: f"there is no symbol or function {head!r} of {len(args)} arguments")
    if sorts[0] != sorts[1] or isinstance(sorts[0], tuple) or sorts[0] == "prop":
        joined(sorts)  # numbers, of whatever sorts
    return "prop"


def as_term(x: Term | int | Fraction) -> Term:
    """A term as it is; an integer or a fraction as a number."""
    need(isinstance(x, Term) or type(x) in (int, Fraction), "terms are made of terms, integers and fractions")
    return x if isinstance(x, Term) else Num(Fraction(x))


def once(kind: Callable[..., Term], *fields: Any) -> Term:
    """kind(*fields), if it was not made before; the work is spent anyway."""
    known: Any = MADE[-1].get((kind, fields))
    spend(known.work if known else 0)
    return known or MADE[-1].setdefault((kind, fields), kind(*fields))  # type: ignore[no-any-return]


def app(head: str | Term, *args: Term | int | Fraction) -> Term:
    """``head`` applied to ``args``; a :class:`Fun` is reduced at once (β is part of building a term)."""
    terms = tuple([as_term(a) for a in args])
    return beta(head, terms) if type(head) is Fun else once(App, head, terms)


def _mapped(t: Term, leaf: Callable[[Term, int], Term], names: frozenset[Term] = _NONE, depth: int = 0) -> Term:
    """``t`` with leaf(v, binders around v) for the free variables ``names`` and the bound ones that point outside."""
    if t.reach < depth and t.free.isdisjoint(names):  # type: ignore[attr-defined]
        return t
    if isinstance(t, Fun):
        return once(Fun, t.fields[0], _mapped(t.fields[1], leaf, names, depth + len(t.fields[0])))
    if isinstance(t, App):
        head, args = t.fields
        args = tuple([_mapped(a, leaf, names, depth) if names or a.loose else a for a in args])
        return once(App, head, args) if isinstance(head, str) else app(_mapped(head, leaf, names, depth), *args)
    return leaf(t, depth)


def beta(f: Term, args: Sequence[Term]) -> Term:
    """The body of ``f`` with ``args`` for its bound variables."""
    need(type(f) is Fun and _result(f, args := tuple(args)), "what is applied is no function")

    def opened(v: Term, depth: int) -> Term:
        k = v.fields[0] - depth
        if k >= len(args):  # bound further outside: there are fewer binders now
            return once(Bound, v.fields[0] - len(args), v.sort)
        return _mapped(args[-1 - k], lambda w, _: once(Bound, w.fields[0] + depth, w.sort))

    return _mapped(f.fields[1], opened)


def fun(variables: Iterable[Term], body: Term) -> Fun:
    """λ ``variables``. ``body``: the free variables become bound; no other can be captured."""
    names = tuple(variables)
    where = {v: index for index, v in enumerate(reversed(names))}
    need(all(type(v) is Var for v in names) and len(where) == len(names), "λ binds distinct variables")

    def closed(v: Term, depth: int) -> Term:
        return once(Bound, where[v] + depth if v in where else v.fields[0] + len(names), v.sort)

    return cast("Fun", once(Fun, tuple([v.sort for v in names]), _mapped(body, closed, frozenset(where))))


def imp(*ps: Term) -> Term:
    """p ⟹ q ⟹ … ⟹ the last."""
    return ps[0] if len(ps) == 1 else app("imp", ps[0], imp(*ps[1:]))


def forall(vs: Iterable[Term], p: Term) -> Term:
    """⋀ ``vs``. ``p``"""
    return app("all", fun(vs, p)) if (vs := tuple(vs)) else p


#: a = b, at every width, weight and parameter; a ≤ b, of numbers without widths; a number; the free variables of a term
eq, le, num, variables = partial(app, "eq"), partial(app, "le"), as_term, attrgetter("free")
KINDS = frozenset([Var, Bound, Num, Fun, App])
_PUT = [vars(Term)[slot].__set__ for slot in Term.__slots__]
FALSE: Term = App("false", ())
