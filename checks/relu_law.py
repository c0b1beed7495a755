"""The law of a ReLU network at one input, measured where it is a number: the probability of being dead."""

from verifier.quantities.check import Check, Measure, cells
from verifier.quantities.terms import star_term

check = Check(
    "relu_law",
    Measure(
        star_term,
        cells(angle=0, L=[1, 2, 3, 4], r=0),
        widths=(2, 3, 4, 6),
        block=4096,
        samples=1 << 15,
        margin=0.03,
        claims=("relu_law.dead",),
    ),
)
