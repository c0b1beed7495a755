"""Lemma 6: Jacobians and gradients of the implicit network.  Supplement, Eqs. (66)-(69).

The induction of Lemma 2 with weights V that are outputs of f: given q^{L-1}, iid Gaussian pairs of covariance S.
"""

from __future__ import annotations

from sympy import And, sqrt, symbols

from lemmas import _hyper_words as hyper_words
from lemmas import _vocabulary as words
from lemmas._errata import ERRATA, supplement
from lemmas._hyper_words import implicit_gradient, implicit_jacobian, implicit_jacobian_same
from lemmas._kernels import ImplicitMaskKernel, ImplicitMaskSame, ImplicitTangentKernel
from lemmas._proof_lemma6 import prove_lemma6
from verifier import Author, Form, Kind, Proof, Statement, Summary, amended, printed

H, L, u, v = symbols("H L u v", integer=True)
angle, z_angle = symbols("angle z_angle", real=True)
EVERY = ("relu", "inputs_nonzero", "z_nonzero", "rows_fixed")


def _prove(p: Author) -> None:
    facts = prove_lemma6(p)
    p.note("chain", facts["lemma6.jacobians"][0], "each layer gives a factor S, of the two copies of V, and 2 E[σ'σ']")
    p.note("gradient", facts["lemma6.gradient"][0], "∂h/∂V^l = (a row of P^{l→H}) ⊗ a^{l-1}/√m_{l-1}")
    p.conclude(facts)


statement = Statement(
    name="lemma6",
    title="Jacobians and gradients of the implicit network",
    source=supplement("60", "66", "67", "68", "69", section="4.4"),
    summary="Products of Jacobians and of gradients of g converge, with a factor S for every layer passed.",
    claims=(
        printed(
            "lemma6.printed-jacobians", Kind.CONSTANT, implicit_jacobian(u, v),
            value=ImplicitMaskKernel(u, v, L + 1, angle, z_angle), where=And(u >= 1, u <= v, v <= H, L >= 1),
            instead="jacobians", errata="E6", place="Lemma 6, part 1", why="Each layer has the factor S^{L-1}, not "
            "S^L: at L = 1 and x ⟂ x' the product is 0, as printed it is a power of S^1 = .3183 times the masks.",
        ),
        printed(
            "lemma6.printed-gradient", Kind.CONSTANT, implicit_gradient(H),
            value=ImplicitTangentKernel(H, L + 1, angle, z_angle), where=And(H >= 1, L >= 1), instead="gradient",
            errata="E6", place="Lemma 6, part 2", why="S is that of the layer before: at H = 2, L = 1, x ⟂ x' and z = "
            "z' the limit is 1/π = .3183; as printed it is .6857.",
        ),
        printed(
            "lemma6.printed-root", Kind.CONSTANT, implicit_jacobian_same(u, u + 1), "Eq. (69), at one input",
            value=sqrt(2) / 2 * ImplicitMaskSame(u, u + 1, L), where=And(u >= 1, u <= H - 1, L >= 1),
            instead="one-input", errata="E17", place="Eq. (69)",
            why="The factor is (√2)² = 2: at one input 2 E[σ'(g)²] = 1, and √2 E[σ'(g)²] = .707.",
        ),
        amended(
            "lemma6.jacobians", Kind.CONSTANT, implicit_jacobian(u, v),
            value=ImplicitMaskKernel(u, v, L, angle, z_angle), where=And(u >= 1, u <= v, v <= H, L >= 1), given=EVERY,
            errata="E6 E17 E21",
        ),
        amended(
            "lemma6.one-input", Kind.CONSTANT, implicit_jacobian_same(u, u + 1), "one layer, one input: 2 E[σ'σ'] = 1",
            value=ImplicitMaskSame(u, u + 1, L), where=And(u >= 1, u <= H - 1, L >= 1), given=EVERY, errata="E17",
        ),
        amended(
            "lemma6.gradient", Kind.CONSTANT, implicit_gradient(H), value=ImplicitTangentKernel(H, L, angle, z_angle),
            where=And(H >= 1, L >= 1), given=EVERY, errata="E6 E21",
        ),
    ),
    hypotheses=(
        words.relu.needed(
            "σ = tanh: σ'(y) takes more than two values, and 2 E σ'² = .929, not 1.", claim="lemma6.jacobians",
            show="verifier check lemma6 -k activation=tanh", stated=True,
        ),
        words.inputs_nonzero.needed(
            "x_j = 0: S(x_j, x_j) = 0, all pre-activations of g at u_j are 0, and Σ̇ has no angle.", stated=True,
        ),
        hyper_words.z_inputs_nonzero.needed(
            "z_j = 0: all pre-activations of g at u_j are 0, and Σ̇ has no angle; ∂_v h·∂_v h' = 0.", {"z": (1, 0)},
            claim="lemma6.gradient", show='verifier check lemma6 -k "z=(1,0)"', errata="E26", stated=True,
        ),
        words.rows_fixed.needed(
            "m_2 = m_1 → ∞, one input: the largest eigenvalue of P Pᵀ, P = √(2/m) V Z, tends to (1+√2)² = 5.83.",
            {"u": 1, "v": 2}, claim="lemma6.jacobians", show="verifier check lemma2 -k square=1", errata="E7",
        ),
    ),
    errata=ERRATA,
    proof=Proof(_prove),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip
