"""Section 1.1, measured: the variance of K^h over pairs of widths, its mean against the angle; Figures 1(a), 1(b)."""

from collections.abc import Sequence
from math import degrees
from typing import Any

import numpy as np

from verifier.networks.hyperkernel import sample_hyperkernel
from verifier.quantities.check import Check, Measure, Parameters, Quantity, cells

#: 2.5 radians, as in E12.
FAR = round(degrees(2.5), 6)
GRID = (128, 512, 1024, 4096)


def _draw(shared: Parameters, listed: Sequence[Parameters], width: Any, samples: int, rng: np.random.Generator) -> Any:
    """K^h(u, u') at widths n of f and m of g: those of the pair, of the cell, or the width itself."""
    n, m = width if isinstance(width, tuple) else (shared.get("n", width), shared.get("m", width))
    found = sample_hyperkernel(
        shared["H"], shared["L"], n, m=m, x_angle=shared["angle"], z_angle=shared["z_angle"], samples=samples, rng=rng
    ).values[:, 0]
    return np.repeat(found[:, None], len(listed), axis=1)


kernel = Quantity("Kh_sampled", "K^h", ("H", "L", "angle", "z_angle", "n", "m"), _draw)
equal: dict[str, Any] = {"angle": 0, "z_angle": 0}

check = Check(
    "kernel_convergence",
    # Var K^h over the pairs (n, m), 4096 being beyond the 1000 of the text.
    Measure(
        kernel,
        cells(H=2, L=2, **equal),
        widths=GRID,
        grid=GRID,
        block=1024,
        samples=8192,
        quick_samples=8192,
        margin=0.3,
        claims=("kernel_convergence.variance",),
    ),
    # One width stays and the other grows, or both grow; n = ∞ where L = 1.
    Measure(
        kernel,
        [*cells(H=2, L=2, **equal, m=4, together=0), *cells(H=2, L=2, **equal, n=4, together=0)],
        widths=(256, 512, 2048, 8192),
        block=512,
        samples=4096,
        quick_samples=4096,
        claims=("kernel_convergence.printed-variance",),
    ),
    Measure(
        kernel,
        [*cells(H=2, L=2, **equal, together=1), *cells(H=2, L=1, **equal, together=1)],
        widths=(128, 512, 1024, 4096),
        block=512,
        samples=8192,
        quick_samples=8192,
        claims=("kernel_convergence.printed-variance",),
        quick=lambda cell: cell["L"] == 1,
    ),
    # Figure 1(b): n = 500, and the angle between z and z'.
    Measure(
        kernel,
        cells(H=3, L=2, angle=0, z_angle=list(range(-180, 181, 20)), n=500),
        widths=(10, 800),
        width="m",
        block=1024,
        samples=4096,
        margin=0.2,
        claims=("kernel_convergence.printed-mean",),
        quick=lambda cell: cell["z_angle"] in (0, 120, 140),
    ),
    # E12: n = ∞.
    Measure(
        kernel,
        cells(H=[2, 3], L=1, angle=0, z_angle=FAR),
        widths=(10, 800),
        width="m",
        block=1 << 13,
        samples=1 << 15,
        quick_samples=1 << 15,
        margin=0.05,
        claims=("kernel_convergence.printed-mean",),
    ),
    Measure(
        kernel,
        [*cells(H=2, L=1, angle=0, z_angle=[40, FAR]), *cells(H=3, L=1, angle=0, z_angle=0)],
        widths=(2, 10, 800),
        width="m",
        block=1 << 13,
        samples=1 << 16,
        quick_samples=1 << 16,
        margin=0.1,
        claims=("kernel_convergence.unbiased",),
    ),
    Measure(
        kernel,
        cells(H=3, L=1, angle=0, z_angle=FAR, m=10),
        widths=(128, 256, 512, 1024),
        block=1 << 13,
        samples=1 << 15,
        quick_samples=1 << 15,
        margin=0.02,
        claims=("kernel_convergence.biased",),
    ),
    Measure(
        kernel,
        cells(H=3, L=2, angle=60, z_angle=60),
        widths=(128, 256, 512, 1024),
        block=512,
        samples=2048,
        margin=0.1,
        claims=("kernel_convergence.limit",),
    ),
)
