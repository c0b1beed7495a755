"""Twins of true steps that must be rejected, by name: each here, in the file named, or for a rule there is none of."""

from __future__ import annotations

from pathlib import Path

import pytest
from kernel_documents import (
    assume,
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

from verifier.kernel import judgments
from verifier.kernel.judgments import matches
from verifier.kernel.rules import RULES
from verifier.kernel.terms import KernelError

#: twin -> the tests that reject it, as file::test
ELSEWHERE = {
    "multinomial dropped": "test_fields.py::test_lemma_4_without_its_multinomial_factors_is_refused",
    "multinomial dropped where stated": "test_identities.py::test_lemma_4_with_a_factor_changed_is_no_conclusion",
    "parts unbounded": "test_integers.py::test_a_hole_in_the_cases_is_refused",
    "invariant of P dropped": "test_integers.py::test_the_invariant_of_the_product_is_used_and_checked",
    "case cover with a hole": "test_integers.py::test_cases_between_the_integers_leave_a_hole",
    "sum for max": "test_integers.py::test_the_sum_in_place_of_the_greatest_summand_is_refused",
    "wrong weight": "test_limits.py::test_the_weight_is_the_order_of_a_part",
    "NonZero removed": "test_limits.py::test_nonzero_belongs_to_the_limit_it_was_shown_for",
    "NonZero before the sums": "test_non_cancellation.py::test_non_cancellation_is_shown_after_the_sums",
    "family replaced by its members": "test_limits.py::test_two_families_are_not_joined",
    "Slutsky with a factor without a limit": "test_limits.py::test_a_factor_without_a_limit_is_refused",
    "sgn through an atom": "test_limits.py::test_sgn_is_not_taken_of_what_can_be_zero",
    "delta of all outputs, as an identity": "test_fields.py::test_delta_of_all_outputs_is_refused",
    "√2 dropped in one layer": "test_fields.py::test_a_factor_two_for_root_two_in_one_layer_is_refused",
    "series identity up to t^5": "test_fields.py::test_a_series_identity_true_up_to_t5_only_is_refused",
    "equal widths only": "test_fields.py::test_an_identity_of_one_width_or_of_equal_widths_holds_at_those_only",
    "sampled masks only": "test_fields.py::test_masks_are_free_elements_not_zeros_and_ones",
    "modulo one prime": "test_fields.py::test_an_identity_modulo_one_known_prime_is_refused",
    "true on the box only": "test_integers.py::test_an_integer_statement_true_only_on_the_enumerated_box_is_refused",
    "products of NonZero": "test_non_cancellation.py::test_the_output_needs_its_mask_and_inputs",
    "use that drops a hypothesis": "test_bundles.py::test_a_use_keeps_the_hypotheses",
}
#: twins of rules or judgments that do not exist: not skipped but shown to have no rule to go through
WITHOUT_A_RULE = {
    "an upper bound O_p passed off as Order": "upper",
    "smallness o_p passed off as Order": "small",
    "an identity assumed": "assumption",
    "a limit assumed": "axiom",
}


@pytest.mark.parametrize("twin", ELSEWHERE)
def test_the_twin_is_rejected_by_a_test_that_exists(twin):
    name, function = ELSEWHERE[twin].split("::")
    assert f"def {function}(" in (Path(__file__).parent / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("twin", WITHOUT_A_RULE)
def test_there_is_no_such_judgment_and_no_rule_for_it(twin):
    kind = WITHOUT_A_RULE[twin]
    assert kind not in judgments.TERMS
    assert not any(kind in name.split(".") for name in RULES)
    stated = {"is": kind, "of": ["K", "r"], "power": 0, "where": []}
    for name in RULES:
        taken = document("x", [step("s", name, [], {}, stated)], [])
        taken["goals"] = [{"claim": "c", "form": "amended", "step": "s", "judgment": stated, "hypotheses": [],
                           "digest": ""}]  # fmt: skip
        assert only(taken).status == "gap"


@pytest.mark.parametrize("kind", ["theta", "growth", "vanishes", "nonzero", "scale", "zero", "mean", "bounded"])
def test_what_is_weaker_than_an_order_is_not_taken_for_one(kind):
    # Theta is two-sided tightness: nothing converges.
    stated = {"is": "order", "of": ["K", "r"], "power": 0, "where": []}
    weaker = {"is": kind, **dict.fromkeys(judgments.TERMS[kind], 0), "where": []}
    weaker["of"] = ["K", "r"]
    with pytest.raises((KernelError, KeyError)):
        matches(stated, weaker)
    alive = {"is": "nonzero", "of": ["F", "i", 1], "where": []}
    for premises in ([weaker], [weaker, alive]):
        with pytest.raises((KernelError, KeyError)):
            rule("order", premises)


def restated(claim, statement="theorem1", **fields):
    """The last document with one goal changed, its digest recomputed."""
    source = real_document(statement)
    hypotheses = {h["id"]: h["judgment"] for h in source["hypotheses"]}
    entry = next(g for g in source["goals"] if g["claim"] == claim)
    granted = {h: hypotheses[h] for h in entry["hypotheses"]}
    source["goals"] = [goal(claim, entry["step"], {**entry["judgment"], **fields}, granted)]
    before = real_bundle()["documents"]
    number = next(i for i, d in enumerate(before) if d["statement"] == statement)
    return check(*before[:number], source)[-1]


@pytest.mark.parametrize("claim", ["theorem1.order.shallow", "theorem1.order.deep"])
@pytest.mark.parametrize(
    "power",
    [
        ["min", 0, ["+", ["-", "H", "r"], 1]], ["min", 0, ["-", "H", "r", 1]], ["-", "H", "r"], 0,
        ["max", 0, ["-", "H", "r"]], ["min", 0, ["-", "r", "H"]], ["min", 0, ["-", "L", "r"]],
    ],
)  # fmt: skip
def test_the_exponent_of_theorem_1(claim, power):
    assert restated(claim).error is None
    assert restated(claim, power=power).status == "gap"


@pytest.mark.parametrize(
    "dropped", [["<=", 1, "r"], ["<=", "r", ["*", "H", "L"]], ["<=", 1, "H"], ["<=", 1, "L"], ["<=", "L", 2]]
)
def test_the_range_of_theorem_1(dropped):
    entry = next(g for g in real_document("theorem1")["goals"] if g["claim"] == "theorem1.order.shallow")
    where = [c for c in entry["judgment"]["where"] if judgments.constraint_key(c) != judgments.constraint_key(dropped)]
    assert len(where) == len(entry["judgment"]["where"]) - 1
    assert restated("theorem1.order.shallow", where=where).status == "gap"


def test_the_shallow_proof_does_not_do_for_the_deep_claim():
    entry = next(g for g in real_document("theorem1")["goals"] if g["claim"] == "theorem1.order.deep")
    assert restated("theorem1.order.shallow", where=entry["judgment"]["where"]).status == "gap"
    assert restated("theorem1.order.deep").status == "cited"


def test_the_printed_delta_as_a_limit():
    # δ(d_1 = … = d_k = d): with d_1 ≠ d the term would vanish; the kernel shows its order instead, and says refuted.
    found = [r for r in check(real_document("lemma3")) if r.claim == "lemma3.printed-delta"]
    assert found
    assert {r.status for r in found} == {"refuted"}
    product = conclusion("lemma3", "product")
    right = ["*", ["over", "e", "x", ["kron", "x", "d"]], product["right"]]
    with pytest.raises(KernelError, match="stated"):
        matches({**product, "right": right}, product)


def test_a_conclusion_for_every_h_from_sizes_with_h_up_to_3():
    networks = conclusion("lemma4", "networks")
    assert max(size["H"] for size in networks["sizes"]) == 3
    everywhere = {"is": "eq", "left": networks["left"], "right": networks["right"], "where": []}
    with pytest.raises(KernelError):
        matches(everywhere, networks)
    for name, data in (
        ("specialise", {"values": {"H": 7}}),
        ("cases", {"parameter": "H", "from": 3, "to": 3, "conclusion": everywhere}),
        ("eq.truncate", {}),
        ("conv.rewrite", {"for": []}),
    ):
        with pytest.raises((KernelError, ValueError)):
            rule(name, [networks], data)
    wider = {**networks, "sizes": [*networks["sizes"], {"widths": [2], "H": 4, "r": 1}]}
    with pytest.raises(KernelError, match="stated"):
        matches(wider, networks)


def test_the_order_of_one_term_is_not_that_of_its_sum():
    # K^(r) from a family whose only member is one composition's summand.
    terms = conclusion("theorem1", "parts-L2")
    with pytest.raises(KernelError):
        rule("order", [terms, {"is": "nonzero", "of": ["F", "i", 1], "where": []}])
    alive = {"is": "nonzero", "of": ["*", ["z", "i"], ["F", "i", 1]], "where": []}
    with pytest.raises(KernelError, match="not the limit"):
        rule("order", [conclusion("theorem1", "terms-L2"), alive])


def test_a_range_that_contradicts_itself_is_shown():
    # L = 1 and L = 2 together prove everything, at no network at all: the range says both, and no number satisfies it.
    zero = rule("zero.degree", [assume("relu")], {"of": "K"})
    empty = narrowed(zero, ["=", "L", 1], ["=", "L", 2])
    assert not any(judgments.holds(empty["where"], {"H": 1, "L": n, "r": 9}) for n in (1, 2, 3))
