"""Lemma 1, measured where it is used: the signs of f at two inputs, whose limits have no mass at 0; and at 1/n."""

from checks._shared import tanh_differs
from verifier.hunt import Corner, Space, angles, choices, integers
from verifier.quantities.check import Check, Measure, cells
from verifier.quantities.layers import both_positive, positive
from verifier.quantities.smooth import tanh_both_positive

check = Check(
    "lemma1",
    Measure(
        both_positive,
        cells(angle=[0, 60, 90, 120], L=[1, 2, 3]),
        widths=(128, 256, 512, 1024, 2048),
        averaged=True,
        block=128,
        samples=1 << 14,
        margin=0.01,
        claims=("lemma1.outputs",),
        movable=True,
        space=Space(L=integers(1, 3), angle=angles()),
    ),
    # E1: 1/n → 0 and P[1/n > 0] = 1; f at one input has a limit without mass at 0.  ``limit`` is P[X > 0].
    Measure(
        positive,
        [*cells(sequence="reciprocal", limit=0), *cells(sequence="output", limit=0.5)],
        widths=(128, 256, 512, 1024),
        block=1024,
        samples=1 << 14,
        margin=0.05,
        claims=("lemma1.printed-6", "lemma1.probabilities"),
        derived=lambda cell: {"limit": {"output": 0.5, "reciprocal": 0}[cell["sequence"]]},
        space=Space(sequence=choices("output", Corner("reciprocal", "X_n = 1/n, whose limit is 0", "P[X = 0] = 0"))),
    ),
    # σ = tanh: another value.
    tanh_differs(tanh_both_positive, cells(L=2, angle=90, activation="tanh", sd=1, c=0), "lemma1.outputs"),
)
