"""Section 2.1, measured: rotation prediction against the learning rate, the width of g and its depth; Figure 1."""

from typing import Any

from verifier.quantities.check import Check, Measure, cells

from ._rotation import accuracy, at_one_rate, learned
from ._training import ON_DIGITS, names, of_images

WIDTH, DEPTH = ("sensitivity.printed-width",), ("sensitivity.printed-slower", "sensitivity.printed-lower")
#: A tenth of the text's widths, a quarter of its rotations, and depths at which so small networks learn.
SMALL: dict[str, Any] = {"sizes": "small", "data": "digits", "L": 4, "n": 20}
PAPER: dict[str, Any] = {"sizes": "paper", "L": 4, "n": 200, "rate": [10.0**-j for j in range(7, -1, -1)]}
#: Rates between those at which nothing is learned; the latter take few runs to say so.
BETWEEN, BEYOND = [0.1, 1], [0.01, 10]
#: How the mean over epochs and the accuracy at the end are asked of.
ENDS = [{"of": "final", "final": 1}, {"of": "mean", "final": 0}]
SHARED: dict[str, Any] = {"margin": 0.02, "floor": learned}


def _widths(H: list[int], rates: list[float], block: int, samples: int) -> Measure:
    """The accuracy against the width of g, of small networks."""
    return Measure(
        accuracy,
        [cell | {"of": "final"} for cell in cells(**SMALL, rate=rates, H=H)],
        widths=(5, 10, 20), width="m", claims=WIDTH, effort="default", block=block, samples=samples, quick_samples=16,
        quick=lambda cell: cell["H"] == 3 and cell["rate"] == 1, **SHARED,
    )  # fmt: skip


def _depths(rates: list[float], block: int, samples: int) -> Measure:
    """The accuracy against the depth of g, of small networks of width 20."""
    return Measure(
        accuracy,
        [cell | end for cell in cells(**SMALL, rate=rates, m=20) for end in ENDS],
        widths=(3, 4, 6), width="H", claims=DEPTH, effort="default", block=block, samples=samples, quick_samples=16,
        quick=lambda cell: cell["rate"] == 1, **SHARED,
    )  # fmt: skip


def _whole(name: str) -> tuple[Measure, ...]:
    """At the text's sizes, on all images of this name; a piece is two networks at one rate."""
    whole: dict[str, Any] = {"effort": "paper", "samples": 100, "block": 2} | SHARED
    paper = PAPER | {"data": name}
    return (
        Measure(
            of_images(at_one_rate, name),
            [cell | {"of": "final"} for cell in cells(**paper, H=[3, 6, 8])],
            widths=(50, 100, 200), width="m", claims=WIDTH, **whole,
        ),
        Measure(
            of_images(at_one_rate, name),
            [cell | end for cell in cells(**paper, m=[50, 200]) for end in ENDS],
            widths=(3, 6, 8), width="H", claims=DEPTH, **whole,
        ),
    )  # fmt: skip


check = Check(
    "sensitivity",
    _widths([3, 4], BETWEEN, 40, 160),
    _widths([6], BETWEEN, 40, 40),
    _widths([3, 4, 6], BEYOND, 16, 16),
    _depths(BETWEEN, 32, 64),
    _depths(BEYOND, 16, 16),
    *(measure for name in names() for measure in _whole(name)),
    scaled="g has widths 5, 10, 20 and depths 3, 4, 6 (the text: 50, 100, 200 and 3, 6, 8), f width 20 (200); 16 to "
    "160 runs (100) of 16 epochs (40) on 128 of the 8 x 8 digits, turned by multiples of 90 degrees (30), at rates to "
    "10" + ON_DIGITS,
)
