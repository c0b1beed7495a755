"""Theorem 1, measured: the order of K^(r) in n for each (H, L, r), at one input and at two."""

from verifier.check import MODERATE, WIDE, Check, Measure, Parameters, cells, up_to
from verifier.quantities import hypernetwork_term

orders = up_to(lambda H, L: min(7, H * L + 1))



def atom(cell: Parameters) -> float | None:
    """At one input h = 0 unless the H - 1 masks of g are all open, and the outputs of f have fair signs."""
    z_i, z_j = cell["z"]
    return 1 - 2.0 ** (1 - cell["H"]) if z_i == z_j != 0 and cell["r"] <= cell["H"] * cell["L"] else None


check = Check(
    "theorem1",
    Measure(
        hypernetwork_term,
        cells(H=[1, 2, 3], L=[2, 3], r=orders, angle=0, m=1, z=(1, 1)),
        widths=WIDE,
        controls=True,
        atom=atom,
    ),
    Measure(
        hypernetwork_term,
        cells(H=[1, 2], L=lambda H: [2, 3] if H == 1 else [2], r=orders, angle=60, m=1, z=(1, 1)),
        widths=MODERATE,
        correction=True,
        block=256,
        samples=1 << 16,
        largest=1 << 20,
        movable=True,
        quick=lambda cell: cell["H"] == 1 and cell["L"] == 2,
    ),
)
