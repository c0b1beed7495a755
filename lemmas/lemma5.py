"""Lemma 5: the gradient of h distributed over layers and outputs of f.  Supplement, Eq. (34)."""

from __future__ import annotations

from sympy import And, Lambda, Product, symbols

from lemmas import _vocabulary as words
from lemmas._errata import ERRATA, supplement
from lemmas._proof_lemma5 import prove_lemma5
from lemmas._vocabulary import T, a, entry, slope
from verifier import Author, Form, Kind, Proof, Statement, Summary, amended, printed
from verifier.claims.expressions import Tuples

H, L, d, k, i, ls, es = symbols("H L d k i ls es", integer=True)

#: Σ_{l∈[L]^k} Σ_{e∈[H]^k} Π_i ∂h_j/∂f^{e_i} T^{l,d}_e
RIGHT = Tuples(Lambda((ls, es), Product(slope(entry(es, i)), (i, 1, k)) * T(d, ls, es)), k, L, H)
RANGE = And(H >= 1, L >= 1, d >= 1, k >= 0)


def _prove(p: Author) -> None:
    facts = prove_lemma5(p)
    p.note("expand", facts["lemma5.identity"][0], "∇h_j = Σ_l Σ_e h_j^e ∂f_j^e/∂W^l; a derivative is linear in each "
           "argument")  # fmt: skip
    p.conclude(facts)


statement = Statement(
    name="lemma5",
    title="The gradient of h over layers and outputs",
    source=supplement("34", "35", "36", "37", "38", section="4.3"),
    summary="A derivative of f^d contracted with powers of ∇h_j is a sum over layers and outputs of the terms T.",
    claims=(
        printed(
            "lemma5.printed", Kind.IDENTITY, a(d, k), value=RIGHT, where=RANGE, instead="identity", place="Eq. (34)",
        ),
        amended("lemma5.identity", Kind.IDENTITY, a(d, k), value=RIGHT, where=RANGE, given="m_is_1"),
    ),
    hypotheses=(
        words.m_is_1.needed(
            "For m = 2, ∂h/∂f^e is no product along one path, and e runs over more outputs than H.", stated=True,
        ),
    ),
    errata=ERRATA, besides=("E18",),
    proof=Proof(_prove),
    expected={Form.PRINTED: Summary.VERIFIED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip
