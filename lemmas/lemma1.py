"""Lemma 1: the sign of a sequence that converges in distribution.  Supplement, Eq. (6); erratum E1."""

from __future__ import annotations

from sympy import symbols

from lemmas import _vocabulary as words
from lemmas._errata import ERRATA, supplement
from lemmas._kernels import BothPositive
from lemmas._proof_lemma1 import prove_lemma1
from lemmas._vocabulary import both_positive, chance, sgn
from verifier import Author, Form, Kind, Proof, Statement, Summary, amended, printed

X, limit = symbols("X limit")  # limit: P[X > 0]
L = symbols("L", integer=True)
angle = symbols("angle", real=True)


def _prove(p: Author) -> None:
    facts = prove_lemma1(p)
    p.note("outputs", facts["lemma1.outputs"][0], "the limits of f(x) and f(x') have positive variances: no mass at 0")
    # ±1/n contradict every value of the sign at 0; one is enough
    facts["lemma1.printed"] = [p.all_elim(fact, 0) for fact in facts["lemma1.printed"]]
    p.conclude(facts)


statement = Statement(
    name="lemma1",
    title="Signs of convergent sequences",
    source=supplement("6", section="4.1"),
    summary="If X_n converges in distribution to X and P[X = 0] = 0, the signs converge in distribution.",
    claims=(
        printed(
            "lemma1.printed", Kind.LAW, sgn(X), instead="sign", errata="E1", place="Lemma 1",
            why="X_n = 1/n has sign 1 for every n and -1/n has sign -1, and their limit 0 has one and the same sign s.",
        ),
        printed(
            "lemma1.printed-6", Kind.VALUE, chance(X), value=limit, instead="probabilities", errata="E1",
            place="Eq. (6)", why="X_n = 1/n: P[X_n > 0] = 1 for every n, and P[X > 0] = 0 for the limit X = 0.",
        ),
        amended("lemma1.sign", Kind.LAW, sgn(X), "whatever the sign of 0", given="no_mass_at_zero", errata="E1"),
        amended("lemma1.probabilities", Kind.VALUE, chance(X), value=limit, given="no_mass_at_zero", errata="E1"),
        amended(
            "lemma1.outputs", Kind.VALUE, both_positive(L), "1/2 at x = x'", value=BothPositive(L, angle), where=L >= 1,
            given="relu inputs_nonzero", errata="E1",
        ),
    ),
    hypotheses=(
        words.no_mass_at_zero.needed(
            "X_n = 1/n: sgn(X_n) = 1 for every n, and sgn of the limit is sgn(0). In Theorem 1 with m = 1 the limit of "
            "g² is 0 with probability 1/2.", claim="lemma1.sign", proof="lemma1.printed",
            show="verifier check lemma1 -k sequence=reciprocal", errata="E1",
        ),
        words.inputs_nonzero.needed(
            "x = 0: f(x) = 0 at every width, and P[f(x) > 0] = 0, not 1/2.", {"L": 2}, claim="lemma1.outputs",
        ),
        words.relu.needed(
            "σ = tanh, L = 2, orthogonal inputs: f(x) and f(x') are uncorrelated in the limit, both positive with "
            "probability 1/4; for the ReLU it is (π - arccos(1/π))/2π = .3016.", {"L": 2, "angle": 90},
            claim="lemma1.outputs", show="verifier check lemma1 -k activation=tanh", stated=True,
        ),
    ),
    errata=ERRATA, besides=("E14",),
    proof=Proof(_prove),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip
