"""Theorem 3, measured: the limit of K^h, its mean, the orders of the two terms of its first change, and kinks."""

from typing import Any

from verifier.hunt import Corner, Space, angles, choices, integers, listed, norms
from verifier.inference.corrections import POWERS_OF_N
from verifier.quantities.check import Check, Measure, cells
from verifier.quantities.implicit import (
    first_term,
    first_term_limit,
    hyperkernel_value,
    implicit_kernel,
    kink_remainder,
    second_term,
    trained_fit,
    trained_output,
)

#: m ≪ n: a fluctuation of K^f over m outputs adds a part m/n of the first term, as much as the term itself at m = n.
GRID: dict[str, Any] = {
    "widths": (1 << 18, 1 << 20, 1 << 22, 1 << 24),
    "grid": (128, 256, 512, 1024),
    "block": 256,
    "samples": 8192,
}
#: Exponents in m: a range so wide takes few samples, and corrections in 1/m little of the margin.
GRID_M: dict[str, Any] = GRID | {
    "widths": (1 << 20, 1 << 22, 1 << 24, 1 << 26),
    "grid": (128, 512, 2048, 8192),
    "block": 128,
}
STEP: dict[str, Any] = {
    "widths": (1_000_003, 10_000_019, 100_000_007, 1_000_000_007), "block": 512, "samples": 4096,
}  # fmt: skip
TAYLOR = ("theorem3.printed-taylor",)
SIZES = ["half", "sqrt_n"]
DESCENT: dict[str, Any] = {"widths": (512, 2048, 8192, 32_768), "block": 64, "samples": 1024}
TRAINED: dict[str, Any] = {"widths": (512, 1024, 2048, 4096), "block": 64, "samples": 512, "margin": 0.05}

check = Check(
    "theorem3",
    # n = m
    Measure(
        hyperkernel_value,
        [*cells(H=2, L=[1, 2], angle=60, z_angle=60), *cells(H=2, L=2, angle=0, z_angle=0)],
        widths=(128, 256, 512, 1024),
        averaged=True,
        block=128,
        samples=1 << 14,
        margin=0.3,
        claims=("theorem3.printed-limit", "theorem3.limit", "theorem3.joint-limit"),
        space=Space(H=listed((2,)), L=integers(1, 2), angle=angles(), z_angle=angles("z_i", "z_j")),
    ),
    # E12: the mean at every n; Figure 1(b) says H L.
    Measure(
        hyperkernel_value,
        cells(H=2, L=2, angle=0, z_angle=0, m=1),
        widths=(16, 64, 256, 1024),
        block=1 << 14,
        samples=1 << 17,
        quick_samples=1 << 17,
        margin=0.1,
        claims=("theorem3.printed-figure", "theorem3.mean"),
        space=Space(H=integers(1, 2), L=integers(1, 2), angle=listed((0,)), z_angle=listed((0,)), m=listed((1,))),
    ),
    Measure(
        hyperkernel_value,
        cells(H=[2, 3], L=2, angle=0, m=1, z=(1, -1)),
        widths=(16, 64, 256, 1024),
        samples=2048,
        claims=("theorem3.opposite",),
    ),
    # Yet for H = 3 the limit n = m → ∞ is L/π.
    Measure(
        hyperkernel_value,
        cells(H=3, L=1, angle=0, z=(1, -1)),
        widths=(128, 256, 512, 1024),
        averaged=True,
        block=128,
        samples=1 << 14,
        margin=0.1,
        claims=("theorem3.opposite-limit",),
    ),
    # The orders of ∂_t K^h(u, u) at t = 0, in n and in m, from all pairs of widths.
    Measure(
        first_term,
        cells(H=2, L=2, axis="m"),
        claims=("theorem3.printed-first", "theorem3.first.m"),
        **GRID_M,
    ),
    Measure(first_term, cells(H=2, L=2, axis="n"), claims=("theorem3.first.n",), **GRID),
    # E32: the exponent of min(n, m), however n and m grow; and m alone, at n = 64, which shows nothing of 1/m.
    Measure(
        first_term,
        cells(H=2, L=2, ray=["equal", "wide_f", "wide_g"]),
        widths=(128, 181, 2048, 2896),
        cost=50,
        block=256,
        samples=8192,
        claims=("theorem3.first",),
        quick=lambda cell: cell["ray"] == "wide_f",
    ),
    Measure(
        first_term,
        cells(H=2, L=2, n=64),
        widths=(256, 1024, 4096, 16_384),
        width="m",
        block=128,
        samples=512,
        claims=("theorem3.first.m",),
        witness=("m_below_n",),
        space=Space(H=integers(2, 3), L=integers(1, 2), n=choices(None, Corner(64, "m → ∞ at n = 64", "m = O(n)"))),
        quick=lambda cell: False,
    ),
    Measure(
        second_term,
        cells(H=2, L=2, axis="n"),
        claims=("theorem3.printed-second", "theorem3.second.n"),
        **GRID,
    ),
    Measure(second_term, cells(H=2, L=2, axis="m"), claims=("theorem3.second.m",), **GRID_M),
    # The first term at infinite n, three different inputs.
    Measure(
        first_term_limit,
        cells(H=[2, 3], S=(0.7, 0.5, 0.6)),
        widths=(128, 181, 2048, 2896),
        width="m",
        cost=50,
        block=256,
        samples=16_384,
        powers=POWERS_OF_N,
        quick=lambda cell: cell["H"] == 2,
        claims=("theorem3.first.m",),
    ),
    # E12: the mean of K^g at n = ∞, one x and z at 2.5 radians, against its limit for m → ∞.
    Measure(
        implicit_kernel,
        cells(H=[2, 3], L=1, angle=0, z_angle=143.239449, m=10),
        widths=(128, 256, 512, 1024),
        block=1 << 14,
        samples=1 << 17,
        quick_samples=1 << 15,
        margin=0.02,
        claims=("theorem3.printed-mean",),
    ),
    # E16: neurons that a unit step flips, at the training input and at another one.
    Measure(
        kink_remainder,
        cells(L=2, step=1, angle=0),
        claims=("theorem3.kink.trained", "theorem3.kink.collinear", *TAYLOR),
        **STEP,
    ),
    Measure(
        kink_remainder,
        cells(L=2, step=1, angle=[60, 180]),  # E30: opposite to the training input
        claims=("theorem3.kink.other", "theorem3.kink.collinear", *TAYLOR),
        movable=True,
        space=Space(L=listed((2,)), step=listed((1,)), angle=angles("the training input", "x"), norm=norms("x")),
        **STEP,
    ),
    # E24: √n is o(n), and too large a step: f grows to the order √n, then all units close.
    Measure(
        trained_output,
        cells(L=2, mu=SIZES, steps=1),
        claims=("theorem3.printed-bounded",),
        space=Space(L=listed((2,)), mu=listed(SIZES), steps=integers(1, 1)),
        **DESCENT,
    ),
    Measure(trained_output, cells(L=2, mu=SIZES, steps=30), claims=("theorem3.printed-alive",), **TRAINED),
    # Corrections of n^-1/2 leave a mean ±0.169 at these widths, whatever the samples: no margin below that is met.
    Measure(
        trained_fit, cells(L=2, mu=SIZES, steps=30), claims=("theorem3.printed-descent",), **{**TRAINED, "margin": 0.17}
    ),
    # z' = 0: no angle, and K = 0.
    Measure(
        hyperkernel_value,
        cells(H=2, L=1, angle=0, z_angle=0, z=[(1, 0)]),
        widths=(128, 256, 512, 1024),
        block=512,
        samples=1024,
        claims=("theorem3.limit",),
        witness=("z_nonzero",),
    ),
)
