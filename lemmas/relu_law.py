"""The law of a ReLU network at one input: all correlation functions are those of a linear network of random widths.

Not printed in the supplement; it is what exact moments, section 3 and the study of the conjecture rest on.
"""

from __future__ import annotations

from sympy import And, Rational, symbols

from lemmas import _vocabulary as words
from lemmas._errata import ERRATA, supplement
from lemmas._proof_moments import prove_relu_law
from lemmas._study_words import dead, law_of_widths, patterns
from verifier import Author, Form, Kind, Proof, Statement, Summary, amended

L, n, m = symbols("L n m", integer=True)


def _prove(p: Author) -> None:
    facts = prove_relu_law(p)
    p.note("gauge", facts["relu_law.law"][0], "W^l = diag(η^l) W'^l: path products do not see where η "
           "stands, masks are the bits of η")  # fmt: skip
    facts["relu_law.patterns"] = [p.all_of(facts["relu_law.patterns"])]
    p.conclude(facts)


statement = Statement(
    name="relu_law", label="ReLU law",
    title="ReLU networks at one input are linear networks of random widths",
    source=supplement(section="3"),
    summary="At one input every correlation function of a ReLU network has, jointly with all others, the law of that "
    "of a linear network of widths B_l ~ Binomial(n_l, 1/2), times Π (2B_l/n_l)^{m/2}.",
    claims=(
        amended(
            "relu_law.law", Kind.LAW, law_of_widths(m), "X(n_1..n_{L-1}) = Π_l (2B_l/n_l)^{m/2} X_linear(B_1..B_{L-1}) "
            "in law, jointly over all X, at every width; 0 where some B_l = 0", where=L >= 1, given="relu",
        ),
        amended(
            "relu_law.patterns", Kind.LAW, patterns(m), "the laws of (f, T^1, T^2) agree on all sign patterns of small "
            "real ReLU networks",
        ),
        amended(
            "relu_law.dead", Kind.ATOM, dead(L, n), "P[f = 0] = 1 - (1 - 2^{-n})^{L-1} at hidden widths n",
            value=1 - (1 - Rational(1, 2) ** n) ** (L - 1), where=And(L >= 1, n >= 1), given="relu inputs_nonzero",
        ),
    ),
    hypotheses=(
        words.relu.needed(
            "Every unit open instead: the laws over sign patterns differ at each of the listed sizes.", stated=True,
        ),
        words.one_input.needed(
            "x_j = -x_i, L = 2: the masks of the two inputs exclude each other, and T^2(x_i; x_j, x_j) = 0; iid masks "
            "would give it order n^{-1}.", {"L": 2, "angle": 180}, claim="relu_law.law",
            show='verifier check section3 --angle 180 -k "L=2,angle=180"', errata="E8",
        ),
        words.inputs_nonzero.needed("x = 0: f = 0 with probability 1, not 1 - Π(1 - 2^{-n_l})."),
    ),
    errata=ERRATA,
    proof=Proof(_prove),
    expected={Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip
