"""Lemma 1: the sign of a sequence that converges in distribution.  Supplement, Eq. (6); erratum E1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import symbols

from lemmas import _vocabulary as words
from lemmas._errata import errata, supplement
from lemmas._kernels import BothPositive
from lemmas._proof_lemma1 import prove_lemma1
from lemmas._vocabulary import both_positive, chance, sgn
from verifier.claims.author import Author
from verifier.claims.proof import Proof
from verifier.claims.statement import Claim, Form, Hypothesis, Kind, Statement, Witness
from verifier.verdict import Summary

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
        Claim(
            "lemma1.printed", Kind.LAW, sgn(X), form=Form.PRINTED, instead=("lemma1.sign",), errata=("E1",),
            place="Lemma 1",
            why="X_n = 1/n has sign 1 for every n and -1/n has sign -1, and their limit 0 has one and the same "
            "sign s.",
        ),
        Claim(
            "lemma1.printed-6", Kind.VALUE, chance(X), value=limit, form=Form.PRINTED,
            instead=("lemma1.probabilities",), errata=("E1",),
            place="Eq. (6)", why="X_n = 1/n: P[X_n > 0] = 1 for every n, and P[X > 0] = 0 for the limit X = 0.",
        ),
        Claim(
            "lemma1.sign", Kind.LAW, sgn(X), "whatever the sign of 0", hypotheses=("no_mass_at_zero",), errata=("E1",),
        ),
        Claim(
            "lemma1.probabilities", Kind.VALUE, chance(X), value=limit, hypotheses=("no_mass_at_zero",),
            errata=("E1",),
        ),
        Claim(
            "lemma1.outputs", Kind.VALUE, both_positive(L), "1/2 at x = x'", value=BothPositive(L, angle),
            where=L >= 1, hypotheses=("relu", "inputs_nonzero"), errata=("E1",),
        ),
    ),
    hypotheses=(
        Hypothesis(
            "no_mass_at_zero", words.no_mass_at_zero.text,
            Witness(
                "X_n = 1/n: sgn(X_n) = 1 for every n, and sgn of the limit is sgn(0). In Theorem 1 with m = 1 the "
                "limit of g² is 0 with probability 1/2.",
                {}, "lemma1.sign", proof="lemma1.printed", reproduce="verifier check lemma1 -k sequence=reciprocal",
            ), latex="P[X=0]=0", errata=("E1",),
            condition=words.no_mass_at_zero,
        ),
        Hypothesis(
            "inputs_nonzero", words.inputs_nonzero.text,
            Witness("x = 0: f(x) = 0 at every width, and P[f(x) > 0] = 0, not 1/2.", {"L": 2}, "lemma1.outputs"),
            condition=words.inputs_nonzero,
        ),
        Hypothesis(
            "relu", words.relu.text,
            Witness(
                "σ = tanh, L = 2, orthogonal inputs: f(x) and f(x') are uncorrelated in the limit, both positive with "
                "probability 1/4; for the ReLU it is (π - arccos(1/π))/2π = .3016.",
                {"L": 2, "angle": 90}, "lemma1.outputs", reproduce="verifier check lemma1 -k activation=tanh",
            ),
            stated=True,
            condition=words.relu,
        ),
    ),
    errata=errata("E1", "E14"),
    proof=Proof(_prove),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip


def hypotheses_violated(parameters: Mapping[str, Any]) -> list[str]:
    """The ids of the hypotheses that fail at a cell's parameters: the limit of ``reciprocal``, 1/n, is 0."""
    return ["no_mass_at_zero"] if parameters.get("sequence") == "reciprocal" else []
