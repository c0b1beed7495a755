"""Section 3, measured: the orders of T^r for ReLU networks, the conjectured exponent, and what tanh does instead."""

from checks._shared import TWO_INPUTS
from verifier.exact.cluster import cluster_exponent
from verifier.exact.correlation import star
from verifier.hunt import Corner, Space, angles, choices, integers, listed, norms
from verifier.quantities.check import WIDE, Check, Measure, cells, recount, up_to
from verifier.quantities.exact import star_square_cut
from verifier.quantities.smooth import smooth_star_term
from verifier.quantities.terms import star_term

#: The instances that Section 3 speaks of: x_1 in every direction; and a third input, x_2 = … = x_r.
STARS = Space(
    L=integers(1, 3), r=integers(0, lambda L: L), angle=angles("x_0", "x_1"), norm=norms("x_1"),
    activation=choices("relu", *(Corner(name, f"σ is {name}", "σ is the ReLU") for name in ("tanh", "softplus"))),
)  # fmt: skip
#: Limits one after the other.
MODES = Space(
    L=listed((3,)), r=integers(1, lambda L: L), angle=angles("x_0", "x_1"),
    mode=choices(
        "together", *(Corner(name, f"the {name} hidden width is the square of the others", "n_l/n → γ_l in (0, ∞)")
                      for name in ("first", "last")),
    ),
)  # fmt: skip
THREE = Space(
    L=integers(2, 3), r=integers(2, lambda L: L), angle=angles("x_0", "x_1"), other=angles("x_0", "x_2", whole=True)
)
orders = ("section3.printed", "section3.order.shallow", "section3.order.deep", "section3.zero", "section3.mean")

check = Check(
    "section3",
    Measure(
        star_term,
        STARS.cells(angle=0, L=[1, 2, 3, 4], r=up_to(lambda L: L + 1)),
        widths=WIDE,
        controls=True,
        samples=1 << 15,
        claims=(*orders, "section3.tight"),
    ),
    Measure(
        star_term,
        STARS.cells(angle=60, L=[2, 3], r=up_to(lambda L: L + 1)),
        samples=1 << 15,
        claims=orders,
        movable=True,
        quick=lambda cell: cell["L"] == 2,
        space=STARS,
        **TWO_INPUTS,
    ),
    Measure(
        star_term,
        widths=(128, 413, 1150, 4690),
        correction=None,
        cost=600,
        block=256,
        samples=1 << 13,
        claims=("section3.printed",),
        space=THREE,
    ),
    Measure(
        star_term,
        widths=(32, 64, 128, 256, 512, 1024),
        correction=True,
        block=64,
        samples=1 << 13,
        claims=orders,
        space=MODES,
    ),
    # E10: the derivatives of a smooth activation give n^{-⌊r/2⌋}, at every r.
    Measure(
        smooth_star_term,
        cells(activation=["tanh", "softplus"], angle=0, L=2, r=3),
        widths=(128, 256, 512, 1024),
        block=128,
        samples=256,
        largest=1 << 20,
        claims=("section3.zero",),
        witness=("relu",),
    ),
    Measure(
        smooth_star_term,
        cells(activation="tanh", angle=0, L=3, r=3),
        widths=(64, 128, 256, 512),
        block=128,
        samples=512,
        largest=1 << 20,
        claims=("section3.order.deep",),
        witness=("relu",),
    ),
    # E29: at 113.218° the sequential limit of n_2 T^2 is 0, that of n_1 = n_2/ρ is not.
    Measure(
        star_square_cut,
        cells(L=3, r=2, angle=113.218, rho=[1 / 4, 1 / 8, 1 / 16]),
        widths=(64, 80, 96, 128),
        block=1 << 12,
        samples=1 << 14,
        margin=0.01,
        quick=lambda cell: cell["rho"] == 1 / 4,
        claims=("section3.printed-sequential",),
    ),
    recount(
        "s_C",
        "s_C of T^r",
        lambda cell: cluster_exponent(star(cell["r"])),
        "section3.printed-conjecture",
        "section3.exponent",
        cells=cells(L=9, r=range(9)),
        space=Space(L=integers(1, 9), r=integers(0, lambda L: L)),
    ),
)
