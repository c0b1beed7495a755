"""The engine of prime fields: against exact differences of the ReLU recursion, and identities that it must refuse."""

from __future__ import annotations

from itertools import combinations, product

import pytest

import verifier.kernel.theory  # noqa: F401
from tests.engines.relu_reference import Given, Reference
from verifier.engines import fields
from verifier.engines.fields import PHI, Evaluation, W, X, Y, Z
from verifier.engines.prime_fields import FieldNetwork, Stream, primes_from
from verifier.engines.requests import sequence
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import Fun, Term, Var, app, fun, num

P = primes_from("tests", 1)[0]
d, k, i, l = (Var(name, "int") for name in "dkil")
ls, es = Var("ls", "seq"), Var("es", "seq")


def residue(value):
    return value.numerator * pow(value.denominator, -1, P) % P if hasattr(value, "numerator") else value % P


def term(head, H, L, *indices):
    """A quantity of the theory at the two points, from the indices that it has beside them."""
    hyper = (PHI, 1, H, L)
    arguments = {
        "f": lambda u, d: (PHI, L, {"i": X, "j": Y}[u], d), "D": lambda u: (*hyper, *{"i": (X, Z), "j": (Y, W)}[u]),
        "hj": lambda e: (*hyper, Y, W, e), "Q": lambda l: (PHI, l, X, Y), "a": lambda d, k: (*hyper, d, k, X, Y, W),
        "K": lambda r: (*hyper, r, X, Y, Z, W), "C": lambda l, d, e: (PHI, L, l, d, e, X, Y),
        "A": lambda above, below, e: (PHI, L, above, below, e, X, Y),
        "T": lambda d, ls, es: (PHI, L, d, sequence(ls), sequence(es), X, Y),
    }  # fmt: skip
    return app(head, *arguments[head](*indices))


@pytest.mark.parametrize(
    ("widths", "outputs", "seed"), [([2], 2, 1), ([2, 3], 2, 18), ([3, 2], 1, 3), ([2, 2, 2], 2, 5), ([2, 2], 3, 21)]
)
def test_every_quantity_agrees_with_differences_of_the_relu_recursion(widths, outputs, seed):
    reference = Reference(widths, outputs, seed)
    stream = Given(reference, P)
    net = FieldNetwork(widths, outputs, stream)
    assert next(stream.elements, None) is None
    depth = len(widths)
    every, layers = range(1, outputs + 1), range(1, depth + 1)
    asked = [("f", u, e) for u in "ij" for e in every] + [("D", "i"), ("D", "j")] + [("hj", e) for e in every]
    asked += [("Q", l) for l in layers] + [("a", e, k) for e in every for k in range(depth + 2)]
    asked += [("K", r) for r in range(outputs * depth + 2)]
    asked += [("C", l, e, o) for l in layers for e in every for o in every]
    asked += [("A", above, below, e) for below, above in combinations(layers, 2) for e in every]
    for length in layers:
        for chosen in combinations(layers, length):
            for ends in list(product(every, repeat=length))[:3]:
                asked += [("T", e, chosen, ends) for e in every]
    nonzero = 0
    for head, *indices in asked:
        expected = getattr(reference, head)(*indices)
        assert Evaluation(net).value(term(head, outputs, depth, *indices), ()) == residue(expected), (head, indices)
        nonzero += expected != 0
    assert nonzero >= len(asked) // 4, "the chosen seed kills too much to test anything"


def compute(left, right, widths, outputs):
    return fields.compute(
        {"left": fields.written(left), "right": fields.written(right), "widths": widths, "outputs": outputs}
    )


def lemma4(H, L, r, part=None, masks=None):
    """K^(r) over compositions; ``part`` in the place of a(d, k)/k!."""
    part = part or (lambda d, k: app("*", term("a", H, L, d, k), app("invfact", k)))
    whole = app("comps", H, r, r, fun([d, k], part(d, k)))
    return app("*", app("fact", r), Z, masks or term("D", H, L, "i"), whole)


def lemma5(H, L, e, order):
    factors = app("prod", 1, order, fun([i], app("hj", PHI, 1, H, L, Y, W, app("entry", es, i))))
    body = app("*", factors, app("T", PHI, L, e, ls, es, X, Y))
    return app("tuples", order, L, fun([ls], app("tuples", order, H, fun([es], body))))


def test_lemma_4_holds_and_its_twins_do_not():
    widths, H, L, r = [3, 2], 2, 2, 3
    left = term("K", H, L, r)
    said = repr(compute(left, lemma4(H, L, r), widths, H))
    assert "relu(" in said
    assert "equal_at(snoc(snoc(nil(), 3), 2)" in said
    twins = {
        "multinomial": lemma4(H, L, r, part=lambda d, k: term("a", H, L, d, k)),
        "mask of the other input": lemma4(H, L, r, masks=term("D", H, L, "j")),
        "no mask": lemma4(H, L, r, masks=num(1)),
        "twice": app("*", 2, lemma4(H, L, r)),
        "another order": lemma4(H, L, r - 1),
    }
    for right in twins.values():
        with pytest.raises(Refused, match="the two sides differ"):
            compute(left, right, widths, H)


def test_lemma_5_holds_and_its_twins_do_not():
    widths, H, L = [2, 3], 2, 2
    for order in (1, 2):
        left = term("a", H, L, 1, order)
        compute(left, lemma5(H, L, 1, order), widths, H)
        for right in (lemma5(H, L, 2, order), app("*", num(3), lemma5(H, L, 1, order))):
            with pytest.raises(Refused, match="the two sides differ"):
                compute(left, right, widths, H)


def test_a_series_identity_true_below_the_last_order_only_is_refused():
    """The composition that reaches the degree HL left out: right for r < HL."""
    H, L = 2, 2

    def short(r):
        parts = lambda d, k: app("*", term("a", H, L, d, k), app("invfact", k), app("+", 1, _is(k, L, -1)))  # noqa: E731
        return lemma4(H, L, r, part=parts)

    compute(term("K", H, L, 1), short(1), [2, 2], H)
    with pytest.raises(Refused, match="differ"):
        compute(term("K", H, L, 4), short(4), [2, 2], H)


def _is(index, value, factor):
    return app("*", factor, app("delta", index, value))


def test_an_identity_of_one_width_holds_there_only():
    f = lambda u, e: term("f", 2, 2, u, e)  # noqa: E731
    crossed = app("+", app("*", f("i", 1), f("j", 2)), app("*", -1, f("i", 2), f("j", 1)))
    said = compute(crossed, num(0), [2, 1], 2)  # one unit before the outputs: f_i and f_j are parallel
    assert "equal_at(snoc(snoc(nil(), 2), 1)" in repr(said)
    with pytest.raises(Refused, match="differ"):
        compute(crossed, num(0), [2, 2], 2)


def test_an_identity_modulo_one_prime_is_refused():
    """A prime is chosen after the proposition; so are all primes that one could think of before."""
    f = term("f", 1, 1, "i", 1)
    for p in (P, 2**61 - 1, *primes_from("moments", 2)):
        with pytest.raises(Refused, match="differ"):
            compute(app("*", p, f), num(0), [2], 1)


def test_a_mask_is_no_indicator_here():
    """D² = D holds for masks, and not for the free elements in their place: only identities of cells are computed."""
    mask = term("D", 2, 1, "i")
    with pytest.raises(Refused, match="differ"):
        compute(app("*", mask, mask), mask, [2], 2)


@pytest.mark.parametrize(
    "undefined",
    [
        term("f", 2, 2, "i", 0), term("f", 2, 2, "i", 3), term("f", 2, 3, "i", 1), term("hj", 2, 2, 3),
        term("hj", 3, 2, 1), term("a", 2, 2, 1, -1), term("K", 2, 2, -1), term("K", 3, 2, 1), term("Q", 2, 2, 0),
        term("Q", 2, 2, 3), term("C", 2, 2, 1, 0, 1), term("C", 2, 2, 3, 1, 1), term("A", 2, 2, 1, 1, 1),
        term("A", 2, 2, 1, 2, 1), term("A", 2, 2, 3, 1, 1), term("T", 2, 2, 1, [3], [1]), term("T", 2, 2, 1, [1], [0]),
        term("T", 2, 2, 1, [1, 2], [1]), app("fact", -1), app("invfact", -1), app("inv", 0), app("inv", Z),
        app("K", PHI, 2, 2, 2, 1, X, Y, Z, W), app("K", PHI, 1, 2, 2, 1, Y, X, W, Z), app("D", PHI, 1, 2, 2, X, W),
        app("entry", sequence([1]), 2), app("comps", 0, 1, 1, fun([d, k], num(1))),
        app("mean", term("f", 2, 2, "i", 1)),
        app("inv_width", 1), app("sum", 1, 10**9, fun([l], l)), app("chance", term("f", 2, 2, "i", 1)),
    ],
)  # fmt: skip
def test_what_is_undefined_equals_nothing_not_even_itself(undefined: Term):
    for left, right in ((undefined, undefined), (app("*", 0, undefined), num(0))):
        with pytest.raises(Refused):
            compute(left, right, [2, 2], 2)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"widths": []}, "at least one layer"), ({"widths": [5]}, "width 5"), ({"widths": [0]}, "width 0"),
        ({"widths": [True]}, "width True"), ({"widths": [2] * 5}, "at most 4"), ({"outputs": 0}, "outputs 0"),
        ({"outputs": 4}, "outputs 4"), ({"left": ["num", "1", "2"]}, "no term"),
        ({"left": ["num", "1/0"]}, "no fraction"),
        ({"left": ["app", "nothing", []]}, "no symbol"), ({"left": 3}, "no term"),
        ({"left": ["var", "v", "rand"]}, "free"),
        ({"left": ["bound", 0, "rand"]}, "."), ({"more": 1}, "fields"),
    ],
)  # fmt: skip
def test_requests_are_small_and_plain(changed, message):
    with pytest.raises(Refused, match=message):
        fields.compute({"left": ["num", "1"], "right": ["num", "1"], "widths": [2], "outputs": 1, **changed})


def test_what_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(fields, "STEPS", 10_000)
    f = app("dot", X, Y)
    tower: Term = f
    for _ in range(8):
        tower = app("prod", 1, 64, fun([l], tower))
    with pytest.raises(Refused, match="steps"):
        compute(tower, tower, [2], 1)
    assert isinstance(tower.fields[1][2], Fun)


def test_primes_are_primes_and_a_stream_depends_on_its_digest():
    for p in primes_from("some digest", 4):
        assert 2**60 < p < 2**61
        assert all(pow(base, p - 1, p) == 1 for base in (2, 3, 5, 7, 11))
    assert Stream("a", P).vector(3) != Stream("b", P).vector(3)
