"""Quantities of Lemma 6 and Theorem 3: the implicit network g at finite width m, the hyperkernel and its first change.

The width is that of every hidden layer of f and of g, n = m, unless a cell fixes ``n`` or ``m`` (then the width is the
other one) or the widths are a grid of pairs (n, m).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.networks.build import build
from verifier.networks.descent import sample_descent
from verifier.networks.draws import batch_size, collect, implicit_inputs
from verifier.networks.hyperkernel import implicit_of, sample_hyperkernel
from verifier.networks.hyperkernel_flow import sample_kernel_flow, sample_kernel_flow_limit
from verifier.networks.request import choose_sampler, input_pair
from verifier.networks.step import sample_kink_remainder
from verifier.quantities.check import Draw, Parameters, Quantity
from verifier.quantities.layers import per_cell

Array = npt.NDArray[np.float64]


#: How n and m grow together along a ray, of which the width is the smaller one.
RAYS: dict[str, Callable[[int], tuple[int, int]]] = {
    "equal": lambda w: (w, w),
    "wide_f": lambda w: (math.isqrt(w**3), w),  # n = m^{3/2}
    "wide_g": lambda w: (w, math.isqrt(math.isqrt(w**5))),  # m = n^{5/4}
}


def _widths(shared: Parameters, width: Any) -> tuple[int, int]:
    """(n, m): a pair of a grid, a point of a ray, or the width and what the cell fixes."""
    if isinstance(width, tuple):
        return width[0], width[1]
    if "ray" in shared:
        return RAYS[shared["ray"]](width)
    n, m = (shared[name] if shared.get(name) is not None else width for name in ("n", "m"))
    return int(n), int(m)


def _jacobian(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    """(P P'ᵀ)_11 for P = ∂g^v/∂g^u, as the product of two gradients of a network g of depth v with one output."""
    u, v, depth = cell["u"], cell["v"], cell["L"]
    rows, z = input_pair(shared["angle"]), implicit_inputs(None, shared["z_angle"])
    kind = choose_sampler("auto", "relu", len(rows), (width,) * (depth - 1))

    def draw(batch: int, stream: np.random.Generator) -> Array:
        network = build(kind, (rows.shape[1], *(width,) * (depth - 1)), 2, batch, stream)
        g = implicit_of(network, v, width, rows, z, stream)
        first, second = (gradient.deltas[u - 1] for _, gradient in g.found)
        assert first is not None
        assert second is not None
        return g.implicit.networks[0].inner(u, first, second)

    return collect(samples, batch_size(width), rng, draw)


def _kernels(
    shared: Parameters, cells: Sequence[Parameters], width: Any, samples: int, rng: np.random.Generator
) -> Array:
    n, m = _widths(shared, width)
    return sample_hyperkernel(
        shared["H"], shared["L"], n, m=m, x_angle=shared["angle"], z_angle=shared.get("z_angle", 0),
        z=shared.get("z"), samples=samples, rng=rng,
    ).values  # fmt: skip


def _column(number: int) -> Any:
    def draw(
        shared: Parameters, cells: Sequence[Parameters], width: Any, samples: int, rng: np.random.Generator
    ) -> Draw:
        values = _kernels(shared, cells, width, samples, rng)[:, number]
        return Draw(np.repeat(values[:, None], len(cells), axis=1))

    return draw


def _flow(term: int) -> Any:
    """A term of ∂_t K^h(u, u) at t = 0, one input x = x' = x_i of mean square 1 and z = z' = z_i = 1."""

    def draw(
        shared: Parameters, cells: Sequence[Parameters], width: Any, samples: int, rng: np.random.Generator
    ) -> Draw:
        n, m = _widths(shared, width)
        found = sample_kernel_flow(shared["H"], shared["L"], n, m=m, samples=samples, rng=rng).values[:, term]
        return Draw(np.repeat(found[:, None], len(cells), axis=1))

    return draw


def _flow_limit(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    """The first term at infinite n, up to its constant factor Θ^f Θ^f; the width is m."""
    a, b, c = cell["S"]
    covariance = [[1, a, b], [a, 1, c], [b, c, 1]]
    return sample_kernel_flow_limit(cell["H"], m=width, covariance=covariance, samples=samples, rng=rng).values[:, 0]


def _kink(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    # f and its Taylor polynomial are homogeneous in x.
    found = sample_kink_remainder(width, angle=cell["angle"], samples=samples, rng=rng).values[:, 0]
    return np.asarray(cell.get("norm", 1) * found)


def _trained(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    """f after the cell's number of steps, of size 1/2 or √n, on (f - 1)²/2."""
    size = {"half": 0.5, "sqrt_n": width**0.5}[cell["mu"]]
    return sample_descent(width, step=size, steps=cell["steps"], samples=samples, rng=rng).values[:, -1]


def _fitted(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Array:
    return np.asarray(np.abs(_trained(shared, cell, width, samples, rng) - 1.0) < 0.01, dtype=float)


_SHARED = ("H", "L", "angle", "z_angle", "z", "n", "m")

#: (P P'ᵀ)_11 of g, P = ∂g^v/∂g^u; cells: u, v, L, angle, z_angle.
implicit_jacobian = Quantity("PPg", "(P P'^T)_11 of g", ("angle", "z_angle", "L", "u", "v"), per_cell(_jacobian),
                             squares=True)  # fmt: skip
#: K^g = ∂_v h·∂_v h' at weights V = f(x), f(x'); cells: H, L, angle, z_angle, optionally n or m, or z.
implicit_kernel = Quantity("Kg", "K^g", _SHARED, _column(1), squares=True)
#: K^h(u, u'); cells as above.
hyperkernel_value = Quantity("Kh", "K^h", _SHARED, _column(0), squares=True)
#: The terms of ∂_t K^h(u, u) for one training input; cells: H, L, and optionally n or m, or a ray.
first_term = Quantity("dKh1", "first term of d/dt K^h", ("H", "L", "n", "m", "ray"), _flow(0))
second_term = Quantity("dKh2", "second term of d/dt K^h", ("H", "L", "n", "m"), _flow(2))
#: The first term at infinite n; cells: H, S = (S(x,x'), S(x,x_i), S(x',x_i)).  The width is m.
first_term_limit = Quantity("dKh1", "first term, n infinite", ("H", "S"), per_cell(_flow_limit))
#: f after a unit step less its Taylor polynomial, L = 2; cells: angle to the training input, norm.
kink_remainder = Quantity("R", "kink remainder", ("L", "step", "angle", "norm"), per_cell(_kink))
#: f at its one training input, of label 1, after gradient descent on the squared loss, L = 2; cells: mu, steps.
trained_output = Quantity("f_t", "f after training", ("L", "mu", "steps"), per_cell(_trained))
#: 1 where it is within 1/100 of the label, else 0; cells as above.
trained_fit = Quantity("fit", "1{|f - y| < 1/100} after training", ("L", "mu", "steps"), per_cell(_fitted),
                       bounds=(0.0, 1.0))  # fmt: skip
