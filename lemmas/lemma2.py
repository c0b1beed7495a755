"""Lemma 2: Gram matrices, Jacobians and gradients of wide networks.  Supplement, Eqs. (17), (18).

All three parts are proved for every depth, for hidden widths that tend to infinity in any manner.
"""

from __future__ import annotations

from sympy import And, acos, cos, pi, sin, symbols

from lemmas import _vocabulary as words
from lemmas._errata import ERRATA, supplement
from lemmas._kernels import MaskKernel, OutputCovariance, TangentKernel
from lemmas._proof_lemma2 import prove_lemma2
from lemmas._vocabulary import expected_relu, expected_step, gradient, gram, jacobian, outputs, tangent
from verifier import Author, Form, Kind, Proof, Statement, Summary, amended, printed

L, u, v = symbols("L u v", integer=True)
angle, s, t, theta = symbols("angle s t theta", real=True)
WIDE = ("relu", "inputs_nonzero", "rows_fixed")


#: products of Jacobians, of gradients, and Gram matrices, for widths that tend to infinity in any manner
LIMITS = (
    ("jacobians", jacobian(u, v), MaskKernel(u, v, angle), And(u >= 1, u <= v, v <= L), WIDE, "E7"),
    ("gradients", gradient(u), MaskKernel(u, L, angle), And(u >= 1, u <= L), WIDE, "E21"),
    ("gram", gram(v), OutputCovariance(v + 1, angle), And(v >= 0, v <= L - 1), "relu", "E21"),
)


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
        *(printed(f"lemma2.printed-{name}", Kind.CONSTANT, of, value=value, where=where, instead=name)
          for name, of, value, where, *_ in LIMITS),
        printed(
            "lemma2.printed-covariance", Kind.VALUE, outputs(L), value=OutputCovariance(L + 1, angle), where=L >= 1,
            instead="covariance", errata="E6", place="Lemma 2, Eqs. (17), (18)",
            why="The recursion starts one level too late: at L = 2 and 90°, E[f f'] = .3183 = Σ^1, while Σ^2 = .4937.",
        ),
        *(amended(f"lemma2.{name}", Kind.CONSTANT, of, value=value, where=where, given=given, errata=known)
          for name, of, value, where, given, known in LIMITS),
        amended(
            "lemma2.covariance", Kind.VALUE, outputs(L), value=OutputCovariance(L, angle), where=L >= 1, given="relu",
            errata="E6",
        ),
        amended("lemma2.tangent", Kind.CONSTANT, tangent(L), value=TangentKernel(L, angle), where=L >= 1, given=WIDE),
        amended(
            "lemma2.closed-gram", Kind.VALUE, expected_relu(s, t, theta),
            value=s * t * (sin(theta) + (pi - theta) * cos(theta)) / pi,
            where=And(s >= 0, t >= 0, theta >= 0, theta <= pi), given="relu",
        ),
        amended(
            "lemma2.closed-masks", Kind.VALUE, expected_step(s, t, theta), value=(pi - acos(cos(theta))) / pi,
            where=And(s > 0, t > 0, theta >= 0, theta <= pi), given="relu",
        ),
    ),
    hypotheses=(
        words.relu.needed(
            "σ = tanh, one input of variance 1: q·q/n → 2 E tanh² = .789 against 2 E relu² = 1.", {"L": 2, "v": 1},
            claim="lemma2.gram", show="verifier check lemma2 -k activation=tanh", stated=True,
        ),
        words.inputs_nonzero.needed(
            "x_j = 0: every pre-activation at x_j is 0, each mask is the convention's σ'(0), and there is no angle θ "
            "to put into (π - θ)/π.", stated=True,
        ),
        words.rows_fixed.needed(
            "n_v = n_{v-1} → ∞: the largest eigenvalue of P Pᵀ tends to (1+√2)² = 5.83, not to 1 (5.80 at n = 512); "
            "n_1 = 4096, n_2 = 8: all eigenvalues in [.85, 1.10].", {"u": 1, "v": 2}, claim="lemma2.jacobians",
            show="verifier check lemma2 -k square=1", errata="E7",
        ),
    ),
    errata=ERRATA,
    proof=Proof(_prove),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip
