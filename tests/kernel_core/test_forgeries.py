"""Forgeries of each kind, named by the false statement: the first of a kind was accepted by the first kernel.

A small theory of the same shape as the supplement's stands in: K as a sum over compositions that is cut at the degree,
outputs f(x, d) that exist for 1 ≤ d ≤ H, limits along bases.  Each test first proves what is true in the same way, so
that what is refused is the forgery and not the theory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest

from tests.kernel_core.theories import Writer, apart, checked, declare, elim, neg, plus, rows, times
from verifier.kernel import report
from verifier.kernel.core import check, documents, table
from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import FALSE, Bound, Fun, Term, Var, app, beta, eq, forall, fun, imp, le, num
from verifier.kernel.core.theorems import (
    Theorem,
    all_elim,
    all_intro,
    assume,
    imp_elim,
    imp_intro,
    linear,
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


# -- 1. binders cut by hand --------------------------------------------------------------------------------------------


def test_K2_is_0_by_a_cut_that_depends_on_the_bound_k() -> None:
    one_H, one_L, zero_r = ranges()
    each = all_intro([d, k], vanishing())
    honest = elim(all_elim(row("cut"), H, r, L, body()), one_H, zero_r, linear([one_L], le(0, L), [1]), each)
    assert honest.prop == eq(app("comps", H, r, r, body()), app("comps", H, r, L, body()))
    moving = plus(times(H, L), neg(k))
    start = elim(all_elim(row("cut"), H, r, moving, body()), one_H, zero_r, assume(le(0, moving)))
    refused(lambda: imp_elim(start, each), "needed")
    refused(lambda: imp_elim(start, all_intro([d], vanishing())), "needed")
    refused(lambda: imp_elim(start, vanishing()), "needed")


def test_a_sum_is_that_of_one_summand_by_a_fact_about_its_bound_variable() -> None:
    total = app("sum", 1, r, fun([k], app("f", x, k)))
    fact = assume(eq(k, 1))
    inside = fun([m], eq(total, app("sum", 1, r, fun([k], app("f", x, m)))))
    refused(lambda: subst(fact, inside, ring(total, total)), "needed")
    t = subst(fact, fun([m], eq(app("f", x, m), app("f", x, m))), ring(app("f", x, k), app("f", x, k)))
    refused(lambda: all_intro([k], t), "free in")


def test_every_k_is_at_most_3_because_one_is() -> None:
    refused(lambda: all_intro([k], assume(le(k, 3))), "free in")
    t = imp_intro(le(k, 3), assume(le(k, 3)))
    assert all_intro([k], t).prop == forall([k], imp(le(k, 3), le(k, 3)))


def test_some_number_is_different_from_itself_by_capture() -> None:
    """⋀d. ¬⋀k. k = d at d := k is ¬⋀k'. k' = k, not ¬⋀k. k = k."""
    other = forall([d], imp(forall([k], eq(k, d)), FALSE))
    t = all_elim(assume(other), k)
    assert key(t.prop) != key(imp(forall([k], eq(k, k)), FALSE))
    refused(lambda: imp_elim(t, all_intro([k], ring(k, k))), "needed")
    under = all_elim(assume(other), k)
    assert k in under.prop.free


def test_a_bound_variable_leaves_its_binder() -> None:
    loose = Bound(0, "int")
    refused(lambda: assume(le(0, loose)), "proposition")
    refused(lambda: all_elim(assume(forall([k], le(k, k))), loose), "proposition")
    refused(lambda: ring(loose, loose), "proposition")
    w = Writer()
    w.goal("g", le(loose, loose), w.step("ring", num(0), num(0)))
    assert gaps(w)
    cancelled = eq(plus(loose, neg(loose)), 0)
    w = Writer()
    w.goal("g", cancelled, w.step("ring", num(0), num(0)))
    assert gaps(w)


# -- 2. no signature ---------------------------------------------------------------------------------------------------


def test_one_third_is_one_sixth_by_an_atom_that_the_normal_form_makes() -> None:
    third = app("invfact", 3)
    refused(lambda: app("1/", 3), "no symbol")
    refused(lambda: linear([], eq(third, app("invfact", 2)), []), "does not follow")
    w = Writer()
    w.node("app", "1/", [w.node("num", "3")])
    refused(lambda: checked(w), "term 1: there is no symbol")


def test_K_without_its_arguments_is_K_with_them() -> None:
    refused(lambda: app("K", r), "takes 3 arguments, not 1")
    refused(lambda: app("K"), "takes 3 arguments, not 0")
    refused(lambda: app("K", H, L, r, r), "takes 3 arguments, not 4")


def test_a_document_declares_the_symbol_that_it_needs() -> None:
    w = Writer()
    data = w.data() | {"symbols": [{"name": "mine", "args": [], "result": "prop"}]}
    refused(lambda: documents.read(data), "the document")


def test_a_variable_named_fact_is_not_the_factorial() -> None:
    mine = Var("fact", (("int",), "int"))
    assert key(app(mine, 3)) != key(app("fact", 3))
    t = all_elim(row("fact_bounded"), num(3))
    refused(lambda: imp_elim(assume(imp(app("bounded", app(mine, 3)), FALSE)), t), "needed")


def test_a_string_of_a_document_is_no_primitive_head() -> None:
    for head in ("Fun", "app", "fun", "==", "⟹", "imp ", "", "all(int)", "#0", "sum_"):
        refused(lambda head=head: app(head, num(0)), "no symbol")


# -- 3. no sorts -------------------------------------------------------------------------------------------------------


def test_n_factorial_K_has_the_order_of_K() -> None:
    assert all_elim(row("fact_bounded"), num(5)).prop == app("bounded", app("fact", 5))
    refused(lambda: app("fact", app("n")), "of sort width")
    refused(lambda: all_elim(row("fact_bounded"), app("n")), "of sort width")
    refused(lambda: all_elim(row("fact_bounded"), plus(app("n"), 0)), "of sort fin")
    refused(lambda: all_elim(row("fact_bounded"), num(Fraction(1, 2))), "of sort const")


def test_the_mean_of_what_is_at_least_1_is_0() -> None:
    """A range that is an event, 1 ≤ f, is no range."""
    refused(lambda: le(1, app("f", x, 1)), "of sort rand")
    refused(lambda: le(1, app("mean", app("f", x, 1))), "of sort fin")
    refused(lambda: le(1, app("F", x, 1)), "of sort lim")


def test_a_sum_of_n_terms_is_a_finite_sum() -> None:
    summand = fun([k], app("f", x, k))
    refused(lambda: app("sum", 1, app("n"), summand), "of sort width")
    refused(lambda: app("comps", H, r, app("n"), body()), "of sort width")
    refused(lambda: app("sum", 1, times(2, app("n")), summand), "of sort fin")


def test_a_limit_is_a_quantity_at_finite_width() -> None:
    refused(lambda: app("tends", app("clt"), app("F", x, 1), 0, app("F", x, 1)), "of sort lim")
    refused(lambda: app("tends", app("clt"), app("f", x, 1), 0, app("f", x, 1)), "of sort rand")
    refused(lambda: app("f", app("clt"), 1), "of sort base")
    refused(lambda: app("tends", x, app("f", x, 1), 0, app("F", x, 1)), "of sort input")


def test_an_exponent_depends_on_the_width() -> None:
    refused(lambda: app("order", app("modeof", app("clt")), app("f", x, 1), app("n")), "of sort width")
    refused(lambda: app("order", app("modeof", app("clt")), app("f", x, 1), app("mean", app("f", x, 1))), "of sort fin")


def test_a_substitution_brings_a_width_under_a_factorial() -> None:
    fact = assume(eq(app("n"), k))
    hole = fun([Var("u", "int")], app("bounded", app("fact", Var("u", "int"))))
    turned = subst(fact, fun([X], eq(X, app("n"))), ring(app("n"), app("n")))
    refused(lambda: subst(turned, hole, all_elim(row("fact_bounded"), k)), "of sort width")


# -- 4. hidden dependence ----------------------------------------------------------------------------------------------


def test_f_at_y_has_mean_0_because_x_is_not_0() -> None:
    at_y = all_elim(row("odd"), y, num(1))
    refused(lambda: imp_elim(at_y, assume(app("nonzero_input", x))), "needed")
    refused(lambda: imp_elim(at_y, linear([], le(1, 1), [])), "needed")


def test_every_input_has_a_limit_that_is_not_0() -> None:
    t = imp_elim(all_elim(row("alive"), x, d), assume(app("nonzero_input", x)))
    refused(lambda: all_intro([x], t), "free in")
    assert all_intro([d], t).prop == forall([d], app("alive", app("F", x, d)))


def test_a_hypothesis_without_its_input_covers_all_inputs() -> None:
    refused(lambda: app("nonzero_input"), "takes 1 arguments, not 0")
    refused(lambda: assume(Var("nonzero_input", (("input",), "prop"))), "proposition")


def test_an_instance_keeps_the_hypothesis_of_another_input() -> None:
    """From nonzero(x) ⊢ alive(F(x)) to nonzero(x) ⊢ alive(F(y)): generalising is refused, so is a new premise."""
    t = imp_elim(all_elim(row("alive"), x, d), assume(app("nonzero_input", x)))
    whole = all_intro([x], imp_intro(app("nonzero_input", x), t))
    at_y = all_elim(whole, y)
    assert at_y.prop.fields[1][0] == app("nonzero_input", y)
    refused(lambda: imp_elim(at_y, assume(app("nonzero_input", x))), "needed")
    refused(lambda: subst(ring(x, x), fun([y], app("alive", app("F", y, d))), imp_elim(at_y, assume(at_y.prop))), None)


def test_theta_of_one_pair_is_that_of_another() -> None:
    fact = assume(eq(app("theta", x, y), 0))
    refused(lambda: imp_elim(assume(imp(eq(app("theta", y, x), 0), FALSE)), fact), "needed")
    refused(lambda: linear([fact], eq(app("theta", x, x), 0), [1]), "does not follow")


# -- 5. indices that do not exist --------------------------------------------------------------------------------------


def test_layer_9_of_2_has_an_order() -> None:
    t = all_elim(row("limit"), x, num(9))
    t = imp_elim(t, linear([], le(1, 9), []))
    depth = assume(eq(app("deepest"), 2))
    refused(lambda: imp_elim(t, linear([depth], le(9, app("deepest")), [1])), "does not follow")
    refused(lambda: linear([depth], le(9, app("deepest")), [-1]), "does not follow")


def test_K_of_order_minus_1_is_0() -> None:
    """The range 0 ≤ m of a cut, which is easily forgotten, proved K(1, -1, 0) = 0."""
    one = linear([], le(1, 1), [])
    t = imp_elim(all_elim(row("empty"), num(1), num(0), num(-1), body()), one)
    refused(lambda: imp_elim(t, linear([], le(0, -1), [])), "does not follow")
    series = imp_elim(all_elim(row("series"), num(1), num(-1), num(0)), one)
    refused(lambda: imp_elim(series, linear([], le(1, -1), [])), "does not follow")


def test_an_empty_sum_has_a_last_summand() -> None:
    summand = fun([k], app("f", x, k))
    t = all_elim(row("last"), num(1), num(0), summand)
    refused(lambda: imp_elim(t, linear([], le(1, 0), [])), "does not follow")
    assert imp_elim(all_elim(row("last"), num(1), num(2), summand), linear([], le(1, 2), [])).hyps == ()


def test_the_factorial_of_minus_1_is_known() -> None:
    declare(factorial=(("int",), "int"))
    v = Var("v", "int")
    table.define_recursion("factorial", [k], k, 0, num(1), fun([v], times(plus(k, 1), v)))
    t = all_elim(row("factorial.step"), num(-1))
    refused(lambda: imp_elim(t, linear([], le(0, -1), [])), "does not follow")
    one = imp_elim(all_elim(row("factorial.step"), num(0)), linear([], le(0, 0), []))
    assert key(one.prop) == key(eq(app("factorial", 1), app("factorial", 0)))


def test_output_2_exists_where_there_is_one_output() -> None:
    t = imp_elim(all_elim(row("row_of_C"), num(2), k), linear([], le(1, 2), []))
    only = assume(eq(app("deepest"), 1))
    refused(lambda: linear([only], le(2, app("deepest")), [1]), "does not follow")
    refused(lambda: imp_elim(t, assume(le(2, 2))), "needed")


# -- 6. hypotheses by name ---------------------------------------------------------------------------------------------


def test_a_hypothesis_with_other_content_looks_like_the_real_one() -> None:
    """`ntk` that says 1 ≤ 0 is printed with what it says, and is another hypothesis."""
    w = Writer()
    absurd = le(1, 0)
    step = w.step("linear", [w.step("assume", absurd)], le(5, 0), ["5"])
    w.goal("g", imp(absurd, le(5, 0)), w.step("imp_intro", absurd, step))
    result = checked(w)
    assert report.told(result.goals[0])["if"] == ["(1 ≤ 0)"]
    assert "  if    (1 ≤ 0)" in report.lines(result.goals[0])


def test_one_hypothesis_is_discharged_in_the_name_of_another() -> None:
    t = assume(app("nonzero_input", x))
    other = imp_intro(app("nonzero_input", y), t)
    assert other.hyps == (app("nonzero_input", x),)  # what was assumed is still there
    w = Writer()
    s = w.step("imp_intro", app("nonzero_input", y), w.step("assume", app("nonzero_input", x)))
    w.goal("g", forall([x, y], imp(app("nonzero_input", y), app("nonzero_input", x))), s)
    assert gaps(w)


def test_a_goal_keeps_its_hypothesis_to_itself() -> None:
    w = Writer()
    claim = app("nonzero_input", x)
    w.goal("g", forall([x], claim), w.step("assume", forall([x], claim)))
    (error,) = gaps(w)
    assert "proves" in error


def test_orthogonal_and_not_orthogonal_are_granted_together() -> None:
    """They may be; then the goal says so, and a goal without them does not hold."""
    both = [app("orthogonal", x, y), imp(app("orthogonal", x, y), FALSE)]
    w = Writer()
    s = w.step("imp_elim", w.step("assume", both[1]), w.step("assume", both[0]))
    s = w.step("imp_elim", w.step("all_elim", w.step("row", "exfalso"), [eq(1, 2)]), s)
    w.goal("bare", eq(1, 2), s)
    for h in both:
        s = w.step("imp_intro", h, s)
    w.goal("granted", forall([x, y], imp(both[1], both[0], eq(1, 2))), w.step("all_intro", [x, y], s))
    result = checked(w)
    assert [report.status(g) for g in result.goals] == ["gap", "proved"]
    assert report.told(result.goals[1])["if"] == ["(orthogonal(x0, x1) ⟹ false)", "orthogonal(x0, x1)"]


# -- 7. refutation at a forbidden instance -----------------------------------------------------------------------------


def test_a_claim_true_at_every_output_is_refuted_at_one_that_does_not_exist() -> None:
    """¬(⋀d. 1 ≤ d ⟹ d ≤ 1 ⟹ claim(d)) needs the ranges of its instance, and 2 ≤ 1 is not to be had."""
    claim = forall([d], imp(le(1, d), le(d, 1), eq(app("kron", d, d), 1)))
    at_2 = imp_elim(all_elim(assume(claim), num(2)), linear([], le(1, 2), []))
    refused(lambda: imp_elim(at_2, linear([], le(2, 1), [])), "does not follow")
    missing = imp_elim(at_2, assume(le(2, 1)))
    assert set(missing.hyps) == {claim, le(2, 1)}


def test_a_claim_is_refuted_at_inputs_that_it_excludes() -> None:
    claim = forall([x], imp(app("nonzero_input", x), app("alive", app("F", x, 1))))
    w = Writer()
    s = w.step("imp_elim", w.step("all_elim", w.step("assume", claim), [x]), w.step("assume", app("nonzero_input", x)))
    s = w.step("imp_elim", w.step("assume", imp(app("alive", app("F", x, 1)), FALSE)), s)
    w.goal("refuted", imp(claim, FALSE), w.step("imp_intro", claim, s))
    (error,) = gaps(w)
    assert "nonzero_input" in error  # the hypothesis at the instance was never shown to hold


def test_one_judgment_is_proved_and_refuted() -> None:
    """The second needs a hypothesis that excludes the first's; neither goal is without it."""
    claim, hyp = app("bounded", X), app("alive", Y)
    w = Writer()
    s = w.step("imp_elim", w.step("assume", imp(hyp, FALSE)), w.step("assume", hyp))
    for name, prop in (("proved", claim), ("refuted", imp(claim, FALSE))):
        anything = w.step("all_elim", w.step("row", "exfalso"), [forall([X], prop)])
        w.goal(name, forall([X], prop), w.step("imp_elim", anything, s))
    assert all("alive" in error for error in gaps(w))


def test_a_counterexample_that_was_only_assumed_refutes() -> None:
    claim = forall([k], le(k, 5))
    w = Writer()
    s = w.step("all_elim", w.step("assume", claim), [m])
    s = w.step("linear", [s, w.step("assume", le(6, m))], FALSE_BY_NUMBERS, ["1", "1"])
    w.goal("refuted", imp(claim, FALSE_BY_NUMBERS), w.step("imp_intro", claim, s))
    assert gaps(w)
    w = Writer()
    s = w.step("linear", [w.step("all_elim", w.step("assume", claim), [num(6)])], FALSE_BY_NUMBERS, ["1"])
    w.goal("refuted", imp(claim, FALSE_BY_NUMBERS), w.step("imp_intro", claim, s))
    assert [report.status(g) for g in checked(w).goals] == ["proved"]


# -- 8. the order of limits as a set -----------------------------------------------------------------------------------


def test_two_separate_limits_are_a_joint_one() -> None:
    here = elim(all_elim(row("limit"), x, num(1)), linear([], le(1, 1), []), assume(le(1, app("deepest"))))
    there = assume(app("tends", app("deep"), app("f", y, 1), 0, app("F", y, 1)))
    f, F = [app("f", z, 1) for z in (x, y)], [app("F", z, 1) for z in (x, y)]
    both = all_elim(row("mul"), app("clt"), *f, num(0), num(0), *F)
    refused(lambda: elim(both, here, there), "needed")
    along = elim(all_elim(row("limit"), y, num(1)), linear([], le(1, 1), []), assume(le(1, app("deepest"))))
    assert elim(both, here, along).prop.fields[1][0] == app("clt")


def test_1_is_2_from_orders_along_two_modes() -> None:
    first = assume(app("order", app("modeof", app("clt")), app("n"), 1))
    second = assume(app("order", app("modeof", app("deep")), app("n"), 2))
    for where in ("clt", "deep"):
        t = all_elim(row("unique"), app("modeof", app(where)), app("n"), num(1), num(2))
        refused(lambda t=t: elim(t, first, second), "needed")


def test_an_order_without_its_mode_is_an_order() -> None:
    refused(lambda: app("order", app("f", x, 1), 0), "takes 3 arguments, not 2")
    refused(lambda: app("order", app("clt"), app("f", x, 1), 0), "of sort base")
    refused(lambda: app("modeof", app("modeof", app("clt"))), "of sort mode")


def test_a_limit_along_one_base_is_one_along_every_base() -> None:
    t = assume(app("tends", app("clt"), app("f", x, 1), 0, app("F", x, 1)))
    refused(lambda: imp_elim(all_elim(row("order"), app("deep"), app("f", x, 1), app("F", x, 1), num(0)), t), "needed")
    refused(lambda: all_intro([app("clt")], t), "distinct variables")
    along = assume(app("tends", b, app("f", x, 1), 0, app("F", x, 1)))
    refused(lambda: all_intro([b], along), "free in")


# -- 9. a bridge that fails open ---------------------------------------------------------------------------------------


def _proved() -> tuple[Writer, int]:
    """A document in which f(x, 1) tends to F(x, 1) if 1 ≤ deepest, and the number of that step."""
    w = Writer()
    s = w.step("imp_elim", w.step("all_elim", w.step("row", "limit"), [x, num(1)]), w.step("linear", [], le(1, 1), []))
    return w, w.step("all_intro", [x], s)


def honest() -> Term:
    return forall([x], imp(le(1, app("deepest")), app("tends", app("clt"), app("f", x, 1), 0, app("F", x, 1))))


def test_the_honest_goal_holds() -> None:
    w, s = _proved()
    w.goal("g", honest(), s)
    assert [report.status(g) for g in checked(w).goals] == ["proved"]


def test_f_has_order_n_to_the_5() -> None:
    w, s = _proved()
    wrong = forall([x], imp(le(1, app("deepest")), app("tends", app("clt"), app("f", x, 1), 5, app("F", x, 1))))
    w.goal("g", wrong, s)
    assert gaps(w)


def test_a_goal_without_the_range_of_its_proof() -> None:
    w, s = _proved()
    w.goal("g", forall([x], app("tends", app("clt"), app("f", x, 1), 0, app("F", x, 1))), s)
    assert gaps(w)


def test_a_goal_about_another_output_or_another_quantity() -> None:
    for wrong in (app("f", x, 2), app("step", app("f", x, 1)), times(2, app("f", x, 1))):
        w, s = _proved()
        prop = app("tends", app("clt"), wrong, 0, app("F", x, 1))
        w.goal("g", forall([x], imp(le(1, app("deepest")), prop)), s)
        assert gaps(w)


def test_a_goal_with_a_free_variable_or_of_a_step_that_failed() -> None:
    w, s = _proved()
    w.goal("g", app("tends", app("clt"), app("f", x, 1), 0, app("F", x, 1)), s)
    assert gaps(w)
    w, s = _proved()
    bad = w.step("imp_elim", s, s)
    w.goal("g", honest(), bad)
    (error,) = gaps(w)
    assert error.startswith(f"step {bad} (imp_elim)")


def test_a_goal_that_is_a_gap_lends_its_proof_to_a_later_document() -> None:
    w, s = _proved()
    wrong = forall([x], imp(le(1, app("deepest")), app("tends", app("clt"), app("f", x, 1), 5, app("F", x, 1))))
    w.goal("g", wrong, s)
    document = documents.read(w.data())
    assert check.proved(document, check.check(document)) == {}
    w.goal("h", honest(), s)
    document = documents.read(w.data())
    held = check.proved(document, check.check(document))
    assert list(held) == [table.digest(honest())]
    later = Writer()
    later.goal("g", wrong, later.step("use", table.digest(wrong)))
    assert check.check(documents.read(later.data()), held).goals[0].error


def test_what_comes_after_a_step_that_fails_holds() -> None:
    w, s = _proved()
    w.goal("before", honest(), s)
    w.step("row", "nosuch")
    w.goal("after", eq(1, 1), w.step("ring", num(1), num(1)))
    result = checked(w)
    assert [report.status(g) for g in result.goals] == ["proved", "gap"]


# -- 10. answers in code -----------------------------------------------------------------------------------------------


def test_an_answer_is_no_definition() -> None:
    declare(limit_of_2=((), "const"))
    refused(lambda: table.row("answer", eq(app("limit_of_2"), 0), "definition", "it is so"), "mark")
    table.row("answer", eq(app("limit_of_2"), 0), "cited", "it is so")
    refused(lambda: table.define("limit_of_2", [], num(3)), "before it is defined")


def test_a_computed_answer_is_proved() -> None:
    w = Writer()
    w.goal("g", eq(app("fact", 3), 7), w.step("computed", "series", eq(app("fact", 3), 7)))  # named like a row
    (goal,) = checked(w).goals
    assert report.status(goal) == "certified"
    assert [r["mark"] for r in report.axioms([goal])] == ["computed"]


def test_an_answer_without_a_justification_is_a_row() -> None:
    refused(lambda: table.row("answer", eq(app("fact", 3), 6), "theorem", ""), "justification")
    refused(lambda: table.row("answer", eq(app("fact", 3), 6), "obvious", "well"), "mark")
    refused(lambda: table.row("series", eq(app("fact", 3), 6), "theorem", "well"), "second row")
    refused(lambda: table.row("answer", eq(app("fact", k), 6), "theorem", "well"), "closed")


def test_what_rests_on_an_answer_does_not_show_it() -> None:
    rows("argued", answer=eq(app("fact", 3), 7))
    w = Writer()
    claim = eq(times(2, app("fact", 3)), 14)
    s = w.step("linear", [w.step("row", "answer")], claim, ["2"])
    w.goal("g", claim, s)
    w.goal("unused", claim, w.step("imp_elim", w.step("imp_intro", eq(1, 1), s), w.step("ring", num(1), num(1))))
    for goal in checked(w).goals:
        assert report.status(goal) == "cited"
        assert [(rest["mark"], rest["name"]) for rest in report.axioms([goal])] == [("argued", "answer")]


# -- rounding and cancelling: what needs no theory ---------------------------------------------------------------------


def test_rounding_down_is_linear() -> None:
    refused(lambda: linear([assume(le(times(2, r), 3))], le(r, 1), [Fraction(1, 2)]), "does not follow")
    refused(lambda: linear([assume(le(r, 3))], le(r, 2), [1]), "does not follow")
    refused(lambda: linear([assume(le(r, 3))], le(3, r), [-1]), "only an equation allows")
    refused(lambda: linear([assume(le(r, 3)), assume(le(3, r))], eq(r, 3), [1, 1]), "only an equation allows")


def test_a_difference_of_a_quantity_with_itself_has_an_order() -> None:
    """X - X is 0 by algebra wherever it stands: what is said of one is said of the other."""
    here = app("order", app("modeof", app("clt")), plus(X, neg(X)), p)
    there = app("order", app("modeof", app("clt")), 0, p)
    assert imp_elim(assume(imp(imp(there, FALSE), FALSE)), assume(imp(here, FALSE))).prop == FALSE
