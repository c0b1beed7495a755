"""Remark 1, measured: k random Fourier features of two points z at a given distance, and the covariance behind them."""

from typing import Any

from checks._shared import tanh_differs
from verifier.quantities.check import Check, Measure, cells
from verifier.quantities.layers import feature_norm, features, fourier_covariance
from verifier.quantities.smooth import tanh_gram

WIDTHS = (128, 256, 512, 1024, 2048)
sizes: dict[str, Any] = {
    "widths": WIDTHS,
    "width": "k",
    "averaged": True,
    "block": 128,
    "samples": 1 << 14,
    "margin": 0.02,
}

check = Check(
    "remark1",
    Measure(
        features,
        cells(distance=[0, 0.5, 1, 2]),
        claims=("remark1.printed-constant", "remark1.constant"),
        **sizes,
    ),
    Measure(feature_norm, cells(distance=0), claims=("remark1.norm",), **sizes),
    Measure(fourier_covariance, cells(H=[1, 2, 3], s=[0.5, 1], distance=1), claims=("remark1.function",), **sizes),
    # Without k → ∞ it stays random: k = 16 at every "width".
    Measure(
        features,
        cells(distance=1, k=16),
        widths=(128, 4096, 1 << 17, 1 << 22),
        block=512,
        samples=2048,
        margin=0.02,
        claims=("remark1.constant",),
        witness=("many_features",),
    ),
    # σ = tanh at u = u', S = 1: variance 1/2 before it, 2 E tanh² after it.
    tanh_differs(tanh_gram, cells(H=2, s=1, distance=0, activation="tanh", sd=0.5**0.5, c=1), "remark1.function"),
)
