"""The law of a ReLU network at one input: all correlation functions are those of a linear network of random widths.

Not printed in the supplement; it is what exact moments, section 3 and the study of the conjecture rest on.
"""

from __future__ import annotations

from typing import Any

from sympy import And, Function, Rational, symbols

from lemmas._errata import supplement
from lemmas._readings import readings
from verifier.prover import ProofBuilder
from verifier.statement import Claim, Form, Hypothesis, Kind, Statement, Witness
from verifier.verdict import Summary

X, f = Function("X"), Function("f")
L, n, m = symbols("L n m", integer=True)

#: n_0, …, n_{L-1} of the networks whose sign patterns are all gone through
SIZES = [[1, 2], [1, 3], [2, 2], [2, 3], [1, 1, 2], [1, 2, 2]]


def _proof() -> dict[str, Any]:
    proof = ProofBuilder("relu_law")
    relu, one, inputs = (proof.hypothesis(name) for name in ("relu", "one_input", "inputs_nonzero"))
    proof.step(
        "gauge", "law.sign_gauge", (relu, one), {},
        note="W^l = diag(η^l) W'^l: path products do not see where η stands, masks are the bits of η",
    )  # fmt: skip
    patterns = {"is": "law", "of": ["corr", "m", "G"], "as": {"signs": SIZES}, "where": []}
    proof.stated("patterns", "law.signs", (), {"sizes": SIZES}, patterns)
    proof.step("dead", "atom.dead", ("gauge", inputs), {}, note="f = 0 exactly if some layer has no open unit")
    proof.goal("relu_law.law", "gauge", ["relu", "one_input"])
    proof.goal("relu_law.patterns", "patterns")
    proof.goal("relu_law.dead", "dead", ["relu", "one_input", "inputs_nonzero"])
    return proof.document()


statement = Statement(
    name="relu_law", label="ReLU law",
    title="ReLU networks at one input are linear networks of random widths",
    source=supplement(section="3"),
    summary="At one input every correlation function of a ReLU network has, jointly with all others, the law of that "
    "of a linear network of widths B_l ~ Binomial(n_l, 1/2), times Π (2B_l/n_l)^{m/2}.",
    claims=(
        Claim(
            "relu_law.law", Kind.LAW, X(m),
            "X(n_1..n_{L-1}) = Π_l (2B_l/n_l)^{m/2} X_linear(B_1..B_{L-1}) in law, jointly over all X, at every width; "
            "0 where some B_l = 0",
            latex=r"X(n_1,\dots,n_{L-1})\overset{d}{=}\prod_l(2B_l/n_l)^{m/2}\,X_{\mathrm{lin}}(B_1,\dots,B_{L-1})",
            hypotheses=("relu", "one_input"),
        ),
        Claim(
            "relu_law.patterns", Kind.LAW, X(m),
            "the laws of (f, T^1, T^2) agree on all sign patterns of small real ReLU networks",
        ),
        Claim(
            "relu_law.dead", Kind.ATOM, f(L, n), "P[f = 0] = 1 - (1 - 2^{-n})^{L-1} at hidden widths n",
            value=1 - (1 - Rational(1, 2) ** n) ** (L - 1), where=And(L >= 1, n >= 1),
            hypotheses=("relu", "one_input", "inputs_nonzero"),
        ),
    ),
    hypotheses=(
        Hypothesis(
            "relu", "σ is the ReLU; derivatives are those of the activation cell",
            Witness("Every unit open instead: the laws over sign patterns differ at each of the listed sizes."),
            stated=True,
        ),
        Hypothesis(
            "one_input", "one input, x_i = x_j",
            Witness(
                "x_j = -x_i, L = 2: the masks of the two inputs exclude each other, and T^2(x_i; x_j, x_j) = 0; iid "
                "masks would give it order n^{-1}.",
                {"L": 2, "angle": 180}, "relu_law.law",
                reproduce='verifier check section3 --angle 180 -k "L=2,angle=180"',
            ), errata=("E8",),
        ),
        Hypothesis("inputs_nonzero", "x ≠ 0", Witness("x = 0: f = 0 with probability 1, not 1 - Π(1 - 2^{-n_l}).")),
    ),
    readings=readings("relu_law"),
    proof=_proof(),
    expected={Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip


def hypotheses_violated(parameters: dict[str, Any]) -> list[str]:
    """The ids of the hypotheses that fail at a cell's parameters (angle in degrees between the inputs)."""
    return ["one_input"] if abs(float(parameters.get("angle", 0))) > 1e-9 else []
