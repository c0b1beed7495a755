"""Lemma 4: the higher derivatives of a hypernetwork as a multinomial sum.  Supplement, Eq. (29)."""

from __future__ import annotations

from sympy import And, Lambda, factorial, symbols

from lemmas import _vocabulary as words
from lemmas._errata import ERRATA, supplement
from lemmas._proof_lemma4 import prove_lemma4
from lemmas._vocabulary import D, K, a
from verifier import Author, Form, Kind, Proof, Statement, Summary, amended, printed
from verifier.claims.expressions import Compositions

H, L, r, d, k = symbols("H L r d k", integer=True)
z = symbols("z", real=True)

#: r! z D Σ over α_1 + … + α_H = r of Π_d ⟨∇^{α_d} f^d, (∇h)^{⊗α_d}⟩/α_d!
RIGHT = factorial(r) * z * D() * Compositions(Lambda((d, k), a(d, k) / factorial(k)), H, r, r)
RANGE = And(H >= 1, L >= 1, r >= 0)
EVERY = ("relu", "m_is_1", "symmetric_argument", "multinomial_factors")
#: how Eq. (30) is read, which cells say in ``form``
SYMMETRIC = words.reading(
    "symmetric_argument", "Eq. (30) is contracted with a symmetric tensor, such as (∇_w h_j)^{⊗r}",
    lambda cell: cell.get("form") != "ordered",
)  # fmt: skip
FACTORS = words.reading(
    "multinomial_factors", "a composition (α_1, …, α_H) is counted r!/(α_1!…α_H!) times",
    lambda cell: cell.get("form") != "no_factors",
)  # fmt: skip


def _prove(p: Author) -> None:
    p.conclude(prove_lemma4(p))


statement = Statement(
    name="lemma4",
    title="Higher derivatives of a hypernetwork",
    source=supplement("29", "30", "31", "32", section="4.3"),
    summary="The r-th derivative of h along ∇h is a sum over compositions of r, with multinomial factors.",
    claims=(
        printed(
            "lemma4.printed", Kind.IDENTITY, K(r), value=RIGHT, where=RANGE, given="relu m_is_1",
            place="Eqs. (29), (30)",
        ),
        amended("lemma4.identity", Kind.IDENTITY, K(r), value=RIGHT, where=RANGE, given=EVERY, errata="E20"),
    ),
    hypotheses=(
        words.relu.needed("tanh: h is no product of z, masks and outputs of f, and K^(r) has no end at r = HL."),
        words.m_is_1.needed(
            "For m = 2, h = Σ_a V²_a σ(V¹_a z)/… is a sum of two such products, one a path of g, and the printed right "
            "side has no sum over paths.", {"m": 2}, show="verifier check theorem1 -k m=2",
        ),
        SYMMETRIC.needed(
            "H = 2, L = 1, r = 2, directions V and W: Eq. (30) gives 2 ⟨∇f^1, V⟩⟨∇f^2, W⟩, and the truth has V and W "
            "in both places.", {"H": 2, "L": 1, "r": 2}, claim="lemma4.identity",
            show="verifier check lemma4 -k form=ordered", errata="E20",
        ),
        FACTORS.needed(
            "H = 2, L = 1, r = 2: without the factor 2 of α = (1, 1) the right side is half of the left one.",
            {"H": 2, "L": 1, "r": 2}, claim="lemma4.identity", show="verifier check lemma4 -k form=no_factors",
            errata="E20",
        ),
    ),
    errata=ERRATA, besides=("E18",),
    proof=Proof(_prove),
    expected={Form.PRINTED: Summary.VERIFIED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip
