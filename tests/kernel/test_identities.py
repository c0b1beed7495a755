"""The rules for identities and zeros: premises of the wrong kind, indices that do not match, sums cut too early."""

from __future__ import annotations

import pytest
from kernel_documents import assume, conclusion, narrowed, rule

from verifier.kernel.judgments import holds
from verifier.kernel.terms import KernelError, same

PRODUCT = conclusion("lemma3", "product")
ROW = conclusion("lemma3", "row")
ELSEWHERE = [["=", ["kron", "d", ["last", "e"]], 0]]


def test_the_last_layer_is_needed_for_a_term_to_vanish():
    with pytest.raises(KernelError, match="C"):
        rule("zero.factor", [PRODUCT, ROW], {"equations": ELSEWHERE})
    found = rule("zero.factor", [PRODUCT, ROW], {"equations": [*ELSEWHERE, ["=", ["last", "l"], "L"]]})
    assert any(same(c[1], ["last", "l"]) and c[0] == "=" for c in found["where"])


def test_a_factor_with_its_layer_fixed_is_no_way_around():
    # C(2, d, e) = δ(d, e) at L = 2 says nothing of T with l = (1).
    at_two = rule("specialise", [ROW], {"values": {"L": 2}})
    with pytest.raises(KernelError, match="parameters"):
        rule("zero.factor", [PRODUCT, at_two], {"equations": ELSEWHERE})


def test_a_factor_with_a_repeated_index_is_refused():
    twice = rule("specialise", [ROW], {"values": {"e": "d"}})
    with pytest.raises(KernelError, match="repeats"):
        rule("zero.factor", [PRODUCT, twice], {"equations": [*ELSEWHERE, ["=", ["last", "l"], "L"]]})


def test_the_range_of_the_factor_is_that_of_its_own_indices():
    # Known for d = 1 only, it gives T = 0 for d = 1 only, whatever the indices are called.
    equations = [*ELSEWHERE, ["=", ["last", "l"], "L"]]
    renamed = rule("specialise", [ROW], {"values": {"d": "u", "e": "v"}})
    found = rule("zero.factor", [PRODUCT, narrowed(renamed, ["=", "u", 1])], {"equations": equations})
    assert any(same(c[1], "d") and same(c[2], 1) and c[0] == "=" for c in found["where"])


def test_an_equation_not_given_is_not_used():
    for equations in ([], [["=", ["last", "l"], "L"]], [["=", ["last", "l"], "L"], ["=", ["kron", "d", "e"], 0]]):
        with pytest.raises(KernelError):
            rule("zero.factor", [PRODUCT, ROW], {"equations": equations})


SUM = conclusion("lemma4", "expand")
DEGREE = rule("zero.degree", [assume("relu")], {"of": "a"})


def test_parts_beyond_the_degree_are_dropped_once():
    cut = rule("eq.truncate", [SUM, DEGREE])
    assert same(cut["right"][-1][5], "L")
    higher = {**DEGREE, "where": [["<=", ["+", "L", 5], "k"], ["<=", 1, "L"], ["<=", 1, "H"]]}
    with pytest.raises(KernelError, match="bounded"):
        rule("eq.truncate", [cut, higher])


@pytest.mark.parametrize("constraint", [["=", "d", 1], ["<=", "d", 2], ["<=", "k", "r"]])
def test_parts_that_vanish_for_some_factors_only_are_kept(constraint):
    with pytest.raises(KernelError):
        rule("eq.truncate", [SUM, narrowed(DEGREE, constraint)])


def test_another_quantity_that_vanishes_cuts_nothing():
    for of in ("K", "T"):
        with pytest.raises(KernelError):
            rule("eq.truncate", [SUM, rule("zero.degree", [assume("relu")], {"of": of})])
    with pytest.raises(KernelError):  # a(1, k) = 0 is not a(d, k) = 0
        rule("eq.truncate", [SUM, rule("specialise", [DEGREE], {"values": {"d": 1}})])


def test_degrees_are_exact():
    for of, values in (("a", {"k": 2, "L": 2}), ("K", {"r": 4, "H": 2, "L": 2})):
        zero = rule("zero.degree", [assume("relu")], {"of": of})
        assert not holds(zero["where"], {"H": 1, **values})
        assert holds(zero["where"], {"H": 1, **values, **{n: values[n] + 1 for n in ("k", "r") if n in values}})


@pytest.mark.parametrize(
    ("name", "of", "needed"),
    [("eq.series_product", "K", "m_is_1"), ("eq.transfer", "T", "relu"), ("zero.degree", "K", "relu")],
)
def test_hypotheses_of_definitions_are_premises(name, of, needed):
    others = [n for n in ("relu", "m_is_1", "inputs_nonzero") if n != needed]
    with pytest.raises(KernelError, match=needed):
        rule(name, [assume(n) for n in others], {"of": of})
    assert rule(name, [assume(needed)], {"of": of})["left" if name != "zero.degree" else "of"][0] == of


def test_gathering_takes_the_whole_sum_and_the_whole_range():
    spread = conclusion("lemma5", "expand")
    assert same(rule("eq.gather", [spread, PRODUCT])["left"], ["a", "d", "k"])
    for form, term in (
        (PRODUCT, PRODUCT), (spread, spread), (narrowed(spread, ["<=", "k", 2]), PRODUCT),
        (spread, narrowed(PRODUCT, ["=", ["last", "e"], 1])), (SUM, PRODUCT),
        (spread, rule("eq.transfer", [assume("relu")], {"of": "a"})),
    ):  # fmt: skip
        with pytest.raises(KernelError):
            rule("eq.gather", [form, term])


@pytest.mark.parametrize(
    "right",
    [
        # the multinomial factors dropped, one of them dropped, a sum over the inputs' index instead
        lambda right: [*right[:3], [*right[3][:6], ["a", "d", "k"]]],
        lambda right: ["*", ["z", "i"], ["D", "i"], right[3]],
        lambda right: ["*", ["fact", "r"], ["z", "j"], ["D", "i"], right[3]],
        lambda right: ["*", ["fact", "r"], ["z", "i"], ["D", "j"], right[3]],
        lambda right: ["*", 2, *right[1:]],
        lambda right: [*right[:3], [*right[3][:5], "L", right[3][6]]],
    ],
)
def test_lemma_4_with_a_factor_changed_is_no_conclusion(right):
    from verifier.kernel.judgments import matches

    factors = list(SUM["right"])
    flat = ["*", factors[1], factors[2], factors[3]]
    assert flat[3][0] == "comps"
    with pytest.raises(KernelError, match="stated"):
        matches({**SUM, "right": right(flat)}, SUM)
