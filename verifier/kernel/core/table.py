"""The table of a theory: symbols with their sorts, rows with their marks, definitions that define.

A row is a closed proposition, with a justification for readers and a mark: ``definition`` (checked here to define and
do nothing else), ``theorem`` (proved beside it or in a textbook), ``argued`` (proof sketched), ``cited`` (published).
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from verifier.kernel.core.sorts import Sort, included, is_sort, label, need, spend
from verifier.kernel.core.terms import _SYMBOLS, RESERVED, SIGNATURE, App, Fun, Term, app, eq, forall, imp, le

Terms: TypeAlias = Iterable[Term]
MARKS = ("definition", "theorem", "argued", "cited")


class Rest(NamedTuple):
    """What a theorem rests on: a mark (or ``computed``), the name of a row or an engine, the statement's digest."""

    mark: str
    name: str
    digest: str


class Row(NamedTuple):
    """A row: its closed proposition; ``why``, its justification, and ``source``, a publication, are for readers."""

    name: str
    prop: Term
    mark: str
    why: str
    source: str
    digest: str


_ROWS: dict[str, Row] = {}
_MENTIONED: set[str] = set()
_sealed = False
#: name → row, in the order in which they were written; and symbol → what it means, for readers
TABLE: Mapping[str, Row] = MappingProxyType(_ROWS)
MEANINGS: dict[str, str] = {}


def seal() -> None:
    """Let nothing be added any more."""
    global _sealed
    _sealed = True


def symbol(name: str, args: Iterable[Sort], result: Sort, meaning: str) -> None:
    """Declare a symbol; total, and nothing is known of it outside its range."""
    args = tuple(args)
    need(not _sealed and label(name) not in (*SIGNATURE, *RESERVED), f"{name!r} is declared twice, or after sealing")
    need(is_sort((args, result) if args else result) and meaning, f"{name}: no sorts, or no meaning")
    _SYMBOLS[name] = (args, result)
    MEANINGS[name] = meaning


def row(name: str, prop: Term, mark: str, why: str, source: str = "") -> None:
    """Add a row; definitions are made by :func:`define` and its kin."""
    need(mark in MARKS[1:] and why, f"{name}: a row has a mark and a justification")
    _add(name, prop, mark, why, source)


def _add(name: str, prop: Term, mark: str, why: str, source: str = "") -> None:
    need(not _sealed and label(name) not in TABLE, f"a second row {name!r}, or one after sealing")
    need(prop.sort == "prop" and not prop.free and not prop.loose, f"{name}: a row is a closed proposition")
    _MENTIONED.update(heads(prop))
    _ROWS[name] = Row(name, prop, mark, why, source, digest(prop))


def define(head: str, vs: Terms, body: Term, ranges: Terms = (), why: str = "") -> None:
    """head(vs) = body, in the given ranges: one equation, ``head`` new and neither in the body nor in the ranges."""
    vs, ranges = tuple(vs), tuple(ranges)
    _define(head, [body], ranges, {head: forall(vs, imp(*ranges, eq(app(head, *vs), body)))}, why)


def define_predicate(head: str, vs: Terms, body: Term, why: str = "") -> None:
    """head(vs) holds when body does (row ``head.intro``) and only then (``head.elim``)."""
    vs = tuple(vs)
    this = app(head, *vs)
    rows = {f"{head}.intro": forall(vs, imp(body, this)), f"{head}.elim": forall(vs, imp(this, body))}
    _define(head, [body], (), rows, why)


def define_recursion(
    head: str, vs: Terms, k: Term, base: int, first: Term, step: Term, ranges: Terms = (), why: str = ""
) -> None:
    """head(vs) by recursion on its argument k ≥ base: ``first`` at base (row ``head.0``), and ``step``, a function of
    the value at k, at k + 1 (row ``head.step``)."""
    vs, ranges = tuple(vs), tuple(ranges)
    need(k in vs and k.sort == "int" and type(step) is Fun, f"{head}: no recursion on an integer")
    at: Callable[[Any], Term] = lambda x: app(head, *[x if v == k else v for v in vs])  # noqa: E731
    start = forall([v for v in vs if v != k], imp(*ranges, eq(at(base), first)))
    following = forall(vs, imp(*ranges, le(base, k), eq(at(app("+", k, 1)), app(step, at(k)))))
    _define(head, [first, step.fields[1]], ranges, {f"{head}.0": start, f"{head}.step": following}, why)


def _define(head: str, values: list[Term], ranges: tuple[Term, ...], rows: Mapping[str, Term], why: str) -> None:
    """Add ``rows``, which say that ``head`` is ``values``: new, not circular, of its sort (else an int is 1/2)."""
    need(head not in _MENTIONED.union(*map(heads, (*values, *ranges))), f"{head!r} is spoken of before it is defined")
    need(all(included(v.sort, SIGNATURE[head][1]) for v in values), f"{head!r} is of another sort than its definition")
    for name, prop in rows.items():
        _add(name, prop, "definition", why or MEANINGS[head])


def heads(t: Term) -> frozenset[str]:
    """The symbols that occur in ``t``."""
    parts = [t.fields[1]] if isinstance(t, Fun) else [t.fields[0], *t.fields[1]] if isinstance(t, App) else []
    return frozenset().union(*[[p] if isinstance(p, str) else heads(p) for p in parts])


def plain(x: Any) -> Any:
    """A node as a list, in the notation of documents, a number as a string: for ``json.dumps(t, default=plain)``."""
    return [type(x).__name__.lower(), *x.fields] if isinstance(x, Term) else str(x)


def digest(t: Term) -> str:
    """SHA-256, in hexadecimal, of a term as compact JSON; of the term itself, never of printed text."""
    spend(t.size)
    return hashlib.sha256(json.dumps(t, default=plain, separators=(",", ":")).encode()).hexdigest()
