"""The sign argument for a limit that is not zero: hypotheses taken away, points outside the support, cases left out."""

from __future__ import annotations

import pytest
from kernel_documents import assume, real_document, rule

from verifier.kernel.terms import KernelError

STEPS = {s["id"]: s for s in real_document("theorem1")["steps"]}
HYPOTHESES = {h["id"]: h["judgment"] for h in real_document("theorem1")["hypotheses"]}
DEPTHS = ("L1", "L2", "deep")


def premises(depth):
    return [STEPS[name]["conclusion"] for name in STEPS[f"no-loss-{depth}"]["premises"]]


def signs(depth, *, drop=(), change=None, cases=None):
    given = [p for p in premises(depth) if p.get("name") not in drop]
    listed = cases if cases is not None else [dict(case) for case in STEPS[f"no-loss-{depth}"]["data"]["cases"]]
    for case in listed if change else ():
        change(case)
    return rule("nonzero.signs", given, {"cases": listed})


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_proof_as_it_is_holds(depth):
    assert signs(depth)["is"] == "nonzero"


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("name", ["inputs_nonzero", "z_nonzero", "not_antiparallel", "masks_overlap"])
def test_every_hypothesis_is_needed(depth, name):
    with pytest.raises(KernelError, match=name):
        signs(depth, drop=(name,))


@pytest.mark.parametrize(
    ("depth", "kept"), [("L1", None), *((depth, kept) for depth in ("L2", "deep") for kept in ("Sig", "sum", None))]
)
def test_both_conditions_on_constants_are_needed(depth, kept):
    # Without "Θ ≠ 0 or r >= 2H" (E25), or "x_i·x_j ≠ 0 or r <= H(L-1)" (E9), some case is open.  At depth one Θ is
    # x_i·x_j/n_0, and either condition excludes that it is 0.
    given = [p for p in premises(depth) if p["is"] != "ifzero" or p["of"][0] == kept]
    with pytest.raises(KernelError):
        rule("nonzero.signs", given, {"cases": STEPS[f"no-loss-{depth}"]["data"]["cases"]})


@pytest.mark.parametrize("depth", DEPTHS)
def test_every_case_is_covered(depth):
    cases = STEPS[f"no-loss-{depth}"]["data"]["cases"]
    needed = 0
    for number in range(len(cases)):
        try:
            signs(depth, cases=cases[:number] + cases[number + 1 :])
        except KernelError:
            needed += 1
    assert needed >= 4  # the others are excluded: Θ has the sign of x_i·x_j at depth one, and is positive with it
    with pytest.raises(KernelError, match="twice"):
        signs(depth, cases=[*cases, cases[0]])
    with pytest.raises(KernelError):
        signs(depth, cases=[])


def pick(sig0, theta="+-0"):
    return lambda case: case["Sig0"] in sig0 and case["Theta"] in theta


@pytest.mark.parametrize(
    ("depth", "which", "fields"),
    [
        # parallel inputs have the covariance point only
        ("L2", pick("+"), {"support": "full", "Gam1": "-"}),
        ("deep", pick("+"), {"support": "full"}),
        ("deep", pick("+"), {"Gam1": "-"}),
        ("L2", pick("+"), {"large": True}),
        ("deep", pick("+"), {"support": "everything"}),
        # x_i·x_j < 0: chains from the first layer have the other sign
        ("deep", pick("-", "+"), {"support": "covariance", "Gam1": "+"}),
        ("deep", pick("-", "+"), {"Gam1": "+"}),
        ("deep", pick("-", "-"), {"large": False}),
        ("deep", pick("-", "-"), {"Gam1": "-"}),
        ("L2", pick("-", "+"), {"Gam1": "+"}),
        ("L2", pick("-", "-"), {"Gam1": "-"}),
        ("L1", pick("-"), {"support": "covariance", "large": False}),
        # words that are none
        ("L2", pick("+-0"), {"Gam1": "0"}),
        ("L2", pick("+-0"), {"Gam1": 1}),
        ("L2", pick("+-0"), {"large": 1}),
        ("L2", pick("+-0"), {"large": None}),
        ("deep", pick("-", "-"), {"large": 1}),
    ],
)
def test_a_point_outside_the_support_or_of_the_wrong_sign_is_refused(depth, which, fields):
    def change(case):
        if which(case):
            case.update(fields)

    with pytest.raises((KernelError, KeyError)):
        signs(depth, change=change)


def test_non_cancellation_is_shown_after_the_sums():
    # A single member of the family, before the sum over layers: no sum of dominant terms is there to look at.
    family = STEPS["parts-L2"]["conclusion"]
    given = [p for p in premises("L2") if p["is"] != "conv"]
    for limit in (["*", ["Dot", 1], ["Sig", 0]], ["z", "i"], ["*", ["z", "i"], ["F", "i", 1]]):
        entry = {"for": [], "x": ["K", "r"], "p": 0, "y": limit}
        with pytest.raises(KernelError):
            rule("nonzero.signs", [{**family, "entries": [entry]}, *given],
                 {"cases": STEPS["no-loss-L2"]["data"]["cases"]})  # fmt: skip
    with pytest.raises(KernelError, match="not a family"):
        rule("nonzero.signs", [family, *given], {"cases": STEPS["no-loss-L2"]["data"]["cases"]})


def dominant(change):
    conv = STEPS["terms-L2"]["conclusion"]
    entry = dict(conv["entries"][0])

    def walk(term):
        if isinstance(term, list) and term and term[0] == "dominant":
            return change(list(term))
        return [walk(part) for part in term] if isinstance(term, list) else term

    entry["y"] = walk(entry["y"])
    assert entry["y"] != conv["entries"][0]["y"]
    given = [p for p in premises("L2") if p["is"] != "conv"]
    cases = STEPS["no-loss-L2"]["data"]["cases"]
    return rule("nonzero.signs", [{**conv, "entries": [entry]}, *given], {"cases": cases})


@pytest.mark.parametrize(
    "change",
    [
        lambda t: [*t[:7], ["-", ["F", "i", "d"], ["F", "j", "d"]], t[8]],  # an empty part of unknown sign
        lambda t: [*t[:7], ["*", -1, t[7]], t[8]],
        lambda t: [*t[:7], 0, t[8]],
        lambda t: [*t[:6], ["min", 0, ["-", 2, "k"]], *t[7:]],  # another weight
        lambda t: [*t[:6], 0, *t[7:]],
        lambda t: [*t[:8], ["/", ["*", 0, t[8][1]], t[8][2]]],
        lambda t: [*t[:8], t[7]],  # no chain
        lambda t: [*t[:3], 2, *t[4:]],  # other factors than d = 1..H
        lambda t: [*t[:5], 3, *t[6:]],  # parts longer than the chains
    ],
)
def test_other_sums_are_not_taken_for_this_one(change):
    with pytest.raises((KernelError, TypeError, ValueError)):
        dominant(change)


def test_a_condition_granted_for_another_depth_or_constant_settles_nothing():
    given = [p for p in premises("L2") if p["is"] != "ifzero"]
    conditions = [p for p in premises("L2") if p["is"] == "ifzero"]
    for wrong in (
        [HYPOTHESES["ntk"], HYPOTHESES["not_orthogonal"]],  # of the symbolic depth
        [{**c, "of": ["Sig", 1]} for c in conditions],
        [{**c, "then": [["<=", 0, "r"]]} for c in conditions],
        conditions[:1],
        conditions[1:],
    ):
        with pytest.raises(KernelError):
            rule("nonzero.signs", [*given, *wrong], {"cases": STEPS["no-loss-L2"]["data"]["cases"]})


def test_the_output_needs_its_mask_and_inputs():
    only = STEPS["h-only-L2"]["conclusion"]
    inputs = [assume("inputs_nonzero"), assume("z_nonzero")]
    assert rule("nonzero.product", [only, *inputs])["is"] == "nonzero"
    for hypothesis in inputs:
        with pytest.raises(KernelError):
            rule("nonzero.product", [only, hypothesis])
    # Products of NonZero do not compose: D(j) beside D(i) could be the complement of it.
    entry = {**only["entries"][0]}
    mask_j = next(e for e in STEPS["mask-j-L2"]["conclusion"]["entries"] if e["x"] == ["D", "j"])["y"]
    entry["y"] = ["*", entry["y"], mask_j]
    with pytest.raises(KernelError, match="could be 0"):
        rule("nonzero.product", [{**only, "entries": [entry]}, *inputs])
