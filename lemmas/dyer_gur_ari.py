"""The conjecture of Dyer and Gur-Ari on the size of correlation functions, at one input of a ReLU or linear network.

E. Dyer and G. Gur-Ari, "Asymptotics of wide networks from Feynman diagrams", arXiv:1909.11304: E C = O(n^{s_C}).
Supplement, Section 3; erratum E11.
"""

from __future__ import annotations

from typing import Any

from sympy import And, Function, Integer, floor, symbols

from lemmas import relu_law
from lemmas._errata import errata, supplement
from lemmas._readings import readings
from lemmas._walks import find_walk
from verifier.exact.cluster import study_graphs
from verifier.kernel.graphs import LARGEST_SEARCH, exponent_of
from verifier.prover import ProofBuilder
from verifier.statement import Claim, Form, Hypothesis, Kind, Statement, Witness
from verifier.verdict import Summary

C, s_C, T = Function("C"), Function("s_C"), Function("T")
r, L, m, n_e, n_o, gap = symbols("r L m n_e n_o gap", integer=True)

GRANTED = ["relu", "one_input", "equal_widths"]


def graphs() -> dict[str, list[Any]]:
    """The 376 graphs of the study: tight ones with walks, and the others, as [factors, [[u, v], ...]]."""
    tight, walks, loose = [], [], []
    for graph in study_graphs():
        pairs = graph.pairs()
        walk = find_walk(graph.vertices, pairs, -exponent_of(graph.vertices, pairs)[0] // 2)
        written = [graph.vertices, [list(pair) for pair in pairs]]
        if walk is None:
            loose.append(written)
        else:
            tight.append(written)
            walks.append(walk)
    return {"tight": tight, "walks": walks, "loose": loose}


STUDY = graphs()
#: so many layers hold all contractions of a shortest walk of the loose graphs that are searched
LAYERS = 6


def star_exponents(proof: ProofBuilder) -> list[str]:
    """s_C of T^r for r = 2s and for r = 2s + 1: -s both times."""
    found = []
    for parity, name in ((0, "even"), (1, "odd")):
        proof.step(f"count-{name}", "eq.star_clusters", (), {"parity": parity})
        left = ["sC", ["+", ["*", 2, "s"], parity]]
        data = {"left": left, "right": ["-", "s"], "multipliers": [1]}
        found.append(proof.step(f"exponent-{name}", "eq.combination", (f"count-{name}",), data))
    return found


def stronger(proof: ProofBuilder, even: str, odd: str) -> list[str]:
    """-(r - 1) < s_C for r >= 3: r = 2s with s >= 2, and r = 2s + 1 with s >= 1."""
    return [
        proof.step(
            f"stronger-{name}", "int.linear", (premise,),
            {"low": ["-", 2, order], "high": ["sC", order], "where": [["<=", least, "s"]], "farkas": [1, 1, 0]},
        )
        for name, premise, order, least in (
            ("even", even, ["*", 2, "s"], 2), ("odd", odd, ["+", ["*", 2, "s"], 1], 1),
        )
    ]  # fmt: skip


def _proof() -> dict[str, Any]:
    document = relu_law.statement.proof
    assert document is not None
    proof = ProofBuilder("dyer_gur_ari", [document])
    hypotheses = [proof.hypothesis(name) for name in GRANTED]
    law = proof.use("relu_law", "relu_law.law")
    proof.step(
        "bound", "scale.clusters", (*hypotheses, law), {"farkas": [[1, 1], 0, 2, 1]},
        note="a walk starts with m/2 components, a swap merges two, and no odd cluster stays alone",
    )  # fmt: skip
    data = {"graphs": STUDY["tight"], "walks": STUDY["walks"]}
    proof.step("walks", "tight.walks", (*hypotheses, "bound"), data, note="one walk of -s_C swaps for each graph")
    proof.goal("dyer_gur_ari.bound", "bound", GRANTED)
    proof.goal("dyer_gur_ari.tight", "walks", GRANTED)

    searched = [g for g in STUDY["loose"] if len(g[1]) <= LARGEST_SEARCH[g[0]]]
    by_gap: dict[int, list[Any]] = {}
    for graph in searched:
        by_gap.setdefault(_gap(graph), []).append(graph)
    for drop, listed in sorted(by_gap.items()):
        conclusion = {"is": "loose", "graphs": listed, "gap": drop, "where": [["<=", LAYERS, "L"]]}
        name = f"search-{drop}"
        proof.stated(name, "loose.search", hypotheses, {"graphs": listed, "gap": drop, "L": LAYERS}, conclusion)
        proof.goal("dyer_gur_ari.loose", name, GRANTED)

    even, odd = star_exponents(proof)
    proof.goal("dyer_gur_ari.star-exponent", even)
    proof.goal("dyer_gur_ari.star-exponent", odd)
    for step in stronger(proof, even, odd):
        proof.goal("dyer_gur_ari.stronger", step)
    return proof.document()


def _gap(graph: list[Any]) -> int:
    pairs = [(u, v) for u, v in graph[1]]
    drop, swaps = 0, -exponent_of(graph[0], pairs)[0] // 2
    while find_walk(graph[0], pairs, swaps + drop) is None:
        drop += 1
    return drop


statement = Statement(
    name="dyer_gur_ari", label="Dyer and Gur-Ari",
    title="The conjecture of Dyer and Gur-Ari, case by case",
    source=supplement("2", "3", section="3"),
    summary="E C = O(n^{s_C}) for every correlation function at one input; which of the 376 smallest attain it.",
    claims=(
        Claim(
            "dyer_gur_ari.bound", Kind.UPPER, C(n_e, n_o, m),
            "E C = O(n^{s_C}) and √E C² = O(n^{s_C}), s_C = n_e + (n_o - m)/2, for every correlation function at one "
            "input: n_e, n_o clusters of even and odd size among m factors",
            exponent=n_e + (n_o - m) / Integer(2), where=And(m >= 1, n_e >= 0, n_o >= 0),
            latex=r"\mathbb E\,C=O(n^{s_C}),\quad s_C=n_e+\tfrac{n_o-m}{2}", hypotheses=tuple(GRANTED),
        ),
        Claim(
            "dyer_gur_ari.tight", Kind.INTEGER, C(m), "√E C² has the order n^{s_C} exactly: 222 of the 376 graphs",
            value=Integer(len(STUDY["tight"])), where=L >= 7, hypotheses=tuple(GRANTED),
        ),
        Claim(
            "dyer_gur_ari.loose", Kind.INTEGER, C(m, gap),
            "√E C² is of order n^{s_C - 1} (153 graphs) or n^{s_C - 2} (the star T^5): here those with few "
            "contractions, for L >= 6; all of them by verifier conjecture",
            value=Integer(len(STUDY["loose"])), hypotheses=tuple(GRANTED),
        ),
        Claim(
            "dyer_gur_ari.star-exponent", Kind.INTEGER, s_C(r), "s_C of the star T^r is -⌊r/2⌋",
            value=-floor(r / Integer(2)), where=r >= 0, latex=r"s_C(T^r)=-\lfloor r/2\rfloor", errata=("E11",),
        ),
        Claim(
            "dyer_gur_ari.stronger", Kind.INTEGER, s_C(r) + r - 1,
            "T^r ~ n^{-(r-1)} is stronger than the conjecture for every r >= 3", where=r >= 3, errata=("E11",),
        ),
    ),
    hypotheses=(
        Hypothesis(
            "relu", "σ is the ReLU (or the identity)",
            Witness(
                "tanh: T^3 has order n^{-1} = n^{s_C}, so that what is loose for ReLU is tight there.", {},
                "dyer_gur_ari.loose", reproduce="verifier check section3 -k activation=tanh",
            ),
            errata=("E10",),
            stated=True,
        ),
        Hypothesis(
            "one_input", "all factors at one input",
            Witness(
                "Orthogonal inputs, L = 2: T^2(x_i; x_j, x_j) = 0, a graph that is tight at one input.",
                {"L": 2, "angle": 90}, "dyer_gur_ari.tight",
                reproduce='verifier check section3 --angle 90 -k "L=2,angle=90"',
            ), errata=("E9",),
        ),
        Hypothesis(
            "equal_widths", "all hidden widths are n",
            Witness(
                "L = 3, n_2 = n, n_1 = √n: √E (T^2)² contains a multiple of 1/n_1 and is above n^{s_C} = n^{-1}.",
                {"L": 3}, "dyer_gur_ari.bound",
                reproduce='verifier exact "T(2)" --depth 3 --moment 2 --widths separate',
            ),
        ),
    ),
    errata=errata("E10", "E11"),
    readings=readings("dyer_gur_ari"),
    proof=_proof(),
    expected={Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip
