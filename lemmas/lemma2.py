"""Lemma 2: Gram matrices, Jacobians and gradients of wide networks.  Supplement, Eqs. (17), (18); errata E6, E7.

All three parts are proved for every depth, for hidden widths that tend to infinity in any manner.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import And, Function, acos, cos, pi, sin, symbols

from lemmas._errata import errata, supplement
from lemmas._forms import SIXTY, closed_forms
from lemmas._kernels import MaskKernel, OutputCovariance, TangentKernel
from lemmas._readings import readings
from verifier.prover import ProofBuilder
from verifier.statement import Claim, Form, Hypothesis, Kind, Statement, Witness
from verifier.verdict import Summary

L, u, v, l = symbols("L u v l", integer=True)
angle, s, t = symbols("angle s t", real=True)
gram, jacobian, gradient, output = Function("Q"), Function("PP"), Function("CC"), Function("ff")
expected_relu, expected_step, tangent = Function("E_relu"), Function("E_step"), Function("NTK")
theta = angle * pi / 180

LINK = ["dual_step", ["S", ["-", "t", 1]]]
JACOBIAN = r"P_i^{u\to v}(P_j^{u\to v})^\top\to\prod_{l=u}^{v-1}\dot\Sigma^l_{ij}\,I"
GRADIENT = r"\langle C^{u\to L}_{i,d_1},C^{u\to L}_{j,d_2}\rangle\to\delta_{d_1=d_2}\prod_{l=u}^{L-1}\dot\Sigma^l_{ij}"
GRAM = r"q_i^{v\top}q_j^v/n_v\to\Sigma^v_{ij}"


def _proof() -> dict[str, Any]:
    proof = ProofBuilder("lemma2")
    relu, inputs, rows = (proof.hypothesis(name) for name in ("relu", "inputs_nonzero", "rows_fixed"))
    proof.step(
        "gram", "gram.induction", (relu,),
        {"of": "f", "base": ["Gx"], "step": ["dual_relu", ["S", "v"]], "variance": 12},
        note="layer by layer: given q^v the rows of W^{v+1} are iid; Chebyshev, and a continuous conditional mean",
    )  # fmt: skip
    proof.step("masks", "gram.masks", (relu, inputs, "gram"), {"of": "f"})
    proof.step(
        "chain", "gram.chain", (relu, rows, "masks"), {"of": "f", "link": LINK},
        note="entry by entry; as matrices of growing size the products do not converge (E7)",
    )  # fmt: skip
    proof.step("chain-top", "specialise", ("chain",), {"values": {"v": "L"}})
    proof.step("normal", "conv.condgauss", ("gram",), {"of": "f", "cov": ["S", ["-", "l", 1]]})
    proof.step("layers", "eq.gradient", (relu,), {"of": "f"}, note="the tangent kernel, layer by layer")
    proof.step("tangent", "plim.continuous", ("layers", "gram", "chain"), {})
    step, closed = closed_forms(proof)

    every = ["relu", "inputs_nonzero", "rows_fixed"]
    for form, prefix in (("printed", "lemma2.printed-"), ("amended", "lemma2.")):
        proof.goal(prefix + "jacobians", "chain", every, form=form)
        proof.goal(prefix + "gradients", "chain-top", every, form=form)
        proof.goal(prefix + "gram", "gram", ["relu"], form=form)
    proof.goal("lemma2.covariance", "normal", ["relu"])
    proof.goal("lemma2.tangent", "tangent", every)
    proof.goal("lemma2.closed-masks", step)
    proof.goal("lemma2.closed-gram", closed)

    printed = {**proof.conclusion("normal"), "cov": ["S", "l"]}
    proof.step(
        "one-layer", "refute.value", ("normal", closed),
        {"goal": printed, "instance": {"L": 1, "l": 1, "Gx": SIXTY}},
        note="L = 1 at 60°: f is linear, cov f = x·x'/n_0 = 1/2, and S^1 = .609",
    )  # fmt: skip
    proof.goal("lemma2.printed-covariance", "one-layer", ["relu"], form="printed")
    return proof.document()


jacobian_text = "P^{u→v}(x_i) P^{u→v}(x_j)ᵀ → Π_{l=u}^{v-1} Σ̇^l I, entry by entry"
gradient_text = "⟨C^{u→L}_{i,d_1}, C^{u→L}_{j,d_2}⟩ → δ(d_1 = d_2) Π_{l=u}^{L-1} Σ̇^l"

statement = Statement(
    name="lemma2",
    title="Gram matrices, Jacobians and gradients",
    source=supplement("13", "17", "18", section="4.2"),
    summary="Gram matrices of layers, products of Jacobians and of gradients converge to the kernels of the recursion.",
    claims=(
        Claim(
            "lemma2.printed-jacobians", Kind.CONSTANT, jacobian(u, v), jacobian_text + ", n_v fixed",
            value=MaskKernel(u, v, angle), where=And(u >= 1, u <= v, v <= L), form=Form.PRINTED,
            instead=("lemma2.jacobians",),
            latex=JACOBIAN,
        ),
        Claim(
            "lemma2.printed-gradients", Kind.CONSTANT, gradient(u), gradient_text, value=MaskKernel(u, L, angle),
            where=And(u >= 1, u <= L), form=Form.PRINTED,
            instead=("lemma2.gradients",),
            latex=GRADIENT,
        ),
        Claim(
            "lemma2.printed-gram", Kind.CONSTANT, gram(v), "q_i^v·q_j^v/n_v → Σ^v",
            value=OutputCovariance(v + 1, angle), where=And(v >= 0, v <= L - 1), form=Form.PRINTED,
            instead=("lemma2.gram",),
            latex=GRAM,
        ),
        Claim(
            "lemma2.printed-covariance", Kind.VALUE, output(L), "y^l is Gaussian in the limit, of covariance Σ^l",
            value=OutputCovariance(L + 1, angle), where=L >= 1, form=Form.PRINTED,
            instead=("lemma2.covariance",),
            errata=("E6",),
        ),
        Claim(
            "lemma2.jacobians", Kind.CONSTANT, jacobian(u, v),
            jacobian_text + ", for widths n_1..n_{v-1} → ∞ in any manner, finitely many rows",
            value=MaskKernel(u, v, angle), where=And(u >= 1, u <= v, v <= L), latex=JACOBIAN,
            hypotheses=("relu", "inputs_nonzero", "rows_fixed"), errata=("E7",),
        ),
        Claim(
            "lemma2.gradients", Kind.CONSTANT, gradient(u), gradient_text + ", for widths → ∞ in any manner",
            value=MaskKernel(u, L, angle), where=And(u >= 1, u <= L), latex=GRADIENT,
            hypotheses=("relu", "inputs_nonzero", "rows_fixed"), errata=("E21",),
        ),
        Claim(
            "lemma2.gram", Kind.CONSTANT, gram(v), "q_i^v·q_j^v/n_v → Σ^v, for widths → ∞ in any manner",
            value=OutputCovariance(v + 1, angle), where=And(v >= 0, v <= L - 1), latex=GRAM, hypotheses=("relu",),
            errata=("E21",),
        ),
        Claim(
            "lemma2.covariance", Kind.VALUE, output(L),
            "the units of y^l converge to independent Gaussians of covariance Σ^{l-1}; f = y^L has Σ^{L-1}",
            value=OutputCovariance(L, angle), where=L >= 1, hypotheses=("relu",), errata=("E6",),
            latex=r"\mathrm{cov}(y^l)\to\Sigma^{l-1}",
        ),
        Claim(
            "lemma2.tangent", Kind.CONSTANT, tangent(L),
            "∂f^a/∂w·∂f'^b/∂w → δ(a = b) Σ_{l=1}^{L} Σ^{l-1} Π_{t=l}^{L-1} Σ̇^t, for widths → ∞ in any manner",
            value=TangentKernel(L, angle), where=L >= 1, hypotheses=("relu", "inputs_nonzero", "rows_fixed"),
        ),
        Claim(
            "lemma2.closed-gram", Kind.VALUE, expected_relu(s, t, angle),
            "2 E[σ(a)σ(b)] = s t (sin θ + (π - θ) cos θ)/π at standard deviations s, t and angle θ",
            value=s * t * (sin(theta) + (pi - theta) * cos(theta)) / pi, where=And(s >= 0, t >= 0),
            latex=r"2E[\sigma\sigma]=st\,(\sin\theta+(\pi-\theta)\cos\theta)/\pi",
        ),
        Claim(
            "lemma2.closed-masks", Kind.VALUE, expected_step(s, t, angle),
            "2 E[σ'(a)σ'(b)] = (π - θ)/π at every pair of positive variances",
            value=(pi - acos(cos(theta))) / pi, where=And(s > 0, t > 0),
            latex=r"2E[\dot\sigma\dot\sigma]=(\pi-\theta)/\pi",
        ),
    ),
    hypotheses=(
        Hypothesis(
            "relu", "σ is the ReLU",
            Witness(
                "σ = tanh, one input of variance 1: q·q/n → 2 E tanh² = .789 against 2 E relu² = 1.", {"L": 2, "v": 1},
                "lemma2.gram", reproduce="verifier check lemma2 -k activation=tanh",
            ),
            stated=True,
        ),
        Hypothesis(
            "inputs_nonzero", "x_i ≠ 0 and x_j ≠ 0",
            Witness(
                "x_j = 0: every pre-activation at x_j is 0, each mask is the convention's σ'(0), and there is no angle "
                "θ to put into (π - θ)/π."
            ),
        ),
        Hypothesis(
            "rows_fixed", "n_v stays fixed, or finitely many entries of P Pᵀ are looked at",
            Witness(
                "n_v = n_{v-1} → ∞: the largest eigenvalue of P Pᵀ tends to (1+√2)² = 5.83, not to 1 "
                "(5.80 at n = 512); n_1 = 4096, n_2 = 8: all eigenvalues in [.85, 1.10].",
                {"u": 1, "v": 2}, "lemma2.jacobians", reproduce="verifier check lemma2 -k square=1",
            ), errata=("E7",),
        ),
    ),
    errata=errata("E6", "E7", "E21"),
    readings=readings("lemma2"),
    proof=_proof(),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip


def hypotheses_violated(parameters: Mapping[str, Any]) -> list[str]:
    """The ids of the hypotheses that fail at a cell's parameters: ``square`` asks for all rows of a growing product."""
    return ["rows_fixed"] if parameters.get("square") else []
