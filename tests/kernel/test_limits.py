"""The calculus of joint limits: entries read out of range, captured names, weights, constants that may vanish."""

from __future__ import annotations

import pytest
from kernel_documents import assume, conclusion, narrowed, real_document, rule

from verifier.kernel.judgments import matches
from verifier.kernel.terms import KernelError, same

RELU = assume("relu")
INPUTS = [assume("inputs_nonzero"), assume("z_nonzero")]
PRODUCT = conclusion("lemma3", "product")


def joint(depth):
    return rule("conv.two_layer", [RELU], {"depth": depth})


def selected(family, of, *where):
    return rule("conv.select", [narrowed(family, *where)], {"of": of, "values": {}})["entries"][0]["y"]


IN_RANGE = [["<=", 1, "d"], ["<=", "d", "H"]]


@pytest.mark.parametrize(
    "of",
    [
        ["f", "i", 0], ["f", "i", ["+", "H", 1]], ["f", "i", -1], ["f", "k", "d"], ["Q", 0], ["Q", 3],
        ["C", 3, "d", "d"], ["C", 0, "d", "d"], ["A", 1, 1, "d"], ["A", 1, 2, "d"], ["A", 2, 2, "d"],
        ["A", 3, 1, "d"], ["A", 3, 2, "d"], ["A", 2, 0, "d"], ["A", 2, 1, ["+", "d", 1]], ["C", "l", "d", "d"],
        ["K", 0], ["hj", "d"], ["f", "i"], ["Q", "L"], ["f", "i", ["/", 1, 2]], ["C", 1, "d", True],
    ],
)  # fmt: skip
def test_an_entry_is_read_in_its_range_only(of):
    with pytest.raises(KernelError):
        selected(joint(2), of, *IN_RANGE)


def test_entries_in_range_are_read():
    assert same(selected(joint(2), ["A", 2, 1, "d"], *IN_RANGE), ["Gam", 2, 1, "d"])
    assert same(selected(joint(2), ["C", 2, 1, "d"], *IN_RANGE), ["*", ["kron", 1, "d"], ["Dot", 2]])


@pytest.mark.parametrize("depth", [0, 3, -1, True, 1.0, "L", None, [2]])
def test_proved_joint_limits_are_of_depth_one_or_two(depth):
    with pytest.raises((KernelError, TypeError)):
        matches(joint(depth), joint(depth))


def test_the_deep_limit_needs_its_hypotheses_and_is_cited():
    from verifier.kernel.rules import RULES, Context

    names = ("relu", "inputs_nonzero", "proportional_widths")
    found, marks = RULES["conv.gram"]([assume(n) for n in names], {}, Context({}, {}))
    assert marks == {"cited gram-lln"}
    assert ["<=", 3, "L"] in found["where"]
    for missing in names:
        with pytest.raises(KernelError, match=missing):
            rule("conv.gram", [assume(n) for n in names if n != missing])


def term_limit(depth, values, *hypotheses):
    special = rule("specialise", [PRODUCT], {"values": {"L": depth, "d": ["last", values["e"]], **values}})
    family = rule("conv.rewrite", [joint(depth), special], {"for": []})
    only = rule("conv.select", [family], {"of": special["left"], "values": {}})
    return only, rule("nonzero.product", [only, *map(assume, hypotheses)])


def test_limits_of_upper_layers_vanish_at_a_zero_input_too():
    # T with l = (2) tends to Dot(2) Sig(1); at x_i = 0 it is 0, though 0 is no negative multiple of x_j.
    values = {"l": ["list", 2], "e": ["list", 1]}
    with pytest.raises(KernelError, match="could be 0"):
        term_limit(2, values, "not_antiparallel")
    with pytest.raises(KernelError, match="disjoint"):
        term_limit(2, values, "inputs_nonzero")
    term_limit(2, values, "not_antiparallel", "inputs_nonzero")
    term_limit(2, values, "not_antiparallel", "not_orthogonal")


@pytest.mark.parametrize("missing", ["not_antiparallel", "not_orthogonal"])
def test_each_hypothesis_of_a_term_through_the_first_layer_is_needed(missing):
    values = {"l": ["list", 1, 2], "e": ["list", 1, 2]}
    names = ["not_antiparallel", "not_orthogonal"]
    term_limit(2, values, *names)
    with pytest.raises(KernelError):
        term_limit(2, values, *(n for n in names if n != missing))


def test_a_term_that_is_zero_in_the_limit_has_no_order():
    # d_k ≠ d: the limit carries δ(d, d_k).
    special = rule("specialise", [PRODUCT], {"values": {"L": 2, "l": ["list", 1, 2], "e": ["list", 1, 1], "d": 2}})
    family = rule("conv.rewrite", [narrowed(joint(2), ["<=", 2, "H"]), special], {"for": []})
    only = rule("conv.select", [family], {"of": special["left"], "values": {}})
    with pytest.raises(KernelError, match="could be 0"):
        rule("nonzero.product", [only, *map(assume, ("not_antiparallel", "not_orthogonal", "inputs_nonzero"))])


def test_nonzero_belongs_to_the_limit_it_was_shown_for():
    only, alive = term_limit(2, {"l": ["list", 1, 2], "e": ["list", 1, 2]}, "not_antiparallel", "not_orthogonal")
    other, _ = term_limit(2, {"l": ["list", 2], "e": ["list", 2]}, "not_antiparallel", "inputs_nonzero")
    assert rule("order", [only, alive])["is"] == "order"
    with pytest.raises(KernelError):
        rule("order", [other, alive])
    with pytest.raises(KernelError, match="nonzero"):  # NonZero removed
        rule("order", [only])


# --- identities put into a family


ZEROTH = conclusion("theorem1", "zeroth")


@pytest.mark.parametrize(
    "binders",
    [
        [["i", 1, "H"]], [["j", 1, "H"], ["d", 1, "H"]], [["H", 1, 3], ["d", 1, "H"]], [["L", 1, 2], ["d", 1, "H"]],
        [["d", 1, "H"], ["d", 1, "L"]], [["#0", 1, "H"]], [["d", 0, "H"]], [["d", 1, ["+", "H", 1]]], [["d", 1, "L"]],
        [[1, 1, "H"]], [["d", 1]], None,
    ],
)  # fmt: skip
def test_the_indices_of_an_identity_stay_in_range(binders):
    family = narrowed(joint(2), *IN_RANGE)
    with pytest.raises((KernelError, TypeError, ValueError)):
        rule("conv.rewrite", [family, ZEROTH], {"for": binders})


def test_a_bound_index_is_not_the_parameter_of_the_range():
    # The range knows r <= 3 of its own r; an entry for r = 1..L must not profit.
    eq = {"is": "eq", "left": ["K", "r"], "right": ["Q", "r"], "where": [["<=", ["*", "r", "r"], "H"]]}
    family = narrowed(joint(2), ["<=", ["*", "r", "r"], "H"], ["<=", "r", 2], ["<=", 1, "r"])
    with pytest.raises(KernelError, match="needs"):
        rule("conv.rewrite", [family, eq], {"for": [["r", 1, 2]]})


def test_an_entry_at_one_index_is_not_read_at_all():
    # a(d, 0) → F(i, d) entered for the parameter d alone, then read under a sum over d.
    family = rule("conv.rewrite", [narrowed(joint(2), ["=", "d", 1], *IN_RANGE), ZEROTH], {"for": []})
    total = {"is": "eq", "left": ["K", "r"], "right": ["sum", "d", 1, "H", ["a", "d", 0]], "where": []}
    with pytest.raises(KernelError, match="no limit"):
        rule("conv.rewrite", [family, total], {"for": []})


def test_an_inner_index_does_not_lend_its_range_to_an_outer_one():
    # t runs up to the outer d <= H; the inner d <= 2 says nothing of it.
    inner = ["sum", "d", 1, 2, ["*", ["Q", "t"], ["Q", "d"]]]
    eq = {"is": "eq", "left": ["K", "r"], "right": ["sum", "d", 1, "H", ["sum", "t", 1, "d", inner]], "where": []}
    with pytest.raises(KernelError):
        rule("conv.rewrite", [joint(2), eq], {"for": []})


def test_terms_of_different_orders_are_not_added():
    eq = {"is": "eq", "left": ["K", "r"], "right": ["+", ["A", 2, 1, "d"], ["f", "i", "d"]], "where": []}
    with pytest.raises(KernelError, match="different orders"):
        rule("conv.rewrite", [narrowed(joint(2), *IN_RANGE), eq], {"for": []})


def test_a_sum_over_the_width_is_no_finite_sum():
    eq = {"is": "eq", "left": ["K", "r"], "right": ["sum", "t", 1, "n", ["Q", 1]], "where": []}
    with pytest.raises(KernelError):
        rule("conv.rewrite", [joint(2), eq], {"for": []})


def test_a_product_of_factors_that_shrink_is_refused():
    eq = {"is": "eq", "left": ["K", "r"], "right": ["prod", "d", 1, "H", ["A", 2, 1, "d"]], "where": []}
    with pytest.raises(KernelError, match="depend on n"):
        rule("conv.rewrite", [joint(2), eq], {"for": []})


# --- Slutsky and sgn


def test_a_factor_without_a_limit_is_refused():
    # X_n Y_n with Y_n = (-1)^n or of no known limit: every factor must be an entry of the one family.
    for stranger in (["a", "d", 1], ["hj", "d"], ["T", "d", ["list", 1], ["list", 1]], ["foo", "d"], "n"):
        eq = {"is": "eq", "left": ["K", "r"], "right": ["*", ["f", "i", "d"], stranger], "where": []}
        with pytest.raises(KernelError):
            rule("conv.rewrite", [narrowed(joint(2), *IN_RANGE), eq], {"for": []})


def test_two_families_are_not_joined():
    with pytest.raises(KernelError, match="exactly one"):
        rule("conv.rewrite", [joint(2), joint(2), ZEROTH], {"for": []})


@pytest.mark.parametrize(
    "inside",
    [
        ["*", ["f", "i", "d"], ["step", ["f", "i", 1]]],  # relu(g): an atom at 0 (E1)
        ["*", ["kron", 1, "d"], ["f", "i", "d"]],
        ["+", ["f", "i", "d"], ["f", "j", "d"]],  # 0 where x_j = -x_i at depth 1
        ["A", 2, 1, "d"], ["*", 0, ["f", "i", "d"]], "d",
    ],
)  # fmt: skip
def test_sgn_is_not_taken_of_what_can_be_zero(inside):
    eq = {"is": "eq", "left": ["K", "r"], "right": ["step", inside], "where": []}
    family = narrowed(joint(2), *IN_RANGE)
    with pytest.raises(KernelError):
        rule("conv.rewrite", [family, eq, *INPUTS], {"for": []})
    plain = {**eq, "right": ["step", ["f", "i", "d"]]}
    rule("conv.rewrite", [family, plain, *INPUTS], {"for": []})
    with pytest.raises(KernelError, match="inputs_nonzero"):
        rule("conv.rewrite", [family, plain], {"for": []})


@pytest.mark.parametrize("missing", ["inputs_nonzero", "z_nonzero"])
def test_masks_converge_under_both_hypotheses(missing):
    kept = [h for h in INPUTS if h["name"] != missing]
    with pytest.raises(KernelError, match=missing):
        rule("conv.compose", [joint(2), *kept], {"of": "D", "input": "i"})
    for label in ("k", None, "d", 1):
        with pytest.raises(KernelError):
            rule("conv.compose", [joint(2), *INPUTS], {"of": "D", "input": label})


# --- the greatest summands


def sum_of_orders(**fields):
    premises = {s["id"]: s["conclusion"] for s in real_document("theorem1")["steps"]}
    fold = {**premises["best-L2"], **fields}
    return rule("conv.sum_of_orders", [premises["parts-L2"], premises["cut-L2"], fold])


@pytest.mark.parametrize(
    "weight",
    [
        ["-", 1, "k"],  # an empty part has order 0, not 1
        ["min", 0, ["-", 2, "k"]], ["min", 0, ["*", 2, ["-", 1, "k"]]], 0, ["-", "k", 1], ["min", 0, ["-", 0, "k"]],
        ["min", ["-", 1, "k"], ["-", 3, "k", "k"]], ["max", 0, ["-", 1, "k"]],
    ],
)  # fmt: skip
def test_the_weight_is_the_order_of_a_part(weight):
    with pytest.raises(KernelError):
        sum_of_orders(weight=["k", weight])


@pytest.mark.parametrize(
    "fields",
    [
        {"count": "L"}, {"count": 2}, {"total": "s"}, {"total": ["+", "r", 1]}, {"most": "L"}, {"most": 3},
        {"weight": ["q", ["min", 0, ["-", 1, "q"]]]},
    ],
)  # fmt: skip
def test_the_integer_statement_is_about_the_same_sum(fields):
    with pytest.raises(KernelError):
        sum_of_orders(**fields)


def test_the_right_weight_gives_the_order():
    found = sum_of_orders()
    assert same(found["entries"][0]["p"], ["min", 0, ["-", "H", "r"]])
