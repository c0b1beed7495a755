"""Remark 1: Fourier features in front of the implicit network.  Supplement, Eqs. (64), (65); errata E13, E23."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import And, Function, Rational, exp, symbols

from lemmas import lemma2, theorem2
from lemmas._errata import errata, supplement
from lemmas._forms import LONGER, SIXTY, limit_covariance
from lemmas._kernels import GramCovariance
from lemmas._readings import readings
from verifier.prover import ProofBuilder
from verifier.statement import Claim, Form, Hypothesis, Kind, Statement, Witness
from verifier.verdict import Summary

H, L, k = symbols("H L k", integer=True)
distance, s = symbols("distance s", real=True)
features, pair = Function("pp"), Function("hp")

limit = exp(-(distance**2) / 2) / 2
LATEX = r"\frac1k\sum_i\cos(W_i^\top z+b_i)\cos(W_i^\top z'+b_i)\to\tfrac12\exp(-\|z-z'\|^2/2),\quad k\to\infty"
Z, ZP = {"v": {"z": 1}, "b": 1}, {"v": {"zp": 1}, "b": 1}
#: Gram matrices of features with 1/2 on the diagonal and exp(-|z-z'|²/2)/2 = 1/4 beside it, |z-z'|² = 2 log 2
FOURIER = [[[1, 2], [1, 4]], [[1, 4], [1, 2]]]


def _proof() -> dict[str, Any]:
    used = [lemma.proof for lemma in (lemma2.statement, theorem2.statement) if lemma.proof is not None]
    proof = ProofBuilder("remark1", used)
    many = proof.hypothesis("many_features")
    proof.hypothesis("relu")
    process = proof.use("theorem2", "theorem2.process")
    closed = proof.use("lemma2", "lemma2.closed-gram")
    proof.step(
        "mean", "expect.fourier", (), {"angles": [Z, ZP]},
        note="2 cos A cos B = cos(A-B) + cos(A+B); the phase averages the second to 0; E cos(W·v) = exp(-|v|²/2)",
    )  # fmt: skip
    proof.step("norm", "expect.fourier", (), {"angles": [Z, Z]}, note="the same at z = z': 1/2")
    proof.step("limit", "plim.features", (many, "mean"), {}, note="k iid bounded terms")
    proof.step("diagonal", "plim.features", (many, "norm"), {})
    for form in ("printed", "amended"):
        proof.goal("remark1.printed-constant" if form == "printed" else "remark1.constant", "limit",
                   ["many_features"], form=form)  # fmt: skip
    proof.goal("remark1.norm", "diagonal", ["many_features"])
    arguments = ["list", ["entry", ["Gz"], 1, 2], ["Gx"]]
    proof.step("function", "gram.function", (process, "diagonal"), {"arguments": arguments, "domain": "fourier"})
    proof.goal("remark1.function", "function", ["many_features", "relu"])

    one = {
        "k": 1, "z": 0, "zp": 0, "draws": [[[0, 0]], [[0, [1, 2]]]],
    }  # fmt: skip
    fixed = {"is": "constant", "of": ["features", 1, 0, 1, 0, 1, 1], "where": [["<=", 1, "k"]]}
    proof.step(
        "one-feature", "refute.constant", (), {"goal": fixed, "instance": one},
        note="k = 1, z = z' = 0: cos² b is 1 at b = 0 and 0 at b = π/2",
    )  # fmt: skip
    proof.goal("remark1.printed-finite", "one-feature", form="printed")

    exponential = ["entry", ["Gz"], 1, 2]
    covariance, where = limit_covariance("l"), proof.conclusion(process)["where"]
    claim = {"is": "function", "domain": "fourier", "where": where}
    output = {**claim, "of": ["entry", covariance, 1, 2],
              "arguments": ["list", exponential, ["entry", ["S", ["-", "L", 1]], 1, 2]]}  # fmt: skip
    literal = {**claim, "of": covariance, "arguments": ["list", exponential, ["entry", ["S", "L"], 1, 2]]}
    cases = {
        "output": (output, {"L": 1, "H": 2, "l": 2}, SIXTY, LONGER, "S(x,x') = 1/2 as covariance of the outputs"),
        "literal": (literal, {"L": 1, "H": 1, "l": 1}, [[1, 0], [0, 1]], [[4, 0], [0, [1, 4]]], "S^1(x,x') = 1/π"),
    }
    for name, (goal, depth, first, second, what) in cases.items():
        both = {"first": {**depth, "Gx": first, "Gz": FOURIER}, "second": {**depth, "Gx": second, "Gz": FOURIER}}
        proof.step(
            f"norms-{name}", "refute.function", (process, closed), {"goal": goal, "instance": both},
            note=f"{what} at both, |z-z'| the same; the lengths of x differ, and so does Λ",
        )  # fmt: skip
        proof.goal("remark1.printed", f"norms-{name}", ["relu"], form="printed")
    return proof.document()


statement = Statement(
    name="remark1",
    title="Fourier features",
    source=supplement("64", "65", section="4.4"),
    summary="With k random Fourier features of z, Σ^0 tends to exp(-|z-z'|²/2)/2 as k → ∞.",
    claims=(
        Claim(
            "remark1.printed", Kind.VALUE, pair(H, s, distance),
            "Λ^H(u,u') is a function of exp(-|z-z'|²/2) and S^L(x,x')",
            where=H >= 1, form=Form.PRINTED,
            instead=("remark1.function",),
            errata=("E6", "E13"),
        ),
        Claim(
            "remark1.printed-finite", Kind.VALUE, features(k),
            "for k features, Σ^0(p(z),p(z')) is a function of z and z'", value=limit, where=k >= 1, form=Form.PRINTED,
            instead=("remark1.constant",),
            errata=("E13",),
        ),
        Claim(
            "remark1.printed-constant", Kind.CONSTANT, features(k), "lim Σ^0(p(z),p(z')) = exp(-|z-z'|²/2)/2",
            value=limit, form=Form.PRINTED,
            instead=("remark1.constant",),
            latex=LATEX, errata=("E23",),
        ),
        Claim(
            "remark1.constant", Kind.CONSTANT, features(k),
            "(1/k) Σ_i cos(W_i·z + b_i) cos(W_i·z' + b_i) → exp(-|z-z'|²/2)/2 as k → ∞", value=limit, latex=LATEX,
            hypotheses=("many_features",), errata=("E13", "E23"),
        ),
        Claim(
            "remark1.norm", Kind.CONSTANT, Function("p2")(k), "|p(z)|²/k → 1/2 for every z", value=Rational(1, 2),
            hypotheses=("many_features",), errata=("E13",),
        ),
        Claim(
            "remark1.function", Kind.VALUE, pair(H, s, distance),
            "for k → ∞, Λ^H is a function of exp(-|z-z'|²/2) and the Gram matrix of x, x'; here S = ((1, s), (s, 1))",
            value=GramCovariance(H, s, Rational(1, 2), limit, Rational(1, 2)), where=And(H >= 1, s >= -1, s <= 1),
            hypotheses=("many_features", "relu"), errata=("E6", "E13"),
        ),
    ),
    hypotheses=(
        Hypothesis(
            "many_features", "k → ∞",
            Witness(
                "k = 1, z = z' = 0: Σ^0 = cos² b is 1 at b = 0 and 0 at b = π/2.", {"k": 1, "distance": 0},
                "remark1.constant", proof="remark1.printed-finite",
            ), latex=r"k\to\infty", errata=("E13",),
        ),
        Hypothesis(
            "relu", "σ is the ReLU",
            Witness(
                "σ = tanh, u = u', L = 1, H = 2, S = 1: Λ² = 2 E tanh² at variance 1/2, not the ReLU's 1/2.", {},
                "remark1.function", reproduce="verifier check remark1 -k activation=tanh",
            ),
            stated=True,
        ),
    ),
    errata=errata("E6", "E13", "E23"),
    readings=readings("remark1"),
    proof=_proof(),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip


def hypotheses_violated(parameters: Mapping[str, Any]) -> list[str]:
    """The ids of the hypotheses that fail at a cell's parameters: ``fixed_k`` says that k does not grow."""
    return ["many_features"] if parameters.get("fixed_k") else []
