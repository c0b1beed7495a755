"""Finite tuples of integers: built up at the right end, and looked up by index, the first entry being that at 1.

A tuple has entries at 1, …, len; nothing is known of an entry elsewhere.
"""

from __future__ import annotations

from functools import partial

from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import Term, Var, app, eq, forall, imp, le
from verifier.kernel.theory import logic  # noqa: F401  (its symbols stand in the rows)
from verifier.kernel.theory.writing import definition, law, many, plus, predicate

PAGE = "seqs"
row = partial(law, page=PAGE, mark="theorem")

s, t = many("s t", "seq")
i, j, k, lo, hi = many("i j k lo hi", "int")
V = Var("V", (("seq",), "prop"))

symbol("nil", (), "seq", "the empty tuple")
symbol("snoc", ("seq", "int"), "seq", "a tuple with one more entry at its end")
symbol("len", ("seq",), "int", "the number of entries of a tuple")
symbol("entry", ("seq", "int"), "int", "the entry of a tuple at an index from 1 to its length")
symbol("first", ("seq",), "int", "the first entry of a tuple that is not empty")
symbol("last", ("seq",), "int", "the last entry of a tuple that is not empty")

NIL = app("nil")


def length(of: Term) -> Term:
    """The number of entries of a tuple."""
    return app("len", of)


def entry(of: Term, at: Term | int) -> Term:
    """The entry of a tuple at an index."""
    return app("entry", of, at)


definition("first", [s], entry(s, 1), page=PAGE)
definition("last", [s], entry(s, length(s)), page=PAGE)

row("len.nil", [], eq(length(NIL), 0), why="The empty tuple has no entry.")
row("len.snoc", [s, k], eq(length(app("snoc", s, k)), plus(length(s), 1)), why="One more entry.")
row("len.nonneg", [s], le(0, length(s)), why="A number of entries.")
row("entry.last", [s, k], eq(entry(app("snoc", s, k), plus(length(s), 1)), k), why="The entry that was added.")
row(
    "entry.before", [s, k, i], le(1, i), le(i, length(s)), eq(entry(app("snoc", s, k), i), entry(s, i)),
    why="The entries that were there stay where they are.",
)  # fmt: skip
row(
    "seq.induction", [V], app(V, NIL), forall([s, k], imp(app(V, s), app(V, app("snoc", s, k)))),
    forall([s], app(V, s)), why="Every tuple is built from the empty one by adding entries.",
)  # fmt: skip
row(
    "seq.equal", [s, t], eq(length(s), length(t)),
    forall([i], imp(le(1, i), le(i, length(s)), eq(entry(s, i), entry(t, i)))), eq(s, t),
    why="Tuples of one length with the same entries are the same.",
)  # fmt: skip

# -- where entries lie ----

symbol("within", ("seq", "int", "int"), "prop", "all entries of a tuple lie in lo … hi")
predicate(
    "within", [s, lo, hi],
    forall([i], imp(le(1, i), le(i, length(s)), app("and", le(lo, entry(s, i)), le(entry(s, i), hi)))), page=PAGE,
)  # fmt: skip
symbol("increasing", ("seq", "int", "int"), "prop", "lo ≤ s_1 < s_2 < … ≤ hi")
predicate(
    "increasing", [s, lo, hi],
    app(
        "and", app("within", s, lo, hi),
        forall([i], imp(le(1, i), le(plus(i, 1), length(s)), le(plus(entry(s, i), 1), entry(s, plus(i, 1))))),
    ), page=PAGE,
)  # fmt: skip

# -- special tuples ----

symbol("run", ("int", "int"), "seq", "the k integers lo, lo + 1, …, for k ≥ 0")
row("len.run", [lo, k], le(0, k), eq(length(app("run", lo, k)), k), why="What ``run`` means.")
row(
    "entry.run", [lo, k, i], le(1, i), le(i, k), eq(entry(app("run", lo, k), i), plus(lo, i, -1)),
    why="What ``run`` means.",
)  # fmt: skip

symbol("repeated", ("int", "int"), "seq", "k times the integer j, for k ≥ 0")
row("len.repeated", [k, j], le(0, k), eq(length(app("repeated", k, j)), k), why="What ``repeated`` means.")
row(
    "entry.repeated", [k, j, i], le(1, i), le(i, k), eq(entry(app("repeated", k, j), i), j),
    why="What ``repeated`` means.",
)  # fmt: skip

symbol("swap", ("seq", "int"), "seq", "a tuple with its entries at i and i + 1 exchanged, for 1 ≤ i < len")
_swap = app("swap", s, i)
_inside = (le(1, i), le(plus(i, 1), length(s)))
row("len.swap", [s, i], *_inside, eq(length(_swap), length(s)), why="What ``swap`` means.")
row("swap.low", [s, i], *_inside, eq(entry(_swap, i), entry(s, plus(i, 1))), why="What ``swap`` means.")
row("swap.high", [s, i], *_inside, eq(entry(_swap, plus(i, 1)), entry(s, i)), why="What ``swap`` means.")
row(
    "swap.before", [s, i, j], *_inside, le(1, j), le(plus(j, 1), i), eq(entry(_swap, j), entry(s, j)),
    why="The other entries stay.",
)  # fmt: skip
row(
    "swap.after", [s, i, j], *_inside, le(plus(i, 2), j), le(j, length(s)), eq(entry(_swap, j), entry(s, j)),
    why="The other entries stay.",
)  # fmt: skip
