"""Terms with one normal form must be equal: attacks on the numbering of bound variables and on symbols read early."""

from __future__ import annotations

import pytest
from kernel_documents import assume, rule

from verifier.kernel.judgments import matches
from verifier.kernel.terms import KernelError, key, polynomial, same


def total(name, body, high="L"):
    return ["sum", name, 1, high, body]


def test_an_inner_binder_of_the_same_name_does_not_collide_with_the_next():
    # Σ_x Σ_x Σ_y g(x, y) is not Σ_x Σ_x Σ_y g(x, x).
    shadowed = total("x", total("x", total("y", ["g", "x", "y"])))
    assert not same(shadowed, total("x", total("x", total("y", ["g", "x", "x"]))))
    assert same(shadowed, total("u", total("v", total("w", ["g", "v", "w"]))))


def test_a_free_variable_cannot_pass_for_a_bound_one():
    for name in ("#0", "#w", ""):
        with pytest.raises(KernelError):
            key(total("v", ["g", "v", name]))


def test_a_binder_binds_distinct_names_that_are_not_reserved():
    for names in (("d", "d"), ("H", "k"), ("d", "L"), ("i", "k"), ("#1", "k"), (3, "k")):
        with pytest.raises(KernelError):
            key(["comps", *names, 2, "r", "r", ["a", "d", "k"]])


def test_reading_a_literal_tuple_respects_binders():
    assert not same(total("v", ["first", ["list", "v"]]), total("u", "v"))
    assert same(total("v", ["first", ["list", "v"]]), total("u", "u"))


def test_names_are_not_compared_as_text():
    # "l1" < "l2" as strings says nothing of the layers; the constraint l1 < l2 must stay.
    assert polynomial(["increasing", ["list", 1, 2]]) == polynomial(1)
    assert polynomial(["increasing", ["list", 2, 1]]) == {}
    assert not same(["increasing", ["list", "l1", "l2"]], 1)
    assert not same(["increasing", ["list", ["+", "a", 1], ["+", "a", 2]]], 1)


def test_layers_given_by_names_keep_their_order_constraint():
    product = rule("eq.transfer", [assume("relu")], {"of": "T"})
    special = rule("specialise", [product], {"values": {"l": ["list", "a", "b"], "e": ["list", 1, 2]}})
    assert any("increasing" in str(constraint) for constraint in special["where"])


def test_a_delta_outside_the_range_of_the_sum_is_not_resolved():
    # Σ_{e=1}^{H} δ(r, e) is 1 only for 1 <= r <= H.  The evaluation at r = 7, H = 2 would give 0.
    left = ["sum", "e", 1, "H", ["*", ["kron", "r", "e"], 1]]
    assert not same(left, 1)
    data = {"left": 1, "right": 1, "sizes": [{"widths": [2], "H": 2, "r": 7}], "primes": 2}
    found = rule("instance.field", (), data)
    with pytest.raises(KernelError, match="stated"):
        matches({**found, "left": left}, found)
