"""Theorem 2: hypernetworks as Gaussian processes.  Supplement, Eqs. (52)-(62).

Given q^{L-1} the entries of V are exactly iid Gaussian vectors over the inputs, of covariance q·q'/n.  From there on g
is a network with independent Gaussian rows, and the induction of Lemma 2 goes through, for widths in any manner.
"""

from __future__ import annotations

from sympy import And, Integer, sqrt, symbols

from lemmas import _hyper_words as hyper_words
from lemmas import _vocabulary as words
from lemmas._errata import ERRATA, supplement
from lemmas._hyper_words import activity, fourth, unit, weight
from lemmas._kernels import HyperCovariance, OutputCovariance
from lemmas._proof_moments import prove_theorem2 as prove_fourth
from lemmas._proof_theorem2 import prove_theorem2
from verifier import Author, Form, Kind, Proof, Statement, Summary, amended, printed

H, L, l, n = symbols("H L l n", integer=True)
angle, z_angle = symbols("angle z_angle", real=True)


def _prove(p: Author) -> None:
    facts = prove_theorem2(p)
    p.note("gram", facts["theorem2.activations"][1], "given q^{L-1} and the layers so far, rows of V^{l+1} are iid")
    p.conclude(facts | prove_fourth(p))


statement = Statement(
    name="theorem2",
    title="Hypernetworks as Gaussian processes",
    source=supplement("52", "53", "54", "55", "56", "60", section="4.4"),
    summary="The layers of g converge to Gaussian processes of covariance S^{L-1} Σ^{l-1}, in any order of limits.",
    claims=(
        printed(
            "theorem2.printed", Kind.LAW, unit(H, L), value=HyperCovariance(H, L + 1, angle, z_angle),
            where=And(L >= 1, H >= 1), instead="process", errata="E6", place="Eqs. (52), (53)",
            why="The rows of V^l have covariance S^{L-1}: at H = L = 1, x ⟂ x' and z = z' the outputs are independent, "
            "and as printed their covariance is S^1 = .3183.",
        ),
        printed(
            "theorem2.printed-weights", Kind.LAW, weight(L), value=OutputCovariance(L + 1, angle), where=L >= 1,
            instead="weights", errata="E6 E18", place="Theorem 2, Eq. (55)",
            why="At L = 1 the weights are linear in x, of covariance x·x'/n_0: .5 at 60°, not S^1 = .6090.",
        ),
        printed(
            "theorem2.printed-root", Kind.VALUE, activity(1), value=sqrt(2) / 2, where=And(L >= 1, H >= 2),
            instead="activations", errata="E17", place="Eq. (60)",
            why="a = √2 σ(g), so that a·a'/m tends to 2 E σ(g)² = 1 at one input of variance 1; √2 E σ(g)² = .707.",
        ),
        amended(
            "theorem2.weights", Kind.LAW, weight(L), value=OutputCovariance(L, angle), where=L >= 1, given="relu",
            errata="E6 E15 E18",
        ),
        amended(
            "theorem2.activations", Kind.CONSTANT, activity(l), value=Integer(1), where=And(l >= 0, l <= H - 1, L >= 1),
            given="relu", errata="E17",
        ),
        amended(
            "theorem2.process", Kind.LAW, unit(H, L), value=HyperCovariance(H, L, angle, z_angle),
            where=And(L >= 1, H >= 1), given="relu widths_grow", errata="E6 E17 E21",
        ),
        amended(
            "theorem2.fourth", Kind.VALUE, fourth(L), value=3 * (1 + 5 / n) ** (L - 1), where=And(L >= 1, n >= 1),
            given="relu", errata="E21",
        ),
    ),
    hypotheses=(
        words.relu.needed(
            "σ = tanh: the covariance of f at one input of variance 1 and L = 2 is 2 E tanh² = .789, not 1; so is Σ^1.",
            claim="theorem2.activations", show="verifier check theorem2 -k activation=tanh", stated=True,
        ),
        hyper_words.widths_grow.needed(
            "n = L - 1 → ∞: E f⁴ = 3 (1 + 5/n)^{n} → 3 e⁵, which is not 3 as for a Gaussian.", {"L": 9, "n": 8},
            claim="theorem2.process", proof="theorem2.fourth", errata="E21", stated=True,
        ),
    ),
    errata=ERRATA,
    proof=Proof(_prove),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip
