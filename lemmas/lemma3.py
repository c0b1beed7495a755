"""Lemma 3: the limits of the layer-resolved terms T^{l,d}.  Supplement, Eqs. (16), (19); errata E2, E5, E7-E9, E15.

As printed: n^{k-1} T^{l,d} converges to a product of k - 1 Gaussians with non-zero variances if d_1 = … = d_k = d,
and to 0 otherwise.  As amended: it is not 0 in the limit if d_k = d alone, whatever d_1, …, d_{k-1}.

The proof.  f is a product of its layers, and a rank-one matrix in the place of W^l splits it there: T^{l,d} is a
product of one factor for each pair of neighbouring layers and one at either end, Eq. (16).  The factors converge
jointly, those in the middle when multiplied by n.  Only the last one knows d, and it tends to 0 unless d_k = d.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

from sympy import And, Eq, Function, Integer, Rational, factorial, symbols

from lemmas._errata import errata, supplement
from lemmas._readings import readings
from lemmas._terms_one_input import MOMENTS, full, leaf, links, moment, star
from lemmas._terms_refuted import degenerate, delta_by_limit, delta_by_moments
from verifier.prover import ProofBuilder
from verifier.statement import Claim, Form, Hypothesis, Kind, Statement, Witness
from verifier.verdict import Severity, Summary

T = Function("T")
# T^{(1,…,L)} and T^L at one input, over the products of 2f/n_l that they are multiples of
T_full, T_star = Function("T_full"), Function("T_star")
# Expectations at one input with outputs 0, 1, …: E f^0 T^{l,d}, E (T^{l,d})², at depth L with all hidden widths n.
E_f, E_sq, E_one = Function("E_f"), Function("E_square"), Function("E")
# k layers l_1 < … < l_k with outputs d_1..d_k; the flags say d_k = d, d_1 = … = d_k = d, and l_m = l_{m+1} for some m.
L, k, l_1, l_k, d, l, e, n = symbols("L k l_1 l_k d l e n", integer=True)
rho = symbols("rho", positive=True)  # n_2/n_1, widths n_1 = n/rho, n_2 = n
last_equal, all_equal, repeated = symbols("last_equal all_equal repeated", integer=True)

distinct = Eq(repeated, 0)
shallow = And(L >= 1, L <= 2)
deep = L >= 3

# What is granted at one input, there at equal widths, and at two.
ONE_INPUT = ("relu", "one_input")
EQUAL = (*ONE_INPUT, "equal_widths")
ANGLES = ("relu", "not_antiparallel", "not_orthogonal")
APART = ("relu", "inputs_nonzero", "not_antiparallel")
PAIR = ("relu", "inputs_nonzero", "not_antiparallel", "not_orthogonal")

CLAIMS = (
    Claim(
        "lemma3.printed-identity", Kind.IDENTITY, T(d, l, e),
        "T^{l,d} = ⟨q_i^{l_1-1}, q_{i_1}^{l_1-1}⟩ ⟨C_{i_k}, C_i⟩ Π_j ⟨C_{i_j} ⊗ q, C_i⟩ / Π n", form=Form.PRINTED,
        instead=("lemma3.identity",),
    ),
    Claim(
        "lemma3.printed-order", Kind.ORDER, T(d, l, e),
        "n^{max(k-1,0)} T^{l,d} → Π_j G_j with non-zero variances if d_1 = … = d_k = d",
        exponent=1 - k, where=And(k >= 1, distinct, Eq(all_equal, 1)), form=Form.PRINTED,
        instead=("lemma3.order.shallow", "lemma3.order.second", "lemma3.order.deep", "lemma3.order.later"),
        latex=r"n^{\max(k-1,0)}\,\mathcal T^{l}_{i,\mathbf i,d}\to_d\prod_{j=1}^{k-1}\mathcal G_j",
        errata=("E5", "E7", "E8", "E9"),
    ),
    Claim(
        "lemma3.printed-delta", Kind.VANISHES, T(d, l, e),
        "n^{k-1} T^{l,d} → 0 unless d_1 = … = d_k = d",
        exponent=1 - k, where=And(k >= 2, distinct, Eq(all_equal, 0)), form=Form.PRINTED,
        instead=("lemma3.elsewhere", "lemma3.smaller.shallow", "lemma3.smaller.deep"),
        latex=r"n^{k-1}\,\mathcal T^{l,d}_{\mathbf d}\to 0\quad\text{unless } d_1=\dots=d_k=d", errata=("E2",),
    ),
    Claim(
        "lemma3.printed-case", Kind.IDENTITY, T(d, l, e),
        "the same with the cases of Eq. (12) as printed: P^{l_{k-1}→L-1} without √2 Z where l_k = L",
        form=Form.PRINTED,
        instead=("lemma3.identity",), severity=Severity.MISPRINT, errata=("E19",),
    ),
    Claim(
        "lemma3.identity", Kind.IDENTITY, T(d, l, e),
        "T(d,l,e) = C(l_k,d,e_k) Π_m A(l_{m+1},l_m,e_m) Q(l_1), for every size, l_1 < … < l_k",
        hypotheses=("relu",), errata=("E19",),
    ),
    Claim(
        "lemma3.networks", Kind.IDENTITY, T(d, l, e), "The same, evaluated on networks over prime fields.",
        errata=("E19",),
    ),
    Claim(
        "lemma3.joint.shallow", Kind.LAW, T(d, l, e),
        "f(u,d), Q(l), C(l,d,e) and n A(l',l,e) converge jointly; L <= 2", where=shallow, hypotheses=("relu",),
    ),
    Claim(
        "lemma3.joint.deep", Kind.LAW, T(d, l, e),
        "f(u,d), Q(l), C(l,d,e) and n A(l',l,e) converge jointly; L >= 3", where=deep,
        hypotheses=("relu", "inputs_nonzero", "proportional_widths"), errata=("E7", "E29"),
    ),
    Claim(
        "lemma3.order.shallow", Kind.ORDER, T(d, l, e), "T^{l,d} ~ n^{-(k-1)} if d_k = d and l_1 = 1; L <= 2",
        exponent=1 - k, where=And(shallow, k >= 1, k <= L, distinct, Eq(last_equal, 1), Eq(l_1, 1)),
        hypotheses=PAIR, errata=("E2", "E8", "E9", "E31"),
    ),
    Claim(
        "lemma3.order.second", Kind.ORDER, T(d, l, e),
        "T^{l,d} ~ n^{-(k-1)} if d_k = d and l_1 = 2, also for orthogonal inputs; L = 2",
        exponent=1 - k, where=And(Eq(L, 2), Eq(k, 1), distinct, Eq(last_equal, 1), Eq(l_1, 2)),
        hypotheses=APART, errata=("E9", "E31"),
    ),
    Claim(
        "lemma3.order.deep", Kind.ORDER, T(d, l, e), "T^{l,d} ~ n^{-(k-1)} if d_k = d and l_1 = 1; L >= 3",
        exponent=1 - k, where=And(deep, k >= 1, k <= L, distinct, Eq(last_equal, 1), Eq(l_1, 1)),
        hypotheses=(*PAIR, "proportional_widths"),
        errata=("E2", "E7", "E8", "E9", "E29", "E31"),
    ),
    Claim(
        "lemma3.order.later", Kind.ORDER, T(d, l, e),
        "T^{l,d} ~ n^{-(k-1)} if d_k = d and l_1 >= 2, also for orthogonal inputs; L >= 3",
        exponent=1 - k, where=And(deep, k >= 1, k <= L, distinct, Eq(last_equal, 1), l_1 >= 2),
        hypotheses=(*APART, "proportional_widths"),
        errata=("E2", "E7", "E9", "E31"),
    ),
    Claim(
        "lemma3.elsewhere", Kind.ZERO, T(d, l, e), "T^{l,d} = 0 if d_k ≠ d and l_k = L",
        where=And(k >= 1, k <= L, distinct, Eq(last_equal, 0), Eq(l_k, L)), hypotheses=("relu",), errata=("E2",),
    ),
    Claim(
        "lemma3.smaller.shallow", Kind.ORDER, T(d, l, e), "T^{l,d} ~ n^{-(k-1)-1/2} if d_k ≠ d and l_k < L; L = 2",
        exponent=Rational(1, 2) - k,
        where=And(Eq(L, 2), k >= 1, k <= l_k, distinct, Eq(last_equal, 0), l_k < L, Eq(l_1, 1)),
        hypotheses=PAIR, errata=("E2",),
    ),
    Claim(
        "lemma3.smaller.deep", Kind.ORDER, T(d, l, e), "T^{l,d} ~ n^{-(k-1)-1/2} if d_k ≠ d, l_1 = 1 and l_k < L; "
        "L >= 3", exponent=Rational(1, 2) - k,
        where=And(deep, k >= 1, k <= l_k, distinct, Eq(last_equal, 0), l_k < L, Eq(l_1, 1)),
        hypotheses=(*PAIR, "proportional_widths"),
        errata=("E2",),
    ),
    Claim(
        "lemma3.full", Kind.VALUE, T_full(L),
        "T^{(1,…,L)} = δ(d_L = d) Π_{m<L} 2 f^{d_m}/n_m at one input, |x|² = n_0, all widths; L = 2, 3, 4: the "
        "ratio of the two sides is 1 for d_L = d", value=Integer(1),
        latex=r"\mathcal T^{(1,\dots,L)}=\delta_{d_Ld}\prod_{m<L}2f^{d_m}/n_m", where=And(L >= 2, L <= 4),
        hypotheses=ONE_INPUT, errata=("E5",),
    ),
    Claim(
        "lemma3.star", Kind.VALUE, T_star(L),
        "T^L(x; x, …, x) = L! Π_{l<L} 2 f(x)/n_l at one input, |x|² = n_0, every depth, all widths: T^L over the "
        "product is L!",
        latex=r"T^L(x;x,\dots,x)=L!\prod_{l<L}2f(x)/n_l", value=factorial(L), where=L >= 1,
        hypotheses=ONE_INPUT, errata=("E7",),
    ),
    Claim(
        "lemma3.mixed", Kind.VALUE, E_f((1, 2), L, n), "E f n T^{(1,2)} = E f n T^{(2,3)} = 2(1 + 5/n)",
        value=2 * (1 + 5 / n), where=And(Eq(L, 3), n >= 1), hypotheses=EQUAL, errata=("E7",),
    ),
    Claim(
        "lemma3.skipped", Kind.VALUE, E_f((1, 3), L, n), "E f n T^{(1,3)} = 4(1 + 2/n); in turn: 2",
        value=4 * (1 + 2 / n), where=And(Eq(L, 3), n >= 1), hypotheses=EQUAL, errata=("E7",),
    ),
    Claim(
        "lemma3.mixed-star", Kind.VALUE, E_f(2, L, n), "E f n T² = 16 + 56/n; one limit at a time gives 12",
        value=16 + 56 / n, where=And(Eq(L, 3), n >= 1), hypotheses=EQUAL, errata=("E7",),
    ),
    Claim(
        "lemma3.ratio", Kind.VALUE, E_f((1, 3), L, rho, n),
        "E f n_2 T^{(1,3)} = 2(1 + ρ) + 8ρ/n_2 at n_1 = n_2/ρ: the slope on f, E f² being 1",
        value=2 * (1 + rho) + 8 * rho / n, where=And(Eq(L, 3), rho > 0), hypotheses=ONE_INPUT, errata=("E7",),
    ),
    Claim(
        "lemma3.ratio-square", Kind.VALUE, E_sq((1, 3), L, rho, n),
        "E (n_2 T^{(1,3)})² = 4(1 + 3ρ + ρ²) + 48ρ(1 + ρ)/n_2 + 124ρ²/n_2²: 4ρ beyond the square of the slope",
        value=4 * (1 + 3 * rho + rho**2) + 48 * rho * (1 + rho) / n + 124 * rho**2 / n**2,
        where=And(Eq(L, 3), rho > 0), hypotheses=ONE_INPUT, errata=("E7",),
    ),
    Claim(
        "lemma3.joint-mean", Kind.VALUE, E_one((1, 2, 3), L, n),
        "E n² T^{(1,2,3)} = 4: the Gaussians of one term are not independent", value=4,
        where=And(Eq(L, 3), n >= 1), hypotheses=EQUAL, errata=("E5",),
    ),
    Claim(
        "lemma3.joint-square", Kind.VALUE, E_sq((1, 2, 3), L, n), "E (n² T^{(1,2,3)})² = 48(1 + 5/n)²",
        value=48 * (1 + 5 / n) ** 2, where=And(Eq(L, 3), n >= 1), hypotheses=EQUAL, errata=("E5",),
    ),
    Claim(
        "lemma3.other-output", Kind.VALUE, E_sq((2, 3), (1, 0), L, n),
        "E (n T^{(2,3)})² = 4(1 + 15/n + 44/n²) for outputs (0; 1, 0); printed: 0",
        value=4 * (1 + 15 / n + 44 / n**2), where=And(Eq(L, 3), n >= 1), hypotheses=EQUAL, errata=("E2",),
    ),
    Claim(
        "lemma3.other-output-first", Kind.VALUE, E_sq((1, 2), (1, 0), L, n),
        "E (n T^{(1,2)})² = 4 + 28/n + 16/n² for outputs (0; 1, 0); printed: 0",
        value=4 + 28 / n + 16 / n**2, where=And(Eq(L, 3), n >= 1), hypotheses=EQUAL, errata=("E2",),
    ),
    Claim(
        "lemma3.smaller", Kind.VALUE, E_sq((1, 2), (0, 1), L, n),
        "E (n T^{(1,2)})² = 8/n + 40/n² for outputs (0; 0, 1) and (0; 1, 1)",
        value=8 / n + 40 / n**2, where=And(Eq(L, 3), n >= 1), hypotheses=EQUAL, errata=("E2",),
    ),
)  # fmt: skip

HYPOTHESES = (
    Hypothesis(
        "relu", "σ is the ReLU; derivatives are those of the activation cell",
        Witness(
            "tanh: T³ keeps its largest part where the activation's third derivative stands, of order n^{-1}.",
            reproduce="verifier check section3 -k activation=tanh",
        ), errata=("E10",),
            stated=True,
    ),
    Hypothesis(
        "inputs_nonzero", "x_i ≠ 0 and x_j ≠ 0",
        Witness(
            "x_j = 0, L = 2, l = (2), d_1 = d: no unit of the hidden layer is ever open at x_j, and T = 0; the angle "
            "of x_j says nothing.", {"L": 2, "l": (2,), "x_j": 0}, "lemma3.order.second",
            reproduce="verifier check lemma3 -k x_j=0",
        ), errata=("E31",),
    ),
    Hypothesis(
        "not_antiparallel", "x_j is not a negative multiple of x_i",
        Witness(
            "x_j = -x_i: no neuron of the first layer is active at both, so that T^{(1,2)} = 0 exactly at L = 2.",
            {"L": 2, "angle": 180}, "lemma3.order.shallow", proof="lemma3.printed-order",
        ), errata=("E8",),
    ),
    Hypothesis(
        "not_orthogonal", "x_i·x_j ≠ 0 (only where l_1 = 1)",
        Witness(
            "x_i ⟂ x_j: a term with l_1 = 1 carries the factor x_i·x_j/n_0 = 0.", {"angle": 90},
            "lemma3.order.shallow", proof="lemma3.printed-order",
        ), when=Eq(l_1, 1), errata=("E9",),
    ),
    Hypothesis(
        "proportional_widths", "n_l/n → γ_l in (0, ∞)",
        Witness(
            "n_2/n_1 → 0 at L = 3 and 113.218°: E (n_2 T²)² → .20, .091, .037 at n_2/n_1 = 1/4, 1/8, 1/16.",
            {"L": 3, "angle": 113.218}, "lemma3.order.deep", reproduce='verifier check section3 -k "rho>0"',
        ), when=L >= 3, errata=("E7", "E29"),
    ),
    Hypothesis(
        "one_input", "x_i = x_j with |x|² = n_0 (for exact values)",
        Witness(
            "x_i ⟂ x_j, L = 2: T^{(1,2)} = 0, not 2 f^{d_1}/n.", {"L": 2, "angle": 90}, "lemma3.full",
            proof="lemma3.printed-order",
        ),
    ),
    Hypothesis(
        "equal_widths", "n_1 = … = n_{L-1} = n (for polynomials in 1/n)",
        Witness("L = 3, ρ = n_2/n_1 = 4: E f n_2 T^{(1,3)} → 10.", {"L": 3}, "lemma3.skipped", "lemma3.ratio"),
    ),
)  # fmt: skip


def _proof() -> dict[str, Any]:
    proof = ProofBuilder("lemma3")
    names = ("relu", "inputs_nonzero", "not_antiparallel", "not_orthogonal", "proportional_widths")
    relu, inputs, antiparallel, orthogonal, proportional = (proof.hypothesis(name) for name in names)
    _identity(proof, relu)

    # The joint limit of the factors: at one and two layers, proved; at three or more, cited.
    proof.step("joint-1", "conv.two_layer", (relu,), {"depth": 1}, note="one layer: exactly Gaussian, no width at all")
    proof.step("joint-2", "conv.two_layer", (relu,), {"depth": 2}, note="two layers: sums over iid neurons")
    proof.step("joint-deep", "conv.gram", (relu, inputs, proportional), {}, note="three layers or more: cited")
    proof.goal("lemma3.joint.shallow", "joint-1", ["relu"])
    proof.goal("lemma3.joint.shallow", "joint-2", ["relu"])
    proof.goal("lemma3.joint.deep", "joint-deep", ["relu", "inputs_nonzero", "proportional_widths"])

    # So T^{l,d} ~ n^{-(k-1)} for d_k = d …
    needed = [inputs, antiparallel, orthogonal]
    one = _order(proof, "1", "joint-1", {"L": 1, "l": ["list", 1], "e": ["list", "e"]}, needed)
    two = _order(proof, "2", "joint-2", {"L": 2}, needed)
    more = _order(proof, "deep", "joint-deep", {}, needed)
    proof.goal("lemma3.order.shallow", one, PAIR)
    proof.goal("lemma3.order.shallow", two, PAIR)
    proof.goal("lemma3.order.deep", more, [*PAIR, "proportional_widths"])
    # l = (2): the factor x_i·x_j/n_0 is not there, but Sig(1), which no angle but 180° makes 0.
    second = _order(proof, "second", "joint-2", {"L": 2, "l": ["list", 2], "e": ["list", "e"]}, [inputs, antiparallel])
    proof.goal("lemma3.order.second", second, APART)

    # … and for d_k ≠ d it is 0 where l_k = L, and smaller by n^{-1/2} elsewhere (below).
    proof.step("row", "eq.output_row", (), {"of": "C"})
    equations = [["=", ["last", "l"], "L"], ["=", ["kron", "d", ["last", "e"]], 0]]
    proof.step("elsewhere", "zero.factor", ("product", "row"), {"equations": equations})
    proof.goal("lemma3.elsewhere", "elsewhere", ["relu"])
    for hypothesis, step in degenerate(proof):
        proof.goal("lemma3.printed-order", step, ["relu", hypothesis], form="printed")
    _one_input(proof)
    _off_diagonal(proof, relu)

    values = {"L": 2, "l": ["list", 1, 2], "e": ["list", 1, 2]}
    limit = _order(proof, "counterexample", "joint-2", values, [antiparallel, orthogonal])
    proof.goal("lemma3.printed-delta", delta_by_limit(proof, limit), ANGLES, form="printed")
    return proof.document()


def _identity(proof: ProofBuilder, relu: str) -> None:
    proof.step(
        "product", "eq.transfer", (relu,), {"of": "T"},
        note="f is a product of its layers; putting a rank-one matrix in the place of W^l splits it there, Eq. (16)",
    )  # fmt: skip
    identity = proof.conclusion("product")
    sizes = [
        {"widths": widths, "H": 2, "l": list(layers), "e": list(outputs), "d": output}
        for widths in ([3], [2, 4], [4, 2, 3], [2, 3, 2, 4])
        for length in range(1, len(widths) + 1)
        for layers in combinations(range(1, len(widths) + 1), length)
        for outputs in list(product((1, 2), repeat=length))[:4]
        for output in (1, 2)
    ]
    both = {side: identity[side] for side in ("left", "right")}
    proof.step("networks", "instance.field", (), {**both, "sizes": sizes, "primes": 2})
    proof.goal("lemma3.printed-identity", "product", ["relu"], form="printed")
    proof.goal("lemma3.identity", "product", ["relu"])
    proof.goal("lemma3.networks", "networks")


def _order(proof: ProofBuilder, name: str, joint: str, values: dict[str, Any], inputs: list[str]) -> str:
    """n^{k-1} T → Dot(l_k) Π Gam Sig(l_1 - 1) for d_k = d, a product of factors that are never 0."""
    values = {**values, "d": ["last", values.get("e", "e")]}
    proof.step(f"at-{name}", "specialise", ("product",), {"values": values})
    proof.step(f"limit-{name}", "conv.rewrite", (joint, f"at-{name}", *inputs), {"for": []})
    found = proof.conclusion(f"at-{name}")["left"]
    proof.step(f"only-{name}", "conv.select", (f"limit-{name}",), {"of": found, "values": {}})
    proof.step(f"nonzero-{name}", "nonzero.product", (f"only-{name}", *inputs), {})
    return proof.step(f"order-{name}", "order", (f"only-{name}", f"nonzero-{name}"))


def _one_input(proof: ProofBuilder) -> None:
    """At one input: T^{(1..L)} and T^L exactly, exact moments of other terms, and the printed δ again."""
    proof.hypothesis("one_input")
    proof.hypothesis("equal_widths")
    links(proof)
    for depth in (2, 3, 4):
        proof.goal("lemma3.full", full(proof, depth), ONE_INPUT)
    proof.goal("lemma3.star", star(proof), ONE_INPUT)
    for claim, depth, quantity in MOMENTS:
        name = f"moment-{claim}-{len(proof.document()['steps'])}"
        proof.goal(f"lemma3.{claim}", moment(proof, name, quantity, depth), EQUAL)
    skipped = leaf([1, 3], [1, 1])
    slope = moment(proof, "slope", ["*", ["f", "i", 1], skipped], 3, outputs=1, widths="separate")
    proof.goal("lemma3.ratio", slope, ONE_INPUT)
    square = moment(proof, "square", ["^", skipped, 2], 3, outputs=1, widths="separate")
    proof.goal("lemma3.ratio-square", square, ONE_INPUT)
    proof.goal("lemma3.printed-delta", delta_by_moments(proof), EQUAL, form="printed")


def _off_diagonal(proof: ProofBuilder, relu: str) -> None:
    """d_k ≠ d and l_k < L: T^{l,d} is smaller by n^{-1/2}; at L = 2 only l = (1) is of this kind."""
    inputs = [f"hyp-{name}" for name in ("inputs_nonzero", "not_antiparallel", "not_orthogonal")]
    for first, names in (("smaller", {"d": "d", "e": "e1"}), ("larger", {"d": "e1", "e": "d"})):
        proof.step(
            f"rows-{first}", "order.off_diagonal", (relu, *inputs[:2]), {"first": first},
            note="√n C(1,d,e) is a sum of iid centred terms over the units of the layer",
        )  # fmt: skip
        proof.step(f"rows-at-{first}", "specialise", (f"rows-{first}",), {"values": names})
        values = {"l": ["list", 1], "e": ["list", "e1"]}
        proof.step(f"single-{first}", "specialise", ("product",), {"values": values})
        proof.step(f"single-1-{first}", "eq.expand", (f"single-{first}",), {})
        step = proof.step(f"off-{first}", "order.multiple", (f"single-1-{first}", f"rows-at-{first}", inputs[2]), {})
        proof.goal("lemma3.smaller.shallow", step, PAIR)
    deep = proof.step("off-deep", "order.off_diagonal_deep", (relu, *inputs, "hyp-proportional_widths"), {})
    proof.goal("lemma3.smaller.deep", deep, [*PAIR, "proportional_widths"])


statement = Statement(
    name="lemma3",
    title="Layer-resolved correlation terms",
    source=supplement("7", "16", "19", "20", "21", "22", "28", section="4.2"),
    summary="n^{k-1} T^{l,d} converges to a product of k-1 Gaussians, and is not zero in the limit if d_k = d.",
    claims=CLAIMS,
    hypotheses=HYPOTHESES,
    errata=errata("E2", "E5", "E7", "E8", "E9", "E15", "E19", "E29", "E31"),
    readings=readings("lemma3"),
    proof=_proof(),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.GAP},
)  # fmt: skip


def hypotheses_violated(parameters: dict[str, Any]) -> list[str]:
    """The ids of the hypotheses that fail at a cell's parameters (angle in degrees between x_i and x_j)."""
    angle = abs(float(parameters.get("angle", 0)))
    found = []
    if parameters.get("k", 2) >= 1 and abs(angle - 180) < 1e-6:
        found.append("not_antiparallel")
    if parameters.get("x_j", 1) == 0:
        found.append("inputs_nonzero")
    if parameters.get("l_1", 1) == 1 and abs(angle - 90) < 1e-6:
        found.append("not_orthogonal")
    return found
