"""Corollary 1: what the covariance of a wide hypernetwork depends on.  Supplement, Eq. (63); errata E6, E13."""

from __future__ import annotations

from typing import Any

from sympy import And, Function, symbols

from lemmas import lemma2, theorem2
from lemmas._errata import errata, supplement
from lemmas._forms import LONGER, SIXTY, limit_covariance
from lemmas._kernels import GramCovariance
from lemmas._readings import readings
from verifier.prover import ProofBuilder
from verifier.statement import Claim, Form, Hypothesis, Kind, Statement, Witness
from verifier.verdict import Summary

H, L, l = symbols("H L l", integer=True)
s, a, c, d = symbols("s a c d", real=True)
pair = Function("hh")


def _proof() -> dict[str, Any]:
    used = [lemma.proof for lemma in (lemma2.statement, theorem2.statement) if lemma.proof is not None]
    proof = ProofBuilder("corollary1", used)
    proof.hypothesis("relu")
    process = proof.use("theorem2", "theorem2.process")
    closed = proof.use("lemma2", "lemma2.closed-gram")
    matrices = ["list", ["Gz"], ["Gx"]]
    proof.step(
        "function", "gram.function", (process,), {"arguments": matrices, "domain": "any"},
        note="both recursions start from the Gram matrices and use nothing else",
    )  # fmt: skip
    proof.goal("corollary1.function", "function", ["relu"])

    printed = {
        "is": "function", "of": ["entry", limit_covariance("l"), 1, 2],
        "arguments": ["list", ["entry", ["Gz"], 1, 2], ["entry", ["Gx"], 1, 2]], "domain": "any",
        "where": proof.conclusion(process)["where"],
    }  # fmt: skip
    depth = {"L": 1, "H": 2, "l": 2}
    pairs = {
        "z": ({"Gx": SIXTY, "Gz": SIXTY}, {"Gx": SIXTY, "Gz": LONGER}),
        "x": ({"Gx": SIXTY, "Gz": SIXTY}, {"Gx": LONGER, "Gz": SIXTY}),
    }
    for name, (first, second) in pairs.items():
        instance = {"first": {**depth, **first}, "second": {**depth, **second}}
        proof.step(
            f"norms-{name}", "refute.function", (process, closed), {"goal": printed, "instance": instance},
            note=f"Σ^0(z,z') = S^0(x,x') = 1/2; {name} twice as long, and the off-diagonal entry is .38330, not .22665",
        )  # fmt: skip
        proof.goal("corollary1.printed", f"norms-{name}", ["relu"], form="printed")
    return proof.document()


statement = Statement(
    name="corollary1",
    title="What the limit covariance depends on",
    source=supplement("63", section="4.4"),
    summary="The covariance of the limit is a function of the Gram matrices of x and of z, and of nothing else.",
    claims=(
        Claim(
            "corollary1.printed", Kind.VALUE, pair(H, s, a, c, d), "Λ^l(u,u') = F(Σ^0(z,z'), S^0(x,x')) for 0 < l <= H",
            value=GramCovariance(H, s, 1, c, 1), where=And(H >= 1, a > 0, d > 0), form=Form.PRINTED,
            instead=("corollary1.function",),
            latex=r"\Lambda^l(u,u')=F\big(\Sigma^0(z,z'),S^0(x,x')\big)", errata=("E6", "E13"),
        ),
        Claim(
            "corollary1.function", Kind.VALUE, pair(H, s, a, c, d),
            "Λ^l is a function of the two Gram matrices: at L = 1, S = ((1, s), (s, 1)), Σ^0 = ((a, c), (c, d))",
            value=GramCovariance(H, s, a, c, d), where=And(H >= 1, a > 0, d > 0),
            latex=r"\Lambda^l=F\big(\Sigma^0|_{\{z,z'\}^2},S^0|_{\{x,x'\}^2}\big)", hypotheses=("relu",),
            errata=("E13",),
        ),
    ),
    hypotheses=(
        Hypothesis(
            "relu", "σ is the ReLU",
            Witness(
                "σ = tanh, u = u' of unit norms, L = 1, H = 2: Λ² = 2 E tanh² = .789, not 1 as here.", {},
                "corollary1.function", reproduce="verifier check corollary1 -k activation=tanh",
            ),
            stated=True,
        ),
    ),
    errata=errata("E6", "E13"),
    readings=readings("corollary1"),
    proof=_proof(),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip
