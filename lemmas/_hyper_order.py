"""Steps from the joint limit of the building blocks of f to the orders of K^(r) and of h, at one depth at a time.

They continue a proof that has the steps "cut" (K^(r) over compositions with parts up to L), "gather" (the brackets
over layers and outputs), "zeroth" (the empty bracket is f) and "best" (the greatest order of a composition).
"""

from __future__ import annotations

from typing import Any

from verifier.prover import ProofBuilder

_INPUTS = ("hyp-inputs_nonzero", "hyp-z_nonzero")
_SIGNS = (*_INPUTS, "hyp-not_antiparallel", "hyp-masks_overlap")


def sign_cases(depth: Any) -> list[dict[str, Any]]:
    """A point of the limit's support, by signs, at which all dominant terms have one sign: one for each case.

    Where Σ^0 = x_i·x_j/n_0 is negative and Θ is not, the Gaussians Γ(l', 1) of chains that start at layer 1 are
    taken negative, so that chains from layer 1 and from later ones agree; where Θ is negative they are taken large.
    """
    found = []
    for sig0 in "+0-":
        for theta in "+0-":
            point: dict[str, Any] = {"support": "covariance", "Gam1": "+", "large": False}
            if sig0 == "-":
                flipped = theta == "+" and depth != 1
                point = {"support": "full", "Gam1": "-" if flipped else "+", "large": theta != "+"}
            found += [{"Sig0": sig0, "Theta": theta, "zj": zj, **point} for zj in "+-"]
    return found


def order_at(proof: ProofBuilder, tag: str, joint: str, depth: Any) -> str:
    """K^(r) ~ n^{min(0, H-r)} at one depth, or at every one, "L"; the limit itself is the step ``terms-{tag}``."""
    at = (lambda step: step) if depth == "L" else _specialised(proof, tag, depth)
    family = joint
    for label in ("i", "j"):
        data = {"of": "D", "input": label}
        family = proof.step(f"mask-{label}-{tag}", "conv.compose", (family, *_INPUTS), data)
    family = proof.step(f"hj-{tag}", "conv.compose", (family, *_INPUTS), {"of": "hj"})
    family = proof.step(f"empty-{tag}", "conv.rewrite", (family, "zeroth"), {"for": [["d", 1, "H"]]})
    parts = {"for": [["d", 1, "H"], ["k", 1, depth]]}
    family = proof.step(f"parts-{tag}", "conv.rewrite", (family, at("gather")), parts)
    proof.step(
        f"terms-{tag}", "conv.sum_of_orders", (family, at("cut"), at("best")), where=[["<=", 1, "r"]],
        note="only the compositions of greatest order stay in the limit",
    )  # fmt: skip
    conditions = [at("hyp-not_orthogonal"), at("hyp-ntk")]
    proof.step(
        f"no-loss-{tag}", "nonzero.signs", (f"terms-{tag}", *_SIGNS, *conditions), {"cases": sign_cases(depth)},
        note="all sums over l, d and α done: at one point of the support every summand has the same sign",
    )  # fmt: skip
    return proof.step(f"order-{tag}", "order", (f"terms-{tag}", f"no-loss-{tag}"))


def _specialised(proof: ProofBuilder, tag: str, depth: int) -> Any:
    def at(step: str) -> str:
        return proof.step(f"{step}-{tag}", "specialise", (step,), {"values": {"L": depth}})

    return at


def output_at(proof: ProofBuilder, tag: str, joint: str) -> str:
    """K^(0) = h_i ~ 1: a product of Gaussians on the event that the mask D(i) is 1."""
    family = proof.step(f"h-mask-{tag}", "conv.compose", (joint, *_INPUTS), {"of": "D", "input": "i"})
    family = proof.step(f"h-{tag}", "conv.compose", (family, *_INPUTS), {"of": "h"})
    only = proof.step(f"h-only-{tag}", "conv.select", (family,), {"of": ["K", 0], "values": {}})
    alive = proof.step(f"h-alive-{tag}", "nonzero.product", (only, *_INPUTS), {})
    return proof.step(f"h-order-{tag}", "order", (only, alive))


def atom_at(proof: ProofBuilder, tag: str, depth: Any) -> str:
    """At one input the limit ``terms-{tag}`` is 0 exactly where some mask of g is closed."""
    conditions = [f"hyp-{name}" if depth == "L" else f"hyp-{name}-{tag}" for name in ("not_orthogonal", "ntk")]
    return proof.step(
        f"atom-{tag}", "atom.signs", (f"terms-{tag}", *_SIGNS, "hyp-one_input", *conditions),
        {"cases": sign_cases(depth)}, note="the polynomial in the limit is almost surely not 0 where the masks are 1",
    )  # fmt: skip


def square_at(proof: ProofBuilder, outputs: int, depth: int, r: int, coefficient: tuple[int, int]) -> str:
    """At one input E (K^(r))² = c n^{2 min(0, H-r)} (1 + O(1/n)), c a numerator and a denominator, by exact moments."""
    hypotheses = [f"hyp-{name}" for name in ("relu", "m_is_1", "one_input", "equal_widths")]
    conclusion = {
        "is": "growth", "of": ["^", ["K", r], 2], "power": 2 * min(0, outputs - r),
        "activation": "relu", "coefficient": list(coefficient), "where": [["=", "L", depth], ["=", "H", outputs]],
    }  # fmt: skip
    data = {"of": ["K", r], "L": depth, "H": outputs, "activation": "relu"}
    return proof.stated(f"square-{outputs}-{depth}-{r}", "growth.exact", hypotheses, data, conclusion)
