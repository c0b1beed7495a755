"""Kernel terms and proof steps that several statements share, most of them on infinite-width kernels."""

from __future__ import annotations

from typing import Any

from verifier.prover import ProofBuilder

#: S^{L-1}, the covariance of f's outputs
S_OUT = ["S", ["-", "L", 1]]
_ANGLE = ["-", ["pi"], ["acos", "rho"]]
_SINE = ["sqrt", ["-", 1, ["^", "rho", 2]]]
#: 2 E[σ'σ'] and 2 E[σσ] for standard deviations s, t and correlation rho
STEP = ["*", _ANGLE, ["inv", ["pi"]]]
RELU = ["*", "s", "t", ["+", _SINE, ["*", _ANGLE, "rho"]], ["inv", ["pi"]]]

#: Input Gram matrices at 60°, and one input twice as long
SIXTY = [[1, [1, 2]], [[1, 2], 1]]
LONGER = [[4, [1, 2]], [[1, 2], 1]]


def limit_covariance(level: Any, source: Any = None) -> Any:
    """Λ^l = S Σ^{l-1}, with S = S^{L-1} unless another is given."""
    return ["*", source or S_OUT, ["Sigma", "L", ["-", level, 1]]]


def closed_forms(proof: ProofBuilder) -> tuple[str, str]:
    """The steps that prove the closed forms of 2 E[σ'σ'] and 2 E[σσ]."""
    step = proof.step(
        "closed-step", "expect.price", (), {"of": "step", "value": STEP},
        note="∂/∂ρ 2 E[σ'σ'] = 1/(π√(1-ρ²)), twice the Gaussian density at 0; 1/2 at ρ = 0",
    )  # fmt: skip
    relu = proof.step(
        "closed-relu", "expect.price", (step,), {"of": "relu", "value": RELU},
        note="∂/∂ρ 2 E[σσ] = s t 2 E[σ'σ'] at every pair of variances; s t/π at ρ = 0",
    )  # fmt: skip
    return step, relu


def telescope(now: list[Any], then: list[Any], factor: Any = 1) -> list[Any]:
    """Multipliers of now_k - then_k that add up to Π now - Π then, times a factor.

    a b c - a' b' c' = (a - a') b c + a' (b - b') c + a' b' (c - c').
    """
    return [["*", factor, *then[:k], *now[k + 1 :]] for k in range(len(now))]
