"""The table of a theory: symbols with their sorts, rows with their marks, definitions that define.

A row is a closed proposition with a justification for readers and a mark: ``definition``, ``theorem`` (its proof is the
paragraph beside it or a textbook's), ``argued`` (a proof is sketched) or ``cited`` (a published theorem).  Rows about
symbols that are defined elsewhere cannot be checked by a machine; that a definition defines, and nothing else, can.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from verifier.kernel.core.sorts import Sort, included, is_sort, need
from verifier.kernel.core.terms import (
    RESERVED,
    SIGNATURE,
    App,
    Bound,
    Fun,
    Num,
    Term,
    Var,
    app,
    as_term,
    eq,
    forall,
    imp,
    variables,
)

MARKS = ("definition", "theorem", "argued", "cited")


class Rest(NamedTuple):
    """What a theorem rests on: a mark (or ``computed``), the name of a row or an engine, the statement's digest."""

    mark: str
    name: str
    digest: str


@dataclass(frozen=True)
class Row:
    """A row: ``prop`` is closed; ``why`` is its justification and ``source`` a publication, for readers."""

    name: str
    prop: Term
    mark: str
    why: str
    source: str = ""

    @property
    def digest(self) -> str:
        """The digest of the statement; name, mark and justification do not enter."""
        return digest(self.prop)


#: name → row, in the order in which they were written
TABLE: dict[str, Row] = {}
#: symbol → what it means, for readers
MEANINGS: dict[str, str] = {}
_DEFINED: set[str] = set()


def symbol(name: str, args: Iterable[Sort], result: Sort, meaning: str) -> None:
    """Declare a symbol; total, and nothing is known of it outside its range."""
    args = tuple(args)
    need(type(name) is str and 0 < len(name) <= 60, f"{name!r} is no name of a symbol")
    need(name not in SIGNATURE and name not in RESERVED, f"{name!r} is declared twice")
    need(all(map(is_sort, (*args, result))) and bool(meaning), f"{name}: no sorts, or no meaning")
    SIGNATURE[name] = (args, result)
    MEANINGS[name] = meaning


def row(name: str, prop: Term, mark: str, why: str, source: str = "") -> None:
    """Add a row; definitions are made by :func:`define` and its kin."""
    need(mark in MARKS and mark != "definition" and bool(why), f"{name}: a row has a mark and a justification")
    _add(Row(name, prop, mark, why, source))


def _add(found: Row) -> None:
    need(found.name not in TABLE, f"a second row {found.name!r}")
    need(found.prop.sort == "prop" and not variables(found.prop), f"{found.name}: a row is a closed proposition")
    TABLE[found.name] = found


def _fresh(head: str, values: Iterable[Term], ranges: Iterable[Term], vs: tuple[Term, ...]) -> None:
    """That ``values`` can be what ``head`` is at ``vs``: new, not circular, of its sort (else an int is 1/2)."""
    values, ranges = tuple(values), tuple(ranges)
    need(head in SIGNATURE and head not in _DEFINED, f"{head!r} is not declared, or defined already")
    need(all(head not in heads(r.prop) for r in TABLE.values()), f"a row speaks of {head!r} before its definition")
    need(all(included(v.sort, SIGNATURE[head][1]) for v in values), f"{head!r} is of another sort than its definition")
    for part in (*values, *ranges):
        need(head not in heads(part) and variables(part) <= set(vs), f"{head!r} is not defined by {part!r}")
    _DEFINED.add(head)


def define(head: str, vs: Iterable[Term], body: Term, ranges: Iterable[Term] = (), why: str = "") -> None:
    """head(vs) = body, in the given ranges: one equation, ``head`` new and not in the body."""
    vs, ranges = tuple(vs), tuple(ranges)
    _fresh(head, (body,), ranges, vs)
    _add(Row(head, forall(vs, imp(*ranges, eq(app(head, *vs), body))), "definition", why or MEANINGS[head]))


def define_predicate(head: str, vs: Iterable[Term], body: Term, why: str = "") -> None:
    """head(vs) holds when body does (row ``head.intro``) and only then (``head.elim``)."""
    vs = tuple(vs)
    _fresh(head, (body,), (), vs)
    for name, pair in (("intro", (body, app(head, *vs))), ("elim", (app(head, *vs), body))):
        _add(Row(f"{head}.{name}", forall(vs, imp(*pair)), "definition", why or MEANINGS[head]))


def define_recursion(
    head: str, vs: Iterable[Term], k: Term, base: int, first: Term, step: Term,
    ranges: Iterable[Term] = (), why: str = "",
) -> None:
    """head(vs) by recursion on its argument k ≥ base: ``first`` at base (row ``head.0``), and ``step``, a function of
    the value at k, at k + 1 (row ``head.step``)."""
    vs, ranges = tuple(vs), tuple(ranges)
    need(k in vs and k.sort == "int" and k not in variables(first), f"{head}: no recursion on an integer")
    need(type(step) is Fun and len(step.fields[0]) == 1, f"{head}: a step is a function of one value")
    _fresh(head, (first, step.fields[1]), ranges, vs)
    at = lambda x: app(head, *(x if v == k else v for v in vs))  # noqa: E731
    others = tuple(v for v in vs if v != k)
    why = why or MEANINGS[head]
    _add(Row(f"{head}.0", forall(others, imp(*ranges, eq(at(as_term(base)), first))), "definition", why))
    following = eq(at(app("+", k, 1)), app(step, at(k)))
    _add(Row(f"{head}.step", forall(vs, imp(*ranges, app("le", base, k), following)), "definition", why))


def heads(t: Term) -> frozenset[str]:
    """The symbols that occur in ``t``."""
    found: set[str] = set()
    stack = [t]
    while stack:
        t = stack.pop()
        if isinstance(t, Fun):
            stack.append(t.fields[1])
        elif isinstance(t, App):
            stack.extend(t.fields[1])
            if isinstance(t.fields[0], str):
                found.add(t.fields[0])
            else:
                stack.append(t.fields[0])
    return frozenset(found)


def plain(t: Term) -> list[Any]:
    """A term as nested lists: what digests are made of, and one node of a document's table with indices for lists."""
    if isinstance(t, Var):
        return ["var", t.fields[0], t.fields[1]]
    if isinstance(t, Bound):
        return ["bound", t.fields[0], t.fields[1]]
    if isinstance(t, Num):
        return ["num", str(t.fields[0])]
    if isinstance(t, Fun):
        return ["fun", list(t.fields[0]), plain(t.fields[1])]
    head, args = t.fields
    return ["app", head if isinstance(head, str) else plain(head), [plain(a) for a in args]]


def digest(t: Term) -> str:
    """SHA-256, in hexadecimal, of a term as compact JSON (see :func:`plain`); of the term, never of printed text."""
    return hashlib.sha256(json.dumps(plain(t), separators=(",", ":"), ensure_ascii=True).encode()).hexdigest()
