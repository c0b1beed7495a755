"""Integer statements by induction: twins that are false, false beyond the enumerated box, or not of integers."""

from __future__ import annotations

from itertools import product

import pytest
from kernel_documents import conclusion, real_document, rule

from verifier.kernel.integers import check_farkas, fold_obligations, ge
from verifier.kernel.terms import KernelError, constant, substitute
from verifier.prover import induction

FOLD = {
    "is": "fold", "count": "H", "most": "L", "total": "r",
    "weight": ["k", ["min", 0, ["-", 1, "k"]]], "value": ["min", 0, ["-", "H", "r"]],
}  # fmt: skip
CASES = [
    {"lo": 0, "hi": 0, "a": 0},
    {"lo": 1, "hi": ["+", "P", 1], "a": 1},
    {"lo": ["+", "P", 2], "hi": ["+", "P", "L"], "a": ["-", "r", "P"]},
]
DATA = next(s for s in real_document("theorem1")["steps"] if s["id"] == "best")["data"]
REFUSED = (KernelError, AssertionError)  # an AssertionError would be the enumeration's; no twin may need it


def attempt(claim=None, cases=None, **fields):
    """The induction rule with the data the prover finds, or with the given multipliers."""
    claim = {**FOLD, **(claim or {})}
    data = {**induction(claim, cases or CASES), **fields}
    return rule("int.induction", (), data)


def test_the_statement_of_theorem_1_is_accepted_and_true_on_a_larger_box():
    found = attempt()
    assert found["value"] == FOLD["value"]
    for parts, most in product(range(1, 7), range(1, 6)):
        best = [None] * (parts * most + 1)
        best[0] = 0
        tail = [0] + [None] * (parts * most)
        for _ in range(parts):  # dynamic programming over the parts, not the kernel's enumeration
            fresh = [None] * len(tail)
            for total, value in enumerate(tail):
                for k in range(most + 1) if value is not None else ():
                    if total + k < len(fresh):
                        reached = value - max(k - 1, 0)
                        fresh[total + k] = reached if fresh[total + k] is None else max(fresh[total + k], reached)
            tail = fresh
        for total, value in enumerate(tail):
            values = {"H": parts, "L": most, "r": total}
            assert constant(substitute(found["value"], values)) == value, values


@pytest.mark.parametrize(
    "value",
    [
        ["min", 0, ["-", ["+", "H", 1], "r"]],  # exponent off by one
        ["min", 0, ["-", "H", "r", 1]],
        ["-", "H", "r"],
        ["min", 0, ["-", "L", "r"]],
        ["min", 0, ["-", 1, "r"]],
        ["min", 0, ["-", "H", ["*", 2, "r"]]],
        0,
    ],
)
def test_false_values_are_refused_by_the_multipliers(value):
    with pytest.raises(KernelError):
        attempt({"value": value})
    stated = {**DATA, "claim": {**DATA["claim"], "value": value}}
    with pytest.raises(KernelError):
        rule("int.induction", (), stated)


def test_the_sum_in_place_of_the_greatest_summand_is_refused():
    for weight in (["-", 1, "k"], ["-", 0, "k"], ["min", 1, ["-", 1, "k"]]):
        with pytest.raises(KernelError):
            attempt({"weight": ["k", weight]})


@pytest.mark.parametrize(
    "cases",
    [
        [],
        CASES[:2],  # the end P + 1 < r <= P + L left out: parts unbounded, L forgotten
        CASES[1:],
        [CASES[0], {**CASES[1], "lo": 2}, CASES[2]],  # a hole at r = 1
        [CASES[0], CASES[2]],
        [CASES[0], CASES[1], {**CASES[2], "hi": "r"}],
        [CASES[0], CASES[1], {**CASES[2], "lo": ["+", "P", 3]}],
    ],
)
def test_a_hole_in_the_cases_is_refused(cases):
    with pytest.raises(KernelError):
        rule("int.induction", (), {**DATA, "cases": cases})
    with pytest.raises(KernelError):
        attempt(cases=cases or [{"lo": 1, "hi": 0, "a": 0}])


@pytest.mark.parametrize("a", [0, 1, "r", ["-", "r", 1], ["+", ["-", "r", "P"], 1], "L", ["-", 0, 1], "P"])
def test_a_witness_outside_its_range_is_refused(a):
    with pytest.raises(KernelError):
        attempt(cases=[*CASES[:2], {**CASES[2], "a": a}])


def test_the_invariant_of_the_product_is_used_and_checked():
    # Without P >= H, P = 0 with H = 5, L = r = 3 passes a false bound.
    facts = next(fact for fact, _ in fold_obligations(FOLD, CASES)["upper"])
    invariant = ge("P", "H")
    assert invariant in facts
    dropped = [i for i, fact in enumerate(facts) if fact == invariant]
    used = [m for group in ("upper", "inside") for m in DATA[group] if any(m[i] for i in dropped if i < len(m))]
    used += [e["farkas"] for e in DATA["lower"] if any(e["farkas"][i] for i in dropped)]
    assert used, "the proof does not lean on the invariant"
    for group in ("upper", "inside", "invariant"):
        for number, multipliers in enumerate(DATA[group]):
            without = [0 if i in dropped else m for i, m in enumerate(multipliers)]
            if without != multipliers:
                changed = [*DATA[group][:number], without, *DATA[group][number + 1 :]]
                with pytest.raises(KernelError):
                    rule("int.induction", (), {**DATA, group: changed})
    for group in ("upper", "inside", "invariant", "lower"):
        with pytest.raises(KernelError):
            rule("int.induction", (), {**DATA, group: DATA[group][:-1]})


def test_multipliers_are_re_checked():
    obligation = ([ge("x", 1), ge("y", 2)], ge(["+", "x", "y"], 3))
    check_farkas(obligation, [1, 1], "good")
    short = ([1, 0], [1], [1, 1, 0], [2, 1], [1, -1])
    odd = ([True, True], [1, [1, 0]], [1, [-1, 1]], [1.0, 1.0], ["1", 1])
    for wrong in (*short, *odd):
        with pytest.raises(KernelError):
            check_farkas(obligation, wrong, "wrong")
    check_farkas(([ge(["*", 2, "x"], 1)], ge("x", 1)), [[1, 2]], "integers")  # 2x >= 1, so x >= 1
    with pytest.raises(KernelError):
        check_farkas(([ge(["*", 2, "x"], 1)], ge(["/", "x", 2], ["/", 1, 2])), [[1, 4]], "x/2 >= 1/4 is not 1/2")


def test_an_integer_statement_true_only_on_the_enumerated_box_is_refused():
    # (H-1)(H-2)(H-3) is 0 for H <= 3, and at H = 1 the statement is the right one.
    extra = ["*", ["-", "H", 1], ["-", "H", 2], ["-", "H", 3]]
    claim = {"value": ["min", 0, ["+", ["-", "H", "r"], extra]]}
    with pytest.raises(KernelError):
        attempt(claim)
    with pytest.raises(KernelError, match="multipliers"):
        rule("int.induction", (), {**DATA, "claim": {**DATA["claim"], **claim}})


def test_a_witness_between_the_integers_is_refused():
    # Weight 0, -1, -3, ...: at H = 2, r = 1 the best is -1, but halves would give 0.  Every multiplier is found.
    claim = {"weight": ["k", ["min", 0, ["-", 1, ["*", 2, "k"]]]], "value": ["min", 0, ["-", "H", ["*", 2, "r"]]]}
    cases = [
        {"lo": 0, "hi": 0, "a": 0},
        {"lo": 1, "hi": "P", "a": ["/", 1, 2]},
        {"lo": ["+", "P", 1], "hi": ["+", "P", "L"], "a": ["-", "r", "P"]},
    ]
    with pytest.raises(KernelError, match="integers"):
        attempt(claim, cases)


def test_cases_between_the_integers_leave_a_hole():
    for low, high in ((["/", 1, 2], ["/", 3, 2]), (["/", "H", 2], ["+", ["/", "H", 2], 1])):
        cases = [{"lo": 0, "hi": low, "a": 0}, {**CASES[1], "lo": high}, CASES[2]]
        with pytest.raises(KernelError):
            attempt(cases=cases)


def test_rounding_is_for_integers():
    # With weight (1 - k)/2 the sum need not be an integer, and "> -1" is not ">= 0".
    half = {"weight": ["k", ["min", 0, ["/", ["-", 1, "k"], 2]]], "value": ["min", 0, ["/", ["-", "H", "r"], 2]]}
    with pytest.raises(KernelError, match="integers"):
        attempt(half)


@pytest.mark.parametrize(
    "names",
    [
        {"count": "P"}, {"most": "W"}, {"total": "V"}, {"total": "a"}, {"weight": ["a", ["min", 0, ["-", 1, "a"]]]},
        {"most": "H"}, {"most": "r"}, {"total": "H"}, {"most": ["+", "H", 1]}, {"count": 3}, {"total": 2},
        {"weight": ["k", ["min", 0, ["-", "H", "k"]]]}, {"weight": ["k", ["min", 0, ["-", 1, "k", "q"]]]},
        {"value": ["min", 0, ["-", "H", "r"], "q"]}, {"most": True}, {"weight": ["H", ["min", 0, ["-", 1, "H"]]]},
        {"weight": ["k", ["f", "i", "k"]]}, {"weight": ["k", ["max", 0, ["-", 1, "k"]]]},
        {"value": ["max", 0, ["-", "H", "r"]]},
    ],
)  # fmt: skip
def test_a_fold_is_over_its_own_named_parameters(names):
    renamed = {**FOLD, **names}
    with pytest.raises((*REFUSED, TypeError)):
        rule("int.induction", (), {**DATA, "claim": renamed})
    with pytest.raises((*REFUSED, TypeError, ValueError)):
        attempt(names)


def test_the_step_is_the_one_that_theorem_1_uses():
    assert conclusion("theorem1", "best")["value"] == FOLD["value"]
