"""Lemma 1, measured where it is used: the signs of f at two inputs, whose limits have no mass at 0."""

from verifier.check import Check, Measure, cells
from verifier.quantities_layers import both_positive

check = Check(
    "lemma1",
    Measure(
        both_positive,
        cells(angle=[0, 60, 90, 120], L=[1, 2, 3]),
        widths=(128, 256, 512, 1024, 2048),
        block=256,
        samples=1024,
        margin=0.01,
        claims=("lemma1.outputs",),
        movable=True,
    ),
)
