"""Wrong twins of each statement's proof, re-digested so that only the mathematics can reject them."""

from __future__ import annotations

import copy

import pytest
from layer_documents import apply, assume, bundle, goals, restated, results, step

from lemmas._forms import LONGER, RELU, S_OUT, SIXTY, STEP, limit_covariance
from verifier.kernel.judgments import canonical
from verifier.kernel.terms import KernelError

#: |x|^4/n_0^2
SQUARE = ["^", ["entry", ["Gx"], 1, 1], 2]


def status(data, name, claim, number=0):
    return [r for r in results(data, name) if r.claim == claim][number].status


def stated(name, claim, number=0):
    return copy.deepcopy(goals(bundle(name), claim)[number]["judgment"])


# --- Lemma 1


def test_lemma1_without_the_null_set():
    data = bundle("lemma1")
    for entry in data["documents"][-1]["steps"]:
        if entry["rule"] == "maps.step":
            entry["premises"] = []
    assert status(data, "lemma1", "lemma1.sign") == "gap"
    assert status(data, "lemma1", "lemma1.printed") == "refuted"


def test_lemma1_granting_nothing():
    data = bundle("lemma1")
    goal = goals(data, "lemma1.sign")[0]
    goal["hypotheses"] = []
    restated(data, "lemma1.sign", goal["judgment"])
    assert status(data, "lemma1", "lemma1.sign") == "gap"


@pytest.mark.parametrize(
    ("function", "numerator", "denominator"),
    [
        ([0, 0, 1], [-1], [0, 1]),  # s is continuous along -1/n
        ([-1, 0, 1], [1], [1]),  # a constant sequence
        ([-1, 0, 1], [1, 1], [0, 1]),  # 1 + 1/n → 1
        ([-1, 0, 1], [0, 0, 1], [0, 1]),  # n diverges
        ([-1, 1, 1], [1], [0, 1]),  # sgn(0) = 1 agrees with 1/n
        ([-1, 0, 1], [1], [0, -1]),  # the denominator may vanish
        ([-1, 0, 1], [0], [0, 1]),  # 0 = 0
        ([-1, 0, 1], [1], [0]),
    ],
)
def test_sequences_that_refute_nothing(function, numerator, denominator):
    goal = {"is": "maps", "function": function, "jointly": False, "where": []}
    instance = {"numerator": numerator, "denominator": denominator}
    with pytest.raises(KernelError):
        apply("refute.sequence", goal=goal, instance=instance)


def test_lemma1_refutes_printed_claims_only():
    data = bundle("lemma1")
    goal = goals(data, "lemma1.printed")[0]
    goal["form"] = "amended"
    restated(data, "lemma1.printed", goal["judgment"])
    assert status(data, "lemma1", "lemma1.printed") == "gap"


@pytest.mark.parametrize("missing", ["relu", "inputs_nonzero"])
def test_signs_of_outputs_need_positive_variances(missing):
    data = bundle("lemma1")
    entry = step(data, "signs")
    entry["premises"] = [p for p in entry["premises"] if p != f"hyp-{missing}"]
    assert status(data, "lemma1", "lemma1.outputs") == "gap"


@pytest.mark.parametrize("value", [["dual_step", S_OUT], ["/", ["dual_step", ["S", "L"]], 2], ["/", 1, 4]])
def test_signs_of_outputs_stating_something_else(value):
    judgment = stated("lemma1", "lemma1.outputs")
    data = restated(bundle("lemma1"), "lemma1.outputs", {**judgment, "value": value})
    assert status(data, "lemma1", "lemma1.outputs") == "gap"


# --- Lemma 2


@pytest.mark.parametrize(
    "change",
    [
        {"base": ["Gz"]},
        {"base": 1},
        {"step": ["dual_relu", ["S", ["+", "v", 1]]]},
        {"step": ["*", ["/", 1, 2], ["dual_relu", ["S", "v"]]]},
        {"step": ["*", 2, ["dual_relu", ["S", "v"]]]},
        {"step": ["dual_step", ["S", "v"]]},
        {"variance": 4},
        {"variance": 3},
        {"of": "g"},
    ],
)
def test_the_induction_re_derives_base_step_and_variance(change):
    data = {"of": "f", "base": ["Gx"], "step": ["dual_relu", ["S", "v"]], "variance": 12}
    assert apply("gram.induction", assume("relu"), **data)["to"] == ["S", "v"]
    with pytest.raises(KernelError):
        apply("gram.induction", assume("relu"), **{**data, **change})
    with pytest.raises(KernelError):
        apply("gram.induction", [], **data)


@pytest.mark.parametrize(
    ("claim", "field", "value"),
    [
        ("lemma2.gram", "to", ["S", ["+", "v", 1]]),
        ("lemma2.gram", "as", []),
        ("lemma2.gram", "where", [["<=", 1, "L"], ["<=", 0, "v"], ["<=", "v", "L"]]),  # a layer too many
        ("lemma2.covariance", "cov", ["S", "l"]),
        ("lemma2.jacobians", "to", ["prod", "t", "u", ["-", "v", 1], ["dual_step", ["S", ["-", "t", 1]]]]),  # no δ
        ("lemma2.jacobians", "to",
         ["*", ["kron", "a", "b"], ["prod", "t", 1, ["-", "v", 1], ["dual_step", ["S", ["-", "t", 1]]]]]),
        ("lemma2.jacobians", "where", [["<=", 1, "L"], ["<=", 1, "u"], ["<=", "v", "L"]]),  # u > v
        ("lemma2.tangent", "to", ["*", ["kron", "a", "b"], "L", ["S", ["-", "L", 1]]]),
        ("lemma2.closed-gram", "value", ["*", ["/", 1, 2], RELU]),
        ("lemma2.closed-gram", "where", []),
        ("lemma2.closed-masks", "value", ["*", 2, STEP]),
    ],
)  # fmt: skip
def test_lemma2_stating_something_else(claim, field, value):
    judgment = stated("lemma2", claim)
    assert canonical(judgment) != canonical({**judgment, field: value})
    data = restated(bundle("lemma2"), claim, {**judgment, field: value})
    assert status(data, "lemma2", claim) == "gap"


@pytest.mark.parametrize("missing", ["relu", "inputs_nonzero", "rows_fixed"])
def test_lemma2_needs_each_hypothesis(missing):
    data = bundle("lemma2")
    goal = goals(data, "lemma2.jacobians")[0]
    goal["hypotheses"].remove(missing)
    restated(data, "lemma2.jacobians", goal["judgment"])
    assert status(data, "lemma2", "lemma2.jacobians") == "gap"
    data = bundle("lemma2")
    for entry in data["documents"][-1]["steps"]:
        entry["premises"] = [p for p in entry["premises"] if p != f"hyp-{missing}"]
    assert status(data, "lemma2", "lemma2.jacobians") == "gap"


@pytest.mark.parametrize(
    ("change", "closed"),
    [
        ({"L": 1, "l": 1, "Gx": [[1, 1], [1, 1]]}, True),  # parallel: S^0 = S^1
        ({"L": 1, "l": 1, "Gx": [[1, 2], [2, 1]]}, True),  # no Gram matrix
        ({"L": 1, "l": 2, "Gx": SIXTY}, True),  # outside the range
        ({"L": 1, "l": 1, "Gx": [[1, [1, 2]], [0, 1]]}, True),  # not symmetric
        ({"L": 1, "l": 1}, True),  # no inputs
        ({"L": 1, "l": 1, "Gx": SIXTY}, False),  # the closed form is not a premise
    ],
)
def test_instances_that_refute_nothing(change, closed):
    data = bundle("lemma2")
    entry = step(data, "one-layer")
    premises = [step(data, p)["conclusion"] for p in entry["premises"]]
    goal = entry["data"]["goal"]
    assert apply("refute.value", premises, goal=goal, instance={"L": 1, "l": 1, "Gx": SIXTY})["is"] == "refuted"
    with pytest.raises(KernelError):
        apply("refute.value", premises if closed else premises[:1], goal=goal, instance=change)


def test_a_true_claim_is_not_refuted():
    data = bundle("lemma2")
    premises = [step(data, p)["conclusion"] for p in step(data, "one-layer")["premises"]]
    for level in (1, 2, 3):
        with pytest.raises(KernelError, match="enclosures meet"):
            apply("refute.value", premises, goal=premises[0], instance={"L": 3, "l": level, "Gx": SIXTY})


# --- Theorem 2 and Lemma 6


@pytest.mark.parametrize(
    ("name", "claim", "field", "value"),
    [
        ("theorem2", "theorem2.process", "cov", ["*", ["S", "L"], ["Sigma", "L", ["-", "l", 1]]]),
        ("theorem2", "theorem2.process", "cov", ["*", S_OUT, ["Sigma", "L", "l"]]),
        ("theorem2", "theorem2.process", "as", ["m"]),
        ("theorem2", "theorem2.activations", "to", ["*", ["/", ["sqrt", 2], 2], ["Sigma", "L", "v"]]),
        ("theorem2", "theorem2.weights", "cov", ["S", "L"]),
        ("theorem2", "theorem2.fourth", "value",
         ["*", 3, SQUARE, ["prod", "l", 1, "L", ["+", 1, ["*", 5, ["inv", ["n", "l"]]]]]]),
        ("theorem2", "theorem2.fourth", "value",
         ["*", 3, SQUARE, ["prod", "l", 1, ["-", "L", 1], ["+", 1, ["*", 4, ["inv", ["n", "l"]]]]]]),
        ("lemma6", "lemma6.jacobians", "to",
         ["*", ["kron", "a", "b"], ["prod", "t", "u", ["-", "v", 1], ["dual_step", limit_covariance("t")]]]),  # S lost
        ("lemma6", "lemma6.jacobians", "to",
         ["*", ["kron", "a", "b"], ["prod", "t", "u", ["-", "v", 1],
                                    ["*", ["S", "L"], ["dual_step", limit_covariance("t")]]]]),
        ("lemma6", "lemma6.jacobians", "to",
         ["*", ["kron", "a", "b"], ["prod", "t", "u", ["-", "v", 1],
                                    ["*", S_OUT, ["sqrt", 2], ["/", ["dual_step", limit_covariance("t")], 2]]]]),
        ("lemma6", "lemma6.gradient", "to", ["*", ["kron", "a", "b"], ["Sigma", "L", ["-", "H", 1]]]),
    ],
)  # fmt: skip
def test_theorem2_and_lemma6_stating_something_else(name, claim, field, value):
    judgment = stated(name, claim)
    assert canonical(judgment) != canonical({**judgment, field: value})
    data = restated(bundle(name), claim, {**judgment, field: value})
    assert status(data, name, claim) == "gap"


def test_the_hidden_layers_of_g_need_those_of_f():
    data = {"of": "g", "base": ["Gz"], "step": ["dual_relu", limit_covariance(["+", "v", 1])], "variance": 12}
    outputs = step(bundle("lemma2"), "gram")["conclusion"]
    assert apply("gram.induction", [*assume("relu"), outputs], **data)["as"] == ["n", "m"]
    with pytest.raises(KernelError):
        apply("gram.induction", assume("relu"), **data)
    wrong = {**data, "step": ["dual_relu", ["*", ["S", "L"], ["Sigma", "L", "v"]]]}
    with pytest.raises(KernelError):
        apply("gram.induction", [*assume("relu"), outputs], **wrong)


@pytest.mark.parametrize("missing", ["z_nonzero", "inputs_nonzero", "rows_fixed"])
def test_lemma6_needs_each_hypothesis(missing):
    data = bundle("lemma6")
    for entry in data["documents"][-1]["steps"]:
        entry["premises"] = [p for p in entry["premises"] if p != f"hyp-{missing}"]
    assert status(data, "lemma6", "lemma6.gradient") == "gap"


def test_limits_are_taken_inside_their_range():
    # The Gram matrix of layer L is not one of the hidden layers.
    data = bundle("lemma2")
    gram, masks = (step(data, name)["conclusion"] for name in ("gram", "masks"))
    short = {**gram, "where": [*gram["where"], ["<=", "v", ["-", "L", 2]]]}
    assert apply("conv.condgauss", [gram], of="f", cov=["S", ["-", "l", 1]])["is"] == "gp"
    with pytest.raises(KernelError, match="outside"):
        apply("conv.condgauss", [short], of="f", cov=["S", ["-", "l", 1]])
    with pytest.raises(KernelError):
        apply("conv.condgauss", [masks], of="f", cov=["S", ["-", "l", 1]])
    with pytest.raises(KernelError):
        apply("conv.condgauss", [gram], of="f", cov=["S", "l"])


def test_a_sum_whose_length_grows_has_no_limit():
    gram = step(bundle("lemma2"), "gram")["conclusion"]
    eq = {"is": "eq", "left": ["X"], "right": ["sum", "a", 1, "n", ["FGram", 0]], "where": [["<=", 1, "L"]]}
    with pytest.raises(KernelError, match="open range"):
        apply("plim.continuous", [eq, gram])
    fixed = {**eq, "right": ["sum", "a", 1, "L", ["*", "a", ["FGram", 0]]]}
    with pytest.raises(KernelError):
        apply("plim.continuous", [fixed, gram])


def test_a_limit_along_fewer_widths_is_not_refuted_by_one_along_more():
    # With m fixed the limit is random; that is no contradiction to a claim about fixed m.
    data = bundle("theorem2")
    entry = step(data, "root")
    premises = [step(data, p)["conclusion"] for p in entry["premises"]]
    goal = {**entry["data"]["goal"], "as": ["n"]}
    with pytest.raises(KernelError, match="keeps fixed"):
        apply("refute.value", premises, goal=goal, instance=entry["data"]["instance"])


# --- Corollary 1 and Remark 1


def test_corollary1_needs_whole_gram_matrices():
    process = step(bundle("corollary1"), "use-theorem2.process")["conclusion"]
    apply("gram.function", [process], arguments=["list", ["Gx"], ["Gz"]], domain="any")
    for arguments in (
        ["list", ["Gx"]],
        ["list", ["Gz"]],
        ["list", ["entry", ["Gz"], 1, 2], ["Gx"]],
        ["list", ["entry", ["Gz"], 1, 2], ["entry", ["Gx"], 1, 2]],
    ):
        with pytest.raises(KernelError, match="not determined"):
            apply("gram.function", [process], arguments=arguments, domain="any")


@pytest.mark.parametrize(
    "second",
    [
        {"Gx": SIXTY, "Gz": SIXTY},  # the same instance
        {"Gx": SIXTY, "Gz": [[1, [1, 3]], [[1, 3], 1]]},  # another argument
        {"Gx": SIXTY, "Gz": [[2, [1, 2]], [[1, 2], [1, 2]]]},  # the product of the norms is the same
        {"L": 2, "Gx": SIXTY, "Gz": LONGER},  # another network
    ],
)
def test_pairs_that_refute_nothing(second):
    data = bundle("corollary1")
    entry = step(data, "norms-z")
    premises = [step(data, p)["conclusion"] for p in entry["premises"]]
    instance = copy.deepcopy(entry["data"]["instance"])
    assert apply("refute.function", premises, **entry["data"])["is"] == "refuted"
    instance["second"].update(second)
    with pytest.raises(KernelError):
        apply("refute.function", premises, goal=entry["data"]["goal"], instance=instance)


def test_level_one_is_a_function_of_the_scalar_products():
    # Λ^1 off the diagonal is S Σ^0: the printed corollary is true there, and is not refuted there.
    data = bundle("corollary1")
    entry = step(data, "norms-z")
    premises = [step(data, p)["conclusion"] for p in entry["premises"]]
    instance = copy.deepcopy(entry["data"]["instance"])
    for side in ("first", "second"):
        instance[side]["l"] = 1
    with pytest.raises(KernelError, match="enclosures meet"):
        apply("refute.function", premises, goal=entry["data"]["goal"], instance=instance)


def test_remark1_needs_features_with_one_norm():
    data = bundle("remark1")
    process, diagonal = (step(data, s)["conclusion"] for s in ("use-theorem2.process", "diagonal"))
    wanted = {"arguments": ["list", ["entry", ["Gz"], 1, 2], ["Gx"]], "domain": "fourier"}
    apply("gram.function", [process, diagonal], **wanted)
    with pytest.raises(KernelError):
        apply("gram.function", [process], **wanted)
    with pytest.raises(KernelError):
        apply("gram.function", [process, {**diagonal, "to": 1}], **wanted)


def test_remark1_refutation_keeps_to_features():
    data = bundle("remark1")
    entry = step(data, "norms-output")
    premises = [step(data, p)["conclusion"] for p in entry["premises"]]
    instance = copy.deepcopy(entry["data"]["instance"])
    instance["second"]["Gz"] = SIXTY  # no Gram matrix of Fourier features
    with pytest.raises(KernelError):
        apply("refute.function", premises, goal=entry["data"]["goal"], instance=instance)


@pytest.mark.parametrize(
    ("claim", "field", "value"),
    [
        ("remark1.constant", "to", ["exp", ["/", ["-", ["norm2", 1, -1]], 2]]),  # without the 1/2
        ("remark1.constant", "to", ["/", ["exp", ["-", ["norm2", 1, -1]]], 2]),  # another exponent
        ("remark1.constant", "to", ["/", ["exp", ["/", ["-", ["norm2", 1, 1]], 2]], 2]),  # |z + z'|
        ("remark1.constant", "as", []),
        ("remark1.norm", "to", 1),
    ],
)
def test_remark1_stating_something_else(claim, field, value):
    judgment = stated("remark1", claim)
    data = restated(bundle("remark1"), claim, {**judgment, field: value})
    assert status(data, "remark1", claim) == "gap"


def test_remark1_needs_many_features():
    data = bundle("remark1")
    step(data, "limit")["premises"] = ["mean"]
    assert status(data, "remark1", "remark1.constant") == "gap"


@pytest.mark.parametrize(
    "change",
    [
        {"draws": [[[0, 0]], [[0, 0]]]},  # one draw twice
        {"draws": [[[0, [1, 3]]], [[0, [-1, 3]]]]},  # cos² is even
        {"draws": [[[0, 0]], [[0, 1]]]},  # a phase on the boundary
        {"draws": [[[0, 0]], [[0, [5, 2]]]]},  # a phase outside
        {"k": 2},
        {"k": 0, "draws": [[], []]},
    ],
)
def test_draws_that_refute_nothing(change):
    entry = step(bundle("remark1"), "one-feature")["data"]
    assert apply("refute.constant", **entry)["is"] == "refuted"
    with pytest.raises(KernelError):
        apply("refute.constant", goal=entry["goal"], instance={**entry["instance"], **change})
