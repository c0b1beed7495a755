"""Lemma 6, measured: Jacobians and gradients of g, whose weights are outputs of f; n = m."""

from typing import Any

from checks._shared import tanh_differs
from verifier.hunt import Space, angles, integers, listed
from verifier.quantities.check import Check, Measure, cells
from verifier.quantities.implicit import implicit_jacobian, implicit_kernel
from verifier.quantities.smooth import tanh_slopes

sizes: dict[str, Any] = {
    "widths": (128, 256, 512, 1024),
    "averaged": True,
    "block": 128,
    "samples": 1 << 14,
    "margin": 0.05,
    "quick": lambda cell: cell["H"] == 2,
}
at: dict[str, Any] = {"L": 2, "angle": 60, "z_angle": 60}

check = Check(
    "lemma6",
    Measure(
        implicit_jacobian,
        [*cells(u=1, v=2, H=2, **at), *cells(u=[1, 2], v=3, H=3, **at)],
        claims=("lemma6.printed-jacobians", "lemma6.jacobians"),
        **{**sizes, "samples": 1 << 15},
    ),
    # The larger z_angle, the more a factor S^L in the place of S^{L-1} is seen.
    Measure(
        implicit_kernel,
        [*cells(H=[2, 3], **at), *cells(H=2, L=1, angle=90, z_angle=0)],
        claims=("lemma6.printed-gradient", "lemma6.gradient"),
        space=Space(H=integers(2, 3), L=integers(1, 2), angle=angles(), z_angle=angles("z_i", "z_j")),
        **{**sizes, "samples": 1 << 15},
    ),
    # E17: √2 in the place of 2, at one input.
    Measure(
        implicit_jacobian,
        cells(u=1, v=2, H=2, L=2, angle=0, z_angle=0),
        claims=("lemma6.printed-root", "lemma6.one-input", "lemma6.jacobians"),
        space=Space(
            u=listed((1,)), v=listed((2,)), H=listed((2,)), L=integers(1, 2), angle=listed((0,)), z_angle=listed((0,))
        ),
        **sizes,
    ),
    # σ = tanh: another value.
    tanh_differs(
        tanh_slopes, cells(u=1, v=2, H=2, L=1, angle=0, z_angle=0, activation="tanh", sd=1, c=1), "lemma6.jacobians"
    ),
    # z' = 0: no angle, and K = 0.
    Measure(
        implicit_kernel,
        cells(H=2, L=1, angle=0, z_angle=0, z=[(1, 0)]),
        widths=(128, 256, 512, 1024),
        block=512,
        samples=1024,
        claims=("lemma6.gradient",),
        witness=("z_nonzero",),
    ),
)
