"""Forgeries with the rows of limits, orders and signs: each would prove something false, and is refused.

Every one is named by the false statement; the inference is the one that a forger would write.
"""

from __future__ import annotations

import pytest

import verifier.kernel.theory  # noqa: F401
from lemmas import _proof_lemma3_limits as lemma3
from lemmas._limits import no_order_of_zero, order
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import App, Var, app, eq, forall, fun, imp, le, num
from verifier.kernel.theory.writing import many, times
from verifier.proving.tactics import Prover

b, b2 = many("b b2", "base")
omega, omega2 = many("omega omega2", "mode")
X, X2 = many("X X2", "rand")
Y, Y2, E = many("Y Y2 E", "lim")
u, v = many("u v", "const")
i, k, L = many("i k L", "int")
phi, x = Var("phi", "act"), Var("x", "input")
F = app("f", phi, L, x, i)


def T(base, of, power, to):
    return app("tends", base, of, power, to)


def refused(forge):
    with pytest.raises(Refused):
        forge(Prover("forgery"))


# -- a joint limit from single ones --------------------------------------------------------------------------------


def a_product_of_limits_on_two_couplings(p):
    return p.by("tends.mul", p.assume(T(b, X, 0, Y)), p.assume(T(b2, X2, 0, Y2)))


def a_sum_of_limits_in_law(p):
    return p.by("tends.add", p.assume(app("law", omega, X, Y)), p.assume(app("law", omega, X2, Y2)))


def a_limit_on_a_coupling_from_one_in_law(p):
    return p.imp_elim(p.all_elim(p.row("tends.almost"), b, X, 0, Y, Y2), p.assume(app("law", app("modeof", b), X, Y)))


def another_limit_of_the_same_law(p):
    """f → F and F ~ -F in law: then f - f → 2F, and 0 has an order."""
    return p.by("tends.almost", p.assume(T(b, X, 0, Y)), p.assume(app("samelaw", Y, times(-1, Y))))


def a_limit_for_each_layer_is_none_for_their_sum(p):
    return p.imp_elim(p.all_elim(p.row("tends.sum"), b, 1, 3, 0, fun([i], F), fun([i], Y)), p.assume(T(b, F, 0, Y)))


# -- a step through an atom ----------------------------------------------------------------------------------------


def a_step_of_a_limit_that_is_merely_alive(p):
    return p.by("tends.pieces", p.assume(T(b, X, 0, Y)), p.assume(app("alive", Y)), c=-1, c2=0, u=1)


def a_step_by_the_mass_of_another_limit(p):
    return p.by("tends.pieces", p.assume(T(b, X, 0, Y)), p.assume(app("never0", Y2)), c=-1, c2=0, u=1)


def a_mask_is_never_0(p):
    """1[F > 0] is 0 half of the time."""
    mask = app("lpieces", 0, 0, 1, Y)
    return p.by("poly.never0", p.by("poly.const", b=b, c=mask), p.assume(app("alive", mask)))


# -- Slutsky with a factor that is random ----------------------------------------------------------------------------


def a_tight_factor_has_a_limit(p):
    return p.by("tends.mul", p.assume(T(b, X, 0, Y)), p.assume(app("upper", app("modeof", b), X2, 0)))


def convergence_in_probability_to_something_random(p):
    return p.by("plim.tends", p.assume(app("plim", app("modeof", b), X, Y)))


def a_random_number_of_order_1_is_constant(p):
    return p.by("tends.const", b=b, c=X)


# -- orders that forget their mode ---------------------------------------------------------------------------------


def one_is_two_by_orders_in_two_modes(p):
    return p.by("order.unique", p.assume(app("order", omega, X, 1)), p.assume(app("order", omega2, X, 2)))


def an_order_in_a_mode_that_is_not_the_coupling_s(p):
    mode = p.ring(app("modeof", b), app("modeof", b))
    found = order(p, mode, p.assume(T(b, X, 0, Y)), p.assume(app("alive", Y)))
    return p.restate(app("order", omega, X, 0), found)


def an_order_without_a_mode(p):
    return p.assume(app("order", X, 0))


# -- ranges that grow ----------------------------------------------------------------------------------------------


def a_product_of_n_factors_is_of_order_1(p):
    return p.all_elim(p.row("tends.prod"), b, 1, app("inv_width", 1), 0, fun([i], F), fun([i], Y))


def a_sum_up_to_something_random(p):
    return p.all_elim(p.row("tends.sum"), b, 1, X, 0, fun([i], F), fun([i], Y))


def compositions_of_a_limit(p):
    body = fun([i, k], num(1))
    return p.assume(eq(app("lcomps", Y, 1, 1, body), 0))


# -- limits made of what depends on the widths -----------------------------------------------------------------------


def a_quantity_is_its_own_limit(p):
    return p.assume(T(b, X, 0, X))


def an_output_is_alive(p):
    return p.assume(app("alive", F))


def a_width_in_a_limit(p):
    return p.assume(T(b, X, 0, app("inv_width", 1)))


# -- factorials ----------------------------------------------------------------------------------------------------


def a_third_is_a_sixth(p):
    return p.ring(app("inv", 3), app("invfact", 3))


def the_factorial_of_a_width(p):
    return p.assume(eq(app("fact", app("inv_width", 1)), 1))


def n_factorial_as_a_constant_factor(p):
    return p.by("upper.const", omega=omega, c=app("fact", X))


# -- binders -------------------------------------------------------------------------------------------------------


def what_holds_of_one_index_holds_of_all(p):
    one = p.assume(T(b, F, 0, Y))
    return p.all_intro([i], one)


def a_fact_of_a_free_layer_under_the_sum(p):
    goal = forall([i], imp(le(1, i), le(i, 3), T(b, F, 0, Y)))
    return p.prove(goal, using=[p.assume(T(b, app("f", phi, L, x, 2), 0, Y))])


def a_limit_that_moves_with_the_index_that_is_summed(p):
    each = p.assume(forall([i], imp(le(1, i), le(i, 3), T(b, F, i, Y))))
    return p.imp_elim(p.all_elim(p.row("tends.sum"), b, 1, 3, i, fun([i], F), fun([i], Y)), each)


# -- cancelling ----------------------------------------------------------------------------------------------------


def a_sum_of_what_is_alive_is_alive(p):
    return p.by("positive.add", p.assume(app("alive", Y)), p.assume(app("alive", times(-1, Y))))


def positive_on_two_events(p):
    return p.by("positive.add", p.assume(app("positive", E, Y)), p.assume(app("positive", Y2, Y2)))


def an_empty_sum_is_positive(p):
    each = p.assume(forall([i], imp(le(2, i), le(i, 1), app("positive", E, Y))))
    return p.by("positive.sum", each, lo=2, hi=1, E=E, G=fun([i], Y))


def a_sum_over_more_layers_than_there_are(p):
    s = Var("s", "seq")
    G = fun([s], Y)
    each = p.assume(forall([s], imp(eq(app("len", s), 3), app("increasing", s, 1, 2), app("positive", E, Y))))
    return p.by("positive.chains", each, E=E, k=3, lo=1, hi=2, G=G)


def an_event_of_probability_0(p):
    return p.by("positive.alive", p.assume(app("positive", E, Y)), E=E, Y=Y)


FORGERIES = [f for name, f in list(globals().items()) if callable(f) and getattr(f, "__code__", None) is not None
             and f.__module__ == __name__ and f.__code__.co_varnames[: f.__code__.co_argcount] == ("p",)]  # fmt: skip


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda f: f.__name__)
def test_refused(forge):
    refused(forge)


def test_there_are_three_forgeries_of_every_kind():
    assert len(FORGERIES) >= 30


def test_0_has_no_order():
    """What 04 and 05 of the adversary proved of the prototype: here it is falsity that follows."""
    p = Prover("order of 0")
    assert no_order_of_zero(p, p.assume(app("order", omega, num(0), 0))).prop == App("false", ())


# -- a theorem with a hypothesis taken away ------------------------------------------------------------------------


@pytest.mark.parametrize("off", [False, True])
def test_every_hypothesis_of_lemma_3_is_needed(off, monkeypatch):
    """The proof fails without any one of them: inputs that are 0, opposite or orthogonal; layers, outputs, widths."""
    p = Prover("lemma3")
    joint, identity = lemma3.shallow_joint(p), lemma3.identity(p)
    whole = lemma3._premises(False, off)
    monkeypatch.setattr(lemma3, "_premises", lambda deep, off: whole)
    lemma3.term_order(p, joint, identity, deep=False, off=off)
    needed = 0
    for left_out in range(len(whole)):
        kept = (*whole[:left_out], *whole[left_out + 1 :])
        monkeypatch.setattr(lemma3, "_premises", lambda deep, off, kept=kept: kept)
        try:
            found = lemma3.term_order(p, joint, identity, deep=False, off=off)
        except Refused:
            needed += 1
        else:  # it was assumed and not discharged, so that nothing closed is proved
            assert found.theorem.hyps, whole[left_out]
            needed += 1
    assert needed == len(whole)
