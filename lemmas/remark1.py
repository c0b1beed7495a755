"""Remark 1: Fourier features in front of the implicit network.  Supplement, Eqs. (64), (65)."""

from __future__ import annotations

from sympy import And, Rational, exp, symbols

from lemmas import _hyper_words as hyper_words
from lemmas import _vocabulary as words
from lemmas._errata import ERRATA, supplement
from lemmas._hyper_words import feature_norm, features, features_fixed, fourier, fourier_printed, limit_of_features
from lemmas._kernels import GramCovariance
from lemmas._proof_remark1 import prove_remark1
from verifier import Author, Form, Kind, Proof, Statement, Summary, amended, printed

H, k = symbols("H k", integer=True)
distance, s = symbols("distance s", real=True)
limit = exp(-(distance**2) / 2) / 2


def _prove(p: Author) -> None:
    facts = prove_remark1(p)
    p.note("mean", facts["remark1.constant"][0], "2 cos A cos B = cos(A-B) + cos(A+B), whose phase averages to 0")
    p.conclude(facts)


statement = Statement(
    name="remark1",
    title="Fourier features",
    source=supplement("64", "65", section="4.4"),
    summary="With k random Fourier features of z, Σ^0 tends to exp(-|z-z'|²/2)/2 as k → ∞.",
    claims=(
        printed(
            "remark1.printed", Kind.VALUE, fourier_printed(H, s, distance),
            "Λ^H(u,u') is a function of exp(-|z-z'|²/2) and S^L(x,x')", where=H >= 1, instead="function",
            errata="E6 E13", place="Remark 1", why="S^L(x,x') does not tell the norms of x and x', which the recursion "
            "uses: inputs of other norms at another angle have the same S^L and another Λ^H.",
        ),
        printed(
            "remark1.printed-finite", Kind.VALUE, features_fixed(k),
            "for k features, Σ^0(p(z),p(z')) is a function of z and z'", value=limit_of_features(distance),
            instead="constant", errata="E13", place="Eq. (64)", why="For k fixed features Σ^0(p(z),p(z')) = (1/k) Σ_i "
            "cos(W_i·z + b_i) cos(W_i·z' + b_i), which depends on the weights that were drawn; a function of z and z' "
            "alone it is only as k → ∞.",
        ),
        printed(
            "remark1.printed-constant", Kind.CONSTANT, features(k), value=limit_of_features(distance),
            instead="constant", errata="E23", place="Eq. (65)",
        ),
        amended(
            "remark1.constant", Kind.CONSTANT, features(k), value=limit_of_features(distance), given="many_features",
            errata="E13 E23",
        ),
        amended(
            "remark1.norm", Kind.CONSTANT, feature_norm(k), value=Rational(1, 2), given="many_features", errata="E13",
        ),
        amended(
            "remark1.function", Kind.VALUE, fourier(H, s, distance), "for k → ∞, Λ^H is a function of exp(-|z-z'|²/2) "
            "and the Gram matrix of x, x'; here S = ((1, s), (s, 1))",
            value=GramCovariance(H, s, Rational(1, 2), limit, Rational(1, 2)), where=And(H >= 1),
            given="many_features relu", errata="E6 E13",
        ),
    ),
    hypotheses=(
        hyper_words.many_features.needed(
            "k = 1, z = z' = 0: Σ^0 = cos² b is 1 at b = 0 and 0 at b = π/2.", {"k": 1, "distance": 0},
            claim="remark1.constant", proof="remark1.printed-finite", errata="E13",
        ),
        words.relu.needed(
            "σ = tanh, u = u', L = 1, H = 2, S = 1: Λ² = 2 E tanh² at variance 1/2, not the ReLU's 1/2.",
            claim="remark1.function", show="verifier check remark1 -k activation=tanh", stated=True,
        ),
    ),
    errata=ERRATA,
    proof=Proof(_prove),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip
