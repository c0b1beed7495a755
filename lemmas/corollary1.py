"""Corollary 1: what the covariance of a wide hypernetwork depends on.  Supplement, Eq. (63)."""

from __future__ import annotations

from sympy import symbols

from lemmas import _vocabulary as words
from lemmas._errata import ERRATA, supplement
from lemmas._hyper_words import covariance, covariance_printed
from lemmas._kernels import GramCovariance
from lemmas._proof_corollary1 import prove_corollary1
from verifier import Author, Form, Kind, Proof, Statement, Summary, amended, printed

H = symbols("H", integer=True)
s, a, c, b = symbols("s a c b", real=True)


def _prove(p: Author) -> None:
    facts = prove_corollary1(p)
    p.note("function", facts["corollary1.function"][0], "both recursions start from the Gram matrices alone")
    p.conclude(facts)


statement = Statement(
    name="corollary1",
    title="What the limit covariance depends on",
    source=supplement("63", section="4.4"),
    summary="The covariance of the limit is a function of the Gram matrices of x and of z, and of nothing else.",
    claims=(
        printed(
            "corollary1.printed", Kind.VALUE, covariance_printed(H, s, a, c, b),
            "Λ^l(u,u') = F(Σ^0(z,z'), S^0(x,x')) for 0 < l <= H", value=GramCovariance(H, s, 1, c, 1), where=H >= 1,
            instead="function", errata="E6 E13", place="Eq. (63)", why="The recursion also uses the norms: at "
            "Σ^0(z,z') = S^0(x,x') = .5 it gives Λ² = .22665 where |z|² = |z'|² = m_0, and .38330 where one of them is "
            "4 m_0.",
        ),
        amended(
            "corollary1.function", Kind.VALUE, covariance(H, s, a, c, b), "Λ^l is a function of the two Gram matrices: "
            "at L = 1, S = ((1, s), (s, 1)), Σ^0 = ((a, c), (c, b))", value=GramCovariance(H, s, a, c, b), where=H >= 1,
            given="relu", errata="E13",
        ),
    ),
    hypotheses=(
        words.relu.needed(
            "σ = tanh, u = u' of unit norms, L = 1, H = 2: Λ² = 2 E tanh² = .789, not 1 as here.",
            claim="corollary1.function", show="verifier check corollary1 -k activation=tanh", stated=True,
        ),
    ),
    errata=ERRATA,
    proof=Proof(_prove),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip
