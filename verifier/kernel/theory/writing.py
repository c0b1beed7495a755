"""How rows are written: variables by name, premises and conclusion one after the other.

The names of a row's outermost variables are kept here for those who search for proofs and for the printed table; the
kernel does not know them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verifier.kernel.core import table
from verifier.kernel.core.sorts import Sort
from verifier.kernel.core.terms import FALSE, Fun, Term, Var, app, forall, imp

#: row → names of its outermost variables
NAMES: dict[str, tuple[str, ...]] = {}
#: row → the page of the theory that it stands on
PAGES: dict[str, str] = {}


def law(name: str, vs: Sequence[Term], *parts: Term, mark: str, why: str, source: str = "", page: str = "") -> None:
    """A row ⋀ vs. premises ⟹ conclusion, the conclusion last."""
    table.row(name, forall(vs, imp(*parts)), mark, why, source)
    _remember(name, vs, page)


def definition(head: str, vs: Sequence[Term], body: Term, *ranges: Term, why: str = "", page: str = "") -> None:
    """head(vs) = body within ``ranges``, as the row ``head``."""
    table.define(head, vs, body, ranges, why)
    _remember(head, vs, page)


def predicate(head: str, vs: Sequence[Term], body: Term, why: str = "", page: str = "") -> None:
    """head(vs) holds exactly when body does, as the rows ``head.intro`` and ``head.elim``."""
    table.define_predicate(head, vs, body, why)
    for suffix in ("intro", "elim"):
        _remember(f"{head}.{suffix}", vs, page)


def recursion(
    head: str, vs: Sequence[Term], k: Term, base: int, first: Term, step: Fun, *ranges: Term, page: str, why: str = ""
) -> None:
    """head(vs) by recursion on k from ``base``, as the rows ``head.0`` and ``head.step``."""
    table.define_recursion(head, vs, k, base, first, step, ranges, why)
    _remember(f"{head}.0", [v for v in vs if v != k], page)
    _remember(f"{head}.step", vs, page)


def _remember(name: str, vs: Iterable[Term], page: str) -> None:
    NAMES[name] = tuple(v.fields[0] for v in vs)
    PAGES[name] = page


def many(names: str, sort: Sort) -> list[Var]:
    """Variables of one sort, their names separated by blanks."""
    return [Var(name, sort) for name in names.split()]


def negation(p: Term) -> Term:
    """p ⟹ falsity."""
    return imp(p, FALSE)


def plus(*ts: Term | int) -> Term:
    """A sum."""
    return app("+", *ts)


def times(*ts: Term | int) -> Term:
    """A product."""
    return app("*", *ts)


def minus(a: Term | int, b: Term | int) -> Term:
    """a - b"""
    return app("+", a, app("*", -1, b))
