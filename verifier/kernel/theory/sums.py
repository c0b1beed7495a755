"""Finite sums and products: over a range, over compositions, over tuples and over increasing tuples.

Each is there for random quantities (``sum``), for variables of the limit (``lsum``) and, over a range, for numbers
(``csum``); the rows are the same.  A range that is empty is no exception: its sum is 0 and its product 1.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import Term, Var, app, eq, forall, fun, imp, le
from verifier.kernel.theory.seqs import NIL, entry, length
from verifier.kernel.theory.writing import law, many, minus, plus, times

PAGE = "sums"
row = partial(law, page=PAGE, mark="theorem")

H, d, e, hi, i, j, k, l, lo, m, r = many("H d e hi i j k l lo m r", "int")
s = Var("s", "seq")
_INDUCTION = "Induction on the number of summands."

#: prefix of a symbol → sort of what is summed
KINDS = {"": "rand", "l": "lim", "c": "const"}
_OF = {"rand": "random quantities", "lim": "variables of the limit", "const": "numbers"}


def _range(prefix: str, sort: str) -> None:
    """Sums and products over lo … hi."""
    add, mul = f"{prefix}sum", f"{prefix}prod"
    of = (("int",), sort)
    F, G = many("F G", of)
    c = Var("c", sort)
    for head, what in ((add, "sum"), (mul, "product")):
        symbol(head, ("int", "int", of), sort, f"the {what} of the {_OF[sort]} F(lo), …, F(hi)")
        none, join = (0, plus) if head == add else (1, times)
        whole = app(head, lo, hi, F)
        row(f"{head}.empty", [lo, hi, F], le(plus(hi, 1), lo), eq(whole, none), why="There is no summand, or factor.")
        row(
            f"{head}.last", [lo, hi, F], le(lo, hi), eq(whole, join(app(head, lo, minus(hi, 1), F), app(F, hi))),
            why="The last one apart.",
        )  # fmt: skip
        row(
            f"{head}.first", [lo, hi, F], le(lo, hi), eq(whole, join(app(F, lo), app(head, plus(lo, 1), hi, F))),
            why="The first one apart.",
        )  # fmt: skip
        row(
            f"{head}.split", [lo, m, hi, F], le(lo, plus(m, 1)), le(m, hi),
            eq(whole, join(app(head, lo, m, F), app(head, plus(m, 1), hi, F))), why="Up to m, and from m + 1.",
        )  # fmt: skip
        row(
            f"{head}.congruent", [lo, hi, F, G], forall([i], imp(le(lo, i), le(i, hi), eq(app(F, i), app(G, i)))),
            eq(whole, app(head, lo, hi, G)), why="Equal one by one.",
        )  # fmt: skip
        both = fun([i], join(app(F, i), app(G, i)))
        row(
            f"{head}.both", [lo, hi, F, G], eq(app(head, lo, hi, both), join(whole, app(head, lo, hi, G))),
            why=_INDUCTION,
        )  # fmt: skip
    row(
        f"{add}.scale", [lo, hi, c, F],
        eq(app(add, lo, hi, fun([i], times(c, app(F, i)))), times(c, app(add, lo, hi, F))), why="Distributivity.",
    )  # fmt: skip
    row(
        f"{add}.zero", [lo, hi, F], forall([i], imp(le(lo, i), le(i, hi), eq(app(F, i), 0))),
        eq(app(add, lo, hi, F), 0), why="A sum of zeros.",
    )  # fmt: skip
    row(
        f"{add}.constant", [lo, hi, c], le(lo, plus(hi, 1)),
        eq(app(add, lo, hi, fun([i], c)), times(plus(hi, 1, times(-1, lo)), c)), why="hi - lo + 1 equal summands.",
    )  # fmt: skip
    row(
        f"{mul}.zero", [lo, hi, k, F], le(lo, k), le(k, hi), eq(app(F, k), 0), eq(app(mul, lo, hi, F), 0),
        why="One factor is 0.",
    )  # fmt: skip


def _compositions(prefix: str, sort: str) -> None:
    """Sums over the compositions of r into H parts from 0 to m."""
    head, of = f"{prefix}comps", (("int", "int"), sort)
    B, C = many("B C", of)
    c = Var("c", sort)
    symbol(
        head, ("int", "int", "int", of), sort,
        "for H ≥ 0 the sum over (α_1, …, α_H), 0 ≤ α_d ≤ m, α_1 + … + α_H = r, of the products of B(d, α_d)",
    )  # fmt: skip
    whole = app(head, H, r, m, B)
    row(f"{head}.0", [r, m, B], eq(app(head, 0, r, m, B), app("delta", r, 0)), why="No part: one composition, of 0.")
    row(
        f"{head}.step", [H, r, m, B], le(0, H),
        eq(
            app(head, plus(H, 1), r, m, B),
            app(f"{prefix}sum", 0, m, fun([k], times(app(head, H, minus(r, k), m, B), app(B, plus(H, 1), k)))),
        ), why="Sorted by the last part k.",
    )  # fmt: skip
    row(
        f"{head}.one", [r, m, B], le(0, r), le(r, m), eq(app(head, 1, r, m, B), app(B, 1, r)),
        why="One part, which is r.",
    )  # fmt: skip
    inside = (le(1, d), le(d, H))
    row(
        f"{head}.congruent", [H, r, m, B, C], le(0, H),
        forall([d, k], imp(*inside, le(0, k), le(k, m), le(k, r), eq(app(B, d, k), app(C, d, k)))),
        eq(whole, app(head, H, r, m, C)), why="No part of a composition of r exceeds r; factor by factor.",
    )  # fmt: skip
    row(
        f"{head}.cut", [H, r, m, B], le(0, H), le(0, m),
        forall([d, k], imp(*inside, le(plus(m, 1), k), le(k, r), eq(app(B, d, k), 0))),
        eq(app(head, H, r, r, B), whole), why="A composition with a part above m has a factor 0.",
    )  # fmt: skip
    row(
        f"{head}.empty", [H, r, m, B], le(0, H), le(0, m), le(plus(times(H, m), 1), r), eq(whole, 0),
        why="H parts of at most m add up to at most H m.",
    )  # fmt: skip
    row(
        f"{head}.negative", [H, r, m, B], le(0, H), le(plus(r, 1), 0), eq(whole, 0), why="Parts are not negative.",
    )  # fmt: skip
    row(
        f"{head}.full", [H, m, B], le(0, H), le(0, m),
        eq(app(head, H, times(H, m), m, B), app(f"{prefix}prod", 1, H, fun([d], app(B, d, m)))),
        why="H parts of at most m add up to H m only if all are m.",
    )  # fmt: skip
    row(
        f"{head}.killed", [H, r, m, B, c], le(0, H), le(1, r),
        forall([d, k], imp(*inside, le(1, k), le(k, r), eq(times(c, app(B, d, k)), 0))), eq(times(c, whole), 0),
        why="A composition of r ≥ 1 has a part from 1 to r; its factor times c is 0.",
    )  # fmt: skip


def _linear(
    head: str, vs: list[Var], ranges: list[Term], inside: list[Term], sort: str, total: Callable[[Term], Term]
) -> None:
    """Congruence, linearity and zeros of a sum over the tuples s with ``inside``; ``total`` sums a function."""
    F, G = many("F G", (("seq",), sort))
    c = Var("c", sort)
    row(
        f"{head}.congruent", [*vs, F, G], *ranges, forall([s], imp(*inside, eq(app(F, s), app(G, s)))),
        eq(total(F), total(G)), why="Equal one by one.",
    )  # fmt: skip
    row(
        f"{head}.zero", [*vs, F], *ranges, forall([s], imp(*inside, eq(app(F, s), 0))), eq(total(F), 0),
        why="A sum of zeros.",
    )  # fmt: skip
    row(
        f"{head}.scale", [*vs, c, F], *ranges, eq(total(fun([s], times(c, app(F, s)))), times(c, total(F))),
        why="Distributivity.",
    )  # fmt: skip
    row(
        f"{head}.both", [*vs, F, G], *ranges,
        eq(total(fun([s], plus(app(F, s), app(G, s)))), plus(total(F), total(G))),
        why="Sums of sums.",
    )  # fmt: skip


def _tuples(prefix: str, sort: str) -> None:
    """Sums over all tuples in 1 … hi, and over the increasing ones in lo … hi."""
    tuples, chains, add, mul = (f"{prefix}{name}" for name in ("tuples", "chains", "sum", "prod"))
    of = (("seq",), sort)
    F = Var("F", of)
    B = Var("B", (("int", "int"), sort))
    symbol(tuples, ("int", "int", of), sort, "for k ≥ 0 the sum of F(s) over the tuples s of k integers from 1 to hi")
    symbol(chains, ("int", "int", "int", of), sort, "for k ≥ 0 the sum of F(s) over k integers lo ≤ s_1 < … < s_k ≤ hi")
    row(f"{tuples}.0", [hi, F], eq(app(tuples, 0, hi, F), app(F, NIL)), why="The empty tuple alone.")
    row(
        f"{tuples}.step", [k, hi, F], le(0, k),
        eq(
            app(tuples, plus(k, 1), hi, F),
            app(tuples, k, hi, fun([s], app(add, 1, hi, fun([i], app(F, app("snoc", s, i)))))),
        ), why="Sorted by all entries but the last.",
    )  # fmt: skip
    inside = [eq(length(s), k), app("within", s, 1, hi)]
    _linear(tuples, [k, hi], [le(0, k)], inside, sort, lambda G: app(tuples, k, hi, G))
    row(
        f"{tuples}.product", [k, hi, B], le(0, k),
        eq(
            app(tuples, k, hi, fun([s], app(mul, 1, k, fun([i], app(B, i, entry(s, i)))))),
            app(mul, 1, k, fun([i], app(add, 1, hi, fun([e], app(B, i, e))))),
        ), why="A product of sums multiplied out.",
    )  # fmt: skip
    double = Var("B", (("seq", "int"), sort))
    row(
        f"{tuples}.sum", [k, hi, lo, m, double], le(0, k),
        eq(
            app(tuples, k, hi, fun([s], app(add, lo, m, fun([i], app(double, s, i))))),
            app(add, lo, m, fun([i], app(tuples, k, hi, fun([s], app(double, s, i))))),
        ), why="Two finite sums in the other order.",
    )  # fmt: skip
    swapped, twice = app("swap", s, i), eq(entry(s, i), entry(s, plus(i, 1)))
    row(
        f"{tuples}.swap", [k, hi, i, F], le(1, i), le(plus(i, 1), k),
        eq(app(tuples, k, hi, F), app(tuples, k, hi, fun([s], app(F, swapped)))),
        why="Exchanging two entries is one to one on the tuples.",
    )  # fmt: skip
    row(
        f"{tuples}.chains", [k, hi, F], le(0, k),
        forall([s, i], imp(*inside, le(1, i), le(plus(i, 1), k), eq(app(F, swapped), app(F, s)))),
        forall([s, i], imp(*inside, le(1, i), le(plus(i, 1), k), twice, eq(app(F, s), 0))),
        eq(app(tuples, k, hi, F), times(app("fact", k), app(chains, k, 1, hi, F))),
        why="F is symmetric, and 0 where an entry is there twice: exchanges bring equal entries together. So only "
        "tuples of k different integers count, and each increasing one stands for its k! orders.",
    )  # fmt: skip
    row(f"{chains}.0", [lo, hi, F], eq(app(chains, 0, lo, hi, F), app(F, NIL)), why="The empty tuple alone.")
    row(
        f"{chains}.step", [k, lo, hi, F], le(0, k),
        eq(
            app(chains, plus(k, 1), lo, hi, F),
            app(add, lo, hi, fun([l], app(chains, k, lo, minus(l, 1), fun([s], app(F, app("snoc", s, l)))))),
        ), why="Sorted by the last entry, the largest.",
    )  # fmt: skip
    inside = [eq(length(s), k), app("increasing", s, lo, hi)]
    _linear(chains, [k, lo, hi], [le(0, k)], inside, sort, lambda G: app(chains, k, lo, hi, G))
    row(
        f"{chains}.empty", [k, lo, hi, F], le(1, k), le(plus(hi, 2), plus(lo, k)), eq(app(chains, k, lo, hi, F), 0),
        why="There are fewer than k integers from lo to hi.",
    )  # fmt: skip
    row(
        f"{chains}.full", [k, lo, F], le(0, k), eq(app(chains, k, lo, plus(lo, k, -1), F), app(F, app("run", lo, k))),
        why="Of k integers k are chosen: all of them.",
    )  # fmt: skip
    one = Var("B", (("int",), sort))
    row(
        f"{mul}.swap", [s, i, one], le(1, i), le(plus(i, 1), length(s)),
        eq(
            app(mul, 1, length(s), fun([j], app(one, entry(swapped, j)))),
            app(mul, 1, length(s), fun([j], app(one, entry(s, j)))),
        ), why="The factors in another order.",
    )  # fmt: skip


for _prefix, _sort in KINDS.items():
    _range(_prefix, _sort)
for _prefix in ("", "l"):
    _compositions(_prefix, KINDS[_prefix])
    _tuples(_prefix, KINDS[_prefix])

_N = Var("F", (("int",), "const"))
for _name in ("sum", "prod"):
    for _prefix in ("", "l"):
        row(
            f"c{_name}.{KINDS[_prefix]}", [lo, hi, _N],
            eq(app(f"c{_name}", lo, hi, _N), app(f"{_prefix}{_name}", lo, hi, _N)),
            why="Numbers are added and multiplied alike, wherever they are read.",
        )  # fmt: skip

# -- the largest weight of a composition ----

_weights = (("int", "int"), "const")
L = Var("L", "int")
W = Var("W", _weights)
v, w = many("v w", "const")
symbol(
    "bounded", ("int", "int", "int", _weights, "const"), "prop",
    "for H ≥ 0: W(1, α_1) + … + W(H, α_H) ≤ v for all α_d from 0 to L with α_1 + … + α_H = r",
)  # fmt: skip
symbol(
    "attained", ("int", "int", "int", _weights, "const"), "prop",
    "for H ≥ 0: W(1, α_1) + … + W(H, α_H) = v for some α_d from 0 to L with α_1 + … + α_H = r",
)  # fmt: skip
_after: Callable[[str], Term] = lambda head: app(head, H, minus(r, k), L, W, minus(v, app(W, plus(H, 1), k)))  # noqa: E731
row(
    "bounded.0", [r, L, W, v], imp(eq(r, 0), le(0, v)), app("bounded", 0, r, L, W, v),
    why="No part: the one composition is of r = 0, and its weight is 0.",
)  # fmt: skip
row(
    "bounded.step", [H, r, L, W, v], le(0, H), forall([k], imp(le(0, k), le(k, L), _after("bounded"))),
    app("bounded", plus(H, 1), r, L, W, v), why="By the last part k.",
)  # fmt: skip
row(
    "bounded.weaken", [H, r, L, W, v, w], le(0, H), app("bounded", H, r, L, W, v), le(v, w),
    app("bounded", H, r, L, W, w), why="A larger bound.",
)  # fmt: skip
row("attained.0", [L, W], app("attained", 0, 0, L, W, 0), why="No part: the weight of the one composition of 0 is 0.")
row(
    "attained.step", [H, r, L, W, v, k], le(0, H), le(0, k), le(k, L), _after("attained"),
    app("attained", plus(H, 1), r, L, W, v), why="With k for the last part.",
)  # fmt: skip
