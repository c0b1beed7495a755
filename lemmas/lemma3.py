"""Lemma 3: the limits of the layer-resolved terms T^{l,d}.  Supplement, Eqs. (16), (19).

As printed: n^{k-1} T^{l,d} converges to a product of k - 1 Gaussians with non-zero variances if d_1 = … = d_k = d,
and to 0 otherwise.  As amended: it is not 0 in the limit if d_k = d alone, whatever d_1, …, d_{k-1}.

The proof.  f is a product of its layers, and a rank-one matrix in the place of W^l splits it there: T^{l,d} is a
product of one factor for each pair of neighbouring layers and one at either end, Eq. (16).  The factors converge
jointly, those in the middle when multiplied by n.  Only the last one knows d, and it tends to 0 unless d_k = d.
"""

from __future__ import annotations

from sympy import Eq

from lemmas import _terms_words as terms
from lemmas import _vocabulary as words
from lemmas._errata import ERRATA, supplement
from lemmas._proof_lemma3_claims import prove_claims, prove_means, refute_printed
from lemmas._terms_claims import CLAIMS, L, l_1
from verifier import Author, Form, Proof, Statement, Summary

HYPOTHESES = (
    words.relu.needed(
        "tanh: T³ keeps its largest part where the activation's third derivative stands, of order n^{-1}.",
        show="verifier check section3 -k activation=tanh", errata="E10", stated=True,
    ),
    terms.inputs_nonzero.needed(
        "x_j = 0, L = 2, l = (2), d_1 = d: no unit of the hidden layer is ever open at x_j, and T = 0; the angle of "
        "x_j says nothing.", {"L": 2, "l": (2,), "x_j": 0}, claim="lemma3.order.second",
        show="verifier check lemma3 -k x_j=0", errata="E31",
    ),
    terms.not_antiparallel.needed(
        "x_j = -x_i: no neuron of the first layer is active at both, so that T^{(1,2)} = 0 exactly at L = 2.",
        {"L": 2, "angle": 180}, claim="lemma3.order.shallow", proof="lemma3.printed-order", errata="E8",
    ),
    terms.not_orthogonal.needed(
        "x_i ⟂ x_j: a term with l_1 = 1 carries the factor x_i·x_j/n_0 = 0.", {"angle": 90},
        claim="lemma3.order.shallow", proof="lemma3.printed-order", when=Eq(l_1, 1), errata="E9",
    ),
    words.proportional_widths.needed(
        "n_2/n_1 → 0 at L = 3 and 113.218°: E (n_2 T²)² → .20, .085, .038 at n_2/n_1 = 1/4, 1/8, 1/16.",
        {"L": 3, "angle": 113.218}, claim="lemma3.order.deep", show='verifier check section3 -k "rho>0"', when=L >= 3,
        errata="E7 E29",
    ),
    terms.one_input.needed(
        "x_i ⟂ x_j, L = 2: T^{(1,2)} = 0, not 2 f^{d_1}/n.", {"L": 2, "angle": 90}, claim="lemma3.full",
        proof="lemma3.printed-order",
    ),
    words.equal_widths.needed(
        "L = 3, ρ = n_2/n_1 = 4: E f n_2 T^{(1,3)} → 10.", {"L": 3}, claim="lemma3.skipped", proof="lemma3.ratio",
    ),
)  # fmt: skip


def _prove(p: Author) -> None:
    facts = prove_claims(p)
    p.note("product", facts["lemma3.identity"][0], "f is a product of its layers; putting a rank-one matrix in the "
           "place of W^l splits it there, Eq. (16)")  # fmt: skip
    p.note("joint", facts["lemma3.joint.shallow"][0], "at one and two layers, sums over iid neurons")
    p.note("order", facts["lemma3.order.shallow"][0], "for d_k = d a product of limits that are never 0")
    p.note("smaller", facts["lemma3.smaller.shallow"][0], "√n C(l, d, e), d ≠ e, has a limit that is never 0")
    p.note("elsewhere", facts["lemma3.elsewhere"][0], "rows of the last layer's derivative are unit vectors")
    p.conclude(facts)
    prove_means(p)
    refute_printed(p)


statement = Statement(
    name="lemma3",
    title="Layer-resolved correlation terms",
    source=supplement("7", "16", "19", "20", "21", "22", "28", section="4.2"),
    summary="n^{k-1} T^{l,d} converges to a product of k-1 Gaussians, and is not zero in the limit if d_k = d.",
    claims=CLAIMS,
    hypotheses=HYPOTHESES,
    errata=ERRATA, besides=("E15",),
    proof=Proof(_prove),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip
