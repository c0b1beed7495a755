"""Lemma 5: the gradient of h distributed over layers and outputs of f.  Supplement, Eq. (34)."""

from __future__ import annotations

from sympy import Function, symbols

from lemmas._errata import errata, supplement
from lemmas._readings import readings
from verifier.prover import ProofBuilder
from verifier.statement import Claim, Form, Kind, Statement
from verifier.verdict import Summary

a = Function("a")
d, k = symbols("d k", integer=True)

TEXT = "⟨∇^k f_i^d, (∇h_j)^{⊗k}⟩ = Σ_{l∈[L]^k} Σ_{d'∈[H]^k} Π_m h_j^{d'_m} T^{l,d}_{d'}"
LATEX = (
    r"\Big\langle\nabla^{(k)}f_i^d,(\nabla h_j)^{\otimes k}\Big\rangle=\sum_{l\in[L]^k}\sum_{d'\in[H]^k}"
    r"\Big(\prod_{m=1}^{k}h_j^{d'_m}\Big)\mathcal T^{l,d}_{i,j,d'}"
)


def _proof() -> dict[str, object]:
    proof = ProofBuilder("lemma5")
    proof.step(
        "expand", "eq.multilinear", (), {"of": "a"},
        note="∇h_j = Σ_l Σ_e h_j^e ∂f_j^e/∂W^l by the chain rule; a derivative of order k is linear in each argument",
    )  # fmt: skip
    identity = proof.conclusion("expand")
    sizes = [
        {"widths": widths, "H": outputs, "k": order, "d": output}
        for widths, outputs in (([3], 2), ([2, 4], 2), ([3, 2, 2], 2), ([2, 3, 2, 2], 1))
        for order in range(1, len(widths) + 1)
        for output in range(1, outputs + 1)
    ]
    both = {side: identity[side] for side in ("left", "right")}
    proof.step("networks", "instance.field", (), {**both, "sizes": sizes, "primes": 2})
    proof.goal("lemma5.printed", "expand", form="printed")
    proof.goal("lemma5.identity", "expand")
    proof.goal("lemma5.networks", "networks")
    return proof.document()


statement = Statement(
    name="lemma5",
    title="The gradient of h over layers and outputs",
    source=supplement("34", "35", "36", "37", "38", section="4.3"),
    summary="A derivative of f^d contracted with powers of ∇h_j is a sum over layers and outputs of the terms T.",
    claims=(
        Claim("lemma5.printed", Kind.IDENTITY, a(d, k), TEXT, form=Form.PRINTED,
        instead=("lemma5.identity",),
        latex=LATEX),
        Claim("lemma5.identity", Kind.IDENTITY, a(d, k), TEXT, latex=LATEX),
        Claim("lemma5.networks", Kind.IDENTITY, a(d, k), "The same, evaluated on networks over prime fields."),
    ),
    errata=errata("E18"),
    readings=readings("lemma5"),
    proof=_proof(),
    expected={Form.PRINTED: Summary.VERIFIED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip
