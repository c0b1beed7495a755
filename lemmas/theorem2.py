"""Theorem 2: hypernetworks as Gaussian processes.  Supplement, Eqs. (52)-(62); errata E6, E15, E17, E21.

Given q^{L-1} the entries of V are exactly iid Gaussian vectors over the inputs, of covariance q·q'/n.  From there on g
is a network with independent Gaussian rows, and the induction of Lemma 2 goes through, for widths in any manner.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import And, Function, Integer, sqrt, symbols

from lemmas import lemma2
from lemmas._errata import errata, supplement
from lemmas._forms import S_OUT, SIXTY, limit_covariance
from lemmas._kernels import HyperCovariance, OutputCovariance
from lemmas._readings import readings
from verifier.prover import ProofBuilder
from verifier.statement import Claim, Form, Hypothesis, Kind, Statement, Witness
from verifier.verdict import Summary

H, L, l, n = symbols("H L l n", integer=True)
angle, z_angle = symbols("angle z_angle", real=True)
unit, pair, activity, fourth = Function("g"), Function("hh"), Function("R"), Function("f4")

LATEX = (
    r"(g^l_i(u),g^l_i(u'))\to_d\mathcal N(0,\Lambda^l),\quad"
    r"\Lambda^l=S\,\Sigma^{l-1},\ \Sigma^l=2E_{\mathcal N(0,\Lambda^l)}[\sigma\sigma]"
)


def _proof() -> dict[str, Any]:
    assert lemma2.statement.proof is not None
    proof = ProofBuilder("theorem2", [lemma2.statement.proof])
    relu = proof.hypothesis("relu")
    closed = proof.use("lemma2", "lemma2.closed-gram")
    outputs = proof.use("lemma2", "lemma2.gram")
    weights = proof.use("lemma2", "lemma2.covariance")
    proof.step("entries", "specialise", (weights,), {"values": {"l": "L"}}, note="V = f(x): its entries, in the limit")
    proof.step(
        "gram", "gram.induction", (relu, outputs),
        {"of": "g", "base": ["Gz"], "step": ["dual_relu", limit_covariance(["+", "v", 1])], "variance": 12},
        note="given q^{L-1} and the layers of g so far, the rows of V^{l+1} are iid of covariance q·q'/n → S^{L-1}",
    )  # fmt: skip
    proof.step(
        "normal", "conv.condgauss", (outputs, "gram"), {"of": "g", "cov": limit_covariance("l")},
        note="given the past, exactly iid Gaussian over units",
    )  # fmt: skip
    proof.goal("theorem2.weights", "entries", ["relu"])
    proof.goal("theorem2.activations", "gram", ["relu"])
    proof.goal("theorem2.process", "normal", ["relu"])

    factor = ["+", 1, ["*", 5, ["inv", ["n", "l"]]]]
    value = ["*", 3, ["^", ["entry", ["Gx"], 1, 1], 2], ["prod", "l", 1, ["-", "L", 1], factor]]
    proof.step(
        "fourth", "moment.output", (relu,), {"half": 2, "value": value},
        note="E[Q_l² | Q_{l-1}] = (1 + 5/n_l) Q_{l-1}² and E[f⁴ | Q_{L-1}] = 3 Q_{L-1}²",
    )  # fmt: skip
    proof.goal("theorem2.fourth", "fourth", ["relu"])

    # Eqs. (53), (61): S^L in the place of S^{L-1}; at l = 1 the recursion has not begun.
    true, instance = proof.conclusion("normal"), {"L": 1, "H": 1, "Gx": SIXTY, "Gz": SIXTY}
    process = {**true, "of": ["G", "L", 1], "cov": ["*", ["S", "L"], ["Gz"]], "where": [["<=", 1, "L"], ["<=", 1, "H"]]}
    proof.step("first", "specialise", ("normal",), {"values": {"l": 1}})
    proof.step(
        "index", "refute.value", ("first", closed), {"goal": process, "instance": instance},
        note="L = H = 1, both angles 60°: Λ^1 = 1/2·1/2, and S^1 Σ^0 = .609/2",
    )  # fmt: skip
    proof.goal("theorem2.printed", "index", ["relu"], form="printed")
    entries = {**proof.conclusion("entries"), "cov": ["S", "L"], "where": [["<=", 1, "L"]]}
    proof.step(
        "weights-index", "refute.value", ("entries", closed),
        {"goal": entries, "instance": {"L": 1, "Gx": SIXTY}}, note="Eq. (56) at L = 1: 1/2 against .609",
    )  # fmt: skip
    proof.goal("theorem2.printed-weights", "weights-index", ["relu"], form="printed")
    # Eq. (60) with √2, whatever S is: with S^{L-1} here, so that the factor alone is at fault.
    root = ["*", ["sqrt", 2], ["/", ["dual_relu", ["*", S_OUT, ["Gz"]]], 2]]
    step = {
        "is": "plim", "of": ["GGram", "L", 1], "to": root, "as": ["n", "m"], "where": [["<=", 1, "L"], ["<=", 2, "H"]],
    }  # fmt: skip
    proof.step(
        "root", "refute.value", ("gram", closed), {"goal": step, "instance": {**instance, "H": 2, "v": 1}},
        note="one input: 2 E σ² = 1 and √2 E σ² = .707",
    )  # fmt: skip
    proof.goal("theorem2.printed-root", "root", ["relu"], form="printed")
    return proof.document()


statement = Statement(
    name="theorem2",
    title="Hypernetworks as Gaussian processes",
    source=supplement("52", "53", "54", "55", "56", "60", section="4.4"),
    summary="The layers of g converge to Gaussian processes of covariance S^{L-1} Σ^{l-1}, in any order of limits.",
    claims=(
        Claim(
            "theorem2.printed", Kind.LAW, pair(H, L), "g^l → a Gaussian process of covariance S^L Σ^{l-1}",
            value=HyperCovariance(H, L + 1, angle, z_angle), where=And(L >= 1, H >= 1), form=Form.PRINTED,
            instead=("theorem2.process",),
            latex=LATEX.replace("S\\,", "S^L\\,"), errata=("E6",),
        ),
        Claim(
            "theorem2.printed-weights", Kind.LAW, Function("V")(L), "(V_ij(x), V_ij(x')) → N(0, S^L)",
            value=OutputCovariance(L + 1, angle), where=L >= 1, form=Form.PRINTED,
            instead=("theorem2.weights",),
            errata=("E6", "E18"),
        ),
        Claim(
            "theorem2.printed-root", Kind.VALUE, activity(1), "Σ^l = √2 E_{N(0,Λ^l)}[σσ], Eq. (60); .707 at one input",
            value=sqrt(2) / 2, where=And(L >= 1, H >= 2), form=Form.PRINTED,
            instead=("theorem2.activations",),
            errata=("E17",),
        ),
        Claim(
            "theorem2.weights", Kind.LAW, Function("V")(L),
            "the entries of V converge to independent Gaussian processes of covariance S^{L-1}",
            value=OutputCovariance(L, angle), where=L >= 1, hypotheses=("relu",), errata=("E6", "E15", "E18"),
        ),
        Claim(
            "theorem2.activations", Kind.CONSTANT, activity(l), "a^l·a'^l/m_l → Σ^l = 2 E_{N(0,Λ^l)}[σσ]; 1 at u = u'",
            value=Integer(1), where=And(l >= 0, l <= H - 1, L >= 1), hypotheses=("relu",), errata=("E17",),
        ),
        Claim(
            "theorem2.process", Kind.LAW, pair(H, L),
            "the units of g^l converge jointly to independent Gaussian processes of covariance Λ^l = S^{L-1} Σ^{l-1}, "
            "for widths n, m → ∞ in any manner, depths fixed",
            value=HyperCovariance(H, L, angle, z_angle), where=And(L >= 1, H >= 1), latex=LATEX,
            hypotheses=("relu", "widths_grow"), errata=("E6", "E17", "E21"),
        ),
        Claim(
            "theorem2.fourth", Kind.VALUE, fourth(L), "E f⁴ = 3 Π_{l<L} (1 + 5/n_l) (|x|²/n_0)² at all finite widths",
            value=3 * (1 + 5 / n) ** (L - 1), where=And(L >= 1, n >= 1), hypotheses=("relu",), errata=("E21",),
            latex=r"E f^4=3(1+5/n)^{L-1}",
        ),
    ),
    hypotheses=(
        Hypothesis(
            "relu", "σ is the ReLU",
            Witness(
                "σ = tanh: the covariance of f at one input of variance 1 and L = 2 is 2 E tanh² = .789, not 1; so is "
                "Σ^1.",
                {}, "theorem2.activations", reproduce="verifier check theorem2 -k activation=tanh",
            ),
            stated=True,
        ),
        Hypothesis(
            "widths_grow", "n → ∞ and m → ∞ at fixed depths L and H",
            Witness(
                "n = L - 1 → ∞: E f⁴ = 3 (1 + 5/n)^{n} → 3 e⁵, which is not 3 as for a Gaussian.",
                {"L": 9, "n": 8}, "theorem2.process", proof="theorem2.fourth",
            ), errata=("E21",),
            stated=True,
        ),
    ),
    errata=errata("E6", "E15", "E17", "E18", "E21"),
    readings=readings("theorem2"),
    proof=_proof(),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip


def hypotheses_violated(parameters: Mapping[str, Any]) -> list[str]:
    """The ids of the hypotheses that fail at a cell's parameters: depths must be small against the width n."""
    width = parameters.get("n")
    return ["widths_grow"] if width is not None and int(parameters["L"]) > int(width) else []
