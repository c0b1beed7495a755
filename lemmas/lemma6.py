"""Lemma 6: Jacobians and gradients of the implicit network.  Supplement, Eqs. (66)-(69); errata E6, E17.

The induction of Lemma 2 with weights V that are outputs of f: given q^{L-1}, iid Gaussian pairs of covariance S.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import And, Function, sqrt, symbols

from lemmas import lemma2, theorem2
from lemmas._errata import errata, supplement
from lemmas._forms import S_OUT, SIXTY, limit_covariance
from lemmas._kernels import ImplicitMaskKernel, ImplicitTangentKernel
from lemmas._readings import readings
from verifier.prover import ProofBuilder
from verifier.statement import Claim, Form, Hypothesis, Kind, Statement, Witness
from verifier.verdict import Summary

H, L, u, v = symbols("H L u v", integer=True)
angle, z_angle = symbols("angle z_angle", real=True)
jacobian, gradient = Function("PPg"), Function("Kg")

JACOBIAN = r"P_i^{l_1\to l_2}(P_j^{l_1\to l_2})^\top\to\prod_{l=l_1}^{l_2-1}S(x_i,x_j)\,\dot\Sigma^l(u_i,u_j)\,I"
GRADIENT = (
    r"\partial_v h(u)\cdot\partial_v^\top h(u')\to\sum_{l=0}^{H-1}\Sigma^l(u,u')"
    r"\prod_{t=l+1}^{H-1}S(x,x')\,\dot\Sigma^t(u,u')"
)
EVERY = ("relu", "inputs_nonzero", "z_nonzero", "rows_fixed")


def _goal(of: list[Any], to: Any) -> dict[str, Any]:
    return {"is": "plim", "of": of, "to": to, "as": ["n", "m"], "where": [["<=", 1, "L"], ["<=", 2, "H"]]}


def _proof() -> dict[str, Any]:
    used = [s.proof for s in (lemma2.statement, theorem2.statement) if s.proof is not None]
    proof = ProofBuilder("lemma6", used)
    relu, inputs, z, rows = (proof.hypothesis(name) for name in EVERY)
    outputs = proof.use("lemma2", "lemma2.gram")
    masks_form = proof.use("lemma2", "lemma2.closed-masks")
    gram_form = proof.use("lemma2", "lemma2.closed-gram")
    gram = proof.use("theorem2", "theorem2.activations")
    link = ["*", S_OUT, ["dual_step", limit_covariance("t")]]
    proof.step("masks", "gram.masks", (relu, inputs, z, outputs, gram), {"of": "g"})
    proof.step(
        "chain", "gram.chain", (relu, rows, outputs, "masks"), {"of": "g", "link": link},
        note="each layer gives a factor S, the covariance of the two copies of V, and a factor 2 E[σ'σ']",
    )  # fmt: skip
    proof.step("layers", "eq.gradient", (relu,), {"of": "g"}, note="∂h/∂V^l = (a row of P^{l→H}) ⊗ a^{l-1}/√m_{l-1}")
    proof.step("gradient", "plim.continuous", ("layers", gram, "chain"), {})
    proof.goal("lemma6.jacobians", "chain", EVERY)
    proof.goal("lemma6.gradient", "gradient", EVERY)

    one = {"L": 1, "H": 2, "u": 1, "v": 2, "a": 1, "b": 1, "Gx": SIXTY, "Gz": SIXTY}
    first = ["GChain", "L", 1, 2, "a", "b"]
    shifted = ["*", ["S", "L"], ["Gz"]]
    layer = ["*", ["S", "L"], ["dual_step", shifted]]
    root = ["*", ["kron", "a", "b"], ["sqrt", 2], ["/", ["dual_step", limit_covariance(1)], 2]]
    lost = ["*", ["kron", "a", "b"], ["dual_step", limit_covariance(1)]]
    whole = ["*", ["kron", "a", "b"], ["+", ["dual_relu", shifted], ["*", ["Gz"], layer]]]
    forms = (masks_form, gram_form)
    for name, claim, goal, premise, note in (
        ("index", "lemma6.printed-jacobians", _goal(first, ["*", ["kron", "a", "b"], layer]), "chain",
         "L = 1 at 60°: S^0 = 1/2, not S^1 = .609"),
        ("root", "lemma6.printed-root", _goal(first, root), "chain", "one input: √2 E σ'² = .707, and the limit is 1"),
        ("lost", "lemma6.printed-root", _goal(first, lost), "chain", "even with 2 for √2: the factor S is lost"),
        ("whole", "lemma6.printed-gradient", _goal(["GNtk", "L", 2, "a", "b"], whole), "gradient",
         "L = 1, H = 2 at 60°: S^0 = 1/2, not S^1 = .609"),
    ):  # fmt: skip
        proof.step(name, "refute.value", (premise, *forms), {"goal": goal, "instance": one}, note=note)
        proof.goal(claim, name, EVERY, form="printed")
    return proof.document()


statement = Statement(
    name="lemma6",
    title="Jacobians and gradients of the implicit network",
    source=supplement("60", "66", "67", "68", "69", section="4.4"),
    summary="Products of Jacobians and of gradients of g converge, with a factor S for every layer passed.",
    claims=(
        Claim(
            "lemma6.printed-jacobians", Kind.CONSTANT, jacobian(u, v), "P Pᵀ → Π_l S^L Σ̇^l I",
            value=ImplicitMaskKernel(u, v, L + 1, angle, z_angle), where=And(u >= 1, u <= v, v <= H, L >= 1),
            form=Form.PRINTED,
            instead=("lemma6.jacobians",),
            latex=JACOBIAN.replace("}S(", "}S^L("), errata=("E6",),
        ),
        Claim(
            "lemma6.printed-gradient", Kind.CONSTANT, gradient(H), "∂_v h·∂_v h' → Σ_l Σ^l Π_{t>l} S^L Σ̇^t",
            value=ImplicitTangentKernel(H, L + 1, angle, z_angle), where=And(H >= 1, L >= 1), form=Form.PRINTED,
            instead=("lemma6.gradient",),
            latex=GRADIENT.replace("}S(", "}S^L("), errata=("E6",),
        ),
        Claim(
            "lemma6.printed-root", Kind.CONSTANT, jacobian(u, u + 1), "V Z (2/m) Z' V'ᵀ → √2 E[σ'σ'] I = Σ̇ I, Eq. (69)",
            value=sqrt(2) / 2 * ImplicitMaskKernel(u, u + 1, L, 0, 0), where=And(u >= 1, u <= H - 1, L >= 1),
            form=Form.PRINTED,
            instead=("lemma6.jacobians",),
            errata=("E17",),
        ),
        Claim(
            "lemma6.jacobians", Kind.CONSTANT, jacobian(u, v),
            "P^{u→v} P'^{u→v}ᵀ → Π_{l=u}^{v-1} S^{L-1} Σ̇^l I, entry by entry, for widths → ∞ in any manner",
            value=ImplicitMaskKernel(u, v, L, angle, z_angle), where=And(u >= 1, u <= v, v <= H, L >= 1),
            latex=JACOBIAN, hypotheses=EVERY, errata=("E6", "E17", "E21"),
        ),
        Claim(
            "lemma6.gradient", Kind.CONSTANT, gradient(H),
            "∂_v h^a·∂_v h'^b → δ(a = b) Σ_{l=1}^{H} Σ^{l-1} Π_{t=l}^{H-1} S^{L-1} Σ̇^t, for widths → ∞ in any manner",
            value=ImplicitTangentKernel(H, L, angle, z_angle), where=And(H >= 1, L >= 1), latex=GRADIENT,
            hypotheses=EVERY, errata=("E6", "E21"),
        ),
    ),
    hypotheses=(
        Hypothesis(
            "relu", "σ is the ReLU",
            Witness(
                "σ = tanh: σ'(y) takes more than two values, and 2 E σ'² = .929, not 1.", {}, "lemma6.jacobians",
                reproduce="verifier check lemma6 -k activation=tanh",
            ),
            stated=True,
        ),
        Hypothesis(
            "inputs_nonzero", "x_i ≠ 0 and x_j ≠ 0",
            Witness("x_j = 0: S(x_j, x_j) = 0, all pre-activations of g at u_j are 0, and Σ̇ has no angle."),
        ),
        Hypothesis(
            "z_nonzero", "z_i ≠ 0 and z_j ≠ 0",
            Witness(
                "z_j = 0: all pre-activations of g at u_j are 0, and Σ̇ has no angle; ∂_v h·∂_v h' = 0.", {"z": (1, 0)},
                "lemma6.gradient", reproduce='verifier check lemma6 -k "z=(1,0)"',
            ), errata=("E26",),
        ),
        Hypothesis(
            "rows_fixed", "m_{l_2} stays fixed, or finitely many entries of P Pᵀ are looked at",
            Witness(
                "m_2 = m_1 → ∞, one input: the largest eigenvalue of P Pᵀ, P = √(2/m) V Z, tends to (1+√2)² = 5.83.",
                {"u": 1, "v": 2}, "lemma6.jacobians", reproduce="verifier check lemma2 -k square=1",
            ), errata=("E7",),
        ),
    ),
    errata=errata("E6", "E7", "E17", "E21"),
    readings=readings("lemma6"),
    proof=_proof(),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip


def hypotheses_violated(parameters: Mapping[str, Any]) -> list[str]:
    """The ids of the hypotheses that fail at a cell's parameters z (a pair) and ``square``."""
    found = []
    z = parameters.get("z", (1, 1))
    if not all(any(w) if isinstance(w, tuple | list) else w for w in z):
        found.append("z_nonzero")
    if parameters.get("square"):
        found.append("rows_fixed")
    return found
