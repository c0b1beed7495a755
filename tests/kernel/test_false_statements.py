"""False statements that the kernel once took for proved, each refused now, beside what is true of the same kind.

Most went through what a judgment depends on without showing it: H, L, the width n, the range of a premise.
"""

from __future__ import annotations

import pytest
from kernel_documents import (
    assume,
    check,
    conclusion,
    document,
    goal,
    narrowed,
    only,
    real_document,
    rule,
    step,
)  # fmt: skip

from verifier.kernel.enclosures import closed_forms
from verifier.kernel.judgments import holds
from verifier.kernel.proof import ProofError
from verifier.kernel.terms import KernelError

ONE = [assume(name) for name in ("relu", "one_input", "equal_widths")]
PAIR = ["T", 1, ["list", 1, 2], ["list", 1, 1]]


def mean(of, depth=3, outputs=2):
    return rule("mean.wick", ONE, {"of": of, "L": depth, "H": outputs, "widths": "equal"})


# --- the width n


@pytest.mark.parametrize("factor", [["fact", "n"], ["fact", ["n", 1]], ["kron", "n", 5], ["Sig", "n"], ["z", "n"]])
def test_what_grows_with_the_width_is_no_constant(factor):
    # n! K^(r) ~ n^{min(0, H-r)}: a factorial passed for a positive constant.
    cut, best = conclusion("theorem1", "cut"), conclusion("theorem1", "best")
    data = {"left": ["*", factor, cut["left"]], "right": ["*", factor, *cut["right"][1:]], "multipliers": [factor]}
    scaled = rule("eq.combination", [cut], data)
    at_two = [rule("specialise", [eq], {"values": {"L": 2}}) for eq in (cut, scaled, best)]
    family = conclusion("theorem1", "parts-L2")
    assert rule("conv.sum_of_orders", [family, at_two[0], at_two[2]])["is"] == "conv"
    with pytest.raises(KernelError):
        rule("conv.sum_of_orders", [family, at_two[1], at_two[2]])


@pytest.mark.parametrize("below", [["fact", "n"], ["*", 2, ["fact", ["n", 1]]]])
def test_a_limit_is_divided_by_constants_only(below):
    # f/n! → F/n!
    family, row = conclusion("lemma3", "joint-2"), rule("eq.output_row", (), {"of": "C"})
    for divisor, ok in ((["fact", 3], True), (below, False)):
        term = ["/", ["f", "i", 1], divisor]
        same = rule("eq.combination", [row], {"left": term, "right": term, "multipliers": [0]})
        if ok:
            assert rule("conv.rewrite", [family, same], {"for": []})["entries"][-1]["p"] == 0
        else:
            with pytest.raises(KernelError):
                rule("conv.rewrite", [family, same], {"for": []})


@pytest.mark.parametrize(
    "term",
    [
        ["sum", "a", 1, ["n", 1], ["f", "i", 1]], ["prod", "a", 1, ["n", 1], ["f", "i", 1]],
        ["sum", "a", 1, ["Q", 1], ["f", "i", 1]],
        ["chain", 1, ["n", 1], ["l", 1], ["lp", "m", 1], ["k", ["f", "i", 1]]],
    ],
)  # fmt: skip
def test_the_number_of_terms_in_a_limit_is_no_width(term):
    family, row = conclusion("lemma3", "joint-2"), rule("eq.output_row", (), {"of": "C"})
    same = rule("eq.combination", [row], {"left": term, "right": term, "multipliers": [0]})
    with pytest.raises(KernelError):
        rule("conv.rewrite", [family, same], {"for": []})


@pytest.mark.parametrize("most", ["L", ["n", 1], ["-", ["n", "L"], 1]])
def test_a_sum_of_limits_in_probability_is_as_long_as_the_network_is_deep(most):
    # Σ_{a <= n_1} (Q_a - S) → 0 forgets fluctuations of order √n.
    data = {"of": "f", "base": ["Gx"], "step": ["dual_relu", ["S", "v"]], "variance": 12}
    gram, row = rule("gram.induction", [assume("relu")], data), rule("eq.output_row", (), {"of": "C"})
    term = ["sum", "a", 1, most, ["FGram", 1]]
    same = rule("eq.combination", [row], {"left": term, "right": term, "multipliers": [0]})
    same = narrowed(same, ["<=", 2, "L"])
    if most == "L":
        assert rule("plim.continuous", [same, gram])["to"] == ["sum", "a", 1, "L", ["S", 1]]
    else:
        with pytest.raises(KernelError):
            rule("plim.continuous", [same, gram])


def test_a_moment_at_one_width_says_so():
    # E f T = 2/n + 10/n², put at n = 1, is 12 at n = 1 alone.
    found = rule("specialise", [mean(["*", ["f", "i", 1], PAIR])], {"values": {"n": 1}})
    assert not holds(found["where"], {"L": 3, "H": 2, "n": 7})
    assert holds(found["where"], {"L": 3, "H": 2, "n": 1})


def test_the_norm_of_the_input_is_no_parameter():
    # E f⁴ = 3 |x|⁴/n_0² Π (1 + 5/n_l) is not 3·49 for every x.
    factor = ["prod", "l", 1, ["-", "L", 1], ["+", 1, ["*", 5, ["inv", ["n", "l"]]]]]
    named, shown = (["*", 3, ["^", square, 2], factor] for square in ("s", ["entry", ["Gx"], 1, 1]))
    with pytest.raises(KernelError):
        rule("moment.output", [assume("relu")], {"half": 2, "value": named})
    found = rule("moment.output", [assume("relu")], {"half": 2, "value": shown})
    assert rule("specialise", [found], {"values": {"s": 7}}) == found


# --- H and L


def test_what_is_compared_is_at_the_same_depth():
    # Θ is 0 for H = 2 and L/(4π) for H = 3: the value at H = 2 refuted what is true at H = 3.
    zero = rule("eq.limit_kernel", [assume("exclusive_masks")], {"H": 2})
    claim = {"is": "int", "low": ["/", 1, 1000], "high": ["ThetaH"]}
    there, here = ({**claim, "where": [["=", "H", h], ["<=", 1, "L"]]} for h in (3, 2))
    values = {"H": 2, "L": 1}
    for instance in ({"H": 3, "L": 1}, {"H": 3, "L": 1, "h": 2}):
        with pytest.raises(KernelError):
            rule("refute.inequality", [zero], {"goal": there, "instance": instance, "values": values})
    found = rule("refute.inequality", [zero], {"goal": here, "instance": values, "values": values})
    assert found["is"] == "refuted"


# --- the range of a premise


def fudged(premise, field, extra, name):
    """A true judgment at name = 0 whose field is wrong at every other value: cases allow it, and say so."""
    other = {**premise, field: ["+", premise[field], ["*", name, extra]]}
    return rule("cases", [premise], {"parameter": name, "from": 0, "to": 0, "conclusion": other})


def test_a_closed_form_at_one_correlation_is_none_for_all():
    step_form, relu_form = (conclusion_of_forms(name) for name in ("closed-step", "closed-relu"))
    wrong = fudged(step_form, "value", 5, "rho")
    value = ["+", relu_form["value"], ["*", ["/", 5, 2], "s", "t", ["^", "rho", 2]]]
    with pytest.raises(KernelError):
        rule("expect.price", [wrong], {"of": "relu", "value": value})
    assert set(closed_forms([step_form, relu_form])) == {"step", "relu"}
    with pytest.raises(KernelError):
        closed_forms([wrong, relu_form])


def conclusion_of_forms(identifier):
    from lemmas import lemma2

    return next(s for s in lemma2.statement.proof["steps"] if s["id"] == identifier)["conclusion"]


def test_the_range_of_a_mean_of_features_is_kept():
    angles = [{"v": {"z": 1}, "b": 1}, {"v": {"zp": 1}, "b": 1}]
    wrong = fudged(rule("expect.fourier", (), {"angles": angles}), "value", 5, "x")
    found = rule("plim.features", [assume("many_features"), wrong])
    assert not holds(found["where"], {"x": 1})
    assert holds(found["where"], {"x": 0})


# --- tuples


@pytest.mark.parametrize(
    "of",
    [
        ["^", ["T", 1, "l", "e"], 2], ["^", ["T", 1, ["list", 1, 2], "e"], 2], ["^", ["T", 1, "l", ["list"]], 2],
        ["corr", 2, "G"], ["^", ["T", 1, ["list", 0], ["list", 1]], 2],
    ],
)  # fmt: skip
def test_moments_are_of_tuples_that_are_written_out(of):
    # E (T^{l,d})² = 1 for all l: a name was read as the empty tuple, and layer 0 as all layers.
    with pytest.raises(KernelError):
        mean(of)


def test_the_mean_of_a_contraction_is_not_that_of_its_factors():
    written = mean(["corr", 2, ["list", 0, 1]])
    assert written["value"] == ["+", 0, ["*", 3]]  # T^1 = Θ, and E Θ = L


def test_a_dead_layer_depends_on_its_width():
    # 2^{-l} for 2^{-n_l}: P[f = 0] = 1/2 at L = 2.
    law = rule("law.sign_gauge", ONE)
    dead = rule("atom.dead", [law, assume("inputs_nonzero")])
    assert ["halves", ["n", "l"]] in dead["value"][2][4]
    at_two = rule("eq.expand", [{"is": "eq", "left": ["x"], "right": rule("fix", [dead], {"values": {"L": 2}})["value"],
                                 "where": []}])["right"]  # fmt: skip
    atom = {**dead, "value": at_two}
    half = rule("eq.halves", (), {"k": 1})
    with pytest.raises(KernelError):
        rule("atom.rewrite", [atom, half], {"value": ["/", 1, 2], "multiplier": 1})


# --- names


@pytest.mark.parametrize("identifier", ["relu", "ntk_and_more", "not_orthogonal", "masks_overlap"])
def test_a_condition_does_not_go_by_the_name_of_another(identifier):
    condition = {"is": "ifzero", "of": ["Dot", 1], "then": [["<=", 1, 0]], "where": []}
    given = {identifier: condition}
    steps = [step("s", "hypothesis", [], {"hypothesis": identifier}, condition)]
    result = only(document("x", steps, [goal("c", "s", condition, given)], given))
    assert result.status == ("proved" if identifier == "ntk_and_more" else "gap")


@pytest.mark.parametrize("identifier", ["rеlu", "relu\u0301", "ﬁrst"])
def test_ids_do_not_look_like_others(identifier):
    with pytest.raises(ProofError):
        check(document("x", [], [], {identifier: {"is": "ifzero", "of": ["Sig", 0], "then": [], "where": []}}))


@pytest.mark.parametrize("name", ["Н", "r, 1 ≤ H", "H ", "1", "l'"])
def test_variables_are_plain_words(name):
    beyond = rule("zero.degree", [assume("relu")], {"of": "K"})
    with pytest.raises(KernelError):
        narrowed(beyond, ["<=", name, "r"])


def test_masks_that_exclude_each_other_do_not_overlap():
    source = real_document("theorem1")
    listed = {h["id"]: h["judgment"] for h in source["hypotheses"]}
    entry = next(g for g in source["goals"] if g["claim"] == "theorem1.exclusive")
    for extra, status in (("z_nonzero", "proved"), ("masks_overlap", "gap")):
        granted = {name: listed[name] for name in (*entry["hypotheses"], extra)}
        steps = [s for s in source["steps"] if s["rule"] == "hypothesis" or s["id"] == entry["step"]]
        doc = document("x", steps, [goal("c", entry["step"], entry["judgment"], granted)], listed)
        assert only(doc).status == status


@pytest.mark.parametrize("values", [{"i": 1}, {"j": 2}, {"i": 1, "j": 1}])
def test_no_instance_and_no_case_names_an_input(values):
    order = {"is": "order", "of": ["f", "i", 1], "power": 0, "where": []}
    with pytest.raises(KernelError):
        rule("fix", [order], {"values": values})
    goal_ = {"is": "vanishes", "of": ["f", "j", 1], "power": 0, "where": []}
    with pytest.raises(KernelError):
        rule("refute.limit", [order], {"goal": goal_, "instance": values})


@pytest.mark.parametrize(
    ("layers", "outputs"), [([5, 9], [1, 1]), ([2, 1], [1, 1]), ([1, 3], [1, 1]), ([0, 1], [1, 1]), ([1, 2], [1])]
)
def test_links_between_layers_that_are_not_there_have_no_limit(layers, outputs):
    # n A(9, 5, 1) → Gam(9, 5, 1) at L = 2: an identity without a range was read as one between layers in order.
    family, row = conclusion("lemma3", "joint-2"), rule("eq.output_row", (), {"of": "C"})

    def limit(ls, es):
        chain = ["consecutive", ["list", *ls], ["list", *es], ["lp", "l0", "e0"], ["A", "lp", "l0", "e0"]]
        same = rule("eq.combination", [row], {"left": chain, "right": chain, "multipliers": [0]})
        return rule("conv.rewrite", [family, same], {"for": []})

    assert limit([1, 2], [1, 1])["is"] == "conv"
    with pytest.raises(KernelError):
        limit(layers, outputs)


def test_the_kernel_says_what_a_goal_states():
    # A name is only what the file calls its claim.
    beyond = rule("zero.degree", [assume("relu")], {"of": "a"})
    steps = [
        step("hyp", "hypothesis", [], {"hypothesis": "relu"}, assume("relu")),
        step("s", "zero.degree", ["hyp"], {"of": "a"}, beyond),
    ]
    given = {"relu": assume("relu")}
    result = only(document("theorem1", steps, [goal("theorem1.order.deep", "s", beyond, given)], given))
    assert (result.status, result.says) == ("proved", "zero of a(d, k)")


def alive():
    """K(r) ~ n^{min(0, H-r)} at L = 2."""
    return conclusion("theorem1", "order-L2")


@pytest.mark.parametrize("instance", [{"n": 1}, {"n": 0}, {}])
def test_a_claim_on_a_limit_is_not_refuted_at_one_width(instance):
    # [n = 1] K(r) → 0 is true: it is 0 for n >= 2.  At n = 1 it "is" K(r), which has an order.
    factor = ["kron", "n", instance.get("n", 1)]
    where = [["<=", 1, "H"], ["=", "L", 2], ["<=", 1, "r"], ["<=", "r", ["*", 2, "H"]]]
    claim = {"is": "vanishes", "of": ["*", factor, ["K", "r"]], "power": ["min", 0, ["-", "H", "r"]], "where": where}
    sizes = {"H": 1, "L": 2, "r": 1, **instance}
    with pytest.raises(KernelError):
        rule("refute.limit", [alive()], {"goal": claim, "instance": sizes})
    plain, sizes = {**claim, "of": ["K", "r"]}, {"H": 1, "L": 2, "r": 1}
    assert rule("refute.limit", [alive()], {"goal": plain, "instance": sizes})["is"] == "refuted"


@pytest.mark.parametrize("size", ["H", "L", "n"])
def test_there_is_no_network_of_size_zero(size):
    # Q(1) = 1 but for a network without layers, where the claim is not made.
    one = rule("eq.one_input", [assume("one_input")], {"of": "gram"})
    claim = {"is": "eq", "left": ["Q", 1], "right": ["-", 1, ["kron", size, 0]], "where": []}
    with pytest.raises(KernelError):
        rule("refute.number", [one], {"goal": claim, "instance": {size: 0}})
    wrong = {**claim, "right": ["-", 1, ["kron", size, 1]]}
    assert rule("refute.number", [one], {"goal": wrong, "instance": {size: 1}})["is"] == "refuted"


@pytest.mark.parametrize("fixed", [{"n": 1}, {"m": 1}, {"L": 0}])
def test_a_limit_covariance_is_not_refuted_at_a_width(fixed):
    from lemmas import theorem2

    steps = {s["id"]: s for s in theorem2.statement.proof["steps"]}
    data, premises = steps["index"]["data"], [steps[p]["conclusion"] for p in steps["index"]["premises"]]
    assert rule("refute.value", premises, data)["is"] == "refuted"
    spoiled = {**data, "instance": {**data["instance"], **fixed}}
    with pytest.raises(KernelError):
        rule("refute.value", premises, spoiled)


def test_the_cases_of_one_layer_are_not_left_out():
    # At L = 1, Θ = Sig(0) vanishes with it; parts bounded by "L" would be taken for those of more layers.
    source = {s["id"]: s for s in real_document("theorem1")["steps"]}
    given = source["no-loss-L1"]
    premises = [source[p]["conclusion"] for p in given["premises"]]
    assert rule("nonzero.signs", premises, given["data"])["is"] == "nonzero"
    family = premises[0]
    *outer, dominant = family["entries"][0]["y"][1:]
    for bound in ("L", 2):
        shown = ["*", *outer, [*dominant[:5], bound, *dominant[6:]]]
        other = {**family, "entries": [{**family["entries"][0], "y": shown}]}
        with pytest.raises(KernelError, match="another depth"):
            rule("nonzero.signs", [other, *premises[1:]], given["data"])
