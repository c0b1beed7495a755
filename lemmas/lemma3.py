"""Lemma 3: the limits of the layer-resolved terms T^{l,d}.  Supplement, Eqs. (16), (19); errata E2, E5, E7-E9, E15.

As printed: n^{k-1} T^{l,d} converges to a product of k - 1 Gaussians with non-zero variances if d_1 = … = d_k = d,
and to 0 otherwise.  As amended: it is not 0 in the limit if d_k = d alone, whatever d_1, …, d_{k-1}.

The proof.  f is a product of its layers, and a rank-one matrix in the place of W^l splits it there: T^{l,d} is a
product of one factor for each pair of neighbouring layers and one at either end, Eq. (16).  The factors converge
jointly, those in the middle when multiplied by n.  Only the last one knows d, and it tends to 0 unless d_k = d.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Eq

from lemmas import _terms_words as terms
from lemmas import _vocabulary as words
from lemmas._errata import errata, supplement
from lemmas._proof_lemma3_claims import prove_claims, prove_means, refute_printed
from lemmas._terms_claims import CLAIMS, L, l_1
from verifier.claims.author import Author
from verifier.claims.proof import Proof
from verifier.claims.statement import Form, Hypothesis, Statement, Witness
from verifier.verdict import Summary

HYPOTHESES = (
    Hypothesis(
        "relu", words.relu.text,
        Witness(
            "tanh: T³ keeps its largest part where the activation's third derivative stands, of order n^{-1}.",
            reproduce="verifier check section3 -k activation=tanh",
        ), errata=("E10",),
        stated=True,
        condition=words.relu,
    ),
    Hypothesis(
        "inputs_nonzero", terms.inputs_nonzero.text,
        Witness(
            "x_j = 0, L = 2, l = (2), d_1 = d: no unit of the hidden layer is ever open at x_j, and T = 0; the angle "
            "of x_j says nothing.", {"L": 2, "l": (2,), "x_j": 0}, "lemma3.order.second",
            reproduce="verifier check lemma3 -k x_j=0",
        ), errata=("E31",),
        condition=terms.inputs_nonzero,
    ),
    Hypothesis(
        "not_antiparallel", terms.not_antiparallel.text,
        Witness(
            "x_j = -x_i: no neuron of the first layer is active at both, so that T^{(1,2)} = 0 exactly at L = 2.",
            {"L": 2, "angle": 180}, "lemma3.order.shallow", proof="lemma3.printed-order",
        ), errata=("E8",),
        condition=terms.not_antiparallel,
    ),
    Hypothesis(
        "not_orthogonal", terms.not_orthogonal.text,
        Witness(
            "x_i ⟂ x_j: a term with l_1 = 1 carries the factor x_i·x_j/n_0 = 0.", {"angle": 90},
            "lemma3.order.shallow", proof="lemma3.printed-order",
        ), when=Eq(l_1, 1), errata=("E9",),
        condition=terms.not_orthogonal,
    ),
    Hypothesis(
        "proportional_widths", words.proportional_widths.text,
        Witness(
            "n_2/n_1 → 0 at L = 3 and 113.218°: E (n_2 T²)² → .20, .091, .037 at n_2/n_1 = 1/4, 1/8, 1/16.",
            {"L": 3, "angle": 113.218}, "lemma3.order.deep", reproduce='verifier check section3 -k "rho>0"',
        ), when=L >= 3, errata=("E7", "E29"),
        condition=words.proportional_widths,
    ),
    Hypothesis(
        "one_input", terms.one_input.text,
        Witness(
            "x_i ⟂ x_j, L = 2: T^{(1,2)} = 0, not 2 f^{d_1}/n.", {"L": 2, "angle": 90}, "lemma3.full",
            proof="lemma3.printed-order",
        ),
        condition=terms.one_input,
    ),
    Hypothesis(
        "equal_widths", words.equal_widths.text,
        Witness("L = 3, ρ = n_2/n_1 = 4: E f n_2 T^{(1,3)} → 10.", {"L": 3}, "lemma3.skipped", "lemma3.ratio"),
        condition=words.equal_widths,
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
    errata=errata("E2", "E5", "E7", "E8", "E9", "E15", "E19", "E29", "E31"),
    proof=Proof(_prove),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip


def hypotheses_violated(parameters: Mapping[str, Any]) -> list[str]:
    """The ids of the hypotheses that fail at a cell's parameters (angle in degrees between x_i and x_j)."""
    conditions = ((h.id, h.condition) for h in HYPOTHESES)
    return [name for name, c in conditions if c is not None and c.holds is not None and not c.holds(parameters)]
