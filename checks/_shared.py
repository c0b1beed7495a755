"""What several checks measure alike: terms at two inputs, and what tanh does in the place of ReLU."""

from typing import Any

from verifier.quantities.check import MODERATE, Cells, Measure, Quantity

#: Two inputs: the cost of a sample is proportional to the width from 600 on.
TWO_INPUTS: dict[str, Any] = {
    "widths": MODERATE, "correction": None, "cost": 600, "block": 256, "largest": 1 << 20, "controls": True,
}  # fmt: skip


def tanh_differs(quantity: Quantity, cells: Cells, claim: str) -> Measure:
    """σ = tanh has another value than the one that ``claim`` says of ReLU."""
    return Measure(
        quantity, cells, widths=(128, 256, 512, 1024), block=512, samples=1024, margin=0.02, claims=(claim,),
        witness=("relu",),
    )  # fmt: skip
