"""Theorem 1, measured: the order of K^(r) in n for each (H, L, r), at one input and at two; its top coefficient."""

from checks._identities_printed import misprinted_layers_error
from checks._shared import TWO_INPUTS
from verifier.hunt import Space, angles, integers, listed, norms, pairs
from verifier.quantities.check import WIDE, Agreement, Check, Measure, Parameters, cells, up_to
from verifier.quantities.exact import top_difference, top_ratio
from verifier.quantities.terms import hypernetwork_term

#: The instances that Theorem 1 speaks of: two inputs x of f, two z of g.
INSTANCES = Space(
    H=integers(1, 3), L=integers(1, 3), r=integers(0, lambda H, L: H * L), m=integers(1, 2), angle=angles(), z=pairs(),
    norm=norms(),
)  # fmt: skip
orders = up_to(lambda H, L: min(7, H * L + 1))
tops = [{"H": H, "L": L} for H, L in ((1, 2), (1, 3), (2, 2), (2, 3), (3, 2))]


def top(cell: Parameters) -> dict[str, int]:
    """The highest order there is."""
    return {"r": cell["H"] * cell["L"]}


def atom(cell: Parameters) -> float | None:
    """At one input h = 0 unless the H - 1 masks of g are all open, and the outputs of f have fair signs."""
    z_i, z_j = cell["z"]
    return 1 - 2.0 ** (1 - cell["H"]) if z_i == z_j != 0 and cell["r"] <= cell["H"] * cell["L"] else None


def never(cell: Parameters) -> bool:
    """A quick run leaves it out."""
    return False


check = Check(
    "theorem1",
    Measure(
        hypernetwork_term,
        INSTANCES.cells(H=[1, 2, 3], L=[2, 3], r=orders, angle=0, m=1, z=(1, 1)),
        widths=WIDE,
        controls=True,
        atom=atom,
    ),
    Measure(
        hypernetwork_term,
        INSTANCES.cells(H=[1, 2], L=lambda H: [2, 3] if H == 1 else [2], r=orders, angle=60, m=1, z=(1, 1)),
        samples=1 << 16,
        movable=True,
        quick=lambda cell: cell["H"] == 1 and cell["L"] == 2,
        space=INSTANCES,
        **TWO_INPUTS,
    ),
    # At every width K^(HL)(u, u) is H^{H(L-1)} times what (48) gives, and n^{r-H} times the difference has a limit.
    # Widths so large leave corrections to its constant, which has none, no room.
    Measure(top_ratio, tops, derived=top, widths=WIDE, block=256, samples=1024, claims=("theorem1.top",)),
    Measure(top_difference, tops[2:4], derived=top, widths=WIDE, samples=1 << 15, claims=("theorem1.printed-limit",)),
    # E26: one input, z_i = 1, z_j = -1.
    Measure(
        hypernetwork_term,
        cells(H=[2, 3], L=2, r=range(1, 5), angle=0, m=1, z=(1, -1)),
        widths=WIDE,
        samples=2048,
        claims=("theorem1.exclusive",),
    ),
    # E28: m = 2, one input, z_i = 1, z_j = -1: no path of g is open at both.
    Measure(
        hypernetwork_term,
        cells(H=2, L=2, r=range(1, 5), angle=0, m=2, z=(1, -1)),
        widths=WIDE,
        samples=1 << 14,
        claims=("theorem1.printed-any-m",),
        quick=never,
    ),
    # E18: [H] for [L] in Eq. (40).
    Agreement(
        misprinted_layers_error,
        cells(H=[1, 2], L=3, k=[1, 2, 3], angle=0),
        claims=("theorem1.printed-layers",),
        space=Space(H=integers(1, 2), L=integers(1, 3), k=integers(1, lambda L: L), angle=listed((0,))),
        derived=lambda cell: {"r": cell["k"], "d": 1},
        quick=never,
    ),
)
