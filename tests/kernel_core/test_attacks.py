"""What an adversary found in a prototype of the core, each as a test: Python, heads, sorts, definitions, meanings."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from tests.kernel_core.theories import Writer, apart, checked, declare, elim, neg, plus, rows, times
from verifier.kernel.core import table, terms
from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import FALSE, App, Bound, Fun, Num, Var, app, eq, forall, fun, imp, le, num
from verifier.kernel.core.theorems import (
    Theorem,
    all_elim,
    all_intro,
    assume,
    computed,
    imp_elim,
    imp_intro,
    linear,
    ring,
    row,
    subst,
)  # fmt: skip

P, x, i = Var("P", "prop"), Var("x", "rand"), Var("i", "int")
FALSEHOOD = eq(num(1), num(2))


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    with apart():
        yield


def refused(attempt: Callable[[], Any], why: str | None = None) -> None:
    with pytest.raises(Refused, match=why):
        attempt()


# -- Python: what an ordinary program can do in the process of the prover ----------------------------------------------


def test_a_thing_that_looks_like_a_theorem_is_none() -> None:
    fake: Any = SimpleNamespace(hyps=(), prop=FALSEHOOD, rests=frozenset())
    true = ring(num(1), num(1))
    refused(lambda: all_intro([x], fake), "takes theorems")
    refused(lambda: imp_intro(FALSE, fake), "takes theorems")
    refused(lambda: imp_elim(fake, true))
    refused(lambda: linear([fake], FALSEHOOD, [1]), "takes theorems")
    refused(lambda: subst(fake, fun([x], FALSEHOOD), true))
    implication: Any = SimpleNamespace(hyps=(), prop=imp(true.prop, FALSEHOOD), rests=frozenset())
    refused(lambda: imp_elim(implication, true), "takes theorems")


def test_a_theorem_has_no_public_constructor() -> None:
    refused(lambda: Theorem((), FALSEHOOD, frozenset()), "come from inferences")
    refused(lambda: Theorem((), FALSEHOOD, frozenset(), object()), "come from inferences")
    true = ring(num(1), num(1))
    with pytest.raises((Refused, ValueError, TypeError)):
        dataclasses.replace(true, prop=FALSEHOOD)


def test_a_theorem_of_a_class_of_ones_own_is_none() -> None:
    class Mine(Theorem):
        def __post_init__(self, maker: object) -> None:
            pass

    mine = Mine((), FALSEHOOD, frozenset())
    refused(lambda: all_intro([x], mine), "takes theorems")


@pytest.mark.parametrize("name", ["prop", "hyps", "rests"])
def test_a_theorem_does_not_change(name: str) -> None:
    t = assume(FALSEHOOD)
    with pytest.raises(AttributeError):
        setattr(t, name, ())


@pytest.mark.parametrize("name", ["fields", "sort", "loose", "free", "size", "depth", "_key"])
def test_a_term_does_not_change(name: str) -> None:
    t = le(0, 1)
    with pytest.raises(AttributeError):
        setattr(t, name, None)
    with pytest.raises(TypeError):
        Bound(0, "int").loose[0] = "const"  # type: ignore[index]


def test_a_term_of_a_class_of_ones_own_is_no_argument() -> None:
    class Mine(Var):
        pass

    mine = Mine("x", "int")
    refused(lambda: App("le", (mine, num(1))), "arguments are terms")
    refused(lambda: Fun(("int",), mine))
    refused(lambda: fun([mine], le(0, 1)), "distinct variables")


def test_5_is_0_from_a_list_that_says_something_else_the_second_time() -> None:
    class Twice(list):  # type: ignore[type-arg]
        count = 0

        def __iter__(self) -> Iterator[Any]:
            self.count += 1
            return iter([]) if self.count == 1 else super().__iter__()

    hypothesis = assume(eq(x, num(0)))
    refused(lambda: all_intro(Twice([x]), hypothesis))
    once = Twice([x])
    once.count = 1
    refused(lambda: all_intro(once, hypothesis), "free in")

    facts = Twice([assume(le(1, 0))])
    with pytest.raises(ValueError, match=r"shorter|longer"):
        linear(facts, le(5, 0), [5])


def test_a_row_is_not_exchanged_and_put_back() -> None:
    rows(harmless=eq(num(1), num(1)))
    with pytest.raises(TypeError):
        table.TABLE["harmless"] = table.Row("harmless", FALSEHOOD, "theorem", "", "", "")  # type: ignore[index]
    with pytest.raises(AttributeError):
        table.TABLE["harmless"].prop = FALSEHOOD  # type: ignore[misc]
    (rest,) = row("harmless").rests
    assert rest.digest == table.digest(eq(num(1), num(1)))  # and if it were, what rests on it would show


def test_a_symbol_does_not_change_its_sort() -> None:
    declare(n=((), "width"), fact=(("int",), "const"))
    with pytest.raises(TypeError):
        terms.SIGNATURE["n"] = ((), "int")  # type: ignore[index]
    refused(lambda: table.symbol("n", (), "int", "again"), "twice")
    with pytest.raises(TypeError):
        App("n", (), "int")  # type: ignore[call-arg]
    refused(lambda: app("fact", app("n")), "of sort width")


def test_numbers_are_no_floats_and_no_booleans() -> None:
    for wrong in (0.5, 1.0, True, "1", None):
        refused(lambda wrong=wrong: le(wrong, 1))
        refused(lambda wrong=wrong: linear([], le(0, 1), []) and Num(wrong))
    refused(lambda: linear([assume(le(0, 1))], le(0, 1), [1.0]))  # type: ignore[list-item]


def test_a_term_is_not_made_without_its_constructor() -> None:
    with pytest.raises(AttributeError):
        copy.copy(le(0, i))
    empty = App.__new__(App)
    with pytest.raises(AttributeError):
        app("imp", empty, FALSE)


# -- heads: ⋀ is reserved, and binds a proposition ---------------------------------------------------------------------


def test_5_is_at_most_0_from_what_holds_for_all_but_finitely_many() -> None:
    table.symbol("all(but finitely many)", [(("int",), "prop")], "prop", "for all but finitely many i")
    rows(tail=app("all(but finitely many)", fun([i], le(5, i))))
    refused(lambda: all_elim(row("tail"), num(0)), "needed all")
    for reserved in terms.RESERVED:
        refused(lambda reserved=reserved: table.symbol(reserved, [(("int",), "prop")], "prop", "mine"), "twice")


def test_a_row_whose_body_is_a_number_is_none() -> None:
    refused(lambda: forall([x], x), "binds a proposition")
    refused(lambda: rows(ill=x), "closed")
    forall([x], eq(x, x))  # and nothing is left behind


def test_all_of_a_variable_is_no_proposition() -> None:
    refused(lambda: app("all", Var("Q", (("int",), "prop"))), "binds a proposition")
    refused(lambda: app("all", app(Var("R", (("int",), (("int",), "prop"))), 0)), "binds a proposition")


def test_falsity_takes_no_arguments_and_an_implication_two() -> None:
    refused(lambda: app("false", FALSE))
    refused(lambda: app("imp", FALSE))
    refused(lambda: app("imp", FALSE, FALSE, FALSE))
    refused(lambda: app("eq", num(1)))
    refused(lambda: app("le", num(1), num(2), num(3)))


# -- sorts in equations, and normal forms without sorts ----------------------------------------------------------------


def test_half_minus_half_is_0_where_0_is_asked() -> None:
    declare(b=((), "base"), f=(("int",), "rand"), tends=(("base", "rand", "const", "lim"), "prop"), F=(("int",), "lim"))
    half = Fraction(1, 2)
    at_zero = app("tends", app("b"), app("f", 1), 0, app("F", 1))
    at_half = app("tends", app("b"), app("f", 1), plus(half, -half), app("F", 1))
    t = imp_elim(assume(imp(at_zero, FALSEHOOD)), assume(at_half))
    assert t.prop == FALSEHOOD
    assert key(times(2, half)) == key(num(1))
    assert key(plus(i, x, neg(x))) == key(i)


def test_equations_between_limits_and_tuples_and_none_across() -> None:
    declare(F=(("int",), "lim"), f=(("int",), "rand"), nil=((), "seq"), origin=((), "input"), n=((), "width"))
    assert ring(app("F", 1), app("F", 1)).prop == eq(app("F", 1), app("F", 1))
    assert ring(app("nil"), app("nil")).prop == eq(app("nil"), app("nil"))
    for a, b in (("f", "F"), ("nil", "origin")):
        left, right = (app(s, *([1] if s in "fF" else [])) for s in (a, b))
        refused(lambda left=left, right=right: eq(left, right), "not added, multiplied or compared")
    refused(lambda: eq(fun([i], i), fun([i], i)))
    refused(lambda: eq(FALSE, FALSE))
    refused(lambda: plus(app("nil"), app("nil")))
    assert le(Fraction(1, 2), 1).sort == "prop"
    refused(lambda: le(app("n"), 1), "of sort width")


def test_different_functions_tuples_and_variables_are_not_the_same() -> None:
    declare(nil=((), "seq"), snoc=(("seq", "int"), "seq"), f=(("int",), "rand"), g=(("int",), "rand"))
    j = Var("j", "int")
    one, two = app("snoc", app("nil"), i), app("snoc", app("nil"), j)
    assert key(one) != key(two)
    assert key(app("snoc", app("nil"), plus(i, 1))) == key(app("snoc", app("nil"), plus(1, i)))
    assert key(Var("x", "int")) != key(Var("x", "const"))
    assert key(fun([i, j], app("f", i))) != key(fun([i, j], app("f", j)))
    assert key(fun([i], fun([j], app("f", i)))) != key(fun([i, j], app("f", i)))
    assert key(app("f", 1)) != key(app("g", 1))
    assert key(times(x, x)) != key(x)
    refused(lambda: ring(times(i, i), i), "needed")
    refused(lambda: ring(times(0, x), num(1)))
    assert ring(times(0, x), num(0)).hyps == ()


def test_nothing_is_cancelled() -> None:
    """x y = x z does not give y = z: no primitive divides."""
    y, z = Var("y", "rand"), Var("z", "rand")
    fact = assume(eq(times(x, y), times(x, z)))
    refused(lambda: linear([fact], eq(y, z), [1]), "does not follow")
    refused(lambda: linear([fact, assume(eq(x, 1))], eq(y, z), [1, 1]), "does not follow")


# -- definitions define ------------------------------------------------------------------------------------------------


def test_c_is_not_defined_as_c_plus_1() -> None:
    declare(c=((), "const"))
    refused(lambda: table.define("c", [], plus(app("c"), 1)), "before it is defined")
    refused(lambda: table.row("c", eq(app("c"), plus(app("c"), 1)), "definition", "circular"), "mark")


def test_nothing_is_defined_twice_or_in_a_circle() -> None:
    declare(c=((), "const"), d=((), "const"), e=(("rand",), "const"))
    table.define("c", [], app("d"))
    refused(lambda: table.define("c", [], num(1)), "before it is defined")
    refused(lambda: table.define("d", [], app("c")), "before it is defined")
    table.define("e", [x], num(0))
    refused(lambda: table.define("e", [x], num(1)), "before it is defined")


def test_a_definition_has_distinct_variables_and_no_others() -> None:
    declare(c=(("rand", "rand"), "rand"))
    y = Var("y", "rand")
    refused(lambda: table.define("c", [x, x], num(1)), "distinct")
    refused(lambda: table.define("c", [x, y], Var("z", "rand")), "closed")
    refused(lambda: table.define("c", [x], num(1)), "takes 2 arguments")
    assert not table.TABLE


def test_an_integer_is_not_defined_as_one_half() -> None:
    declare(c=((), "int"), d=((), "const"), e=((), "width"), k=(("int",), "int"), f=((), "rand"))
    refused(lambda: table.define("c", [], num(Fraction(1, 2))), "another sort")
    refused(lambda: table.define("d", [], app("f")), "another sort")
    refused(lambda: table.define("e", [], num(3)), "another sort")
    step = fun([i], times(Fraction(1, 2), i))
    refused(lambda: table.define_recursion("k", [i], i, 0, num(1), step), "another sort")


def test_a_recursion_goes_down_and_starts_in_one_place() -> None:
    declare(k=(("int",), "int"), m=(("int", "int"), "int"))
    v = Var("v", "int")
    refused(lambda: table.define_recursion("k", [i], i, 0, i, fun([v], v)), "closed")
    refused(lambda: table.define_recursion("k", [i], i, 0, num(0), fun([v], app("k", plus(i, 2)))), "before it is")
    refused(lambda: table.define_recursion("k", [i], i, 0, num(0), fun([v], v), [le(i, 3)]), "closed")
    refused(lambda: table.define_recursion("k", [i], i, 0, num(0), fun([v], v), [le(app("k", 0), 3)]))
    table.define_recursion("k", [i], i, 0, num(1), fun([v], times(plus(i, 1), v)))
    assert set(table.TABLE) == {"k.0", "k.step"}
    premise = table.TABLE["k.step"].prop.fields[1][0].fields[1].fields[1][0]
    assert key(app("all", Fun(("int",), premise))) == key(forall([i], le(0, i)))  # nothing below 0


def test_a_predicate_is_defined_both_ways() -> None:
    declare(small=(("int",), "prop"))
    table.define_predicate("small", [i], le(i, 3))
    four = assume(app("small", 4))
    absurd = imp_elim(all_elim(row("small.elim"), num(4)), four)
    assert absurd.prop == le(4, 3)  # so what is false of it can be refuted
    refused(lambda: table.define_predicate("small", [i], le(i, 4)), "before it is defined")


# -- meanings of rows: what the core cannot see, and what the theory must not have -------------------------------------


def test_an_order_that_forgets_its_base_proves_that_1_is_2() -> None:
    """The twin: with an `order` of (quantity, exponent) alone, true rows prove 1 = 2; the theory's has a mode."""
    declare(
        together=((), "base"), square=((), "base"), m=((), "width"), tends=(("base", "rand", "const", "lim"), "prop"),
        order=(("rand", "const"), "prop"), alive=(("lim",), "prop"),
    )  # fmt: skip
    b, X, Y, p, q = Var("b", "base"), Var("X", "rand"), Var("Y", "lim"), Var("p", "const"), Var("q", "const")
    rows(
        first=app("tends", app("together"), app("m"), 1, 1), second=app("tends", app("square"), app("m"), 2, 1),
        one=app("alive", 1),
        order=forall([b, X, Y, p], imp(app("tends", b, X, p, Y), app("alive", Y), app("order", X, p))),
        unique=forall([X, p, q], imp(app("order", X, p), app("order", X, q), eq(p, q))),
    )  # fmt: skip
    orders = [
        elim(all_elim(row("order"), app(base), app("m"), num(1), num(k)), row(name), row("one"))
        for base, name, k in (("together", "first", 1), ("square", "second", 2))
    ]
    assert elim(all_elim(row("unique"), app("m"), num(1), num(2)), *orders).prop == FALSEHOOD
    refused(lambda: app("tends", Var("x", "input"), app("m"), 1, 1), "of sort input")


def test_a_limit_in_law_alone_proves_that_0_has_an_order() -> None:
    """The twin: with a row from equality in law back to `tends`, f - f has order 1."""
    declare(
        b=((), "base"), f=((), "rand"), F=((), "lim"), tends=(("base", "rand", "lim"), "prop"),
        order=(("rand",), "prop"), samelaw=(("lim", "lim"), "prop"), alive=(("lim",), "prop"),
    )  # fmt: skip
    X, Z, Y, W = Var("X", "rand"), Var("Z", "rand"), Var("Y", "lim"), Var("W", "lim")
    T = lambda X, Y: app("tends", app("b"), X, Y)  # noqa: E731
    rows(
        f=T(app("f"), app("F")),
        symmetric=app("samelaw", app("F"), neg(app("F"))),
        alive=app("alive", times(2, app("F"))),
        add=forall([X, Z, Y, W], imp(T(X, Y), T(Z, W), T(plus(X, Z), plus(Y, W)))),
        minus=forall([X, Y], imp(T(X, Y), T(neg(X), neg(Y)))),
        order=forall([X, Y], imp(T(X, Y), app("alive", Y), app("order", X))),
        law=forall([X, Y, W], imp(T(X, Y), app("samelaw", Y, W), T(X, W))),
    )  # fmt: skip
    f, F = app("f"), app("F")
    flipped = elim(all_elim(row("law"), f, F, neg(F)), row("f"), row("symmetric"))
    back = imp_elim(all_elim(row("minus"), f, neg(F)), flipped)
    both = elim(all_elim(row("add"), f, neg(f), F, neg(neg(F))), row("f"), back)
    t = elim(all_elim(row("order"), plus(f, neg(f)), plus(F, neg(neg(F)))), both, row("alive"))
    zero = subst(ring(plus(f, neg(f)), num(0)), fun([X], app("order", X)), t)
    assert zero.prop == app("order", 0)
    assert "law" in {r.name for r in zero.rests}


def test_equality_almost_surely_is_no_equality() -> None:
    """The twin: `iszero(w) = 0` almost surely, written with `eq`, proves 0 = 1."""
    declare(w=((), "rand"), iszero=(("rand",), "rand"), at_origin=(("rand",), "const"))
    c = Var("c", "const")
    rows(
        surely=eq(app("iszero", app("w")), 0), origin=eq(app("at_origin", app("iszero", app("w"))), 1),
        constant=forall([c], eq(app("at_origin", c), c)),
    )  # fmt: skip
    t = subst(row("surely"), fun([x], eq(app("at_origin", x), 1)), row("origin"))
    t = subst(all_elim(row("constant"), num(0)), fun([x], eq(x, 1)), t)
    assert t.prop == eq(num(0), num(1))
    assert {r.name for r in t.rests} == {"surely", "origin", "constant"}  # and shows what it rests on


def test_contradictory_hypotheses_prove_and_refute_a_claim_but_no_goal() -> None:
    declare(relu=((), "prop"), linear_=((), "prop"), claim=(("int",), "prop"))
    rows(
        exfalso=forall([P], imp(FALSE, P)), exclude=imp(app("relu"), app("linear_"), FALSE),
    )  # fmt: skip
    w = Writer()
    bad = w.step("imp_elim", w.step("imp_elim", w.step("row", "exclude"), w.step("assume", app("relu"))),
                 w.step("assume", app("linear_")))  # fmt: skip
    claim = app("claim", 1)
    for name, prop in (("proved", claim), ("refuted", imp(claim, FALSE))):
        w.goal(name, prop, w.step("imp_elim", w.step("all_elim", w.step("row", "exfalso"), [prop]), bad))
    result = checked(w)
    assert not result.failed
    assert all(goal.error for goal in result.goals)


def test_a_computed_fact_is_closed_and_shows_its_engine() -> None:
    refused(lambda: computed("engine", le(0, i)), "closed")
    refused(lambda: computed("line\nbreak", le(0, 1)), "no name")
    refused(lambda: computed("", le(0, 1)), "no name")
    (rest,) = computed("fields 2", FALSEHOOD).rests
    assert (rest.mark, rest.name) == ("computed", "fields 2")


def test_a_term_is_unchanged_by_what_it_is_made_from() -> None:
    args = [num(0), i]
    t = App("le", tuple(args))
    args[0] = num(7)
    assert t == le(0, i)
    refused(lambda: App("le", args))  # type: ignore[arg-type]
