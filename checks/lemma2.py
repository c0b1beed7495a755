"""Lemma 2, measured: Gram matrices, Jacobians and gradients of all hidden widths n, and what is not a multiple of I."""

from math import radians
from typing import Any

from checks._shared import tanh_differs
from verifier.hunt import Corner, Space, angles, choices, integers, listed
from verifier.inference.corrections import POWERS_OF_N
from verifier.quantities.check import Check, Measure, cells
from verifier.quantities.layers import (
    gaussian_relu,
    gaussian_step,
    gradient,
    gram,
    jacobian,
    largest_eigenvalue,
    output_covariance,
    tangent,
)
from verifier.quantities.smooth import tanh_gram

WIDTHS = (128, 256, 512, 1024)
at = [0, 60, 120]
sizes: dict[str, Any] = {
    "widths": WIDTHS, "averaged": True, "block": 128, "samples": 1 << 14, "margin": 0.06, "movable": True,
}  # fmt: skip
gaussians: dict[str, Any] = {
    "widths": (512, 768, 1024, 1536), "block": 512, "samples": 1024, "margin": 0.1,
    "derived": lambda cell: {"theta": radians(cell["angle"])},
}  # fmt: skip


def below(depth: int) -> list[int]:
    return list(range(1, depth))


check = Check(
    "lemma2",
    Measure(
        gram,
        cells(angle=at, L=3, v=[1, 2]),
        claims=("lemma2.printed-gram", "lemma2.gram"),
        space=Space(L=integers(2, 3), v=integers(1, lambda L: L - 1), angle=angles()),
        **sizes,
    ),
    Measure(
        jacobian,
        cells(angle=[0, 60], L=3, v=[2, 3], u=lambda v: below(v)),
        claims=("lemma2.printed-jacobians", "lemma2.jacobians"),
        **sizes,
    ),
    Measure(
        gradient,
        cells(angle=at, L=[2, 3], u=lambda L: below(L)),
        claims=("lemma2.printed-gradients", "lemma2.gradients"),
        **sizes,
    ),
    # Means of the tangent kernel have expansions in 1/n.
    Measure(
        tangent,
        cells(angle=at, L=[2, 3]),
        claims=("lemma2.tangent",),
        space=Space(L=integers(1, 3), angle=angles()),
        powers=POWERS_OF_N,
        **{**sizes, "samples": 1 << 16},
    ),
    # E6: the covariance of f is S^{L-1}; S^L as printed agrees only at one input.
    Measure(
        output_covariance,
        cells(angle=[0, 60, 90, 120], L=[1, 2, 3]),
        claims=("lemma2.printed-covariance", "lemma2.covariance"),
        space=Space(L=integers(1, 3), angle=angles()),
        **sizes,
    ),
    Measure(
        gaussian_relu,
        cells(s=[0.5, 2], t=[1, 1.5], angle=[0, 60, 120]),
        claims=("lemma2.closed-gram",),
        **gaussians,
    ),
    Measure(
        gaussian_step,
        cells(s=[0.5, 2], t=[1, 1.5], angle=[0, 60, 120]),
        claims=("lemma2.closed-masks",),
        **gaussians,
    ),
    # E7: eight rows give the identity; as many rows as columns give a largest eigenvalue of (1 + √2)².
    Measure(
        largest_eigenvalue,
        cells(L=2, u=1, v=2, angle=0, square=1),
        widths=(128, 256, 512, 1024),
        block=64,
        samples=256,
        claims=("lemma2.jacobians",),
        witness=("rows_fixed",),
        space=Space(
            L=listed((2,)),
            u=listed((1,)),
            v=listed((2,)),
            angle=listed((0,)),
            square=choices(0, Corner(1, "as many rows as columns", "finitely many rows of P are looked at")),
        ),
    ),
    # σ = tanh: another value.
    tanh_differs(tanh_gram, cells(L=2, v=1, angle=0, activation="tanh", sd=1, c=1), "lemma2.gram"),
)
