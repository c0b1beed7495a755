"""Lemma 3: the limits of the layer-resolved terms T^{l,d}.  Supplement, Eqs. (16), (19); errata E2, E5, E7-E9, E15."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

from sympy import And, Eq, Function, symbols

from lemmas._errata import errata, supplement
from verifier.prover import ProofBuilder
from verifier.statement import Claim, Form, Hypothesis, Kind, Statement, Witness
from verifier.verdict import Summary

T = Function("T")
# k layers l_1 < … < l_k with outputs d_1..d_k; the flags say d_k = d, d_1 = … = d_k = d, and l_m = l_{m+1} for some m.
L, k, l_1, l_k, d, l, e = symbols("L k l_1 l_k d l e", integer=True)
last_equal, all_equal, repeated = symbols("last_equal all_equal repeated", integer=True)

distinct = Eq(repeated, 0)
shallow = And(L >= 1, L <= 2)
deep = L >= 3


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


def _proof() -> dict[str, Any]:
    proof = ProofBuilder("lemma3")
    names = ("relu", "inputs_nonzero", "not_antiparallel", "not_orthogonal", "proportional_widths")
    relu, inputs, antiparallel, orthogonal, proportional = (proof.hypothesis(name) for name in names)
    _identity(proof, relu)

    proof.step("joint-1", "conv.two_layer", (relu,), {"depth": 1}, note="one layer: exactly Gaussian, no width at all")
    proof.step("joint-2", "conv.two_layer", (relu,), {"depth": 2}, note="two layers: sums over iid neurons")
    proof.step("joint-deep", "conv.gram", (relu, inputs, proportional), {}, note="three layers or more: cited")
    proof.goal("lemma3.joint.shallow", "joint-1", ["relu"])
    proof.goal("lemma3.joint.shallow", "joint-2", ["relu"])
    proof.goal("lemma3.joint.deep", "joint-deep", ["relu", "inputs_nonzero", "proportional_widths"])

    needed = [antiparallel, orthogonal]
    granted = ["relu", "not_antiparallel", "not_orthogonal"]
    one = _order(proof, "1", "joint-1", {"L": 1, "l": ["list", 1], "e": ["list", "e"]}, needed)
    two = _order(proof, "2", "joint-2", {"L": 2}, needed)
    more = _order(proof, "deep", "joint-deep", {}, needed)
    proof.goal("lemma3.order.shallow", one, granted)
    proof.goal("lemma3.order.shallow", two, granted)
    proof.goal("lemma3.order.deep", more, [*granted, "inputs_nonzero", "proportional_widths"])

    proof.step("row", "eq.output_row", (), {"of": "C"})
    equations = [["=", ["last", "l"], "L"], ["=", ["kron", "d", ["last", "e"]], 0]]
    proof.step("elsewhere", "zero.factor", ("product", "row"), {"equations": equations})
    proof.goal("lemma3.elsewhere", "elsewhere", ["relu"])

    # The printed δ says of two layers that n T → 0 unless d_1 = d_2 = d; take d_1 ≠ d.
    pair = ["T", "d", ["list", "l1", "l2"], ["list", "e1", "e2"]]
    where = [
        ["<=", 1, "l1"], ["<=", ["+", "l1", 1], "l2"], ["<=", "l2", "L"],
        ["<=", 1, "e1"], ["<=", ["+", "e1", 1], "d"], ["<=", "d", "H"], ["<=", 1, "e2"], ["<=", "e2", "H"],
    ]  # fmt: skip
    printed = {"is": "vanishes", "of": pair, "power": -1, "where": where}
    values = {"L": 2, "l": ["list", 1, 2], "e": ["list", 1, 2]}
    found = _order(proof, "counterexample", "joint-2", values, needed)
    instance = {"L": 2, "H": 2, "l1": 1, "l2": 2, "e1": 1, "e2": 2, "d": 2}
    proof.step(
        "delta", "refute.limit", (found,), {"goal": printed, "instance": instance},
        note="n T^{(1,2)} with outputs (d; d_1, d_2) = (2; 1, 2) has a non-zero limit, though d_1 ≠ d",
    )  # fmt: skip
    proof.goal("lemma3.printed-delta", "delta", granted, form="printed")
    return proof.document()


statement = Statement(
    name="lemma3",
    title="Layer-resolved correlation terms",
    source=supplement("7", "16", "19", "20", "21", "22", "28", section="4.2"),
    summary="n^{k-1} T^{l,d} converges to a product of k-1 Gaussians, and is not zero in the limit if d_k = d.",
    claims=(
        Claim(
            "lemma3.printed-identity", Kind.IDENTITY, T(d, l, e),
            "T^{l,d} = ⟨q_i^{l_1-1}, q_{i_1}^{l_1-1}⟩ ⟨C_{i_k}, C_i⟩ Π_j ⟨C_{i_j} ⊗ q, C_i⟩ / Π n", form=Form.PRINTED,
        ),
        Claim(
            "lemma3.printed-order", Kind.ORDER, T(d, l, e),
            "n^{max(k-1,0)} T^{l,d} → Π_j G_j with non-zero variances if d_1 = … = d_k = d",
            exponent=1 - k, where=And(k >= 1, distinct, Eq(all_equal, 1)), form=Form.PRINTED,
            latex=r"n^{\max(k-1,0)}\,\mathcal T^{l}_{i,\mathbf i,d}\to_d\prod_{j=1}^{k-1}\mathcal G_j",
            errata=("E5", "E7", "E8", "E9"),
        ),
        Claim(
            "lemma3.printed-delta", Kind.VANISHES, T(d, l, e),
            "n^{k-1} T^{l,d} → 0 unless d_1 = … = d_k = d",
            exponent=1 - k, where=And(k >= 2, distinct, Eq(all_equal, 0)), form=Form.PRINTED,
            latex=r"n^{k-1}\,\mathcal T^{l,d}_{\mathbf d}\to 0\quad\text{unless } d_1=\dots=d_k=d", errata=("E2",),
        ),
        Claim(
            "lemma3.identity", Kind.IDENTITY, T(d, l, e),
            "T(d,l,e) = C(l_k,d,e_k) Π_m A(l_{m+1},l_m,e_m) Q(l_1), for every size, l_1 < … < l_k",
            hypotheses=("relu",),
        ),
        Claim("lemma3.networks", Kind.IDENTITY, T(d, l, e), "The same, evaluated on networks over prime fields."),
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
            "lemma3.order.shallow", Kind.ORDER, T(d, l, e), "T^{l,d} ~ n^{-(k-1)} if d_k = d; L <= 2",
            exponent=1 - k, where=And(shallow, k >= 1, distinct, Eq(last_equal, 1)),
            hypotheses=("relu", "not_antiparallel", "not_orthogonal"), errata=("E2", "E8", "E9"),
        ),
        Claim(
            "lemma3.order.deep", Kind.ORDER, T(d, l, e), "T^{l,d} ~ n^{-(k-1)} if d_k = d; L >= 3",
            exponent=1 - k, where=And(deep, k >= 1, distinct, Eq(last_equal, 1)),
            hypotheses=("relu", "not_antiparallel", "not_orthogonal", "inputs_nonzero", "proportional_widths"),
            errata=("E2", "E7", "E8", "E9", "E29"),
        ),
        Claim(
            "lemma3.elsewhere", Kind.ZERO, T(d, l, e), "T^{l,d} = 0 if d_k ≠ d and l_k = L",
            where=And(k >= 1, distinct, Eq(last_equal, 0), Eq(l_k, L)), hypotheses=("relu",), errata=("E2",),
        ),
    ),
    hypotheses=(
        Hypothesis(
            "relu", "σ is the ReLU; derivatives are those of the activation cell",
            Witness(
                "tanh: T³ keeps its largest part where the activation's third derivative stands, of order n^{-1}.",
                reproduce="verifier check section3 -k smooth",
            ), errata=("E10",),
        ),
        Hypothesis("inputs_nonzero", "x_i ≠ 0 and x_j ≠ 0", Witness("x_i = 0: f(x_i) = 0 and every T is 0.")),
        Hypothesis(
            "not_antiparallel", "x_j is not a negative multiple of x_i",
            Witness(
                "x_j = -x_i: no neuron of the first layer is active at both, so that T^{(1,2)} = 0 exactly at L = 2.",
                {"L": 2, "angle": 180}, "lemma3.order.shallow",
            ), errata=("E8",),
        ),
        Hypothesis(
            "not_orthogonal", "x_i·x_j ≠ 0 (only where l_1 = 1)",
            Witness(
                "x_i ⟂ x_j: a term with l_1 = 1 carries the factor x_i·x_j/n_0 = 0.", {"angle": 90},
                "lemma3.order.shallow",
            ), when=Eq(l_1, 1), errata=("E9",),
        ),
        Hypothesis(
            "proportional_widths", "n_l/n → γ_l in (0, ∞)",
            Witness(
                "n_2/n_1 → 0 at L = 3 and 113.218°: E (n_2 T²)² = .209, .041, .0091, .0026 at n_2/n_1 = 1/4 … 1/258.",
                {"L": 3, "angle": 113.218}, "lemma3.order.deep",
            ), when=L >= 3, errata=("E7", "E29"),
        ),
    ),
    errata=errata("E2", "E5", "E7", "E8", "E9", "E15", "E19", "E29"),
    proof=_proof(),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip


def hypotheses_violated(parameters: dict[str, Any]) -> list[str]:
    """The ids of the hypotheses that fail at a cell's parameters (angle in degrees between x_i and x_j)."""
    angle = abs(float(parameters.get("angle", 0)))
    found = []
    if parameters.get("k", 2) >= 1 and abs(angle - 180) < 1e-6:
        found.append("not_antiparallel")
    if parameters.get("l_1", 1) == 1 and abs(angle - 90) < 1e-6:
        found.append("not_orthogonal")
    return found
