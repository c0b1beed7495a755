"""Specialising, distinguishing cases and refuting: what an instance may and may not say."""

from __future__ import annotations

import pytest
from kernel_documents import (
    assume,
    changed,
    check,
    conclusion,
    document,
    goal,
    narrowed,
    only,
    real_bundle,
    real_document,
    rule,
    step,
)  # fmt: skip

from verifier.kernel.judgments import holds
from verifier.kernel.terms import KernelError

RELU = assume("relu")


def special(premise, values, **hypotheses):
    return rule("specialise", [premise], {"values": values}, **hypotheses)


def test_a_fixed_depth_stays_in_the_range():
    # K depends on L without showing it: "K(r) = 0 for r > H" is true at L = 1 only.
    zero = rule("zero.degree", [RELU], {"of": "K"})
    at_one = special(zero, {"L": 1})
    assert not holds(at_one["where"], {"H": 1, "L": 2, "r": 2})
    assert holds(at_one["where"], {"H": 1, "L": 1, "r": 2})


def test_a_joint_limit_of_depth_one_says_nothing_of_depth_seven():
    # Fixing L = 1 where "L = 1" is in the range used to erase it: K(0) ~ 1 at every L, proved and not cited.
    names = ("relu", "inputs_nonzero", "z_nonzero")
    deep = next(g for g in real_document("theorem1")["goals"] if g["claim"] == "theorem1.output.deep")
    shallow = conclusion("theorem1", "h-order-L1")
    at_one = special(shallow, {"L": 1})
    source = next(s for s in real_bundle()["documents"] if s["statement"] == "theorem1")
    steps = [*source["steps"], step("at-one", "specialise", ["h-order-L1"], {"values": {"L": 1}}, at_one)]
    hypotheses = {h["id"]: h["judgment"] for h in source["hypotheses"]}
    granted = {name: hypotheses[name] for name in names}
    stolen = goal("theorem1.output.deep", "at-one", deep["judgment"], granted)
    documents = real_bundle()["documents"][:3]
    result = only(*documents, document("theorem1", steps, [stolen], hypotheses))
    assert result.status == "gap"
    assert result.error is not None
    assert "L" in result.error


def test_output_rows_of_inner_layers_are_no_unit_vectors():
    row = rule("eq.output_row", (), {"of": "C"})
    special_row = special(row, {"L": "l"})  # C(l, d, e) = δ(d, e), where it must say l = L
    assert not holds(special_row["where"], {"l": 1, "L": 2})


@pytest.mark.parametrize("values", [{"i": "j"}, {"j": "i"}, {"i": 3}])
def test_the_inputs_are_no_parameters(values):
    # K(r) = r! z_j D(j) ... is false: K is a derivative of h at the input i.
    with pytest.raises(KernelError, match="inputs"):
        special(conclusion("lemma4", "expand"), values)


NO_INTEGERS = [["/", 1, 2], True, None, 1.5, ["f", "i", "d"], "i", "n", "#0", ["list", ["/", 3, 2]], []]


@pytest.mark.parametrize("value", NO_INTEGERS)
def test_only_integers_and_tuples_are_put_in(value):
    with pytest.raises((KernelError, TypeError, IndexError)):
        special(conclusion("lemma4", "expand"), {"r": value})


@pytest.mark.parametrize("values", [{"H": 0}, {"r": -1}, {"H": -2}])
def test_an_instance_outside_the_range_is_refused(values):
    with pytest.raises(KernelError, match="empty"):
        special(conclusion("lemma4", "expand"), values)


def test_depth_out_of_range_is_refused():
    with pytest.raises(KernelError, match="empty"):
        special(rule("zero.degree", [RELU], {"of": "a"}), {"L": -1})
    with pytest.raises(KernelError, match="empty"):
        special(conclusion("lemma3", "joint-deep"), {"L": 2})


def test_shifting_the_depth_is_refused():
    with pytest.raises(KernelError, match="empty"):
        special(rule("zero.degree", [RELU], {"of": "K"}), {"L": ["-", "L", 1]})


@pytest.mark.parametrize("value", [0, -1, ["/", 3, 2]])
def test_the_bound_of_a_fold_is_a_positive_integer(value):
    with pytest.raises(KernelError):
        special(conclusion("theorem1", "best"), {"L": value})


def test_other_parameters_of_a_fold_are_not_fixed():
    for values in ({"H": 2}, {"r": 1}, {"L": 2, "H": 1}):
        with pytest.raises(KernelError, match="only the bound"):
            special(conclusion("theorem1", "best"), values)


def test_layers_out_of_order_are_refused():
    for layers in (["list", 2, 1], ["list", 1, 1]):
        with pytest.raises(KernelError, match="empty"):
            special(conclusion("lemma3", "product"), {"l": layers, "e": ["list", 1, 1], "L": 3})


def test_an_entry_of_a_family_does_not_capture():
    # hj(d) = z_j D(j) Π_{t <= H, t != d} f_j^t: with H := d the free d must not become the entry's own.
    family = conclusion("theorem1", "hj-L2")
    with pytest.raises(KernelError, match="capture"):
        special(family, {"H": "d"})
    with pytest.raises(KernelError, match="bound"):
        special(family, {"d": 1})


def test_a_hypothesis_on_r_is_not_moved_to_another_order():
    # From "Θ ≠ 0 or r >= 2H" and K(r) ~ ..., K(s) ~ ... would follow for every s, r = 2H granted: false at s = 1 (E25).
    order = conclusion("theorem1", "order-L2")
    ntk = next(h for h in real_document("theorem1")["hypotheses"] if h["id"] == "ntk")["judgment"]
    moved = special(order, {"r": "s"}, ntk=ntk)
    assert not holds(moved["where"], {"H": 1, "L": 2, "s": 1, "r": 2})
    assert holds(moved["where"], {"H": 1, "L": 2, "s": 1, "r": 1})


def test_cases_cover_what_they_say():
    bundle = real_bundle()
    data = next(s for d in bundle["documents"] for s in d["steps"] if s["id"] == "theorem1.order.shallow")
    for fields in (
        {"premises": data["premises"][:1], "data": {**data["data"], "to": 1}},
        {"premises": data["premises"][::-1]},
        {"premises": [data["premises"][1]] * 2},
        {"premises": [data["premises"][0]] * 2},
        {"premises": [*data["premises"], data["premises"][1]], "data": {**data["data"], "to": 3}},
        {"data": {**data["data"], "from": 2, "to": 3}},
        {"data": {**data["data"], "parameter": "H"}},
    ):
        fresh = changed(real_bundle(), "theorem1", "theorem1.order.shallow", **fields)
        found = {r.claim: r.status for r in check(*fresh["documents"])}
        assert found["theorem1.order.shallow"] == "gap", fields


def refute_zero(printed, instance):
    zero = rule("zero.degree", [RELU], {"of": "K"})
    return rule("refute.zero", [zero], {"goal": printed, "instance": instance})


def order(*where):
    return {"is": "order", "of": ["K", "r"], "power": 0, "where": list(where)}


def test_a_counterexample_lies_in_both_ranges():
    printed = order(["<=", 1, "H"], ["<=", 0, "r"], ["<=", "r", ["*", "H", "L"]])
    with pytest.raises(KernelError):  # r > HL is not in the printed range
        refute_zero(printed, {"H": 1, "L": 1, "r": 2})
    with pytest.raises(KernelError):  # and K(1) is not zero
        refute_zero(printed, {"H": 1, "L": 1, "r": 1})
    assert refute_zero(order(["<=", 0, "r"]), {"H": 1, "L": 1, "r": 2})["is"] == "refuted"


@pytest.mark.parametrize("instance", [{"H": 1, "r": 2}, {"L": 1, "r": 5}, {"H": 1, "L": 1}, {}])
def test_a_counterexample_leaves_nothing_open(instance):
    with pytest.raises(KernelError):
        refute_zero(order(["<=", 0, "r"]), instance)


def test_a_counterexample_is_in_integers():
    # No integer has 2HL + 1 <= 2r <= 2HL + 3 and r > HL + 1/2 but r = HL + 1; take a range without integers at all.
    empty = order(["=", ["*", 2, "r"], ["+", 3, ["*", 2, "H", "L"]]])
    for value in (["/", 5, 2], True, [1], "s"):
        with pytest.raises(KernelError):
            refute_zero(empty, {"H": 1, "L": 1, "r": value})


def test_a_limit_is_refuted_at_its_own_power():
    found = conclusion("lemma3", "order-counterexample")
    entry = next(s for s in real_document("lemma3")["steps"] if s["id"] == "delta")
    printed, instance = entry["data"]["goal"], entry["data"]["instance"]
    assert rule("refute.limit", [found], entry["data"])["is"] == "refuted"
    for change in ({"power": -2}, {"power": 0}, {"of": ["T", "d", ["list", "l1", "l2"], ["list", "e2", "e1"]]}):
        with pytest.raises(KernelError):
            rule("refute.limit", [found], {"goal": {**printed, **change}, "instance": instance})
    with pytest.raises(KernelError):
        rule("refute.limit", [found], {"goal": printed, "instance": {**instance, "L": 3}})
    with pytest.raises(KernelError):
        rule("refute.limit", [narrowed(found, ["<=", 2, "e1"])], {"goal": printed, "instance": {**instance, "e1": "e"}})
