"""Forgeries of hypotheses, refutations, modes and goals, named by the false statement; see :mod:`test_forgeries`."""

from __future__ import annotations

from fractions import Fraction

from tests.kernel_core.forging import (
    FALSE_BY_NUMBERS,
    X,
    Y,
    _theory,  # noqa: F401  (a fixture of every test here)
    b,
    d,
    gaps,
    k,
    m,
    p,
    r,
    refused,
    x,
    y,
)
from tests.kernel_core.theories import Writer, checked, declare, elim, neg, plus, rows, times
from verifier.kernel import report
from verifier.kernel.core import check, documents, table
from verifier.kernel.core.terms import FALSE, Term, app, eq, forall, imp, le, num
from verifier.kernel.core.theorems import (
    all_elim,
    all_intro,
    assume,
    imp_elim,
    imp_intro,
    linear,
    row,
)

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
