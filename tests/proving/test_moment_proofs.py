"""Proofs that rest on moments and graphs: closed, checked anew, computed again; and values that are not provable."""

from __future__ import annotations

import json
from itertools import islice

import network_identities as networks
import pytest

import verifier.kernel.theory  # noqa: F401
from lemmas import _proof_dyer_gur_ari as study
from lemmas import _proof_moments as moments
from lemmas import _proof_section3 as section3
from lemmas._moment_facts import F1, N, covered, equal_widths, leaf, n, ratio, rho
from verifier.engines.again import computed_again
from verifier.exact.cluster import cluster_graphs
from verifier.kernel.core import check, documents
from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import app, le, num
from verifier.kernel.theory.writing import plus, times
from verifier.proving.tactics import Prover

I = app("inv", n)


def _some_of_section3(p):
    return {
        "exponent": [section3.exponent(p)], "stronger": [section3.stronger(p)], "mean": [section3.odd_mean(p)],
        "conjecture": [section3.not_always_one(p, 4), section3.not_always_one(p, 0)],
        "not stronger": [section3.not_stronger(p)], "tight": [section3.tight(p, 2, 3)],
    }  # fmt: skip


def _some_of_the_study(p):
    general = study._tightness(p)
    (star,) = (g for g in cluster_graphs(3, 2) if max(d for d in _degrees(g)) == 2 and len(g.edges) == 2)
    (triangle,) = (g for g in cluster_graphs(3, 3) if len(g.edges) == 3)
    return {
        "bound": [study.as_written(p), *study.bound(p)],
        "tight": [study.at_depth(p, study.DEEP, lambda known: [study.tight(p, known, star, general)])],
        "loose": [study.at_depth(p, study.LAYERS, lambda known: [study.loose(p, known, triangle)])],
    }


def _degrees(graph):
    return [sum(k for u, v, k in graph.edges if w in (u, v)) for w in range(graph.vertices)]


def _some_networks(p):
    parts = (networks.layer_terms, networks.compositions, networks.tuples)
    return {part.__name__: list(islice(part(p), 5)) for part in parts}


EXACT = ("exponent", "stronger", "mean", "conjecture", "not stronger")
PROOFS = {
    "lemma3": (moments.prove_lemma3, {"joint-mean": "proved", "joint-square": "proved"}),
    "theorem2": (moments.prove_theorem2, {"fourth": "proved"}),
    "theorem3": (moments.prove_theorem3, {}),
    "relu_law": (moments.prove_relu_law, {"law": "proved", "dead": "proved"}),
    "section3": (
        _some_of_section3,
        dict.fromkeys(("exponent", "stronger", "mean", "conjecture", "not stronger"), "proved"),
    ),
    "study": (_some_of_the_study, {"bound": "proved"}),
    "networks": (_some_networks, {}),
}


@pytest.mark.parametrize("name", PROOFS)
def test_every_fact_is_closed_checked_anew_and_computed_again(name):
    prove, proved = PROOFS[name]
    p = Prover(name)
    for claim, facts in prove(p).items():
        for fact in facts:
            assert not fact.theorem.hyps
            assert not fact.prop.free
            p.goal(claim, fact)
            certified = any(r.mark == "computed" for r in fact.theorem.rests)
            assert {r.mark for r in fact.theorem.rests} <= {"computed", "definition", "theorem"}
            assert certified != (proved.get(claim.rpartition(".")[2], "certified") == "proved"), claim
    document = documents.read(documents.load(json.dumps(p.document())))
    result = check.check(document)
    assert result.failed == ""
    assert [goal.error for goal in result.goals if goal.error] == []
    again = computed_again(document, json.loads(json.dumps(p.requests())))
    assert [found.gap for found in again if found.gap] == []


def test_what_is_proved_by_rows_is_what_the_engine_computes():
    """E n² T^{(1,2,3)} and E (n² T^{(1,2,3)})², two ways; and E f⁴."""
    p = Prover("twice")
    chain = leaf((1, 2, 3), (1, 1, 1))
    square = times(48, plus(1, times(5, I)), plus(1, times(5, I)))
    for power, value in ((1, num(4)), (2, square)):
        by_rows, computed = moments.joint(p, power, value), equal_widths(p, [chain] * power, 3, 2 * power, value)
        assert key(by_rows.prop) == key(computed.prop)
        assert "computed" not in {r.mark for r in by_rows.theorem.rests}
        assert "computed" in {r.mark for r in computed.theorem.rests}


@pytest.mark.parametrize(
    ("of", "power", "value"),
    [
        ([F1, leaf((1, 2), (1, 1))], 1, times(2, plus(1, times(3, I)))),  # a wrong coefficient
        ([F1, ["S", 2]], 1, plus(8, times(28, I))),  # the two orders of (l_1, l_2) counted once: no 2 = 2!
        ([F1, ["S", 2]], 1, num(12)),  # one limit after the other
        ([leaf((2, 3), (2, 1))] * 2, 2, num(0)),  # the printed δ(d_1 = … = d_k = d)
        ([leaf((1, 2), (1, 2))] * 2, 2, times(8, I)),  # the leading term alone
        ([F1, leaf((1, 3), (1, 1))], 2, times(4, plus(1, times(2, I)))),  # in other units
    ],
)
def test_other_values_are_not_proved(of, power, value):
    with pytest.raises(Refused, match="no linear argument"):
        equal_widths(Prover("twin"), of, 3, power, value)


def test_the_value_at_equal_widths_is_not_that_at_separate_ones():
    """At ρ = 1 the slope is 4 + 8/n: it is not proved for every ρ."""
    with pytest.raises(Refused):
        ratio(Prover("twin"), [F1, leaf((1, 3), (1, 1))], 1, plus(4, times(8, app("inv", app(N, 2)))))
    with pytest.raises(Refused):
        ratio(Prover("twin"), [F1, leaf((1, 3), (1, 1))], 1, plus(times(2, rho), times(8, rho, app("inv", app(N, 2)))))


def test_a_range_is_covered_only_by_facts_on_all_of_it():
    """The order of E (K^(r))² at one size says nothing of another."""
    p = Prover("twin")
    fact = moments.square(p, 1, 2, 1)
    m = section3.r
    with p.given(le(1, m), le(m, 2)), pytest.raises(Refused):
        covered(p, app("exact_rms", app("K", moments.phi, 1, 1, 2, m, moments.x, moments.x, 1, 1), 0), [(m, 1, 2)],
                lambda values: fact)  # fmt: skip
