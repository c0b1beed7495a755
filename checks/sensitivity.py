"""Section 2.1, measured: rotation prediction against the learning rate, the width of g and its depth; Figure 1."""

from typing import Any

from verifier.quantities.check import Check, Measure, cells

from ._rotation import accuracy
from ._training import names

WIDTH, DEPTH = ("sensitivity.printed-width",), ("sensitivity.printed-slower", "sensitivity.printed-lower")
#: A tenth of the text's widths, a quarter of its rotations, and depths at which so small networks learn.
SMALL: dict[str, Any] = {"sizes": "small", "data": "digits", "L": 4, "n": 20, "rate": [0.01, 0.1, 1, 10]}
PAPER: dict[str, Any] = {
    "sizes": "paper", "data": names(), "L": 4, "n": 200, "rate": [10.0**-j for j in range(7, -1, -1)],
}  # fmt: skip
TIMES: dict[str, Any] = {"effort": "default", "samples": 40, "block": 40, "quick_samples": 16}
WHOLE: dict[str, Any] = {"effort": "paper", "samples": 100, "block": 2}


def _learned(cell: Any) -> float:
    """Twice chance, which is one in the number of turns."""
    return 2 / {"small": 4, "paper": 12}[cell["sizes"]]


#: How the mean over epochs and the accuracy at the end are asked of.
ENDS = [{"of": "final", "final": 1}, {"of": "mean", "final": 0}]

check = Check(
    "sensitivity",
    Measure(
        accuracy,
        [cell | {"of": "final"} for cell in cells(**SMALL, H=[3, 4, 6])],
        widths=(5, 10, 20), width="m", margin=0.02, claims=WIDTH, floor=_learned,
        quick=lambda cell: cell["H"] == 3 and cell["rate"] == 1, **TIMES,
    ),
    Measure(
        accuracy,
        [cell | end for cell in cells(**SMALL, m=20) for end in ENDS],
        widths=(3, 4, 6), width="H", margin=0.02, claims=DEPTH, floor=_learned,
        quick=lambda cell: cell["rate"] == 1, **{**TIMES, "samples": 16, "block": 16},
    ),
    Measure(
        accuracy,
        [cell | {"of": "final"} for cell in cells(**PAPER, H=[3, 6, 8])],
        widths=(50, 100, 200), width="m", margin=0.02, claims=WIDTH, floor=_learned, **WHOLE,
    ),
    Measure(
        accuracy,
        [cell | end for cell in cells(**PAPER, m=[50, 200]) for end in ENDS],
        widths=(3, 6, 8), width="H", margin=0.02, claims=DEPTH, floor=_learned, **WHOLE,
    ),
    scaled="g has widths 5, 10, 20 and depths 3, 4, 6 (the text: 50, 100, 200 and 3, 6, 8), f width 20 (200); 16 to 40 "
    "runs (100) of 16 epochs (40) on 128 of the 8 x 8 digits, turned by multiples of 90 degrees (30), at rates to 10",
)  # fmt: skip
