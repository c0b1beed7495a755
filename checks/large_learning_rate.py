"""Section 2.2, measured: shallow networks at the learning rate √n, with squared error and cross-entropy; Figure 2.

Quantities are numbered by ``kind``: 0 the test accuracy, 1 the part of the closed units, 2 loss/(1 + loss).
"""

from typing import Any

from verifier.quantities.check import Check, Measure, cells

from ._shallow import calm, share, wild
from ._training import ON_DIGITS, names, of_images

NAME = "large_learning_rate"
TRAINED = tuple(
    f"{NAME}.{word}" for word in ("printed-trains", "printed-wider", "printed-loss", "trains", "wider", "loss", "dies")
)
LOSSES = [{"loss": "squared", "entropy": 0}, {"loss": "cross-entropy", "entropy": 1}]


def _cells(kind: int, epochs: int, at: list[int], **shared: Any) -> list[dict[str, Any]]:
    """Cells of both losses after the epochs ``at``."""
    return [
        {**cell, **loss} for loss in LOSSES for cell in cells(**shared, epochs=epochs, epoch=at, kind=kind)
    ]  # fmt: skip


SMALL: dict[str, Any] = {"sizes": "small", "data": "digits"}
DEFAULT: dict[str, Any] = {"effort": "default", "margin": 0.02}
TIMES: dict[str, Any] = {**DEFAULT, "samples": 40, "block": 20, "quick_samples": 40}
STEPS: dict[str, Any] = {**DEFAULT, "samples": 16, "block": 16, "quick_samples": 16}
WHOLE: dict[str, Any] = {"effort": "paper", "samples": 40, "block": 1, "margin": 0.02}
#: A tenth of the text's widest network.
WIDTHS, TEXT = (100, 1000, 10_000, 25_000), (100, 1000, 10_000, 250_000)


def _whole(name: str) -> Measure:
    """At the text's widths, on all images of this name."""
    paper = {"sizes": "paper", "data": name}
    asked = ((0, [1, 2, 5, 10, 15, 20]), (1, [1, 20]), (2, [20]))
    return Measure(
        of_images(share, name),
        [cell for kind, at in asked for cell in _cells(kind, 20, at, **paper)],
        widths=TEXT, claims=TRAINED, **WHOLE,
    )  # fmt: skip


check = Check(
    NAME,
    Measure(
        share, [*_cells(0, 4, [1, 2, 3, 4], **SMALL), *_cells(1, 4, [1, 4], **SMALL)[:2], *_cells(2, 4, [4], **SMALL)],
        widths=WIDTHS, claims=TRAINED, **TIMES,
    ),
    Measure(calm, cells(**SMALL, factor=[0.3, 0.6]), widths=(500, 2000, 8000), claims=(f"{NAME}.stable",), **STEPS),
    Measure(wild, cells(**SMALL, factor=[2, 0]), widths=(500, 2000, 8000), claims=(f"{NAME}.unstable",), **STEPS),
    *(_whole(name) for name in names()),
    scaled="widths 100 to 25,000 (the text: 250,000), 4 epochs on 256 of the 8 x 8 digits (all of MNIST), 40 runs"
    + ON_DIGITS,
)  # fmt: skip
