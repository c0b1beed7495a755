"""Section 2.2, measured: shallow networks at the learning rate √n, with squared error and cross-entropy; Figure 2.

Quantities are numbered by ``kind``: 0 the test accuracy, 1 the part of the closed units, 2 the test loss.
"""

from typing import Any

from verifier.quantities.check import Check, Measure, cells

from ._shallow import calm, share, test_loss, wild
from ._training import names

NAME = "large_learning_rate"
TRAINS = tuple(f"{NAME}.{word}" for word in ("printed-trains", "printed-wider", "trains", "wider", "dies"))
LOSS = tuple(f"{NAME}.{word}" for word in ("printed-loss", "loss"))
LOSSES = [{"loss": "squared", "entropy": 0}, {"loss": "cross-entropy", "entropy": 1}]


def _cells(kind: int, epochs: int, at: list[int], **shared: Any) -> list[dict[str, Any]]:
    """Cells of both losses after the epochs ``at``."""
    return [
        {**cell, **loss} for loss in LOSSES for cell in cells(**shared, epochs=epochs, epoch=at, kind=kind)
    ]  # fmt: skip


SMALL: dict[str, Any] = {"sizes": "small", "data": "digits"}
PAPER: dict[str, Any] = {"sizes": "paper", "data": names()}
TIMES: dict[str, Any] = {"effort": "default", "samples": 8, "block": 8, "quick_samples": 8, "margin": 0.02}
WHOLE: dict[str, Any] = {"effort": "paper", "samples": 32, "block": 4, "margin": 0.02}
WIDTHS, TEXT = (100, 1000, 10_000, 40_000), (100, 1000, 10_000, 250_000)

check = Check(
    NAME,
    Measure(
        share, [*_cells(0, 4, [1, 2, 3, 4], **SMALL), *_cells(1, 4, [1, 4], **SMALL)[:2]],
        widths=WIDTHS, claims=TRAINS, **TIMES,
    ),
    Measure(test_loss, _cells(2, 4, [4], **SMALL), widths=WIDTHS, claims=LOSS, **TIMES),
    Measure(
        calm, cells(**SMALL, factor=[0.5, 0.8]), widths=(1000, 4000, 16_000), claims=(f"{NAME}.stable",), **TIMES,
    ),
    Measure(
        wild, cells(**SMALL, factor=[2, 0]), widths=(1000, 4000, 16_000), claims=(f"{NAME}.unstable",), **TIMES,
    ),
    Measure(
        share, [*_cells(0, 20, [1, 2, 5, 10, 15, 20], **PAPER), *_cells(1, 20, [1, 20], **PAPER)],
        widths=TEXT, claims=TRAINS, **WHOLE,
    ),
    Measure(test_loss, _cells(2, 20, [20], **PAPER), widths=TEXT, claims=LOSS, **WHOLE),
    scaled="widths 100 to 40,000 (the text: 250,000), 4 epochs on 256 of the 8 x 8 digits (all of MNIST), 8 runs",
)  # fmt: skip
