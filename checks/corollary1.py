"""Corollary 1, measured: the same z·z' and x·x', and another covariance where the norms differ."""

from checks._shared import tanh_differs
from verifier.hunt import Space, integers, numbers
from verifier.quantities.check import Check, Measure, cells
from verifier.quantities.layers import hyper_covariance
from verifier.quantities.smooth import tanh_gram

check = Check(
    "corollary1",
    Measure(
        hyper_covariance,
        cells(H=[2, 3], s=0.5, a=[1, 4], c=0.5, b=[1, 4]),
        widths=(128, 256, 512, 1024),
        averaged=True,
        block=128,
        samples=1 << 14,
        margin=0.03,
        claims=("corollary1.printed", "corollary1.function"),
        space=Space(
            H=integers(1, 3), s=numbers(-0.9, 0.9), a=numbers(0.5, 4, 1), c=numbers(-0.5, 0.5), b=numbers(0.5, 4, 1)
        ),
    ),
    # σ = tanh: another value.
    tanh_differs(tanh_gram, cells(H=2, s=1, a=1, c=1, b=1, activation="tanh", sd=1), "corollary1.function"),
)
