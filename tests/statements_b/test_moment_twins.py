"""False twins of what these statements prove: each must be refused, and for the reason that makes it false."""

from __future__ import annotations

import copy

import pytest
from moment_documents import apply, assume, bundle, conclusion, step

from verifier.kernel.gauge import laws_under_signs
from verifier.kernel.judgments import matches
from verifier.kernel.proof import check_bundle
from verifier.kernel.terms import KernelError

ONE = assume("relu", "one_input", "equal_widths")
LAW = {"is": "law", "of": ["corr", "m", "G"], "as": "binomial-widths", "where": []}


def growth(activation="relu", order=2, depth=3):
    return apply("growth.exact", ONE, of=["S", order], L=depth, activation=activation)


def refused(reason, rule, premises, **data):
    with pytest.raises(KernelError, match=reason):
        apply(rule, premises, **data)


def test_theta_needs_the_masks():
    relu, linear = growth(), growth("linear")
    assert apply("theta.moments", [*ONE, relu, linear, LAW])["power"] == ["/", -2, 2]
    refused("given the masks", "theta.moments", [*ONE, relu, LAW])
    refused("given the masks", "theta.moments", [*ONE, relu, linear])
    refused("ReLU network", "theta.moments", [*ONE, linear, LAW])
    refused("different depths", "theta.moments", [*ONE, relu, growth("linear", depth=4), LAW])
    refused("two quantities", "theta.moments", [*ONE, relu, growth("linear", 3), LAW])
    refused("equal_widths", "theta.moments", [*assume("relu", "one_input"), relu, linear, LAW])
    # A mask of g is a factor that is 0 half of the time: n^p/K^(r) is not tight.
    square = {**relu, "of": ["^", ["K", 2], 2]}
    refused("more than a polynomial", "theta.moments", [*ONE, square, {**square, "activation": "linear"}, LAW])
    other = {**linear, "power": -3}
    refused("another order", "theta.moments", [*ONE, relu, other, LAW])
    negative = {**relu, "coefficient": [-16, 1]}
    refused("not positive", "theta.moments", [*ONE, negative, linear, LAW])


def test_theta_is_no_order():
    theta = apply("theta.moments", [*ONE, growth(), growth("linear"), LAW])
    with pytest.raises(KernelError, match="stated"):
        matches({**theta, "is": "order"}, theta)
    data = bundle("section3")
    document = data["documents"][-1]
    goal = next(g for g in document["goals"] if g["claim"] == "section3.tight")
    goal["judgment"] = {**goal["judgment"], "is": "order"}
    found = [r for r in check_bundle(data) if r.digest == goal["digest"]]
    assert [r.status for r in found] == ["gap"]


def test_stated_moments_are_recomputed():
    for field, value in (("coefficient", [271, 1]), ("power", -1)):
        data = bundle("section3")
        target = next(s for s in data["documents"][-1]["steps"] if s["id"] == "growth-relu-2-3")
        target["conclusion"][field] = value
        results = [r for r in check_bundle(data) if r.claim == "section3.tight"]
        assert sum(r.status == "gap" for r in results) == 1


def test_second_moments_refute_only_what_they_contradict():
    moments = [conclusion("lemma3", f"delta-{power}") for power in (2, 4)]
    data = step("lemma3", "delta-moments")["data"]
    assert apply("refute.second_moment", moments, **data)["is"] == "refuted"
    refused("not both premises", "refute.second_moment", moments[:1], **data)
    refused("another order", "refute.second_moment", moments, **{**data, "goal": {**data["goal"], "power": 0}})
    fourth = {**moments[1], "value": ["*", 48, ["^", ["inv", "n"], 3]]}
    refused("not bounded", "refute.second_moment", [moments[0], fourth], **data)
    inside = {**data, "instance": {**data["instance"], "e1": 1}}
    with pytest.raises(KernelError):  # d_1 = d lies outside the printed range
        apply("refute.second_moment", moments, **inside)


def test_values_are_compared_where_they_are_known():
    mean = conclusion("theorem3", "mean")
    data = step("theorem3", "figure-8")["data"]
    right = {**data, "goal": {**data["goal"], "value": 6}}
    refused("both values", "refute.number", [mean], **right)
    elsewhere = {**data, "instance": {"H": 2, "L": 3, "n": 8}}
    with pytest.raises(KernelError, match=r"range|only where"):
        apply("refute.number", [mean], **elsewhere)
    refused("not numbers", "refute.number", [mean], **{**data, "instance": {"H": 2, "L": 2}})
    # 1/n_1 is not the number 1/1.
    separate = {"is": "mean", "of": ["Kh"], "value": ["+", 4, ["inv", ["n", 1]]], "where": []}
    refused("not numbers", "refute.number", [separate], **{**data, "goal": {**data["goal"], "value": 5}})


def test_means_need_their_hypotheses():
    of = ["^", ["T", 1, ["list", 1, 2], ["list", 2, 1]], 2]
    refused("one_input", "mean.wick", assume("relu"), of=of, L=3, H=2, widths="separate")
    refused("equal_widths", "mean.wick", assume("relu", "one_input"), of=of, L=3, H=2, widths="equal")
    refused("m_is_1", "mean.wick", ONE, of=["Kh"], L=2, H=2, widths="equal")
    refused("there are 1", "mean.wick", ONE, of=of, L=3, H=1, widths="equal")
    # Odd in the row of W^L whose sign the mask of g looks at: the coin is not fair any more.
    everything = [*ONE, *assume("m_is_1")]
    refused("not even", "mean.wick", everything, of=["*", ["K", 0], ["f", "i", 2]], L=2, H=2, widths="equal")


def test_an_even_number_of_factors_has_a_mean():
    relu = assume("relu")
    assert apply("mean.odd", relu, of=["S", ["*", 2, "s"]])["value"] == 0
    refused("odd number", "mean.odd", relu, of=["S", ["+", ["*", 2, "s"], 1]])
    refused("odd number", "mean.odd", relu, of=["S", "r"])
    refused("no product", "mean.odd", relu, of=["K", 2])


def test_the_links_of_layers_at_one_input_only():
    refused("one_input", "eq.one_input", assume("relu"), of="step")
    refused("relu", "eq.one_input", assume("one_input"), of="step")
    data = copy.deepcopy(step("lemma3", "full-3")["data"])
    premises = [conclusion("lemma3", p) for p in step("lemma3", "full-3")["premises"]]
    assert apply("eq.combination", premises, **data)["is"] == "eq"
    refused("terms over", "eq.combination", premises, **{**data, "right": ["*", 2, data["right"]]})
    refused("multipliers", "eq.combination", premises[:-1], **data)


def test_a_shorter_chain_is_no_full_one():
    star = conclusion("lemma3", "star")
    refused("links", "eq.full_chain", [star])
    shorter = apply("specialise", [star], values={"r": ["-", "L", 1]})
    refused("links", "eq.full_chain", [shorter])


def test_fixed_parameters_stay_in_the_range():
    fixed = apply("fix", [conclusion("theorem1", "cut")], values={"H": 2, "L": 2, "r": 4})
    assert {(c[1], c[2]) for c in fixed["where"] if c[0] == "="} == {("H", 2), ("L", 2), ("r", 4)}
    refused("no integer", "fix", [conclusion("theorem1", "cut")], values={"H": "r"})


def test_the_printed_limit_is_right_where_one_output_is_all():
    data = step("theorem1", "wrong-limit")["data"]
    order = conclusion("theorem1", "beyond-printed")
    refused("outside|range|open", "refute.limit", [order], **{**data, "instance": {"H": 1, "L": 2, "r": 2}})
    equal = {"is": "eq", "left": ["K", 2], "right": ["*", 0, ["K", 2]], "where": []}
    refused("no multiple", "order.multiple", [equal, order])


def test_opposite_masks_need_two_layers_and_the_limit_three():
    never = conclusion("theorem3", "never")
    assert ["<=", 2, "H"] in never["where"]
    mean = conclusion("theorem3", "opposite-mean")
    two = apply("eq.limit_kernel", assume("exclusive_masks"), H=2)
    data = step("theorem3", "figure-opposite")["data"]
    refused("positive multiple", "refute.positive", [mean, two], **{**data, "instance": {"H": 2, "L": 2}})
    refused("exclusive_masks", "zero.exclusive", assume("relu", "m_is_1"))


def test_hyperkernel_limit_needs_both_tangent_kernels():
    f, g = conclusion("theorem3", "use-lemma2.tangent"), conclusion("theorem3", "use-lemma6.gradient")
    assert apply("plim.hyper", [f, g])["as"] == ["n", "then", "m"]
    refused("premises", "plim.hyper", [f])
    refused("other widths", "plim.hyper", [f, {**g, "as": ["m"]}])
    coupled = {**f, "to": ["*", ["kron", "a", "a"], ["S", 1]]}
    refused("decouple", "plim.hyper", [coupled, g])
    refused("not on the list", "cite", ONE, theorem="everything")
    later = assume("relu", "inputs_nonzero", "bounded_residuals")
    refused("initialisation", "cite", later, theorem="hyperkernel-first")


def test_atoms_go_through_the_signs_again():
    names = [*step("theorem1", "atom-L2")["premises"]]
    premises = [conclusion("theorem1", name) for name in names]
    cases = step("theorem1", "atom-L2")["data"]["cases"]
    assert apply("atom.signs", premises, cases=cases)["is"] == "atom"
    refused("covered", "atom.signs", premises, cases=cases[2:])
    without = [p for p in premises if p.get("name") != "one_input"]
    refused("one_input", "atom.signs", without, cases=cases)
    value = {"value": ["/", 1, 4], "multiplier": -1}
    refused("terms over", "atom.rewrite", [conclusion("theorem1", "atom-2"), conclusion("theorem1", "half")], **value)


def test_star_keeps_what_it_may_not_discharge():
    order = conclusion("section3", "use-theorem1.order.shallow")
    found = apply("star.of_hyper", [order])
    assert found["of"][0] == "S"
    assert ["=", "H", 1] in found["where"]
    refused("not K", "star.of_hyper", [{**order, "of": ["f", "i", 1]}])
    data = bundle("section3")
    document = data["documents"][-1]
    goal = next(g for g in document["goals"] if g["claim"] == "section3.order.shallow")
    goal["hypotheses"].remove("ntk")
    (result,) = [r for r in check_bundle(data) if r.claim == "section3.order.shallow"]
    assert result.status == "gap"
    assert "ntk" in result.error


def test_conjectured_exponent_by_parity():
    even = conclusion("section3", "exponent-4")
    refused("both values", "refute.number", [even], goal={**_one_over_n(), "right": -2}, instance={"r": 4})
    better = step("section3", "not-stronger")["data"]
    general = conclusion("section3", "use-dyer_gur_ari.star-exponent")
    refused("holds there", "refute.inequality", [general], **{**better, "instance": {"r": 4}, "values": {"s": 2}})
    refused("not what is compared", "refute.inequality", [general], **{**better, "values": {"s": 2}})
    weaker = {"low": ["-", 2, ["*", 2, "s"]], "high": ["sC", ["*", 2, "s"]], "where": [["<=", 1, "s"]]}
    refused("only up to", "int.linear", [general], **weaker, farkas=[1, 1, 0])


def _one_over_n():
    return {"is": "eq", "left": ["sC", "r"], "right": -1, "where": [["<=", 0, "r"]]}


def test_bound_of_clusters_by_its_own_multipliers():
    premises = [*ONE, LAW]
    assert apply("scale.clusters", premises, farkas=[[1, 1], 0, 2, 1])["is"] == "scale"
    refused("exponent", "scale.clusters", premises, farkas=[[1, 1], 0, 1, 1])
    refused("law at one input", "scale.clusters", ONE, farkas=[[1, 1], 0, 2, 1])


def test_walks_that_do_not_attain_the_bound_are_refused():
    bound = conclusion("dyer_gur_ari", "bound")
    premises = [*ONE, bound]
    star = [3, [[0, 1], [0, 2]]]  # T^2, with a fourth point: one swap
    walk = [[[[0, 1], [2, 3]], [[0, 1]]], [[[0, 2], [1, 3]], [[0, 2]]]]
    assert apply("tight.walks", premises, graphs=[star], walks=[walk])["is"] == "tight"
    refused("every contraction", "tight.walks", premises, graphs=[star], walks=[walk[:1]])
    longer = [walk[0], [[[0, 3], [1, 2]], []], walk[1]]
    refused("2 swaps", "tight.walks", premises, graphs=[star], walks=[longer])
    refused("no matching", "tight.walks", premises, graphs=[star], walks=[[[[[0, 1], [1, 3]], [[0, 1]]], walk[1]]])
    refused("does not lie", "tight.walks", premises, graphs=[star], walks=[[[walk[0][0], [[0, 2]]], walk[1]]])
    # T^3 is loose: no walk of one swap passes through its three edges.
    refused("every contraction|swaps", "tight.walks", premises, graphs=[[4, [[0, 1], [0, 2], [0, 3]]]], walks=[walk])
    refused("not a premise", "tight.walks", ONE, graphs=[star], walks=[walk])
    refused("exponent", "loose.search", ONE, graphs=[star], gap=1, L=3)
    loose = {"graphs": [[4, [[0, 1], [0, 2], [0, 3]]]], "gap": 1}
    assert apply("loose.search", ONE, **loose, L=3)["where"] == [["<=", 3, "L"]]
    # Two layers do not hold three contractions of one factor: there T^3 is 0, of no order at all.
    for depth in (0, 1, 2, True, None):
        refused("depth|exponent", "loose.search", ONE, **loose, L=depth)


def test_open_units_do_not_have_the_law():
    relu, masked = laws_under_signs([1, 2, 1])
    assert relu == masked
    opened, masked = laws_under_signs([1, 2, 1], true_masks=False)
    assert opened != masked
    refused("too large", "law.signs", [], sizes=[[3, 3, 3]])
    refused("one_input", "law.sign_gauge", assume("relu"))


def test_degenerate_inputs_are_not_generic_ones():
    refused("orthogonal", "zero.orthogonal", assume("not_orthogonal"))
    refused("antiparallel", "zero.antiparallel", assume("relu", "not_antiparallel"))
    refused("not_antiparallel", "order.off_diagonal", assume("relu", "inputs_nonzero"), first="smaller")
    single, rows = conclusion("lemma3", "single-1-smaller"), conclusion("lemma3", "rows-at-smaller")
    assert apply("order.multiple", [single, rows, *assume("not_orthogonal")])["is"] == "order"
    refused("no multiple", "order.multiple", [single, rows])
