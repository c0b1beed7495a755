"""A network with one hidden layer of n neurons: f(x) = n^{-1/2} Σ_a v_a √2 relu(w_a·x/√n_0).

Its output does not depend on n in scale, while the second derivative along the gradient at another input,
T = ⟨∂_W ∂_v f(x_i), ∇_W f(x_j) ⊗ ∇_v f(x_j)⟩, is of order 1/n: wide networks are nearly linear in their weights.
"""

from __future__ import annotations

from typing import Any

from sympy import Function, Integer, Symbol

from verifier.prover import ProofBuilder, term
from verifier.statement import Claim, Hypothesis, Kind, Source, Statement, Witness

f, T = Function("f"), Function("T")
i = Symbol("i")

#: f(x_i), the first output; T with one derivative in each of the two layers, all of that output.
OUTPUT = ["f", "i", 1]
SECOND = ["T", 1, ["list", 1, 2], ["list", 1, 1]]

output = Claim(
    "one_hidden_layer.output", Kind.ORDER, f(i, 1), "f ~ 1", exponent=Integer(0), latex=r"f\sim 1",
    hypotheses=("relu", "inputs_nonzero"),
)  # fmt: skip
second = Claim(
    "one_hidden_layer.second", Kind.ORDER, T(1, (1, 2), (1, 1)), "T ~ n^{-1}", exponent=Integer(-1),
    latex=r"T\sim n^{-1}", hypotheses=("relu", "not_antiparallel", "not_orthogonal"),
)  # fmt: skip


def _proof() -> dict[str, Any]:
    """Each step names a rule of the kernel; the kernel computes the conclusion and checks it again later."""
    proof = ProofBuilder("one_hidden_layer")
    relu, inputs, antiparallel, orthogonal = (
        proof.hypothesis(name) for name in ("relu", "inputs_nonzero", "not_antiparallel", "not_orthogonal")
    )
    proof.step(
        "joint", "conv.two_layer", (relu,), {"depth": 2},
        note="sums over n iid neurons: law of large numbers, central limit theorem, Slutsky",
    )  # fmt: skip

    proof.step("f-limit", "conv.select", ("joint",), {"of": OUTPUT, "values": {}})
    proof.step("f-alive", "nonzero.product", ("f-limit", inputs), note="the limit is a Gaussian that is not 0")
    proof.step("f-order", "order", ("f-limit", "f-alive"))
    _goal(proof, output, "f-order", ["relu", "inputs_nonzero"])

    proof.step("product", "eq.transfer", (relu,), {"of": "T"}, note="T is a product of inner products")
    values = {"L": 2, "d": 1, "l": SECOND[2], "e": SECOND[3]}
    proof.step("two-layers", "specialise", ("product",), {"values": values})
    inputs_apart = (antiparallel, orthogonal)
    proof.step("with-T", "conv.rewrite", ("joint", "two-layers", *inputs_apart), {"for": []})
    proof.step("T-limit", "conv.select", ("with-T",), {"of": SECOND, "values": {}})
    proof.step("T-alive", "nonzero.product", ("T-limit", *inputs_apart))
    proof.step("T-order", "order", ("T-limit", "T-alive"))
    _goal(proof, second, "T-order", ["relu", "not_antiparallel", "not_orthogonal"])
    return proof.document()


def _goal(proof: ProofBuilder, claim: Claim, step: str, granted: list[str]) -> None:
    """The goal has the claim's own exponent: if that is not what the steps prove, the kernel finds a gap."""
    stated = {**proof.conclusion(step), "power": term(claim.exponent)}
    proof.goal(claim.id, step, granted, judgment=stated)


statement = Statement(
    name="one_hidden_layer",
    title="One hidden layer",
    source=Source("This project"),
    summary="The output of a wide network with one hidden layer is of order 1, its second-order term of order 1/n.",
    claims=(output, second),
    hypotheses=(
        Hypothesis(
            "relu", "σ is the ReLU; derivatives are those of the activation cell",
            Witness("With σ = 0 both quantities are 0."),
        ),
        Hypothesis("inputs_nonzero", "x_i ≠ 0 and x_j ≠ 0", Witness("x_i = 0: f(x_i) = 0.")),
        Hypothesis(
            "not_antiparallel", "x_j is not a negative multiple of x_i",
            Witness("x_j = -x_i: no neuron is active at both inputs, and T = 0.", {"angle": 180}),
        ),
        Hypothesis(
            "not_orthogonal", "x_i·x_j ≠ 0", Witness("x_i ⟂ x_j: T has the factor x_i·x_j/n_0 = 0.", {"angle": 90})
        ),
    ),
    # What the kernel proves speaks of L = 2 layers, which the claims' ranges do not, so it is quoted: a claim whose
    # proof comes to say something else is a gap.
    readings={
        output.id: ("f(i, 1) has exact order n^0, for 1 ≤ H, L = 2",),
        second.id: ("T(1, list(1, 2), list(1, 1)) has exact order n^(-1), for 1 ≤ H, L = 2",),
    },
    proof=_proof(),
)  # fmt: skip


def hypotheses_violated(parameters: dict[str, Any]) -> list[str]:
    """The hypotheses that fail at a cell: ``angle`` degrees between the two inputs."""
    angle = parameters.get("angle", 0)
    return [name for name, at in (("not_antiparallel", 180), ("not_orthogonal", 90)) if angle == at]
