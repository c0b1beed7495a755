"""Products and squares of T^{l,d}, T^r and f, and top coefficients: quantities at chosen ratios of widths.

There is one input, where means are exact at every width, unless a cell has an angle.
Inputs have |x|² = n_0, hidden widths are n, or (n/ρ, n) where a cell gives ``rho``; g has width 1 and z = 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import factorial, sqrt

import numpy as np
import numpy.typing as npt

from verifier.networks.correlations import sample_K, sample_layer_T, sample_T
from verifier.networks.kernels import ntk, pair_gram
from verifier.quantities.check import Draw, Parameters, Quantity

Array = npt.NDArray[np.float64]

#: A kernel Θ^f whose square is no part of a margin.
NEARLY_ZERO = 1e-4


def _layers(
    shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
) -> Draw:
    """f^a (n^{k-1} T^{l,d})^b for the cell's powers (a, b), f the output 0."""
    widths = (round(width / shared.get("rho", 1)), *[width] * (shared["L"] - 2))
    terms = [(), *[cell["l"] for cell in cells]]
    outputs = [(), *[cell["ds"] for cell in cells]]
    found = sample_layer_T(shared["L"], widths, terms, 0, outputs, samples=samples, rng=rng).values
    columns = []
    for column, cell in enumerate(cells, start=1):
        a, b = cell["powers"]
        columns.append(found[:, 0] ** a * (float(width) ** (len(cell["l"]) - 1) * found[:, column]) ** b)
    return Draw(np.stack(columns, axis=1))


def _star(shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator) -> Draw:
    """f n^{r-1} T^r."""
    found = sample_T(shared["L"], width, [0, *[cell["r"] for cell in cells]], samples=samples, rng=rng).values
    columns = [
        found[:, 0] * float(width) ** (cell["r"] - 1) * found[:, column] for column, cell in enumerate(cells, start=1)
    ]
    return Draw(np.stack(columns, axis=1))


def _star_square(
    shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
) -> Draw:
    """min((n_2 T^2)²/ρ, 1) at L = 3, n_2 = n and n_1 = n/ρ.

    Raises ValueError at an angle where T^1 does not vanish in the limit: the cut mean then has another limit than 0.
    """
    if abs(float(ntk(2, pair_gram(shared["angle"]))[0, 1])) > NEARLY_ZERO:
        raise ValueError(f"at {shared['angle']:g} degrees the sequential limit of E (n_2 T^2)^2 is not 0")
    widths = (round(width / shared["rho"]), width)
    found = sample_T(3, widths, [2], angle=shared["angle"], samples=samples, rng=rng).values
    return Draw(np.repeat(np.minimum((float(width) * found) ** 2 / shared["rho"], 1.0), len(cells), axis=1))


def alive(draw: Callable[[int], Array], samples: int) -> Array:
    """Rows of ``draw(samples)`` whose first entry is not 0, as many as asked for: samples given that f, or h, lives."""
    found = np.empty((0, 0))
    while len(found) < samples:
        rows = draw(samples)
        rows = rows[rows[:, 0] != 0]
        found = rows if not len(found) else np.concatenate([found, rows])
    return found[:samples]


def ratio_of(found: Array, formula: Array) -> Array:
    """found/formula to six digits: where it is a constant, rounding errors are not a fluctuation.

    f is a sum that cancels where it is small: in 10^5 samples the relative errors of its powers reach 10^-9.
    """
    ratio = found / formula
    size = np.where(np.isfinite(ratio) & (ratio != 0), np.abs(ratio), 1.0)
    scale = 10.0 ** (5 - np.floor(np.log10(size)))
    return np.asarray(np.round(ratio * scale) / scale)


def _full(shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator) -> Draw:
    """T^{(1,…,L)} over Π 2f/n, all outputs equal, where f ≠ 0."""
    depth = shared["L"]
    layers = tuple(range(1, depth + 1))

    def draw(count: int) -> Array:
        return sample_layer_T(depth, width, [(), layers], 0, [(), (0,) * depth], samples=count, rng=rng).values

    f, found = alive(draw, samples).T
    return Draw(np.repeat(ratio_of(found, (2 * f / width) ** (depth - 1))[:, None], len(cells), axis=1))


def _top_star(
    shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
) -> Draw:
    """T^L over Π 2f/n, where f ≠ 0."""
    depth = shared["L"]
    f, found = alive(lambda count: sample_T(depth, width, [0, depth], samples=count, rng=rng).values, samples).T
    return Draw(np.repeat(ratio_of(found, (2 * f / width) ** (depth - 1))[:, None], len(cells), axis=1))


def printed_top(layers: int, depth: int, width: int, h: Array) -> Array:
    """What Eq. (48) makes of K^(HL)(u, u), H = ``layers``: (HL)! h^{HL-1} 2^{H-1} Π (2/n)^H, masks open.

    The factors f^d come as h = 2^{(H-1)/2} f^1…f^H.
    """
    scale = factorial(layers * depth) * sqrt(2.0) ** (2 * (layers - 1))
    return np.asarray(scale * (2.0 / width) ** ((depth - 1) * layers) * h ** (layers * depth - 1))


def _top(ratio: bool) -> Callable[..., Draw]:
    def draw(
        shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
    ) -> Draw:
        layers, depth = shared["H"], shared["L"]

        def rows(count: int) -> Array:
            return sample_K(layers, depth, width, [0, layers * depth], samples=count, rng=rng).values

        h, found = alive(rows, samples).T
        printed = printed_top(layers, depth, width, h)
        values = ratio_of(found, printed) if ratio else found - printed
        return Draw(np.repeat(values[:, None], len(cells), axis=1))

    return draw


#: f^a (n^{k-1} T^{l,d})^b, d = 0; cells: L, l, ds, powers = (a, b), optionally rho = n_2/n_1.
layer_product = Quantity("E", "f^a (n^(k-1) T^(l,d))^b", ("L", "rho"), _layers)
#: f n^{r-1} T^r; cells: L, r.
star_product = Quantity("E_f", "f n^(r-1) T^r", ("L",), _star)
#: min((n_2 T^2)²/ρ, 1), L = 3; cells: angle, rho = n_2/n_1.  Its mean tends to 0 if that of (n_2 T^2)² does, which is
#: all that is asked of it; bounded, it is far less skewed, and no rare value can carry the mean.
star_square_cut = Quantity(
    "T_square", "min((n_2 T^2)^2/rho, 1), L = 3", ("angle", "rho"), _star_square, bounds=(0.0, 1.0)
)
#: T^{(1,…,L)} and T^L over Π 2f/n; cells: L.
full_ratio = Quantity("T_full", "T^(1..L) / prod 2f/n", ("L",), _full, constant=True)
star_ratio = Quantity("T_star", "T^L / prod 2f/n", ("L",), _top_star, constant=True)
#: K^(HL) over, and less, what Eq. (48) makes of it; cells: H, L.
top_ratio = Quantity("K_top", "K^(HL) / its printed limit", ("H", "L"), _top(True), constant=True)
top_difference = Quantity("K_top", "K^(HL) - its printed limit", ("H", "L"), _top(False))
