"""Section 3: the orders of the correlation functions T^r, and what is said of the conjecture of Dyer and Gur-Ari.

T^r is K^(r) for H = 1 and z = 1.
"""

from __future__ import annotations

from typing import Any

from sympy import And, Eq, Function, Min, Mod, Rational, acos, floor, pi, sqrt, symbols

from lemmas import _vocabulary as words
from lemmas._errata import ERRATA, supplement
from lemmas._kernels import OutputCovariance, TangentKernel
from lemmas._proof_limits_printed import prove_limits_printed
from lemmas._proof_section3 import prove_section3
from lemmas._proof_theorem1_exact import prove_theorem1_exact
from lemmas._proof_theorem1_limits import prove_section3_limits
from lemmas._study_words import T_tight, exceeds, s_C
from lemmas._vocabulary import T_star as T
from lemmas._vocabulary import by_depth
from verifier import Author, Form, Kind, Proof, Statement, Summary, amended, printed

L, r = symbols("L r", integer=True)
order = Min(0, 1 - r)
#: lim E (n_2 T^2)² at L = 3, n_1 → ∞ before n_2: the second hidden layer alone, of inputs with Gram matrix S^1
angle, rho = symbols("angle rho", real=True)
_c = OutputCovariance(2, angle)
SEQUENTIAL = 16 * TangentKernel(2, angle) ** 2 * (pi - acos(_c) + _c * sqrt(1 - _c**2)) / pi
attained = And(L >= 1, r >= 1, r <= L)
PAIR = ("relu", "inputs_nonzero", "not_antiparallel", "not_orthogonal", "ntk")
AT_ONE = ("relu", "one_input", "equal_widths")


def _prove(p: Author) -> None:
    facts: dict[str, list[Any]] = {}
    for part in (prove_section3, prove_section3_limits, prove_theorem1_exact, prove_limits_printed):
        for claim, found in part(p).items():
            facts.setdefault(claim, []).extend(found)
    p.note("order", facts["section3.order.shallow"][0], "T^r is K^(r) of Theorem 1 for H = 1 and z = 1")
    p.conclude({claim: found for claim, found in facts.items() if claim in p.claims})


statement = Statement(
    name="section3",
    title="Correlation functions of one network",
    source=supplement("2", "3", "4", "5", section="3"),
    summary="T^r ~ n^{-(r-1)} for 1 <= r <= L and T^r = 0 beyond, for ReLU; the conjectured exponent is -⌊r/2⌋.",
    claims=(
        printed(
            "section3.printed", Kind.ORDER, T(r), "T^r ~ n^{-max(r-1, 0)} for every r", exponent=order,
            where=And(L >= 1, r >= 1), instead="order.shallow order.deep zero", errata="E4 E8 E9 E10 E25",
            latex=r"T^r\sim n^{-\max(r-1,0)}", place="Section 3, Eq. (5)", why="On an activation cell f has degree L "
            "in the weights, so that T^r = 0 for r > L: T² at L = 1, T³ at L = 2.",
        ),
        printed(
            "section3.printed-conjecture", Kind.INTEGER, s_C(r), "the conjecture predicts O(1/n) for every T^r",
            value=-1, where=r >= 0, instead="exponent", errata="E11", place="Section 3, Eqs. (2), (3)",
            why="The conjecture's exponent of T^r is -⌊r/2⌋: 0 for r = 0, 1; -2 for r = 4, 5; -1 for r = 2, 3 alone.",
        ),
        printed(
            "section3.printed-stronger", Kind.INTEGER, exceeds(r), "T^r ~ n^{-(r-1)} proves a stronger version of the "
            "conjecture, for every r", where=r >= 1, instead="stronger", errata="E11", place="Section 3",
            why="For r = 1, 2 the exponent 1 - r is that of the conjecture, -⌊r/2⌋; it is smaller from r = 3 on.",
        ),
        printed(
            "section3.printed-sequential", Kind.VALUE, Function("T_square")(angle, rho),
            "limits may be taken one after the other: at L = 3, E (n_2 T²)² → its limit for n_1 → ∞, then n_2 → ∞",
            value=SEQUENTIAL, where=rho > 0, errata="E29", place="Lemma 3, its proof", why="At two inputs the order of "
            "the limits changes an order: at L = 3 and 113.218°, E (n_2 T²)² = .20, .085, .038 at n_2/n_1 = 1/4, 1/8, "
            "1/16, and n_1 → ∞ first gives 0.",
        ),
        *by_depth(
            "section3.order", Kind.ORDER, T(r), "T^r ~ n^{-(r-1)} for 1 <= r <= L", exponent=order, where=attained,
            given=PAIR, errata="E4 E8 E9 E10 E25", deeper="E7 E29",
        ),
        amended(
            "section3.zero", Kind.ZERO, T(r), "T^r = 0 for r > L", where=And(L >= 1, r >= L + 1), given="relu",
            errata="E4", latex=r"T^r=0,\quad r>L",
        ),
        amended(
            "section3.tight", Kind.UPPER, T_tight(r), "at one input T^r n^{r-1} and its inverse are tight, 1 <= r <= L "
            "<= 6: exact second moments; what is sampled is that it does not grow", exponent=1 - r,
            where=And(attained, L <= 6), given=AT_ONE,
        ),
        amended(
            "section3.mean", Kind.MEAN_ZERO, T(r), "E T^r = 0 at every width for even r", value=0,
            where=And(L >= 1, r >= 0, Eq(Mod(r, 2), 0)), given="relu", errata="E11",
        ),
        amended(
            "section3.exponent", Kind.INTEGER, s_C(r), "the conjectured exponent of T^r is -⌊r/2⌋",
            value=-floor(r * Rational(1, 2)), where=r >= 0, errata="E11",
        ),
        amended(
            "section3.stronger", Kind.INTEGER, exceeds(r), "T^r ~ n^{-(r-1)} is stronger than the conjecture for r >= "
            "3", where=r >= 3, errata="E11",
        ),
    ),
    hypotheses=(
        words.relu.needed(
            "tanh, softplus, erf, GELU, L = 2, r = 3: E T^3 has exponent -1.017(10), -.9997(31), -1.016(10), "
            "-.984(33), not -2.", {"L": 2, "r": 3}, claim="section3.zero",
            show="verifier check section3 -k activation=tanh", errata="E10", stated=True,
        ),
        words.inputs_nonzero.needed("x_j = 0: ∂f(x_j)/∂w = 0, and T^r = 0."),
        words.not_antiparallel.needed(
            "x_j = -x_i, L = 2: T^2 = 0 exactly.", {"L": 2, "r": 2, "angle": 180}, claim="section3.order.shallow",
            show='verifier check section3 --angle 180 -k "L=2,angle=180"', errata="E8",
        ),
        words.not_orthogonal.needed(
            "x_i ⟂ x_j, L = 2: T^2 carries the factor x_i·x_j/n_0 = 0.", {"L": 2, "r": 2, "angle": 90},
            claim="section3.order.shallow", show='verifier check section3 --angle 90 -k "L=2,angle=90"', when=Eq(r, L),
            errata="E9",
        ),
        words.ntk.needed(
            "L = 2 at 113.218°, where Θ = 0: T^1 has exponent -1/2.", {"L": 2, "r": 1, "angle": 113.218},
            claim="section3.order.shallow", show='verifier check section3 --angle 113.218 -k "L=2,angle=113.218"',
            when=Eq(r, 1), errata="E25",
        ),
        words.proportional_widths.needed(
            "L = 3 at 113.218° with n_2/n_1 → 0: E (n_2 T²)² → .20, .085, .038 at 1/4, 1/8, 1/16.",
            {"L": 3, "r": 2, "angle": 113.218}, claim="section3.order.deep", show='verifier check section3 -k "rho>0"',
            when=L >= 3, errata="E7 E29",
        ),
        words.one_input.needed(
            "x_i ⟂ x_j, L = 2: T^2 = 0 is not tight below.", {"L": 2, "r": 2, "angle": 90}, claim="section3.tight",
            show='verifier check section3 --angle 90 -k "L=2,angle=90"',
        ),
        words.equal_widths.needed(
            "L = 3, n_1 = √n, n_2 = n: E (T^2)² has a multiple of 1/n_1², so that T^2 is of order n^{-1/2}.",
            {"L": 3, "r": 2}, claim="section3.tight",
            show='verifier exact "T(2)" --depth 3 --moment 2 --widths separate',
        ),
    ),
    errata=ERRATA,
    proof=Proof(_prove),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip
