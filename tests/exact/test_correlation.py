"""The language: parsing, canonical form, and what must be refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.exact.correlation import (
    Correlation,
    CorrelationError,
    HypernetworkTerm,
    correlation,
    from_graph,
    parse,
    star,
)


def correlations(text: str) -> Correlation:
    found = parse(text)
    assert isinstance(found, Correlation)
    return found


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("f(0;a,b) f(1;a) f(2;b)", "T(2)"),
        ("f(y;c) * f(x;d,c) f(z;d)", "T(2)"),
        ("f", "f(7)"),
        ("f(0) f(0)", "f^2"),
        ("(f(0;a) f(0;a))^2", "f(1;b) f(1;b) f(1;c) f(1;c)"),
        ("T(1) T(1)", "T(1)^2"),
        ("T(2) f(0)", "f(2) f(2;u,v) f(0;u) f(1;v)"),
        ("((f))", "f"),
    ],
)
def test_same_object(text, same):
    assert parse(text) == parse(same)
    assert hash(parse(text)) == hash(parse(same))


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("f(0;a,b) f(1;a) f(1;b)", "T(2)"),
        ("f(0;a,b) f(0;a,b)", "f(0;a,b) f(1;a,b)"),
        ("f[1](0)", "f(0)"),
        ("f(0;a,b) f(0;a) f(0;b)", "f(0;a) f(0;a) f(0)"),
        ("f(0;a,a)", "f(0)"),
        ("K(2)", "K(3)"),
    ],
)
def test_different_objects(text, other):
    assert parse(text) != parse(other)


def test_star_and_hypernetwork_terms():
    assert parse("T(3)") == star(3)
    assert parse(" K(3) ") == HypernetworkTerm(3)
    assert star(0) == parse("f")
    assert star(4).graph().degree(star(4).contractions[0][1]) in (1, 4)
    assert sorted(d for _, d in star(4).graph().degree()) == [1, 1, 1, 1, 4]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data())
def test_names_and_order_do_not_matter(data):
    m = data.draw(st.integers(1, 5))
    inputs = data.draw(st.lists(st.integers(0, 2), min_size=m, max_size=m))
    ends = st.tuples(st.integers(0, m - 1), st.integers(0, m - 1))
    edges = data.draw(st.lists(ends, max_size=5))
    place = data.draw(st.permutations(range(m)))
    names = data.draw(st.permutations(["p", "q", "r"]))
    first = correlation([(str(i), 0) for i in inputs], [(u, v, f"a{k}") for k, (u, v) in enumerate(edges)])
    moved = [""] * m
    for v, i in enumerate(inputs):
        moved[place[v]] = names[i]
    order = data.draw(st.permutations(edges))
    second = correlation(
        [(name, 0) for name in moved], [(place[v], place[u], f"b{k}") for k, (u, v) in enumerate(order)]
    )
    assert first == second
    assert parse(first.formula()) == first


@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [
        ("", "empty correlation", 0),
        ("   ", "empty correlation", 0),
        ("()", "empty brackets", 0),
        ("f(0;a)", "'a' is used once", 4),
        ("f(0;a,b) f(1;a)", "'b' is used once", 6),
        ("f(0;a) f(1;a) f(2;a)", "'a' is used three times", 18),
        ("f(0;a) f(1;a) f(2;a) f(3;a)", "'a' is used 4 times", 18),
        ("f(0;a)^2 f(1;a)", "'a' is used once inside the power", 4),
        ("f(0;a", "expected ')'", 5),
        ("f(0;a) $ f(1;a)", "unexpected character '$'", 7),
        ("g(0)", "found 'g'", 0),
        ("f(;a) f(0;a)", "name of an input", 2),
        ("f[x](0)", "number of an output", 2),
        ("f(0;1)", "expected a letter", 4),
        ("T(x)", "order of T", 2),
        ("f)", "unmatched", 1),
        ("K(2) f", "must stand alone", 0),
        ("f^0", "power must be 1 or more", 2),
        ("f^", "expected a power", 2),
    ],
)
def test_refused_with_a_caret(text, reason, position):
    with pytest.raises(CorrelationError) as caught:
        parse(text)
    assert reason in str(caught.value)
    assert caught.value.position == position
    lines = str(caught.value).split("\n")
    assert lines[-2] == f"  {text}"
    assert lines[-1] == " " * (2 + position) + "^"
    assert isinstance(caught.value, ValueError)


def test_builders_refuse():
    with pytest.raises(CorrelationError, match="empty correlation"):
        correlation([], [])
    with pytest.raises(CorrelationError, match=r"T\(-1\)"):
        star(-1)
    with pytest.raises(CorrelationError, match=r"vertices 0\.\.1"):
        from_graph(2, [(0, 2)])
