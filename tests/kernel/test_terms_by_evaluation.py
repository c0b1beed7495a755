"""Property tests: terms of one normal form have one value; renaming bound variables and substituting are harmless."""

from __future__ import annotations

from fractions import Fraction
from itertools import count
from math import prod

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from verifier.kernel.fields import Network, Stream, evaluate, primes_from
from verifier.kernel.judgments import constraint_key, holds, join
from verifier.kernel.terms import KernelError, constant, free_variables, key, polynomial, same, substitute

P = primes_from("normal form", 1)[0]
NET = Network([2, 2], 2, Stream("normal form", P))
ENV = {"H": 2, "L": 2, "p": 1, "q": 2}
SETTINGS = settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def value(term, env=ENV):
    return evaluate(term, env, NET)


names = st.sampled_from(["p", "q", "x", "y"])


def terms(bound):
    """Terms whose free variables are p, q and the bound ones; every index stays in 1..2."""
    index = st.sampled_from([1, 2, "p", "q", *bound])
    leaf = st.one_of(
        st.integers(-3, 3), index,
        st.builds(lambda d: ["f", "i", d], index), st.builds(lambda d: ["hj", d], index),
        st.builds(lambda l, d, e: ["C", l, d, e], index, index, index),
        st.builds(lambda d, k: ["a", d, k], index, index),
        st.builds(lambda a, b: ["kron", a, b], index, index), st.just(["z", "i"]),
    )  # fmt: skip
    return leaf


@st.composite
def term(draw, bound=(), depth=2):
    if depth == 0:
        return draw(terms(bound))
    smaller = lambda *more: term(tuple(dict.fromkeys((*bound, *more))), depth - 1)  # noqa: E731
    kind = draw(st.sampled_from(["leaf", "+", "-", "*", "^", "/", "sum", "prod", "prodexcept", "comps"]))
    if kind == "leaf":
        return draw(terms(bound))
    if kind in "+-*":
        return [kind, *draw(st.lists(smaller(), min_size=1, max_size=3))]
    if kind == "^":
        return ["^", draw(smaller()), draw(st.integers(0, 2))]
    if kind == "/":
        return ["/", draw(smaller()), draw(st.integers(1, 4))]
    name = draw(names)
    if kind == "comps":
        other = draw(names.filter(lambda n: n != name))
        # parts are 0..2, no index of an output; only the factor's number is used as one
        return ["comps", name, other, 2, draw(st.integers(0, 3)), 2, ["+", draw(smaller(name)), other]]
    if kind == "prodexcept":
        return ["prodexcept", name, 1, 2, draw(st.sampled_from([1, 2, "p", *bound])), draw(smaller(name))]
    return [kind, name, 1, draw(st.sampled_from([1, 2, "H", "p"])), draw(smaller(name))]


def usable(t):
    """Inside comps a name may hide p or q under a part of size 0: no index then.  Such terms have no value."""
    try:
        return value(t)
    except (KernelError, KeyError, ValueError):
        assume(False)


def renamed(t, fresh, names=None):
    """The term with every bound variable called anew."""
    names = names or {}
    if isinstance(t, str):
        return names.get(t, t)
    if not isinstance(t, list) or not t:
        return t
    if t[0] in ("sum", "prod", "prodexcept"):
        new = f"v{next(fresh)}"
        inner = {**names, t[1]: new}
        return [t[0], new, *(renamed(part, fresh, names) for part in t[2:-1]), renamed(t[-1], fresh, inner)]
    if t[0] == "comps":
        new, part = f"v{next(fresh)}", f"v{next(fresh)}"
        inner = {**names, t[1]: new, t[2]: part}
        return ["comps", new, part, *(renamed(a, fresh, names) for a in t[3:-1]), renamed(t[-1], fresh, inner)]
    return [t[0], *(renamed(a, fresh, names) for a in t[1:])]


@SETTINGS
@given(term())
def test_renaming_bound_variables_keeps_form_and_value(t):
    expected = usable(t)
    other = renamed(t, count())
    assert same(t, other)
    assert value(other) == expected


@SETTINGS
@given(term(), term())
def test_terms_of_one_form_have_one_value(left, right):
    a, b = usable(left), usable(right)
    assert not same(left, right) or a == b
    # and the laws of a ring, under which the form must not change
    assert same(["*", left, ["+", right, 1]], ["+", ["*", right, left], left])
    assert same(["-", left, right], ["-", ["-", right, left]])
    assert same(["^", ["+", left, right], 2], ["+", ["*", left, left], ["*", 2, right, left], ["^", right, 2]])
    assert value(["*", left, ["+", right, 1]]) == (a * b + a) % P


@SETTINGS
@given(term(), st.integers(1, 2), st.integers(1, 2))
def test_substituting_and_evaluating_commute(t, p, q):
    usable(t)
    try:
        expected = value(t, {**ENV, "p": p, "q": q})
    except (KernelError, KeyError, ValueError):
        assume(False)
    assert value(substitute(t, {"p": p, "q": q}), ENV) == expected
    assert free_variables(t) <= {"p", "q", "H", "i", "j"}


@SETTINGS
@given(term(), st.sampled_from(["x", "y", "p", "q", ["+", "x", 1], ["-", "y"]]))
def test_substitution_captures_nothing(t, given_term):
    """Either refused, or the same as substituting into the term with its bound variables called anew."""
    fresh = renamed(t, count())
    expected = key(substitute(fresh, {"p": given_term}))
    try:
        found = key(substitute(t, {"p": given_term}))
    except KernelError:  # a bound variable would capture one of the term put in
        bound = {part for part in _flat(t) if part in ("x", "y", "p", "q")} & free_variables(given_term)
        assert bound
        return
    assert found == expected


def _flat(t):
    return [leaf for part in t for leaf in _flat(part)] if isinstance(t, list) else [t]


@SETTINGS
@given(term(), term())
def test_what_differs_by_one_leaf_is_told_apart(left, right):
    a, b = usable(left), usable(right)
    assume(a != b)
    assert not same(left, right)
    for wrapped in (["sum", "x", 1, "H", left], ["f", "i", left], ["min", left, ["f", "i", 1]]):
        other = [right if part is left else part for part in wrapped]
        if "x" not in free_variables(left) | free_variables(right):
            assert not same(wrapped, other)


linear = st.builds(
    lambda a, b, c: ["+", ["*", a, "p"], ["*", b, "q"], c], st.integers(-3, 3), st.integers(-3, 3), st.integers(-4, 4)
)
constraints = st.lists(st.builds(lambda op, a, b: [op, a, b], st.sampled_from(["<=", "="]), linear, linear), max_size=4)


@SETTINGS
@given(constraints, constraints)
def test_the_intersection_of_ranges_is_their_intersection(first, second):
    points = [{"p": p, "q": q} for p in range(-2, 4) for q in range(-2, 4)]
    inside = [holds(first, point) and holds(second, point) for point in points]
    try:
        both = join(first, second)
    except KernelError:  # a constraint between numbers is false
        assert not any(inside)
        return
    assert [holds(both, point) for point in points] == inside
    assert len({repr(constraint_key(c)) for c in both}) == len(both)


@SETTINGS
@given(st.lists(st.fractions(max_denominator=20), min_size=1, max_size=5))
def test_numbers_are_rationals(values):
    listed = [["/", v.numerator, v.denominator] for v in values]
    assert constant(["+", *listed]) == sum(values)
    assert constant(["*", *listed]) == prod(values, start=Fraction(1))
    assert constant(["min", *listed]) == min(values)
    assert constant(["max", *listed]) == max(values)


@pytest.mark.parametrize(
    "bad",
    [
        True, None, 1.5, float("nan"), {}, [], [1], [["+"]], ["+"], ["/", 1, 0], ["/", 1, "p"], ["/", 1, ["f", "i", 1]],
        ["^", "p", 65], ["^", "p", -1], ["^", "p", ["/", 1, 2]], ["^", "p"], ["sum", "x", 1, 2], ["sum", 1, 1, 2, "p"],
        ["min"], ["first", ["list"]], ["sum", "H", 1, 2, 1], ["", True], ["f", None],
    ],
)  # fmt: skip
def test_what_is_no_term_has_no_form(bad):
    with pytest.raises((KernelError, ValueError, IndexError)):
        polynomial(bad)
