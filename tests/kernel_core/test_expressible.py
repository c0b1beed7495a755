"""What needs no primitive of its own: falsity, cases, rounding, induction, sums at a size, extensionality."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kernel_core.theories import apart, declare, elim, neg, plus, rows, times
from verifier.kernel.core import table
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import FALSE, Term, Var, app, eq, forall, fun, imp, le, num
from verifier.kernel.core.theorems import Theorem, all_elim, all_intro, assume, imp_intro, linear, ring, row, subst

a, b, k, m, H, L = (Var(n, "int") for n in "abkmHL")
P, Q = Var("P", "prop"), Var("Q", (("int",), "prop"))
B, C = Var("B", (("int",), "rand")), Var("C", (("int",), "rand"))
R = Var("R", (((("int",), "rand"),), "prop"))
x, v = Var("x", "rand"), Var("v", "int")


@pytest.fixture(autouse=True)
def _theory() -> Iterator[None]:
    with apart():
        declare(sum=(("int", "int", (("int",), "rand")), "rand"), most=(("int", "int"), "int"), g=(("int",), "rand"))
        rows(
            false=forall([P], imp(FALSE, P)),
            split=forall([a, b, P], imp(imp(le(a, b), P), imp(le(plus(b, 1), a), P), P)),
            induction=forall([Q, m], imp(
                app(Q, m), forall([k], imp(le(m, k), app(Q, k), app(Q, plus(k, 1)))),
                forall([k], imp(le(m, k), app(Q, k))))),
            empty=forall([a, B], eq(app("sum", a, plus(a, -1), B), 0)),
            last=forall([a, b, B], imp(
                le(a, b), eq(app("sum", a, b, B), plus(app("sum", a, plus(b, -1), B), app(B, b))))),
            ext=forall([R, B, C], imp(forall([k], eq(app(B, k), app(C, k))), app(R, B), app(R, C))),
        )  # fmt: skip
        table.define_recursion("most", [H, L], H, 0, num(0), fun([v], plus(v, L)))
        yield


def turned(t: Theorem) -> Theorem:
    """b = a from a = b."""
    left, _ = t.prop.fields[1]
    hole = Var("hole", left.sort)
    return subst(t, fun([hole], eq(hole, left)), ring(left, left))


def test_rounding_by_a_case_distinction() -> None:
    given = assume(le(times(2, a), plus(times(2, b), 1)))
    small, large = assume(le(a, b)), assume(le(plus(b, 1), a))
    absurd = linear([given, large], le(1, 0), [1, 2])
    no = elim(assume(imp(le(1, 0), FALSE)), absurd)
    cases = elim(
        all_elim(row("split"), a, b, le(a, b)),
        imp_intro(small.prop, small), imp_intro(large.prop, elim(all_elim(row("false"), le(a, b)), no)),
    )  # fmt: skip
    whole = all_intro([a, b], imp_intro(given.prop, cases))
    assert whole.prop == forall([a, b], imp(given.prop, le(a, b)))
    assert whole.hyps == (imp(le(1, 0), FALSE),)
    with pytest.raises(Refused, match="does not follow"):
        linear([given], le(a, b), [1])


def test_the_most_is_at_least_the_number_by_induction() -> None:
    one, here, range_ = assume(le(1, L)), assume(le(k, app("most", k, L))), assume(le(0, k))
    start = linear([turned(all_elim(row("most.0"), L))], le(0, app("most", 0, L)), [1])
    step = elim(all_elim(row("most.step"), k, L), range_)
    next_ = linear([here, one, step], le(plus(k, 1), app("most", plus(k, 1), L)), [1, 1, -1])
    each = all_intro([k], imp_intro(range_.prop, imp_intro(here.prop, next_)))
    by = all_elim(row("induction"), fun([v], le(v, app("most", v, L))), num(0))
    t = all_intro([L], imp_intro(one.prop, elim(by, start, each)))
    assert t.prop == forall([L], imp(le(1, L), forall([k], imp(le(0, k), le(k, app("most", k, L))))))
    assert t.hyps == ()
    with pytest.raises(Refused, match="free in"):  # the twin: induction over a hypothesis's variable
        all_intro([k], imp_intro(here.prop, next_))


def test_a_sum_at_a_concrete_size() -> None:
    first, second = (
        elim(all_elim(row("last"), num(1), num(n), B), linear([], le(1, n), [])) for n in (1, 2)
    )  # fmt: skip
    none = all_elim(row("empty"), num(1), B)
    t = linear([second, first, none], eq(app("sum", 1, 2, B), plus(app(B, 1), app(B, 2))), [1, 1, 1])
    assert all_intro([B], t).hyps == ()


def test_equal_values_make_equal_sums() -> None:
    one = fun([k], times(app("g", k), plus(app("g", k), 1)))
    two = fun([k], plus(times(app("g", k), app("g", k)), app("g", k)))
    three = fun([k], plus(app("g", k), neg(app("g", plus(k, 1)))))
    total: Term = app("sum", a, b, one)
    context = fun([B], eq(total, app("sum", a, b, B)))
    each = all_intro([k], ring(app(one, k), app(two, k)))
    t = elim(all_elim(row("ext"), context, one, two), each, ring(total, total))
    assert t.prop == eq(total, app("sum", a, b, two))
    with pytest.raises(Refused, match="needed"):
        elim(all_elim(row("ext"), context, one, three), each)
