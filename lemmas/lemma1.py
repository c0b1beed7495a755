"""Lemma 1: the sign of a sequence that converges in distribution.  Supplement, Eq. (6); erratum E1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Function, symbols

from lemmas import lemma2
from lemmas._errata import errata, supplement
from lemmas._kernels import BothPositive
from lemmas._readings import readings
from verifier.prover import ProofBuilder
from verifier.statement import Claim, Form, Hypothesis, Kind, Statement, Witness
from verifier.verdict import Summary

sgn = Function("sgn")
positive = Function("P_positive")
both = Function("P_both")
X, limit = symbols("X limit")  # limit: P[X > 0]
L = symbols("L", integer=True)
angle = symbols("angle", real=True)

SIGN = [-1, 0, 1]
INDICATOR = [0, 0, 1]
#: 1/n and -1/n: between them they contradict every value of the sign at 0.
ABOVE = {"numerator": [1], "denominator": [0, 1]}
BELOW = {"numerator": [-1], "denominator": [0, 1]}


def _printed(function: list[int]) -> dict[str, Any]:
    return {"is": "maps", "function": function, "jointly": False, "where": []}


def _proof() -> dict[str, Any]:
    assert lemma2.statement.proof is not None
    proof = ProofBuilder("lemma1", [lemma2.statement.proof])
    null = proof.hypothesis("no_mass_at_zero")
    for tag, function, sequence in (
        ("sign", SIGN, ABOVE), ("sign-below", SIGN, BELOW), ("sign-up", [-1, 1, 1], BELOW),
        ("sign-down", [-1, -1, 1], ABOVE),
    ):  # fmt: skip
        data = {"goal": _printed(function), "instance": sequence}
        proof.step(f"refuted-{tag}", "refute.sequence", (), data, note="±1/n → 0: the sign jumps in the limit")
        proof.goal("lemma1.printed", f"refuted-{tag}", form="printed")
    data = {"goal": _printed(INDICATOR), "instance": ABOVE}
    proof.step("refuted-6", "refute.sequence", (), data, note="P[1/n > 0] = 1 for every n, and P[0 > 0] = 0")
    proof.goal("lemma1.printed-6", "refuted-6", form="printed")
    for tag, function in (("0", SIGN), ("up", [-1, 1, 1]), ("down", [-1, -1, 1])):
        step = proof.step(f"sign-{tag}", "maps.step", (null,), {"function": function})
        proof.goal("lemma1.sign", step, ["no_mass_at_zero"])
    for tag, function in (("positive", INDICATOR), ("negative", [1, 0, 0])):
        step = proof.step(tag, "maps.step", (null,), {"function": function})
        proof.goal("lemma1.probabilities", step, ["no_mass_at_zero"])
    relu, inputs = (proof.hypothesis(name) for name in ("relu", "inputs_nonzero"))
    outputs = proof.use("lemma2", "lemma2.covariance")
    proof.step("outputs", "specialise", (outputs,), {"values": {"l": "L"}})
    proof.step(
        "signs", "prob.positive", (relu, inputs, "outputs"), {},
        note="the limits of f(x) and f(x') have positive variances, hence no mass at 0",
    )  # fmt: skip
    proof.goal("lemma1.outputs", "signs", ["relu", "inputs_nonzero"])
    return proof.document()


statement = Statement(
    name="lemma1",
    title="Signs of convergent sequences",
    source=supplement("6", section="4.1"),
    summary="If X_n converges in distribution to X and P[X = 0] = 0, the signs converge in distribution.",
    claims=(
        Claim(
            "lemma1.printed", Kind.LAW, sgn(X), "X_n → X implies sgn(X_n) → sgn(X)", form=Form.PRINTED,
            instead=("lemma1.sign",),
            latex=r"X_n\to_d X\ \Longrightarrow\ \mathrm{sgn}(X_n)\to_d\mathrm{sgn}(X)", errata=("E1",),
        ),
        Claim(
            "lemma1.printed-6", Kind.VALUE, positive(X), "X_n → X implies lim P[X_n > 0] = P[X > 0]",
            value=limit, form=Form.PRINTED,
            instead=("lemma1.probabilities",),
            latex=r"\lim_{n\to\infty}P[X_n>0]=P[X>0]", errata=("E1",),
        ),
        Claim(
            "lemma1.sign", Kind.LAW, sgn(X),
            "X_n → X and P[X = 0] = 0 imply sgn(X_n) → sgn(X), whatever the sign of 0, and jointly with what else "
            "converges jointly with X_n",
            latex=r"X_n\to_d X,\ P[X=0]=0\ \Longrightarrow\ \mathrm{sgn}(X_n)\to_d\mathrm{sgn}(X)",
            hypotheses=("no_mass_at_zero",), errata=("E1",),
        ),
        Claim(
            "lemma1.probabilities", Kind.VALUE, positive(X),
            "P[X_n > 0] → P[X > 0] and P[X_n < 0] → P[X < 0]", value=limit, hypotheses=("no_mass_at_zero",),
            errata=("E1",),
        ),
        Claim(
            "lemma1.outputs", Kind.VALUE, both(L), "P[f(x) > 0 and f(x') > 0] → E_{N(0,S^{L-1})}[σ'σ']; 1/2 at x = x'",
            value=BothPositive(L, angle), where=L >= 1, hypotheses=("relu", "inputs_nonzero"), errata=("E1",),
        ),
    ),
    hypotheses=(
        Hypothesis(
            "no_mass_at_zero", "P[X = 0] = 0",
            Witness(
                "X_n = 1/n: sgn(X_n) = 1 for every n, and sgn of the limit is sgn(0). In Theorem 1 with m = 1 the "
                "limit of g² is 0 with probability 1/2.",
                {}, "lemma1.sign", proof="lemma1.printed", reproduce="verifier check lemma1 -k sequence=reciprocal",
            ), latex="P[X=0]=0", errata=("E1",),
        ),
        Hypothesis(
            "inputs_nonzero", "x ≠ 0 and x' ≠ 0 (lemma1.outputs)",
            Witness("x = 0: f(x) = 0 at every width, and P[f(x) > 0] = 0, not 1/2.", {"L": 2}, "lemma1.outputs"),
        ),
        Hypothesis(
            "relu", "σ is the ReLU (lemma1.outputs)",
            Witness(
                "σ = tanh, L = 2, orthogonal inputs: f(x) and f(x') are uncorrelated in the limit, both positive with "
                "probability 1/4; for the ReLU it is (π - arccos(1/π))/2π = .3016.",
                {"L": 2, "angle": 90}, "lemma1.outputs", reproduce="verifier check lemma1 -k activation=tanh",
            ),
            stated=True,
        ),
    ),
    errata=errata("E1", "E14"),
    readings=readings("lemma1"),
    proof=_proof(),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip


def hypotheses_violated(parameters: Mapping[str, Any]) -> list[str]:
    """The ids of the hypotheses that fail at a cell's parameters: the limit of ``reciprocal``, 1/n, is 0."""
    return ["no_mass_at_zero"] if parameters.get("sequence") == "reciprocal" else []
