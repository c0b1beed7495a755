"""A small theory of the shape of the supplement's, for forgeries: what is true in it, and what a forgery says.

K is a sum over compositions that is cut at the degree, outputs f(x, d) exist for 1 ≤ d ≤ H, limits are along bases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.kernel_core.theories import Writer, apart, checked, declare, elim, plus, rows, times
from verifier.kernel import report
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import FALSE, Fun, Var, app, beta, eq, forall, fun, imp, le, num
from verifier.kernel.core.theorems import (
    Theorem,
    all_elim,
    assume,
    imp_intro,
    ring,
    row,
    subst,
)

H, L, r, m, d, k = (Var(n, "int") for n in ("H", "L", "r", "m", "d", "k"))
B, X, Y = Var("B", (("int", "int"), "rand")), Var("X", "rand"), Var("Y", "lim")
Z, W = Var("Z", "rand"), Var("W", "lim")
b, mode, x, y = Var("b", "base"), Var("mode", "mode"), Var("x", "input"), Var("y", "input")
p, q, c, P = Var("p", "const"), Var("q", "const"), Var("c", "const"), Var("P", "prop")
FALSE_BY_NUMBERS = le(1, 0)
CUT = forall([d, k], imp(le(1, d), le(d, H), le(plus(m, 1), k), le(k, r), eq(app(B, d, k), 0)))


@pytest.fixture(autouse=True)
def _theory() -> Iterator[None]:
    with apart():
        declare(
            K=(("int", "int", "int"), "rand"), a=(("int",) * 4, "rand"), z=(("int",), "rand"), fact=(("int",), "int"),
            invfact=(("int",), "const"), comps=(("int", "int", "int", (("int", "int"), "rand")), "rand"),
            n=((), "width"), bounded=(("rand",), "prop"), f=(("input", "int"), "rand"), F=(("input", "int"), "lim"),
            nonzero_input=(("input",), "prop"), alive=(("lim",), "prop"),
            tends=(("base", "rand", "const", "lim"), "prop"),
            modeof=(("base",), "mode"), order=(("mode", "rand", "const"), "prop"), clt=((), "base"), deep=((), "base"),
            mean=(("rand",), "fin"), sum=(("int", "int", (("int",), "rand")), "rand"), step=(("rand",), "rand"),
            lstep=(("lim",), "lim"), kron=(("int", "int"), "int"), orthogonal=(("input", "input"), "prop"),
            theta=(("input", "input"), "const"), deepest=((), "int"),
        )  # fmt: skip
        rows(
            series=forall([H, L, r], imp(le(1, H), le(1, L), le(0, r), eq(
                app("K", H, L, r), times(app("fact", r), app("z", H), app("comps", H, r, r, body()))))),
            degree=forall([H, L, d, k], imp(
                le(1, L), le(1, d), le(d, H), le(plus(L, 1), k), eq(app("a", H, L, d, k), 0))),
            cut=forall([H, r, m, B], imp(
                le(1, H), le(0, r), le(0, m), CUT, eq(app("comps", H, r, r, B), app("comps", H, r, m, B)))),
            empty=forall([H, r, m, B], imp(
                le(1, H), le(0, m), le(plus(times(H, m), 1), r), eq(app("comps", H, r, m, B), 0))),
            fact_bounded=forall([k], app("bounded", app("fact", k))),
            odd=forall([x, d], imp(
                app("nonzero_input", x), le(1, d), le(d, app("deepest")), eq(app("mean", app("f", x, d)), 0))),
            limit=forall([x, d], imp(le(1, d), le(d, app("deepest")),
                                     app("tends", app("clt"), app("f", x, d), 0, app("F", x, d)))),
            alive=forall([x, d], imp(app("nonzero_input", x), app("alive", app("F", x, d)))),
            mul=forall([b, X, Z, p, q, Y, W], imp(
                app("tends", b, X, p, Y), app("tends", b, Z, q, W),
                app("tends", b, times(X, Z), plus(p, q), times(Y, W)))),
            order=forall([b, X, Y, p], imp(
                app("tends", b, X, p, Y), app("alive", Y), app("order", app("modeof", b), X, p))),
            unique=forall([mode, X, p, q], imp(app("order", mode, X, p), app("order", mode, X, q), eq(p, q))),
            row_of_C=forall([d, k], imp(le(1, d), le(d, app("deepest")), eq(app("kron", d, d), 1))),
            last=forall([m, r, Var("G", (("int",), "rand"))], imp(le(m, r), eq(
                app("sum", m, r, Var("G", (("int",), "rand"))),
                plus(app("sum", m, plus(r, -1), Var("G", (("int",), "rand"))), app(Var("G", (("int",), "rand")), r))))),
            exfalso=forall([P], imp(FALSE, P)),
        )  # fmt: skip
        yield


def body() -> Fun:
    """λd k. a(d, k)/k!"""
    return fun([d, k], times(app("a", H, L, d, k), app("invfact", k)))


def refused(attempt: Callable[[], Any], why: str | None = None) -> None:
    with pytest.raises(Refused, match=why):
        attempt()


def gaps(w: Writer) -> list[str]:
    """The errors of a document's goals; none of them holds."""
    result = checked(w)
    assert result.goals
    assert all(report.status(g) == "gap" for g in result.goals)
    return [g.error for g in result.goals]


def ranges() -> tuple[Theorem, Theorem, Theorem]:
    return assume(le(1, H)), assume(le(1, L)), assume(le(0, r))


def vanishing() -> Theorem:
    """⋀d k. 1 ≤ d ⟹ d ≤ H ⟹ L + 1 ≤ k ⟹ k ≤ r ⟹ a(d, k)/k! = 0, under 1 ≤ L."""
    premises = [assume(t) for t in (le(1, d), le(d, H), le(plus(L, 1), k), le(k, r))]
    zero = elim(all_elim(row("degree"), H, L, d, k), assume(le(1, L)), *premises[:3])
    point = beta(body(), [d, k])
    t = subst(zero, fun([X], eq(point, times(X, app("invfact", k)))), ring(point, point))
    t = subst(ring(times(0, app("invfact", k)), num(0)), fun([X], eq(point, X)), t)
    for premise in reversed(premises):
        t = imp_intro(premise.prop, t)
    return t
