"""Corollary 1, measured: the same z·z' and x·x', and another covariance where the norms differ."""

from verifier.check import Check, Measure, cells
from verifier.quantities_layers import hyper_covariance

check = Check(
    "corollary1",
    Measure(
        hyper_covariance,
        cells(H=[2, 3], s=0.5, a=[1, 4], c=0.5, d=[1, 4]),
        widths=(128, 256, 512, 1024),
        block=512,
        samples=2048,
        margin=0.03,
        claims=("corollary1.printed", "corollary1.function"),
    ),
)
