"""Forgeries of each kind, named by the false statement: the first of a kind was accepted by the first kernel.

A small theory of the same shape as the supplement's stands in: K as a sum over compositions that is cut at the degree,
outputs f(x, d) that exist for 1 ≤ d ≤ H, limits along bases.  Each test first proves what is true in the same way, so
that what is refused is the forgery and not the theory.
"""

from __future__ import annotations

from fractions import Fraction

from tests.kernel_core.forging import (
    H,
    L,
    X,
    _theory,  # noqa: F401  (a fixture of every test here)
    body,
    d,
    gaps,
    k,
    m,
    r,
    ranges,
    refused,
    vanishing,
    x,
    y,
)
from tests.kernel_core.theories import Writer, checked, declare, elim, neg, plus, times
from verifier.kernel.core import documents, table
from verifier.kernel.core.normal import key
from verifier.kernel.core.terms import FALSE, Bound, Var, app, eq, forall, fun, imp, le, num
from verifier.kernel.core.theorems import (
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
