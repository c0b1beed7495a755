"""Theorem 2, measured: outputs of g and entries of V are Gaussian in the limit, jointly over the inputs.

By the theorem of Cramér and Wold a pair is jointly Gaussian if all its linear combinations are Gaussian.
"""

from typing import Any

from checks._shared import tanh_differs
from verifier.hunt import Space, integers, listed
from verifier.quantities.check import Check, Measure, cells
from verifier.quantities.layers import activity, combination_law, entry, fourth, normal_law, unit
from verifier.quantities.smooth import tanh_gram
from verifier.quantities.terms import layer_term

combinations = [(1, 0), (1, 1), (1, -1), (1, -2)]
sizes: dict[str, Any] = {
    "widths": (128, 256, 512, 1024), "block": 2048, "samples": 1 << 14, "law": combination_law, "margin": 0.04,
}  # fmt: skip

check = Check(
    "theorem2",
    Measure(
        entry,
        cells(angle=60, L=[1, 2], combination=combinations),
        claims=("theorem2.printed-weights", "theorem2.weights"),
        **sizes,
    ),
    # E15: T^{l,d} of Lemma 3 with k = 0 is f^d, a weight of g.
    Measure(
        layer_term,
        cells(L=[2, 3], d=0, l=[()], ds=[()], angle=0),
        claims=("theorem2.weights",),
        **{**sizes, "law": normal_law},
    ),
    Measure(
        unit,
        [
            *cells(angle=60, L=2, H=3, z_angle=60, combination=combinations),
            *cells(angle=90, L=1, H=2, z_angle=0, combination=combinations),
        ],
        claims=("theorem2.printed", "theorem2.process"),
        quick=lambda cell: cell["H"] == 2,
        **sizes,
    ),
    Measure(
        activity,
        cells(H=3, L=[1, 2], l=[1, 2]),
        widths=(128, 256, 512, 1024, 2048),
        averaged=True,
        block=128,
        samples=1 << 14,
        claims=("theorem2.activations",),
    ),
    # E17: with √2 in the place of 2 the first layer has .707, not 1.
    Measure(
        activity,
        cells(H=2, L=[1, 2], l=1),
        widths=(128, 256, 512, 1024, 2048),
        averaged=True,
        block=128,
        samples=1 << 14,
        claims=("theorem2.printed-root",),
        space=Space(H=integers(2, 3), L=integers(1, 2), l=listed((1,))),
    ),
    Measure(
        fourth,
        cells(L=[2, 3, 4]),
        widths=(32, 128, 512, 2048),
        block=1 << 15,
        samples=1 << 18,
        quick=lambda cell: cell["L"] == 2,
        quick_samples=1 << 17,
        claims=("theorem2.fourth",),
    ),
    # σ = tanh: another value.
    tanh_differs(tanh_gram, cells(H=2, L=1, l=1, activation="tanh", sd=1, c=1), "theorem2.activations"),
)
