"""Attacks on the rules for moments, graphs and special inputs."""

from __future__ import annotations

import pytest
from kernel_documents import assume, conclusion, document, goal, only, rule, step

from verifier.kernel.terms import KernelError


def test_no_rounding_where_unknowns_are_not_integers():
    # 2^{-1} >= 1 would follow from 2^{-1} = 1/2, as an "integer" above 0.
    half = rule("eq.halves", (), {"k": 1})
    data = {"low": 1, "high": ["halves", 1], "where": []}
    for farkas in ([1, 0], [0, 0], [[1, 2], 0], [2, 0]):
        with pytest.raises(KernelError):
            rule("int.linear", [half], {**data, "farkas": farkas})
    assert rule("int.linear", [half], {**data, "low": ["/", 1, 2], "farkas": [1, 0]})["is"] == "int"


def test_inequalities_need_identities_as_premises():
    with pytest.raises((KernelError, KeyError)):
        rule("int.linear", [assume("relu")], {"low": 1, "high": 0, "where": [], "farkas": []})


@pytest.mark.parametrize("value", [["/", 1, 2], True, "s"])
def test_counterexamples_of_every_kind_are_in_integers(value):
    half = rule("eq.halves", (), {"k": 1})
    printed = {"is": "eq", "left": ["halves", "k"], "right": 0, "where": []}
    assert rule("refute.number", [half], {"goal": printed, "instance": {"k": 1}})["is"] == "refuted"
    with pytest.raises(KernelError):
        rule("refute.number", [half], {"goal": {**printed, "where": []}, "instance": {"k": 1, "s": value}})


def test_fixing_a_parameter_names_it():
    zero = rule("zero.degree", [assume("relu")], {"of": "K"})
    assert ["=", "H", 1] in rule("fix", [zero], {"values": {"H": 1}})["where"]
    for values in ({}, {"H": True}, {"H": "L"}, {"H": ["/", 1, 2]}):
        with pytest.raises(KernelError):
            rule("fix", [zero], {"values": values})


def test_combinations_are_of_identities_at_every_size():
    networks = conclusion("lemma4", "networks")
    data = {"left": networks["left"], "right": networks["right"], "multipliers": [1]}
    with pytest.raises(KernelError, match="identities"):
        rule("eq.combination", [networks], data)
    expand = conclusion("lemma4", "expand")
    assert rule("eq.combination", [expand], data)["is"] == "eq"
    for multipliers in ([2], [0], [], [1, 1]):
        with pytest.raises(KernelError):
            rule("eq.combination", [expand], {**data, "multipliers": multipliers})


def test_what_is_almost_surely_zero_is_not_an_identity():
    zero = rule("zero.degree", [assume("relu")], {"of": "K"})
    with pytest.raises(KernelError):
        rule("eq.combination", [zero], {"left": ["+", ["K", "r"], 1], "right": 1, "multipliers": [1]})
    twice = {"left": ["*", 2, ["K", "r"]], "right": 0, "multipliers": [2]}
    assert rule("eq.combination", [zero], twice)["is"] == "zero"


@pytest.mark.parametrize(
    ("name", "data", "needed"),
    [
        ("eq.one_input", {"of": "gram"}, "one_input"), ("zero.orthogonal", {}, "orthogonal"),
        ("zero.antiparallel", {}, "antiparallel"), ("zero.exclusive", {}, "exclusive_masks"),
    ],
)  # fmt: skip
def test_rules_at_special_inputs_need_their_hypothesis(name, data, needed):
    others = [assume(n) for n in ("relu", "m_is_1", "inputs_nonzero", "z_nonzero", "not_antiparallel") if n != needed]
    with pytest.raises(KernelError, match=needed):
        rule(name, others, data)


@pytest.mark.parametrize(
    "pair", [("antiparallel", "not_antiparallel"), ("orthogonal", "not_orthogonal"), ("one_input", "exclusive_masks")]
)
def test_hypotheses_that_exclude_each_other_prove_nothing(pair):
    hypotheses = {name: assume(name) for name in ("relu", *pair)}
    zero = rule("zero.degree", [assume("relu")], {"of": "K"})
    steps = [
        step("h", "hypothesis", [], {"hypothesis": "relu"}, assume("relu")),
        step("z", "zero.degree", ["h"], {"of": "K"}, zero),
    ]
    both = only(document("x", steps, [goal("c", "z", zero, hypotheses)], hypotheses))
    assert both.status == "gap"
    assert "exclude each other" in (both.error or "")
    one = {name: hypotheses[name] for name in ("relu", pair[0])}
    assert only(document("x", steps, [goal("c", "z", zero, one)], hypotheses)).status == "proved"
