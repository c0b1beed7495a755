"""Lemma 4: the higher derivatives of a hypernetwork as a multinomial sum.  Supplement, Eq. (29)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Function, Symbol

from lemmas._errata import errata, supplement
from lemmas._readings import readings
from verifier.prover import ProofBuilder
from verifier.statement import Claim, Form, Hypothesis, Kind, Statement, Witness
from verifier.verdict import Summary

K = Function("K")
r = Symbol("r", integer=True)

TEXT = "K^(r) = Σ_{α_1+…+α_H=r} r!/(α_1!…α_H!) z_i Π_{d<H} σ'(g_i^d) Π_d ⟨∇^{α_d} f_i^d, (∇_w h_j)^{⊗α_d}⟩"
LATEX = (
    r"K^{(r)}_{i,j}=\sum_{\alpha_1+\dots+\alpha_H=r}\frac{r!}{\alpha_1!\cdots\alpha_H!}\,z_i"
    r"\prod_{d=1}^{H-1}\dot\sigma(g_i^d)\prod_{d=1}^{H}\Big\langle\nabla^{(\alpha_d)}f_i^d,"
    r"(\nabla_w h_j)^{\otimes\alpha_d}\Big\rangle"
)


EVERY = ("m_is_1", "symmetric_argument", "multinomial_factors")


def _proof() -> dict[str, object]:
    proof = ProofBuilder("lemma4")
    m_is_1 = proof.hypothesis("m_is_1")
    proof.step(
        "expand", "eq.series_product", (m_is_1,), {"of": "K"},
        note="h(w + t∇h_j) is z_i D_i times the product of the H series f^d(w + t∇h_j) on an activation cell",
    )  # fmt: skip
    identity = proof.conclusion("expand")
    sizes = [
        {"widths": widths, "H": outputs, "r": order}
        for widths, outputs in (([2], 2), ([3, 2], 2), ([2, 3, 4], 2), ([2, 2, 3, 2], 1), ([3, 2], 3))
        for order in range(outputs * len(widths) + 2)
    ]
    both = {side: identity[side] for side in ("left", "right")}
    proof.step("networks", "instance.field", (), {**both, "sizes": sizes, "primes": 2})
    for form in ("printed", "amended"):
        proof.goal("lemma4.identity" if form == "amended" else "lemma4.printed", "expand", ["m_is_1"], form=form)
    proof.goal("lemma4.networks", "networks")
    return proof.document()


statement = Statement(
    name="lemma4",
    title="Higher derivatives of a hypernetwork",
    source=supplement("29", "30", "31", "32", section="4.3"),
    summary="The r-th derivative of h along ∇h is a sum over compositions of r, with multinomial factors.",
    claims=(
        Claim("lemma4.printed", Kind.IDENTITY, K(r), TEXT, form=Form.PRINTED,
        instead=("lemma4.identity",),
        latex=LATEX),
        Claim("lemma4.identity", Kind.IDENTITY, K(r), TEXT, latex=LATEX, hypotheses=EVERY, errata=("E20",)),
        Claim(
            "lemma4.networks", Kind.IDENTITY, K(r), "The same, evaluated on networks over prime fields.",
            errata=("E20",),
        ),
    ),
    hypotheses=(
        Hypothesis(
            "m_is_1", "every hidden layer of g has width 1, as the proof assumes",
            Witness(
                "For m = 2, h = Σ_a V²_a σ(V¹_a z)/… is a sum of two such products, one a path of g, and the printed "
                "right side has no sum over paths.",
                {"m": 2}, reproduce="verifier check theorem1 -k m=2",
            ),
        ),
        Hypothesis(
            "symmetric_argument", "Eq. (30) is contracted with a symmetric tensor, such as (∇_w h_j)^{⊗r}",
            Witness(
                "H = 2, L = 1, r = 2, directions V and W: Eq. (30) gives 2 ⟨∇f^1, V⟩⟨∇f^2, W⟩, and the truth has V "
                "and W in both places.",
                {"H": 2, "L": 1, "r": 2}, "lemma4.identity", reproduce="verifier check lemma4 -k form=ordered",
            ), errata=("E20",),
        ),
        Hypothesis(
            "multinomial_factors", "a composition (α_1, …, α_H) is counted r!/(α_1!…α_H!) times",
            Witness(
                "H = 2, L = 1, r = 2: without the factor 2 of α = (1, 1) the right side is half of the left one.",
                {"H": 2, "L": 1, "r": 2}, "lemma4.identity", reproduce="verifier check lemma4 -k form=no_factors",
            ), errata=("E20",),
        ),
    ),
    errata=errata("E18", "E20"),
    readings=readings("lemma4"),
    proof=_proof(),
    expected={Form.PRINTED: Summary.VERIFIED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip


def hypotheses_violated(parameters: Mapping[str, Any]) -> list[str]:
    """The ids of the hypotheses that fail at a cell's parameters: ``form`` is a reading of Eq. (30)."""
    broken = {"ordered": "symmetric_argument", "no_factors": "multinomial_factors"}
    return [broken[form]] if (form := parameters.get("form")) in broken else []
