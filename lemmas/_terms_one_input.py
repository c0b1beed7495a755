"""Steps on the terms T^{l,d} at one input, |x|² = n_0: T^{(1,…,L)} and T^L exactly, and exact moments of the others.

There q^l = √2 Z y^l with Z² = Z and f is homogeneous, so that every link A(l+1, l, e) is 2 f^e/n_l.  They continue a
proof that has the steps "product", Eq. (16), and "row", the derivative of the last layer.
"""

from __future__ import annotations

from typing import Any

from lemmas._forms import telescope
from verifier.prover import ProofBuilder

_MOMENTS = ("hyp-relu", "hyp-one_input")
_EQUAL = (*_MOMENTS, "hyp-equal_widths")


def leaf(layers: list[int], outputs: list[int], d: int = 1) -> list[Any]:
    """T^{l,d} as a kernel term."""
    return ["T", d, ["list", *layers], ["list", *outputs]]


#: claim -> depth and what the expectation is taken of (O7-O9, O12-O15)
MOMENTS = (
    ("mixed", 3, ["*", ["f", "i", 1], leaf([1, 2], [1, 1])]),
    ("mixed", 3, ["*", ["f", "i", 1], leaf([2, 3], [1, 1])]),
    ("skipped", 3, ["*", ["f", "i", 1], leaf([1, 3], [1, 1])]),
    ("mixed-star", 3, ["*", ["f", "i", 1], ["S", 2]]),
    ("joint-mean", 3, leaf([1, 2, 3], [1, 1, 1])),
    ("joint-square", 3, ["^", leaf([1, 2, 3], [1, 1, 1]), 2]),
    ("other-output", 3, ["^", leaf([2, 3], [2, 1]), 2]),
    ("other-output-first", 3, ["^", leaf([1, 2], [2, 1]), 2]),
    ("smaller", 3, ["^", leaf([1, 2], [1, 2]), 2]),
    ("smaller", 3, ["^", leaf([1, 2], [2, 2]), 2]),
)


def links(proof: ProofBuilder) -> None:
    """A(l+1, l, e) = 2 f^e/n_l and Q(1) = 1."""
    note = "q^l = √2 Z y^l, Z² = Z, and f is homogeneous"
    proof.step("link", "eq.one_input", _MOMENTS, {"of": "step"}, note=note)
    proof.step("gram", "eq.one_input", ("hyp-one_input",), {"of": "gram"})


def full(proof: ProofBuilder, depth: int) -> str:
    """T^{(1..L)} = δ(d, d_L) Π_{m<L} 2 f^{d_m}/n_m, at all widths."""
    outputs = [f"e{m}" for m in range(1, depth + 1)]
    term = ["T", "d", ["list", *range(1, depth + 1)], ["list", *outputs]]
    values = {"l": term[2], "e": term[3]}
    proof.step(f"at-full-{depth}", "specialise", ("product",), {"values": values})
    proof.step(f"at-depth-{depth}", "fix", (f"at-full-{depth}",), {"values": {"L": depth}})
    proof.step(f"links-{depth}", "eq.expand", (f"at-depth-{depth}",), {})
    proof.step(f"row-{depth}", "specialise", ("row",), {"values": {"L": depth, "e": outputs[-1]}})
    now: list[Any] = [["C", depth, "d", outputs[-1]], *[["A", m + 1, m, outputs[m - 1]] for m in range(1, depth)]]
    then: list[Any] = [
        ["kron", "d", outputs[-1]],
        *[["*", 2, ["f", "i", outputs[m - 1]], ["inv", ["n", m]]] for m in range(1, depth)],
    ]
    now.append(["Q", 1])
    then.append(1)
    steps = [f"row-{depth}"]
    for m in range(1, depth):
        data = {"values": {"l": m, "e": outputs[m - 1], "L": depth}}
        steps.append(proof.step(f"link-{m}-{depth}", "specialise", ("link",), data))
    steps.append("gram")
    return proof.step(
        f"full-{depth}", "eq.combination", (f"links-{depth}", *steps),
        {"left": term, "right": ["*", 1, *then], "multipliers": [1, *telescope(now, then)]},
    )  # fmt: skip


def star(proof: ProofBuilder) -> str:
    """T^L = L! Π_{l<L} 2f/n_l, at every depth and all widths."""
    proof.step("star", "eq.star", ("product",), {})
    proof.step("star-top", "specialise", ("star",), {"values": {"r": "L"}})
    proof.step("star-chain", "eq.full_chain", ("star-top",), {})
    proof.step("link-first", "specialise", ("link",), {"values": {"e": 1, "l": "m"}})
    below = {"variable": "m", "from": 1, "to": ["-", "L", 1]}
    proof.step("links", "eq.under_product", ("link-first",), below)
    proof.step("row-first", "specialise", ("row",), {"values": {"d": 1, "e": 1}})
    factor, chain = ["fact", "L"], proof.conclusion("links")
    multipliers = [
        1, ["*", factor, chain["left"], ["Q", 1]], ["*", factor, ["Q", 1]], ["*", factor, chain["right"]],
    ]  # fmt: skip
    return proof.step(
        "star-full", "eq.combination", ("star-chain", "row-first", "links", "gram"),
        {"left": ["S", "L"], "right": ["*", factor, chain["right"]], "multipliers": multipliers},
        note="T^L = L! Π_{l<L} 2f/n_l, at every depth and all widths",
    )  # fmt: skip


def moment(proof: ProofBuilder, name: str, of: Any, depth: int, outputs: int = 2, widths: str = "equal") -> str:
    """E of a product of terms, at every width: by Wick's theorem over patterns of indices."""
    data = {"of": of, "L": depth, "H": outputs, "widths": widths}
    return proof.step(name, "mean.wick", _EQUAL if widths == "equal" else _MOMENTS, data)
