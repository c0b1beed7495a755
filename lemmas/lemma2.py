"""Lemma 2: Gram matrices, Jacobians and gradients of wide networks.  Supplement, Eqs. (17), (18); errata E6, E7.

All three parts are proved for every depth, for hidden widths that tend to infinity in any manner.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import And, acos, cos, pi, sin, symbols

from lemmas import _vocabulary as words
from lemmas._errata import errata, supplement
from lemmas._kernels import MaskKernel, OutputCovariance, TangentKernel
from lemmas._proof_lemma2 import prove_lemma2
from lemmas._vocabulary import expected_relu, expected_step, gradient, gram, jacobian, outputs, tangent
from verifier.claims.author import Author
from verifier.claims.proof import Proof
from verifier.claims.statement import Claim, Form, Hypothesis, Kind, Statement, Witness
from verifier.verdict import Summary

L, u, v = symbols("L u v", integer=True)
angle, s, t, theta = symbols("angle s t theta", real=True)
WIDE = ("relu", "inputs_nonzero", "rows_fixed")


def _claim(name: str, form: Form, kind: Kind, quantity: Any, **more: Any) -> Claim:
    """A claim that is right as printed, once more as amended, with its hypotheses."""
    if form is Form.PRINTED:
        more |= {"hypotheses": (), "errata": (), "instead": (f"lemma2.{name}",), "form": form}
    return Claim(f"lemma2.{'printed-' if form is Form.PRINTED else ''}{name}", kind, quantity, **more)


def _limits(form: Form) -> tuple[Claim, ...]:
    """Products of Jacobians, of gradients, and Gram matrices, for widths that tend to infinity in any manner."""
    return (
        _claim("jacobians", form, Kind.CONSTANT, jacobian(u, v), value=MaskKernel(u, v, angle),
               where=And(u >= 1, u <= v, v <= L), hypotheses=WIDE, errata=("E7",)),
        _claim("gradients", form, Kind.CONSTANT, gradient(u), value=MaskKernel(u, L, angle),
               where=And(u >= 1, u <= L), hypotheses=WIDE, errata=("E21",)),
        _claim("gram", form, Kind.CONSTANT, gram(v), value=OutputCovariance(v + 1, angle),
               where=And(v >= 0, v <= L - 1), hypotheses=("relu",), errata=("E21",)),
    )  # fmt: skip


def _prove(p: Author) -> None:
    facts = prove_lemma2(p)
    p.note("gram", facts["lemma2.gram"][0], "given q^v the rows of W^{v+1} are iid; Chebyshev; induction over layers")
    p.note("chain", facts["lemma2.jacobians"][0], "entry by entry; as growing matrices they do not converge (E7)")
    p.conclude(facts)


statement = Statement(
    name="lemma2",
    title="Gram matrices, Jacobians and gradients",
    source=supplement("13", "17", "18", section="4.2"),
    summary="Gram matrices of layers, products of Jacobians and of gradients converge to the kernels of the recursion.",
    claims=(
        *_limits(Form.PRINTED),
        Claim(
            "lemma2.printed-covariance", Kind.VALUE, outputs(L), value=OutputCovariance(L + 1, angle), where=L >= 1,
            form=Form.PRINTED, instead=("lemma2.covariance",), errata=("E6",),
            place="Lemma 2, Eqs. (17), (18)",
            why="The recursion starts one level too late: at L = 2 and 90°, E[f f'] = .3183 = Σ^1, while Σ^2 = "
            ".4937.",
        ),
        *_limits(Form.AMENDED),
        Claim(
            "lemma2.covariance", Kind.VALUE, outputs(L), value=OutputCovariance(L, angle), where=L >= 1,
            hypotheses=("relu",), errata=("E6",),
        ),
        Claim(
            "lemma2.tangent", Kind.CONSTANT, tangent(L), value=TangentKernel(L, angle), where=L >= 1, hypotheses=WIDE,
        ),
        Claim(
            "lemma2.closed-gram", Kind.VALUE, expected_relu(s, t, theta),
            value=s * t * (sin(theta) + (pi - theta) * cos(theta)) / pi,
            where=And(s >= 0, t >= 0, theta >= 0, theta <= pi), hypotheses=("relu",),
        ),
        Claim(
            "lemma2.closed-masks", Kind.VALUE, expected_step(s, t, theta), value=(pi - acos(cos(theta))) / pi,
            where=And(s > 0, t > 0, theta >= 0, theta <= pi), hypotheses=("relu",),
        ),
    ),
    hypotheses=(
        Hypothesis(
            "relu", words.relu.text,
            Witness(
                "σ = tanh, one input of variance 1: q·q/n → 2 E tanh² = .789 against 2 E relu² = 1.", {"L": 2, "v": 1},
                "lemma2.gram", reproduce="verifier check lemma2 -k activation=tanh",
            ),
            stated=True, condition=words.relu,
        ),
        Hypothesis(
            "inputs_nonzero", words.inputs_nonzero.text,
            Witness(
                "x_j = 0: every pre-activation at x_j is 0, each mask is the convention's σ'(0), and there is no angle "
                "θ to put into (π - θ)/π."
            ), stated=True, condition=words.inputs_nonzero,
        ),
        Hypothesis(
            "rows_fixed", words.rows_fixed.text,
            Witness(
                "n_v = n_{v-1} → ∞: the largest eigenvalue of P Pᵀ tends to (1+√2)² = 5.83, not to 1 "
                "(5.80 at n = 512); n_1 = 4096, n_2 = 8: all eigenvalues in [.85, 1.10].",
                {"u": 1, "v": 2}, "lemma2.jacobians", reproduce="verifier check lemma2 -k square=1",
            ), errata=("E7",), condition=words.rows_fixed,
        ),
    ),
    errata=errata("E6", "E7", "E21"),
    proof=Proof(_prove),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip


def hypotheses_violated(parameters: Mapping[str, Any]) -> list[str]:
    """The ids of the hypotheses that fail at a cell's parameters: ``square`` asks for all rows of a growing product."""
    return ["rows_fixed"] if parameters.get("square") else []
