"""Steps that refute Lemma 3 as printed: its non-zero variances at special inputs, and its δ(d_1 = … = d_k = d)."""

from __future__ import annotations

from typing import Any

from lemmas._terms_one_input import leaf, moment
from verifier.prover import ProofBuilder

_LAYERS = [["<=", 1, "l1"], ["<=", ["+", "l1", 1], "l2"], ["<=", "l2", "L"]]


def degenerate(proof: ProofBuilder) -> list[tuple[str, str]]:
    """L = 2: T^{(1,2)} = 0 for orthogonal and for antiparallel inputs, where a non-zero variance is printed.

    Returns (hypothesis, step) for both.
    """
    orthogonal, antiparallel = proof.hypothesis("orthogonal"), proof.hypothesis("antiparallel")
    of = ["T", "d", ["list", "l1", "l2"], ["list", "d", "d"]]
    printed = {"is": "order", "of": of, "power": -1, "where": [*_LAYERS, ["<=", 1, "d"], ["<=", "d", "H"]]}
    term = leaf([1, 2], [1, 1])
    values = {"l": ["list", 1, 2], "e": ["list", 1, 1], "d": 1}
    proof.step("at-pair", "specialise", ("product",), {"values": values})
    proof.step("pair", "eq.expand", ("at-pair",), {})
    row, gram, link = ["C", 2, 1, 1], ["Q", 1], ["A", 2, 1, 1]
    proof.step("no-gram", "zero.orthogonal", (orthogonal,), {})
    proof.step("no-unit", "zero.antiparallel", ("hyp-relu", antiparallel), {})
    proof.step("no-link", "specialise", ("no-unit",), {"values": {"e": 1}})
    found = []
    for hypothesis, cause, multiplier in (
        ("orthogonal", "no-gram", ["*", row, link]),
        ("antiparallel", "no-link", ["*", row, gram]),
    ):
        data = {"left": term, "right": 0, "multipliers": [1, multiplier]}
        zero = proof.step(f"zero-{hypothesis}", "eq.combination", ("pair", cause), data)
        given = {"goal": printed, "instance": {"L": 2, "H": 1, "l1": 1, "l2": 2, "d": 1}}
        found.append((hypothesis, proof.step(f"printed-{hypothesis}", "refute.zero", (zero,), given)))
    return found


def _printed_delta(*outputs: Any) -> dict[str, Any]:
    """As printed: n T^{l,d} → 0 for two layers and these outputs d_1 ≠ d."""
    of = ["T", "d", ["list", "l1", "l2"], ["list", "e1", "e2"]]
    return {"is": "vanishes", "of": of, "power": -1, "where": [*_LAYERS, *outputs, ["<=", 1, "e2"], ["<=", "e2", "H"]]}


def delta_by_limit(proof: ProofBuilder, limit: str) -> str:
    """n T^{(1,2)} has a limit that is not 0 with outputs (d; d_1, d_2) = (2; 1, 2), L = 2."""
    goal = _printed_delta(["<=", 1, "e1"], ["<=", ["+", "e1", 1], "d"], ["<=", "d", "H"])
    instance = {"L": 2, "H": 2, "l1": 1, "l2": 2, "e1": 1, "e2": 2, "d": 2}
    return proof.step(
        "delta", "refute.limit", (limit,), {"goal": goal, "instance": instance},
        note="n T^{(1,2)} with outputs (d; d_1, d_2) = (2; 1, 2) has a non-zero limit, though d_1 ≠ d",
    )  # fmt: skip


def delta_by_moments(proof: ProofBuilder) -> str:
    """Three layers, one input: E (nT)² → 4 and E (nT)⁴ is bounded, for T^{(2,3)} with outputs (1; 2, 1)."""
    goal = _printed_delta(["<=", 1, "d"], ["<=", ["+", "d", 1], "e1"], ["<=", "e1", "H"])
    moments = [moment(proof, f"delta-{power}", ["^", leaf([2, 3], [2, 1]), power], 3) for power in (2, 4)]
    instance = {"L": 3, "H": 2, "l1": 2, "l2": 3, "d": 1, "e1": 2, "e2": 1}
    return proof.step("delta-moments", "refute.second_moment", moments, {"goal": goal, "instance": instance})
