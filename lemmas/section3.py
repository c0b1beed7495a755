"""Section 3: the orders of the correlation functions T^r, and what is said of the conjecture of Dyer and Gur-Ari.

Errata E4, E8-E11, E25.  T^r is K^(r) for H = 1 and z = 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import And, Eq, Function, Min, Mod, Rational, acos, floor, pi, sqrt, symbols

from lemmas import dyer_gur_ari, lemma3, lemma4, lemma5, relu_law, theorem1
from lemmas._errata import errata, supplement
from lemmas._kernels import OutputCovariance, TangentKernel
from lemmas._readings import readings
from verifier.prover import ProofBuilder
from verifier.statement import Claim, Form, Hypothesis, Kind, Statement, Witness
from verifier.verdict import Summary

L, r, s = symbols("L r s", integer=True)
T, s_C, T_smooth = Function("T"), Function("s_C"), Function("T_smooth")
order = Min(0, 1 - r)
#: lim E (n_2 T^2)² at L = 3, n_1 → ∞ before n_2: the second hidden layer alone, of inputs with Gram matrix S^1
angle, rho = symbols("angle rho", real=True)
_c = OutputCovariance(2, angle)
SEQUENTIAL = 16 * TangentKernel(2, angle) ** 2 * (pi - acos(_c) + _c * sqrt(1 - _c**2)) / pi
attained = And(L >= 1, r >= 1, r <= L)
PAIR = ("relu", "inputs_nonzero", "not_antiparallel", "not_orthogonal", "ntk")
AT_ONE = ("relu", "one_input", "equal_widths")

#: Leading coefficients of E (T^r)² at one input, L = r..6: c n^{-2(r-1)}, for linear and for ReLU networks.
LINEAR = {
    1: [1, 4, 9, 16, 25, 36],
    2: [4, 68, 436, 1772, 5488],
    3: [108, 3960, 49464, 356904],
    4: [8640, 558144, 11453184],
    5: [1512000, 152064000],
    6: [489888000],
}


def _theta(proof: ProofBuilder, hypotheses: list[str], law: str) -> None:
    """T^r = Θ(n^{-(r-1)}) at one input for 1 <= r <= L <= 6."""
    for r_, row in LINEAR.items():
        for depth, coefficient in enumerate(row, start=r_):
            of = ["S", r_]
            found = []
            for activation, factor in (("relu", 2 ** (2 * (r_ - 1))), ("linear", 1)):
                name = f"growth-{activation}-{r_}-{depth}"
                conclusion = {
                    "is": "growth", "of": ["^", of, 2], "power": -2 * (r_ - 1), "activation": activation,
                    "coefficient": [coefficient * factor, 1], "where": [["=", "L", depth]],
                }  # fmt: skip
                data = {"of": of, "L": depth, "activation": activation}
                found.append(proof.stated(name, "growth.exact", hypotheses, data, conclusion))
            step = proof.step(f"theta-{r_}-{depth}", "theta.moments", (*hypotheses, law, *found), {})
            proof.goal("section3.tight", step, AT_ONE)


def _proof() -> dict[str, Any]:
    modules = (lemma3, lemma4, lemma5, theorem1, relu_law, dyer_gur_ari)
    used = [m.statement.proof for m in modules if m.statement.proof is not None]
    proof = ProofBuilder("section3", used)
    document = theorem1.statement.proof
    assert document is not None
    judgments = {h["id"]: h["judgment"] for h in document["hypotheses"]}
    for name in (*PAIR, "proportional_widths"):
        proof.hypothesis(name, judgments[name])
    at_one = [proof.step("hyp-relu-1", "hypothesis", (), {"hypothesis": "relu"})]
    at_one += [proof.hypothesis(name) for name in ("one_input", "equal_widths")]

    for claim, granted in (("shallow", PAIR), ("deep", (*PAIR, "proportional_widths"))):
        proof.use("theorem1", f"theorem1.order.{claim}")
        step = proof.step(f"star-{claim}", "star.of_hyper", (f"use-theorem1.order.{claim}",), {})
        proof.goal(f"section3.order.{claim}", step, granted)
    proof.use("theorem1", "theorem1.zero")
    proof.step("beyond", "star.of_hyper", ("use-theorem1.zero",), {}, note="f has degree L on an activation cell")
    proof.goal("section3.zero", "beyond", ["relu"])
    where = [["<=", 1, "r"], ["<=", 1, "L"]]
    every = {"is": "order", "of": ["S", "r"], "power": ["min", 0, ["-", 1, "r"]], "where": where}
    proof.step("linear-network", "refute.zero", ("beyond",), {"goal": every, "instance": {"H": 1, "L": 1, "r": 2}})
    proof.goal("section3.printed", "linear-network", ["relu"], form="printed")

    law = proof.use("relu_law", "relu_law.law")
    _theta(proof, at_one, law)
    proof.step(
        "odd", "mean.odd", ("hyp-relu",), {"of": ["S", ["*", 2, "s"]], "where": [["<=", 0, "s"]]},
        note="W^L → -W^L keeps the law and changes the sign of a product of 2s + 1 outputs",
    )  # fmt: skip
    proof.goal("section3.mean", "odd", ["relu"])

    even, odd = (proof.use("dyer_gur_ari", "dyer_gur_ari.star-exponent", k) for k in (0, 1))
    proof.goal("section3.exponent", even)
    proof.goal("section3.exponent", odd)
    for number in (0, 1):
        proof.goal("section3.stronger", proof.use("dyer_gur_ari", "dyer_gur_ari.stronger", number))
    _refute_conjecture(proof, even)
    return proof.document()


def _refute_conjecture(proof: ProofBuilder, even: str) -> None:
    """s_C = -1 for every r is false at r = 4 and r = 0; T^r beats the conjecture for every r >= 1 is false at r = 2."""
    one_over_n = {"is": "eq", "left": ["sC", "r"], "right": -1, "where": [["<=", 0, "r"]]}
    for order_r in (4, 0):
        fixed = proof.step(f"exponent-{order_r}", "specialise", (even,), {"values": {"s": order_r // 2}})
        name = proof.step(
            f"not-one-{order_r}", "refute.number", (fixed,), {"goal": one_over_n, "instance": {"r": order_r}}
        )
        proof.goal("section3.printed-conjecture", name, form="printed")
    better = {"is": "int", "low": ["-", 2, "r"], "high": ["sC", "r"], "where": [["<=", 1, "r"]]}
    data = {"goal": better, "instance": {"r": 2}, "values": {"s": 1}}
    proof.step("not-stronger", "refute.inequality", (even,), data, note="r = 2: n^{-1} both times")
    proof.goal("section3.printed-stronger", "not-stronger", form="printed")


statement = Statement(
    name="section3",
    title="Correlation functions of one network",
    source=supplement("2", "3", "4", "5", section="3"),
    summary="T^r ~ n^{-(r-1)} for 1 <= r <= L and T^r = 0 beyond, for ReLU; the conjectured exponent is -⌊r/2⌋.",
    claims=(
        Claim(
            "section3.printed", Kind.ORDER, T(r), "T^r ~ n^{-max(r-1, 0)} for every r", exponent=order,
            where=And(L >= 1, r >= 1), form=Form.PRINTED,
            instead=("section3.order.shallow", "section3.order.deep", "section3.zero"),
            latex=r"T^r\sim n^{-\max(r-1,0)}",
            errata=("E4", "E8", "E9", "E10", "E25"),
        ),
        Claim(
            "section3.printed-conjecture", Kind.INTEGER, s_C(r), "the conjecture predicts O(1/n) for every T^r",
            value=-1, where=r >= 0, form=Form.PRINTED,
            instead=("section3.exponent",),
            errata=("E11",),
        ),
        Claim(
            "section3.printed-stronger", Kind.INTEGER, s_C(r) + r - 1,
            "T^r ~ n^{-(r-1)} proves a stronger version of the conjecture, for every r", where=r >= 1,
            form=Form.PRINTED,
            instead=("section3.stronger",),
            errata=("E11",),
        ),
        Claim(
            "section3.printed-sequential", Kind.VALUE, Function("T_square")(angle, rho),
            "limits may be taken one after the other: at L = 3, E (n_2 T²)² → its limit for n_1 → ∞, then n_2 → ∞",
            value=SEQUENTIAL, where=rho > 0, form=Form.PRINTED, errata=("E29",),
        ),
        Claim(
            "section3.order.shallow", Kind.ORDER, T(r), "T^r ~ n^{-(r-1)} for 1 <= r <= L; L <= 2", exponent=order,
            where=And(attained, L <= 2), latex=r"T^r\sim n^{-(r-1)},\quad 1\le r\le L\le 2", hypotheses=PAIR,
            errata=("E4", "E8", "E9", "E10", "E25"),
        ),
        Claim(
            "section3.order.deep", Kind.ORDER, T(r), "T^r ~ n^{-(r-1)} for 1 <= r <= L; L >= 3", exponent=order,
            where=And(attained, L >= 3), latex=r"T^r\sim n^{-(r-1)},\quad 1\le r\le L",
            hypotheses=(*PAIR, "proportional_widths"), errata=("E4", "E7", "E8", "E9", "E10", "E25", "E29"),
        ),
        Claim(
            "section3.zero", Kind.ZERO, T(r), "T^r = 0 for r > L", where=And(L >= 1, r >= L + 1),
            latex=r"T^r=0,\quad r>L", hypotheses=("relu",), errata=("E4",),
        ),
        Claim(
            "section3.tight", Kind.UPPER, T(r),
            "at one input T^r n^{r-1} and its inverse are tight, 1 <= r <= L <= 6: exact second moments",
            exponent=order, where=And(attained, L <= 6), hypotheses=AT_ONE,
        ),
        Claim(
            "section3.mean", Kind.MEAN_ZERO, T(r), "E T^r = 0 at every width for even r", value=0,
            where=And(r >= 0, Eq(Mod(r, 2), 0)), latex=r"\mathbb E\,T^{2s}=0", hypotheses=("relu",), errata=("E11",),
        ),
        Claim(
            "section3.exponent", Kind.INTEGER, s_C(r), "the conjectured exponent of T^r is -⌊r/2⌋",
            value=-floor(r * Rational(1, 2)), where=r >= 0, latex=r"s_C=-\lfloor r/2\rfloor", errata=("E11",),
        ),
        Claim(
            "section3.stronger", Kind.INTEGER, s_C(r) + r - 1,
            "T^r ~ n^{-(r-1)} is stronger than the conjecture for r >= 3", where=r >= 3, errata=("E11",),
        ),
    ),
    hypotheses=(
        Hypothesis(
            "relu", "σ is the ReLU; derivatives are those of the activation cell",
            Witness(
                "tanh, softplus, erf, GELU, L = 2, r = 3: E T^3 has exponent -1.017(10), -.9997(31), -1.016(10), "
                "-.984(33), not -2.", {"L": 2, "r": 3}, "section3.zero",
                reproduce="verifier check section3 -k activation=tanh",
            ), errata=("E10",),
            stated=True,
        ),
        Hypothesis("inputs_nonzero", "x_i ≠ 0 and x_j ≠ 0", Witness("x_j = 0: ∂f(x_j)/∂w = 0, and T^r = 0.")),
        Hypothesis(
            "not_antiparallel", "x_j is not a negative multiple of x_i",
            Witness(
                "x_j = -x_i, L = 2: T^2 = 0 exactly.", {"L": 2, "r": 2, "angle": 180}, "section3.order.shallow",
                reproduce='verifier check section3 --angle 180 -k "L=2,angle=180"',
            ), errata=("E8",),
        ),
        Hypothesis(
            "not_orthogonal", "x_i·x_j ≠ 0 if r = L (r > H(L-1) with H = 1)",
            Witness(
                "x_i ⟂ x_j, L = 2: T^2 carries the factor x_i·x_j/n_0 = 0.", {"L": 2, "r": 2, "angle": 90},
                "section3.order.shallow", reproduce='verifier check section3 --angle 90 -k "L=2,angle=90"',
            ), when=Eq(r, L), errata=("E9",),
        ),
        Hypothesis(
            "ntk", "the limit kernel Θ(x_i, x_j) ≠ 0 if r = 1 (1 <= r < 2H with H = 1)",
            Witness(
                "L = 2 at 113.218°, where Θ = 0: T^1 has exponent -1/2.", {"L": 2, "r": 1, "angle": 113.218},
                "section3.order.shallow", reproduce='verifier check section3 --angle 113.218 -k "L=2,angle=113.218"',
            ), when=Eq(r, 1), errata=("E25",),
        ),
        Hypothesis(
            "proportional_widths", "n_l/n → γ_l in (0, ∞)",
            Witness(
                "L = 3 at 113.218° with n_2/n_1 → 0: E (n_2 T²)² → .20, .091, .037 at 1/4, 1/8, 1/16.",
                {"L": 3, "r": 2, "angle": 113.218}, "section3.order.deep",
                reproduce='verifier check section3 -k "rho>0"',
            ), when=L >= 3, errata=("E7", "E29"),
        ),
        Hypothesis(
            "one_input", "one input (for the exact moments)",
            Witness(
                "x_i ⟂ x_j, L = 2: T^2 = 0 is not tight below.", {"L": 2, "r": 2, "angle": 90}, "section3.tight",
                reproduce='verifier check section3 --angle 90 -k "L=2,angle=90"',
            ),
        ),
        Hypothesis(
            "equal_widths", "n_1 = … = n_{L-1} = n (for the exact moments)",
            Witness(
                "L = 3, n_1 = √n, n_2 = n: E (T^2)² has a multiple of 1/n_1², so that T^2 is of order n^{-1/2}.",
                {"L": 3, "r": 2}, "section3.tight",
                reproduce='verifier exact "T(2)" --depth 3 --moment 2 --widths separate',
            ),
        ),
    ),
    errata=errata("E4", "E7", "E8", "E9", "E10", "E11", "E25", "E29"),
    readings=readings("section3"),
    proof=_proof(),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip


def hypotheses_violated(parameters: Mapping[str, Any]) -> list[str]:
    """The ids of the hypotheses that fail at a cell's parameters L, r and angle (degrees)."""
    given = {**parameters, "H": 1, "m": 1, "z": (1, 1)}
    return [name for name in theorem1.hypotheses_violated(given) if name in (*PAIR, "one_input")]
